// The largest value of a smooth likelihood of a few parameters, found so that it always ends with
// finite numbers: several starts, a polish by Newton's method, and a hold where the data do not
// tell. Each start climbs by L-BFGS (Liu & Nocedal, "On the limited memory BFGS method for large
// scale optimization", Mathematical Programming 45, 1989); the polish is Newton's method damped as
// in Marquardt, "An algorithm for least-squares estimation of nonlinear parameters" (J. SIAM 11,
// 1963).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace perennial::value {

// A function of the logarithms of the parameters: its value, and its gradient into the second
// argument.
using LogLikelihood = std::function<double(std::span<const double>, std::span<double>)>;

struct Search {
  LogLikelihood of;
  double weight = 1;                        // customers: the scale of the likelihood
  std::vector<std::vector<double>> starts;  // the first is also where a hold pulls to
  std::vector<double> lower, upper;         // of the logarithms
  std::stop_token stop = {};                // once asked for, the search ends where it is
};

// How well the data determine the parameters.
enum class Certainty {
  kFound,  // a maximum inside the borders, with a curvature that gives standard errors
  kHeld,   // the likelihood has no such maximum (all without a repeat, a single customer, …): a
          // weak normal prior on the logarithms (standard deviation 2 around the first start) holds
          // them
};
std::string_view certainty_name(Certainty certainty);  // "found", "held"

// Never NaN or infinite. `log_likelihood` is without the prior.
struct Fit {
  std::vector<double> parameters;
  std::vector<std::optional<double>> standard_errors;  // nothing where the curvature gives none
  double log_likelihood = 0;
  Certainty certainty = Certainty::kFound;
  int evaluations = 0;
};

Fit maximise(const Search& search);

}  // namespace perennial::value
