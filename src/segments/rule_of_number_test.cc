// Numbers of funnels as rules: who fits the rule is who stands behind the number, whatever people
// did; and what no rule can say is told.
#include <random>

#include "segments/segments_testing.h"

namespace perennial::segments {
namespace {

using testing::ElementsAre;

class NumbersAsRules : public SegmentsTest {
 protected:
  void TearDown() override {
    if (server_) server_->stop(500ms);
    server_.reset();
    behaviour_.reset();
    SegmentsTest::TearDown();
  }
  Result<std::vector<PersonId>> resolve(std::string_view set) {
    if (auto found = behaviour_->resolve_set(set)) return *found;
    if (auto found = segments_->resolve_set(set)) return *found;
    return fail(Code::kInvalid, "no such set of people", "set");
  }
  void open_all() {
    auto own = parts();
    own.resolve_set = [this](std::string_view set) { return resolve(set); };
    own.funnel_number = [this](std::string_view handle) {
      return behaviour_->funnel_number(handle);
    };
    behaviour_ = std::make_unique<insight::Behaviour>(insight::BehaviourParts{
        .timeline = *timeline_,
        .database = *database_,
        .settings = *settings_,
        .resolve_set = [this](std::string_view set) { return resolve(set); },
        .lists = own.lists,
        .clock = [this] { return now(); }});
    segments_ = Segments::open(own).value();
    segments_->start();
    flush();
  }
  Json ask(const std::string& members) {
    const auto question = parse_json(R"({"analysis": "funnel", )" + members + "}");
    EXPECT_TRUE(question) << members;
    auto answer = behaviour_->ask(*question, "ann");
    EXPECT_TRUE(answer) << members << ": " << (answer ? "" : answer.error().text());
    return answer ? *answer : Json();
  }
  Json rule_of(const Json& number) {
    auto [status, body] =
        call("GET", "/v1/segments/rule?handle=" + number["people"].get<std::string>());
    EXPECT_EQ(status, 200) << body;
    return body;
  }
  std::string why(const std::string& members) {
    return rule_of(ask(members)["groups"][0]["steps"][1]["reached"]).value("why", "");
  }
  std::vector<std::string> behind(const Json& number) {
    const auto found = resolve("people:" + number["people"].get<std::string>());
    EXPECT_TRUE(found);
    return found ? names(*found) : std::vector<std::string>{};
  }

  std::unique_ptr<insight::Behaviour> behaviour_;
};

// Every number of funnels over random histories; the month began 17.5 days ago, so that its days
// and the last so many hours have the same ends.
TEST_F(NumbersAsRules, HoldThePeopleBehindTheNumber) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int n) { return std::uniform_int_distribution(0, n - 1)(random); };
  const Instant begin = *parse_instant("2026-02-20T00:00:00Z");
  for (int person = 0; person < 30; ++person) {
    const std::string user = "u" + std::to_string(person);
    if (below(2) == 0) identify(user, {{"plan", below(2) == 0 ? "gold" : "free"}});
    Instant at = begin + std::chrono::hours(below(24 * 20));
    for (int i = below(12); i > 0; --i) {
      at += below(3) == 0 ? std::chrono::seconds(below(2)) : std::chrono::seconds(below(200'000));
      if (at >= now()) break;
      auto one = event(user, std::array{"View", "Cart", "Order"}[below(3)], {{"page", below(2)}});
      one.timestamp = at;
      send(std::move(one));
    }
  }
  for (const char* name : {"View", "Cart", "Order"}) track_at("2026-03-01T10:00:00Z", "z", name);
  identify("z", {{"plan", "gold"}});
  flush();
  after(1s);
  open_all();
  const std::array<std::string, 4> kStep = {
      R"({"event": "View"})", R"({"event": "Cart", "name": "Put"})",
      R"({"any_of": [{"event": "Order", "where": {"property": "page", "op": "is", "value": 1}}]})",
      R"({"event": "View", "where": {"property": "page", "op": "is", "value": 0}})"};
  const std::array<std::string, 4> kWindow = {"", R"(, "window": {"count": 30, "unit": "minute"})",
                                              R"(, "window": {"count": 1, "unit": "second"})",
                                              R"(, "window": {"count": 3, "unit": "day"})"};
  const std::array<std::string, 3> kPeople = {
      "", R"(, "people": {"property": "plan", "op": "is", "value": "gold"})",
      R"(, "people": {"not": {"any": [{"property": "plan", "op": "is", "value": "free"},
                                      {"property": "plan", "op": "is_not_set"}]}})"};
  for (int round = 0; round < 12; ++round) {
    std::string steps;
    for (int i = 0, count = 2 + below(3); i < count; ++i)
      steps += (i == 0 ? "" : ", ") + kStep[below(4)];
    const std::string question = R"("range": {"this": "month"}, "steps": [)" + steps + "]" +
                                 kWindow[below(4)] + kPeople[below(3)];
    const Json answer = ask(question);
    const Json& row = answer["groups"][0]["steps"];
    for (size_t k = 0; k < row.size(); ++k) {
      for (const char* what : {"reached", "dropped"}) {
        const Json& number = row[k][what];
        if (!number.contains("people")) continue;
        const Json rule = rule_of(number);
        ASSERT_TRUE(rule.contains("definition")) << rule << question;
        EXPECT_TRUE(rule["same_range"]);
        const auto expected = behind(number);
        ASSERT_EQ(preview(to_text(rule["definition"]["rule"])), expected)
            << question << " step " << k << " " << what;
      }
    }
  }
}

