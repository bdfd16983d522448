#include "value/forecast.h"

#include <algorithm>
#include <cmath>

#include "value/holidays.h"

namespace perennial::value {
namespace {

struct Compared {
  double error = 0, naive_error = 0;
  double deviations = 0;  // the error on the scale of the model ÷ its deviation there
};

double onto(double value, bool logarithms) { return logarithms ? std::log(value) : value; }
double back(double value, bool logarithms) {
  // A forecast far outside of all numbers would be no number when taken back.
  return logarithms ? std::exp(std::min(value, 50.0)) : value;
}

std::vector<double> scaled(const Weeks& past, bool logarithms) {
  std::vector<double> y;
  for (double v : past.value) y.push_back(onto(v, logarithms));
  return y;
}

double deviation_of(const Ahead& step) { return std::max(step.deviation, 1e-9); }

using WeekHolidays = std::vector<std::vector<size_t>>;  // of each week, past and to come

// A week less the mean of the two before and the two after it that have no holiday.
std::optional<double> beside(std::span<const double> y, const WeekHolidays& holidays, size_t week) {
  double sum = 0, n = 0;
  for (const int by : {-2, -1, 1, 2}) {
    const auto near = static_cast<std::ptrdiff_t>(week) + by;
    if (near < 0 || near >= std::ssize(y) || !holidays[static_cast<size_t>(near)].empty()) continue;
    sum += y[static_cast<size_t>(near)];
    ++n;
  }
  if (n < 2) return std::nullopt;
  return y[week] - sum / n;
}

// Those that stand out of what weeks without a holiday do.
std::vector<HolidayEffect> effects_of(std::span<const double> y, const WeekHolidays& holidays) {
  std::vector<HolidayEffect> effects(holiday_names().size());
  double squares = 0, usual = 0;
  for (size_t w = 0; w < y.size(); ++w) {
    const auto more = beside(y, holidays, w);
    if (!more) continue;
    if (holidays[w].empty()) {
      squares += *more * *more;
      ++usual;
    }
    // Of a week with two of them it cannot be told which one moved it.
    if (holidays[w].size() != 1) continue;
    effects[holidays[w].front()].effect += *more;
    ++effects[holidays[w].front()].seen;
  }
  const double spread = usual > 0 ? std::sqrt(squares / usual) : INFINITY;
  for (size_t h = 0; h < effects.size(); ++h) {
    HolidayEffect& one = effects[h];
    const auto seen = static_cast<double>(one.seen);
    const bool clear =
        one.seen >= kLeastSeen && std::abs(one.effect) / std::sqrt(seen) > kStandsOut * spread;
    one = {
        .holiday = h, .effect = clear ? one.effect / (seen + 1) : 0, .seen = clear ? one.seen : 0};
  }
  return effects;
}

double effect_in(const std::vector<size_t>& week, const std::vector<HolidayEffect>& effects) {
  double sum = 0;
  for (const HolidayEffect& one : effects) {
    if (std::ranges::find(week, one.holiday) != week.end()) sum += one.effect;
  }
  return sum;
}

std::vector<double> without_holidays(std::span<const double> y, const WeekHolidays& holidays,
                                     const std::vector<HolidayEffect>& effects) {
  std::vector<double> rest(y.begin(), y.end());
  for (size_t w = 0; w < rest.size(); ++w) rest[w] -= effect_in(holidays[w], effects);
  return rest;
}

// One list an origin. The form is chosen once, on what came before the first origin. With holidays,
// their effects are those that were known at each origin.
std::vector<std::vector<Compared>> compare(const std::vector<double>& y, bool logarithms,
                                           size_t origins, const WeekHolidays* holidays) {
  std::vector<std::vector<Compared>> all;
  std::optional<Form> form;
  for (size_t k = 0; k < origins; ++k) {
    const size_t origin = y.size() - kTestedAhead - (origins - 1 - k);
    std::vector<HolidayEffect> effects;
    std::vector<double> known(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(origin));
    if (holidays != nullptr) {
      effects = effects_of(known, *holidays);
      known = without_holidays(known, *holidays, effects);
    }
    auto model = form ? smooth(known, *form) : smooth_best(known, kSeasonWeeks);
    if (!model) continue;
    form = model->form;
    auto steps = ahead(*model, kTestedAhead);
    auto& row = all.emplace_back();
    for (size_t h = 0; h < kTestedAhead; ++h) {
      if (holidays != nullptr) steps[h].mean += effect_in((*holidays)[origin + h], effects);
      const double actual = y[origin + h], last = y[origin - 1];
      auto off = [&](double told) {
        return std::abs(back(told, logarithms) - back(actual, logarithms));
      };
      row.push_back({.error = off(steps[h].mean),
                     .naive_error = off(last),
                     .deviations = std::abs(actual - steps[h].mean) / deviation_of(steps[h])});
    }
  }
  return all;
}

// The smallest width that holds the share `level` of what was seen, one more than seen among them
// so that a short list is not trusted beyond its length.
double width_of(std::vector<double> deviations, double level) {
  if (deviations.empty()) return level > 0.9 ? 1.96 : 1.28;
  std::ranges::sort(deviations);
  const auto rank =
      static_cast<size_t>(std::ceil(level * (static_cast<double>(deviations.size()) + 1)));
  return deviations[std::min(rank, deviations.size()) - 1];
}

std::vector<double> deviations_of(std::span<const std::vector<Compared>> origins) {
  std::vector<double> all;
  for (const auto& origin : origins) {
    for (const Compared& c : origin) all.push_back(c.deviations);
  }
  return all;
}

void judge(Forecast& f, const std::vector<std::vector<Compared>>& origins) {
  ForecastCard& card = f.card;
  card.origins = origins.size();
  for (const auto& origin : origins) {
    for (const Compared& c : origin) {
      ++card.forecasts;
      card.error += c.error;
      card.naive_error += c.naive_error;
    }
  }
  if (card.forecasts > 0) {
    card.error /= static_cast<double>(card.forecasts);
    card.naive_error /= static_cast<double>(card.forecasts);
  }
  const std::span all(origins);
  const auto learned = deviations_of(all.first(all.size() / 2));
  const auto tried = deviations_of(all.subspan(all.size() / 2));
  card.held_of = tried.size();
  for (size_t l = 0; l < kLevels.size(); ++l) {
    const double width = width_of(learned, kLevels[l]);
    const auto inside = std::ranges::count_if(tried, [&](double d) { return d <= width; });
    card.held[l] =
        tried.empty() ? 0 : static_cast<double>(inside) / static_cast<double>(tried.size());
    f.width[l] = width_of(deviations_of(all), kLevels[l]);
  }
  if (f.past.value.size() < kLeastWeeks) {
    card.faults = {"too_short"};
    return;
  }
  if (card.error > card.naive_error) card.faults.push_back("worse_than_naive");
  for (size_t l = 0; l < kLevels.size(); ++l) {
    if (card.held[l] < kLevels[l] - kMostShort) {
      card.faults.push_back("interval_off");
      break;
    }
  }
}

double mean_error(const std::vector<std::vector<Compared>>& origins) {
  double sum = 0, n = 0;
  for (const auto& origin : origins) {
    for (const Compared& c : origin) {
      sum += c.error;
      ++n;
    }
  }
  return n > 0 ? sum / n : 0;
}

// As many origins as leave three fifths of the weeks before the first.
size_t origins_of(size_t weeks) {
  const size_t kept = std::max(kMinSteps, weeks * 3 / 5);
  return weeks < kept + kTestedAhead ? 0 : std::min(kMostOrigins, weeks - kept - kTestedAhead + 1);
}

}  // namespace

std::string_view forecast_name(ForecastOf what) {
  if (what == ForecastOf::kUnits) return "units";
  return what == ForecastOf::kOrders ? "orders" : "revenue";
}
std::optional<ForecastOf> parse_forecast(std::string_view word) {
  for (ForecastOf what : {ForecastOf::kOrders, ForecastOf::kRevenue}) {
    if (word == forecast_name(what)) return what;
  }
  return std::nullopt;
}

Weeks weeks_of(const OrderBook& book, ForecastOf what, Instant now, const Calendar& calendar) {
  int64_t first = to_millis(now);
  for (size_t row = 0; row < book.rows(); ++row) {
    if (!book.refund[row]) first = std::min(first, book.at_ms[row]);
  }
  Weeks weeks;
  const Instant end = calendar.start_of(Period::kWeek, now);
  Instant start = calendar.start_of(Period::kWeek, from_millis(first));
  if (to_millis(start) < first) start = calendar.advance(Period::kWeek, start, 1);
  for (; start < end; start = calendar.advance(Period::kWeek, start, 1))
    weeks.start.push_back(start);
  if (weeks.start.size() > kMostWeeks)
    weeks.start.erase(weeks.start.begin(), weeks.start.end() - kMostWeeks);
  weeks.value.assign(weeks.start.size(), 0);
  for (size_t row = 0; row < book.rows(); ++row) {
    if (book.at_ms[row] >= to_millis(end)) continue;
    auto after = std::ranges::upper_bound(weeks.start, from_millis(book.at_ms[row]));
    if (after == weeks.start.begin()) continue;
    double& week = weeks.value[static_cast<size_t>(after - weeks.start.begin()) - 1];
    if (what == ForecastOf::kRevenue) {
      week += static_cast<double>(book.amount_minor[row]);
    } else {
      week += book.refund[row] ? 0 : 1;
    }
  }
  return weeks;
}

Forecast forecast(Weeks past, ForecastOf what, size_t weeks_ahead, const Calendar& calendar) {
  Forecast f{.what = what, .past = std::move(past)};
  f.logarithms =
      !f.past.value.empty() && std::ranges::all_of(f.past.value, [](double v) { return v > 0; });
  const auto y = scaled(f.past, f.logarithms);
  WeekHolidays holidays;
  for (const Instant start : f.past.start) holidays.push_back(holidays_of_week(start, calendar));
  const size_t origins = origins_of(y.size());
  auto tried = compare(y, f.logarithms, origins, nullptr);
  auto tried_with = compare(y, f.logarithms, origins, &holidays);
  if (mean_error(tried_with) <= kWorstHolidays * mean_error(tried)) {
    f.holidays = effects_of(y, holidays);
    std::erase_if(f.holidays, [](const HolidayEffect& one) { return one.seen == 0; });
    if (!f.holidays.empty()) tried = std::move(tried_with);
  }
  judge(f, tried);
  f.model = smooth_best(without_holidays(y, holidays, f.holidays), kSeasonWeeks);
  if (!f.model) return f;
  Instant start = f.past.start.back();
  for (Ahead step : ahead(*f.model, weeks_ahead)) {
    start = calendar.advance(Period::kWeek, start, 1);
    step.mean += effect_in(holidays_of_week(start, calendar), f.holidays);
    // Fewer than no orders cannot be; revenue can be below 0 where more is given back than paid.
    const double floor = what == ForecastOf::kRevenue ? -INFINITY : 0;
    ForecastWeek week{.start = start, .mean = std::max(floor, back(step.mean, f.logarithms))};
    for (size_t l = 0; l < kLevels.size(); ++l) {
      const double to_each_side = f.width[l] * deviation_of(step);
      week.low[l] = std::max(floor, back(step.mean - to_each_side, f.logarithms));
      week.high[l] = std::max(floor, back(step.mean + to_each_side, f.logarithms));
    }
    f.weeks.push_back(week);
  }
  return f;
}

Json forecast_json(const Forecast& f, std::string_view currency) {
  Json past = Json::array(), weeks = Json::array(), model = nullptr, holidays = Json::array();
  for (const HolidayEffect& one : f.holidays) {
    holidays.push_back({{"holiday", holiday_names()[one.holiday]},
                        {"effect", f.logarithms ? std::exp(one.effect) - 1 : one.effect},
                        {"seen", one.seen}});
  }
  for (size_t i = 0; i < f.past.start.size(); ++i)
    past.push_back({{"week", format_instant(f.past.start[i])}, {"value", f.past.value[i]}});
  for (const ForecastWeek& w : f.weeks)
    weeks.push_back({{"week", format_instant(w.start)},
                     {"value", w.mean},
                     {"low_80", w.low[0]},
                     {"high_80", w.high[0]},
                     {"low_95", w.low[1]},
                     {"high_95", w.high[1]}});
  if (f.model)
    model = {{"form", form_name(f.model->form)},
             {"logarithms", f.logarithms},
             {"alpha", f.model->alpha},
             {"beta", f.model->beta},
             {"phi", f.model->phi},
             {"gamma", f.model->gamma}};
  return {{"of", forecast_name(f.what)},
          {"currency", currency},
          {"past", std::move(past)},
          {"weeks", std::move(weeks)},
          {"model", std::move(model)},
          {"holidays", std::move(holidays)},
          {"card",
           {{"origins", f.card.origins},
            {"forecasts", f.card.forecasts},
            {"error", f.card.error},
            {"naive_error", f.card.naive_error},
            {"held_80", f.card.held[0]},
            {"held_95", f.card.held[1]},
            {"held_of", f.card.held_of},
            {"faults", f.card.faults}}}};
}

}  // namespace perennial::value
