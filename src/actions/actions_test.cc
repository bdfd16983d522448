// Actions on chosen people over a log in memory and a real state database; what gives is a stand-in
// that keeps what it was asked to give.
#include "actions/actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/experiments.h"
#include "timeline/followed_log_testing.h"

namespace perennial::actions {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Runs what writes twice, as a serialization failure does.
class WritesTwice : public store::Database {
 public:
  explicit WritesTwice(store::Database& under) : under_(under) {}
  store::Engine engine() const override { return under_.engine(); }
  Result<int64_t> size_bytes() override { return under_.size_bytes(); }

 protected:
  Result<void> transaction(bool writes,
                           const std::function<Result<void>(store::Connection&)>& body) override {
    if (!writes) return under_.read(body);
    const auto failed = under_.write([&](store::Connection& c) -> Result<void> {
      TRY(body(c));
      return fail(Code::kBusy, "met another");
    });
    if (failed.error().code != Code::kBusy) return failed;
    return under_.write(body);
  }

 private:
  store::Database& under_;
};

class ActionRoutes : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(followed_.database->migrate(experiments::migrations()));
    actions_ = std::make_unique<Actions>(wiring());
    http::Router router;
    actions_->add_routes(router);
    http::Options options;
    options.port = 0;
    options.authorize = [this](const http::Route& route, http::Request& request) {
      right_ = route.right;
      request.principal = {.id = "u1", .name = "Ann", .role = "", .source = ""};
      return std::optional<http::Response>();
    };
    server_ = http::Server::start(std::move(router), std::move(options)).value();
    for (const char* user : {"a", "b", "c", "d"}) {
      events::Event e;
      e.source = "shop";
      e.message_id = user;
      e.type = events::Type::kIdentify;
      e.user_id = user;
      e.timestamp = e.received_at = now_;
      waiting_.push_back(std::move(e));
    }
    followed_.take(std::exchange(waiting_, {}));
  }
  void TearDown() override { server_->stop(500ms); }

  Actions::Wiring wiring() {
    return {
        .database = *followed_.database,
        .log = *followed_.log,
        .resolve_set = [this](std::string_view set) -> Result<std::vector<PersonId>> {
          if (set != "churn:band:5") return fail(Code::kInvalid, "no such set", "set");
          return set_;
        },
        .clock = [this] { return now_; },
        .coupons = [this](store::Connection&, const Request&, std::span<const PersonId> people,
                          const http::Principal&) { return give(people); },
        .points = [this](const Request&, std::span<const PersonId> people,
                         const http::Principal&) { return give(people); },
        .list = [this](store::Connection&, const Request&, std::span<const PersonId> people,
                       const http::Principal&) { return give(people); },
        .list_changed = [this](const std::string& list) { changed_.push_back(list); },
        .follow_up = [this](store::Connection&, const Request&, std::span<const PersonId> people,
                            const http::Principal&) { return give(people); }};
  }
  // Those who have it already are left out.
  Result<Given> give(std::span<const PersonId> people) {
    if (broken_) return fail(Code::kFull, "no space", "disk");
    Given given;
    for (const PersonId person : people) {
      if (person == refused_) {
        ++given.refused;
      } else if (has_.insert(person).second) {
        given.done.push_back(person);
      } else {
        ++given.skipped;
      }
    }
    return given;
  }
  PersonId person(std::string_view user) {
    const auto found = followed_.database->read(
        [&](store::Connection& c) { return people::resolve(c, user, ""); });
    return found && *found ? **found : 0;
  }
  Json call(const std::string& what, const Json& body, int status = 200) {
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send("POST", "/v1/actions/" + what, to_text(body),
                              {{"content-type", "application/json"}});
    EXPECT_TRUE(answer);
    EXPECT_EQ(answer->status, status) << answer->body;
    auto json = parse_json(answer->body);
    return json ? *json : Json();
  }
  Json coupon(const Json& change = Json::object()) {
    Json body = {{"request_id", "r1"},
                 {"programme", "shop"},
                 {"batch", "spring"},
                 {"people", {person("a"), person("b"), 9'999}}};
    body.update(change);
    return body;
  }
  void hold_out(const char* scope, PersonId who) {
    ASSERT_TRUE(followed_.database->write([&](store::Connection& c) -> Result<void> {
      TRY(
          c.execute("INSERT INTO hold_outs (id, name, scope, percent, salt, created_at, "
                    "started_at, last_person) VALUES ($1, 'h', $1, 0.0000001, 's', 0, 0, 0)",
                    {std::string(scope)}));
      return experiments::keep_members(c, std::vector<experiments::HeldPerson>{{scope, who, "x"}},
                                       now_);
    }));
  }
  void erase(PersonId who) {
    ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
      return people::erase_person(c, who, {"era_" + std::to_string(who), "key"});
    }));
  }
  std::vector<events::StoredEvent> told() {
    return followed_.log->read({.names = {std::string(kTaken)}}).value();
  }

  timeline::FollowedLog followed_{migrations()};
  std::unique_ptr<Actions> actions_;
  std::unique_ptr<http::Server> server_;
  std::vector<events::Event> waiting_;
  std::vector<PersonId> set_;
  std::set<PersonId> has_;
  PersonId refused_ = 0;  // by what gives
  bool broken_ = false;
  std::vector<std::string> changed_;  // lists
  std::string right_;
  Instant now_ = *parse_instant("2026-03-10T00:00:00Z");
};

