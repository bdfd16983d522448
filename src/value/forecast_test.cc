// Exponential smoothing against published fits and a slow twin; forecasts on series whose law is
// known, and on series that say nothing.
#include "value/forecast.h"

#include <cmath>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "value/holidays.h"

namespace perennial::value {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const Instant kNow = *parse_instant("2024-01-01T00:00:00Z");  // a Monday
const Calendar kCalendar{};

// The series `oil` from 1996 and `ausair` from 1990 of the R package fpp2 2.5 (examples of Hyndman
// & Athanasopoulos, Forecasting: Principles and Practice, 2nd edition, sections 7.1 and 7.2), and
// what the R package forecast 8.20 prints of them: summary(ses(oil, h = 5)), summary(holt(ausair, h
// = 5)).
const std::vector<double> kOil = {445.3641, 453.1950, 454.4096, 422.3789, 456.0371, 440.3866,
                                  425.1944, 486.2052, 500.4291, 521.2759, 508.9476, 488.8889,
                                  509.8706, 456.7229, 473.8166, 525.9509, 549.8338, 542.340};
const std::vector<double> kAir = {
    17.55340, 21.86010, 23.88660, 26.92930, 26.88850, 28.83140, 30.07510, 30.95350, 30.18570,
    31.57970, 32.57757, 33.47740, 39.02158, 41.38643, 41.59655, 44.65732, 46.95177, 48.72884,
    51.48843, 50.02697, 60.64091, 63.36031, 66.35527, 68.19795, 68.12324, 69.77935, 72.59770};

TEST(Smoothing, ALevelAsRFitsIt) {
  auto m = smooth(kOil, {});
  ASSERT_TRUE(m);
  EXPECT_NEAR(m->alpha, 0.8339, 5e-3);
  EXPECT_NEAR(m->first_level, 446.5868, 0.2);
  EXPECT_NEAR(std::sqrt(m->sum_of_squares / 18), 28.12234, 1e-4);  // RMSE
  EXPECT_NEAR(std::sqrt(m->variance), 29.8282, 1e-3);              // sigma
  const auto steps = ahead(*m, 5);
  for (const Ahead& step : steps) EXPECT_NEAR(step.mean, 542.6806, 0.02);
  // Half of R's 95 % interval.
  for (const auto& [h, half] : {std::pair(0, 601.1429 - 542.6806), {4, 656.3667 - 542.6806}})
    EXPECT_NEAR(1.959964 * steps[static_cast<size_t>(h)].deviation, half, 0.3);
}

TEST(Smoothing, ATrendAsRFitsIt) {
  auto m = smooth(kAir, {.trend = Trend::kStraight});
  ASSERT_TRUE(m);
  EXPECT_NEAR(m->alpha, 0.8302, 0.02);  // the sum of squares is flat there
  EXPECT_NEAR(m->beta, 1e-4, 1e-3);
  EXPECT_NEAR(m->first_level, 15.5715, 0.3);
  EXPECT_NEAR(m->first_slope, 2.1017, 0.02);
  // R stops its search where it is flat: ours may be lower, and not by much.
  const double rmse = std::sqrt(m->sum_of_squares / 27);
  EXPECT_LT(rmse, 2.182343 + 1e-4);
  EXPECT_GT(rmse, 2.182343 - 5e-3);
  const auto steps = ahead(*m, 5);
  const double r[] = {74.60130, 76.70304, 78.80478, 80.90652, 83.00826};
  for (size_t h = 0; h < 5; ++h) EXPECT_NEAR(steps[h].mean, r[h], 0.05);
}

// The variance of forecasts against what the model does when it is played on.
TEST(Smoothing, DeviationsAreThoseOfSimulation) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  Smoothing m{.form = {.trend = Trend::kDamped, .season = 4}};
  m.alpha = 0.3;
  m.beta = 0.1;
  m.phi = 0.9;
  m.gamma = 0.2;
  m.level = 100;
  m.slope = 2;
  m.season = {5, -5, 3, -3};
  m.variance = 4;
  const auto told = ahead(m, 8);
  std::vector<double> sum(8), squares(8);
  constexpr int kRuns = 40'000;
  for (int run = 0; run < kRuns; ++run) {
    double level = m.level, slope = m.slope;
    auto season = m.season;
    for (size_t h = 0; h < 8; ++h) {
      const double error = 2 * normal(random);
      const double y = level + m.phi * slope + season[h % 4] + error;
      level += m.phi * slope + m.alpha * error;
      slope = m.phi * slope + m.beta * error;
      season[h % 4] += m.gamma * error;
      sum[h] += y / kRuns;
      squares[h] += y * y / kRuns;
    }
  }
  for (size_t h = 0; h < 8; ++h) {
    EXPECT_NEAR(told[h].mean, sum[h], 0.08) << h;
    EXPECT_NEAR(told[h].deviation, std::sqrt(squares[h] - sum[h] * sum[h]), 0.08) << h;
  }
}

