#include "store/store.h"

#include <bit>
#include <cfloat>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/in_lists.h"
#include "store/testing.h"

namespace perennial::store {
namespace {

constexpr std::string_view kTables =
    "CREATE TABLE account (id TEXT PRIMARY KEY, balance BIGINT NOT NULL, CHECK (balance >= 0));"
    "CREATE TABLE entry (id BIGINT PRIMARY KEY, account TEXT REFERENCES account (id), note TEXT,"
    " weight DOUBLE PRECISION, body BYTEA);";

Result<void> create_tables(Connection& c) { return c.run_script(kTables); }

int64_t count(Database& database, std::string_view table) {
  auto rows = database.read(
      [&](Connection& c) { return c.query_one("SELECT count(*) FROM " + std::string(table)); });
  return rows.value()->integer(0);
}

class StoreTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(db_->write(create_tables)); }
  // The code of the error of a write, or nothing.
  std::optional<Code> code_of(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    auto done = db_->write([&](Connection& c) { return c.execute(sql, parameters); });
    if (done) return std::nullopt;
    last_error_ = done.error().text();
    return done.error().code;
  }

  TestDatabase db_;
  std::string last_error_;
};

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes out;
  for (int v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

TEST_F(StoreTest, ValuesComeBackAsTheyWere) {
  const std::vector<std::vector<Value>> rows = {
      {int64_t{1}, std::monostate{}, std::monostate{}, std::monostate{}, std::monostate{}},
      {std::numeric_limits<int64_t>::max(), std::monostate{}, "", DBL_MAX, Bytes{}},
      {std::numeric_limits<int64_t>::min(), std::monostate{},
       "退款 😀 e\u0301 'quoted' \"x\" \\ \t\n", DBL_TRUE_MIN, bytes_of({0, 1, 0xff, '\'', '\\'})},
      {int64_t{-1}, std::monostate{}, std::string(70'000, 'x'), 0.1 + 0.2,
       Bytes(70'000, std::byte{0})},
      {int64_t{0}, std::monostate{}, "12", 3.0, bytes_of({'1', '2'})},
  };
  auto written = db_->write([&](Connection& c) -> Result<void> {
    for (const auto& row : rows)
      TRY(c.execute("INSERT INTO entry VALUES ($1, $2, $3, $4, $5)", row));
    return {};
  });
  ASSERT_TRUE(written) << written.error().text();
  for (const auto& row : rows) {
    auto found = db_->read([&](Connection& c) {
      return c.query_one("SELECT id, account, note, weight, body FROM entry WHERE id = $1",
                         {row[0]});
    });
    ASSERT_TRUE(found && *found);
    for (size_t i = 0; i < row.size(); ++i) EXPECT_EQ((*found)->value(i), row[i]) << "column " << i;
  }
}

TEST_F(StoreTest, TablesMayBeKeptByKeysOfSeveralColumns) {
  auto done = db_->write([](Connection& c) -> Result<void> {
    TRY(
        c.run_script("CREATE TABLE kept (a TEXT NOT NULL, b BIGINT NOT NULL, note TEXT,\n"
                     "  PRIMARY KEY (a, b)\n) WITHOUT ROWID;"
                     "CREATE INDEX kept_by_note ON kept (note)"));
    TRY(c.execute("INSERT INTO kept VALUES ('x', 1, 'first'), ('x', 2, 'second')"));
    return {};
  });
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(code_of("INSERT INTO kept VALUES ('x', 2, 'third')", {}), Code::kConflict);
  EXPECT_EQ(count(*db_, "kept"), 2);
}

// A key of one number is the row's own number on SQLite, and still nothing but what was given.
TEST_F(StoreTest, NumbersAsKeysAreOfSixtyFourBits) {
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  ASSERT_FALSE(code_of("INSERT INTO entry (id, note) VALUES ($1, 'large'), ($2, 'small')",
                       {kLargest, std::numeric_limits<int64_t>::min()}));
  EXPECT_EQ(code_of("INSERT INTO entry (id, note) VALUES ($1, 'again')", {kLargest}),
            Code::kConflict);
  EXPECT_EQ(count(*db_, "entry"), 2);
}

TEST_F(StoreTest, FloatingPointIsExact) {
  for (double x : {1.0 / 3, -2.2250738585072014e-308, 4.9e-324, 9007199254740993.0, 1e23, HUGE_VAL,
                   -HUGE_VAL}) {
    ASSERT_FALSE(code_of(
        "INSERT INTO entry (id, weight) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET weight = $1",
        {x}));
    auto row = db_->read([&](Connection& c) {
      return c.query_one("SELECT weight FROM entry WHERE weight = $1", {x});
    });
    ASSERT_TRUE(row && *row) << x;
    EXPECT_EQ(std::bit_cast<uint64_t>((*row)->real(0)), std::bit_cast<uint64_t>(x));
  }
}

TEST_F(StoreTest, RefusesWhatCannotBeStored) {
  EXPECT_EQ(code_of("INSERT INTO entry (id, weight) VALUES (1, $1)", {std::nan("")}),
            Code::kInvalid);
  EXPECT_EQ(code_of("INSERT INTO entry (id, note) VALUES (1, $1)", {std::string("a\0b", 3)}),
            Code::kInvalid);
  EXPECT_EQ(code_of("INSERT INTO entry (id, note) VALUES (1, $1)", {"\xff"}), Code::kInvalid);
  EXPECT_EQ(code_of("INSERT INTO entry (id, note) VALUES (1, $1)", {"\xed\xa0\x80"}),
            Code::kInvalid);
  EXPECT_EQ(count(*db_, "entry"), 0);
}

TEST_F(StoreTest, SumsCountsAndTruthReadAlike) {
  ASSERT_FALSE(code_of("INSERT INTO entry (id, weight) VALUES (1, 0.5), (2, 1.5), ($1, NULL)",
                       {int64_t{1} << 40}));
  auto row = db_->read([](Connection& c) {
    return c.query_one(
        "SELECT count(*), sum(id), avg(weight), sum(weight), max(id) > 2, avg(id), "
        "coalesce(sum(id), 0), 'x' FROM entry");
  });
  ASSERT_TRUE(row) << row.error().text();
  EXPECT_EQ((*row)->integer(0), 3);
  EXPECT_EQ((*row)->integer(1), 3 + (int64_t{1} << 40));
  EXPECT_EQ((*row)->real(2), 1.0);
  EXPECT_EQ((*row)->real(3), 2.0);
  EXPECT_EQ((*row)->integer(4), 1);
  EXPECT_DOUBLE_EQ((*row)->real(5), (3.0 + 1099511627776.0) / 3);
  EXPECT_EQ((*row)->integer(6), 3 + (int64_t{1} << 40));
  EXPECT_EQ((*row)->text(7), "x");
}

TEST_F(StoreTest, NullReadsAsNothing) {
  auto row = db_->read([](Connection& c) { return c.query_one("SELECT NULL, 7"); });
  ASSERT_TRUE(row && *row);
  EXPECT_TRUE((*row)->is_null(0));
  EXPECT_EQ((*row)->integer(0), 0);
  EXPECT_EQ((*row)->text(0), "");
  EXPECT_EQ((*row)->maybe_integer(0), std::nullopt);
  EXPECT_EQ((*row)->maybe_integer(1), 7);
  EXPECT_DEATH((*row)->text(1), "broken invariant");
  EXPECT_DEATH((*row)->text(2), "broken invariant");
}

TEST_F(StoreTest, CountsChangedRowsAndReturnsThem) {
  auto done = db_->write([](Connection& c) -> Result<void> {
    EXPECT_EQ(TRY(c.execute("INSERT INTO account VALUES ($1, 1), ($2, 2)", {"a", "b"})), 2);
    EXPECT_EQ(
        TRY(c.execute("INSERT INTO account VALUES ($1, 1) ON CONFLICT (id) DO NOTHING", {"a"})), 0);
    EXPECT_EQ(TRY(c.execute("UPDATE account SET balance = balance + $1 WHERE id <> $2 OR $1 = 5",
                            {5, "a"})),
              2);
    auto rows =
        TRY(c.query("UPDATE account SET balance = 0 WHERE id = $1 RETURNING id, balance", {"a"}));
    EXPECT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].text(0), "a");
    EXPECT_EQ(TRY(c.execute("SELECT * FROM account")), 0);
    EXPECT_EQ(TRY(c.execute("DELETE FROM account")), 2);
    EXPECT_EQ(TRY(c.execute("CREATE TABLE other (id BIGINT)")), 0);
    return {};
  });
  ASSERT_TRUE(done) << done.error().text();
}

TEST_F(StoreTest, BrokenRulesAreConflicts) {
  ASSERT_FALSE(code_of("INSERT INTO account VALUES ('a', 1)"));
  EXPECT_EQ(code_of("INSERT INTO account VALUES ($1, 2)", {"a"}), Code::kConflict);
  EXPECT_EQ(code_of("INSERT INTO entry (id, account) VALUES (1, $1)", {"secret-value"}),
            Code::kConflict);
  EXPECT_THAT(last_error_, testing::Not(testing::HasSubstr("secret-value")));
  EXPECT_EQ(code_of("UPDATE account SET balance = balance - 2"), Code::kConflict);
  EXPECT_EQ(code_of("INSERT INTO account VALUES ('b', NULL)"), Code::kInternal);
}

TEST_F(StoreTest, WrongSqlIsAFaultOfTheProgram) {
  EXPECT_EQ(code_of("SELEKT 1"), Code::kInternal);
  EXPECT_THAT(last_error_, testing::HasSubstr("SELEKT"));
  EXPECT_EQ(code_of("SELECT missing FROM account"), Code::kInternal);
  EXPECT_EQ(code_of("SELECT \"missing\" FROM account"), Code::kInternal);
  EXPECT_EQ(code_of("SELECT $1", {}), Code::kInternal);
  EXPECT_EQ(code_of("DELETE FROM entry; DELETE FROM account"), Code::kInternal);
  EXPECT_EQ(code_of(""), Code::kInternal);
  auto wrote = db_->read([](Connection& c) { return c.execute("DELETE FROM entry"); });
  EXPECT_FALSE(wrote);
}

TEST_F(StoreTest, AnErrorRollsBack) {
  auto done = db_->write([](Connection& c) -> Result<void> {
    TRY(c.execute("INSERT INTO account VALUES ('a', 1)"));
    return fail(Code::kNotFound, "changed my mind");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kNotFound);
  EXPECT_EQ(count(*db_, "account"), 0);
  EXPECT_THROW(static_cast<void>(db_->write([](Connection& c) -> Result<void> {
                 TRY(c.execute("INSERT INTO account VALUES ('a', 1)"));
                 throw std::runtime_error("thrown");
               })),
               std::runtime_error);
  EXPECT_EQ(count(*db_, "account"), 0);
}

TEST_F(StoreTest, AFailedStatementSpoilsTheTransaction) {
  ASSERT_FALSE(code_of("INSERT INTO account VALUES ('a', 1)"));
  auto done = db_->write([](Connection& c) -> Result<void> {
    TRY(c.execute("INSERT INTO account VALUES ('b', 1)"));
    EXPECT_FALSE(c.execute("INSERT INTO account VALUES ('a', 1)"));
    EXPECT_FALSE(c.execute("INSERT INTO account VALUES ('c', 1)"));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(count(*db_, "account"), 1);
}

TEST_F(StoreTest, TransactionsDoNotNest) {
  auto done = db_->write(
      [&](Connection&) { return db_->write([](Connection&) -> Result<void> { return {}; }); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInternal);
}

TEST_F(StoreTest, EachStopsEarlyAndMayRunOtherStatements) {
  auto done = db_->write([](Connection& c) -> Result<void> {
    for (int64_t id = 0; id < 5'000; ++id)
      TRY(c.execute("INSERT INTO entry (id) VALUES ($1)", {id}));
    int64_t seen = 0;
    const std::vector<Value> parameters = {int64_t{10}};
    TRY(c.each("SELECT id FROM entry WHERE id >= $1 ORDER BY id", parameters,
               [&](const Row& row) -> Result<void> {
                 EXPECT_EQ(row.integer(0), 10 + seen++);
                 const auto inner =
                     TRY(c.query_one("SELECT id FROM entry WHERE id >= $1 LIMIT 1", {seen}));
                 EXPECT_TRUE(inner);
                 return {};
               }));
    EXPECT_EQ(seen, 4'990);
    auto stopped =
        c.each("SELECT id FROM entry ORDER BY id", {}, [&](const Row& row) -> Result<void> {
          if (row.integer(0) == 3) return fail(Code::kTooLarge, "enough");
          return {};
        });
    EXPECT_EQ(stopped.error().code, Code::kTooLarge);
    TRY(c.execute("INSERT INTO account VALUES ('after', 1)"));
    return {};
  });
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(count(*db_, "account"), 1);
}

TEST_F(StoreTest, ManyKeysAreAskedForInParts) {
  constexpr int kKeys = 2 * static_cast<int>(kMaxKeysOfStatement) + 3;
  std::vector<Value> keys;
  ASSERT_TRUE(db_->write([&](Connection& c) -> Result<void> {
    for (int i = 0; i < kKeys; ++i) {
      keys.emplace_back("k" + std::to_string(i));
      TRY(c.execute("INSERT INTO account (id, balance) VALUES ($1, $2)", {keys.back(), i % 2}));
    }
    return {};
  }));
  keys.emplace_back("nobody's");
  const Value odd = int64_t{1};
  std::vector<std::string> in_lists, of_tables;
  const auto into = [](std::vector<std::string>& found) {
    return [&](const Row& row) -> Result<void> {
      found.push_back(row.text(0));
      return {};
    };
  };
  ASSERT_TRUE(db_->read([&](Connection& c) -> Result<void> {
    TRY(each_in(c, "SELECT id FROM account WHERE balance = $1 AND id IN {}", {&odd, 1}, keys,
                into(in_lists)));
    return each_of_table(c,
                         "SELECT a.id FROM {} AS k JOIN account a ON a.id = k.column1 WHERE "
                         "a.balance = $1",
                         {&odd, 1}, keys, into(of_tables));
  }));
  EXPECT_EQ(in_lists.size(), kKeys / 2U);
  // A key that fills up the last part may find its row again.
  const std::set<std::string> once(of_tables.begin(), of_tables.end());
  EXPECT_EQ(once, std::set<std::string>(in_lists.begin(), in_lists.end()));
}

TEST_F(StoreTest, OrderAndLikeGoByBytes) {
  ASSERT_FALSE(
      code_of("INSERT INTO account VALUES ('b', 0), ('A', 0), ('a', 0), ('é', 0), ('B', 0)"));
  auto rows = db_->read(
      [](Connection& c) { return c.query("SELECT id FROM account ORDER BY id COLLATE \"C\""); });
  std::string order;
  for (const auto& row : rows.value()) order += row.text(0);
  EXPECT_EQ(order, "ABabé");
  rows = db_->read(
      [](Connection& c) { return c.query("SELECT id FROM account WHERE id LIKE $1", {"a%"}); });
  EXPECT_EQ(rows.value().size(), 1u);
}

TEST_F(StoreTest, SizeGrowsAndDataSurvivesReopening) {
  const auto before = db_->size_bytes();
  ASSERT_TRUE(before);
  EXPECT_GT(*before, 0);
  Bytes body(1'000'000);
  std::minstd_rand random(1);  // PostgreSQL would compress anything regular
  for (auto& byte : body) byte = static_cast<std::byte>(random() >> 8);
  ASSERT_FALSE(code_of("INSERT INTO entry (id, body) VALUES (1, $1)", {body}));
  EXPECT_GE(db_->size_bytes().value(), *before + 1'000'000);
  db_.reopen();
  EXPECT_EQ(count(*db_, "entry"), 1);
}

}  // namespace
}  // namespace perennial::store
