#include "base/time.h"

#include <array>
#include <charconv>

#include <date/tz.h>
#include <fmt/format.h>

namespace perennial {
namespace {

using LocalMillis = date::local_time<Millis>;
using LocalDays = date::local_days;

LocalMillis ours_to_date(std::chrono::local_time<Millis> t) {
  return LocalMillis(t.time_since_epoch());
}

// The instant of a local time; skipped times give the instant of the change, doubled ones the
// earlier.
Instant resolve(const date::time_zone* zone, LocalMillis local) {
  auto info = zone->get_info(local);
  if (info.result == date::local_info::nonexistent) {
    return Instant(std::chrono::duration_cast<Millis>(info.first.end.time_since_epoch()));
  }
  return Instant(local.time_since_epoch() - info.first.offset);
}

LocalDays local_day(const date::time_zone* zone, Instant t) {
  return date::floor<date::days>(zone->to_local(t));
}

date::weekday first_weekday(WeekStart start) {
  switch (start) {
    case WeekStart::kMonday:
      return date::Monday;
    case WeekStart::kSunday:
      return date::Sunday;
    case WeekStart::kSaturday:
      return date::Saturday;
  }
  return date::Monday;
}

LocalDays start_day(Period period, WeekStart week_start, LocalDays day) {
  switch (period) {
    case Period::kDay:
      return day;
    case Period::kWeek:
      return day - (date::weekday(day) - first_weekday(week_start));
    case Period::kMonth: {
      date::year_month_day ymd(day);
      return LocalDays(ymd.year() / ymd.month() / 1);
    }
  }
  return day;
}

// Reads exactly `digits` digits at the front of `text`; -1 if they are not there.
int take_digits(std::string_view& text, size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || text[0] == '-') return -1;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

struct TimeOfDay {
  int hour = 0, minute = 0, second = 0, millis = 0;
};

// "hh:mm", "hh:mm:ss" or "hh:mm:ss.fraction".
bool take_time(std::string_view& text, TimeOfDay& time) {
  time.hour = take_digits(text, 2);
  if (time.hour < 0 || time.hour > 23 || !take(text, ':')) return false;
  time.minute = take_digits(text, 2);
  if (time.minute < 0 || time.minute > 59) return false;
  if (!take(text, ':')) return true;
  time.second = take_digits(text, 2);
  if (time.second < 0 || time.second > 60) return false;
  if (time.second == 60) time.second = 59;  // a leap second counts to the second before
  if (!take(text, '.') && !take(text, ',')) return true;
  int place = 100;
  size_t digits = 0;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits) {
    time.millis += (text[0] - '0') * place;
    place /= 10;
  }
  return digits >= 1 && digits <= 9;
}

// "Z", "+hh:mm", "+hhmm", "+hh"; fails if something else stands there.
bool take_offset(std::string_view& text, int& minutes) {
  minutes = 0;
  if (take(text, 'Z') || take(text, 'z')) return true;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = take_digits(text, 2);
  if (hours < 0 || hours > 18) return false;
  int rest = 0;
  if (take(text, ':') || !text.empty()) rest = take_digits(text, 2);
  if (rest < 0 || rest > 59) return false;
  minutes = sign * (hours * 60 + rest);
  return true;
}

}  // namespace

Instant system_now() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

Result<Period> parse_period(std::string_view word) {
  for (Period period : {Period::kDay, Period::kWeek, Period::kMonth}) {
    if (word == period_name(period)) return period;
  }
  return fail(Code::kInvalid,
              "expected day, week or month, found \"" + std::string(word.substr(0, 40)) + "\"");
}

std::string_view period_name(Period period) {
  constexpr std::array<std::string_view, 3> kNames = {"day", "week", "month"};
  return kNames[static_cast<size_t>(period)];
}

Result<WeekStart> parse_week_start(std::string_view word) {
  for (WeekStart start : {WeekStart::kMonday, WeekStart::kSunday, WeekStart::kSaturday}) {
    if (word == week_start_name(start)) return start;
  }
  return fail(Code::kInvalid, "expected monday, sunday or saturday");
}

std::string_view week_start_name(WeekStart start) {
  constexpr std::array<std::string_view, 3> kNames = {"monday", "sunday", "saturday"};
  return kNames[static_cast<size_t>(start)];
}

Result<Zone> Zone::named(std::string_view name) {
  try {
    Zone zone;
    zone.zone_ = date::locate_zone(std::string(name));
    return zone;
  } catch (const std::exception&) {
    return fail(Code::kInvalid,
                "no time zone is called \"" + std::string(name.substr(0, 60)) + "\"", "",
                "use an IANA name such as Asia/Shanghai or Europe/London");
  }
}

