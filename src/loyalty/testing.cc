#include "loyalty/testing.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "loyalty/assess.h"

namespace perennial::loyalty {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().text(), __FILE__, __LINE__);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

Programme test_programme() {
  return must(programme_from_json(
      {{"id", "shop"},
       {"name", "Shop"},
       {"zone", "Asia/Shanghai"},
       {"currencies",
        {{{"code", "points"},
          {"expiry", {{"kind", "end_of"}, {"unit", "year"}, {"after", 1}}},
          {"shortfall", "negative"},
          {"cost_minor_per_1000", 1000}},
         {{"code", "stars"},
          {"expiry", {{"kind", "days"}, {"days", 30}}},
          {"shortfall", "recover"}},
         {{"code", "coins"}, {"expiry", {{"kind", "never"}}}, {"shortfall", "write_off"}}}}}));
}

TestLedger::TestLedger(int people) : programme_(test_programme()) {
  for (auto part :
       {access::migrations(), events::migrations(), people::migrations(), loyalty::migrations()}) {
    must(database_->migrate(part));
  }
  at("2026-01-15T12:00");
  must(database_->write([&](store::Connection& c) -> Result<void> {
    for (int64_t id = 1; id <= people; ++id) {
      TRY(c.execute("INSERT INTO people (id, user_id) VALUES ($1, $2)",
                    {id, "u" + std::to_string(id)}));
      TRY(c.execute("INSERT INTO people_seen (person, last_ms, user_last_ms) VALUES ($1, 0, 0)",
                    {id}));
    }
    programme_ = TRY(save_programme(c, programme_, now_));
    return {};
  }));
}

std::vector<Outcome> TestLedger::run_all(std::vector<Command> commands) {
  return must(database_->write(
      [&](store::Connection& c) { return decide(c, programme_, commands, now_); }));
}

Outcome TestLedger::run(Command command) { return run_all({std::move(command)}).front(); }

Statement TestLedger::statement(PersonId person, std::string_view currency) {
  return must(database_->read([&](store::Connection& c) {
    return loyalty::statement(c, programme_, *programme_.find(currency), person, now_);
  }));
}

std::string TestLedger::statement_text(PersonId person, std::string_view currency) {
  std::string text;
  for (const StatementLine& line : statement(person, currency).lines) {
    text += format_instant(line.at) + " " + std::string(kind_name(line.kind)) + " " +
            std::string(account_name(line.debit)) + ">" + std::string(account_name(line.credit)) +
            " " + std::to_string(line.amount) + " lot " + std::to_string(line.lot) + " = " +
            std::to_string(line.after.available) + "/" + std::to_string(line.after.pending) + "/" +
            std::to_string(line.after.held) + "/" + std::to_string(line.after.owed) + "\n";
  }
  return text;
}

Balance TestLedger::balance(PersonId person, std::string_view currency) {
  return must(database_->read([&](store::Connection& c) {
           return balance_now(c, programme_, *programme_.find(currency), person, now_);
         }))
      .balance;
}

size_t TestLedger::settle(size_t limit) {
  return must(database_->write(
      [&](store::Connection& c) { return settle_due(c, programme_, now_, limit); }));
}

void TestLedger::verify() {
  const auto verified =
      must(database_->read([](store::Connection& c) { return loyalty::verify(c); }));
  for (const auto& fault : verified.faults) ADD_FAILURE() << fault;
}

void TestLedger::change(const std::function<void(Programme&)>& change) {
  change(programme_);
  programme_ = must(
      database_->write([&](store::Connection& c) { return save_programme(c, programme_, now_); }));
}

Closing TestLedger::close(std::string_view month) {
  Closing closing = must(database_->write(
      [&](store::Connection& c) { return close_month(c, programme_, month, "tester", now_); }));
  programme_ = *must(
      database_->read([&](store::Connection& c) { return find_programme(c, programme_.id); }));
  return closing;
}

