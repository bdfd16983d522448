// Earning rules and levels over facts in memory; then the same through the people stage and the
// ledger, in any order of arrival.
#include <atomic>
#include <iostream>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/evaluate.h"
#include "loyalty/played.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;

TEST(Rules, AmountsAndRounding) {
  const Amount per_100{.kind = Amount::Kind::kPerMoney, .points = 10, .per_minor = 10'000};
  EXPECT_EQ(base_points(per_100, 9'999, 1), 0);
  EXPECT_EQ(base_points(per_100, 29'999, 1), 20) << "10 points for each full ¥100";
  EXPECT_EQ(base_points(per_100, -5, 1), 0);
  Amount nearest{.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100};
  nearest.rounding = Rounding::kNearest;
  EXPECT_EQ(base_points(nearest, 149, 1), 1);
  EXPECT_EQ(base_points(nearest, 150, 1), 2);
  nearest.rounding = Rounding::kUp;
  EXPECT_EQ(base_points(nearest, 101, 1), 2);
  EXPECT_EQ(base_points(nearest, INT64_MAX, 1), kMaxPoints);
  const Rule tiers = rule(R"({"event":"x","amount":{"kind":"tiered","tiers":[
      {"from_minor":10000,"points":5},{"from_minor":50000,"points":2,"per_minor":1000}]}})");
  EXPECT_EQ(base_points(tiers.amount, 9'999, 1), 0);
  EXPECT_EQ(base_points(tiers.amount, 49'999, 1), 5);
  EXPECT_EQ(base_points(tiers.amount, 50'000, 1), 100);
  EXPECT_EQ(base_points({.kind = Amount::Kind::kPerItem, .points = 3}, 0, 4), 12);
}

TEST(Rules, StackingIsRoundedOnce) {
  const std::vector<int64_t> percents = {150, 110};
  EXPECT_EQ(multiplied(11, Stacking::kMultiply, percents), 18);  // 18.15
  EXPECT_EQ(multiplied(11, Stacking::kAdd, percents), 17);       // 17.6
  EXPECT_EQ(multiplied(11, Stacking::kBest, percents), 16);      // 16.5
  const std::vector<int64_t> five(5, 100'000);
  EXPECT_EQ(multiplied(kMaxPoints, Stacking::kMultiply, five), kMaxPoints);
}

TEST(Rules, BirthdayMonthIsThreefold) {
  Played played{.rules = {rule(R"({"event":"Order Completed",
      "amount":{"kind":"per_money","points":1,"per_minor":100},
      "multipliers":[{"kind":"birthday_month","percent":300}]})")}};
  played.traits = R"({"birthday":"1990-05-31"})";
  EXPECT_THAT(played.points({order("2026-05-01", "a", 1'000), order("2026-06-01", "b", 1'000),
                             order("2026-05-31T23:59", "c", 1'000)}),
              ElementsAre(30, 30, 10));
}

// Who was in a segment when the event happened, whatever came after.
TEST(Rules, ASegmentMultiplies) {
  Played played;
  played.rules = {rule(R"({"event":"Shared","amount":{"kind":"fixed","points":10},
      "multipliers":[{"kind":"segment","segment":"seg_a","percent":200}]})")};
  const auto moved = [](std::string_view time, const char* name, const char* segment) {
    return event(time, name, R"({"segment_id":")" + std::string(segment) + R"("})");
  };
  EXPECT_THAT(
      played.points({event("2026-01-01", "Shared"), moved("2026-01-02", "Segment Entered", "seg_a"),
                     moved("2026-01-02", "Segment Entered", "seg_b"), event("2026-01-03", "Shared"),
                     moved("2026-01-04", "Segment Left", "seg_b"), event("2026-01-05", "Shared"),
                     moved("2026-01-06", "Segment Left", "seg_a"), event("2026-01-07", "Shared")}),
      ElementsAre(10, 20, 20, 10));
  EXPECT_EQ(event_names({{.programme = test_programme(), .rules = played.rules}}).size(), 3u);
}

TEST(Rules, ConditionsLookIntoLists) {
  const auto points = [](const char* op, const char* value, const char* properties) {
    Played played;
    played.rules = {rule(std::string(R"({"event":"e","amount":{"kind":"fixed","points":1},
        "when":[{"property":"products[].category","op":")") +
                         op + R"(","value":)" + value + "}]}")};
    return played.points({event("2026-01-01", "e", properties)}).size();
  };
  const char* mixed = R"({"products":[{"category":"tea"},{"category":"cup"},{"sku":7}]})";
  EXPECT_EQ(points("eq", R"("cup")", mixed), 1u);
  EXPECT_EQ(points("eq", R"("pot")", mixed), 0u);
  EXPECT_EQ(points("in", R"(["pot","tea"])", mixed), 1u);
  EXPECT_EQ(points("ne", R"("tea")", mixed), 0u) << "none of them may be it";
  EXPECT_EQ(points("ne", R"("pot")", mixed), 1u);
  EXPECT_EQ(points("exists", "null", mixed), 1u);
  for (const char* none : {R"({})", R"({"products":[]})", R"({"products":"tea"})"}) {
    EXPECT_EQ(points("eq", R"("tea")", none), 0u) << none;
    EXPECT_EQ(points("ne", R"("tea")", none), 1u) << none;
    EXPECT_EQ(points("exists", "null", none), 0u) << none;
  }
}

TEST(Rules, CapsGiveBackWhatIsCancelled) {
  const Played played{.rules = {rule(R"({"event":"Order Completed",
      "amount":{"kind":"per_money","points":1,"per_minor":100},
      "caps":[{"points":100,"every":"day"}]})")}};
  EXPECT_THAT(
      played.points({order("2026-05-01T10:00", "a", 8'000), order("2026-05-01T11:00", "b", 8'000),
                     refund("2026-05-01T12:00", "a", 8'000), order("2026-05-01T13:00", "c", 8'000),
                     order("2026-05-02T00:00", "d", 20'000)}),
      ElementsAre(0, 20, 80, 100));
}

TEST(KnownFailures, RepeatableActionCountedAgainOnEveryOpen) {
  const Played played{.rules = {rule(R"({"event":"Product Reviewed","once_per":"product_id",
      "amount":{"kind":"fixed","points":20}})")}};
  EXPECT_THAT(played.points({event("2026-05-01", "Product Reviewed", R"({"product_id":1})"),
                             event("2026-05-02", "Product Reviewed", R"({"product_id":1})"),
                             event("2026-05-03", "Product Reviewed", R"({"product_id":2})")}),
              ElementsAre(20, 20));
}

TEST(Rules, StreaksAndMakeUpDays) {
  const Played played{.rules = {rule(R"({"event":"Signed In","amount":{"kind":"fixed","points":1},
      "caps":[{"times":1,"every":"day"}],"streak":[{"days":3,"points":10}],"streak_cycle":3,
      "makeup_event":"Made Up","makeups_per_month":1})")}};
  std::vector<Fact> facts;
  for (const char* day : {"2026-05-01", "2026-05-02", "2026-05-04", "2026-05-05", "2026-05-06"})
    facts.push_back(event(day, "Signed In"));
  facts.push_back(event("2026-05-06T09:00", "Signed In"));
  auto sum = [&] {
    Points points = 0;
    for (Points one : played.points(facts)) points += one;
    return points;
  };
  EXPECT_EQ(sum(), 5 + 10);
  facts.push_back(event("2026-05-06T10:00", "Made Up", R"({"date":"2026-05-03"})"));
  EXPECT_EQ(sum(), 5 + 20) << "six days in a row";
  facts.push_back(event("2026-05-06T11:00", "Made Up", R"({"date":"2026-04-30"})"));
  EXPECT_EQ(sum(), 5 + 20) << "one day a month can be made up";
  EXPECT_EQ(played.run(facts, "2026-05-07").streaks[0].days, 6);
  EXPECT_EQ(played.run(facts, "2026-05-08").streaks[0].days, 0);
}

TEST(Rules, MissionsNeedAllTheirTasks) {
  const Played played{.rules = {rule(R"({"amount":{"kind":"fixed","points":100},
      "mission_every":"month","tasks":[{"event":"A","times":2},{"event":"Order Completed"}]})")}};
  EXPECT_THAT(played.points({event("2026-05-01", "A"), order("2026-05-02", "o", 1),
                             event("2026-06-01", "A")}),
              ElementsAre());
  EXPECT_THAT(played.points({event("2026-05-01", "A"), order("2026-05-02", "o", 1),
                             event("2026-05-03", "A"), event("2026-05-04", "A")}),
              ElementsAre(100));
}

TEST(Rules, VersionsHoldInTheirOwnTime) {
  Played played{.rules = {rule(kPerYuan), rule(kPerYuan)}};
  played.rules[0].from_ms = at("2026-01-01");
  played.rules[1].from_ms = at("2026-03-01");
  played.rules[1].version = 2;
  played.rules[1].amount.points = 2;
  set_spans(played.rules);
  EXPECT_THAT(played.points({order("2025-12-31T23:59", "a", 100), order("2026-02-28", "b", 100),
                             order("2026-03-01", "c", 100)}),
              ElementsAre(1, 2));
}

TEST(Rules, RefundsThatNameNoOrderTakeFromTheNewest) {
  const Played played{.rules = {rule(kPerYuan)}};
  EXPECT_THAT(played.points({order("2026-01-01", "a", 1'000), order("2026-02-01", "b", 500),
                             refund("2026-03-01", "C1", 700)}),
              ElementsAre(8, 0));
}

TEST(Rules, BadOnesAreRefused) {
  const std::pair<std::string, std::string> bad[] = {
      {R"({"id":"r","name":"r","event":"e",
           "amount":{"kind":"per_money","points":1,"per_minor":0}})",
       "amount.per_minor"},
      {R"({"id":"r","name":"r","event":"e","amount":{"kind":"fixed","points":1.5}})",
       "amount.points"},
      {R"({"id":"r","name":"r","event":"e","amount":{"kind":"magic"}})", "amount.kind"},
      {R"({"id":"r","name":"r","amount":{"kind":"fixed","points":1}})", "event"},
      {R"({"id":"r","name":"r","event":"e","amount":{"kind":"fixed","points":1},
           "caps":[{"times":1},{"every":"day"}]})",
       "caps.1.points"},
      {R"({"id":"r","name":"r","amount":{"kind":"fixed","points":1},
           "tasks":[{"event":"a"},{"event":"b","when":[{"property":"x","op":"in","value":3}]}]})",
       "tasks.1.when.0.value"},
      {R"({"id":"r","name":"r","event":"e","amount":{"kind":"fixed","points":1},"streak_cycle":3,
           "streak":[{"days":2,"points":1},{"days":7,"points":1}]})",
       "streak.1.days"}};
  for (const auto& [json, where] : bad) {
    const auto refused = rule_from_json(*parse_json(json));
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().where, where);
  }
  for (const Json& preset : preset_rules()) {
    const auto read = rule_from_json(preset);
    ASSERT_TRUE(read) << preset;
    EXPECT_EQ(to_json(*rule_from_json(to_json(*read))), to_json(*read));
  }
  EXPECT_TRUE(levels_from_json(preset_levels()));
  EXPECT_TRUE(programme_from_json(preset_programme("members", "UTC")));
}

TEST(BadInput, AMegabyteOfRule) {
  Json large = to_json(rule(kPerYuan));
  large["when"] = Json::array();
  large["when"].push_back({{"property", "a"}, {"value", std::string(1'000'000, 'x')}});
  EXPECT_EQ(rule_from_json(large).error().code, Code::kTooLarge);
  large["when"][0]["value"] = "x";
  EXPECT_TRUE(rule_from_json(large));
}

TEST(BadInput, AnAmountDividedByNothing) {
  const auto where = [](std::string_view amount) {
    const auto read = rule_from_json(
        {{"id", "r"}, {"name", "r"}, {"event", "e"}, {"amount", *parse_json(amount)}});
    return read ? std::string() : read.error().where;
  };
  EXPECT_EQ(where(R"({"kind":"per_money","points":1,"per_minor":0})"), "amount.per_minor");
  EXPECT_EQ(where(R"({"kind":"per_money","points":1,"per_minor":-100})"), "amount.per_minor");
  EXPECT_EQ(where(R"({"kind":"per_money","points":1,"per_minor":1})"), "");
  // A tier without a divisor gives its points once; none divides by nothing.
  EXPECT_EQ(where(R"({"kind":"tiered","tiers":[{"from_minor":0,"points":1,"per_minor":-1}]})"),
            "amount.tiers.0.per_minor");
  Amount tiers{.kind = Amount::Kind::kTiered, .tiers = {{.points = 7}}};
  EXPECT_EQ(base_points(tiers, 100, 1), 7);
}

TEST(BadInput, AmountsBeyondTheLargest) {
  const Amount most{.kind = Amount::Kind::kPerMoney, .points = kMaxPoints, .per_minor = 1};
  EXPECT_EQ(base_points(most, INT64_MAX, 1), kMaxPoints);
  EXPECT_EQ(base_points(most, INT64_MIN, 1), 0);
  EXPECT_EQ(base_points(most, 0, 1), 0);
  const std::vector<int64_t> percents(5, 100'000);
  EXPECT_EQ(multiplied(kMaxPoints, Stacking::kMultiply, percents), kMaxPoints);
  EXPECT_EQ(multiplied(kMaxPoints, Stacking::kAdd, percents), kMaxPoints);
}

TEST(BadInput, ParallelEditsOfARule) {
  TestLedger ledger(0);
  const auto save = [&](int64_t version, Points points) {
    Rule edited = rule(kPerYuan);
    edited.version = version;
    edited.amount.points = points;
    return ledger.database().write([&](store::Connection& c) {
      return save_rule(c, ledger.programme(), edited, "", ledger.now());
    });
  };
  ASSERT_TRUE(save(0, 1));
  // Two people opened version 1; eight threads save it at once. One of them gets version 2.
  std::atomic<int> saved = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto done = save(1, 2 + i);
      saved += done.has_value() && done->version == 2;
      refused += !done && done.error().code == Code::kConflict;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(saved, 1);
  EXPECT_EQ(refused, 7);
  const auto versions = ledger.database().read(
      [&](store::Connection& c) { return all_versions(c, ledger.programme()); });
  EXPECT_EQ(versions->size(), 2u);
}

// ---- levels

TEST(Levels, AreReachedKeptAndLost) {
  const Played played{.levels = spend_levels()};
  const std::vector<Fact> facts = {order("2026-01-10", "a", 5'000)};
  EXPECT_EQ(history(played.run(facts, "2027-01-10T23:59")), "base>gold reached; ");
  EXPECT_EQ(history(played.run(facts, "2027-01-11")), "base>gold reached; gold>gold grace; ");
  EXPECT_EQ(history(played.run(facts, "2027-01-21")),
            "base>gold reached; gold>gold grace; gold>silver ended; ");
  auto more = facts;
  more.push_back(order("2027-01-15", "b", 6'000));
  EXPECT_EQ(history(played.run(more, "2027-02-01")),
            "base>gold reached; gold>gold grace; gold>gold kept; ");
  const Replay now = played.run({order("2026-01-10", "a", 700)}, "2026-02-01");
  EXPECT_EQ(now.standing.level, "base");
  EXPECT_EQ(now.standing.next_level, "silver");
  EXPECT_EQ(now.standing.missing, 300);
}

TEST(Levels, RefundsAreLookedAtAgain) {
  const Played played{.levels = spend_levels()};
  EXPECT_EQ(history(played.run({order("2026-01-10", "a", 2'000), order("2026-02-10", "b", 4'000),
                                refund("2026-02-20", "b", 4'000)},
                               "2026-03-01")),
            "base>silver reached; silver>gold reached; gold>silver refund; ");
  EXPECT_EQ(history(played.run({order("2026-01-10", "a", 2'000), refund("2026-02-20", "a", 2'000)},
                               "2026-03-01")),
            "base>silver reached; silver>base refund; ");
}

TEST(KnownFailures, LevelFromBalance) {
  // Spending points takes nothing from the level, and is nothing that counts for it.
  TestLedger ledger;
  Terms terms{.programme = ledger.programme()};
  terms.levels = *levels_from_json({{"measure", "points"},
                                    {"window", "total"},
                                    {"levels",
                                     {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                                      {{"code", "silver"}, {"name", "s"}, {"threshold", 100}}}}});
  const auto level = [&] {
    const PersonId person = 1;
    auto member =
        ledger.database().write([&](store::Connection& c) -> Result<std::optional<Member>> {
          TRY(assess(c, terms, std::span(&person, 1), ledger.now()));
          return find_member(c, terms.programme, person);
        });
    EXPECT_TRUE(member) << member.error().text();
    return (*member)->standing;
  };
  ledger.run({.kind = CommandKind::kEarn, .id = "a", .person = 1, .amount = 99});
  EXPECT_EQ(level().level, "base");
  ledger.run({.kind = CommandKind::kRedeem, .id = "b", .person = 1, .amount = 90});
  EXPECT_EQ(level().measure, 99);
  ledger.run({.kind = CommandKind::kEarn, .id = "c", .person = 1, .amount = 1});
  EXPECT_EQ(level().level, "silver");
}

// ---- through the stage

class Stage : public StageTest {
 protected:
  Stage() { add_rules(); }
  void reset() {
    start_again();
    add_rules();
  }
  void add_rules() {
    write([&](store::Connection& c) -> Result<void> {
      Rule purchase = rule(kPerYuan);
      purchase.from_ms = 0;
      purchase.multipliers = {{.kind = Multiplier::Kind::kLevel}};
      purchase.caps = {{.points = 150, .every = Cap::Every::kDay}};
      TRY(save_rule(c, ledger_->programme(), purchase, "", ledger_->now()));
      Rule review = rule(R"({"id":"review","event":"Reviewed","once_per":"product",
          "amount":{"kind":"fixed","points":7}})");
      review.from_ms = 0;
      TRY(save_rule(c, ledger_->programme(), review, "", ledger_->now()));
      Levels levels = spend_levels();
      levels.levels[1].multiplier_percent = 200;
      TRY(save_levels(c, ledger_->programme(), levels));
      return {};
    });
  }
  // Balances, awards and levels of these users.
  std::string state(const std::vector<std::string>& users) {
    std::string text;
    for (const auto& user : users) {
      const PersonId id = person(user);
      const Balance b = ledger_->balance(id);
      text += user + ": " + std::to_string(b.available) + "/" + std::to_string(b.owed);
      write([&](store::Connection& c) -> Result<void> {
        for (const auto& row : TRY(c.query("SELECT rule, sum(points) FROM loyalty_awards "
                                           "WHERE person = $1 GROUP BY rule ORDER BY rule",
                                           {id})))
          text += " " + row.text(0) + "=" + std::to_string(row.integer(1));
        const auto member = TRY(find_member(c, ledger_->programme(), id));
        if (member)
          text += " " + member->standing.level + " " + std::to_string(member->standing.measure) +
                  " " + history({.standing = member->standing});
        return {};
      });
      text += "\n";
    }
    return text;
  }
  std::vector<events::StoredEvent> story(std::mt19937_64& random);
};

TEST_F(Stage, OrdersEarnAndRefundsTakeBack) {
  ledger_->at("2027-01-01T12:00");
  send({track("2026-01-02", "u", "", "Order Completed", total("1", 80.5)),
        track("2026-01-02T01:00", "u", "", "Order Completed", total("2", 100))});
  EXPECT_EQ(ledger_->balance(person("u")).available, 80 + 70);
  send({track("2026-01-03", "u", "", "Order Completed", total("1", 80.5))});
  EXPECT_EQ(ledger_->balance(person("u")).available, 80 + 70) << "replayed";
  send({track("2026-01-04", "u", "", "Order Refunded", total("1", 40.5))});
  EXPECT_EQ(ledger_->balance(person("u")).available, 40 + 70);
  const Statement statement = ledger_->statement(person("u"));
  EXPECT_EQ(statement.lines.front().rule, "r");
  EXPECT_EQ(statement.lines.front().version, 1);
  EXPECT_EQ(statement.lines.front().event, "order:web/1");
  ledger_->verify();
}

class KnownFailuresOfLevels : public Stage {
 protected:
  Standing standing() {
    Standing standing;
    const PersonId who = person("u");
    write([&](store::Connection& c) -> Result<void> {
      standing = TRY(find_member(c, ledger_->programme(), who))->standing;
      return {};
    });
    return standing;
  }
};

// What an order cost counts, whatever paid it; a redemption by itself is no spend, and giving
// points back takes none.
TEST_F(KnownFailuresOfLevels, RedemptionCountedAsSpend) {
  ledger_->at("2026-01-02T12:00");
  send({identify("2026-01-01", "u", "", {{"n", 1}})});
  const auto run = [&](Command command) {
    command.person = person("u");
    EXPECT_TRUE(ledger_->run(std::move(command)).done());
  };
  run({.kind = CommandKind::kEarn, .id = "e", .amount = 100'000});
  run({.kind = CommandKind::kHold, .id = "h", .amount = 300, .order = "1"});
  run({.kind = CommandKind::kCapture, .id = "c", .target = "h"});
  send({track("2026-01-02", "u", "", "Order Completed", total("1", 9.99))});
  EXPECT_EQ(standing().measure, 999);
  EXPECT_EQ(standing().level, "base");
  run({.kind = CommandKind::kRedeem, .id = "r", .amount = 90'000});
  run({.kind = CommandKind::kRedeem, .id = "s", .amount = 5'000, .order = "2"});
  send({track("2026-01-02T01:00", "u", "", "Order Completed", total("2", 0))});
  EXPECT_EQ(standing().measure, 999);
  EXPECT_EQ(standing().missing, 1);
  send({track("2026-01-02T02:00", "u", "", "Order Completed", total("3", 0.01))});
  EXPECT_EQ(standing().level, "silver");
  send({track("2026-01-02T03:00", "u", "", "Order Refunded", total("1", 1))});
  EXPECT_EQ(standing().measure, 900);
}

TEST_F(Stage, AJoinedVisitorBringsTheirPoints) {
  ledger_->at("2027-01-01T12:00");
  send({track("2026-01-02", "", "v", "Order Completed", total("1", 50)),
        track("2026-01-03", "u", "", "Order Completed", total("2", 30))});
  EXPECT_EQ(ledger_->balance(person("", "v")).available, 50);
  auto identify = base("2026-01-04", "u", "v");
  identify.type = events::Type::kIdentify;
  send({identify});
  EXPECT_EQ(person("", "v"), person("u"));
  EXPECT_EQ(ledger_->balance(person("u")).available, 80);
  ledger_->verify();
}

std::vector<events::StoredEvent> Stage::story(std::mt19937_64& random) {
  std::vector<events::StoredEvent> events;
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int i = 0; i < 60; ++i) {
    const std::string user = "u" + std::to_string(pick(1, 3));
    const std::string time = "2026-0" + std::to_string(pick(1, 9)) + "-1" +
                             std::to_string(pick(0, 9)) + "T0" + std::to_string(pick(0, 9)) + ":" +
                             std::to_string(pick(10, 59)) + ":" + std::to_string(pick(10, 59));
    const std::string order = user + "-" + std::to_string(pick(1, 12));
    const int what = pick(0, 9);
    if (what < 5) {
      events.push_back(track(time, user, "", "Order Completed", total(order.c_str(), pick(1, 60))));
    } else if (what < 8) {
      events.push_back(track(time, user, "", "Order Refunded", total(order.c_str(), pick(1, 20))));
    } else {
      events.push_back(track(time, user, "", "Reviewed", {{"product", pick(1, 4)}}));
    }
    events.back().message_id = "m" + std::to_string(i);
  }
  return events;
}

TEST_F(Stage, AnyOrderOfArrivalGivesTheSameState) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const std::vector<std::string> users = {"u1", "u2", "u3"};
  const auto events = story(random);
  ledger_->at("2027-06-01T12:00");
  send(events);
  const std::string expected = state(users);
  for (int round = 0; round < 4; ++round) {
    reset();
    ledger_->at("2027-06-01T12:00");
    auto shuffled = events;
    std::ranges::shuffle(shuffled, random);
    while (!shuffled.empty()) {
      const size_t size = std::min<size_t>(1 + random() % 9, shuffled.size());
      send({shuffled.end() - static_cast<ptrdiff_t>(size), shuffled.end()});
      shuffled.resize(shuffled.size() - size);
    }
    ASSERT_EQ(state(users), expected) << "seed " << seed;
    ledger_->verify();
  }
}

}  // namespace
}  // namespace perennial::loyalty
