#include "timeline/paths.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "timeline/paths_testing.h"

namespace perennial::timeline {
namespace {

using Kind = PathsSpec::Kind;
using Occurrence = PathsSpec::Occurrence;
using What = PathsCell::What;
using Nodes = std::vector<uint32_t>;

// The slow twin: every session written out as the nodes that it is made of, every path as a list.
struct Item {
  uint32_t node = 0;
  Second first = 0, last = 0;  // when its events happened; one unless equal nodes collapse
};
struct Row {
  uint32_t person = 0;
  Nodes nodes;  // from the anchor on
};
struct Slow {
  std::vector<Row> rows;
  std::vector<uint32_t> longer, unreached;  // people, once for each occurrence
};

int day_of(const PathsSpec& spec, Second at) {
  int day = 0;
  if (!spec.session->days) return day;
  for (int i = 0; i <= spec.session->days->size(); ++i) {
    const Second border = i == 0 ? spec.session->days->begin() : spec.session->days->to(i - 1);
    if (border <= at) ++day;
  }
  return day;
}

std::vector<std::vector<Item>> sessions_of(const PathsSpec& spec, const History& history) {
  std::vector<std::vector<Item>> out;
  for (size_t i = 0; i < history.size(); ++i) {
    const Second at = history[i].at;
    const bool joins =
        i > 0 && (!spec.session || (at - history[i - 1].at <= spec.session->gap_seconds &&
                                    day_of(spec, at) == day_of(spec, history[i - 1].at)));
    if (!joins) out.emplace_back();
    const uint32_t name = history[i].group;
    uint32_t node = name;
    if (!spec.node_of.empty()) node = name < spec.node_of.size() ? spec.node_of[name] : 0;
    if (name < spec.node_of_value.size() && !spec.node_of_value[name].empty()) {
      const Nodes& values = spec.node_of_value[name];
      node = history[i].held < values.size() ? values[history[i].held] : values.back();
    }
    if (node == 0 || node > spec.nodes) continue;
    auto& items = out.back();
    if (spec.collapse && !items.empty() && items.back().node == node) {
      items.back().last = at;
    } else {
      items.push_back({.node = node, .first = at, .last = at});
    }
  }
  return out;
}

void add_path(const PathsSpec& spec, uint32_t person, const std::vector<Item>& items, size_t at,
              Slow& out) {
  const auto steps = static_cast<size_t>(spec.steps);
  Row row{.person = person, .nodes = {}};
  if (spec.kind == Kind::kTo) {
    for (size_t i = at + 1; i-- > 0 && row.nodes.size() < steps;) {
      row.nodes.push_back(items[i].node);
    }
  } else if (spec.kind == Kind::kBetween) {
    size_t end = at + 1;
    while (end < items.size() && items[end].node != spec.to) ++end;
    if (end == items.size()) return out.unreached.push_back(person);
    if (end - at + 1 > steps) return out.longer.push_back(person);
    for (size_t i = at; i <= end; ++i) row.nodes.push_back(items[i].node);
  } else {
    for (size_t i = at; i < items.size() && row.nodes.size() < steps; ++i) {
      row.nodes.push_back(items[i].node);
    }
  }
  out.rows.push_back(row);
}

Slow slow_paths(const PathsSpec& spec, const std::vector<History>& people, const Crowd& who) {
  Slow out;
  auto in_range = [&](Second at) { return at >= spec.begin && at < spec.end; };
  for (uint32_t person = 0; person < people.size(); ++person) {
    if (!who.has(person)) continue;
    for (const auto& items : sessions_of(spec, people[person])) {
      std::vector<size_t> anchors;
      for (size_t i = 0; i < items.size(); ++i) {
        if (spec.kind == Kind::kStart
                ? i == 0
                : items[i].node == (spec.kind == Kind::kTo ? spec.to : spec.from)) {
          anchors.push_back(i);
        }
      }
      if (anchors.empty()) continue;
      if (spec.kind != Kind::kStart && spec.occurrence == Occurrence::kLast) {
        if (in_range(items[anchors.back()].last)) {
          add_path(spec, person, items, anchors.back(), out);
        }
        continue;
      }
      if (spec.occurrence == Occurrence::kFirst) anchors.resize(1);
      for (size_t anchor : anchors) {
        if (in_range(items[anchor].first)) add_path(spec, person, items, anchor, out);
      }
    }
  }
  return out;
}

struct Expected {
  uint64_t paths = 0;
  std::set<uint32_t> people;
};

Nodes in_time(const PathsSpec& spec, Nodes nodes) {
  if (spec.kind == Kind::kTo) std::ranges::reverse(nodes);
  return nodes;
}

Expected expected_of(const std::vector<uint32_t>& people) {
  return {.paths = people.size(), .people = {people.begin(), people.end()}};
}

Expected expected_rows(const Slow& slow, const auto& fits) {
  std::vector<uint32_t> people;
  for (const Row& row : slow.rows) {
    if (fits(row)) people.push_back(row.person);
  }
  return expected_of(people);
}

struct Compare {
  const PathsSpec& spec;
  const Paths& kernel;
  const Slice& slice;
  const Slow& slow;

