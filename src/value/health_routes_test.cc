// The health score over a server, a log in memory, a timeline and a real state database.
#include <map>

#include "value/health_alerts.h"
#include "value/models_testing.h"

namespace perennial::value {
namespace {

constexpr int kPeople = 240, kRhythm = 10;  // an order every so many days

class HealthOverHttp : public ModelsOverHttp {
 protected:
  void SetUp() override {
    ModelsOverHttp::SetUp();
    const Json settings = to_json(ChurnSettings{.horizon_days = 30});
    ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
      return access::Settings::put_document(c, "value.churn", settings);
    }));
  }
  // Everyone orders and looks around by rhythm; every third leaves on a day of one's own.
  void fill() {
    const Instant start = now_ - days(160);
    for (int i = 0; i < kPeople; ++i) {
      const std::string user = "u" + std::to_string(i);
      const int until = i % 3 == 0 ? 70 + (i * 7) % 90 : 160;
      for (int day = i % kRhythm; day < until; day += kRhythm) order(user, start + days(day));
      for (int day = i % 3; day < until; day += 3) track(user, "Seen", start + days(day) + 1h);
      events::Event event;
      event.source = "shop";
      event.message_id = "i" + std::to_string(i);
      event.type = events::Type::kIdentify;
      event.user_id = user;
      event.timestamp = event.received_at = start;
      event.properties = to_text({{"owner", i % 4 == 0 ? "Ann" : "Bo 王"}});
      waiting_.push_back(std::move(event));
    }
    take();
  }
  void train() {
    call("POST", "/v1/value/health/train", Json::object(), 202);
    models_->train_asked();
    const Json health = call("GET", "/v1/value/health");
    ASSERT_TRUE(health["error"].is_null()) << health["error"];
    ASSERT_FALSE(health["model"].is_null());
  }
  // Alerts as the log has them: user → names.
  std::multimap<std::string, std::string> told() {
    std::multimap<std::string, std::string> found;
    const auto events = followed_.log->read({.names = {std::string(kHealthAlert)}}).value();
    for (const auto& event : events)
      found.emplace(event.user_id, parse_json(event.properties)->at("alert").get<std::string>());
    return found;
  }
  Json file(std::string_view user) {
    people::Person p;
    p.id = person(user);
    return (*models_->describe_file(p))["health"];
  }
};

TEST_F(HealthOverHttp, NothingIsToldBeforeItIsChecked) {
  EXPECT_TRUE((*models_->health_lights())->person.empty());
  call("GET", "/v1/value/health/people", Json::object(), 409);
  EXPECT_TRUE(file("u1").is_null());
  EXPECT_EQ(call("GET", "/v1/value/health/alerts")["total"], 0);
  models_->train_due();  // nobody is there: nothing is due
  EXPECT_TRUE(call("GET", "/v1/value/health")["model"].is_null());
  call("POST", "/v1/value/health/train", Json::object(), 202);
  models_->train_asked();
  EXPECT_NE(call("GET", "/v1/value/health")["error"].get<std::string>().find("nobody"),
            std::string::npos);
}

TEST_F(HealthOverHttp, ScoresLightsAndOwners) {
  fill();
  train();
  const Json health = call("GET", "/v1/value/health");
  const Json& card = health["model"]["card"];
  EXPECT_EQ(card["faults"], Json::array()) << card;
  EXPECT_GT(card["auc"], 0.7) << card;
  EXPECT_GT(card["lights"]["red"]["share"], card["lights"]["green"]["share"]);
  EXPECT_GT(card["lead"]["warned"], 0);
  EXPECT_GT(card["lead"]["median_days"], 0);
  EXPECT_EQ(health["model"]["present"]["use"], true);
  EXPECT_EQ(health["model"]["present"]["support"], false);
  int64_t people_in_lights = 0;
  for (const Json& light : health["scores"]["lights"]) {
    EXPECT_EQ(std::ssize(people(light["set"])), light["people"].get<int64_t>()) << light;
    people_in_lights += light["people"].get<int64_t>();
    const std::string query =
        "/v1/value/health/people?light=" + light["light"].get<std::string>() + "&limit=200";
    EXPECT_EQ(call("GET", query)["total"], light["people"]);
  }
  EXPECT_EQ(people_in_lights, health["scores"]["people"]);
  ASSERT_EQ(health["scores"]["owners"].size(), 2u);
  for (const Json& owner : health["scores"]["owners"]) {
    const std::string key = owner["key"];
    const Json list = call("GET", "/v1/value/health/people?light=green&limit=200&owner=" + key);
    EXPECT_EQ(list["total"], owner["green"]);
    EXPECT_EQ(std::ssize(people("health:green:" + key)), owner["green"].get<int64_t>());
    for (const Json& one : list["people"]) EXPECT_EQ(one["owner"], owner["owner"]);
  }
  // The column of lights for rules holds the same people, and is the same until they change.
  const auto lights = models_->health_lights();
  ASSERT_TRUE(lights) << lights.error().text();
  for (size_t k = 0; k < kLightWords.size(); ++k) {
    std::vector<PersonId> of;
    for (size_t i = 0; i < (*lights)->person.size(); ++i) {
      if ((*lights)->light[i] == k) of.push_back((*lights)->person[i]);
    }
    EXPECT_EQ(of, people("health:" + std::string(kLightWords[k])));
  }
  EXPECT_EQ(*models_->health_lights(), *lights);
  const Json worst = call("GET", "/v1/value/health/people?limit=3")["people"];
  EXPECT_LE(worst[0]["score"], worst[1]["score"]);
  EXPECT_FALSE(worst[0]["measures"].empty());
  EXPECT_EQ(file("u1")["light"], "green");
  std::vector<people::Person> page(2);
  page[0].id = person("u1");
  page[1].id = 999'999;
  const auto described = models_->describe(page).value();
  EXPECT_EQ(described[0]["health"], std::round(file("u1")["score"].get<double>()));
  EXPECT_TRUE(described[1]["health"].is_null());
  call("GET", "/v1/value/health/people?light=blue", Json::object(), 400);
  for (const char* set : {"health:", "health:blue", "health:"}) {
    const auto found = models_->resolve_set(set);
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found);
  }
}

