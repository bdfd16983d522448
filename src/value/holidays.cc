#include "value/holidays.h"

#include <algorithm>
#include <array>

namespace perennial::value {
namespace {

using std::chrono::year_month_day;

constexpr std::array<std::string_view, 12> kNames = {
    "new_year", "spring_festival", "valentine",    "easter",      "labour_day",   "dragon_boat",
    "june_18",  "mid_autumn",      "national_day", "singles_day", "black_friday", "christmas"};

constexpr int kFirstYear = 2009;
struct Lunar {
  int spring, dragon, autumn;  // month × 100 + day
};
constexpr std::array<Lunar, 28> kLunar = {{
    {126, 528, 1003}, {214, 616, 922},  {203, 606, 912},  {123, 623, 930},  {210, 612, 919},
    {131, 602, 908},  {219, 620, 927},  {208, 609, 915},  {128, 530, 1004}, {216, 618, 924},
    {205, 607, 913},  {125, 625, 1001}, {212, 614, 921},  {201, 603, 910},  {122, 622, 929},
    {210, 610, 917},  {129, 531, 1006}, {217, 619, 925},  {206, 609, 915},  {126, 528, 1003},
    {213, 616, 922},  {203, 605, 912},  {123, 624, 1001}, {211, 612, 919},  {131, 601, 908},
    {219, 620, 927},  {208, 610, 916},  {128, 530, 1004},
}};

year_month_day date(int year, int month, int day) {
  return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
}

// Anonymous Gregorian algorithm (Nature, 20 April 1876), as in Meeus, Astronomical Algorithms.
year_month_day easter(int year) {
  const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
  const int f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451, of = h + l - 7 * m + 114;
  return date(year, of / 31, of % 31 + 1);
}

// The day after the fourth Thursday of November.
year_month_day black_friday(int year) {
  using namespace std::chrono;
  const sys_days thursday = std::chrono::year(year) / November / Thursday[4];
  return thursday + days(1);
}

}  // namespace

std::vector<std::string_view> holiday_names() { return {kNames.begin(), kNames.end()}; }

std::optional<year_month_day> holiday_in(std::string_view name, int year) {
  if (name == "new_year") return date(year, 1, 1);
  if (name == "valentine") return date(year, 2, 14);
  if (name == "easter") return easter(year);
  if (name == "labour_day") return date(year, 5, 1);
  if (name == "june_18") return date(year, 6, 18);
  if (name == "national_day") return date(year, 10, 1);
  if (name == "singles_day") return date(year, 11, 11);
  if (name == "black_friday") return black_friday(year);
  if (name == "christmas") return date(year, 12, 25);
  const int row = year - kFirstYear;
  if (row < 0 || row >= std::ssize(kLunar)) return std::nullopt;
  const Lunar& lunar = kLunar[static_cast<size_t>(row)];
  const int found = name == "spring_festival" ? lunar.spring
                    : name == "dragon_boat"   ? lunar.dragon
                    : name == "mid_autumn"    ? lunar.autumn
                                              : 0;
  if (found == 0) return std::nullopt;
  return date(year, found / 100, found % 100);
}

std::vector<size_t> holidays_of_week(Instant start, const Calendar& calendar) {
  using namespace std::chrono;
  const Instant end = calendar.advance(Period::kWeek, start, 1);
  const auto first = floor<days>(calendar.zone.to_local(start));
  const auto last = floor<days>(calendar.zone.to_local(end));
  const int year = static_cast<int>(year_month_day(first).year());
  std::vector<size_t> found;
  for (size_t k = 0; k < kNames.size(); ++k) {
    // A week can reach into the next year.
    for (const int of : {year, year + 1}) {
      const auto day = holiday_in(kNames[k], of);
      if (!day) continue;
      const local_days local(*day);
      if (local >= first && local < last) found.push_back(k);
    }
  }
  return found;
}

}  // namespace perennial::value
