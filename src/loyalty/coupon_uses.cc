// Uses of coupons: reserved, redeemed, given up, restored.
#include <algorithm>

#include "loyalty/coupon_cart.h"
#include "loyalty/outbox.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

Refusal refusal(std::string code, std::string message, std::string where) {
  return {.code = std::move(code), .message = std::move(message), .where = std::move(where)};
}

Result<std::string> short_text(const Json& json, std::string_view field, bool needed) {
  std::string text = needed ? TRY(json_string(json, field)) : TRY(json_string_or(json, field, ""));
  if ((needed && text.empty()) || text.size() > kMaxIdBytes || !is_storable_text(text))
    return fail(Code::kInvalid, "is between 1 and 200 bytes long", std::string(field));
  return text;
}

constexpr std::string_view kUseColumns =
    "batch, code, person, order_ref, amount_minor, reserve_seconds, state, refusal, message, "
    "field, discount_minor, free_shipping, reserved_until_ms";

UseOutcome read_outcome(const Row& row) {
  UseOutcome outcome{.refusal = refusal(row.text(7), row.text(8), row.text(9)),
                     .repeated = true,
                     .state = static_cast<UseState>(row.integer(6)),
                     .batch = row.text(0),
                     .discount_minor = row.integer(10),
                     .free_shipping = row.integer(11) != 0};
  if (auto until = row.maybe_integer(12)) outcome.reserved_until = from_millis(*until);
  return outcome;
}

// The field in which a use differs from the one that its id stands for.
Result<std::string> differing_field(store::Connection& c, const CouponUse& use, const Row& row) {
  if (normal_code(use.code) != row.text(1)) return "code";
  // Either may have been joined with somebody since.
  if (use.person != row.integer(2) && TRY(people::current_person(c, use.person)) != row.integer(2))
    return "person";
  if (use.order != row.text(3)) return "order";
  if (use.amount_minor != row.integer(4)) return "amount_minor";
  if (use.reserve_seconds != row.integer(5)) return "reserve_seconds";
  return "";
}

// Reservations of this code whose time is over give their use back.
Result<void> free_overdue(store::Connection& c, const Programme& programme, std::string_view code,
                          Instant now) {
  const int64_t freed =
      TRY(c.execute("UPDATE loyalty_coupon_uses SET state = 3, ended_ms = reserved_until_ms WHERE "
                    "programme = $1 AND code = $2 AND state = 1 AND reserved_until_ms <= $3",
                    {programme.id, std::string(code), to_millis(now)}));
  if (freed > 0) {
    TRY(c.execute("UPDATE loyalty_coupons SET uses = uses - $3 WHERE programme = $1 AND code = $2",
                  {programme.id, std::string(code), freed}));
  }
  return {};
}

// The money of what the batch covers.
int64_t covered_of(const CouponBatch& batch, const CouponUse& use) {
  return use.cart ? covered_minor(batch, *use.cart) : use.amount_minor;
}

// Why it does not go with what the same order has already.
Result<Refusal> refused_beside(store::Connection& c, const Programme& programme,
                               const CouponBatch& batch, const CouponUse& use, PersonId today,
                               Instant now) {
  if (use.order.empty()) return Refusal{};
  for (const Row& row : TRY(c.query(
           "SELECT id, code, batch FROM loyalty_coupon_uses WHERE programme = $1 AND order_ref = "
           "$2 AND person = $3 AND (state = 2 OR (state = 1 AND reserved_until_ms > $4))",
           {programme.id, use.order, today, to_millis(now)}))) {
    // Parts of one use were looked at together.
    const std::string stem = use.id.substr(0, use.id.rfind('/') + 1);
    if (use.discount_minor && !stem.empty() && row.text(0).starts_with(stem)) continue;
    const auto other = TRY(find_terms(c, programme, row.text(2)));
    INVARIANT(other.has_value());
    if (!combine(batch, *other))
      return refusal("not_combinable", "it does not go with " + row.text(1), "code");
  }
  return Refusal{};
}

