// The tables of loyalty/: docs/formats/ledger.md tells what they hold.
#include <array>

#include "loyalty/loyalty.h"
#include "loyalty/schema_later.h"

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
) WITHOUT ROWID;
CREATE INDEX loyalty_spends_by_holder ON loyalty_spends (holder, done);

CREATE TABLE loyalty_refunded (
  holder BIGINT NOT NULL,
  order_ref TEXT NOT NULL,
  line TEXT NOT NULL,
  spent_side BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL,
  total_minor BIGINT NOT NULL,
  PRIMARY KEY (holder, order_ref, line, spent_side)
) WITHOUT ROWID;

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
) WITHOUT ROWID;

CREATE TABLE loyalty_totals (
  currency BIGINT NOT NULL,
  account BIGINT NOT NULL,
  debits BIGINT NOT NULL,
  credits BIGINT NOT NULL,
  PRIMARY KEY (currency, account)
) WITHOUT ROWID;

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
) WITHOUT ROWID;

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

constexpr std::string_view kApprovals = R"sql(
CREATE TABLE loyalty_approvals (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  payload TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_ms BIGINT NOT NULL,
  state TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_name TEXT NOT NULL,
  decided_ms BIGINT,
  PRIMARY KEY (programme, id)
);
)sql";

constexpr std::string_view kEarning = R"sql(
ALTER TABLE loyalty_numbers ADD COLUMN award BIGINT NOT NULL DEFAULT 1;

CREATE TABLE loyalty_rules (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  definition TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id, version)
);
CREATE TABLE loyalty_level_sets (
  programme TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  revision BIGINT NOT NULL
);
CREATE TABLE loyalty_facts (
  seq BIGINT PRIMARY KEY,
  person BIGINT NOT NULL,
  identity TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  name TEXT NOT NULL,
  properties TEXT NOT NULL
);
CREATE INDEX loyalty_facts_by_person ON loyalty_facts (person);
CREATE INDEX loyalty_facts_by_identity ON loyalty_facts (identity);
CREATE TABLE loyalty_awards (
  id BIGINT PRIMARY KEY,
  programme TEXT NOT NULL,
  person BIGINT NOT NULL,
  rule TEXT NOT NULL,
  event TEXT NOT NULL,
  version BIGINT NOT NULL,
  currency BIGINT NOT NULL,
  points BIGINT NOT NULL
);
CREATE UNIQUE INDEX loyalty_awards_by_person ON loyalty_awards (person, programme, rule, event);
CREATE TABLE loyalty_members (
  programme TEXT NOT NULL,
  person BIGINT NOT NULL,
  level TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  valid_ms BIGINT NOT NULL,
  grace_ms BIGINT NOT NULL,
  next_ms BIGINT,
  measure BIGINT NOT NULL,
  next_level TEXT NOT NULL,
  missing BIGINT NOT NULL,
  details TEXT NOT NULL,
  PRIMARY KEY (programme, person)
);
CREATE INDEX loyalty_members_due ON loyalty_members (programme, next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX loyalty_members_by_level ON loyalty_members (programme, level);
CREATE TABLE loyalty_level_changes (
  programme TEXT NOT NULL,
  person BIGINT NOT NULL,
  number BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  from_level TEXT NOT NULL,
  to_level TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (programme, person, number)
);
CREATE TABLE loyalty_progress (
  id BIGINT PRIMARY KEY,
  last_move BIGINT NOT NULL
);
CREATE TABLE loyalty_backfills (
  programme TEXT PRIMARY KEY,
  facts_done BIGINT NOT NULL,
  after_person BIGINT NOT NULL,
  up_to_person BIGINT NOT NULL
);
)sql";

