#include "value/churn.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <future>
#include <numeric>

#include "base/ids.h"

namespace perennial::value {
namespace {

constexpr size_t kSpread = 200;  // quantiles kept of a column
constexpr std::array<std::string_view, 3> kLabelNames = {"no_order", "no_activity",
                                                         "contract_ended"};

// A fifth of the rows by a fingerprint, so that the same person is always on the same side.
bool held_out(int64_t row) { return fingerprint(std::to_string(row)).low % 5 == 0; }

struct Split {
  Table learn, check;
};
Split split(const Table& table, std::span<const PersonId> keys) {
  std::vector<size_t> learn, check;
  for (size_t i = 0; i < table.rows(); ++i) (held_out(keys[i]) ? check : learn).push_back(i);
  return {table.part(learn), table.part(check)};
}

std::vector<std::vector<double>> spread_of(const Table& table) {
  std::vector<std::vector<double>> spread;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    auto values = table.column(c);
    std::ranges::sort(values);
    std::vector<double> kept;
    for (size_t q = 0; q < kSpread; ++q) kept.push_back(values[values.size() * q / kSpread]);
    spread.push_back(std::move(kept));
  }
  return spread;
}

std::vector<double> calibrated(const ChurnModel& model, std::vector<double> told) {
  for (double& p : told) p = model.calibration(p);
  return told;
}

// Both kinds learn; the plain one is kept unless the trees are better by kWorthMore.
Result<ChurnModel> learn(const Split& parts, const std::stop_token& stop = {}) {
  ChurnModel model{.columns = parts.learn.columns};
  // The trees take one thread and longer; the rest is done beside them.
  auto beside = std::async(std::launch::async, [&] {
    model.spread = spread_of(parts.learn);
    return learn_logistic(parts.learn);
  });
  auto trees = TRY(learn_trees(parts.learn, parts.check, stop));
  auto plain = TRY(beside.get());
  const auto plain_told = TRY(plain->predict(parts.check));
  const auto trees_told = TRY(trees->predict(parts.check));
  model.card.plain_auc = auc_of(plain_told, parts.check.label).value_or(0.5);
  model.card.trees_auc = auc_of(trees_told, parts.check.label).value_or(0.5);
  const bool trees_win = model.card.trees_auc > model.card.plain_auc + kWorthMore;
  model.classifier = trees_win ? trees : plain;
  model.calibration = calibrate(trees_win ? trees_told : plain_told, parts.check.label);
  model.card.learned = static_cast<int64_t>(parts.learn.rows());
  model.card.held_out = static_cast<int64_t>(parts.check.rows());
  return model;
}

Result<void> test(ChurnModel& model, const Table& table) {
  const auto told = calibrated(model, TRY(model.classifier->predict(table)));
  auto quality = quality_of(told, table.label);
  if (!quality)
    return fail(Code::kInvalid, "in the period of the test all did the same", "label",
                "choose another horizon");
  model.card.quality = *quality;
  const auto shares = TRY(model.classifier->contributions(table));
  model.importance.assign(model.columns.size(), 0);
  for (size_t k = 0; k < shares.size(); ++k)
    model.importance[k % model.columns.size()] +=
        std::abs(shares[k]) / static_cast<double>(table.rows());
  const int64_t ones = quality->ones, zeros = quality->rows - quality->ones;
  auto& faults = model.card.faults;
  if (quality->rows < kMinChurnRows || std::min(ones, zeros) < kMinOfEach)
    faults.push_back("too_few_customers");
  if (quality->auc < 0.6) faults.push_back("cannot_tell");
  if (quality->brier >= quality->base_brier) faults.push_back("worse_than_naive");
  return {};
}

std::unexpected<Error> leaking(const std::vector<std::string>& columns) {
  std::string names;
  for (const std::string& column : columns) names += (names.empty() ? "" : ", ") + column;
  return fail(Code::kInvalid, "these columns know what is to be told: " + names, columns.front(),
              "leave them out, or take their values from before the cut-off");
}

std::vector<Reason> reasons_of(const ChurnModel& model, std::span<const float> row,
                               std::span<const float> shares) {
  std::vector<size_t> order(shares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t c) { return -shares[c]; });
  std::vector<Reason> reasons;
  for (size_t c : order) {
    if (reasons.size() == kReasons || shares[c] <= 0.02F) break;
    reasons.push_back({.column = model.columns[c], .value = row[c], .share = shares[c]});
  }
  return reasons;
}

}  // namespace