TEST(Smoothing, FindsASeasonAndATrendThatAreThere) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  std::vector<double> y;
  for (int i = 0; i < 120; ++i)
    y.push_back(50 + i + 10 * std::sin(2 * M_PI * i / 12) + normal(random));
  auto m = smooth_best(y, 12);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->form.season, 12u);
  EXPECT_NE(m->form.trend, Trend::kNone);
  const auto steps = ahead(*m, 12);
  for (size_t h = 0; h < 12; ++h) {
    const auto i = static_cast<double>(120 + h);
    EXPECT_NEAR(steps[h].mean, 50 + i + 10 * std::sin(2 * M_PI * i / 12), 4) << h;
  }
}

TEST(Smoothing, AlwaysEndsInNumbers) {
  EXPECT_FALSE(smooth(std::vector<double>(kMinSteps - 1, 1.0), {}));
  EXPECT_FALSE(smooth(std::vector<double>(24, 1.0), {.season = 12}));
  std::vector<double> spike(30, 0.0), steep;
  spike[15] = 1e12;
  for (int i = 0; i < 30; ++i) steep.push_back(std::pow(2.0, i));
  for (const auto& y :
       {std::vector<double>(kMinSteps, 0.0), std::vector<double>(40, 7.5), spike, steep}) {
    auto m = smooth_best(y, 12);
    ASSERT_TRUE(m);
    for (const Ahead& step : ahead(*m, 26)) {
      EXPECT_TRUE(std::isfinite(step.mean) && std::isfinite(step.deviation));
      EXPECT_GE(step.deviation, 0);
    }
  }
}

// ---- weeks

OrderBook book_of(const std::vector<std::tuple<double, int64_t>>& rows) {
  OrderBook b;
  for (const auto& [day, amount] : rows) {
    b.person.push_back(1);
    b.at_ms.push_back(to_millis(kNow) + static_cast<int64_t>(day * 86'400'000));
    b.amount_minor.push_back(amount);
    b.refund.push_back(amount < 0);
  }
  return b;
}

TEST(Weeks, ByHand) {
  // Monday to Monday; the first week began before the first order and is left out, the week of now
  // too.
  const auto book =
      book_of({{-24, 100}, {-21, 200}, {-20.5, 300}, {-13, -50}, {-7, 400}, {0, 500}});
  const auto orders = weeks_of(book, ForecastOf::kOrders, kNow + std::chrono::hours(5), kCalendar);
  EXPECT_THAT(orders.value, ElementsAre(2, 0, 1));
  EXPECT_EQ(orders.start.front(), kNow - std::chrono::days(21));
  EXPECT_THAT(weeks_of(book, ForecastOf::kRevenue, kNow, kCalendar).value,
              ElementsAre(500, -50, 400));
  EXPECT_THAT(weeks_of({}, ForecastOf::kOrders, kNow, kCalendar).value, IsEmpty());
  EXPECT_THAT(weeks_of(book_of({{9, 100}}), ForecastOf::kOrders, kNow, kCalendar).value,
              IsEmpty());  // in the future
}

Weeks made_up(uint64_t seed, size_t n) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Weeks weeks;
  double level = std::log(200);
  for (size_t i = 0; i < n; ++i) {
    weeks.start.push_back(kNow +
                          std::chrono::days(7 * (static_cast<int>(i) - static_cast<int>(n))));
    level += 0.05 * normal(random);
    weeks.value.push_back(std::round(std::exp(level + 0.15 * normal(random))));
  }
  return weeks;
}

