// What a dry run says is what then happens.
#include "loyalty/dry_run.h"

#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "loyalty/late_facts.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using Event = events::StoredEvent;
using Sums = std::map<std::string, Points>;

class DryRunTest : public StageTest {
 public:
  DryRunTest() { ledger_->at("2026-06-01T12:00"); }
  static Event order(std::string_view time, std::string user, const std::string& id, double yuan) {
    return track(time, std::move(user), "", "Order Completed",
                 {{"order_id", id}, {"total", yuan}, {"currency", "CNY"}});
  }
  using StageTest::track;

 protected:
  // Events reach the log and the stage.
  void happen(std::vector<Event> events) {
    std::vector<events::Event> sent;
    for (Event& event : events) {
      event.message_id = "m" + std::to_string(++messages_);
      sent.push_back(event);
    }
    ASSERT_TRUE(log_->append_and_wait(std::move(sent)));
    send(std::move(events));
  }
  std::string code(const std::string& user) {
    const PersonId who = person(user);
    std::string code;
    write([&](store::Connection& c) -> Result<void> {
      code = TRY(referral_code(c, ledger_->programme(), who, ledger_->now()));
      return {};
    });
    return code;
  }
  static Rule purchase(Points points) {
    return {.id = "purchase",
            .name = "Purchase",
            .from_ms = 0,
            .event = "Order Completed",
            .amount = {.kind = Amount::Kind::kPerMoney, .points = points, .per_minor = 100}};
  }
  static Rule shared() {
    return {.id = "shared",
            .name = "Shared",
            .from_ms = 0,
            .event = "Shared",
            .amount = {.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100},
            .caps = {{.points = 30, .every = Cap::Every::kDay}}};
  }
  // Rules of which all people share something: of one by the day, of one by times, and of all by
  // the month; with own caps, levels and streaks, so that a cut changes what comes after it.
  static std::vector<Rule> shared_by_all(Points daily) {
    const Cap all{.points = 9 * daily,
                  .every = Cap::Every::kMonth,
                  .whole_programme = true,
                  .everybody = true};
    Rule bought = purchase(1), told = shared(), signed_in = shared();
    bought.multipliers = {{.kind = Multiplier::Kind::kLevel}};
    bought.caps = {{.points = daily, .every = Cap::Every::kDay, .everybody = true},
                   {.points = 150, .every = Cap::Every::kWeek},
                   all};
    told.amount = {.points = 10};
    told.caps = {{.times = 2, .every = Cap::Every::kDay, .everybody = true},
                 {.points = 30, .every = Cap::Every::kWeek, .whole_programme = true},
                 all};
    signed_in.id = signed_in.name = "signed-in";
    signed_in.event = "Signed In";
    signed_in.amount = {.points = 2};
    signed_in.streak = {{.days = 2, .points = 15}};
    signed_in.caps = {all};
    return {bought, told, signed_in};
  }
  void save_levels_of_points() {
    const auto levels = levels_from_json(
        {{"measure", "points"},
         {"window", "total"},
         {"levels",
          {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
           {{"code", "star"}, {"name", "s"}, {"threshold", 60}, {"multiplier_percent", 200}}}}});
    ASSERT_TRUE(levels) << levels.error().text();
    write([&](store::Connection& c) -> Result<void> {
      TRY(save_levels(c, ledger_->programme(), *levels));
      return {};
    });
  }
  std::map<std::string, int64_t> people_by_level() {
    std::map<std::string, int64_t> people;
    write([&](store::Connection& c) -> Result<void> {
      for (const auto& row :
           TRY(c.query("SELECT level, count(*) FROM loyalty_members GROUP BY level")))
        people[row.text(0)] = row.integer(1);
      return {};
    });
    return people;
  }
  static ReferralTerms referral() {
    ReferralTerms terms;
    terms.enabled = true;
    terms.from_ms = 0;
    terms.min_minor = 3'000;
    terms.max_times = 2;
    terms.referrer.points = Amount{.points = 200};
    terms.friend_side.points =
        Amount{.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100};
    return terms;
  }
  // Points cost 1 minor unit each, and 80 % are expected to be redeemed; none has expired.
  static void expect_money(const Json& run) {
    const auto sum_of = [&](const char* column) {
      Points sum = 0;
      for (const Json& row : run["rules"]) sum += row[column].get<Points>();
      return sum;
    };
    const auto liability = [](Points points) { return (points * 8 + 5) / 10; };
    const Points was = sum_of("points_before"), is = sum_of("points_after");
    const Json& money = run["currencies"][0];
    EXPECT_EQ(money["points_before"], was);
    EXPECT_EQ(money["points_after"], is);
    EXPECT_EQ(money["cost_before_minor"], was);
    EXPECT_EQ(money["cost_after_minor"], is);
    EXPECT_EQ(money["liability_change_minor"], liability(is) - liability(was));
    EXPECT_NE(is, was);
    EXPECT_EQ(run["currencies"][1]["cost_after_minor"], 0);
  }
  void save(Rule rule, int64_t version) {
    rule.version = version;
    write([&](store::Connection& c) -> Result<void> {
      TRY(save_rule(c, ledger_->programme(), rule, "", ledger_->now()));
      return {};
    });
  }
  Terms terms() {
    return *ledger_->database().read(
        [&](store::Connection& c) { return terms_of(c, ledger_->programme()); });
  }
  Json run(DryRun change) {
    change.span = {from_millis(0), ledger_->now()};
    auto found = dry_run(ledger_->database(), *log_, terms(), change, ledger_->now());
    EXPECT_TRUE(found) << found.error().text();
    return std::move(*found);
  }
  static Sums column(const Json& result, const char* name) {
    Sums sums;
    for (const Json& row : result["rules"]) {
      if (row[name] != 0) sums[row["rule"]] = row[name];
    }
    return sums;
  }
  // What the ledger has by rule.
  Sums awarded() {
    Sums sums;
    write([&](store::Connection& c) -> Result<void> {
      for (const auto& row : TRY(c.query("SELECT rule, CAST(sum(points) AS BIGINT) FROM "
                                         "loyalty_awards WHERE points <> 0 GROUP BY rule")))
        sums[row.text(0)] = row.integer(1);
      return {};
    });
    return sums;
  }
  // What the worker does after a change that reaches back.
  void look_back() {
    const Terms all = terms();
    auto facts = *read_facts(ledger_->database(), *log_, event_names({all}));
    write([&](store::Connection& c) -> Result<void> {
      TRY(add_facts(c, facts));
      std::vector<PersonId> people;
      for (const auto& row : TRY(c.query("SELECT id FROM people")))
        people.push_back(row.integer(0));
      return assess_with_referrals(c, all, people, ledger_->now());
    });
  }

