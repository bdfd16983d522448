// One pass over a series for given constants is a few multiplications a step. The constants are
// searched by Nelder and Mead's simplex on unbounded numbers, each mapped into its interval, so
// that every point that is tried is a model. First values of the season come from a classical
// decomposition: 52 more unknowns would find anything in two years of weeks.
#include "value/exponential_smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace perennial::value {
namespace {

constexpr int kMostTries = 700;
constexpr double kLeastConstant = 1e-4, kMostConstant = 0.9999;
constexpr double kLeastDamping = 0.8, kMostDamping = 0.98;  // as the book recommends

double into(double x, double low, double high) { return low + (high - low) / (1 + std::exp(-x)); }
double out_of(double y, double low, double high) {
  const double part = std::clamp((y - low) / (high - low), 1e-6, 1 - 1e-6);
  return std::log(part / (1 - part));
}

// What does not change while constants are tried.
struct Start {
  double level = 0, slope = 0, scale = 1;
  std::vector<double> season;
};

Start start_of(std::span<const double> y, size_t season) {
  Start start;
  std::vector<double> rest(y.begin(), y.end());
  if (season > 0) {
    // Means of a whole season around each step are free of it; what is left over is.
    start.season.assign(season, 0);
    std::vector<double> counted(season, 0);
    const size_t half = season / 2;
    for (size_t i = half; i + half < y.size(); ++i) {
      double mean = 0;
      for (size_t k = i - half; k <= i + half; ++k) {
        const bool edge = season % 2 == 0 && (k == i - half || k == i + half);
        mean += (edge ? 0.5 : 1) * y[k] / static_cast<double>(season);
      }
      start.season[i % season] += y[i] - mean;
      counted[i % season] += 1;
    }
    for (size_t s = 0; s < season; ++s) start.season[s] /= std::max(1.0, counted[s]);
    const double centre =
        std::reduce(start.season.begin(), start.season.end(), 0.0) / static_cast<double>(season);
    for (double& s : start.season) s -= centre;
    for (size_t i = 0; i < rest.size(); ++i) rest[i] -= start.season[i % season];
  }
  // A straight line through the first steps.
  const size_t n = std::min<size_t>(rest.size(), 10);
  const double middle = static_cast<double>(n - 1) / 2;
  double mean = 0, top = 0, bottom = 0;
  for (size_t i = 0; i < n; ++i) mean += rest[i] / static_cast<double>(n);
  for (size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(i) - middle;
    top += x * (rest[i] - mean);
    bottom += x * x;
  }
  start.slope = top / bottom;
  start.level = mean - start.slope * (middle + 1);  // a step before the first
  for (size_t i = 1; i < y.size(); ++i)
    start.scale += std::abs(y[i] - y[i - 1]) / static_cast<double>(y.size());
  return start;
}

// Runs the model over the series; its states end as those after it.
double run(std::span<const double> y, Smoothing& m) {
  double sum = 0;
  size_t at = 0;
  for (double value : y) {
    const double damped = m.phi * m.slope;
    const double before = m.level + damped;
    const double error = value - before - (m.season.empty() ? 0 : m.season[at]);
    sum += error * error;
    m.level = before + m.alpha * error;
    m.slope = damped + m.beta * error;
    if (!m.season.empty()) {
      m.season[at] += m.gamma * error;
      at = (at + 1) % m.season.size();
    }
  }
  std::rotate(m.season.begin(), m.season.begin() + static_cast<std::ptrdiff_t>(at), m.season.end());
  return sum;
}

size_t unknowns(Form form) {
  return 2 + (form.trend != Trend::kNone ? 2 : 0) + (form.trend == Trend::kDamped ? 1 : 0) +
         (form.season > 0 ? 1 : 0);
}

// beta lies below alpha and gamma below 1 - alpha: the usual region of the constants.
Smoothing model_of(const std::vector<double>& x, Form form, const Start& start) {
  Smoothing m{.form = form};
  size_t next = 0;
  m.alpha = into(x[next++], kLeastConstant, kMostConstant);
  m.level = start.level + x[next++] * start.scale;
  if (form.trend != Trend::kNone) {
    m.beta = m.alpha * into(x[next++], kLeastConstant, kMostConstant);
    m.slope = start.slope + x[next++] * start.scale / 10;
  } else {
    m.level += start.slope;  // the line's first step
  }
  if (form.trend == Trend::kDamped) m.phi = into(x[next++], kLeastDamping, kMostDamping);
  if (form.season > 0) m.gamma = (1 - m.alpha) * into(x[next], kLeastConstant, kMostConstant);
  m.season = form.season > 0 ? start.season : std::vector<double>();
  m.first_level = m.level;
  m.first_slope = m.slope;
  return m;
}

// Nelder & Mead, A Simplex Method for Function Minimization, The Computer Journal 7, 1965.
template <class Of>
std::vector<double> least(Of of, std::vector<double> from) {
  const size_t n = from.size();
  std::vector<std::pair<double, std::vector<double>>> corner = {{of(from), from}};
  for (size_t i = 0; i < n; ++i) {
    auto moved = from;
    moved[i] += 1;
    corner.emplace_back(of(moved), moved);
  }
  for (int tries = 0; tries < kMostTries; ++tries) {
    std::ranges::sort(corner, {}, [](const auto& c) { return c.first; });
    if (corner[n].first - corner[0].first <= 1e-10 * std::abs(corner[0].first)) break;
    std::vector<double> centre(n, 0);
    for (size_t k = 0; k < n; ++k) {
      for (size_t i = 0; i < n; ++i) centre[i] += corner[k].second[i] / static_cast<double>(n);
    }
    auto along = [&](double how_far) {
      auto point = centre;
      for (size_t i = 0; i < n; ++i) point[i] += how_far * (corner[n].second[i] - centre[i]);
      return std::pair(of(point), point);
    };
    auto mirrored = along(-1);
    if (mirrored.first < corner[0].first) {
      auto further = along(-2);
      corner[n] = further.first < mirrored.first ? further : mirrored;
    } else if (mirrored.first < corner[n - 1].first) {
      corner[n] = mirrored;
    } else if (auto nearer = along(mirrored.first < corner[n].first ? -0.5 : 0.5);
               nearer.first < std::min(mirrored.first, corner[n].first)) {
      corner[n] = nearer;
    } else {
      for (size_t k = 1; k <= n; ++k) {
        for (size_t i = 0; i < n; ++i)
          corner[k].second[i] = (corner[k].second[i] + corner[0].second[i]) / 2;
        corner[k].first = of(corner[k].second);
      }
    }
  }
  return std::ranges::min_element(corner, {}, [](const auto& c) { return c.first; })->second;
}

}  // namespace

