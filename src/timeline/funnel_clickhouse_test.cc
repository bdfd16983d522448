// kWindowFunnel against windowFunnel of ClickHouse itself, in all its modes. libchdb crashes at
// load under the sanitizers; their build leaves this file empty.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <random>

#include <gtest/gtest.h>

#include "events/testing.h"
#include "timeline/funnel.h"
#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using Random = std::mt19937_64;

constexpr int kStatements = 30;
constexpr uint32_t kPeopleEach = 400;

int pick(Random& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}

std::vector<WindowFunnelModes> all_modes() {
  std::vector<WindowFunnelModes> out;
  for (int bits = 0; bits < 32; ++bits) {
    const WindowFunnelModes modes{.strict_deduplication = (bits & 1) != 0,
                                  .strict_order = (bits & 2) != 0,
                                  .strict_increase = (bits & 4) != 0,
                                  .strict_once = (bits & 8) != 0,
                                  .allow_reentry = (bits & 16) != 0};
    if (!modes.allow_reentry || modes.strict_order) out.push_back(modes);
  }
  return out;
}

std::string mode_names(const WindowFunnelModes& modes) {
  std::string out;
  if (modes.strict_deduplication) out += ", 'strict_deduplication'";
  if (modes.strict_order) out += ", 'strict_order'";
  if (modes.strict_increase) out += ", 'strict_increase'";
  if (modes.strict_once) out += ", 'strict_once'";
  if (modes.allow_reentry) out += ", 'allow_reentry'";
  return out;
}

// An event's name is the set of the steps it fits, one bit each.
std::vector<History> random_people(Random& random, int steps) {
  std::vector<History> people(kPeopleEach);
  const int several = pick(random, 0, 60);  // percent of events that fit more than one step
  for (History& history : people) {
    // Every other history has most of its events in the same seconds.
    const int last = pick(random, 0, 1) != 0 ? pick(random, 1, 40) : pick(random, 0, 3);
    const int most = pick(random, 1, 14);
    for (int n = pick(random, 1, most); n > 0; --n) {
      uint32_t fits = uint32_t{1} << pick(random, 0, steps - 1);
      if (pick(random, 1, 100) <= several) {
        fits = static_cast<uint32_t>(pick(random, 0, (1 << steps) - 1));
      }
      history.push_back({.at = static_cast<Second>(pick(random, 0, last)), .name = fits});
    }
  }
  return people;
}

// Of each person (row) the levels by mode.
std::vector<std::vector<int>> clickhouse_levels(const std::vector<History>& people, int steps,
                                                Second window) {
  std::string rows, conditions, columns;
  for (size_t person = 0; person < people.size(); ++person) {
    for (const TestEvent& event : people[person]) {
      if (!rows.empty()) rows += ';';
      rows += std::to_string(person) + ',' + std::to_string(event.at) + ',' +
              std::to_string(event.name);
    }
  }
  for (int step = 0; step < steps; ++step) {
    conditions += ", bitTest(fits, " + std::to_string(step) + ")";
  }
  for (const WindowFunnelModes& modes : all_modes()) {
    columns +=
        ", windowFunnel(" + std::to_string(window) + mode_names(modes) + ")(at" + conditions + ")";
  }
  const std::string sql =
      "SELECT person" + columns +
      " FROM (SELECT toUInt32(part[1]) AS person, toUInt32(part[2]) AS at, toUInt32(part[3]) AS "
      "fits FROM (SELECT splitByChar(',', arrayJoin(splitByChar(';', '" +
      rows + "'))) AS part)) GROUP BY person ORDER BY person";
  auto table = events::SharedChdb::log().sql(sql, {});
  if (!table) {
    ADD_FAILURE() << table.error().text();
    return {};
  }
  std::vector<std::vector<int>> out;
  for (const auto& row : table->rows) {
    std::vector<int>& levels = out.emplace_back();
    for (size_t i = 1; i < row.size(); ++i) levels.push_back(std::stoi(row[i].value_or("-1")));
  }
  return out;
}

std::string text_of(const History& history) {
  std::string out;
  for (const TestEvent& event : history) {
    out += std::to_string(event.at) + ':' + std::to_string(event.name) + ' ';
  }
  return out;
}

TEST(FunnelChdb, WindowFunnelGivesClickHousesLevels) {
  const std::vector<WindowFunnelModes> modes = all_modes();
  ASSERT_EQ(modes.size(), 24u);
  uint64_t compared = 0, complete = 0;
  for (uint64_t seed = 1; seed <= kStatements; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const int steps = pick(random, 2, 6);
    const auto window = static_cast<Second>(pick(random, 1, 20));
    TestBucket bucket(random_people(random, steps));
    const std::vector<std::vector<int>> expected =
        clickhouse_levels(bucket.people(), steps, window);
    ASSERT_EQ(expected.size(), bucket.people().size());

    std::vector<TestSelector> selectors;
    for (int step = 0; step < steps; ++step) {
      selectors.emplace_back([step](const TestEvent& e) { return (e.name >> step & 1) != 0; });
    }
    selectors.emplace_back([](const TestEvent&) { return true; });
    const Slice slice = bucket.slice(selectors);
    for (size_t m = 0; m < modes.size(); ++m) {
      SCOPED_TRACE("window " + std::to_string(window) + mode_names(modes[m]));
      FunnelSpec spec{.steps = steps,
                      .semantics = FunnelSemantics::kWindowFunnel,
                      .modes = modes[m],
                      .window_seconds = window};
      ASSERT_TRUE(check(spec));
      Funnel funnel(spec);
      std::vector<Crowd> reached(static_cast<size_t>(steps));
      for (int step = 0; step < steps; ++step) {
        funnel.collect(slice, {.step = step}, reached[static_cast<size_t>(step)]);
      }
      funnel.add(slice);
      const FunnelTable table = funnel.finish();
      for (size_t step = 0; step < reached.size(); ++step) {
        ASSERT_EQ(table.all.reached[step], reached[step].size());
      }
      for (uint32_t person = 0; person < expected.size(); ++person) {
        int level = 0;
        for (const Crowd& crowd : reached) level += crowd.has(person) ? 1 : 0;
        ASSERT_EQ(level, expected[person][m]) << text_of(bucket.people()[person]);
        ++compared;
        complete += level == steps ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(compared, uint64_t{kStatements} * kPeopleEach * modes.size());
  EXPECT_GT(complete, compared / 20);
}

}  // namespace
}  // namespace perennial::timeline

#endif
