#include "insight/sets.h"

#include <charconv>

#include "insight/scan.h"

namespace perennial::insight {
namespace {

using People = std::vector<PersonId>;

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalid, std::move(message), "set");
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t colon; (colon = text.find(':')) != text.npos; text.remove_prefix(colon + 1))
    parts.push_back(text.substr(0, colon));
  parts.push_back(text);
  return parts;
}

struct CollectActivity {
  enum class Which { kCustomers, kNew, kRepeat } which;
  People people;
  void fresh(int, PersonId person) { take(Which::kNew, person); }
  void customer(int, PersonId person) { take(Which::kCustomers, person); }
  void repeat(int, PersonId person) { take(Which::kRepeat, person); }
  void take(Which told, PersonId person) {
    if (told == which) people.push_back(person);
  }
};

// Over one period: boundary 0 is its start, 1 its end.
struct CollectRate {
  enum class Which { kStart, kEnd, kNew, kKept, kLost } which;
  People people;
  PersonId fresh_person = 0;
  void fresh(int, PersonId person) {
    fresh_person = person;
    if (which == Which::kNew) people.push_back(person);
  }
  void lost(int, PersonId person) {
    if (which == Which::kLost) people.push_back(person);
  }
  void won_back(int, PersonId) {}
  void present(int first, int last, PersonId person) {
    bool at_end = last >= 1;
    if ((which == Which::kStart && first == 0) || (which == Which::kEnd && at_end) ||
        (which == Which::kKept && at_end && person != fresh_person))
      people.push_back(person);
  }
};

struct CollectTriangle {
  int later;
  People people;
  void cell(int cohort, int periods_later, PersonId person) {
    if (cohort == 0 && periods_later == later) people.push_back(person);
  }
};

template <class Which>
Result<Which> pick(std::string_view word,
                   std::initializer_list<std::pair<std::string_view, Which>> words) {
  for (const auto& [name, which] : words) {
    if (name == word) return which;
  }
  return wrong("\"" + std::string(cut_text(word, 40)) + "\" is none of this answer's numbers");
}

// `count` periods from the one with this label, up to now.
Result<std::vector<Span>> periods_of(const SetContext& context, std::string_view period,
                                     std::string_view label, int count) {
  auto by = parse_period(period);
  if (!by) return wrong(by.error().message);
  auto start = context.calendar.parse_label(*by, label);
  if (!start) return wrong(start.error().message);
  std::vector<Span> periods;
  for (Instant from = *start; std::ssize(periods) < count;) {
    Instant to = context.calendar.advance(*by, from, 1);
    periods.push_back({from, to});
    from = to;
  }
  return cut_at(periods, context.now);
}

Result<People> activity_people(const SetContext& context,
                               const std::vector<std::string_view>& parts) {
  using Which = CollectActivity::Which;
  if (parts.size() != 4) return wrong("expected activity:WHO:PERIOD:LABEL");
  const Which who = TRY(pick<Which>(
      parts[1],
      {{"customers", Which::kCustomers}, {"new", Which::kNew}, {"repeat", Which::kRepeat}}));
  CollectActivity collect{who, {}};
  scan_activity(context.book, PeriodIndex(TRY(periods_of(context, parts[2], parts[3], 1))),
                collect);
  return std::move(collect.people);
}

Result<People> rate_people(const SetContext& context, const std::vector<std::string_view>& parts) {
  using Which = CollectRate::Which;
  if (parts.size() != 4) return wrong("expected rate:WHO:PERIOD:LABEL");
  const Which who = TRY(pick<Which>(parts[1], {{"start", Which::kStart},
                                               {"end", Which::kEnd},
                                               {"new", Which::kNew},
                                               {"kept", Which::kKept},
                                               {"lost", Which::kLost}}));
  CollectRate collect{who, {}};
  scan_rate(context.book, PeriodIndex(TRY(periods_of(context, parts[2], parts[3], 1))),
            context.window_days * kDayMs, collect);
  return std::move(collect.people);
}

Result<People> triangle_people(const SetContext& context,
                               const std::vector<std::string_view>& parts) {
  if (parts.size() != 5) return wrong("expected triangle:ACTIVITY:PERIOD:LABEL:OFFSET");
  Activity activity =
      TRY(pick<Activity>(parts[1], {{"any", Activity::kAny}, {"order", Activity::kOrder}}));
  int later = -1;
  auto [end, ec] = std::from_chars(parts[4].data(), parts[4].data() + parts[4].size(), later);
  if (ec != std::errc() || end != parts[4].data() + parts[4].size() || later < 0 ||
      later >= static_cast<int>(kMaxPeriods))
    return wrong("the offset must be an integer from 0 to " + std::to_string(kMaxPeriods - 1));
  CollectTriangle collect{later, {}};
  scan_triangle(context.book, PeriodIndex(TRY(periods_of(context, parts[2], parts[3], later + 1))),
                activity, collect);
  return std::move(collect.people);
}

}  // namespace

bool is_own_set(std::string_view set) {
  return set.starts_with("activity:") || set.starts_with("rate:") || set.starts_with("triangle:");
}

std::optional<Result<People>> people_of_set(const SetContext& context, std::string_view set) {
  if (!is_own_set(set)) return std::nullopt;
  auto parts = split(set);
  if (parts[0] == "activity") return activity_people(context, parts);
  if (parts[0] == "rate") return rate_people(context, parts);
  return triangle_people(context, parts);
}

}  // namespace perennial::insight
