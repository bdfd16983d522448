// What is popular where people live: how many bought an item there, shrunk to how many buy it
// anywhere, so that a place of few buyers has nearly the list of all.
//
//   (buyers there + kPlacePrior × share anywhere) ÷ (all buyers there + kPlacePrior)
//
// the mean of a multinomial with a Dirichlet prior around the overall shares (Gelman et al.,
// Bayesian Data Analysis, 3rd ed., 2013, section 3.4). An item that fewer
// than kLeastInPlace bought there counts as if nobody had: where few live, a list would tell what
// a neighbour bought. Immutable once made.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "value/groups.h"
#include "value/shopping.h"

namespace perennial::value {

inline constexpr float kPlacePrior = 200;     // buyers of an item that the overall shares count as
inline constexpr uint32_t kLeastInPlace = 3;  // buyers of an item, for it to be popular there

// Where people live: the trait where they have it, else the country. "region:Shanghai",
// "country:CN".
Result<Groups> read_places(store::Database& database, std::string_view trait);

class Places {
 public:
  Places() : where_(std::make_shared<const Groups>()) {}
  // Of what was bought in [from_ms, to_ms), among `items` items; bits by person.
  Places(std::shared_ptr<const Groups> where, std::span<const Bit> bits, size_t items,
         int64_t from_ms, int64_t to_ms);

  bool knows(PersonId person) const { return of(person) != nullptr; }
  std::string_view name(PersonId person) const;
  // By item; empty for somebody who lives nowhere.
  std::vector<float> scores(PersonId person) const;
  // Whether enough bought it where the person lives.
  bool popular(PersonId person, uint32_t item) const;

 private:
  struct Count {
    uint32_t item = 0, buyers = 0;
  };
  struct Place {
    float buyers = 0;           // of any item, each counted once an item
    std::vector<Count> counts;  // by item, of kLeastInPlace on
  };
  const Place* of(PersonId person) const;

  std::shared_ptr<const Groups> where_;
  std::vector<float> share_;  // by item, of all buyers
  std::unordered_map<uint16_t, Place> places_;
};

}  // namespace perennial::value
