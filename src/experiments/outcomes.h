// What happened to the people of an experiment: one pass over the timeline and the order book
// gives, for each measure and arm, the moments that the statistics need and the same sums day by
// day.
//
// A person takes part from the first exposure on. Someone exposed to two arms takes part in neither
// and is counted as mixed. For a person exposed at e, what counts lies in [e, e + window) and
// before the end; what is compared with from before lies in [e − before, e). Retention looks at the
// 24 hours that begin `day` times 24 hours after e, and only at people for whom they are over. A
// measure of people counted with a window takes them from their exposure on, so that a young
// experiment is of everybody and its later days complete it.
//
// A pure kernel: slices in, tallies out (see timeline/engine.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "experiments/experiment.h"
#include "people/people.h"
#include "proof/proof.h"

namespace perennial::experiments {

using proof::Moments;
using proof::Number;
using timeline::Second;
inline constexpr Second kDay = 86'400;

// Who takes part, where it is not told by events: of hold-outs and campaigns. By person.
struct Exposed {
  static constexpr uint8_t kNot = 255;
  std::vector<uint8_t> arm;
  std::vector<Second> at;
  void put(people::PersonId person, uint8_t in_arm, Second when);
};

// Where the kernel finds what a measure counts.
struct Source {
  enum class From { kNothing, kEvents, kOrders } from = From::kNothing;
  size_t selector = 0;  // of events
  bool sum = false;     // the carried number, or the amount of orders; else the count
};
struct MeasurePlan {
  Measure::Kind kind = Measure::Kind::kProportion;
  Source of, per;
  // Taken off `of`: so much for each event, or for each unit of its number.
  struct Cost {
    Source of;
    double minor = 0;
  };
  std::vector<Cost> costs = {};
  Second window = 0;  // 0: up to `until`
  Second before = 0;
  Second until = 0;   // nothing at it or later counts
  Second day = 0;     // of retention: when the day begins after the exposure
  bool keep = false;  // values of single people, for caps and quantiles
};
struct OutcomePlan {
  size_t arms = 2;
  Second from = 0;           // when it began: day 0 of the daily sums
  Second exposed_until = 0;  // later exposures do not count
  uint32_t days = 1;
  std::vector<MeasurePlan> measures;
  // Exposures are the hits of the first selectors, one for each arm, and one more for arms that the
  // experiment does not have; or they are given.
  std::shared_ptr<const Exposed> exposed;
  std::shared_ptr<const people::OrderBook> book;  // null: no measure of orders
};

// Plain sums at the end of each day since the beginning: of people, y, d and their products.
struct DailySums {
  std::vector<double> n, y, yy, d, dd, yd;
};
struct Tally {  // of one measure
  std::vector<Moments> arms;
  std::vector<DailySums> daily;                    // by arm
  std::vector<std::vector<Moments::Values>> kept;  // by arm, where the plan says keep
};
struct OutcomeTable {
  std::vector<int64_t> exposed;  // by arm
  int64_t mixed = 0;             // in two arms
  int64_t elsewhere = 0;         // in an arm that the experiment does not have
  std::vector<Tally> measures;
};

// Whom to collect: of an arm (or the mixed), all or those whose y is not 0 in a measure.
struct OutcomePick {
  std::optional<size_t> arm;  // nullopt: the mixed
  std::optional<size_t> measure;
};

class Outcomes {
 public:
  explicit Outcomes(std::shared_ptr<const OutcomePlan> plan);
  void add(const timeline::Slice& slice);
  void merge(const Outcomes& other);
  // Adds who was given and has no bucket in the timeline, and sums the days up.
  OutcomeTable finish(uint32_t buckets) const;
  void collect(const timeline::Slice& slice, const OutcomePick& pick, timeline::Crowd& out) const;

 private:
  struct Exposure {
    int arm = -1;  // -1: none, -2: mixed, -3: elsewhere
    Second at = 0;
  };
  struct Step {  // of a running value
    Second at = 0;
    double y = 0, d = 0;
  };
  Exposure exposure_of(const timeline::Slice& slice, uint32_t person) const;
  // What `of` amounts to in [from, to), less its costs.
  double value_of(const MeasurePlan& measure, const timeline::Slice& slice, uint32_t person,
                  Second from, Second to, std::span<const uint32_t> orders,
                  std::vector<Step>* steps) const;
  void find_orders(uint32_t bucket, std::vector<uint32_t>& first) const;
  // The numbers of one person; steps of the running value are left in `steps_`.
  std::optional<Moments::Values> values_of(const MeasurePlan& measure, const timeline::Slice& slice,
                                           uint32_t person, Second exposed_at,
                                           std::span<const uint32_t> orders,
                                           std::vector<Step>* steps) const;
  template <class Each>
  void each_step(const Source& source, const timeline::Slice& slice, uint32_t person, Second from,
                 Second to, std::span<const uint32_t> orders, Each each) const;
  void add_daily(const MeasurePlan& measure, DailySums& days, Second exposed_at,
                 std::vector<Step>& steps) const;
  uint32_t day_of(Second at) const;

  std::shared_ptr<const OutcomePlan> plan_;
  OutcomeTable table_;
  std::vector<uint32_t> order_rows_;
  std::vector<Step> steps_;
};

// Cuts y of all arms to the quantile `level` of its non-zero values (pooled over the arms) and
// gives the moments again; the cap, or nothing when no value is above it.
std::optional<double> cap_values(Tally& tally, double level);

}  // namespace perennial::experiments
