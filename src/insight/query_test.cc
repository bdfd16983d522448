// Questions as documents: what is taken, what is refused and how it is said.
#include "insight/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "insight/query_fields.h"

namespace perennial::insight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

access::Workspace shanghai() {
  access::Workspace w;
  w.calendar.zone = *Zone::named("Asia/Shanghai");
  return w;
}
const Instant kNow = *parse_instant("2026-03-18T10:30:00Z");  // a Wednesday, 18:30 in Shanghai

Json json_of(std::string_view text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json) << text;
  return json ? *json : Json();
}
Result<Query> ask(std::string_view text) { return parse_query(json_of(text), shanghai(), kNow); }
Query good(std::string_view text) {
  auto query = ask(text);
  EXPECT_TRUE(query) << text << "\n" << (query ? "" : query.error().text());
  return query ? *query : Query();
}
Error bad(const Json& json) {
  auto query = parse_query(json, shanghai(), kNow);
  EXPECT_FALSE(query) << json;
  return query ? Error{} : query.error();
}

const Json kFunnel = json_of(R"({"analysis": "funnel", "range": {"last": 30},
  "steps": [{"event": "A"}, {"event": "B"}]})");
const Json kTrends = json_of(R"({"analysis": "trends", "range": {"last": 30},
  "series": [{"select": {"event": "A"}, "measure": "count"}]})");
const Json kRetention = json_of(R"({"analysis": "retention", "range": {"last": 30},
  "start": {"event": "A"}, "return": {"any_event": true}})");

// `document` with one member changed.
Json with(Json document, const char* pointer, const Json& value) {
  document[Json::json_pointer(pointer)] = value;
  return document;
}
std::string where(const Json& json) { return bad(json).where; }

std::string day(Instant t) { return format_instant(t); }
using Days = std::pair<std::string, std::string>;

TEST(QueryRange, AllForms) {
  auto range = [](std::string_view text) {
    Query q = good(with(kTrends, "/range", json_of(text)).dump());
    return Days(day(q.range.from), day(q.range.to));
  };
  EXPECT_EQ(range(R"({"from": "2026-01-01", "to": "2026-02-01"})"),
            Days("2025-12-31T16:00:00.000Z", "2026-01-31T16:00:00.000Z"));
  EXPECT_EQ(range(R"({"from": "2026-01-01T00:30:00Z", "to": "2026-01-01T09:00:00+08:00"})"),
            Days("2026-01-01T00:30:00.000Z", "2026-01-01T01:00:00.000Z"));
  EXPECT_EQ(range(R"({"last": 1})"), Days("2026-03-17T16:00:00.000Z", "2026-03-18T16:00:00.000Z"));
  EXPECT_EQ(range(R"({"last": 90, "unit": "day"})"),
            Days("2025-12-18T16:00:00.000Z", "2026-03-18T16:00:00.000Z"));
  EXPECT_EQ(range(R"({"last": 2, "unit": "week"})"),
            Days("2026-03-08T16:00:00.000Z", "2026-03-22T16:00:00.000Z"));
  EXPECT_EQ(range(R"({"last": 3, "unit": "hour"})"),
            Days("2026-03-18T08:00:00.000Z", "2026-03-18T11:00:00.000Z"));
  EXPECT_EQ(range(R"({"this": "month"})"),
            Days("2026-02-28T16:00:00.000Z", "2026-03-31T16:00:00.000Z"));
  EXPECT_EQ(range(R"({"previous": "month"})"),
            Days("2026-01-31T16:00:00.000Z", "2026-02-28T16:00:00.000Z"));
}

TEST(QueryRange, WhatIsRefused) {
  auto refused = [](std::string_view text) {
    return where(with(kTrends, "/range", json_of(text)));
  };
  EXPECT_EQ(refused(R"({"from": "2026-02-01", "to": "2026-01-01"})"), "range.to");
  EXPECT_EQ(refused(R"({"from": "2026-01-01", "to": "2026-01-01"})"), "range.to");
  EXPECT_EQ(refused(R"({"from": "1900-01-01", "to": "1900-02-01"})"), "range.from");
  EXPECT_EQ(refused(R"({"from": "2026-01-01", "to": "2106-03-01"})"), "range.to");
  EXPECT_EQ(refused(R"({"from": "yesterday", "to": "2026-01-01"})"), "range.from");
  EXPECT_EQ(refused(R"({"from": "2026-01-01"})"), "range.to");
  EXPECT_EQ(refused(R"({"last": 0})"), "range.last");
  EXPECT_EQ(refused(R"({"last": 4001})"), "range.last");
  EXPECT_EQ(refused(R"({"last": 3, "unit": "year"})"), "range.unit");
  EXPECT_EQ(refused(R"({"last": 3, "this": "day"})"), "range");
  EXPECT_EQ(refused(R"({"this": "day", "unit": "day"})"), "range");
  EXPECT_EQ(refused(R"({})"), "range");
  EXPECT_EQ(refused(R"([])"), "range");
}

