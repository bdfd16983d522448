// Questions over days with changes of clocks, in the workspace's zone and in others, against a twin
// that walks civil time: it looks at the wall clock second by second and knows of no periods.
#include <array>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

using Seconds = int64_t;  // since 1970
constexpr Seconds kHour = 3'600, kDay = 24 * kHour;
constexpr int kPeople = 14;

struct Happened {
  std::string user;
  Seconds at = 0;
  bool order = false;                // else a view
  std::array<Seconds, 4> keys = {};  // in the zone that is asked for: key_of() by unit
};

struct Asked {
  const char* zone;
  const char* from;
  const char* to;
};
// Each change of clocks of 2026 in zones that have them, and one without.
constexpr Asked kAsked[] = {{"Asia/Shanghai", "2026-02-25", "2026-03-06"},
                            {"America/Los_Angeles", "2026-03-02", "2026-03-12"},
                            {"America/Los_Angeles", "2026-10-27", "2026-11-06"},
                            {"Pacific/Chatham", "2026-03-30", "2026-04-08"},
                            {"Pacific/Chatham", "2026-09-22", "2026-10-02"}};

Seconds seconds_of(Instant t) { return to_millis(t) / 1'000; }
Instant instant_of(Seconds at) { return from_millis(at * 1'000); }

// The wall clock, in seconds since 1970-01-01T00:00 on it.
Seconds wall(const Calendar& calendar, Seconds at) {
  const auto local = calendar.zone.to_local(instant_of(at)).time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(local).count();
}

// When the wall clock last showed a full hour.
Seconds hour_of(const Calendar& calendar, Seconds at) {
  constexpr Seconds kQuarter = 900;  // clocks change at full quarters
  for (at -= at % kQuarter; wall(calendar, at) % kHour != 0;) at -= kQuarter;
  return at;
}

// Numbers of days, weeks and months follow each other; an hour is called by its beginning.
Seconds key_of(const Calendar& calendar, Unit unit, Seconds at) {
  if (unit == Unit::kHour) return hour_of(calendar, at);
  const std::chrono::local_days day{std::chrono::days{wall(calendar, at) / kDay}};
  if (unit == Unit::kDay) return day.time_since_epoch().count();
  const std::chrono::year_month_day date{day};
  if (unit == Unit::kMonth)
    return Seconds{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month()) - 1;
  auto first = day;
  const unsigned begins = calendar.week_start == WeekStart::kMonday   ? 1
                          : calendar.week_start == WeekStart::kSunday ? 0
                                                                      : 6;
  while (std::chrono::weekday{first}.c_encoding() != begins) first -= std::chrono::days(1);
  return (first.time_since_epoch().count() + 10) / 7;
}

struct Twin {
  Calendar calendar;
  Seconds from = 0, to = 0, now = 0;
  std::vector<Happened> events;  // in the order of time, none at `now` or later

  struct Row {
    Seconds key = 0, from = 0, to = 0;
  };
  // Found by looking at the clock every quarter of an hour.
  std::vector<Row> periods(Unit unit) const {
    std::vector<Row> rows;
    for (Seconds at = from; at < to; at += kHour / 4) {
      const Seconds key = key_of(calendar, unit, at);
      if (rows.empty() || rows.back().key != key) rows.push_back({key, at, at});
      rows.back().to = at + kHour / 4;
    }
    return rows;
  }
  static Seconds key(Unit unit, const Happened& event) {
    return event.keys[static_cast<size_t>(unit)];
  }
  bool counts(const Happened& event) const { return from <= event.at && event.at < to; }
  // Who has an event that fits.
  std::set<std::string> who(const std::function<bool(const Happened&)>& fits) const {
    std::set<std::string> out;
    for (const Happened& event : events) {
      if (fits(event)) out.insert(event.user);
    }
    return out;
  }
  std::set<std::string> viewers(Unit unit, Seconds first_key, Seconds last_key) const {
    return who([&](const Happened& event) {
      return !event.order && event.at < to && first_key <= key(unit, event) &&
             key(unit, event) <= last_key;
    });
  }
};

const std::map<std::string, Unit> kUnits = {
    {"hour", Unit::kHour}, {"day", Unit::kDay}, {"week", Unit::kWeek}, {"month", Unit::kMonth}};
const std::map<std::string, Unit> kLongUnits = {
    {"day", Unit::kDay}, {"week", Unit::kWeek}, {"month", Unit::kMonth}};

struct Place {
  const char* zone;
  WeekStart week_start;
};
void PrintTo(const Place& place, std::ostream* out) { *out << place.zone; }

class ZonesTest : public BehaviourTest, public ::testing::WithParamInterface<Place> {
 protected:
  ZonesTest() {
    calendar_ = {.zone = *Zone::named(GetParam().zone), .week_start = GetParam().week_start};
    now_ = "2026-11-03T17:20:00Z";  // within the last but two days of Los Angeles
    loose_ = true;
  }

  void SetUp() override {
    BehaviourTest::SetUp();
    seed_ = std::random_device()();
    random_.seed(seed_);
    for (const Asked& asked : kAsked) happen_around(asked);
    std::ranges::sort(happened_, {}, &Happened::at);
    for (const Happened& event : happened_)
      track(event.user, event.order ? "Order" : "View", format_instant(instant_of(event.at)));
    serve();
  }

  Seconds draw(Seconds count) {
    return static_cast<Seconds>(random_() % static_cast<uint64_t>(count));
  }

  // Most events lie within hours of a midnight of some zone or of a change of clocks.
  void happen_around(const Asked& asked) {
    const Zone zone = *Zone::named(asked.zone);
    const Seconds from = seconds_of(*parse_instant(asked.from, zone)) - 2 * kDay;
    const Seconds to = seconds_of(*parse_instant(asked.to, zone)) + 2 * kDay;
    std::vector<Seconds> borders;
    for (const Asked& other : kAsked) {
      const Calendar calendar{.zone = *Zone::named(other.zone)};
      for (Seconds at = from; at < to; at += kHour / 4) {
        const Seconds jump = wall(calendar, at) - wall(calendar, at - 1);
        if (wall(calendar, at) % kDay == 0 || jump != 1) borders.push_back(at);
      }
    }
    constexpr Seconds kNear[] = {-1, 0, 1, -kHour, kHour};
    for (int i = 0; i < 260; ++i) {
      Happened event{.user = "u" + std::to_string(draw(kPeople)), .order = draw(3) == 0};
      event.at = borders[static_cast<size_t>(draw(std::ssize(borders)))];
      event.at += draw(2) == 0 ? kNear[draw(std::ssize(kNear))] : draw(6 * kHour) - 3 * kHour;
      if (draw(8) == 0) event.at = from + draw(to - from);
      if (taken_.emplace(event.user, event.at).second) happened_.push_back(event);
    }
  }

  // Asks each question in each zone, where that is the workspace's with and without saying so, and
  // once with another first day of the week.
  void in_all_zones(const std::function<void()>& check) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    for (const Asked& asked : kAsked) {
      for (const auto& [said, other_week] :
           {std::pair(true, false), std::pair(true, true), std::pair(false, false)}) {
        if (!said && calendar_.zone.name() != asked.zone) continue;
        const WeekStart own = calendar_.week_start;
        const WeekStart other =
            own == WeekStart::kSaturday ? WeekStart::kSunday : WeekStart::kSaturday;
        twin_ = {
            .calendar = {.zone = *Zone::named(asked.zone), .week_start = other_week ? other : own}};
        twin_.from = seconds_of(*parse_instant(asked.from, twin_.calendar.zone));
        twin_.to = seconds_of(*parse_instant(asked.to, twin_.calendar.zone));
        twin_.now = seconds_of(*parse_instant(now_));
        for (const Happened& event : happened_) {
          if (event.at >= twin_.now) continue;
          twin_.events.push_back(event);
          for (const auto& [word, unit] : kUnits) {
            twin_.events.back().keys[static_cast<size_t>(unit)] =
                key_of(twin_.calendar, unit, event.at);
          }
        }
        common_ =
            R"("range": {"from": ")" + std::string(asked.from) + R"(", "to": ")" + asked.to + "\"}";
        if (said) common_ += R"(, "time_zone": ")" + std::string(asked.zone) + "\"";
        if (other_week)
          common_ += R"(, "week_start": ")" + std::string(week_start_name(other)) + "\"";
        SCOPED_TRACE(common_);
        check();
        if (HasFailure()) return;
      }
    }
  }
  Json answer(const std::string& members) { return ask("{" + common_ + ", " + members + "}"); }

  // The periods of an answer are those that the clock shows.
  void compare_periods(const Json& periods, const std::vector<Twin::Row>& rows, Unit unit) {
    ASSERT_EQ(periods.size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(periods[i]["from"], format_instant(instant_of(rows[i].from)));
      EXPECT_EQ(periods[i]["to"], format_instant(instant_of(rows[i].to)));
      EXPECT_EQ(periods[i]["complete"], rows[i].to <= twin_.now);
      const std::string shown = format_instant(instant_of(wall(twin_.calendar, rows[i].from)));
      const std::string label = periods[i]["label"];
      const size_t most = unit == Unit::kMonth ? 7 : unit == Unit::kHour ? 13 : 10;
      if (unit != Unit::kWeek) {
        EXPECT_EQ(label, shown.substr(0, most) + (unit == Unit::kHour ? ":00" : ""));
      }
    }
  }

  uint32_t seed_ = 0;
  std::mt19937_64 random_;
  std::vector<Happened> happened_;
  std::set<std::pair<std::string, Seconds>> taken_;  // nobody does two things in a second
  Twin twin_;
  std::string common_;
};

