// What only a server can do wrong; skipped on SQLite.
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/testing.h"

namespace perennial::store {
namespace {

using testing::HasSubstr;
using testing::Not;

class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* engine = std::getenv("PERENNIAL_TEST_STATE");
    if (!engine || std::string_view(engine) != "postgres")
      GTEST_SKIP() << "these tests are about PostgreSQL";
    db_.emplace();
    ASSERT_TRUE((*db_)->write(
        [](Connection& c) { return c.run_script("CREATE TABLE t (id BIGINT PRIMARY KEY)"); }));
  }
  // Ends every connection to the database but the one that asks.
  void end_connections() {
    auto other = Database::open(db_->where()).value();
    auto ended = other->read([](Connection& c) {
      return c.query(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
          " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    });
    ASSERT_TRUE(ended) << ended.error().text();
  }

  std::optional<TestDatabase> db_;
};

int64_t count(Database& db) {
  auto row = db.read([](Connection& c) { return c.query_one("SELECT count(*) FROM t"); });
  EXPECT_TRUE(row) << row.error().text();
  return row ? (*row)->integer(0) : -1;
}

TEST_F(PostgresTest, ConnectsAgainAfterTheServerClosed) {
  EXPECT_EQ(count(**db_), 0);
  end_connections();
  EXPECT_EQ(count(**db_), 0);
  end_connections();
  EXPECT_TRUE((*db_)->write([](Connection& c) { return c.execute("INSERT INTO t VALUES (1)"); }));
  EXPECT_EQ(count(**db_), 1);
}

TEST_F(PostgresTest, RepeatsAWriteWhoseConnectionBroke) {
  int tries = 0;
  auto done = (*db_)->write([&](Connection& c) -> Result<void> {
    TRY(c.execute("INSERT INTO t VALUES (1)"));
    if (++tries == 1) end_connections();
    TRY(c.execute("INSERT INTO t VALUES (2)"));
    return {};
  });
  EXPECT_TRUE(done) << done.error().text();
  EXPECT_EQ(tries, 2);
  EXPECT_EQ(count(**db_), 2);
}

// As the last transaction of a process that was killed may come between.
TEST_F(PostgresTest, RepeatsAWriteThatMeetsAKeyOfAnothersTransaction) {
  ASSERT_TRUE((*db_)->write(
      [](Connection& c) { return c.run_script("CREATE TABLE k (id BIGINT PRIMARY KEY)"); }));
  const auto other = Database::open(db_->where()).value();
  int tries = 0;
  auto done = (*db_)->write([&](Connection& c) -> Result<void> {
    TRY(c.query_one("SELECT count(*) FROM t"));  // from here on it sees one moment
    const std::string_view meanwhile =
        ++tries == 1 ? "INSERT INTO k VALUES (1)" : "DELETE FROM k WHERE id = 1";
    TRY(other->write([&](Connection& o) { return o.execute(meanwhile); }));
    TRY(c.execute("INSERT INTO k VALUES (1)"));
    return {};
  });
  EXPECT_TRUE(done) << done.error().text();
  EXPECT_GE(tries, 2);
}

TEST_F(PostgresTest, ABrokenCommitIsNotRepeated) {
  int tries = 0;
  auto done = (*db_)->write([&](Connection& c) -> Result<void> {
    TRY(c.execute("INSERT INTO t VALUES (1)"));
    ++tries;
    end_connections();
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(done.error().code, Code::kInternal);
  EXPECT_THAT(done.error().text(), HasSubstr("outcome is unknown"));
}

TEST_F(PostgresTest, ABrokenReadIsBusyAndTheNextOneWorks) {
  auto broken = (*db_)->read([&](Connection& c) -> Result<void> {
    TRY(c.query("SELECT 1"));
    end_connections();
    TRY(c.query("SELECT 1"));
    return {};
  });
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::kBusy);
  EXPECT_EQ(count(**db_), 0);
}

TEST_F(PostgresTest, SaysWhatCannotBeOpenedWithoutThePassword) {
  std::string wrong = db_->where();
  const size_t at = wrong.find('@');
  wrong.insert(at, "sesame");
  auto opened = Database::open(wrong);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kForbidden) << opened.error().text();
  EXPECT_THAT(opened.error().text(), Not(HasSubstr("sesame")));
  std::string missing = db_->where();
  missing.insert(missing.find('?'), "_missing");
  opened = Database::open(missing);
  EXPECT_EQ(opened.error().code, Code::kInternal);
  EXPECT_THAT(opened.error().text(), HasSubstr("does not exist"));
  opened = Database::open("postgres://user:sesame@127.0.0.1:1/none");
  EXPECT_EQ(opened.error().code, Code::kInternal);
  EXPECT_EQ(opened.error().where, "127.0.0.1:1/none");
  opened = Database::open("postgres://user:%zzsesame@127.0.0.1:1/none");
  EXPECT_EQ(opened.error().code, Code::kInvalid);
  EXPECT_THAT(opened.error().text(), Not(HasSubstr("sesame")));
}

TEST_F(PostgresTest, ValuesAreNotQuotedInErrors) {
  auto failed = (*db_)->write(
      [](Connection& c) { return c.query("SELECT CAST($1 AS BIGINT)", {"secret-value"}); });
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().text(), Not(HasSubstr("secret-value")));
}

TEST_F(PostgresTest, TypesOutsideTheDialectAreRefused) {
  EXPECT_FALSE((*db_)->read([](Connection& c) { return c.query("SELECT now()"); }));
  EXPECT_FALSE((*db_)->read([](Connection& c) { return c.query("SELECT 9223372036854775808"); }));
  auto row = (*db_)->read([](Connection& c) {
    return c.query_one(
        "SELECT -9223372036854775808, 12345678901234.5, -0.00012, 0.0, 12500000000000000000.5, "
        "100000000::numeric");
  });
  ASSERT_TRUE(row) << row.error().text();
  EXPECT_EQ((*row)->integer(0), std::numeric_limits<int64_t>::min());
  EXPECT_EQ((*row)->real(1), 12345678901234.5);
  EXPECT_EQ((*row)->real(2), -0.00012);
  EXPECT_EQ((*row)->real(3), 0.0);
  EXPECT_EQ((*row)->real(4), 1.25e19);
  EXPECT_EQ((*row)->integer(5), 100'000'000);
}

// A plan that was made while the table was empty would read all of it for ever.
TEST_F(PostgresTest, PlansFollowTablesThatGrow) {
  auto db = Database::open(db_->where(), {.readers = 1}).value();
  std::string sql = "SELECT id FROM t WHERE id IN (";
  std::vector<Value> keys;
  for (int64_t i = 1; i <= 64; ++i) {
    sql += (i == 1 ? "$" : ", $") + std::to_string(i);
    keys.emplace_back(i);
  }
  sql += ")";
  const auto look = [&](Connection& c) { return c.query(sql, keys); };
  const auto whole_readings = [&] {
    return db
        ->write([&](Connection& c) -> Result<int64_t> {
          TRY(look(c));
          const auto row = TRY(c.query_one(
              "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relid = 't'::regclass"));
          return row->integer(0);
        })
        .value();
  };
  // Often enough for the server to keep the plan.
  ASSERT_TRUE(db->write([&](Connection& c) -> Result<void> {
    for (int i = 0; i < 10; ++i) TRY(look(c));
    TRY(c.execute("INSERT INTO t SELECT generate_series(1, 20000)"));
    return {};
  }));
  EXPECT_EQ(whole_readings(), 0);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(whole_readings(), 0);
}

}  // namespace
}  // namespace perennial::store
