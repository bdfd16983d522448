#include <array>

#include "people/people.h"

namespace perennial::people {
namespace {

// INTEGER PRIMARY KEY rather than BIGINT: on SQLite it names the row itself, which halves the cost
// of every update by id. On PostgreSQL it limits the numbers of identities and people to 2^31 - 1.
//
// Everything hangs on an identity (traits with their times in identity_facts, orders by the
// identity that placed them), so that an identity can move to another person without loss. The
// rows of people and people_seen are computed from them. people_seen is apart because almost every
// event changes it, and narrow rows are what makes that cheap.
constexpr std::string_view kTables = R"sql(
CREATE TABLE people_progress (
  id INTEGER PRIMARY KEY,
  applied_seq BIGINT NOT NULL,
  last_person BIGINT NOT NULL,
  last_identity BIGINT NOT NULL,
  orders_seq BIGINT NOT NULL,
  profiles_seq BIGINT NOT NULL,
  currency TEXT NOT NULL
);
INSERT INTO people_progress
  (id, applied_seq, last_person, last_identity, orders_seq, profiles_seq, currency)
  VALUES (1, 0, 0, 0, 0, 0, '');

CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL DEFAULT '',
  own_country TEXT NOT NULL DEFAULT '',
  order_country TEXT NOT NULL DEFAULT '',
  orders BIGINT NOT NULL DEFAULT 0,
  refunds BIGINT NOT NULL DEFAULT 0,
  revenue_minor BIGINT NOT NULL DEFAULT 0,
  first_order_ms BIGINT,
  last_order_ms BIGINT,
  first_seen_ms BIGINT NOT NULL DEFAULT 0,
  email_consent BIGINT NOT NULL DEFAULT 0,
  name_key BYTEA,
  name TEXT NOT NULL DEFAULT '',
  email TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL DEFAULT '',
  search TEXT NOT NULL DEFAULT '',
  traits TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE people_seen (
  person INTEGER PRIMARY KEY,
  last_ms BIGINT NOT NULL,
  user_last_ms BIGINT NOT NULL
);

CREATE TABLE identities (
  id INTEGER PRIMARY KEY,
  kind BIGINT NOT NULL,
  value TEXT NOT NULL,
  person BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  owner BIGINT NOT NULL,
  joined_ms BIGINT NOT NULL,
  joined_seq BIGINT NOT NULL,
  shown BIGINT NOT NULL
);
CREATE UNIQUE INDEX identities_by_value ON identities (value, kind);
CREATE INDEX identities_by_person ON identities (person);

CREATE TABLE identity_facts (
  identity INTEGER PRIMARY KEY,
  consent BIGINT NOT NULL,
  consent_ms BIGINT NOT NULL,
  consent_seq BIGINT NOT NULL,
  traits TEXT NOT NULL
);

CREATE TABLE person_aliases (
  previous_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  source TEXT NOT NULL,
  message_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (previous_id, user_id)
);

CREATE TABLE person_merges (
  id INTEGER PRIMARY KEY,
  from_person BIGINT NOT NULL,
  into_person BIGINT NOT NULL,
  whole BIGINT NOT NULL,
  reason TEXT NOT NULL,
  kind BIGINT NOT NULL,
  value TEXT NOT NULL,
  source TEXT NOT NULL,
  message_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX person_merges_by_person ON person_merges (from_person);

CREATE TABLE orders (
  person BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  refund BIGINT NOT NULL,
  total_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  lines BIGINT NOT NULL,
  quantity_micro BIGINT NOT NULL,
  country TEXT NOT NULL,
  source TEXT NOT NULL,
  order_id TEXT NOT NULL,
  identity BIGINT NOT NULL,
  who_rank BIGINT NOT NULL,
  who_ms BIGINT NOT NULL,
  who_seq BIGINT NOT NULL,
  header_rank BIGINT NOT NULL,
  header_ms BIGINT NOT NULL,
  header_seq BIGINT NOT NULL,
  header_minor BIGINT NOT NULL,
  header_lines BIGINT NOT NULL,
  header_quantity BIGINT NOT NULL,
  header_currency TEXT NOT NULL,
  line_count BIGINT NOT NULL,
  line_quantity BIGINT NOT NULL,
  line_minor BIGINT NOT NULL,
  line_ms BIGINT NOT NULL,
  line_seq BIGINT NOT NULL,
  line_currency TEXT NOT NULL,
  PRIMARY KEY (order_id, source, refund)
);
CREATE INDEX orders_by_person ON orders (person, at_ms);
)sql";

constexpr std::array<store::Migration, 1> kMigrations = {
    store::Migration{"people", 1, "people, identities and orders", kTables}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::people