std::string by(const std::string& unit) { return R"(, "by": ")" + unit + "\""; }

TEST_P(ZonesTest, Trends) {
  in_all_zones([&] {
    for (const auto& [word, unit] : kUnits) {
      SCOPED_TRACE(word);
      const Json found = answer(R"("analysis": "trends", "series": [
          {"select": {"event": "View"}, "measure": "count"},
          {"select": {"event": "View"}, "measure": "people"}])" +
                                by(word));
      const auto rows = twin_.periods(unit);
      compare_periods(found["periods"], rows, unit);
      std::vector<Json> count, people;
      for (const Twin::Row& row : rows) {
        const auto fits = [&](const Happened& event) {
          return !event.order && twin_.counts(event) && twin_.key(unit, event) == row.key;
        };
        count.emplace_back(std::ranges::count_if(twin_.events, fits));
        people.emplace_back(twin_.who(fits).size());
      }
      EXPECT_EQ(values(found["series"][0]["values"]), count);
      EXPECT_EQ(values(found["series"][1]["values"]), people);
    }
    // Rolling days reach before the range, and so do those that are compared with.
    const Json rolling = answer(R"("analysis": "trends", "by": "day", "show": "rolling",
        "rolling_periods": 3, "compare": "previous",
        "series": [{"select": {"event": "View"}, "measure": "people"}])");
    const auto rows = twin_.periods(Unit::kDay);
    std::vector<Json> now, before;
    for (const Twin::Row& row : rows) {
      const auto days = static_cast<Seconds>(rows.size());
      now.emplace_back(twin_.viewers(Unit::kDay, row.key - 2, row.key).size());
      before.emplace_back(twin_.viewers(Unit::kDay, row.key - 2 - days, row.key - days).size());
    }
    EXPECT_EQ(values(rolling["series"][0]["values"]), now);
    EXPECT_EQ(values(rolling["series"][0]["previous"]), before);
  });
}

