// Experiments and hold-outs through their routes, over a log in memory and a timeline.
#include <map>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/assigning.h"
#include "experiments/experiments.h"
#include "http/testing.h"
#include "proof/proof.h"
#include "timeline/followed_log_testing.h"

namespace perennial::experiments {
namespace {

using namespace std::chrono_literals;

class ProofRoutes : public testing::Test {
 protected:
  void SetUp() override { serve(); }
  void TearDown() override {
    server_.reset();
    proof_.reset();
  }
  // Also what a restart does.
  void serve() {
    server_.reset();
    proof_ = std::make_unique<Experiments>(Experiments::Wiring{
        .database = *followed_.database,
        .log = *followed_.log,
        .settings = *followed_.settings,
        .timeline = *followed_.timeline,
        .books = *followed_.books,
        .resolve_set =
            [this](std::string_view) { return Result<std::vector<people::PersonId>>(audience_); },
        .clock = [this] { return now_; },
        .net_costs = [this] { return Result<std::vector<NetCost>>(costs_); },
        .hold_out_of_loyalty = [this](store::Connection&, std::string_view id, auto people,
                                      Instant from) -> Result<void> {
          told_loyalty_.push_back({std::string(id), {people.begin(), people.end()}, from});
          return {};
        },
        .let_into_loyalty = [this](store::Connection&, std::string_view id,
                                   Instant at) -> Result<void> {
          told_loyalty_.push_back({std::string(id), {}, at});
          return {};
        }});
    http::Router router;
    proof_->add_routes(router);
    server_ = std::make_unique<http::RoutesServed>(
        std::move(router),
        http::Principal{.id = "key_1", .name = "web", .role = "", .source = "shop"});
  }
  Json call(const char* method, const std::string& target, const Json& body = nullptr,
            int status = 200) {
    return server_->call(method, target, body, status);
  }
  void take(std::vector<events::Event> events) { followed_.take(std::move(events)); }
  events::Event event(const std::string& user, events::Type type, const std::string& name,
                      const Json& properties, const std::string& visitor = "") {
    events::Event e;
    e.source = "shop";
    e.message_id = "m" + std::to_string(++sent_);
    e.type = type;
    e.name = name;
    e.user_id = user;
    e.anonymous_id = visitor;
    e.timestamp = e.received_at = now_;
    e.properties = to_text(properties);
    return e;
  }
  Json draft(const std::string& key, const Json& more = Json::object()) {
    Json draft = {
        {"key", key},
        {"name", "Checkout"},
        {"arms", {{{"key", "old"}, {"weight", 0.5}}, {{"key", "new"}, {"weight", 0.5}}}},
        {"measures",
         {{{"key", "ordered"}, {"kind", "proportion"}, {"of", {{"orders", true}}}},
          {{"key", "revenue"}, {"kind", "revenue"}},
          {{"key", "clicks"},
           {"kind", "mean"},
           {"of",
            {{"event", "Clicked"},
             {"sum", "n"},
             {"where",
              Json::array({{{"property", "place"}, {"op", "is"}, {"value", "cart"}}})}}}}}}};
    draft.update(more);
    return draft;
  }
  std::string start(const Json& draft) {
    const std::string id = call("POST", "/v1/experiments", draft, 201)["id"];
    call("POST", "/v1/experiments/" + id + "/start");
    return id;
  }
  Json arm(const Json& who, const std::string& key) {
    const Json given = call("POST", "/v1/assign", who);
    for (const Json& one : given["assignments"]) {
      if (one["experiment"] == key) return one;
    }
    return nullptr;
  }
  size_t people_of(const Json& set) {
    auto found = proof_->resolve_set(set.get<std::string>());
    EXPECT_TRUE(found && *found) << set;
    return found && *found ? (*found)->size() : 0;
  }