TEST(QueryRange, AsManyPeriodsAsAllowedAndNotOneMore) {
  Json q = with(kTrends, "/by", "hour");
  q["time_zone"] = "UTC";
  // 4,000 hours are 166 days and 16 hours.
  q["range"] = {{"from", "2025-01-01T00:00:00Z"}, {"to", "2025-06-16T16:00:00Z"}};
  EXPECT_EQ(good(q.dump()).periods.size(), 4'000u);
  q["range"]["to"] = "2025-06-16T16:00:01Z";
  EXPECT_EQ(where(q), "range");
  q["range"] = {{"from", "1970-01-01"}, {"to", "2106-01-01"}};
  EXPECT_EQ(where(q), "range");
  q["by"] = "month";
  EXPECT_EQ(good(q.dump()).periods.size(), 136u * 12);
}

TEST(QueryPeriods, CutToTheRangeAndLabelled) {
  Query q = good(R"({"analysis": "lifecycle", "select": {"event": "A"}, "by": "month",
    "range": {"from": "2026-01-15", "to": "2026-03-02"}})");
  ASSERT_EQ(q.periods.size(), 3u);
  EXPECT_EQ(day(q.periods[0].from), "2026-01-14T16:00:00.000Z");
  EXPECT_EQ(day(q.periods[2].to), "2026-03-01T16:00:00.000Z");
  EXPECT_EQ(label_of(*q.by, q.calendar, q.periods[0].from), "2026-01");
}

TEST(QueryPeriods, HoursAcrossClockChanges) {
  auto hours = [](const char* zone, const char* from, const char* to) {
    Calendar calendar{.zone = *Zone::named(zone)};
    std::vector<std::string> labels;
    const Span range{*parse_instant(from, calendar.zone), *parse_instant(to, calendar.zone)};
    const auto periods = periods_of(Unit::kHour, calendar, range);
    for (size_t i = 0; i < periods.size(); ++i) {
      labels.push_back(label_of(Unit::kHour, calendar, periods[i].from).substr(11));
      if (i > 0) {
        EXPECT_EQ(periods[i].from, periods[i - 1].to);
      }
    }
    return labels;
  };
  EXPECT_THAT(hours("America/Los_Angeles", "2026-03-08T00:00:00", "2026-03-08T05:00:00"),
              ElementsAre("00:00", "01:00", "03:00", "04:00"));
  EXPECT_THAT(hours("America/Los_Angeles", "2026-11-01T00:00:00", "2026-11-01T03:00:00"),
              ElementsAre("00:00", "01:00", "01:00", "02:00"));
  EXPECT_THAT(hours("Pacific/Chatham", "2026-03-01T00:00:00", "2026-03-01T02:00:00"),
              ElementsAre("00:00", "01:00"));
  // Half an hour forward at 2:00, and back.
  EXPECT_THAT(hours("Australia/Lord_Howe", "2026-10-04T00:00:00", "2026-10-04T05:00:00"),
              ElementsAre("00:00", "01:00", "03:00", "04:00"));
  EXPECT_THAT(hours("Australia/Lord_Howe", "2026-04-05T00:00:00", "2026-04-05T04:00:00"),
              ElementsAre("00:00", "01:00", "02:00", "03:00"));
}

