#include "collect/dates.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace perennial::collect {
namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kDayMs = 24 * kHourMs;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes 1 to `most` digits; -1 if there is none.
int take_number(std::string_view& text, int most, int* digits = nullptr) {
  int value = 0;
  int count = 0;
  while (count < most && !text.empty() && is_digit(text.front())) {
    value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++count;
  }
  if (digits != nullptr) *digits = count;
  return count == 0 ? -1 : value;
}

bool take_text(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

bool take_separator(std::string_view& text, char& separator) {
  if (text.empty()) return false;
  char c = text.front();
  if (c != '-' && c != '/' && c != '.') return false;
  if (separator != 0 && c != separator) return false;
  separator = c;
  text.remove_prefix(1);
  return true;
}

struct Date {
  int year = 0, month = 0, day = 0;
};

std::optional<int64_t> days_of(Date date) {
  if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1) {
    return std::nullopt;
  }
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
  int last = kDays[static_cast<size_t>(date.month - 1)] + (date.month == 2 && leap ? 1 : 0);
  if (date.day > last) return std::nullopt;
  using namespace std::chrono;
  return sys_days(year(date.year) / date.month / date.day).time_since_epoch().count();
}

bool take_iso(std::string_view& text, Date& date) {
  int digits = 0;
  char separator = 0;
  date.year = take_number(text, 4, &digits);
  if (digits != 4) return false;
  if (take_text(text, "年")) {
    date.month = take_number(text, 2);
    if (!take_text(text, "月")) return false;
    date.day = take_number(text, 2);
    return take_text(text, "日");
  }
  if (!take_separator(text, separator)) return false;
  date.month = take_number(text, 2);
  if (!take_separator(text, separator)) return false;
  date.day = take_number(text, 2);
  return true;
}

bool take_year_last(std::string_view& text, Date& date, bool day_first) {
  char separator = 0;
  int digits = 0;
  int first = take_number(text, 2);
  if (first < 0 || !take_separator(text, separator)) return false;
  int second = take_number(text, 2);
  if (second < 0 || !take_separator(text, separator)) return false;
  date.year = take_number(text, 4, &digits);
  if (digits == 2) {
    date.year += date.year < 70 ? 2000 : 1900;
  } else if (digits != 4) {
    return false;
  }
  date.day = day_first ? first : second;
  date.month = day_first ? second : first;
  return true;
}

bool take_compact(std::string_view& text, Date& date) {
  int digits = 0;
  int number = take_number(text, 8, &digits);
  if (digits != 8) return false;
  date = {number / 10000, number / 100 % 100, number % 100};
  return true;
}

// "12:50", "12:50:00.125", "1:05 PM"; nothing is midnight.
bool take_time_of_day(std::string_view& text, int64_t& ms) {
  ms = 0;
  if (text.empty()) return true;
  if (text.front() != 'T' && text.front() != ' ') return false;
  text.remove_prefix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  int hour = take_number(text, 2);
  if (hour < 0 || !take_text(text, ":")) return false;
  int minute = take_number(text, 2);
  int second = 0;
  int64_t fraction = 0;
  if (minute < 0) return false;
  if (take_text(text, ":")) {
    second = take_number(text, 2);
    if (second < 0) return false;
    if (take_text(text, ".") || take_text(text, ",")) {
      int64_t unit = 100;
      while (!text.empty() && is_digit(text.front())) {
        fraction += (text.front() - '0') * unit;
        unit /= 10;
        text.remove_prefix(1);
      }
    }
  }
  std::string_view half = text;
  while (!half.empty() && half.front() == ' ') half.remove_prefix(1);
  if (half.size() >= 2 && (half[1] | 0x20) == 'm' &&
      ((half[0] | 0x20) == 'a' || (half[0] | 0x20) == 'p')) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + ((half[0] | 0x20) == 'p' ? 12 : 0);
    text = half.substr(2);
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  ms = ((hour * 60 + minute) * 60 + second) * int64_t{1000} + fraction;
  return true;
}

