#include "timeline/presence.h"

namespace perennial::timeline {

Crowd presence_of(const Hits& hits, const Periods& periods, std::vector<Crowd>& in) {
  in.assign(static_cast<size_t>(periods.size()), Crowd{});
  Crowd before;
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    Second counted_until = 0;  // the end of the period of the last hit: those before it add nothing
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      const Second at = hits.at[hit];
      if (at < counted_until) continue;
      const int period = periods.find(at);
      if (period < 0) {
        before.add(person);
        counted_until = periods.begin();
      } else if (period < periods.size()) {
        in[static_cast<size_t>(period)].add(person);
        counted_until = periods.to(period);
      }
    }
  }
  return before;
}

}  // namespace perennial::timeline
