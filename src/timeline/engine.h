// Asking a timeline: selectors are compiled against a snapshot, buckets are read one by one into
// slices, and a kernel takes the slices on every thread of the engine. Questions share the threads
// fairly: each gets its turn, a few buckets at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
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
  uint64_t bytes = 0;       // of memory, if it is of the log and nobody else's
  uint64_t file_bytes = 0;  // of a temporary file that it holds
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

// Memory that questions take together, and may take.
struct SharedMemory {
  uint64_t most = UINT64_MAX;  // bytes
  std::atomic<uint64_t> used = 0;
};

// When to give up. All may be looked at from any thread.
struct Stop {
  std::atomic<bool> cancelled = false;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  uint64_t most_memory = UINT64_MAX;     // bytes that the question may take
  std::shared_ptr<SharedMemory> shared;  // null: nobody else counts
  mutable std::atomic<uint64_t> memory = 0;
  // kConflict when cancelled, kTimeout after the deadline, kTooLarge when it takes too much memory,
  // kBusy when all questions together do.
  Result<void> check() const;
};

// A part of a question's memory, given back with the object. One thread at a time.
class Held {
 public:
  explicit Held(const Stop& stop) : stop_(stop) {}
  ~Held() { set(0); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  void set(uint64_t bytes) {
    if (bytes == bytes_) return;
    stop_.memory += bytes - bytes_;  // modulo 2^64
    if (stop_.shared) stop_.shared->used += bytes - bytes_;
    bytes_ = bytes;
  }

 private:
  const Stop& stop_;
  uint64_t bytes_ = 0;
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
// Codes of Hits::group of a selector are below this.
size_t group_codes(const Plan& plan, size_t selector);
const Snapshot& snapshot_of(const Plan& plan);

// Runs a kernel (copyable; add(const Slice&), merge(const Kernel&)) over all buckets. What grows
// with what it reads says how large it is by `uint64_t bytes() const`, cheaply.
template <class Kernel>
Result<Kernel> run(const Plan& plan, const Kernel& empty, Pool& pool, const Stop& stop,
                   ReadCount* count = nullptr) {
  constexpr bool kGrows = requires(const Kernel& kernel) { kernel.bytes(); };
  std::deque<Held> held;  // by thread
  for (unsigned i = 0; i < pool.threads(); ++i) held.emplace_back(stop);
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
                 if constexpr (kGrows) held[thread].set(kernels[thread].bytes());
               }));
  TRY(stop.check());
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
