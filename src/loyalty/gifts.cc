#include "loyalty/gifts.h"

#include <algorithm>

#include "loyalty/coupons.h"
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

}  // namespace

Result<Gifts> give_coupons(store::Connection& c, std::string_view programme, std::string_view batch,
                           std::span<const PersonId> people, Instant now) {
  const auto terms = TRY(find_programme(c, programme));
  if (!terms) return fail(Code::kNotFound, "there is no such programme", "programme");
  const auto of = TRY(find_batch(c, *terms, batch));
  if (!of) return fail(Code::kNotFound, "there is no such batch", "batch");
  const auto before = TRY(owners(c, *terms, of->id, people));
  TRY(issue_codes(c, *terms, *of, people, now));
  const auto after = TRY(owners(c, *terms, of->id, people));
  Gifts gifts;
  std::ranges::set_difference(after, before, std::back_inserter(gifts.done));
  gifts.skipped = static_cast<int64_t>(people.size() - gifts.done.size());
  return gifts;
}

Result<std::vector<Command>> gift_of_points(const Programme& programme, std::string_view id,
                                            Points points, std::string_view reason,
                                            std::span<const PersonId> people) {
  if (points > programme.approval_limit) {
    return fail(Code::kConflict,
                "more than " + std::to_string(programme.approval_limit) +
                    " points need a second person's word",
                "points", "Give fewer, or ask for each adjustment on the person's page.");
  }
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
