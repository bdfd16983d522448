// Rewards: the points mall. A catalogue of what points buy, and every redemption.
//
// A redemption is one transaction with the ledger: stock and limits are counted, and the points are
// held (reserved) or spent, or nothing happens. A cancelled one gives its points back to the lots
// that they came from, with the expiry that they had.
//
//   auto taken = TRY(redeem(c, programme, {.id = "mall 7", .reward = "mug", .person = 3}, now));
//   TRY(move_redemption(c, programme, "mall 7", RedemptionMove::kCancel, now));
#pragma once

#include "loyalty/loyalty.h"
#include "loyalty/rules.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxRewards = 1'000;  // of one programme
inline constexpr size_t kMaxDescriptionBytes = 2'000;
inline constexpr size_t kMaxProductBytes = 200;
inline constexpr size_t kMaxNoteBytes = 500;
inline constexpr size_t kMaxRedemptionIdBytes = 150;  // the ledger's ids are made of it
// How the reference begins that a redemption has in the ledger in place of an order's id.
inline constexpr std::string_view kRewardReference = "reward:";

// ---- the catalogue

struct Reward {
  std::string id, name, description;
  // Stored as words.
  enum class Kind {
    kGoods,    // somebody sends or hands it over
    kCoupon,   // a code of a batch of coupons, at once
    kBenefit,  // an upgrade, early access, an experience: given when its code is shown
  } kind = Kind::kGoods;
  std::string batch;     // kCoupon
  std::string product;   // the shop's word of what it is (its SKU), for whom it suits; "" = none
  std::string currency;  // "" = the programme's first
  Points points = 0;
  int64_t money_minor = 0;  // to pay beside the points
  int64_t stock = 0;        // pieces offered in all; 0 = any number
  int64_t per_person = 0;   // pieces for one person in each period; 0 = any number
  Cap::Every every = Cap::Every::kTotal;
  Span valid{};                     // it can be taken in [from, to)
  std::vector<std::string> levels;  // that may take it; empty = all
  bool enabled = true;
  int64_t revision = 0;
  // So far.
  int64_t taken = 0;      // pieces reserved or given
  int64_t to_fulfil = 0;  // of them, those somebody still has to send or hand over
  std::optional<int64_t> left() const {
    if (stock == 0) return std::nullopt;
    return stock > taken ? stock - taken : 0;
  }
};
// Fails with kInvalid, naming the field. Times without a zone are the programme's.
Result<Reward> reward_from_json(const Json& json, const Zone& zone);
Json to_json(const Reward& reward);
// Creates it (revision 0 expected) or changes it; kConflict when somebody changed it meanwhile,
// kNotFound when it names a currency or a batch that there is not.
Result<Reward> save_reward(store::Connection& c, const Programme& programme, Reward reward,
                           Instant now);
Result<std::optional<Reward>> find_reward(store::Connection& c, const Programme& programme,
                                          std::string_view id);
Result<std::vector<Reward>> list_rewards(store::Connection& c, const Programme& programme);

// ---- redemptions

// Stored: never renumber.
enum class RedemptionState : int64_t {
  kRefused = 0,
  kReserved = 1,   // the points are held while the money part is paid
  kOrdered = 2,    // the points are spent; somebody has to send or hand it over
  kShipped = 3,    // on its way
  kFulfilled = 4,  // done
  kCancelled = 5,  // the points are back
  kLapsed = 6,     // was reserved and not confirmed in time: the points are back
};
std::string_view state_name(RedemptionState state);

struct Redeem {
  std::string id;  // the client's, unique among the redemptions of the programme
  std::string reward, note;
  PersonId person = 0;
  int64_t reserve_seconds = 0;  // 0 = at once; with a money part, the programme's hold time
};
Result<Redeem> redeem_from_json(const Json& json);

struct Redemption {
  Refusal refusal;
  bool repeated = false;
  std::string id, reward, note;
  PersonId person = 0;
  RedemptionState state = RedemptionState::kRefused;
  Points points = 0;
  int64_t money_minor = 0;
  std::string code;  // to show at the counter, or the coupon's; "" while it is reserved
  Instant at;
  std::optional<Instant> reserved_until, changed_at;
  bool done() const { return refusal.code.empty(); }
};
Json to_json(const Redemption& redemption);

// Refusals: unknown_reward, unknown_person, not_offered, not_valid_yet, no_longer_valid,
// level_not_allowed, person_limit, out_of_stock, not_enough_points, id_reused. An id keeps its
// answer, refusals included.
Result<Redemption> redeem(store::Connection& c, const Programme& programme, const Redeem& wanted,
                          Instant now);
// Gives somebody a piece of a reward for nothing: whatever its price, levels and limits. Refusals:
// unknown_reward, out_of_stock. Its id keeps its answer once it was given; a refusal is not kept.
Result<Redemption> give_reward(store::Connection& c, const Programme& programme, std::string id,
                               std::string_view reward, PersonId person, Instant now);
enum class RedemptionMove { kConfirm, kShip, kFulfil, kCancel };
std::optional<RedemptionMove> move_from_name(std::string_view word);
// reserved → ordered (coupons: fulfilled) → shipped → fulfilled; cancelled from any of them. The
// same again changes nothing. Refusals: unknown_redemption, not_reserved, wrong_state, code_used.
Result<Redemption> move_redemption(store::Connection& c, const Programme& programme,
                                   std::string_view id, RedemptionMove move, Instant now);

struct RedemptionQuery {
  std::string reward;
  std::optional<RedemptionState> state;
  PersonId person = 0;
  int64_t offset = 0, limit = 100;
};
struct RedemptionPage {
  std::vector<Redemption> redemptions;  // newest first, without refused ones
  int64_t total = 0;
};
Result<RedemptionPage> list_redemptions(store::Connection& c, const Programme& programme,
                                        const RedemptionQuery& query, Instant now);

// Whether the person may take the reward now, apart from stock: the first reason against it.
Result<Refusal> refused_reward(store::Connection& c, const Programme& programme,
                               const Reward& reward, PersonId person, Instant now);

}  // namespace perennial::loyalty
