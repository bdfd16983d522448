// For tests of this module: events from short descriptions, people written as text, and the slow,
// obvious twin of the stage.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "people/people.h"
#include "people/stage.h"
#include "store/testing.h"

namespace perennial::people {

// A workspace of its own: a database with the module's tables and the stage over it.
class TestPeople {
 public:
  TestPeople();
  // Applies events in batches of `batch`, numbering those without a number from 1 on.
  void apply(std::vector<events::StoredEvent> events, size_t batch = 1000);
  // The same for one batch that is rolled back at the end.
  void apply_and_fail(std::span<const events::StoredEvent> events);
  void forget_cache();  // as a restart does
  void clear();         // empties the tables: cheaper than a new database
  store::Database& database() { return *database_; }
  events::Stage& stage() { return stage_; }

  // All people, one a line, sorted, with everything but their numbers; then orders without a
  // person.
  std::string text();
  Person person(std::string_view user_id, std::string_view anonymous_id = "");
  // 0 if nobody is known by these.
  PersonId id_of(std::string_view user_id, std::string_view anonymous_id = "");

  std::string currency = "CNY";

 private:
  store::TestDatabase database_;
  events::Stage stage_;
  uint64_t last_seq_ = 0;
};

// Events at `ms` after a fixed day.
extern const Instant kTestDay;
events::StoredEvent track(int64_t ms, std::string user, std::string visitor, std::string name,
                          std::string properties = "{}");
events::StoredEvent identify(int64_t ms, std::string user, std::string visitor,
                             std::string traits = "{}");
events::StoredEvent alias(int64_t ms, std::string previous, std::string user);

// One line for a person, as TestPeople::text() gives.
std::string person_line(const Person& person, const std::vector<Identity>& identities,
                        const std::vector<Order>& orders);
std::string order_text(const Order& order);

// What text() must be after these events, worked out by the rules of people.h from all of them at
// once.
std::string model_text(const std::vector<events::StoredEvent>& events, const std::string& currency);

}  // namespace perennial::people
