// What the tests of questions over HTTP share: a log in memory, a timeline over it, and a server.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "insight/questions.h"
#include "store/testing.h"

namespace perennial::insight {

using namespace std::chrono_literals;

class BehaviourTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "behaviour-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    std::vector<store::Migration> all;
    for (auto part :
         {access::migrations(), events::migrations(), people::migrations(), insight::migrations()})
      all.insert(all.end(), part.begin(), part.end());
    ASSERT_TRUE(database_->migrate(all));
    settings_ = access::Settings::load(*database_).value();
    access::Workspace workspace;
    workspace.calendar = calendar_;
    workspace.stands_on = *parse_instant(now_);
    ASSERT_TRUE(
        database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
    settings_->changed();
    log_ = open_log();
    open_timeline();
    std::vector<events::Stage> stages;
    stages.push_back(events::schema_stage());
    stages.push_back(people::people_stage(*settings_));
    stages.back().committed = [this](uint64_t) { timeline_->people_committed(); };
    stages_ = std::make_unique<events::Stages>(*log_, *database_, std::move(stages));
  }
  virtual std::unique_ptr<events::Log> open_log() { return events::open_memory(); }
  void open_timeline() {
    timeline_ = timeline::Timeline::open({.directory = directory_,
                                          .log = *log_,
                                          .database = *database_,
                                          .zone = [this] { return calendar_.zone; }})
                    .value();
  }
  void TearDown() override {
    if (server_) server_->stop(500ms);
    server_.reset();
    stages_.reset();
    behaviour_.reset();
    timeline_.reset();
    std::filesystem::remove_all(directory_);
  }

