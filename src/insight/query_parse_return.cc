// Questions about coming back and about what leads where: retention, lifecycle, stickiness, active
// people, paths, attribution.
#include "insight/query_condition.h"
#include "insight/query_parse.h"
#include "insight/query_range.h"

namespace perennial::insight {
namespace {

constexpr size_t kMaxPropertyBytes = 200;
constexpr int kMaxMinimumCount = 1'000;
constexpr int kMaxGapMinutes = 24 * 60;
constexpr int kMaxEdges = 500, kMaxRows = 500;
constexpr int kMaxBracket = 4'000;
constexpr size_t kModels = 5;

Result<std::optional<NamedSelector>> maybe_selector(const Fields& fields, std::string_view member) {
  const Json* json = fields.find(member);
  if (json == nullptr) return std::nullopt;
  return TRY(parse_selector(*json, fields.at(member)));
}

Result<std::vector<NamedSelector>> selectors(const Fields& fields, std::string_view member,
                                             size_t low, size_t high) {
  std::vector<NamedSelector> result;
  const auto elements = TRY(fields.list(member, low, high));
  for (size_t i = 0; i < elements.size(); ++i)
    result.push_back(TRY(parse_selector(*elements[i], join_path(fields.at(member), i))));
  return result;
}

Result<int> minimum_count(const Fields& fields) {
  return static_cast<int>(TRY(fields.integer("minimum_count", 1, 1, kMaxMinimumCount)));
}

Result<std::vector<int>> parse_brackets(const Fields& fields) {
  std::vector<int> brackets;
  if (!fields.has("brackets")) return brackets;
  if (fields.has("columns"))
    return fail(Code::kInvalid, "does not stand beside brackets", fields.at("columns"));
  for (double border : TRY(fields.borders("brackets", 2, kMaxBorders))) {
    if (border < 0 || border > kMaxBracket || border != static_cast<int>(border)) {
      return fail(Code::kInvalid, "must be whole numbers from 0 to " + std::to_string(kMaxBracket),
                  fields.at("brackets"));
    }
    brackets.push_back(static_cast<int>(border));
  }
  return brackets;
}

}  // namespace

Result<RetentionQuery> parse_retention(const Fields& fields) {
  using Q = RetentionQuery;
  RetentionQuery q;
  q.start = TRY(selector(fields, "start"));
  q.comes_back = TRY(selector(fields, "return"));
  q.time =
      TRY(fields.word<Q::Time>("time", Q::Time::kCalendar,
                               {{"calendar", Q::Time::kCalendar}, {"rolling", Q::Time::kRolling}}));
  q.counted = TRY(fields.word<Q::Counted>("counted", Q::Counted::kOn,
                                          {{"on", Q::Counted::kOn},
                                           {"on_or_after", Q::Counted::kOnOrAfter},
                                           {"on_or_before", Q::Counted::kOnOrBefore}}));
  q.first_time = TRY(fields.flag("first_time", true));
  q.minimum_count = TRY(minimum_count(fields));
  if (fields.has("columns"))
    q.columns = static_cast<int>(TRY(fields.integer("columns", 1, 1, kMaxRetentionColumns)));
  q.brackets = TRY(parse_brackets(fields));
  q.breakdown = TRY(breakdown(fields));
  return q;
}

Result<LifecycleQuery> parse_lifecycle(const Fields& fields) {
  LifecycleQuery q;
  q.select = TRY(selector(fields, "select"));
  return q;
}

Result<StickinessQuery> parse_stickiness(const Fields& fields) {
  StickinessQuery q;
  q.select = TRY(selector(fields, "select"));
  q.minimum_count = TRY(minimum_count(fields));
  q.breakdown = TRY(people_breakdown(fields));
  return q;
}

Result<ActiveQuery> parse_active(const Fields& fields) {
  using Windows = ActiveQuery::Windows;
  ActiveQuery q;
  q.select = TRY(maybe_selector(fields, "select")).value_or(any_event(fields.at("select")));
  q.windows = TRY(
      fields.word<Windows>("windows", Windows::kTrailing,
                           {{"trailing", Windows::kTrailing}, {"calendar", Windows::kCalendar}}));
  return q;
}

namespace {

Result<PathsQuery::Split> parse_split(const Json& json, const std::string& path) {
  const Fields fields = TRY(Fields::of(json, path, {"property", "events", "top"}));
  PathsQuery::Split split;
  TRY(fields.required("property"));
  split.property = TRY(single_property(fields, "property"));
  if (split.property.empty())
    return fail(Code::kInvalid, "must name a property", fields.at("property"));
  const auto events = TRY(fields.list("events", 0, kMaxPathEvents));
  for (size_t i = 0; i < events.size(); ++i) {
    const std::string at = join_path(fields.at("events"), i);
    split.events.push_back(TRY(parse_event_choice(*events[i], at)));
    const auto& event = split.events.back().select.any_of[0];
    if (!event.where.always())
      return fail(Code::kInvalid, "takes no condition", join_path(at, "where"));
    if (!event.name) return fail(Code::kInvalid, "must name its event", at);
  }
  split.top = static_cast<int>(TRY(fields.integer("top", split.top, 1, kMaxBreakdownTop)));
  return split;
}

}  // namespace

Result<PathsQuery> parse_paths(const Fields& fields) {
  PathsQuery q;
  q.from = TRY(maybe_selector(fields, "from"));
  q.to = TRY(maybe_selector(fields, "to"));
  q.events = TRY(selectors(fields, "events", 0, kMaxPathEvents));
  const auto without = TRY(fields.list("without", 0, kMaxPathEvents));
  for (size_t i = 0; i < without.size(); ++i) {
    q.without.push_back(TRY(parse_event_choice(*without[i], join_path(fields.at("without"), i))));
  }
  if (const Json* json = fields.find("split"))
    q.split = TRY(parse_split(*json, fields.at("split")));
  q.length = static_cast<int>(TRY(fields.integer("length", q.length, 2, kMaxPathLength)));
  q.session_gap =
      std::chrono::minutes(TRY(fields.integer("session_gap_minutes", 30, 1, kMaxGapMinutes)));
  q.merge_repeats = TRY(fields.flag("merge_repeats", true));
  using Occurrence = PathsQuery::Occurrence;
  q.occurrence = TRY(fields.word<Occurrence>(
      "occurrence", Occurrence::kFirst,
      {{"first", Occurrence::kFirst}, {"last", Occurrence::kLast}, {"every", Occurrence::kEvery}}));
  q.most_edges = static_cast<int>(TRY(fields.integer("most_edges", 50, 1, kMaxEdges)));
  q.most_paths =
      static_cast<int>(TRY(fields.integer("most_paths", 20, 0, timeline::kMaxWholePaths)));
  q.fewest_people = static_cast<int>(TRY(fields.integer("fewest_people", 1, 1, 1'000'000'000)));
  return q;
}

Result<AttributionQuery> parse_attribution(const Fields& fields) {
  using Model = AttributionQuery::Model;
  AttributionQuery q;
  q.conversion = TRY(selector(fields, "conversion"));
  q.value_property = TRY(fields.text("value_property", kMaxPropertyBytes));
  q.touches = TRY(selectors(fields, "touches", 1, kMaxTouches));
  q.touch_property = TRY(single_property(fields, "touch_property"));
  if (fields.has("models")) {
    q.models.clear();
    for (const Json* word : TRY(fields.list("models", 1, kModels))) {
      const std::string path = join_path(fields.at("models"), q.models.size());
      q.models.push_back(TRY(Fields::word_of<Model>(*word, path,
                                                    {{"first", Model::kFirst},
                                                     {"last", Model::kLast},
                                                     {"linear", Model::kLinear},
                                                     {"position", Model::kPosition},
                                                     {"time_decay", Model::kTimeDecay}})));
    }
  }
  q.look_back = TRY(parse_duration(fields, "look_back", q.look_back));
  q.half_life = TRY(parse_duration(fields, "half_life", q.half_life));
  q.most_rows = static_cast<int>(TRY(fields.integer("most_rows", 50, 1, kMaxRows)));
  return q;
}

}  // namespace perennial::insight
