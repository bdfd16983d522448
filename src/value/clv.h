// Customer lifetime value from order columns: which model, how it was fitted, what its back-test
// says, and everyone's scores. Pure functions of columns and instants.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/json.h"
#include "value/buying.h"

namespace perennial::value {

inline constexpr int kMinHorizonMonths = 1, kMaxHorizonMonths = 60;
inline constexpr int kMinRetrainDays = 1, kMaxRetrainDays = 365;
inline constexpr size_t kMinCustomers = 50;  // with fewer, a card says nothing
inline constexpr int kMinHoldOutWeeks = 4;   // of a back-test
inline constexpr int kPerRepeats = 8;        // rows of the card by repeats: 0, 1, …, 7 and more
inline constexpr int kTenths = 10;           // of the calibration and of the distribution
inline constexpr double kMostOff = 0.25;     // of the forecast's total, for a model to be used
inline constexpr double kWeeksOfMonth = 365.25 / 12 / 7;

struct ClvSettings {
  std::optional<PurchaseModel> model;  // none: the one with the best back-test
  // Days between opportunities to buy, where there is one in each period; 0: at any time. BG/BB
  // needs it, and without it is not compared with the others.
  int opportunity_days = 0;
  int horizon_months = 12;
  double margin = 1;           // of revenue, 0–1
  double discount_rate = 0.1;  // a year, 0–1
  int retrain_days = 30;
  bool scheduled = true;
};
Json to_json(const ClvSettings& settings);
// Fails with kInvalid, naming the member.
Result<ClvSettings> clv_settings_from_json(const Json& json);

// ---- the back-test

struct CardRow {  // people grouped by something known at the split
  int64_t people = 0;
  double expected = 0, actual = 0;  // mean purchases in the hold-out
};
struct Track {  // everyone of the back-test, repeat purchases from the first purchase on
  Instant week_end;
  double expected = 0, actual = 0;  // cumulative
};
// Fitted on what was known at the split, then compared with what happened from there to `to`.
struct Card {
  PurchaseModel model = PurchaseModel::kBgNbd;
  int opportunity_days = 0;  // of BG/BB
  Instant from, split, to;
  int64_t customers = 0;
  double expected = 0, actual = 0;    // purchases in the hold-out, all together
  double error = 0, naive_error = 0;  // mean absolute error a customer; naive: own rate goes on
  Purchases4 parameters{};            // fitted on what was known at the split
  std::vector<CardRow> by_repeats;    // kPerRepeats rows
  std::vector<CardRow> calibration;   // kTenths rows by forecast, lowest first
  std::vector<Track> tracking;
  std::vector<std::string> faults;  // words why the scores may not be used; none: they may
  bool passed() const { return faults.empty(); }
  Buying buying() const { return {model, opportunity_days, parameters}; }
};
Json to_json(const Card& card);
Result<Card> card_from_json(const Json& json);

// Where a back-test at `now` splits: two thirds of the time since the first order.
std::optional<Instant> split_of(const OrderBook& book, Instant now);
// Fails with kInvalid when there is no customer before the split.
Result<Card> back_test(const OrderBook& book, PurchaseModel model, Instant split, Instant to,
                       const std::stop_token& stop = {}, int opportunity_days = 0);

// The people behind row `row` of the card's tables, from the columns of now.
std::vector<PersonId> people_by_repeats(const OrderBook& book, const Card& card, size_t row);
std::vector<PersonId> people_by_forecast(const OrderBook& book, const Card& card, size_t row);

// ---- the model

struct ClvModel {
  int64_t version = 0;  // given by the store
  PurchaseModel model = PurchaseModel::kBgNbd;
  Instant as_of, trained_at;
  ClvSettings settings;
  Fit purchases;
  std::optional<Fit> spend;  // none when no customer has paid anything
  int64_t customers = 0;
  std::optional<Card> card;    // of this model; none when there is too little to test on
  std::vector<Card> compared;  // the others', without their tracking
  Buying buying() const;
  std::vector<std::string> faults() const;  // why the scores may not be used; none: they may
};
Json to_json(const ClvModel& model);
Result<ClvModel> clv_model_from_json(const Json& json);

// Fits at `as_of`. Fails with kInvalid when there is no customer.
Result<ClvModel> train_clv(const OrderBook& book, Instant as_of, const ClvSettings& settings,
                           Instant trained_at, const std::stop_token& stop = {});

// ---- scores

// What is expected of a customer over the horizon of the model.
struct ClvScore {
  double alive = 0;      // probability
  double purchases = 0;  // expected, not discounted
  double spend_minor = 0;
  double value_minor = 0;  // discounted margin
  // The rate of purchases of one who is still a customer is gamma distributed with this shape and
  // rate: r + repeats and alpha + time seen, in the three models of purchases at any time (equation
  // 3 of Fader, Hardie & Lee 2005 and its like).
  double rate_shape = 0, rate_weeks = 0;
  // With BG/BB an opportunity is taken with a probability that is beta distributed with rate_shape
  // and rate_weeks; days between them, and until the next one (0: it is open).
  int opportunity_days = 0;
  double days_to_opportunity = 0;
};
// Days until the next purchase of one who is still a customer are at most this with a probability
// of `share`: the Pareto distribution that exponential gaps of a gamma distributed rate have.
double days_to_next(const ClvScore& score, double share);
struct ClvScores {
  Instant as_of;
  int64_t model_version = 0;
  std::vector<PersonId> person;  // ascending
  std::vector<ClvScore> score;
  std::vector<uint8_t> tenth;            // 1–10 by value, 10 the best; equal values share one
  std::array<double, kTenths> lowest{};  // value_minor at which each tenth starts
  const ClvScore* find(PersonId person) const;
};
// `customers` as customers_for() makes them for the model.
ClvScores score_clv(const ClvModel& model, const Customers& customers);
// Of somebody who makes the first purchase now, that purchase included.
double new_customer_minor(const ClvModel& model);

}  // namespace perennial::value
