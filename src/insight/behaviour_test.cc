// Questions over HTTP against a log in memory: what is answered, and that every number opens to the
// people behind it.
#include <random>

#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

using testing::ElementsAre;

TEST_F(BehaviourTest, Trends) {
  small_shop();
  Json people = ask(march(R"("analysis": "trends", "by": "week", "series": [
      {"select": {"event": "View"}, "measure": "people"},
      {"select": {"event": "Order"}, "measure": "people"}],
    "formulas": [{"name": "rate", "expression": "B / A"}])"));
  EXPECT_EQ(people["by"], "week");
  ASSERT_EQ(people["series"].size(), 3u);
  // The first week of March is its Sunday.
  EXPECT_THAT(values(people["series"][0]["values"]), ElementsAre(0, 3, 1, 0, 0, 0));
  EXPECT_THAT(values(people["series"][1]["values"]), ElementsAre(0, 1, 1, 1, 0, 0));
  EXPECT_EQ(people["series"][1]["total"]["value"], 2);
  EXPECT_THAT(users(people["series"][1]["total"]), ElementsAre("ann", "bob"));
  EXPECT_EQ(people["series"][2]["id"], "F1");
  EXPECT_NEAR(people["series"][2]["total"]["value"].get<double>(), 2.0 / 3, 1e-12);
  EXPECT_TRUE(people["series"][2]["values"][0]["value"].is_null());
  EXPECT_EQ(people["read"]["plan"], "timeline");
  EXPECT_EQ(people["periods"][2]["label"], "2026-03-09");

  loose_ = true;
  Json sums = ask(march(R"("analysis": "trends", "by": "month", "compare": "previous", "series": [
      {"select": {"event": "Order"}, "measure": "sum", "property": "revenue"},
      {"select": {"event": "Order"}, "measure": "percentile", "property": "revenue"},
      {"select": {"event": "Order", "where": {"property": "pay", "op": "is_not", "value": "card"}},
       "measure": "count"}],
    "breakdown": {"event_property": "revenue", "step": 100, "top": 2})"));
  EXPECT_EQ(sums["series"].size(), 9u);
  EXPECT_EQ(sums["series"][0]["group"]["kind"], "value");
  EXPECT_EQ(sums["warnings"][0]["code"], "groups_cut");
  EXPECT_EQ(sums["series"][0]["previous"][0]["value"], 0);
  Json cumulative = ask(march(R"("analysis": "trends", "by": "week", "show": "cumulative",
    "series": [{"select": {"event": "Order"}, "measure": "people"},
               {"select": {"event": "Order"}, "measure": "sum", "property": "revenue"}])"));
  EXPECT_THAT(values(cumulative["series"][0]["values"]), ElementsAre(0, 1, 2, 2, 2, 2));
  EXPECT_EQ(cumulative["series"][1]["values"][3]["value"], 400.5);
  Json rolling = ask(march(R"("analysis": "trends", "by": "week", "show": "rolling",
    "rolling_periods": 2, "series": [{"select": {"event": "Order"}, "measure": "people"}])"));
  EXPECT_THAT(values(rolling["series"][0]["values"]), ElementsAre(0, 1, 2, 2, 1, 0));
}

TEST_F(BehaviourTest, Funnel) {
  small_shop();
  const std::string steps = R"("analysis": "funnel",
    "steps": [{"event": "View"}, {"event": "Cart"}, {"event": "Order"}], )";
  Json week = ask(march(steps + R"("window": {"count": 7, "unit": "day"}, "by": "week",
    "breakdown": {"person_property": "plan"})"));
  const Json& all = week["groups"][0];
  EXPECT_EQ(all["group"]["kind"], "all");
  EXPECT_EQ(all["steps"][0]["reached"]["value"], 3);
  EXPECT_EQ(all["steps"][1]["reached"]["value"], 2);
  EXPECT_EQ(all["steps"][2]["reached"]["value"], 1);
  EXPECT_THAT(users(all["steps"][2]["dropped"]), ElementsAre("bob"));
  EXPECT_EQ(all["time"]["median"], 1'800);
  EXPECT_EQ(all["steps"][2]["time"]["median"], 1'500);
  EXPECT_EQ(week["groups"].size(), 4u);  // all, three groups: gold, free, none
  EXPECT_EQ(all["trend"].size(), 6u);
  Json month = ask(march(steps + R"("window": {"count": 30, "unit": "day"})"));
  EXPECT_EQ(month["groups"][0]["conversion"]["numerator"], 2);
  // Carts and orders share an order number only for ann.
  Json held = ask(march(R"("analysis": "funnel", "steps": [{"event": "Cart"}, {"event": "Order"}],
    "window": {"count": 30, "unit": "day"}, "held_property": "order")"));
  EXPECT_THAT(users(held["groups"][0]["steps"][1]["reached"]), ElementsAre("ann"));
  Json paid = ask(march(R"("analysis": "funnel", "steps": [{"event": "View"}, {"event": "Order"}],
    "window": {"count": 30, "unit": "day"}, "breakdown": {"event_property": "pay"},
    "exclusions": [{"select": {"event": "Cart"}}])"));
  EXPECT_EQ(paid["groups"][0]["steps"][1]["reached"]["value"], 1);
  EXPECT_EQ(refused(march(steps + R"("semantics": "per_day", "by": "week")"))["where"], "by");
  ask(march(steps + R"("semantics": "per_day")"));
  ask(march(steps + R"("order": "strict", "window": {"unit": "session"})"));
  ask(march(steps + R"("order": "any", "semantics": "first_entry")"));
  ask(march(steps + R"("semantics": "clickhouse", "clickhouse_modes": ["strict_increase"])"));
  loose_ = true;
  ask(march(steps + R"("count": "totals")"));
}

TEST_F(BehaviourTest, DocumentedEntries) {
  track("ann", "A", "2026-03-01T01:00:00Z");
  track("ann", "A", "2026-03-01T01:30:00Z");
  track("ann", "B", "2026-03-01T01:45:00Z");
  track("ann", "C", "2026-03-01T02:15:00Z");
  serve();
  const std::string funnel = R"("analysis": "funnel", "window": {"count": 1, "unit": "hour"},
    "steps": [{"event": "A"}, {"event": "B"}, {"event": "C"}])";
  EXPECT_EQ(ask(march(funnel))["groups"][0]["steps"][2]["reached"]["value"], 1);
  Json first = ask(march(funnel + R"(, "semantics": "first_entry")"));
  EXPECT_EQ(first["groups"][0]["steps"][1]["reached"]["value"], 1);
  EXPECT_EQ(first["groups"][0]["steps"][2]["reached"]["value"], 0);

  Json question = *parse_json(march(funnel + R"(, "semantics": "first_entry")"));
  auto [status, trace] =
      send("POST", "/v1/insights/trace", {{"question", question}, {"person_id", person("ann")}});
  EXPECT_EQ(status, 200) << trace;
  EXPECT_EQ(trace["reached"], 2);
  EXPECT_EQ(trace["counted"], true);
  ASSERT_EQ(trace["events"].size(), 4u);
  EXPECT_EQ(trace["events"][0]["verdict"], "filled");
  EXPECT_EQ(trace["events"][0]["event"], "A");
  EXPECT_EQ(trace["events"][2]["step"], 2);
  EXPECT_EQ(trace["events"][3]["verdict"], "window");
  EXPECT_TRUE(trace["steps"][2]["at"].is_null());
  // What ClickHouse's own rules would say, no verdict tells.
  question["semantics"] = "clickhouse";
  const auto refused =
      send("POST", "/v1/insights/trace", {{"question", question}, {"person_id", person("ann")}});
  EXPECT_EQ(refused.first, 400);
  EXPECT_EQ(refused.second["where"], "question.semantics");
  question["analysis"] = "trends";
  EXPECT_EQ(
      send("POST", "/v1/insights/trace", {{"question", question}, {"person_id", person("ann")}})
          .first,
      400);
}

TEST_F(BehaviourTest, DocumentedRetention) {
  for (int day : {0, 1, 2, 5, 6})
    track("ann", "Visit", "2026-03-0" + std::to_string(day + 1) + "T10:00:00Z");
  for (int day : {1, 2, 3, 6})
    track("bob", "Visit", "2026-03-0" + std::to_string(day + 1) + "T11:00:00Z");
  serve();
  Json answer = ask(R"({"analysis": "retention", "range": {"from": "2026-03-01",
    "to": "2026-03-12"}, "start": {"event": "Visit"}, "return": {"event": "Visit"},
    "first_time": false})");
  const Json& cohorts = answer["groups"][0]["cohorts"];
  auto row = [&](size_t i) {
    auto all = values(cohorts[i]["cells"]);
    all.resize(7);
    return all;
  };
  EXPECT_THAT(row(0), ElementsAre(1, 1, 1, 0, 0, 1, 1));
  EXPECT_THAT(row(1), ElementsAre(2, 2, 1, 0, 1, 2, 0));
  EXPECT_THAT(row(2), ElementsAre(2, 1, 0, 1, 2, 0, 0));
  EXPECT_THAT(users(cohorts[1]["cells"][5]), ElementsAre("ann", "bob"));
  Json rolling = ask(R"({"analysis": "retention", "range": {"from": "2026-03-01",
    "to": "2026-03-12"}, "start": {"event": "Visit"}, "return": {"any_event": true},
    "time": "rolling", "brackets": [0, 1, 3, 7], "breakdown": {"event_name": true}})");
  EXPECT_EQ(rolling["columns"][1]["label"], "1–2");
  EXPECT_EQ(rolling["groups"].size(), 2u);
  Json beyond = ask(R"({"analysis": "retention", "range": {"from": "2026-03-01",
    "to": "2026-03-02"}, "start": {"event": "Visit"}, "return": {"event": "Visit"},
    "columns": 8, "counted": "on_or_after"})");
  EXPECT_EQ(beyond["groups"][0]["cohorts"][0]["cells"].size(), 8u);
}