  std::unique_ptr<events::Log> log_ = events::open_memory();
  int messages_ = 0;
};

TEST_F(DryRunTest, SaysWhatThenHappens) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const auto user = [](int number) { return "u" + std::to_string(number); };
  save(purchase(1), 0);
  std::vector<Event> first;
  for (int i = 1; i <= 8; ++i) first.push_back(identify("2026-01-01", user(i), "", {{"n", i}}));
  happen(first);
  std::vector<std::string> codes;
  for (int i = 1; i <= 8; ++i) codes.push_back(code(user(i)));
  std::vector<Event> story;
  for (int i = 0; i < 120; ++i) {
    const std::string time = "2026-02-" + std::to_string(pick(10, 28)) +
                             "T10:" + std::to_string(pick(10, 59)) + ":" +
                             std::to_string(pick(10, 59));
    const std::string who = user(pick(1, 8)), id = who + "-" + std::to_string(pick(1, 5));
    const int what = pick(0, 9);
    if (what < 5) {
      story.push_back(order(time, who, id, pick(10, 90)));
    } else if (what < 6) {
      story.push_back(order(time, who, id, pick(1, 40)));
      story.back().name = "Order Refunded";
    } else if (what < 8) {
      story.push_back(track(time, who, "", "Shared", {{"value", pick(1, 40)}}));
    } else {
      const std::string& named = codes[static_cast<size_t>(pick(0, 7))];
      story.push_back(track(time, who, "", "Signed Up", {{"referral_code", named}}));
    }
  }
  happen(story);
  const Sums before = awarded();

  const Json both = run({.rules = {purchase(3), shared()}, .referral = referral()});
  EXPECT_EQ(column(both, "points_before"), before) << "seed " << seed;
  EXPECT_EQ(awarded(), before) << "nothing was changed";
  expect_money(both);
  const Json only = run({.rules = {shared()}});
  EXPECT_EQ(column(only, "points_after").at("purchase"), before.at("purchase"));

  save(purchase(3), 1);
  save(shared(), 0);
  write([&](store::Connection& c) -> Result<void> {
    TRY(save_referral(c, ledger_->programme(), referral(), "", ledger_->now()));
    return {};
  });
  look_back();
  EXPECT_EQ(awarded(), column(both, "points_after")) << "seed " << seed;
  // Now that the terms are there, the same terms change nothing, and none at all take all away.
  const Json same = run({.referral = referral()});
  EXPECT_EQ(same["referral"]["before"], same["referral"]["after"]);
  EXPECT_EQ(column(same, "points_before"), column(same, "points_after"));
  EXPECT_EQ(same["referral"]["after"], both["referral"]["after"]);
  ReferralTerms off = referral();
  off.enabled = false;
  const Json none = run({.referral = off});
  EXPECT_FALSE(column(none, "points_after").contains("referral:referrer"));
  EXPECT_EQ(none["referral"]["after"]["rewarded"], 0);
  ledger_->verify();
}

