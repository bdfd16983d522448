#include "timeline/retention_sets.h"

// The instruction that counts bits is younger than the oldest machines the program runs on: both
// forms are compiled, and the loader picks one.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PERENNIAL_COUNTS_BITS __attribute__((target_clones("popcnt", "default")))
#else
#define PERENNIAL_COUNTS_BITS
#endif

namespace perennial::timeline {

PERENNIAL_COUNTS_BITS
void add_sizes(const Crowd& mask, std::span<const Crowd> sets, uint64_t* out) {
  for (size_t i = 0; i < sets.size(); ++i) {
    uint64_t total = 0;
    for (size_t w = 0; w < mask.words.size(); ++w) {
      total += static_cast<uint64_t>(__builtin_popcountll(mask.words[w] & sets[i].words[w]));
    }
    out[i] += total;
  }
}

PERENNIAL_COUNTS_BITS
void add_sizes(const Crowd& mask, std::span<const Crowd* const> sets, uint64_t* out) {
  for (size_t i = 0; i < sets.size(); ++i) {
    uint64_t total = 0;
    for (size_t w = 0; w < mask.words.size(); ++w) {
      total += static_cast<uint64_t>(__builtin_popcountll(mask.words[w] & sets[i]->words[w]));
    }
    out[i] += total;
  }
}

void presence_at_least(const Hits& hits, const Periods& periods, uint32_t min_count,
                       std::vector<Crowd>& in) {
  in.assign(static_cast<size_t>(periods.size()), Crowd{});
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    const uint32_t last = hits.last[person];
    uint32_t hit = hits.first[person];
    while (hit < last && hits.at[hit] < periods.begin()) ++hit;
    while (hit < last && hits.at[hit] < periods.end()) {
      const int period = periods.find(hits.at[hit]);
      const uint32_t first = hit;
      while (hit < last && hits.at[hit] < periods.to(period)) ++hit;
      if (hit - first >= min_count) in[static_cast<size_t>(period)].add(person);
    }
  }
}

}  // namespace perennial::timeline
