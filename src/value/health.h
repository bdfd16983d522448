// Health: 0 to 100 for each customer, from what was used, ordered, complained about, answered and
// paid, each measure with its weight; checked against who left later, with how long before.
//
// A measure without data is left out, and its weight is shared by the others. Weights are set by
// hand, or learned: those of a logistic regression of leaving on what each measure lacks, none of
// them negative.
//
// Pure functions of columns and instants; leaving is what churn.h calls so.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "value/churn.h"

namespace perennial::value {

enum class Measure : uint8_t { kOrders, kUse, kSupport, kSatisfaction, kPayment };
inline constexpr size_t kMeasures = 5;
std::string_view measure_name(Measure measure);  // "orders", "use", …

enum class Light : uint8_t { kRed, kAmber, kGreen };
inline constexpr size_t kLights = 3;
std::string_view light_name(Light light);  // "red", "amber", "green"
std::optional<Light> parse_light(std::string_view word);

inline constexpr int kUseDays = 30;        // of activity that is looked at,
inline constexpr int kUsualUseDays = 90;   // against what was usual in those before
inline constexpr int kAnswerDays = 180;    // an answer counts so long
inline constexpr int kHealingDays = 30;    // what was solved or paid still counts so long
inline constexpr double kGapsToNone = 4;   // usual gaps without an order at which nothing is left
inline constexpr double kPriorGaps = 2;    // how many own gaps the gap of all counts as much as
inline constexpr double kPartlyWell = 60;  // of 100: a complaint solved, a payment made late

// Names of events; without any, there is no such measure.
struct HealthEvents {
  std::vector<std::string> complaint_opened = {"Complaint Opened", "Ticket Opened"};
  std::vector<std::string> complaint_closed = {"Complaint Solved", "Ticket Solved"};
  std::vector<std::string> answered = {"Survey Answered"};
  std::string answer_property = "score";
  double answer_best = 10;  // 0 is the worst
  std::vector<std::string> payment_failed = {"Payment Failed"};
  std::vector<std::string> payment_made = {"Payment Succeeded", "Order Completed"};
  bool operator==(const HealthEvents&) const = default;
};

struct HealthSettings {
  bool learned = false;  // weights: learned when the test allows it, else those below
  std::array<double, kMeasures> weights = {40, 25, 15, 10, 10};
  double red_below = 40, green_from = 70;
  HealthEvents events;
  std::string owner_trait = "owner";
  int retrain_days = 30;
  bool scheduled = true;
};
Json to_json(const HealthSettings& settings);
Result<HealthSettings> health_settings_from_json(const Json& json);
// The names of events as the workspace's settings have them: what complaints, answers and payments
// are is said once for health, churn risk and reasons for leaving.
Result<HealthEvents> health_events(store::Connection& c);

// What is known of one person at one instant. Nothing that happened at or after it counts.
struct HealthFacts {
  double days_since_order = 0, usual_gap_days = 0;
  double active_days = 0, usual_active_days = 0;  // of kUseDays; usual: mean of those before
  double open_complaints = 0;
  std::optional<Instant> complained_at;  // the newest that is open
  std::optional<double> days_since_solved;
  std::optional<double> answer;  // share of the best
  std::optional<Instant> answered_at;
  bool unpaid = false;  // a failed payment without one made since
  std::optional<Instant> failed_at;
  double stretch() const { return days_since_order / usual_gap_days; }
};

// Which measures the workspace has any data of.
using Present = std::array<bool, kMeasures>;

// The parts of a score: 0 to 100 each; nothing where there is no data.
using Parts = std::array<std::optional<double>, kMeasures>;
Parts parts_of(const HealthFacts& facts, const Present& present);
using Weights = std::array<double, kMeasures>;
// 0 to 100. Nothing when no part with a weight has data.
std::optional<double> score_of(const Parts& parts, const Weights& weights);
// How many points each part takes off 100; they add up to what is missing.
std::array<double, kMeasures> points_lost(const Parts& parts, const Weights& weights);
Light light_of(double score, const HealthSettings& settings);

// The usual gap of somebody with these gaps between order days, shrunk to the gap of all: the mean
// of own gaps and kPriorGaps gaps of all.
double expected_gap(std::span<const double> gaps, double gap_of_all);
// Days since the last order, and the usual gap, of one person before `at`; gap 0 without an order.
void add_order_facts(const OrderBook& book, PersonRows rows, Instant at, double gap_of_all,
                     HealthFacts& facts);

// ---- the card

struct Share {  // of people who left, with Wilson's 95 % interval (Wilson 1927)
  int64_t people = 0, left = 0;
  double share = 0, low = 0, high = 0;
};
Share share_of(int64_t left, int64_t people);

struct LeadTime {
  int64_t left = 0;    // of whom the time before is known
  int64_t warned = 0;  // that were red before it could be said that they had left
  double median_days = 0, early_days = 0, late_days = 0;  // quartiles over those warned
};
struct HealthCard {
  int64_t people = 0, left = 0;
  double auc = 0;                           // of 100 − score
  std::array<Share, kLights> lights;        // by Light
  std::array<Share, 10> bands;              // scores [0, 10), …, [90, 100]
  std::array<double, kMeasures> alone_auc;  // of each part by itself; 0.5 where it is not present
  LeadTime lead;
  std::vector<std::string> faults;
};

// Scores of many people at one instant; labels where it is known who left.
struct HealthRows {
  std::vector<PersonId> person;
  std::vector<Parts> parts;
  std::vector<uint8_t> left;
};
HealthCard test_health(const HealthRows& rows, const Weights& weights,
                       const HealthSettings& settings);
// Weights that sum to 100, none negative. Nothing when no measure tells who leaves.
Result<std::optional<Weights>> learn_weights(const HealthRows& rows);

// One person who left: when the last order was, and scores at ascending instants.
struct Decline {
  Instant last_order;
  std::vector<std::pair<Instant, double>> scores;
};
// `known_after`: how long after the last order it is said that somebody has left.
LeadTime lead_time(std::span<const Decline> declines, std::chrono::days known_after,
                   double red_below);

struct HealthModel {
  int64_t version = 0;
  Instant trained_at, learned_at, tested_at;
  int horizon_days = 90;
  HealthSettings settings;
  Weights weights{};
  bool weights_learned = false;
  Present present{};
  HealthCard card;
};
Json to_json(const HealthModel& model);
Result<HealthModel> health_model_from_json(const Json& json);

// ---- alerts

enum class Alert : uint8_t { kOrderGap, kActivity, kComplaint, kLowAnswer, kPayment };
inline constexpr size_t kAlerts = 5;
std::string_view alert_name(Alert alert);  // "order_gap_stretched", "activity_halved", …

inline constexpr double kStretched = 2;        // usual gaps
inline constexpr double kLowAnswer = 0.6;      // of the best: 6 of 10
inline constexpr double kLeastUsualUse = 4;    // days of kUseDays, for half of them to say anything
inline constexpr std::chrono::days kFresh{7};  // what began earlier is not news

struct Raised {
  PersonId person = 0;
  Alert alert = Alert::kOrderGap;
  Instant since;     // what it is about: last order, complaint, answer, failed payment; or now
  double value = 0;  // gaps, share of the usual, open complaints, answer, 1
};
// What is to be told about somebody now; `before` is what was known kFresh ago.
std::vector<Raised> alerts_of(PersonId person, const HealthFacts& before, const HealthFacts& now,
                              Instant at);

}  // namespace perennial::value