constexpr std::string_view kCoupons = R"sql(
CREATE TABLE loyalty_coupon_batches (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  definition TEXT NOT NULL,
  revision BIGINT NOT NULL,
  codes BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id)
);
CREATE TABLE loyalty_coupons (
  programme TEXT NOT NULL,
  code TEXT NOT NULL,
  batch TEXT NOT NULL,
  max_uses BIGINT NOT NULL,
  uses BIGINT NOT NULL CHECK (uses >= 0),
  PRIMARY KEY (programme, code)
);
CREATE TABLE loyalty_coupon_uses (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  batch TEXT NOT NULL,
  code TEXT NOT NULL,
  person BIGINT NOT NULL,
  order_ref TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  reserve_seconds BIGINT NOT NULL,
  state BIGINT NOT NULL,
  refusal TEXT NOT NULL,
  message TEXT NOT NULL,
  field TEXT NOT NULL,
  discount_minor BIGINT NOT NULL,
  free_shipping BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  reserved_until_ms BIGINT,
  ended_ms BIGINT,
  PRIMARY KEY (programme, id)
);
CREATE INDEX loyalty_coupon_uses_by_person ON loyalty_coupon_uses (programme, batch, person);
CREATE INDEX loyalty_coupon_uses_by_state ON loyalty_coupon_uses (programme, batch, state);
CREATE INDEX loyalty_coupon_uses_reserved ON loyalty_coupon_uses (programme, code)
  WHERE state = 1;
)sql";

constexpr std::string_view kRewards = R"sql(
CREATE TABLE loyalty_rewards (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  definition TEXT NOT NULL,
  revision BIGINT NOT NULL,
  stock BIGINT NOT NULL,
  taken BIGINT NOT NULL CHECK (taken >= 0),
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id)
);
CREATE TABLE loyalty_redemptions (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  reward TEXT NOT NULL,
  person BIGINT NOT NULL,
  note TEXT NOT NULL,
  reserve_seconds BIGINT NOT NULL,
  state BIGINT NOT NULL,
  refusal TEXT NOT NULL,
  message TEXT NOT NULL,
  field TEXT NOT NULL,
  points BIGINT NOT NULL,
  money_minor BIGINT NOT NULL,
  code TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  reserved_until_ms BIGINT,
  changed_ms BIGINT,
  PRIMARY KEY (programme, id)
);
CREATE INDEX loyalty_redemptions_by_person ON loyalty_redemptions (person, programme, reward);
CREATE INDEX loyalty_redemptions_by_reward ON loyalty_redemptions (programme, reward, state);
CREATE INDEX loyalty_redemptions_by_time ON loyalty_redemptions (programme, at_ms);
)sql";

constexpr std::string_view kOwners = R"sql(
ALTER TABLE loyalty_coupons ADD COLUMN person BIGINT NOT NULL DEFAULT 0;
ALTER TABLE loyalty_coupons ADD COLUMN issued_ms BIGINT;
CREATE INDEX loyalty_coupons_by_person ON loyalty_coupons (person, programme, batch)
  WHERE person > 0;
CREATE INDEX loyalty_coupon_uses_by_owner ON loyalty_coupon_uses (person);
CREATE INDEX loyalty_coupon_uses_by_time ON loyalty_coupon_uses (programme, batch, at_ms);
)sql";

constexpr std::string_view kGiftsAndDraws = R"sql(
CREATE TABLE loyalty_gift_cards (
  programme TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,
  state BIGINT NOT NULL,
  person BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  made_ms BIGINT NOT NULL,
  changed_ms BIGINT,
  PRIMARY KEY (programme, code)
);
CREATE INDEX loyalty_gift_cards_by_person ON loyalty_gift_cards (person) WHERE person > 0;
CREATE TABLE loyalty_draws (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  definition TEXT NOT NULL,
  revision BIGINT NOT NULL,
  seed TEXT NOT NULL,
  seed_hash TEXT NOT NULL,
  plays BIGINT NOT NULL,
  spent BIGINT NOT NULL CHECK (spent >= 0),
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id)
);
CREATE TABLE loyalty_prizes (
  programme TEXT NOT NULL,
  draw TEXT NOT NULL,
  id TEXT NOT NULL,
  stock BIGINT NOT NULL,
  given BIGINT NOT NULL,
  PRIMARY KEY (programme, draw, id)
);
CREATE TABLE loyalty_plays (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  draw TEXT NOT NULL,
  person BIGINT NOT NULL,
  number BIGINT NOT NULL,
  roll BIGINT NOT NULL,
  rolled TEXT NOT NULL,
  prize TEXT NOT NULL,
  points BIGINT NOT NULL,
  code TEXT NOT NULL,
  refusal TEXT NOT NULL,
  message TEXT NOT NULL,
  field TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id)
);
CREATE INDEX loyalty_plays_by_person ON loyalty_plays (person, programme, draw);
CREATE UNIQUE INDEX loyalty_plays_by_number ON loyalty_plays (programme, draw, number)
  WHERE number > 0;
)sql";

