#include "loyalty/moves.h"

#include "loyalty/held_out.h"
#include "loyalty/rows.h"
#include "loyalty/separate.h"

namespace perennial::loyalty {
namespace {

constexpr size_t kMovesAtOnce = 1'000;

constexpr Owned kOwned[] = {{"loyalty_redemptions", "id"},   {"loyalty_coupons", "code"},
                            {"loyalty_coupon_uses", "id"},   {"loyalty_gift_cards", "code"},
                            {"loyalty_plays", "id"},         {"loyalty_referral_codes", "code"},
                            {"loyalty_birthday_gifts", "id"}};

std::string merge_id(int64_t move, const Currency& currency) {
  return "people:" + std::to_string(move) + ":" + currency.code;
}

// An award that was taken back leaves an empty row, which may stand in another's way. That of one
// that a budget has cut to nothing stays, unless it does; of two such the older one stays.
Result<void> drop_empty_awards(store::Connection& c, PersonId one, PersonId other) {
  TRY(
      c.execute("DELETE FROM loyalty_awards WHERE person IN ($1, $2) AND points = 0 AND "
                "(allowed IS NULL OR EXISTS (SELECT 1 FROM loyalty_awards o WHERE o.person IN "
                "($1, $2) AND o.person <> loyalty_awards.person AND o.programme = "
                "loyalty_awards.programme AND o.rule = loyalty_awards.rule AND o.event = "
                "loyalty_awards.event AND (o.points > 0 OR (o.allowed IS NOT NULL AND o.id < "
                "loyalty_awards.id))))",
                {one, other}));
  return {};
}

// Everything that a person had goes to whom they are now, in every currency. Of each thing it is
// kept by which join it first came to somebody else: so it is known whose it was.
Result<void> merge_accounts(store::Connection& c, const std::vector<Terms>& all,
                            const people::Move& move, Instant now) {
  for (const Terms& terms : all) {
    for (const Currency& currency : terms.programme.currencies) {
      const auto known =
          TRY(c.query_one("SELECT 1 FROM loyalty_holders WHERE currency = $1 AND "
                          "person = $2 AND merged_into = 0",
                          {currency.id, move.from}));
      if (!known) continue;
      const Command merge{.kind = CommandKind::kMerge,
                          .id = merge_id(move.id, currency),
                          .currency = currency.code,
                          .person = move.into,
                          .reason = "joined",
                          .other = move.from};
      TRY(must_merge(c, terms.programme, merge, now));
    }
    for (const char* table : {"loyalty_members", "loyalty_level_changes"}) {
      TRY(c.execute("DELETE FROM " + std::string(table) + " WHERE programme = $1 AND person = $2",
                    {terms.programme.id, move.from}));
    }
  }
  for (const auto& [table, key] : kOwned) {
    const std::string name(table);
    TRY(
        c.execute("INSERT INTO loyalty_moved (move, what, programme, id) SELECT "
                  "CAST($1 AS BIGINT), '" +
                      name + "', programme, " + std::string(key) + " FROM " + name +
                      " WHERE person = $2 AND person > 0 AND NOT EXISTS (SELECT 1 FROM "
                      "loyalty_moved m WHERE m.what = '" +
                      name + "' AND m.programme = " + name + ".programme AND m.id = " + name + "." +
                      std::string(key) + ")",
                  {move.id, move.from}));
    TRY(c.execute("UPDATE " + name + " SET person = $2 WHERE person = $1 AND person > 0",
                  {move.from, move.into}));
  }
  TRY(c.execute("UPDATE loyalty_facts SET person = $2 WHERE person = $1", {move.from, move.into}));
  TRY(merge_held(c, move));
  TRY(merge_referrals(c, move.from, move.into));
  TRY(drop_empty_awards(c, move.from, move.into));
  TRY(c.execute("UPDATE loyalty_awards SET person = $2 WHERE person = $1", {move.from, move.into}));
  return {};
}

// Identities that went from one person to another together, as `moves`.
Result<void> split_people(store::Connection& c, const std::vector<Terms>& all,
                          std::span<const people::Move> moves, Instant now) {
  Separation separation{.split = moves.front(), .identities = {}};
  const people::Move& split = separation.split;
  for (const people::Move& move : moves) separation.identities.insert(move.identity);
  const store::Value into = split.into;
  TRY(execute_in(
      c, "UPDATE loyalty_facts SET person = $1 WHERE identity IN {}", std::span(&into, 1),
      std::vector<store::Value>(separation.identities.begin(), separation.identities.end())));
  TRY(drop_empty_awards(c, split.from, split.into));
  for (const Terms& terms : all) {
    TRY(separate_accounts(c, terms.programme, separation, now));
    TRY(separate_cuts(c, terms.programme, separation));
  }
  TRY(separate_owned(c, kOwned, separation));
  TRY(separate_held(c, separation));
  return split_referrals(c, split.from, split.into);
}

}  // namespace

Result<void> follow_moves(store::Connection& c, const std::vector<Terms>& all,
                          std::set<PersonId>& touched, Instant now) {
  const auto row = TRY(c.query_one("SELECT last_move FROM loyalty_progress WHERE id = 1"));
  int64_t last = row ? row->integer(0) : 0;
  while (true) {
    const auto moves = TRY(people::moves_after(c, last, kMovesAtOnce));
    if (moves.empty()) break;
    for (size_t i = 0, end = 1; i < moves.size(); i = end, end = i + 1) {
      const people::Move& move = moves[i];
      touched.insert(move.into);
      if (move.whole) {
        if (move.from != 0) TRY(merge_accounts(c, all, move, now));
        touched.erase(move.from);
        continue;
      }
      if (move.from == 0) continue;
      while (end < moves.size() && !moves[end].whole && moves[end].from == move.from &&
             moves[end].into == move.into)
        ++end;
      touched.insert(move.from);
      TRY(split_people(c, all, std::span(moves).subspan(i, end - i), now));
    }
    last = moves.back().id;
  }
  TRY(
      c.execute("INSERT INTO loyalty_progress (id, last_move) VALUES (1, $1) "
                "ON CONFLICT (id) DO UPDATE SET last_move = excluded.last_move",
                {last}));
  return {};
}

}  // namespace perennial::loyalty
