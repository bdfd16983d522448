// Birthday gifts: once for each person and year, whoever looks when.
#include "loyalty/birthday.h"

#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "loyalty/coupons.h"
#include "loyalty/held_out.h"
#include "loyalty/rewards.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using Event = events::StoredEvent;

int64_t local(std::string_view time) {
  return to_millis(*parse_instant(time, test_programme().zone));
}

TEST(Birthday, BeginsWithItsDayInTheProgrammesZone) {
  const Zone zone = test_programme().zone;
  EXPECT_EQ(birthday_in("1990-05-17", 2026, zone), local("2026-05-17"));
  EXPECT_EQ(birthday_in("05-17", 2027, zone), local("2027-05-17"));
  EXPECT_EQ(birthday_in("1992-02-29", 2028, zone), local("2028-02-29")) << "a leap year";
  EXPECT_EQ(birthday_in("1992-02-29", 2026, zone), local("2026-02-28")) << "a common one";
  EXPECT_EQ(birthday_in("1990-12-31T00:00:00Z", 2026, zone), local("2026-12-31"));
  for (const char* no : {"", "1990", "13-01", "02-30", "1990-05", "00-10", "05/17", "birthday"})
    EXPECT_EQ(birthday_in(no, 2026, zone), std::nullopt) << no;
}

