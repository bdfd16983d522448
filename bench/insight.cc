// The nine questions in lock-step: bench_insight DIRECTORY PEOPLE ROUNDS LIBDUCKDB. First every SQL
// form of every question is asked once to warm up and once for time, and every answer compared with
// ours; a difference ends the run. Then round i is DuckDB's fastest form, ClickHouse's, ours.
// Prints a line of JSON for each question, and one of the data before them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "insight_data.h"
#include "insight_ours.h"
#include "insight_rivals.h"

namespace perennial::bench {
namespace {

constexpr unsigned kThreads = 2;
constexpr const char* kQuestions[] = {"funnel3", "funnel3_by", "funnel5", "retention", "segment",
                                      "rfm",     "paths",      "active",  "lifecycle"};

double now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

// What the memory gives two threads that only add up a gigabyte of numbers.
double read_gb_per_second() {
  const std::vector<uint64_t> numbers(128 << 20, 1);
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    std::array<uint64_t, kThreads> sums{};
    std::vector<std::thread> threads;
    const double begun = now_ms();
    for (unsigned t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const size_t part = numbers.size() / kThreads;
        uint64_t a = 0, b = 0, c = 0, d = 0;
        for (size_t i = t * part; i < (t + 1) * part; i += 4) {
          a += numbers[i];
          b += numbers[i + 1];
          c += numbers[i + 2];
          d += numbers[i + 3];
        }
        sums[t] = a + b + c + d;
      });
    }
    for (std::thread& thread : threads) thread.join();
    const double ms = now_ms() - begun;
    INVARIANT(sums[0] + sums[1] == numbers.size());
    best = std::max(best, static_cast<double>(numbers.size()) * 8 / ms / 1e6);
  }
  return best;
}

// Tells the caller that a round begins and waits for a line, so that it can take part; without a
// caller the end of the input lets all rounds go.
void wait_for_caller(const std::string& question) {
  fmt::print("round {}\n", question);
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
}

// The fastest of the forms, and its time; no SQL when an answer differs.
struct Form {
  std::string sql;
  double ms = 0;
};
Form fastest(Rival& rival, const char* name, const std::string& question,
             const std::vector<std::string>& forms, const std::string& expected) {
  constexpr double kLong = 3'000;  // ms: asked once, the first time is good enough to choose by
  Form best{.ms = 1e300};
  for (size_t i = 0; i < forms.size(); ++i) {
    double ms = 0;
    for (int turn = 0; turn < 2; ++turn) {
      const double begun = now_ms();
      const auto answer = rival.query(forms[i]);
      ms = now_ms() - begun;
      if (!answer) {
        fmt::print(stderr, "{} {} form {}: {}\n", name, question, i, answer.error().text());
        return {};
      }
      if (*answer != expected) {
        fmt::print(stderr, "{} {} form {} differs:\n{:.600}\nours:\n{:.600}\n", name, question, i,
                   *answer, expected);
        return {};
      }
      if (ms > kLong) break;
    }
    fmt::print(stderr, "  {} {} form {}: {:.1f} ms\n", name, question, i, ms);
    if (ms < best.ms) best = {forms[i], ms};
  }
  return best;
}

