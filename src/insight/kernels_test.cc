// Each kernel against a slow twin that asks the calendar for every row and keeps sets of people.
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "insight/insight.h"
#include "insight/periods.h"
#include "insight/sets.h"
#include "insight/testing.h"

namespace perennial::insight {
namespace {

using People = std::set<PersonId>;

// The first civil day of the period, found without Calendar.
std::chrono::local_days civil_start(const Calendar& calendar, Period by, int64_t at_ms) {
  auto day = std::chrono::floor<std::chrono::days>(calendar.zone.to_local(from_millis(at_ms)));
  if (by == Period::kDay) return day;
  if (by == Period::kMonth) {
    std::chrono::year_month_day ymd(day);
    return std::chrono::local_days(ymd.year() / ymd.month() / 1);
  }
  std::chrono::weekday first = calendar.week_start == WeekStart::kMonday   ? std::chrono::Monday
                               : calendar.week_start == WeekStart::kSunday ? std::chrono::Sunday
                                                                           : std::chrono::Saturday;
  return day - (std::chrono::weekday(day) - first);
}

struct Facts {
  People customers, fresh, repeat;
  std::map<PersonId, int> order_counts;
  int64_t orders = 0, refunds = 0, anonymous = 0, revenue = 0;
};

std::map<std::chrono::local_days, Facts> slow_activity(const OrderBook& book,
                                                       const Calendar& calendar, Period by) {
  std::map<std::chrono::local_days, Facts> facts;
  std::map<PersonId, int64_t> first;
  for (size_t i = 0; i < book.rows(); ++i) {
    Facts& f = facts[civil_start(calendar, by, book.at_ms[i])];
    f.revenue += book.amount_minor[i];
    if (book.refund[i]) {
      ++f.refunds;
      continue;
    }
    ++f.orders;
    PersonId person = book.person[i];
    if (person == 0) {
      ++f.anonymous;
      continue;
    }
    f.customers.insert(person);
    if (++f.order_counts[person] > 1) f.repeat.insert(person);
    auto [known, added] = first.emplace(person, book.at_ms[i]);
    if (!added) known->second = std::min(known->second, book.at_ms[i]);
  }
  for (const auto& [person, at] : first) facts[civil_start(calendar, by, at)].fresh.insert(person);
  return facts;
}

// Customers at an instant.
People slow_customers(const OrderBook& book, int64_t x, int64_t window_ms) {
  People people;
  for (size_t i = 0; i < book.rows(); ++i) {
    if (book.person[i] != 0 && !book.refund[i] && book.at_ms[i] < x &&
        book.at_ms[i] >= x - window_ms)
      people.insert(book.person[i]);
  }
  return people;
}

People minus(const People& a, const People& b) {
  People out;
  std::ranges::set_difference(a, b, std::inserter(out, out.end()));
  return out;
}

struct Case {
  std::string zone, around;  // clock changes near `around`
};

class KernelsTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::random_device device;
    seed_ = device();
    random_.seed(seed_);
    RecordProperty("seed", std::to_string(seed_));
  }
  // Runs `check` on random books, for every period and first day of the week.
  template <class Check>
  void each_book(Check check) {
    Calendar calendar{*Zone::named(GetParam().zone)};
    Instant middle = *parse_instant(GetParam().around);
    for (Period by : {Period::kDay, Period::kWeek, Period::kMonth}) {
      for (WeekStart start : {WeekStart::kMonday, WeekStart::kSunday, WeekStart::kSaturday}) {
        calendar.week_start = start;
        std::chrono::hours reach = std::chrono::hours(24) * (by == Period::kMonth ? 200 : 25);
        Span span{middle - reach, middle + reach};
        auto periods = calendar.periods(by, span);
        BookShape shape{.from = span.from - reach / 2, .to = span.to + reach / 2};
        for (const Span& period : periods) shape.edges.push_back(period.from);
        OrderBook book = random_book(random_, shape);
        SCOPED_TRACE(testing::Message() << "seed " << seed_ << " " << period_name(by) << " "
                                        << week_start_name(start));
        check(book, calendar, by, periods);
      }
    }
  }
  uint64_t seed_ = 0;
  std::mt19937_64 random_;
};

TEST_P(KernelsTest, ActivityIsWhatTheSlowTwinCounts) {
  each_book([](const OrderBook& book, const Calendar& calendar, Period by, const auto& periods) {
    auto facts = slow_activity(book, calendar, by);
    for (const ActivityRow& row : activity(book, periods)) {
      const Facts& f = facts[civil_start(calendar, by, to_millis(row.span.from))];
      EXPECT_EQ(row.customers, std::ssize(f.customers));
      EXPECT_EQ(row.new_customers, std::ssize(f.fresh));
      EXPECT_EQ(row.repeat_customers, std::ssize(f.repeat));
      EXPECT_EQ(row.orders, f.orders);
      EXPECT_EQ(row.refunds, f.refunds);
      EXPECT_EQ(row.anonymous_orders, f.anonymous);
      EXPECT_EQ(row.revenue_minor, f.revenue);
    }
  });
}

