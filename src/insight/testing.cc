#include "insight/testing.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace perennial::insight {
namespace {

template <class T>
T must(Result<T> result, const char* what) {
  if (!result) die(std::string(what) + ": " + result.error().text(), __FILE__, __LINE__);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

people::OrderBook random_book(std::mt19937_64& random, const BookShape& shape) {
  auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  using Row = std::tuple<people::PersonId, int64_t, int64_t, uint8_t>;  // as the book is sorted
  std::vector<Row> rows;
  for (int i = 0; i < shape.rows; ++i) {
    int64_t at = pick(to_millis(shape.from), to_millis(shape.to) - 1);
    if (!shape.edges.empty() && pick(0, 1) == 0) {
      auto edge = shape.edges[static_cast<size_t>(pick(0, std::ssize(shape.edges) - 1))];
      constexpr int64_t kNear[] = {-3'600'000, -1, 0, 0, 1, 3'600'000};
      at = to_millis(edge) + kNear[pick(0, 5)];
    }
    people::PersonId person = pick(0, 9) == 0 ? 0 : pick(1, shape.people) * 7;
    bool refund = pick(0, 9) == 0;
    rows.emplace_back(person, at, refund ? -pick(0, 5'000) : pick(0, 9'999), refund);
  }
  std::ranges::sort(rows);
  people::OrderBook book;
  for (const auto& [person, at, amount, refund] : rows) {
    book.person.push_back(person);
    book.at_ms.push_back(at);
    book.amount_minor.push_back(amount);
    book.refund.push_back(refund);
  }
  return book;
}

const people::OrderBook& large_book() {
  static const people::OrderBook book = [] {
    constexpr people::PersonId kPeople = 1'000'000;
    constexpr int kOrders = 10;
    std::mt19937_64 random(1);
    std::uniform_int_distribution<int64_t> time(to_millis(kLargeBookSpan.from),
                                                to_millis(kLargeBookSpan.to) - 1);
    people::OrderBook out;
    for (people::PersonId person = 1; person <= kPeople; ++person) {
      for (int i = 0; i < kOrders; ++i) {
        out.person.push_back(person);
        out.at_ms.push_back(time(random));
        out.amount_minor.push_back(static_cast<int64_t>(random() % 10'000));
        out.refund.push_back(i == kOrders - 1);
      }
      std::sort(out.at_ms.end() - kOrders, out.at_ms.end());
    }
    return out;
  }();
  return book;
}

TestShop::TestShop() {
  must(database_->migrate(access::migrations()), "migrations of access");
  must(database_->migrate(people::migrations()), "migrations of people");
  settings_ = must(access::Settings::load(*database_), "settings");
  books_ = std::make_unique<people::OrderBooks>(*database_, *settings_);
  stage_ = people::people_stage(*settings_);
}

TestShop::~TestShop() {
  if (server_) server_->stop(std::chrono::milliseconds(500));
}

void TestShop::add(events::StoredEvent event) {
  event.seq = ++seq_;
  if (event.source.empty()) event.source = "shop";
  event.message_id = std::to_string(seq_);
  event.received_at = event.timestamp;
  waiting_.push_back(std::move(event));
  if (server_) apply();
}

void TestShop::apply() {
  if (waiting_.empty()) return;
  must(database_->write([&](store::Connection& c) { return stage_.apply(c, waiting_); }),
       "the stage of people");
  waiting_.clear();
  if (stage_.committed) stage_.committed(seq_);
  books_->changed();
}

void TestShop::order(std::string user, std::string_view at, int64_t amount_minor) {
  events::StoredEvent event;
  event.type = *events::parse_type("track");
  event.name = amount_minor < 0 ? people::kOrderRefunded : people::kOrderCompleted;
  if (user.empty()) {  // what people's stage takes for an order without a customer
    event.source = "import:shop";
    event.anonymous_id = "order:" + std::to_string(seq_);
  }
  event.user_id = std::move(user);
  event.timestamp = must(parse_instant(at), "time");
  std::string currency = settings_->workspace().currency;
  event.properties = to_text({{"order_id", "o" + std::to_string(seq_)},
                              {"total", format_minor(std::abs(amount_minor), currency)},
                              {"currency", currency}});
  add(std::move(event));
}

void TestShop::identify(std::string user, std::string_view at, const Json& traits) {
  events::StoredEvent event;
  event.type = *events::parse_type("identify");
  event.user_id = std::move(user);
  event.timestamp = must(parse_instant(at), "time");
  event.properties = to_text(traits);
  add(std::move(event));
}

void TestShop::save(const access::Workspace& workspace) {
  must(database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }),
       "saving the workspace");
  settings_->changed();
}

void TestShop::serve(const std::function<void(http::Router&)>& add_routes) {
  apply();
  http::Router router;
  add_routes(router);
  server_ = must(http::Server::start(std::move(router), {.port = 0}), "the server");
}

std::pair<int, Json> TestShop::get(const std::string& target) {
  http::Client client("127.0.0.1", server_->port());
  auto answer = must(client.send("GET", target), "the request");
  return {answer.status, must(parse_json(answer.body), "the answer")};
}

std::pair<int, Json> TestShop::send(std::string_view method, const std::string& target,
                                    const Json& body) {
  http::Client client("127.0.0.1", server_->port());
  auto answer = must(client.send(method, target, to_text(body)), "the request");
  return {answer.status, must(parse_json(answer.body), "the answer")};
}

people::PersonId TestShop::person(std::string_view user) {
  auto found =
      must(database_->read([&](store::Connection& c) { return people::resolve(c, user, ""); }),
           "finding a person");
  return found.value_or(0);
}

}  // namespace perennial::insight