  void track(const std::string& user, const std::string& name, std::string_view at,
             const Json& properties = Json::object()) {
    add(user, events::Type::kTrack, name, at, properties);
  }
  void add(const std::string& user, events::Type type, const std::string& name, std::string_view at,
           const Json& properties) {
    events::Event event;
    event.source = "shop";
    event.message_id = "m" + std::to_string(++sent_);
    event.type = type;
    event.name = name;
    event.user_id = user;
    event.timestamp = event.received_at = *parse_instant(at);
    event.properties = to_text(properties);
    waiting_.push_back(std::move(event));
  }
  void serve() {
    ASSERT_TRUE(log_->append_and_wait(std::move(waiting_)));
    ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 20s));
    ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 20s)) << timeline_->stats().error;
    start_server();
  }
  void start_server() {
    const Clock clock = [this] { return settings_->workspace().now(system_now); };
    people::Extensions extensions{
        .resolve_set = [this](std::string_view set) -> Result<std::vector<PersonId>> {
          if (set == "stage:ann") {
            if (on_set_) on_set_();
            return std::vector{person("ann")};
          }
          if (auto found = behaviour_->resolve_set(set)) return *found;
          return fail(Code::kInvalid, "no such set of people", "set");
        },
        .describe = nullptr,
        .describe_file = nullptr,
        .messages = nullptr};
    behaviour_ = std::make_unique<Behaviour>(BehaviourParts{
        .timeline = *timeline_,
        .database = *database_,
        .settings = *settings_,
        .resolve_set = extensions.resolve_set,
        .lists = people::list_handlers(*database_, *log_, *settings_, extensions, clock),
        .clock = clock,
        .name_of_set = [](std::string_view set) { return set == "stage:ann" ? "Ann alone" : ""; },
        .most_memory = most_memory_,
        .most_time = most_time_});
    http::Router router;
    behaviour_->add_routes(router);
    server_ = http::Server::start(std::move(router), {.port = 0}).value();
  }

  std::pair<int, Json> send(const char* method, const std::string& target,
                            const Json& body = nullptr) {
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send(method, target, body.is_null() ? "" : to_text(body),
                              {{"content-type", "application/json"}});
    EXPECT_TRUE(answer);
    if (!answer) return {0, {}};
    auto json = parse_json(answer->body);
    return {answer->status, json ? *json : Json(answer->body)};
  }
  Json ask(std::string_view question) {
    auto [status, body] = send("POST", "/v1/insights/query", *parse_json(question));
    EXPECT_EQ(status, 200) << body << "\n" << question;
    if (status == 200) check_handles(body);
    return body;
  }
  Json refused(std::string_view question) {
    auto [status, body] = send("POST", "/v1/insights/query", *parse_json(question));
    EXPECT_EQ(status, 400) << body;
    return body;
  }
  // The users behind a number.
  std::vector<std::string> users(const Json& measured) {
    auto [status, body] =
        send("GET", "/v1/insights/people?handle=" + measured.at("people").get<std::string>());
    EXPECT_EQ(status, 200) << body;
    std::vector<std::string> users;
    for (const Json& customer : body["customers"]) users.push_back(customer["user_id"]);
    std::ranges::sort(users);
    return users;
  }
  // Every handle opens, and to as many people as its number says where it counts people.
  void check_handles(const Json& json) {
    if (json.is_object() && json.contains("value") && json.contains("people") &&
        json["people"].is_string()) {
      auto opened = behaviour_->resolve_set("people:" + json["people"].get<std::string>());
      ASSERT_TRUE(opened && *opened) << json;
      if (json["value"].is_number_integer() && !loose_) {
        EXPECT_EQ((*opened)->size(), json["value"].get<size_t>()) << json;
      }
    }
    for (const Json& part : json) {
      if (part.is_structured()) check_handles(part);
    }
  }
  PersonId person(std::string_view user) {
    auto found =
        database_->read([&](store::Connection& c) { return people::resolve(c, user, ""); });
    return found && *found ? **found : 0;
  }

  // Ann and bob buy, eve only looks; the names tell the days of March.
  void small_shop() {
    add("ann", events::Type::kIdentify, "", "2026-03-01T08:00:00Z",
        {{"plan", "gold"}, {"age", 31}});
    add("bob", events::Type::kIdentify, "", "2026-03-01T08:00:00Z",
        {{"plan", "free"}, {"age", 47}});
    track("ann", "View", "2026-03-02T10:00:00Z", {{"page", "a"}});
    track("ann", "Cart", "2026-03-02T10:05:00Z", {{"order", 7}});
    track("ann", "Order", "2026-03-02T10:30:00Z",
          {{"revenue", 120.5}, {"order", 7}, {"pay", "card"}});
    track("ann", "View", "2026-03-09T10:00:00Z", {{"page", "b"}});
    track("ann", "Order", "2026-03-16T09:00:00Z", {{"revenue", 30}, {"order", 8}, {"pay", "cash"}});
    track("bob", "View", "2026-03-03T10:00:00Z", {{"page", "a"}});
    track("bob", "Cart", "2026-03-03T11:00:00Z", {{"order", 9}});
    track("bob", "Order", "2026-03-12T11:00:00Z",
          {{"revenue", 250}, {"order", 10}, {"pay", "card"}});
    track("eve", "View", "2026-03-03T12:00:00Z", {{"page", "b"}});
    track("eve", "View", "2026-03-04T12:00:00Z", {{"page", "b"}});
    track("eve", "Order", "2026-03-19T12:00:00Z", {{"revenue", 1}});  // after now
    serve();
  }

  // Of the workspace; to be chosen before SetUp().
  Calendar calendar_{.zone = Zone::utc()};
  std::string now_ = "2026-03-18T12:00:00Z";

  std::string directory_;
  store::TestDatabase database_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<timeline::Timeline> timeline_;
  std::unique_ptr<events::Stages> stages_;
  std::unique_ptr<Behaviour> behaviour_;
  std::unique_ptr<http::Server> server_;
  std::vector<events::Event> waiting_;
  int sent_ = 0;
  uint64_t most_memory_ = kMaxQuestionMemory;
  std::chrono::seconds most_time_ = kMaxQuestionTime;
  bool loose_ = false;            // numbers are of events
  std::function<void()> on_set_;  // called while a question looks up who stage:ann is
};

inline constexpr const char* kMarch = R"("range": {"this": "month"})";
inline std::string march(std::string_view members) {
  return "{" + std::string(kMarch) + ", " + std::string(members) + "}";
}
// An answer without what differs between two ways to it.
inline Json plain(Json json) {
  if (json.is_object()) {
    json.erase("read");
    if (json.contains("value") && json.contains("people") && json["people"].is_string())
      json.erase("people");
  }
  for (Json& part : json) {
    if (part.is_structured()) part = plain(std::move(part));
  }
  return json;
}
inline std::vector<Json> values(const Json& measured) {
  std::vector<Json> out;
  for (const Json& one : measured) out.push_back(one["value"]);
  return out;
}

}  // namespace perennial::insight