TEST_P(KernelsTest, RetentionRateIsWhatTheSlowTwinCounts) {
  each_book([&](const OrderBook& book, const Calendar& calendar, Period by, const auto& periods) {
    for (int window : {1, 7, 30, 90}) {
      int64_t window_ms = window * int64_t{86'400'000};
      auto facts = slow_activity(book, calendar, by);
      for (const RetentionRateRow& row : retention_rate(book, periods, window)) {
        People start = slow_customers(book, to_millis(row.span.from), window_ms);
        People end = slow_customers(book, to_millis(row.span.to), window_ms);
        People first = facts[civil_start(calendar, by, to_millis(row.span.from))].fresh;
        People fresh = minus(first, minus(first, end));
        EXPECT_EQ(row.at_start, std::ssize(start));
        EXPECT_EQ(row.at_end, std::ssize(end));
        EXPECT_EQ(row.new_customers, std::ssize(fresh));
        EXPECT_EQ(row.won_back, std::ssize(minus(minus(end, start), fresh)));
        EXPECT_EQ(row.lost, std::ssize(minus(start, end)));
        EXPECT_EQ(row.kept(), std::ssize(minus(end, fresh)));
        EXPECT_EQ(row.at_end, row.at_start - row.lost + row.won_back + row.new_customers);
      }
    }
  });
}

TEST_P(KernelsTest, TriangleIsWhatTheSlowTwinCounts) {
  each_book([](const OrderBook& book, const Calendar& calendar, Period by, const auto& periods) {
    for (Activity activity : {Activity::kOrder, Activity::kAny}) {
      std::map<PersonId, std::chrono::local_days> first;
      std::map<std::pair<std::chrono::local_days, std::chrono::local_days>, People> active;
      for (size_t i = 0; i < book.rows(); ++i) {  // ascending in time for each person
        if (book.person[i] == 0 || (activity == Activity::kOrder && book.refund[i])) continue;
        auto day = civil_start(calendar, by, book.at_ms[i]);
        auto cohort = first.emplace(book.person[i], day).first->second;
        active[{cohort, day}].insert(book.person[i]);
      }
      auto cohorts = retention_triangle(book, periods, activity);
      for (size_t i = 0; i < cohorts.size(); ++i) {
        ASSERT_EQ(cohorts[i].cells.size(), cohorts.size() - i);
        auto cohort = civil_start(calendar, by, to_millis(periods[i].from));
        for (size_t k = 0; k < cohorts[i].cells.size(); ++k) {
          auto day = civil_start(calendar, by, to_millis(periods[i + k].from));
          EXPECT_EQ(cohorts[i].cells[k], std::ssize(active[{cohort, day}])) << i << " + " << k;
        }
      }
    }
  });
}

