#include "segments/window.h"

#include <random>

#include <gtest/gtest.h>

namespace perennial::segments {
namespace {

using Unit = Duration::Unit;

Second second(std::string_view text) { return timeline::to_second(*parse_instant(text)); }
Calendar in(std::string_view zone) { return {.zone = Zone::named(zone).value()}; }
std::string shown(Second at) { return format_instant(timeline::to_instant(at)); }

TEST(Window, DaysFollowTheWallClock) {
  // Berlin's clocks go forward at 01:00 UTC on 29 March 2026.
  const Calendar berlin = in("Europe/Berlin");
  EXPECT_EQ(shown(add(berlin, second("2026-03-27T09:00:00Z"), {7, Unit::kDay})),
            "2026-04-03T08:00:00.000Z");
  EXPECT_EQ(shown(add(berlin, second("2026-03-27T09:00:00Z"), {168, Unit::kHour})),
            "2026-04-03T09:00:00.000Z");
  // 02:30 does not exist on the 29th: the window ends with the change itself.
  EXPECT_EQ(shown(add(berlin, second("2026-03-28T01:30:00Z"), {1, Unit::kDay})),
            "2026-03-29T01:00:00.000Z");
  // 02:30 comes twice on 25 October: the first one ends it.
  EXPECT_EQ(shown(add(berlin, second("2026-10-24T00:30:00Z"), {1, Unit::kDay})),
            "2026-10-25T00:30:00.000Z");
}

TEST(Window, MonthsEndWithTheirLastDay) {
  const Calendar utc = in("UTC");
  EXPECT_EQ(shown(add(utc, second("2026-01-28T10:00:00Z"), {1, Unit::kMonth})),
            "2026-02-28T10:00:00.000Z");
  EXPECT_EQ(shown(add(utc, second("2026-01-31T10:00:00Z"), {1, Unit::kMonth})),
            "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(shown(add(utc, second("2024-01-30T10:00:00Z"), {1, Unit::kMonth})),
            "2024-03-01T00:00:00.000Z");
  EXPECT_EQ(shown(add(utc, second("2026-11-30T10:00:00Z"), {3, Unit::kMonth})),
            "2027-03-01T00:00:00.000Z");
}

TEST(Window, BordersAgreeWithAges) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  const std::vector<Calendar> calendars = {in("UTC"), in("Europe/Berlin"), in("Asia/Shanghai"),
                                           in("America/New_York"), in("Australia/Lord_Howe")};
  for (int i = 0; i < 400; ++i) {
    const Calendar& calendar = calendars[static_cast<size_t>(pick(0, 4))];
    const Duration age{static_cast<int>(pick(1, 40)), static_cast<Unit>(pick(0, 5))};
    const auto now = static_cast<Second>(second("2026-03-01T00:00:00Z") + pick(0, 300 * 86'400));
    const Second border = youngest(calendar, now, age);
    EXPECT_GT(add(calendar, border, age), now) << shown(now) << " " << age.count;
    EXPECT_LE(add(calendar, border - 1, age), now) << shown(now) << " " << age.count;
    // Later events leave later.
    const auto one = static_cast<Second>(now + pick(-90'000, 90'000));
    EXPECT_LE(add(calendar, one, age),
              add(calendar, one + static_cast<Second>(pick(0, 7'200)), age));
  }
}

TEST(Window, EventsCountFromTheirSecondUntilTheyAreTooOld) {
  const Calendar utc = in("UTC");
  const Second at = second("2026-03-10T10:00:00Z");
  Window window;
  window.last = Duration{7, Unit::kDay};
  const auto inside = [&](Second now) {
    const Bounds bounds = bounds_of(window, utc, now);
    return bounds.from <= at && at < bounds.to;
  };
  const Second leaves = leaves_at(window, utc, at);
  EXPECT_EQ(shown(leaves), "2026-03-17T10:00:00.000Z");
  EXPECT_FALSE(inside(at - 1));
  EXPECT_TRUE(inside(at));
  EXPECT_TRUE(inside(leaves - 1));
  EXPECT_FALSE(inside(leaves));
  window.before = Duration{2, Unit::kDay};
  const Second enters = enters_at(window, utc, at);
  EXPECT_FALSE(inside(enters - 1));
  EXPECT_TRUE(inside(enters));
  EXPECT_FALSE(inside(leaves));
}

TEST(Window, TheCurrentMonthAndFixedSpans) {
  const Calendar shanghai = in("Asia/Shanghai");
  Window window;
  window.current = Period::kMonth;
  const Second at = second("2026-03-31T15:59:59Z");
  EXPECT_EQ(shown(leaves_at(window, shanghai, at)), "2026-03-31T16:00:00.000Z");
  EXPECT_EQ(bounds_of(window, shanghai, at).from, second("2026-02-28T16:00:00Z"));
  window = {};
  window.from = second("2026-01-01T00:00:00Z");
  window.to = second("2026-02-01T00:00:00Z");
  const Bounds early = bounds_of(window, shanghai, second("2026-01-05T00:00:00Z"));
  EXPECT_EQ(early.to, second("2026-01-05T00:00:01Z"));
  EXPECT_EQ(bounds_of(window, shanghai, at).to, *window.to);
  EXPECT_EQ(leaves_at(window, shanghai, at), kNever);
  EXPECT_EQ(enters_at(window, shanghai, *window.to), kNever);
  const Bounds before = bounds_of(window, shanghai, second("2025-01-05T00:00:00Z"));
  EXPECT_EQ(before.from, before.to);
}

}  // namespace
}  // namespace perennial::segments
