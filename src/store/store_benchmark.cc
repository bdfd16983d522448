// Rows a second through the layer: on SQLite always, on PostgreSQL as well if
// PERENNIAL_TEST_POSTGRES or tests/postgres_cluster gives one (set PERENNIAL_TEST_STATE=postgres).
#include <random>

#include <benchmark/benchmark.h>

#include "store/store.h"
#include "store/testing.h"

namespace perennial::store {
namespace {

constexpr int64_t kPeople = 100'000;
constexpr std::string_view kColumns[] = {"id", "name", "weight"};

void create_table(Database& db) {
  auto done = db.write([](Connection& c) {
    return c.run_script(
        "CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT NOT NULL, weight DOUBLE PRECISION)");
  });
  INVARIANT(done.has_value());
}

std::vector<std::vector<Value>> make_rows(int64_t from, int64_t count) {
  std::vector<std::vector<Value>> rows;
  for (int64_t i = from; i < from + count; ++i)
    rows.push_back({i, "person " + std::to_string(i), 0.5});
  return rows;
}

// One durable transaction of one row each.
void single_commits(benchmark::State& state) {
  TestDatabase db;
  create_table(*db);
  int64_t id = 0;
  for (auto _ : state) {
    auto done = db->write([&](Connection& c) {
      return c.execute("INSERT INTO t VALUES ($1, $2, $3)", {id, "person", 0.5});
    });
    INVARIANT(done.has_value());
    ++id;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(single_commits)->Unit(benchmark::kMicrosecond)->UseRealTime();

// Prepared rows, 1,000 in a transaction.
void prepared_rows(benchmark::State& state) {
  TestDatabase db;
  create_table(*db);
  int64_t id = 0;
  for (auto _ : state) {
    auto done = db->write([&](Connection& c) -> Result<void> {
      for (int i = 0; i < 1'000; ++i)
        TRY(c.execute("INSERT INTO t VALUES ($1, $2, $3)", {id++, "person", 0.5}));
      return {};
    });
    INVARIANT(done.has_value());
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(prepared_rows)->Unit(benchmark::kMillisecond)->UseRealTime();

void insert_many(benchmark::State& state) {
  TestDatabase db;
  create_table(*db);
  int64_t id = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto rows = make_rows(id, state.range(0));
    id += state.range(0);
    state.ResumeTiming();
    auto done = db->write([&](Connection& c) { return c.insert_many("t", kColumns, rows); });
    INVARIANT(done.has_value());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(insert_many)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond)->UseRealTime();

// The same rows as VALUES ($1, $2, $3), ($4, …), which insert_many does not use.
void multi_row_values(benchmark::State& state) {
  TestDatabase db;
  create_table(*db);
  constexpr int64_t kRows = 1'000;
  std::string sql = "INSERT INTO t VALUES ";
  for (int64_t i = 0; i < kRows; ++i) {
    auto number = [&](int64_t column) { return "$" + std::to_string(3 * i + column); };
    sql += (i ? ", (" : "(") + number(1) + ", " + number(2) + ", " + number(3) + ")";
  }
  int64_t id = 0;
  for (auto _ : state) {
    std::vector<Value> values;
    for (auto& row : make_rows(id, kRows)) values.insert(values.end(), row.begin(), row.end());
    id += kRows;
    auto done = db->write([&](Connection& c) { return c.execute(sql, values); });
    INVARIANT(done.has_value());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(multi_row_values)->Unit(benchmark::kMillisecond)->UseRealTime();

// A row by its key, each in a read transaction of its own.
void point_reads(benchmark::State& state) {
  TestDatabase db;
  create_table(*db);
  const auto rows = make_rows(0, kPeople);
  INVARIANT(
      db->write([&](Connection& c) { return c.insert_many("t", kColumns, rows); }).has_value());
  std::minstd_rand random(1);
  std::uniform_int_distribution<int64_t> any(0, kPeople - 1);
  for (auto _ : state) {
    auto row = db->read([&](Connection& c) {
      return c.query_one("SELECT name, weight FROM t WHERE id = $1", {any(random)});
    });
    benchmark::DoNotOptimize(row.value()->text(0));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(point_reads)->Unit(benchmark::kMicrosecond)->UseRealTime();

void scan(benchmark::State& state) {
  TestDatabase db;
  create_table(*db);
  const auto rows = make_rows(0, kPeople);
  INVARIANT(
      db->write([&](Connection& c) { return c.insert_many("t", kColumns, rows); }).has_value());
  for (auto _ : state) {
    int64_t sum = 0;
    auto done = db->read([&](Connection& c) {
      return c.each("SELECT id, name, weight FROM t", {}, [&](const Row& row) -> Result<void> {
        sum += row.integer(0);
        return {};
      });
    });
    INVARIANT(done.has_value() && sum == kPeople * (kPeople - 1) / 2);
  }
  state.SetItemsProcessed(state.iterations() * kPeople);
}
BENCHMARK(scan)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace perennial::store
