#include "value/spend.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "value/dual.h"

namespace perennial::value {
namespace {

using Dual3 = Dual<3>;
using std::log;

constexpr double kLowestQ = 1.001;

Result<void> check(std::span<const Spend> rows) {
  if (rows.empty())
    return fail(Code::kInvalid, "there is no customer with an amount to learn from", "customers");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Spend& s = rows[i];
    auto wrong = [&](std::string_view what) {
      return fail(Code::kInvalid, "amount " + std::to_string(i + 1) + " " + std::string(what));
    };
    if (!std::isfinite(s.purchases + s.mean + s.weight) || s.weight < 0)
      return wrong("is not finite");
    if (s.purchases < 1) return wrong("has no purchase");
    if (s.mean <= 0) return wrong("is not above 0");
  }
  return {};
}

template <class Number>
Number log_likelihood_of(const std::array<Number, 3>& parameters, std::span<const Spend> rows) {
  const auto& [p, q, gamma] = parameters;
  const Number all = q * log(gamma) - lgamma(q);
  std::map<double, Number> constants;  // by the number of purchases: few, and costly
  Number sum(0.0);
  for (const Spend& s : rows) {
    auto [known, fresh] = constants.try_emplace(s.purchases);
    const Number shape = p * s.purchases;
    if (fresh)
      known->second = all + lgamma(shape + q) - lgamma(shape) + shape * std::log(s.purchases);
    const Number one = known->second + (shape - 1.0) * std::log(s.mean) -
                       (shape + q) * log(gamma + s.purchases * s.mean);
    sum += one * Number(s.weight);
  }
  return sum;
}

}  // namespace

Result<double> log_likelihood(const Spend3& parameters, std::span<const Spend> of) {
  TRY(check(of));
  return log_likelihood_of(parameters, of);
}

Result<Fit> fit_spend(std::span<const Spend> to) {
  TRY(check(to));
  Search search;
  search.weight = 0;
  double amount = 0;
  for (const Spend& s : to) {
    search.weight += s.weight;
    amount += s.weight * s.mean;
  }
  if (search.weight == 0) return fail(Code::kInvalid, "all customers have the weight 0");
  amount /= search.weight;
  search.of = [to](std::span<const double> logs, std::span<double> gradient) {
    std::array<Dual3, 3> p;
    for (int i = 0; i < 3; ++i)
      p[static_cast<size_t>(i)] = exp(Dual3::variable(logs[static_cast<size_t>(i)], i));
    const Dual3 sum = log_likelihood_of(p, to);
    std::ranges::copy(sum.d, gradient.begin());
    return sum.v;
  };
  search.lower = {std::log(1e-2), std::log(kLowestQ), std::log(1e-4 * amount)};
  search.upper = {std::log(1e4), std::log(1e4), std::log(1e4 * amount)};
  for (double p : {2.0, 8.0})  // the mean of all is p gamma / (q - 1)
    search.starts.push_back({std::log(p), std::log(3.0), std::log(2 * amount / p)});
  return maximise(search);
}

double expected_spend(const Spend3& parameters, double purchases, double mean) {
  const auto [p, q, gamma] = parameters;
  return p * (gamma + purchases * mean) / (p * purchases + q - 1);
}

}  // namespace perennial::value