TEST(QueryCommon, ZoneIdAndPeople) {
  Query q = good(R"({"analysis": "active", "query_id": "a-B_9", "range": {"last": 7},
    "time_zone": "Pacific/Chatham", "week_start": "saturday",
    "people": {"all": [{"set": "stage:silent"}, {"not": {"any": [
      {"property": "country", "op": "is", "value": ["CN", "SG"]},
      {"property": "vip", "op": "is", "value": true}]}}]}})");
  EXPECT_EQ(q.query_id, "a-B_9");
  EXPECT_EQ(q.calendar.zone.name(), "Pacific/Chatham");
  EXPECT_EQ(q.calendar.week_start, WeekStart::kSaturday);
  EXPECT_EQ(q.analysis_name(), "active");
  EXPECT_EQ(q.by, Unit::kDay);
  ASSERT_EQ(q.people.parts.size(), 2u);
  EXPECT_EQ(q.people.parts[0].set, "stage:silent");
  const auto& any = q.people.parts[1].parts[0];
  EXPECT_EQ(any.kind, PeopleCondition::Kind::kAny);
  EXPECT_THAT(any.parts[0].test.texts, ElementsAre("CN", "SG"));
  EXPECT_THAT(any.parts[1].test.texts, ElementsAre("true"));
  EXPECT_EQ(where(with(kTrends, "/time_zone", "Mars/Olympus")), "time_zone");
  EXPECT_EQ(where(with(kTrends, "/week_start", "tuesday")), "week_start");
  EXPECT_EQ(where(with(kTrends, "/query_id", "a b")), "query_id");
  EXPECT_EQ(where(with(kTrends, "/query_id", std::string(65, 'a'))), "query_id");
  EXPECT_EQ(where(with(kTrends, "/people", {{"set", 3}})), "people.set");
  Json sets = Json::array();
  for (int i = 0; i < 16; ++i) sets.push_back({{"set", "stage:new"}});
  good(with(kTrends, "/people", {{"any", sets}}).dump());
  sets.push_back({{"set", "stage:new"}});
  EXPECT_EQ(where(with(kTrends, "/people", {{"any", sets}})), "people");
}

TEST(QueryCommon, UnknownMembersAreNamedWithCloseOnes) {
  Error error = bad(with(kFunnel, "/stepps", Json::array()));
  EXPECT_EQ(error.where, "stepps");
  EXPECT_EQ(error.hint, "did you mean \"steps\"?");
  error = bad(with(kFunnel, "/steps/1/evnt", "B"));
  EXPECT_EQ(error.where, "steps[1].evnt");
  EXPECT_THAT(error.hint, HasSubstr("\"event\""));
  error = bad(Json{{"analysis", "funel"}});
  EXPECT_EQ(error.where, "analysis");
  EXPECT_EQ(error.hint, "did you mean \"funnel\"?");
  EXPECT_EQ(where(Json::object()), "analysis");
  EXPECT_EQ(where(Json::array()), "");
  EXPECT_EQ(where(with(kFunnel, "/series", Json::array())), "series");
  EXPECT_EQ(where(Json{{"analysis", "trends"}}), "range");
}

TEST(QuerySelector, Forms) {
  Query q = good(R"({"analysis": "funnel", "range": {"last": 30}, "steps": [
    {"event": "A"}, {"event": "Home", "type": "page", "name": "Start"}, {"any_event": true},
    {"any_event": true, "type": "screen"}, {"type": "identify"},
    {"any_of": [{"event": "A"}, {"event": "B", "where": {"property": "x", "op": "is_set"}}]}]})");
  const auto& steps = std::get<FunnelQuery>(q.analysis).steps;
  EXPECT_EQ(steps[0].name, "A");
  EXPECT_EQ(steps[0].select.any_of[0].type, events::Type::kTrack);
  EXPECT_EQ(steps[1].name, "Start");
  EXPECT_EQ(steps[1].select.any_of[0].type, events::Type::kPage);
  EXPECT_EQ(steps[2].select.any_of[0].type, std::nullopt);
  EXPECT_EQ(steps[2].select.any_of[0].name, std::nullopt);
  EXPECT_EQ(steps[3].select.any_of[0].type, events::Type::kScreen);
  EXPECT_EQ(steps[4].select.any_of[0].name, std::nullopt);
  EXPECT_EQ(steps[5].name, "A / B");
  EXPECT_TRUE(steps[5].listed);
  EXPECT_EQ(where(with(kFunnel, "/steps/0", Json::object())), "steps[0].event");
  EXPECT_EQ(where(with(kFunnel, "/steps/0", "A")), "steps[0]");
  EXPECT_EQ(where(with(kFunnel, "/steps/0/type", "click")), "steps[0].type");
  EXPECT_EQ(where(with(kFunnel, "/steps/0/any_event", true)), "steps[0].event");
  EXPECT_EQ(where(with(kFunnel, "/steps/0/type", "identify")), "steps[0].event");
  EXPECT_EQ(where(with(kFunnel, "/steps/0/any_of", Json::array({Json{{"event", "B"}}}))),
            "steps[0].event");
  EXPECT_EQ(where(with(kFunnel, "/steps/0", {{"any_of", Json::array()}})), "steps[0].any_of");
  EXPECT_EQ(where(with(kFunnel, "/steps/0", {{"any_of", Json::array({Json{{"name", "B"}}})}})),
            "steps[0].any_of[0].name");
}

