// Periods of events: what is refused, what a pass takes, and when it runs.
#include "privacy/retention.h"

#include <atomic>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "events/testing.h"
#include "insight/insight.h"
#include "store/testing.h"

namespace perennial::privacy {
namespace {

using namespace std::chrono_literals;

constexpr auto kSoon = 30s;

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().text(), __FILE__, __LINE__);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

Instant at(std::string_view text) { return must(parse_instant(text)); }

class RetentionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (auto part : {access::migrations(), events::migrations(), people::migrations(),
                      privacy::migrations()}) {
      must(database_->migrate(part));
    }
    settings_ = must(access::Settings::load(*database_));
    access::Workspace workspace;
    workspace.calendar.zone = must(Zone::named("Asia/Shanghai"));
    must(database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
    settings_->changed();
    log_ = events::open_memory();
    timeline_ = must(timeline::Timeline::open(
        {.directory = directory_, .log = *log_, .database = *database_, .zone = [this] {
           return settings_->workspace().calendar.zone;
         }}));
    wiring_ =
        std::make_unique<Privacy::Wiring>(Privacy::Wiring{.database = *database_,
                                                          .log = *log_,
                                                          .timeline = *timeline_,
                                                          .settings = *settings_,
                                                          .places = {},
                                                          .settle = [](uint64_t) { return true; },
                                                          .clock = [this] { return now_; }});
    retention_ = std::make_unique<Retention>(*wiring_);
  }
  void TearDown() override { timeline_.reset(); }
  void send(std::string name, std::string_view when, std::string properties = "{}") {
    events::Event event;
    event.source = "web";
    event.message_id = "m" + std::to_string(++sent_);
    event.user_id = "u";
    event.name = std::move(name);
    event.properties = std::move(properties);
    event.timestamp = event.received_at = at(when);
    must(log_->append_and_wait({event}));
  }
  void save(const Json& body) {
    http::Request request;
    request.body = to_text(body);
    request.principal = {"usr_1", "Admin", "administrator", ""};
    must(retention_->save(request));
  }
  bool run() {
    return must(retention_->run_if_due([] { return false; }));
  }
  std::string timeline_bytes() {
    std::string out;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      if (entry.path().extension() != ".timeline") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }
  size_t left(const std::string& name) { return must(log_->read({.names = {name}})).size(); }

  store::TestDatabase database_;
  const events::ScratchDirectory scratch_;
  const std::string& directory_ = scratch_.path();
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<timeline::Timeline> timeline_;
  std::unique_ptr<Privacy::Wiring> wiring_;
  std::unique_ptr<Retention> retention_;
  Instant now_ = at("2026-03-10T12:00:00+08:00");
  int sent_ = 0;
};

Json rule(const Json& name, const Json& days) { return {{"name", name}, {"days", days}}; }

TEST_F(RetentionTest, WrongRulesAreNamed) {
  const auto refused = [](const Json& body) {
    const auto read = read_retention(body);
    return read ? std::string("taken") : read.error().where;
  };
  EXPECT_EQ(refused({}), "rules");
  EXPECT_EQ(refused({{"rules", 3}}), "rules");
  EXPECT_EQ(refused({{"rules", {rule("Viewed", 0)}}}), "rules[0].days");
  EXPECT_EQ(refused({{"rules", {rule("Viewed", kMaxRetentionDays)}}}), "taken");
  EXPECT_EQ(refused({{"rules", {rule("Viewed", kMaxRetentionDays + 1)}}}), "rules[0].days");
  EXPECT_EQ(refused({{"rules", {rule("Viewed", 1), rule("Viewed", 2)}}}), "rules[1].name");
  EXPECT_EQ(refused({{"rules", {rule("", 1)}}}), "rules[0].name");
  EXPECT_EQ(refused({{"rules", {rule(7, 1)}}}), "rules[0].name");
  EXPECT_EQ(refused({{"rules", {rule("Order Completed", 1)}}}), "rules[0].name");
  EXPECT_EQ(refused({{"rules", {rule("Unsubscribed", 1)}}}), "rules[0].name");
  EXPECT_EQ(refused({{"rules", {{{"type", "identify"}, {"name", "x"}, {"days", 1}}}}}),
            "rules[0].type");
  Json many = Json::array();
  for (size_t i = 0; i < kMaxRetentionRules; ++i) many.push_back(rule("e" + std::to_string(i), 1));
  EXPECT_EQ(refused({{"rules", many}}), "taken");
  many.push_back(rule("one more", 1));
  EXPECT_EQ(refused({{"rules", many}}), "rules");
}

