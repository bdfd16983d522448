// Uplift over HTTP: campaigns whose arms are made up, with orders in a real state database.
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/experiments.h"
#include "experiments/uplift_desk.h"
#include "timeline/followed_log_testing.h"

namespace perennial::experiments {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<people::PersonId>;

class UpliftRoutes : public testing::Test {
 protected:
  void SetUp() override {
    proof_ = std::make_unique<Experiments>(Experiments::Wiring{
        .database = *followed_.database,
        .log = *followed_.log,
        .settings = *followed_.settings,
        .timeline = *followed_.timeline,
        .books = *followed_.books,
        .resolve_set = [this](std::string_view set) -> Result<Ids> {
          const auto found = sets_.find(std::string(set));
          if (found == sets_.end()) return fail(Code::kInvalid, "no such set of people", "set");
          return found->second;
        },
        .clock = [this] { return now_; },
        .campaign_sent = [this](std::string_view id) -> Result<Instant> {
          if (!id.starts_with("c") || id == "c9")
            return fail(Code::kNotFound, "no campaign of this id has been sent", "of");
          return sent_at_;
        }});
    http::Router router;
    proof_->add_routes(router);
    server_ = http::Server::start(std::move(router), {.port = 0}).value();
  }
  void TearDown() override {
    server_->stop(500ms);
    proof_.reset();
  }
  Json call(const char* method, const std::string& target, const Json& body = nullptr,
            int status = 200) {
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send(method, target, body.is_null() ? "" : to_text(body));
    EXPECT_TRUE(answer);
    EXPECT_EQ(answer->status, status) << method << " " << target << " " << answer->body;
    auto json = parse_json(answer->body);
    return json ? *json : Json();
  }
  // Everyone has ordered before the campaign, some once and some often. Those who ordered often
  // come back because of it (`moved`), the others come back as they like.
  void campaign(int people, double moved) {
    orders(people);
    tried("c1", people, moved, true);
  }
  void orders(int people) {
    std::vector<events::Event> events;
    std::mt19937_64 random(12);
    std::uniform_real_distribution<double> chance(0, 1);
    for (int i = 0; i < people; ++i) {
      const int orders = i % 2 == 0 ? 1 : 6;
      for (int k = 0; k < orders; ++k) {
        events::Event e;
        e.source = "shop";
        e.message_id = std::to_string(i) + ":" + std::to_string(k);
        e.type = events::Type::kTrack;
        e.name = people::kOrderCompleted;
        e.user_id = "u" + std::to_string(i);
        e.timestamp = e.received_at = sent_at_ - std::chrono::days(10 + 9 * k);
        e.properties =
            to_text({{"order_id", e.message_id}, {"total", "10.00"}, {"currency", "CNY"}});
        events.push_back(std::move(e));
      }
    }
    followed_.take(std::move(events));
  }
  // Arms of a campaign, drawn anew; those who ordered often (or the others) are moved by it.
  void tried(const std::string& id, int people, double moved, bool moves_often) {
    std::mt19937_64 random(12 + id.back());
    std::uniform_real_distribution<double> chance(0, 1);
    for (int i = 0; i < people; ++i) {
      const bool treated = chance(random) < 0.5, often = i % 2 == 1;
      const double rate =
          (often == moves_often ? 0.2 : 0.7) + (treated && often == moves_often ? moved : 0);
      put("campaign:" + id, i, treated, chance(random) < rate);
    }
    put_all();
  }
  // Arms in which as many of each kind come back, to the person. Of arms drawn at random without
  // any difference the gate offers a few in a thousand, as it may.
  void tried_alike(const std::string& id, int people) {
    for (int i = 0; i < people; ++i)
      put("campaign:" + id, i, i / 2 % 2 == 0, i / 4 % 10 < (i % 2 == 1 ? 2 : 7));
    put_all();
  }
  void put(const std::string& set, int i, bool treated, bool came_back) {
    const auto person = followed_.database->read(
        [&](store::Connection& c) { return people::resolve(c, "u" + std::to_string(i), ""); });
    ASSERT_TRUE(person && *person);
    const std::string arm = treated ? "treated" : "held_out";
    sets_[set + ":arm:" + arm].push_back(**person);
    if (came_back) sets_[set + ":ordered:" + arm + ":30"].push_back(**person);
    everybody_.insert(**person);
    if (i % 2 == 1) often_.insert(**person);
  }
  void put_all() {
    for (auto& [name, ids] : sets_) std::ranges::sort(ids);
    sets_["stage:active"].assign(everybody_.begin(), everybody_.end());
  }