TEST(QueryCondition, EveryComparison) {
  auto test_of = [](std::string_view text) {
    Query q = good(with(kFunnel, "/steps/0/where", json_of(text)).dump());
    return std::get<FunnelQuery>(q.analysis).steps[0].select.any_of[0].where.test;
  };
  using Op = timeline::Test::Op;
  EXPECT_EQ(test_of(R"({"property": "p", "op": "is", "value": 3})").op, Op::kIs);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "is_not", "value": ["a", 2]})").op, Op::kIsNot);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "contains", "value": "a"})").op, Op::kContains);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "not_contains", "value": "a"})").op,
            Op::kNotContains);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "starts_with", "value": "a"})").op, Op::kStartsWith);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "less", "value": 1.5})").op, Op::kLess);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "at_most", "value": -1})").op, Op::kAtMost);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "greater", "value": 1})").op, Op::kGreater);
  EXPECT_EQ(test_of(R"({"property": "p", "op": "at_least", "value": 1})").op, Op::kAtLeast);
  EXPECT_THAT(test_of(R"({"property": "p", "op": "between", "value": [1, 2]})").numbers,
              ElementsAre(1, 2));
  EXPECT_EQ(test_of(R"({"property": "p", "op": "is_set"})").op, Op::kIsSet);
  EXPECT_EQ(test_of(R"({"property": "a.b", "op": "is_not_set"})").property, "a.b");
}

TEST(QueryCondition, WhatIsRefused) {
  auto refused = [](std::string_view text) {
    return where(with(kFunnel, "/steps/0/where", json_of(text)));
  };
  EXPECT_EQ(refused(R"({"op": "is", "value": 3})"), "steps[0].where.property");
  EXPECT_EQ(refused(R"({"property": "p", "op": "=", "value": 3})"), "steps[0].where.op");
  EXPECT_EQ(refused(R"({"property": "p", "op": "is"})"), "steps[0].where.value");
  EXPECT_EQ(refused(R"({"property": "p", "op": "is_set", "value": 1})"), "steps[0].where.value");
  EXPECT_EQ(refused(R"({"property": "p", "op": "less", "value": "1"})"), "steps[0].where.value");
  EXPECT_EQ(refused(R"({"property": "p", "op": "between", "value": [2, 1]})"),
            "steps[0].where.value");
  EXPECT_EQ(refused(R"({"property": "p", "op": "contains", "value": 1})"), "steps[0].where.value");
  EXPECT_EQ(refused(R"({"property": "p", "op": "is", "value": []})"), "steps[0].where.value");
  EXPECT_EQ(refused(R"({"property": "p", "op": "is", "value": ["a", {}]})"),
            "steps[0].where.value[1]");
  EXPECT_EQ(refused(R"({"all": [{"any": [{"property": "p", "op": "x"}]}]})"),
            "steps[0].where.all[0].any[0].op");
  EXPECT_EQ(refused(R"({"not": []})"), "steps[0].where.not");
  EXPECT_EQ(refused(R"({"all": [], "any": []})"), "steps[0].where.any");
  EXPECT_EQ(refused(R"({"set": "stage:new"})"), "steps[0].where.set");  // people only
  EXPECT_EQ(refused("3"), "steps[0].where");
}

TEST(QueryCondition, DepthAndSizeAtTheirLimits) {
  auto nested = [](int depth) {
    Json condition = {{"property", "p"}, {"op", "is_set"}};
    for (int i = 1; i < depth; ++i) condition = Json{{"not", condition}};
    return with(kFunnel, "/steps/0/where", condition);
  };
  good(nested(16).dump());
  EXPECT_THAT(bad(nested(17)).message, HasSubstr("deeper than 16"));
  bad(nested(60));
  auto wide = [](size_t tests) {
    Json all = Json::array();
    for (size_t i = 0; i < tests / 2; ++i) all.push_back({{"property", "p"}, {"op", "is_set"}});
    Json any = {{"any", all}};
    for (size_t i = tests / 2; i < tests; ++i) all.push_back({{"property", "p"}, {"op", "is_set"}});
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(tests / 2));
    all.push_back(any);
    return with(kFunnel, "/steps/0/where", {{"all", all}});
  };
  good(wide(256).dump());
  EXPECT_THAT(bad(wide(257)).message, HasSubstr("256 comparisons"));
}

