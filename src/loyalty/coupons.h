// Coupons: batches of codes that pay for a part of an order, and every use of a code.
//
// A use is decided in one transaction. The row of the code counts its uses, and the statement that
// counts one more holds only while some are left: so many requests at once never use a code more
// often than it may be, on either engine.
//
//   auto made = TRY(make_codes(c, programme, batch, 1'000));
//   auto outcome = TRY(use_coupon(c, programme, {.id = "cart 7", .code = made[0], .person = 3,
//                                                .amount_minor = 20'000}, now));
#pragma once

#include "loyalty/cart_scope.h"
#include "loyalty/loyalty.h"

namespace perennial::loyalty {

inline constexpr int64_t kMaxCodesAtOnce = 100'000;
inline constexpr size_t kMaxBatches = 1'000;  // of one programme
inline constexpr size_t kMaxCodeBytes = 40;
inline constexpr size_t kMaxIssuedAtOnce = 10'000;  // people of one transaction
inline constexpr int64_t kMaxReserveSeconds = 7 * 24 * 3600;

// ---- codes

// A code of 13 symbols that nobody can guess (64 bits) and a check symbol. The alphabet has 31
// symbols, without those that look alike; the check is a weighted sum modulo 31, which, as 31 is
// prime and the weights differ, tells every single wrong symbol and every two that were swapped
// (the scheme of ISBN-10, with another modulus).
std::string new_code();
// A shorter one, of `symbols` symbols and the check: for codes that are told, not secret.
std::string new_code(size_t symbols);
// As codes are kept: capitals, no spaces and hyphens, O as 0, I and L as 1, S as 5, U as V.
std::string normal_code(std::string_view typed);
// Whether a normal code could have come from new_code().
bool has_valid_check(std::string_view normal);

// ---- batches

struct CouponBatch : CartScope {
  std::string id, name;
  // Stored as words.
  enum class Kind { kFixed, kPercent, kFreeShipping } kind = Kind::kFixed;
  int64_t amount_minor = 0;     // kFixed
  int64_t percent = 0;          // kPercent: 1–100
  int64_t max_minor = 0;        // kPercent: at most so much; 0 = any
  int64_t min_spend_minor = 0;  // of what it covers
  bool exclusive = false;       // stands alone in an order
  std::string stack_group;      // at most one coupon of it in an order; "" = of none
  Span valid{};                 // the code can be used in [from, to)
  std::string shared_code;      // one code for everybody; "" = a code for each
  int64_t max_uses = 0;         // of the shared code; 0 = any number
  int64_t per_person = 0;       // uses by one person; 0 = any number
  int64_t revision = 0;
  // So far.
  int64_t codes = 0, reserved = 0, redeemed = 0, discount_minor = 0;
};
// Fails with kInvalid, naming the field. Times without a zone are the programme's.
Result<CouponBatch> batch_from_json(const Json& json, const Zone& zone);
Json to_json(const CouponBatch& batch);
// Creates it (revision 0 expected) or changes its terms; a shared code stays what it is. kConflict
// when somebody changed it meanwhile or the shared code is taken.
Result<CouponBatch> save_batch(store::Connection& c, const Programme& programme, CouponBatch batch,
                               Instant now);
Result<std::optional<CouponBatch>> find_batch(store::Connection& c, const Programme& programme,
                                              std::string_view id);
// Its terms alone, without what was counted so far.
Result<std::optional<CouponBatch>> find_terms(store::Connection& c, const Programme& programme,
                                              std::string_view id);
Result<std::vector<CouponBatch>> list_batches(store::Connection& c, const Programme& programme);
// Makes unique codes, between 1 and kMaxCodesAtOnce, each for one use.
Result<std::vector<std::string>> make_codes(store::Connection& c, const Programme& programme,
                                            const CouponBatch& batch, int64_t count);

// Gives each of these people a code of their own, which nobody else can use; who was given one of
// this batch before is left out, so that doing it again is doing it once. At most kMaxIssuedAtOnce
// people.
struct Issued {
  int64_t issued = 0, skipped = 0;
};
Result<Issued> issue_codes(store::Connection& c, const Programme& programme,
                           const CouponBatch& batch, std::span<const PersonId> people, Instant now);
// A code becomes this person's.
Result<void> give_code(store::Connection& c, const Programme& programme, std::string_view code,
                       PersonId person, Instant now);
// The codes that were given to a person, newest first.
struct OwnedCoupon {
  std::string code;
  CouponBatch batch;  // its terms
  bool used = false;
  Instant issued_at;
};
Result<std::vector<OwnedCoupon>> coupons_of(store::Connection& c, const Programme& programme,
                                            PersonId person);

// ---- uses

// Stored: never renumber.
enum class UseState : int64_t {
  kRefused = 0,
  kReserved = 1,
  kRedeemed = 2,
  kVoid = 3,      // was reserved: given up, or its time is over
  kRestored = 4,  // was redeemed: the order was refunded
};
std::string_view state_name(UseState state);

struct Cart;  // coupon_cart.h
struct CouponUse {
  std::string id;  // the client's, unique among the uses of the programme
  std::string code, order;
  PersonId person = 0;
  int64_t amount_minor = 0;               // of the cart
  int64_t reserve_seconds = 0;            // 0 = redeem at once
  const Cart* cart = nullptr;             // its lines, where they are known
  std::optional<int64_t> discount_minor;  // worked out together with other coupons
};
Result<CouponUse> use_from_json(const Json& json);

struct UseOutcome {
  Refusal refusal;
  bool repeated = false;
  UseState state = UseState::kRefused;
  std::string batch;
  int64_t discount_minor = 0;
  bool free_shipping = false;
  std::optional<Instant> reserved_until;
  bool done() const { return refusal.code.empty(); }
};
Json to_json(const UseOutcome& outcome);

// Refusals: unknown_code, mistyped_code, not_valid_yet, no_longer_valid, spend_too_low, used_up,
// person_limit, not_yours, unknown_person, lines_needed, no_covered_products, not_combinable,
// id_reused. An id keeps its answer, refusals included.
Result<UseOutcome> use_coupon(store::Connection& c, const Programme& programme,
                              const CouponUse& use, Instant now);
// Why this use would be refused now. Nothing is counted or written; `batch` is the code's, if there
// is such a code.
struct CheckedCoupon {
  Refusal refusal;
  std::optional<CouponBatch> batch;
};
Result<CheckedCoupon> check_coupon(store::Connection& c, const Programme& programme,
                                   const CouponUse& use, Instant now);
Result<bool> is_known_use(store::Connection& c, const Programme& programme, std::string_view id);
// What a batch takes off so much.
int64_t discount_of(const CouponBatch& batch, int64_t amount_minor);
enum class UseEnd { kRedeem, kVoid, kRestore };
// Redeems or gives up what is reserved, or restores what was redeemed; the same again changes
// nothing. Refusals: unknown_use, not_reserved, not_redeemed.
Result<UseOutcome> end_use(store::Connection& c, const Programme& programme, std::string_view id,
                           UseEnd end, Instant now);

// Uses of a batch, newest first, without refused ones.
struct UseLine {
  std::string id, code, order;
  PersonId person = 0;
  int64_t amount_minor = 0, discount_minor = 0;
  UseState state = UseState::kRedeemed;
  Instant at;
};
struct UsePage {
  std::vector<UseLine> uses;
  int64_t total = 0;
};
Result<UsePage> list_uses(store::Connection& c, const Programme& programme, std::string_view batch,
                          int64_t offset, int64_t limit, Instant now);

}  // namespace perennial::loyalty
