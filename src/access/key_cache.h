// The working keys in memory, found by the hash of their secret. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/access.h"

namespace perennial::access {

inline constexpr std::chrono::minutes kUsedEvery{1};  // how often "last used" is written

struct CachedKey {
  KeyKind kind = KeyKind::kWrite;
  http::Principal principal;
  std::atomic<int64_t> used_ms{0};
  int64_t written_ms = 0;  // what the database says; touched by the writer of the times alone
};

class KeyCache {
 public:
  // Null if it is unknown, revoked or of the other kind. Remembers the time of use.
  std::shared_ptr<const CachedKey> find(KeyKind kind, std::string_view secret, Instant now);
  // Reads all keys again. Calls follow one another, so that a read which began before a change
  // never covers one that began after it.
  Result<void> reload(store::Database& database);
  // Writes the times of use that are kUsedEvery newer than those in the database.
  Result<void> write_used(store::Database& database);

 private:
  using Keys = std::unordered_map<std::string, std::shared_ptr<CachedKey>>;
  std::shared_ptr<const Keys> keys();

  std::mutex reload_mutex_;
  std::mutex mutex_;  // of keys_, held for a copy of the pointer
  std::shared_ptr<const Keys> keys_ = std::make_shared<Keys>();
};

}  // namespace perennial::access