  timeline::FollowedLog followed_{migrations()};
  std::unique_ptr<Experiments> proof_;
  std::unique_ptr<http::RoutesServed> server_;
  std::vector<people::PersonId> audience_;
  std::vector<NetCost> costs_;
  struct ToldLoyalty {
    std::string hold_out;
    std::vector<people::PersonId> people;
    Instant at;
  };
  std::vector<ToldLoyalty> told_loyalty_;
  Instant now_ = *parse_instant("2026-03-01T00:00:00Z");
  int sent_ = 0;
};

TEST_F(ProofRoutes, RefuseWhatIsWrong) {
  const auto refused = [&](const Json& change, const std::string& where) {
    const Json problem = call("POST", "/v1/experiments", draft("x", change), 400);
    EXPECT_EQ(problem["where"], where) << problem;
  };
  refused({{"arms", {{{"key", "a"}, {"weight", 0.5}}, {{"key", "b"}, {"weight", 0.4}}}}}, "arms");
  refused({{"arms", Json::array({{{"key", "a"}, {"weight", 1}}})}}, "arms");
  refused({{"arms", {{{"key", "a"}, {"weight", 0.5}}, {{"key", "a"}, {"weight", 0.5}}}}},
          "arms[1].key");
  refused({{"arms", {{{"key", "a"}, {"weight", -1}}, {{"key", "b"}, {"weight", 2}}}}},
          "arms[0].weight");
  refused({{"measures", Json::array()}}, "measures");
  refused({{"measures", Json::array({{{"key", "m"}, {"kind", "guess"}}})}}, "measures[0].kind");
  refused({{"measures", Json::array({{{"key", "m"}, {"kind", "mean"}, {"of", {{"event", "E"}}}}})}},
          "measures[0].of.sum");
  refused({{"key", "a:b"}}, "key");
  refused({{"planned_days", kMaxDays + 1}}, "planned_days");
  refused({{"coverage", 1.01}}, "coverage");
  call("POST", "/v1/experiments", draft("x", {{"planned_days", kMaxDays}}), 201);
  call("POST", "/v1/experiments", draft("x"), 409);
}

TEST_F(ProofRoutes, GoFromDraftToStopped) {
  const std::string id = call("POST", "/v1/experiments", draft("life"), 201)["id"];
  const std::string path = "/v1/experiments/" + id;
  call("GET", path + "/result", nullptr, 409);
  call("POST", path + "/stop", nullptr, 409);
  call("PUT", path, draft("life", {{"name", "Second"}}));
  EXPECT_EQ(call("POST", path + "/start")["state"], "running");
  call("POST", path + "/start", nullptr, 409);
  call("PUT", path, draft("life"), 409);
  call("DELETE", path, nullptr, 409);
  now_ += 24h;
  const Json stopped = call("POST", path + "/stop", {{"conclusion", "enough"}});
  EXPECT_EQ(stopped["state"], "stopped");
  EXPECT_EQ(stopped["conclusion"], "enough");
  EXPECT_EQ(stopped["name"], "Second");
  EXPECT_EQ(call("POST", "/v1/assign", {{"user_id", "u1"}})["assignments"].size(), 0u);
}

TEST_F(ProofRoutes, SayWhyNothingCanBeSaidWithoutExposures) {
  take({event("u1", events::Type::kTrack, "Clicked", {{"place", "cart"}, {"n", 2}})});
  const std::string id = start(draft("nobody"));
  now_ += 72h;
  const Json result = call("GET", "/v1/experiments/" + id + "/result");
  EXPECT_EQ(result["headline"]["verdict"], "cannot_tell");
  EXPECT_EQ(result["headline"]["why"], "no_exposures");
  EXPECT_EQ(to_text(result).find("nan"), std::string::npos);
  EXPECT_EQ(result["measures"][0]["effects"][0]["absolute"]["unsaid"], "nobody");
}

TEST_F(ProofRoutes, KeepAnArmThroughSignInMergeAndRestart) {
  start(draft("kept"));
  const Json visitor = {{"anonymous_id", "v1"}};
  const Json first = arm(visitor, "kept");
  EXPECT_EQ(first["why"], "drawn");
  // A user whose own draw would be the other arm signs in on that device.
  Experiment experiment;
  experiment.key = "kept";
  experiment.arms = {{"old", "", 0.5}, {"new", "", 0.5}};
  const auto drawn = [&](const std::string& user) {
    Why why{};
    return experiment.arms[*draw_arm(experiment, user, why)].key;
  };
  std::string user = "u1";
  for (int i = 2; drawn(user) == first["arm"]; ++i) user = "u" + std::to_string(i);
  now_ += 1h;
  const Json both = arm({{"anonymous_id", "v1"}, {"user_id", user}}, "kept");
  EXPECT_EQ(both["arm"], first["arm"]);
  EXPECT_EQ(both["why"], "kept");
  EXPECT_EQ(arm({{"user_id", user}}, "kept")["arm"], first["arm"]);
  // Another user, given the other arm later, turns out to be the same person.
  now_ += 1h;
  std::string other = "w1";
  for (int i = 2; drawn(other) == first["arm"]; ++i) other = "w" + std::to_string(i);
  EXPECT_NE(arm({{"user_id", other}, {"expose", false}}, "kept")["arm"], first["arm"]);
  auto alias = event(user, events::Type::kAlias, "", Json::object());
  alias.properties = to_text(Json{{"previousId", other}});
  alias.anonymous_id = other;
  take({alias});
  serve();
  EXPECT_EQ(arm({{"user_id", user}}, "kept")["arm"], first["arm"]);
}

TEST_F(ProofRoutes, ShareOutTheirLayerAndKeepToTheirAudience) {
  start(draft("a", {{"layer", "page"}, {"layer_from", 0}, {"layer_to", 0.5}}));
  const std::string id =
      call("POST", "/v1/experiments",
           draft("b", {{"layer", "page"}, {"layer_from", 0.4}, {"layer_to", 1}}), 201)["id"];
  call("POST", "/v1/experiments/" + id + "/start", nullptr, 409);
  call("PUT", "/v1/experiments/" + id,
       draft("b", {{"layer", "page"}, {"layer_from", 0.5}, {"layer_to", 1}}));
  call("POST", "/v1/experiments/" + id + "/start");
  int in_a = 0;
  for (int i = 0; i < 100; ++i) {
    const Json who = {{"user_id", "u" + std::to_string(i)}, {"expose", false}};
    const bool a = !arm(who, "a")["arm"].is_null(), b = !arm(who, "b")["arm"].is_null();
    EXPECT_NE(a, b);
    in_a += a;
  }
  EXPECT_GT(in_a, 25);
  EXPECT_LT(in_a, 75);
  take({event("member", events::Type::kIdentify, "", Json::object())});
  auto member = followed_.database->read(
      [](store::Connection& c) { return people::resolve(c, "member", ""); });
  audience_ = {**member};
  start(draft("c", {{"audience", "stage:loyal"}}));
  EXPECT_FALSE(arm({{"user_id", "member"}}, "c")["arm"].is_null());
  EXPECT_EQ(arm({{"user_id", "stranger"}}, "c")["why"], "audience");
  // Who leaves the audience and comes back keeps the arm all the while.
  const Json first = arm({{"user_id", "member"}}, "c");
  EXPECT_EQ(first["why"], "kept");
  for (const auto& audience : {std::vector<people::PersonId>(), {**member}}) {
    audience_ = audience;
    now_ += 1h;
    EXPECT_EQ(arm({{"user_id", "member"}}, "c"), first);
  }
}

TEST_F(ProofRoutes, WhoIsJoinedToSomebodyHeldOutIsHeldOut) {
  std::string held, other;
  for (int i = 0; held.empty() || other.empty(); ++i) {
    const std::string user = "u" + std::to_string(i);
    const bool is = proof::assign("s", unit_of_user(user), 0.5) == proof::Arm::kHeldOut;
    (is ? held : other) = user;
  }
  take({event(held, events::Type::kIdentify, "", Json::object()),
        event(other, events::Type::kIdentify, "", Json::object())});
  call("POST", "/v1/hold-outs", {{"name", "x"}, {"percent", 50}, {"salt", "s"}}, 201);
  const auto by = [&](const std::string& user) {
    return *followed_.database->read([&](store::Connection& c) -> Result<std::string> {
      const auto who = TRY(people::resolve(c, user, ""));
      const HeldOut all = TRY(HeldOut::load(c, "campaigns"));
      return std::string(all.by(*who, user));
    });
  };
  EXPECT_NE(by(held), "");
  EXPECT_EQ(by(other), "");
  now_ += 1h;
  auto alias = event(other, events::Type::kAlias, "", Json::object());
  alias.properties = to_text(Json{{"previousId", held}});
  alias.anonymous_id = held;
  take({alias});
  EXPECT_NE(by(other), "") << "they are one person now";
}

TEST_F(ProofRoutes, MeasureWhatTheArmsDid) {
  const std::string id = start(draft("measured"));
  const std::string path = "/v1/experiments/" + id;
  std::map<std::string, int64_t> people, ordered, revenue, clicks;
  std::vector<events::Event> later;
  for (int i = 0; i < 300; ++i) {
    const std::string user = "u" + std::to_string(i);
    const std::string in = arm({{"user_id", user}}, "measured")["arm"];
    arm({{"user_id", user}}, "measured");  // a second look is no second exposure
    ++people[in];
    now_ += 60s;
    if (i % 10 < (in == "new" ? 7 : 3)) {
      later.push_back(
          event(user, events::Type::kTrack, "Order Completed",
                {{"order_id", "o" + user}, {"total", 10 + i % 5}, {"currency", "CNY"}}));
      ++ordered[in];
      revenue[in] += (10 + i % 5) * 100;
    }
    later.push_back(event(user, events::Type::kTrack, "Clicked",
                          {{"place", i % 2 ? "cart" : "home"}, {"n", i % 7}}));
    if (i % 2) clicks[in] += i % 7;
  }
  // Somebody who was shown both arms.
  later.push_back(event("mixed", events::Type::kTrack, "Experiment Viewed",
                        {{"experiment_id", "measured"}, {"variation_id", "old"}}));
  later.push_back(event("mixed", events::Type::kTrack, "Experiment Viewed",
                        {{"experiment_id", "measured"}, {"variation_id", "new"}}));
  now_ += 48h;
  take(std::move(later));
  const Json result = call("GET", path + "/result");
  EXPECT_EQ(result["people"], 300);
  EXPECT_EQ(result["mixed"], 1);
  EXPECT_EQ(people_of(result["mixed_set"]), 1u);
  for (size_t i = 0; i < 2; ++i) {
    const std::string key = result["arms"][i]["key"];
    EXPECT_EQ(result["arms"][i]["people"], people[key]);
    EXPECT_EQ(people_of(result["arms"][i]["set"]), size_t(people[key]));
    const Json& did = result["measures"][0]["arms"][i];
    EXPECT_NEAR(did["sum"].get<double>(), double(ordered[key]), 1e-6);
    EXPECT_EQ(people_of(did["set"]), size_t(ordered[key]));
    EXPECT_NEAR(result["measures"][1]["arms"][i]["sum"].get<double>(), double(revenue[key]), 1e-3);
    EXPECT_NEAR(result["measures"][2]["arms"][i]["sum"].get<double>(), double(clicks[key]), 1e-6);
  }
  EXPECT_EQ(result["headline"]["verdict"], "works") << result["headline"];
  EXPECT_EQ(result["headline"]["arm"], "new");
  EXPECT_GT(result["measures"][0]["effects"][0]["gained"]["low"], 0);
  const Json listed = call("GET", "/v1/experiments")["experiments"];
  EXPECT_EQ(listed[0]["headline"]["verdict"], "works");
}

TEST_F(ProofRoutes, HoldPeopleOutAndCompareThem) {
  std::vector<events::Event> events;
  for (int i = 0; i < 400; ++i) {
    events.push_back(event("u" + std::to_string(i), events::Type::kIdentify, "", Json::object()));
  }
  take(std::move(events));
  call("POST", "/v1/hold-outs", {{"name", "All"}, {"percent", 90.1}}, 400);
  for (const double percent : {90.0, 0.1}) {
    const Json one = call("POST", "/v1/hold-outs", {{"name", "x"}, {"percent", percent}}, 201);
    EXPECT_EQ(one["percent"], percent);
    call("POST", "/v1/hold-outs/" + one["id"].get<std::string>() + "/end");
  }
  const Json power = call("POST", "/v1/hold-outs/power", {{"percent", 25}, {"days", 30}});
  EXPECT_EQ(power["people"], 400);
  EXPECT_EQ(power["held_out"], 100);
  EXPECT_TRUE(power["weak"]);
  const Json made =
      call("POST", "/v1/hold-outs", {{"name", "All"}, {"percent", 25}, {"salt", "s"}}, 201);
  int expected = 0;
  for (int i = 0; i < 400; ++i) {
    expected +=
        proof::assign("s", unit_of_user("u" + std::to_string(i)), 0.25) == proof::Arm::kHeldOut;
  }
  EXPECT_EQ(made["members"], expected);
  EXPECT_EQ(people_of(made["set"]), size_t(expected));
  const std::string path = "/v1/hold-outs/" + made["id"].get<std::string>();
  const auto family = hold_out_facts(*followed_.database);
  const auto facts = family.all().value();
  EXPECT_EQ(facts.size(), 3u);  // the ones that ended too
  const auto fact = std::ranges::find(facts, "hold_out:" + made["id"].get<std::string>(),
                                      &segments::FactProvider::name);
  ASSERT_NE(fact, facts.end());
  EXPECT_EQ(fact->title, "All");
  const auto column = fact->column().value();
  EXPECT_EQ(std::ranges::count(column->code, 1), expected);
  EXPECT_EQ(fact->column().value(), column);
  now_ += 24h;
  events.clear();
  for (int i = 0; i < 400; ++i) {
    const std::string user = "u" + std::to_string(i);
    const bool held = proof::assign("s", unit_of_user(user), 0.25) == proof::Arm::kHeldOut;
    if (i % 10 < (held ? 2 : 6)) {
      events.push_back(event(user, events::Type::kTrack, "Order Completed",
                             {{"order_id", "o" + user}, {"total", 5}, {"currency", "CNY"}}));
    }
  }
  now_ += 24h;
  take(std::move(events));
  const Json result = call("GET", path + "/result");
  EXPECT_EQ(result["arms"][0]["people"], expected);
  EXPECT_EQ(result["arms"][1]["people"], 400 - expected);
  EXPECT_EQ(result["headline"]["verdict"], "works") << result["headline"];
  // Goals show the same beside what came before and after.
  const Json beside = proof_->whole_hold_out_json().value();
  EXPECT_EQ(beside["id"], made["id"]);
  EXPECT_EQ(beside["name"], "All");
  EXPECT_EQ(beside["since"], made["started_at"]);
  EXPECT_EQ(beside["set"], made["set"]);
  EXPECT_EQ(beside["verdict"], "works");
  EXPECT_EQ(beside["why"], result["headline"]["why"]);
  EXPECT_EQ(beside["difference"], result["headline"]["absolute"]);
  EXPECT_NEAR(beside["difference"]["effect"].get<double>(), 0.4, 0.1);
  const Json page = call("GET", path + "/members?limit=3&offset=1");
  EXPECT_EQ(page["members"].size(), 3u);
  EXPECT_EQ(page["members"][0]["left_at"], nullptr);
  call("POST", path + "/end");
  EXPECT_TRUE(proof_->whole_hold_out_json().value().is_null()) << "none is running";
  call("POST", path + "/end", nullptr, 409);
  EXPECT_NE(call("GET", path + "/members")["members"][0]["left_at"], nullptr);
}

TEST_F(ProofRoutes, HoldOutsAreToldToTheLoyaltyProgrammeThatTheyKeepFrom) {
  std::vector<events::Event> events;
  for (int i = 0; i < 40; ++i)
    events.push_back(event("u" + std::to_string(i), events::Type::kIdentify, "", Json::object()));
  take(std::move(events));
  const auto begin = [&](const char* scope) {
    return call("POST", "/v1/hold-outs", {{"name", "x"}, {"percent", 50}, {"scope", scope}}, 201);
  };
  begin("campaigns");
  EXPECT_TRUE(told_loyalty_.empty());
  const std::string loyalty = begin("loyalty")["id"], global = begin("global")["id"];
  ASSERT_EQ(told_loyalty_.size(), 2u);
  EXPECT_EQ(told_loyalty_[0].hold_out, loyalty);
  EXPECT_EQ(told_loyalty_[0].at, now_);
  EXPECT_EQ(told_loyalty_[0].people.size(), people_of("hold_out:" + loyalty + ":held_out"));
  EXPECT_EQ(told_loyalty_[1].hold_out, global);
  now_ += 1h;
  call("POST", "/v1/hold-outs/" + loyalty + "/end");
  ASSERT_EQ(told_loyalty_.size(), 3u);
  EXPECT_EQ(told_loyalty_[2].hold_out, loyalty);
  EXPECT_EQ(told_loyalty_[2].at, now_);
  // There are no journeys: nobody could be held out of them.
  const Json refused =
      call("POST", "/v1/hold-outs", {{"name", "x"}, {"percent", 5}, {"scope", "journeys"}}, 400);
  EXPECT_EQ(refused["where"], "scope");
  EXPECT_EQ(
      call("POST", "/v1/hold-outs", {{"name", "x"}, {"percent", 5}, {"scope", "x"}}, 400)["where"],
      "scope");
}

TEST_F(ProofRoutes, WhoComesLaterIsHeldOutByTheirDraw) {
  const std::string id =
      call("POST", "/v1/hold-outs", {{"name", "x"}, {"percent", 50}, {"salt", "s"}}, 201)["id"];
  const Instant began = now_;
  now_ += 24h;
  std::vector<events::Event> events;
  for (int i = 0; i < 40; ++i)
    events.push_back(event("u" + std::to_string(i), events::Type::kIdentify, "", Json::object()));
  events.push_back(event("", events::Type::kTrack, "Seen", Json::object(), "visitor"));
  take(std::move(events));
  size_t expected = 0;
  for (int i = 0; i < 40; ++i)
    expected +=
        proof::assign("s", unit_of_user("u" + std::to_string(i)), 0.5) == proof::Arm::kHeldOut;
  std::vector<people::PersonId> people(41);
  std::iota(people.begin(), people.end(), 1);
  const auto held = [&](const char* kind) {
    auto found = followed_.database->write(
        [&](store::Connection& c) { return hold_newcomers(c, kind, people, now_); });
    EXPECT_TRUE(found);
    return *found;
  };
  const auto family = hold_out_facts(*followed_.database);
  const auto members = [&] { return std::ranges::count((*family.all()->at(0).column())->code, 1); };
  EXPECT_EQ(family.family, "hold_out");
  EXPECT_EQ(members(), 0);
  ASSERT_EQ(held("loyalty").size(), expected);
  EXPECT_EQ(members(), static_cast<int>(expected));
  EXPECT_EQ(held("loyalty")[0].from, began);
  EXPECT_EQ(people_of("hold_out:" + id + ":held_out"), expected) << "they are members now";
  call("POST", "/v1/hold-outs/" + id + "/end");
  EXPECT_TRUE(held("loyalty").empty());
}

TEST_F(ProofRoutes, NetRevenueIsLessPointsAndMessages) {
  costs_ = {{.event = "Points Earned",
             .property = "points",
             .is = {{"programme", "p1"}, {"currency", "points"}},
             .minor = 2},
            {.event = "Points Spent", .property = "points", .set = {"order"}, .minor = -2},
            {.event = "Message Sent", .minor = 3.5}};
  const Json measures = {{{"key", "revenue"}, {"kind", "revenue"}},
                         {{"key", "net"}, {"kind", "revenue"}, {"net", true}}};
  const std::string id = start(draft("costs", {{"measures", measures}}));
  EXPECT_EQ(call("GET", "/v1/experiments/" + id)["measures"][1]["net"], true);
  std::map<std::string, double> revenue, cost;
  std::vector<events::Event> later;
  for (int i = 0; i < 120; ++i) {
    const std::string user = "u" + std::to_string(i);
    const std::string in = arm({{"user_id", user}}, "costs")["arm"];
    now_ += 60s;
    const auto track = [&](const char* name, const Json& properties) {
      later.push_back(event(user, events::Type::kTrack, name, properties));
    };
    track("Order Completed", {{"order_id", "o" + user}, {"total", 10}, {"currency", "CNY"}});
    revenue[in] += 1'000;
    for (int k = 0; k <= i % 3; ++k) track("Message Sent", {{"campaign_id", "c"}});
    cost[in] += 3.5 * (1 + i % 3);
    track("Points Earned", {{"programme", "p1"}, {"currency", "points"}, {"points", i}});
    cost[in] += 2 * i;
    // Points of another programme cost nothing here; those spent in the mall are no discount.
    track("Points Earned", {{"programme", "p2"}, {"currency", "points"}, {"points", 1'000}});
    track("Points Spent", {{"programme", "p1"}, {"currency", "points"}, {"points", 50}});
    if (i % 4 == 0) {
      track("Points Spent", {{"programme", "p1"}, {"points", 5}, {"order", "o" + user}});
      cost[in] -= 10;
    }
  }
  now_ += 48h;
  take(std::move(later));
  const Json result = call("GET", "/v1/experiments/" + id + "/result");
  for (size_t i = 0; i < 2; ++i) {
    const std::string key = result["arms"][i]["key"];
    EXPECT_NEAR(result["measures"][0]["arms"][i]["sum"].get<double>(), revenue[key], 1e-6);
    EXPECT_NEAR(result["measures"][1]["arms"][i]["sum"].get<double>(), revenue[key] - cost[key],
                1e-6);
  }
  EXPECT_EQ(result["measures"][1]["net"], true);
  // Gains are before costs: returns take them off themselves.
  const auto gains = proof_->gains();
  ASSERT_TRUE(gains) << gains.error().text();
  ASSERT_EQ(gains->size(), 1u);
  const Json& first = result["measures"][0]["effects"][0]["absolute"]["effect"];
  EXPECT_NEAR(*(*gains)[0].value, first.get<double>() * result["arms"][1]["people"].get<double>(),
              1e-6);
  const Json wrong = {{{"key", "n"}, {"kind", "count"}, {"of", {{"orders", true}}}, {"net", true}}};
  EXPECT_EQ(call("POST", "/v1/experiments", draft("x", {{"measures", wrong}}), 400)["where"],
            "measures[0].net");
}

}  // namespace
}  // namespace perennial::experiments
