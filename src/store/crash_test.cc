// A second process writes and is killed with SIGKILL at random moments. What it had reported as
// committed is there afterwards, and no transaction is there in part.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/child_testing.h"
#include "store/store.h"
#include "store/testing.h"

namespace perennial::store {
namespace {

constexpr int64_t kRowsOfOne = 20;  // rows of one transaction of the child
constexpr int kKills = 8;

Result<void> insert_batch(Connection& c, int64_t batch) {
  const std::string_view columns[] = {"batch", "number", "body"};
  std::vector<std::vector<Value>> rows;
  for (int64_t i = 0; i < kRowsOfOne; ++i) rows.push_back({batch, i, std::string(1'000, 'x')});
  TRY(c.insert_many("t", columns, rows));
  return {};
}

// The child: this same program, started with this one test. Runs until it is killed.
TEST(CrashChild, DISABLED_Writes) {
  const char* where = std::getenv("PERENNIAL_CRASH_WHERE");
  if (!where) GTEST_SKIP() << "only runs as the child of CrashTest";
  auto db = Database::open(where).value();
  const bool holds = std::getenv("PERENNIAL_CRASH_HOLDS") != nullptr;
  auto last =
      db->read([](Connection& c) { return c.query_one("SELECT coalesce(max(batch), 0) FROM t"); });
  for (int64_t batch = last.value()->integer(0) + 1;; ++batch) {
    auto done = db->write([&](Connection& c) -> Result<void> {
      TRY(insert_batch(c, batch));
      if (holds) report("held");
      while (holds) ::pause();
      return {};
    });
    if (!done) ::_exit(1);
    report(std::to_string(batch));
  }
}

class Writer : public Child {
 public:
  Writer(const std::string& where, bool holds)
      : Child("CrashChild.*", holds ? std::vector<std::string>{"PERENNIAL_CRASH_WHERE=" + where,
                                                               "PERENNIAL_CRASH_HOLDS=1"}
                                    : std::vector<std::string>{"PERENNIAL_CRASH_WHERE=" + where}) {}
};

Result<void> create_table(Connection& c) {
  return c.run_script(
      "CREATE TABLE t (batch BIGINT, number BIGINT, body TEXT, PRIMARY KEY (batch, number))");
}

TEST(CrashTest, KeepsWhatWasCommittedAndNothingInPart) {
  TestDatabase db;
  ASSERT_TRUE(db->write(create_table));
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::minstd_rand random(seed);
  for (int i = 0; i < kKills; ++i) {
    int64_t committed = 0;
    {
      Writer child(db.where(), false);
      const auto lines = std::uniform_int_distribution(1, 30)(random);
      for (int line = 0; line < lines; ++line) committed = std::atoll(child.next().c_str());
      // tidy allows: the kill comes at a random moment, nothing is waited for.
      ::usleep(std::uniform_int_distribution<useconds_t>(0, 3'000)(random));
      child.kill();
      for (auto line = child.next(); !line.empty(); line = child.next())
        committed = std::atoll(line.c_str());
    }
    ASSERT_GT(committed, 0);
    db.reopen();
    auto row = db->read([](Connection& c) {
      return c.query_one("SELECT count(*), count(DISTINCT batch), max(batch) FROM t");
    });
    ASSERT_TRUE(row) << row.error().text();
    EXPECT_GE((*row)->integer(2), committed);
    EXPECT_EQ((*row)->integer(1), (*row)->integer(2)) << "a batch is missing";
    EXPECT_EQ((*row)->integer(0), (*row)->integer(1) * kRowsOfOne) << "a batch is there in part";
  }
}

TEST(CrashTest, ForgetsWhatWasNotCommitted) {
  TestDatabase db;
  ASSERT_TRUE(db->write(create_table));
  Writer child(db.where(), true);
  ASSERT_EQ(child.next(), "held");
  child.kill();
  db.reopen();
  auto row = db->read([](Connection& c) { return c.query_one("SELECT count(*) FROM t"); });
  EXPECT_EQ(row.value()->integer(0), 0);
  auto done = db->write([](Connection& c) { return insert_batch(c, 1); });
  EXPECT_TRUE(done) << done.error().text();
}

}  // namespace
}  // namespace perennial::store