// An attempt of one person: when it entered, and its level.
using Attempt = std::pair<Seconds, size_t>;

// The best attempt of each person among the entries that fit: the highest level, completed first,
// then the latest entry.
std::vector<Attempt> attempts(const Twin& twin, Seconds window,
                              const std::function<bool(const Happened&)>& enters) {
  std::map<std::string, std::vector<Happened>> people;
  for (const Happened& event : twin.events) people[event.user].push_back(event);
  std::vector<Attempt> out;
  for (const auto& [user, events] : people) {
    std::optional<Attempt> best;
    Seconds completed = 0;
    for (const Happened& entry : events) {
      if (entry.order || !twin.counts(entry) || !enters(entry)) continue;
      const auto order = std::ranges::find_if(
          events, [&](const Happened& event) { return event.order && event.at > entry.at; });
      const bool whole = order != events.end() && order->at <= entry.at + window;
      if (!best || (whole && (best->second == 1 || order->at <= completed)))
        best = Attempt(entry.at, whole ? 2 : 1);
      if (whole && best->first == entry.at) completed = order->at;
    }
    if (best) out.push_back(*best);
  }
  return out;
}

TEST_P(ZonesTest, Funnels) {
  in_all_zones([&] {
    const std::string funnel = R"("analysis": "funnel", "window": {"count": 20, "unit": "hour"},
        "steps": [{"event": "View"}, {"event": "Order"}], "by": )";
    for (const auto& [word, unit] : kUnits) {
      SCOPED_TRACE(word);
      const Json found = answer(funnel + "\"" + word + "\"");
      const auto rows = twin_.periods(unit);
      compare_periods(found["periods"], rows, unit);
      const auto best = attempts(twin_, 20 * kHour, [](const Happened&) { return true; });
      for (size_t p = 0; p < rows.size(); ++p) {
        for (size_t level : {1, 2}) {
          const auto count = std::ranges::count_if(best, [&](const Attempt& one) {
            return one.second >= level && key_of(twin_.calendar, unit, one.first) == rows[p].key;
          });
          EXPECT_EQ(found["groups"][0]["trend"][p]["reached"][level - 1]["value"], count) << p;
        }
      }
    }
    const Json days = answer(funnel + R"("day", "semantics": "per_day")");
    const auto rows = twin_.periods(Unit::kDay);
    ASSERT_EQ(days["groups"][0]["trend"].size(), rows.size());
    for (size_t p = 0; p < rows.size(); ++p) {
      const auto best = attempts(twin_, 20 * kHour, [&](const Happened& entry) {
        return twin_.key(Unit::kDay, entry) == rows[p].key;
      });
      const auto whole = std::ranges::count(best, size_t{2}, &Attempt::second);
      const Json& reached = days["groups"][0]["trend"][p]["reached"];
      EXPECT_EQ(reached[0]["value"], best.size()) << p;
      EXPECT_EQ(reached[1]["value"], whole) << p;
    }
  });
}

