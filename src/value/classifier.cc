#include "value/classifier.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>

#include "value/boosted_trees.h"

namespace perennial::value {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kRidge = 1.0;  // on standardised columns
constexpr int kSteps = 50;
constexpr double kFarOdds = 30;

double chance(double odds) { return 1 / (1 + std::exp(-std::clamp(odds, -kFarOdds, kFarOdds))); }
double log_odds(double p) {
  p = std::clamp(p, 1e-9, 1 - 1e-9);
  return std::log(p / (1 - p));
}

// Newton's steps for w in chance(X w), the first column of X being 1 and free of the penalty.
VectorXd fit(const MatrixXd& x, const VectorXd& y, double ridge) {
  VectorXd w = VectorXd::Zero(x.cols());
  VectorXd penalty = VectorXd::Constant(x.cols(), ridge);
  penalty[0] = 1e-9;
  for (int step = 0; step < kSteps; ++step) {
    const VectorXd p = (x * w).unaryExpr([](double odds) { return chance(odds); });
    const VectorXd weight = p.array() * (1 - p.array()) + 1e-9;
    MatrixXd h = x.transpose() * weight.asDiagonal() * x;
    h.diagonal() += penalty;
    VectorXd move = h.ldlt().solve(x.transpose() * (y - p) - penalty.cwiseProduct(w));
    if (!move.allFinite()) break;
    if (double longest = move.cwiseAbs().maxCoeff(); longest > 5) move *= 5 / longest;
    w += move;
    if (move.cwiseAbs().maxCoeff() < 1e-8) break;
  }
  return w;
}

class Logistic final : public Classifier {
 public:
  VectorXd mean, deviation, weight;  // weight[0] is the constant
  std::string_view kind() const override { return "logistic"; }

  Result<std::vector<double>> predict(const Table& table) const override {
    std::vector<double> answer(table.rows());
    for (size_t i = 0; i < answer.size(); ++i) {
      double odds = weight[0];
      for (Eigen::Index c = 0; c < mean.size(); ++c) odds += share(table, i, c);
      answer[i] = chance(odds);
    }
    return answer;
  }
  Result<std::vector<float>> contributions(const Table& table) const override {
    std::vector<float> answer;
    for (size_t i = 0; i < table.rows(); ++i) {
      for (Eigen::Index c = 0; c < mean.size(); ++c)
        answer.push_back(static_cast<float>(share(table, i, c)));
    }
    return answer;
  }
  Result<Json> json() const override {
    auto list = [](const VectorXd& v) { return Json(std::vector<double>(v.begin(), v.end())); };
    return Json{{"kind", "logistic"},
                {"mean", list(mean)},
                {"deviation", list(deviation)},
                {"weight", list(weight)}};
  }

 private:
  double share(const Table& table, size_t row, Eigen::Index c) const {
    const double value = table.row(row)[static_cast<size_t>(c)];
    return weight[c + 1] * (value - mean[c]) / deviation[c];
  }
};

}  // namespace

std::vector<double> Table::column(size_t c) const {
  std::vector<double> found(rows());
  for (size_t i = 0; i < found.size(); ++i) found[i] = row(i)[c];
  return found;
}

Table Table::part(std::span<const size_t> which) const {
  Table some{.columns = columns};
  for (size_t i : which) {
    auto from = row(i);
    some.values.insert(some.values.end(), from.begin(), from.end());
    if (!label.empty()) some.label.push_back(label[i]);
  }
  return some;
}

Result<void> check_learnable(const Table& table) {
  if (table.columns.empty()) return fail(Code::kInvalid, "there is no column to learn from");
  if (table.columns.size() > kMaxColumns)
    return fail(Code::kTooLarge, "at most 500 columns can be learned from");
  if (table.rows() > kMaxRows)
    return fail(Code::kTooLarge, "at most 2,000,000 rows can be learned from");
  if (table.rows() == 0) return fail(Code::kInvalid, "there is no row to learn from");
  if (table.label.size() != table.rows()) return fail(Code::kInvalid, "each row needs a label");
  for (size_t k = 0; k < table.values.size(); ++k) {
    if (!std::isfinite(table.values[k]))
      return fail(Code::kInvalid,
                  "row " + std::to_string(k / table.columns.size() + 1) + " is not a number",
                  table.columns[k % table.columns.size()]);
  }
  const auto ones = std::accumulate(table.label.begin(), table.label.end(), size_t{0});
  if (ones == 0 || ones == table.rows())
    return fail(Code::kInvalid,
                ones == 0 ? "it happened to nobody: there is nothing to tell apart"
                          : "it happened to everybody: there is nothing to tell apart",
                "label", "choose another horizon or another definition");
  return {};
}

Result<ClassifierPtr> learn_logistic(const Table& table) {
  TRY(check_learnable(table));
  const auto rows = static_cast<Eigen::Index>(table.rows());
  const auto columns = static_cast<Eigen::Index>(table.columns.size());
  MatrixXd x(rows, columns + 1);
  VectorXd y(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    auto row = table.row(static_cast<size_t>(i));
    x(i, 0) = 1;
    for (Eigen::Index c = 0; c < columns; ++c) x(i, c + 1) = row[static_cast<size_t>(c)];
    y[i] = table.label[static_cast<size_t>(i)];
  }
  auto model = std::make_shared<Logistic>();
  model->mean = x.rightCols(columns).colwise().mean().transpose();
  model->deviation.resize(columns);
  for (Eigen::Index c = 0; c < columns; ++c) {
    auto column = x.col(c + 1);
    column.array() -= model->mean[c];
    const double deviation = std::sqrt(column.squaredNorm() / static_cast<double>(rows));
    model->deviation[c] = deviation > 1e-9 ? deviation : 1;  // a constant column moves nothing
    column /= model->deviation[c];
  }
  model->weight = fit(x, y, kRidge);
  return model;
}

Result<ClassifierPtr> classifier_from_json(const Json& json) {
  const std::string kind = TRY(json_string(json, "kind"));
  if (kind == "trees") return trees_from_json(json);
  auto model = std::make_shared<Logistic>();
  auto read = [&](const char* name, VectorXd& into) -> Result<void> {
    if (!json.contains(name) || !json.at(name).is_array())
      return fail(Code::kInternal, "a stored model lacks a list", name);
    auto list = json.at(name).get<std::vector<double>>();
    into = VectorXd::Map(list.data(), static_cast<Eigen::Index>(list.size()));
    return {};
  };
  TRY(read("mean", model->mean));
  TRY(read("deviation", model->deviation));
  TRY(read("weight", model->weight));
  if (model->weight.size() != model->mean.size() + 1 ||
      model->deviation.size() != model->mean.size())
    return fail(Code::kInternal, "a stored model has lists of other lengths", "weight");
  return model;
}

double Calibration::operator()(double probability) const {
  return chance(slope * log_odds(probability) + shift);
}

Calibration calibrate(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  const auto ones = std::accumulate(labels.begin(), labels.end(), size_t{0});
  if (ones == 0 || ones == labels.size()) return {};
  MatrixXd x(std::ssize(labels), 2);
  VectorXd y(std::ssize(labels));
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    x(i, 0) = 1;
    x(i, 1) = log_odds(probabilities[static_cast<size_t>(i)]);
    y[i] = labels[static_cast<size_t>(i)];
  }
  const VectorXd w = fit(x, y, 1e-3);
  // A slope that is not positive would turn the order round: then nothing is changed.
  if (!(w[1] > 0)) return {};
  return {.slope = w[1], .shift = w[0]};
}

}  // namespace perennial::value
