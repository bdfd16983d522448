// For tests: a state database with people in it, a programme, and commands in short.
#pragma once

#include <functional>

#include <gtest/gtest.h>

#include "loyalty/loyalty.h"
#include "store/testing.h"

namespace perennial::loyalty {

class TestLedger {
 public:
  // A programme "shop" in Asia/Shanghai with the currencies "points" (end of the year after next,
  // negative balances), "stars" (30 days, recovered) and "coins" (never, written off).
  explicit TestLedger(int people = 10);

  Outcome run(Command command);  // at now()
  std::vector<Outcome> run_all(std::vector<Command> commands);
  Statement statement(PersonId person, std::string_view currency = "points");
  // The same as text, without the numbers of entries.
  std::string statement_text(PersonId person, std::string_view currency = "points");
  Balance balance(PersonId person, std::string_view currency = "points");
  size_t settle(size_t limit = 1'000'000);
  void verify();  // adds a failure for each fault
  void change(const std::function<void(Programme&)>& change);
  Closing close(std::string_view month);

  Instant now() const { return now_; }
  void at(std::string_view time);  // "2026-01-31T12:00", local to the programme
  void pass(Millis time) { now_ += time; }
  store::Database& database() { return *database_; }
  const std::string& where() const { return database_.where(); }
  const Programme& programme() const { return programme_; }

 private:
  store::TestDatabase database_;
  Programme programme_;
  Instant now_;
};

Programme test_programme();

// What the tests of coupons, rewards and draws do over and over.
class LedgerTest : public testing::Test {
 protected:
  explicit LedgerTest(int people) : ledger_(people) {}

  template <class Body>
  auto write(Body body) {
    auto done = ledger_.database().write(body);
    EXPECT_TRUE(done) << done.error().text();
    if constexpr (!std::is_void_v<typename decltype(done)::value_type>) return std::move(*done);
  }
  void earn(PersonId person, Points points);
  Points available(PersonId person) { return ledger_.balance(person).available; }
  // Runs `body(i)` for all i of [0, count) on eight threads.
  static void at_once(int count, const std::function<void(int)>& body);

  TestLedger ledger_;

 private:
  int earned_ = 0;
};

// The routes of a ledger over HTTP.
class RoutedLedger {
 public:
  explicit RoutedLedger(TestLedger& ledger);
  ~RoutedLedger();
  // A path below the programme "shop", asked for by the user `who` (whose name is "Name of WHO").
  http::ClientResponse send(const std::string& who, std::string_view method,
                            const std::string& path, const Json& body = Json());
  Json get(const std::string& path);

 private:
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<Loyalty> loyalty_;
  std::unique_ptr<http::Server> server_;
};

// Events in, points out: the people stage and loyalty's part behind it, over an empty ledger.
class StageTest : public testing::Test {
 protected:
  StageTest() { start_again(); }
  void start_again();
  template <class Body>
  void write(Body body) {
    const auto done = ledger_->database().write(body);
    ASSERT_TRUE(done) << done.error().text();
  }
  // One batch of the stage.
  void send(std::vector<events::StoredEvent> events);
  // Times are local to the programme.
  static events::StoredEvent base(std::string_view time, std::string user, std::string visitor);
  static events::StoredEvent track(std::string_view time, std::string user, std::string visitor,
                                   std::string name, Json properties);
  static events::StoredEvent identify(std::string_view time, std::string user, std::string visitor,
                                      Json traits);
  PersonId person(std::string_view user, std::string_view visitor = "");  // 0: nobody

  std::unique_ptr<TestLedger> ledger_;
  std::unique_ptr<access::Settings> settings_;
  events::Stage stage_;
  uint64_t seq_ = 0;
};

}  // namespace perennial::loyalty
