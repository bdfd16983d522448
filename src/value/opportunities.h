// BG/BB: purchases where there is one opportunity in each period (a yearly appeal, an issue of a
// subscription). Fader, Hardie & Shang, Customer-Base Analysis in a Discrete-Time Noncontractual
// Setting, Marketing Science 29(6), 2010. A customer takes an opportunity with p ~ beta(alpha,
// beta) and leaves before one with theta ~ beta(gamma, delta).
#pragma once

#include <array>
#include <span>

#include "base/result.h"
#include "value/maximise.h"

namespace perennial::value {

inline constexpr int kMaxOpportunities = 10'000;

// Taken opportunities, the number of the last one taken (0 without), how many there were.
struct Opportunities {
  double taken = 0, last = 0, of = 0;
  double weight = 1;  // customers with this history
  auto operator<=>(const Opportunities&) const = default;
};
using Taking4 = std::array<double, 4>;  // alpha, beta, gamma, delta

// Both fail with kInvalid, naming the row, for what cannot be a history, or without any row.
Result<double> log_likelihood(const Taking4& parameters, std::span<const Opportunities> of);
Result<Fit> fit_opportunities(std::span<const Opportunities> to);
// The probability of still being a customer at the first opportunity after the history: with
// L the likelihood of the history, B(alpha + taken, beta + of − taken) B(gamma, delta + of + 1) /
// (B(alpha, beta) B(gamma, delta) L). This and the next as in Fader, Hardie & Shang 2010.
double probability_alive(const Taking4& parameters, const Opportunities& o);
// Opportunities taken of the next `ahead`.
double expected_taken(const Taking4& parameters, const Opportunities& o, int ahead);

}  // namespace perennial::value
