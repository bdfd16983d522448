// A question about behaviour as the asker put it: what POST /v1/insights/query takes (Question of
// api/openapi.yaml), parsed and checked. Times are instants and calendars here; answer_*.cc turn
// them into what a kernel counts in.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "timeline/timeline.h"

namespace perennial::insight {

// Limits of one question, beside those of timeline/select.h and periods.h.
inline constexpr size_t kMinFunnelSteps = 2, kMaxFunnelSteps = 32;
inline constexpr std::chrono::seconds kMinWindow{1};
inline constexpr std::chrono::days kMaxWindow{400};
inline constexpr size_t kMaxExclusions = 8;
inline constexpr size_t kMaxTrendsSeries = 16, kMaxTrendsFormulas = 16;
inline constexpr int kMaxBreakdownTop = 50;
inline constexpr size_t kMaxSetsOfBreakdown = 50;
inline constexpr size_t kMaxConditionValues = 200;  // of one comparison
inline constexpr size_t kMaxBorders = 50;
inline constexpr int kMaxRetentionColumns = 400;
inline constexpr size_t kMaxTouches = 32;
inline constexpr size_t kMaxPathEvents = 32;
inline constexpr int kMaxPathLength = 20;
inline constexpr size_t kMaxNameOfQuestion = 200;   // bytes of names that an asker chooses
inline constexpr int64_t kLastSecond = UINT32_MAX;  // 2106-02-07: what a timeline holds

enum class Unit { kHour, kDay, kWeek, kMonth };
std::string_view unit_name(Unit unit);
// Periods of a range, cut to it. Hours begin on full hours of the zone's clock; a clock change that
// is no full hour makes one hour longer.
std::vector<Span> periods_of(Unit unit, const Calendar& calendar, Span range);
// "2026-03-01T14:00" of an hour, else as Calendar::label.
std::string label_of(Unit unit, const Calendar& calendar, Instant start);

// What a question selects, and where it stands in the document ("steps[2]"), for errors.
struct NamedSelector {
  std::string path;
  std::string name;     // as answers call it: chosen, or made from the events
  bool listed = false;  // any_of was written out
  timeline::Selector select;
};

// Which people count. The default is everyone.
struct PeopleCondition {
  enum class Kind { kAll, kAny, kNot, kTest, kSet };
  Kind kind = Kind::kAll;
  std::vector<PeopleCondition> parts;
  timeline::Test test;  // of a person's property
  std::string set;      // words of GET /v1/customers?set=…
  bool always() const { return kind == Kind::kAll && parts.empty(); }
};

struct Breakdown {
  enum class By { kEventProperty, kPersonProperty, kEventName, kSets };
  By by = By::kPersonProperty;
  std::string property;
  std::vector<std::string> sets;
  std::optional<double> step;
  int top = 10;
};

inline constexpr std::array<int, 6> kTrendsPercentiles = {25, 50, 75, 90, 95, 99};
struct TrendsQuery {
  enum class Measure {
    kCount,
    kPeople,
    kPerPerson,
    kSum,
    kAverage,
    kMinimum,
    kMaximum,
    kPercentile
  };
  struct Series {
    NamedSelector select;
    std::string name;
    Measure measure = Measure::kCount;
    std::string property;
    int percentile = 50;  // one of kTrendsPercentiles
  };
  struct Formula {
    std::string name, expression;
  };
  enum class Show { kEach, kCumulative, kRolling };
  std::vector<Series> series;
  std::vector<Formula> formulas;
  std::optional<Breakdown> breakdown;
  bool compare_previous = false;
  Show show = Show::kEach;
  int rolling_periods = 7;
};

struct FunnelQuery {
  enum class Order { kOrdered, kStrict, kAny };
  enum class Semantics { kLatestEntry, kFirstEntry, kPerDay, kClickhouse };
  struct Modes {  // of ClickHouse's windowFunnel
    bool strict_deduplication = false, strict_order = false, strict_increase = false,
         strict_once = false, allow_reentry = false;
  };
  struct Exclusion {
    NamedSelector select;
    int after_step = 1, before_step = 2;  // from 1
  };
  enum class Count { kPeople, kTotals };
  enum class Touch { kFirst, kLast };
  std::vector<NamedSelector> steps;
  Order order = Order::kOrdered;
  Semantics semantics = Semantics::kLatestEntry;
  Modes modes;
  std::chrono::seconds window = std::chrono::days(7);
  std::optional<std::chrono::seconds> session_gap;  // a session in place of the window
  std::vector<Exclusion> exclusions;
  std::string held_property;
  Count count = Count::kPeople;
  std::optional<Breakdown> breakdown;
  Touch touch = Touch::kFirst;
};

struct RetentionQuery {
  enum class Time { kCalendar, kRolling };
  enum class Counted { kOn, kOnOrAfter, kOnOrBefore };
  NamedSelector start, comes_back;
  Time time = Time::kCalendar;
  Counted counted = Counted::kOn;
  bool first_time = true;
  int minimum_count = 1;
  std::optional<int> columns;
  std::vector<int> brackets;  // empty: every period a column
  std::optional<Breakdown> breakdown;
};

struct LifecycleQuery {
  NamedSelector select;
};

struct StickinessQuery {
  NamedSelector select;
  int minimum_count = 1;
  std::optional<Breakdown> breakdown;
};

struct ActiveQuery {
  enum class Windows { kTrailing, kCalendar };
  NamedSelector select;
  Windows windows = Windows::kTrailing;
};

struct DistributionQuery {
  enum class Measure { kCount, kDays, kHours, kSum };
  NamedSelector select;
  Measure measure = Measure::kCount;
  std::string property;
  std::vector<double> borders;
  std::optional<Breakdown> breakdown;
};

struct IntervalQuery {
  NamedSelector start, end;
  std::chrono::seconds at_most = kMaxWindow;
  std::string held_property;
  std::optional<Breakdown> breakdown;
};

struct PathsQuery {
  enum class Occurrence { kFirst, kLast, kEvery };
  std::optional<NamedSelector> from, to;
  std::vector<NamedSelector> events, without;
  struct Split {  // of steps by the values of a property
    std::string property;
    std::vector<NamedSelector> events;  // whose; empty: of all that carry it
    int top = 10;
  };
  std::optional<Split> split;
  int length = 5;
  std::chrono::seconds session_gap = std::chrono::minutes(30);
  bool merge_repeats = true;
  Occurrence occurrence = Occurrence::kFirst;  // of the event that paths start from or end with
  int most_edges = 50;
  int most_paths = 20;
  int fewest_people = 1;
};

struct AttributionQuery {
  enum class Model { kFirst, kLast, kLinear, kPosition, kTimeDecay };
  NamedSelector conversion;
  std::string value_property;
  std::vector<NamedSelector> touches;
  std::string touch_property;
  std::vector<Model> models{Model::kLast};
  std::chrono::seconds look_back = std::chrono::days(30);
  std::chrono::seconds half_life = std::chrono::days(7);
  int most_rows = 50;
};

struct SessionsQuery {
  NamedSelector select;
  std::chrono::seconds gap = std::chrono::minutes(30);
  std::optional<Breakdown> breakdown;
};

struct RfmQuery {
  NamedSelector select;
  std::string value_property;  // "": not chosen (choose_value), or without one, all values are 0
  // Four borders each, or empty for fifths of the people.
  std::vector<double> recency_days, frequency, value;
};

using Analysis = std::variant<TrendsQuery, FunnelQuery, RetentionQuery, LifecycleQuery,
                              StickinessQuery, ActiveQuery, DistributionQuery, IntervalQuery,
                              PathsQuery, AttributionQuery, SessionsQuery, RfmQuery>;
// In the order of the variant.
inline constexpr std::array<std::string_view, 12> kAnalysisNames = {
    "trends",       "funnel",   "retention", "lifecycle",   "stickiness", "active",
    "distribution", "interval", "paths",     "attribution", "sessions",   "rfm"};

struct Query {
  std::string query_id;  // "" when the asker chose none
  Calendar calendar;     // in the zone that is asked for
  Instant now;
  Span range;
  std::optional<Unit> by;
  std::vector<Span> periods;  // of `by`; the range as one without it
  PeopleCondition people;
  Analysis analysis;

  std::string_view analysis_name() const { return kAnalysisNames[analysis.index()]; }
  // What can be counted: nothing after now is.
  Span counted() const { return {range.from, std::max(range.from, std::min(range.to, now))}; }
};

// Fails with kInvalid; `where` names the member ("steps[2].where.any[0].op"), `hint` says what
// fits.
Result<Query> parse_query(const Json& json, const access::Workspace& workspace, Instant now);

}  // namespace perennial::insight
