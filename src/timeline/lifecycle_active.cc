#include "timeline/lifecycle_active.h"

#include <algorithm>
#include <string>

#include "timeline/retention_sets.h"

namespace perennial::timeline {

namespace {

// Calls each(row, people active in the row's window). A queue of two halves: the union of what came
// lately is kept as it grows, that of every tail of what came before is known already; so a step
// costs a union or two however long the window is.
template <class Each>
void for_each_window(std::span<const Crowd> in, size_t lead, const ActiveWindow& window,
                     Each each) {
  std::vector<Crowd> tails(in.size());  // [i]: union of in[i] … in[middle - 1]
  size_t middle = 0, next = 0;          // next: the first period not taken in yet
  Crowd lately;                         // union of in[middle] … in[next - 1]
  for (size_t row = 0; row < window.size(); ++row) {
    const auto from = static_cast<size_t>(window[row]);
    const size_t to = lead + row + 1;
    for (; next < to; ++next) lately |= in[next];
    if (from >= middle) {
      middle = to;
      lately = {};
      Crowd tail;
      for (size_t i = to; i-- > from;) {
        tail |= in[i];
        tails[i] = tail;
      }
    }
    Crowd all = tails[from];
    all |= lately;
    each(row, all);
  }
}

}  // namespace

ActiveWindow trailing_window(const Periods& periods, int lead, int length) {
  ActiveWindow out;
  for (int i = lead; i < periods.size(); ++i) out.push_back(std::max(0, i - length + 1));
  return out;
}

ActiveWindow window_to_date(const Periods& periods, int lead, const Periods& longer) {
  ActiveWindow out;
  int first = 0, current = -1;
  for (int i = 0; i < periods.size(); ++i) {
    const int now = longer.find(periods.from(i));
    const bool inside = now >= 0 && now < longer.size();
    if (!inside || now != current) first = i;
    current = now;
    if (i >= lead) out.push_back(first);
  }
  return out;
}

Result<void> check(const ActiveSpec& spec) {
  const int periods = spec.periods.size();
  if (periods < 1 || periods > kMaxPeriods || spec.lead < 0 || spec.lead >= periods ||
      spec.periods.end() <= spec.periods.begin()) {
    return fail(Code::kInvalid, "the range has 1 to " + std::to_string(kMaxPeriods) + " periods",
                "range");
  }
  const auto rows = static_cast<size_t>(periods - spec.lead);
  if (spec.windows.empty() || spec.windows.size() > kMaxActiveWindows) {
    return fail(Code::kInvalid, "there are 1 to " + std::to_string(kMaxActiveWindows) + " windows",
                "windows");
  }
  for (const ActiveWindow& window : spec.windows) {
    bool fits = window.size() == rows && std::ranges::is_sorted(window) && window.front() >= 0;
    for (size_t row = 0; fits && row < rows; ++row) {
      fits = window[row] <= spec.lead + static_cast<int>(row);
    }
    if (!fits) return fail(Code::kInvalid, "a window ascends and holds its own row", "windows");
  }
  if (spec.by == GroupBy::kEvent) {
    return fail(Code::kInvalid, "break down active people by a person's property", "breakdown");
  }
  TRY(check_groups(spec.by, spec.groups));
  if (GroupSlots(spec.by, spec.groups).size() * spec.windows.size() * rows > kMaxActiveCells) {
    return fail(Code::kInvalid, "the answer would have too many cells", "range",
                "ask for fewer periods or groups");
  }
  return {};
}

std::optional<double> ActiveTable::ratio(const ActiveGroup& group, int window, int over,
                                         int row) const {
  const uint64_t whole = at(group, over, row);
  if (whole == 0) return std::nullopt;
  return static_cast<double>(at(group, window, row)) / static_cast<double>(whole);
}

ActivePeople::ActivePeople(ActiveSpec spec)
    : spec_(std::move(spec)), slots_(spec_.by, spec_.groups) {
  counts_.resize(slots_.size() * spec_.windows.size() * rows());
}

void ActivePeople::add(const Slice& slice) {
  const std::vector<Crowd> people = slots_.split(slice, spec_.by);
  std::vector<Crowd> sets(rows());
  for (size_t w = 0; w < spec_.windows.size(); ++w) {
    for_each_window(slice.presence[0].in, static_cast<size_t>(spec_.lead), spec_.windows[w],
                    [&](size_t row, const Crowd& active) { sets[row] = active; });
    for (size_t slot = 0; slot < people.size(); ++slot) {
      if (people[slot].empty()) continue;
      add_sizes(people[slot], sets, counts_.data() + (slot * spec_.windows.size() + w) * rows());
    }
  }
}

void ActivePeople::collect(const Slice& slice, const ActivePick& pick, Crowd& out) const {
  Crowd found;
  for_each_window(slice.presence[0].in, static_cast<size_t>(spec_.lead),
                  spec_.windows[static_cast<size_t>(pick.window)],
                  [&](size_t row, const Crowd& active) {
                    if (row == static_cast<size_t>(pick.row)) found = active;
                  });
  found &=
      pick.slot < 0 ? slice.who : slots_.split(slice, spec_.by)[static_cast<size_t>(pick.slot)];
  out |= found;
}

void ActivePeople::merge(const ActivePeople& other) {
  INVARIANT(counts_.size() == other.counts_.size());
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

ActiveTable ActivePeople::finish() const {
  const size_t cells = spec_.windows.size() * rows();
  ActiveTable table{.rows = static_cast<int>(rows()),
                    .windows = static_cast<int>(spec_.windows.size()),
                    .complete = {},
                    .all = {std::vector<uint64_t>(cells)},
                    .groups = {}};
  for (int row = 0; row < table.rows; ++row) {
    table.complete.push_back(spec_.periods.to(spec_.lead + row) <= spec_.now);
  }
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    const auto from = counts_.begin() + static_cast<std::ptrdiff_t>(slot * cells);
    table.groups.push_back(
        {std::vector<uint64_t>(from, from + static_cast<std::ptrdiff_t>(cells))});
    for (size_t i = 0; i < cells; ++i) table.all.people[i] += from[static_cast<std::ptrdiff_t>(i)];
  }
  return table;
}

}  // namespace perennial::timeline
