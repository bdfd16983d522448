#include "proof/budget.h"

#include <cstdio>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace perennial::proof {
namespace {

using testing::ElementsAre;

TEST(Budget, TakesWhatIsWorthMostForItsCost) {
  // One offer of 10: worth 30, 12, 9 and 20.
  const std::vector<double> value = {30, 12, 9, 20};
  const std::vector<Offer> offers = {{.cost = 10}};
  const auto all = choose_offers(value, offers, {});
  EXPECT_THAT(all.offer, ElementsAre(0, 0, -1, 0));  // the third one would cost more than it keeps
  EXPECT_EQ(all.people, 3);
  EXPECT_EQ(all.value, 62);
  EXPECT_EQ(all.cost, 30);
  EXPECT_THAT(choose_offers(value, offers, {.budget = 20}).offer, ElementsAre(0, -1, -1, 0));
  EXPECT_THAT(choose_offers(value, offers, {.budget = 19.9}).offer, ElementsAre(0, -1, -1, -1));
  EXPECT_THAT(choose_offers(value, offers, {.people = 1}).offer, ElementsAre(0, -1, -1, -1));
  const std::vector<Offer> few = {{.cost = 10, .stock = 2}};
  EXPECT_THAT(choose_offers(value, few, {}).offer, ElementsAre(0, -1, -1, 0));
  EXPECT_TRUE(choose_offers({}, offers, {}).offer.empty());
  EXPECT_TRUE(choose_offers(value, {}, {}).offer.empty());
}

TEST(Budget, ADearerOfferOnlyWhereItsStepPays) {
  // A call of 1 and a gift of 10. The gift keeps 15 more with the first, 5 more with the second.
  const std::vector<double> value = {5, 20, 5, 10};
  const std::vector<Offer> offers = {{.cost = 1}, {.cost = 10}};
  EXPECT_THAT(choose_offers(value, offers, {}).offer, ElementsAre(1, 0));
  EXPECT_THAT(choose_offers(value, offers, {.budget = 2}).offer, ElementsAre(0, 0));
  const std::vector<Offer> none = {{.cost = 1}, {.cost = 10, .stock = 0}};
  EXPECT_THAT(choose_offers(value, none, {}).offer, ElementsAre(0, 0));
}

// Every way to give each of few people one of two offers or none.
double best_of_all(const std::vector<double>& value, const std::vector<Offer>& offers,
                   double budget, size_t person = 0) {
  if (person * offers.size() == value.size()) return 0;
  double best = best_of_all(value, offers, budget, person + 1);
  for (size_t k = 0; k < offers.size(); ++k) {
    if (offers[k].cost > budget) continue;
    best = std::max(best, value[person * offers.size() + k] - offers[k].cost +
                              best_of_all(value, offers, budget - offers[k].cost, person + 1));
  }
  return best;
}

TEST(Budget, LacksLessThanOnePersonToTheBest) {
  const auto seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int round = 0; round < 200; ++round) {
    const std::vector<Offer> offers = {{.cost = 1 + uniform(random)},
                                       {.cost = 2 + uniform(random)}};
    std::vector<double> value;
    double most = 0;
    for (int i = 0; i < 16; ++i) {
      value.push_back(6 * uniform(random));
      most = std::max(most, value.back());
    }
    const double budget = 12 * uniform(random);
    const auto choice = choose_offers(value, offers, {.budget = budget});
    EXPECT_LE(choice.cost, budget + 1e-9);
    const double best = best_of_all(value, offers, budget);
    EXPECT_LE(choice.value - choice.cost, best + 1e-9);
    EXPECT_GE(choice.value - choice.cost, best - most - 1e-9);
    double kept = 0, cost = 0;
    for (size_t i = 0; i < choice.offer.size(); ++i) {
      if (choice.offer[i] < 0) continue;
      const auto k = static_cast<size_t>(choice.offer[i]);
      kept += value[i * 2 + k];
      cost += offers[k].cost;
    }
    EXPECT_NEAR(kept, choice.value, 1e-9);
    EXPECT_NEAR(cost, choice.cost, 1e-9);
  }
}

}  // namespace
}  // namespace perennial::proof