TEST(Forecast, IntervalsHoldWhatTheyClaim) {
  // Each series goes on for the weeks that were forecast; over many of them the shares must agree.
  std::array<double, 2> held{};
  double of = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Weeks all = made_up(seed, 104);
    Weeks known = all;
    known.start.resize(100);
    known.value.resize(100);
    const Forecast f = forecast(known, ForecastOf::kOrders, 4, kCalendar);
    ASSERT_EQ(f.weeks.size(), 4u);
    for (size_t h = 0; h < 4; ++h) {
      ++of;
      for (size_t l = 0; l < 2; ++l)
        held[l] +=
            all.value[100 + h] >= f.weeks[h].low[l] && all.value[100 + h] <= f.weeks[h].high[l];
    }
  }
  EXPECT_NEAR(held[0] / of, 0.8, 0.1);
  EXPECT_NEAR(held[1] / of, 0.95, 0.05);
}

TEST(Forecast, TheCardComparesWithTheNaiveForecast) {
  const Forecast f = forecast(made_up(7, 104), ForecastOf::kOrders, 12, kCalendar);
  EXPECT_EQ(f.card.origins, kMostOrigins);
  EXPECT_EQ(f.card.forecasts, kMostOrigins * kTestedAhead);
  EXPECT_EQ(f.card.held_of, kMostOrigins / 2 * kTestedAhead);
  EXPECT_GT(f.card.error, 0);
  EXPECT_LT(f.card.error, f.card.naive_error);
  EXPECT_TRUE(f.logarithms);
  EXPECT_EQ(f.weeks.front().start, kNow);
  for (const ForecastWeek& w : f.weeks) {
    EXPECT_TRUE(w.low[1] <= w.low[0] && w.low[0] <= w.mean && w.mean <= w.high[0] &&
                w.high[0] <= w.high[1]);
    EXPECT_GE(w.low[1], 0);
  }
  // Shares of the value, because errors are.
  EXPECT_GE(f.weeks.back().high[0] / f.weeks.back().low[0],
            f.weeks.front().high[0] / f.weeks.front().low[0]);
}

TEST(Forecast, SaysWhatItCannotSay) {
  for (size_t n : {size_t{0}, size_t{1}, kMinSteps - 1, kMinSteps, kLeastWeeks - 1}) {
    const Forecast f = forecast(made_up(3, n), ForecastOf::kOrders, 8, kCalendar);
    EXPECT_THAT(f.card.faults, Contains("too_short")) << n;
    EXPECT_EQ(f.model.has_value(), n >= kMinSteps);
    EXPECT_NO_THROW(to_text(forecast_json(f, "CNY")));
    EXPECT_EQ(to_text(forecast_json(f, "CNY")).find("null,\"low"), std::string::npos);
  }
  EXPECT_THAT(forecast(made_up(3, kLeastWeeks), ForecastOf::kOrders, 8, kCalendar).card.faults,
              Not(Contains("too_short")));
}

TEST(Forecast, WeeksWithoutOrdersAndMoreGivenBackThanPaid) {
  Weeks quiet = made_up(4, 60);
  for (size_t i = 0; i < 60; i += 3) quiet.value[i] = 0;
  const Forecast f = forecast(quiet, ForecastOf::kOrders, 12, kCalendar);
  EXPECT_FALSE(f.logarithms);
  for (const ForecastWeek& w : f.weeks) EXPECT_GE(w.low[1], 0);
  Weeks losing = made_up(4, 60);
  for (double& v : losing.value) v = -v;
  EXPECT_LT(forecast(losing, ForecastOf::kRevenue, 4, kCalendar).weeks.front().mean, 0);
}

// ---- holidays

std::chrono::year_month_day day(int year, unsigned month, unsigned of) {
  return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(of)};
}