TEST_F(HealthOverHttp, WhatTheProgramSaysIsNoUse) {
  fill();
  for (int day = 0; day < 30; ++day) {
    for (const char* name : {"Message Sent", "Segment Entered"})
      track("u1", name, now_ - days(day) - 1h);
  }
  take();
  train();
  // u4 looks around on the same days as u1.
  EXPECT_EQ(file("u1")["facts"]["active_days"], file("u4")["facts"]["active_days"]);
}

TEST_F(HealthOverHttp, LearnedWeightsAreUsedWhereTheyTellMore) {
  fill();
  call("PUT", "/v1/value/health/settings", {{"weights", {{"use", -1}}}}, 400);
  // Set so that what tells nothing has all the weight.
  const Json poor = {{"orders", 0}, {"use", 1}, {"support", 99}, {"satisfaction", 0}};
  call("PUT", "/v1/value/health/settings", {{"learned", true}, {"weights", poor}});
  train();
  const Json model = call("GET", "/v1/value/health")["model"];
  const Json& weights = model["weights"];
  if (model["weights_learned"].get<bool>()) {
    EXPECT_NEAR(weights["orders"].get<double>() + weights["use"].get<double>(), 100, 1e-9);
  } else {
    EXPECT_THAT(model["card"]["faults"].get<std::vector<std::string>>(),
                testing::Contains("weights_not_learned"));
    EXPECT_EQ(weights["support"], 99);
  }
  serve();  // a restart reads what was kept
  EXPECT_EQ(call("GET", "/v1/value/health")["model"], model);
}

TEST_F(HealthOverHttp, IsCheckedAgainOnItsSchedule) {
  fill();
  models_->train_due();
  const auto version = [&] {
    return call("GET", "/v1/value/health")["model"]["version"].get<int>();
  };
  EXPECT_EQ(version(), 1);
  now_ += days(30) - 1min;
  models_->train_due();
  EXPECT_EQ(version(), 1);
  now_ += 1min;
  models_->train_due();
  EXPECT_EQ(version(), 2);
  call("PUT", "/v1/value/health/settings", {{"scheduled", false}});
  now_ += days(60);
  models_->train_due();
  EXPECT_EQ(version(), 2);
}

TEST_F(HealthOverHttp, EachAlertIsToldOnce) {
  fill();
  train();
  models_->train_due();
  settle();
  const auto before = told();
  EXPECT_EQ(before.count("u1"), 0u);
  track("u1", "Complaint Opened", now_ + 1min);
  track("u2", "Survey Answered", now_ + 1min, {{"score", 6}});
  track("u4", "Survey Answered", now_ + 1min, {{"score", 7}});
  track("u5", "Payment Failed", now_ + 1min);
  track("u7", "Payment Failed", now_ + 1min);
  track("u7", "Payment Succeeded", now_ + 2min);
  take();
  now_ += 10min;
  models_->train_due();
  settle();
  const auto after = told();
  EXPECT_EQ(after.size(), before.size() + 3);
  const auto only = [&](const char* user) {
    const auto [first, last] = after.equal_range(user);
    return std::distance(first, last) == 1 ? first->second : "";
  };
  EXPECT_EQ(only("u1"), "complaint_open");
  EXPECT_EQ(only("u2"), "low_score");
  EXPECT_EQ(only("u5"), "payment_failed");
  EXPECT_EQ(after.count("u4") + after.count("u7"), 0u);
  EXPECT_LT(file("u1")["score"], file("u4")["score"]);
  const Json list = call("GET", "/v1/value/health/alerts?limit=3");
  EXPECT_EQ(list["total"], after.size());
  EXPECT_EQ(list["alerts"].size(), 3u);

  now_ += 10min;
  models_->train_due();
  EXPECT_EQ(told().size(), after.size());
  serve();
  now_ += 10min;
  models_->train_due();
  EXPECT_EQ(told().size(), after.size());
  // A crash between the log and the state database: told again, counted once.
  ASSERT_TRUE(followed_.database->write(
      [](store::Connection& c) { return c.execute("UPDATE value_health_alerts SET told = 0"); }));
  now_ += 10min;
  models_->train_due();
  EXPECT_EQ(told().size(), after.size());
}

