// Everyone at one moment: two sorted lists, known people and the book, merged into columns.
#include <algorithm>

#include "value/movement.h"
#include "value/rfm.h"
#include "value/usual_gaps.h"

namespace perennial::value {
namespace {

void add_row(Snapshot& s, PersonId person) {
  s.person.push_back(person);
  s.stage.push_back(Stage::kProspect);
  s.revenue_minor.push_back(0);
  s.orders.push_back(0);
  s.last_order_ms.push_back(0);
}

bool has_ordered(const OrderBook& book, PersonRows rows) {
  for (size_t row = rows.first; row < rows.last; ++row) {
    if (!book.refund[row]) return true;
  }
  return false;
}

void add_customer(Snapshot& s, const OrderBook& book, PersonRows rows) {
  add_row(s, rows.person);
  for (size_t row = rows.first; row < rows.last; ++row) {
    s.revenue_minor.back() += book.amount_minor[row];
    if (book.refund[row]) continue;
    ++s.orders.back();
    s.last_order_ms.back() = book.at_ms[row];
  }
}

// Values of a column for people with an order.
std::vector<int64_t> of_customers(const Snapshot& s, const std::vector<int64_t>& column) {
  std::vector<int64_t> values;
  for (size_t i = 0; i < s.person.size(); ++i) {
    if (s.orders[i] > 0) values.push_back(column[i]);
  }
  return values;
}

struct AllLimits {
  Limits recency, frequency, monetary;
};
AllLimits limits_of(const Snapshot& s, const std::optional<RfmCuts>& cuts) {
  if (!cuts)
    return {.recency = quintile_limits(of_customers(s, s.last_order_ms)),
            .frequency = quintile_limits(of_customers(s, s.orders)),
            .monetary = quintile_limits(of_customers(s, s.revenue_minor))};
  AllLimits limits{.frequency = cuts->frequency, .monetary = cuts->monetary_minor};
  for (size_t k = 0; k < limits.recency.size(); ++k)
    limits.recency[k] = to_millis(s.as_of) - cuts->recency_days[k] * kDayMs;
  return limits;
}

void score(Snapshot& s, const std::optional<RfmCuts>& cuts) {
  const auto [recency, frequency, monetary] = limits_of(s, cuts);
  s.rfm.resize(s.person.size());
  bool any = false;
  for (size_t i = 0; i < s.person.size(); ++i) {
    if (s.orders[i] == 0) continue;
    any = true;
    s.rfm[i] = {.recency = score_of(s.last_order_ms[i], recency),
                .frequency = score_of(s.orders[i], frequency),
                .monetary = score_of(s.revenue_minor[i], monetary)};
  }
  if (!any) return;
  for (size_t k = 0; k < recency.size(); ++k) {
    s.breaks[0][k] =
        static_cast<double>(to_millis(s.as_of) - recency[k]) / static_cast<double>(kDayMs);
    s.breaks[1][k] = static_cast<double>(frequency[k]);
    s.breaks[2][k] = static_cast<double>(monetary[k]);
  }
}

// Stages come after the scores: a tier may say whose gaps count.
void add_stages(Snapshot& s, const OrderBook& book, StageRules rules) {
  StageWork work;
  size_t i = 0;
  for_each_person(book, to_millis(s.as_of), [&](PersonRows rows) {
    while (i < s.person.size() && s.person[i] < rows.person) ++i;
    if (i == s.person.size() || s.person[i] != rows.person) return;
    rules.prior_gap_days = s.prior_gaps->days_of(rows.person);
    s.stage[i] = stage_of_rows(book, rows, s.as_of, rules, work);
  });
}

}  // namespace

std::optional<size_t> Snapshot::find(PersonId id) const {
  auto found = std::ranges::lower_bound(person, id);
  if (found == person.end() || *found != id) return std::nullopt;
  return static_cast<size_t>(found - person.begin());
}

Snapshot take_snapshot(const OrderBook& book, std::span<const PersonId> known, Instant now,
                       const ValueRules& rules, std::shared_ptr<const Groups> groups) {
  Snapshot s{.as_of = now, .version = book.version};
  size_t next_known = 0;
  auto add_known_before = [&](PersonId person) {
    for (; next_known < known.size() && known[next_known] < person; ++next_known)
      add_row(s, known[next_known]);
  };
  for_each_person(book, to_millis(now), [&](PersonRows rows) {
    add_known_before(rows.person);
    bool is_known = next_known < known.size() && known[next_known] == rows.person;
    next_known += is_known;
    // Someone unknown with refunds alone is neither a customer nor a prospect.
    if (is_known || has_ordered(book, rows)) add_customer(s, book, rows);
  });
  add_known_before(std::numeric_limits<PersonId>::max());
  score(s, rules.cuts);
  if (rules.stages.gap_groups.by == Grouping::kTier)
    groups = std::make_shared<const Groups>(tier_groups(s));
  s.prior_gaps = std::make_shared<const PriorGaps>(rules.stages, book, now, std::move(groups));
  add_stages(s, book, rules.stages);
  return s;
}

}  // namespace perennial::value
