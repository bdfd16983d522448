// The people around somebody: who brought them to the shop and whom they brought (one hop), and
// whom those brought besides (two hops).
//
// What others bought is nobody's business: recommender.h tells of an item only when kLeastAround
// of them bought it, and never when all of them did.
//
// Immutable once made; may be read from any thread.
#pragma once

#include <span>
#include <vector>

#include "value/value.h"

namespace perennial::value {

inline constexpr size_t kLeastAround = 3;  // people around, for an item to be told of
inline constexpr size_t kMaxAround = 300;  // looked at; those who were brought last come first
inline constexpr float kTwoHops = 0.5F;    // what somebody at two hops counts

struct Near {
  PersonId person = 0;
  int hops = 1;
  PersonId via = 0;  // at two hops: who is between
};

class Circles {
 public:
  Circles() = default;
  // What was said before `before` counts; of several who brought somebody the first.
  Circles(std::vector<Brought> all, Instant before);

  // Each person once, at their shortest way; nobody is around themselves.
  std::vector<Near> around(PersonId person) const;
  const std::vector<Brought>& all() const { return by_whom_; }

 private:
  const Brought* who_brought(PersonId person) const;
  std::span<const Brought> brought_by(PersonId person) const;

  std::vector<Brought> by_whom_;  // by who was brought, each once
  std::vector<Brought> by_by_;    // by who brought, the newest first
};

}  // namespace perennial::value