TEST_P(ZonesTest, Retention) {
  in_all_zones([&] {
    std::map<std::string, Seconds> firsts;  // the first view ever
    for (const Happened& event : twin_.events) {
      if (!event.order) firsts.emplace(event.user, event.at);
    }
    for (const auto& [word, unit] : kLongUnits) {
      for (const bool first_time : {true, false}) {
        const Json found = answer(R"("analysis": "retention", "start": {"event": "View"},
            "return": {"event": "Order"}, "first_time": )" +
                                  std::string(first_time ? "true" : "false") + by(word));
        SCOPED_TRACE(found["by"]);
        const auto rows = twin_.periods(unit);
        const Json& cohorts = found["groups"][0]["cohorts"];
        ASSERT_EQ(cohorts.size(), rows.size());
        for (size_t i = 0; i < rows.size(); ++i) {
          const auto starts = twin_.who([&](const Happened& event) {
            const bool first = !event.order && (!first_time || firsts.at(event.user) == event.at);
            return first && twin_.counts(event) && twin_.key(unit, event) == rows[i].key;
          });
          EXPECT_EQ(cohorts[i]["size"]["value"], starts.size());
          std::vector<Json> cells, complete, want, over;
          for (const Json& cell : cohorts[i]["cells"]) {
            cells.push_back(cell["value"]);
            complete.push_back(cell["complete"]);
          }
          for (size_t c = i; c < rows.size() && rows[c].from < twin_.now; ++c) {
            want.emplace_back(twin_
                                  .who([&](const Happened& event) {
                                    return event.order && twin_.counts(event) &&
                                           twin_.key(unit, event) == rows[c].key &&
                                           starts.contains(event.user);
                                  })
                                  .size());
            over.emplace_back(rows[c].to <= twin_.now);
          }
          EXPECT_EQ(cells, want) << "cohort " << i;
          EXPECT_EQ(complete, over) << "cohort " << i;
        }
      }
    }
  });
}

