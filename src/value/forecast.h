// Orders and revenue by week: what is to come, with intervals that were tried on the past. Pure
// functions of columns and instants.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "value/exponential_smoothing.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr int kMinForecastWeeks = 1, kMaxForecastWeeks = 26, kForecastWeeks = 12;
inline constexpr size_t kLeastWeeks = 26;   // of history, for a card to say something
inline constexpr size_t kMostWeeks = 520;   // the newest are taken
inline constexpr size_t kSeasonWeeks = 52;  // asked of two years and more
inline constexpr size_t kMostOrigins = 26;  // of the back-test
inline constexpr size_t kTestedAhead = 4;   // weeks from each origin
// A holiday is taken into account once it was seen in so many weeks and stands out so many standard
// errors of weeks without one; and only where the error of the back-test does not grow beyond this.
inline constexpr size_t kLeastSeen = 2;
inline constexpr double kStandsOut = 3, kWorstHolidays = 1.02;
inline constexpr std::array kLevels = {0.8, 0.95};
// An interval that held fewer than its share less this has not kept its word.
inline constexpr double kMostShort = 0.1;

enum class ForecastOf : uint8_t { kOrders, kRevenue, kUnits };
std::string_view forecast_name(ForecastOf what);  // "orders", "revenue", "units"
std::optional<ForecastOf> parse_forecast(std::string_view word);

struct Weeks {
  std::vector<Instant> start;  // of each whole week
  std::vector<double> value;   // orders, minor units with refunds taken off, or pieces of a product
};
// Whole weeks of the calendar from that of the first order to the last one before `now`. Orders
// without a customer count too.
Weeks weeks_of(const OrderBook& book, ForecastOf what, Instant now, const Calendar& calendar);

struct ForecastCard {
  size_t origins = 0, forecasts = 0;  // weeks the forecast was made in; weeks it was compared for
  double error = 0;                   // mean absolute error
  double naive_error = 0;             // of saying that the last week repeats
  std::array<double, kLevels.size()> held{};  // share of weeks inside the interval, later origins
  size_t held_of = 0;                         // weeks of the later origins
  std::vector<std::string> faults;
};
struct ForecastWeek {
  Instant start;
  double mean = 0;
  std::array<double, kLevels.size()> low{}, high{};
};
// What a holiday in a week adds on the scale of the model: the mean difference to the two weeks
// before and after without one, held back by one week without an effect.
struct HolidayEffect {
  size_t holiday = 0;  // of holiday_names()
  double effect = 0;
  size_t seen = 0;  // weeks of the past with it
};
struct Forecast {
  ForecastOf what = ForecastOf::kOrders;
  Weeks past;
  bool logarithms = false;         // errors are taken as shares: no week was without an order
  std::optional<Smoothing> model;  // none when the history is too short
  // Taken off the past and added to what is to come.
  std::vector<HolidayEffect> holidays;
  std::array<double, kLevels.size()> width{};  // deviations to each side, found in the back-test
  ForecastCard card;
  std::vector<ForecastWeek> weeks;
};
// Forecasts made at the newest origins of the past tell how many deviations an interval needs
// (conformal prediction: Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World, 2005):
// widths of the card come from the first half of the origins and are tried on the second, those of
// the forecast from all.
Forecast forecast(Weeks past, ForecastOf what, size_t weeks_ahead, const Calendar& calendar);
Json forecast_json(const Forecast& forecast, std::string_view currency);

}  // namespace perennial::value
