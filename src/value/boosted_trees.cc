// Boosted trees through XGBoost's C interface (xgboost.readthedocs.io, C API of 1.7). Answers lie
// in the library's buffer until its next call and are copied at once.
#include "value/boosted_trees.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include <xgboost/c_api.h>

#include "value/interrupt.h"
#include "value/tree_shapley.h"

namespace perennial::value {
namespace {

// One: OpenMP's threads wait for one another by spinning, hundreds of times a round. Where the
// cores are busy, training on two threads takes a hundred times as long as on one, and takes the
// cores from those who wait for answers.
constexpr int kThreads = 1;

Result<void> ok(int code) {
  if (code == 0) return {};
  return fail(Code::kInternal, std::string("XGBoost: ") + XGBGetLastError());
}

struct Matrix {
  DMatrixHandle handle = nullptr;
  Matrix() = default;
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  ~Matrix() {
    if (handle) XGDMatrixFree(handle);
  }
  Result<void> fill(const Table& table) {
    TRY(ok(XGDMatrixCreateFromMat_omp(table.values.data(), table.rows(), table.columns.size(),
                                      std::numeric_limits<float>::quiet_NaN(), &handle, kThreads)));
    if (table.label.empty()) return {};
    const std::vector<float> labels(table.label.begin(), table.label.end());
    return ok(XGDMatrixSetFloatInfo(handle, "label", labels.data(), labels.size()));
  }
};

struct Booster {
  BoosterHandle handle = nullptr;
  Booster() = default;
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  ~Booster() {
    if (handle) XGBoosterFree(handle);
  }
  Result<std::vector<float>> predict(const Matrix& matrix, int rounds) const {
    const Json how = {{"type", 0},  // probabilities
                      {"training", false},
                      {"iteration_begin", 0},
                      {"iteration_end", rounds},
                      {"strict_shape", true}};
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    TRY(ok(XGBoosterPredictFromDMatrix(handle, matrix.handle, to_text(how).c_str(), &shape,
                                       &dimensions, &values)));
    size_t count = 1;
    for (bst_ulong d = 0; d < dimensions; ++d) count *= shape[d];
    return std::vector<float>(values, values + count);
  }
  Result<std::string> text() const {
    bst_ulong length = 0;
    const char* text = nullptr;
    TRY(ok(XGBoosterSaveModelToBuffer(handle, R"({"format": "json"})", &length, &text)));
    return std::string(text, length);
  }
};

double log_loss(const std::vector<float>& told, const std::vector<uint8_t>& label) {
  double sum = 0;
  for (size_t i = 0; i < told.size(); ++i) {
    const double p = std::clamp(static_cast<double>(told[i]), 1e-7, 1 - 1e-7);
    sum -= label[i] ? std::log(p) : std::log1p(-p);
  }
  return sum / static_cast<double>(told.size());
}

class Trees final : public Classifier {
 public:
  Booster booster;
  int rounds = 0;  // those that lowered the loss on what was held out
  TreeShapley shapley;
  std::string_view kind() const override { return "trees"; }

  Result<std::vector<double>> predict(const Table& table) const override {
    if (table.rows() == 0) return std::vector<double>();
    Matrix matrix;
    TRY(matrix.fill(table));
    const auto told = TRY(booster.predict(matrix, rounds));
    return std::vector<double>(told.begin(), told.end());
  }
  Result<std::vector<float>> contributions(const Table& table) const override {
    return shapley.contributions(table, std::max(1U, std::thread::hardware_concurrency()));
  }
  Result<Json> json() const override {
    const std::string text = TRY(booster.text());
    return Json{{"kind", "trees"}, {"rounds", rounds}, {"booster", text}};
  }
};

Result<void> set_up(const Booster& booster) {
  const std::string threads = std::to_string(kThreads);
  for (auto [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"objective", "binary:logistic"},
                                                                  {"tree_method", "hist"},
                                                                  {"max_depth", "4"},
                                                                  {"eta", "0.08"},
                                                                  {"min_child_weight", "5"},
                                                                  {"subsample", "0.9"},
                                                                  {"colsample_bytree", "0.9"},
                                                                  {"lambda", "2"},
                                                                  {"seed", "1"},
                                                                  {"verbosity", "0"},
                                                                  {"nthread", threads.c_str()}})
    TRY(ok(XGBoosterSetParam(booster.handle, name, value)));
  return {};
}

}  // namespace

Result<ClassifierPtr> learn_trees(const Table& table, const Table& held_out,
                                  const std::stop_token& stop) {
  TRY(check_learnable(table));
  TRY(check_learnable(held_out));
  Matrix learn, check;
  TRY(learn.fill(table));
  TRY(check.fill(held_out));
  auto trees = std::make_shared<Trees>();
  const DMatrixHandle both[] = {learn.handle, check.handle};
  TRY(ok(XGBoosterCreate(both, 2, &trees->booster.handle)));
  TRY(set_up(trees->booster));
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kMaxRounds && round < trees->rounds + kPatience; ++round) {
    TRY(unless_stopped(stop));
    TRY(ok(XGBoosterUpdateOneIter(trees->booster.handle, round, learn.handle)));
    const double loss = log_loss(TRY(trees->booster.predict(check, round + 1)), held_out.label);
    if (loss < best) {
      best = loss;
      trees->rounds = round + 1;
    }
  }
  trees->shapley = TRY(TreeShapley::read(TRY(trees->booster.text()), trees->rounds));
  return trees;
}

Result<ClassifierPtr> trees_from_json(const Json& json) {
  auto trees = std::make_shared<Trees>();
  trees->rounds = static_cast<int>(TRY(json_integer(json, "rounds")));
  const std::string text = TRY(json_string(json, "booster"));
  TRY(ok(XGBoosterCreate(nullptr, 0, &trees->booster.handle)));
  TRY(set_up(trees->booster));
  TRY(ok(XGBoosterLoadModelFromBuffer(trees->booster.handle, text.data(), text.size())));
  trees->shapley = TRY(TreeShapley::read(text, trees->rounds));
  return trees;
}

}  // namespace perennial::value
