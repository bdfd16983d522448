// What the tests of questions need: random order books, and a small shop behind a real server.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "people/people.h"
#include "store/testing.h"

namespace perennial::insight {

struct BookShape {
  Instant from, to;
  int people = 40;
  int rows = 400;
  std::vector<Instant> edges;  // times that half of the rows are drawn close to, or exactly on
};
// Sorted as people::load_orders sorts; a tenth of the rows are refunds, a tenth nobody's.
people::OrderBook random_book(std::mt19937_64& random, const BookShape& shape);

// For benchmarks: 1 M people with 10 orders each at any time of four years, the last one a refund.
inline const Span kLargeBookSpan{*parse_instant("2020-01-01T00:00:00Z"),
                                 *parse_instant("2024-01-01T00:00:00Z")};
const people::OrderBook& large_book();

// A state database with people's stage, the settings, and a server with an open gate.
class TestShop {
 public:
  TestShop();
  ~TestShop();
  // Events for people's stage, applied together by serve() and one by one after it. An order or
  // (negative) a refund of a user; "" is no customer.
  void order(std::string user, std::string_view at, int64_t amount_minor);
  void identify(std::string user, std::string_view at, const Json& traits = Json::object());
  void save(const access::Workspace& workspace);
  void serve(const std::function<void(http::Router&)>& add_routes);
  // The status, and the body as JSON.
  std::pair<int, Json> get(const std::string& target);
  std::pair<int, Json> send(std::string_view method, const std::string& target,
                            const Json& body = Json::object());
  people::PersonId person(std::string_view user);

  store::Database& database() { return *database_; }
  people::OrderBooks& books() { return *books_; }
  access::Settings& settings() { return *settings_; }
  Instant now = from_millis(0);  // what clock() tells
  Clock clock() {
    return [this] { return now; };
  }

 private:
  void add(events::StoredEvent event);
  void apply();

  store::TestDatabase database_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<people::OrderBooks> books_;
  events::Stage stage_;
  std::unique_ptr<http::Server> server_;
  uint64_t seq_ = 0;
  std::vector<events::StoredEvent> waiting_;
};

}  // namespace perennial::insight
