// Models over a server and a real state database: trained when asked and when due, kept, and not
// used before their back-test.
#include <cmath>
#include <condition_variable>
#include <future>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "insight/testing.h"
#include "value/interrupt.h"
#include "value/model_store.h"
#include "value/trainer.h"
#include "value/value.h"

namespace perennial::value {
namespace {

std::string at_day(double day) {
  return format_instant(from_millis(to_millis(*parse_instant("2023-01-02")) +
                                    static_cast<int64_t>(day * 86'400'000)));
}

// 120 customers who first buy over 100 days and go on as the models suppose: exponential gaps with
// a rate of one's own, and after each purchase some leave. Those who buy by the calendar would be
// forecast badly, and the back-test would say so.
void fill(insight::TestShop& shop) {
  std::mt19937_64 random(5);
  auto part = [&] { return (static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0; };
  for (int i = 0; i < 120; ++i) {
    const std::string user = "u" + std::to_string(i);
    const double gap = 10 / (0.1 + 0.9 * part());
    double day = i * 100.0 / 120;
    shop.order(user, at_day(day), 5'000 + 100 * i);
    while (part() > 0.08 && (day += 1 - gap * std::log(part())) < 300)
      shop.order(user, at_day(day), 4'000 + 100 * i);
  }
}

// 300 customers whose gaps stretch before they stay away, and others: risk can be told.
void fill_with_leavers(insight::TestShop& shop) {
  std::mt19937_64 random(1);
  auto part = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  for (int i = 0; i < 300; ++i) {
    const std::string user = "u" + std::to_string(i);
    double day = -430 + 400 * part();
    const double gap = 12 + 28 * part();
    const bool fading = part() < 0.5;
    for (double stretch = 1; day < 300;) {
      shop.order(user, at_day(day), static_cast<int64_t>(1'000 + 4'000 * part()));
      day += gap * stretch * (0.7 + 0.6 * part());
      if (fading) stretch *= 1.25;
      if (part() < (fading ? 0.12 : 0.02)) break;
    }
  }
}

class ModelRoutes : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(shop_.database().migrate(migrations()));
    shop_.now = *parse_instant(at_day(300));
    auto opened = Models::open(parts());
    ASSERT_TRUE(opened) << opened.error().text();
    models_ = std::move(*opened);
  }
  void serve() {
    shop_.serve([this](http::Router& router) { models_->add_routes(router); });
  }
  ModelParts parts() { return {shop_.database(), shop_.books(), shop_.settings(), shop_.clock()}; }
  Json clv() {
    auto [status, body] = shop_.get("/v1/value/clv");
    EXPECT_EQ(status, 200) << body;
    return body;
  }
  people::Person person(std::string_view user) {
    people::Person p;
    p.id = shop_.person(user);
    return p;
  }

  insight::TestShop shop_;
  std::unique_ptr<Models> models_;
};

TEST_F(ModelRoutes, NothingIsToldWithoutAModel) {
  fill(shop_);
  serve();
  Json body = clv();
  EXPECT_TRUE(body["model"].is_null());
  EXPECT_TRUE(body["scores"].is_null());
  auto [status, problem] = shop_.get("/v1/value/clv/people");
  EXPECT_EQ(status, 409);
  EXPECT_NE(to_text(problem).find("no model"), std::string::npos) << problem;
  auto people = models_->resolve_set("clv:tenth:10");
  ASSERT_TRUE(people && !*people);
  EXPECT_EQ(people->error().code, Code::kConflict);
  EXPECT_EQ((*models_->describe_file(person("u0")))["clv"]["faults"], Json({"no_model"}));
}

TEST_F(ModelRoutes, TrainedWhenAsked) {
  fill(shop_);
  serve();
  auto [status, accepted] = shop_.send("POST", "/v1/value/clv/train");
  EXPECT_EQ(status, 202);
  EXPECT_EQ(accepted["training"], true);
  models_->train_asked();
  Json body = clv();
  EXPECT_EQ(body["training"], false);
  ASSERT_TRUE(body["error"].is_null()) << body["error"];
  ASSERT_FALSE(body["model"].is_null());
  EXPECT_EQ(body["model"]["version"], 1);
  EXPECT_EQ(body["model"]["customers"], 120);
  ASSERT_EQ(body["model"]["faults"], Json::array()) << body["model"]["card"];
  int64_t people = 0, value = 0;
  for (const Json& tenth : body["scores"]["tenths"]) {
    auto behind = models_->resolve_set(tenth["set"].get<std::string>());
    ASSERT_TRUE(behind && *behind);
    EXPECT_EQ(std::ssize(**behind), tenth["people"].get<int64_t>());
    people += tenth["people"].get<int64_t>();
    value += tenth["value_minor"].get<int64_t>();
  }
  EXPECT_EQ(people, 120);
  EXPECT_NEAR(static_cast<double>(value), body["scores"]["value_minor"].get<double>(), 10);
  for (const char* table : {"by_repeats", "calibration"}) {
    for (const Json& row : body["model"]["card"][table]) {
      auto behind = models_->resolve_set(row["set"].get<std::string>());
      ASSERT_TRUE(behind && *behind);
      EXPECT_EQ(std::ssize(**behind), row["people"].get<int64_t>()) << row;
    }
  }
  Json file = (*models_->describe_file(person("u0")))["clv"];
  EXPECT_GT(file["value_minor"], 0);
  // The next basket lies between what the person pays, 40 to 50, and what all do, up to 170.
  const Json dear = (*models_->describe_file(person("u119")))["clv"];
  EXPECT_GT(file["spend_minor"], 4'000);
  EXPECT_LT(file["spend_minor"], dear["spend_minor"]);
  EXPECT_LT(dear["spend_minor"], 17'000);
  EXPECT_EQ(file["model_version"], 1);
  EXPECT_LT(file["next_order"]["early"].get<std::string>(), file["next_order"]["expected"]);
  EXPECT_LT(file["next_order"]["expected"].get<std::string>(), file["next_order"]["late"]);
  EXPECT_TRUE((*models_->describe_file(person("nobody")))["clv"].is_null());
}

TEST_F(ModelRoutes, TheRankingStartsWithTheBest) {
  fill(shop_);
  serve();
  models_->train_due();
  auto [status, page] = shop_.get("/v1/value/clv/people?limit=200");
  ASSERT_EQ(status, 200) << page;
  EXPECT_EQ(page["total"], 120);
  ASSERT_EQ(page["people"].size(), 120u);
  for (size_t i = 1; i < page["people"].size(); ++i)
    EXPECT_GE(page["people"][i - 1]["value_minor"], page["people"][i]["value_minor"]);
  auto second = shop_.get("/v1/value/clv/people?offset=100&limit=10").second;
  EXPECT_EQ(second["people"][0], page["people"][100]);
  EXPECT_EQ(shop_.get("/v1/value/clv/people?offset=500").second["people"], Json::array());
  EXPECT_EQ(shop_.get("/v1/value/clv/people?limit=201").first, 400);
}

TEST_F(ModelRoutes, TrainedOnASchedule) {
  serve();
  models_->train_due();
  EXPECT_TRUE(clv()["model"].is_null());  // nobody to learn from
  fill(shop_);
  models_->train_due();
  EXPECT_EQ(clv()["model"]["version"], 1);
  models_->train_due();
  EXPECT_EQ(clv()["model"]["version"], 1);
  shop_.now += std::chrono::days(29);
  models_->train_due();
  EXPECT_EQ(clv()["model"]["version"], 1);
  shop_.now += std::chrono::days(1);
  models_->train_due();
  Json body = clv();
  EXPECT_EQ(body["model"]["version"], 2);
  EXPECT_EQ(body["versions"].size(), 2u);
  EXPECT_EQ(body["versions"][1]["version"], 1);
  auto [status, settings] = shop_.send("PUT", "/v1/value/clv/settings", {{"scheduled", false}});
  EXPECT_EQ(status, 200) << settings;
  shop_.now += std::chrono::days(300);
  models_->train_due();
  EXPECT_EQ(clv()["model"]["version"], 2);
}

TEST_F(ModelRoutes, AModelOutlivesTheProgram) {
  fill(shop_);
  serve();
  models_->train_due();
  Json before = clv();
  auto again = Models::open(parts());
  ASSERT_TRUE(again);
  EXPECT_EQ((*(*again)->describe_file(person("u3")))["clv"],
            (*models_->describe_file(person("u3")))["clv"]);
}

TEST_F(ModelRoutes, AFailedBackTestIsSaidAndKept) {
  for (int i = 0; i < 10; ++i) shop_.order("u" + std::to_string(i), at_day(i * 10), 1'000);
  serve();
  shop_.send("POST", "/v1/value/clv/train");
  models_->train_asked();
  Json body = clv();
  ASSERT_FALSE(body["model"].is_null());
  EXPECT_NE(body["model"]["faults"], Json::array());
  EXPECT_TRUE(body["scores"].is_null());
  auto [status, problem] = shop_.get("/v1/value/clv/people");
  EXPECT_EQ(status, 409);
  EXPECT_NE(to_text(problem).find("too_few_customers"), std::string::npos) << problem;
  // Nor is it a set of people, for a segment, a campaign or an experiment.
  const auto set = models_->resolve_set("clv:tenth:10");
  ASSERT_TRUE(set);
  ASSERT_FALSE(*set);
  EXPECT_EQ(set->error().code, Code::kConflict);
  const std::vector<PersonId> anybody = {shop_.person("u1")};
  EXPECT_FALSE(*models_->lifetime_values(anybody));
}

TEST_F(ModelRoutes, TrainingWithoutCustomersSaysWhy) {
  serve();
  shop_.send("POST", "/v1/value/clv/train");
  models_->train_asked();
  Json body = clv();
  ASSERT_TRUE(body["error"].is_string());
  EXPECT_NE(body["error"].get<std::string>().find("no customer"), std::string::npos);
}

TEST_F(ModelRoutes, SettingsAreKept) {
  serve();
  auto [status, settings] =
      shop_.send("PUT", "/v1/value/clv/settings", {{"model", "pareto_nbd"}, {"margin", 0.4}});
  EXPECT_EQ(status, 200);
  EXPECT_EQ(settings["margin"], 0.4);
  EXPECT_EQ(clv()["settings"], settings);
  EXPECT_EQ(shop_.send("PUT", "/v1/value/clv/settings", {{"margin", 2}}).first, 400);
  EXPECT_EQ(clv()["settings"]["margin"], 0.4);
  fill(shop_);
  models_->train_due();
  EXPECT_EQ(clv()["model"]["model"], "pareto_nbd");
}

TEST_F(ModelRoutes, WordsOfSetsAreChecked) {
  fill(shop_);
  serve();
  models_->train_due();
  EXPECT_FALSE(models_->resolve_set("stage:new"));
  for (auto set : {"clv:", "clv:tenth:0", "clv:tenth:11", "clv:tenth:x", "clv:repeats:8",
                   "clv:forecast:0", "clv:forecast:11", "clv:repeats:-1"}) {
    auto found = models_->resolve_set(set);
    ASSERT_TRUE(found) << set;
    EXPECT_FALSE(*found) << set;
  }
}

TEST_F(ModelRoutes, RiskWithItsReasons) {
  fill_with_leavers(shop_);
  serve();
  EXPECT_EQ(shop_.get("/v1/value/churn/people").first, 409);
  EXPECT_TRUE((*models_->describe_file(person("u0")))["churn"].is_null());
  EXPECT_EQ(shop_.send("PUT", "/v1/value/churn/settings", {{"horizon_days", 60}}).first, 200);
  EXPECT_EQ(shop_.send("PUT", "/v1/value/churn/settings", {{"horizon_days", 1}}).first, 400);
  shop_.send("POST", "/v1/value/churn/train");
  models_->train_asked();
  Json body = shop_.get("/v1/value/churn").second;
  ASSERT_TRUE(body["error"].is_null()) << body["error"];
  const Json& card = body["model"]["card"];
  EXPECT_GT(card["quality"]["people"], 0);
  for (const char* inner : {"classifier", "spread"}) EXPECT_FALSE(body["model"].contains(inner));
  ASSERT_EQ(card["faults"], Json::array()) << card;
  int64_t people = 0;
  for (const Json& band : body["scores"]["bands"]) {
    auto behind = models_->resolve_set(band["set"].get<std::string>());
    ASSERT_TRUE(behind && *behind);
    EXPECT_EQ(std::ssize(**behind), band["people"].get<int64_t>());
    people += band["people"].get<int64_t>();
  }
  EXPECT_EQ(people, body["scores"]["people"]);
  Json page = shop_.get("/v1/value/churn/people?limit=200").second;
  EXPECT_EQ(page["total"], people);
  double before = INFINITY;
  for (const Json& one : page["people"]) {
    const double stake = one["probability"].get<double>() * one["paid_minor"].get<double>();
    EXPECT_LE(stake, before + 1e-6);
    before = stake;
    for (const Json& reason : one["reasons"]) EXPECT_GT(reason["share"], 0) << one;
  }
  EXPECT_GT(before, 0);
  ASSERT_FALSE(page["people"][0]["reasons"].empty()) << page["people"][0];
  people::Person first;
  first.id = page["people"][0]["id"];
  const Json file = (*models_->describe_file(first))["churn"];
  EXPECT_EQ(file["reasons"], page["people"][0]["reasons"]);
  for (auto set : {"churn:", "churn:band:0", "churn:band:6", "churn:band:x", "churn:band:11"}) {
    auto found = models_->resolve_set(set);
    ASSERT_TRUE(found) << set;
    EXPECT_FALSE(*found) << set;
  }
}

TEST_F(ModelRoutes, RiskIsLearnedAgainOnScheduleAndSoonerWhenItDrifts) {
  fill_with_leavers(shop_);
  serve();
  shop_.send("PUT", "/v1/value/churn/settings", {{"horizon_days", 60}});
  models_->train_due();
  const auto churn = [&] { return shop_.get("/v1/value/churn").second; };
  ASSERT_EQ(churn()["model"]["card"]["faults"], Json::array());
  EXPECT_EQ(churn()["model"]["version"], 1);
  const auto drifted = [&] {
    std::set<std::string> columns;
    const Json scores = churn()["scores"];
    for (const Json& one : scores["drifted"]) columns.insert(one["column"]);
    return columns;
  };
  const auto before = drifted();
  ASSERT_TRUE(shop_.database().write([](store::Connection& c) {
    return c.execute("UPDATE orders SET total_minor = total_minor * 10");
  }));
  shop_.books().changed();
  const auto passed = [&](std::chrono::minutes time) {
    shop_.now += time;
    models_->train_due();
    return churn()["model"]["version"];
  };
  using std::chrono::days, std::chrono::minutes;
  EXPECT_EQ(passed(days(7) - minutes(1)), 1) << "drift is not acted on within a week";
  EXPECT_GT(drifted().size(), before.size()) << "all pay ten times what they paid";
  EXPECT_EQ(passed(minutes(1)), 2);
  shop_.send("PUT", "/v1/value/churn/settings", {{"scheduled", false}});
  EXPECT_EQ(passed(days(60)), 2);
}

TEST_F(ModelRoutes, ForecastOfTheWeeksAhead) {
  fill(shop_);
  serve();
  auto [status, body] = shop_.get("/v1/value/forecast?of=orders&weeks=6");
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["weeks"].size(), 6u);
  EXPECT_GE(body["past"].size(), 40u);
  double orders = 0;
  for (const Json& week : body["past"]) orders += week["value"].get<double>();
  EXPECT_GT(orders, 300);
  EXPECT_EQ(body["card"]["faults"], Json::array()) << body["card"];
  EXPECT_EQ(shop_.get("/v1/value/forecast?of=revenue").second["weeks"].size(), 12u);
  EXPECT_EQ(shop_.get("/v1/value/forecast?of=weather").first, 400);
  EXPECT_EQ(shop_.get("/v1/value/forecast?weeks=0").first, 400);
  EXPECT_EQ(shop_.get("/v1/value/forecast?weeks=26").first, 200);
  EXPECT_EQ(shop_.get("/v1/value/forecast?weeks=27").first, 400);
  // A new order is in the next answer.
  shop_.order("late", at_day(290), 1'000);
  double later = 0;
  const Json again = shop_.get("/v1/value/forecast?of=orders").second;
  for (const Json& week : again["past"]) later += week["value"].get<double>();
  EXPECT_EQ(later, orders + 1);
}

TEST_F(ModelRoutes, AnEmptyShopIsToldThatNothingCanBeSaid) {
  serve();
  for (const char* of : {"orders", "revenue"}) {
    const auto [status, body] = shop_.get(std::string("/v1/value/forecast?of=") + of);
    EXPECT_EQ(status, 200) << body;
    EXPECT_TRUE(body["past"].empty() && body["weeks"].empty() && body["model"].is_null()) << body;
    EXPECT_FALSE(body["card"]["faults"].empty()) << body;
  }
  EXPECT_TRUE(shop_.get("/v1/value/forecast/products").second["products"].empty());
  shop_.send("POST", "/v1/value/churn/train");
  models_->train_asked();
  const Json churn = shop_.get("/v1/value/churn").second;
  EXPECT_TRUE(churn["model"].is_null() && churn["scores"].is_null()) << churn;
  EXPECT_TRUE(churn["error"].is_string()) << churn;
  EXPECT_EQ(shop_.get("/v1/value/churn/people").first, 409);
}

// The run waits for the word to stop: this test would not end if none came.
TEST(TrainerTest, StopEndsTheRunUnderWay) {
  Trainer trainer(system_now);
  std::promise<void> begun;
  std::mutex mutex;
  std::condition_variable_any nothing;
  trainer.add("slow", {.train = [&](std::stop_token stop) -> Result<void> {
                         begun.set_value();
                         std::unique_lock lock(mutex);
                         nothing.wait(lock, stop, [] { return false; });
                         return unless_stopped(stop);
                       },
                       .due = [](Instant) { return false; }});
  trainer.ask("slow");
  trainer.start();
  begun.get_future().wait();
  trainer.stop();
  const Trainer::State state = trainer.state("slow");
  EXPECT_FALSE(state.running);
  ASSERT_TRUE(state.error);
  EXPECT_EQ(state.error->code, Code::kBusy);
}

TEST(TrainerTest, WhatFoundSomethingBusyIsTriedAgainSoon) {
  using namespace std::chrono_literals;
  Instant now = *parse_instant("2024-07-01T12:00:00Z");
  Trainer trainer([&] { return now; });
  Code answer = Code::kBusy;
  int runs = 0;
  trainer.add("look", {.train = [&](std::stop_token) -> Result<void> {
                         ++runs;
                         return fail(answer, "cannot be told");
                       },
                       .due = [](Instant) { return true; }});
  const auto after = [&](std::chrono::seconds later) {
    now += later;
    trainer.ask_due();
    trainer.run_waiting();
    return runs;
  };
  EXPECT_EQ(after(0s), 1);
  EXPECT_EQ(after(1s), 1) << "not at once";
  EXPECT_EQ(after(1min), 2);
  answer = Code::kInternal;
  EXPECT_EQ(after(1min), 3);
  EXPECT_EQ(after(1min), 3) << "what failed otherwise waits for an hour";
  EXPECT_EQ(after(1h), 4);
}

TEST_F(ModelRoutes, OldVersionsGo) {
  for (int64_t i = 1; i <= kKeptVersions + 1; ++i) {
    auto version = shop_.database().write(
        [&](store::Connection& c) { return keep_model(c, "clv", shop_.now, Json{{"number", i}}); });
    ASSERT_TRUE(version);
    EXPECT_EQ(*version, i);
  }
  auto versions =
      shop_.database().read([](store::Connection& c) { return model_versions(c, "clv"); });
  ASSERT_TRUE(versions);
  EXPECT_EQ(std::ssize(*versions), kKeptVersions);
  EXPECT_EQ(versions->front()["version"], kKeptVersions + 1);
  EXPECT_EQ(versions->back()["version"], 2);
}

}  // namespace
}  // namespace perennial::value
