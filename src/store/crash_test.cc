// A second process writes and is killed with SIGKILL at random moments. What it had reported as
// committed is there afterwards, and no transaction is there in part.
#include <cstdlib>
#include <cstring>
#include <random>

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"
#include "store/testing.h"

extern char** environ;

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

void report(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(1);
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
      if (holds) report("#held\n");
      while (holds) ::pause();
      return {};
    });
    if (!done) ::_exit(1);
    report("#" + std::to_string(batch) + "\n");
  }
}

class Child {
 public:
  Child(const std::string& where, bool holds) {
    int ends[2];
    INVARIANT(::pipe(ends) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::string program = "/proc/self/exe", filter = "--gtest_filter=CrashChild.*";
    std::string disabled = "--gtest_also_run_disabled_tests";
    char* arguments[] = {program.data(), filter.data(), disabled.data(), nullptr};
    ::setenv("PERENNIAL_CRASH_WHERE", where.c_str(), 1);
    if (holds) ::setenv("PERENNIAL_CRASH_HOLDS", "1", 1);
    INVARIANT(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ) == 0);
    ::unsetenv("PERENNIAL_CRASH_WHERE");
    ::unsetenv("PERENNIAL_CRASH_HOLDS");
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Child() {
    kill();
    std::fclose(output_);
  }
  // The next line that the child reported, without its "#"; empty when it has ended.
  std::string next() {
    char line[256];
    while (std::fgets(line, sizeof line, output_)) {
      if (line[0] == '#') return std::string(line + 1, std::strlen(line) - 2);
    }
    return "";
  }
  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  std::FILE* output_ = nullptr;
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
      Child child(db.where(), false);
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
  Child child(db.where(), true);
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