class BirthdayTest : public StageTest {
 protected:
  BirthdayTest() { begin(); }
  void begin() {
    start_again();
    ledger_->at("2026-01-01T00:00");
  }
  static Json points_gift(Json more = Json::object()) {
    Json gift = {{"kind", "points"}, {"points", 100}, {"from", "2026-01-01T00:00:00Z"}};
    gift.update(more);
    return gift;
  }
  // Gold from 100 yuan that were ever spent.
  void save_gift(Json gift) {
    auto levels = levels_from_json({{"measure", "spend"},
                                    {"window", "total"},
                                    {"levels",
                                     {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                                      {{"code", "gold"},
                                       {"name", "Gold"},
                                       {"threshold", 10'000},
                                       {"privileges", {{"birthday_gift", std::move(gift)}}}}}}});
    ASSERT_TRUE(levels) << levels.error().text();
    write([&](store::Connection& c) -> Result<void> {
      levels->revision = TRY(find_levels(c, ledger_->programme())).revision;
      TRY(prepare_birthday_gifts(c, ledger_->programme(), *levels, ledger_->now()));
      TRY(save_levels(c, ledger_->programme(), *levels));
      return {};
    });
  }
  static Event born(std::string_view time, const std::string& user, const char* birthday) {
    return identify(time, user, "", {{"birthday", birthday}});
  }
  static Event order(std::string_view time, const std::string& user, const std::string& id,
                     double yuan) {
    return track(time, user, "", "Order Completed",
                 {{"order_id", id}, {"total", yuan}, {"currency", "CNY"}});
  }
  // The worker comes by.
  void look(std::string_view time) {
    ledger_->at(time);
    look();
  }
  void look() {
    write([&](store::Connection& c) -> Result<void> {
      const Terms terms = TRY(terms_of(c, ledger_->programme()));
      while (TRY(assess_due(c, terms, ledger_->now(), 100)) == 100) {
      }
      return {};
    });
  }
  void look_at_all() {
    write([&](store::Connection& c) -> Result<void> {
      std::vector<PersonId> people;
      for (const auto& row : TRY(c.query("SELECT id FROM people")))
        people.push_back(row.integer(0));
      return assess(c, TRY(terms_of(c, ledger_->programme())), people, ledger_->now());
    });
  }
  std::vector<std::string> given() {
    std::vector<std::string> list;
    write([&](store::Connection& c) -> Result<void> {
      for (const auto& row :
           TRY(c.query("SELECT id, at_ms FROM loyalty_birthday_gifts ORDER BY id")))
        list.push_back(row.text(0) + " " + format_instant(from_millis(row.integer(1))));
      return {};
    });
    return list;
  }
  Points has(const char* user) { return ledger_->balance(person(user)).available; }
};

TEST_F(BirthdayTest, IsGivenOnTheDayOnceAYearAndNamedInTheStatement) {
  save_gift(points_gift({{"expires_in_days", 30}}));
  ledger_->at("2026-03-01T10:00");
  send({born("2026-03-01", "amy", "1990-05-17"), order("2026-03-01", "amy", "1", 150)});
  look("2026-05-16T23:59");
  EXPECT_EQ(has("amy"), 0);
  look("2026-05-17T00:00");
  EXPECT_EQ(has("amy"), 100);
  look("2026-05-17T09:00");
  look_at_all();
  EXPECT_EQ(has("amy"), 100);
  const auto statement = ledger_->statement(person("amy"));
  ASSERT_EQ(statement.lines.size(), 1u);
  EXPECT_EQ(statement.lines[0].rule, "birthday_gift");
  EXPECT_EQ(statement.lines[0].event, "birthday:2026");
  EXPECT_EQ(to_millis(statement.lines[0].at), local("2026-05-17"));
  EXPECT_EQ(to_millis(*statement.lots[0].expires_at), local("2026-06-17")) << "30 whole days";
  // Another birthday of the same year is no second one, and what was given stays.
  ledger_->at("2026-05-20T10:00");
  send({born("2026-05-20", "amy", "1990-06-01")});
  look("2026-06-02T00:00");
  EXPECT_EQ(has("amy"), 100);
  look("2027-06-01T00:00");
  EXPECT_EQ(has("amy"), 100) << "that of 2026 is gone, that of 2027 there";
  EXPECT_EQ(given().size(), 2u);
  ledger_->verify();
}

TEST_F(BirthdayTest, WhoReachesTheLevelLaterHasItOnlyIfTheGiftSaysSo) {
  for (const bool late : {false, true}) {
    begin();
    save_gift(points_gift({{"late", late}}));
    ledger_->at("2026-05-17T15:00");
    send({born("2026-03-01", "amy", "1990-05-17"), born("2026-03-01", "ben", "1990-05-17"),
          order("2026-05-17T14:00", "amy", "1", 150)});
    EXPECT_EQ(has("amy"), 100) << "in the course of the birthday";
    look("2026-05-18T00:00");
    ledger_->at("2026-07-01T10:00");
    send({order("2026-07-01", "ben", "2", 150)});
    EXPECT_EQ(has("ben"), late ? 100 : 0);
    look("2026-12-31T23:00");
    EXPECT_EQ(has("ben"), late ? 100 : 0);
    look("2027-05-17T00:00");
    EXPECT_EQ(has("ben"), late ? 200 : 100);
  }
}

TEST_F(BirthdayTest, OfBeforeTheGiftOrOfLongAgoIsNotGiven) {
  save_gift(points_gift({{"from", "2026-06-01T00:00:00Z"}}));
  ledger_->at("2026-06-10T10:00");
  send({born("2026-03-01", "amy", "1990-05-17"), order("2026-03-01", "amy", "1", 150)});
  EXPECT_EQ(has("amy"), 0) << "before the gift";
  ledger_->at("2028-06-10T10:00");
  send({born("2026-03-01", "ben", "1990-07-17"), order("2026-03-01", "ben", "2", 150)});
  EXPECT_EQ(has("ben"), 0) << "birthdays of past years";
  look_at_all();
  EXPECT_EQ(has("amy"), 100) << "only the one of this year";
  EXPECT_EQ(given(), (std::vector<std::string>{std::to_string(person("amy")) +
                                               ":2028 2028-05-16T16:00:00.000Z"}));
}

TEST_F(BirthdayTest, NobodyWhoIsHeldOutOrErasedIsGivenOne) {
  save_gift(points_gift());
  ledger_->at("2026-03-01T10:00");
  send({born("2026-03-01", "amy", "1990-05-17"), order("2026-03-01", "amy", "1", 150)});
  const PersonId amy = person("amy");
  write([&](store::Connection& c) {
    return hold_out(c, "h", std::span(&amy, 1), from_millis(local("2026-04-01")));
  });
  look("2026-05-17T00:00");
  EXPECT_EQ(has("amy"), 0);
}

TEST_F(BirthdayTest, JoinedPeopleKeepTheirsAndGetNoFurtherOne) {
  save_gift(points_gift());
  ledger_->at("2026-06-01T10:00");
  send({born("2026-03-01", "amy", "1990-05-17"), order("2026-03-01", "amy", "1", 150)});
  Event other = identify("2026-03-01", "", "v1", {{"birthday", "1990-05-18"}});
  Event bought = order("2026-03-01", "", "2", 150);
  bought.anonymous_id = "v1";
  send({other, bought});
  EXPECT_EQ(given().size(), 2u);
  send({identify("2026-06-01", "amy", "v1", {{"x", 1}})});
  ASSERT_EQ(person("amy"), person("", "v1"));
  look_at_all();
  EXPECT_EQ(has("amy"), 200);
  EXPECT_EQ(given().size(), 2u);
  look("2027-06-01T00:00");
  EXPECT_EQ(given().size(), 3u) << "and one for the next year";
  ledger_->verify();
}

TEST_F(BirthdayTest, CouponsAndRewardsAreGiftsToo) {
  write([&](store::Connection& c) -> Result<void> {
    const Json dates = {{"from", "2026-01-01"}, {"to", "2030-01-01"}};
    Json coupon = {{"id", "cake"}, {"name", "Cake"}, {"kind", "fixed"}, {"amount_minor", 500}};
    coupon.update(dates);
    TRY(save_batch(c, ledger_->programme(), TRY(batch_from_json(coupon, ledger_->programme().zone)),
                   ledger_->now()));
    Json mug = {{"id", "mug"},   {"name", "Mug"}, {"kind", "goods"},
                {"points", 500}, {"stock", 1},    {"per_person", 1}};
    mug.update(dates);
    TRY(save_reward(c, ledger_->programme(), TRY(reward_from_json(mug, ledger_->programme().zone)),
                    ledger_->now()));
    return {};
  });
  const auto coupons = [&](const char* user) {
    const PersonId who = person(user);
    size_t count = 0;
    write([&](store::Connection& c) -> Result<void> {
      count = TRY(coupons_of(c, ledger_->programme(), who)).size();
      return {};
    });
    return count;
  };
  save_gift({{"kind", "coupon"}, {"batch", "cake"}, {"from", "2026-01-01T00:00:00Z"}});
  ledger_->at("2026-06-01T10:00");
  send({born("2026-03-01", "amy", "1990-05-17"), born("2026-03-01", "ben", "1990-05-18"),
        order("2026-03-01", "amy", "1", 150), order("2026-03-01", "ben", "2", 150)});
  EXPECT_EQ(coupons("amy"), 1u);
  look("2027-05-17T00:00");
  look_at_all();
  EXPECT_EQ(coupons("amy"), 2u) << "a code of its own for each year";
  save_gift({{"kind", "reward"}, {"reward", "mug"}, {"from", "2026-01-01T00:00:00Z"}});
  look("2028-05-18T00:00");
  look_at_all();
  std::vector<PersonId> people;
  write([&](store::Connection& c) -> Result<void> {
    for (const auto& row : TRY(c.query("SELECT person FROM loyalty_redemptions WHERE state = 2 "
                                       "AND points = 0 ORDER BY person")))
      people.push_back(row.integer(0));
    return {};
  });
  EXPECT_EQ(people, (std::vector<PersonId>{person("amy")})) << "only one mug was there";
  ledger_->verify();
}

// Whoever looks when and how often, the same gifts are given, of the same instants.
TEST_F(BirthdayTest, TheScheduleOfLooksMakesNoDifference) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::vector<std::vector<std::string>> all;
  std::vector<std::vector<Points>> balances;
  for (int schedule = 0; schedule < 3; ++schedule) {
    std::mt19937 random(seed);  // the same story
    std::mt19937 other(seed + static_cast<unsigned>(schedule));
    const auto any = [](std::mt19937& from, int below) {
      return static_cast<int>(from() % static_cast<unsigned>(below));
    };
    begin();
    save_gift(points_gift({{"late", true}}));
    std::vector<Event> people;
    const auto user = [](int i) { return "u" + std::to_string(i); };
    for (int i = 0; i < 12; ++i) {
      const std::string day =
          std::to_string(1 + any(random, 12)) + "-" + std::to_string(10 + any(random, 19));
      people.push_back(
          born("2026-01-01", user(i), ((day.size() == 4 ? "1990-0" : "1990-") + day).c_str()));
    }
    send(people);
    ledger_->at("2026-01-01T12:00");
    std::vector<std::pair<std::string, std::string>> orders;
    // A look is wanted within a month of the year's end.
    const Instant end = *parse_instant("2027-01-15T00:00:00Z");
    for (int step = 0; ledger_->now() < end; ++step) {
      ledger_->pass(std::chrono::hours(24 * (1 + any(random, 12))));
      std::pair<std::string, std::string> what = {user(any(random, 12)),
                                                  "o" + std::to_string(step)};
      const bool back = !orders.empty() && any(random, 4) == 0;
      if (back) what = orders[static_cast<size_t>(any(random, static_cast<int>(orders.size())))];
      Event bought = order("2026-01-01", what.first, what.second, 60);
      bought.timestamp = ledger_->now();
      if (back) bought.name = "Order Refunded";
      if (!back) orders.push_back(what);
      // Somebody who looked before would have given what was due until here.
      if (schedule > 0 && any(other, 3) > 0) look();
      send({bought});
      if (schedule > 1 && any(other, 4) == 0) look_at_all();
    }
    look();
    look_at_all();
    all.push_back(given());
    balances.emplace_back();
    for (int i = 0; i < 12; ++i) balances.back().push_back(has(user(i).c_str()));
    ledger_->verify();
  }
  EXPECT_FALSE(all[0].empty());
  EXPECT_EQ(all[1], all[0]) << "seed " << seed;
  EXPECT_EQ(all[2], all[0]) << "seed " << seed;
  EXPECT_EQ(balances[2], balances[0]) << "seed " << seed;
}

