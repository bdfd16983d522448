#include "access/users.h"

#include <algorithm>

#include "access/passwords.h"

namespace perennial::access {
namespace {

constexpr size_t kMaxEmailBytes = 254;  // RFC 5321, 4.5.3.1.3 with the angle brackets taken off
constexpr size_t kMaxNameBytes = 800;   // 200 characters of any script

constexpr std::string_view kSelect =
    "SELECT id, email, name, role, disabled, CASE WHEN password = '' THEN 0 ELSE 1 END,"
    " created_at, last_seen_at, password FROM access_user";

User user_of(const store::Row& row) {
  User user{.id = row.text(0), .email = row.text(1), .name = row.text(2)};
  auto role = parse_role(row.text(3));
  INVARIANT(role.has_value());
  user.role = *role;
  user.disabled = row.integer(4) != 0;
  user.claimed = row.integer(5) != 0;
  user.created_at = from_millis(row.integer(6));
  if (!row.is_null(7)) user.last_seen_at = from_millis(row.integer(7));
  return user;
}

Result<void> check_email(std::string_view email) {
  size_t at = email.find('@');
  bool plain = std::ranges::all_of(email, [](unsigned char c) { return c > ' ' && c != 0x7f; });
  if (!plain || at == 0 || at == email.npos || at + 1 == email.size() ||
      email.find('@', at + 1) != email.npos || email.size() > kMaxEmailBytes ||
      !is_storable_text(email))
    return fail(Code::kInvalid, "must be an e-mail address", "email");
  return {};
}

Result<void> check_name(std::string_view name) {
  if (name.size() > kMaxNameBytes || !is_storable_text(name))
    return fail(Code::kInvalid, "must be at most 800 bytes of text", "name");
  return {};
}

// Puts concurrent changes of users into a line: on PostgreSQL two administrators could otherwise
// take each other's role in the same moment.
Result<void> take_turn(store::Connection& c) {
  TRY(
      c.execute("INSERT INTO access_counter (name, value) VALUES ('users', 1)"
                " ON CONFLICT (name) DO UPDATE SET value = access_counter.value + 1"));
  return {};
}

Result<std::string> add_link(store::Connection& c, const std::string& user_id, Instant now) {
  TRY(c.execute("DELETE FROM access_link WHERE user_id = $1", {user_id}));
  std::string token = random_token();
  TRY(c.execute("INSERT INTO access_link (hash, user_id, expires_at) VALUES ($1, $2, $3)",
                {sha256_hex(token), user_id, to_millis(now + kOneTimeLinkLife)}));
  return "/claim#" + token;
}

Result<void> end_sessions(store::Connection& c, const std::string& user_id) {
  TRY(c.execute("DELETE FROM access_session WHERE user_id = $1", {user_id}));
  return {};
}

Result<void> check_administrator_remains(store::Connection& c, const std::string& without) {
  auto others =
      TRY(c.query_one("SELECT count(*) FROM access_user"
                      " WHERE role = 'administrator' AND disabled = 0 AND id <> $1",
                      {without}));
  if (others->integer(0) > 0) return {};
  return fail(Code::kConflict, "the last administrator stays", "",
              "make someone else an administrator first");
}

}  // namespace

Json to_json(const User& user) {
  return {{"id", user.id},
          {"email", user.email},
          {"name", user.name},
          {"role", role_name(user.role)},
          {"disabled", user.disabled},
          {"claimed", user.claimed},
          {"created_at", format_instant(user.created_at)},
          {"last_seen_at",
           user.last_seen_at ? Json(format_instant(*user.last_seen_at)) : Json(nullptr)}};
}

std::string fold_email(std::string_view email) {
  std::string folded(trim(email));
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

Result<std::vector<User>> list_users(store::Connection& c) {
  std::vector<User> users;
  for (const auto& row : TRY(c.query(std::string(kSelect) + " ORDER BY created_at, id")))
    users.push_back(user_of(row));
  return users;
}

Result<User> find_user(store::Connection& c, std::string_view id_or_email) {
  auto row = TRY(c.query_one(std::string(kSelect) + " WHERE id = $1 OR email_folded = $2",
                             {std::string(id_or_email), fold_email(id_or_email)}));
  if (!row) return fail(Code::kNotFound, "there is no such user");
  return user_of(*row);
}

Result<std::optional<Credentials>> find_credentials(store::Connection& c, std::string_view email) {
  if (!is_storable_text(email)) return std::nullopt;
  auto row =
      TRY(c.query_one(std::string(kSelect) + " WHERE email_folded = $1", {fold_email(email)}));
  if (!row) return std::nullopt;
  return Credentials{.user = user_of(*row), .password_hash = row->text(8)};
}

Result<UserWithLink> create_user(store::Connection& c, std::string_view email,
                                 std::string_view name, Role role, Instant now) {
  email = trim(email);
  name = trim(name);
  TRY(check_email(email));
  TRY(check_name(name));
  User user{.id = new_id("usr"),
            .email = std::string(email),
            .name = std::string(name),
            .role = role,
            .created_at = now};
  auto added =
      TRY(c.execute("INSERT INTO access_user (id, email, email_folded, name, role, password,"
                    " disabled, created_at) VALUES ($1, $2, $3, $4, $5, '', 0, $6)"
                    " ON CONFLICT (email_folded) DO NOTHING",
                    {user.id, user.email, fold_email(email), user.name,
                     std::string(role_name(role)), to_millis(now)}));
  if (added == 0) return fail(Code::kConflict, "a user has this e-mail address already", "email");
  std::string link = TRY(add_link(c, user.id, now));
  return UserWithLink{std::move(user), std::move(link)};
}

Result<UserWithLink> new_link(store::Connection& c, std::string_view id_or_email, Instant now) {
  User user = TRY(find_user(c, id_or_email));
  if (user.disabled) return fail(Code::kConflict, "the user is disabled", "", "enable it first");
  std::string link = TRY(add_link(c, user.id, now));
  return UserWithLink{std::move(user), std::move(link)};
}

Result<void> store_password(store::Connection& c, std::string_view user_id,
                            std::string_view password_hash) {
  std::string id(user_id);
  TRY(c.execute("UPDATE access_user SET password = $2 WHERE id = $1",
                {id, std::string(password_hash)}));
  TRY(c.execute("DELETE FROM access_link WHERE user_id = $1", {id}));
  return end_sessions(c, id);
}

Result<void> set_password(store::Connection& c, std::string_view id_or_email,
                          std::string_view password) {
  TRY(check_password(password));
  User user = TRY(find_user(c, id_or_email));
  return store_password(c, user.id, TRY(hash_password(password)));
}

Result<User> user_of_link(store::Connection& c, std::string_view token, Instant now) {
  auto row = TRY(c.query_one("SELECT user_id FROM access_link WHERE hash = $1 AND expires_at > $2",
                             {sha256_hex(token), to_millis(now)}));
  auto refused = fail(Code::kInvalid, "this link has been used, replaced or has expired", "token",
                      "ask an administrator for a new one");
  if (!row) return refused;
  User user = TRY(find_user(c, row->text(0)));
  if (user.disabled) return refused;
  return user;
}

Result<User> claim_link(store::Connection& c, std::string_view token, std::string_view name,
                        std::string_view password_hash, Instant now) {
  User user = TRY(user_of_link(c, token, now));
  TRY(check_name(name));
  if (!trim(name).empty()) {
    user.name = trim(name);
    TRY(c.execute("UPDATE access_user SET name = $2 WHERE id = $1", {user.id, user.name}));
  }
  TRY(store_password(c, user.id, password_hash));
  user.claimed = true;
  return user;
}

Result<User> update_user(store::Connection& c, std::string_view id, const UserChange& change) {
  TRY(take_turn(c));
  User user = TRY(find_user(c, id));
  bool was_ruling = user.role == Role::kAdministrator && !user.disabled;
  if (change.name) user.name = trim(*change.name);
  if (change.role) user.role = *change.role;
  if (change.disabled) user.disabled = *change.disabled;
  TRY(check_name(user.name));
  bool rules = user.role == Role::kAdministrator && !user.disabled;
  if (was_ruling && !rules) TRY(check_administrator_remains(c, user.id));
  TRY(c.execute("UPDATE access_user SET name = $2, role = $3, disabled = $4 WHERE id = $1",
                {user.id, user.name, std::string(role_name(user.role)), int64_t{user.disabled}}));
  if (user.disabled) {
    TRY(end_sessions(c, user.id));
    TRY(c.execute("DELETE FROM access_link WHERE user_id = $1", {user.id}));
  }
  return user;
}

Result<std::optional<std::string>> first_link(store::Database& database, Instant now) {
  return database.write([&](store::Connection& c) -> Result<std::optional<std::string>> {
    TRY(take_turn(c));
    auto users = TRY(c.query_one("SELECT count(*) FROM access_user"));
    if (users->integer(0) > 0) return std::nullopt;
    auto made = TRY(create_user(c, "admin@localhost", "", Role::kAdministrator, now));
    return made.link;
  });
}

}  // namespace perennial::access