TEST_F(ActionRoutes, ARequestActsOnceAndIsTold) {
  const Json first = call("coupon", coupon());
  EXPECT_EQ(right_, "loyalty.write");
  EXPECT_EQ(first["asked"], 3);
  EXPECT_EQ(first["done"], 2);
  EXPECT_EQ(first["refused"], 1) << "nobody has that number";
  EXPECT_EQ(first["repeated"], false);
  const Json again = call("coupon", coupon());
  EXPECT_EQ(again["done"], 2);
  EXPECT_EQ(again["repeated"], true);
  EXPECT_EQ(call("coupon", coupon({{"batch", "other"}}), 409)["where"], "request_id");
  ASSERT_EQ(told().size(), 2u);
  EXPECT_EQ(told()[0].user_id, "a");
  EXPECT_EQ(told()[0].source, kSource);
  const Json properties = *parse_json(told()[0].properties);
  EXPECT_EQ(properties["action"], "coupon");
  EXPECT_EQ(properties["batch"], "spring");
  EXPECT_EQ(properties["by"], "Ann");
  EXPECT_FALSE(properties.contains("points")) << "a coupon has none";
  // Another request to one who has it.
  const Json third = call("coupon", coupon({{"request_id", "r2"}, {"people", {person("a")}}}));
  EXPECT_EQ(third["skipped"], 1);
  EXPECT_EQ(told().size(), 2u);
}

TEST_F(ActionRoutes, WhatFailedIsDoneByTheSameRequestLater) {
  broken_ = true;
  call("points", coupon({{"points", 5}, {"text", "sorry"}}), 507);
  EXPECT_TRUE(told().empty());
  broken_ = false;
  const Json done = call("points", coupon({{"points", 5}, {"text", "sorry"}}));
  EXPECT_EQ(done["done"], 2);
  EXPECT_EQ(done["repeated"], false);
  EXPECT_EQ(told().size(), 2u);
}

TEST_F(ActionRoutes, NothingIsDoneToWhoWasErasedNorTold) {
  const PersonId gone = person("a");
  const Json body = coupon();
  erase(gone);
  const Json given = call("coupon", body);
  EXPECT_EQ(given["done"], 1);
  EXPECT_EQ(given["refused"], 2);
  EXPECT_THAT(has_, ElementsAre(person("b")));
  const std::string both = to_text(Json::array({gone, person("b")}));
  // A crash came between what was done and the telling, and in that time the erasure.
  ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
    return c.execute(
        "INSERT INTO people_actions (id, request, done_by, people, answer, taken_ms) "
        "VALUES ('r0', '{\"kind\":\"coupon\"}', 'Ann', $1, '{}', $2)",
        {both, to_millis(now_)});
  }));
  ASSERT_TRUE(actions_->tell_waiting());
  ASSERT_EQ(told().size(), 2u);
  for (const events::StoredEvent& event : told()) EXPECT_EQ(event.user_id, "b");
}