TEST(QueryBreakdown, FormsAndLimits) {
  auto of = [](std::string_view text) {
    Query q = good(with(kTrends, "/breakdown", json_of(text)).dump());
    return *std::get<TrendsQuery>(q.analysis).breakdown;
  };
  auto refused = [](std::string_view text) {
    return where(with(kTrends, "/breakdown", json_of(text)));
  };
  Breakdown by = of(R"({"event_property": "price", "step": 100, "top": 50})");
  EXPECT_EQ(by.by, Breakdown::By::kEventProperty);
  EXPECT_EQ(by.step, 100);
  EXPECT_EQ(by.top, 50);
  EXPECT_EQ(of(R"({"person_property": "country"})").top, 10);
  EXPECT_EQ(of(R"({"event_name": true})").by, Breakdown::By::kEventName);
  EXPECT_THAT(of(R"({"sets": ["stage:new", "stage:loyal"]})").sets,
              ElementsAre("stage:new", "stage:loyal"));
  EXPECT_EQ(refused(R"({"event_property": "price", "top": 51})"), "breakdown.top");
  EXPECT_EQ(refused(R"({"event_property": "price", "top": 1000000})"), "breakdown.top");
  EXPECT_EQ(refused(R"({"event_property": "price", "step": 0})"), "breakdown.step");
  EXPECT_EQ(refused(R"({"event_name": true, "step": 1})"), "breakdown.step");
  EXPECT_EQ(refused(R"({"event_property": "a", "person_property": "b"})"), "breakdown");
  EXPECT_EQ(refused(R"({"top": 3})"), "breakdown");
  EXPECT_EQ(refused(R"({"sets": [1]})"), "breakdown.sets[0]");
  EXPECT_EQ(refused(R"({"sets": []})"), "breakdown.sets");
}

TEST(QueryTrends, Members) {
  Query q = good(R"({"analysis": "trends", "range": {"last": 90}, "by": "week", "series": [
      {"name": "Views", "select": {"event": "A"}, "measure": "people"},
      {"select": {"event": "B"}, "measure": "percentile", "property": "price", "percentile": 95}],
    "formulas": [{"name": "C", "expression": "100 * B / A"}, {"expression": "A + B"}],
    "compare": "previous"})");
  const auto& trends = std::get<TrendsQuery>(q.analysis);
  EXPECT_EQ(q.by, Unit::kWeek);
  EXPECT_EQ(trends.series[0].name, "Views");
  EXPECT_EQ(trends.series[1].name, "B");
  EXPECT_EQ(trends.series[1].percentile, 95);
  EXPECT_EQ(trends.formulas[1].name, "A + B");
  EXPECT_TRUE(trends.compare_previous);
  Json rolling = with(kTrends, "/show", "rolling");
  rolling["rolling_periods"] = 4;
  EXPECT_EQ(std::get<TrendsQuery>(good(rolling.dump()).analysis).rolling_periods, 4);
  EXPECT_EQ(good(with(kTrends, "/range/last", 2).dump()).by, Unit::kHour);
  EXPECT_EQ(good(with(kTrends, "/range/last", 100).dump()).by, Unit::kDay);
  EXPECT_EQ(good(with(kTrends, "/range/last", 400).dump()).by, Unit::kWeek);
  EXPECT_EQ(good(with(kTrends, "/range/last", 1000).dump()).by, Unit::kMonth);
  EXPECT_EQ(where(with(kTrends, "/series", Json::array())), "series");
  EXPECT_EQ(where(with(kTrends, "/series/0/measure", "sum")), "series[0].property");
  EXPECT_EQ(where(with(kTrends, "/series/0/property", "x")), "series[0].property");
  EXPECT_EQ(where(with(kTrends, "/series/0/percentile", 5)), "series[0].percentile");
  EXPECT_EQ(where(with(kTrends, "/series/0/measure", "mean")), "series[0].measure");
  EXPECT_EQ(where(with(kTrends, "/rolling_periods", 5)), "rolling_periods");
  Json percentile = json_of(R"([{"select": {"event": "B"}, "measure": "percentile",
                                 "property": "price", "percentile": 94}])");
  EXPECT_EQ(where(with(kTrends, "/series", percentile)), "series[0].percentile");
  percentile[0]["percentile"] = 95;
  EXPECT_EQ(where(with(with(kTrends, "/series", percentile), "/show", "cumulative")), "show");
  EXPECT_EQ(where(with(kTrends, "/by", "year")), "by");
  Json formula = Json::array({Json{{"expression", ""}}});
  EXPECT_EQ(where(with(kTrends, "/formulas", formula)), "formulas[0].expression");
  Json many = kTrends;
  for (int i = 1; i < 16; ++i) many["series"].push_back(kTrends["series"][0]);
  good(many.dump());
  many["series"].push_back(kTrends["series"][0]);
  EXPECT_EQ(where(many), "series");
}

