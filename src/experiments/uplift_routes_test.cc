// Uplift over HTTP: campaigns whose arms are made up, with orders in a real state database.
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/experiments.h"
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
          if (id != "c1")
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
    for (int i = 0; i < people; ++i) {
      const auto person = followed_.database->read(
          [&](store::Connection& c) { return people::resolve(c, "u" + std::to_string(i), ""); });
      ASSERT_TRUE(person && *person);
      const bool treated = chance(random) < 0.5, often = i % 2 == 1;
      const double rate = (often ? 0.2 : 0.7) + (treated && often ? moved : 0);
      const std::string arm = treated ? "treated" : "held_out";
      sets_["campaign:c1:arm:" + arm].push_back(**person);
      if (chance(random) < rate) sets_["campaign:c1:ordered:" + arm + ":30"].push_back(**person);
      sets_["stage:active"].push_back(**person);
      if (often) often_.insert(**person);
    }
    for (auto& [name, ids] : sets_) std::ranges::sort(ids);
  }

  timeline::FollowedLog followed_{migrations()};
  std::unique_ptr<Experiments> proof_;
  std::unique_ptr<http::Server> server_;
  std::map<std::string, Ids> sets_;
  std::set<people::PersonId> often_;
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

TEST_F(UpliftRoutes, WithoutDifferencesPeopleAreRankedByResponse) {
  campaign(3'000, 0);
  const Json found = call("GET", "/v1/uplift?of=campaign:c1&days=30");
  EXPECT_EQ(found["why"], "");
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
  call("GET", "/v1/uplift?of=campaign:c2", nullptr, 404);
  call("GET", "/v1/uplift", nullptr, 400);
  call("GET", "/v1/uplift?of=campaign:c1&days=0", nullptr, 400);
  EXPECT_FALSE(*proof_->resolve_set("uplift:gone"));
}

}  // namespace
}  // namespace perennial::experiments
