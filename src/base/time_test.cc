#include "base/time.h"

#include <random>

#include <gtest/gtest.h>

namespace perennial {
namespace {

Instant at(std::string_view text) { return *parse_instant(text); }

TEST(ParseInstant, ReadsIso8601AndRfc3339) {
  EXPECT_EQ(to_millis(at("1970-01-01T00:00:00Z")), 0);
  EXPECT_EQ(to_millis(at("2011-09-09T12:30:00.123Z")), 1315571400123);
  EXPECT_EQ(at("2011-09-09T12:30:00.123999999Z"), at("2011-09-09T12:30:00.123Z"));
  EXPECT_EQ(at("2011-09-09 20:30:00+08:00"), at("2011-09-09T12:30:00Z"));
  EXPECT_EQ(at("2011-09-09T20:30+0800"), at("2011-09-09T12:30:00Z"));
  EXPECT_EQ(at("2011-09-09T04:30-08"), at("2011-09-09T12:30:00Z"));
  EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2016-12-31T23:59:59Z"));
  EXPECT_EQ(*parse_instant("2011-09-09", *Zone::named("Asia/Shanghai")),
            at("2011-09-08T16:00:00Z"));
}

TEST(ParseInstant, RefusesWhatIsNoTime) {
  for (std::string_view text :
       {"", "yesterday", "2011-9-9", "2011-02-29", "2011-13-01", "2011-09-09T25:00:00Z",
        "2011-09-09T12:60Z", "2011-09-09T12:30:00.Z", "2011-09-09T12:30:00ZZ",
        "2011-09-09T12:30:00+1", "2011-09-09T", "-011-09-09", "2011-09-09T12:30:00.1234567890Z",
        "1315571400"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(FormatInstant, GivesBackWhatWasParsed) {
  std::mt19937_64 random(20110909);
  RecordProperty("seed", 20110909);
  for (int i = 0; i < 10'000; ++i) {
    Instant t = from_millis(
        std::uniform_int_distribution<int64_t>(-2'208'988'800'000, 7'258'118'399'999)(random));
    EXPECT_EQ(at(format_instant(t)), t);
  }
}

TEST(Zone, UnknownNamesAreRefusedWithAHint) {
  auto zone = Zone::named("Mars/Olympus");
  ASSERT_FALSE(zone);
  EXPECT_EQ(zone.error().code, Code::kInvalid);
  EXPECT_NE(zone.error().text().find("Asia/Shanghai"), std::string::npos);
}

TEST(Zone, ASkippedLocalTimeIsTheInstantOfTheChange) {
  Zone berlin = *Zone::named("Europe/Berlin");
  EXPECT_EQ(*parse_instant("2024-03-31T02:30:00", berlin), at("2024-03-31T01:00:00Z"));
  EXPECT_EQ(*parse_instant("2024-10-27T02:30:00", berlin),
            at("2024-10-27T00:30:00Z"));  // the earlier of two
}

TEST(Calendar, PeriodsAreTakenInTheZoneAndCoverTheSpan) {
  Calendar shanghai{*Zone::named("Asia/Shanghai"), WeekStart::kMonday};
  EXPECT_EQ(shanghai.start_of(Period::kMonth, at("2011-08-31T16:00:00Z")),
            at("2011-08-31T16:00:00Z"));
  EXPECT_EQ(shanghai.start_of(Period::kMonth, at("2011-08-31T15:59:59.999Z")),
            at("2011-07-31T16:00:00Z"));
  auto months =
      shanghai.periods(Period::kMonth, {at("2010-12-15T00:00:00Z"), at("2011-03-01T00:00:00Z")});
  ASSERT_EQ(months.size(), 4u);  // the last is March: 2011-03-01T00:00Z is 08:00 in Shanghai
  EXPECT_EQ(shanghai.label(Period::kMonth, months.front().from), "2010-12");
  EXPECT_EQ(shanghai.label(Period::kMonth, months.back().from), "2011-03");
  for (size_t i = 1; i < months.size(); ++i) EXPECT_EQ(months[i - 1].to, months[i].from);
  EXPECT_TRUE(shanghai.periods(Period::kDay, {at("2011-01-02"), at("2011-01-02")}).empty());
}

TEST(Calendar, DaysOfClockChangesAre23And25HoursLong) {
  Calendar angeles{*Zone::named("America/Los_Angeles"), WeekStart::kSunday};
  auto hours = [&](std::string_view day) {
    Instant start = *angeles.parse_label(Period::kDay, day);
    return (angeles.advance(Period::kDay, start, 1) - start).count() / 3'600'000;
  };
  EXPECT_EQ(hours("2024-03-10"), 23);
  EXPECT_EQ(hours("2024-11-03"), 25);
  EXPECT_EQ(hours("2024-06-01"), 24);
}

TEST(Calendar, WeeksBeginOnTheChosenDay) {
  for (auto [start, label] : {std::pair(WeekStart::kMonday, "2011-09-05"),
                              {WeekStart::kSunday, "2011-09-04"},
                              {WeekStart::kSaturday, "2011-09-03"}}) {
    Calendar calendar{Zone::utc(), start};
    EXPECT_EQ(calendar.label(Period::kWeek, at("2011-09-09T00:00:00Z")), label);
  }
}

TEST(Calendar, LabelsReadBack) {
  std::mt19937_64 random(42);
  RecordProperty("seed", 42);
  for (const char* name : {"Asia/Shanghai", "America/Los_Angeles", "Pacific/Chatham",
                           "Africa/Cairo", "America/Sao_Paulo"}) {
    Calendar calendar{*Zone::named(name), WeekStart::kSaturday};
    for (int i = 0; i < 500; ++i) {
      Instant t = from_millis(std::uniform_int_distribution<int64_t>(0, 1'900'000'000'000)(random));
      for (Period period : {Period::kDay, Period::kWeek, Period::kMonth}) {
        Instant start = calendar.start_of(period, t);
        EXPECT_LE(start, t);
        EXPECT_LT(t, calendar.advance(period, start, 1));
        auto back = calendar.parse_label(period, calendar.label(period, start));
        ASSERT_TRUE(back) << name << " " << format_instant(t);
        EXPECT_EQ(*back, start);
        EXPECT_EQ(calendar.advance(period, calendar.advance(period, start, 7), -7), start);
      }
    }
  }
  Calendar utc;
  EXPECT_FALSE(utc.parse_label(Period::kMonth, "2011-09-05"));
  EXPECT_FALSE(utc.parse_label(Period::kWeek, "2011-09-06"));  // a Tuesday
  EXPECT_FALSE(utc.parse_label(Period::kDay, "2011-09"));
}

}  // namespace
}  // namespace perennial