  std::set<uint32_t> collected(const PathsCell& cell) const {
    Crowd crowd;
    kernel.collect(slice, cell, crowd);
    std::set<uint32_t> out;
    crowd.for_each([&](uint32_t person) { out.insert(person); });
    return out;
  }
  void count(const PathCount& count, const Expected& expected, const PathsCell& cell) const {
    EXPECT_EQ(count.paths, expected.paths);
    EXPECT_EQ(count.people, expected.people.size());
    EXPECT_EQ(collected(cell), expected.people);
  }

  void nodes(const PathStep& step, size_t i) const {
    auto ends = [&](const Row& row) {
      return row.nodes.size() == i + 1 && i + 1 < static_cast<size_t>(spec.steps);
    };
    std::map<uint32_t, uint64_t> all;
    for (const Row& row : slow.rows) {
      if (i < row.nodes.size()) ++all[row.nodes[i]];
    }
    std::vector<std::pair<uint64_t, uint32_t>> order;  // as the table's
    order.reserve(all.size());
    for (const auto& [node, paths] : all) order.emplace_back(UINT64_MAX - paths, node);
    std::ranges::sort(order);
    const size_t shown = std::min(all.size(), static_cast<size_t>(spec.max_edges));
    ASSERT_EQ(step.nodes.size(), shown);
    PathsCell cell{.what = What::kNode, .step = static_cast<int>(i)};
    std::set<uint32_t> names;
    for (size_t n = 0; n < shown; ++n) {
      const PathNode& node = step.nodes[n];
      cell.node = node.node;
      EXPECT_EQ(node.node, order[n].second);
      auto has = [&](const Row& row) { return i < row.nodes.size() && row.nodes[i] == node.node; };
      cell.what = What::kNode;
      count(node, expected_rows(slow, has), cell);
      cell.what = What::kEnded;
      count(node.ended, expected_rows(slow, [&](const Row& row) { return has(row) && ends(row); }),
            cell);
      cell.shown.emplace_back(node.node, 0);
      names.insert(node.node);
    }
    auto other = [&](const Row& row) {
      return i < row.nodes.size() && !names.contains(row.nodes[i]);
    };
    const Expected others = expected_rows(slow, other);
    EXPECT_EQ(step.other_nodes, others.paths);
    cell.what = What::kOtherNodes;
    EXPECT_EQ(collected(cell), others.people);
    const Expected ended =
        expected_rows(slow, [&](const Row& row) { return other(row) && ends(row); });
    EXPECT_EQ(step.other_ended, ended.paths);
    cell.what = What::kOtherEnded;
    EXPECT_EQ(collected(cell), ended.people);
  }