TEST_F(HealthOverHttp, PeopleWhoAreJoinedAreNotToldAgain) {
  track("old", "Seen", now_ - days(3));
  track("new", "Seen", now_ - days(2));
  take();
  const Instant since = now_ - days(1);
  const auto keep = [&](PersonId id, Alert alert, Instant at) {
    const std::vector<NewAlert> alerts = {
        {.raised = {.person = id, .alert = alert, .since = since, .value = 1}, .score = 5}};
    return followed_.database
        ->write([&](store::Connection& c) { return keep_alerts(c, alerts, at); })
        .value();
  };
  const PersonId first = person("old"), second = person("new");
  EXPECT_EQ(keep(first, Alert::kComplaint, now_), 1u);
  EXPECT_EQ(keep(first, Alert::kComplaint, now_), 0u);
  EXPECT_EQ(keep(second, Alert::kComplaint, now_), 1u);
  EXPECT_EQ(keep(first, Alert::kPayment, now_), 1u);
  EXPECT_EQ(keep(first, Alert::kActivity, now_), 1u);
  EXPECT_EQ(keep(first, Alert::kActivity, now_ + kActivityRest - 1s), 0u);
  EXPECT_EQ(keep(first, Alert::kActivity, now_ + kActivityRest), 1u);
  events::Event alias;
  alias.source = "shop";
  alias.message_id = "alias";
  alias.type = events::Type::kAlias;
  alias.user_id = "new";
  alias.timestamp = alias.received_at = now_;
  alias.properties = to_text({{"previousId", "old"}});
  alias.context = to_text({{"previousId", "old"}});
  waiting_.push_back(alias);
  take();
  const PersonId joined = person("new");
  ASSERT_EQ(person("old"), joined) << "an alias joins them";
  EXPECT_EQ(keep(joined, Alert::kPayment, now_), 0u);
}

TEST_F(HealthOverHttp, NothingIsKeptOrToldOfWhoWasErasedAndAStopIsHeard) {
  for (const char* user : {"gone", "was", "stays"}) track(user, "Seen", now_ - days(3));
  take();
  const PersonId gone = person("gone"), was = person("was"), stays = person("stays");
  events::Event alias;
  alias.source = "shop";
  alias.message_id = "alias";
  alias.type = events::Type::kAlias;
  alias.user_id = "gone";
  alias.timestamp = alias.received_at = now_;
  alias.properties = alias.context = to_text({{"previousId", "was"}});
  waiting_.push_back(alias);
  take();
  const PersonId joined = person("gone");
  ASSERT_TRUE(followed_.database->write(
      [&](store::Connection& c) { return people::erase_person(c, joined, {"era_1", "key"}); }));
  std::vector<NewAlert> alerts;
  for (const PersonId id : {gone, was, stays})
    alerts.push_back({.raised = {.person = id, .alert = Alert::kComplaint, .since = now_ - 1h}});
  const auto keep = [&](const std::stop_token& stop) {
    return followed_.database->write(
        [&](store::Connection& c) { return keep_alerts(c, alerts, now_, stop); });
  };
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(keep(stop.get_token()).error().code, Code::kBusy);
  EXPECT_EQ(keep({}).value(), 1u) << "of who stays";
  // A row that an earlier version left of who was erased.
  ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
    return c.execute(
        "INSERT INTO value_health_alerts (id, person, alert, since_ms, at_ms, amount, "
        "score, told) VALUES (99, $1, 'low_score', 5, 5, 1, 1, 0)",
        {joined});
  }));
  const auto tell = [&](const std::stop_token& asked) {
    return tell_alerts(*followed_.database, *followed_.log, now_, asked);
  };
  EXPECT_EQ(tell(stop.get_token()).error().code, Code::kBusy);
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(tell({}).value(), 1u);
  settle();
  ASSERT_EQ(told().size(), 1u);
  EXPECT_EQ(told().begin()->first, "stays");
}

TEST_F(HealthOverHttp, WithoutATimelineThereIsNone) {
  auto models = Models::open({*followed_.database, *followed_.books, *followed_.settings,
                              [this] { return now_; }})
                    .value();
  models->train_due();
  people::Person nobody;
  EXPECT_TRUE((*models->describe_file(nobody))["health"].is_null());
}

}  // namespace
}  // namespace perennial::value
