// Holidays that move what is bought: fixed days, days by rule, and those of the Chinese calendar.
//
// Dates of the Chinese calendar from 2009 to 2036 are a table, as published by the Hong Kong
// Observatory (Gregorian–Lunar Calendar Conversion Table); outside of it those holidays are not
// known.
//
// Pure.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::value {

// "spring_festival", "dragon_boat", "mid_autumn", "labour_day", "june_18", "national_day",
// "singles_day", "black_friday", "christmas", "new_year", "valentine", "easter"
std::vector<std::string_view> holiday_names();
// The day of a holiday in a year, where it is known.
std::optional<std::chrono::year_month_day> holiday_in(std::string_view name, int year);
// Indices into holiday_names() of those whose day lies in the week that begins at `start`.
std::vector<size_t> holidays_of_week(Instant start, const Calendar& calendar);

}  // namespace perennial::value