TEST_F(BehaviourTest, CalendarQuestions) {
  small_shop();
  Json life = ask(march(R"("analysis": "lifecycle", "by": "week", "select": {"event": "View"})"));
  ASSERT_EQ(life["rows"].size(), 6u);
  EXPECT_EQ(life["rows"][1]["new"]["value"], 3);
  EXPECT_EQ(life["rows"][2]["returning"]["value"], 1);
  EXPECT_THAT(users(life["rows"][2]["dormant"]), ElementsAre("bob", "eve"));
  Json sticky = ask(march(R"("analysis": "stickiness", "select": {"event": "View"},
    "breakdown": {"sets": ["stage:ann"]})"));
  EXPECT_EQ(sticky["groups"][0]["people"]["value"], 3);
  EXPECT_EQ(sticky["groups"][0]["rows"][1]["exactly"]["value"], 2);  // ann and eve, 2 days each
  EXPECT_EQ(sticky["groups"][0]["rows"][0]["at_least"]["value"], 3);
  EXPECT_EQ(sticky["groups"].size(), 3u);
  for (const char* windows : {"trailing", "calendar"}) {
    Json active = ask(march(R"("analysis": "active", "select": {"event": "View"},
      "windows": ")" + std::string(windows) +
                            "\""));
    ASSERT_EQ(active["rows"].size(), 31u);
    EXPECT_EQ(active["rows"][2]["day"]["value"], 2);
    EXPECT_EQ(active["rows"][3]["week"]["value"], 3);
    EXPECT_EQ(active["rows"][8]["month"]["value"], 3);
    EXPECT_NEAR(active["rows"][8]["stickiness"].get<double>(), 1.0 / 3, 1e-12);
  }
}

TEST_F(BehaviourTest, OtherQuestions) {
  small_shop();
  Json spread = ask(march(R"("analysis": "distribution", "select": {"event": "View"},
    "measure": "count", "borders": [2])"));
  EXPECT_THAT(values(spread["groups"][0]["rows"][0]["counts"]), ElementsAre(1, 2));
  ask(march(R"("analysis": "distribution", "select": {"event": "Order"}, "measure": "sum",
    "property": "revenue", "by": "week", "breakdown": {"person_property": "age", "step": 10})"));
  ask(march(R"("analysis": "distribution", "select": {"event": "View"}, "measure": "days")"));
  ask(march(R"("analysis": "distribution", "select": {"event": "View"}, "measure": "hours")"));
  Json rfm = ask(march(R"("analysis": "rfm", "select": {"event": "Order"})"));
  EXPECT_EQ(rfm["people"]["value"], 2);
  EXPECT_EQ(rfm["value_property"], "revenue");  // chosen: the event carries it
  for (const Json& square : rfm["squares"]) {
    int together = 0;
    for (const Json& cell : rfm["grid"]) {
      if (cell["recency"] == square["recency"] && cell["frequency"] == square["frequency"])
        together += cell["people"]["value"].get<int>();
    }
    EXPECT_EQ(square["people"]["value"], together);
  }
  // An event without an amount has everybody at the lowest score of value.
  Json free = ask(march(R"("analysis": "rfm", "select": {"event": "View"})"));
  EXPECT_TRUE(free["value_property"].is_null());
  EXPECT_EQ(free["people"]["value"], 3);
  for (const Json& cell : free["grid"]) EXPECT_EQ(cell["value"], 1);
  Json fixed = ask(march(R"("analysis": "rfm", "select": {"event": "Order"}, "breaks":
    {"recency_days": [1, 3, 7, 30], "frequency": [2, 3, 4, 5], "value": [100, 200, 300, 400]})"));
  EXPECT_EQ(fixed["people"]["value"], 2);
  EXPECT_EQ(fixed["grid"][0]["recency"], 4);  // ann ordered 2.1 days ago
  EXPECT_EQ(fixed["grid"][0]["frequency"], 2);
  EXPECT_EQ(fixed["grid"][0]["value"], 2);
  loose_ = true;
  Json interval = ask(march(R"("analysis": "interval", "start": {"event": "Cart"},
    "end": {"event": "Order"}, "by": "week")"));
  EXPECT_EQ(interval["groups"][0]["time"]["count"], 2);
  EXPECT_EQ(interval["groups"][0]["time"]["minimum"], 1'500);
  EXPECT_THAT(users(interval["groups"][0]["people"]), ElementsAre("ann", "bob"));
  Json sessions = ask(march(R"("analysis": "sessions", "by": "week",
    "breakdown": {"person_property": "plan"})"));
  EXPECT_EQ(sessions["groups"][0]["rows"][1]["people"]["value"], 3);
  Json credit = ask(march(R"("analysis": "attribution", "conversion": {"event": "Order"},
    "value_property": "revenue", "touches": [{"event": "View"}, {"event": "Cart"}],
    "models": ["first", "linear"])"));
  EXPECT_EQ(credit["conversions"], 3);
  EXPECT_EQ(credit["value"], 400.5);
  EXPECT_EQ(credit["rows"][0]["touch"], "View");
  EXPECT_EQ(credit["rows"][0]["credits"][0]["conversions"], 3);
  Json pages = ask(march(R"("analysis": "attribution", "conversion": {"event": "Order"},
    "touches": [{"event": "View"}], "touch_property": "page")"));
  EXPECT_EQ(pages["rows"][0]["group"], "a");
}

TEST_F(BehaviourTest, Paths) {
  small_shop();
  Json from = ask(march(R"("analysis": "paths", "from": {"event": "View"}, "length": 3)"));
  EXPECT_EQ(from["people"]["value"], 3);
  EXPECT_EQ(from["nodes"][0]["event"], "View");
  ASSERT_GE(from["edges"].size(), 2u);
  EXPECT_EQ(from["edges"][0]["from"].get<std::string>(), from["nodes"][0]["id"]);
  EXPECT_THAT(users(from["edges"][0]["people"]), ElementsAre("ann"));
  Json to = ask(march(R"("analysis": "paths", "to": {"event": "Order"}, "events": [
    {"name": "Look", "any_of": [{"event": "View"}, {"event": "Cart"}]}, {"event": "Order"}])"));
  EXPECT_EQ(to["people"]["value"], 2);
  EXPECT_EQ(to["nodes"][0]["step"], 0);
  ask(march(R"("analysis": "paths", "from": {"event": "View"}, "to": {"event": "Order"})"));
  ask(march(R"("analysis": "paths", "without": [{"event": "Cart"}])"));
  EXPECT_EQ(refused(march(R"("analysis": "paths", "from": {"event": "View", "where":
    {"property": "page", "op": "is", "value": "a"}})"))["where"],
            "from");
  EXPECT_EQ(refused(march(R"("analysis": "paths", "events": [{"event": "View"},
    {"event": "View"}])"))["where"],
            "events[1]");
}

// The dictionary numbers values as they come: an answer must not depend on that.
TEST_F(BehaviourTest, GroupsOfOneSizeStandInTheOrderOfTheirLabels) {
  for (const char* pay : {"cash", "voucher", "card"}) {
    const std::string user = std::string("by ") + pay;
    track(user, "View", "2026-03-02T08:00:00Z", {{"pay", pay}, {"page", "a"}});
    track(user, "Order", "2026-03-03T08:00:00Z", {{"pay", pay}, {"revenue", 10}});
  }
  serve();
  loose_ = true;
  const Json trends = ask(march(R"("analysis": "trends", "series": [{"select":
    {"event": "Order"}, "measure": "people"}],
    "breakdown": {"event_property": "pay", "top": 2})"));
  EXPECT_EQ(trends["series"][0]["group"]["label"], "card");
  EXPECT_EQ(trends["series"][1]["group"]["label"], "cash");
  const Json funnel = ask(march(R"("analysis": "funnel", "steps": [{"event": "View"},
    {"event": "Order"}], "breakdown": {"event_property": "pay"})"));
  EXPECT_EQ(funnel["groups"][1]["group"]["label"], "card");
  EXPECT_EQ(funnel["groups"][2]["group"]["label"], "cash");
  EXPECT_EQ(funnel["groups"][3]["group"]["label"], "voucher");
  const Json credit = ask(march(R"("analysis": "attribution", "conversion": {"event": "Order"},
    "touches": [{"event": "View"}], "touch_property": "pay")"));
  EXPECT_EQ(credit["rows"][0]["group"], "card");
  EXPECT_EQ(credit["rows"][2]["group"], "voucher");
}

class PlansTest : public BehaviourTest {
 protected:
  // Many events of a person share a second, and some a millisecond; whose a device is, is known in
  // the middle of its history.
  void random_shop(std::mt19937& random, const std::vector<std::string>& names) {
    const auto draw = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (int i = 0; i < 600; ++i) {
      const std::string at = format_instant(*parse_instant("2026-03-01T00:00:00Z") +
                                            std::chrono::hours(6 * draw(20 * 4)) +
                                            std::chrono::milliseconds(draw(2'000)));
      const std::string user = "u" + std::to_string(draw(40));
      const std::string device = "d" + std::to_string(draw(50));
      if (draw(12) == 0) {
        add(user, events::Type::kIdentify, "", at, {{"plan", draw(2) == 0 ? "gold" : "free"}});
        waiting_.back().anonymous_id = device;
        continue;
      }
      Json properties = {{"revenue", draw(20) * 10}, {"pay", draw(2) == 0 ? "card" : "cash"}};
      if (draw(3) == 0) properties["note"] = "n" + std::to_string(draw(5));
      track(user, names[static_cast<size_t>(draw(3))], at, properties);
      if (draw(2) == 0) {
        waiting_.back().user_id.clear();
        waiting_.back().anonymous_id = device;
      }
    }
  }
};

TEST_F(PlansTest, TheLogAnswersAsTheTimelineDoes) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> names = {"View", "Cart", "Order"};
  random_shop(random, names);
  // More different texts than the timeline holds of a property.
  for (int i = 0; i < 66'000; ++i)
    track("noise", "Noise", "2026-01-01T00:00:00Z", {{"note", "x" + std::to_string(i)}});
  serve();
  loose_ = true;
  // A condition that fits everything, but needs the property.
  const std::string always =
      R"("where": {"any": [{"property": "note", "op": "is_set"},
                           {"property": "note", "op": "is_not_set"}]})";
  const auto question = [&](std::string text, bool from_log) {
    for (const std::string& name : names) {
      const std::string from = "{\"event\": \"" + name + "\"}";
      const std::string to =
          "{\"event\": \"" + name + "\"" + (from_log ? ", " + always : std::string()) + "}";
      for (size_t at = text.find(from); at != std::string::npos;
           at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    }
    return march(text);
  };
  for (const char* text :
       {R"("analysis": "trends", "by": "day", "compare": "previous", "series": [
             {"select": {"event": "Order"}, "measure": "sum", "property": "revenue"},
             {"select": {"event": "View"}, "measure": "people"}],
           "breakdown": {"event_property": "pay"})",
        R"("analysis": "trends", "by": "week", "series": [{"select": {"event": "Order"},
             "measure": "average", "property": "revenue"}],
           "breakdown": {"event_property": "revenue", "step": 50, "top": 2})",
        R"("analysis": "funnel", "steps": [{"event": "View"}, {"event": "Order"}],
           "held_property": "revenue", "breakdown": {"event_property": "pay"}, "by": "day")",
        R"("analysis": "funnel", "order": "strict", "steps": [{"event": "View"},
           {"event": "Cart"}, {"event": "Order"}])",
        R"("analysis": "retention", "start": {"event": "View"}, "return": {"event": "Order"},
           "breakdown": {"event_property": "pay"})",
        R"("analysis": "lifecycle", "select": {"event": "View"}, "by": "day")",
        R"("analysis": "stickiness", "select": {"event": "View"}, "minimum_count": 2)",
        R"("analysis": "active", "select": {"event": "View"})",
        R"("analysis": "distribution", "select": {"event": "Order"}, "measure": "sum",
           "property": "revenue")",
        R"("analysis": "interval", "start": {"event": "View"}, "end": {"event": "Order"})",
        R"("analysis": "attribution", "conversion": {"event": "Order"}, "touches":
           [{"event": "View"}, {"event": "Cart"}], "models": ["linear", "time_decay"])",
        R"("analysis": "attribution", "conversion": {"event": "Order"}, "touches":
           [{"event": "View"}, {"event": "Cart"}], "touch_property": "pay")",
        R"("analysis": "paths", "events": [{"event": "View"}, {"event": "Cart"},
           {"event": "Order"}], "session_gap_minutes": 1440)",
        R"("analysis": "paths", "events": [{"event": "View"}, {"event": "Cart"},
           {"event": "Order"}], "session_gap_minutes": 1440, "merge_repeats": false,
           "split": {"property": "pay"})",
        R"("analysis": "sessions", "select": {"event": "View"}, "by": "day")",
        R"("analysis": "rfm", "select": {"event": "Order"})"}) {
    const Json fast = ask(question(text, false)), slow = ask(question(text, true));
    EXPECT_EQ(fast["read"]["plan"], "timeline") << text;
    EXPECT_EQ(slow["read"]["plan"], "sql") << text;
    EXPECT_EQ(plain(fast), plain(slow)) << text;
  }
}

}  // namespace
}  // namespace perennial::insight
