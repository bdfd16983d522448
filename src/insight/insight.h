// Questions about behaviour, answered from order columns by pure kernels: activity, the retention
// rate, the retention triangle. Periods are days, weeks or months of the workspace's calendar,
// half-open. Every number names the set of people behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "http/http.h"
#include "people/people.h"

namespace perennial::insight {

using people::OrderBook;
using people::PersonId;

inline constexpr size_t kMaxPeriods = 4'000;  // of one question; more is refused with kInvalid
inline constexpr size_t kMaxCohorts = 400;    // of one triangle, whose cells grow with the square

struct Rate {
  int64_t numerator = 0;
  int64_t denominator = 0;
  std::optional<double> value() const;
};

struct ActivityRow {
  Span span;
  int64_t customers = 0;      // people with at least one order
  int64_t new_customers = 0;  // people whose first order ever is in the period
  int64_t orders = 0, refunds = 0, anonymous_orders = 0;
  int64_t revenue_minor = 0;  // orders less refunds, anonymous included
  int64_t repeat_customers =
      0;  // people with at least two orders: repurchase rate = this ÷ customers
};
std::vector<ActivityRow> activity(const OrderBook& book, std::span<const Span> periods);

// The retention rate: (customers at end − new in period) ÷ customers at start. Someone is a
// customer at an instant who ordered in the `window_days` × 24 hours before it; someone new had the
// first order ever in the period and is a customer at its end.
struct RetentionRateRow {
  Span span;
  int64_t at_start = 0, at_end = 0, new_customers = 0;
  int64_t won_back = 0;  // customers at end, not at start, not new
  int64_t lost = 0;      // customers at start, not at end
  int64_t kept() const { return at_end - new_customers; }
};
std::vector<RetentionRateRow> retention_rate(const OrderBook& book, std::span<const Span> periods,
                                             int window_days);

enum class Activity { kOrder, kAny };  // kAny: orders and refunds
// Row per cohort (period of a person's first activity), cell k = people active k periods later;
// cells.front() is the cohort's size.
struct Cohort {
  Span span;
  std::vector<int64_t> cells;
};
std::vector<Cohort> retention_triangle(const OrderBook& book, std::span<const Span> periods,
                                       Activity activity);

// /v1/insights/* of api/openapi.yaml.
class Insight {
 public:
  Insight(people::OrderBooks& books, access::Settings& settings, Clock clock);
  void add_routes(http::Router& router);
  // The people behind "activity:…", "rate:…", "triangle:…"; nullopt for words of other modules.
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  // For the overview.
  Result<std::vector<RetentionRateRow>> recent_retention(int months);
  Result<Json> activity_json(Period by, std::optional<Span> span);
  Result<Json> retention_rate_json(Period by, std::optional<Span> span);

 private:
  people::OrderBooks& books_;
  access::Settings& settings_;
  Clock clock_;
};

}  // namespace perennial::insight
