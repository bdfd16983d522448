// L-BFGS (Nocedal 1980, as NLopt implements it) from each start, then Newton steps with a damping
// that grows until a step climbs (Levenberg-Marquardt). The Hessian is the central difference of
// exact gradients; its inverse gives the standard errors (delta method: the error of a parameter is
// the parameter times that of its logarithm).
#include "value/maximise.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include <Eigen/Dense>
#include <nlopt.hpp>

namespace perennial::value {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kClimbEvaluations = 60;
constexpr int kNewtonSteps = 30;
constexpr double kDifference = 1e-4;   // of logarithms, for the Hessian
constexpr double kFlat = 1e-9;         // gradient for each unit of weight that counts as zero
constexpr double kBorder = 1e-3;       // nearer to a border than this is at it
constexpr double kPriorDeviation = 2;  // of the logarithms
constexpr double kNowhere = -1e300;    // the value where there is none; nothing climbs from there
constexpr double kVagueError = 10;     // a standard error of a logarithm that says nothing

class Climber {
 public:
  Climber(const Search& search, bool held) : search_(search), held_(held) {}

  double at(const VectorXd& x, VectorXd& gradient) {
    ++evaluations;
    gradient.setZero(x.size());
    if (search_.stop.stop_requested()) return kNowhere;
    double value =
        search_.of({x.data(), static_cast<size_t>(x.size())}, {gradient.data(), size(gradient)});
    if (!std::isfinite(value) || !gradient.allFinite()) {
      gradient.setZero();
      return kNowhere;
    }
    if (held_) {
      for (Eigen::Index i = 0; i < x.size(); ++i) {
        double away = (x[i] - search_.starts[0][static_cast<size_t>(i)]) / kPriorDeviation;
        value -= away * away / 2;
        gradient[i] -= away / kPriorDeviation;
      }
    }
    return value;
  }

  VectorXd clamped(VectorXd x) const {
    for (Eigen::Index i = 0; i < x.size(); ++i)
      x[i] = std::clamp(x[i], search_.lower[static_cast<size_t>(i)],
                        search_.upper[static_cast<size_t>(i)]);
    return x;
  }

  // Keeps the best point seen, whatever the optimiser says in the end.
  void climb(const std::vector<double>& start) {
    VectorXd from = clamped(VectorXd::Map(start.data(), static_cast<Eigen::Index>(start.size())));
    VectorXd gradient;
    keep(from, at(from, gradient));
    nlopt::opt optimiser(nlopt::LD_LBFGS, static_cast<unsigned>(start.size()));
    optimiser.set_lower_bounds(search_.lower);
    optimiser.set_upper_bounds(search_.upper);
    optimiser.set_maxeval(kClimbEvaluations);
    optimiser.set_ftol_rel(1e-8);
    optimiser.set_max_objective(&Climber::step, this);
    std::vector<double> x(from.data(), from.data() + from.size());
    double value = 0;
    try {
      optimiser.optimize(x, value);
    } catch (const std::exception&) {
      // Rounding near the top ends some runs; what was best until then is kept.
    }
  }

  void polish() {
    double damping = 1e-6;
    VectorXd gradient, tried_gradient;
    for (int step = 0; step < kNewtonSteps; ++step) {
      best_value = at(best, gradient);
      if (free(gradient).cwiseAbs().maxCoeff() <= kFlat * search_.weight) return;
      const MatrixXd down = -hessian(best);
      bool climbed = false;
      for (int tries = 0; tries < 12 && !climbed; ++tries, damping *= 10) {
        MatrixXd damped = down;
        damped.diagonal() += damping * (down.diagonal().cwiseAbs().array() + 1e-6).matrix();
        Eigen::LDLT<MatrixXd> solver(damped);
        if (solver.info() != Eigen::Success || !solver.isPositive()) continue;
        VectorXd move = solver.solve(free(gradient));
        if (!move.allFinite()) continue;
        if (double longest = move.cwiseAbs().maxCoeff(); longest > 2) move *= 2 / longest;
        VectorXd next = clamped(best + move);
        double value = at(next, tried_gradient);
        climbed = value > best_value;
        if (climbed) keep(next, value);
      }
      if (!climbed) return;
      damping = std::max(damping / 1e4, 1e-9);
    }
  }

