#include "access/keys.h"

namespace perennial::access {
namespace {

constexpr size_t kSecretBytes = 24;
constexpr size_t kPrefixLength = 9;  // enough to recognise a key, far too little to guess it
constexpr size_t kMaxNameBytes = 800;
constexpr size_t kMaxSourceBytes = 100;

constexpr std::string_view kSelect =
    "SELECT id, kind, name, source, role, prefix, created_at, last_used_at, revoked_at, hash"
    " FROM access_key";

Key key_of(const store::Row& row) {
  Key key{.id = row.text(0), .name = row.text(2), .source = row.text(3), .prefix = row.text(5)};
  key.kind = row.text(1) == "write" ? KeyKind::kWrite : KeyKind::kApi;
  key.role = parse_role(row.text(4));
  key.created_at = from_millis(row.integer(6));
  if (!row.is_null(7)) key.last_used_at = from_millis(row.integer(7));
  key.revoked = !row.is_null(8);
  return key;
}

Result<void> check(const Key& key) {
  if (key.name.empty() || key.name.size() > kMaxNameBytes || !is_storable_text(key.name))
    return fail(Code::kInvalid, "must be 1 to 800 bytes of text", "name");
  if (key.kind == KeyKind::kApi) return {};
  // Sources with a colon are the program's own: an import's is "import:ID".
  if (key.source.empty() || key.source.size() > kMaxSourceBytes || !is_storable_text(key.source) ||
      key.source.find(':') != key.source.npos)
    return fail(Code::kInvalid, "must be 1 to 100 bytes of text without a colon", "source");
  return {};
}

}  // namespace

std::string_view kind_name(KeyKind kind) { return kind == KeyKind::kWrite ? "write" : "api"; }

Json to_json(const Key& key) {
  return {
      {"id", key.id},
      {"kind", kind_name(key.kind)},
      {"name", key.name},
      {"source", key.source},
      {"role", key.role ? role_name(*key.role) : ""},
      {"prefix", key.prefix},
      {"created_at", format_instant(key.created_at)},
      {"last_used_at", key.last_used_at ? Json(format_instant(*key.last_used_at)) : Json(nullptr)},
      {"revoked", key.revoked}};
}

Result<std::vector<Key>> list_keys(store::Connection& c) {
  std::vector<Key> keys;
  for (const auto& row : TRY(c.query(std::string(kSelect) + " ORDER BY created_at, id")))
    keys.push_back(key_of(row));
  return keys;
}

Result<std::vector<StoredKey>> working_keys(store::Connection& c) {
  std::vector<StoredKey> keys;
  for (const auto& row : TRY(c.query(std::string(kSelect) + " WHERE revoked_at IS NULL")))
    keys.push_back({key_of(row), row.text(9)});
  return keys;
}

Result<KeyWithSecret> create_key(store::Connection& c, KeyKind kind, std::string_view name,
                                 std::string_view source, std::optional<Role> role, Instant now) {
  std::string secret = (kind == KeyKind::kWrite ? "wk_" : "ak_") + random_token(kSecretBytes);
  Key key{.id = new_id("key"),
          .name = std::string(trim(name)),
          .prefix = secret.substr(0, kPrefixLength),
          .kind = kind,
          .created_at = now};
  if (kind == KeyKind::kWrite) key.source = source.empty() ? key.name : std::string(trim(source));
  if (kind == KeyKind::kApi) key.role = role.value_or(Role::kAnalyst);
  TRY(check(key));
  TRY(
      c.execute("INSERT INTO access_key (id, kind, name, source, role, prefix, hash, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                {key.id, std::string(kind_name(kind)), key.name, key.source,
                 std::string(key.role ? role_name(*key.role) : ""), key.prefix, sha256_hex(secret),
                 to_millis(now)}));
  return KeyWithSecret{std::move(key), std::move(secret)};
}

Result<void> revoke_key(store::Connection& c, std::string_view id, Instant now) {
  auto changed =
      TRY(c.execute("UPDATE access_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1",
                    {std::string(id), to_millis(now)}));
  if (changed == 0) return fail(Code::kNotFound, "there is no such key");
  return {};
}

}  // namespace perennial::access
