// Gamma-Gamma: what a purchase of a customer is worth. Fader, Hardie & Lee, RFM and CLV: Using
// Iso-Value Curves for Customer Base Analysis, Journal of Marketing Research 42(4), 2005; Fader &
// Hardie, The Gamma-Gamma Model of Monetary Value, 2013 (brucehardie.com/notes/025). Amounts of a
// customer are gamma(p, nu), and nu ~ gamma(q, gamma) differs between customers; independent of how
// often they buy.
#pragma once

#include <array>
#include <span>

#include "base/result.h"
#include "value/maximise.h"

namespace perennial::value {

struct Spend {
  double purchases = 0;  // at least 1
  double mean = 0;       // of an amount, above 0, in any one unit
  double weight = 1;     // customers with this history
};
using Spend3 = std::array<double, 3>;  // p, q, gamma

// Both fail with kInvalid, naming the row, for an amount that is not above 0, less than one
// purchase, or without any row. q stays above 1, where the mean of all customers exists.
Result<double> log_likelihood(const Spend3& parameters, std::span<const Spend> of);
Result<Fit> fit_spend(std::span<const Spend> to);
// The mean amount to expect of a customer with this history; of somebody new without purchases.
double expected_spend(const Spend3& parameters, double purchases, double mean);

}  // namespace perennial::value