std::string_view label_name(ChurnLabel label) { return kLabelNames[static_cast<size_t>(label)]; }

Result<ChurnModel> train_churn(const OrderBook& book, Instant now, const ChurnSettings& settings,
                               Instant trained_at, std::span<const Feature> features,
                               const std::stop_token& stop) {
  const auto horizon = std::chrono::days(settings.horizon_days);
  const Instant tested = now - horizon, learned = tested - horizon;
  ChurnRows rows{.learned = labelled(book, learned, settings.horizon_days, features),
                 .tested = labelled(book, tested, settings.horizon_days, features)};
  if (!rows.learned.person.empty())
    rows.leaks = find_leaks(book, learned, settings.horizon_days, features);
  return train_churn_rows(rows, learned, tested, settings, trained_at, stop);
}

Result<ChurnModel> train_churn_rows(const ChurnRows& rows, Instant learned_at, Instant tested_at,
                                    const ChurnSettings& settings, Instant trained_at,
                                    const std::stop_token& stop) {
  if (rows.learned.person.empty())
    return fail(Code::kInvalid, "nobody was there two horizons ago: nothing can be learned",
                "horizon_days", "wait, or choose a shorter horizon");
  TRY(check_learnable(rows.learned.table));
  if (!rows.leaks.empty()) return leaking(rows.leaks);
  const Split parts = split(rows.learned.table, rows.learned.person);
  TRY(check_learnable(parts.learn));
  TRY(check_learnable(parts.check));
  ChurnModel model = TRY(learn(parts, stop));
  model.trained_at = trained_at;
  model.learned_at = learned_at;
  model.tested_at = tested_at;
  model.settings = settings;
  TRY(test(model, rows.tested.table));
  return model;
}

Result<ChurnModel> train_on_table(const Table& table, Instant trained_at) {
  TRY(check_learnable(table));
  if (auto leaks = columns_that_tell_all(table); !leaks.empty()) return leaking(leaks);
  std::vector<size_t> learning, testing;
  std::vector<PersonId> keys;
  for (size_t i = 0; i < table.rows(); ++i) {
    // Another fingerprint than split()'s, or the two would draw the same rows.
    if (fingerprint("test " + std::to_string(i)).low % 5 == 0) {
      testing.push_back(i);
    } else {
      learning.push_back(i);
      keys.push_back(static_cast<PersonId>(i));
    }
  }
  const Split parts = split(table.part(learning), keys);
  TRY(check_learnable(parts.learn));
  TRY(check_learnable(parts.check));
  ChurnModel model = TRY(learn(parts));
  model.trained_at = model.learned_at = model.tested_at = trained_at;
  TRY(test(model, table.part(testing)));
  return model;
}

const Risk* Risks::find(PersonId id) const {
  auto found = std::ranges::lower_bound(person, id);
  if (found == person.end() || *found != id) return nullptr;
  return &risk[static_cast<size_t>(found - person.begin())];
}

Result<Risks> score_churn(const ChurnModel& model, const OrderBook& book, Instant now,
                          std::span<const Feature> features) {
  return score_asked(model, people_asked(book, now, model.settings.horizon_days, features), now);
}

Result<Risks> score_asked(const ChurnModel& model, const Asked& asked, Instant now) {
  if (asked.table.columns != model.columns)
    return fail(Code::kConflict, "the model was learned from other columns", "churn",
                "train it again");
  Risks risks{.as_of = now, .model_version = model.version, .person = asked.person};
  const auto told = calibrated(model, TRY(model.classifier->predict(asked.table)));
  const auto shares = TRY(model.classifier->contributions(asked.table));
  const size_t columns = model.columns.size();
  for (size_t i = 0; i < told.size(); ++i)
    risks.risk.push_back({.probability = told[i],
                          .reasons = reasons_of(model, asked.table.row(i),
                                                std::span(shares).subspan(i * columns, columns))});
  for (size_t c = 0; c < columns; ++c) {
    const double index = stability_index(model.spread[c], asked.table.column(c));
    if (index > kDriftAlarm) risks.drifted.emplace_back(model.columns[c], index);
  }
  return risks;
}

}  // namespace perennial::value