  void edges(const PathStep& step, size_t i) const {
    using Edge = std::pair<uint32_t, uint32_t>;
    auto edge_of = [&](const Row& row) {
      Edge edge{row.nodes[i], row.nodes[i + 1]};
      if (spec.kind == Kind::kTo) std::swap(edge.first, edge.second);
      return edge;
    };
    std::map<Edge, uint64_t> all;
    for (const Row& row : slow.rows) {
      if (i + 1 < row.nodes.size()) ++all[edge_of(row)];
    }
    std::vector<std::pair<uint64_t, Edge>> order;
    order.reserve(all.size());
    for (const auto& [edge, paths] : all) order.emplace_back(UINT64_MAX - paths, edge);
    std::ranges::sort(order);
    const size_t shown = std::min(all.size(), static_cast<size_t>(spec.max_edges));
    ASSERT_EQ(step.edges.size(), shown);
    PathsCell cell{.what = What::kEdge, .step = static_cast<int>(i)};
    std::set<Edge> names;
    for (size_t n = 0; n < shown; ++n) {
      const Edge edge{step.edges[n].from, step.edges[n].to};
      EXPECT_EQ(edge, order[n].second);
      std::tie(cell.from, cell.to) = edge;
      count(step.edges[n],
            expected_rows(
                slow,
                [&](const Row& row) { return i + 1 < row.nodes.size() && edge_of(row) == edge; }),
            cell);
      cell.shown.push_back(edge);
      names.insert(edge);
    }
    cell.what = What::kOtherEdges;
    const Expected others = expected_rows(slow, [&](const Row& row) {
      return i + 1 < row.nodes.size() && !names.contains(edge_of(row));
    });
    EXPECT_EQ(step.other_edges, others.paths);
    EXPECT_EQ(collected(cell), others.people);
  }

  void whole(const PathsTable& table) const {
    std::map<Nodes, uint64_t> all;
    for (const Row& row : slow.rows) ++all[row.nodes];
    std::vector<std::pair<uint64_t, Nodes>> order;
    order.reserve(all.size());
    for (const auto& [nodes, paths] : all) order.emplace_back(UINT64_MAX - paths, nodes);
    std::ranges::sort(order);
    EXPECT_EQ(table.different_paths, all.size());
    ASSERT_EQ(table.paths.size(), std::min(all.size(), static_cast<size_t>(spec.max_paths)));
    for (size_t i = 0; i < table.paths.size(); ++i) {
      EXPECT_EQ(table.paths[i].nodes, in_time(spec, order[i].second));
      PathsCell cell{.what = What::kPath, .nodes = table.paths[i].nodes};
      count(table.paths[i],
            expected_rows(slow, [&](const Row& row) { return row.nodes == order[i].second; }),
            cell);
    }
  }

