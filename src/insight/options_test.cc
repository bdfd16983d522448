// Every option of a question, as POST /v1/insights/query takes it, against numbers made by hand.
// The kernels' own tests prove how they count; here it is that each word reaches its kernel.
#include <cmath>

#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

struct Case {
  std::string members;                                // beside the range, March
  std::vector<std::pair<std::string, Json>> answers;  // where in the answer, and what stands there
};

// What happens in the shop of BehaviourTest::small_shop() before "now", 2026-03-18T12:00:00Z:
//   ann  2 March 10:00 View (a), 10:05 Cart, 10:30 Order (120.5 by card), 9 March 10:00 View (b),
//        16 March 9:00 Order (30 in cash)
//   bob  3 March 10:00 View (a), 11:00 Cart, 12 March 11:00 Order (250 by card)
//   eve  3 and 4 March 12:00 View (b)
class OptionsTest : public BehaviourTest {
 protected:
  void SetUp() override {
    BehaviourTest::SetUp();
    small_shop();
    loose_ = true;
  }
  void check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
      // A range that is asked for stands in place of March.
      const bool ranged = one.members.find("\"range\"") != std::string::npos;
      const Json answer = ask(ranged ? "{" + one.members + "}" : march(one.members));
      for (const auto& [where, want] : one.answers) {
        SCOPED_TRACE(one.members + " at " + where);
        const Json::json_pointer pointer(where);
        ASSERT_TRUE(answer.contains(pointer)) << answer;
        const Json& found = answer.at(pointer);
        if (want.is_number_float() && found.is_number()) {
          EXPECT_NEAR(found.get<double>(), want.get<double>(), 1e-9);
        } else {
          EXPECT_EQ(found, want);
        }
      }
    }
  }
};

TEST_F(OptionsTest, MeasuresOfTrends) {
  std::vector<Case> cases;
  for (const auto& [measure, total, second, third] :
       std::vector<std::tuple<std::string, Json, Json, Json>>{
           {R"("count")", 3, 1, 1},
           {R"("people")", 2, 1, 1},
           {R"("per_person")", 1.5, 1.0, 1.0},
           {R"("sum", "property": "revenue")", 400.5, 120.5, 250.0},
           {R"("average", "property": "revenue")", 133.5, 120.5, 250.0},
           {R"("minimum", "property": "revenue")", 30.0, 120.5, 250.0},
           {R"("maximum", "property": "revenue")", 250.0, 120.5, 250.0},
           {R"("percentile", "property": "revenue")", 120.5, 120.5, 250.0},
           {R"("percentile", "property": "revenue", "percentile": 25)", 75.25, 120.5, 250.0},
           {R"("percentile", "property": "revenue", "percentile": 75)", 185.25, 120.5, 250.0},
           {R"("percentile", "property": "revenue", "percentile": 90)", 224.1, 120.5, 250.0},
           {R"("percentile", "property": "revenue", "percentile": 95)", 237.05, 120.5, 250.0},
           {R"("percentile", "property": "revenue", "percentile": 99)", 247.41, 120.5, 250.0}}) {
    cases.push_back({R"("analysis": "trends", "by": "week", "series":
        [{"select": {"event": "Order"}, "measure": )" +
                         measure + "}]",
                     {{"/series/0/total/value", total},
                      {"/series/0/values/1/value", second},
                      {"/series/0/values/2/value", third}}});
  }
  const std::string views = R"("analysis": "trends", "by": "week", "series":
      [{"select": {"event": "View"}, "measure": "count"}], )";
  cases.push_back({views + R"("range": {"from": "2026-03-09", "to": "2026-03-16"},
                     "compare": "previous")",
                   {{"/series/0/values/0/value", 1},
                    {"/series/0/previous/0/value", 4},
                    {"/series/0/previous_total/value", 4},
                    {"/previous_periods/0/label", "2026-03-02"},
                    {"/read/plan", "timeline"}}});
  cases.push_back({views + R"("show": "cumulative")",
                   {{"/series/0/values/1/value", 4}, {"/series/0/values/2/value", 5}}});
  cases.push_back({views + R"("show": "rolling", "rolling_periods": 2)",
                   {{"/series/0/values/2/value", 5}, {"/series/0/values/3/value", 1}}});
  cases.push_back({views + R"("formulas": [{"expression": "A * 10 - 1"}])",
                   {{"/series/1/values/1/value", 39.0}, {"/series/1/total/value", 49.0}}});
  check(cases);
}

