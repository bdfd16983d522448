// Questions to the log over millions of events in chDB: as rows of one process, as it was before,
// beside the way through partitions and temporary files. The numbers are in
// docs/decisions/2026-11-30-questions-to-the-log.md.
//
//   PERENNIAL_BENCH_EVENTS=20000000 bench_log_questions
//
// Needs libchdb.so (events/chdb_library.h says where it is looked for). Each person has a hundred
// events of a year; `memory/event` is what the process grew by at most, the engine's share too.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "access/access.h"
#include "events/chdb_library.h"
#include "events/testing.h"
#include "store/testing.h"
#include "timeline/timeline.h"

namespace perennial::bench {
namespace {

using namespace timeline;

constexpr uint64_t kEventsOfPerson = 100, kEventsAtOnce = 4'000'000;
constexpr Second kBegin = 1'700'000'000, kDay = 86'400;
constexpr int kDays = 365;

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().text(), __FILE__, __LINE__);
  return std::move(*result);
}
void must(const Result<void>& result) {
  if (!result) die(result.error().text(), __FILE__, __LINE__);
}

uint64_t events_asked() {
  const char* text = std::getenv("PERENNIAL_BENCH_EVENTS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 4'000'000;
}

// A log of a shop's events of a year, and people who know whose they are.
struct Shop {
  Shop() : events(events_asked()), people(events / kEventsOfPerson + 1) {
    log = &events::SharedChdb::log();
    for (const auto& part : {access::migrations(), events::migrations(), people::migrations()}) {
      must(database->migrate(part));
    }
    must(database->write([&](store::Connection& c) -> Result<void> {
      TRY(
          c.execute("INSERT INTO identities (id, kind, value, person, first_ms, last_ms, owner, "
                    "joined_ms, joined_seq, shown) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                    "SELECT i + 1 FROM n WHERE i < $1) SELECT i, 1, 'user-' || i, i, 0, 0, 0, 0, "
                    "0, 1 FROM n",
                    {static_cast<int64_t>(people)}));
      TRY(c.execute("UPDATE people_progress SET applied_seq = $1, last_person = $2",
                    {static_cast<int64_t>(events), static_cast<int64_t>(people)}));
      return {};
    }));
    fill();
  }

  // Straight into the engine: through the log's door it would take ten times as long.
  void fill() const {
    const std::string library = must(events::find_chdb(""));
    auto* engine =
        must(events::ChdbEngine::start(library, events::SharedChdb::directory() + "/chdb", {}));
    const auto connection = must(engine->connect({}));
    for (uint64_t first = 0; first < events; first += kEventsAtOnce) {
      must(connection->query(
          fmt::format(
              "INSERT INTO events SELECT number + 1, toUInt128(number + 1), 'bench', "
              "toString(number), 'track', concat('Event ', toString(cityHash64(number, 1) % 20)), "
              "concat('u:user-', toString(1 + cityHash64(number, 2) % {0}) AS user), "
              "user, '', fromUnixTimestamp64Milli(toInt64({1} + cityHash64(number, 3) % {2}), "
              "'UTC') AS at, at, concat('{{\"price\":', toString(cityHash64(number, 4) % 500), "
              "',\"sku\":\"sku-', toString(cityHash64(number, 5) % 5000), "
              "'\",\"channel\":\"channel ', toString(number % 12), '\"}}'), '{{}}' "
              "FROM numbers({3}, {4})",
              people, uint64_t{kBegin} * 1'000, uint64_t{kDays} * kDay * 1'000, first,
              std::min(kEventsAtOnce, events - first)),
          "TSV"));
    }
  }

  BuildSource source() { return {*log, *database, &owners, scratch}; }

  const uint64_t events, people;
  events::Log* log = nullptr;
  store::TestDatabase database;
  OwnersCache owners;
  const events::ScratchDirectory directory;
  const std::shared_ptr<ScratchSpace> scratch = std::make_shared<ScratchSpace>(directory.path());
  Pool pool{2};
};
Shop& shop() {
  static Shop* shop = new Shop;
  return *shop;
}