std::string_view form_name(Form form) {
  constexpr std::array<std::array<std::string_view, 2>, 3> kNames = {
      {{"ANN", "ANA"}, {"AAN", "AAA"}, {"AAdN", "AAdA"}}};
  return kNames[static_cast<size_t>(form.trend)][form.season > 0];
}

std::optional<Smoothing> smooth(std::span<const double> series, Form form) {
  const size_t n = series.size();
  if (n < kMinSteps || (form.season > 0 && n < 2 * form.season + 1)) return std::nullopt;
  const Start start = start_of(series, form.season);
  auto squares = [&](const std::vector<double>& x) {
    Smoothing m = model_of(x, form, start);
    const double sum = run(series, m);
    // A first level or slope far from the data is no better for a smaller sum.
    return std::isfinite(sum) ? sum : std::numeric_limits<double>::max();
  };
  std::vector<double> best;
  double lowest = std::numeric_limits<double>::infinity();
  for (double alpha : {0.1, 0.5, 0.9}) {
    std::vector<double> x(unknowns(form), 0);
    x[0] = out_of(alpha, kLeastConstant, kMostConstant);
    if (form.trend != Trend::kNone) x[2] = out_of(0.1, kLeastConstant, kMostConstant);
    if (form.season > 0) x.back() = out_of(0.1, kLeastConstant, kMostConstant);
    auto found = least(squares, least(squares, x));
    if (const double sum = squares(found); sum < lowest) {
      lowest = sum;
      best = std::move(found);
    }
  }
  Smoothing m = model_of(best, form, start);
  m.sum_of_squares = run(series, m);
  // The season's first values were taken from the series too.
  const size_t known = unknowns(form) + (form.season > 0 ? form.season - 1 : 0) + 1;
  const auto count = static_cast<double>(n), k = static_cast<double>(known);
  m.variance = m.sum_of_squares / std::max(1.0, count - k + 1);
  // A tiny sum stands for "no error at all", whose logarithm has no end.
  const double tiny = 1e-12 * start.scale * start.scale * count;
  m.aicc = count * std::log(std::max(m.sum_of_squares, tiny) / count) + 2 * k +
           2 * k * (k + 1) / std::max(1.0, count - k - 1);
  return m;
}

std::optional<Smoothing> smooth_best(std::span<const double> series, size_t season) {
  std::optional<Smoothing> best;
  std::vector<size_t> lengths = {0};
  if (season > 0) lengths.push_back(season);
  for (size_t length : lengths) {
    for (Trend trend : {Trend::kNone, Trend::kStraight, Trend::kDamped}) {
      auto tried = smooth(series, {.trend = trend, .season = length});
      if (tried && (!best || tried->aicc < best->aicc)) best = std::move(tried);
    }
  }
  return best;
}

std::vector<Ahead> ahead(const Smoothing& m, size_t steps) {
  std::vector<Ahead> all;
  double damping = 0, power = 1, spread = 1;  // phi + … + phi^h; phi^h; 1 + sum of c_j^2
  for (size_t h = 1; h <= steps; ++h) {
    if (h > 1) {
      const bool again = !m.season.empty() && (h - 1) % m.season.size() == 0;
      const double c = m.alpha + m.beta * damping + (again ? m.gamma : 0);
      spread += c * c;
    }
    power *= m.phi;
    damping += power;
    const double season = m.season.empty() ? 0 : m.season[(h - 1) % m.season.size()];
    all.push_back(
        {.mean = m.level + (m.form.trend == Trend::kNone ? 0 : damping * m.slope) + season,
         .deviation = std::sqrt(m.variance * spread)});
  }
  return all;
}

}  // namespace perennial::value
