// Giving people something by hand, many at once: for those who choose them elsewhere.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

struct Gifts {
  std::vector<PersonId> done;  // those who got it now
  int64_t skipped = 0;         // have it already, or are held out
};
// A code of the batch for each, as by hand. kNotFound without such a programme or batch, kConflict
// for a batch with one code for everybody, and where it takes a second person's word: `id` names
// what is given, and counts once (hands.h).
Result<Gifts> give_coupons(store::Connection& c, std::string_view programme, std::string_view batch,
                           std::string_view id, std::span<const PersonId> people,
                           const http::Principal& who, Instant now);
// The commands that give each of them points, whose ids follow from `id` and the person; counted in
// the transaction as what was done by hand. kConflict where that takes a second person's word.
Result<std::vector<Command>> gift_of_points(store::Connection& c, const Programme& programme,
                                            std::string_view id, Points points,
                                            std::string_view reason,
                                            std::span<const PersonId> people,
                                            const http::Principal& who, Instant now);

}  // namespace perennial::loyalty
