#include "engage/ledger.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kClaim =
    "UPDATE sends SET claimed = $3 WHERE id = (SELECT id FROM sends WHERE campaign_id = $1 AND "
    "verdict = 'pending' AND claimed = 0 AND due_at <= $2 ORDER BY due_at, id LIMIT 1) "
    "RETURNING id, campaign_id, user_id, address, person_id, attempts";

Claim read_claim(const store::Row& row) {
  return {.id = row.text(0),
          .campaign_id = row.text(1),
          .user_id = row.text(2),
          .address = row.text(3),
          .person = row.integer(4),
          .attempts = row.integer(5)};
}

// A row to be tried again goes back to pending, unless its campaign was cancelled meanwhile.
Result<void> put_back(store::Connection& c, const Outcome& outcome) {
  const auto row =
      TRY(c.query_one("SELECT campaigns.state FROM sends JOIN campaigns ON "
                      "campaigns.id = sends.campaign_id WHERE sends.id = $1",
                      {outcome.id}));
  if (row && row->text(0) == "cancelled") {
    TRY(
        c.execute("UPDATE sends SET claimed = 0, verdict = 'cancelled', reason = $2, at = $3 "
                  "WHERE id = $1 AND claimed <> 0",
                  {outcome.id, outcome.reason, to_millis(outcome.at)}));
    return {};
  }
  TRY(
      c.execute("UPDATE sends SET claimed = 0, reason = $2, attempts = attempts + 1, due_at = $3 "
                "WHERE id = $1 AND claimed <> 0",
                {outcome.id, outcome.reason, to_millis(outcome.due)}));
  return {};
}

}  // namespace

Result<void> close(store::Connection& c, const Outcome& outcome) {
  if (outcome.verdict == "pending") return put_back(c, outcome);
  TRY(
      c.execute("UPDATE sends SET claimed = 0, verdict = $2, reason = $3, at = $4, "
                "attempts = attempts + 1 WHERE id = $1 AND claimed <> 0",
                {outcome.id, outcome.verdict, outcome.reason, to_millis(outcome.at)}));
  return {};
}

Result<Step> advance(store::Connection& c, const std::optional<Outcome>& outcome,
                     std::string_view campaign_id, int64_t run, Instant now, Instant at) {
  if (outcome) TRY(close(c, *outcome));
  const std::string id(campaign_id);
  Step step;
  if (const auto row = TRY(c.query_one(kClaim, {id, to_millis(now), run}))) {
    step.claim = read_claim(*row);
    return step;
  }
  const auto rest = TRY(c.query_one(
      "SELECT min(due_at), max(claimed) FROM sends WHERE campaign_id = $1 AND verdict = 'pending'",
      {id}));
  if (!rest->is_null(0)) {
    step.next_due = from_millis(rest->integer(0));
    step.strays = rest->integer(1) != 0;
    return step;
  }
  step.finished = true;
  TRY(
      c.execute("UPDATE campaigns SET state = 'sent', finished_at = $2 "
                "WHERE id = $1 AND state = 'sending'",
                {id, to_millis(at)}));
  return step;
}

Result<std::vector<Interrupted>> interrupted(store::Connection& c) {
  std::vector<Interrupted> found;
  for (const auto& row :
       TRY(c.query("SELECT sends.id, campaign_id, user_id, address, person_id, attempts, channel "
                   "FROM sends JOIN campaigns ON campaigns.id = campaign_id WHERE claimed <> 0"))) {
    found.push_back({read_claim(row), row.text(6)});
  }
  return found;
}

Result<std::vector<std::string>> sending(store::Connection& c) {
  std::vector<std::string> ids;
  for (const auto& row :
       TRY(c.query("SELECT id FROM campaigns WHERE state = 'sending' ORDER BY created_at, id"))) {
    ids.push_back(row.text(0));
  }
  return ids;
}

}  // namespace perennial::engage
