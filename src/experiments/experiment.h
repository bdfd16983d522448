// Experiments as documents and rows: arms, measures, whom they are about, and their life from draft
// over running to stopped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "store/store.h"
#include "timeline/timeline.h"

namespace perennial::experiments {

inline constexpr size_t kMaxArms = 10;
inline constexpr size_t kMaxMeasures = 20;
inline constexpr size_t kMaxTests = 8;  // conditions of one event
inline constexpr size_t kMaxKeyBytes = 64;
inline constexpr size_t kMaxNameBytes = 400;
inline constexpr size_t kMaxTextBytes = 4'000;
inline constexpr int64_t kMaxDays = 400;  // of windows, plans and daily curves
inline constexpr size_t kMaxExperiments = 2'000;
inline constexpr double kWeightTolerance = 1e-6;  // weights add up to 1 within it

// What is counted of a person: events with conditions on their properties, or orders. `sum` adds up
// a property (of orders: amounts in minor units, orders less refunds); "" counts.
struct Counted {
  bool orders = false;
  std::string event, sum;
  std::vector<timeline::Test> where;  // all must fit
};

struct Measure {
  enum class Kind { kProportion, kCount, kMean, kRatio, kRetention, kRevenue, kQuantile };
  std::string key, name;
  Kind kind = Kind::kProportion;
  Counted of, per;  // per: of a ratio
  bool more_is_better = true;
  int64_t window_days = 0;  // after a person's exposure; 0: as long as the experiment
  int64_t day = 1;          // of retention: days after the exposure at which it is looked at
  double cap_level = 1;  // values above this quantile of the non-zero ones are cut to it; 1: none
  double level = 0.5;    // of a quantile
  int64_t before_days = 0;  // before the exposure, for CUPED; 0: none
  bool net = false;         // of revenue: less what points and messages cost
};
std::string_view kind_name(Measure::Kind kind);

struct ExperimentArm {
  std::string key, name;
  double weight = 0;
};

struct ExperimentDraft {
  std::string key, name, hypothesis;
  std::vector<ExperimentArm> arms;  // the first is the control
  double coverage = 1;              // share of the people who take part
  std::string salt;                 // seed of the hash; "" stands for the key
  int hash_version = 2;
  std::string audience;  // the words of a set of people ("stage:silent"); "": everybody
  std::string layer;     // experiments of one layer share out its people; "": none
  double layer_from = 0, layer_to = 1;
  std::vector<Measure> measures;  // the first decides
  bool sequential = true;         // intervals that may be looked at every day
  int64_t planned_days = 28;
};
// ExperimentDraft of the contract. kInvalid or kTooLarge, naming the member.
Result<ExperimentDraft> experiment_from_json(const Json& json);
Json to_json(const ExperimentDraft& draft);

struct Experiment : ExperimentDraft {
  std::string id;
  enum class State { kDraft, kRunning, kStopped } state = State::kDraft;
  Instant created_at;
  std::optional<Instant> started_at, stopped_at;
  std::string conclusion;
  std::string_view seed() const { return salt.empty() ? key : salt; }
};
std::string_view state_name(Experiment::State state);
Json to_json(const Experiment& experiment);

// kConflict when the key is taken.
Result<Experiment> create_experiment(store::Connection& c, const ExperimentDraft& draft,
                                     Instant now);
Result<Experiment> find_experiment(store::Connection& c, std::string_view id);  // kNotFound
Result<std::vector<Experiment>> list_experiments(store::Connection& c);         // newest first
Result<std::vector<Experiment>> running_experiments(store::Connection& c);
// kConflict unless it is a draft.
Result<Experiment> update_experiment(store::Connection& c, std::string_view id,
                                     const ExperimentDraft& draft);
Result<void> delete_experiment(store::Connection& c, std::string_view id);
// kConflict unless it is a draft, or when its part of the layer is taken by a running one.
Result<Experiment> start_experiment(store::Connection& c, std::string_view id, Instant now);
// kConflict unless it is running.
Result<Experiment> stop_experiment(store::Connection& c, std::string_view id,
                                   std::string_view conclusion, Instant now);

}  // namespace perennial::experiments
