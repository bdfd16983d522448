#include "value/tree_shapley.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

namespace perennial::value {
namespace {

// Columns and sums of a chunk stay in the processor's cache while all trees pass over them.
constexpr size_t kChunkRows = 8'192;
constexpr size_t kWays = size_t{1} << kMaxInnerNodes;

// kWeights[d][s]: how often, over all orders in which d columns become known, a given s of them
// come before a given other one: s! (d − 1 − s)! ÷ d!.
constexpr auto kWeights = [] {
  std::array<std::array<double, kMaxColumnsOfWay>, kMaxColumnsOfWay + 1> weight{};
  for (size_t d = 1; d < weight.size(); ++d) {
    weight[d][0] = 1.0 / static_cast<double>(d);
    for (size_t s = 1; s < d; ++s)
      weight[d][s] = weight[d][s - 1] * static_cast<double>(s) / static_cast<double>(d - s);
  }
  return weight;
}();

struct NodesJson {
  std::vector<int> left, right;
  std::vector<size_t> column;
  std::vector<float> number;  // the limit of an inner node, the value of a leaf
  std::vector<int> missing_left;
  std::vector<double> cover;

  bool fits() const {
    const size_t n = left.size();
    if (n == 0 || right.size() != n || column.size() != n || number.size() != n ||
        missing_left.size() != n || cover.size() != n)
      return false;
    // Children come after their parent, so that every walk ends.
    for (size_t i = 0; i < n; ++i) {
      const auto after = [&](int child) {
        return child > static_cast<int>(i) && child < static_cast<int>(n);
      };
      if (left[i] != -1 && (!after(left[i]) || !after(right[i]))) return false;
    }
    return true;
  }
};

std::unexpected<Error> no_booster(const std::string& what) {
  return fail(Code::kInternal, "a stored model's trees cannot be read: " + what, "booster");
}

}  // namespace

Result<TreeShapley> TreeShapley::read(std::string_view booster, int rounds) {
  const Json json = TRY(parse_json(booster));
  TreeShapley all;
  try {
    const Json& trees = json.at("learner").at("gradient_booster").at("model").at("trees");
    if (rounds < 0 || static_cast<size_t>(rounds) > trees.size()) return no_booster("too few");
    for (int t = 0; t < rounds; ++t)
      all.trees_.push_back(TRY(tree_from_json(trees.at(static_cast<size_t>(t)))));
  } catch (const Json::exception& thrown) {
    return no_booster(thrown.what());
  }
  return all;
}

Result<TreeShapley::Tree> TreeShapley::tree_from_json(const Json& json) {
  const NodesJson nodes{.left = json.at("left_children"),
                        .right = json.at("right_children"),
                        .column = json.at("split_indices"),
                        .number = json.at("split_conditions"),
                        .missing_left = json.at("default_left"),
                        .cover = json.at("sum_hessian")};
  if (!nodes.fits()) return no_booster("no tree");
  Tree tree;
  // Where a walk from the root has come to, and what it has been asked on the way.
  struct Walk {
    size_t node;
    std::vector<Asks> asks;
  };
  std::vector<Walk> walks = {{}};
  while (!walks.empty()) {
    const Walk at = std::move(walks.back());
    walks.pop_back();
    const size_t node = at.node;
    if (nodes.left[node] == -1) {
      if (at.asks.size() > kMaxColumnsOfWay) return no_booster("too deep");
      tree.leaves.push_back({at.asks, given_by(nodes.number[node], at.asks)});
      continue;
    }
    if (tree.inner.size() == kMaxInnerNodes) return no_booster("too deep");
    const auto bit = static_cast<uint16_t>(1U << tree.inner.size());
    tree.inner.push_back({nodes.column[node], nodes.number[node], nodes.missing_left[node] != 0});
    const auto column = std::ranges::find(tree.columns, nodes.column[node]);
    const auto place = static_cast<size_t>(column - tree.columns.begin());
    if (column == tree.columns.end()) tree.columns.push_back(nodes.column[node]);
    for (const bool left : {false, true}) {
      Walk next = at;
      next.node = static_cast<size_t>(left ? nodes.left[node] : nodes.right[node]);
      auto asks = std::ranges::find(next.asks, place, &Asks::place);
      if (asks == next.asks.end())
        asks = next.asks.insert(asks, {.place = place, .nodes = 0, .left = 0, .share = 1});
      asks->nodes |= bit;
      if (left) asks->left |= bit;
      asks->share *= nodes.cover[next.node] / nodes.cover[node];
      walks.push_back(std::move(next));
    }
  }
  return tree;
}

// Of a leaf each column on the way is given the leaf's value times how much more often rows that
// agree with it come there, over all sets of the other columns that may be known before it. The
// sets are summed up by their size: known[s] is what all sets of s come to.
std::vector<double> TreeShapley::given_by(double value, const std::vector<Asks>& asks) {
  const size_t columns = asks.size();
  std::vector<double> given;
  for (size_t agreed = 0; agreed < size_t{1} << columns; ++agreed) {
    const auto agrees = [&](size_t k) { return (agreed >> k & 1U) != 0 ? 1.0 : 0.0; };
    for (size_t k = 0; k < columns; ++k) {
      std::array<double, kMaxColumnsOfWay> known{1};
      size_t others = 0;
      for (size_t other = 0; other < columns; ++other) {
        if (other == k) continue;
        for (size_t s = ++others; s > 0; --s)
          known[s] = known[s] * asks[other].share + known[s - 1] * agrees(other);
        known[0] *= asks[other].share;
      }
      double sum = 0;
      for (size_t s = 0; s < columns; ++s) sum += known[s] * kWeights[columns][s];
      given.push_back(sum * (agrees(k) - asks[k].share) * value);
    }
  }
  return given;
}

void TreeShapley::add_shares(const Tree& tree, uint16_t way, std::span<double> shares) {
  for (const Leaf& leaf : tree.leaves) {
    size_t agreed = 0;
    for (size_t k = 0; k < leaf.asks.size(); ++k)
      agreed |= size_t{(way & leaf.asks[k].nodes) == leaf.asks[k].left} << k;
    const double* given = leaf.given.data() + agreed * leaf.asks.size();
    for (size_t k = 0; k < leaf.asks.size(); ++k) shares[leaf.asks[k].place] += given[k];
  }
}

// Rows of a table, column by column.
class TreeShapley::Chunk {
 public:
  Chunk() : kept_at_(kWays, -1) {}

