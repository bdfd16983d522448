// Events of the log, in the transaction in which the people stage takes them: at that point it is
// known whose each event is, and who was joined to whom.
#include <algorithm>

#include "loyalty/assess.h"

namespace perennial::loyalty {
namespace {

constexpr size_t kMovesAtOnce = 1'000;

// Everything that a person had goes to whom they are now, in every currency.
Result<void> merge_accounts(store::Connection& c, const std::vector<Terms>& all,
                            const people::Move& move, Instant now) {
  for (const Terms& terms : all) {
    std::vector<Command> commands;
    for (const Currency& currency : terms.programme.currencies) {
      const auto known =
          TRY(c.query_one("SELECT 1 FROM loyalty_holders WHERE currency = $1 AND "
                          "person = $2 AND merged_into = 0",
                          {currency.id, move.from}));
      if (!known) continue;
      commands.push_back({.kind = CommandKind::kMerge,
                          .id = "people:" + std::to_string(move.id) + ":" + currency.code,
                          .currency = currency.code,
                          .person = move.into,
                          .reason = "joined",
                          .other = move.from});
    }
    if (!commands.empty()) TRY(decide(c, terms.programme, commands, now));
    for (const char* table : {"loyalty_members", "loyalty_level_changes"}) {
      TRY(c.execute("DELETE FROM " + std::string(table) + " WHERE programme = $1 AND person = $2",
                    {terms.programme.id, move.from}));
    }
  }
  for (const char* table : {"loyalty_facts", "loyalty_redemptions", "loyalty_coupons",
                            "loyalty_coupon_uses", "loyalty_gift_cards", "loyalty_plays"}) {
    TRY(c.execute(
        "UPDATE " + std::string(table) + " SET person = $2 WHERE person = $1 AND person > 0",
        {move.from, move.into}));
  }
  TRY(merge_referrals(c, move.from, move.into));
  // An award that was taken back leaves an empty row, which may stand in the other's way.
  TRY(c.execute("DELETE FROM loyalty_awards WHERE person IN ($1, $2) AND points = 0",
                {move.from, move.into}));
  TRY(c.execute("UPDATE loyalty_awards SET person = $2 WHERE person = $1", {move.from, move.into}));
  return {};
}

Result<void> follow_moves(store::Connection& c, const std::vector<Terms>& all,
                          std::set<PersonId>& touched, Instant now) {
  const auto row = TRY(c.query_one("SELECT last_move FROM loyalty_progress WHERE id = 1"));
  int64_t last = row ? row->integer(0) : 0;
  while (true) {
    const auto moves = TRY(people::moves_after(c, last, kMovesAtOnce));
    if (moves.empty()) break;
    for (const people::Move& move : moves) {
      last = move.id;
      touched.insert(move.into);
      if (move.from == 0) continue;
      if (move.whole) {
        TRY(merge_accounts(c, all, move, now));
        touched.erase(move.from);
      } else {
        touched.insert(move.from);
        TRY(c.execute("UPDATE loyalty_facts SET person = $2 WHERE identity = $1",
                      {move.identity, move.into}));
      }
    }
  }
  TRY(
      c.execute("INSERT INTO loyalty_progress (id, last_move) VALUES (1, $1) "
                "ON CONFLICT (id) DO UPDATE SET last_move = excluded.last_move",
                {last}));
  return {};
}

bool is_order(std::string_view name) {
  return name == people::kOrderCompleted || name == people::kOrderRefunded ||
         name == people::kOrderLine;
}

}  // namespace

Result<void> take_events(store::Connection& c, std::span<const events::StoredEvent> events,
                         Instant now) {
  const auto all = TRY(all_terms(c));
  if (all.empty()) return {};
  const auto names = event_names(all);
  std::set<PersonId> touched;
  TRY(follow_moves(c, all, touched, now));

  std::vector<const events::StoredEvent*> relevant;
  std::vector<std::string> identities;
  for (const auto& event : events) {
    const bool track = event.type == events::Type::kTrack;
    const bool wanted = event.type == events::Type::kIdentify ||
                        (track && (names.contains(event.name) || is_order(event.name)));
    if (!wanted) continue;
    relevant.push_back(&event);
    identities.push_back(events::identity_of(event.user_id, event.anonymous_id));
  }
  const auto people = TRY(people::people_of(c, identities));
  std::vector<NewFact> facts;
  for (size_t i = 0; i < relevant.size(); ++i) {
    if (people[i] == 0) continue;
    touched.insert(people[i]);
    const auto& event = *relevant[i];
    const bool kept = event.type == events::Type::kTrack && names.contains(event.name) &&
                      event.name != people::kOrderRefunded && event.name != people::kOrderLine;
    if (!kept) continue;
    facts.push_back({.seq = static_cast<int64_t>(event.seq),
                     .at_ms = to_millis(std::min(event.timestamp, event.received_at)),
                     .person = people[i],
                     .identity = identities[i],
                     .name = event.name,
                     .properties = event.properties});
  }
  TRY(add_facts(c, facts));
  const std::vector<PersonId> list(touched.begin(), touched.end());
  for (const Terms& terms : all) TRY(assess_with_referrals(c, terms, list, now));
  return {};
}

}  // namespace perennial::loyalty
