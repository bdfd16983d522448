// Asking a timeline: selectors are compiled against a snapshot, buckets are read one by one into
// slices, and a kernel takes the slices on every thread of the engine. Questions share the threads
// fairly: each gets its turn, a few buckets at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/base.h"
#include "timeline/dictionary.h"
#include "timeline/group_slots.h"
#include "timeline/layer.h"
#include "timeline/periods.h"
#include "timeline/select.h"

namespace perennial::timeline {

inline constexpr size_t kMaxNumberGroups = 10'000;  // distinct numbers of a breakdown

// What is there at one moment. Immutable, cheap to copy, valid as long as it is held.
struct Snapshot {
  std::vector<std::shared_ptr<const Layer>> layers;  // oldest first
  std::shared_ptr<const Dictionary> dictionary;
  uint64_t seq = 0;     // every event of the log up to this is in it
  uint64_t events = 0;  // about: people that moved count twice until the next base
  uint32_t buckets() const;
  Zone zone = Zone::utc();  // whose days the layers' strips are
};

// Sets of people by bucket: person p is place p % kBucketPeople of crowd p / kBucketPeople.
using People = std::vector<Crowd>;

struct Ask {
  std::vector<Selector> selectors;
  std::shared_ptr<const People> among;  // whom it is about; null: everybody
  // A number for each person for Slice::group; may be shorter than there are people.
  std::shared_ptr<const std::vector<uint32_t>> person_group;
  std::optional<Periods> presence;  // asks for presence over these periods instead of hits
};

// The properties of events that a question looks at.
std::set<std::string> properties_of(const Ask& ask);
// Those that the timeline does not hold whole: such a question needs the event log.
std::vector<std::string> missing_properties(const Dictionary& dictionary, const Ask& ask);

// When to give up. Both may be looked at from any thread.
struct Stop {
  std::atomic<bool> cancelled = false;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  Result<void> check() const;  // kConflict when cancelled, kTimeout after the deadline
};

struct ReadCount {
  uint64_t events = 0;  // hits of all selectors
  uint64_t people = 0;  // who has events, of those that the question is about
};

class Plan;  // select.cc

// One reader a thread.
class BucketReader {
 public:
  explicit BucketReader(const Plan& plan);
  ~BucketReader();
  // Valid until the next call.
  const Slice& read(uint32_t bucket);
  const ReadCount& count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class Pool {
 public:
  explicit Pool(unsigned threads);
  ~Pool();
  unsigned threads() const { return threads_; }
  // Calls work(chunk, thread) for every chunk below `chunks`, on all threads, until `stop` says so;
  // returns when no call is under way any more.
  Result<void> run(uint32_t chunks, const Stop& stop,
                   const std::function<void(uint32_t chunk, unsigned thread)>& work);

 private:
  struct Impl;
  unsigned threads_;
  std::unique_ptr<Impl> impl_;
};

inline constexpr uint32_t kChunkBuckets = 4;  // about 0.1–1 ms of work

// The plan keeps the snapshot alive. Names and properties that nobody ever sent give no hits.
// kTooLarge: a breakdown by more than kMaxNumberGroups numbers.
Result<std::shared_ptr<const Plan>> compile(const Snapshot& snapshot, Ask ask, Pool& pool,
                                            const Stop& stop);
uint32_t buckets_of(const Plan& plan);
// What a code of Hits::group of a selector (or Hits::held, with `held`) stands for.
std::string group_label(const Plan& plan, size_t selector, uint32_t code, bool held = false);
// The order of what codes of Hits::group of a selector stand for: none, texts by their bytes,
// numbers. The plan must outlive it.
CodeBefore label_order(const Plan& plan, size_t selector);
const Snapshot& snapshot_of(const Plan& plan);

// Runs a kernel (copyable; add(const Slice&), merge(const Kernel&)) over all buckets.
template <class Kernel>
Result<Kernel> run(const Plan& plan, const Kernel& empty, Pool& pool, const Stop& stop,
                   ReadCount* count = nullptr) {
  std::vector<Kernel> kernels(pool.threads(), empty);
  std::vector<std::unique_ptr<BucketReader>> readers;
  for (unsigned i = 0; i < pool.threads(); ++i) {
    readers.push_back(std::make_unique<BucketReader>(plan));
  }
  const uint32_t buckets = buckets_of(plan);
  TRY(pool.run((buckets + kChunkBuckets - 1) / kChunkBuckets, stop,
               [&](uint32_t chunk, unsigned thread) {
                 const uint32_t first = chunk * kChunkBuckets;
                 for (uint32_t i = 0; i < kChunkBuckets && first + i < buckets; ++i) {
                   kernels[thread].add(readers[thread]->read(first + i));
                 }
               }));
  for (unsigned i = 1; i < pool.threads(); ++i) kernels[0].merge(kernels[i]);
  for (unsigned i = 0; count != nullptr && i < pool.threads(); ++i) {
    count->events += readers[i]->count().events;
    count->people += readers[i]->count().people;
  }
  return std::move(kernels[0]);
}

// Collects people: calls each(slice, out) for every bucket, which adds to `out`.
Result<People> collect(const Plan& plan, Pool& pool, const Stop& stop,
                       const std::function<void(const Slice&, Crowd& out)>& each);

}  // namespace perennial::timeline
