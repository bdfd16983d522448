#include "insight/query_parts.h"

namespace perennial::insight {
namespace {

struct Collect {
  QueryParts& parts;

  void add(const NamedSelector& selector) const { parts.selectors.push_back(&selector); }
  void add(const std::vector<NamedSelector>& selectors) const {
    for (const auto& one : selectors) add(one);
  }
  void add(const std::optional<NamedSelector>& selector) const {
    if (selector) add(*selector);
  }
  void carry(const std::string& property) const {
    if (property.empty()) return;
    parts.carried.insert(property);
    parts.numbers.insert(property);
  }
  void carry(const std::optional<Breakdown>& breakdown) const {
    if (!breakdown || breakdown->by != Breakdown::By::kEventProperty) return;
    parts.carried.insert(breakdown->property);
    parts.split = breakdown->property;
  }

  void operator()(const TrendsQuery& q) const {
    for (const auto& series : q.series) {
      add(series.select);
      carry(series.property);
    }
    carry(q.breakdown);
  }
  void operator()(const FunnelQuery& q) const {
    add(q.steps);
    for (const auto& exclusion : q.exclusions) add(exclusion.select);
    carry(q.held_property);
    carry(q.breakdown);
    parts.any_event |=
        q.order == FunnelQuery::Order::kStrict || q.session_gap.has_value() || q.modes.strict_order;
  }
  void operator()(const RetentionQuery& q) const {
    add(q.start);
    add(q.comes_back);
    carry(q.breakdown);
    parts.from_the_start |= q.first_time;
  }
  void operator()(const LifecycleQuery& q) const {
    add(q.select);
    parts.from_the_start = true;
  }
  void operator()(const StickinessQuery& q) const { add(q.select); }
  void operator()(const ActiveQuery& q) const { add(q.select); }
  void operator()(const DistributionQuery& q) const {
    add(q.select);
    carry(q.property);
  }
  void operator()(const IntervalQuery& q) const {
    add(q.start);
    add(q.end);
    carry(q.held_property);
    carry(q.breakdown);
  }
  void operator()(const PathsQuery& q) const {
    add(q.from);
    add(q.to);
    add(q.events);
    parts.any_event |= q.events.empty();
    if (q.split) carry(q.split->property);
  }
  void operator()(const AttributionQuery& q) const {
    add(q.conversion);
    add(q.touches);
    carry(q.value_property);
    carry(q.touch_property);
  }
  void operator()(const SessionsQuery& q) const {
    add(q.select);
    carry(q.breakdown);
  }
  void operator()(const RfmQuery& q) const {
    add(q.select);
    carry(q.value_property);
  }
};

}  // namespace

QueryParts parts_of(const Query& query) {
  QueryParts parts;
  std::visit(Collect{parts}, query.analysis);
  for (const NamedSelector* selector : parts.selectors) {
    for (const auto& event : selector->select.any_of) parts.any_event |= !event.type || !event.name;
  }
  return parts;
}

}  // namespace perennial::insight