void TestLedger::at(std::string_view time) { now_ = must(parse_instant(time, programme_.zone)); }

void LedgerTest::earn(PersonId person, Points points) {
  EXPECT_TRUE(ledger_
                  .run({.kind = CommandKind::kEarn,
                        .id = "e" + std::to_string(++earned_),
                        .person = person,
                        .amount = points})
                  .done());
}

void LedgerTest::at_once(int count, const std::function<void(int)>& body) {
  constexpr int kThreads = 8;
  std::atomic<int> next = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) body(i);
    });
  }
  for (auto& thread : threads) thread.join();
}

void StageTest::start_again() {
  ledger_ = std::make_unique<TestLedger>(0);
  settings_ = std::move(*access::Settings::load(ledger_->database()));
  stage_ = people::people_stage(*settings_);
  seq_ = 0;
}

void StageTest::send(std::vector<events::StoredEvent> events) {
  for (auto& event : events) {
    event.seq = ++seq_;
    if (event.message_id.empty()) event.message_id = "m" + std::to_string(seq_);
  }
  write([&](store::Connection& c) -> Result<void> {
    TRY(stage_.apply(c, events));
    return take_events(c, events, ledger_->now());
  });
}

events::StoredEvent StageTest::base(std::string_view time, std::string user, std::string visitor) {
  const Zone zone = test_programme().zone;
  events::StoredEvent event;
  event.source = "web";
  event.user_id = std::move(user);
  event.anonymous_id = std::move(visitor);
  event.timestamp = must(parse_instant(time, zone));
  event.received_at = must(parse_instant("2027-06-01", zone));
  return event;
}

events::StoredEvent StageTest::track(std::string_view time, std::string user, std::string visitor,
                                     std::string name, Json properties) {
  auto event = base(time, std::move(user), std::move(visitor));
  event.name = std::move(name);
  event.properties = to_text(properties);
  return event;
}

events::StoredEvent StageTest::identify(std::string_view time, std::string user,
                                        std::string visitor, Json traits) {
  auto event = base(time, std::move(user), std::move(visitor));
  event.type = events::Type::kIdentify;
  event.properties = to_text(traits);
  return event;
}

PersonId StageTest::person(std::string_view user, std::string_view visitor) {
  const auto found = must(ledger_->database().read(
      [&](store::Connection& c) { return people::resolve(c, user, visitor); }));
  return found.value_or(0);
}

RoutedLedger::RoutedLedger(TestLedger& ledger)
    : log_(events::open_memory()), settings_(must(access::Settings::load(ledger.database()))) {
  loyalty_ = must(Loyalty::open(
      {.database = ledger.database(), .log = *log_, .settings = *settings_, .clock = [&ledger] {
         return ledger.now();
       }}));
  http::Router router;
  loyalty_->add_routes(router);
  const auto as = [](const http::Route&, http::Request& request) -> std::optional<http::Response> {
    request.principal.id = request.header("x-as");
    request.principal.name = "Name of " + request.principal.id;
    request.principal.role = "administrator";
    return std::nullopt;
  };
  server_ = must(http::Server::start(std::move(router), {.port = 0, .authorize = as}));
}

RoutedLedger::~RoutedLedger() {
  server_->stop(std::chrono::milliseconds(500));
  loyalty_->stop();
}

http::ClientResponse RoutedLedger::send(const std::string& who, std::string_view method,
                                        const std::string& path, const Json& body) {
  http::Client client("127.0.0.1", server_->port());
  return must(client.send(method, "/v1/loyalty/programmes/shop" + path,
                          body.is_null() ? "" : to_text(body),
                          {{"X-As", who}, {"Content-Type", "application/json"}}));
}

Json RoutedLedger::get(const std::string& path) {
  const auto answer = send("usr_reader", "GET", path);
  EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
  return must(parse_json(answer.body));
}

}  // namespace perennial::loyalty