Zone Zone::utc() {
  auto zone = named("Etc/UTC");
  if (!zone)
    die("the system has no time zone database: install the package tzdata", __FILE__, __LINE__);
  return *zone;
}

std::string Zone::name() const { return zone_->name(); }

std::chrono::local_time<Millis> Zone::to_local(Instant t) const {
  return std::chrono::local_time<Millis>(zone_->to_local(t).time_since_epoch());
}

Instant Zone::to_instant(std::chrono::local_time<Millis> local) const {
  return resolve(zone_, ours_to_date(local));
}

Instant Calendar::start_of(Period period, Instant t) const {
  const auto* tz = zone.zone_;
  return resolve(tz, start_day(period, week_start, local_day(tz, t)));
}

Instant Calendar::advance(Period period, Instant start, int count) const {
  const auto* tz = zone.zone_;
  LocalDays day = start_day(period, week_start, local_day(tz, start));
  switch (period) {
    case Period::kDay:
      day += date::days(count);
      break;
    case Period::kWeek:
      day += date::days(7 * count);
      break;
    case Period::kMonth: {
      date::year_month_day ymd(day);
      day = LocalDays((ymd.year() / ymd.month() + date::months(count)) / 1);
      break;
    }
  }
  return resolve(tz, day);
}

std::vector<Span> Calendar::periods(Period period, Span span) const {
  std::vector<Span> result;
  if (span.from >= span.to) return result;
  for (Instant start = start_of(period, span.from); start < span.to;) {
    Instant next = advance(period, start, 1);
    result.push_back({start, next});
    start = next;
  }
  return result;
}

std::string Calendar::label(Period period, Instant start) const {
  const auto* tz = zone.zone_;
  date::year_month_day ymd(start_day(period, week_start, local_day(tz, start)));
  int year = static_cast<int>(ymd.year());
  auto month = static_cast<unsigned>(ymd.month());
  if (period == Period::kMonth) return fmt::format("{:04}-{:02}", year, month);
  return fmt::format("{:04}-{:02}-{:02}", year, month, static_cast<unsigned>(ymd.day()));
}

Result<Instant> Calendar::parse_label(Period period, std::string_view label) const {
  std::string full(label);
  if (period == Period::kMonth && full.size() == 7) full += "-01";
  if (full.size() != 10) {
    return fail(Code::kInvalid, period == Period::kMonth ? "expected a month such as 2011-09"
                                                         : "expected a day such as 2011-09-05");
  }
  Instant start = TRY(parse_instant(full, zone));
  if (start_of(period, start) != start) {
    return fail(Code::kInvalid, "that day does not start a " + std::string(period_name(period)));
  }
  return start;
}

Result<Instant> parse_instant(std::string_view text, Zone zone) {
  auto refuse = [&] {
    return fail(Code::kInvalid, "expected a time such as 2011-09-09T12:30:00Z, found \"" +
                                    std::string(text.substr(0, 40)) + "\"");
  };
  std::string_view rest = text;
  int year = take_digits(rest, 4);
  if (year < 0 || !take(rest, '-')) return refuse();
  int month = take_digits(rest, 2);
  if (month < 0 || !take(rest, '-')) return refuse();
  int day = take_digits(rest, 2);
  date::year_month_day ymd = date::year(year) / month / day;
  if (day < 0 || !ymd.ok()) return refuse();
  TimeOfDay time;
  bool has_offset = false;
  int offset_minutes = 0;
  if (!rest.empty()) {
    if (!take(rest, 'T') && !take(rest, 't') && !take(rest, ' ')) return refuse();
    if (!take_time(rest, time)) return refuse();
    if (!rest.empty()) {
      if (!take_offset(rest, offset_minutes) || !rest.empty()) return refuse();
      has_offset = true;
    }
  }
  LocalMillis local = LocalDays(ymd) + std::chrono::hours(time.hour) +
                      std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
                      Millis(time.millis);
  if (has_offset) return Instant(local.time_since_epoch() - std::chrono::minutes(offset_minutes));
  return resolve(zone.zone_, local);
}

Result<Instant> parse_instant(std::string_view text) { return parse_instant(text, Zone::utc()); }

std::string format_instant(Instant t) {
  auto day = date::floor<date::days>(t);
  date::year_month_day ymd(day);
  date::hh_mm_ss<Millis> time(t - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace perennial
