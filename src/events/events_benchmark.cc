// What the event log costs. Figures and what was chosen by them:
// docs/decisions/2026-11-22-event-log.md.
//
//   events_benchmark --benchmark_filter=Insert      formats and group sizes, straight into the
//   engine events_benchmark --benchmark_filter=Log         through the log: groups every 50 ms, and
//   as fast as they go
//
// The chDB ones need libchdb.so (chdb_library.h says where it is looked for).

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "events/chdb_library.h"
#include "events/group_writer.h"
#include "events/id_filter.h"
#include "events/row_binary.h"
#include "events/schema_walk.h"
#include "events/testing.h"

namespace perennial::events {
namespace {

std::string random_hex(std::mt19937_64& random, size_t digits) {
  std::string out;
  while (out.size() < digits) {
    char piece[17];
    std::snprintf(piece, sizeof piece, "%016llx", static_cast<unsigned long long>(random()));
    out += piece;
  }
  out.resize(digits);
  return out;
}

// Shaped like a web shop's traffic: 200,000 people, ids without a pattern, 150 + 100 bytes of JSON.
Event traffic(std::mt19937_64& random, int64_t ms) {
  static constexpr const char* kNames[] = {"Product Viewed", "Page Opened", "Order Completed",
                                           "Cart Changed"};
  Event e;
  e.source = "web";
  e.message_id = random_hex(random, 36);
  e.name = kNames[random() % 4];
  e.user_id = std::to_string(random() % 200'000);
  e.anonymous_id = random_hex(random, 24);
  e.timestamp = from_millis(ms);
  e.received_at = from_millis(ms + 300);
  e.properties = R"({"product_id":")" + std::to_string(random() % 5'000) + R"(","price":)" +
                 std::to_string(random() % 300) + R"(.5,"quantity":)" +
                 std::to_string(random() % 5) + R"(,"currency":"CNY","category":"cat)" +
                 std::to_string(random() % 50) + R"(","referrer":"https://example.com/)" +
                 std::to_string(random() % 10'000) + R"("})";
  e.context = R"({"library":{"name":"analytics.js","version":"4.1.2"},"page":{"path":"/p/)" +
              std::to_string(random() % 1'000) + R"("},"locale":"zh-CN"})";
  return e;
}

std::vector<Event> traffic_batch(std::mt19937_64& random, size_t rows) {
  static int64_t ms = 1'700'000'000'000;
  std::vector<Event> out;
  for (size_t i = 0; i < rows; ++i) out.push_back(traffic(random, ms += 3));
  return out;
}

double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

double resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

// ---- straight into the engine ----------------------------------------------------------------

enum class Format { kRowBinary, kNative, kJson };

std::string size_prefix(size_t size) {
  std::string out;
  for (; size >= 0x80; size >>= 7) out.push_back(static_cast<char>(size | 0x80));
  return out + static_cast<char>(size);
}
template <class Integer>
std::string raw(Integer value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
std::string sized(std::string_view text) { return size_prefix(text.size()) + std::string(text); }

// One block of ClickHouse's Native format: columns one after the other, each with its name and
// type.
std::string native_block(const std::vector<Event>& events, uint64_t seq) {
  struct Column {
    std::string name, type;
    std::string bytes;
  };
  std::vector<Column> columns{{"seq", "UInt64"},
                              {"id", "UInt128"},
                              {"source", "String"},
                              {"message_id", "String"},
                              {"type", "Int8"},
                              {"name", "String"},
                              {"identity", "String"},
                              {"user_id", "String"},
                              {"anonymous_id", "String"},
                              {"timestamp", "DateTime64(3, 'UTC')"},
                              {"received_at", "DateTime64(3, 'UTC')"},
                              {"properties", "String"},
                              {"context", "String"}};
  for (const Event& e : events) {
    const Fingerprint id = event_id(e);
    const std::string cells[] = {raw(seq++),
                                 raw(id.low) + raw(id.high),
                                 sized(e.source),
                                 sized(e.message_id),
                                 raw(static_cast<int8_t>(e.type)),
                                 sized(e.name),
                                 sized(identity_of(e.user_id, e.anonymous_id)),
                                 sized(e.user_id),
                                 sized(e.anonymous_id),
                                 raw(to_millis(e.timestamp)),
                                 raw(to_millis(e.received_at)),
                                 sized(e.properties),
                                 sized(e.context)};
    for (size_t c = 0; c < columns.size(); ++c) columns[c].bytes += cells[c];
  }
  std::string out = size_prefix(columns.size()) + size_prefix(events.size());
  for (const Column& column : columns) {
    out += sized(column.name) + sized(column.type) + column.bytes;
  }
  return out;
}

std::string json_rows(const std::vector<Event>& events, uint64_t seq) {
  std::string out;
  const auto text = [&](const char* name, std::string_view value) {
    out += std::string(",\"") + name + "\":";
    append_json_string(out, value);
  };
  for (const Event& e : events) {
    out += "{\"seq\":" + std::to_string(seq++) + ",\"id\":" + std::to_string(event_id(e).low);
    text("source", e.source);
    text("message_id", e.message_id);
    text("type", type_name(e.type));
    text("name", e.name);
    text("identity", identity_of(e.user_id, e.anonymous_id));
    text("user_id", e.user_id);
    text("anonymous_id", e.anonymous_id);
    out += ",\"timestamp\":" + std::to_string(to_millis(e.timestamp));
    out += ",\"received_at\":" + std::to_string(to_millis(e.received_at));
    text("properties", e.properties);
    text("context", e.context);
    out += "}\n";
  }
  return out;
}

std::string encode(Format format, const std::vector<Event>& events, uint64_t seq) {
  if (format == Format::kNative) return native_block(events, seq);
  if (format == Format::kJson) return json_rows(events, seq);
  std::string out;
  for (const Event& e : events) {
    const size_t at = out.size();
    append_row(out, e, event_id(e));
    set_seq(out.data() + at, seq++);
  }
  return out;
}

void Insert(benchmark::State& state, Format format) {
  SharedChdb::log();
  auto* engine =
      ChdbEngine::start(find_chdb("").value(), SharedChdb::directory() + "/chdb", {}).value();
  auto connection = engine
                        ->connect({"--max_threads=1", "--max_insert_threads=1",
                                   "--input_format_parallel_parsing=0"})
                        .value();
  (void)connection->query("DROP TABLE IF EXISTS bench SYNC", "TSV");
  (void)connection->query("CREATE TABLE bench AS events", "TSV");
  const auto rows = static_cast<size_t>(state.range(0));
  const std::string into = "INSERT INTO bench (" + std::string(kEventColumns) + ")";
  constexpr std::string_view kFormats[] = {"RowBinary", "Native", "JSONEachRow"};
  std::mt19937_64 random(1);
  uint64_t seq = 1;
  const double cpu = cpu_seconds();
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<Event> events = traffic_batch(random, rows);
    state.ResumeTiming();
    const std::string bytes = encode(format, events, seq);
    seq += rows;
    auto went = connection->insert(into, kFormats[static_cast<int>(format)], bytes);
    if (!went) state.SkipWithError(went.error().text().c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["cpu_ms"] = 1e3 * (cpu_seconds() - cpu) / static_cast<double>(state.iterations());
  (void)connection->query("DROP TABLE bench SYNC", "TSV");
}
BENCHMARK_CAPTURE(Insert, RowBinary, Format::kRowBinary)
    ->Arg(100)
    ->Arg(3'000)
    ->Arg(20'000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Insert, Native, Format::kNative)
    ->Arg(100)
    ->Arg(3'000)
    ->Arg(20'000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Insert, JSONEachRow, Format::kJson)
    ->Arg(100)
    ->Arg(3'000)
    ->Arg(20'000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// ---- through the log -------------------------------------------------------------------------

// A batch of 3,000 events each 50 ms: 60,000 a second, for ten seconds. The batches are made
// beforehand.
void LogPaced(benchmark::State& state) {
  Log& log = SharedChdb::log();
  std::mt19937_64 random(std::random_device{}());
  std::vector<std::vector<Event>> batches;
  for (int i = 0; i < 200; ++i) batches.push_back(traffic_batch(random, 3'000));
  for (auto _ : state) {
    std::promise<void> never;
    const std::future<void> tick = never.get_future();
    const double cpu = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    auto next = start;
    std::vector<double> latencies;
    for (auto& batch : batches) {
      tick.wait_until(next += std::chrono::milliseconds(50));  // never ready: a clock
      const auto sent = std::chrono::steady_clock::now();
      if (!log.append_and_wait(std::move(batch))) state.SkipWithError("append failed");
      latencies.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - sent)
              .count());
    }
    const double took =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::ranges::sort(latencies);
    state.counters["rows/s"] = 600'000 / took;
    state.counters["cores"] = (cpu_seconds() - cpu) / took;
    state.counters["p50_ms"] = latencies[latencies.size() / 2];
    state.counters["p99_ms"] = latencies[latencies.size() * 99 / 100];
    state.counters["rss_mb"] = resident_mb();
  }
}
BENCHMARK(LogPaced)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// As an import does: 542,000 events in requests of 2,000, as many under way as the log takes.
void LogImport(benchmark::State& state) {
  Log& log = SharedChdb::log();
  std::mt19937_64 random(std::random_device{}());
  for (auto _ : state) {
    double made = 0, cpu = cpu_seconds(), peak = 0;
    std::atomic<size_t> under_way = 0, failed = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 271; ++i) {
      const double before = cpu_seconds();
      auto batch = traffic_batch(random, 2'000);
      made += cpu_seconds() - before;
      while (under_way >= 20) std::this_thread::yield();
      ++under_way;
      log.append(std::move(batch), [&](Result<Appended> done) {
        failed += done ? 0 : 1;
        --under_way;
      });
      peak = std::max(peak, resident_mb());
    }
    while (under_way > 0) std::this_thread::yield();
    const double took =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (failed > 0) state.SkipWithError("append failed");
    state.counters["rows/s"] = 542'000 / took;
    state.counters["cpu_s"] = cpu_seconds() - cpu;
    state.counters["rss_mb"] = peak;
  }
}
BENCHMARK(LogImport)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// The same 20,000 events again and again in new ids: what one thread can push through in full
// groups.
void LogFullGroups(benchmark::State& state) {
  Log& log = SharedChdb::log();
  std::mt19937_64 random(std::random_device{}());
  std::vector<std::vector<Event>> batches;
  for (int i = 0; i < 24; ++i) batches.push_back(traffic_batch(random, 20'000));
  for (auto _ : state) {
    std::atomic<int> under_way = static_cast<int>(batches.size());
    const auto start = std::chrono::steady_clock::now();
    for (auto& batch : batches) {
      while (under_way - static_cast<int>(&batches.back() - &batch) > 8) std::this_thread::yield();
      log.append(std::move(batch), [&](Result<Appended> done) {
        if (!done) std::puts(done.error().text().c_str());
        --under_way;
      });
    }
    while (under_way > 0) std::this_thread::yield();
    state.counters["rows/s"] =
        24 * 20'000 /
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    state.counters["rss_mb"] = resident_mb();
  }
}
BENCHMARK(LogFullGroups)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// 3,000 repeats: each is looked up in the table.
void LogDuplicates(benchmark::State& state) {
  Log& log = SharedChdb::log();
  std::mt19937_64 random(99);
  const std::vector<Event> batch = traffic_batch(random, 3'000);
  (void)log.append_and_wait(batch);
  for (auto _ : state) (void)log.append_and_wait(batch);
  state.counters["rows"] = static_cast<double>(log.stats()->events);
}
BENCHMARK(LogDuplicates)->UseRealTime()->Unit(benchmark::kMillisecond);

void LogOneIdentity(benchmark::State& state) {
  Log& log = SharedChdb::log();
  int user = 0;
  size_t rows = 0;
  for (auto _ : state) {
    rows += log.read({.identities = {"u:" + std::to_string(user++ * 31 % 200'000)}})->size();
  }
  state.counters["rows"] = static_cast<double>(rows) / static_cast<double>(state.iterations());
}
BENCHMARK(LogOneIdentity)->UseRealTime()->Unit(benchmark::kMillisecond);

void LogScanAll(benchmark::State& state) {
  Log& log = SharedChdb::log();
  size_t rows = 0;
  for (auto _ : state) {
    (void)log.scan({}, [&](const Columns& block) -> Result<void> {
      rows += block.rows();
      return {};
    });
  }
  state.SetItemsProcessed(static_cast<int64_t>(rows));
  state.counters["rss_mb"] = resident_mb();
}
BENCHMARK(LogScanAll)->UseRealTime()->Unit(benchmark::kMillisecond);

void LogReopen(benchmark::State& state) {
  SharedChdb::log();
  for (auto _ : state) SharedChdb::reopen();
  state.counters["rows"] = static_cast<double>(SharedChdb::log().stats()->events);
}
BENCHMARK(LogReopen)->UseRealTime()->Unit(benchmark::kMillisecond);

// ---- the parts -------------------------------------------------------------------------------

void SchemaBatch(benchmark::State& state) {
  std::mt19937_64 random(3);
  const std::vector<Event> batch = traffic_batch(random, 10'000);
  for (auto _ : state) {
    SchemaWalk walk;
    for (const Event& e : batch) walk.add(e);
  }
  state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(SchemaBatch)->Unit(benchmark::kMillisecond);

void FilterQuestion(benchmark::State& state) {
  std::mt19937_64 random(4);
  IdFilter filter(10'000'000);
  for (int i = 0; i < 10'000'000; ++i) filter.add({random(), random()});
  for (auto _ : state) benchmark::DoNotOptimize(filter.may_contain({random(), random()}));
  state.counters["mb"] = static_cast<double>(filter.bytes()) / 1e6;
}
BENCHMARK(FilterQuestion);

void EncodeRow(benchmark::State& state) {
  std::mt19937_64 random(5);
  const Event e = traffic(random, 0);
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_row(out, e, event_id(e));
  }
}
BENCHMARK(EncodeRow);

}  // namespace
}  // namespace perennial::events
