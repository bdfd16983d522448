// The nine questions of `./run bench insight`, asked of the timeline's kernels in this process, and
// the timeline made of the seeded data without an event log.
#pragma once

#include <string>

#include "timeline/timeline.h"

namespace perennial::bench {

// Writes a base file of `people` people. Bucket by bucket: memory does not grow with them.
Result<void> make_base(const std::string& path, uint32_t people);

struct Answer {
  std::string text;    // rows of numbers with tabs between them, as the rivals' SQL gives them
  uint64_t bytes = 0;  // about, of the columns that were read
};

// Events in random order, in memory, to the layout.
struct Building {
  uint64_t events = 0;
  double seconds = 0;
};
Building measure_building(uint32_t people);

class Ours {
 public:
  // Maps the base and tests its checksums.
  static Result<Ours> open(const std::string& path, unsigned threads);
  Answer ask(const std::string& question);
  // Until a million new events of random people are in the answers: their layer, and one question.
  // They are gone afterwards.
  double visible_ms(uint32_t people);
  const timeline::BaseFacts& facts() const { return facts_; }
  const timeline::Snapshot& snapshot() const { return snapshot_; }
  timeline::Pool& pool() { return *pool_; }
  size_t base_bytes() const { return snapshot_.layers.front()->bytes(); }

 private:
  template <class Kernel>
  Kernel run(timeline::Ask ask, const Kernel& kernel);
  uint64_t bytes_of(const timeline::Ask& ask) const;

  Answer funnel(int steps, bool by_channel);
  Answer retention();
  Answer segment();
  Answer rfm();
  Answer paths();
  Answer active();
  Answer lifecycle();

  timeline::Snapshot snapshot_;
  timeline::BaseFacts facts_;
  std::shared_ptr<timeline::Pool> pool_;
};

}  // namespace perennial::bench
