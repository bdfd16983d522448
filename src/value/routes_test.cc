// Stages and RFM over a server and a real state database.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "insight/testing.h"
#include "value/value.h"

namespace perennial::value {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class ValueRoutes : public testing::Test {
 protected:
  void SetUp() override {
    access::Workspace w;
    w.calendar.zone = *Zone::named("Asia/Shanghai");
    w.stands_on = *parse_instant("2024-06-15T12:00:30+08:00");
    shop_.save(w);
    shop_.identify("pat", "2024-06-01T00:00:00Z");        // prospect
    shop_.order("nina", "2024-06-10T00:00:00Z", 10'000);  // new, a prospect on 1 June
    shop_.order("adam", "2024-01-05T00:00:00Z", 20'000);  // active: silent on 1 June, then back
    shop_.order("adam", "2024-06-05T00:00:00Z", 20'000);
    for (auto day : {"01-10", "02-10", "03-10", "04-10", "05-30"})
      shop_.order("lola", "2024-" + std::string(day) + "T00:00:00Z", 5'000);  // loyal
    shop_.order("lola", "2024-06-02T00:00:00Z", -1'000);
    shop_.order("sid", "2024-04-20T00:00:00Z", 3'000);   // silent
    shop_.order("chad", "2023-05-20T00:00:00Z", 1'000);  // churned
    shop_.order("", "2024-06-03T00:00:00Z", 100);
    shop_.order("late", "2024-06-20T00:00:00Z", 100);  // after the day that the workspace stands on
    shop_.serve([this](http::Router& router) { value_.add_routes(router); });
  }
  std::vector<PersonId> people(const Json& set) {
    auto found = value_.resolve_set(set.get<std::string>());
    EXPECT_TRUE(found && *found) << set;
    return found && *found ? **found : std::vector<PersonId>();
  }
  people::Person person(std::string_view user) {
    people::Person p;
    p.id = shop_.person(user);
    return p;
  }

  insight::TestShop shop_;
  Value value_{shop_.books(), shop_.settings(), shop_.clock()};
};

TEST_F(ValueRoutes, StagesWithTheirPeople) {
  auto [status, body] = shop_.get("/v1/value/stages");
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["as_of"], "2024-06-15T04:00:00.000Z");  // the minute
  std::map<std::string, int64_t> revenue;
  for (const Json& row : body["counts"]) {
    EXPECT_EQ(std::ssize(people(row["set"])), row["people"].get<int64_t>()) << row;
    revenue[row["stage"]] = row["revenue_minor"];
  }
  EXPECT_EQ(body["counts"].size(), kStages);
  EXPECT_THAT(people("stage:prospect"),
              UnorderedElementsAre(shop_.person("pat"), shop_.person("late")));
  EXPECT_THAT(people("stage:new"), ElementsAre(shop_.person("nina")));
  EXPECT_THAT(people("stage:active"), ElementsAre(shop_.person("adam")));
  EXPECT_THAT(people("stage:loyal"), ElementsAre(shop_.person("lola")));
  EXPECT_THAT(people("stage:silent"), ElementsAre(shop_.person("sid")));
  EXPECT_THAT(people("stage:churned"), ElementsAre(shop_.person("chad")));
  EXPECT_EQ(revenue["loyal"], 24'000);
  EXPECT_EQ(revenue["prospect"], 0);
}

TEST_F(ValueRoutes, HistoryAndFlow) {
  Json body = shop_.get("/v1/value/stages").second;
  const Json& history = body["history"];
  ASSERT_EQ(history.size(), 12u);
  EXPECT_EQ(history.front()["label"], "2023-06");
  EXPECT_EQ(history.back()["label"], "2024-05");
  EXPECT_EQ(history.back()["counts"],
            (Json{{"new", 0}, {"active", 0}, {"loyal", 1}, {"silent", 1}, {"churned", 2}}));
  EXPECT_FALSE(history.back()["counts"].contains("prospect"));
  std::map<std::pair<std::string, std::string>, int64_t> flow;
  int64_t total = 0;
  for (const Json& row : body["flow"]) {
    flow[{row["from"], row["to"]}] = row["people"];
    total += row["people"].get<int64_t>();
  }
  EXPECT_EQ(body["flow_month"], "2024-06");
  for (const Json& row : body["flow"])
    EXPECT_EQ(std::ssize(people(row["set"])), row["people"].get<int64_t>()) << row;
  EXPECT_EQ((flow[{"prospect", "new"}]), 1);
  EXPECT_EQ((flow[{"churned", "active"}]), 1);
  EXPECT_EQ((flow[{"loyal", "loyal"}]), 1);
  EXPECT_EQ((flow[{"prospect", "prospect"}]), 2);
  EXPECT_EQ(total, 7);
  EXPECT_EQ(*value_.stages_json(), body);
}

TEST_F(ValueRoutes, FlowOfAPastMonth) {
  auto [status, body] = shop_.get("/v1/value/stages?month=2024-05");
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["flow_month"], "2024-05");
  for (const Json& row : body["flow"])
    EXPECT_EQ(std::ssize(people(row["set"])), row["people"].get<int64_t>()) << row;
  // Ordered on 20 April: new on 1 May, silent a month later.
  EXPECT_THAT(people("flow:2024-05:new:silent"), ElementsAre(shop_.person("sid")));
  EXPECT_EQ(shop_.get("/v1/value/stages?month=2024-07").first, 400);
  EXPECT_EQ(shop_.get("/v1/value/stages?month=May").first, 400);
}

TEST_F(ValueRoutes, TiersAndMovesBetweenCells) {
  Json body = shop_.get("/v1/value/rfm?back=1").second;
  int64_t tiers = 0, moved = 0;
  for (const Json& row : body["tiers"]) {
    EXPECT_EQ(std::ssize(people(row["set"])), row["people"].get<int64_t>()) << row;
    tiers += row["people"].get<int64_t>();
  }
  EXPECT_EQ(tiers, body["customers"]);
  for (const Json& row : body["moved"]) {
    EXPECT_EQ(std::ssize(people(row["set"])), row["people"].get<int64_t>()) << row;
    moved += row["people"].get<int64_t>();
    // Nina was no customer on 15 May.
    if (row["from"] == "none" && row["to"] != "none") {
      EXPECT_THAT(people(row["set"]), ElementsAre(shop_.person("nina")));
    }
  }
  EXPECT_EQ(moved, 7);  // everyone known
  EXPECT_EQ(shop_.get("/v1/value/rfm?back=61").first, 400);
  EXPECT_EQ(shop_.get("/v1/value/rfm?back=60").first, 200);
}

TEST_F(ValueRoutes, RfmWithItsPeople) {
  auto [status, body] = shop_.get("/v1/value/rfm");
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["customers"], 5);
  EXPECT_EQ(body["currency"], "CNY");
  ASSERT_EQ(body["cells"].size(), kCells.size());
  int64_t in_cells = 0, in_grid = 0, orders = 0;
  double share = 0;
  for (const Json& cell : body["cells"]) {
    EXPECT_EQ(std::ssize(people(cell["set"])), cell["people"].get<int64_t>()) << cell;
    EXPECT_EQ(cell.contains("median_recency_days"), cell["people"] > 0);
    in_cells += cell["people"].get<int64_t>();
    orders += cell["orders"].get<int64_t>();
    share += cell["share"].get<double>();
  }
  for (const Json& one : body["grid"]) {
    EXPECT_EQ(std::ssize(people(one["set"])), one["people"].get<int64_t>()) << one;
    in_grid += one["people"].get<int64_t>();
  }
  EXPECT_EQ(in_cells, 5);
  EXPECT_EQ(in_grid, 5);
  EXPECT_EQ(orders, 10);
  EXPECT_NEAR(share, 1, 1e-9);
  EXPECT_EQ(body["breaks"]["frequency"], Json({2, 2, 2, 5}));
  EXPECT_EQ(body["breaks"]["monetary_minor"], Json({3'000, 10'000, 24'000, 40'000}));
}

TEST_F(ValueRoutes, PeopleAreDescribed) {
  auto described = value_.describe(std::vector{person("lola"), person("pat"), person("chad")});
  ASSERT_TRUE(described);
  EXPECT_EQ((*described)[0]["stage"], "loyal");
  EXPECT_NE((*described)[0]["cell"], "");
  EXPECT_EQ((*described)[1], (Json{{"stage", "prospect"}, {"cell", ""}}));
  EXPECT_EQ((*described)[2]["stage"], "churned");

  Json file = *value_.describe_file(person("lola"));
  EXPECT_EQ(file["stage_reason"]["stage"], "loyal");
  EXPECT_EQ(file["stage_reason"]["rhythm"], "own");
  EXPECT_EQ(file["stage_reason"]["usual_gap_days"], 31.0);
  EXPECT_EQ(file["stage_reason"]["silent_after_days"], 62.0);
  EXPECT_EQ(file["rfm"]["frequency"], 5);
  EXPECT_EQ(file["rfm"]["cell"], (*described)[0]["cell"]);
  file = *value_.describe_file(person("pat"));
  EXPECT_EQ(file["stage_reason"]["rhythm"], "none");
  EXPECT_TRUE(file["stage_reason"]["usual_gap_days"].is_null());
  EXPECT_FALSE(file.contains("rfm"));
}

TEST_F(ValueRoutes, SnapshotIsCachedUntilSomethingChanges) {
  auto first = value_.snapshot();
  EXPECT_EQ(*value_.snapshot(), *first);
  shop_.identify("new prospect", "2024-06-11T00:00:00Z");
  auto second = value_.snapshot();
  EXPECT_NE(*second, *first);
  EXPECT_EQ(people("stage:prospect").size(), 3u);
  shop_.order("new prospect", "2024-06-12T00:00:00Z", 700);
  EXPECT_EQ(people("stage:prospect").size(), 2u);
  EXPECT_EQ(people("stage:new").size(), 2u);
  access::Workspace w = shop_.settings().workspace();
  w.stands_on = *parse_instant("2024-07-30T12:00:00+08:00");
  shop_.save(w);
  EXPECT_EQ(people("stage:new").size(), 0u);
}

TEST_F(ValueRoutes, WordsOfSetsAreChecked) {
  EXPECT_FALSE(value_.resolve_set("activity:new:month:2024-01"));
  EXPECT_FALSE(value_.resolve_set("stage"));
  for (auto set :
       {"stage:", "stage:asleep", "cell:kings", "rfm:0-1-1", "rfm:6-1-1", "rfm:1-1", "rfm:1-1-1-1",
        "rfm:111", "tier:gold", "flow:2024-05:new", "flow:2024-05:new:asleep",
        "moved:0:loyal:loyal", "moved:61:loyal:loyal", "moved:x:loyal:loyal"}) {
    auto found = value_.resolve_set(set);
    ASSERT_TRUE(found) << set;
    ASSERT_FALSE(*found) << set;
    EXPECT_EQ(found->error().where, "set") << set;
  }
  EXPECT_TRUE(people("rfm:5-1-1").size() + people("rfm:5-5-1").size() <= 5u);
}

TEST_F(ValueRoutes, EmptyShopAnswers) {
  insight::TestShop empty;
  empty.now = *parse_instant("2024-03-20T00:00:00Z");
  Value value(empty.books(), empty.settings(), empty.clock());
  auto stages = value.stages_json();
  ASSERT_TRUE(stages);
  EXPECT_EQ((*stages)["counts"][0]["people"], 0);
  empty.serve([&](http::Router& router) { value.add_routes(router); });
  auto [status, body] = empty.get("/v1/value/rfm");
  EXPECT_EQ(status, 200);
  EXPECT_EQ(body["customers"], 0);
  EXPECT_EQ(body["breaks"]["frequency"], Json({0, 0, 0, 0}));
}

}  // namespace
}  // namespace perennial::value
