// A person who asks to be forgotten is nowhere to be found, what the books need is, and the receipt
// says so.
#include "privacy/privacy.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/collect.h"
#include "engage/engage.h"
#include "events/erase.h"
#include "experiments/experiments.h"
#include "loyalty/loyalty.h"
#include "privacy/receipt.h"
#include "store/testing.h"

namespace perennial::privacy {
namespace {

using testing::HasSubstr;
using testing::Not;

const Instant kNow = from_millis(1'750'000'000'000);

class Forgotten : public testing::Test {
 protected:
  Forgotten() : log_(events::open_memory()) {
    std::vector<store::Migration> all;
    for (auto part :
         {access::migrations(), events::migrations(), people::migrations(), collect::migrations(),
          loyalty::migrations(), experiments::migrations(), engage::migrations(), migrations()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    EXPECT_TRUE(database_->migrate(all));
    settings_ = std::move(*access::Settings::load(*database_));
    stage_ = people::people_stage(*settings_);
    outbox_ = std::filesystem::path(::testing::TempDir()) / ("outbox-" + random_token(9));
    std::filesystem::create_directories(outbox_);
    open();
  }
  ~Forgotten() override { std::filesystem::remove_all(outbox_); }

  void open() {
    privacy_ = std::move(*Privacy::open({.database = *database_,
                                         .log = *log_,
                                         .clock = [] { return kNow; },
                                         .settle = [this](uint64_t) { return settled_; },
                                         .outbox_directory = outbox_.string()}));
  }
  void say(std::vector<events::Event> events) {
    for (auto& event : events) {
      if (event.source.empty()) event.source = "web";
      event.message_id = "m" + std::to_string(++said_);
      event.received_at = kNow;
      if (event.timestamp == Instant()) event.timestamp = kNow + Millis(said_);
    }
    ASSERT_TRUE(log_->append_and_wait(std::move(events)));
    const auto arrived = *log_->read_arrivals(applied_, 1'000);
    ASSERT_TRUE(database_->write([&](store::Connection& c) { return stage_.apply(c, arrived); }));
    applied_ = log_->last_seq();
  }
  static events::Event identify(const std::string& user, const std::string& visitor,
                                const std::string& traits) {
    events::Event event;
    event.type = events::Type::kIdentify;
    event.user_id = user, event.anonymous_id = visitor, event.properties = traits;
    return event;
  }
  static events::Event track(const std::string& user, const std::string& name,
                             const std::string& properties = "{}") {
    events::Event event;
    event.user_id = user, event.name = name, event.properties = properties;
    return event;
  }
  void wei() {
    say({identify("user-wei", "device-wei",
                  R"({"name":"张伟","email":"wei@shop.cn","phone":"+86 138 1234 5678"})"),
         track("user-wei", "Order Completed", R"({"order_id":"O1","total":12.5})"),
         track("user-wei", "Viewed"), track("user-ann", "Viewed"),
         track("user-ann", "Order Completed", R"({"order_id":"O2","total":3})")});
  }
  people::PersonId person(const std::string& user) {
    return database_->read([&](store::Connection& c) { return people::resolve(c, user, ""); })
        ->value_or(0);
  }
  void run(const std::string& sql) {
    ASSERT_TRUE(database_->write([&](store::Connection& c) { return c.execute(sql); })) << sql;
  }
  int64_t count(const std::string& sql) {
    return database_->read([&](store::Connection& c) { return c.query(sql); })->at(0).integer(0);
  }
  // Every text in every table, and the log.
  std::string everything() {
    std::string out;
    const bool sqlite = database_->engine() == store::Engine::kSqlite;
    const std::string tables =
        sqlite ? "SELECT name FROM sqlite_master WHERE type = 'table'"
               : "SELECT table_name FROM information_schema.tables WHERE table_schema ="
                 " current_schema()";
    EXPECT_TRUE(database_->read([&](store::Connection& c) -> Result<void> {
      for (const auto& table : TRY(c.query(tables))) {
        for (const auto& row : TRY(c.query("SELECT * FROM " + table.text(0)))) {
          for (size_t i = 0; i < row.size(); ++i) {
            if (const auto* text = std::get_if<std::string>(&row.value(i))) out += *text + "\n";
          }
        }
      }
      return {};
    }));
    const auto events = *log_->read({});
    for (const auto& e : events) {
      out += e.user_id + "\n" + e.anonymous_id + "\n" + e.properties + "\n";
    }
    return out;
  }
  Result<Json> erase(const std::string& user) {
    return privacy_->erase(person(user), {.id = "usr_1", .name = "Boss"}, "letter of 3 May");
  }

  store::TestDatabase database_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<access::Settings> settings_;
  events::Stage stage_;
  std::filesystem::path outbox_;
  std::unique_ptr<Privacy> privacy_;
  bool settled_ = true;
  int said_ = 0;
  uint64_t applied_ = 0;
};

TEST_F(Forgotten, NothingOfThePersonIsLeftButWhatTheBooksNeed) {
  wei();
  const auto id = std::to_string(person("user-wei"));
  run("INSERT INTO customer_notes (id, kind, value, text, author, at_ms, version)"
      " VALUES ('n1', 1, 'user-wei', 'likes tea', 'Ann', 1, 1)");
  run("INSERT INTO customer_files (id, kind, value, name, type, bytes, author, at_ms)"
      " VALUES ('f1', 1, 'user-wei', 'tea.txt', 'text/plain', 3, 'Ann', 1)");
  run("INSERT INTO quarantine (id, received_at, source, reason, field, body)"
      " VALUES (1, 1, 'web', 'bad', '', '{\"userId\":\"user-wei\"}')");
  run("INSERT INTO suppressions (person_id, user_id, address, campaign_id, event_id, at, told,"
      " confirmed) VALUES (" +
      id + ", 'user-wei', 'wei@shop.cn', 'c', 'e', 1, 1, 1)");
  run("INSERT INTO loyalty_facts (seq, person, identity, at_ms, name, properties)"
      " VALUES (1, " +
      id + ", 'u:user-wei', 1, 'Viewed', '{}')");
  const auto revenue = count("SELECT sum(total_minor) FROM orders");
  const auto receipt = erase("user-wei");
  ASSERT_TRUE(receipt) << receipt.error().text();
  const std::string left = everything();
  for (const std::string word : {"user-wei", "device-wei", "wei@shop.cn", "张伟", "13812345678",
                                 "138 1234", "likes tea", "tea.txt"}) {
    EXPECT_THAT(left, Not(HasSubstr(word)));
    EXPECT_THAT(to_text(*receipt), Not(HasSubstr(word)));
  }
  EXPECT_EQ(person("user-wei"), 0);
  EXPECT_NE(person("user-ann"), 0);
  EXPECT_EQ(count("SELECT sum(total_minor) FROM orders"), revenue);
  EXPECT_EQ(count("SELECT count(*) FROM orders WHERE person = 0"), 1);
  EXPECT_EQ((*receipt)["events"], 3);
  EXPECT_EQ(log_->read({})->size(), 2);
  EXPECT_EQ((*receipt)["kept"][0]["count"], 1);
  EXPECT_THAT((*receipt)["kept"][0]["why"].get<std::string>(), HasSubstr("books"));
}

TEST_F(Forgotten, TheReceiptCanBeVerified) {
  wei();
  const Json receipt = *erase("user-wei");
  const std::string secret = *database_->write(
      [](store::Connection& c) { return access::Settings::secret(c, "privacy.receipts"); });
  const Signer signer(secret);
  EXPECT_EQ(receipt["key"], signer.public_key());
  EXPECT_TRUE(signer.verifies(receipt));
  for (const auto& [member, value] : receipt.items()) {
    Json changed = receipt;
    changed[member] = "else";
    EXPECT_FALSE(signer.verifies(changed)) << member;
    changed.erase(member);
    EXPECT_FALSE(signer.verifies(changed)) << member;
  }
  EXPECT_FALSE(Signer("another").verifies(receipt));
  EXPECT_FALSE(signer.verifies(Json::array()));
}

TEST_F(Forgotten, WhoComesBackIsSomebodyNew) {
  wei();
  const auto before = person("user-wei");
  ASSERT_TRUE(erase("user-wei"));
  say({track("user-wei", "Viewed")});
  const auto after = person("user-wei");
  ASSERT_NE(after, 0);
  EXPECT_NE(after, before);
  const auto found =
      *database_->read([&](store::Connection& c) { return people::find_person(c, after); });
  EXPECT_EQ(found->name, "");
  EXPECT_EQ(found->orders, 0);
  // A line of the order that stayed does not give it to the one who came back.
  say({track("user-wei", "Order Line", R"({"order_id":"O1","kind":"order","amount_minor":5})")});
  EXPECT_EQ(count("SELECT count(*) FROM orders WHERE person = 0"), 1);
}

TEST_F(Forgotten, FollowersHearOfAMoveToNobody) {
  wei();
  const auto who = person("user-wei");
  ASSERT_TRUE(erase("user-wei"));
  const auto moves =
      *database_->read([](store::Connection& c) { return people::moves_after(c, 0, 100); });
  EXPECT_EQ(moves.back().from, who);
  EXPECT_EQ(moves.back().into, 0);
  EXPECT_EQ(*database_->read([&](store::Connection& c) { return people::current_person(c, who); }),
            who);
}

TEST_F(Forgotten, AStopInBetweenIsMadeUpFor) {
  wei();
  ASSERT_TRUE(erase("user-wei"));
  // As if the program had stopped after the state and before the log.
  say({track("user-old", "Viewed")});
  run("UPDATE privacy_erasures SET done = 0, work = '{\"identities\":[\"u:user-old\"],"
      "\"values\":[\"user-old\"],\"up_to_seq\":1000,\"messages\":[]}'");
  open();
  EXPECT_EQ(count("SELECT count(*) FROM privacy_erasures WHERE done = 1 AND work = '{}'"), 1);
  EXPECT_TRUE(log_->read({.identities = {"u:user-old"}})->empty());
}

TEST_F(Forgotten, RefusesWhatItCannotDoWhole) {
  wei();
  EXPECT_EQ(privacy_->erase(999, {}, "").error().code, Code::kNotFound);
  settled_ = false;
  EXPECT_EQ(erase("user-wei").error().code, Code::kBusy);
  EXPECT_NE(person("user-wei"), 0);
}

}  // namespace
}  // namespace perennial::privacy
