// The likelihood of the paper's equation 8 as a sum of logarithms of beta functions. Its sum over
// the periods in which the customer may have left needs one pass without gamma functions: each term
// follows from the one before.
#include "value/opportunities.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "value/dual.h"

namespace perennial::value {
namespace {

using std::log;

double plain(double x) { return x; }
double plain(const Dual<4>& x) { return x.v; }

template <class Number>
Number log_of_one(const std::array<Number, 4>& p, const Opportunities& o) {
  const auto& [alpha, beta, gamma, delta] = p;
  const Number taking = log_beta(alpha, beta), leaving = log_beta(gamma, delta);
  Number total = log_beta(alpha + o.taken, beta + (o.of - o.taken)) - taking +
                 log_beta(gamma, delta + o.of) - leaving;
  if (o.last == o.of) return total;
  // Left before opportunity last + i + 1.
  Number term = log_beta(alpha + o.taken, beta + (o.last - o.taken)) - taking +
                log_beta(gamma + 1.0, delta + o.last) - leaving;
  for (double i = 0; i < o.of - o.last; ++i) {
    total = log_sum(total, term);
    const Number missed = beta + (o.last - o.taken + i), stayed = delta + (o.last + i);
    term += log(missed / (alpha + o.taken + missed)) + log(stayed / (gamma + 1.0 + stayed));
    if (plain(term) < plain(total) - 800) break;  // nothing that a double could still hold
  }
  return total;
}

Result<std::vector<Opportunities>> grouped(std::span<const Opportunities> rows) {
  if (rows.empty()) return fail(Code::kInvalid, "there is no customer to learn from");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Opportunities& o = rows[i];
    auto wrong = [&](std::string_view what) {
      return fail(Code::kInvalid, "history " + std::to_string(i + 1) + " " + std::string(what));
    };
    for (double whole : {o.taken, o.last, o.of}) {
      if (!(whole >= 0) || whole != std::floor(whole)) return wrong("is not in whole numbers");
    }
    if (!std::isfinite(o.weight) || o.weight < 0) return wrong("has a weight below 0");
    if (o.of > kMaxOpportunities) return wrong("has more than 10,000 opportunities");
    if (o.taken > o.last || o.last > o.of || (o.taken == 0 && o.last > 0))
      return wrong("takes more opportunities than there were");
  }
  std::vector<Opportunities> sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted);
  std::vector<Opportunities> merged;
  for (const Opportunities& o : sorted) {
    if (!merged.empty() && merged.back().taken == o.taken && merged.back().last == o.last &&
        merged.back().of == o.of) {
      merged.back().weight += o.weight;
    } else {
      merged.push_back(o);
    }
  }
  return merged;
}

}  // namespace

Result<double> log_likelihood(const Taking4& parameters, std::span<const Opportunities> of) {
  double sum = 0;
  for (const Opportunities& o : TRY(grouped(of))) sum += o.weight * log_of_one(parameters, o);
  return sum;
}

Result<Fit> fit_opportunities(std::span<const Opportunities> to) {
  const auto rows = TRY(grouped(to));
  Search search;
  search.weight = 0;
  for (const Opportunities& o : rows) search.weight += o.weight;
  if (search.weight == 0) return fail(Code::kInvalid, "all customers have the weight 0");
  search.of = [&rows](std::span<const double> logs, std::span<double> gradient) {
    std::array<Dual<4>, 4> p;
    for (int i = 0; i < 4; ++i)
      p[static_cast<size_t>(i)] = exp(Dual<4>::variable(logs[static_cast<size_t>(i)], i));
    Dual<4> sum;
    for (const Opportunities& o : rows) sum += Dual<4>(o.weight) * log_of_one(p, o);
    std::ranges::copy(sum.d, gradient.begin());
    return sum.v;
  };
  search.lower.assign(4, std::log(1e-3));
  search.upper.assign(4, std::log(1e3));
  search.starts = {{0, 0, 0, std::log(3.0)}, {std::log(0.5), std::log(0.5), -1, 1}};
  return maximise(search);
}

double probability_alive(const Taking4& p, const Opportunities& o) {
  const auto& [alpha, beta, gamma, delta] = p;
  const double alive = log_beta(alpha + o.taken, beta + o.of - o.taken) - log_beta(alpha, beta) +
                       log_beta(gamma, delta + o.of + 1) - log_beta(gamma, delta);
  return std::min(1.0, std::exp(alive - log_of_one(p, o)));
}

double expected_taken(const Taking4& p, const Opportunities& o, int ahead) {
  const auto& [alpha, beta, gamma, delta] = p;
  const double taking =
      log_beta(alpha + o.taken + 1, beta + o.of - o.taken) - log_beta(alpha, beta);
  double staying = log_beta(gamma, delta + o.of) - log_beta(gamma, delta), sum = 0;
  for (int i = 0; i < ahead; ++i) {
    const double stayed = delta + o.of + i;
    staying += std::log(stayed / (gamma + stayed));
    sum += std::exp(staying);
  }
  return sum * std::exp(taking - log_of_one(p, o));
}

}  // namespace perennial::value