constexpr std::string_view kReferral = R"sql(
CREATE TABLE loyalty_referral_terms (
  programme TEXT NOT NULL,
  revision BIGINT NOT NULL,
  definition TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, revision)
);
CREATE TABLE loyalty_referral_codes (
  programme TEXT NOT NULL,
  code TEXT NOT NULL,
  person BIGINT NOT NULL,
  made_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, code)
);
CREATE INDEX loyalty_referral_codes_by_person ON loyalty_referral_codes (person, programme);
CREATE TABLE loyalty_referrals (
  programme TEXT NOT NULL,
  claim BIGINT NOT NULL,
  referrer BIGINT NOT NULL,
  friend BIGINT NOT NULL,
  code TEXT NOT NULL,
  claimed_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  state BIGINT NOT NULL,
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  verdict BIGINT NOT NULL,
  order_key TEXT NOT NULL,
  order_ms BIGINT NOT NULL,
  order_minor BIGINT NOT NULL,
  left_minor BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  referrer_granted BIGINT NOT NULL,
  referrer_points BIGINT NOT NULL,
  referrer_code TEXT NOT NULL,
  friend_granted BIGINT NOT NULL,
  friend_points BIGINT NOT NULL,
  friend_code TEXT NOT NULL,
  PRIMARY KEY (programme, claim)
);
CREATE INDEX loyalty_referrals_by_friend ON loyalty_referrals (friend, programme);
CREATE INDEX loyalty_referrals_by_referrer ON loyalty_referrals (referrer, programme);
CREATE INDEX loyalty_referrals_by_time ON loyalty_referrals (programme, claimed_ms);
)sql";

constexpr std::string_view kOutbox = R"sql(
CREATE TABLE loyalty_outbox (
  id TEXT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  person BIGINT NOT NULL,
  name TEXT NOT NULL,
  properties TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX loyalty_outbox_by_time ON loyalty_outbox (at_ms, id);
)sql";

constexpr std::string_view kUsesOfOrders = R"sql(
CREATE INDEX loyalty_coupon_uses_by_order ON loyalty_coupon_uses (programme, order_ref)
  WHERE order_ref <> '';
)sql";

constexpr std::string_view kMoved = R"sql(
CREATE TABLE loyalty_moved (
  move BIGINT NOT NULL,
  what TEXT NOT NULL,
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (move, what, programme, id)
);
)sql";

constexpr std::string_view kPriceRules = R"sql(
CREATE TABLE loyalty_price_rules (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  definition TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id)
);
)sql";

constexpr std::string_view kBudgets = R"sql(
ALTER TABLE loyalty_awards ADD COLUMN at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE loyalty_awards ADD COLUMN allowed BIGINT;
CREATE TABLE loyalty_budgets (
  programme TEXT NOT NULL,
  scope TEXT NOT NULL,
  every TEXT NOT NULL,
  start_ms BIGINT NOT NULL,
  points BIGINT NOT NULL,
  times BIGINT NOT NULL,
  PRIMARY KEY (programme, scope, every, start_ms)
);
)sql";

// Awards of before have the time at which their first points were earned, which is their fact's, so
// that budgets of a period count them; what budgets have used is worked out anew from that. A thing
// that was moved is known by its first move only.
constexpr std::string_view kSides = R"sql(
UPDATE loyalty_awards SET at_ms = l.earned_ms FROM (SELECT award, min(earned_ms) AS earned_ms
  FROM loyalty_lots WHERE award > 0 GROUP BY award) AS l
  WHERE l.award = loyalty_awards.id AND loyalty_awards.at_ms = 0;