bool compare(Ours& ours, Rival& duckdb, Rival& clickhouse, const std::string& question,
             int rounds) {
  const std::string expected = ours.ask(question).text;
  const Form duck = fastest(duckdb, "duckdb", question, duckdb_forms(question), expected);
  const Form click =
      fastest(clickhouse, "clickhouse", question, clickhouse_forms(question), expected);
  if (duck.sql.empty() || click.sql.empty()) return false;
  nlohmann::json line = {{"question", question}};
  if (const auto forms = duckdb_stored_order_forms(question); !forms.empty()) {
    const Form stored = fastest(duckdb, "duckdb, stored order,", question, forms, expected);
    if (stored.sql.empty()) return false;
    line["duckdb_stored_order_ms"] = stored.ms;
  }
  std::vector<double> duck_ms, click_ms, our_ms;
  Answer answer;
  for (int round = 0; round < rounds; ++round) {
    wait_for_caller(question);
    double begun = now_ms();
    INVARIANT(duckdb.query(duck.sql).has_value());
    duck_ms.push_back(now_ms() - begun);
    begun = now_ms();
    INVARIANT(clickhouse.query(click.sql).has_value());
    click_ms.push_back(now_ms() - begun);
    begun = now_ms();
    answer = ours.ask(question);
    our_ms.push_back(now_ms() - begun);
    INVARIANT(answer.text == expected);
  }
  line["duckdb_ms"] = median(duck_ms);
  line["clickhouse_ms"] = median(click_ms);
  line["ours_ms"] = median(our_ms);
  line["bytes"] = answer.bytes;
  constexpr size_t kShown = 100'000;
  if (expected.size() <= kShown) line["answer"] = expected;
  // One line for each person: of a list the caller compares how many are in it.
  line["lines"] = std::ranges::count(expected, '\n');
  std::puts(line.dump().c_str());
  std::fflush(stdout);
  return true;
}

// Ten askers of the same question in a loop; the slowest answer over the time of one alone.
nlohmann::json ten_at_once(Ours& ours) {
  std::vector<double> alone;
  for (int i = 0; i < 9; ++i) {
    const double begun = now_ms();
    ours.ask("funnel3");
    alone.push_back(now_ms() - begun);
  }
  std::vector<double> slowest(10);
  std::vector<std::thread> askers;
  for (double& worst : slowest) {
    askers.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const double begun = now_ms();
        ours.ask("funnel3");
        worst = std::max(worst, now_ms() - begun);
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  return {{"alone_ms", median(alone)}, {"slowest_ms", *std::ranges::max_element(slowest)}};
}

Result<int> main_of(const std::string& directory, uint32_t people, int rounds,
                    const std::string& libduckdb) {
  std::filesystem::create_directories(directory);
  const std::string path = directory + "/base";
  nlohmann::json facts = {{"people", people}};
  double begun = now_ms();
  TRY(make_base(path, people));
  facts["made_s"] = (now_ms() - begun) / 1e3;
  begun = now_ms();
  Ours ours = TRY(Ours::open(path, kThreads));
  facts["open_ms"] = now_ms() - begun;
  facts["events"] = ours.facts().events;
  facts["bytes_an_event"] =
      static_cast<double>(ours.base_bytes()) / static_cast<double>(ours.facts().events);
  auto duckdb = TRY(open_duckdb(libduckdb, directory, kThreads));
  begun = now_ms();
  TRY(duckdb->load(people));
  facts["duckdb_load_s"] = (now_ms() - begun) / 1e3;
  auto clickhouse = TRY(open_clickhouse(directory, kThreads));
  begun = now_ms();
  TRY(clickhouse->load(people));
  facts["clickhouse_load_s"] = (now_ms() - begun) / 1e3;
  facts["read_gb_s"] = read_gb_per_second();
  const Building building = measure_building(people);
  facts["arrays_s"] = building.seconds;
  facts["arrays_events"] = building.events;
  facts["visible_ms"] = ours.visible_ms(people);
  facts["ten"] = ten_at_once(ours);
  std::puts(facts.dump().c_str());
  std::fflush(stdout);
  bool all = true;
  for (const char* question : kQuestions) {
    all &= compare(ours, *duckdb, *clickhouse, question, rounds);
  }
  return all ? 0 : 1;
}

}  // namespace
}  // namespace perennial::bench

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto done = perennial::bench::main_of(argv[1], static_cast<uint32_t>(std::atol(argv[2])),
                                              std::atoi(argv[3]), argv[4]);
  if (done) return *done;
  std::fprintf(stderr, "%s\n", done.error().text().c_str());
  return 1;
}
