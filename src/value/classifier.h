// Two ways to learn a probability from a table: logistic regression, and boosted trees (XGBoost).
// Pure: a table in, a model out. A model tells how much each column moves a row's answer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/base.h"

namespace perennial::value {

inline constexpr size_t kMaxColumns = 500;
inline constexpr size_t kMaxRows = 2'000'000;
inline constexpr int kMaxRounds = 400,
                     kPatience = 25;  // of boosting; without a better one it stops

// Rows of numbers, row by row; every number is finite.
struct Table {
  std::vector<std::string> columns;
  std::vector<float> values;   // rows × columns
  std::vector<uint8_t> label;  // 1: it happened; empty where it is not known
  size_t rows() const { return columns.empty() ? 0 : values.size() / columns.size(); }
  std::span<const float> row(size_t i) const {
    return std::span(values).subspan(i * columns.size(), columns.size());
  }
  std::vector<double> column(size_t c) const;
  Table part(std::span<const size_t> rows) const;
};
// Fails with kInvalid, naming row and column, for numbers that are not finite, labels of another
// number than rows, more than the limits above, or when all labels are the same.
Result<void> check_learnable(const Table& table);

class Classifier {
 public:
  virtual ~Classifier() = default;
  virtual std::string_view kind() const = 0;  // "logistic", "trees"
  // One probability a row. The table has the columns that were learned from, in their order.
  virtual Result<std::vector<double>> predict(const Table& table) const = 0;
  // rows × columns: what each column adds to the log-odds against an average row. For trees Shapley
  // values (Lundberg & Lee 2017; Lundberg et al. 2020); for the logistic model coefficient × (value
  // − mean), which is the same for independent columns.
  virtual Result<std::vector<float>> contributions(const Table& table) const = 0;
  virtual Result<Json> json() const = 0;
};
using ClassifierPtr = std::shared_ptr<const Classifier>;

// Ridge-penalised logistic regression by Newton's method on standardised columns (Hastie,
// Tibshirani & Friedman, The Elements of Statistical Learning, 4.4).
Result<ClassifierPtr> learn_logistic(const Table& table);
// Boosting until kPatience rounds have brought no lower log-loss on `held_out`.
Result<ClassifierPtr> learn_trees(const Table& table, const Table& held_out,
                                  const std::stop_token& stop = {});
Result<ClassifierPtr> classifier_from_json(const Json& json);

// Probabilities made true on rows that nothing was learned from: logistic regression on their
// log-odds (Platt 1999).
struct Calibration {
  double slope = 1, shift = 0;
  double operator()(double probability) const;
};
Calibration calibrate(std::span<const double> probabilities, std::span<const uint8_t> labels);

}  // namespace perennial::value
