// From the log to rows by partition of people: what a base and a question to the log begin with.
// Two threads read, each its share of identities. Events under junk ids, which belong to whom their
// anonymous id names, are read once more with those ids; no other event brings its own.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "timeline/dictionary.h"
#include "timeline/intake.h"
#include "timeline/owners.h"
#include "timeline/spill.h"

namespace perennial::timeline {

inline constexpr size_t kReadAtOnce = 2;

struct SpillLog {
  events::Log& log;
  const Owners& owners;
  Dictionary& dictionary;                                          // that both fill
  std::vector<EventName> names = {};                               // only these; empty: all
  std::optional<std::set<std::string>> properties = std::nullopt;  // only these; nothing: all
  Lists lists = {};
  std::function<size_t(uint32_t person)> partition;
  // Called by each reader every few thousand events, of which `more` are met for the first time,
  // and at its end; `bytes` of memory are the reader's. An error ends the reading.
  std::function<Result<void>(size_t reader, uint64_t more, size_t bytes)> look;
};
struct SpiltLog {
  uint64_t rows = 0;     // an event that a list splits is several
  uint64_t outside = 0;  // events that a timeline cannot hold
  uint64_t nobody = 0;   // events of nobody
  bool junk = false;     // some identities were junk
};
Result<SpiltLog> spill_log(const SpillLog& what, const events::Sweep& sweep, Spilled& into);

// Sorts the rows of a partition and gives them to `take(number, rows)` bucket by bucket; ends at
// its first error.
template <class Take>
Result<void> each_bucket(Rows& rows, Take take) {
  sort_rows(rows.rows);
  const std::span<const Row> all(rows.rows);
  for (size_t at = 0; at < all.size();) {
    const uint32_t bucket = all[at].person / kBucketPeople;
    const size_t begin = at;
    while (at < all.size() && all[at].person / kBucketPeople == bucket) ++at;
    TRY(take(bucket, all.subspan(begin, at - begin)));
  }
  return {};
}

}  // namespace perennial::timeline
