#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/testing.h"

namespace perennial::store {
namespace {

constexpr Migration kSteps[] = {
    {"people", 1, "people",
     "CREATE TABLE person (id TEXT PRIMARY KEY); INSERT INTO person VALUES ('first')"},
    {"people", 2, "names", "ALTER TABLE person ADD COLUMN name TEXT"},
    {"care", 1, "tickets", "CREATE TABLE ticket (id TEXT PRIMARY KEY)"},
};

int64_t applied(Database& database) {
  auto row = database.read(
      [](Connection& c) { return c.query_one("SELECT count(*) FROM schema_migrations"); });
  return row.value()->integer(0);
}

TEST(MigrateTest, AppliesWhatIsMissing) {
  TestDatabase db;
  ASSERT_TRUE(db->migrate(std::span(kSteps).first(1)));
  EXPECT_EQ(applied(*db), 1);
  auto done = db->migrate(kSteps);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(applied(*db), 3);
  db.reopen();
  ASSERT_TRUE(db->migrate(kSteps));
  EXPECT_EQ(applied(*db), 3);
  auto row = db->read([](Connection& c) { return c.query_one("SELECT id, name FROM person"); });
  ASSERT_TRUE(row) << row.error().text();
  EXPECT_TRUE((*row)->is_null(1));
}

TEST(MigrateTest, RefusesADatabaseOfANewerProgram) {
  TestDatabase db;
  ASSERT_TRUE(db->migrate(kSteps));
  const Migration older[] = {kSteps[0], {"growth", 1, "growth", "CREATE TABLE growth (id TEXT)"}};
  auto refused = db->migrate(older);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kConflict);
  EXPECT_THAT(refused.error().text(), testing::HasSubstr("people 2 (names)"));
  EXPECT_EQ(applied(*db), 3);
}

TEST(MigrateTest, RefusesAStepThatWasChangedAfterwards) {
  TestDatabase db;
  ASSERT_TRUE(db->migrate(kSteps));
  const Migration renamed[] = {kSteps[0], {"people", 2, "other", "SELECT 1"}};
  EXPECT_EQ(db->migrate(renamed).error().code, Code::kConflict);
}

TEST(MigrateTest, IgnoresStepsOfModulesNotListed) {
  TestDatabase db;
  ASSERT_TRUE(db->migrate(std::span(kSteps).first(2)));
  EXPECT_TRUE(db->migrate(std::span(kSteps).last(1)));
  EXPECT_EQ(applied(*db), 3);
}

TEST(MigrateTest, AFailingStepLeavesNothing) {
  TestDatabase db;
  const Migration broken[] = {
      kSteps[0],
      {"people", 2, "broken", "CREATE TABLE half (id TEXT); CREATE TABLE person (id TEXT)"}};
  auto failed = db->migrate(broken);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().text(), testing::HasSubstr("people 2 (broken)"));
  EXPECT_EQ(applied(*db), 1);
  EXPECT_FALSE(db->read([](Connection& c) { return c.query("SELECT * FROM half"); }));
  EXPECT_TRUE(db->migrate(kSteps));
}

TEST(MigrateTest, RefusesGapsInTheNumbers) {
  TestDatabase db;
  const Migration gap[] = {kSteps[0], {"people", 3, "third", "SELECT 1"}};
  EXPECT_EQ(db->migrate(gap).error().code, Code::kInternal);
}

TEST(MigrateTest, TwoProgramsMayStartAtOnce) {
  for (int round = 0; round < 5; ++round) {
    TestDatabase db;
    std::vector<std::thread> programs;
    for (int i = 0; i < 3; ++i) {
      programs.emplace_back([&] {
        auto own = Database::open(db.where());
        ASSERT_TRUE(own) << own.error().text();
        auto done = (*own)->migrate(kSteps);
        EXPECT_TRUE(done) << done.error().text();
      });
    }
    for (auto& program : programs) program.join();
    EXPECT_EQ(applied(*db), 3);
  }
}

// What was prepared before a table changed is prepared anew after it, on every connection.
TEST(MigrateTest, PreparedStatementsFollowTheSchema) {
  TestDatabase db;
  ASSERT_TRUE(db->migrate(std::span(kSteps).first(1)));
  auto columns = [&] {
    auto row = db->read([](Connection& c) { return c.query_one("SELECT * FROM person"); });
    return row ? (*row)->size() : 0;
  };
  EXPECT_EQ(columns(), 1u);
  ASSERT_TRUE(db->migrate(kSteps));
  EXPECT_EQ(columns(), 2u);
}

}  // namespace
}  // namespace perennial::store
