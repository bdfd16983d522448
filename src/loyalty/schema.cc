// The tables of loyalty/: docs/formats/ledger.md tells what they hold.
#include <array>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {
namespace {

constexpr std::string_view kLedger = R"sql(
CREATE TABLE loyalty_programmes (
  id TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  revision BIGINT NOT NULL,
  closed_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE TABLE loyalty_currencies (
  id BIGINT PRIMARY KEY,
  programme TEXT NOT NULL REFERENCES loyalty_programmes (id),
  code TEXT NOT NULL,
  UNIQUE (programme, code)
);
CREATE TABLE loyalty_numbers (
  id BIGINT PRIMARY KEY,
  entry BIGINT NOT NULL,
  lot BIGINT NOT NULL,
  holder BIGINT NOT NULL
);
INSERT INTO loyalty_numbers (id, entry, lot, holder) VALUES (1, 1, 1, 1);

CREATE TABLE loyalty_holders (
  id BIGINT PRIMARY KEY,
  currency BIGINT NOT NULL,
  person BIGINT NOT NULL,
  available BIGINT NOT NULL,
  pending BIGINT NOT NULL,
  held BIGINT NOT NULL,
  owed BIGINT NOT NULL,
  last_ms BIGINT NOT NULL,
  due_ms BIGINT,
  merged_into BIGINT NOT NULL,
  UNIQUE (currency, person)
);
CREATE INDEX loyalty_holders_due ON loyalty_holders (currency, due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX loyalty_holders_by_person ON loyalty_holders (person);

CREATE TABLE loyalty_lots (
  id BIGINT PRIMARY KEY,
  holder BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  open BIGINT NOT NULL,
  held BIGINT NOT NULL,
  expired BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  earned_ms BIGINT NOT NULL,
  activates_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  active BIGINT NOT NULL,
  done BIGINT NOT NULL,
  award BIGINT NOT NULL,
  origin BIGINT NOT NULL,
  order_ref TEXT NOT NULL,
  line TEXT NOT NULL,
  rule TEXT NOT NULL,
  version BIGINT NOT NULL,
  event TEXT NOT NULL
);
CREATE INDEX loyalty_lots_by_holder ON loyalty_lots (holder, done);

CREATE TABLE loyalty_spends (
  currency BIGINT NOT NULL,
  id TEXT NOT NULL,
  holder BIGINT NOT NULL,
  order_ref TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  held BIGINT NOT NULL,
  spent BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  done BIGINT NOT NULL,
  uses TEXT NOT NULL,
  PRIMARY KEY (currency, id)
);
CREATE INDEX loyalty_spends_by_holder ON loyalty_spends (holder, done);

CREATE TABLE loyalty_refunded (
  holder BIGINT NOT NULL,
  order_ref TEXT NOT NULL,
  line TEXT NOT NULL,
  spent_side BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL,
  total_minor BIGINT NOT NULL,
  PRIMARY KEY (holder, order_ref, line, spent_side)
);

CREATE TABLE loyalty_merges (
  currency BIGINT NOT NULL,
  id TEXT NOT NULL,
  from_holder BIGINT NOT NULL,
  into_holder BIGINT NOT NULL,
  owed BIGINT NOT NULL,
  undone BIGINT NOT NULL,
  lots TEXT NOT NULL,
  spends TEXT NOT NULL,
  PRIMARY KEY (currency, id)
);

CREATE TABLE loyalty_postings (
  holder BIGINT NOT NULL,
  entry BIGINT NOT NULL,
  line BIGINT NOT NULL,
  currency BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  recorded_ms BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  debit BIGINT NOT NULL,
  credit BIGINT NOT NULL,
  lot BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  command TEXT NOT NULL,
  rule TEXT NOT NULL,
  version BIGINT NOT NULL,
  event TEXT NOT NULL,
  order_ref TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (holder, entry, line)
);

CREATE TABLE loyalty_totals (
  currency BIGINT NOT NULL,
  account BIGINT NOT NULL,
  debits BIGINT NOT NULL,
  credits BIGINT NOT NULL,
  PRIMARY KEY (currency, account)
);

CREATE TABLE loyalty_commands (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  payload TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  field TEXT NOT NULL,
  entry BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  given_back BIGINT NOT NULL,
  available BIGINT NOT NULL,
  pending BIGINT NOT NULL,
  held BIGINT NOT NULL,
  owed BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id)
);

CREATE TABLE loyalty_closings (
  programme TEXT NOT NULL,
  month TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  closed_by TEXT NOT NULL,
  closed_ms BIGINT NOT NULL,
  figures TEXT NOT NULL,
  PRIMARY KEY (programme, month)
);
)sql";

constexpr std::array kMigrations = {
    store::Migration{"loyalty", 1, "programmes and their ledger", kLedger},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::loyalty