  void table() const {
    const PathsTable table = kernel.finish();
    ASSERT_FALSE(table.steps_too_large || table.paths_too_large);
    count(table.total, expected_rows(slow, [](const Row&) { return true; }), {});
    count(table.longer, expected_of(slow.longer), {.what = What::kLonger});
    count(table.unreached, expected_of(slow.unreached), {.what = What::kUnreached});
    ASSERT_EQ(table.steps.size(), static_cast<size_t>(spec.steps));
    for (size_t i = 0; i < table.steps.size(); ++i) {
      nodes(table.steps[i], i);
      edges(table.steps[i], i);
    }
    whole(table);
  }
};

PathsSpec random_spec(std::mt19937_64& random, Second base, Second length, bool large) {
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  PathsSpec spec;
  spec.kind = static_cast<Kind>(below(4));
  spec.occurrence = static_cast<Occurrence>(below(3));
  spec.session->gap_seconds = below(2) == 0 ? 5 : 1'800;
  if (below(2) == 0) {
    spec.session->days = Periods({base + length / 4, base + length / 2, base + length / 4 * 3});
  }
  if (below(4) == 0) spec.session.reset();
  spec.nodes = large ? 5'000 : 5;
  if (below(2) == 0) {
    for (uint32_t name = 0; name < 5; ++name) {
      spec.node_of.push_back(below(5) == 0 ? 0 : large ? 4'000 + below(3) : 1 + below(5));
    }
  }
  if (below(3) == 0) {
    spec.node_of_value.resize(1 + below(7));
    for (auto& nodes : spec.node_of_value) {
      for (uint32_t i = below(4); i > 0; --i) nodes.push_back(below(large ? 5'001 : 6));
    }
  }
  spec.from = large && !spec.node_of.empty() ? 4'000 : 1 + below(5);
  spec.to = large && !spec.node_of.empty() ? 4'000 + below(2) : 1 + below(5);
  spec.steps = 2 + static_cast<int>(below(below(3) == 0 ? 19 : 4));
  spec.collapse = below(2) == 0;
  if (below(4) == 0) {
    spec.begin = base + length / 5;
    spec.end = base + length / 2;
  }
  spec.max_edges = static_cast<int>(1 + below(12));
  spec.max_paths = static_cast<int>(below(20));
  return spec;
}

// The form that is counted without a look at each session.
void make_plain(PathsSpec& spec) {
  spec.kind = Kind::kFrom;
  spec.occurrence = Occurrence::kEvery;
  spec.collapse = false;
  if (spec.session) spec.session->days.reset();
  spec.nodes = 5 + spec.nodes % 3;
  spec.node_of.clear();
  spec.node_of_value.clear();
  spec.from = 1 + spec.from % 5;
  spec.steps = 2 + spec.steps % 5;
}

TEST(Paths, AgreesWithTheSlowTwin) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  for (int round = 0; round < 400; ++round) {
    const Second base = 1'700'000'000, length = below(2) == 0 ? 100 : 100'000;
    std::vector<History> people(1 + below(30));
    const uint32_t names = 2 + below(5);
    const bool bytes = below(2) == 0;
    for (History& history : people) {
      const uint32_t events = below(4) == 0 ? below(2) : below(30);
      for (uint32_t i = 0; i < events; ++i) {
        history.push_back({.at = base + below(length),
                           .group = below(names) + (bytes ? 1 : 0),
                           .held = below(5)});
      }
    }
    PathsSpec spec = random_spec(random, base, length, below(2) == 0);
    if (below(3) == 0) make_plain(spec);
    ASSERT_TRUE(check(spec)) << check(spec).error().text();
    TestBucket bucket(people);
    Slice slice = bucket.slice({anything});
    ByBytes lie(slice.hits[0]);
    if (bytes && spec.node_of_value.empty()) slice.hits = {&lie.hits, 1};
    if (below(3) == 0) slice.who.words[0] &= random();
    const Slow slow = slow_paths(spec, bucket.people(), slice.who);

    Paths whole(spec), left(spec), right(spec), turned(spec);
    whole.add(slice);
    Slice low = slice, high = slice;
    low.who.words[0] &= 0xFF;
    high.who.remove(low.who);
    left.add(low);
    right.add(high);
    turned.merge(right);
    turned.merge(left);
    left.merge(right);
    for (const Paths* kernel : {&whole, &left, &turned}) {
      Compare{.spec = spec, .kernel = *kernel, .slice = slice, .slow = slow}.table();
      if (HasFailure()) {
        FAIL() << "round " << round << " kind " << static_cast<int>(spec.kind) << " occurrence "
               << static_cast<int>(spec.occurrence) << " collapse " << spec.collapse;
      }
    }
  }
}

// view 1, cart 2, pay 3, in one session; the next event is a session of its own.
TEST(Paths, AnExampleByHand) {
  TestBucket bucket({{{.at = 10, .group = 1},
                      {.at = 20, .group = 1},
                      {.at = 20, .group = 2},
                      {.at = 30, .group = 1},
                      {.at = 40, .group = 3},
                      {.at = 9'000, .group = 1}}});
  const Slice slice = bucket.slice({anything});
  auto paths = [&](PathsSpec spec) {
    spec.nodes = 3;
    spec.steps = 3;
    Paths kernel(spec);
    kernel.add(slice);
    std::multiset<Nodes> out;
    for (const WholePath& path : kernel.finish().paths) {
      for (uint64_t i = 0; i < path.paths; ++i) out.insert(path.nodes);
    }
    return out;
  };
  using Set = std::multiset<Nodes>;
  PathsSpec spec;
  spec.from = 1;
  EXPECT_EQ(paths(spec), (Set{{1, 2, 1}, {1}}));
  spec.collapse = false;
  EXPECT_EQ(paths(spec), (Set{{1, 1, 2}, {1}}));
  spec.occurrence = Occurrence::kEvery;
  EXPECT_EQ(paths(spec), (Set{{1, 1, 2}, {1, 2, 1}, {1, 3}, {1}}));
  spec.collapse = true;
  EXPECT_EQ(paths(spec), (Set{{1, 2, 1}, {1, 3}, {1}}));
  spec.kind = Kind::kTo;
  spec.to = 3;
  EXPECT_EQ(paths(spec), (Set{{2, 1, 3}}));
  spec.kind = Kind::kBetween;
  EXPECT_EQ(paths(spec), (Set{{1, 3}}));
  spec.kind = Kind::kStart;
  spec.node_of = {0, 0, 2, 3};
  EXPECT_EQ(paths(spec), (Set{{2, 3}}));
}

TEST(Paths, OnePersonWithManyEventsTakesLinearTime) {
  History history;
  for (Second i = 0; i < 100'000; ++i) history.push_back({.at = i, .group = 1 + i % 2});
  history.back().group = 3;
  TestBucket bucket({history});
  PathsSpec spec;
  spec.kind = Kind::kBetween;
  spec.occurrence = Occurrence::kEvery;
  spec.nodes = 3;
  spec.from = 1;
  spec.to = 3;
  spec.steps = 20;
  Paths kernel(spec);
  kernel.add(bucket.slice({anything}));
  EXPECT_EQ(kernel.finish().total.paths, 10U);  // of 2, 4, … 20 nodes
  EXPECT_EQ(kernel.finish().longer.paths, 50'000U - 10);
  EXPECT_EQ(kernel.finish().longer.people, 1U);

  spec.kind = Kind::kFrom;
  spec.session.reset();
  Paths forward(spec);
  forward.add(bucket.slice({anything}));
  EXPECT_EQ(forward.finish().total.paths, 50'000U);
  spec.kind = Kind::kTo;
  spec.to = 2;
  Paths backward(spec);
  backward.add(bucket.slice({anything}));
  EXPECT_EQ(backward.finish().total.paths, 49'999U);
}

TEST(Paths, NobodyAndNothing) {
  PathsSpec spec;
  spec.nodes = 2;
  spec.from = 1;
  TestBucket bucket({{}, {{.at = 4, .group = 2}}, {{.at = 4, .group = 9}}});
  Paths kernel(spec), empty(spec);
  kernel.add(bucket.slice({anything}));
  kernel.merge(empty);
  EXPECT_EQ(kernel.finish().total.paths, 0U);
  EXPECT_EQ(empty.finish().different_paths, 0U);
  EXPECT_TRUE(empty.finish().steps[0].nodes.empty());
}

TEST(Paths, LimitsOfTheSpec) {
  PathsSpec good;
  good.nodes = 9;
  good.from = good.to = 9;
  auto where = [&](const std::function<void(PathsSpec&)>& change) {
    PathsSpec spec = good;
    change(spec);
    const auto result = check(spec);
    return result ? std::string("ok") : result.error().where;
  };
  EXPECT_EQ(where([](auto&) {}), "ok");
  EXPECT_EQ(where([](auto& s) { s.steps = kMinPathSteps; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.steps = kMinPathSteps - 1; }), "steps");
  EXPECT_EQ(where([](auto& s) { s.steps = kMaxPathSteps; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.steps = kMaxPathSteps + 1; }), "steps");
  EXPECT_EQ(where([](auto& s) { s.nodes = kMaxPathNodes; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.nodes = kMaxPathNodes + 1; }), "nodes");
  EXPECT_EQ(where([](auto& s) { s.nodes = 0; }), "nodes");
  EXPECT_EQ(where([](auto& s) { s.from = 0; }), "from");
  EXPECT_EQ(where([](auto& s) { s.from = 10; }), "from");
  EXPECT_EQ(where([](auto& s) {
              s.kind = Kind::kTo;
              s.to = 10;
            }),
            "to");
  EXPECT_EQ(where([](auto& s) { s.node_of = {9}; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.node_of = {10}; }), "node_of");
  EXPECT_EQ(where([](auto& s) { s.node_of_value = {{}, {0, 9}}; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.node_of_value = {{}, {0, 10}}; }), "node_of_value");
  EXPECT_EQ(where([](auto& s) { s.max_edges = kMaxPathEdges; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.max_edges = kMaxPathEdges + 1; }), "max_edges");
  EXPECT_EQ(where([](auto& s) { s.max_paths = kMaxWholePaths; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.max_paths = kMaxWholePaths + 1; }), "max_paths");
  EXPECT_EQ(where([](auto& s) { s.session->gap_seconds = 0; }), "gap_seconds");
  EXPECT_EQ(where([](auto& s) { s.begin = 5, s.end = 4; }), "end");
}

// People whose paths begin differently: two beginnings each, and four cells.
void feed(Paths& kernel, uint32_t from, uint32_t to) {
  History history;
  for (uint32_t i = from; i < to; ++i) {
    history.push_back({.at = i * 10, .group = 1 + i % 1'000});
    history.push_back({.at = i * 10 + 1, .group = 1 + i / 1'000});
  }
  TestBucket bucket({history});
  kernel.add(bucket.slice({anything}));
}

TEST(Paths, TooManyDifferentOnesAreRefusedAloud) {
  PathsSpec spec;
  spec.kind = Kind::kStart;
  spec.session->gap_seconds = 5;
  spec.nodes = kMaxPathNodes;
  spec.steps = 2;
  spec.collapse = false;
  const uint32_t most = kMaxPathBeginnings - 1'000;  // 1,000 first nodes, and one for each path
  Paths low(spec), high(spec), more(spec);
  feed(low, 0, most / 2);
  feed(high, most / 2, most);
  feed(more, most, most + 1);
  low.merge(high);
  Paths over = more;
  over.merge(low);
  EXPECT_FALSE(low.finish().paths_too_large);
  EXPECT_EQ(low.finish().different_paths, most);
  low.merge(more);
  for (const Paths* kernel : {&low, &over}) {
    const PathsTable table = kernel->finish();
    EXPECT_TRUE(table.paths_too_large);
    EXPECT_TRUE(table.paths.empty());
    EXPECT_EQ(table.total.paths, most + 1U);
    EXPECT_TRUE(table.steps_too_large);  // 1,000 nodes, their ends, and as many edges
    EXPECT_TRUE(table.steps.empty());
  }
}

TEST(Paths, TooManyCellsAreRefusedAloud) {
  PathsSpec spec;
  spec.kind = Kind::kStart;
  spec.session->gap_seconds = 5;
  spec.nodes = kMaxPathNodes;
  spec.steps = 2;
  spec.collapse = false;
  // 1,000 nodes at step 0, one more of step 1 for each 1,000 edges, and the edges.
  uint32_t most = kMaxPathCells - 1'000 - 1'047;
  Paths kernel(spec), more(spec);
  feed(kernel, 0, most);
  EXPECT_FALSE(kernel.finish().steps_too_large);
  EXPECT_EQ(kernel.finish().steps[0].edges[0].paths, 1U);
  feed(more, most, most + 1);
  kernel.merge(more);
  EXPECT_TRUE(kernel.finish().steps_too_large);
  EXPECT_FALSE(kernel.finish().paths_too_large);
  EXPECT_EQ(kernel.finish().paths.size(), 20U);
}

TEST(KeyIndex, NumbersKeysInTheOrderMet) {
  KeyIndex index;
  EXPECT_EQ(index.find(0), KeyIndex::kNone);
  std::mt19937_64 random(7);
  std::vector<uint64_t> keys;
  keys.reserve(10'000);
  for (int i = 0; i < 10'000; ++i) keys.push_back(i % 2 == 0 ? random() : keys.size() << 32);
  for (uint32_t i = 0; i < keys.size(); ++i) EXPECT_EQ(index.put(keys[i]), i);
  for (uint32_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(index.put(keys[i]), i);
    EXPECT_EQ(index.find(keys[i]), i);
    EXPECT_EQ(index.key(i), keys[i]);
  }
  EXPECT_EQ(index.find(keys[4] + 1), KeyIndex::kNone);
  EXPECT_EQ(index.size(), keys.size());
}

}  // namespace
}  // namespace perennial::timeline
