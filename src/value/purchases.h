// How often customers buy: probability models of purchases and of silently leaving, fitted by
// maximum likelihood.
//
//   BG/NBD      Fader, Hardie & Lee, "Counting Your Customers" the Easy Way: An Alternative to the
//               Pareto/NBD Model, Marketing Science 24(2), 2005.
//   MBG/NBD     Batislam, Denizel & Filiztekin, Empirical validation and comparison of models for
//               customer base analysis, International Journal of Research in Marketing 24, 2007.
//   Pareto/NBD  Schmittlein, Morrison & Colombo, Counting Your Customers, Management Science 33,
//               1987; the likelihood as in Fader & Hardie, A Note on Deriving the Pareto/NBD Model
//               and Related Expressions, 2005 (brucehardie.com/notes/009).
//   BG/BB       Fader, Hardie & Shang, Customer-Base Analysis in a Discrete-Time Noncontractual
//               Setting, Marketing Science 29(6), 2010: see opportunities.h.
//
// Pure functions: no clock, no I/O. Times are in any one unit; weeks throughout this module.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "value/maximise.h"

namespace perennial::value {

enum class PurchaseModel { kBgNbd, kMbgNbd, kParetoNbd, kBgBb };
// Those of purchases at any time, which the functions of this file take; kBgBb is of opportunities:
// see buying.h.
inline constexpr std::array kPurchaseModels = {PurchaseModel::kBgNbd, PurchaseModel::kMbgNbd,
                                               PurchaseModel::kParetoNbd};
std::string_view model_name(PurchaseModel model);  // "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_bb"
std::optional<PurchaseModel> parse_model(std::string_view word);
// Names in the order of the parameters: r, alpha, a, b; r, alpha, s, beta; alpha, beta, gamma,
// delta.
std::array<std::string_view, 4> parameter_names(PurchaseModel model);

// What the models need of a customer who is seen from the first purchase on: repeat purchases,
// the time of the last of them (0 without one), how long the customer is seen.
struct History {
  double repeats = 0;
  double last = 0;
  double seen = 0;
  double weight = 1;  // customers with this history
  auto operator<=>(const History&) const = default;
};

// Customers with equal histories in one row: the same likelihood from fewer terms. What depends on
// the number of repeats alone is worked out once for each.
struct Histories {
  std::vector<double> repeats;        // distinct, ascending
  std::vector<uint32_t> repeats_row;  // of each row, into `repeats`
  std::vector<double> last, seen, weight;
  double customers = 0;
  size_t rows() const { return last.size(); }
};
// Fails with kInvalid, naming the row, for numbers that cannot be a history (negative, not finite,
// a part of a purchase, a last purchase after the end or without repeats), or without any row.
Result<Histories> group_histories(std::span<const History> histories);

using Purchases4 = std::array<double, 4>;  // parameters as parameter_names() tells

// The natural logarithm of the likelihood of all customers.
double log_likelihood(PurchaseModel model, const Purchases4& parameters, const Histories& of);
Fit fit_purchases(PurchaseModel model, const Histories& to, const std::stop_token& stop = {});

// The probability that a customer with this history is still one at its end. BG/NBD: Fader, Hardie
// & Lee, Computing P(alive) Using the BG/NBD Model, 2008 (brucehardie.com/notes/021),
//     1 / (1 + [repeats > 0] a / (b + repeats − 1) ((alpha + seen) / (alpha + last))^(r +
//     repeats));
// MBG/NBD: the same with b + repeats for b + repeats − 1, and for those without a repeat too
// (Batislam et al. 2007); Pareto/NBD: Schmittlein et al. 1987, in the terms of notes/009.
double probability_alive(PurchaseModel model, const Purchases4& parameters, const History& h);
// Purchases expected in the `ahead` after the end of the history, given that the customer is still
// one: multiply by probability_alive(). Depends on `repeats` and `seen` alone. BG/NBD: equation 10
// of Fader, Hardie & Lee 2005; MBG/NBD: Batislam et al. 2007; Pareto/NBD: Schmittlein et al. 1987,
//     (r + repeats) (beta + seen) / ((alpha + seen) (s − 1))
//     × (1 − ((beta + seen) / (beta + seen + ahead))^(s − 1)).
double expected_if_alive(PurchaseModel model, const Purchases4& parameters, const History& h,
                         double ahead);
double expected_purchases(PurchaseModel model, const Purchases4& parameters, const History& h,
                          double ahead);
// Repeat purchases expected of somebody new in the `ahead` after the first purchase (equation 9 of
// Fader, Hardie & Lee 2005 and its like).
double expected_of_new(PurchaseModel model, const Purchases4& parameters, double ahead);

}  // namespace perennial::value
