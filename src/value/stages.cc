// Where in life a customer stands. An order day starts with an order and takes in what follows
// within 24 hours, so that two parts of one purchase are no rhythm; it needs no calendar and is the
// same in every time zone. The usual gap is the median distance of neighbouring order days.
#include "value/stages.h"

#include <algorithm>

#include "value/usual_gaps.h"

namespace perennial::value {
namespace {

constexpr std::array<std::string_view, kStages> kNames = {"prospect", "new",    "active",
                                                          "loyal",    "silent", "churned"};

// Distances of order days in milliseconds, one less than there are days.
void find_gaps(std::span<const int64_t> times, std::vector<int64_t>& gaps) {
  gaps.clear();
  int64_t day = times.front();
  for (int64_t time : times) {
    if (time - day < kDayMs) continue;
    gaps.push_back(time - day);
    day = time;
  }
}

double median(std::vector<int64_t>& values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return static_cast<double>(*middle);
  auto below = std::max_element(values.begin(), middle);
  return (static_cast<double>(*below) + static_cast<double>(*middle)) / 2;
}

StageReason reason_of(std::span<const int64_t> times, Instant now, const StageRules& rules,
                      std::vector<int64_t>& gaps) {
  StageReason reason;
  if (times.empty()) return reason;
  auto days = [](double ms) { return ms / static_cast<double>(kDayMs); };
  double since = days(static_cast<double>(to_millis(now) - times.back()));
  double age = days(static_cast<double>(to_millis(now) - times.front()));
  find_gaps(times, gaps);
  bool own = std::ssize(gaps) + 1 >= rules.rhythm_orders && !gaps.empty();
  double silent = rules.silent_days, churned = rules.churned_days;
  if (!gaps.empty()) reason.usual_gap_days = days(median(gaps));
  if (rules.prior_gaps > 0) {
    double sum = rules.prior_gaps * rules.prior_gap_days;
    for (const int64_t gap : gaps) sum += days(static_cast<double>(gap));
    reason.usual_gap_days = sum / (rules.prior_gaps + static_cast<double>(gaps.size()));
    own = true;
  }
  if (own) {
    silent = rules.silent_gaps * *reason.usual_gap_days;
    churned = rules.churned_gaps * *reason.usual_gap_days;
  }
  churned = std::min(churned, static_cast<double>(rules.max_churned_days));
  silent = std::min(silent, churned);
  reason.rhythm = own ? StageReason::Rhythm::kOwn : StageReason::Rhythm::kFallback;
  reason.days_since_last_order = since;
  reason.silent_after_days = silent;
  reason.churned_after_days = churned;
  if (age < rules.new_days) {
    reason.stage = Stage::kNew;
  } else if (since >= churned) {
    reason.stage = Stage::kChurned;
  } else if (since >= silent) {
    reason.stage = Stage::kSilent;
  } else {
    reason.stage = std::ssize(times) >= rules.loyal_orders ? Stage::kLoyal : Stage::kActive;
  }
  return reason;
}

}  // namespace

std::string_view stage_name(Stage stage) { return kNames[static_cast<size_t>(stage)]; }

std::optional<Stage> parse_stage(std::string_view word) {
  for (size_t i = 0; i < kStages; ++i) {
    if (kNames[i] == word) return static_cast<Stage>(i);
  }
  return std::nullopt;
}

StageReason stage_of(std::span<const int64_t> order_times_ms, Instant now,
                     const StageRules& rules) {
  std::vector<int64_t> gaps;
  return reason_of(order_times_ms, now, rules, gaps);
}

Stage stage_of_rows(const OrderBook& book, PersonRows rows, Instant now, const StageRules& rules,
                    StageWork& work) {
  work.times.clear();
  for (size_t row = rows.first; row < rows.last; ++row) {
    if (!book.refund[row]) work.times.push_back(book.at_ms[row]);
  }
  return reason_of(work.times, now, rules, work.gaps).stage;
}

StageCounts count_stages(const OrderBook& book, Instant now, const ValueRules& rules,
                         std::shared_ptr<const Groups> groups) {
  StageCounts counts{};
  if (rules.stages.prior_gaps > 0 && rules.stages.gap_groups.by == Grouping::kTier) {
    for (const Stage stage : take_snapshot(book, {}, now, rules).stage)
      ++counts[static_cast<size_t>(stage)];
    counts[static_cast<size_t>(Stage::kProspect)] = 0;
    return counts;
  }
  const PriorGaps prior(rules.stages, book, now, std::move(groups));
  StageRules stages = rules.stages;
  StageWork work;
  for_each_person(book, to_millis(now), [&](PersonRows rows) {
    stages.prior_gap_days = prior.days_of(rows.person);
    ++counts[static_cast<size_t>(stage_of_rows(book, rows, now, stages, work))];
  });
  counts[static_cast<size_t>(Stage::kProspect)] = 0;
  return counts;
}

}  // namespace perennial::value