TEST_F(ActionRoutes, WhoWasErasedOrIsHeldOutSinceItFailedIsLeftOut) {
  Json body = coupon({{"points", 5}, {"text", "sorry"}});
  body["people"] = {person("a"), person("b"), person("c"), 9'999};
  broken_ = true;
  call("points", body, 507);
  broken_ = false;
  erase(person("a"));
  hold_out("loyalty", person("b"));
  const Json done = call("points", body);
  EXPECT_EQ(done["asked"], 4);
  EXPECT_EQ(done["done"], 1);
  EXPECT_EQ(done["held_out"], 1);
  EXPECT_EQ(done["refused"], 2);
  EXPECT_THAT(has_, ElementsAre(person("c")));
}

TEST_F(ActionRoutes, ATransactionThatRunsAgainCountsOnce) {
  WritesTwice twice(*followed_.database);
  Actions actions({.database = twice,
                   .log = *followed_.log,
                   .resolve_set = nullptr,
                   .clock = [this] { return now_; },
                   .coupons = nullptr,
                   .points = wiring().points,
                   .list = nullptr,
                   .list_changed = nullptr,
                   .follow_up = nullptr});
  refused_ = person("a");
  const auto done = actions.take({.id = "r1",
                                  .kind = Kind::kPoints,
                                  .people = {person("a"), person("b")},
                                  .programme = "shop",
                                  .points = 5,
                                  .text = "sorry"},
                                 {.id = "u1", .name = "Ann", .role = "", .source = ""});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->done, 1);
  EXPECT_EQ(done->refused, 1);
}

// Fails once what is written stands, as a process that is killed before it commits.
class DiesBeforeItCommits : public store::Database {
 public:
  explicit DiesBeforeItCommits(store::Database& under) : under_(under) {}
  store::Engine engine() const override { return under_.engine(); }
  Result<int64_t> size_bytes() override { return under_.size_bytes(); }
  int writes_left = 1;

 protected:
  Result<void> transaction(bool writes,
                           const std::function<Result<void>(store::Connection&)>& body) override {
    if (!writes) return under_.read(body);
    return under_.write([&](store::Connection& c) -> Result<void> {
      TRY(body(c));
      if (writes_left-- > 0) return {};
      return fail(Code::kFull, "cut off");
    });
  }

 private:
  store::Database& under_;
};

TEST_F(ActionRoutes, APlaceOnAListAndItsAnswerAreKeptTogether) {
  ASSERT_TRUE(followed_.database->write(
      [](store::Connection& c) { return c.execute("CREATE TABLE on_list (person BIGINT)"); }));
  const auto list = [](store::Connection& c, const Request&, std::span<const PersonId> people,
                       const http::Principal&) -> Result<Given> {
    Given given;
    for (const PersonId person : people) {
      const auto row = TRY(c.query_one("SELECT 1 FROM on_list WHERE person = $1", {person}));
      if (row) {
        ++given.skipped;
        continue;
      }
      TRY(c.execute("INSERT INTO on_list (person) VALUES ($1)", {person}));
      given.done.push_back(person);
    }
    return given;
  };
  const Request request{.id = "l1", .people = {person("a"), person("b")}, .segment = "s"};
  const http::Principal ann{.id = "u1", .name = "Ann", .role = "", .source = ""};
  DiesBeforeItCommits dying(*followed_.database);
  auto wired = wiring();
  wired.list = list;
  {
    Actions actions({.database = dying,
                     .log = *followed_.log,
                     .resolve_set = nullptr,
                     .clock = [this] { return now_; },
                     .coupons = nullptr,
                     .points = nullptr,
                     .list = list,
                     .list_changed = wired.list_changed,
                     .follow_up = nullptr});
    ASSERT_FALSE(actions.take(request, ann));
  }
  EXPECT_TRUE(changed_.empty());
  Actions after(std::move(wired));
  const auto done = after.take(request, ann);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->done, 2) << "not skipped: whoever came on it is told of";
  EXPECT_EQ(told().size(), 2u);
  EXPECT_THAT(changed_, ElementsAre("s"));
}

