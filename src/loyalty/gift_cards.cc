#include "loyalty/gift_cards.h"

#include <algorithm>
#include <map>

#include "loyalty/coupons.h"
#include "loyalty/fields.h"

namespace perennial::loyalty {
namespace {

using store::Value;

Result<const Currency*> spendable(const Programme& programme, const std::string& code) {
  const Currency* currency = programme.find(code);
  if (!currency) return fail(Code::kNotFound, "there is no such currency", "currency");
  if (!currency->spendable)
    return fail(Code::kConflict, "these points cannot be spent", "currency");
  return currency;
}

// The card behind a code, or the refusal.
struct Found {
  CardAnswer answer;
  int64_t until_ms = kNever;
};

Result<Found> find_card(store::Connection& c, const Programme& programme, std::string_view typed) {
  Found found;
  found.answer.code = normal_code(typed);
  const auto row =
      TRY(c.query_one("SELECT name, currency, amount, state, person, until_ms FROM "
                      "loyalty_gift_cards WHERE programme = $1 AND code = $2",
                      {programme.id, found.answer.code}));
  if (!row) {
    found.answer.refusal =
        has_valid_check(found.answer.code)
            ? Refusal{"unknown_code", "there is no such card", "code"}
            : Refusal{"mistyped_code", "there is no such card: look for a wrong letter", "code"};
    return found;
  }
  found.answer.name = row->text(0);
  found.answer.currency = row->text(1);
  found.answer.amount = row->integer(2);
  found.answer.state = static_cast<CardState>(row->integer(3));
  found.answer.person = row->integer(4);
  found.until_ms = row->integer(5);
  return found;
}

Result<void> keep(store::Connection& c, const Programme& programme, const CardAnswer& card,
                  Instant now) {
  TRY(c.execute(
      "UPDATE loyalty_gift_cards SET state = $3, person = $4, changed_ms = $5 WHERE "
      "programme = $1 AND code = $2",
      {programme.id, card.code, static_cast<int64_t>(card.state), card.person, to_millis(now)}));
  return {};
}

}  // namespace

std::string_view state_name(CardState state) {
  constexpr std::string_view kNames[] = {"", "made", "claimed", "void"};
  return kNames[static_cast<size_t>(state)];
}

Result<CardOrder> card_order_from_json(const Json& json, const Zone& zone) {
  if (!json.is_object()) return fail(Code::kInvalid, "an order of cards is an object", "");
  CardOrder order;
  order.name = TRY(read_name(json, "name"));
  order.currency = TRY(read_word(json, "currency"));
  order.amount = TRY(read_bounded(json, "amount", 1, kMaxPoints));
  order.count = TRY(read_bounded(json, "count", 1, kMaxCardsAtOnce));
  const std::string until = TRY(json_string_or(json, "claim_until", ""));
  if (until.empty()) return order;
  const auto at = parse_instant(until, zone);
  if (!at) return fail(Code::kInvalid, at.error().message, "claim_until");
  order.claim_until = *at;
  return order;
}

Json to_json(const CardAnswer& answer) {
  return {{"code", answer.code},
          {"name", answer.name},
          {"currency", answer.currency},
          {"amount", answer.amount},
          {"state", state_name(answer.state)},
          {"repeated", answer.repeated},
          {"person", answer.person},
          {"available", answer.available}};
}

Result<std::vector<std::string>> make_cards(store::Connection& c, const Programme& programme,
                                            const CardOrder& order, Instant now) {
  TRY(spendable(programme, order.currency));
  static const std::vector<std::string_view> kColumns = {
      "programme", "code", "name", "currency", "amount", "state", "person", "until_ms", "made_ms"};
  std::vector<std::string> codes;
  std::vector<std::vector<Value>> rows;
  for (int64_t i = 0; i < order.count; ++i) {
    codes.push_back(new_code());
    rows.push_back({programme.id, codes.back(), order.name, order.currency, order.amount,
                    static_cast<int64_t>(CardState::kMade), int64_t{0},
                    order.claim_until ? to_millis(*order.claim_until) : kNever, to_millis(now)});
  }
  TRY(c.insert_many("loyalty_gift_cards", kColumns, rows));
  return codes;
}

Result<CardAnswer> claim_card(store::Connection& c, const Programme& programme,
                              std::string_view code, PersonId person, Instant now) {
  Found found = TRY(find_card(c, programme, code));
  CardAnswer& card = found.answer;
  if (!card.done()) return card;
  const PersonId today = TRY(people::current_person(c, person));
  // Before the ledger sees the card: an id that it refused stays refused, and the card lives on.
  if (!TRY(c.query_one("SELECT 1 FROM people WHERE id = $1", {today}))) {
    card.refusal = {"unknown_person", "there is no such person", "person"};
  } else if (card.state == CardState::kVoid) {
    card.refusal = {"void", "the card was made void", "code"};
  } else if (card.state == CardState::kClaimed && card.person != today) {
    card.refusal = {"claimed_already", "somebody has claimed this card", "code"};
  } else if (card.state == CardState::kMade && to_millis(now) >= found.until_ms) {
    card.refusal = {"no_longer_valid",
                    "it could be claimed until " + format_instant(from_millis(found.until_ms)),
                    "code"};
  }
  if (!card.done()) return card;
  card.repeated = card.state == CardState::kClaimed;
  const std::vector<Command> earn = {{.kind = CommandKind::kEarn,
                                      .id = "gift:" + card.code + ":" + std::to_string(today),
                                      .currency = card.currency,
                                      .person = today,
                                      .amount = card.amount,
                                      .reason = card.name,
                                      .activates_ms = to_millis(now)}};
  if (card.repeated) {
    const Currency* currency = TRY(spendable(programme, card.currency));
    card.available = TRY(balance_now(c, programme, *currency, today, now)).balance.available;
    return card;
  }
  const Outcome outcome = TRY(decide(c, programme, earn, now)).front();
  if (!outcome.done()) {
    card.refusal = outcome.refusal;
    return card;
  }
  card.available = outcome.available;
  card.state = CardState::kClaimed;
  card.person = today;
  TRY(keep(c, programme, card, now));
  return card;
}

Result<std::optional<CardAnswer>> card_of(store::Connection& c, const Programme& programme,
                                          std::string_view code) {
  CardAnswer card = TRY(find_card(c, programme, code)).answer;
  if (!card.done()) return std::nullopt;
  return card;
}

Result<CardAnswer> void_card(store::Connection& c, const Programme& programme,
                             std::string_view code, Instant now) {
  CardAnswer card = TRY(find_card(c, programme, code)).answer;
  if (!card.done()) return card;
  if (card.state == CardState::kClaimed) {
    card.refusal = {"claimed_already", "somebody has claimed this card", "code"};
    return card;
  }
  card.repeated = card.state == CardState::kVoid;
  card.state = CardState::kVoid;
  if (!card.repeated) TRY(keep(c, programme, card, now));
  return card;
}

Result<std::vector<CardBatch>> list_cards(store::Connection& c, const Programme& programme,
                                          Instant now) {
  std::vector<CardBatch> batches;
  for (const auto& row : TRY(c.query(
           "SELECT name, currency, count(*), "
           "CAST(sum(CASE WHEN state = 2 THEN 1 ELSE 0 END) AS BIGINT), "
           "CAST(sum(CASE WHEN state = 3 THEN 1 ELSE 0 END) AS BIGINT), "
           "CAST(sum(CASE WHEN state = 1 AND until_ms > $2 THEN amount ELSE 0 END) AS BIGINT) "
           "FROM loyalty_gift_cards WHERE programme = $1 GROUP BY name, currency "
           "ORDER BY max(made_ms) DESC, name",
           {programme.id, to_millis(now)}))) {
    batches.push_back({.name = row.text(0),
                       .currency = row.text(1),
                       .made = row.integer(2),
                       .claimed = row.integer(3),
                       .voided = row.integer(4),
                       .unclaimed = row.integer(5)});
  }
  return batches;
}

Result<std::vector<CardCohort>> card_cohorts(store::Connection& c, const Programme& programme,
                                             const Currency& currency, Instant now) {
  std::map<std::string, CardCohort> months;
  const Calendar calendar = programme.calendar();
  for (const auto& row :
       TRY(c.query("SELECT made_ms, state, CASE WHEN until_ms > $3 THEN 0 ELSE 1 END, "
                   "CAST(sum(amount) AS BIGINT) FROM loyalty_gift_cards WHERE programme = $1 AND "
                   "currency = $2 GROUP BY 1, 2, 3",
                   {programme.id, currency.code, to_millis(now)}))) {
    const Instant made = from_millis(row.integer(0));
    const std::string month =
        calendar.label(Period::kMonth, calendar.start_of(Period::kMonth, made));
    CardCohort& cohort = months[month];
    cohort.month = month;
    const Points value = row.integer(3);
    cohort.made += value;
    const auto state = static_cast<CardState>(row.integer(1));
    Points& fate = state == CardState::kClaimed ? cohort.claimed
                   : state == CardState::kVoid  ? cohort.voided
                   : row.integer(2) != 0        ? cohort.lapsed
                                                : cohort.unclaimed;
    fate += value;
  }
  std::vector<CardCohort> list;
  for (auto& [month, cohort] : months) list.push_back(std::move(cohort));
  return list;
}

}  // namespace perennial::loyalty
