// The small parts of the log: row format, duplicate filter, arrivals in memory, the queue, SQL
// words.

#include <future>
#include <random>
#include <semaphore>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/arrivals.h"
#include "events/chdb_library.h"
#include "events/chdb_schema.h"
#include "events/chdb_sql.h"
#include "events/group_writer.h"
#include "events/id_filter.h"
#include "events/known_ids.h"
#include "events/row_binary.h"
#include "events/sql_words.h"
#include "events/testing.h"

namespace perennial::events {
namespace {

TEST(Names, TypesAndIdentities) {
  for (int i = 1; i <= 6; ++i) {
    const Type type = static_cast<Type>(i);
    EXPECT_EQ(parse_type(type_name(type)), type);
  }
  EXPECT_EQ(parse_type("Track"), std::nullopt);
  EXPECT_EQ(identity_of("1", "2"), "u:1");
  EXPECT_EQ(identity_of("", "2"), "a:2");
}

TEST(RowBinary, ReadsBackAndStopsAtAHalfRow) {
  Event event = make_event("web", "m1");
  event.properties = std::string(300, 'p');
  event.context = std::string(70'000, 'c');
  std::string bytes;
  append_row(bytes, event, event_id(event));
  set_seq(bytes.data(), 77);
  for (size_t cut = 0; cut < bytes.size(); cut += cut < 500 ? 1 : 997) {
    RowReader reader(std::string_view(bytes).substr(0, cut));
    StoredEvent out;
    ASSERT_FALSE(reader.read_event(out)) << cut;
    ASSERT_EQ(reader.consumed(), 0u);
  }
  RowReader reader(bytes);
  StoredEvent out;
  ASSERT_TRUE(reader.read_event(out));
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(out.seq, 77u);
  EXPECT_TRUE(same(out, event));
}

// How many of a million ids that were never added the filter takes for known.
int wrong_of_a_million(const IdFilter& filter, std::mt19937_64& random) {
  int wrong = 0;
  for (int i = 0; i < 1'000'000; ++i) wrong += filter.may_contain({random(), random()}) ? 1 : 0;
  return wrong;
}

TEST(IdFilter, KnowsWhatWasAddedAndLittleElse) {
  std::mt19937_64 random(7);
  IdFilter filter;
  EXPECT_LT(filter.bytes(), 4'100'000u);
  std::vector<Fingerprint> ids(3'000'000);
  for (Fingerprint& id : ids) {
    id = {random(), random()};
    filter.add(id);
  }
  EXPECT_EQ(filter.ids(), ids.size());
  for (const Fingerprint& id : ids) ASSERT_TRUE(filter.may_contain(id));
  EXPECT_LT(wrong_of_a_million(filter, random), 100);  // three layers
  EXPECT_LT(filter.bytes(), 12'100'000u);
}

TEST(IdFilter, LargeLayersAreSharpEnough) {
  std::mt19937_64 random(8);
  IdFilter medium(5'000'000);
  for (int i = 0; i < 5'000'000; ++i) medium.add({random(), random()});
  EXPECT_LT(wrong_of_a_million(medium, random), 500);
  EXPECT_LT(medium.bytes(), 12'600'000u);
  EXPECT_LT(100'000'000 * filter_bits(100'000'000) / 8, 180'000'000u);
}

// Two loads: one fails, the other is held until the test lets it go.
TEST(KnownIds, EveryIdIsLookedUpUntilTheFilterIsFull) {
  const Fingerprint old{1, 2}, fresh{3, 4}, never{5, 6};
  std::binary_semaphore go(0);
  std::atomic<int> loads = 0;
  KnownIds ids(
      [&](const std::stop_token&) -> Result<IdFilter> {
        if (++loads == 1) return fail(Code::kInternal, "the table cannot be read");
        go.acquire();
        IdFilter filter;
        filter.add(old);
        return filter;
      },
      std::chrono::milliseconds(0));
  EXPECT_TRUE(ids.may_contain(never));
  ids.add(std::array{fresh});
  EXPECT_GT(ids.bytes(), 0u);
  go.release();
  ids.wait_until_whole();
  EXPECT_EQ(loads, 2);
  EXPECT_FALSE(ids.may_contain(never));
  EXPECT_TRUE(ids.may_contain(old));
  EXPECT_TRUE(ids.may_contain(fresh)) << "stored while the filter was filled";
  ids.add(std::array{never});
  EXPECT_TRUE(ids.may_contain(never));
}

TEST(KnownIds, ClosingStopsALoad) {
  KnownIds ids([](const std::stop_token& stop) -> Result<IdFilter> {
    std::binary_semaphore told(0);
    std::stop_callback tell(stop, [&] { told.release(); });
    told.acquire();
    return fail(Code::kInternal, "the log is being closed");
  });
}

std::vector<StoredEvent> stored(uint64_t from, uint64_t to) {
  std::vector<StoredEvent> out;
  for (uint64_t seq = from; seq <= to; ++seq) {
    out.push_back({make_event("s", std::to_string(seq)), seq});
  }
  return out;
}

TEST(Arrivals, KeepTheNewest) {
  Arrivals arrivals(10, 100);
  EXPECT_FALSE(arrivals.read(9, 5));
  EXPECT_TRUE(arrivals.read(10, 5)->empty());
  for (uint64_t at = 11; at < 311; at += 50) arrivals.publish(stored(at, at + 49));
  EXPECT_EQ(arrivals.last_seq(), 310u);
  EXPECT_FALSE(arrivals.read(209, 5));  // its block has left
  auto some = arrivals.read(258, 5);
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 5u);
  EXPECT_EQ(some->front().seq, 259u);
  EXPECT_EQ(some->back().seq, 263u);
  EXPECT_EQ(arrivals.read(210, 1'000)->size(), 100u);
  EXPECT_FALSE(arrivals.share(209, 5));
  EXPECT_EQ(arrivals.share(258, 8)->events.size(), 2u);     // a fourth of what was asked for
  EXPECT_EQ(arrivals.share(258, 100)->events.size(), 52u);  // less: read together
  EXPECT_TRUE(arrivals.share(310, 5)->events.empty());
  EXPECT_TRUE(arrivals.read(310, 5)->empty());
}

TEST(Arrivals, LargeEventsShortenTheTail) {
  Arrivals arrivals;
  for (uint64_t seq = 1; seq <= 6; ++seq) {
    auto block = stored(seq, seq);
    block[0].properties.assign(kTailBytes / 4, 'x');
    arrivals.publish(std::move(block));
  }
  EXPECT_FALSE(arrivals.read(2, 10));
  EXPECT_EQ(arrivals.read(3, 10)->size(), 3u);
}

// A writer whose commits wait until they are let go.
class BlockedWriter {
 public:
  BlockedWriter()
      : gate_(open_.get_future().share()),
        writer_(std::chrono::milliseconds(0), false, [this](std::vector<Pending> group) {
          gate_.wait();
          for (Pending& request : group) request.done(Appended{.stored = request.events.size()});
        }) {}
  std::future<Result<Appended>> append(std::vector<Event> events) {
    auto answer = std::make_shared<std::promise<Result<Appended>>>();
    auto future = answer->get_future();
    writer_.append(std::move(events), [answer](Result<Appended> r) { answer->set_value(r); });
    return future;
  }
  void let_go() { open_.set_value(); }
  size_t pending() const { return writer_.pending_rows(); }

 private:
  std::promise<void> open_;
  std::shared_future<void> gate_;
  GroupWriter writer_;
};

TEST(GroupWriter, RefusesRowsAboveTheLimit) {
  BlockedWriter writer;
  std::vector<std::future<Result<Appended>>> answers;
  const std::vector<Event> many(kMaxPendingRows / 10, make_event("s", "m"));
  for (int i = 0; i < 10; ++i) answers.push_back(writer.append(many));
  EXPECT_EQ(writer.pending(), kMaxPendingRows);
  EXPECT_EQ(writer.append({make_event("s", "m")}).get().error().code, Code::kBusy);
  writer.let_go();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST(GroupWriter, RefusesBytesAboveTheLimit) {
  BlockedWriter writer;
  Event large = make_event("s", "m");
  large.properties.assign(kMaxPendingBytes / 4, 'x');
  std::vector<std::future<Result<Appended>>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(writer.append({large}));
  EXPECT_EQ(writer.append({large}).get().error().code, Code::kBusy);
  answers.push_back(writer.append({make_event("s", "small")}));
  writer.let_go();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST(GroupWriter, CommitsWhatWaitsBeforeItStops) {
  std::future<Result<Appended>> answer;
  {
    GroupWriter writer(std::chrono::hours(1), false, [](std::vector<Pending> group) {
      for (Pending& request : group) request.done(Appended{.stored = 1});
    });
    auto promise = std::make_shared<std::promise<Result<Appended>>>();
    answer = promise->get_future();
    writer.append({make_event("s", "m")}, [promise](Result<Appended> r) { promise->set_value(r); });
  }
  EXPECT_EQ(answer.get()->stored, 1u);
}

TEST(GroupWriter, FullGroupsDoNotWaitForTheWindow) {
  std::promise<size_t> requests;
  GroupWriter writer(std::chrono::hours(1), false,
                     [&](std::vector<Pending> group) { requests.set_value(group.size()); });
  const std::vector<Event> half(kMaxGroupRows / 2, make_event("s", "m"));
  for (int i = 0; i < 2; ++i) writer.append(half, [](Result<Appended>) {});
  EXPECT_EQ(requests.get_future().get(), 2u);
}

TEST(ChdbText, ErrorsOfTheEngineBecomeCodes) {
  const auto code = [](std::string_view text) { return chdb_error(text).code; };
  EXPECT_EQ(code("Code: 159. DB::Exception: Timeout exceeded"), Code::kTimeout);
  EXPECT_EQ(code("Code: 241. DB::Exception: Memory limit"), Code::kTooLarge);
  EXPECT_EQ(code("Code: 243. DB::Exception: Cannot reserve"), Code::kFull);
  EXPECT_EQ(code("Code: 75. DB::Exception: write: errno: 28, strerror: No space left on device"),
            Code::kFull);
  EXPECT_EQ(code("Code: 164. DB::Exception: readonly"), Code::kForbidden);
  EXPECT_EQ(code("Code: 62. DB::Exception: Syntax error"), Code::kInvalid);
  EXPECT_EQ(code("something else"), Code::kInternal);
  EXPECT_EQ(chdb_error("Code: 62. DB::Exception: Oh (SYNTAX_ERROR) (version 26.7.2.1)").message,
            "Oh (SYNTAX_ERROR)");
}

TEST(ChdbText, MissingLibraryNamesThePlaces) {
  auto found = find_chdb("/nowhere/libchdb.so");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kNotFound);
  EXPECT_THAT(found.error().message, testing::HasSubstr("/nowhere/libchdb.so"));
  EXPECT_FALSE(open_chdb({.directory = "relative"}));
}

TEST(ChdbText, ScanStatements) {
  EXPECT_EQ(scan_statement("seq", {}), "SELECT seq FROM events ORDER BY timestamp, seq");
  EXPECT_EQ(scan_statement("seq", {.identities = {"u:o'b\\"},
                                   .types = {Type::kPage, Type::kTrack},
                                   .newest_first = true,
                                   .limit = 5}),
            "SELECT seq FROM events WHERE identity IN ('u:o\\'b\\\\') AND type IN ('page','track') "
            "ORDER BY timestamp DESC, seq DESC LIMIT 5");
}

TEST(ChdbText, TabSeparatedAnswers) {
  const Table table =
      parse_tsv("a\tb\\tc\nString\tNullable(Int8)\nx\\n\\\\N\t\\N\n\t1\nz\t2\n", 2).value();
  EXPECT_THAT(table.columns, testing::ElementsAre("a", "b\tc"));
  EXPECT_THAT(table.types, testing::ElementsAre("String", "Nullable(Int8)"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0][0], "x\n\\N");
  EXPECT_EQ(table.rows[0][1], std::nullopt);
  EXPECT_EQ(table.rows[1][0], "");
  EXPECT_TRUE(table.truncated);
}

TEST(SqlWords, SplitsAsTheEngineDoes) {
  const auto words =
      split_sql("SELECT \"A\"\"b\", 'it''s \\' ; --' /* ; */ -- x;\n FROM `t`;").value();
  std::vector<std::string> texts;
  for (const SqlWord& word : words) texts.push_back(word.text);
  EXPECT_THAT(texts, testing::ElementsAre("select", "A\"b", ",", "it's  ; --", "from", "t", ";"));
  EXPECT_FALSE(split_sql("SELECT 'x"));
  EXPECT_FALSE(split_sql("SELECT \"\\x73ystem\""));
  EXPECT_FALSE(split_sql("SELECT $a$ x $a$"));
}

TEST(SqlCheck, AllowsReading) {
  for (const char* query : {
           "SELECT 1",
           "SELECT count() FROM events WHERE name = 'settings; DROP TABLE x';",
           "WITH a AS (SELECT 1) SELECT * FROM a",
           "(SELECT 1) UNION ALL (SELECT 2)",
           "SHOW TABLES",
           "SHOW CREATE TABLE events",
           "DESCRIBE events",
           "EXPLAIN SELECT 1",
           "SELECT format('{} {}', name, 'x') FROM events",
           "SELECT name FROM system.functions",
           "SELECT \"settings\" FROM (SELECT 1 AS \"settings\")",
           "SELECT number FROM numbers(3) -- all; of them",
       }) {
    auto went = check_sql(query);
    EXPECT_TRUE(went) << query << ": " << (went ? "" : went.error().text());
  }
}

TEST(SqlCheck, RefusesTheRest) {
  for (const char* query : {
           "",
           ";",
           "INSERT INTO events (seq) VALUES (1)",
           "DROP TABLE events",
           "ALTER TABLE events DELETE WHERE 1",
           "SYSTEM SHUTDOWN",
           "SET max_memory_usage = 0",
           "SELECT 1; SELECT 2",
           "SELECT 1 /* */ ; DROP TABLE events",
           "SELECT file('/etc/passwd')",
           "SELECT FILE ('/etc/passwd')",
           "SELECT `file`('/etc/passwd')",
           "SELECT * FROM file('/etc/passwd', 'LineAsString')",
           "SELECT * FROM url('http://127.0.0.1')",
           "SELECT * FROM urlCluster('a', 'http://127.0.0.1')",
           "SELECT * FROM s3('http://127.0.0.1/x/y')",
           "SELECT * FROM remote('127.0.0.1', 'system', 'one')",
           "SELECT * FROM merge('system', 'processes')",
           "SELECT * FROM azureBlobStorage('x')",
           "SELECT * FROM eval('SELECT * FROM system.processes')",
           "SELECT aiGenerate('x', 'y')",
           "SELECT * FROM system.processes",
           "SELECT * FROM \"system\".\"processes\"",
           "SELECT * FROM System . users",
           "SELECT * FROM information_schema.tables",
           "SHOW PROCESSLIST",
           "SHOW TABLES FROM system",
           "SHOW CREATE USER default",
           "SELECT 1 SETTINGS max_execution_time = 0",
           "SELECT 1 INTO OUTFILE '/tmp/x'",
           "SELECT 1 FORMAT Null",
           "SELECT {a:Identifier}",
           "EXPLAIN SELECT 1; DROP TABLE events",
       }) {
    EXPECT_FALSE(check_sql(query)) << query;
  }
  EXPECT_EQ(check_sql(std::string(kMaxSqlBytes + 1, ' ')).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace perennial::events