// Why the batch does not let this person use it now, apart from the count of the code's uses.
Result<Refusal> refused_by_terms(store::Connection& c, const Programme& programme,
                                 const CouponBatch& batch, const CouponUse& use, PersonId today,
                                 Instant now) {
  if (now < batch.valid.from)
    return refusal("not_valid_yet", "it is valid from " + format_instant(batch.valid.from), "code");
  if (now >= batch.valid.to)
    return refusal("no_longer_valid", "it was valid until " + format_instant(batch.valid.to),
                   "code");
  if (batch.has_product_rules() && !use.cart)
    return refusal("lines_needed", "it covers some products: the lines of the cart are needed",
                   "lines");
  if (use.cart && std::ranges::none_of(use.cart->lines,
                                       [&](const CartLine& line) { return covers(batch, line); }))
    return refusal("no_covered_products", "nothing in the cart is covered by it", "lines");
  if (covered_of(batch, use) < batch.min_spend_minor) {
    return refusal(
        "spend_too_low",
        "what it covers must reach " + std::to_string(batch.min_spend_minor) + " minor units",
        "amount_minor");
  }
  if (!TRY(c.query_one("SELECT 1 FROM people WHERE id = $1", {today})))
    return refusal("unknown_person", "there is no such person", "person");
  if (batch.per_person > 0) {
    // A reservation whose time is over does not count, whether or not it was freed.
    const auto row = TRY(c.query_one(
        "SELECT count(*) FROM loyalty_coupon_uses WHERE programme = $1 AND batch = $2 AND "
        "person = $3 AND (state = 2 OR (state = 1 AND reserved_until_ms > $4))",
        {programme.id, batch.id, today, to_millis(now)}));
    if (row->integer(0) >= batch.per_person)
      return refusal("person_limit", "this person has used it as often as anybody may", "person");
  }
  return Refusal{};
}

Result<void> tell_use(store::Connection& c, const Programme& programme, std::string_view type,
                      PersonId person, const UseOutcome& outcome, const std::string& code,
                      const std::string& order, Instant now) {
  return tell(c, programme,
              {.type = type,
               .person = person,
               .at_ms = to_millis(now),
               .properties = {{"batch", outcome.batch},
                              {"code", code},
                              {"order", order},
                              {"discount_minor", outcome.discount_minor},
                              {"free_shipping", outcome.free_shipping}}});
}

// All but the count of the code's uses.
Result<CheckedCoupon> check_use(store::Connection& c, const Programme& programme,
                                const CouponUse& use, const std::string& code, Instant now) {
  const auto coupon = TRY(
      c.query_one("SELECT batch, person FROM loyalty_coupons WHERE programme = $1 AND code = $2",
                  {programme.id, code}));
  if (!coupon) {
    const bool typed_well = has_valid_check(code);
    return CheckedCoupon{
        .refusal = typed_well ? refusal("unknown_code", "there is no such code", "code")
                              : refusal("mistyped_code",
                                        "there is no such code: look for a wrong letter", "code")};
  }
  CheckedCoupon checked;
  checked.batch = TRY(find_terms(c, programme, coupon->text(0)));
  INVARIANT(checked.batch.has_value());
  const PersonId today = TRY(people::current_person(c, use.person));
  if (coupon->integer(1) != 0 && coupon->integer(1) != today) {
    checked.refusal = refusal("not_yours", "the code was given to somebody else", "person");
    return checked;
  }
  checked.refusal = TRY(refused_by_terms(c, programme, *checked.batch, use, today, now));
  if (checked.refusal.code.empty())
    checked.refusal = TRY(refused_beside(c, programme, *checked.batch, use, today, now));
  return checked;
}

Result<UseOutcome> decide_use(store::Connection& c, const Programme& programme,
                              const CouponUse& use, const std::string& code, Instant now) {
  UseOutcome outcome;
  auto checked = TRY(check_use(c, programme, use, code, now));
  outcome.refusal = std::move(checked.refusal);
  if (!checked.batch) return outcome;
  const CouponBatch& batch = *checked.batch;
  outcome.batch = batch.id;
  if (!outcome.done()) return outcome;
  TRY(free_overdue(c, programme, code, now));
  // The last word: counts one more only while some are left.
  const int64_t counted = TRY(
      c.execute("UPDATE loyalty_coupons SET uses = uses + 1 WHERE programme = $1 AND code = $2 AND "
                "uses < max_uses",
                {programme.id, code}));
  if (counted == 0) {
    outcome.refusal = refusal("used_up", "the code was used as often as it may be", "code");
    return outcome;
  }
  outcome.discount_minor = use.discount_minor.value_or(discount_of(batch, covered_of(batch, use)));
  outcome.free_shipping = batch.kind == CouponBatch::Kind::kFreeShipping;
  outcome.state = use.reserve_seconds > 0 ? UseState::kReserved : UseState::kRedeemed;
  if (use.reserve_seconds > 0) outcome.reserved_until = now + Millis(use.reserve_seconds * 1000);
  return outcome;
}

}  // namespace

