// What the tests of models over HTTP share: a log in memory, a timeline, a real state database, a
// server.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "store/testing.h"
#include "timeline/timeline.h"
#include "value/value.h"

namespace perennial::value {

using namespace std::chrono_literals;
using std::chrono::days;

class ModelsOverHttp : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "models-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    for (auto part :
         {access::migrations(), events::migrations(), people::migrations(), migrations()}) {
      ASSERT_TRUE(database_->migrate(part));
    }
    settings_ = access::Settings::load(*database_).value();
    log_ = events::open_memory();
    books_ = std::make_unique<people::OrderBooks>(*database_, *settings_);
    timeline_ = timeline::Timeline::open({.directory = directory_,
                                          .log = *log_,
                                          .database = *database_,
                                          .zone = [] { return Zone::utc(); }})
                    .value();
    std::vector<events::Stage> stages;
    stages.push_back(people::people_stage(*settings_));
    stages.back().committed = [this](uint64_t) {
      books_->changed();
      timeline_->people_committed();
    };
    stages_ = std::make_unique<events::Stages>(*log_, *database_, std::move(stages));
    serve();
  }
  void TearDown() override {
    server_->stop(500ms);
    stages_.reset();
    models_.reset();
    timeline_.reset();
    std::filesystem::remove_all(directory_);
  }
  // Also what a restart does.
  void serve() {
    if (server_) server_->stop(500ms);
    models_ = Models::open({*database_, *books_, *settings_, [this] { return now_; }, log_.get(),
                            timeline_.get()})
                  .value();
    http::Router router;
    models_->add_routes(router);
    server_ = http::Server::start(std::move(router), {.port = 0}).value();
  }
  Json call(const char* method, const std::string& target, const Json& body = Json::object(),
            int status = 200) {
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send(method, target, to_text(body));
    EXPECT_TRUE(answer);
    EXPECT_EQ(answer->status, status) << method << " " << target << " " << answer->body;
    auto json = parse_json(answer->body);
    return json ? *json : Json();
  }
  void track(const std::string& user, const std::string& name, Instant at,
             const Json& properties = Json::object()) {
    events::Event event;
    event.source = "shop";
    event.message_id = "m" + std::to_string(++sent_);
    event.type = events::Type::kTrack;
    event.name = name;
    event.user_id = user;
    event.timestamp = event.received_at = at;
    event.properties = to_text(properties);
    waiting_.push_back(std::move(event));
  }
  void order(const std::string& user, Instant at) {
    track(user, "Order Completed", at,
          {{"order_id", "o" + std::to_string(sent_)}, {"total", "50.00"}, {"currency", "CNY"}});
  }
  void take() {
    ASSERT_TRUE(log_->append_and_wait(std::move(waiting_)));
    waiting_.clear();
    settle();
  }
  void settle() {
    ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 60s));
    ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 60s)) << timeline_->stats().error;
  }
  PersonId person(std::string_view user) {
    auto found =
        database_->read([&](store::Connection& c) { return people::resolve(c, user, ""); });
    return found && *found ? **found : 0;
  }
  std::vector<PersonId> people(const Json& set) {
    auto found = models_->resolve_set(set.get<std::string>());
    EXPECT_TRUE(found && *found) << set;
    return found && *found ? **found : std::vector<PersonId>();
  }

  std::string directory_;
  store::TestDatabase database_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<people::OrderBooks> books_;
  std::unique_ptr<timeline::Timeline> timeline_;
  std::unique_ptr<events::Stages> stages_;
  std::unique_ptr<Models> models_;
  std::unique_ptr<http::Server> server_;
  std::vector<events::Event> waiting_;
  Instant now_ = *parse_instant("2024-07-01T12:00:00Z");
  int sent_ = 0;
};

}  // namespace perennial::value
