// Goals of what people say and of what customers are worth, their monthly checks and the returns of
// programmes, over a log in memory, a timeline and a real state database.
#include <gtest/gtest.h>

#include "goals/checks.h"
#include "goals/goals.h"
#include "goals/voice.h"
#include "http/testing.h"
#include "timeline/followed_log_testing.h"

namespace perennial::goals {
namespace {

using namespace std::chrono_literals;

// Rocks' adjusted Wald interval, worked out by hand for 40 promoters, 30 passives, 30 detractors:
// p = 40.75 / 103, d = 30.75 / 103, half = 1.96 √((p + d − (p − d)²) / 103).
TEST(NpsOf, ComesWithItsInterval) {
  const auto nps = nps_of(40, 30, 30);
  ASSERT_TRUE(nps);
  EXPECT_DOUBLE_EQ(nps->value, 10);
  EXPECT_NEAR(nps->low, -6.2719, 5e-5);
  EXPECT_NEAR(nps->high, 25.6894, 5e-5);
  EXPECT_FALSE(nps_of(0, 0, 0));
  // Two promoters alone are no certain 100.
  const auto few = nps_of(2, 0, 0);
  EXPECT_DOUBLE_EQ(few->value, 100);
  EXPECT_LT(few->low, 20);
  EXPECT_DOUBLE_EQ(few->high, 100);
  EXPECT_DOUBLE_EQ(nps_of(0, 0, 3)->low, -100);
}

class SaidGoals : public testing::Test {
 protected:
  void SetUp() override { open(followed_.timeline.get()); }
  void TearDown() override { server_.reset(); }
  void open(timeline::Timeline* timeline) {
    server_.reset();
    const auto clock = [this] { return now_; };
    insight_ = std::make_unique<insight::Insight>(*followed_.books, *followed_.settings, clock);
    goals_ = std::make_unique<Goals>(Goals::Wiring{
        .database = *followed_.database,
        .settings = *followed_.settings,
        .insight = *insight_,
        .gains = [this] { return Result<std::vector<proof::Gain>>(gains_); },
        .hold_out = [] { return Result<Json>(Json()); },
        .clock = clock,
        .worth =
            [this](auto people) {
              Worth told{.paid_minor = std::vector<int64_t>(people.size(), 7'000)};
              if (expected_) told.expected_minor = std::vector<double>(people.size(), 2'000.0);
              return Result<Worth>(std::move(told));
            },
        .hold_out_of = [this](std::string_view id) { return hold_out_of(id); },
        .timeline = timeline,
        .said_names = [this] { return Result<SaidNames>(names_); },
        .programmes =
            [this](const auto&) { return Result<std::vector<ProgrammeReturn>>(programmes_); }});
    http::Router router;
    goals_->add_routes(router);
    server_ = std::make_unique<http::RoutesServed>(
        std::move(router), http::Principal{.id = "u1", .name = "Ann", .role = "", .source = ""});
  }
  Result<Json> hold_out_of(std::string_view id) {
    if (id != "h1") return fail(Code::kNotFound, "there is no such hold-out", "id");
    return Json{{"id", "h1"}, {"name", "All"}, {"verdict", "works"}};
  }
  Json call(const char* method, const std::string& target, const Json& body = nullptr,
            int status = 200) {
    return server_->call(method, target, body, status);
  }
  void track(const std::string& user, const std::string& name, std::string_view at,
             const Json& properties) {
    events::Event e;
    e.source = "shop";
    e.message_id = "m" + std::to_string(++sent_);
    e.type = events::Type::kTrack;
    e.name = name;
    e.user_id = user;
    e.timestamp = e.received_at = *parse_instant(at);
    e.properties = to_text(properties);
    waiting_.push_back(std::move(e));
  }
  void answered(const std::string& user, std::string_view at, const Json& score,
                const char* kind = "nps") {
    track(user, "Survey Answered", at, {{"score", score}, {"kind", kind}});
  }
  void order(const std::string& user, std::string_view at) {
    track(user, "Order Completed", at,
          {{"order_id", "o" + std::to_string(sent_)}, {"total", 10}, {"currency", "CNY"}});
  }
  void take() { followed_.take(std::exchange(waiting_, {})); }
  Json make(const Json& change, int status = 201) {
    Json goal = {{"name", "More"}, {"measure", "nps"},  {"aim", "points"}, {"amount", 5},
                 {"base", 0},      {"from", "2026-02"}, {"to", "2026-05"}};
    goal.update(change);
    return call("POST", "/v1/goals", goal, status);
  }
  size_t people(const Json& set) {
    const auto found = goals_->resolve_set(set.get<std::string>());
    EXPECT_TRUE(found && *found) << set;
    return found && *found ? (*found)->size() : 0;
  }
  Json months() { return call("GET", "/v1/goals")["goals"][0]["months"]; }

  timeline::FollowedLog followed_{migrations()};
  std::unique_ptr<insight::Insight> insight_;
  std::unique_ptr<Goals> goals_;
  std::unique_ptr<http::RoutesServed> server_;
  std::vector<proof::Gain> gains_;
  std::vector<ProgrammeReturn> programmes_;
  bool expected_ = true;  // a model says what people will bring
  SaidNames names_;
  std::vector<events::Event> waiting_;
  Instant now_ = *parse_instant("2026-04-10T00:00:00Z");
  int sent_ = 0;
};

TEST_F(SaidGoals, NpsIsOfTheLastAnswerOfEverybodyWhoAnswered) {
  answered("ann", "2026-02-03T00:00:00Z", 3);
  answered("ann", "2026-02-20T00:00:00Z", 9);
  answered("bob", "2026-02-28T23:59:59Z", 10);
  answered("cat", "2026-02-10T00:00:00Z", 8);
  answered("dan", "2026-02-10T00:00:00Z", 6);
  answered("eve", "2026-02-10T00:00:00Z", 11);         // no score
  answered("eve", "2026-02-10T00:00:00Z", "often");    // no number
  answered("fay", "2026-02-10T00:00:00Z", 1, "csat");  // another survey
  answered("fay", "2026-03-01T00:00:00Z", 0);
  take();
  const Json made = make(Json::object());
  EXPECT_EQ(made["target"], 5);
  EXPECT_EQ(made["reads"]["kind"], "nps");
  ASSERT_EQ(made["months"].size(), 3u);
  const Json february = made["months"][0];
  EXPECT_EQ(february["value"], 25);
  EXPECT_EQ(february["numerator"], 1);
  EXPECT_EQ(february["denominator"], 4);
  EXPECT_LT(february["low"], 0);
  EXPECT_GT(february["high"], 50);
  EXPECT_EQ(people(february["set"]), 4u);
  ASSERT_EQ(february["parts"].size(), 3u);
  EXPECT_EQ(february["parts"][0]["who"], "promoters");
  for (const Json& part : february["parts"])
    EXPECT_EQ(people(part["set"]), part["people"].get<size_t>()) << part;
  EXPECT_EQ(made["months"][1]["value"], -100);
  // Nobody answered: no number, and the reason.
  EXPECT_TRUE(made["months"][2]["value"].is_null());
  EXPECT_EQ(made["months"][2]["why"], "nobody");
  EXPECT_EQ(made["standing"], "behind");
  // With every kind of survey.
  const Json all = make({{"reads", {{"kind", ""}}}});
  EXPECT_EQ(all["months"][0]["denominator"], 5);
  EXPECT_FALSE(goals_->resolve_set("stage:new"));
  for (const std::string wrong : {"goal:", "goal:x:2026-02:answered", "goal:x:2026:answered"})
    EXPECT_FALSE(*goals_->resolve_set(wrong)) << wrong;
}

TEST_F(SaidGoals, TheComplaintRateIsOfTheCustomersOfTheMonth) {
  names_.complained = {"Ticket Opened"};
  order("ann", "2026-02-03T00:00:00Z");
  order("bob", "2026-02-03T00:00:00Z");
  order("cat", "2026-02-03T00:00:00Z");
  track("ann", "Ticket Opened", "2026-02-05T00:00:00Z", Json::object());
  track("ann", "Ticket Opened", "2026-02-06T00:00:00Z", Json::object());
  track("dan", "Ticket Opened", "2026-02-07T00:00:00Z", Json::object());  // ordered before
  track("bob", "Grumbled", "2026-02-07T00:00:00Z", Json::object());
  take();
  const Json goal = {{"measure", "complaint_rate"}, {"amount", -0.02}, {"base", 0.6}};
  const Json made = make(goal);
  const Json february = made["months"][0];
  EXPECT_EQ(february["value"], 0.5);
  EXPECT_EQ(february["numerator"], 2);
  EXPECT_EQ(february["denominator"], 4);
  EXPECT_EQ(people(february["set"]), 2u);
  EXPECT_EQ(people(february["parts"][0]["set"]), 4u);
  EXPECT_NEAR(february["low"].get<double>(), 0.15, 0.01);
  EXPECT_EQ(made["standing"], "reached") << "fewer is better";
  // The goal's own name of the event.
  Json own = goal;
  own["reads"] = {{"events", {"Grumbled"}}};
  EXPECT_EQ(make(own)["months"][0]["numerator"], 1);
}

TEST_F(SaidGoals, RefuseWhatIsWrong) {
  const auto refused = [&](const Json& change) { return make(change, 400).value("where", ""); };
  EXPECT_EQ(refused({{"aim", "share"}}), "aim");
  EXPECT_EQ(refused({{"base", 101}}), "base");
  EXPECT_EQ(refused({{"aim", "value"}, {"amount", -101}}), "amount");
  EXPECT_EQ(refused({{"reads", 1}}), "reads");
  EXPECT_EQ(refused({{"reads", {{"events", {""}}}}}), "reads.events");
  EXPECT_EQ(refused({{"reads", {{"events", std::vector<std::string>(17, "e")}}}}), "reads.events");
  EXPECT_EQ(refused({{"reads", {{"kind_property", ""}}}}), "reads.kind_property");
  EXPECT_EQ(refused({{"hold_out", "none"}}), "hold_out");
}

TEST_F(SaidGoals, WorthOverCostOfThoseWhoCame) {
  order("ann", "2026-02-03T00:00:00Z");
  order("bob", "2026-02-03T00:00:00Z");
  order("cat", "2026-03-03T00:00:00Z");
  take();
  call("POST", "/v1/costs",
       {{"about", "acquisition:ads"}, {"day", "2026-02-01"}, {"amount_minor", 6'000}}, 201);
  const Json made = make({{"measure", "ltv_cac"}, {"base", 1}, {"amount", 2}, {"hold_out", "h1"}});
  EXPECT_EQ(made["months"][0]["value"], 3);  // 90.00 over 30.00
  EXPECT_EQ(made["months"][0]["denominator"], 2);
  EXPECT_EQ(made["months"][1]["why"], "no_cost");
  EXPECT_EQ(made["beside"]["verdict"], "works");
  EXPECT_EQ(made["standing"], "reached");
}

TEST_F(SaidGoals, WithoutAModelNobodyIsWorthWhatWasPaidAlone) {
  order("ann", "2026-02-03T00:00:00Z");
  take();
  call("POST", "/v1/costs",
       {{"about", "acquisition:ads"}, {"day", "2026-02-01"}, {"amount_minor", 3'000}}, 201);
  now_ = *parse_instant("2026-03-10T00:00:00Z");
  expected_ = false;
  const Json made = make({{"measure", "ltv_cac"}, {"base", 1}, {"amount", 2}});
  EXPECT_TRUE(made["months"][0]["value"].is_null());
  EXPECT_EQ(made["months"][0]["why"], "no_model");
  EXPECT_TRUE(made["months"][0]["check"].is_null());
  EXPECT_EQ(goals_->check_due(), 0u);
  expected_ = true;
  EXPECT_EQ(goals_->check_due(), 1u);
  EXPECT_EQ(months()[0]["check"]["value"], 3);
}

TEST_F(SaidGoals, EachMonthIsCheckedOnce) {
  answered("ann", "2026-02-03T00:00:00Z", 9);
  take();
  now_ = *parse_instant("2026-03-01T00:30:00Z");
  const std::string id = make(Json::object())["id"].get<std::string>();
  EXPECT_EQ(goals_->check_due(), 0u) << "the last events of February may be under way";
  now_ = *parse_instant("2026-03-01T01:00:00Z");
  EXPECT_EQ(goals_->check_due(), 1u);
  EXPECT_EQ(goals_->check_due(), 0u);
  // An answer that comes late changes the month, and not what was checked.
  answered("bob", "2026-02-04T00:00:00Z", 0);
  take();
  Json february = months()[0];
  EXPECT_EQ(february["value"], 0);
  EXPECT_EQ(february["check"]["value"], 100);
  EXPECT_EQ(february["check"]["denominator"], 1);
  EXPECT_EQ(february["check"]["standing"], "reached");
  EXPECT_EQ(february["check"]["checked_at"], "2026-03-01T01:00:00.000Z");
  EXPECT_TRUE(months()[1]["check"].is_null());
  // After a long pause all months that were missed are written, one without an answer too.
  now_ = *parse_instant("2026-06-10T00:00:00Z");
  EXPECT_EQ(goals_->check_due(), 3u);
  EXPECT_EQ(months()[3]["check"]["standing"], "no_number");
  EXPECT_EQ(months()[3]["check"]["why"], "nobody");
  EXPECT_EQ(months()[0]["check"]["value"], 100);
  // Whoever comes second with the same month writes nothing.
  const auto again = followed_.database->write(
      [&](store::Connection& c) { return keep_check(c, id, "2026-02", Json::object(), now_); });
  EXPECT_EQ(again, false);
  const auto change = [&](const Json& to) {
    Json goal = {{"name", "More"}, {"measure", "nps"},  {"amount", 9},
                 {"base", 0},      {"from", "2026-02"}, {"to", "2026-05"}};
    goal.update(to);
    call("PUT", "/v1/goals/" + id, goal);
  };
  change(Json::object());
  EXPECT_EQ(months()[0]["check"]["value"], 100) << "another target is the same measure";
  change({{"reads", {{"kind", ""}}}});
  EXPECT_EQ(months()[0]["check"]["value"], 0) << "what was checked was another thing";
  EXPECT_EQ(goals_->check_due(), 0u) << "a change is checked at once";
}

TEST_F(SaidGoals, NothingIsCheckedWhileTheTimelineIsBuilt) {
  open(nullptr);
  const Json made = make(Json::object());
  ASSERT_EQ(made["months"].size(), 3u);
  EXPECT_EQ(made["months"][0]["why"], "busy");
  EXPECT_EQ(made["standing"], "no_number");
  EXPECT_EQ(goals_->check_due(), 0u);
}

TEST_F(SaidGoals, ProgrammesReturnWhatTheirHoldOutSays) {
  ProgrammeReturn one;
  one.id = "club";
  one.name = "Club";
  one.span = {*parse_instant("2026-01-01T00:00:00Z"), *parse_instant("2026-03-01T00:00:00Z")};
  one.points_minor = 300;
  one.checkout_minor = 100;
  one.coupons_minor = 400;
  programmes_ = {one};
  call("POST", "/v1/costs",
       {{"about", "programme:club"}, {"day", "2026-02-01"}, {"amount_minor", 200}}, 201);
  call("PUT", "/v1/returns/terms", {{"margin_share", 0.5}});
  const auto row = [&] { return Json(call("GET", "/v1/returns")["returns"][0]); };
  EXPECT_EQ(row()["verdict"], "cannot_tell");
  EXPECT_EQ(row()["why"], "no_hold_out");
  EXPECT_TRUE(row()["gained"].is_null());
  EXPECT_EQ(row()["cost_minor"], 1'000);
  proof::Gain gain;
  gain.id = "h1";
  gain.name = "All";
  gain.value = 9'500;
  gain.low = 5'500;
  gain.high = 13'500;
  programmes_[0].gain = gain;
  // Before coupons and points at checkout 100.00 were gained, half of it margin, for 10.00.
  EXPECT_EQ(row()["gained"]["value"], 10'000);
  EXPECT_EQ(row()["net"]["value"], 4'000);
  EXPECT_EQ(row()["net"]["low"], 2'000);
  EXPECT_EQ(row()["roi"]["value"], 4);
  EXPECT_EQ(row()["verdict"], "pays");
  EXPECT_EQ(row()["hold_out"]["id"], "h1");
  EXPECT_EQ(row()["parts"]["entered_minor"], 200);
  programmes_[0].gain->why = "mixed";
  EXPECT_EQ(row()["verdict"], "cannot_tell");
  EXPECT_EQ(row()["why"], "mixed");
  EXPECT_EQ(row()["net"]["value"], 4'000);
}

}  // namespace
}  // namespace perennial::goals
