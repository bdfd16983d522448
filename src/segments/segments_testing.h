// What the tests of segments share: a log in memory, a timeline over it, a clock that stands where
// it is put, and segments that follow.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "segments/service.h"
#include "store/testing.h"

namespace perennial::segments {

using namespace std::chrono_literals;

class SegmentsTest : public ::testing::Test {
 protected:
  void SetUp() override { set_up("UTC"); }
  virtual std::unique_ptr<events::Log> open_log() { return events::open_memory(); }
  void set_up(std::string_view zone) {
    std::string pattern = std::filesystem::temp_directory_path() / "segments-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    std::vector<store::Migration> all;
    for (auto part : {access::migrations(), events::migrations(), people::migrations(),
                      insight::migrations(), segments::migrations()})
      all.insert(all.end(), part.begin(), part.end());
    ASSERT_TRUE(database_->migrate(all));
    settings_ = access::Settings::load(*database_).value();
    access::Workspace workspace;
    workspace.calendar.zone = Zone::named(zone).value();
    ASSERT_TRUE(
        database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
    settings_->changed();
    log_ = open_log();
    timeline_ =
        timeline::Timeline::open({.directory = directory_,
                                  .log = *log_,
                                  .database = *database_,
                                  .zone = [this] { return settings_->workspace().calendar.zone; }})
            .value();
    std::vector<events::Stage> stages;
    stages.push_back(events::schema_stage());
    stages.push_back(people::people_stage(*settings_));
    stages.back().committed = [this](uint64_t) { timeline_->people_committed(); };
    stages_ = std::make_unique<events::Stages>(*log_, *database_, std::move(stages));
  }
  void TearDown() override {
    if (server_) server_->stop(500ms);
    server_.reset();
    segments_.reset();
    stages_.reset();
    timeline_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  // ---- time

  void at(std::string_view time) { now_ = to_millis(*parse_instant(time)); }
  void after(std::chrono::milliseconds some) { now_ += some.count(); }
  Instant now() const { return from_millis(now_); }

  // ---- what people do

  events::Event event(const std::string& user, const std::string& name,
                      const Json& properties = Json::object()) {
    events::Event event;
    event.source = "shop";
    event.message_id = "m" + std::to_string(++sent_);
    event.type = events::Type::kTrack;
    event.name = name;
    (user.starts_with("~") ? event.anonymous_id : event.user_id) = user;
    event.timestamp = event.received_at = now();
    event.properties = to_text(properties);
    return event;
  }
  void send(events::Event event) { waiting_.push_back(std::move(event)); }
  // `user` that begins with ~ is an anonymous visitor.
  void track(const std::string& user, const std::string& name,
             const Json& properties = Json::object()) {
    send(event(user, name, properties));
  }
  void track_at(std::string_view time, const std::string& user, const std::string& name,
                const Json& properties = Json::object()) {
    auto one = event(user, name, properties);
    one.timestamp = *parse_instant(time);
    send(std::move(one));
  }
  void identify(const std::string& user, const Json& traits, const std::string& visitor = "") {
    auto one = event(user, "", traits);
    one.type = events::Type::kIdentify;
    one.anonymous_id = visitor;
    send(std::move(one));
  }
  // Stores what waits and lets everything follow it.
  void flush() {
    take();
    if (segments_) {
      ASSERT_TRUE(segments_->wait_until(log_->last_seq(), 20s));
    }
  }
  // Until people and the timeline have read them.
  void take() {
    if (!waiting_.empty()) {
      ASSERT_TRUE(log_->append_and_wait(std::move(waiting_)));
      waiting_.clear();
    }
    ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 20s));
    ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 20s)) << timeline_->stats().error;
  }

  // ---- segments

  Parts parts() {
    return {.timeline = *timeline_,
            .database = *database_,
            .log = *log_,
            .settings = *settings_,
            .resolve_set = [this](std::string_view set) -> Result<std::vector<PersonId>> {
              if (segments_) {
                if (auto found = segments_->resolve_set(set)) return *found;
              }
              return fail(Code::kInvalid, "no such set of people", "set");
            },
            .describe = nullptr,
            .lists = people::list_handlers(
                *database_, *log_, *settings_,
                {.resolve_set = [this](std::string_view set) -> Result<std::vector<PersonId>> {
                   if (auto found = segments_->resolve_set(set)) return *found;
                   return fail(Code::kInvalid, "no such set of people", "set");
                 },
                 .describe = nullptr,
                 .describe_file = nullptr,
                 .messages = nullptr}),
            .clock = [this] { return now(); },
            .say = [](const std::string& line) { ADD_FAILURE() << line; }};
  }
  void start() {
    open();
    flush();
  }
  void open() {
    segments_ = Segments::open(parts()).value();
    for (const FactProvider& provider : facts_) segments_->add_facts(provider);
    segments_->start();
  }
  // As after a kill: nothing is told to stop in order.
  void restart() {
    if (server_) server_->stop(500ms);
    server_.reset();
    segments_.reset();
    start();
  }
  void serve() {
    http::Router router;
    segments_->add_routes(router);
    server_ = http::Server::start(std::move(router), {.port = 0}).value();
  }
  std::pair<int, Json> call(const char* method, const std::string& target,
                            const Json& body = nullptr) {
    if (!server_) serve();
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send(method, target, body.is_null() ? "" : to_text(body),
                              {{"content-type", "application/json"}});
    EXPECT_TRUE(answer);
    if (!answer) return {0, {}};
    auto json = parse_json(answer->body);
    return {answer->status, json ? *json : Json(answer->body)};
  }
  // A dynamic segment; its id. `rule` is JSON text.
  std::string make(const std::string& name, std::string_view rule,
                   const Json& universe = "everyone") {
    auto [status, body] = call(
        "POST", "/v1/segments",
        {{"name", name}, {"definition", {{"universe", universe}, {"rule", *parse_json(rule)}}}});
    EXPECT_EQ(status, 201) << body;
    return status == 201 ? body["id"].get<std::string>() : "";
  }
  Json refused(std::string_view rule, const Json& universe = "everyone", int wanted = 400) {
    auto [status, body] =
        call("POST", "/v1/segments/preview", {{"universe", universe}, {"rule", *parse_json(rule)}});
    EXPECT_EQ(status, wanted) << body << "\n" << rule;
    return body;
  }
  // User ids (anonymous ids of visitors) of the members, sorted.
  std::vector<std::string> members(const std::string& id) {
    auto found = segments_->resolve_set("segment:" + id);
    EXPECT_TRUE(found && *found) << id;
    if (!found || !*found) return {};
    return names(**found);
  }
  std::vector<std::string> names(const std::vector<PersonId>& people) {
    std::vector<std::string> out;
    EXPECT_TRUE(database_->read([&](store::Connection& c) -> Result<void> {
      for (PersonId id : people) {
        const auto person = TRY(people::find_person(c, id));
        if (!person) {
          out.push_back("#" + std::to_string(id));
        } else if (person->known()) {
          out.push_back(person->user_id);
        } else {
          out.push_back(TRY(people::identities_of(c, id)).front().value);
        }
      }
      return {};
    }));
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::string> preview(std::string_view rule, const Json& universe = "everyone") {
    auto [status, body] =
        call("POST", "/v1/segments/preview",
             {{"universe", universe}, {"rule", *parse_json(rule)}, {"sample", kMaxSample}});
    EXPECT_EQ(status, 200) << body << "\n" << rule;
    if (status != 200) return {};
    std::vector<PersonId> ids;
    for (const Json& one : body["sample"]) ids.push_back(one["id"].get<PersonId>());
    EXPECT_EQ(ids.size(), std::min<size_t>(body["people"].get<size_t>(), kMaxSample));
    return names(ids);
  }
  PersonId person(const std::string& user) {
    const bool visitor = user.starts_with("~");
    auto found = database_->read([&](store::Connection& c) {
      return people::resolve(c, visitor ? "" : user, visitor ? user : "");
    });
    return found && *found ? **found : 0;
  }

  std::string directory_;
  store::TestDatabase database_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<timeline::Timeline> timeline_;
  std::unique_ptr<events::Stages> stages_;
  std::unique_ptr<Segments> segments_;
  std::unique_ptr<http::Server> server_;
  std::vector<FactProvider> facts_;
  std::vector<events::Event> waiting_;
  std::atomic<int64_t> now_ = to_millis(*parse_instant("2026-03-18T12:00:00Z"));
  int sent_ = 0;
};

inline constexpr std::string_view kBoughtOften =
    R"({"did": {"event": "Order", "op": "at_least", "value": 3,
                "window": {"last": {"count": 90, "unit": "day"}}}})";
inline constexpr std::string_view kLooked =
    R"({"did": {"event": "View", "window": {"last": {"count": 30, "unit": "day"}}}})";

}  // namespace perennial::segments