// What the process holds, and the most since the last reset.
double memory_of(const char* what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(what)) return std::stod(line.substr(line.find(':') + 1)) * 1024;
  }
  return 0;
}
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

// As it was: one reader, rows of everything, then a layer of them.
Result<Snapshot> as_rows(const BuildSource& source, const FromLog& what, Zone zone,
                         const Stop& stop) {
  auto dictionary = std::make_shared<Dictionary>(
      DictionaryLimits{.events = UINT16_MAX, .properties = 100'000, .texts = kMaxTextsFromLog});
  const auto owners = TRY(source.database.read(
      [&](store::Connection& c) { return source.owners->get(c, people::reached(c).value()); }));
  events::Sweep sweep{
      .span = what.span, .properties = !what.properties.empty(), .anonymous_ids = true};
  Intake intake(*dictionary, what.properties, what.lists);
  Rows rows;
  uint64_t seen = 0;
  TRY(source.log.sweep(sweep, [&](const events::Glimpse& event) -> Result<void> {
    if (++seen % 4'096 == 0) TRY(stop.check());
    const uint32_t person = owners->find_event(event.identity, event.anonymous_id);
    if (person == 0) return {};
    intake.take(person, event.type, event.name, event.timestamp_ms, event.seq, event.properties,
                rows);
    return {};
  }));
  Snapshot out;
  out.events = rows.rows.size();
  const auto layer = layer_of(std::move(rows), {}, nullptr);
  out.bytes = layer->bytes() + dictionary->bytes();
  out.layers.push_back(layer);
  out.dictionary = dictionary;
  out.zone = zone;
  return out;
}

// Active people by day, over everybody and anything.
double active_seconds(const Snapshot& snapshot) {
  std::vector<Second> borders;
  for (int day = 0; day <= kDays; ++day) {
    borders.push_back(kBegin + static_cast<Second>(day) * kDay);
  }
  ActiveSpec spec;
  spec.periods = Periods(std::move(borders));
  spec.windows = {trailing_window(spec.periods, 0, 1)};
  const Stop stop;
  const auto begun = std::chrono::steady_clock::now();
  Ask ask{.selectors = {{.any_of = {{.type = std::nullopt}}, .from = spec.periods.begin()}},
          .among = nullptr,
          .person_group = nullptr,
          .presence = spec.periods};
  const auto plan = must(compile(snapshot, std::move(ask), shop().pool, stop));
  benchmark::DoNotOptimize(must(run(*plan, ActivePeople(spec), shop().pool, stop)).finish());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

template <class Read>
void measure(benchmark::State& state, Read read, const std::set<std::string>& properties) {
  Shop& from = shop();
  const auto events = static_cast<double>(from.events);
  for (auto _ : state) {
    reset_peak();
    const double before = memory_of("VmRSS");
    const auto begun = std::chrono::steady_clock::now();
    const Snapshot snapshot =
        must(read(from.source(), {.properties = properties}, Zone::utc(), Stop()));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    if (snapshot.events != from.events) state.SkipWithError("not all events were read");
    state.SetIterationTime(took.count());
    state.counters["events/s"] = events / took.count();
    state.counters["memory/event"] = (memory_of("VmHWM") - before) / events;
    state.counters["kept/event"] = static_cast<double>(snapshot.bytes) / events;
    state.counters["file/event"] = static_cast<double>(snapshot.file_bytes) / events;
    state.counters["active_s"] = active_seconds(snapshot);
  }
}

void Log(benchmark::State& state, bool before, bool properties) {
  const auto read = before ? as_rows : read_from_log;
  measure(state, read,
          properties ? std::set<std::string>{"price", "sku"} : std::set<std::string>{});
}
void once(benchmark::internal::Benchmark* of) {
  of->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(Log, anything_before, true, false)->Apply(once);
BENCHMARK_CAPTURE(Log, anything, false, false)->Apply(once);
BENCHMARK_CAPTURE(Log, properties_before, true, true)->Apply(once);
BENCHMARK_CAPTURE(Log, properties, false, true)->Apply(once);

}  // namespace
}  // namespace perennial::bench
