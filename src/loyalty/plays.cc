// Plays of draws.
#include <algorithm>

#include "loyalty/coupons.h"
#include "loyalty/draws.h"
#include "loyalty/fields.h"
#include "loyalty/outbox.h"

namespace perennial::loyalty {
namespace {

constexpr int kRollDigits = 15;  // hexadecimal: 60 bits

std::string reference_of(std::string_view id) {
  return std::string(kDrawReference) + std::string(id);
}

constexpr std::string_view kColumns =
    "id, draw, person, number, roll, rolled, prize, points, code, refusal, message, field, at_ms";

Play read_play(const store::Row& row) {
  return {.refusal = {row.text(9), row.text(10), row.text(11)},
          .id = row.text(0),
          .draw = row.text(1),
          .prize = row.text(6),
          .rolled = row.text(5),
          .person = row.integer(2),
          .number = row.integer(3),
          .roll = row.integer(4),
          .points = row.integer(7),
          .code = row.text(8),
          .at = from_millis(row.integer(12))};
}

// Whether one more of the prize can be given; then it is counted.
Result<bool> count_prize(store::Connection& c, const Programme& programme, const Draw& draw,
                         const Prize& prize) {
  if (prize.points > 0 && draw.budget > 0) {
    const int64_t room =
        TRY(c.execute("UPDATE loyalty_draws SET spent = spent + $3 WHERE programme = $1 AND id = "
                      "$2 AND spent + $3 <= $4",
                      {programme.id, draw.id, prize.points, draw.budget}));
    if (room == 0) return false;
  } else if (prize.points > 0) {
    TRY(c.execute("UPDATE loyalty_draws SET spent = spent + $3 WHERE programme = $1 AND id = $2",
                  {programme.id, draw.id, prize.points}));
  }
  const int64_t counted =
      TRY(c.execute("UPDATE loyalty_prizes SET given = given + 1 WHERE programme = $1 AND draw = "
                    "$2 AND id = $3 AND given < stock",
                    {programme.id, draw.id, prize.id}));
  if (counted == 0 && prize.points > 0) {
    TRY(c.execute("UPDATE loyalty_draws SET spent = spent - $3 WHERE programme = $1 AND id = $2",
                  {programme.id, draw.id, prize.points}));
  }
  return counted > 0;
}

Result<Outcome> post(store::Connection& c, const Programme& programme, const Draw& draw,
                     Command command, Instant now) {
  command.currency = draw.currency;
  command.reason = draw.name;
  return TRY(decide(c, programme, std::span(&command, 1), now)).front();
}

Result<void> give(store::Connection& c, const Programme& programme, const Draw& draw,
                  const Prize& prize, Play& one, Instant now) {
  one.prize = prize.id;
  if (prize.kind == Prize::Kind::kGoods) one.code = new_code();
  if (prize.kind == Prize::Kind::kCoupon) {
    const auto batch = TRY(find_terms(c, programme, prize.batch));
    INVARIANT(batch.has_value());
    one.code = TRY(make_codes(c, programme, *batch, 1)).front();
    TRY(give_code(c, programme, one.code, one.person, now));
  }
  if (prize.kind == Prize::Kind::kPoints) {
    const Outcome outcome = TRY(post(c, programme, draw,
                                     {.kind = CommandKind::kEarn,
                                      .id = reference_of(one.id) + ":prize",
                                      .person = one.person,
                                      .amount = prize.points},
                                     now));
    if (outcome.done()) one.points = prize.points;
  }
  return {};
}

Prize::Kind prize_kind(const Draw& draw, const std::string& id) {
  const auto prize = std::ranges::find(draw.prizes, id, &Prize::id);
  INVARIANT(prize != draw.prizes.end());
  return prize->kind;
}

Result<void> roll(store::Connection& c, const Programme& programme, const Draw& draw, Play& one,
                  Instant now) {
  if (draw.price > 0) {
    const Outcome paid = TRY(post(c, programme, draw,
                                  {.kind = CommandKind::kRedeem,
                                   .id = reference_of(one.id),
                                   .person = one.person,
                                   .amount = draw.price,
                                   .order = reference_of(one.id)},
                                  now));
    if (!paid.done()) {
      one.refusal = paid.refusal;
      if (one.refusal.where == "amount") one.refusal.where = "draw";
      return {};
    }
  }
  // The number is given where the row is locked: it is the order of the plays.
  TRY(c.execute("UPDATE loyalty_draws SET plays = plays + 1 WHERE programme = $1 AND id = $2",
                {programme.id, draw.id}));
  const auto row =
      TRY(c.query_one("SELECT plays, seed FROM loyalty_draws WHERE programme = $1 AND id = $2",
                      {programme.id, draw.id}));
  one.number = row->integer(0);
  one.roll = roll_of(row->text(1), one.number, one.id);
  const Prize& rolled = prize_of(draw, one.roll);
  one.rolled = rolled.id;
  if (TRY(count_prize(c, programme, draw, rolled)))
    return give(c, programme, draw, rolled, one, now);
  const auto blank = std::ranges::find(draw.prizes, Prize::Kind::kNothing, &Prize::kind);
  INVARIANT(blank != draw.prizes.end());
  TRY(count_prize(c, programme, draw, *blank));
  one.prize = blank->id;
  return {};
}

}  // namespace

Result<PlayOrder> play_from_json(const Json& json) {
  if (!json.is_object()) return fail(Code::kInvalid, "a play is an object", "");
  PlayOrder order;
  order.id = TRY(read_text(json, "id", kMaxIdBytes - kMaxWordBytes, true));
  order.draw = TRY(read_text(json, "draw", kMaxWordBytes, true));
  order.person = TRY(json_integer(json, "person"));
  if (order.person < 1) return fail(Code::kInvalid, "is no number of a person", "person");
  return order;
}

Json to_json(const Play& play) {
  return {{"id", play.id},
          {"draw", play.draw},
          {"person", play.person},
          {"prize", play.prize},
          {"rolled", play.rolled},
          {"number", play.number},
          {"roll", play.roll},
          {"points", play.points},
          {"code", play.code},
          {"repeated", play.repeated},
          {"at", format_instant(play.at)}};
}

int64_t roll_of(std::string_view seed, int64_t number, std::string_view id) {
  const std::string digest =
      sha256_hex(std::string(seed) + ":" + std::to_string(number) + ":" + std::string(id));
  return std::stoll(digest.substr(0, kRollDigits), nullptr, 16) % kAllOdds;
}

const Prize& prize_of(const Draw& draw, int64_t roll) {
  int64_t upto = 0;
  for (const Prize& prize : draw.prizes) {
    upto += prize.odds_ppm;
    if (roll < upto) return prize;
  }
  die("the odds of a draw sum to less than all", __FILE__, __LINE__);
}

Result<Refusal> refused_draw(store::Connection& c, const Programme& programme, const Draw& draw,
                             PersonId person, Instant now) {
  if (!draw.enabled) return Refusal{"not_offered", "it is not offered at present", "draw"};
  if (now < draw.valid.from)
    return Refusal{"not_valid_yet", "it begins at " + format_instant(draw.valid.from), "draw"};
  if (now >= draw.valid.to)
    return Refusal{"no_longer_valid", "it ended at " + format_instant(draw.valid.to), "draw"};
  if (!TRY(c.query_one("SELECT 1 FROM people WHERE id = $1", {person})))
    return Refusal{"unknown_person", "there is no such person", "person"};
  if (draw.per_person == 0) return Refusal{};
  const auto row = TRY(c.query_one(
      "SELECT count(*) FROM loyalty_plays WHERE programme = $1 AND draw = $2 AND "
      "person = $3 AND number > 0 AND at_ms >= $4",
      {programme.id, draw.id, person, to_millis(period_start(programme, draw.every, now))}));
  if (row->integer(0) < draw.per_person) return Refusal{};
  return Refusal{"person_limit", "this person has played as often as anybody may", "person"};
}

Result<Play> play(store::Connection& c, const Programme& programme, const PlayOrder& order,
                  Instant now) {
  const PersonId person = TRY(people::current_person(c, order.person));
  const auto known = TRY(c.query_one(
      "SELECT " + std::string(kColumns) + " FROM loyalty_plays WHERE programme = $1 AND id = $2",
      {programme.id, order.id}));
  if (known) {
    Play one = read_play(*known);
    one.repeated = true;
    if (one.draw == order.draw && (one.person == person || one.person == order.person)) return one;
    const std::string field = one.draw == order.draw ? "person" : "draw";
    one.refusal = {"id_reused", "this id stands for another play: \"" + field + "\" differs",
                   field};
    return one;
  }
  Play one{.id = order.id, .draw = order.draw, .person = person, .at = now};
  const auto draw = TRY(find_draw(c, programme, order.draw));
  if (!draw) {
    one.refusal = {"unknown_draw", "there is no such draw", "draw"};
  } else {
    one.refusal = TRY(refused_draw(c, programme, *draw, person, now));
    if (one.done()) TRY(roll(c, programme, *draw, one, now));
  }
  TRY(
      c.execute("INSERT INTO loyalty_plays (programme, id, draw, person, number, roll, rolled, "
                "prize, points, code, refusal, message, field, at_ms) VALUES ($1, $2, $3, $4, $5, "
                "$6, $7, $8, $9, $10, $11, $12, $13, $14)",
                {programme.id, one.id, one.draw, one.person, one.number, one.roll, one.rolled,
                 one.prize, one.points, one.code, one.refusal.code, one.refusal.message,
                 one.refusal.where, to_millis(now)}));
  if (one.done() && prize_kind(*draw, one.prize) != Prize::Kind::kNothing) {
    TRY(tell(c, programme,
             {.type = "draw.won",
              .person = one.person,
              .at_ms = to_millis(now),
              .properties = {{"draw", one.draw},
                             {"prize", one.prize},
                             {"points", one.points},
                             {"code", one.code},
                             {"play", one.id}}}));
  }
  return one;
}

Result<PlayPage> list_plays(store::Connection& c, const Programme& programme, std::string_view draw,
                            int64_t offset, int64_t limit) {
  const std::string from = " FROM loyalty_plays WHERE programme = $1 AND draw = $2 AND number > 0";
  PlayPage page;
  page.total =
      TRY(c.query_one("SELECT count(*)" + from, {programme.id, std::string(draw)}))->integer(0);
  for (const auto& row : TRY(c.query(
           "SELECT " + std::string(kColumns) + from + " ORDER BY number DESC LIMIT $3 OFFSET $4",
           {programme.id, std::string(draw), limit, offset})))
    page.plays.push_back(read_play(row));
  return page;
}

Result<std::vector<int64_t>> check_draw(store::Connection& c, const Programme& programme,
                                        const Draw& draw, Instant now) {
  const std::string seed = TRY(shown_seed(c, programme, draw, now));
  if (seed.empty()) return fail(Code::kConflict, "the seed is shown once the draw is over", "draw");
  std::vector<int64_t> wrong;
  int64_t expected = 1;
  if (sha256_hex(seed) != draw.seed_hash) wrong.push_back(0);
  TRY(c.each(
      "SELECT number, id, roll, rolled FROM loyalty_plays WHERE programme = $1 AND draw = "
      "$2 AND number > 0 ORDER BY number",
      std::vector<store::Value>{programme.id, draw.id}, [&](const store::Row& row) -> Result<void> {
        const int64_t rolled = roll_of(seed, row.integer(0), row.text(1));
        if (row.integer(0) != expected || rolled != row.integer(2) ||
            prize_of(draw, rolled).id != row.text(3))
          wrong.push_back(row.integer(0));
        expected = row.integer(0) + 1;
        return {};
      }));
  return wrong;
}

}  // namespace perennial::loyalty
