// What the timeline knows of each person for the health score, at one or more instants: one pass
// over the events of those asked about.
//
// Reads Slice::hits, one entry for each selector of health_selectors() in their order.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "timeline/timeline.h"
#include "value/health.h"

namespace perennial::value {

struct HealthScanSpec {
  std::vector<timeline::Second> at;  // ascending
  HealthEvents events;
};
// Any event, orders, then the kinds of HealthEvents. Days of use are those with an event that is
// none of the others: an order or a complaint is measured as what it is.
std::vector<timeline::Selector> health_selectors(const HealthScanSpec& spec);

class HealthScan {
 public:
  explicit HealthScan(std::shared_ptr<const HealthScanSpec> spec) : spec_(std::move(spec)) {}
  void add(const timeline::Slice& slice);
  void merge(const HealthScan& other);
  uint64_t bytes() const;
  // Facts of `people` (ascending) at each instant, person-major; those without events have none.
  // Also says which measures anybody has any data of.
  std::vector<HealthFacts> finish(std::span<const PersonId> people, Present& present) const;

 private:
  struct Kept {
    PersonId person = 0;
    size_t first = 0;  // of facts_
  };
  HealthFacts facts_at(const timeline::Slice& slice, uint32_t person, timeline::Second at);
  void add_use(const timeline::Slice& slice, uint32_t person, timeline::Second at,
               HealthFacts& facts);

  std::shared_ptr<const HealthScanSpec> spec_;
  std::vector<Kept> kept_;
  std::vector<HealthFacts> facts_;
  Present present_{};
  std::vector<uint64_t> others_;  // keys of the events of one person that are not use
};

// Facts of `people` at the instants of `at`, from the timeline and the orders.
struct HealthReading {
  Present present{};
  std::vector<HealthFacts> facts;  // person-major
};
// kBusy while the timeline is being built.
Result<HealthReading> read_health(timeline::Timeline& timeline, const OrderBook& book,
                                  std::span<const PersonId> people, std::vector<Instant> at,
                                  const HealthEvents& events, const std::stop_token& stop = {});

}  // namespace perennial::value
