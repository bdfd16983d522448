// What the tests of models over HTTP share: a log in memory, a timeline, a real state database, a
// server.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "timeline/followed_log_testing.h"
#include "value/value.h"

namespace perennial::value {

using namespace std::chrono_literals;
using std::chrono::days;

class ModelsOverHttp : public testing::Test {
 protected:
  void SetUp() override { serve(); }
  void TearDown() override {
    server_->stop(500ms);
    models_.reset();
  }
  // Also what a restart does.
  void serve() {
    if (server_) server_->stop(500ms);
    models_ =
        Models::open({.database = *followed_.database,
                      .books = *followed_.books,
                      .settings = *followed_.settings,
                      .clock = [this] { return now_; },
                      .log = followed_.log.get(),
                      .timeline = followed_.timeline.get(),
                      .resolve_set = [this](std::string_view set) { return resolve(set); },
                      .likings_at =
                          [this](Instant at, const std::stop_token&) {
                            likings_asked_at_ = at;
                            return Result<Likings>(Likings());
                          },
                      .likings_of = [this](PersonId id) { return likings_[id]; },
                      .brought =
                          [this](uint64_t seq) {
                            if (on_brought_asked_) std::exchange(on_brought_asked_, {})();
                            auto all = brought_;
                            std::erase_if(all, [&](const Brought& b) { return b.seq <= seq; });
                            return Result<std::vector<Brought>>(std::move(all));
                          },
                      .region_trait = [] { return Result<std::string>("city"); }})
            .value();
    http::Router router;
    models_->add_routes(router);
    http::Options options{.port = 0};
    options.authorize = [this](const http::Route&, http::Request& request) {
      request.principal.role = role_;
      return std::optional<http::Response>();
    };
    server_ = http::Server::start(std::move(router), std::move(options)).value();
  }
  Result<std::vector<PersonId>> resolve(std::string_view set) {
    const auto found = sets_.find(std::string(set));
    if (found == sets_.end()) return fail(Code::kInvalid, "no such set of people", "set");
    return found->second;
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
  void identify(const std::string& user, Instant at, const Json& traits) {
    track(user, "", at, traits);
    waiting_.back().type = events::Type::kIdentify;
  }
  void order(const std::string& user, Instant at) {
    track(user, "Order Completed", at,
          {{"order_id", "o" + std::to_string(sent_)}, {"total", "50.00"}, {"currency", "CNY"}});
  }
  void take() { followed_.take(std::exchange(waiting_, {})); }
  void settle() { followed_.take({}); }
  PersonId person(std::string_view user) {
    auto found = followed_.database->read(
        [&](store::Connection& c) { return people::resolve(c, user, ""); });
    return found && *found ? **found : 0;
  }
  std::vector<PersonId> people(const Json& set) {
    auto found = models_->resolve_set(set.get<std::string>());
    EXPECT_TRUE(found && *found) << set;
    return found && *found ? **found : std::vector<PersonId>();
  }

  timeline::FollowedLog followed_{migrations()};
  std::unique_ptr<Models> models_;
  std::unique_ptr<http::Server> server_;
  std::map<std::string, std::vector<PersonId>> sets_;  // by their words
  std::string role_;                                   // of who asks
  std::map<PersonId, std::vector<Liking>> likings_;    // now
  std::vector<Brought> brought_;
  std::function<void()> on_brought_asked_;  // once: between reading the news and reading joins
  std::optional<Instant> likings_asked_at_;
  std::vector<events::Event> waiting_;
  Instant now_ = *parse_instant("2024-07-01T12:00:00Z");
  int sent_ = 0;
};

}  // namespace perennial::value
