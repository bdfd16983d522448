// Draws: prizes by chance, with a result that anybody can check.
//
// A draw keeps a secret seed and shows its SHA-256 from the beginning. Play number n with the id i
// rolls the first 15 hexadecimal digits of SHA-256(seed ":" n ":" i), modulo a million; the prizes'
// odds, laid end to end in parts per million, say what that is. Once the draw is over the seed is
// shown: whoever has it can compute every roll with `sha256sum`. The bias of the modulus is below
// 10^-12.
//
//   auto played = TRY(play(c, programme, {.id = "spin 1", .draw = "wheel", .person = 3}, now));
#pragma once

#include "loyalty/loyalty.h"
#include "loyalty/rules.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxDraws = 500;  // of one programme
inline constexpr size_t kMaxPrizes = 50;  // of one draw
inline constexpr int64_t kAllOdds = 1'000'000;
// How the reference begins that a play has in the ledger in place of an order's id.
inline constexpr std::string_view kDrawReference = "draw:";

struct Prize {
  std::string id, name;
  enum class Kind { kNothing, kPoints, kCoupon, kGoods } kind = Kind::kNothing;
  int64_t odds_ppm = 0;
  Points points = 0;  // kPoints, in the draw's currency
  std::string batch;  // kCoupon
  int64_t stock = 0;  // 0 = any number
  int64_t given = 0;  // so far
};

struct Draw {
  std::string id, name;
  std::string currency;  // of its price and of the points that it gives; "" = the first
  Points price = 0;
  int64_t per_person = 0;  // plays of one person in each period; 0 = any number
  Cap::Every every = Cap::Every::kDay;
  Points budget = 0;  // points given as prizes in all; 0 = any number
  Span valid{};
  std::vector<Prize> prizes;  // the odds sum to kAllOdds; one of kNothing is among them
  bool enabled = true;
  int64_t revision = 0;
  std::string seed_hash;
  // So far.
  int64_t plays = 0;
  Points spent = 0;
};
// Fails with kInvalid, naming the field.
Result<Draw> draw_from_json(const Json& json, const Zone& zone);
Json to_json(const Draw& draw);
// Creates it (revision 0 expected), with a new seed, or changes it. kConflict when somebody changed
// it meanwhile, when it is over, or when anything but its name and whether it is on would change
// after the first play.
Result<Draw> save_draw(store::Connection& c, const Programme& programme, Draw draw, Instant now);
Result<std::optional<Draw>> find_draw(store::Connection& c, const Programme& programme,
                                      std::string_view id);
Result<std::vector<Draw>> list_draws(store::Connection& c, const Programme& programme);
// The seed of a draw that is over; "" until then.
Result<std::string> shown_seed(store::Connection& c, const Programme& programme, const Draw& draw,
                               Instant now);

struct PlayOrder {
  std::string id;  // the client's, unique among the plays of the programme
  std::string draw;
  PersonId person = 0;
};
Result<PlayOrder> play_from_json(const Json& json);

struct Play {
  Refusal refusal;
  bool repeated = false;
  std::string id, draw, prize;  // what was given
  std::string rolled;           // what the roll said; another prize when that one was gone
  PersonId person = 0;
  int64_t number = 0, roll = 0;
  Points points = 0;
  std::string code;  // of a coupon, or to show for goods
  Instant at;
  bool done() const { return refusal.code.empty(); }
};
Json to_json(const Play& play);
// Pays the price, rolls, and gives the prize, or does nothing of it. A prize that is gone, or that
// the budget has no room for, becomes the one of kNothing. Refusals: unknown_draw, unknown_person,
// not_offered, not_valid_yet, no_longer_valid, person_limit, not_enough_points, id_reused.
Result<Play> play(store::Connection& c, const Programme& programme, const PlayOrder& order,
                  Instant now);
// Whether the person may play now, apart from the price: the first reason against it.
Result<Refusal> refused_draw(store::Connection& c, const Programme& programme, const Draw& draw,
                             PersonId person, Instant now);
// The roll of play `number`: [0, kAllOdds).
int64_t roll_of(std::string_view seed, int64_t number, std::string_view id);
const Prize& prize_of(const Draw& draw, int64_t roll);

struct PlayPage {
  std::vector<Play> plays;  // newest first
  int64_t total = 0;
};
Result<PlayPage> list_plays(store::Connection& c, const Programme& programme, std::string_view draw,
                            int64_t offset, int64_t limit);
// Plays whose roll or prize is not what the seed says; the draw must be over (kConflict).
Result<std::vector<int64_t>> check_draw(store::Connection& c, const Programme& programme,
                                        const Draw& draw, Instant now);

}  // namespace perennial::loyalty
