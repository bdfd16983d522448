// Exponential smoothing of a weekly series with additive errors: level, trend (none, straight or
// damped) and season (none or additive), as innovations state space models.
//
//   Hyndman, Koehler, Ord & Snyder, Forecasting with Exponential Smoothing: The State Space
//   Approach, Springer 2008: equations of the models (table 2.1) and of the variance of forecasts
//   (table 6.2); Hyndman & Athanasopoulos, Forecasting: Principles and Practice, chapter 8
//   (otexts.com/fpp3).
//
// Why this and not regression on calendar terms: it needs no regressors that a shop does not have,
// follows a level that moves, and its variance is known. A season is only asked of a series that
// shows it twice. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace perennial::value {

enum class Trend : uint8_t { kNone, kStraight, kDamped };

struct Form {
  Trend trend = Trend::kNone;
  size_t season = 0;  // length in steps; 0: none
  bool operator==(const Form&) const = default;
};
// "ANN", "AAN", "AAdN", "ANA", "AAA", "AAdA": error, trend, season.
std::string_view form_name(Form form);

// Fewer steps than this give no model; a season needs twice its length besides.
inline constexpr size_t kMinSteps = 10;

struct Smoothing {
  Form form;
  double alpha = 0, beta = 0, phi = 1, gamma = 0;
  double level = 0, slope = 0;  // at the end of the series
  std::vector<double> season;   // of the next steps, in their order
  double variance = 0;          // of a one-step error, with the degrees of freedom taken off
  double first_level = 0, first_slope = 0;
  double sum_of_squares = 0;  // of one-step errors
  double aicc = 0;            // Akaike's criterion, corrected for short series
};

// Least squares over the smoothing constants and the first level and slope, from several starts
// (with additive errors that is maximum likelihood). Nothing when the series is too short for the
// form. Every number of the answer is finite for a finite series.
std::optional<Smoothing> smooth(std::span<const double> series, Form form);
// The form with the smallest AICc among those that the length allows.
std::optional<Smoothing> smooth_best(std::span<const double> series, size_t season);

struct Ahead {
  double mean = 0, deviation = 0;
};
// The next `steps` steps.
std::vector<Ahead> ahead(const Smoothing& model, size_t steps);

}  // namespace perennial::value