// Rolling days begin with the hour, on the wall clock, in which the start event lies.
TEST_P(ZonesTest, RollingRetention) {
  in_all_zones([&] {
    const Json found = answer(R"("analysis": "retention", "start": {"event": "View"}, "columns": 3,
        "return": {"event": "Order"}, "first_time": false, "time": "rolling")");
    const auto rows = twin_.periods(Unit::kDay);
    for (size_t i = 0; i < rows.size(); ++i) {
      std::map<std::string, Seconds> starts;  // the first of the day
      for (const Happened& event : twin_.events) {
        if (!event.order && twin_.key(Unit::kDay, event) == rows[i].key)
          starts.emplace(event.user, event.at);
      }
      const Json& cells = found["groups"][0]["cohorts"][i]["cells"];
      for (size_t c = 0; c < cells.size(); ++c) {
        const auto back = twin_.who([&](const Happened& event) {
          const auto start = starts.find(event.user);
          if (!event.order || start == starts.end() || event.at <= start->second) return false;
          const Seconds later = event.at - hour_of(twin_.calendar, start->second);
          return later / kDay == static_cast<Seconds>(c);
        });
        EXPECT_EQ(cells[c]["value"], back.size()) << "cohort " << i << " column " << c;
      }
    }
  });
}

TEST_P(ZonesTest, Lifecycle) {
  in_all_zones([&] {
    for (const auto& [word, unit] : kLongUnits) {
      SCOPED_TRACE(word);
      const Json found =
          answer(R"("analysis": "lifecycle", "select": {"event": "View"})" + by(word));
      const auto rows = twin_.periods(unit);
      ASSERT_EQ(found["rows"].size(), rows.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        const Seconds key = rows[i].key;
        const auto active = twin_.viewers(unit, key, key);
        const auto before = twin_.viewers(unit, key - 1, key - 1);
        const auto ever = twin_.viewers(unit, 0, key - 1);
        std::map<std::string, int> want = {
            {"new", 0}, {"returning", 0}, {"resurrecting", 0}, {"dormant", 0}};
        for (const std::string& user : active) {
          ++want[before.contains(user) ? "returning"
                 : ever.contains(user) ? "resurrecting"
                                       : "new"];
        }
        for (const std::string& user : before) want["dormant"] += active.contains(user) ? 0 : 1;
        for (const auto& [stage, count] : want)
          EXPECT_EQ(found["rows"][i][stage]["value"], count) << stage << " of " << i;
      }
    }
  });
}

TEST_P(ZonesTest, Stickiness) {
  in_all_zones([&] {
    for (const auto& [word, unit] : kUnits) {
      SCOPED_TRACE(word);
      for (const int least : {1, 2}) {
        const Json found =
            answer(R"("analysis": "stickiness", "select": {"event": "View"}, "minimum_count": )" +
                   std::to_string(least) + by(word));
        std::map<std::string, std::map<Seconds, int>> events;  // of users, by period
        for (const Happened& event : twin_.events) {
          if (!event.order && twin_.counts(event)) ++events[event.user][twin_.key(unit, event)];
        }
        const auto rows = twin_.periods(unit);
        std::vector<size_t> want(rows.size());
        for (const auto& [user, periods] : events) {
          const auto active =
              std::ranges::count_if(periods, [&](const auto& one) { return one.second >= least; });
          if (active != 0) ++want[static_cast<size_t>(active) - 1];
        }
        const Json& shown = found["groups"][0]["rows"];
        ASSERT_EQ(shown.size(), want.size());
        for (size_t n = 0; n < want.size(); ++n)
          EXPECT_EQ(shown[n]["exactly"]["value"], want[n]) << n + 1;
      }
    }
  });
}