  void run(const std::vector<Tree>& trees, const Table& table, size_t first, size_t last,
           std::span<float> answer) {
    const size_t columns = table.columns.size();
    rows_ = last - first;
    values_.resize(columns * rows_);
    sums_.assign(columns * rows_, 0);
    for (size_t i = 0; i < rows_; ++i) {
      const auto row = table.row(first + i);
      for (size_t c = 0; c < columns; ++c) values_[c * rows_ + i] = row[c];
    }
    for (const Tree& tree : trees) add(tree);
    for (size_t i = 0; i < rows_; ++i) {
      for (size_t c = 0; c < columns; ++c)
        answer[(first + i) * columns + c] = static_cast<float>(sums_[c * rows_ + i]);
    }
  }

 private:
  void add(const Tree& tree) {
    find_ways(tree);
    const size_t width = tree.columns.size();
    for (uint16_t& way : ways_) way = place_of(tree, way);
    for (size_t k = 0; k < width; ++k) {
      double* sum = sums_.data() + tree.columns[k] * rows_;
      const double* share = kept_.data() + k;
      for (size_t i = 0; i < rows_; ++i) sum[i] += share[ways_[i] * width];
    }
    for (const uint16_t way : kept_ways_) kept_at_[way] = -1;
    kept_ways_.clear();
    kept_.clear();
  }
  void find_ways(const Tree& tree) {
    ways_.assign(rows_, 0);
    for (size_t k = 0; k < tree.inner.size(); ++k) {
      const Inner& node = tree.inner[k];
      const float* value = values_.data() + node.column * rows_;
      const float limit = node.limit;
      const auto mark = [&](auto goes_left) {
        for (size_t i = 0; i < rows_; ++i)
          ways_[i] = static_cast<uint16_t>(ways_[i] | goes_left(value[i]) << k);
      };
      if (node.missing_left) {
        mark([limit](float v) { return static_cast<int>(!(v >= limit)); });
      } else {
        mark([limit](float v) { return static_cast<int>(v < limit); });
      }
    }
  }
  // Where in kept_ the shares of a way are; they are worked out when it is met first.
  uint16_t place_of(const Tree& tree, uint16_t way) {
    int32_t& at = kept_at_[way];
    if (at < 0) {
      const size_t width = tree.columns.size();
      at = static_cast<int32_t>(kept_ways_.size());
      kept_ways_.push_back(way);
      kept_.resize(kept_.size() + width, 0);
      add_shares(tree, way, std::span(kept_).last(width));
    }
    return static_cast<uint16_t>(at);
  }

  size_t rows_ = 0;
  std::vector<float> values_;
  std::vector<double> sums_;
  std::vector<uint16_t> ways_;  // of each row: which inner nodes it goes left at, then its place
  std::vector<int32_t> kept_at_;
  std::vector<uint16_t> kept_ways_;
  std::vector<double> kept_;
};

Result<std::vector<float>> TreeShapley::contributions(const Table& table, unsigned threads) const {
  for (const Tree& tree : trees_) {
    for (const size_t column : tree.columns) {
      if (column >= table.columns.size()) return no_booster("a column that there is not");
    }
  }
  std::vector<float> answer(table.values.size());
  const size_t rows = table.rows(), chunks = (rows + kChunkRows - 1) / kChunkRows;
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    Chunk chunk;
    for (size_t k = next++; k < chunks; k = next++)
      chunk.run(trees_, table, k * kChunkRows, std::min(rows, (k + 1) * kChunkRows), answer);
  };
  std::vector<std::thread> others;
  for (size_t t = 1; t < std::min<size_t>(threads, chunks); ++t) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return answer;
}

}  // namespace perennial::value
