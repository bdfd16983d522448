// Redemptions of rewards: reserved, ordered, sent, fulfilled, cancelled.
#include <algorithm>
#include <array>

#include "loyalty/assess.h"
#include "loyalty/coupons.h"
#include "loyalty/fields.h"
#include "loyalty/outbox.h"
#include "loyalty/rewards.h"

namespace perennial::loyalty {
namespace {

using State = RedemptionState;
using store::Row;
using store::Value;

constexpr std::array<std::string_view, 7> kStates = {"refused",   "reserved",  "ordered", "shipped",
                                                     "fulfilled", "cancelled", "lapsed"};
constexpr std::array<std::pair<RedemptionMove, std::string_view>, 4> kMoves = {
    {{RedemptionMove::kConfirm, "confirm"},
     {RedemptionMove::kShip, "ship"},
     {RedemptionMove::kFulfil, "fulfil"},
     {RedemptionMove::kCancel, "cancel"}}};

constexpr std::string_view kColumns =
    "id, reward, person, note, reserve_seconds, state, refusal, message, field, points, "
    "money_minor, code, at_ms, reserved_until_ms, changed_ms";

Redemption read_redemption(const Row& row) {
  Redemption one{.refusal = {row.text(6), row.text(7), row.text(8)},
                 .id = row.text(0),
                 .reward = row.text(1),
                 .note = row.text(3),
                 .person = row.integer(2),
                 .state = static_cast<State>(row.integer(5)),
                 .points = row.integer(9),
                 .money_minor = row.integer(10),
                 .code = row.text(11),
                 .at = from_millis(row.integer(12))};
  if (auto until = row.maybe_integer(13)) one.reserved_until = from_millis(*until);
  if (auto changed = row.maybe_integer(14)) one.changed_at = from_millis(*changed);
  return one;
}

// The field in which a redemption differs from the one that its id stands for.
Result<std::string> differing_field(store::Connection& c, const Redeem& wanted, const Row& row) {
  if (wanted.reward != row.text(1)) return "reward";
  // Either may have been joined with somebody since.
  if (wanted.person != row.integer(2) &&
      TRY(people::current_person(c, wanted.person)) != row.integer(2))
    return "person";
  if (wanted.note != row.text(3)) return "note";
  if (wanted.reserve_seconds != row.integer(4)) return "reserve_seconds";
  return "";
}

// Reservations of this reward whose time is over give their piece back. The ledger's holds time out
// by themselves, at the same instant.
Result<void> free_overdue(store::Connection& c, const Programme& programme,
                          const std::string& reward, Instant now) {
  const int64_t freed = TRY(
      c.execute("UPDATE loyalty_redemptions SET state = 6, changed_ms = reserved_until_ms WHERE "
                "programme = $1 AND reward = $2 AND state = 1 AND reserved_until_ms <= $3",
                {programme.id, reward, to_millis(now)}));
  if (freed > 0) {
    TRY(c.execute("UPDATE loyalty_rewards SET taken = taken - $3 WHERE programme = $1 AND id = $2",
                  {programme.id, reward, freed}));
  }
  return {};
}

std::string order_of(std::string_view id) {
  return std::string(kRewardReference) + std::string(id);
}

Result<Outcome> post(store::Connection& c, const Programme& programme, const Reward& reward,
                     Command command, Instant now) {
  command.currency = reward.currency;
  return TRY(decide(c, programme, std::span(&command, 1), now)).front();
}

// Its code: the coupon's, or one to show.
Result<std::string> make_code(store::Connection& c, const Programme& programme,
                              const Reward& reward, PersonId person, Instant now) {
  if (reward.kind != Reward::Kind::kCoupon) return new_code();
  const auto batch = TRY(find_terms(c, programme, reward.batch));
  INVARIANT(batch.has_value());
  std::string code = TRY(make_codes(c, programme, *batch, 1)).front();
  TRY(give_code(c, programme, code, person, now));
  return code;
}

State given_state(const Reward& reward) {
  return reward.kind == Reward::Kind::kCoupon ? State::kFulfilled : State::kOrdered;
}

// Counts a piece and moves the points; `one` holds what was decided so far.
Result<void> take(store::Connection& c, const Programme& programme, const Reward& reward,
                  const Redeem& wanted, Redemption& one, Instant now) {
  TRY(free_overdue(c, programme, reward.id, now));
  one.refusal = TRY(refused_reward(c, programme, reward, one.person, now));
  if (!one.done()) return {};
  // The last word: counts one more only while some are left.
  const int64_t counted =
      TRY(c.execute("UPDATE loyalty_rewards SET taken = taken + 1 WHERE programme = $1 AND "
                    "id = $2 AND taken < stock",
                    {programme.id, reward.id}));
  if (counted == 0) {
    one.refusal = {"out_of_stock", "nothing of it is left", "reward"};
    return {};
  }
  const int64_t seconds = wanted.reserve_seconds == 0 && reward.money_minor > 0
                              ? programme.hold_seconds
                              : wanted.reserve_seconds;
  const bool reserves = seconds > 0;
  Instant from = now;
  if (reward.points > 0) {
    const Outcome moved = TRY(post(c, programme, reward,
                                   {.kind = reserves ? CommandKind::kHold : CommandKind::kRedeem,
                                    .id = order_of(wanted.id),
                                    .person = one.person,
                                    .amount = reward.points,
                                    .order = order_of(wanted.id),
                                    .reason = reward.name,
                                    .hold_seconds = seconds},
                                   now));
    if (!moved.done()) {
      one.refusal = moved.refusal;
      if (one.refusal.where == "amount") one.refusal.where = "reward";
      TRY(c.execute("UPDATE loyalty_rewards SET taken = taken - 1 WHERE programme = $1 AND id = $2",
                    {programme.id, reward.id}));
      return {};
    }
    from = std::max(from, moved.at);  // the ledger counts the hold from here
  }
  one.points = reward.points;
  one.money_minor = reward.money_minor;
  one.state = reserves ? State::kReserved : given_state(reward);
  if (reserves) one.reserved_until = from + std::chrono::seconds(seconds);
  if (!reserves) one.code = TRY(make_code(c, programme, reward, one.person, now));
  return {};
}

Result<void> keep(store::Connection& c, const Programme& programme, const Redemption& one) {
  TRY(c.execute(
      "UPDATE loyalty_redemptions SET state = $3, code = $4, changed_ms = $5 WHERE programme = $1 "
      "AND id = $2",
      {programme.id, one.id, static_cast<int64_t>(one.state), one.code,
       one.changed_at ? Value(to_millis(*one.changed_at)) : Value()}));
  return {};
}

Result<void> confirm(store::Connection& c, const Programme& programme, const Reward& reward,
                     Redemption& one, Instant now) {
  if (one.points > 0) {
    const Outcome moved = TRY(post(c, programme, reward,
                                   {.kind = CommandKind::kCapture,
                                    .id = order_of(one.id) + ":capture",
                                    .person = one.person,
                                    .order = order_of(one.id),
                                    .reason = reward.name,
                                    .target = order_of(one.id)},
                                   now));
    if (!moved.done()) {
      one.refusal = moved.refusal;
      return {};
    }
  }
  one.code = TRY(make_code(c, programme, reward, one.person, now));
  one.state = given_state(reward);
  return {};
}

Result<void> cancel(store::Connection& c, const Programme& programme, const Reward& reward,
                    Redemption& one, Instant now) {
  const bool has_coupon = reward.kind == Reward::Kind::kCoupon && !one.code.empty();
  if (has_coupon) {
    const auto coupon =
        TRY(c.query_one("SELECT uses FROM loyalty_coupons WHERE programme = $1 AND code = $2",
                        {programme.id, one.code}));
    if (!coupon || coupon->integer(0) > 0) {
      one.refusal = {"code_used", "its coupon is used or reserved", "redemption"};
      return {};
    }
  }
  if (one.points > 0) {
    const bool held = one.state == State::kReserved;
    const Outcome moved = TRY(post(c, programme, reward,
                                   {.kind = held ? CommandKind::kRelease : CommandKind::kRefund,
                                    .id = order_of(one.id) + ":cancel",
                                    .person = one.person,
                                    .order = order_of(one.id),
                                    .reason = reward.name,
                                    .target = held ? order_of(one.id) : ""},
                                   now));
    if (!moved.done()) {
      one.refusal = moved.refusal;
      return {};
    }
  }
  if (has_coupon) {
    TRY(c.execute("UPDATE loyalty_coupons SET max_uses = 0 WHERE programme = $1 AND code = $2",
                  {programme.id, one.code}));
  }
  one.state = State::kCancelled;
  TRY(c.execute("UPDATE loyalty_rewards SET taken = taken - 1 WHERE programme = $1 AND id = $2",
                {programme.id, one.reward}));
  return {};
}

Result<void> tell_redemption(store::Connection& c, const Programme& programme,
                             std::string_view type, const Redemption& one, Instant now) {
  return tell(c, programme,
              {.type = type,
               .person = one.person,
               .at_ms = to_millis(now),
               .properties = {{"reward", one.reward},
                              {"points", one.points},
                              {"money_minor", one.money_minor},
                              {"code", one.code},
                              {"redemption", one.id}}});
}

bool allowed(State from, RedemptionMove move) {
  switch (move) {
    case RedemptionMove::kConfirm:
      return from == State::kReserved;
    case RedemptionMove::kShip:
      return from == State::kOrdered;
    case RedemptionMove::kFulfil:
      return from == State::kOrdered || from == State::kShipped;
    case RedemptionMove::kCancel:
      return from != State::kCancelled && from != State::kLapsed;
  }
  return false;
}

// Whether the move was made before.
bool behind(const Redemption& one, RedemptionMove move) {
  switch (move) {
    case RedemptionMove::kConfirm:
      return one.state == State::kOrdered || one.state == State::kShipped ||
             one.state == State::kFulfilled;
    case RedemptionMove::kShip:
      return one.state == State::kShipped;
    case RedemptionMove::kFulfil:
      return one.state == State::kFulfilled;
    case RedemptionMove::kCancel:
      return one.state == State::kCancelled || one.state == State::kLapsed;
  }
  return false;
}

}  // namespace

std::string_view state_name(RedemptionState state) { return kStates[static_cast<size_t>(state)]; }

std::optional<RedemptionMove> move_from_name(std::string_view word) {
  const auto found =
      std::ranges::find(kMoves, word, &std::pair<RedemptionMove, std::string_view>::second);
  if (found == kMoves.end()) return std::nullopt;
  return found->first;
}

Result<Redeem> redeem_from_json(const Json& json) {
  if (!json.is_object()) return fail(Code::kInvalid, "a redemption is an object", "");
  Redeem wanted;
  wanted.id = TRY(read_text(json, "id", kMaxRedemptionIdBytes, true));
  wanted.reward = TRY(read_text(json, "reward", kMaxWordBytes, true));
  wanted.note = TRY(read_text(json, "note", kMaxNoteBytes, false));
  wanted.person = TRY(json_integer(json, "person"));
  if (wanted.person < 1) return fail(Code::kInvalid, "is no number of a person", "person");
  wanted.reserve_seconds = TRY(read_bounded(json, "reserve_seconds", 0, kMaxHoldSeconds));
  return wanted;
}

Json to_json(const Redemption& one) {
  const auto time = [](const std::optional<Instant>& at) {
    return at ? Json(format_instant(*at)) : Json();
  };
  return {{"id", one.id},
          {"reward", one.reward},
          {"person", one.person},
          {"note", one.note},
          {"state", state_name(one.state)},
          {"repeated", one.repeated},
          {"points", one.points},
          {"money_minor", one.money_minor},
          {"code", one.code},
          {"at", format_instant(one.at)},
          {"reserved_until", time(one.reserved_until)},
          {"changed_at", time(one.changed_at)}};
}

Result<Refusal> refused_reward(store::Connection& c, const Programme& programme,
                               const Reward& reward, PersonId person, Instant now) {
  if (!reward.enabled) return Refusal{"not_offered", "it is not offered at present", "reward"};
  Span valid = reward.valid;
  if (reward.kind == Reward::Kind::kCoupon) {
    const auto batch = TRY(find_terms(c, programme, reward.batch));
    INVARIANT(batch.has_value());
    valid.to = std::min(valid.to, batch->valid.to);
  }
  if (now < valid.from)
    return Refusal{"not_valid_yet", "it is offered from " + format_instant(valid.from), "reward"};
  if (now >= valid.to)
    return Refusal{"no_longer_valid", "it was offered until " + format_instant(valid.to), "reward"};
  if (!reward.levels.empty()) {
    const auto member = TRY(find_member(c, programme, person));
    std::string level = member ? member->standing.level : "";
    const Levels levels = TRY(find_levels(c, programme));
    if (level.empty() && !levels.levels.empty()) level = levels.levels.front().code;
    if (std::ranges::find(reward.levels, level) == reward.levels.end())
      return Refusal{"level_not_allowed", "it is for other levels", "person"};
  }
  if (reward.per_person > 0) {
    // A reservation whose time is over does not count, whether or not it was freed.
    const auto row = TRY(
        c.query_one("SELECT count(*) FROM loyalty_redemptions WHERE programme = $1 AND reward = $2 "
                    "AND person = $3 AND at_ms >= $4 AND (state IN (2, 3, 4) OR (state = 1 AND "
                    "reserved_until_ms > $5))",
                    {programme.id, reward.id, person,
                     to_millis(period_start(programme, reward.every, now)), to_millis(now)}));
    if (row->integer(0) >= reward.per_person)
      return Refusal{"person_limit", "this person has taken as many as anybody may", "person"};
  }
  return Refusal{};
}

Result<Redemption> redeem(store::Connection& c, const Programme& programme, const Redeem& wanted,
                          Instant now) {
  const auto known =
      TRY(c.query_one("SELECT " + std::string(kColumns) +
                          " FROM loyalty_redemptions WHERE programme = $1 AND id = $2",
                      {programme.id, wanted.id}));
  if (known) {
    const std::string field = TRY(differing_field(c, wanted, *known));
    Redemption one = read_redemption(*known);
    one.repeated = true;
    if (field.empty()) return one;
    one.refusal = {"id_reused", "this id stands for another redemption: \"" + field + "\" differs",
                   field};
    return one;
  }
  const PersonId person = TRY(people::current_person(c, wanted.person));
  Redemption one{
      .id = wanted.id, .reward = wanted.reward, .note = wanted.note, .person = person, .at = now};
  const auto reward = TRY(find_reward(c, programme, wanted.reward));
  if (!reward) {
    one.refusal = {"unknown_reward", "there is no such reward", "reward"};
  } else if (!TRY(c.query_one("SELECT 1 FROM people WHERE id = $1", {one.person}))) {
    one.refusal = {"unknown_person", "there is no such person", "person"};
  } else {
    TRY(take(c, programme, *reward, wanted, one, now));
  }
  TRY(c.execute(
      "INSERT INTO loyalty_redemptions (programme, id, reward, person, note, reserve_seconds, "
      "state, refusal, message, field, points, money_minor, code, at_ms, reserved_until_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
      {programme.id, one.id, one.reward, one.person, one.note, wanted.reserve_seconds,
       static_cast<int64_t>(one.state), one.refusal.code, one.refusal.message, one.refusal.where,
       one.points, one.money_minor, one.code, to_millis(now),
       one.reserved_until ? Value(to_millis(*one.reserved_until)) : Value()}));
  if (one.done() && one.state != State::kReserved)
    TRY(tell_redemption(c, programme, "reward.redeemed", one, now));
  return one;
}

Result<Redemption> give_reward(store::Connection& c, const Programme& programme, std::string id,
                               std::string_view reward, PersonId person, Instant now) {
  Redemption one{.id = std::move(id), .reward = std::string(reward), .person = person, .at = now};
  const auto known =
      TRY(c.query_one("SELECT " + std::string(kColumns) +
                          " FROM loyalty_redemptions WHERE programme = $1 AND id = $2",
                      {programme.id, one.id}));
  if (known) {
    one = read_redemption(*known);
    one.repeated = true;
    return one;
  }
  const auto terms = TRY(find_reward(c, programme, reward));
  if (!terms) {
    one.refusal = {"unknown_reward", "there is no such reward", "reward"};
    return one;
  }
  TRY(free_overdue(c, programme, terms->id, now));
  const int64_t counted =
      TRY(c.execute("UPDATE loyalty_rewards SET taken = taken + 1 WHERE programme = $1 AND "
                    "id = $2 AND taken < stock",
                    {programme.id, terms->id}));
  if (counted == 0) {
    one.refusal = {"out_of_stock", "nothing of it is left", "reward"};
    return one;
  }
  one.state = given_state(*terms);
  one.code = TRY(make_code(c, programme, *terms, person, now));
  TRY(c.execute(
      "INSERT INTO loyalty_redemptions (programme, id, reward, person, note, reserve_seconds, "
      "state, refusal, message, field, points, money_minor, code, at_ms) VALUES ($1, $2, $3, $4, "
      "'', 0, $5, '', '', '', 0, 0, $6, $7)",
      {programme.id, one.id, one.reward, person, static_cast<int64_t>(one.state), one.code,
       to_millis(now)}));
  TRY(tell_redemption(c, programme, "reward.redeemed", one, now));
  return one;
}

Result<Redemption> move_redemption(store::Connection& c, const Programme& programme,
                                   std::string_view id, RedemptionMove move, Instant now) {
  const auto find = [&] {
    return c.query_one("SELECT " + std::string(kColumns) +
                           " FROM loyalty_redemptions WHERE programme = $1 AND id = $2",
                       {programme.id, std::string(id)});
  };
  auto row = TRY(find());
  if (!row || row->integer(5) == static_cast<int64_t>(State::kRefused))
    return Redemption{
        .refusal = {"unknown_redemption", "there is no such redemption", "redemption"}};
  TRY(free_overdue(c, programme, row->text(1), now));
  row = TRY(find());
  Redemption one = read_redemption(*row);
  if (behind(one, move)) {
    one.repeated = true;
    return one;
  }
  if (!allowed(one.state, move)) {
    one.refusal =
        move == RedemptionMove::kConfirm
            ? Refusal{"not_reserved", "it is not reserved any more", "redemption"}
            : Refusal{"wrong_state", "it is " + std::string(state_name(one.state)), "redemption"};
    return one;
  }
  const auto reward = TRY(find_reward(c, programme, one.reward));
  INVARIANT(reward.has_value());
  const bool was_reserved = one.state == State::kReserved;
  switch (move) {
    case RedemptionMove::kConfirm:
      TRY(confirm(c, programme, *reward, one, now));
      break;
    case RedemptionMove::kShip:
      one.state = State::kShipped;
      break;
    case RedemptionMove::kFulfil:
      one.state = State::kFulfilled;
      break;
    case RedemptionMove::kCancel:
      TRY(cancel(c, programme, *reward, one, now));
      break;
  }
  if (!one.done()) return one;
  one.changed_at = now;
  TRY(keep(c, programme, one));
  if (move == RedemptionMove::kConfirm)
    TRY(tell_redemption(c, programme, "reward.redeemed", one, now));
  if (move == RedemptionMove::kCancel && !was_reserved)
    TRY(tell_redemption(c, programme, "reward.cancelled", one, now));
  return one;
}

Result<RedemptionPage> list_redemptions(store::Connection& c, const Programme& programme,
                                        const RedemptionQuery& query, Instant now) {
  // A reservation whose time is over reads as lapsed, whether or not it was freed.
  const std::string from =
      " FROM (SELECT id, reward, person, note, reserve_seconds, CASE WHEN state = 1 AND "
      "reserved_until_ms <= $2 THEN 6 ELSE state END AS state, refusal, message, field, points, "
      "money_minor, code, at_ms, reserved_until_ms, changed_ms FROM loyalty_redemptions WHERE "
      "programme = $1 AND state > 0) d WHERE ($3 = '' OR reward = $3) AND ($4 = 0 OR state = $4) "
      "AND ($5 = 0 OR person = $5)";
  const int64_t state = query.state ? static_cast<int64_t>(*query.state) : 0;
  RedemptionPage page;
  page.total = TRY(c.query_one("SELECT count(*)" + from,
                               {programme.id, to_millis(now), query.reward, state, query.person}))
                   ->integer(0);
  for (const auto& row : TRY(c.query(
           "SELECT " + std::string(kColumns) + from + " ORDER BY at_ms DESC, id LIMIT $6 OFFSET $7",
           {programme.id, to_millis(now), query.reward, state, query.person, query.limit,
            query.offset})))
    page.redemptions.push_back(read_redemption(row));
  return page;
}

}  // namespace perennial::loyalty