// What an answer says of itself is what was read.
TEST_F(OptionsTest, WhatWasRead) {
  check({{R"("analysis": "trends", "series": [{"select": {"event": "Order"}, "measure": "count"}])",
          {{"/read/events", 3}, {"/read/people", 3}, {"/read/plan", "timeline"}}},
         {R"("analysis": "trends", "series": [{"select": {"event": "View"}, "measure": "count"}],
             "people": {"property": "plan", "op": "is", "value": "gold"})",
          {{"/read/people", 1}}}});
}

// The trend of ordered funnels is checked by zones_test.cc.
TEST_F(OptionsTest, RulesOfFunnels) {
  const std::string all = R"("analysis": "funnel",
      "steps": [{"event": "View"}, {"event": "Cart"}, {"event": "Order"}])";
  const std::string backwards = R"("analysis": "funnel",
      "steps": [{"event": "Order"}, {"event": "Cart"}, {"event": "View"}])";
  const std::string two =
      R"("analysis": "funnel", "steps": [{"event": "View"}, {"event": "Order"}])";
  const std::string cash = R"("analysis": "funnel", "steps": [{"event": "View"}, {"event": "Order",
      "where": {"property": "pay", "op": "is", "value": "cash"}}])";
  const std::string month = R"(, "window": {"count": 30, "unit": "day"})";
  const auto reached = [](std::vector<int> people) {
    std::vector<std::pair<std::string, Json>> answers;
    for (size_t k = 0; k < people.size(); ++k)
      answers.emplace_back("/groups/0/steps/" + std::to_string(k) + "/reached/value", people[k]);
    return answers;
  };
  check({{all, reached({3, 2, 1})},
         {all + month, reached({3, 2, 2})},
         {all + R"(, "window": {"count": 299, "unit": "second"})", reached({3, 0, 0})},
         {all + R"(, "window": {"count": 5, "unit": "minute"})", reached({3, 1, 0})},
         // Eve's two views, and ann's second, are attempts of their own.
         {all + R"(, "count": "totals")", reached({5, 2, 1})},
         {backwards, reached({2, 0, 0})},
         {backwards + R"(, "order": "any")", reached({3, 2, 1})},
         // Ann orders after her second view with nothing between; bob's cart stands between.
         {two + month, reached({3, 2})},
         {two + month + R"(, "order": "strict")", reached({3, 1})},
         {two + month + R"(, "exclusions": [{"select": {"event": "Cart"}}])", reached({3, 1})},
         {all + month + R"(, "exclusions": [{"select": {"event": "View"}, "after_step": 2}])",
          reached({3, 2, 2})},
         {all + R"(, "window": {"unit": "session"})", reached({3, 1, 1})},
         {all + R"(, "window": {"unit": "session", "gap_minutes": 60})", reached({3, 2, 1})},
         {all + R"(, "window": {"unit": "session", "gap_minutes": 24})", reached({3, 1, 0})},
         // The cash order is within 7 days of ann's second view only.
         {cash, reached({3, 1})},
         {cash + R"(, "semantics": "first_entry")", reached({3, 0})},
         {two + R"(, "semantics": "clickhouse")" + month, reached({3, 2})},
         {two + R"(, "semantics": "clickhouse", "clickhouse_modes": ["strict_order"])" + month,
          reached({3, 0})},
         {R"("analysis": "funnel", "steps": [{"event": "Cart"}, {"event": "Order"}],
             "held_property": "order")" +
              month,
          reached({2, 1})}});
}