TEST(Holidays, DatesAsPublished) {
  EXPECT_EQ(holiday_in("spring_festival", 2024), day(2024, 2, 10));
  EXPECT_EQ(holiday_in("spring_festival", 2030), day(2030, 2, 3));
  EXPECT_EQ(holiday_in("dragon_boat", 2025), day(2025, 5, 31));
  EXPECT_EQ(holiday_in("mid_autumn", 2020), day(2020, 10, 1));
  EXPECT_EQ(holiday_in("easter", 2024), day(2024, 3, 31));
  EXPECT_EQ(holiday_in("easter", 2025), day(2025, 4, 20));
  EXPECT_EQ(holiday_in("easter", 2011), day(2011, 4, 24));
  EXPECT_EQ(holiday_in("black_friday", 2023), day(2023, 11, 24));
  EXPECT_FALSE(holiday_in("spring_festival", 2037));
  EXPECT_FALSE(holiday_in("spring_festival", 2008));
  for (int year = 2009; year <= 2036; ++year) {
    for (const auto name : holiday_names()) {
      const auto found = holiday_in(name, year);
      ASSERT_TRUE(found && found->ok()) << name << year;
      EXPECT_EQ(static_cast<int>(found->year()), year);
    }
  }
}

TEST(Holidays, OfAWeekInTheWorkspacesZone) {
  Calendar calendar{.zone = *Zone::named("Asia/Shanghai")};
  const auto names = [&](std::string_view at) {
    std::vector<std::string_view> found;
    for (const size_t k :
         holidays_of_week(calendar.start_of(Period::kWeek, *parse_instant(at)), calendar))
      found.push_back(holiday_names()[k]);
    return found;
  };
  EXPECT_THAT(names("2024-02-12T00:00:00+08:00"), ::testing::ElementsAre("valentine"));
  EXPECT_THAT(names("2024-02-11T23:59:00+08:00"), ::testing::ElementsAre("spring_festival"));
  EXPECT_THAT(names("2024-12-31T12:00:00+08:00"), ::testing::ElementsAre("new_year"));
  EXPECT_THAT(names("2024-03-06T12:00:00+08:00"), ::testing::IsEmpty());
}

// A level of 1,000 with noise; orders halve in the week of the Spring Festival.
Weeks with_festival(bool halves) {
  const Calendar calendar;
  std::mt19937_64 random(6);
  std::normal_distribution<double> noise(0, 0.03);
  Weeks weeks;
  Instant start = calendar.start_of(Period::kWeek, *parse_instant("2018-01-10T00:00:00Z"));
  for (int w = 0; w < 365; ++w) {
    weeks.start.push_back(start);
    const auto holidays = holidays_of_week(start, calendar);
    const bool festival = std::ranges::any_of(
        holidays, [](size_t k) { return holiday_names()[k] == "spring_festival"; });
    weeks.value.push_back(1'000 * std::exp(noise(random)) * (festival && halves ? 0.5 : 1));
    start = calendar.advance(Period::kWeek, start, 1);
  }
  return weeks;  // up to the first week of 2025
}

TEST(Holidays, AreTakenIntoTheForecastWhereTheyHelp) {
  const Forecast f = forecast(with_festival(true), ForecastOf::kOrders, 8, {});
  ASSERT_EQ(f.holidays.size(), 1u);
  EXPECT_EQ(holiday_names()[f.holidays[0].holiday], "spring_festival");
  EXPECT_EQ(f.holidays[0].seen, 5u);  // in two years it shares its week with Valentine's Day
  double low = 1e9, high = 0;
  const Calendar calendar;
  for (const ForecastWeek& week : f.weeks) {
    const auto holidays = holidays_of_week(week.start, calendar);
    const bool festival = std::ranges::any_of(
        holidays, [](size_t k) { return holiday_names()[k] == "spring_festival"; });
    if (festival) low = std::min(low, week.mean);
    if (!festival) high = std::max(high, week.mean);
  }
  EXPECT_LT(low, 650);  // held back by one week without an effect
  EXPECT_GT(high, 900);
  const Json json = forecast_json(f, "CNY");
  EXPECT_FALSE(json["holidays"].empty());
  EXPECT_EQ(to_text(json).find("nan"), std::string::npos);
}

TEST(Holidays, AreLeftOutWhereWeeksWithThemAreLikeOthers) {
  const Forecast f = forecast(with_festival(false), ForecastOf::kOrders, 8, {});
  EXPECT_TRUE(f.holidays.empty());
  for (const ForecastWeek& week : f.weeks) EXPECT_NEAR(week.mean, 1'000, 60);
}

}  // namespace
}  // namespace perennial::value