TEST_F(NumbersAsRules, GoOnWithTime) {
  track("ann", "View");
  track("bob", "View");
  after(1h);
  track("ann", "Order");
  flush();
  after(1s);
  open_all();
  const Json answer = ask(R"("range": {"last": 7, "unit": "day"},
      "steps": [{"event": "View"}, {"event": "Order"}], "window": {"count": 2, "unit": "hour"})");
  const Json rule = rule_of(answer["groups"][0]["steps"][1]["dropped"]);
  EXPECT_FALSE(rule["same_range"]);
  const std::string id = make("Left", to_text(rule["definition"]["rule"]));
  flush();
  EXPECT_THAT(members(id), ElementsAre("bob"));
  track("bob", "Order");
  track("cid", "View");
  flush();
  EXPECT_THAT(members(id), ElementsAre("cid"));
}

TEST_F(NumbersAsRules, WhatNoRuleSaysIsTold) {
  identify("ann", {{"plan", "gold"}});
  track("ann", "View", {{"order", 1}});
  track("ann", "Order", {{"order", 1}});
  flush();
  after(1s);
  open_all();
  const std::string two = R"("steps": [{"event": "View"}, {"event": "Order"}])";
  const std::string week = R"("range": {"this": "week"}, )" + two;
  EXPECT_EQ(why(week), "");
  EXPECT_EQ(why(week + R"(, "order": "ordered", "semantics": "latest_entry", "count": "people",
                          "exclusions": [], "time_zone": "UTC")"),
            "");
  EXPECT_EQ(why(week + R"(, "order": "any")"), "counting");
  EXPECT_EQ(why(week + R"(, "semantics": "first_entry")"), "counting");
  EXPECT_EQ(why(week + R"(, "count": "totals")"), "counting");
  EXPECT_EQ(why(week + R"(, "held_property": "order")"), "counting");
  EXPECT_EQ(why(week + R"(, "window": {"unit": "session"})"), "counting");
  EXPECT_EQ(why(week + R"(, "exclusions": [{"select": {"event": "Order"}}])"), "counting");
  EXPECT_EQ(why(week + R"(, "time_zone": "Asia/Shanghai")"), "zone");
  EXPECT_EQ(why(week + R"(, "week_start": "sunday")"), "zone");
  EXPECT_EQ(why(week + R"(, "people": {"set": "segment:)" + make("All", R"({"all": []})") + "\"}"),
            "");
  EXPECT_EQ(why(R"("range": {"previous": "week"}, )" + two), "range");
  EXPECT_EQ(why(R"("range": {"from": "2026-03-01", "to": "2026-03-02"}, )" + two), "range");
  EXPECT_EQ(why(R"("range": {"last": 4000, "unit": "week"}, )" + two), "limits");
  EXPECT_EQ(why(R"("range": {"this": "week"}, "steps": [{"event": "View"},
                   {"any_of": [{"event": "View"}, {"event": "Order"}]}])"),
            "steps");
  std::string steps;
  for (size_t i = 0; i < kMaxSteps; ++i) steps += R"({"event": "View"}, )";
  const Json most =
      ask(R"("range": {"this": "week"}, "steps": [)" + steps + R"({"event": "View"}])");
  const Json& row = most["groups"][0]["steps"];
  EXPECT_TRUE(rule_of(row[kMaxSteps - 1]["reached"]).contains("definition"));
  EXPECT_EQ(rule_of(row[kMaxSteps]["reached"])["why"], "steps");
  EXPECT_EQ(rule_of(row[kMaxSteps]["dropped"])["why"], "steps");
  // A part of a funnel, and a number of another analysis.
  const Json parts = ask(week + R"(, "by": "day", "breakdown": {"person_property": "plan"})");
  EXPECT_EQ(rule_of(parts["groups"][1]["steps"][0]["reached"])["why"], "part");
  EXPECT_EQ(rule_of(parts["groups"][0]["trend"][0]["reached"][0])["why"], "part");
  EXPECT_EQ(rule_of(parts["groups"][0]["histogram"][0]["counted"])["why"], "part");
  EXPECT_TRUE(rule_of(parts["groups"][0]["steps"][0]["reached"]).contains("definition"));
  const Json active = *behaviour_->ask(
      *parse_json(R"({"analysis": "lifecycle", "range": {"this": "week"}, "by": "day",
                      "select": {"event": "View"}})"),
      "ann");
  std::string handle;
  const std::function<void(const Json&)> find = [&](const Json& json) {
    if (json.is_object() && json.contains("people") && json["people"].is_string())
      handle = json["people"];
    for (const Json& part : json) {
      if (part.is_structured()) find(part);
    }
  };
  find(active);
  EXPECT_EQ(rule_of({{"people", handle}})["why"], "not_a_funnel");
  EXPECT_EQ(call("GET", "/v1/segments/rule?handle=q1.0.2").first, 404);
  EXPECT_EQ(call("GET", "/v1/segments/rule").second["where"], "handle");
}

}  // namespace
}  // namespace perennial::segments
