// Shapley values of trees beside those of XGBoost, which are the slow twin, and beside their
// definition.
#include "value/tree_shapley.h"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xgboost/c_api.h>

namespace perennial::value {
namespace {

// Labels that hang on pairs of columns, so that columns are met more than once on a way. Some
// columns are whole numbers: many rows stand exactly on a limit.
Table made_up(uint64_t seed, size_t rows) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> part(0, 1);
  Table table{.columns = {"a", "b", "whole", "few", "noise"}};
  for (size_t i = 0; i < rows; ++i) {
    const double a = normal(random), b = normal(random);
    const double whole = std::floor(8 * part(random)), few = part(random) < 0.3 ? 1 : 0;
    for (double v : {a, b, whole, few, normal(random)})
      table.values.push_back(static_cast<float>(v));
    const double odds = a * b + (whole > 3 ? a : -b) + few * whole / 4 - 0.5;
    table.label.push_back(part(random) < 1 / (1 + std::exp(-odds)));
  }
  return table;
}

struct Learned {
  std::string booster;
  int rounds = 0;
};
Learned learned(uint64_t seed) {
  auto model = learn_trees(made_up(seed, 3'000), made_up(seed + 1, 1'000));
  EXPECT_TRUE(model) << model.error().text();
  const Json json = *(*model)->json();
  return {json.at("booster").get<std::string>(), json.at("rounds").get<int>()};
}

// rows × (columns + 1), as XGBoost tells them.
std::vector<float> of_xgboost(const Learned& model, const Table& table) {
  BoosterHandle booster = nullptr;
  DMatrixHandle matrix = nullptr;
  EXPECT_EQ(XGBoosterCreate(nullptr, 0, &booster), 0);
  EXPECT_EQ(XGBoosterLoadModelFromBuffer(booster, model.booster.data(), model.booster.size()), 0);
  EXPECT_EQ(XGBoosterSetParam(booster, "nthread", "1"), 0);
  EXPECT_EQ(XGDMatrixCreateFromMat_omp(table.values.data(), table.rows(), table.columns.size(), NAN,
                                       &matrix, 1),
            0);
  const Json how = {{"type", 2},
                    {"training", false},
                    {"iteration_begin", 0},
                    {"iteration_end", model.rounds},
                    {"strict_shape", true}};
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  EXPECT_EQ(XGBoosterPredictFromDMatrix(booster, matrix, to_text(how).c_str(), &shape, &dimensions,
                                        &values),
            0);
  std::vector<float> told(values, values + table.rows() * (table.columns.size() + 1));
  XGDMatrixFree(matrix);
  XGBoosterFree(booster);
  return told;
}

TEST(TreeShapley, TellsWhatXgboostTells) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Learned model = learned(seed);
  Table rows = made_up(seed + 2, 9'000);
  rows.values[3] = rows.values[11] = rows.values[27] = NAN;
  const auto ours = TreeShapley::read(model.booster, model.rounds)->contributions(rows, 2);
  ASSERT_TRUE(ours);
  const auto theirs = of_xgboost(model, rows);
  const size_t columns = rows.columns.size();
  double farthest = 0;
  for (size_t i = 0; i < rows.rows(); ++i) {
    for (size_t c = 0; c < columns; ++c)
      farthest = std::max<double>(
          farthest, std::abs((*ours)[i * columns + c] - theirs[i * (columns + 1) + c]));
  }
  EXPECT_LT(farthest, 2e-5);  // they sum in single precision
}

TEST(TreeShapley, ThreadsChangeNothing) {
  const Learned model = learned(7);
  const Table rows = made_up(8, 20'000);
  const TreeShapley trees = *TreeShapley::read(model.booster, model.rounds);
  const auto one = *trees.contributions(rows, 1);
  EXPECT_EQ(*trees.contributions(rows, 2), one);
  EXPECT_EQ(*trees.contributions(rows, 7), one);
}

// A tree as XGBoost writes it: "a" below 1? If so "b" below 2?, with values 1, 2 and 4. Of 100 rows
// 60 went left at first, and 45 of those again.
Json small_tree() {
  return {{"left_children", {1, 3, -1, -1, -1}}, {"right_children", {2, 4, -1, -1, -1}},
          {"split_indices", {0, 1, 0, 0, 0}},    {"split_conditions", {1.0, 2.0, 4.0, 1.0, 2.0}},
          {"default_left", {0, 1, 0, 0, 0}},     {"sum_hessian", {100, 60, 40, 45, 15}}};
}
std::string booster_of(const Json& tree) {
  return to_text(
      {{"learner", {{"gradient_booster", {{"model", {{"trees", Json::array({tree})}}}}}}}});
}

TEST(TreeShapley, ByHand) {
  const auto trees = TreeShapley::read(booster_of(small_tree()), 1);
  ASSERT_TRUE(trees) << trees.error().text();
  // Without anything known 0.45·1 + 0.15·2 + 0.4·4 = 2.35; with a left 0.75·1 + 0.25·2 = 1.25, with
  // a right 4; with b left 0.6·1 + 0.4·4 = 2.2, with b right 0.6·2 + 0.4·4 = 2.8.
  const Table rows{.columns = {"a", "b"}, .values = {0, 0, 0, 2, 1, 5, NAN, 0, 0, NAN}};
  const auto shares = *trees->contributions(rows, 1);
  const auto by_hand = [](double with_a, double with_b, double both) {
    const double a = ((with_a - 2.35) + (both - with_b)) / 2;
    return std::pair(a, both - 2.35 - a);
  };
  const std::pair<double, double> expected[] = {by_hand(1.25, 2.2, 1), by_hand(1.25, 2.8, 2),
                                                by_hand(4, 2.8, 4), by_hand(4, 2.2, 4),
                                                by_hand(1.25, 2.2, 1)};
  for (size_t i = 0; i < rows.rows(); ++i) {
    EXPECT_NEAR(shares[2 * i], expected[i].first, 1e-6) << i;
    EXPECT_NEAR(shares[2 * i + 1], expected[i].second, 1e-6) << i;
  }
}

TEST(TreeShapley, WhatIsNoBoosterIsRefused) {
  EXPECT_FALSE(TreeShapley::read("", 0));
  EXPECT_FALSE(TreeShapley::read("{}", 0));
  EXPECT_FALSE(TreeShapley::read(booster_of(small_tree()), 2));
  EXPECT_TRUE(TreeShapley::read(booster_of(small_tree()), 0));
  for (const char* member : {"left_children", "split_indices", "sum_hessian"}) {
    Json tree = small_tree();
    tree[member].erase(0);
    EXPECT_FALSE(TreeShapley::read(booster_of(tree), 1)) << member;
  }
  Json loop = small_tree();
  loop["left_children"][1] = 0;
  EXPECT_FALSE(TreeShapley::read(booster_of(loop), 1));
  const auto trees = TreeShapley::read(booster_of(small_tree()), 1);
  EXPECT_FALSE(trees->contributions({.columns = {"a"}, .values = {1}}, 1));
}

// A chain of inner nodes that ask so many columns in turn.
Json chain(size_t inner_nodes, size_t columns) {
  const int inner = static_cast<int>(inner_nodes);
  Json tree;
  for (const char* member : {"left_children", "right_children", "split_indices", "split_conditions",
                             "default_left", "sum_hessian"})
    tree[member] = Json::array();
  for (int k = 0; k < 2 * inner + 1; ++k) {
    const bool asks = k % 2 == 0 && k < 2 * inner;
    tree["left_children"].push_back(asks ? k + 1 : -1);
    tree["right_children"].push_back(asks ? k + 2 : -1);
    tree["split_indices"].push_back(asks ? k / 2 % static_cast<int>(columns) : 0);
    tree["split_conditions"].push_back(k);
    tree["default_left"].push_back(0);
    tree["sum_hessian"].push_back(100 - k);
  }
  return tree;
}

TEST(TreeShapley, TreesBeyondTheLimitsAreRefused) {
  EXPECT_TRUE(TreeShapley::read(booster_of(chain(kMaxInnerNodes, kMaxColumnsOfWay)), 1));
  EXPECT_FALSE(TreeShapley::read(booster_of(chain(kMaxInnerNodes + 1, kMaxColumnsOfWay)), 1));
  EXPECT_FALSE(TreeShapley::read(booster_of(chain(kMaxInnerNodes, kMaxColumnsOfWay + 1)), 1));
}

}  // namespace
}  // namespace perennial::value
