// For tests: a state database with people in it, a programme, and commands in short.
#pragma once

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

}  // namespace perennial::loyalty
