#include "loyalty/gifts.h"

#include <algorithm>

#include "loyalty/coupons.h"
#include "loyalty/hands.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

Result<std::vector<PersonId>> owners(store::Connection& c, const Programme& programme,
                                     const std::string& batch, std::span<const PersonId> people) {
  const std::vector<store::Value> fixed = {programme.id, batch}, keys(people.begin(), people.end());
  std::vector<PersonId> found;
  TRY(each_in(c,
              "SELECT person FROM loyalty_coupons WHERE programme = $1 AND batch = $2 AND person "
              "IN {}",
              fixed, keys, [&](const store::Row& row) -> Result<void> {
                found.push_back(row.integer(0));
                return {};
              }));
  std::ranges::sort(found);
  return found;
}

// kConflict above the limit of what one person gives somebody in a day.
Result<void> unless_large(store::Connection& c, const Programme& programme, std::string_view id,
                          Points points, std::span<const PersonId> people,
                          const http::Principal& who, const char* where, Instant now) {
  const bool may =
      by_hand(who)
          ? TRY(within_limit(c, programme,
                             {.by = who.id,
                              .people = std::vector<PersonId>(people.begin(), people.end()),
                              .id = "gift:" + std::string(id),
                              .points = points},
                             now))
          : points <= programme.approval_limit;
  if (may) return {};
  return fail(Code::kConflict,
              "more than " + std::to_string(programme.approval_limit) +
                  " points, or their worth, to somebody in a day need a second person's word",
              where, "Give fewer, or ask for it in the loyalty programme.");
}

}  // namespace

Result<Gifts> give_coupons(store::Connection& c, std::string_view programme, std::string_view batch,
                           std::string_view id, std::span<const PersonId> people,
                           const http::Principal& who, Instant now) {
  const auto terms = TRY(find_programme(c, programme));
  if (!terms) return fail(Code::kNotFound, "there is no such programme", "programme");
  const auto of = TRY(find_batch(c, *terms, batch));
  if (!of) return fail(Code::kNotFound, "there is no such batch", "batch");
  // The shop's own systems give what they are told to.
  if (by_hand(who)) {
    const Points points = points_worth(*terms, worth_of(*of, 1));
    TRY(unless_large(c, *terms, id, points, people, who, "batch", now));
  }
  const auto before = TRY(owners(c, *terms, of->id, people));
  TRY(issue_codes(c, *terms, *of, people, now));
  const auto after = TRY(owners(c, *terms, of->id, people));
  Gifts gifts;
  std::ranges::set_difference(after, before, std::back_inserter(gifts.done));
  gifts.skipped = static_cast<int64_t>(people.size() - gifts.done.size());
  return gifts;
}

Result<std::vector<Command>> gift_of_points(store::Connection& c, const Programme& programme,
                                            std::string_view id, Points points,
                                            std::string_view reason,
                                            std::span<const PersonId> people,
                                            const http::Principal& who, Instant now) {
  TRY(unless_large(c, programme, id, points, people, who, "points", now));
  std::vector<Command> commands;
  for (const PersonId person : people) {
    commands.push_back({.kind = CommandKind::kAdjust,
                        .id = std::string(id) + ":" + std::to_string(person),
                        .person = person,
                        .amount = points,
                        .reason = std::string(reason)});
  }
  return commands;
}

}  // namespace perennial::loyalty