DELETE FROM loyalty_budgets;
CREATE INDEX loyalty_moved_by_row ON loyalty_moved (what, programme, id);
DELETE FROM loyalty_moved WHERE EXISTS (SELECT 1 FROM loyalty_moved o
  WHERE o.what = loyalty_moved.what AND o.programme = loyalty_moved.programme
  AND o.id = loyalty_moved.id AND o.move < loyalty_moved.move);
CREATE INDEX loyalty_holders_merged ON loyalty_holders (merged_into) WHERE merged_into <> 0;
CREATE INDEX loyalty_merges_by_from ON loyalty_merges (from_holder);
)sql";

// Open lots in the order of spending.
constexpr std::string_view kOrderOfSpending = R"sql(
DROP INDEX loyalty_lots_by_holder;
CREATE INDEX loyalty_lots_by_holder ON loyalty_lots (holder, done, expires_ms, id);
)sql";

// Who earns nothing by rules, and when (until_ms NULL: still).
constexpr std::string_view kHeldOut = R"sql(
CREATE TABLE loyalty_held_out (
  hold_out TEXT NOT NULL,
  person BIGINT NOT NULL,
  from_ms BIGINT NOT NULL,
  until_ms BIGINT,
  PRIMARY KEY (hold_out, person)
);
CREATE INDEX loyalty_held_out_by_person ON loyalty_held_out (person);
)sql";

// It is read in the order of its ids.
constexpr std::string_view kOutboxById = R"sql(
DROP INDEX loyalty_outbox_by_time;
)sql";

// By which change of levels (loyalty_numbers.level_change, ascending) somebody got the one they
// have.
constexpr std::string_view kLevelChanged = R"sql(
ALTER TABLE loyalty_members ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX loyalty_members_changed ON loyalty_members (programme, changed);
ALTER TABLE loyalty_numbers ADD COLUMN level_change BIGINT NOT NULL DEFAULT 0;
)sql";

// What people gave and took by hand of late (hands.h); person 0: codes, of whoever will have them.
constexpr std::string_view kByHand = R"sql(
CREATE TABLE loyalty_by_hand (
  programme TEXT NOT NULL,
  done_by TEXT NOT NULL,
  person BIGINT NOT NULL,
  id TEXT NOT NULL,
  points BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, done_by, person, id)
);
CREATE INDEX loyalty_by_hand_by_time ON loyalty_by_hand (programme, at_ms);
CREATE INDEX loyalty_by_hand_of_person ON loyalty_by_hand (person);
)sql";

constexpr std::array kMigrations = {
    store::Migration{"loyalty", 1, "programmes and their ledger", kLedger},
    store::Migration{"loyalty", 2, "adjustments that wait for a second person", kApprovals},
    store::Migration{"loyalty", 3, "earning rules and levels", kEarning},
    store::Migration{"loyalty", 4, "coupons", kCoupons},
    store::Migration{"loyalty", 5, "rewards and their redemptions", kRewards},
    store::Migration{"loyalty", 6, "coupons that are somebody's", kOwners},
    store::Migration{"loyalty", 7, "gift cards and draws", kGiftsAndDraws},
    store::Migration{"loyalty", 8, "referral", kReferral},
    store::Migration{"loyalty", 9, "what is told to the log", kOutbox},
    store::Migration{"loyalty", 10, "coupons of one order", kUsesOfOrders},
    store::Migration{"loyalty", 11, "what people brought when they were joined", kMoved},
    store::Migration{"loyalty", 12, "price rules", kPriceRules},
    store::Migration{"loyalty", 13, "caps over all people", kBudgets},
    store::Migration{"loyalty", 14, "sides of joined people, times of old awards", kSides},
    store::Migration{"loyalty", 15, "open lots in the order of spending", kOrderOfSpending},
    store::Migration{"loyalty", 16, "who is held out", kHeldOut},
    store::Migration{"loyalty", 17, "what is told, by its ids", kOutboxById},
    store::Migration{"loyalty", 18, "who posted what, and how postings are found", kSearch},
    store::Migration{"loyalty", 19, "birthday gifts", kBirthdays},
    store::Migration{"loyalty", 20, "whatever waits for a second person", kAsked},
    store::Migration{"loyalty", 21, "which levels changed last", kLevelChanged},
    store::Migration{"loyalty", 22, "what people did by hand of late", kByHand},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::loyalty