TEST_F(OptionsTest, FiguresOfFunnels) {
  const std::string two =
      R"("analysis": "funnel", "steps": [{"event": "View"}, {"event": "Order"}])";
  const std::string month = R"(, "window": {"count": 30, "unit": "day"})";
  const std::string pages =
      R"("analysis": "funnel", "steps": [{"event": "View"}, {"event": "View"}],
      "breakdown": {"event_property": "page"})" +
      month;
  check({// Each day's entry on its own: ann's of the 2nd and of the 9th both lead to an order.
         {two + R"(, "semantics": "per_day", "by": "day")",
          {{"/groups/0/trend/1/reached/1/value", 1},
           {"/groups/0/trend/2/reached/0/value", 2},
           {"/groups/0/trend/2/reached/1/value", 0},
           {"/groups/0/trend/8/reached/1/value", 1},
           {"/groups/0/steps/1/reached/value", 1}}},
         {two + R"(, "by": "day")",
          {{"/groups/0/trend/1/reached/1/value", 1}, {"/groups/0/trend/8/reached/0/value", 0}}},
         // Half an hour, and 9 days and an hour.
         {two + month,
          {{"/groups/0/time/count", 2},
           {"/groups/0/time/mean", 391'500.0},
           {"/groups/0/time/median", 391'500.0},
           {"/groups/0/time/minimum", 1'800.0},
           {"/groups/0/time/maximum", 781'200.0},
           {"/groups/0/steps/1/of_first", 2.0 / 3},
           {"/groups/0/steps/0/dropped/value", 0},
           {"/groups/0/steps/1/dropped/value", 1}}},
         // Ann saw a, then b; eve b twice; bob a once.
         {pages,
          {{"/groups/1/group/label", "a"},
           {"/groups/1/steps/0/reached/value", 2},
           {"/groups/1/steps/1/reached/value", 1},
           {"/groups/2/group/label", "b"},
           {"/groups/2/steps/1/reached/value", 1}}},
         {pages + R"(, "breakdown_touch": "last")",
          {{"/groups/1/group/label", "b"},
           {"/groups/1/steps/1/reached/value", 2},
           {"/groups/2/group/label", "a"},
           {"/groups/2/steps/0/reached/value", 1},
           {"/groups/2/steps/1/reached/value", 0}}}});
  const Json found = ask(march(two + month));
  for (const Json& bin : found["groups"][0]["histogram"]) {
    int expected = 0;
    for (const int took : {1'800, 781'200}) {
      const bool inside =
          bin["from_seconds"] <= took && (bin["to_seconds"].is_null() || bin["to_seconds"] > took);
      expected += inside ? 1 : 0;
    }
    EXPECT_EQ(bin["counted"]["value"], expected) << bin;
  }
}

// Why somebody went no further, event by event.
TEST_F(OptionsTest, VerdictsOfTraces) {
  const auto trace = [&](const char* user, const std::string& steps, const std::string& more) {
    const Json question = *parse_json(march(R"("analysis": "funnel", "window": {"count": 30,
        "unit": "day"}, "steps": [)" + steps +
                                            "]" + more));
    const Json body = {{"question", question}, {"person_id", person(user)}};
    const auto [status, found] = send("POST", "/v1/insights/trace", body);
    EXPECT_EQ(status, 200) << found;
    std::vector<std::string> told;
    for (const Json& event : found["events"])
      told.push_back(event["event"].get<std::string>() + " " + event["verdict"].get<std::string>());
    return told;
  };
  using testing::ElementsAre;
  const std::string view = R"({"event": "View"})", cart = R"({"event": "Cart"})",
                    order = R"({"event": "Order"})";
  EXPECT_THAT(
      trace("ann", view + "," + cart + "," + order, ""),
      ElementsAre("View filled", "Cart filled", "Order filled", "View started", "Order used"));
  EXPECT_THAT(trace("bob", view + "," + order, R"(, "order": "strict")"),
              ElementsAre("View filled", "Order strict"));
  EXPECT_THAT(trace("bob", view + "," + order, R"(, "exclusions": [{"select": )" + cart + "}]"),
              ElementsAre("View filled", "Cart exclusion", "Order exclusion"));
  EXPECT_THAT(trace("bob", order + "," + view, ""), ElementsAre("View order", "Order filled"));
  EXPECT_THAT(trace("bob", cart + "," + order, R"(, "held_property": "order")"),
              ElementsAre("Cart filled", "Order held"));
  EXPECT_THAT(trace("eve", view + "," + cart, R"(, "order": "any", "semantics": "first_entry")"),
              ElementsAre("View filled", "View used"));
}

// Weeks from the 2nd, the 9th and the 16th; the last is not over. All three saw something first in
// the first week; orders came in the first (ann), the second (bob) and the third (ann).
TEST_F(OptionsTest, RulesOfRetention) {
  const std::string weeks = R"("analysis": "retention", "by": "week",
      "range": {"from": "2026-03-02", "to": "2026-03-23"}, "start": {"event": "View"}, )";
  const std::string orders = R"("return": {"event": "Order"})";
  const auto cells = [](size_t cohort, int size, std::vector<int> back) {
    const std::string at = "/groups/0/cohorts/" + std::to_string(cohort);
    std::vector<std::pair<std::string, Json>> answers = {{at + "/size/value", size}};
    for (size_t c = 0; c < back.size(); ++c)
      answers.emplace_back(at + "/cells/" + std::to_string(c) + "/value", back[c]);
    return answers;
  };
  check({{weeks + orders, cells(0, 3, {1, 1, 1})},
         {weeks + orders + R"(, "counted": "on")", cells(0, 3, {1, 1, 1})},
         {weeks + orders + R"(, "counted": "on_or_after")", cells(0, 3, {2, 2, 1})},
         {weeks + orders + R"(, "counted": "on_or_before")", cells(0, 3, {1, 1, 2})},
         {weeks + orders + R"(, "brackets": [0, 1, 3])", cells(0, 3, {1, 2})},
         {weeks + orders + R"(, "brackets": [1, 3])", cells(0, 3, {2})},
         {weeks + R"("return": {"event": "View"}, "minimum_count": 2)", cells(0, 3, {1, 0, 0})},
         {weeks + orders, cells(1, 0, {0, 0})},
         {weeks + orders + R"(, "first_time": false)", cells(1, 1, {0, 1})},
         {weeks + orders + R"(, "columns": 2)",
          {{"/columns/1/label", "1"},
           {"/groups/0/cohorts/0/cells/1/complete", true},
           {"/groups/0/cohorts/1/cells/1/complete", false},
           {"/groups/0/average/0", {{"numerator", 1}, {"denominator", 3}, {"rate", 1.0 / 3}}},
           {"/groups/0/average/1", {{"numerator", 1}, {"denominator", 3}, {"rate", 1.0 / 3}}}}},
         // The third week is not over: nothing in its cells counts for the curve.
         {weeks + orders,
          {{"/groups/0/cohorts/0/cells/2/complete", false},
           {"/groups/0/average/2", {{"numerator", 0}, {"denominator", 0}, {"rate", nullptr}}}}},
         {weeks + R"("return": {"event": "Order"}, "breakdown": {"person_property": "plan"})",
          {{"/groups/0/group/kind", "all"}, {"/groups/1/cohorts/0/size/value", 1}}}});
}

// In days of 24 hours from the start event's hour, as Amplitude counts: someone who starts at 17:59
// and comes back at 17:00 of the next day does so on day 1.
TEST_F(BehaviourTest, RollingDaysBeginWithTheHour) {
  // In Chatham, 13:45 ahead in March, these are 7:44 and 6:45; its hours begin at a quarter past.
  track("ann", "Start", "2026-03-02T17:59:00Z");
  track("ann", "Back", "2026-03-03T17:00:00Z");
  track("bob", "Start", "2026-03-02T17:14:00Z");
  track("bob", "Back", "2026-03-03T16:15:00Z");
  serve();
  const auto back = [&](const std::string& zone, const std::string& time) {
    const Json answer = ask(R"({"analysis": "retention", "start": {"event": "Start"}, "columns": 2,
        "range": {"from": "2026-03-02", "to": "2026-03-05"}, "return": {"event": "Back"},
        "time_zone": ")" + zone +
                            R"(", "time": ")" + time + "\"}");
    std::vector<std::vector<std::string>> columns(2);
    for (const Json& cohort : answer["groups"][0]["cohorts"]) {
      for (size_t c = 0; c < 2 && c < cohort["cells"].size(); ++c) {
        for (const std::string& user : users(cohort["cells"][c])) columns[c].push_back(user);
      }
    }
    return columns;
  };
  using Columns = std::vector<std::vector<std::string>>;
  EXPECT_EQ(back("Etc/UTC", "rolling"), (Columns{{"bob"}, {"ann"}}));
  EXPECT_EQ(back("Pacific/Chatham", "rolling"), (Columns{{"ann"}, {"bob"}}));
}

TEST_F(OptionsTest, RulesOfDistributionsAndIntervals) {
  const std::string all = R"(, "select": {"any_of": [{"event": "View"}, {"event": "Cart"},
      {"event": "Order"}]})";
  const auto spread = [](double mean, double median, int few, int many) {
    return std::vector<std::pair<std::string, Json>>{{"/groups/0/rows/0/mean", mean},
                                                     {"/groups/0/rows/0/median", median},
                                                     {"/groups/0/rows/0/counts/0/value", few},
                                                     {"/groups/0/rows/0/counts/1/value", many}};
  };
  const std::string interval = R"("analysis": "interval", "start": {"event": "Cart"},
      "end": {"event": "Order"}, )";
  check({{R"("analysis": "distribution", "measure": "count", "borders": [3])" + all,
          spread(10.0 / 3, 3.0, 1, 2)},
         {R"("analysis": "distribution", "measure": "days", "borders": [3])" + all,
          spread(7.0 / 3, 2.0, 2, 1)},
         {R"("analysis": "distribution", "measure": "hours", "borders": [3])" + all,
          spread(8.0 / 3, 3.0, 1, 2)},
         {R"("analysis": "distribution", "measure": "sum", "property": "revenue",
             "borders": [200], "select": {"event": "Order"})",
          spread(200.25, 200.25, 1, 1)},
         {interval + R"("at_most": {"count": 1, "unit": "day"})",
          {{"/groups/0/time/count", 1},
           {"/groups/0/time/maximum", 1'500.0},
           {"/groups/0/people/value", 1}}},
         {interval + R"("held_property": "order")", {{"/groups/0/time/count", 1}}},
         {interval + R"("by": "week")",
          {{"/groups/0/time/count", 2},
           {"/groups/0/time/mean", (1'500.0 + 777'600.0) / 2},
           {"/groups/0/trend/1/people/value", 2}}}});
}