TEST_F(BirthdayTest, BadGiftsAreRefusedByName) {
  const auto refused = [](Json gift) {
    const auto levels =
        levels_from_json({{"measure", "spend"},
                          {"levels",
                           {{{"code", "a"},
                             {"name", "a"},
                             {"threshold", 0},
                             {"privileges", {{"birthday_gift", std::move(gift)}}}}}}});
    return levels ? std::string() : levels.error().where;
  };
  EXPECT_EQ(refused(true), "") << "data for the shop, as ever";
  EXPECT_EQ(refused(points_gift()), "");
  EXPECT_TRUE(refused({{"kind", "cake"}}).ends_with("birthday_gift.kind"));
  EXPECT_TRUE(refused(points_gift({{"points", 0}})).ends_with("birthday_gift.points"));
  EXPECT_TRUE(refused(points_gift({{"from", "soon"}})).ends_with("birthday_gift.from"));
  EXPECT_TRUE(refused(points_gift({{"expires_in_days", 4'000}}))
                  .ends_with("birthday_gift.expires_in_days"));
  EXPECT_TRUE(refused({{"kind", "coupon"}}).ends_with("birthday_gift.batch"));
  EXPECT_TRUE(refused({{"kind", "reward"}}).ends_with("birthday_gift.reward"));
  auto levels = levels_from_json(
      {{"levels",
        {{{"code", "a"},
          {"name", "a"},
          {"threshold", 0},
          {"privileges", {{"birthday_gift", {{"kind", "coupon"}, {"batch", "none"}}}}}}}}});
  ASSERT_TRUE(levels);
  const auto done = ledger_->database().write([&](store::Connection& c) {
    return prepare_birthday_gifts(c, ledger_->programme(), *levels, ledger_->now());
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().where, "birthday_gift.batch");
}

}  // namespace
}  // namespace perennial::loyalty
