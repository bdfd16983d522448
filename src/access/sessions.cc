#include "access/sessions.h"

namespace perennial::access {
namespace {

constexpr size_t kTokenLength = 43;  // 32 bytes as URL-safe base 64

std::string mark_of(std::string_view secret, std::string_view token) {
  return hmac_token(secret, "session:" + std::string(token));
}

}  // namespace

std::string new_session_token(std::string_view secret) {
  std::string token = random_token();
  return token + mark_of(secret, token);
}

bool is_own_token(std::string_view secret, std::string_view token) {
  return token.size() == 2 * kTokenLength &&
         equal_in_constant_time(mark_of(secret, token.substr(0, kTokenLength)),
                                token.substr(kTokenLength));
}

std::string csrf_token(std::string_view secret, std::string_view session_hash) {
  return hmac_token(secret, "csrf:" + std::string(session_hash));
}

Result<void> start_session(store::Connection& c, std::string_view token, std::string_view user_id,
                           Instant now) {
  TRY(c.execute("DELETE FROM access_session WHERE last_seen_at <= $1",
                {to_millis(now - kSessionIdle)}));
  TRY(
      c.execute("INSERT INTO access_session (hash, user_id, created_at, last_seen_at)"
                " VALUES ($1, $2, $3, $3)",
                {sha256_hex(token), std::string(user_id), to_millis(now)}));
  TRY(c.execute("UPDATE access_user SET last_seen_at = $2 WHERE id = $1",
                {std::string(user_id), to_millis(now)}));
  return {};
}

Result<void> end_session(store::Connection& c, std::string_view hash) {
  TRY(c.execute("DELETE FROM access_session WHERE hash = $1", {std::string(hash)}));
  return {};
}

Result<std::optional<Session>> find_session(store::Connection& c, std::string_view hash,
                                            Instant now) {
  auto row =
      TRY(c.query_one("SELECT u.id, u.email, u.name, u.role, s.last_seen_at FROM access_session s"
                      " JOIN access_user u ON u.id = s.user_id"
                      " WHERE s.hash = $1 AND s.last_seen_at > $2 AND u.disabled = 0",
                      {std::string(hash), to_millis(now - kSessionIdle)}));
  if (!row) return std::nullopt;
  User user{.id = row->text(0), .email = row->text(1), .name = row->text(2)};
  auto role = parse_role(row->text(3));
  INVARIANT(role.has_value());
  user.role = *role;
  return Session{.hash = std::string(hash),
                 .principal = principal_of(user),
                 .seen_at = from_millis(row->integer(4))};
}

http::Principal principal_of(const User& user) {
  return {.id = user.id,
          .name = user.name.empty() ? user.email : user.name,
          .role = std::string(role_name(user.role)),
          .source = ""};
}

std::optional<Session> SessionCache::find(const std::string& hash, Instant now) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(hash);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  bool fresh = std::chrono::steady_clock::now() - entry.read_at < kMaxSessionAge &&
               now - entry.session.seen_at < kSessionIdle;
  if (!fresh) {
    drop(entry);
    entries_.erase(found);
    return std::nullopt;
  }
  entry.used_at = std::max(entry.used_at, now);
  return entry.session;
}

uint64_t SessionCache::generation() {
  std::lock_guard lock(mutex_);
  return generation_;
}

void SessionCache::put(Session session, Instant now, uint64_t generation) {
  std::lock_guard lock(mutex_);
  if (generation != generation_ || entries_.size() >= kMaxCachedSessions) return;
  std::string hash = session.hash;
  entries_.insert_or_assign(std::move(hash), Entry{.session = std::move(session),
                                                   .read_at = std::chrono::steady_clock::now(),
                                                   .used_at = now});
}

void SessionCache::forget() {
  std::lock_guard lock(mutex_);
  for (const auto& [hash, entry] : entries_) drop(entry);
  entries_.clear();
  ++generation_;
}

std::vector<std::pair<Session, Instant>> SessionCache::take_seen() {
  std::lock_guard lock(mutex_);
  for (const auto& [hash, entry] : entries_) drop(entry);
  entries_.clear();
  return std::exchange(seen_, {});
}

void SessionCache::drop(const Entry& entry) {
  if (entry.used_at - entry.session.seen_at >= kSeenEvery && seen_.size() < kMaxCachedSessions)
    seen_.emplace_back(entry.session, entry.used_at);
}

Result<void> write_seen(store::Connection& c,
                        const std::vector<std::pair<Session, Instant>>& sessions) {
  for (const auto& [session, used_at] : sessions) {
    TRY(
        c.execute("UPDATE access_session SET last_seen_at = $2"
                  " WHERE hash = $1 AND last_seen_at < $2",
                  {session.hash, to_millis(used_at)}));
    TRY(
        c.execute("UPDATE access_user SET last_seen_at = $2 WHERE id = $1"
                  " AND (last_seen_at IS NULL OR last_seen_at < $2)",
                  {session.principal.id, to_millis(used_at)}));
  }
  return {};
}

}  // namespace perennial::access