// Each event at its time, none at the time of another: orders, refunds of some of them in parts or
// whole, and what people do beside.
std::vector<Event> story_of(std::mt19937_64& random, int events) {
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  struct Open {
    std::string user, id;
    int yuan;
  };
  std::vector<Open> orders;
  std::vector<Event> story;
  for (int i = 0; i < events; ++i) {
    const std::string who = "u" + std::to_string(pick(1, 6)), id = "o" + std::to_string(i);
    const int what = pick(0, 9), yuan = pick(10, 60);
    Event event;
    if (what < 4 || (what < 6 && orders.empty())) {
      event = DryRunTest::order("2026-02-01", who, id, yuan);
      orders.push_back({who, id, yuan});
    } else if (what < 6) {
      const auto at = orders.begin() + pick(0, static_cast<int>(orders.size()) - 1);
      const int part = pick(1, at->yuan);
      event = DryRunTest::order("2026-02-01", at->user, at->id, part);
      event.name = "Order Refunded";
      at->yuan -= part;
      if (at->yuan == 0) orders.erase(at);
    } else {
      event = DryRunTest::track("2026-02-01", who, "", what < 8 ? "Shared" : "Signed In",
                                Json::object());
    }
    event.timestamp += std::chrono::hours(4 * i) + std::chrono::seconds(pick(0, 14'000));
    story.push_back(std::move(event));
  }
  return story;
}

// Events that come one by one at their time: the ledger serves who comes first, the dry run who
// was first, and that is the same.
TEST_F(DryRunTest, CapsOverAllPeopleServeWhoWasFirst) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto story = story_of(random, 200);
  const auto earn_by = [&](const std::vector<Rule>& rules) {
    save_levels_of_points();
    for (const Rule& rule : rules) save(rule, 0);
    for (const Event& event : story) happen({event});
  };
  const auto sum_of = [](const Sums& sums) {
    Points points = 0;
    for (const auto& [rule, sum] : sums) points += sum;
    return points;
  };
  earn_by(shared_by_all(60));
  const Sums before = awarded();
  const Json same = run({.rules = shared_by_all(60)});
  EXPECT_EQ(column(same, "points_before"), before) << "seed " << seed;
  EXPECT_EQ(column(same, "points_after"), before) << "seed " << seed;
  EXPECT_EQ(same["levels_before"], Json(people_by_level())) << "seed " << seed;
  EXPECT_EQ(awarded(), before) << "nothing was changed";
  const Json less = run({.rules = shared_by_all(25)});
  std::vector<Rule> free = shared_by_all(60);
  for (Rule& rule : free) {
    std::erase_if(rule.caps, [](const Cap& cap) { return cap.everybody; });
  }
  EXPECT_GT(sum_of(column(run({.rules = free}), "points_after")), sum_of(before));

  start_again();
  ledger_->at("2026-06-01T12:00");
  log_ = events::open_memory();
  earn_by(shared_by_all(25));
  EXPECT_EQ(awarded(), column(less, "points_after")) << "seed " << seed;
  EXPECT_EQ(Json(people_by_level()), less["levels_after"]) << "seed " << seed;
  EXPECT_LT(sum_of(awarded()), sum_of(before));
  ledger_->verify();
}

// However late the ledger learns of something, a dry run looks at when it happened.
TEST_F(DryRunTest, LateEventsAreServedAtTheirTime) {
  Rule rule = shared();
  rule.amount = {.points = 10};
  rule.caps = {{.points = 15, .every = Cap::Every::kMonth, .everybody = true}};
  save_levels_of_points();
  save(rule, 0);
  const auto told = [](std::string_view time, const char* user) {
    return track(time, user, "", "Shared", Json::object());
  };
  happen({told("2026-03-02", "amy")});
  happen({told("2026-03-01", "ben"), told("2026-03-03", "cem")});
  EXPECT_EQ(awarded(), (Sums{{"shared", 15}}));
  const Json once = run({.rules = {rule}});
  EXPECT_EQ(column(once, "points_before"), (Sums{{"shared", 15}}));
  EXPECT_EQ(once["rules"][0]["awards_before"], 2);
  rule.caps.front().points = 10;
  const Json less = run({.rules = {rule}});
  EXPECT_EQ(column(less, "points_after"), (Sums{{"shared", 10}}));
  EXPECT_EQ(less["rules"][0]["awards_after"], 1);
}

// The points of a friend's order lift the referrer to another level.
TEST_F(DryRunTest, ReferralCountsForTheLevel) {
  save(purchase(1), 0);
  const auto levels = levels_from_json({{"measure", "points"},
                                        {"window", "total"},
                                        {"levels",
                                         {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                                          {{"code", "star"}, {"name", "s"}, {"threshold", 200}}}}});
  write([&](store::Connection& c) -> Result<void> {
    TRY(save_levels(c, ledger_->programme(), *levels));
    return {};
  });
  happen({identify("2026-01-01", "anna", "", {{"plan", "a"}})});
  happen({track("2026-02-01", "bo", "", "Signed Up", {{"referral_code", code("anna")}}),
          order("2026-02-02", "bo", "1", 60)});
  const Json found = run({.referral = referral()});
  EXPECT_EQ(to_text(found["moved"]), R"([{"from":"base","to":"star","people":1,"list":[)" +
                                         std::to_string(person("anna")) + "]}]");
  EXPECT_EQ(found["referral"]["before"]["claims"], 0);
  EXPECT_EQ(found["referral"]["after"]["referrer_points"], 200);
  EXPECT_EQ(found["referral"]["after"]["friend_points"], 60);
}

// Who would be in which other level, up and down; and what the programme owes today and would owe:
// what was spent stays spent, what has expired by now counts in neither.
TEST_F(DryRunTest, SaysWhoMovesAndWhatIsOwedAfterwards) {
  save_levels_of_points();
  save(purchase(1), 0);
  happen({order("2026-02-01", "amy", "1", 20), order("2026-02-01", "ben", "2", 59),
          order("2026-02-01", "cem", "3", 60), order("2026-02-01", "dan", "4", 10)});
  const auto star = [&](const char* user) { return person(user); };
  ASSERT_TRUE(
      ledger_
          ->run({.kind = CommandKind::kRedeem, .id = "spent", .person = star("cem"), .amount = 50})
          .done());
  const Points today = 20 + 59 + 60 + 10 - 50;
  const Json more = run({.rules = {purchase(3)}});
  const Json& moved = more["moved"];
  ASSERT_EQ(moved.size(), 1u) << moved;
  EXPECT_EQ(moved[0]["from"], "base");
  EXPECT_EQ(moved[0]["to"], "star");
  EXPECT_EQ(moved[0]["list"], Json(std::vector<PersonId>{star("amy"), star("ben")}))
      << "but who is there already, and who is still below";
  const Json& money = more["currencies"][0];
  EXPECT_EQ(money["outstanding_before"], today);
  const Points after = money["outstanding_after"];
  EXPECT_EQ(after - today, money["points_after"].get<Points>() - (20 + 59 + 60 + 10));
  EXPECT_EQ(money["liability_before_minor"], (today * 8 + 5) / 10);
  EXPECT_EQ(money["liability_after_minor"], (after * 8 + 5) / 10);
  EXPECT_EQ(money["expected_redemption_ppm"], 800'000);
  Rule off = purchase(1);
  off.enabled = false;
  const Json none = run({.rules = {off}});
  ASSERT_EQ(none["moved"].size(), 1u) << none["moved"];
  EXPECT_EQ(none["moved"][0]["from"], "star");
  EXPECT_EQ(none["moved"][0]["list"], Json(std::vector<PersonId>{star("cem")}));
  EXPECT_EQ(none["currencies"][0]["outstanding_after"], -50) << "what was spent would be owed";
  Rule short_lived = purchase(1);
  short_lived.expiry = Expiry{.kind = Expiry::Kind::kDays, .unit = Expiry::Unit::kDay, .count = 30};
  const Json gone = run({.rules = {short_lived}});
  EXPECT_EQ(gone["moved"].size(), 0u);
  EXPECT_EQ(gone["currencies"][0]["points_after"], 149);
  EXPECT_EQ(gone["currencies"][0]["outstanding_after"], -50);
}

}  // namespace
}  // namespace perennial::loyalty