TEST(QueryFunnel, Members) {
  Query q = good(R"({"analysis": "funnel", "range": {"last": 30}, "steps": [
      {"event": "A"}, {"event": "B"}, {"event": "C"}], "order": "any",
    "semantics": "first_entry", "window": {"count": 90, "unit": "minute"}, "count": "totals",
    "exclusions": [{"select": {"event": "X"}}, {"select": {"event": "Y"}, "after_step": 2}],
    "held_property": "order_id", "breakdown": {"event_property": "shop"},
    "breakdown_touch": "last", "by": "day"})");
  const auto& funnel = std::get<FunnelQuery>(q.analysis);
  EXPECT_EQ(funnel.order, FunnelQuery::Order::kAny);
  EXPECT_EQ(funnel.semantics, FunnelQuery::Semantics::kFirstEntry);
  EXPECT_EQ(funnel.window, std::chrono::minutes(90));
  EXPECT_EQ(funnel.count, FunnelQuery::Count::kTotals);
  EXPECT_EQ(funnel.exclusions[0].after_step, 1);
  EXPECT_EQ(funnel.exclusions[0].before_step, 3);
  EXPECT_EQ(funnel.exclusions[1].after_step, 2);
  EXPECT_EQ(funnel.exclusions[1].select.path, "exclusions[1].select");
  EXPECT_EQ(funnel.touch, FunnelQuery::Touch::kLast);
  EXPECT_EQ(q.by, Unit::kDay);
  EXPECT_EQ(good(kFunnel.dump()).by, std::nullopt);
  Json click = with(kFunnel, "/semantics", "clickhouse");
  click["clickhouse_modes"] = {"strict_increase", "strict_once"};
  EXPECT_TRUE(std::get<FunnelQuery>(good(click.dump()).analysis).modes.strict_once);
  EXPECT_EQ(where(with(click, "/clickhouse_modes/1", "loose")), "clickhouse_modes[1]");
  EXPECT_EQ(where(with(click, "/order", "any")), "order");
  EXPECT_EQ(where(with(click, "/held_property", "x")), "held_property");
  EXPECT_EQ(where(with(kFunnel, "/clickhouse_modes", {"strict_once"})), "clickhouse_modes");
  EXPECT_EQ(where(with(kFunnel, "/breakdown_touch", "last")), "breakdown_touch");
  EXPECT_EQ(where(with(kFunnel, "/order", "random")), "order");
}