  timeline::FollowedLog followed_{migrations()};
  std::unique_ptr<Experiments> proof_;
  std::unique_ptr<http::Server> server_;
  std::map<std::string, Ids> sets_;
  std::set<people::PersonId> often_, everybody_;
  Instant sent_at_ = *parse_instant("2026-02-01T00:00:00Z");
  Instant now_ = sent_at_;
};

TEST_F(UpliftRoutes, WhoIsMovedIsFoundAndChosen) {
  campaign(6'000, 0.4);
  const Json found = call("GET", "/v1/uplift?of=campaign:c1&days=30");
  EXPECT_EQ(found["why"], "");
  ASSERT_FALSE(found["offered"].is_null()) << found["ranks"];
  ASSERT_EQ(found["ranks"].size(), 5u);
  EXPECT_EQ(found["ranks"][0]["learner"], "response");
  for (const Json& rank : found["ranks"]) {
    EXPECT_LT(rank["auuc_low"].get<double>(), rank["auuc"].get<double>()) << rank;
    EXPECT_GT(rank["auuc_high"].get<double>(), rank["auuc"].get<double>()) << rank;
  }
  EXPECT_TRUE(found["ranks"][0]["more"].is_null());
  EXPECT_GT(found["treated"]["share"], found["control"]["share"]);
  EXPECT_EQ(found["treated"]["people"].get<size_t>() + found["control"]["people"].get<size_t>(),
            6'000u);
  const Json wish = {{"of", "campaign:c1"},
                     {"among", "stage:active"},
                     {"value_minor", 5'000},
                     {"cost_minor", 500}};
  const Json chosen = call("POST", "/v1/uplift/choose", wish);
  EXPECT_EQ(chosen["by"], found["offered"]);
  EXPECT_EQ(chosen["asked"], 6'000);
  // Those who ordered often are worth about 2,000 each, the others nothing.
  const auto people = proof_->resolve_set(chosen["set"].get<std::string>());
  ASSERT_TRUE(people && *people);
  EXPECT_EQ((*people)->size(), chosen["people"].get<size_t>());
  size_t often = 0;
  for (const auto person : **people) often += often_.contains(person);
  EXPECT_GT(often, 2'800u);
  EXPECT_GT(static_cast<double>(often), 0.9 * static_cast<double>((*people)->size()));
  EXPECT_EQ(chosen["cost_minor"], chosen["people"].get<int64_t>() * 500);
  EXPECT_EQ(chosen["net_minor"].get<int64_t>(),
            chosen["value_minor"].get<int64_t>() - chosen["cost_minor"].get<int64_t>());
  Json few = wish;
  few["budget_minor"] = 50'499;
  EXPECT_EQ(call("POST", "/v1/uplift/choose", few)["people"], 100);
  few["people"] = 7;
  EXPECT_EQ(call("POST", "/v1/uplift/choose", few)["people"], 7);
}

TEST_F(UpliftRoutes, NobodyIsWorthMoreThanTheWholeValue) {
  campaign(6'000, 0.4);
  // Somebody far beyond all who were learned from, in whatever the line rises with.
  std::vector<events::Event> events;
  for (int k = 0; k < 2'000; ++k) {
    events::Event e;
    e.source = "shop";
    e.message_id = "often:" + std::to_string(k);
    e.type = events::Type::kTrack;
    e.name = people::kOrderCompleted;
    e.user_id = "often";
    e.timestamp = e.received_at = sent_at_ - std::chrono::hours(1 + k);
    e.properties = to_text({{"order_id", e.message_id}, {"total", "10.00"}, {"currency", "CNY"}});
    events.push_back(std::move(e));
  }
  followed_.take(std::move(events));
  const auto often = followed_.database->read(
      [](store::Connection& c) { return people::resolve(c, "often", ""); });
  ASSERT_TRUE(often && *often);
  sets_["stage:loyal"] = {**often};
  const Json offer = {{"of", "campaign:c1"}, {"value_minor", 5'000}, {"cost_minor", 1}};
  Json wish = offer;
  wish["among"] = "stage:loyal";
  const Json one = call("POST", "/v1/uplift/choose", wish);
  ASSERT_EQ(one["people"], 1) << one;
  EXPECT_EQ(one["value_minor"], 5'000);
  const Json shared =
      call("POST", "/v1/uplift/offers", {{"among", "stage:loyal"}, {"offers", {offer}}});
  ASSERT_EQ(shared["people"], 1) << shared;
  EXPECT_EQ(shared["value_minor"], 5'000);
}

TEST_F(UpliftRoutes, WithoutDifferencesPeopleAreRankedByResponse) {
  orders(3'000);
  tried_alike("c1", 3'000);
  const Json found = call("GET", "/v1/uplift?of=campaign:c1&days=30");
  EXPECT_EQ(found["why"], "");
  EXPECT_EQ(found["treated"]["share"], 0.45);
  EXPECT_EQ(found["control"]["share"], 0.45);
  ASSERT_TRUE(found["offered"].is_null()) << found["ranks"];
  const Json chosen = call("POST", "/v1/uplift/choose",
                           {{"of", "campaign:c1"},
                            {"among", "stage:active"},
                            {"value_minor", 5'000},
                            {"cost_minor", 10},
                            {"people", 50}});
  EXPECT_EQ(chosen["by"], "response");
  EXPECT_EQ(chosen["people"], 50);
  EXPECT_TRUE(chosen["value_minor"].is_null());
  EXPECT_TRUE(chosen["net_minor"].is_null());
}

TEST_F(UpliftRoutes, FewPeopleAndMistakes) {
  campaign(100, 0.4);
  const Json found = call("GET", "/v1/uplift?of=campaign:c1&days=30");
  EXPECT_EQ(found["why"], "few_people");
  EXPECT_TRUE(found["ranks"].empty());
  const Json wish = {{"of", "campaign:c1"}, {"among", "stage:active"}, {"value_minor", 5'000}};
  const Json nobody = call("POST", "/v1/uplift/choose", wish);
  EXPECT_EQ(nobody["why"], "few_people");
  EXPECT_EQ(nobody["people"], 0);
  EXPECT_TRUE(nobody["set"].is_null());
  const auto refused = [&](const Json& change, const std::string& where) {
    Json changed = wish;
    changed.update(change);
    EXPECT_EQ(call("POST", "/v1/uplift/choose", changed, 400)["where"], where) << change;
  };
  refused({{"of", "journey:1"}}, "of");
  refused({{"value_minor", 0}}, "value_minor");
  refused({{"cost_minor", -1}}, "cost_minor");
  refused({{"people", 0}}, "people");
  refused({{"days", 366}}, "days");
  call("GET", "/v1/uplift?of=campaign:c9", nullptr, 404);
  call("GET", "/v1/uplift", nullptr, 400);
  call("GET", "/v1/uplift?of=campaign:c1&days=0", nullptr, 400);
  EXPECT_FALSE(*proof_->resolve_set("uplift:gone"));
}

TEST_F(UpliftRoutes, SeveralOffersAreSharedOut) {
  // A letter moves those who order often, a coupon the others; a leaflet moves nobody.
  orders(6'000);
  tried("c1", 6'000, 0.4, true);
  tried("c2", 6'000, 0.4, false);
  tried("c3", 6'000, 0, true);
  tried("c4", 300, 0.4, true);
  const auto offer = [](const char* of, int cost, Json more = Json::object()) {
    Json one = {{"of", of}, {"value_minor", 5'000}, {"cost_minor", cost}};
    one.update(more);
    return one;
  };
  const Json wish = {{"among", "stage:active"},
                     {"offers",
                      {offer("campaign:c1", 500), offer("campaign:c2", 400),
                       offer("campaign:c3", 10), offer("campaign:c4", 10)}}};
  const Json all = call("POST", "/v1/uplift/offers", wish);
  EXPECT_EQ(all["asked"], 6'000);
  EXPECT_EQ(all["rested"], 0);
  ASSERT_EQ(all["offers"].size(), 4u);
  const auto group = [&](const Json& answer, size_t k) {
    const auto found = proof_->resolve_set(answer["offers"][k]["set"].get<std::string>());
    return found && *found ? **found : Ids();
  };
  // Each gets the offer that moves them.
  for (size_t k = 0; k < 2; ++k) {
    const Ids chosen = group(all, k);
    EXPECT_EQ(std::ssize(chosen), all["offers"][k]["people"].get<int64_t>());
    const auto right = std::ranges::count_if(
        chosen, [&](auto person) { return often_.contains(person) == (k == 0); });
    EXPECT_GT(right, 2'700) << k;
    EXPECT_GT(static_cast<double>(right), 0.95 * static_cast<double>(chosen.size())) << k;
  }
  // What cannot be said to move anybody is given to nobody, however cheap.
  EXPECT_EQ(all["offers"][2]["why"], "no_effect");
  EXPECT_EQ(all["offers"][3]["why"], "few_people");
  for (const size_t k : {2, 3}) {
    EXPECT_EQ(all["offers"][k]["people"], 0);
    EXPECT_TRUE(all["offers"][k]["set"].is_null());
  }
  EXPECT_EQ(all["net_minor"].get<int64_t>(),
            all["value_minor"].get<int64_t>() - all["cost_minor"].get<int64_t>());
  EXPECT_EQ(all["cost_minor"].get<int64_t>(), all["offers"][0]["cost_minor"].get<int64_t>() +
                                                  all["offers"][1]["cost_minor"].get<int64_t>());
  // Stock, budget and contacts hold.
  Json scarce = wish;
  scarce["offers"][0]["stock"] = 100;
  scarce["budget_minor"] = 100 * 500 + 50 * 400 + 300;
  const Json few = call("POST", "/v1/uplift/offers", scarce);
  EXPECT_LE(few["offers"][0]["people"].get<int64_t>(), 100);
  EXPECT_LE(few["cost_minor"].get<int64_t>(), 70'300);
  EXPECT_GT(few["cost_minor"].get<int64_t>(), 70'300 - 500);
  scarce["people"] = 7;
  EXPECT_EQ(call("POST", "/v1/uplift/offers", scarce)["people"], 7);
}

TEST(MeanGain, IsToldWhereProofCanTell) {
  constexpr int64_t kEnough = proof::kMinPerArm, kFew = kEnough - 1;
  ASSERT_TRUE(mean_gain({kEnough, kEnough}, {0, kEnough}));
  EXPECT_EQ(mean_gain({kEnough, kEnough}, {0, kEnough}), 1.0);
  EXPECT_FALSE(mean_gain({kFew, kFew}, {0, kEnough}));
  EXPECT_FALSE(mean_gain({kEnough, kEnough}, {0, kFew}));
  EXPECT_FALSE(mean_gain({0, kEnough}, {kEnough, kEnough}));  // it hurts
  EXPECT_FALSE(mean_gain({500, 1'000}, {490, 1'000}));        // it may be chance
  EXPECT_FALSE(mean_gain({0, 0}, {0, 0}));
  EXPECT_FALSE(mean_gain({5, 3}, {0, 100}));  // more did it than there are
}

TEST_F(UpliftRoutes, WhoHadMessagesLatelyIsLeftInPeace) {
  campaign(1'200, 0.4);
  std::vector<events::Event> sent;
  for (int i = 0; i < 400; ++i) {
    for (int k = 0; k <= i % 2; ++k) {
      events::Event e;
      e.source = "engage";
      e.message_id = "m" + std::to_string(i) + ":" + std::to_string(k);
      e.type = events::Type::kTrack;
      e.name = "Message Sent";
      e.user_id = "u" + std::to_string(i);
      e.timestamp = e.received_at = now_ - std::chrono::days(i < 300 ? 3 + k : 30);
      sent.push_back(std::move(e));
    }
  }
  followed_.take(std::move(sent));
  const Json offers = {{{"of", "campaign:c1"}, {"value_minor", 5'000}}};
  const auto rested = [&](const Json& contacts) {
    return call("POST", "/v1/uplift/offers",
                {{"among", "stage:active"}, {"offers", offers}, {"contacts", contacts}})["rested"];
  };
  EXPECT_EQ(rested(Json::object()), 300);  // one in seven days
  EXPECT_EQ(rested({{"at_most", 2}}), 150);
  EXPECT_EQ(rested({{"at_most", 1}, {"days", 60}}), 400);
  EXPECT_EQ(rested(nullptr), 0);
  const Json chosen = call("POST", "/v1/uplift/choose",
                           {{"of", "campaign:c1"},
                            {"among", "stage:active"},
                            {"value_minor", 5'000},
                            {"contacts", {{"at_most", 1}}}});
  ASSERT_FALSE(chosen["set"].is_null());
  const auto people = proof_->resolve_set(chosen["set"].get<std::string>());
  for (int i = 0; i < 300; ++i) {
    const auto person = followed_.database->read(
        [&](store::Connection& c) { return people::resolve(c, "u" + std::to_string(i), ""); });
    EXPECT_FALSE(std::ranges::binary_search(**people, **person)) << i;
  }
}

TEST_F(UpliftRoutes, MistakesInOffersNameTheOffer) {
  campaign(100, 0.4);
  const Json good = {{"of", "campaign:c1"}, {"value_minor", 5'000}};
  const auto refused = [&](Json offers, const std::string& where, int status = 400) {
    const Json answer = call("POST", "/v1/uplift/offers",
                             {{"among", "stage:active"}, {"offers", std::move(offers)}}, status);
    EXPECT_EQ(answer["where"], where);
  };
  refused(Json::array(), "offers");
  refused(Json(11, good), "offers");
  refused({good, 5}, "offers[1]");
  for (const auto& [member, value] : std::vector<std::pair<std::string, Json>>{
           {"value_minor", 0}, {"cost_minor", -1}, {"stock", -1}, {"of", "journey:1"}}) {
    Json bad = good;
    bad[member] = value;
    refused({good, bad}, "offers[1]." + member);
  }
  call("POST", "/v1/uplift/offers",
       {{"among", "stage:active"}, {"offers", {good}}, {"contacts", {{"days", 91}}}}, 400);
}

}  // namespace
}  // namespace perennial::experiments
