#include "insight/query.h"

#include <algorithm>
#include <array>

#include "insight/query_condition.h"
#include "insight/query_parse.h"
#include "insight/query_range.h"

namespace perennial::insight {
namespace {

constexpr size_t kMaxQueryId = 64;
constexpr size_t kMaxZoneBytes = 100;
constexpr size_t kMaxWeekStartBytes = 16;
constexpr size_t kMaxSetsOfQuestion = 16;

struct AnalysisKind {
  std::string_view name;
  std::vector<std::string_view> members;  // beside those of every question
  Result<Analysis> (*parse)(const Fields&);
  std::vector<Unit> units;  // that `by` may be; empty: no `by`
  // What `by` is when it is missing: a unit, one that suits the range, or none.
  enum class Default { kUnit, kSuitable, kNone } by_default = Default::kNone;
  Unit unit = Unit::kDay;
};

template <auto parse>
Result<Analysis> parse_as(const Fields& fields) {
  return Analysis(TRY(parse(fields)));
}

const std::vector<AnalysisKind>& analysis_kinds() {
  using enum Unit;
  using enum AnalysisKind::Default;
  static const std::vector<Unit> all = {kHour, kDay, kWeek, kMonth}, days = {kDay, kWeek, kMonth};
  static const std::vector<AnalysisKind> kinds = {
      {"trends",
       {"series", "formulas", "breakdown", "compare", "show", "rolling_periods"},
       parse_as<parse_trends>,
       all,
       kSuitable},
      {"funnel",
       {"steps", "order", "semantics", "clickhouse_modes", "window", "exclusions", "held_property",
        "count", "breakdown", "breakdown_touch"},
       parse_as<parse_funnel>,
       all,
       kNone},
      {"retention",
       {"start", "return", "time", "counted", "first_time", "minimum_count", "columns", "brackets",
        "breakdown"},
       parse_as<parse_retention>,
       days,
       kUnit,
       kDay},
      {"lifecycle", {"select"}, parse_as<parse_lifecycle>, days, kUnit, kWeek},
      {"stickiness",
       {"select", "minimum_count", "breakdown"},
       parse_as<parse_stickiness>,
       all,
       kUnit,
       kDay},
      {"active", {"select", "windows"}, parse_as<parse_active>, {}, kUnit, kDay},
      {"distribution",
       {"select", "measure", "property", "borders", "breakdown"},
       parse_as<parse_distribution>,
       all,
       kNone},
      {"interval",
       {"start", "end", "at_most", "held_property", "breakdown"},
       parse_as<parse_interval>,
       all,
       kNone},
      {"paths",
       {"from", "to", "events", "without", "split", "length", "session_gap_minutes",
        "merge_repeats", "occurrence", "most_edges", "most_paths", "fewest_people"},
       parse_as<parse_paths>,
       {},
       kNone},
      {"attribution",
       {"conversion", "value_property", "touches", "touch_property", "models", "look_back",
        "half_life", "most_rows"},
       parse_as<parse_attribution>,
       {},
       kNone},
      {"sessions",
       {"select", "gap_minutes", "breakdown"},
       parse_as<parse_sessions>,
       all,
       kSuitable},
      {"rfm", {"select", "value_property", "breaks"}, parse_as<parse_rfm>, {}, kNone}};
  return kinds;
}

Result<const AnalysisKind*> kind_of(const Json& json) {
  if (!json.is_object()) return fail(Code::kInvalid, "a question must be an object");
  auto found = json.find("analysis");
  const std::vector<std::string> names(kAnalysisNames.begin(), kAnalysisNames.end());
  if (found == json.end())
    return fail(Code::kInvalid, "is missing", "analysis",
                "say which analysis it is, as \"trends\"");
  if (found->is_string()) {
    for (const AnalysisKind& kind : analysis_kinds()) {
      if (kind.name == found->get_ref<const std::string&>()) return &kind;
    }
  }
  std::string all, hint;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  if (found->is_string())
    hint = did_you_mean(close_matches(found->get_ref<const std::string&>(), names));
  return fail(Code::kInvalid, "must be one of " + all, "analysis", hint);
}

Result<Calendar> calendar_of(const Fields& fields, Calendar calendar) {
  if (fields.has("week_start")) {
    const auto start = parse_week_start(TRY(fields.text("week_start", kMaxWeekStartBytes)));
    if (!start) return fail(Code::kInvalid, start.error().message, "week_start");
    calendar.week_start = *start;
  }
  const std::string name = TRY(fields.text("time_zone", kMaxZoneBytes));
  if (name.empty()) return calendar;
  auto zone = Zone::named(name);
  if (!zone)
    return fail(Code::kInvalid, zone.error().message, "time_zone",
                "give the name of an IANA zone, such as Asia/Shanghai");
  calendar.zone = *zone;
  return calendar;
}

Result<std::string> query_id_of(const Fields& fields) {
  std::string id = TRY(fields.text("query_id", kMaxQueryId));
  const bool fits = std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
  });
  if (!fits)
    return fail(Code::kInvalid, "may hold letters of a to z, digits, - and _ only", "query_id");
  return id;
}

Result<std::optional<Unit>> by_of(const Fields& fields, const AnalysisKind& kind, Span range) {
  if (!fields.has("by")) {
    switch (kind.by_default) {
      case AnalysisKind::Default::kUnit:
        return kind.unit;
      case AnalysisKind::Default::kSuitable:
        return suitable_unit(range);
      case AnalysisKind::Default::kNone:
        return std::nullopt;
    }
  }
  const Unit unit = TRY(parse_unit(fields, "by", std::nullopt));
  if (std::ranges::find(kind.units, unit) == kind.units.end())
    return fail(Code::kInvalid, "must be \"day\", \"week\" or \"month\"", "by");
  return unit;
}

size_t sets_in(const PeopleCondition& condition) {
  size_t count = condition.kind == PeopleCondition::Kind::kSet;
  for (const auto& part : condition.parts) count += sets_in(part);
  return count;
}

}  // namespace

Result<Query> parse_query(const Json& json, const access::Workspace& workspace, Instant now) {
  const AnalysisKind& kind = *TRY(kind_of(json));
  std::vector<std::string_view> known = {"analysis",  "query_id",   "range",
                                         "time_zone", "week_start", "people"};
  if (!kind.units.empty()) known.emplace_back("by");
  known.insert(known.end(), kind.members.begin(), kind.members.end());
  const Fields fields = TRY(Fields::of(json, "", known));

  Query query;
  query.query_id = TRY(query_id_of(fields));
  query.calendar = TRY(calendar_of(fields, workspace.calendar));
  query.now = now;
  query.range = TRY(parse_range(fields, query.calendar, now));
  query.by = TRY(by_of(fields, kind, query.range));
  if (query.by)
    query.periods = TRY(checked_periods(*query.by, query.calendar, query.range));
  else
    query.periods = {query.range};
  if (const Json* people = fields.find("people"))
    query.people = TRY(parse_people(*people, "people"));
  if (sets_in(query.people) > kMaxSetsOfQuestion)
    return fail(Code::kInvalid,
                "names more than " + std::to_string(kMaxSetsOfQuestion) + " sets of people",
                "people");
  query.analysis = TRY(kind.parse(fields));
  return query;
}

}  // namespace perennial::insight