TEST(QueryFunnel, StepsAndWindowAtTheirLimits) {
  Json q = kFunnel;
  q["steps"].erase(1);
  EXPECT_EQ(where(q), "steps");
  for (int i = 1; i < 32; ++i) q["steps"].push_back({{"event", "B"}});
  good(q.dump());
  q["steps"].push_back({{"event", "B"}});
  EXPECT_EQ(where(q), "steps");
  auto window = [](int64_t count, const char* unit) {
    return with(kFunnel, "/window", {{"count", count}, {"unit", unit}});
  };
  good(window(1, "second").dump());
  good(window(400, "day").dump());
  EXPECT_EQ(where(window(0, "day")), "window");
  EXPECT_EQ(where(window(401, "day")), "window");
  EXPECT_EQ(where(window(34'560'001, "second")), "window");
  EXPECT_EQ(where(window(3'650, "day")), "window");
  EXPECT_EQ(where(window(INT64_MAX, "week")), "window");
  EXPECT_EQ(where(window(-1, "week")), "window");
  EXPECT_EQ(where(window(10, "year")), "window.unit");
  EXPECT_EQ(where(with(kFunnel, "/window", {{"unit", "day"}})), "window.count");
  Json session = {{"unit", "session"}, {"gap_minutes", 20}};
  Query in_session = good(with(kFunnel, "/window", session).dump());
  EXPECT_EQ(std::get<FunnelQuery>(in_session.analysis).session_gap, std::chrono::minutes(20));
  session["count"] = 1;
  EXPECT_EQ(where(with(kFunnel, "/window", session)), "window.count");
  Json exclusion = {{"select", {{"event", "X"}}}, {"after_step", 2}};
  EXPECT_EQ(where(with(kFunnel, "/exclusions", Json::array({exclusion}))),
            "exclusions[0].after_step");
}

TEST(QueryRetention, Members) {
  Query q = good(R"({"analysis": "retention", "range": {"last": 8, "unit": "week"}, "by": "week",
    "start": {"event": "A"}, "return": {"any_event": true}, "time": "rolling",
    "counted": "on_or_after", "first_time": false, "minimum_count": 3,
    "brackets": [0, 1, 3, 7], "breakdown": {"person_property": "country"}})");
  const auto& retention = std::get<RetentionQuery>(q.analysis);
  EXPECT_EQ(retention.time, RetentionQuery::Time::kRolling);
  EXPECT_EQ(retention.counted, RetentionQuery::Counted::kOnOrAfter);
  EXPECT_FALSE(retention.first_time);
  EXPECT_EQ(retention.minimum_count, 3);
  EXPECT_THAT(retention.brackets, ElementsAre(0, 1, 3, 7));
  EXPECT_EQ(good(kRetention.dump()).by, Unit::kDay);
  EXPECT_EQ(where(with(kRetention, "/by", "hour")), "by");
  EXPECT_EQ(where(with(kRetention, "/brackets", {0, 1, 1})), "brackets[2]");
  EXPECT_EQ(where(with(kRetention, "/brackets", {0, 1.5})), "brackets");
  EXPECT_EQ(where(with(kRetention, "/columns", 0)), "columns");
  EXPECT_EQ(where(with(kRetention, "/columns", 401)), "columns");
  EXPECT_EQ(where(with(kRetention, "/minimum_count", 0)), "minimum_count");
  Json both = with(kRetention, "/brackets", {0, 1});
  EXPECT_EQ(where(with(both, "/columns", 3)), "columns");
  both.erase("return");
  EXPECT_EQ(where(both), "return");
}

TEST(QueryOthers, Members) {
  const std::string range = R"("range": {"last": 30, "unit": "day"})";
  auto distribution = std::get<DistributionQuery>(
      good(R"({"analysis": "distribution", "select": {"event": "A"}, "measure": "sum",
               "property": "price", "borders": [1, 2.5, 5], )" +
           range + "}")
          .analysis);
  EXPECT_EQ(distribution.measure, DistributionQuery::Measure::kSum);
  EXPECT_THAT(distribution.borders, ElementsAre(1, 2.5, 5));
  auto interval = std::get<IntervalQuery>(
      good(R"({"analysis": "interval", "start": {"event": "A"}, "end": {"event": "B"},
               "at_most": {"count": 2, "unit": "week"}, "held_property": "id", )" +
           range + "}")
          .analysis);
  EXPECT_EQ(interval.at_most, std::chrono::days(14));
  auto paths = std::get<PathsQuery>(
      good(R"({"analysis": "paths", "from": {"event": "A"}, "to": {"event": "B"},
               "events": [{"event": "A"}], "without": [{"event": "C"}], "length": 3,
               "session_gap_minutes": 10, "merge_repeats": false, "most_edges": 7,
               "occurrence": "every", "most_paths": 3,
               "fewest_people": 2, )" +
           range + "}")
          .analysis);
  EXPECT_EQ(paths.length, 3);
  EXPECT_EQ(paths.occurrence, PathsQuery::Occurrence::kEvery);
  EXPECT_EQ(paths.most_paths, 3);
  auto attribution = std::get<AttributionQuery>(
      good(R"({"analysis": "attribution", "conversion": {"event": "A"}, "value_property": "v",
               "touches": [{"event": "B"}], "touch_property": "s",
               "models": ["first", "time_decay"], "look_back": {"count": 3, "unit": "day"},
               "half_life": {"count": 12, "unit": "hour"}, "most_rows": 3, )" +
           range + "}")
          .analysis);
  EXPECT_THAT(attribution.models,
              ElementsAre(AttributionQuery::Model::kFirst, AttributionQuery::Model::kTimeDecay));
  EXPECT_EQ(attribution.half_life, std::chrono::hours(12));
  Query sessions = good(R"({"analysis": "sessions", "gap_minutes": 5, )" + range + "}");
  EXPECT_EQ(std::get<SessionsQuery>(sessions.analysis).gap, std::chrono::minutes(5));
  EXPECT_EQ(sessions.by, Unit::kDay);
  auto rfm = std::get<RfmQuery>(good(R"({"analysis": "rfm", "breaks": {"recency_days": [1, 2, 3, 4],
               "frequency": [1, 2, 3, 4], "value": [1, 2, 3, 4]}, )" +
                                     range + "}")
                                    .analysis);
  EXPECT_EQ(rfm.select.name, "Order Completed");
  EXPECT_THAT(rfm.frequency, ElementsAre(1, 2, 3, 4));
  auto sticky = std::get<StickinessQuery>(
      good(R"({"analysis": "stickiness", "select": {"event": "A"}, "minimum_count": 2, )" + range +
           "}")
          .analysis);
  EXPECT_EQ(sticky.minimum_count, 2);
  auto active = std::get<ActiveQuery>(
      good(R"({"analysis": "active", "windows": "calendar", )" + range + "}").analysis);
  EXPECT_EQ(active.windows, ActiveQuery::Windows::kCalendar);
}

