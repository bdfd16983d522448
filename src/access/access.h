// Who may do what, and who did what: the workspace's settings, users with roles, sessions, write
// keys and API keys, and the audit trail. Passwords are kept as Argon2id hashes, secrets and
// session tokens as SHA-256 only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "http/http.h"
#include "store/store.h"

namespace perennial::access {

inline constexpr size_t kMinPasswordLength = 10;
inline constexpr size_t kMaxPasswordLength = 1024;
inline constexpr std::chrono::hours kSessionIdle{24 *
                                                 14};  // a session ends when unused for this long
inline constexpr std::chrono::hours kOneTimeLinkLife{24 * 7};
inline constexpr int kMaxFailedSignIns =
    10;  // per e-mail in kFailedSignInWindow; then 429-like kBusy
inline constexpr std::chrono::minutes kFailedSignInWindow{15};

// The workspace.

struct Workspace {
  std::string name = "Perennial";
  Calendar calendar;  // zone and first day of the week
  std::string currency = "CNY";
  std::string language = "zh";       // of the console before anyone chooses, and of public pages
  std::optional<Instant> stands_on;  // a fixed "now" for demonstrations and back-tests
  std::string public_address = "http://127.0.0.1:8080";  // put before paths in messages
  int active_window_days = 90;

  Instant now(const Clock& clock) const { return stands_on ? *stands_on : clock(); }
};
Json to_json(const Workspace& workspace);
// Fails with kInvalid, naming the field.
Result<Workspace> workspace_from_json(const Json& json);

// The settings in the state database, and the workspace cached from them. Thread-safe.
class Settings {
 public:
  static Result<std::unique_ptr<Settings>> load(store::Database& database);
  Workspace workspace() const;  // a copy of the cached one
  Result<void> save(store::Connection& connection, const Workspace& workspace);
  void changed();  // reads again after a transaction that saved
  // Other modules keep a JSON document under their own name ("engage.email"); null if there is
  // none.
  static Result<Json> document(store::Connection& connection, std::string_view name);
  static Result<void> put_document(store::Connection& connection, std::string_view name,
                                   const Json& value);
  // A random secret made on first use and kept: for signing links. Stable for the life of the
  // database.
  static Result<std::string> secret(store::Connection& connection, std::string_view name);

 private:
  explicit Settings(store::Database& database);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// Roles and rights.

enum class Role { kAdministrator, kOperator, kAnalyst };
std::optional<Role> parse_role(std::string_view word);
std::string_view role_name(Role role);
// "public" is anyone's, "signed_in" any user's or API key's, "collect" a write key's. The rest by
// role:
//   analyst: customers.read, insights.read, insights.write, campaigns.read, imports.read,
//   events.read, sql.read, stats.read, metrics.read, loyalty.read; operator: those and
//   customers.export, customers.write, campaigns.write, imports.write, loyalty.write;
//   administrator: all. A right that is not in the table is nobody's but the administrator's.
bool may(Role role, std::string_view right);
std::vector<std::string> rights_of(Role role);

// Users and keys.

struct User {
  std::string id, email, name;
  Role role = Role::kAnalyst;
  bool disabled = false;
  bool claimed = false;  // has set a password
  Instant created_at;
  std::optional<Instant> last_seen_at;
};
struct UserWithLink {
  User user;
  std::string link;  // "/claim#TOKEN"
};
Result<std::vector<User>> list_users(store::Connection& c);
// kConflict if the e-mail is taken (compared case-folded).
Result<UserWithLink> create_user(store::Connection& c, std::string_view email,
                                 std::string_view name, Role role, Instant now);
// A new one-time link for a user, found by id or e-mail; earlier links stop working.
Result<UserWithLink> new_link(store::Connection& c, std::string_view id_or_email, Instant now);
// Sets a password directly (the command line's `user password`).
Result<void> set_password(store::Connection& c, std::string_view id_or_email,
                          std::string_view password);
// kConflict when it would leave no enabled administrator.
struct UserChange {
  std::optional<std::string> name;
  std::optional<Role> role;
  std::optional<bool> disabled;
};
Result<User> update_user(store::Connection& c, std::string_view id, const UserChange& change);
// On an empty database: creates the administrator "admin@localhost" and gives the link; else
// nothing.
Result<std::optional<std::string>> first_link(store::Database& database, Instant now);

enum class KeyKind { kWrite, kApi };
struct Key {
  std::string id, name, source, prefix;
  KeyKind kind = KeyKind::kWrite;
  std::optional<Role> role;  // of API keys
  Instant created_at;
  std::optional<Instant> last_used_at;
  bool revoked = false;
};
struct KeyWithSecret {
  Key key;
  std::string secret;  // "wk_…" or "ak_…", shown once
};
Result<std::vector<Key>> list_keys(store::Connection& c);
Result<KeyWithSecret> create_key(store::Connection& c, KeyKind kind, std::string_view name,
                                 std::string_view source, std::optional<Role> role, Instant now);
Result<void> revoke_key(store::Connection& c, std::string_view id, Instant now);

// The audit trail.

// Written in the same transaction as the change. `detail` holds identifiers and changed fields,
// never secrets.
Result<void> record(store::Connection& c, const http::Principal& actor, std::string_view action,
                    std::string_view object, const Json& detail, Instant now);

// The gate.

// Answers, for every request, who asks and whether they may. Finds write keys without touching the
// database (cached; at most 5 s old after a change made by another process, at once after changes
// made here). Sessions: cookie `perennial_session` (HttpOnly, SameSite=Lax, Secure when the public
// address is https); every request other than GET and HEAD needs X-CSRF-Token, an HMAC of the
// session under a server secret (OWASP CSRF cheat sheet, HMAC-based token). `local_token`: bearer
// of the command line on the same machine; may do all, recorded as "local".
class Gate {
 public:
  static Result<std::unique_ptr<Gate>> open(store::Database& database, Settings& settings,
                                            Clock clock, std::string local_token);
  ~Gate();
  std::optional<http::Response> authorize(const http::Route& route, http::Request& request);
  // For the right "collect" the write key may also be in the body; the collect routes ask here with
  // what they found there. nullopt = unknown or revoked.
  std::optional<http::Principal> write_key(std::string_view secret);
  // /v1/session*, /v1/users*, /v1/keys*, /v1/audit, /v1/settings of api/openapi.yaml.
  void add_routes(http::Router& router);
  // Write key of a `/v1/projects/{write_key}/settings` call: known and not revoked.
  bool knows_write_key(std::string_view secret);
  // Reads the keys again, forgets the sessions that were read, and writes the times of last use:
  // what otherwise happens every few seconds.
  void refresh();

 private:
  struct Impl;
  explicit Gate(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::access
