// The tables of this module.
#include <array>

#include "access/access.h"

namespace perennial::access {
namespace {

// access_counter numbers the audit trail: neither engine's own numbering is spelled as the other's.
constexpr std::array<store::Migration, 2> kMigrations = {{
    {"access", 1, "settings, users, sessions, keys, audit", R"sql(
CREATE TABLE access_document (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE access_secret (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE access_user (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  email_folded TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'operator', 'analyst')),
  password TEXT NOT NULL,
  disabled BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT
);
CREATE TABLE access_link (
  hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES access_user (id),
  expires_at BIGINT NOT NULL
);
CREATE INDEX access_link_user ON access_link (user_id);
CREATE TABLE access_session (
  hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES access_user (id),
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL
);
CREATE INDEX access_session_user ON access_session (user_id);
CREATE INDEX access_session_seen ON access_session (last_seen_at);
CREATE TABLE access_key (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('write', 'api')),
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  role TEXT NOT NULL,
  prefix TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT
);
CREATE TABLE access_counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
CREATE TABLE access_audit (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL
);
)sql"},
    {"access", 2, "the audit trail by object", R"sql(
CREATE INDEX access_audit_by_object ON access_audit (object, id);
)sql"},
}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::access