TEST(QueryOthers, WhatIsRefused) {
  const std::string range = R"("range": {"last": 30, "unit": "day"})";
  auto refused = [&](std::string_view members) {
    return where(json_of("{" + std::string(members) + ", " + range + "}"));
  };
  EXPECT_EQ(refused(R"("analysis": "distribution", "select": {"event": "A"}, "measure": "sum")"),
            "property");
  EXPECT_EQ(refused(R"("analysis": "distribution", "select": {"event": "A"}, "measure": "count",
                       "borders": [2, 1])"),
            "borders[1]");
  EXPECT_EQ(refused(R"("analysis": "stickiness", "select": {"event": "A"},
                       "breakdown": {"event_name": true})"),
            "breakdown");
  EXPECT_EQ(refused(R"("analysis": "paths", "length": 21)"), "length");
  EXPECT_EQ(refused(R"("analysis": "paths", "session_gap_minutes": 0)"), "session_gap_minutes");
  EXPECT_EQ(refused(R"("analysis": "paths", "by": "day")"), "by");
  EXPECT_EQ(refused(R"("analysis": "attribution", "conversion": {"event": "A"}, "touches": [])"),
            "touches");
  EXPECT_EQ(refused(R"("analysis": "attribution", "conversion": {"event": "A"},
                       "touches": [{"event": "B"}], "models": ["best"])"),
            "models[0]");
  EXPECT_EQ(refused(R"("analysis": "rfm", "breaks": {"recency_days": [1, 2, 3]})"),
            "breaks.recency_days");
  EXPECT_EQ(refused(R"("analysis": "lifecycle")"), "select");
  EXPECT_EQ(refused(R"("analysis": "lifecycle", "select": {"event": "A"}, "by": "hour")"), "by");
  EXPECT_EQ(refused(R"("analysis": "interval", "start": {"event": "A"}, "end": {"event": "A"},
                       "at_most": {"count": 401, "unit": "day"})"),
            "at_most");
}

TEST(CloseMatches, FindsWhatWasMeant) {
  const std::vector<std::string> names = {"Order Completed", "Order Refunded", "Product Viewed",
                                          "Signed Up", "订单完成"};
  EXPECT_THAT(close_matches("order compleetd", names), ElementsAre("Order Completed"));
  EXPECT_THAT(close_matches("Order", names), ElementsAre("Order Refunded", "Order Completed"));
  EXPECT_THAT(close_matches("singed up", names), ElementsAre("Signed Up"));
  EXPECT_THAT(close_matches("xyzzy", names), ElementsAre());
  EXPECT_THAT(close_matches("", names), ElementsAre());
}

}  // namespace
}  // namespace perennial::insight
