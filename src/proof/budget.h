// Whom to treat with which offer: each person at most once, within a budget and the stock of each
// offer, so that what is expected to be kept is as much as can be.
//
// The multiple-choice knapsack problem by its linear relaxation (Sinha & Zoltners, "The
// multiple-choice knapsack problem", Operations Research 27, 1979): offers of a person that a
// mixture of others beats are left out, the rest become steps from a cheaper offer to a dearer one,
// and steps are taken in falling order of value a cost. What the answer lacks to the best possible
// one is less than one person's value, as long as no stock runs out.
//
// Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace perennial::proof {

struct Offer {
  double cost = 0;  // of one person; above 0, or 0 for what costs nothing
  int64_t stock = std::numeric_limits<int64_t>::max();
};
struct BudgetLimits {
  double budget = std::numeric_limits<double>::infinity();
  int64_t people = std::numeric_limits<int64_t>::max();  // contacts
};
struct Choice {
  std::vector<int> offer;  // of each person, -1: none
  int64_t people = 0;
  double value = 0, cost = 0;  // expected value kept, before cost; what it costs
};
// `value` is person by person: value[person * offers.size() + offer] is what treating the person
// with the offer is expected to keep. Only what is worth more than its cost is chosen.
Choice choose_offers(std::span<const double> value, std::span<const Offer> offers,
                     const BudgetLimits& limits);

}  // namespace perennial::proof
