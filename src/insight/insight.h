// Questions about behaviour. From order columns: activity, the retention rate, the retention
// triangle; from the timeline, as documents (query.h): trends, funnels, retention and the rest.
// Periods are days, weeks or months of the workspace's calendar, half-open. Every number names the
// set of people behind it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "http/http.h"
#include "insight/names_check.h"      // IWYU pragma: export
#include "insight/query_condition.h"  // IWYU pragma: export
#include "insight/query_fields.h"     // IWYU pragma: export
#include "people/people.h"
#include "store/store.h"
#include "timeline/timeline.h"

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

class Refresher;  // refresh.h

// Questions about behaviour as documents, answered from the timeline.
inline constexpr std::chrono::seconds kMaxQuestionTime{60};  // then kTimeout
inline constexpr size_t kKeptAnswers = 100;                  // whose numbers can be opened,
inline constexpr std::chrono::hours kKeptFor{1};             // and for how long
inline constexpr size_t kKeptReportAnswers = 200;            // the same of what dashboards show
inline constexpr uint64_t kMaxQuestionMemory = uint64_t{1} << 30;   // bytes; then kTooLarge
inline constexpr uint64_t kMaxQuestionsMemory = uint64_t{3} << 30;  // of all that run; then kBusy
inline constexpr uint64_t kMaxKeptMemory = uint64_t{1}
                                           << 30;  // of answers that are kept, files too
inline constexpr size_t kMaxRunning = 64;          // questions at one time; then kBusy

struct BehaviourParts {
  timeline::Timeline& timeline;
  store::Database& database;
  access::Settings& settings;
  // People behind the words of any set; kInvalid if nobody knows them.
  std::function<Result<std::vector<PersonId>>(std::string_view)> resolve_set;
  people::ListHandlers lists;  // answer with the people behind a number
  Clock clock;
  // How a set is called, for readers who may not ask what its words mean; "" where the words say
  // it.
  std::function<std::string(std::string_view)> name_of_set = nullptr;
  uint64_t most_memory = kMaxQuestionMemory;  // of a question, and of all of them
  uint64_t most_memory_together = kMaxQuestionsMemory;
  std::chrono::seconds most_time = kMaxQuestionTime;
};

// A number of people of a funnel's answer, in the words of its question.
struct FunnelNumber {
  Json question;         // FunnelQuestion of api/openapi.yaml, as it was asked
  size_t steps = 1;      // they took the first `steps` steps
  bool no_more = false;  // and not the next one
  bool whole = true;     // false: of one group, one period or one time taken
};

// /v1/insights/query, its people, trace and pickers, reports and dashboards of api/openapi.yaml.
// Thread-safe.
class Behaviour {
 public:
  explicit Behaviour(BehaviourParts parts);
  ~Behaviour();
  void add_routes(http::Router& router);
  // The people behind "people:HANDLE"; nullopt for words of other modules.
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  // What a handle counts; nullopt when it is no funnel's. kNotFound for a handle that was never
  // given out or whose answer is gone.
  Result<std::optional<FunnelNumber>> funnel_number(std::string_view handle);
  // Answers a question; `asker` names whose questions may be cancelled by whom. Without handles the
  // numbers of the answer cannot be opened.
  Result<Json> ask(const Json& question, std::string_view asker, bool handles = true);
  // Begins to answer the questions of dashboards on their own, by the clock of the parts.
  void start();
  void stop();  // cancels what runs; nothing is answered afterwards
  // What start() does again and again: asks what is due at `now`, tells how many questions.
  Result<size_t> refresh_due(Instant now);
  // True if a question of the asker with that query_id was running.
  bool cancel(std::string_view asker, std::string_view query_id);

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
  std::unique_ptr<Refresher> refresher_;
};

// Drops kept answers of dashboards that hold one of these words (people::ErasedPerson) as a value:
// they are asked again when they are due. Without `take` they stay and are counted. How many.
Result<int64_t> forget_answers(store::Connection& c, const std::vector<std::string>& words,
                               bool take);

std::span<const store::Migration> migrations();

}  // namespace perennial::insight
