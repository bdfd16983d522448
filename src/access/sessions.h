// Sessions: a random token in the browser's cookie, its SHA-256 in the database. A token carries an
// HMAC of itself, so that made-up cookies are refused without a look into the database.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/access.h"

namespace perennial::access {

inline constexpr std::string_view kSessionCookie = "perennial_session";
inline constexpr std::chrono::minutes kSeenEvery{1};      // how often "last seen" is written
inline constexpr std::chrono::seconds kMaxSessionAge{5};  // of a cached session
inline constexpr size_t kMaxCachedSessions = 10'000;

struct Session {
  std::string hash;  // of the token
  http::Principal principal;
  Instant seen_at;  // as written in the database
};

std::string new_session_token(std::string_view secret);
bool is_own_token(std::string_view secret, std::string_view token);
// What requests other than GET and HEAD carry in X-CSRF-Token (OWASP CSRF prevention cheat sheet,
// signed token bound to the session).
std::string csrf_token(std::string_view secret, std::string_view session_hash);

// Stores a session of a user and forgets those that were left unused.
Result<void> start_session(store::Connection& c, std::string_view token, std::string_view user_id,
                           Instant now);
Result<void> end_session(store::Connection& c, std::string_view hash);
// Of an enabled user, used within kSessionIdle.
Result<std::optional<Session>> find_session(store::Connection& c, std::string_view hash,
                                            Instant now);
// Who a user is to the rest of the program.
http::Principal principal_of(const User& user);

// Sessions found lately. Thread-safe.
class SessionCache {
 public:
  std::optional<Session> find(const std::string& hash, Instant now);
  // To be read before the database is, and given to put(): a session that was read before forget()
  // is not kept.
  uint64_t generation();
  void put(Session session, Instant now, uint64_t generation);
  void forget();
  // Sessions used at least kSeenEvery after what the database says, with the time of use.
  std::vector<std::pair<Session, Instant>> take_seen();

 private:
  struct Entry {
    Session session;
    std::chrono::steady_clock::time_point read_at;
    Instant used_at;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::vector<std::pair<Session, Instant>> seen_;  // of entries that were dropped
  uint64_t generation_ = 0;
  void drop(const Entry& entry);
};
// Writes what take_seen() gave.
Result<void> write_seen(store::Connection& c,
                        const std::vector<std::pair<Session, Instant>>& sessions);

}  // namespace perennial::access