// Points and messages are what net results are charged with.
TEST_F(RetentionTest, WhatResultsFollowFromIsKept) {
  for (const char* name : {"Message Sent", "Points Earned", "Points Spent", "Points Taken Back",
                           "Points Given Back", "Subscribed", "Order Line"}) {
    EXPECT_FALSE(read_retention({{"rules", {rule(name, 1)}}})) << name;
  }
}

// A pass that was cut off when the log had lost the events already still has the timeline written
// anew, and says what it took.
TEST_F(RetentionTest, APassThatWasCutOffGoesOn) {
  events::Stages stages(*log_, *database_, [&] {
    std::vector<events::Stage> all;
    all.push_back(people::people_stage(*settings_));
    all.back().committed = [this](uint64_t) { timeline_->people_committed(); };
    return all;
  }());
  send("Viewed", "2026-03-03T12:00:00+08:00", R"({"color":"a secret color"})");
  ASSERT_TRUE(stages.wait_until(log_->last_seq(), kSoon));
  ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), kSoon));
  ASSERT_TRUE(timeline_->forgotten(timeline_->forget({}), kSoon));
  ASSERT_THAT(timeline_bytes(), testing::HasSubstr("a secret color"));
  save({{"rules", {rule("Viewed", 2)}}});
  now_ = at("2026-03-11T03:00:00+08:00");
  EXPECT_FALSE(retention_->run_if_due([] { return true; }));
  EXPECT_EQ(left("Viewed"), 0u);
  EXPECT_TRUE(must(retention_->show()).at("last_run").is_null());
  retention_ = std::make_unique<Retention>(*wiring_);
  EXPECT_TRUE(run());
  EXPECT_THAT(timeline_bytes(), testing::Not(testing::HasSubstr("a secret color")));
  EXPECT_EQ(must(retention_->show()).at("last_run").at("events"), 1);
  EXPECT_FALSE(run());
}

// Whole days of the workspace's zone: what happened at the border stays, what came before it goes.
TEST_F(RetentionTest, ThePassTakesWhatIsOlderAtThreeInTheMorning) {
  send("Viewed", "2026-03-03T23:59:59.999+08:00");
  send("Viewed", "2026-03-04T00:00:00+08:00");
  send("Other", "2020-01-01T00:00:00+08:00");
  const Json rules{{"rules", {rule("Viewed", 7)}}};
  const Json tried = must(retention_->dry_run(must(read_retention(rules))));
  EXPECT_EQ(tried.at("events"), 0);  // today is the tenth: the third is within seven days
  save(rules);
  EXPECT_EQ(must(retention_->show()).at("next_run_at"),
            format_instant(at("2026-03-11T03:00:00+08:00")));
  EXPECT_TRUE(must(retention_->show()).at("last_run").is_null());
  EXPECT_FALSE(run());  // the pass of this morning was before the rule
  now_ = at("2026-03-11T02:59:59+08:00");
  EXPECT_EQ(must(retention_->dry_run(must(read_retention(rules)))).at("events"), 1);
  EXPECT_FALSE(run());
  EXPECT_EQ(left("Viewed"), 2u);
  now_ = at("2026-03-11T03:00:00+08:00");
  EXPECT_TRUE(run());
  EXPECT_EQ(left("Viewed"), 1u);
  EXPECT_EQ(left("Other"), 1u);
  const Json shown = must(retention_->show());
  EXPECT_EQ(shown.at("last_run").at("events"), 1);
  EXPECT_EQ(shown.at("next_run_at"), format_instant(at("2026-03-12T03:00:00+08:00")));
  EXPECT_FALSE(run());
  // Days later, after the program stood still: one pass, at once.
  now_ = at("2026-03-20T23:00:00+08:00");
  EXPECT_TRUE(run());
  EXPECT_FALSE(run());
  EXPECT_EQ(left("Viewed"), 0u);
}

}  // namespace
}  // namespace perennial::privacy
