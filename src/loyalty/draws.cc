// Draws as JSON and in the database.
#include "loyalty/draws.h"

#include <algorithm>
#include <array>
#include <set>

#include "loyalty/coupons.h"
#include "loyalty/fields.h"

namespace perennial::loyalty {
namespace {

constexpr std::array<std::pair<Prize::Kind, std::string_view>, 4> kKinds = {
    {{Prize::Kind::kNothing, "nothing"},
     {Prize::Kind::kPoints, "points"},
     {Prize::Kind::kCoupon, "coupon"},
     {Prize::Kind::kGoods, "goods"}}};

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<Prize> read_prize(const Json& json) {
  if (!json.is_object()) return bad("a prize is an object", "");
  Prize prize;
  prize.id = TRY(read_word(json, "id"));
  prize.name = TRY(read_name(json, "name"));
  const std::string word = TRY(json_string(json, "kind"));
  const auto kind =
      std::ranges::find(kKinds, word, &std::pair<Prize::Kind, std::string_view>::second);
  if (kind == kKinds.end()) return bad("is one of nothing points coupon goods", "kind");
  prize.kind = kind->first;
  prize.odds_ppm = TRY(read_bounded(json, "odds_ppm", 0, kAllOdds));
  prize.stock = TRY(read_bounded(json, "stock", 0, kMaxPoints));
  if (prize.kind == Prize::Kind::kPoints)
    prize.points = TRY(read_bounded(json, "points", 1, kMaxPoints));
  if (prize.kind == Prize::Kind::kCoupon) prize.batch = TRY(read_word(json, "batch"));
  if (prize.kind == Prize::Kind::kNothing && prize.stock != 0)
    return bad("nothing has no stock", "stock");
  return prize;
}

Result<std::vector<Prize>> read_prizes(const Json& json) {
  if (!json.contains("prizes") || !json["prizes"].is_array() || json["prizes"].size() > kMaxPrizes)
    return bad("is a list of at most 50 prizes", "prizes");
  std::vector<Prize> prizes;
  std::set<std::string> ids;
  int64_t odds = 0, blanks = 0;
  for (const Json& one : json["prizes"]) {
    auto prize = read_prize(one);
    if (!prize) {
      Error error = prize.error();
      error.where = "prizes[" + std::to_string(prizes.size()) + "]." + error.where;
      return std::unexpected(std::move(error));
    }
    odds += prize->odds_ppm;
    blanks += prize->kind == Prize::Kind::kNothing;
    if (!ids.insert(prize->id).second) return bad("two prizes have one id", "prizes");
    prizes.push_back(std::move(*prize));
  }
  if (odds != kAllOdds)
    return bad("the odds sum to " + std::to_string(odds) + ", not to 1,000,000", "prizes");
  if (blanks != 1)
    return bad("one prize is nothing: it stands in for those that are gone", "prizes");
  return prizes;
}

Result<void> check_names(store::Connection& c, const Programme& programme, const Draw& draw) {
  if (!draw.currency.empty()) {
    const Currency* currency = programme.find(draw.currency);
    if (!currency) return fail(Code::kNotFound, "there is no such currency", "currency");
    if (!currency->spendable)
      return fail(Code::kConflict, "these points cannot be spent", "currency");
  }
  for (const Prize& prize : draw.prizes) {
    if (prize.kind != Prize::Kind::kCoupon) continue;
    const auto batch = TRY(find_terms(c, programme, prize.batch));
    if (!batch) return fail(Code::kNotFound, "there is no such batch of coupons", "prizes");
    if (!batch->shared_code.empty())
      return fail(Code::kConflict, "a prize needs a batch with a code for each", "prizes");
  }
  return {};
}

// All of its terms that may not change any more after the first play.
std::string fixed_terms(const Draw& draw) {
  Json json = to_json(draw);
  for (const char* free : {"name", "enabled", "revision", "seed_hash", "plays", "spent"})
    json.erase(free);
  for (Json& prize : json["prizes"]) prize.erase("given");
  return to_text(json);
}

Result<Draw> read_draw(store::Connection& c, const store::Row& row, const Programme& programme) {
  Draw draw = TRY(draw_from_json(TRY(parse_json(row.text(0))), programme.zone));
  draw.revision = row.integer(1);
  draw.seed_hash = row.text(2);
  draw.plays = row.integer(3);
  draw.spent = row.integer(4);
  for (const auto& prize :
       TRY(c.query("SELECT id, given FROM loyalty_prizes WHERE programme = $1 AND draw = $2",
                   {programme.id, draw.id}))) {
    for (Prize& one : draw.prizes) {
      if (one.id == prize.text(0)) one.given = prize.integer(1);
    }
  }
  return draw;
}

constexpr std::string_view kSelect =
    "SELECT definition, revision, seed_hash, plays, spent FROM loyalty_draws WHERE programme = $1";

Result<void> write_prizes(store::Connection& c, const Programme& programme, const Draw& draw) {
  TRY(c.execute("DELETE FROM loyalty_prizes WHERE programme = $1 AND draw = $2",
                {programme.id, draw.id}));
  for (const Prize& prize : draw.prizes) {
    TRY(
        c.execute("INSERT INTO loyalty_prizes (programme, draw, id, stock, given) VALUES ($1, $2, "
                  "$3, $4, $5)",
                  {programme.id, draw.id, prize.id, prize.stock == 0 ? INT64_MAX : prize.stock,
                   prize.given}));
  }
  return {};
}

}  // namespace

Result<Draw> draw_from_json(const Json& json, const Zone& zone) {
  if (!json.is_object()) return bad("a draw is an object", "");
  Draw draw;
  draw.id = TRY(read_word(json, "id"));
  draw.name = TRY(read_name(json, "name"));
  draw.currency = TRY(read_text(json, "currency", kMaxWordBytes, false));
  draw.price = TRY(read_bounded(json, "price", 0, kMaxPoints));
  draw.per_person = TRY(read_bounded(json, "per_person", 0, kMaxPoints));
  draw.every = TRY(read_every(json, "every"));
  draw.budget = TRY(read_bounded(json, "budget", 0, kMaxPoints));
  draw.valid = TRY(read_validity(json, zone));
  draw.prizes = TRY(read_prizes(json));
  draw.enabled = TRY(json_bool_or(json, "enabled", true));
  draw.revision = TRY(json_integer_or(json, "revision", 0));
  return draw;
}

Json to_json(const Draw& draw) {
  Json prizes = Json::array();
  for (const Prize& prize : draw.prizes) {
    const auto kind =
        std::ranges::find(kKinds, prize.kind, &std::pair<Prize::Kind, std::string_view>::first);
    Json one = {{"id", prize.id},       {"name", prize.name},
                {"kind", kind->second}, {"odds_ppm", prize.odds_ppm},
                {"stock", prize.stock}, {"given", prize.given}};
    if (prize.kind == Prize::Kind::kPoints) one["points"] = prize.points;
    if (prize.kind == Prize::Kind::kCoupon) one["batch"] = prize.batch;
    prizes.push_back(std::move(one));
  }
  return {{"id", draw.id},
          {"name", draw.name},
          {"currency", draw.currency},
          {"price", draw.price},
          {"per_person", draw.per_person},
          {"every", every_name(draw.every)},
          {"budget", draw.budget},
          {"from", format_instant(draw.valid.from)},
          {"to", format_instant(draw.valid.to)},
          {"prizes", std::move(prizes)},
          {"enabled", draw.enabled},
          {"revision", draw.revision},
          {"seed_hash", draw.seed_hash},
          {"plays", draw.plays},
          {"spent", draw.spent}};
}

Result<std::optional<Draw>> find_draw(store::Connection& c, const Programme& programme,
                                      std::string_view id) {
  const auto row =
      TRY(c.query_one(std::string(kSelect) + " AND id = $2", {programme.id, std::string(id)}));
  if (!row) return std::nullopt;
  return TRY(read_draw(c, *row, programme));
}

Result<std::vector<Draw>> list_draws(store::Connection& c, const Programme& programme) {
  std::vector<Draw> draws;
  for (const auto& row :
       TRY(c.query(std::string(kSelect) + " ORDER BY created_ms DESC, id", {programme.id})))
    draws.push_back(TRY(read_draw(c, row, programme)));
  return draws;
}

Result<Draw> save_draw(store::Connection& c, const Programme& programme, Draw draw, Instant now) {
  TRY(check_names(c, programme, draw));
  const auto before = TRY(find_draw(c, programme, draw.id));
  if ((before ? before->revision : 0) != draw.revision) {
    return fail(Code::kConflict, "the draw was changed meanwhile", "revision",
                "read it again and repeat the change");
  }
  if (before && now >= before->valid.to)
    return fail(Code::kConflict, "it is over, and its seed is known", "id", "make a new one");
  if (before && before->plays > 0 && fixed_terms(*before) != fixed_terms(draw)) {
    return fail(Code::kConflict, "somebody has played: only the name and whether it is on change",
                "prizes", "make a new one");
  }
  if (!before && TRY(list_draws(c, programme)).size() >= kMaxDraws)
    return fail(Code::kTooLarge, "there are 500 draws already", "id");
  const std::string seed = before ? "" : random_token();
  ++draw.revision;
  TRY(c.execute(
      "INSERT INTO loyalty_draws (programme, id, definition, revision, seed, seed_hash, plays, "
      "spent, created_ms) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7) ON CONFLICT (programme, id) DO "
      "UPDATE SET definition = excluded.definition, revision = excluded.revision",
      {programme.id, draw.id, to_text(to_json(draw)), draw.revision, seed, sha256_hex(seed),
       to_millis(now)}));
  if (!before || before->plays == 0) TRY(write_prizes(c, programme, draw));
  return *TRY(find_draw(c, programme, draw.id));
}

Result<std::string> shown_seed(store::Connection& c, const Programme& programme, const Draw& draw,
                               Instant now) {
  if (now < draw.valid.to) return "";
  return TRY(c.query_one("SELECT seed FROM loyalty_draws WHERE programme = $1 AND id = $2",
                         {programme.id, draw.id}))
      ->text(0);
}

}  // namespace perennial::loyalty
