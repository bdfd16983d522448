// Churn risk: the probability that a customer does not order within a horizon, learned from what
// was known at a cut-off, checked on a later period, told with its reasons.
//
// A customer is asked about at a cut-off when the last order is not older than two horizons: who
// has been away longer has left already. It happened (label 1) when no order follows within the
// horizon. Other labels, and what is known beside orders, are churn_rows.h's.
//
// Pure functions of columns and instants.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "value/classifier.h"
#include "value/customers.h"
#include "value/metrics.h"
#include "value/stages.h"

namespace perennial::value {

inline constexpr int kMinHorizonDays = 14, kMaxHorizonDays = 365;
inline constexpr int64_t kMinChurnRows = 100;  // of customers, for a card to say something
inline constexpr int64_t kMinOfEach = 20;      // who left and who stayed, in the test
inline constexpr double kLeakAuc = 0.995;      // one column alone that tells the label so well
inline constexpr double kWorthMore = 0.005;    // AUC that trees must win by over the plain model
inline constexpr double kDriftAlarm = 0.25;    // stability index of a column
inline constexpr size_t kReasons = 3;

enum class ChurnLabel : uint8_t { kNoOrder, kNoActivity, kContractEnded };
std::string_view label_name(ChurnLabel label);  // "no_order", "no_activity", "contract_ended"

struct ChurnSettings {
  ChurnLabel label = ChurnLabel::kNoOrder;
  int horizon_days = 90;
  // Events that count as activity; none: whatever was tracked, viewed or opened.
  std::vector<std::string> activity;
  // Events that say that a contract ends, beside the end that it was recorded with.
  std::vector<std::string> contract_ended = {"Contract Ended", "Subscription Cancelled"};
  int retrain_days = 30;
  bool scheduled = true;
};
Json to_json(const ChurnSettings& settings);
Result<ChurnSettings> churn_settings_from_json(const Json& json);

// A number about one person at an instant. It is given all rows of the person, and must look at
// those before the instant alone; find_leaks() sees whether it does.
struct Feature {
  std::string_view name;
  std::function<double(const OrderBook& book, PersonRows rows, Instant at)> value;
};
std::span<const Feature> churn_features();

struct Asked {
  std::vector<PersonId> person;  // ascending
  Table table;                   // labels stay empty for people_asked()
};
// Those who are asked about at `at`, with their features.
Asked people_asked(const OrderBook& book, Instant at, int horizon_days,
                   std::span<const Feature> features);
// The same with labels from the horizon after `at`.
Asked labelled(const OrderBook& book, Instant at, int horizon_days,
               std::span<const Feature> features);

// Names of columns that know too much: that change when everything from `at` on is taken away, or
// that alone tell the label nearly without fault.
std::vector<std::string> find_leaks(const OrderBook& book, Instant at, int horizon_days,
                                    std::span<const Feature> features);
std::vector<std::string> columns_that_tell_all(const Table& table);

// ---- the model

struct ChurnCard {
  int64_t learned = 0, held_out = 0;    // rows
  Quality quality;                      // on the later period
  double plain_auc = 0, trees_auc = 0;  // of both on what was held out
  std::vector<std::string> faults;      // why it may not be used; none: it may
};
struct ChurnModel {
  int64_t version = 0;
  Instant trained_at, learned_at, tested_at;  // cut-offs of learning and of the test
  ChurnSettings settings;
  ClassifierPtr classifier;
  Calibration calibration;
  ChurnCard card;
  std::vector<std::string> columns;
  std::vector<std::vector<double>> spread;  // of each column when learned, for the drift
  std::vector<double> importance;           // mean absolute contribution in the test
};
Result<Json> to_json(const ChurnModel& model);
Result<ChurnModel> churn_model_from_json(const Json& json);

// Learns at two horizons before `now`, tests at one horizon before. Fails with kInvalid, saying
// what is missing, when nothing can be learned, or naming the columns that leak.
Result<ChurnModel> train_churn(const OrderBook& book, Instant now, const ChurnSettings& settings,
                               Instant trained_at,
                               std::span<const Feature> features = churn_features(),
                               const std::stop_token& stop = {});
// What is learned from and tested on, and the columns that know too much.
struct ChurnRows {
  Asked learned, tested;
  std::vector<std::string> leaks;
};
// As train_churn(), of rows that were made elsewhere (churn_rows.h).
Result<ChurnModel> train_churn_rows(const ChurnRows& rows, Instant learned_at, Instant tested_at,
                                    const ChurnSettings& settings, Instant trained_at,
                                    const std::stop_token& stop = {});
// From a table with labels, split three ways by row: for tables from elsewhere.
Result<ChurnModel> train_on_table(const Table& table, Instant trained_at);

// ---- scores

struct Reason {
  std::string column;
  double value = 0;  // of this person
  float share = 0;   // of the log-odds
};
struct Risk {
  double probability = 0;
  std::vector<Reason> reasons;  // what raises it most, at most kReasons
};
struct Risks {
  Instant as_of;
  int64_t model_version = 0;
  std::vector<PersonId> person;  // ascending
  std::vector<Risk> risk;
  std::vector<std::pair<std::string, double>> drifted;  // columns over kDriftAlarm
  const Risk* find(PersonId person) const;
};
Result<Risks> score_churn(const ChurnModel& model, const OrderBook& book, Instant now,
                          std::span<const Feature> features = churn_features());
// Of people whose columns are known. kConflict when they are others than those learned from.
Result<Risks> score_asked(const ChurnModel& model, const Asked& asked, Instant now);

}  // namespace perennial::value