TEST_P(KernelsTest, ListsAreAsLongAsTheirNumbers) {
  each_book([](const OrderBook& book, const Calendar& calendar, Period by, const auto& periods) {
    constexpr int kWindow = 20;
    Instant now = periods.back().from + (periods.back().to - periods.back().from) / 2;
    auto counted = cut_at(periods, now);
    SetContext context{book, calendar, now, kWindow};
    auto people = [&](std::string words) {
      auto list = people_of_set(context, words);
      EXPECT_TRUE(list && *list) << words;
      if (!list || !*list) return int64_t{-1};
      EXPECT_TRUE(std::ranges::is_sorted(**list));
      EXPECT_EQ(People((*list)->begin(), (*list)->end()).size(), (*list)->size());
      return std::ssize(**list);
    };
    auto active = activity(book, counted);
    auto rates = retention_rate(book, counted, kWindow);
    auto cohorts = retention_triangle(book, counted, Activity::kAny);
    for (size_t i = 0; i < periods.size(); ++i) {
      std::string tail =
          ":" + std::string(period_name(by)) + ":" + calendar.label(by, periods[i].from);
      EXPECT_EQ(people("activity:customers" + tail), active[i].customers);
      EXPECT_EQ(people("activity:new" + tail), active[i].new_customers);
      EXPECT_EQ(people("activity:repeat" + tail), active[i].repeat_customers);
      EXPECT_EQ(people("rate:start" + tail), rates[i].at_start);
      EXPECT_EQ(people("rate:end" + tail), rates[i].at_end);
      EXPECT_EQ(people("rate:new" + tail), rates[i].new_customers);
      EXPECT_EQ(people("rate:kept" + tail), rates[i].kept());
      EXPECT_EQ(people("rate:lost" + tail), rates[i].lost);
      for (size_t k = 0; k < cohorts[i].cells.size(); k += 3)
        EXPECT_EQ(people("triangle:any" + tail + ":" + std::to_string(k)), cohorts[i].cells[k]);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Zones, KernelsTest,
                         testing::Values(Case{"Asia/Shanghai", "2024-03-10T00:00:00Z"},
                                         Case{"America/Los_Angeles", "2024-03-10T10:00:00Z"},
                                         Case{"America/Los_Angeles", "2024-11-03T09:00:00Z"},
                                         Case{"Pacific/Chatham", "2024-04-06T14:00:00Z"},
                                         Case{"Pacific/Chatham", "2024-09-28T14:00:00Z"}),
                         [](const auto& info) {
                           std::string name = info.param.zone + info.param.around.substr(5, 2);
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

// 1000 customers at the start, 800 of whom order again, and 150 new ones... to 950 at the end, 200
// of them new: (950 − 200) ÷ 1000.
TEST(RetentionRate, IsTheFormula) {
  Calendar utc;
  Instant start = *parse_instant("2024-02-01T00:00:00Z");
  OrderBook book;
  auto add = [&](PersonId person, Instant at) {
    book.person.push_back(person);
    book.at_ms.push_back(to_millis(at));
    book.amount_minor.push_back(100);
    book.refund.push_back(0);
  };
  using std::chrono::hours;
  for (PersonId person = 1; person <= 1000; ++person) {
    add(person, start - hours(24 * 20));
    if (person <= 750) add(person, start + hours(24 * 10));  // the others leave
  }
  for (PersonId person = 1001; person <= 1200; ++person) add(person, start + hours(24 * 15));
  auto rows = retention_rate(book, utc.periods(Period::kMonth, {start, start + hours(1)}), 30);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].at_start, 1000);
  EXPECT_EQ(rows[0].at_end, 950);
  EXPECT_EQ(rows[0].new_customers, 200);
  EXPECT_EQ(rows[0].lost, 250);
  EXPECT_EQ(rows[0].won_back, 0);
  EXPECT_DOUBLE_EQ(*Rate({rows[0].kept(), rows[0].at_start}).value(), 0.75);
  EXPECT_EQ(Rate({3, 0}).value(), std::nullopt);
}

TEST(RetentionRate, WindowEndsAreHalfOpen) {
  Instant x = *parse_instant("2024-02-01T00:00:00Z");
  Span after{x, x + std::chrono::hours(24)};
  auto at_start = [&](Instant order) {
    OrderBook book{.person = {1}, .at_ms = {to_millis(order)}, .amount_minor = {1}, .refund = {0}};
    return retention_rate(book, {&after, 1}, 30).front().at_start;
  };
  EXPECT_EQ(at_start(x), 0);
  EXPECT_EQ(at_start(x - Millis(1)), 1);
  EXPECT_EQ(at_start(x - std::chrono::hours(24 * 30)), 1);
  EXPECT_EQ(at_start(x - std::chrono::hours(24 * 30) - Millis(1)), 0);
}

TEST(Kernels, NothingGivesNothing) {
  EXPECT_TRUE(activity({}, {}).empty());
  EXPECT_TRUE(retention_rate({}, {}, 90).empty());
  EXPECT_TRUE(retention_triangle({}, {}, Activity::kAny).empty());
  Span day{from_millis(0), from_millis(86'400'000)};
  EXPECT_EQ(activity({}, {&day, 1}).front().customers, 0);
}

TEST(Periods, AreFoundOnAndBesideEveryBoundary) {
  Calendar calendar{*Zone::named("America/Los_Angeles")};
  for (Period by : {Period::kDay, Period::kWeek, Period::kMonth}) {
    auto periods = calendar.periods(
        by, {*parse_instant("2020-01-01T08:00:00Z"), *parse_instant("2025-01-01T08:00:00Z")});
    PeriodIndex index(periods);
    EXPECT_EQ(index.find(to_millis(periods.front().from) - 1), -1);
    for (size_t i = 0; i < periods.size(); ++i) {
      EXPECT_EQ(index.find(to_millis(periods[i].from)), static_cast<int>(i));
      EXPECT_EQ(index.find(to_millis(periods[i].to) - 1), static_cast<int>(i));
    }
    EXPECT_EQ(index.find(to_millis(periods.back().to)), index.size());
  }
}

}  // namespace
}  // namespace perennial::insight