TEST_F(ActionRoutes, HoldOutsHold) {
  hold_out("loyalty", person("a"));
  hold_out("campaigns", person("b"));
  const Json trial = call("coupon", coupon({{"dry_run", true}}));
  EXPECT_EQ(trial["held_out"], 1);
  EXPECT_EQ(trial["done"], 1);
  EXPECT_TRUE(has_.empty());
  const Json given = call("coupon", coupon());
  EXPECT_EQ(given["held_out"], 1);
  EXPECT_THAT(has_, ElementsAre(person("b")));
  has_.clear();
  const Json due = {{"request_id", "f"},
                    {"people", {person("a"), person("b")}},
                    {"text", "Call"},
                    {"due_at", "2026-03-12T00:00:00Z"}};
  EXPECT_EQ(call("follow-up", due)["held_out"], 1);
  EXPECT_THAT(has_, ElementsAre(person("a")));
  has_.clear();
  const Json list = {{"request_id", "l"}, {"people", {person("a"), person("b")}}, {"segment", "s"}};
  EXPECT_EQ(call("list", list)["done"], 2);
  EXPECT_EQ(right_, "segments.write");
}

TEST_F(ActionRoutes, ASetIsTheSameWhoeverIsInIt) {
  Json body = coupon({{"set", "churn:band:5"}, {"points", 5}, {"text", "sorry"}});
  body.erase("people");
  set_ = {person("a"), person("b")};
  broken_ = true;
  call("points", body, 507);
  broken_ = false;
  set_ = {person("b"), person("c")};
  EXPECT_EQ(call("points", body)["done"], 2) << "those of before, whom it may have reached";
  EXPECT_THAT(has_, testing::UnorderedElementsAre(person("a"), person("b")));
  set_.clear();
  const Json again = call("points", body);
  EXPECT_EQ(again["done"], 2);
  EXPECT_EQ(again["repeated"], true);
  EXPECT_FALSE(parse_json(told()[0].properties)->contains("set"));
  body["set"] = "luck";
  EXPECT_EQ(call("points", body, 409)["where"], "request_id");
  // Named one by one, their order says nothing.
  call("coupon", coupon({{"request_id", "r2"}, {"people", {person("a"), person("b")}}}));
  const Json turned = coupon({{"request_id", "r2"}, {"people", {person("b"), person("a")}}});
  EXPECT_EQ(call("coupon", turned)["repeated"], true);
}

TEST_F(ActionRoutes, TakeASetAndRefuseWhatIsWrong) {
  set_ = {person("c"), person("d")};
  Json body = coupon({{"set", "churn:band:5"}});
  EXPECT_EQ(call("coupon", body, 400)["where"], "people") << "one of both";
  body.erase("people");
  EXPECT_EQ(call("coupon", body)["done"], 2);
  body["request_id"] = "r2";
  body["set"] = "luck";
  call("coupon", body, 400);
  set_.clear();
  body["set"] = "churn:band:5";
  EXPECT_EQ(call("coupon", body, 400)["where"], "set");
  const auto refused = [&](const char* what, const Json& change) {
    return call(what, coupon(change), 400).value("where", "");
  };
  EXPECT_EQ(refused("coupon", {{"request_id", ""}}), "request_id");
  EXPECT_EQ(refused("coupon", {{"dry_run", "yes"}}), "dry_run");
  EXPECT_EQ(refused("coupon", {{"people", {0}}}), "people");
  EXPECT_EQ(refused("coupon", {{"people", Json::array()}}), "people");
  EXPECT_EQ(refused("points", {{"points", 0}, {"text", "x"}}), "points");
  EXPECT_EQ(refused("points", {{"points", kMaxPoints + 1}, {"text", "x"}}), "points");
  EXPECT_EQ(refused("follow-up", {{"text", "x"}, {"due_at", "soon"}}), "due_at");
  call("coupon", coupon({{"people", std::vector<int>(kMaxPeople + 1, 1)}}), 413);
}

}  // namespace
}  // namespace perennial::actions
