// The tables of engage/. docs/formats has no page of its own for them: the comments here are it.
#include "engage/engage.h"

namespace perennial::engage {
namespace {

constexpr store::Migration kMigrations[] = {
    {"engage", 1, "campaigns and their send ledger", R"sql(
-- state: draft, sending, sent, cancelled. audience: the contract's Audience as JSON. salt: of the
-- hold-out's draw. channel: "" for a draft, then what carries it: outbox, smtp. really_sends:
-- whether that channel reaches anybody.
CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  audience TEXT NOT NULL,
  hold_out_percent DOUBLE PRECISION NOT NULL,
  subject TEXT NOT NULL,
  text_body TEXT NOT NULL,
  html_body TEXT NOT NULL,
  result_days BIGINT NOT NULL,
  salt TEXT NOT NULL,
  channel TEXT NOT NULL,
  really_sends BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT
);
-- One row for every person that a campaign considered. arm: treated, held_out, or none for people
-- who could not have been reached and take no part in the comparison. verdict: pending, sent,
-- held_out, no_address, no_consent, duplicate_address, failed, in_doubt, cancelled. claimed: 0,
-- or the run of the program that is handing the message over. due_at: of a pending row, when to try
-- (again). told: 1 when the event of a sent message is in the log.
CREATE TABLE sends (
  id TEXT PRIMARY KEY,
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  person_id BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  arm TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  address TEXT NOT NULL,
  claimed BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  at BIGINT,
  told BIGINT NOT NULL,
  UNIQUE (campaign_id, person_id)
);
CREATE INDEX sends_by_verdict ON sends (campaign_id, verdict, person_id);
CREATE INDEX sends_by_person ON sends (person_id, at);
CREATE INDEX sends_due ON sends (campaign_id, due_at, id) WHERE verdict = 'pending' AND claimed = 0;
CREATE INDEX sends_claimed ON sends (id) WHERE claimed <> 0;
CREATE INDEX sends_untold ON sends (id) WHERE verdict = 'sent' AND told = 0;
)sql"},
    {"engage", 2, "people who must not be written to", R"sql(
-- address: folded. event_id: message id of the event. told: 1 when that event is in the log.
-- confirmed: 1 when people/ has applied it, so that the person's own consent decides from then on.
CREATE TABLE suppressions (
  person_id BIGINT PRIMARY KEY,
  user_id TEXT NOT NULL,
  address TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  told BIGINT NOT NULL,
  confirmed BIGINT NOT NULL
);
CREATE INDEX suppressions_by_address ON suppressions (address);
CREATE INDEX suppressions_unconfirmed ON suppressions (person_id) WHERE confirmed = 0;
)sql"},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::engage