std::string_view state_name(UseState state) {
  constexpr std::string_view kNames[] = {"refused", "reserved", "redeemed", "void", "restored"};
  return kNames[static_cast<size_t>(state)];
}

int64_t discount_of(const CouponBatch& batch, int64_t amount_minor) {
  switch (batch.kind) {
    case CouponBatch::Kind::kFixed:
      return std::min(batch.amount_minor, amount_minor);
    case CouponBatch::Kind::kPercent: {
      const auto part =
          static_cast<int64_t>(static_cast<__int128>(amount_minor) * batch.percent / 100);
      return batch.max_minor == 0 ? part : std::min(part, batch.max_minor);
    }
    case CouponBatch::Kind::kFreeShipping:
      break;
  }
  return 0;
}

Result<CheckedCoupon> check_coupon(store::Connection& c, const Programme& programme,
                                   const CouponUse& use, Instant now) {
  const std::string code = normal_code(use.code);
  auto checked = TRY(check_use(c, programme, use, code, now));
  if (!checked.refusal.code.empty()) return checked;
  // Reservations whose time is over are free, whether or not they were freed.
  const auto row = TRY(c.query_one(
      "SELECT max_uses - uses + (SELECT count(*) FROM loyalty_coupon_uses u WHERE u.programme = $1 "
      "AND u.code = $2 AND u.state = 1 AND u.reserved_until_ms <= $3) FROM loyalty_coupons WHERE "
      "programme = $1 AND code = $2",
      {programme.id, code, to_millis(now)}));
  if (!row || row->integer(0) <= 0)
    checked.refusal = refusal("used_up", "the code was used as often as it may be", "code");
  return checked;
}

Result<bool> is_known_use(store::Connection& c, const Programme& programme, std::string_view id) {
  const auto row =
      TRY(c.query_one("SELECT 1 FROM loyalty_coupon_uses WHERE programme = $1 AND id = $2",
                      {programme.id, std::string(id)}));
  return row.has_value();
}

Result<CouponUse> use_from_json(const Json& json) {
  if (!json.is_object()) return fail(Code::kInvalid, "a use is an object", "");
  CouponUse use;
  use.id = TRY(short_text(json, "id", true));
  use.code = TRY(short_text(json, "code", true));
  use.order = TRY(short_text(json, "order", false));
  use.person = TRY(json_integer(json, "person"));
  if (use.person < 1) return fail(Code::kInvalid, "is no number of a person", "person");
  use.amount_minor = TRY(json_integer(json, "amount_minor"));
  if (use.amount_minor < 0 || use.amount_minor > kMaxPoints)
    return fail(Code::kInvalid, "is an amount of money, not negative", "amount_minor");
  use.reserve_seconds = TRY(json_integer_or(json, "reserve_seconds", 0));
  if (use.reserve_seconds < 0 || use.reserve_seconds > kMaxReserveSeconds)
    return fail(Code::kInvalid, "is between 0 and " + std::to_string(kMaxReserveSeconds),
                "reserve_seconds");
  return use;
}

Json to_json(const UseOutcome& outcome) {
  Json json = {{"state", state_name(outcome.state)},
               {"repeated", outcome.repeated},
               {"batch", outcome.batch},
               {"discount_minor", outcome.discount_minor},
               {"free_shipping", outcome.free_shipping},
               {"reserved_until",
                outcome.reserved_until ? Json(format_instant(*outcome.reserved_until)) : Json()}};
  if (!outcome.done()) {
    json["code"] = outcome.refusal.code;
    json["detail"] = outcome.refusal.message;
    json["where"] = outcome.refusal.where;
  }
  return json;
}

