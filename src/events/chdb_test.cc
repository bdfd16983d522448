// What only the log in chDB has: restarts, faults, kills, a full disk, its lock, SQL.
//
// A process can have one chDB directory, so scenes that need their own run in child processes: this
// program again, with the scene and its directory in the environment.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events/testing.h"

extern char** environ;

namespace perennial::events {
namespace {

// ---- child processes -------------------------------------------------------------------------

// This program, playing `scene` in `directory`. What it writes to its standard output is read line
// by line.
class Child {
 public:
  Child(const std::string& scene, const std::string& directory) {
    int pipe[2];
    INVARIANT(::pipe(pipe) == 0);
    std::vector<std::string> variables{"PERENNIAL_TEST_SCENE=" + scene,
                                       "PERENNIAL_TEST_DIRECTORY=" + directory};
    for (char** it = environ; *it != nullptr; ++it) variables.emplace_back(*it);
    std::vector<char*> environment;
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string program = "/proc/self/exe", filter = "--gtest_filter=ChdbScene.Play";
    char* arguments[] = {program.data(), filter.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 3);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    INVARIANT(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments,
                            environment.data()) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    output_ = pipe[0];
  }
  ~Child() {
    if (pid_ > 0) kill();
    ::close(output_);
  }
  // The next line, or nothing at the end of the output.
  std::optional<std::string> line() {
    size_t end;
    while ((end = buffer_.find('\n')) == buffer_.npos) {
      char piece[4096];
      const ssize_t got = ::read(output_, piece, sizeof piece);
      if (got <= 0) return std::nullopt;
      buffer_.append(piece, static_cast<size_t>(got));
    }
    std::string out = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return out;
  }
  // Reads lines for `milliseconds`.
  std::vector<std::string> lines_for(int milliseconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    std::vector<std::string> out;
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      pollfd ready{output_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return out;
      auto next = line();
      if (!next) return out;
      out.push_back(std::move(*next));
    }
  }
  std::vector<std::string> rest() {
    std::vector<std::string> out;
    while (auto next = line()) out.push_back(std::move(*next));
    return out;
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
};

void say(const std::string& line) {
  const std::string text = line + "\n";
  INVARIANT(::write(3, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

// Three threads append batches for ever. Before a batch is sent, its number is written to a file,
// and when it is acknowledged, said. A batch that was sent and never acknowledged is first sent
// again, as a client would.
void play_appender(Log& log, const std::string& directory) {
  constexpr int kThreads = 3, kRows = 40;
  std::map<std::string, int> sent;  // thread → batches sent in all runs
  const std::string path = directory + "/sent";
  std::ifstream before(path);
  for (std::string thread; before >> thread;) ++sent[thread];
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const std::string name = std::to_string(t);
      int next = std::max(0, sent.contains(name) ? sent.at(name) - 1 : 0);  // the last one again
      for (bool again = sent.contains(name);; ++next, again = false) {
        if (!again) INVARIANT(::write(file, (name + "\n").data(), name.size() + 1) > 0);
        std::vector<Event> batch;
        for (int i = 0; i < kRows; ++i) {
          batch.push_back(
              make_event("kill", name + "/" + std::to_string(next) + "/" + std::to_string(i)));
        }
        auto done = log.append_and_wait(batch);
        INVARIANT(done && done->stored + done->duplicates == kRows);
        say(name + "/" + std::to_string(next));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

// Says every message id and number in the log.
void play_lister(Log& log) {
  auto all = log.read({});
  INVARIANT(all);
  for (const StoredEvent& e : *all) say(e.message_id + " " + std::to_string(e.seq));
}

// Appends until the disk is full, makes room, and goes on. A batch that was refused is sent again
// until it is taken.
void play_full_disk(Log& log, const std::string& directory) {
  constexpr int kRows = 200;
  std::mt19937_64 random(5);
  std::set<int> taken;
  const auto append = [&](int number) {
    std::vector<Event> batch;
    for (int i = 0; i < kRows; ++i) {
      Event e = make_event("full", std::to_string(number) + "/" + std::to_string(i));
      for (int word = 0; word < 500; ++word) e.context += std::to_string(random());
      batch.push_back(std::move(e));
    }
    auto done = log.append_and_wait(std::move(batch));
    if (done) taken.insert(number);
    return done;
  };
  const auto say_stored = [&] {
    auto stored = log.read({});
    INVARIANT(stored);
    std::map<std::string, int> rows;
    for (const StoredEvent& e : *stored) ++rows[e.message_id.substr(0, e.message_id.find('/'))];
    bool whole = true;
    for (int number : taken) whole &= rows[std::to_string(number)] == kRows;
    say(whole ? "whole" : "events are lost or doubled");
  };
  int number = 0;
  Result<Appended> done = Appended{};
  while (done && number < 1'000) done = append(number++);
  say(std::string(done ? "never full" : code_name(done.error().code)));
  say_stored();
  std::filesystem::remove(directory + "/../ballast");
  done = append(number - 1);
  say(done ? "taken " + std::to_string(done->stored + done->duplicates) : done.error().text());
  say_stored();
}

TEST(ChdbScene, Play) {
  const char* scene = std::getenv("PERENNIAL_TEST_SCENE");
  if (scene == nullptr) GTEST_SKIP() << "a part of other tests";
  const std::string directory = std::getenv("PERENNIAL_TEST_DIRECTORY");
  auto opened = open_chdb({.directory = directory});
  if (!opened) {
    say(std::string(code_name(opened.error().code)) + " " + opened.error().message);
    FAIL() << opened.error().text();
  }
  Log& log = **opened;
  const std::string_view name = scene;
  if (name == "appender") play_appender(log, directory);
  if (name == "lister") play_lister(log);
  if (name == "full disk") play_full_disk(log, directory);
  if (name == "holder") {
    say("open");
    char byte;
    while (::read(0, &byte, 1) > 0) {
    }
    for (;;) ::pause();
  }
}

// ---- restarts and faults ---------------------------------------------------------------------

class ChdbTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!chdb_wanted()) GTEST_SKIP() << "run by the test events.chdb";
    source_ = testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  Event event(const std::string& id) {
    Event out = make_event(source_, id);
    out.name = source_;
    return out;
  }
  size_t count() { return SharedChdb::log().read({.names = {source_}})->size(); }
  std::string source_;
};

TEST_F(ChdbTest, KnowsItsEventsAfterARestart) {
  std::vector<Event> events;
  for (int i = 0; i < 3'000; ++i) events.push_back(event(std::to_string(i)));
  const Appended first = SharedChdb::log().append_and_wait(events).value();
  EXPECT_EQ(first.stored, 3'000u);
  Log& log = SharedChdb::reopen();
  EXPECT_EQ(log.last_seq(), first.last_seq);
  events.push_back(event("new"));
  const Appended second = log.append_and_wait(events).value();
  EXPECT_EQ(second.stored, 1u);
  EXPECT_EQ(second.duplicates, 3'000u);
  EXPECT_EQ(second.last_seq, first.last_seq + 1);
  // Older arrivals come from the table, the newest from memory.
  uint64_t cursor = first.last_seq - 3'000;
  size_t seen = 0;
  for (auto some = log.read_arrivals(cursor, 700); !some->empty();
       some = log.read_arrivals(cursor, 700)) {
    for (const StoredEvent& e : *some) {
      EXPECT_EQ(e.seq, cursor + 1);
      EXPECT_TRUE(same(e, events[seen++]));
      cursor = e.seq;
    }
  }
  EXPECT_EQ(seen, 3'001u);
  EXPECT_EQ(log.stats()->events, log.read({})->size());
}

// Numbers of erased events are not given again, though they were the newest: cursors stand on them.
TEST_F(ChdbTest, NumbersOfErasedEventsAreNotGivenAgainAfterARestart) {
  std::vector<Event> events;
  for (int i = 0; i < 5; ++i) events.push_back(event(std::to_string(i)));
  events[4].user_id = events[3].user_id = source_ + "-gone";
  const uint64_t last = SharedChdb::log().append_and_wait(events).value().last_seq;
  ASSERT_TRUE(SharedChdb::log().erase({.identities = {"u:" + source_ + "-gone"}}));
  for (int restarts = 0; restarts < 2; ++restarts) {
    Log& log = SharedChdb::reopen();
    EXPECT_EQ(log.last_seq(), last);
    EXPECT_TRUE(log.read_arrivals(last - 2, 10)->empty());  // the log ends in a gap
    EXPECT_EQ(log.read_arrivals(last - 5, 10)->size(), 3u);
  }
  EXPECT_EQ(SharedChdb::log().append_and_wait({event("5")}).value().last_seq, last + 1);
  EXPECT_EQ(SharedChdb::reopen().read_arrivals(last - 2, 10)->size(), 1u);
}

TEST_F(ChdbTest, AFailedInsertThatWasVisibleIsRecognised) {
  bool fault = true;
  Log& log = SharedChdb::reopen([&](Result<void> inserted) -> Result<void> {
    if (std::exchange(fault, false)) return fail(Code::kFull, "made up");
    return inserted;
  });
  const uint64_t before = log.last_seq();
  EXPECT_EQ(log.append_and_wait({event("a"), event("b")}).error().code, Code::kFull);
  EXPECT_EQ(log.last_seq(), before);  // unacknowledged, so not yet an arrival
  const Appended done = log.append_and_wait({event("a"), event("b"), event("c")}).value();
  EXPECT_EQ(done.stored, 1u);
  EXPECT_EQ(done.duplicates, 2u);
  EXPECT_EQ(count(), 3u);
  // Stages see all three, in order.
  EXPECT_EQ(log.read_arrivals(before, 10)->size(), 3u);
  SharedChdb::reopen();
}

TEST_F(ChdbTest, AnotherProcessIsRefused) {
  ScratchDirectory directory;
  Child holder("holder", directory.path());
  ASSERT_EQ(holder.line(), "open");
  auto opened = open_chdb({.directory = directory.path()});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kConflict);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("another process"));
  holder.kill();
  // The lock went with the process; now it is this process that can have only one log.
  SharedChdb::log();
  opened = open_chdb({.directory = directory.path()});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("another event log"));
}

TEST_F(ChdbTest, EveryAcknowledgedEventSurvivesKills) {
  constexpr int kKills = 20;
  const unsigned seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  ScratchDirectory directory;
  std::set<std::string> acknowledged;
  for (int round = 0; round < kKills; ++round) {
    Child appender("appender", directory.path());
    for (unsigned i = 1 + random() % 8; i > 0; --i) {
      auto next = appender.line();
      ASSERT_TRUE(next);
      acknowledged.insert(*next);
    }
    for (auto& line : appender.lines_for(static_cast<int>(random() % 25)))
      acknowledged.insert(line);
    appender.kill();
    for (auto& line : appender.rest()) acknowledged.insert(line);
  }
  Child lister("lister", directory.path());
  std::set<std::string> ids, numbers;
  std::map<std::string, int> rows;  // of each batch
  for (const std::string& line : lister.rest()) {
    const size_t space = line.find(' ');
    const std::string id = line.substr(0, space);
    EXPECT_TRUE(ids.insert(id).second) << id << " is there twice";
    EXPECT_TRUE(numbers.insert(line.substr(space)).second) << line << " has a number twice";
    ++rows[id.substr(0, id.rfind('/'))];
  }
  EXPECT_EQ(lister.wait(), 0);
  for (const std::string& batch : acknowledged) EXPECT_EQ(rows[batch], 40) << batch << " is lost";
  std::printf("%zu batches acknowledged, %zu events stored\n", acknowledged.size(), ids.size());
}

TEST_F(ChdbTest, GoesOnAfterAFullDisk) {
  ScratchDirectory directory;
  if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=48m") != 0) {
    GTEST_SKIP() << "only root can mount a small file system";
  }
  std::ofstream(directory.path() + "/ballast") << std::string(24 << 20, 'x');
  {
    Child child("full disk", directory.path() + "/log");
    const std::vector<std::string> said = child.rest();
    EXPECT_EQ(child.wait(), 0);
    EXPECT_THAT(said, testing::ElementsAre("full", "whole", "taken 200", "whole"));
  }
  EXPECT_EQ(::umount(directory.path().c_str()), 0);
}

// ---- SQL -------------------------------------------------------------------------------------

class ChdbSqlTest : public ChdbTest {
 protected:
  std::optional<Code> code_of(const std::string& query, SqlLimits limits = {}) {
    auto answer = SharedChdb::log().sql(query, limits);
    if (answer) return std::nullopt;
    message_ = answer.error().text();
    return answer.error().code;
  }
  std::string message_;
};

TEST_F(ChdbSqlTest, AnswersWithColumnsAndTypes) {
  Event e = event("one");
  e.properties = R"({"total":12.5,"note":"a\tb"})";
  e.user_id = "人";
  ASSERT_TRUE(SharedChdb::log().append_and_wait({e, event("two")}));
  const Table table = SharedChdb::log()
                          .sql(
                              "SELECT user_id, JSONExtractFloat(properties, 'total') AS total, "
                              "timestamp, NULL AS nothing, JSONExtractString(properties, 'note') "
                              "FROM events WHERE name = '" +
                                  source_ + "' ORDER BY seq",
                              {})
                          .value();
  EXPECT_EQ(table.columns[1], "total");
  EXPECT_THAT(table.types, testing::ElementsAre("String", "Float64", "DateTime64(3, 'UTC')",
                                                "Nullable(Nothing)", "String"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0][0], "人");
  EXPECT_EQ(table.rows[0][1], "12.5");
  EXPECT_EQ(table.rows[0][2], "2011-09-02 21:46:40.000");
  EXPECT_EQ(table.rows[0][3], std::nullopt);
  EXPECT_EQ(table.rows[0][4], "a\tb");
  EXPECT_FALSE(table.truncated);
  EXPECT_GT(table.rows_read, 0u);
  EXPECT_GT(table.elapsed.count(), 0);
}

TEST_F(ChdbSqlTest, KeepsItsLimits) {
  SharedChdb::log();
  EXPECT_EQ(
      code_of("SELECT count() FROM numbers(1000000000000)", {.max_time = std::chrono::seconds(1)}),
      Code::kTimeout);
  EXPECT_EQ(
      code_of("SELECT groupArray(number) FROM numbers(100000000)", {.max_memory_bytes = 64 << 20}),
      Code::kTooLarge)
      << message_;
  const SqlLimits ten{.max_rows = 10};
  EXPECT_FALSE(SharedChdb::log().sql("SELECT * FROM numbers(10)", ten)->truncated);
  const Table cut = SharedChdb::log().sql("SELECT * FROM numbers(11)", ten).value();
  EXPECT_TRUE(cut.truncated);
  EXPECT_EQ(cut.rows.size(), 10u);
  EXPECT_EQ(SharedChdb::log().sql("SELECT * FROM numbers(1000000)", ten)->rows.size(), 10u);
  EXPECT_EQ(code_of("SELECT nothing FROM events"), Code::kInvalid);
  EXPECT_THAT(message_, testing::HasSubstr("nothing"));
}

TEST_F(ChdbSqlTest, RefusesWhatIsNotReading) {
  SharedChdb::log();
  for (const char* query :
       {"INSERT INTO events (seq) VALUES (1)", "DROP TABLE events", "SELECT file('/etc/passwd')",
        "SELECT * FROM url('http://127.0.0.1:1/')", "SELECT * FROM system.processes",
        "SELECT 1 SETTINGS max_execution_time = 0", "SELECT 1; SELECT 2",
        "SELECT 1 INTO OUTFILE '/tmp/perennial-outfile'"}) {
    EXPECT_EQ(code_of(query), Code::kForbidden) << query << ": " << message_;
  }
  EXPECT_FALSE(std::filesystem::exists("/tmp/perennial-outfile"));
  // The engine's own fence: a name that is a path reads the file where writing is allowed.
  EXPECT_EQ(code_of("SELECT * FROM \"/etc/passwd\""), Code::kForbidden) << message_;
  EXPECT_EQ(code_of("SELECT 1 FORMAT JSON"), Code::kInvalid);
  EXPECT_EQ(code_of("SHOW TABLES"), std::nullopt) << message_;
  EXPECT_EQ(code_of("DESCRIBE events"), std::nullopt) << message_;
  EXPECT_EQ(code_of("EXPLAIN SELECT count() FROM events"), std::nullopt) << message_;
}

TEST_F(ChdbSqlTest, TheWriterDoesNotWaitForALongQuestion) {
  Log& log = SharedChdb::log();
  auto slow = std::async(std::launch::async, [&] {
    return log.sql("SELECT sum(cityHash64(number)) FROM numbers(1000000000000)",
                   {.max_time = std::chrono::seconds(3)});
  });
  size_t appended = 0;
  while (slow.wait_for(std::chrono::seconds(0)) != std::future_status::ready && appended < 10) {
    ASSERT_TRUE(log.append_and_wait({event(std::to_string(appended))}));
    ++appended;
  }
  EXPECT_EQ(appended, 10u);  // long before the question ended
  EXPECT_EQ(slow.get().error().code, Code::kTimeout);
}

}  // namespace
}  // namespace perennial::events
