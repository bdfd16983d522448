#include <array>

#include "people/people.h"

namespace perennial::people {
namespace {

// Everything hangs on an identity (traits with their times in identity_facts, orders by the
// identity that placed them), so that an identity can move to another person without loss. The
// rows of people and people_seen are computed from them. people_seen is apart because almost every
// event changes it, and narrow rows are what makes that cheap.
constexpr std::string_view kTables = R"sql(
CREATE TABLE people_progress (
  id BIGINT PRIMARY KEY,
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
  id BIGINT PRIMARY KEY,
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
  person BIGINT PRIMARY KEY,
  last_ms BIGINT NOT NULL,
  user_last_ms BIGINT NOT NULL
);

CREATE TABLE identities (
  id BIGINT PRIMARY KEY,
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
  identity BIGINT PRIMARY KEY,
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
) WITHOUT ROWID;

CREATE TABLE person_merges (
  id BIGINT PRIMARY KEY,
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

// What joins people, kept whole so that a join can be undone and decided again: every join of a
// visitor, every identifier that was named, and the last word of hand on two identities (a before b
// by kind, then bytes). `special` identities are decided from all of it; the others by their
// earliest join alone, which their own row holds. Those of users who were joined keep last_ms.
constexpr std::string_view kEvidence = R"sql(
ALTER TABLE identities ADD COLUMN special BIGINT NOT NULL DEFAULT 0;
CREATE INDEX identities_by_owner ON identities (owner);

CREATE TABLE identity_joins (
  visitor BIGINT NOT NULL,
  user_identity BIGINT NOT NULL,
  ms BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  reason TEXT NOT NULL,
  source TEXT NOT NULL,
  message_id TEXT NOT NULL,
  PRIMARY KEY (visitor, user_identity)
) WITHOUT ROWID;
INSERT INTO identity_joins (visitor, user_identity, ms, seq, reason, source, message_id)
  SELECT id, owner, joined_ms, joined_seq, 'identify', '', '' FROM identities WHERE owner <> 0;
UPDATE identities SET special = 1, last_ms =
  (SELECT s.user_last_ms FROM people_seen s WHERE s.person = identities.person)
  WHERE kind = 1 AND person IN
  (SELECT i.person FROM identities i WHERE i.kind = 1 GROUP BY i.person HAVING count(*) > 1);

CREATE TABLE identity_claims (
  kind BIGINT NOT NULL,
  value TEXT NOT NULL,
  identity BIGINT NOT NULL,
  is_user BIGINT NOT NULL,
  ms BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  source TEXT NOT NULL,
  message_id TEXT NOT NULL,
  PRIMARY KEY (value, kind, identity)
) WITHOUT ROWID;
CREATE INDEX identity_claims_by_identity ON identity_claims (identity);

CREATE TABLE hand_links (
  a_kind BIGINT NOT NULL,
  a_value TEXT NOT NULL,
  b_kind BIGINT NOT NULL,
  b_value TEXT NOT NULL,
  merged BIGINT NOT NULL,
  ms BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  said_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  source TEXT NOT NULL,
  message_id TEXT NOT NULL,
  PRIMARY KEY (a_value, a_kind, b_value, b_kind)
);
CREATE INDEX hand_links_by_b ON hand_links (b_value, b_kind);

CREATE TABLE merge_proposals (
  a BIGINT NOT NULL,
  b BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (a, b, kind, value)
) WITHOUT ROWID;
CREATE INDEX merge_proposals_by_value ON merge_proposals (value, kind);

CREATE TABLE junk_values (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  events BIGINT NOT NULL,
  first_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (kind, value)
) WITHOUT ROWID;
)sql";

// A note hangs on an identity, as everything does, so it goes with it when people are joined or
// come apart. A note with a day is a follow-up.
constexpr std::string_view kNotes = R"sql(
CREATE TABLE customer_notes (
  id TEXT PRIMARY KEY,
  kind BIGINT NOT NULL,
  value TEXT NOT NULL,
  text TEXT NOT NULL,
  author TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  due_ms BIGINT,
  done_ms BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX customer_notes_by_identity ON customer_notes (value, kind);
)sql";

// What users keep of how they look at customers, and the files of customers. A file hangs on an
// identity like a note; its bytes are apart, so that listing does not read them.
constexpr std::string_view kViewsAndFiles = R"sql(
CREATE TABLE customer_views (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  name TEXT NOT NULL,
  shared BIGINT NOT NULL,
  query TEXT NOT NULL,
  columns TEXT NOT NULL,
  version BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX customer_views_by_owner ON customer_views (owner);

CREATE TABLE customer_columns (
  owner TEXT PRIMARY KEY,
  columns TEXT NOT NULL
);

CREATE TABLE customer_files (
  id TEXT PRIMARY KEY,
  kind BIGINT NOT NULL,
  value TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  author TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX customer_files_by_identity ON customer_files (value, kind);

CREATE TABLE customer_file_bytes (
  file TEXT PRIMARY KEY,
  bytes BYTEA NOT NULL
);
CREATE INDEX person_merges_by_into ON person_merges (into_person);
)sql";

// Counts erasures, so that the stage forgets what it remembers of identities when there is a new
// one.
constexpr std::string_view kErasures = R"sql(
ALTER TABLE people_progress ADD COLUMN erasures BIGINT NOT NULL DEFAULT 0;
)sql";

// The refunds of an order one by one (refund_parts.h). What was stored before counts as one refund
// more, which no later event is.
constexpr std::string_view kRefunds = R"sql(
ALTER TABLE orders ADD COLUMN refunds TEXT NOT NULL DEFAULT '';
)sql";

// Users whom more than kMaxDevicesOfUser anonymous ids named: their ids are somebody's default.
constexpr std::string_view kSharedUsers = R"sql(
CREATE INDEX identity_joins_by_user ON identity_joins (user_identity);
CREATE TABLE shared_users (
  identity BIGINT PRIMARY KEY
);
)sql";

constexpr std::array<store::Migration, 7> kMigrations = {
    store::Migration{"people", 1, "people, identities and orders", kTables},
    store::Migration{"people", 2, "evidence of joins, kept whole", kEvidence},
    store::Migration{"people", 3, "notes and follow-ups", kNotes},
    store::Migration{"people", 4, "saved views and files", kViewsAndFiles},
    store::Migration{"people", 5, "erasures", kErasures},
    store::Migration{"people", 6, "refunds of an order told apart", kRefunds},
    store::Migration{"people", 7, "users of too many devices", kSharedUsers}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::people