  MatrixXd hessian(const VectorXd& x) {
    const Eigen::Index n = x.size();
    MatrixXd h(n, n);
    VectorXd up, down;
    for (Eigen::Index i = 0; i < n; ++i) {
      VectorXd moved = x;
      moved[i] = x[i] + kDifference;
      at(moved, up);
      moved[i] = x[i] - kDifference;
      at(moved, down);
      h.col(i) = (up - down) / (2 * kDifference);
    }
    return (h + h.transpose()) / 2;
  }

  bool at_border() const {
    for (Eigen::Index i = 0; i < best.size(); ++i) {
      auto at = static_cast<size_t>(i);
      if (best[i] < search_.lower[at] + kBorder || best[i] > search_.upper[at] - kBorder)
        return true;
    }
    return false;
  }

  // Standard errors of the logarithms, where the curvature gives them.
  std::vector<std::optional<double>> errors() {
    std::vector<std::optional<double>> found(static_cast<size_t>(best.size()));
    Eigen::LDLT<MatrixXd> solver(-hessian(best));
    if (solver.info() != Eigen::Success || !solver.isPositive()) return found;
    MatrixXd covariance = solver.solve(MatrixXd::Identity(best.size(), best.size()));
    if (!covariance.allFinite()) return found;
    for (Eigen::Index i = 0; i < best.size(); ++i) {
      if (covariance(i, i) > 0) found[static_cast<size_t>(i)] = std::sqrt(covariance(i, i));
    }
    return found;
  }

  VectorXd best;
  double best_value = -INFINITY;
  int evaluations = 0;

 private:
  static size_t size(const VectorXd& x) { return static_cast<size_t>(x.size()); }
  void keep(const VectorXd& x, double value) {
    if (value > best_value || best.size() == 0) {
      best = x;
      best_value = value;
    }
  }
  // The gradient without what pushes against a border.
  VectorXd free(VectorXd gradient) const {
    for (Eigen::Index i = 0; i < gradient.size(); ++i) {
      auto at = static_cast<size_t>(i);
      if ((best[i] <= search_.lower[at] && gradient[i] < 0) ||
          (best[i] >= search_.upper[at] && gradient[i] > 0))
        gradient[i] = 0;
    }
    return gradient;
  }
  // Divided by the weight: the optimiser's tolerances know no scale.
  static double step(const std::vector<double>& x, std::vector<double>& gradient, void* self) {
    auto& climber = *static_cast<Climber*>(self);
    VectorXd at = VectorXd::Map(x.data(), static_cast<Eigen::Index>(x.size())), slope;
    double value = climber.at(at, slope);
    climber.keep(at, value);
    for (size_t i = 0; i < gradient.size(); ++i)
      gradient[i] = slope[static_cast<Eigen::Index>(i)] / climber.search_.weight;
    return value / climber.search_.weight;
  }

  const Search& search_;
  bool held_;
};

void run(Climber& climber, const Search& search) {
  for (const auto& start : search.starts) climber.climb(start);
  climber.polish();
}

bool vague(const std::vector<std::optional<double>>& errors) {
  return std::ranges::any_of(errors, [](auto e) { return !e || *e > kVagueError; });
}

}  // namespace

std::string_view certainty_name(Certainty certainty) {
  return certainty == Certainty::kFound ? "found" : "held";
}

Fit maximise(const Search& search) {
  Fit fit;
  Climber climber(search, false);
  run(climber, search);
  auto errors = climber.errors();
  fit.evaluations = climber.evaluations;
  if (climber.at_border() || vague(errors)) {
    Climber held(search, true);
    run(held, search);
    errors = held.errors();
    fit.certainty = Certainty::kHeld;
    fit.evaluations += held.evaluations;
    climber.best = held.best;
  }
  std::vector<double> gradient(search.lower.size());
  fit.log_likelihood = search.of({climber.best.data(), gradient.size()}, gradient);
  for (size_t i = 0; i < gradient.size(); ++i) {
    fit.parameters.push_back(std::exp(climber.best[static_cast<Eigen::Index>(i)]));
    fit.standard_errors.push_back(errors[i] ? std::optional(*errors[i] * fit.parameters.back())
                                            : std::nullopt);
  }
  return fit;
}

}  // namespace perennial::value
