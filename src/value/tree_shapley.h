// Shapley values of boosted trees, exact and for many rows at once: "path-dependent" ones, which
// weigh what a tree does not ask by how many rows it was learned from went each way (Lundberg et
// al. 2020, From local explanations to global understanding with explainable AI for trees, Nature
// Machine Intelligence 2). The same numbers as XGBoost's own, which walks every tree anew for every
// row.
//
// What a tree gives the columns of a row depends on nothing but the way that the row goes at each
// of its inner nodes. A tree of depth four has at most fifteen of them, and of the ways through it
// few occur: each is worked out once and looked up from then on.
#pragma once

#include <string_view>
#include <vector>

#include "value/classifier.h"

namespace perennial::value {

inline constexpr size_t kMaxInnerNodes = 15;
inline constexpr size_t kMaxColumnsOfWay = 8;  // from the root to a leaf

class TreeShapley {
 public:
  // From the JSON of a booster (XGBoost 1.7), its first `rounds` trees. kInternal for what is no
  // booster of numbers, or has trees beyond these limits.
  static Result<TreeShapley> read(std::string_view booster, int rounds);
  // rows × columns. The number of threads changes nothing of the answer. kInternal when the trees
  // ask a column that the table does not have.
  Result<std::vector<float>> contributions(const Table& table, unsigned threads) const;

 private:
  // A row goes left below the limit; a number that is missing as the node says.
  struct Inner {
    size_t column;
    float limit;
    bool missing_left;
  };
  // What a column asks of the rows that come to a leaf: at these inner nodes to go left or right.
  struct Asks {
    size_t place;          // of the column in Tree::columns
    uint16_t nodes, left;  // a bit for each inner node
    double share;          // of the rows learned from that went so, where the column is not known
  };
  struct Leaf {
    std::vector<Asks> asks;  // one for each column on the way
    // What each of them is given, for each set of them that a row agrees with.
    std::vector<double> given;
  };
  struct Tree {
    std::vector<Inner> inner;
    std::vector<size_t> columns;  // those that it asks, once each
    std::vector<Leaf> leaves;
  };
  class Chunk;

  static Result<Tree> tree_from_json(const Json& json);
  static std::vector<double> given_by(double value, const std::vector<Asks>& asks);
  // Adds what each column of the tree is given when the inner nodes of these bits go left.
  static void add_shares(const Tree& tree, uint16_t way, std::span<double> shares);

  std::vector<Tree> trees_;
};

}  // namespace perennial::value