Result<UseOutcome> use_coupon(store::Connection& c, const Programme& programme,
                              const CouponUse& use, Instant now) {
  const std::string code = normal_code(use.code);
  const auto known = TRY(c.query_one("SELECT " + std::string(kUseColumns) +
                                         " FROM loyalty_coupon_uses WHERE programme = $1 AND "
                                         "id = $2",
                                     {programme.id, use.id}));
  if (known) {
    const std::string field = TRY(differing_field(c, use, *known));
    if (field.empty()) return read_outcome(*known);
    return UseOutcome{
        .refusal = refusal("id_reused", "this id stands for another use: \"" + field + "\" differs",
                           field)};
  }
  UseOutcome outcome = TRY(decide_use(c, programme, use, code, now));
  const PersonId person = TRY(people::current_person(c, use.person));
  TRY(c.execute(
      "INSERT INTO loyalty_coupon_uses (programme, id, batch, code, person, order_ref, "
      "amount_minor, reserve_seconds, state, refusal, message, field, discount_minor, "
      "free_shipping, at_ms, reserved_until_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
      "$11, $12, $13, $14, $15, $16)",
      {programme.id, use.id, outcome.batch, code, person, use.order, use.amount_minor,
       use.reserve_seconds, static_cast<int64_t>(outcome.state), outcome.refusal.code,
       outcome.refusal.message, outcome.refusal.where, outcome.discount_minor,
       int64_t{outcome.free_shipping}, to_millis(now),
       outcome.reserved_until ? Value(to_millis(*outcome.reserved_until)) : Value()}));
  if (outcome.state == UseState::kRedeemed) {
    TRY(tell_use(c, programme, "coupon.used", person, outcome, code, use.order, now));
  }
  return outcome;
}

Result<UseOutcome> end_use(store::Connection& c, const Programme& programme, std::string_view id,
                           UseEnd end, Instant now) {
  const auto row = TRY(c.query_one("SELECT " + std::string(kUseColumns) +
                                       " FROM loyalty_coupon_uses WHERE programme = $1 AND id = $2",
                                   {programme.id, std::string(id)}));
  if (!row || row->integer(6) == static_cast<int64_t>(UseState::kRefused))
    return UseOutcome{.refusal = refusal("unknown_use", "there is no such use", "use")};
  const std::string code = row->text(1);
  UseOutcome outcome = read_outcome(*row);
  outcome.repeated = false;
  const UseState wanted = end == UseEnd::kRedeem ? UseState::kRedeemed
                          : end == UseEnd::kVoid ? UseState::kVoid
                                                 : UseState::kRestored;
  if (outcome.state == wanted) {
    outcome.repeated = true;
    return outcome;
  }
  const UseState needed = end == UseEnd::kRestore ? UseState::kRedeemed : UseState::kReserved;
  const bool overdue = outcome.state == UseState::kReserved && *outcome.reserved_until <= now;
  if (overdue) TRY(free_overdue(c, programme, code, now));
  if (outcome.state != needed || overdue) {
    outcome.refusal = end == UseEnd::kRestore
                          ? refusal("not_redeemed", "it is not redeemed", "use")
                          : refusal("not_reserved", "it is not reserved any more", "use");
    return outcome;
  }
  TRY(
      c.execute("UPDATE loyalty_coupon_uses SET state = $3, ended_ms = $4 WHERE programme = $1 "
                "AND id = $2",
                {programme.id, std::string(id), static_cast<int64_t>(wanted), to_millis(now)}));
  if (wanted != UseState::kRedeemed) {
    TRY(c.execute("UPDATE loyalty_coupons SET uses = uses - 1 WHERE programme = $1 AND code = $2",
                  {programme.id, code}));
  }
  outcome.state = wanted;
  outcome.reserved_until.reset();
  if (wanted != UseState::kVoid) {
    TRY(tell_use(c, programme, wanted == UseState::kRedeemed ? "coupon.used" : "coupon.restored",
                 row->integer(2), outcome, code, row->text(3), now));
  }
  return outcome;
}

}  // namespace perennial::loyalty