TEST_F(OptionsTest, RulesOfSessionsAndStickiness) {
  const std::string sessions = R"("analysis": "sessions", "by": "week", "select": {"any_of":
      [{"event": "View"}, {"event": "Cart"}, {"event": "Order"}]}, "gap_minutes": )";
  // Ann's first three events are one session; bob's first two as well when an hour may lie between.
  check({{sessions + "30",
          {{"/groups/0/total/sessions", 8},
           {"/groups/0/total/people/value", 3},
           {"/groups/0/total/single_event", 7},
           {"/groups/0/total/mean_seconds", 225.0},
           {"/groups/0/total/median_seconds", 0.0},
           {"/groups/0/total/mean_events", 1.25},
           {"/groups/0/total/per_person", 8.0 / 3},
           {"/groups/0/rows/1/sessions", 5},
           {"/groups/0/rows/2/sessions", 2},
           {"/groups/0/rows/3/sessions", 1}}},
         {sessions + "60",
          {{"/groups/0/total/sessions", 7},
           {"/groups/0/total/single_event", 5},
           {"/groups/0/total/mean_seconds", 5'400.0 / 7}}},
         {sessions + "24", {{"/groups/0/total/sessions", 9}}},
         // Two views in a week: eve in the first.
         {R"("analysis": "stickiness", "by": "week", "select": {"event": "View"},
             "minimum_count": 2)",
          {{"/groups/0/people/value", 1},
           {"/groups/0/mean_periods", 1.0},
           {"/groups/0/rows/0/exactly/value", 1}}},
         {R"("analysis": "stickiness", "by": "week", "select": {"event": "View"})",
          {{"/groups/0/people/value", 3},
           {"/groups/0/mean_periods", 4.0 / 3},
           {"/groups/0/rows/1/exactly/value", 1},
           {"/groups/0/rows/0/at_least/value", 3}}}});
}

// Ann's first order: a view and a cart before it; her second: view, cart, view; bob's: view, cart.
TEST_F(OptionsTest, ModelsOfAttribution) {
  const std::string credit = R"("analysis": "attribution", "conversion": {"event": "Order"},
      "value_property": "revenue", "touches": [{"event": "View"}, {"event": "Cart"}])";
  const auto weight = [](double seconds) { return std::exp2(-seconds / (7 * 86'400)); };
  const double late = 6.0 * 86'400 + 23 * 3'600;  // from ann's second view to her second order
  const double early = late + 7 * 86'400;
  const double of_ann = weight(1'800) / (weight(1'800) + weight(1'500));
  const double again =
      (weight(early) + weight(late)) / (weight(early) + weight(early - 300) + weight(late));
  const double of_bob = weight(781'200) / (weight(781'200) + weight(777'600));
  const auto view = [](const char* model, double conversions, double value) {
    return std::pair(model, std::pair(conversions, value));
  };
  for (const auto& [model, wanted] :
       {view("first", 3, 400.5), view("last", 1, 30), view("linear", 5.0 / 3, 60.25 + 20 + 125),
        view("position", 1.8, 60.25 + 24 + 125),
        view("time_decay", of_ann + again + of_bob, 120.5 * of_ann + 30 * again + 250 * of_bob)}) {
    const Json found = ask(march(credit + R"(, "models": [")" + model + "\"]"));
    SCOPED_TRACE(model);
    double views = 0, value = 0, all = 0;
    for (const Json& row : found["rows"]) {
      all += row["credits"][0]["conversions"].get<double>();
      if (row["touch"] != "View") continue;
      views = row["credits"][0]["conversions"];
      value = row["credits"][0]["value"];
    }
    EXPECT_NEAR(views, wanted.first, 1e-9);
    EXPECT_NEAR(value, wanted.second, 1e-9);
    EXPECT_NEAR(all, 3, 1e-9);
  }
  // Within 8 days bob has no touch, and ann's second order only her second view.
  const Json near = ask(march(credit + R"(, "look_back": {"count": 8, "unit": "day"},
      "models": ["linear"])"));
  EXPECT_EQ(near["rows"].size(), 3u);
  for (const Json& row : near["rows"]) {
    if (row["touch"] == "View") {
      EXPECT_NEAR(row["credits"][0]["conversions"], 1.5, 1e-9);
    }
    if (row["touch"] == "Cart") {
      EXPECT_NEAR(row["credits"][0]["conversions"], 0.5, 1e-9);
    }
    if (row["kind"] == "none") {
      EXPECT_EQ(row["conversions"], 1);
    }
  }
  // A short half-life leaves nearly all to the last touch.
  const Json steep = ask(march(credit + R"(, "half_life": {"count": 1, "unit": "second"},
      "models": ["time_decay"])"));
  EXPECT_EQ(steep["rows"].size(), 3u);
  for (const Json& row : steep["rows"]) {
    if (row["touch"] == "View") {
      EXPECT_NEAR(row["credits"][0]["conversions"], 1, 1e-6);
    }
    if (row["touch"] == "Cart") {
      EXPECT_NEAR(row["credits"][0]["conversions"], 2, 1e-6);
    }
  }
}

}  // namespace
}  // namespace perennial::insight
