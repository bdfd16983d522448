#include <limits>

#include <gtest/gtest.h>

#include "store/postgres_connection.h"
#include "store/store.h"
#include "store/testing.h"

namespace perennial::store {
namespace {

constexpr std::string_view kColumns[] = {"id", "note", "weight", "body", "unused"};

class InsertManyTest : public testing::Test {
 protected:
  void SetUp() override {
    auto done = db_->write([](Connection& c) {
      return c.run_script(
          "CREATE TABLE entry (id BIGINT PRIMARY KEY, note TEXT, weight DOUBLE PRECISION, body "
          "BYTEA,"
          " unused BIGINT)");
    });
    ASSERT_TRUE(done) << done.error().text();
  }

  Result<int64_t> insert(std::span<const std::vector<Value>> rows, std::string_view tail = "") {
    return db_->write([&](Connection& c) { return c.insert_many("entry", kColumns, rows, tail); });
  }

  int64_t count() {
    return db_->read([](Connection& c) { return c.query_one("SELECT count(*) FROM entry"); })
        .value()
        ->integer(0);
  }

  TestDatabase db_;
};

// Every third value of a column is NULL, and the last column is nothing but NULL.
std::vector<std::vector<Value>> make_rows(int64_t count) {
  std::vector<std::vector<Value>> rows;
  for (int64_t i = 0; i < count; ++i) {
    rows.emplace_back(std::size(kColumns));
    rows.back()[0] = i;
    if (i % 3 != 0) rows.back()[1] = "备注 \"" + std::to_string(i) + "\" {,}\\";
    if (i % 3 != 1) rows.back()[2] = static_cast<double>(i) / 7;
    if (i % 3 != 2) rows.back()[3] = Bytes(static_cast<size_t>(i % 5), static_cast<std::byte>(i));
  }
  return rows;
}

TEST_F(InsertManyTest, FiftyThousandRowsComeBackAsTheyWere) {
  const auto rows = make_rows(50'000);
  auto written = insert(rows);
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(*written, 50'000);
  size_t at = 0;
  auto read = db_->read([&](Connection& c) {
    return c.each("SELECT id, note, weight, body, unused FROM entry ORDER BY id", {},
                  [&](const Row& row) -> Result<void> {
                    for (size_t i = 0; i < row.size(); ++i) {
                      if (row.value(i) != rows[at][i])
                        return fail(Code::kInternal, "row " + std::to_string(at) + " differs");
                    }
                    ++at;
                    return {};
                  });
  });
  EXPECT_TRUE(read) << read.error().text();
  EXPECT_EQ(at, rows.size());
}

TEST_F(InsertManyTest, ChunkBordersLoseNothing) {
  constexpr auto kChunk = static_cast<int64_t>(PostgresConnection::kInsertRows);
  for (int64_t size : {int64_t{0}, int64_t{1}, kChunk - 1, kChunk, kChunk + 1}) {
    ASSERT_TRUE(db_->write([](Connection& c) { return c.execute("DELETE FROM entry"); }));
    EXPECT_EQ(insert(make_rows(size)).value(), size);
    EXPECT_EQ(count(), size);
  }
}

TEST_F(InsertManyTest, LargeValuesAreSplitBySize) {
  auto rows = make_rows(5);
  for (auto& row : rows) row[1] = std::string(PostgresConnection::kInsertBytes / 2 + 1, 'x');
  rows[0][1] = std::string(PostgresConnection::kInsertBytes + 1, 'y');
  auto written = insert(rows);
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(*written, 5);
  auto row =
      db_->read([](Connection& c) { return c.query_one("SELECT sum(length(note)) FROM entry"); });
  EXPECT_EQ(row.value()->integer(0),
            static_cast<int64_t>(PostgresConnection::kInsertBytes + 1 +
                                 4 * (PostgresConnection::kInsertBytes / 2 + 1)));
}

TEST_F(InsertManyTest, OnlyNullsBesideADefault) {
  const std::string_view columns[] = {"weight"};
  const std::vector<std::vector<Value>> rows(3, std::vector<Value>(1));
  auto written = db_->write([&](Connection& c) -> Result<int64_t> {
    TRY(c.run_script("CREATE TABLE log (weight DOUBLE PRECISION)"));
    return c.insert_many("log", columns, rows);
  });
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(*written, 3);
}

TEST_F(InsertManyTest, TailDecidesAboutRowsThatExist) {
  ASSERT_TRUE(insert(make_rows(10)));
  EXPECT_EQ(insert(make_rows(15), "ON CONFLICT (id) DO NOTHING").value(), 5);
  auto updated = insert(make_rows(20), "ON CONFLICT (id) DO UPDATE SET note = excluded.note");
  ASSERT_TRUE(updated) << updated.error().text();
  EXPECT_EQ(*updated, 20);
}

TEST_F(InsertManyTest, IsPartOfItsTransaction) {
  auto rows = make_rows(25'000);
  rows.back()[0] = int64_t{0};
  auto written = insert(rows);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kConflict);
  EXPECT_EQ(count(), 0);
}

TEST_F(InsertManyTest, RefusesWhatCannotBeStored) {
  auto rows = make_rows(3);
  rows[2][1] = "\xff";
  EXPECT_EQ(insert(rows).error().code, Code::kInvalid);
  rows[2][1] = 1.5;
  EXPECT_EQ(insert(rows).error().code, Code::kInvalid);  // a second type in the column
  rows[2].pop_back();
  EXPECT_EQ(insert(rows).error().code, Code::kInternal);
  EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace perennial::store
