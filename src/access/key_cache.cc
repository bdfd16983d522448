#include "access/key_cache.h"

#include "access/keys.h"

namespace perennial::access {
namespace {

std::shared_ptr<CachedKey> cached(const Key& key) {
  auto entry = std::make_shared<CachedKey>();
  entry->kind = key.kind;
  entry->principal = {.id = key.id,
                      .name = key.name,
                      .role = std::string(key.role ? role_name(*key.role) : ""),
                      .source = key.source};
  entry->written_ms = key.last_used_at ? to_millis(*key.last_used_at) : 0;
  entry->used_ms = entry->written_ms;
  return entry;
}

}  // namespace

std::shared_ptr<const KeyCache::Keys> KeyCache::keys() {
  std::lock_guard lock(mutex_);
  return keys_;
}

std::shared_ptr<const CachedKey> KeyCache::find(KeyKind kind, std::string_view secret,
                                                Instant now) {
  auto all = keys();
  auto found = all->find(sha256_hex(secret));
  if (found == all->end() || found->second->kind != kind) return nullptr;
  found->second->used_ms.store(to_millis(now), std::memory_order_relaxed);
  return found->second;
}

Result<void> KeyCache::reload(store::Database& database) {
  std::lock_guard one_at_a_time(reload_mutex_);
  auto stored = TRY(database.read(working_keys));
  auto old = keys();
  auto fresh = std::make_shared<Keys>();
  for (const auto& [key, hash] : stored) {
    auto known = old->find(hash);
    fresh->emplace(hash, known == old->end() ? cached(key) : known->second);
  }
  std::lock_guard lock(mutex_);
  keys_ = std::move(fresh);
  return {};
}

Result<void> KeyCache::write_used(store::Database& database) {
  constexpr auto kStep = std::chrono::duration_cast<Millis>(kUsedEvery).count();
  std::vector<std::pair<std::shared_ptr<CachedKey>, int64_t>> due;
  for (const auto& [hash, key] : *keys()) {
    int64_t used = key->used_ms.load(std::memory_order_relaxed);
    if (used - key->written_ms >= kStep) due.emplace_back(key, used);
  }
  if (due.empty()) return {};
  TRY(database.write([&](store::Connection& c) -> Result<void> {
    for (const auto& [key, used] : due)
      TRY(c.execute("UPDATE access_key SET last_used_at = $2 WHERE id = $1",
                    {key->principal.id, used}));
    return {};
  }));
  for (const auto& [key, used] : due) key->written_ms = used;
  return {};
}

}  // namespace perennial::access