// "Z", "+08:00", "-0530", " UTC".
bool take_offset(std::string_view& text, int64_t& offset_ms) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (take_text(text, "Z") || take_text(text, "UTC")) {
    offset_ms = 0;
    return true;
  }
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
  int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  int digits = 0;
  int hours = take_number(text, 2, &digits);
  if (digits != 2 || hours > 14) return false;
  int minutes = 0;
  if (!text.empty()) {
    take_text(text, ":");
    minutes = take_number(text, 2, &digits);
    if (digits != 2 || minutes > 59) return false;
  }
  offset_ms = sign * (hours * kHourMs + minutes * int64_t{60'000});
  return true;
}

int64_t floor_to(int64_t value, int64_t unit) {
  int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

}  // namespace

DateReader::DateReader(std::string_view format, Zone zone)
    : order_(format == "dmy"        ? Order::kDayFirst
             : format == "mdy"      ? Order::kMonthFirst
             : format == "yyyymmdd" ? Order::kCompact
                                    : Order::kIso),
      zone_(zone) {}

// The zone's rules are asked once an hour of local time: where both ends of the hour have the same
// offset it holds in between.
Instant DateReader::to_instant(int64_t local_ms) {
  int64_t hour = floor_to(local_ms, kHourMs);
  auto offset_at = [&](int64_t local) {
    return local - to_millis(zone_.to_instant(std::chrono::local_time<Millis>(Millis(local))));
  };
  if (hour != cached_hour_) {
    int64_t first = offset_at(hour);
    if (first != offset_at(hour + kHourMs - 1)) return from_millis(local_ms - offset_at(local_ms));
    cached_hour_ = hour;
    cached_offset_ms_ = first;
  }
  return from_millis(local_ms - cached_offset_ms_);
}

std::optional<Instant> DateReader::read(std::string_view text) {
  Date date;
  bool found = false;
  switch (order_) {
    case Order::kIso:
      found = take_iso(text, date);
      break;
    case Order::kDayFirst:
    case Order::kMonthFirst:
      found = take_year_last(text, date, order_ == Order::kDayFirst);
      break;
    case Order::kCompact:
      found = take_compact(text, date);
      break;
  }
  int64_t time_ms = 0;
  if (!found || !take_time_of_day(text, time_ms)) return std::nullopt;
  auto days = days_of(date);
  if (!days) return std::nullopt;
  int64_t local_ms = *days * kDayMs + time_ms;
  if (text.empty()) return to_instant(local_ms);
  int64_t offset_ms = 0;
  if (!take_offset(text, offset_ms) || !text.empty()) return std::nullopt;
  return from_millis(local_ms - offset_ms);
}

DateGuess guess_date_format(std::span<const std::string_view> samples, double least_share) {
  constexpr std::array<std::string_view, 4> kFormats = {"iso", "yyyymmdd", "dmy", "mdy"};
  std::array<double, 4> read{};
  double filled = 0;
  for (size_t i = 0; i < kFormats.size(); ++i) {
    DateReader reader(kFormats[i], Zone::utc());
    filled = 0;
    for (std::string_view sample : samples) {
      std::string_view text = trim(sample);
      if (text.empty()) continue;
      ++filled;
      auto time = reader.read(text);
      // Eight digits are a date only if the year is a likely one.
      if (time && (kFormats[i] != "yyyymmdd" || (text >= "19000101" && text < "21000101"))) {
        ++read[i];
      }
    }
  }
  DateGuess guess;
  if (filled == 0) return guess;
  size_t best = static_cast<size_t>(std::max_element(read.begin(), read.end()) - read.begin());
  guess.share = read[best] / filled;
  if (guess.share < least_share) return guess;
  // A few bad cells must not decide between day and month first: the other has to fail clearly.
  guess.ambiguous = best >= 2 && std::min(read[2], read[3]) > 0.98 * read[best];
  if (!guess.ambiguous) guess.format = kFormats[best];
  return guess;
}

}  // namespace perennial::collect
