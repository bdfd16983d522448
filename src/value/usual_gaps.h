// Usual gaps between order days: of everybody, and of groups, which the few gaps of one person are
// shrunk to: n own gaps of mean m and a group's gap g give (n m + k g) ÷ (n + k), the credibility
// estimate of Bühlmann, "Experience rating and credibility", ASTIN Bulletin 4 (1967) 199–207; k is
// StageRules::prior_gaps.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "value/groups.h"
#include "value/stages.h"

namespace perennial::value {

inline constexpr double kGapWithoutAny = 30;  // days, where nobody came back
inline constexpr size_t kLeastOfGroup = 20;   // people with a gap, for a group to have its own

// The last order of one person before an instant, and the gaps between order days in days.
struct Rhythm {
  int64_t last_ms = 0;
  bool any = false;
  std::vector<double> gaps;
};
Rhythm rhythm_of(const OrderBook& book, PersonRows rows, int64_t at_ms);

// Medians over customers of their median gaps before an instant, in days.
struct UsualGaps {
  double of_all = kGapWithoutAny;
  std::vector<std::optional<double>> of_group;  // by number of Groups; nothing for too few people
};
UsualGaps usual_gaps(const OrderBook& book, Instant at, const Groups& groups = {});
// The gap of all alone.
double gap_of_all(const OrderBook& book, Instant at);

// The gap that somebody's own gaps are shrunk to, at one moment.
class PriorGaps {
 public:
  // `groups` may be null: then the gap of all counts. Without a prior nothing is read.
  PriorGaps(const StageRules& rules, const OrderBook& book, Instant at,
            std::shared_ptr<const Groups> groups);
  double days_of(PersonId person) const;
  // The word of the group whose gap counts for a person; "" where it is that of all.
  std::string_view group_of(PersonId person) const;

 private:
  std::shared_ptr<const Groups> groups_;
  UsualGaps gaps_;
};

}  // namespace perennial::value
