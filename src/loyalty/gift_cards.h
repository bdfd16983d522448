// Gift cards: codes that hold a value until somebody claims them. A claimed value is a lot of the
// ledger, in a currency of its own ("gift": 1 pays 1 minor unit), which is held, captured, refunded
// and expires as any other; so a card's balance is its owner's balance.
#pragma once

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

inline constexpr int64_t kMaxCardsAtOnce = 10'000;

// Stored: never renumber.
enum class CardState : int64_t { kMade = 1, kClaimed = 2, kVoid = 3 };
std::string_view state_name(CardState state);

struct CardOrder {
  std::string name;      // of the cards made together
  std::string currency;  // whose points the value becomes
  Points amount = 0;     // of each card
  int64_t count = 1;
  std::optional<Instant> claim_until;  // no longer claimed from here on
};
// Fails with kInvalid, naming the field.
Result<CardOrder> card_order_from_json(const Json& json, const Zone& zone);
// Makes the cards; kNotFound for a currency that there is not, kConflict for one that cannot be
// spent.
Result<std::vector<std::string>> make_cards(store::Connection& c, const Programme& programme,
                                            const CardOrder& order, Instant now);

struct CardAnswer {
  Refusal refusal;
  bool repeated = false;
  std::string code, name, currency;
  Points amount = 0, available = 0;  // of the currency, after it
  CardState state = CardState::kMade;
  PersonId person = 0;
  bool done() const { return refusal.code.empty(); }
};
Json to_json(const CardAnswer& answer);
// The card's value becomes the person's; by the same person again, that is the answer. Refusals:
// unknown_code, mistyped_code, claimed_already, void, no_longer_valid, unknown_person.
Result<CardAnswer> claim_card(store::Connection& c, const Programme& programme,
                              std::string_view code, PersonId person, Instant now);
// The card of a code; nothing if there is none.
Result<std::optional<CardAnswer>> card_of(store::Connection& c, const Programme& programme,
                                          std::string_view code);
// A card that nobody claimed is worth nothing any more. Refusals: unknown_code, claimed_already.
Result<CardAnswer> void_card(store::Connection& c, const Programme& programme,
                             std::string_view code, Instant now);

// Cards that were made together.
struct CardBatch {
  std::string name, currency;
  int64_t made = 0, claimed = 0, voided = 0;
  Points unclaimed = 0;  // value that may still be claimed: owed to whoever holds the cards
};
Result<std::vector<CardBatch>> list_cards(store::Connection& c, const Programme& programme,
                                          Instant now);

// Value of the cards of one currency by the month in which they were made:
// made = claimed + voided + lapsed + unclaimed, to the last unit.
struct CardCohort {
  std::string month;  // "2026-11" in the programme's zone
  Points made = 0, claimed = 0, voided = 0;
  Points lapsed = 0;  // nobody claimed it in time
  Points unclaimed = 0;
  bool operator==(const CardCohort&) const = default;
};
Result<std::vector<CardCohort>> card_cohorts(store::Connection& c, const Programme& programme,
                                             const Currency& currency, Instant now);

}  // namespace perennial::loyalty
