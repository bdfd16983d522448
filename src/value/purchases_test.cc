// The models of purchases against published figures, numerical integration and simulation.
#include "value/purchases.h"

#include <cmath>
#include <random>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <gtest/gtest.h>

#include "value/cdnow_testing.h"
#include "value/purchase_terms.h"

namespace perennial::value {
namespace {

constexpr double kRelative = 1e-3, kLogLikelihood = 1e-3;

void expect_parameters(const Fit& fit, std::span<const double> expected) {
  ASSERT_EQ(fit.parameters.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(fit.parameters[i], expected[i], kRelative * expected[i]) << i;
    ASSERT_TRUE(fit.standard_errors[i]);
    EXPECT_GT(*fit.standard_errors[i], 0);
  }
  EXPECT_EQ(fit.certainty, Certainty::kFound);
}

Purchases4 four(const Fit& fit) {
  return {fit.parameters[0], fit.parameters[1], fit.parameters[2], fit.parameters[3]};
}

// ---- published figures

TEST(Purchases, BgNbdOnCdnow) {
  Fit fit = fit_purchases(PurchaseModel::kBgNbd, *group_histories(cdnow_histories()));
  expect_parameters(fit, std::array{.242593, 4.413531, .792886, 2.425753});
  EXPECT_NEAR(fit.log_likelihood, -9582.42557, kLogLikelihood);
}

TEST(Purchases, ParetoNbdOnCdnow) {
  Fit fit = fit_purchases(PurchaseModel::kParetoNbd, *group_histories(cdnow_histories()));
  expect_parameters(fit, std::array{.553276, 10.577612, .606214, 11.667914});
  EXPECT_NEAR(fit.log_likelihood, -9594.97393, kLogLikelihood);
}

TEST(Purchases, GammaGammaOnCdnow) {
  auto spend = cdnow_spend();
  EXPECT_EQ(spend.size(), 946u);
  Fit fit = *fit_spend(spend);
  expect_parameters(fit, std::array{6.248803, 3.744588, 15.447748});
  EXPECT_NEAR(fit.log_likelihood, -4055.92324, kLogLikelihood);
}

TEST(Purchases, BgBbOnDonations) {
  auto fit = fit_opportunities(donations());
  ASSERT_TRUE(fit);
  expect_parameters(*fit, std::array{1.20352, .74972, .65672, 2.78344});
  EXPECT_NEAR(fit->log_likelihood, -33225.5813, kLogLikelihood);
}

// The paper's example (Fader, Hardie & Lee 2005): a customer with x = 2, last in week 30.43 of
// 38.86 is expected to buy 1.226 times in the next 39 weeks.
TEST(Purchases, ConditionalExpectationOfThePaper) {
  const Purchases4 p = {.243, 4.414, .793, 2.426};
  EXPECT_NEAR(expected_purchases(PurchaseModel::kBgNbd, p, {2, 30.43, 38.86}, 39), 1.226, 1e-3);
  // 1 / (1 + a / (b + x − 1) ((α + T) / (α + t))^(r + x)), worked with the printed parameters.
  EXPECT_NEAR(probability_alive(PurchaseModel::kBgNbd, p, {2, 30.43, 38.86}), 0.7266, 1e-4);
}

// ---- a second way

struct Case {
  Purchases4 p;
  History h;
};
std::vector<Case> cases(uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> log_shape(-2.5, 2.5), part(0, 1);
  std::vector<Case> all;
  for (int i = 0; i < count; ++i) {
    Case c{.p = {std::exp(log_shape(random)), 5 * std::exp(log_shape(random)),
                 std::exp(log_shape(random)), 2 * std::exp(log_shape(random))},
           .h = {.repeats = static_cast<double>(random() % 12), .seen = 60 * part(random)}};
    if (c.h.repeats > 0) c.h.last = c.h.seen * part(random);
    all.push_back(c);
  }
  all.push_back({{.5, 5, 1, 2}, {3, 10, 20}});         // a = 1: the removable pole
  all.push_back({{.5, 5, .4, .6}, {0, 0, 20}});        // a + b = 1: the other one
  all.push_back({{.5, 5, 1, 5}, {3, 20, 20}});         // alpha = beta
  all.push_back({{.5, 1e-3, .7, 40}, {2, 1e-4, 60}});  // far apart
  all.push_back({{.5, 200, .7, 1e-3}, {0, 0, 60}});
  all.push_back({{2, 5, .7, 9}, {1000, 9'900, 10'000}});
  return all;
}

double integral(const std::function<double(double)>& f, double from, double to) {
  if (to <= from) return 0;
  return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(f, from, to, 20, 1e-12);
}

// log of Gamma(r+x)/Gamma(r) alpha^r beta^s (g(T) + s times the integral of the density of
// leaving), relative to g(last) so that nothing underflows.
double pareto_by_integration(const Purchases4& p, const History& h) {
  const auto [r, alpha, s, beta] = p;
  auto log_g = [&](double t) {
    return -(r + h.repeats) * std::log(alpha + t) - s * std::log(beta + t);
  };
  const double top = log_g(h.last);
  const double left =
      integral([&](double t) { return std::exp(log_g(t) - top) * s / (beta + t); }, h.last, h.seen);
  return std::lgamma(r + h.repeats) - std::lgamma(r) + r * std::log(alpha) + s * std::log(beta) +
         top + std::log(std::exp(log_g(h.seen) - top) + left);
}

TEST(Purchases, ParetoLikelihoodIsTheIntegral) {
  auto all = cases(1, 300);
  all.push_back({{.8, 10, .002, 1e5}, {4, 30, 50}});  // nobody leaves: the arguments come near to 1
  all.push_back({{300, 1e5, .9, 2}, {0, 0, 50}});     // all at the same rate
  for (const Case& c : all) {
    const double fast =
        log_likelihood(PurchaseModel::kParetoNbd, c.p, *group_histories(std::array{c.h}));
    const double slow = pareto_by_integration(c.p, c.h);
    EXPECT_NEAR(fast, slow, 1e-11 * (1 + std::abs(slow)))
        << c.p[0] << " " << c.p[1] << " " << c.p[2] << " " << c.p[3] << " x " << c.h.repeats;
  }
}

TEST(Purchases, ExpectedOfGeometricIsTheIntegral) {
  boost::math::quadrature::tanh_sinh<double> quadrature;
  for (const Case& c : cases(2, 200)) {
    const auto [r, alpha, a, b] = c.p;
    const double shape = r + c.h.repeats, scale = alpha + c.h.seen, later = b + c.h.repeats;
    for (double ahead : {0.01, 4.0, 52.0, 520.0}) {
      // Both ends by their own substitution, which takes the singular weights away.
      auto inner = [&](double q) {
        return q < 1e-12 ? shape * ahead / scale
                         : -std::expm1(-shape * std::log1p(q * ahead / scale)) / q;
      };
      auto low = [&](double u) {
        const double q = std::pow(u, 1 / a);
        return inner(q) * std::pow(1 - q, later - 1) / a;
      };
      auto high = [&](double u) {
        const double stay = std::pow(u, 1 / later);
        return inner(1 - stay) * std::pow(1 - stay, a - 1) / later;
      };
      const double slow = (quadrature.integrate(low, 0.0, std::pow(0.5, a)) +
                           quadrature.integrate(high, 0.0, std::pow(0.5, later))) /
                          boost::math::beta(a, later);
      EXPECT_NEAR(expected_geometric(shape, scale, a, later, ahead), slow, 1e-7 * (1e-6 + slow))
          << r << " " << alpha << " " << a << " " << b << " x " << c.h.repeats << " t " << ahead;
    }
  }
}

TEST(Purchases, GradientsAreDifferences) {
  auto grouped = *group_histories(std::vector<History>{
      {0, 0, 30, 20}, {1, 3, 30}, {4, 20, 35}, {7, 36, 36}, {2, 30.43, 38.86, 3}, {40, 30, 31}});
  for (PurchaseModel model : kPurchaseModels) {
    for (const Case& c : cases(3, 20)) {
      Parameters4 duals;
      for (int i = 0; i < 4; ++i)
        duals[static_cast<size_t>(i)] =
            exp(Dual4::variable(std::log(c.p[static_cast<size_t>(i)]), i));
      Dual4 exact = model == PurchaseModel::kBgNbd    ? bg_nbd(duals, grouped)
                    : model == PurchaseModel::kMbgNbd ? mbg_nbd(duals, grouped)
                                                      : pareto_nbd(duals, grouped);
      for (size_t i = 0; i < 4; ++i) {
        auto up = c.p, down = c.p;
        up[i] *= std::exp(1e-5);
        down[i] *= std::exp(-1e-5);
        const double slope =
            (log_likelihood(model, up, grouped) - log_likelihood(model, down, grouped)) / 2e-5;
        EXPECT_NEAR(exact.d[i], slope, 1e-4 * (1 + std::abs(slope))) << model_name(model) << i;
      }
    }
  }
}

// Customers drawn from the model: the formulas must tell what happens to them.
struct Drawn {
  History seen;
  bool alive = true;
  double later = 0;  // purchases in the time ahead
};
Drawn draw(PurchaseModel model, const Purchases4& p, double seen, double ahead,
           std::mt19937_64& random) {
  auto gamma = [&](double shape, double rate) {
    return std::gamma_distribution<double>(shape, 1 / rate)(random);
  };
  const double rate = gamma(p[0], p[1]);
  const bool pareto = model == PurchaseModel::kParetoNbd;
  const double g = gamma(p[2], 1), leave = pareto ? 0 : g / (g + gamma(p[3], 1));
  double leaves_at =
      pareto ? std::exponential_distribution<double>(gamma(p[2], p[3]))(random) : INFINITY;
  std::uniform_real_distribution<double> part(0, 1);
  if (model == PurchaseModel::kMbgNbd && part(random) < leave) leaves_at = 0;
  Drawn d{.seen = {.seen = seen}};
  for (double t = 0;;) {
    t += std::exponential_distribution<double>(rate)(random);
    if (!(t < std::min(leaves_at, seen + ahead))) break;
    if (t <= seen) {
      ++d.seen.repeats;
      d.seen.last = t;
    } else {
      ++d.later;
    }
    if (!pareto && part(random) < leave) leaves_at = t;
  }
  d.alive = leaves_at > seen;
  return d;
}

TEST(Purchases, SimulationAgrees) {
  const std::array<Purchases4, 3> parameters = {
      {{.6, 6, .8, 2.5}, {.6, 6, .8, 2.5}, {.6, 10, .6, 12}}};
  constexpr int kPeople = 6'000;
  for (size_t m = 0; m < 3; ++m) {
    const PurchaseModel model = kPurchaseModels[m];
    std::mt19937_64 random(11);
    double alive = 0, told_alive = 0, later = 0, later_squared = 0, told_later = 0, in_seen = 0;
    std::vector<History> histories;
    for (int i = 0; i < kPeople; ++i) {
      Drawn d = draw(model, parameters[m], 30, 40, random);
      histories.push_back(d.seen);
      alive += d.alive;
      told_alive += probability_alive(model, parameters[m], d.seen);
      later += d.later;
      later_squared += d.later * d.later;
      told_later += expected_purchases(model, parameters[m], d.seen, 40);
      in_seen += d.seen.repeats;
    }
    EXPECT_NEAR(told_alive / kPeople, alive / kPeople, 0.03) << model_name(model);
    const double error = std::sqrt(later_squared) / kPeople;
    EXPECT_NEAR(told_later / kPeople, later / kPeople, 4.5 * error) << model_name(model);
    EXPECT_NEAR(expected_of_new(model, parameters[m], 30), in_seen / kPeople,
                0.1 * in_seen / kPeople);
    // And the fit finds its way back.
    Fit fit = fit_purchases(model, *group_histories(histories));
    EXPECT_EQ(fit.certainty, Certainty::kFound);
    for (size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(fit.parameters[i], parameters[m][i], 5 * fit.standard_errors[i].value())
          << model_name(model) << " " << i;
  }
}

TEST(Purchases, TakingSumsToTheParts) {
  const Taking4 p = {1.204, .75, .657, 2.783};
  // Everything that can happen in six periods: (taken, last) with the number of ways to it.
  double all = 0, taken = 0;
  for (int last = 0; last <= 6; ++last) {
    for (int x = last > 0; x <= last; ++x) {
      double ways = 1;
      for (int k = 0; k < x - 1; ++k) ways = ways * (last - 1 - k) / (k + 1);
      const Opportunities o{static_cast<double>(x), static_cast<double>(last), 6};
      const double chance = ways * std::exp(*log_likelihood(p, std::array{o}));
      all += chance;
      taken += chance * x;
    }
  }
  EXPECT_NEAR(all, 1, 1e-12);
  EXPECT_NEAR(expected_taken(p, {}, 6), taken, 1e-10);
  // Whoever took the last one may have left since.
  EXPECT_NEAR(probability_alive(p, {3, 6, 6}), (p[3] + 6) / (p[2] + p[3] + 6), 1e-12);
}

// ---- never nothing

void expect_usable(PurchaseModel model, const std::vector<History>& histories) {
  auto grouped = group_histories(histories);
  ASSERT_TRUE(grouped);
  Fit fit = fit_purchases(model, *grouped);
  EXPECT_TRUE(std::isfinite(fit.log_likelihood));
  for (double p : fit.parameters) EXPECT_TRUE(std::isfinite(p) && p > 0) << model_name(model);
  for (auto e : fit.standard_errors) EXPECT_TRUE(!e || std::isfinite(*e));
  for (const History& h : histories) {
    const double alive = probability_alive(model, four(fit), h);
    EXPECT_TRUE(alive >= 0 && alive <= 1) << alive;
    for (double ahead : {0.0, 1.0, 52.0, 10'000.0}) {
      const double later = expected_purchases(model, four(fit), h, ahead);
      EXPECT_TRUE(std::isfinite(later) && later >= 0) << model_name(model) << " " << later;
    }
  }
}

TEST(Purchases, FitsEndInNumbers) {
  std::mt19937_64 random(5);
  std::vector<History> wild;
  for (int i = 0; i < 200; ++i) {
    const double seen = static_cast<double>(random() % 10'000);
    const double x = seen > 0 ? static_cast<double>(random() % 1'000) : 0;
    wild.push_back({x, x > 0 ? seen * static_cast<double>(random() % 1'000) / 1'000 : 0, seen});
  }
  for (PurchaseModel model : kPurchaseModels) {
    expect_usable(model, {{0, 0, 10}, {0, 0, 20}, {0, 0, 30, 50}});  // nobody came back
    expect_usable(model, {{2, 5, 10}});                              // one customer
    expect_usable(model, {{0, 0, 0}});                               // bought just now
    expect_usable(model, {{1000, 9'990, 10'000}});
    expect_usable(model, {{1000, 10'000, 10'000}, {0, 0, 10'000, 3}});
    expect_usable(model, {{3, 10, 10, 500}});  // all alike
    expect_usable(model, {{5, 1e-6, 1e6}});
    expect_usable(model, wild);
  }
  for (const std::vector<Opportunities>& rows :
       {std::vector<Opportunities>{{0, 0, 6, 100}}, {{6, 6, 6}}, {{0, 0, 0}}, {{1, 1, 10'000}}}) {
    auto fit = fit_opportunities(rows);
    ASSERT_TRUE(fit);
    for (double p : fit->parameters) EXPECT_TRUE(std::isfinite(p) && p > 0);
    EXPECT_TRUE(std::isfinite(expected_taken(
        {fit->parameters[0], fit->parameters[1], fit->parameters[2], fit->parameters[3]}, rows[0],
        12)));
  }
  for (const std::vector<Spend>& rows :
       {std::vector<Spend>{{1, 10}}, {{5, 10, 100}}, {{1, 1e-6}, {1000, 1e9}}}) {
    auto fit = fit_spend(rows);
    ASSERT_TRUE(fit);
    for (double p : fit->parameters) EXPECT_TRUE(std::isfinite(p) && p > 0);
  }
}

TEST(Purchases, WhatIsNoHistoryIsRefused) {
  for (const History& h : {History{-1, 0, 1},
                           {1, 2, 1},
                           {0, 1, 2},
                           {0.5, 1, 2},
                           {1, NAN, 2},
                           {1, 1, INFINITY},
                           {1, -1, 2}}) {
    auto refused = group_histories(std::array{History{0, 0, 1}, h});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("history 2"), std::string::npos)
        << refused.error().message;
  }
  EXPECT_FALSE(group_histories({}));
  EXPECT_FALSE(group_histories(std::array{History{0, 0, 1, 0}}));
  EXPECT_FALSE(fit_spend({}));
  EXPECT_FALSE(fit_spend(std::array{Spend{1, -5}}));
  EXPECT_FALSE(fit_spend(std::array{Spend{0, 5}}));
  EXPECT_FALSE(fit_opportunities({}));
  EXPECT_FALSE(fit_opportunities(std::array{Opportunities{2, 1, 6}}));
  EXPECT_FALSE(fit_opportunities(std::array{Opportunities{1, 1, kMaxOpportunities + 1.0}}));
  EXPECT_TRUE(fit_opportunities(std::array{Opportunities{1, 1, kMaxOpportunities}}));
}

TEST(Purchases, EqualHistoriesAreOneRow) {
  auto histories = cdnow_histories();
  auto grouped = *group_histories(histories);
  EXPECT_LT(grouped.rows(), histories.size());
  EXPECT_EQ(grouped.customers, 2357);
  double one_by_one = 0;
  const Purchases4 p = {.3, 5, .8, 2};
  for (const History& h : histories)
    one_by_one += log_likelihood(PurchaseModel::kBgNbd, p, *group_histories(std::array{h}));
  EXPECT_NEAR(log_likelihood(PurchaseModel::kBgNbd, p, grouped), one_by_one, 1e-7);
}

}  // namespace
}  // namespace perennial::value
