// Goals, costs and returns: pure parts beside hand-made numbers, and the routes over a server and a
// real state database.
#include "goals/goals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/events.h"
#include "goals/costs.h"
#include "goals/progress.h"
#include "http/testing.h"
#include "store/testing.h"

namespace perennial::goals {
namespace {

using namespace std::chrono_literals;

Month month(const std::string& label, std::optional<double> value, bool complete = true) {
  Month m;
  m.label = label;
  m.value = value;
  m.complete = complete;
  return m;
}

TEST(Progress, StandsBesideTheLineFromBaseToTarget) {
  GoalDraft goal;
  goal.amount = 0.04;
  const std::vector<Month> before = {month("2025-10", 0.10), month("2025-11", std::nullopt),
                                     month("2025-12", 0.30)};
  const auto standing = [&](std::vector<Month> months) {
    return progress_of(goal, before, months, 4).standing;
  };
  const Progress p = progress_of(goal, before, {month("2026-01", 0.22)}, 4);
  EXPECT_DOUBLE_EQ(*p.base, 0.2);
  EXPECT_DOUBLE_EQ(*p.target, 0.24);
  EXPECT_DOUBLE_EQ(*p.expected[0], 0.21);
  EXPECT_EQ(p.standing, Standing::kOnTrack);
  EXPECT_DOUBLE_EQ(*p.before, 0.30);  // as many full months as since
  EXPECT_EQ(standing({month("2026-01", 0.20)}), Standing::kBehind);
  EXPECT_EQ(standing({month("2026-01", 0.25)}), Standing::kReached);
  // A month that is not over judges nobody.
  EXPECT_EQ(standing({month("2026-01", 0.25, false)}), Standing::kNotBegun);
  EXPECT_EQ(standing({month("2026-01", std::nullopt)}), Standing::kNoNumber);
  EXPECT_EQ(standing({month("1", 0.2), month("2", 0.2), month("3", 0.2), month("4", 0.23)}),
            Standing::kMissed);
  goal.measure = Measure::kCac;
  goal.aim = Aim::kShare;
  goal.amount = -0.1;
  EXPECT_EQ(standing({month("2026-01", 0.18)}), Standing::kReached);
  EXPECT_EQ(standing({month("2026-01", 0.21)}), Standing::kBehind);
  EXPECT_EQ(progress_of(goal, {}, {month("2026-01", 1)}, 4).standing, Standing::kNoNumber);
}

TEST(Return, TakesCostsFromTheMarginOfWhatWasGained) {
  proof::Gain gain;
  gain.value = 10'000;
  gain.low = 4'000;
  gain.high = 16'000;
  const proof::Return back = proof::return_of(gain, 0.5, 1'000);
  EXPECT_DOUBLE_EQ(back.margin->low, 2'000);
  EXPECT_DOUBLE_EQ(back.net->value, 4'000);
  EXPECT_DOUBLE_EQ(back.net->high, 7'000);
  EXPECT_DOUBLE_EQ(back.ratio->value, 4);
  EXPECT_EQ(back.pays, proof::Pays::kPays);
  EXPECT_EQ(proof::return_of(gain, 0.5, 9'000).pays, proof::Pays::kLoses);
  EXPECT_EQ(proof::return_of(gain, 0.5, 3'000).why, "wide_interval");
  EXPECT_FALSE(proof::return_of(gain, 0.5, 0).ratio);
  gain.reached = false;
  EXPECT_EQ(proof::return_of(gain, 0.5, 1'000).why, "aa");
  gain.low.reset();
  EXPECT_FALSE(proof::return_of(gain, 0.5, 1'000).net);
  gain.low = std::nan("");
  EXPECT_EQ(proof::return_of(gain, 0.5, 1'000).pays, proof::Pays::kCannotTell);
}

class GoalRoutes : public testing::Test {
 protected:
  void SetUp() override {
    for (auto part :
         {access::migrations(), events::migrations(), people::migrations(), migrations()}) {
      ASSERT_TRUE(database_->migrate(part));
    }
    settings_ = access::Settings::load(*database_).value();
    access::Workspace workspace;
    workspace.calendar.zone = *Zone::named("Asia/Shanghai");
    ASSERT_TRUE(
        database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
    settings_->changed();
    log_ = events::open_memory();
    books_ = std::make_unique<people::OrderBooks>(*database_, *settings_);
    std::vector<events::Stage> stages;
    stages.push_back(people::people_stage(*settings_));
    stages.back().committed = [this](uint64_t) { books_->changed(); };
    stages_ = std::make_unique<events::Stages>(*log_, *database_, std::move(stages));
    const auto clock = [this] { return now_; };
    insight_ = std::make_unique<insight::Insight>(*books_, *settings_, clock);
    goals_ = std::make_unique<Goals>(
        Goals::Wiring{.database = *database_,
                      .settings = *settings_,
                      .insight = *insight_,
                      .gains = [this] { return gains_; },
                      .hold_out = [this] { return Result<Json>(hold_out_); },
                      .clock = clock,
                      .worth =
                          [this](auto people) {
                            asked_ += people.size();
                            return worth(people.size());
                          },
                      .programmes = [this](const auto&) { return programmes_; },
                      .caught_up = [this] { return caught_up_; }});
    http::Router router;
    goals_->add_routes(router);
    server_ = std::make_unique<http::RoutesServed>(
        std::move(router), http::Principal{.id = "u1", .name = "Ann", .role = "", .source = ""});
  }
  void TearDown() override {
    server_.reset();
    stages_.reset();
  }
  Json call(const char* method, const std::string& target, const Json& body = nullptr,
            int status = 200) {
    return server_->call(method, target, body, status);
  }
  void order(const std::string& user, std::string_view at, int total) {
    events::Event e;
    e.source = "shop";
    e.message_id = "m" + std::to_string(++sent_);
    e.type = events::Type::kTrack;
    e.name = "Order Completed";
    e.user_id = user;
    e.timestamp = e.received_at = *parse_instant(at);
    e.properties = to_text(Json{{"order_id", e.message_id}, {"total", total}, {"currency", "CNY"}});
    waiting_.push_back(std::move(e));
  }
  void take() {
    ASSERT_TRUE(log_->append_and_wait(std::exchange(waiting_, {})));
    ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 60s));
  }
  Result<Worth> worth(size_t people) {
    Worth told{.paid_minor = std::vector<int64_t>(people, 8'000)};
    if (expected_) told.expected_minor = std::vector<double>(people, 2'000.0);
    return told;
  }
  static Json goal(const Json& more = Json::object()) {
    Json goal = {{"name", "More"}, {"measure", "customers"}, {"aim", "value"},
                 {"amount", 4},    {"from", "2026-02"},      {"to", "2026-05"}};
    goal.update(more);
    return goal;
  }

  store::TestDatabase database_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<people::OrderBooks> books_;
  std::unique_ptr<events::Stages> stages_;
  std::unique_ptr<insight::Insight> insight_;
  std::unique_ptr<Goals> goals_;
  std::unique_ptr<http::RoutesServed> server_;
  Json hold_out_;
  Result<std::vector<proof::Gain>> gains_ = std::vector<proof::Gain>{};
  Result<std::vector<ProgrammeReturn>> programmes_ = std::vector<ProgrammeReturn>{};
  std::vector<events::Event> waiting_;
  Instant now_ = *parse_instant("2026-03-10T00:00:00Z");
  bool expected_ = true;
  bool caught_up_ = true;
  size_t asked_ = 0;  // people whose worth was asked for
  int sent_ = 0;
};

TEST_F(GoalRoutes, RefuseWhatIsWrong) {
  const auto refused = [&](const Json& change) {
    return call("POST", "/v1/goals", goal(change), 400).value("where", "");
  };
  EXPECT_EQ(refused({{"name", " "}}), "name");
  EXPECT_EQ(refused({{"measure", "luck"}}), "measure");
  EXPECT_EQ(refused({{"aim", "high"}}), "aim");
  EXPECT_EQ(refused({{"amount", nullptr}}), "amount");
  EXPECT_EQ(refused({{"from", "2026-13"}}), "from");
  EXPECT_EQ(refused({{"to", "2026-01"}}), "to");
  EXPECT_EQ(refused({{"to", "2029-02"}}), "to");  // one month too many
  EXPECT_EQ(refused({{"measure", "retention_rate"}, {"amount", 1.01}}), "amount");
  call("POST", "/v1/goals", goal({{"to", "2029-01"}}), 201);
  const Json cost = {{"about", "acquisition:ads"}, {"day", "2026-02-01"}, {"amount_minor", 5}};
  const auto refused_cost = [&](const Json& change) {
    Json body = cost;
    body.update(change);
    return call("POST", "/v1/costs", body, 400).value("where", "");
  };
  EXPECT_EQ(refused_cost({{"about", "party"}}), "about");
  EXPECT_EQ(refused_cost({{"about", "campaign:"}}), "about");
  EXPECT_EQ(refused_cost({{"day", "2026-02-30"}}), "day");
  EXPECT_EQ(refused_cost({{"amount_minor", -5}}), "amount_minor");
  EXPECT_EQ(refused_cost({{"amount_minor", kMaxCostMinor + 1}}), "amount_minor");
  call("PUT", "/v1/returns/terms", {{"margin_share", 0}}, 400);
  call("PUT", "/v1/returns/terms", {{"margin_share", 1.01}}, 400);
  call("DELETE", "/v1/goals/none", nullptr, 404);
  call("DELETE", "/v1/costs/none", nullptr, 404);
  call("PUT", "/v1/goals/none", goal(), 404);
}

// What is told of the worth of somebody: 80.00 paid so far, 20.00 expected yet.
TEST_F(GoalRoutes, LifetimeValueBesideWhatACustomerCost) {
  order("ann", "2026-02-05T00:00:00Z", 10);
  order("bob", "2026-02-06T00:00:00Z", 10);
  order("cat", "2026-02-07T00:00:00Z", 10);
  for (const char* user : {"ann", "bob"}) {
    events::Event event;
    event.source = "shop";
    event.message_id = std::string("trait ") + user;
    event.type = events::Type::kIdentify;
    event.user_id = user;
    event.timestamp = event.received_at = *parse_instant("2026-02-08T00:00:00Z");
    event.properties = to_text({{"acquisition_channel", "ads"}});
    waiting_.push_back(std::move(event));
  }
  take();
  const auto cost = [&](const char* about, int64_t minor) {
    call("POST", "/v1/costs", {{"about", about}, {"day", "2026-02-01"}, {"amount_minor", minor}},
         201);
  };
  cost("acquisition:ads", 2'000);
  cost("acquisition:fair", 1'000);
  call("PUT", "/v1/returns/terms", {{"margin_share", 0.5}});
  const auto february = [&] {
    for (const Json& row : Json(call("GET", "/v1/acquisition")["rows"])) {
      if (row["label"] == "2026-02") return row;
    }
    return Json();
  };
  Json row = february();
  EXPECT_EQ(row["new_customers"], 3);
  EXPECT_EQ(row["cac_minor"], 1'000);
  EXPECT_EQ(row["ltv"]["so_far_minor"], 4'000);
  EXPECT_EQ(row["ltv"]["expected_minor"], 2'000);
  EXPECT_EQ(row["ltv_cac"], 6);
  ASSERT_EQ(row["channels"].size(), 2u);
  EXPECT_EQ(row["channels"][0]["channel"], "ads");
  EXPECT_EQ(row["channels"][0]["new_customers"], 2);
  EXPECT_EQ(row["channels"][0]["ltv_cac"], 6);
  EXPECT_EQ(row["channels"][1]["new_customers"], 0);
  EXPECT_TRUE(row["channels"][1]["ltv"].is_null());
  EXPECT_TRUE(row["channels"][1]["cac_minor"].is_null());
  expected_ = false;  // the model may not be used: what was paid is all that is told
  row = february();
  EXPECT_TRUE(row["ltv"]["expected_minor"].is_null());
  EXPECT_TRUE(row["ltv_cac"].is_null());
  EXPECT_TRUE(row["channels"][0]["ltv_cac"].is_null());
  EXPECT_GT(asked_, 0u);
  call("PUT", "/v1/returns/terms", {{"margin_share", 0.5}, {"channel_trait", ""}}, 400);
  call("PUT", "/v1/returns/terms", {{"margin_share", 0.5}, {"channel_trait", "came_by"}});
  EXPECT_EQ(february()["channels"][0]["new_customers"], 0);
}

TEST_F(GoalRoutes, CheckEveryMonthInTheWorkspacesZone) {
  order("ann", "2025-12-05T00:00:00Z", 10);
  order("bob", "2026-01-31T15:59:00Z", 10);  // January in Shanghai
  order("cat", "2026-01-31T16:00:00Z", 10);  // February
  order("dan", "2026-02-10T00:00:00Z", 10);
  order("ann", "2026-02-11T00:00:00Z", 10);
  take();
  const Json made = call("POST", "/v1/goals", goal(), 201);
  // Nobody ordered in November, one each in December and January.
  EXPECT_NEAR(made["base_is"].get<double>(), 2.0 / 3, 1e-12);
  EXPECT_EQ(made["target"], 4);
  ASSERT_EQ(made["months"].size(), 2u);
  EXPECT_EQ(made["months"][0]["value"], 3);
  EXPECT_EQ(made["months"][0]["complete"], true);
  EXPECT_EQ(made["months"][1]["complete"], false);
  EXPECT_EQ(made["standing"], "on_track");
  const auto people = *insight_->resolve_set(made["months"][0]["set"].get<std::string>());
  ASSERT_TRUE(people);
  EXPECT_EQ(people->size(), 3u);
  const std::string path = "/v1/goals/" + made["id"].get<std::string>();
  EXPECT_EQ(call("PUT", path, goal({{"amount", 3}}))["standing"], "reached");
  const Json list = call("GET", "/v1/goals");
  EXPECT_EQ(list["goals"][0]["amount"], 3);
  EXPECT_TRUE(list["hold_out"].is_null()) << "none is running";
  // What the hold-out across everything says stands beside them as it came.
  hold_out_ = {{"id", "h1"}, {"name", "All"}, {"verdict", "cannot_tell"}, {"why", "few"}};
  EXPECT_EQ(call("GET", "/v1/goals")["hold_out"], hold_out_);
  call("DELETE", path, nullptr, 204);
  EXPECT_EQ(call("GET", "/v1/goals")["goals"].size(), 0u);
}

TEST_F(GoalRoutes, NoMonthIsCheckedBeforeItsEventsAreCounted) {
  order("ann", "2026-02-10T00:00:00Z", 10);
  take();
  caught_up_ = false;
  const Json made = call("POST", "/v1/goals", goal({{"base", 0}}), 201);
  EXPECT_EQ(made["months"][0]["value"], 1);
  EXPECT_TRUE(made["months"][0]["check"].is_null()) << "not to be kept yet";
  EXPECT_EQ(*goals_->check_due(), 0u);
  caught_up_ = true;
  EXPECT_EQ(*goals_->check_due(), 1u);
}

TEST_F(GoalRoutes, PutCostsBesideNewCustomersAndGains) {
  order("bob", "2026-02-03T00:00:00Z", 10);
  order("cat", "2026-02-04T00:00:00Z", 10);
  take();
  const auto spend = [&](const std::string& about, const std::string& day, int64_t minor) {
    return call("POST", "/v1/costs", {{"about", about}, {"day", day}, {"amount_minor", minor}},
                201)["id"];
  };
  spend("acquisition:ads", "2026-02-01", 700);
  spend("acquisition:fair", "2026-02-28", 300);
  const Json wrong = spend("campaign:c1", "2026-02-10", 99);
  spend("campaign:c1", "2026-02-10", 1'500);
  call("DELETE", "/v1/costs/" + wrong.get<std::string>(), nullptr, 204);
  EXPECT_EQ(call("GET", "/v1/costs?limit=1")["total"], 3);
  for (const Json& row : Json(call("GET", "/v1/acquisition")["rows"])) {
    if (row["label"] != "2026-02") {
      EXPECT_TRUE(row["cac_minor"].is_null()) << row;
      continue;
    }
    EXPECT_EQ(row["cac_minor"], 500);
    EXPECT_EQ(row["channels"].size(), 2u);
    EXPECT_EQ(row["channels"][0]["cost_minor"], 700);
  }
  proof::Gain gain;
  gain.about = "campaign:c1";
  gain.kind = "campaign";
  gain.messages = 1'000;
  gain.value = 10'000;
  gain.low = 6'000;
  gain.high = 14'000;
  gains_ = std::vector{gain};
  EXPECT_EQ(call("GET", "/v1/returns")["terms"]["set"], false);
  call("PUT", "/v1/returns/terms", {{"margin_share", 0.5}, {"message_cost_per_1000_minor", 500}});
  const Json back = call("GET", "/v1/returns")["returns"][0];
  EXPECT_EQ(back["cost_minor"], 2'000);
  EXPECT_EQ(back["net"]["value"], 3'000);
  EXPECT_EQ(back["net"]["low"], 1'000);
  EXPECT_EQ(back["roi"]["value"], 1.5);
  EXPECT_EQ(back["verdict"], "pays");
}

TEST_F(GoalRoutes, CostsOfAProgrammeAreOfItsSpan) {
  const auto spend = [&](const char* day, int64_t minor) {
    call("POST", "/v1/costs", {{"about", "programme:p1"}, {"day", day}, {"amount_minor", minor}},
         201);
  };
  spend("2026-01-31", 1);
  spend("2026-02-01", 10);
  spend("2026-02-28", 100);
  spend("2026-03-01", 1'000);
  const auto entered = [&](const char* from, const char* to) {
    ProgrammeReturn one;
    one.id = "p1";
    one.span = {*parse_instant(from), *parse_instant(to)};
    programmes_ = std::vector{one};
    const Json row = call("GET", "/v1/returns")["returns"][0];
    EXPECT_EQ(row["cost_minor"], row["parts"]["entered_minor"]);
    return row["parts"]["entered_minor"].get<int64_t>();
  };
  // Days begin at 16:00Z in Shanghai.
  EXPECT_EQ(entered("2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z"), 110);
  EXPECT_EQ(entered("2026-01-31T15:59:00Z", "2026-02-28T16:01:00Z"), 1'111) << "parts of days";
  EXPECT_EQ(entered("2026-03-05T00:00:00Z", "2026-03-09T00:00:00Z"), 0);
}

}  // namespace
}  // namespace perennial::goals
