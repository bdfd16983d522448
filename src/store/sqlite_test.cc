// What only a file can do wrong: see postgres_test.cc for what only a server can.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

namespace perennial::store {
namespace {

using testing::HasSubstr;

constexpr uid_t kNobody = 65534;

class SqliteTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "perennial-sqlite-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = pattern + "/state.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::string path_;
};

Result<void> fill(Connection& c) {
  TRY(c.run_script("CREATE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY, body BYTEA)"));
  return {};
}

TEST_F(SqliteTest, NewFilesAreTheOwnersAlone) {
  ASSERT_TRUE(Database::open(path_));
  struct stat found;
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(SqliteTest, RowsAreKeptByTheirKeys) {
  auto database = Database::open(path_);
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->write([](Connection& c) -> Result<void> {
    TRY(fill(c));
    return c.run_script(
        "CREATE TABLE plain (a TEXT, b BIGINT, PRIMARY KEY (a, b));"
        "CREATE TABLE kept (a TEXT, b BIGINT, PRIMARY KEY (a, b)) WITHOUT ROWID");
  }));
  const auto pages = (*database)->read([](Connection& c) {
    return c.query(
        "SELECT tbl_name, count(*) FROM sqlite_schema WHERE rootpage > 0 "
        "GROUP BY tbl_name ORDER BY tbl_name");
  });
  ASSERT_TRUE(pages) << pages.error().text();
  std::map<std::string, int64_t> trees;
  for (const Row& row : *pages) trees[row.text(0)] = row.integer(1);
  EXPECT_THAT(trees,
              testing::UnorderedElementsAre(testing::Pair("kept", 1), testing::Pair("plain", 2),
                                            testing::Pair("t", 1)));
}

// SQLite numbers parameters as they first appear; a statement that was kept binds as a new one
// does.
TEST_F(SqliteTest, ParametersGoByTheirNumbers) {
  auto database = Database::open(path_);
  ASSERT_TRUE(database);
  for (int round = 0; round < 2; ++round) {
    const auto row = (*database)->read([&](Connection& c) {
      return c.query_one("SELECT $3, $1, $2, $3", {int64_t{1}, std::string("two"), 3.5});
    });
    ASSERT_TRUE(row && *row);
    EXPECT_EQ((*row)->real(0), 3.5);
    EXPECT_EQ((*row)->integer(1), 1);
    EXPECT_EQ((*row)->text(2), "two");
    EXPECT_EQ((*row)->real(3), 3.5);
    for (const char* sql : {"SELECT $1", "SELECT $1, $3", "SELECT $1, $2, $3"}) {
      const auto wrong =
          (*database)->read([&](Connection& c) { return c.query(sql, {int64_t{1}, int64_t{2}}); });
      ASSERT_FALSE(wrong) << sql;
      EXPECT_EQ(wrong.error().code, Code::kInternal) << sql;
    }
  }
}

TEST_F(SqliteTest, SaysWhatCannotBeOpened) {
  auto opened = Database::open(folder_);
  EXPECT_EQ(opened.error().code, Code::kForbidden);
  EXPECT_THAT(opened.error().text(), HasSubstr("is a folder"));
  opened = Database::open(folder_ + "/missing/state.db");
  EXPECT_EQ(opened.error().code, Code::kForbidden);
  EXPECT_THAT(opened.error().text(), HasSubstr("No such file"));
  EXPECT_THAT(opened.error().where, HasSubstr("missing/state.db"));
  EXPECT_EQ(Database::open("").error().code, Code::kInvalid);
  EXPECT_EQ(Database::open(":memory:").error().code, Code::kInvalid);
  EXPECT_EQ(Database::open(path_, {.readers = 0}).error().code, Code::kInvalid);
}

TEST_F(SqliteTest, RefusesAFileThatIsReadOnly) {
  ASSERT_TRUE(Database::open(path_));
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  ASSERT_EQ(::chmod(path_.c_str(), 0444), 0);
  // The superuser may write everything, so a child process looks as somebody else.
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(2);
    auto opened = Database::open(path_);
    ::_exit(!opened && opened.error().code == Code::kForbidden ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(SqliteTest, RefusesAFileThatIsDamaged) {
  std::ofstream(path_) << std::string(8192, 'x');
  auto opened = Database::open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kInternal);
  EXPECT_THAT(opened.error().text(), HasSubstr("damaged or is not a database"));
  EXPECT_THAT(opened.error().hint, HasSubstr("backup"));
}

TEST_F(SqliteTest, ADamagedPageFailsItsStatement) {
  {
    auto db = Database::open(path_).value();
    ASSERT_TRUE(db->write(fill));
  }
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);  // the second page: the root of the table or of its index
    file << std::string(8192, '\x5a');
  }
  auto db = Database::open(path_);
  ASSERT_TRUE(db) << db.error().text();
  auto read = (*db)->read(
      [](Connection& c) { return c.query("SELECT * FROM t WHERE id > 3 ORDER BY body"); });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kInternal);
  EXPECT_THAT(read.error().text(), HasSubstr("damaged"));
}

TEST_F(SqliteTest, AnExclusiveOwnerIsAConflict) {
  ASSERT_TRUE(Database::open(path_));
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(other,
                   "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE x (y); COMMIT",
                   nullptr, nullptr, nullptr),
      SQLITE_OK);
  auto opened = Database::open(path_, {.busy_timeout_ms = 20});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kConflict);
  sqlite3_close(other);
  EXPECT_TRUE(Database::open(path_));
}

// In a mount namespace of its own, so that nothing is left mounted whatever happens to the test.
bool mount_small_disk(const std::string& folder) {
  if (::unshare(CLONE_NEWNS) != 0) return false;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") == 0;
}

TEST_F(SqliteTest, AFullDiskLosesNothingAndHealsWhenThereIsSpace) {
  if (!mount_small_disk(folder_))
    GTEST_SKIP() << "this process may not mount a small disk: " << strerror(errno);
  auto db = Database::open(path_).value();
  ASSERT_TRUE(db->write(fill));
  const std::string filler = folder_ + "/filler";
  std::ofstream(filler) << std::string(512 << 10, 'x');
  auto insert = [&](int64_t id) {
    return db->write([&](Connection& c) {
      return c.execute("INSERT INTO t VALUES ($1, $2)", {id, Bytes(50'000, std::byte{1})});
    });
  };
  int64_t stored = 0;
  Result<int64_t> last;
  while (stored < 100 && (last = insert(stored))) ++stored;
  ASSERT_FALSE(last) << "the disk did not fill";
  EXPECT_EQ(last.error().code, Code::kFull) << last.error().text();
  EXPECT_GT(stored, 0);
  auto count = [&] {
    return db->read([](Connection& c) { return c.query_one("SELECT count(*), max(id) FROM t"); })
        .value()
        ->integer(0);
  };
  EXPECT_EQ(count(), stored);
  std::filesystem::remove(filler);
  last = insert(stored);
  EXPECT_TRUE(last) << last.error().text();
  EXPECT_EQ(count(), stored + 1);
  db.reset();
  db = Database::open(path_).value();
  EXPECT_EQ(count(), stored + 1);
  db.reset();
  ::umount2(folder_.c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace perennial::store