TEST_P(ZonesTest, Active) {
  in_all_zones([&] {
    for (const bool trailing : {true, false}) {
      const Json found =
          answer(R"("analysis": "active", "select": {"event": "View"}, "windows": )" +
                 std::string(trailing ? R"("trailing")" : R"("calendar")"));
      const auto rows = twin_.periods(Unit::kDay);
      ASSERT_EQ(found["rows"].size(), rows.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        const Seconds day = rows[i].key;
        // From the first event of the longer period up to the day.
        const auto to_date = [&](Unit unit) {
          return twin_.who([&](const Happened& event) {
            return !event.order && event.at < rows[i].to &&
                   twin_.key(unit, event) == key_of(twin_.calendar, unit, rows[i].from);
          });
        };
        const Json& row = found["rows"][i];
        EXPECT_EQ(row["day"]["value"], twin_.viewers(Unit::kDay, day, day).size());
        EXPECT_EQ(
            row["week"]["value"],
            (trailing ? twin_.viewers(Unit::kDay, day - 6, day) : to_date(Unit::kWeek)).size());
        EXPECT_EQ(
            row["month"]["value"],
            (trailing ? twin_.viewers(Unit::kDay, day - 29, day) : to_date(Unit::kMonth)).size());
      }
    }
  });
}

TEST_P(ZonesTest, Distributions) {
  in_all_zones([&] {
    for (const auto& [measure, counted] :
         std::map<std::string, Unit>{{"days", Unit::kDay}, {"hours", Unit::kHour}}) {
      SCOPED_TRACE(measure);
      const Json found = answer(R"("analysis": "distribution", "select": {"event": "View"},
          "by": "week", "borders": [2, 3, 4, 6], "measure": ")" +
                                measure + "\"");
      const auto rows = twin_.periods(Unit::kWeek);
      ASSERT_EQ(found["groups"][0]["rows"].size(), rows.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        std::map<std::string, std::set<Seconds>> when;
        for (const Happened& event : twin_.events) {
          if (!event.order && twin_.counts(event) && twin_.key(Unit::kWeek, event) == rows[i].key)
            when[event.user].insert(twin_.key(counted, event));
        }
        std::vector<Json> want(5, 0);
        for (const auto& [user, keys] : when) {
          const size_t n = keys.size();
          const size_t range = n < 2 ? 0 : n < 3 ? 1 : n < 4 ? 2 : n < 6 ? 3 : 4;
          want[range] = want[range].get<int>() + 1;
        }
        EXPECT_EQ(values(found["groups"][0]["rows"][i]["counts"]), want) << i;
      }
    }
  });
}

TEST_P(ZonesTest, Sessions) {
  constexpr Seconds kGap = 50 * 60;
  in_all_zones([&] {
    for (const auto& [word, unit] : kUnits) {
      SCOPED_TRACE(word);
      const Json found = answer(R"("analysis": "sessions", "gap_minutes": 50)" + by(word));
      std::map<Seconds, int> want;  // by the period in which they begin
      std::map<std::string, Seconds> last;
      for (const Happened& event : twin_.events) {
        const auto known = last.find(event.user);
        const bool begins = known == last.end() || event.at - known->second > kGap;
        if (begins && twin_.counts(event)) ++want[twin_.key(unit, event)];
        last[event.user] = event.at;
      }
      const auto rows = twin_.periods(unit);
      for (size_t i = 0; i < rows.size(); ++i)
        EXPECT_EQ(found["groups"][0]["rows"][i]["sessions"], want[rows[i].key]) << i;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Workspaces, ZonesTest,
                         ::testing::Values(Place{"Asia/Shanghai", WeekStart::kMonday},
                                           Place{"America/Los_Angeles", WeekStart::kSunday},
                                           Place{"Pacific/Chatham", WeekStart::kSaturday}),
                         [](const auto& place) {
                           std::string name = place.param.zone;
                           std::erase_if(name, [](char c) { return std::isalpha(c) == 0; });
                           return name;
                         });

}  // namespace
}  // namespace perennial::insight
