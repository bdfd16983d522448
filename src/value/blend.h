// Which ways to blend, and how much of each: chosen on what people bought later, way by way, as
// long as one more tells it better.
//
// The choice, one more at a time as long as it tells better, is that of Caruana, Niculescu-Mizil,
// Crew & Ksikes, "Ensemble selection from libraries of models", ICML 2004. It begins with the way
// that tells best. Then each of the others is tried at each of kParts, and the best is taken if the
// interval of the difference, person by person, lies above 0: at 99 %, as the best of some twenty
// tries looks better than it is. It ends when none is. A blend is judged by people on whom it was
// not chosen (recommender_check.h).
//
// Pure.
#pragma once

#include <utility>

#include <span>
#include <stop_token>
#include <vector>

#include "value/ways.h"

namespace perennial::value {

inline constexpr std::array<float, 4> kParts = {0.1F, 0.3F, 1, 3};  // beside what is blended
inline constexpr size_t kLooked = 200;               // items of each way that are looked at
inline constexpr size_t kMaxVoters = 2'000;          // people it is chosen on
inline constexpr double kSure = 2.5758293035489004;  // of 99 %

// One person: what each way says, as parts of the highest score, and what was bought later.
struct Voter {
  std::array<std::vector<std::pair<uint32_t, float>>, kWays> lists;
  std::vector<uint32_t> bought;  // ascending, not empty
};

// NDCG@10 of a blend, by voter. `items` is one more than the highest.
std::vector<double> gains_of(const Mix& mix, std::span<const Voter* const> voters, size_t items);
// Empty without voters alone: where what is popular tells best it is that. The weights add up to 1.
// Asked to stop it ends early, with the blend it has.
Mix choose_mix(std::span<const Voter* const> voters, size_t items,
               const std::stop_token& stop = {});

// Mean difference and its interval: `sure` standard errors on both sides.
struct Difference {
  double mean = 0, low = 0, high = 0;
};
Difference difference(std::span<const double> own, std::span<const double> other, double sure);

}  // namespace perennial::value
