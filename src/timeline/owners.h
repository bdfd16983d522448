// Whose an identity is, from memory: for readers that meet every identity of the log.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <xxhash.h>

#include "people/people.h"
#include "store/store.h"

namespace perennial::timeline {

// 26 to 28 bytes an identity. Identities are told apart by 128-bit hashes. Hashes are spread
// evenly: the first bits of one tell where in the order it lies, but for a few places, so that
// finding one of millions costs two cache misses.
class Owners {
 public:
  static Result<Owners> load(store::Connection& c);
  uint32_t find(std::string_view identity) const;  // 0: nobody's
  // Whose an event is: under a user id that names nobody it belongs to the anonymous id.
  uint32_t find_event(std::string_view identity, std::string_view anonymous_id) const;

 private:
  struct Owner {
    XXH128_hash_t hash;
    uint32_t person;
  };
  static bool less(const XXH128_hash_t& a, const XXH128_hash_t& b) {
    return a.high64 != b.high64 ? a.high64 < b.high64 : a.low64 < b.low64;
  }
  void index();
  size_t place_of(const XXH128_hash_t& hash) const {
    return static_cast<size_t>(hash.high64 >> shift_);
  }

  std::vector<Owner> owners_;  // ascending by hash
  // Where the hashes of each place begin, and one more.
  std::vector<uint32_t> begins_ = {0, 0, 0};
  int shift_ = 63;
};

// The owners of one moment, for every question that reads the log at that moment: loading them
// takes about a second a million. Thread-safe.
class OwnersCache {
 public:
  // `now` as people::reached() says in the same transaction.
  Result<std::shared_ptr<const Owners>> get(store::Connection& c, const people::Reached& now);

 private:
  std::mutex mutex_;  // held while loading, so that others wait instead of loading too
  std::shared_ptr<const Owners> owners_;
  people::Reached at_;
};

// Whether events under an identity belong to whoever their anonymous id names.
bool is_junk_identity(std::string_view identity);

}  // namespace perennial::timeline
