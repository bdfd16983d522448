// Who is held out: what the rules do not give them, what stays theirs, and what comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/budgets.h"
#include "loyalty/coupons.h"
#include "loyalty/dry_run.h"
#include "loyalty/held_out.h"
#include "loyalty/price_rules.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

class HoldOuts : public StageTest {
 protected:
  HoldOuts() { ledger_->at("2026-12-01T12:00"); }
  void add_rules() {
    write([&](store::Connection& c) -> Result<void> {
      Rule bought;
      bought.id = bought.name = "bought";
      bought.event = "Order Completed";
      bought.from_ms = bought.version = 0;
      bought.amount = {.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100};
      TRY(save_rule(c, ledger_->programme(), bought, "", ledger_->now()));
      Rule signed_in;
      signed_in.id = signed_in.name = "signed";
      signed_in.event = "Signed In";
      signed_in.from_ms = signed_in.version = 0;
      signed_in.amount = {.points = 3};
      signed_in.streak = {{.days = 2, .points = 50}};
      TRY(save_rule(c, ledger_->programme(), signed_in, "", ledger_->now()));
      TRY(save_levels(
          c, ledger_->programme(),
          TRY(levels_from_json({{"measure", "spend"},
                                {"window", "total"},
                                {"levels",
                                 {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                                  {{"code", "gold"}, {"name", "g"}, {"threshold", 10'000}}}}}))));
      return {};
    });
  }
  void hold(PersonId person, std::string_view from) {
    write(
        [&](store::Connection& c) { return hold_out(c, "h", std::span(&person, 1), time(from)); });
  }
  static Instant time(std::string_view text) { return *parse_instant(text, test_programme().zone); }
  events::StoredEvent order(std::string_view at, const std::string& user, const char* id,
                            double total, const std::string& visitor = "") {
    return track(at, user, visitor, "Order Completed",
                 {{"order_id", id}, {"total", total}, {"currency", "CNY"}});
  }
  // What somebody at the console says about two users.
  events::StoredEvent word(std::string_view at, bool merged, const char* one = "a",
                           const char* other = "b") {
    const auto side = [](const char* user) { return Json{{"kind", "user_id"}, {"value", user}}; };
    auto event = track(at, "", "$group:people", merged ? "$people_merged" : "$people_separated",
                       {{"a", side(one)}, {"b", side(other)}, {"by", "op"}, {"reason", "r"}});
    event.source = "console:people";
    return event;
  }
  void save(Rule rule) {
    rule.from_ms = 0;
    write([&](store::Connection& c) -> Result<void> {
      TRY(save_rule(c, ledger_->programme(), rule, "", ledger_->now()));
      return {};
    });
  }
  Points has(std::string_view user) { return ledger_->balance(person(user)).available; }
  std::string level(std::string_view user) {
    std::string level;
    const PersonId id = person(user);
    write([&](store::Connection& c) -> Result<void> {
      const auto member = TRY(find_member(c, ledger_->programme(), id));
      if (member) level = member->standing.level;
      return {};
    });
    return level;
  }
  void assess_all() {
    write([&](store::Connection& c) -> Result<void> {
      std::vector<PersonId> people;
      for (const auto& row : TRY(c.query("SELECT id FROM people")))
        people.push_back(row.integer(0));
      return assess_with_referrals(c, TRY(terms_of(c, ledger_->programme())), people,
                                   ledger_->now());
    });
  }
};

TEST_F(HoldOuts, EarnNothingByRulesAndKeepWhatTheyHave) {
  add_rules();
  send({order("2026-01-02", "held", "1", 50), order("2026-01-02", "other", "2", 50)});
  hold(person("held"), "2026-02-01");
  std::vector<events::StoredEvent> both;
  for (const std::string user : {"held", "other"}) {
    both.push_back(order("2026-02-01", user, (user + "-1").c_str(), 200));
    both.push_back(track("2026-02-02", user, "", "Signed In", Json::object()));
    both.push_back(track("2026-02-03", user, "", "Signed In", Json::object()));
  }
  send(both);
  EXPECT_EQ(has("other"), 50 + 200 + 3 + 3 + 50);
  EXPECT_EQ(has("held"), 50) << "what happened before the hold-out";
  EXPECT_EQ(level("other"), "gold");
  EXPECT_EQ(level("held"), "base");
  // What they have can be spent, and commands of the shop give.
  const PersonId who = person("held");
  EXPECT_TRUE(
      ledger_->run({.kind = CommandKind::kRedeem, .id = "r", .person = who, .amount = 20}).done());
  EXPECT_TRUE(
      ledger_->run({.kind = CommandKind::kEarn, .id = "e", .person = who, .amount = 5}).done());
  EXPECT_EQ(has("held"), 35);
  // A refund of what gave nothing takes nothing; one of what gave something does.
  send({track("2026-02-04", "held", "", "Order Refunded",
              {{"order_id", "held-1"}, {"total", 200}, {"currency", "CNY"}}),
        track("2026-02-04", "held", "", "Order Refunded",
              {{"order_id", "1"}, {"total", 50}, {"currency", "CNY"}})});
  EXPECT_EQ(has("held"), 0);
  EXPECT_EQ(ledger_->balance(who).owed, 15);
  ledger_->verify();
}

TEST_F(HoldOuts, WhatHappenedMeanwhileStaysWithoutPointsAfterTheEnd) {
  add_rules();
  send({order("2026-01-02", "held", "1", 50)});
  hold(person("held"), "2026-02-01");
  write([&](store::Connection& c) { return end_hold_out(c, "h", time("2026-03-01")); });
  send({order("2026-02-28T23:59", "held", "2", 200), order("2026-03-01", "held", "3", 7)});
  EXPECT_EQ(has("held"), 50 + 7);
  assess_all();
  EXPECT_EQ(has("held"), 50 + 7) << "worked out anew";
  // Ending it again, or another one, opens nothing.
  write([&](store::Connection& c) { return end_hold_out(c, "h", time("2026-02-02")); });
  assess_all();
  EXPECT_EQ(has("held"), 50 + 7);
}

TEST_F(HoldOuts, AQuoteAndMemberPricesAndCouponsFollow) {
  add_rules();
  send({order("2026-01-02", "held", "1", 50), order("2026-01-02", "other", "2", 50)});
  const PersonId held = person("held"), other = person("other");
  hold(held, "2026-02-01");
  write([&](store::Connection& c) -> Result<void> {
    const Terms terms = TRY(terms_of(c, ledger_->programme()));
    for (const PersonId who : {held, other}) {
      auto known = TRY(load_known(c, terms.programme, terms.levels, std::span(&who, 1)));
      known[0].add_quoted({.kind = Fact::Kind::kOrder,
                           .at_ms = to_millis(ledger_->now()),
                           .key = "quote",
                           .name = "Order Completed",
                           .amount_minor = 8'000,
                           .items = 1});
      Points points = 0;
      for (const Award& award : TRY(replay_of_quote(c, terms, known[0], ledger_->now())).awards)
        points += award.key == "quote" ? award.points : 0;
      EXPECT_EQ(points, who == held ? 0 : 80);
    }
    PriceRule everybody;
    everybody.id = everybody.name = "all";
    everybody.percent = 10;
    everybody.valid = {time("2026-01-01"), time("2027-01-01")};
    const std::vector<PriceRule> rules = {everybody};
    for (const PersonId who : {held, other}) {
      const auto found = TRY(rules_for(c, ledger_->programme(), rules, {}, who, ledger_->now()));
      EXPECT_EQ(found.size(), who == held ? 0u : 1u);
    }
    CouponBatch batch;
    batch.id = batch.name = "spring";
    batch.kind = CouponBatch::Kind::kPercent;
    batch.percent = 10;
    batch.valid = everybody.valid;
    batch = TRY(save_batch(c, ledger_->programme(), batch, ledger_->now()));
    const std::vector<PersonId> all = {held, other};
    const Issued issued = TRY(issue_codes(c, ledger_->programme(), batch, all, ledger_->now()));
    EXPECT_EQ(issued.issued, 1);
    EXPECT_EQ(issued.skipped, 1);
    EXPECT_TRUE(TRY(coupons_of(c, ledger_->programme(), held)).empty());
    return {};
  });
}

TEST_F(HoldOuts, NewcomersAreAskedForWithTheirFirstEvent) {
  add_rules();
  std::multiset<PersonId> asked;
  const Loyalty::HeldNewcomers held =
      [&](store::Connection&, std::span<const PersonId> people) -> Result<std::vector<HeldOut>> {
    asked.insert(people.begin(), people.end());
    std::vector<HeldOut> list;
    for (const PersonId one : people)
      if (one == 1) list.push_back({"h", one, time("2026-01-01")});
    return list;
  };
  std::vector<events::StoredEvent> events = {order("2026-01-02", "first", "1", 50),
                                             order("2026-01-02", "second", "2", 60)};
  for (auto& event : events) event.seq = ++seq_;
  write([&](store::Connection& c) -> Result<void> {
    TRY(stage_.apply(c, events));
    return take_events(c, events, ledger_->now(), held);
  });
  const bool first = person("first") == 1;
  EXPECT_EQ(has(first ? "first" : "second"), 0);
  EXPECT_EQ(has(first ? "second" : "first"), first ? 60 : 50);
  // Whoever is held out is so: later events ask about the others alone.
  std::vector<events::StoredEvent> later = {order("2026-01-03", "first", "3", 50),
                                            order("2026-01-03", "second", "4", 60)};
  for (auto& event : later) event.seq = ++seq_;
  write([&](store::Connection& c) -> Result<void> {
    TRY(stage_.apply(c, later));
    return take_events(c, later, ledger_->now(), held);
  });
  EXPECT_EQ(asked.count(1), 1u);
  EXPECT_EQ(asked.count(2), 2u);
  EXPECT_EQ(has(first ? "first" : "second"), 0);
}

TEST_F(HoldOuts, WhoIsJoinedToSomebodyHeldOutKeepsWhatThatSideEarned) {
  add_rules();
  send({order("2026-02-02", "u", "1", 50), order("2026-02-02", "", "2", 30, "v")});
  hold(person("u"), "2026-03-01");
  send({order("2026-03-02", "u", "3", 100), order("2026-03-02", "", "4", 40, "v")});
  const PersonId visitor = person("", "v");
  EXPECT_EQ(ledger_->balance(visitor).available, 70);
  send({identify("2026-03-03", "u", "v", Json::object())});
  EXPECT_EQ(has("u"), 50 + 30 + 40) << "what was given is not taken back";
  send({order("2026-03-04", "", "5", 1'000, "v")});
  EXPECT_EQ(has("u"), 50 + 30 + 40) << "both are held out from now on";
  assess_all();
  EXPECT_EQ(has("u"), 50 + 30 + 40);
  ledger_->verify();
}

// Whichever of the two gives the joined person its number.
TEST_F(HoldOuts, WhoIsSeparatedAgainIsHeldOutAsWithoutTheJoin) {
  for (const bool first_is_held : {true, false}) {
    start_again();
    ledger_->at("2026-12-01T12:00");
    add_rules();
    const std::string held = first_is_held ? "a" : "b", other = first_is_held ? "b" : "a";
    send({order("2026-01-02", "a", "1", 50), order("2026-01-03", "b", "2", 50)});
    hold(person(held), "2026-02-01");
    Points other_has = 50;
    for (const std::string month : {"2026-03", "2026-04"}) {
      SCOPED_TRACE(month + held);
      send({word(month + "-02", true)});
      EXPECT_EQ(person("a"), person("b"));
      send({order(month + "-03", held, (month + "h").c_str(), 100),
            order(month + "-03", other, (month + "o").c_str(), 20)});
      EXPECT_EQ(has("a"), 50 + other_has) << "the joined person is held out";
      send({word(month + "-04", false)});
      ASSERT_NE(person("a"), person("b"));
      other_has += 20;
      EXPECT_EQ(has(held), 50);
      EXPECT_EQ(has(other), other_has) << "as if they had never been joined";
      send({order(month + "-05", held, (month + "h2").c_str(), 100),
            order(month + "-05", other, (month + "o2").c_str(), 3)});
      other_has += 3;
      EXPECT_EQ(has(held), 50);
      EXPECT_EQ(has(other), other_has);
    }
    write([&](store::Connection& c) { return end_hold_out(c, "h", time("2026-05-01")); });
    send({order("2026-05-02", held, "last", 4)});
    EXPECT_EQ(has(held), 54);
    ledger_->verify();
  }
}

TEST_F(HoldOuts, WhoWentBeforeLeavesNothingBehind) {
  add_rules();
  for (const std::string user : {"a", "b", "c", "d"})
    send({order("2026-01-02", user, user.c_str(), 1)});
  hold(person("b"), "2026-02-01");
  send({word("2026-03-01", true)});
  send({word("2026-03-02", false)});
  send({word("2026-03-03", true, "b", "c")});
  send({word("2026-03-04", true, "a", "d")});
  send({word("2026-03-05", false, "a", "d")});
  std::vector<events::StoredEvent> orders;
  for (const std::string user : {"a", "b", "c", "d"})
    orders.push_back(order("2026-03-06", user, (user + "2").c_str(), 10));
  send(orders);
  EXPECT_EQ(has("a"), 11);
  EXPECT_EQ(has("d"), 11);
  EXPECT_EQ(person("b"), person("c"));
  EXPECT_EQ(has("b"), 2) << "held out with the one that is";
  ledger_->verify();
}

// Who was joined to somebody held out keeps what each rule gave, no more and no less.
TEST_F(HoldOuts, WhatWasGivenStaysWhateverRulesSayLater) {
  add_rules();
  Rule mission;
  mission.id = mission.name = "mission";
  mission.version = 0;
  mission.amount = {.points = 500};
  mission.tasks = {{.event = "Signed In", .times = 2}, {.event = "Order Completed"}};
  save(mission);
  send({order("2026-02-02", "u", "1", 50), order("2026-03-02", "", "2", 30, "v"),
        track("2026-03-03", "", "v", "Signed In", Json::object()),
        track("2026-03-04", "", "v", "Signed In", Json::object())});
  hold(person("u"), "2026-03-01");
  const Points given = 30 + 3 + 3 + 50 + 500;
  EXPECT_EQ(ledger_->balance(person("", "v")).available, given);
  send({identify("2026-03-05", "u", "v", Json::object())});
  EXPECT_EQ(has("u"), 50 + given);
  Rule more;
  more.id = more.name = "more";
  more.event = "Order Completed";
  more.version = 0;
  more.amount = {.points = 10};
  save(more);
  assess_all();
  EXPECT_EQ(has("u"), 50 + 10 + given) << "of the order before the hold-out alone";
  Rule bought;
  bought.id = bought.name = "bought";
  bought.event = "Order Completed";
  bought.version = 1;
  bought.amount = {.kind = Amount::Kind::kPerMoney, .points = 2, .per_minor = 100};
  save(bought);
  mission.version = 1;
  mission.enabled = false;
  save(mission);
  assess_all();
  EXPECT_EQ(has("u"), 100 + 10 + given);
  send({track("2026-03-06", "u", "", "Order Refunded",
              {{"order_id", "2"}, {"total", 10}, {"currency", "CNY"}})});
  EXPECT_EQ(has("u"), 100 + 10 + given - 10) << "by the version that gave it";
  ledger_->verify();
}

TEST_F(HoldOuts, GetNoCouponForAReferral) {
  for (const std::string held : {"", "friend", "member"}) {
    SCOPED_TRACE(held);
    start_again();
    ledger_->at("2026-12-01T12:00");
    std::string code;
    send({identify("2026-01-01", "member", "", {{"n", 1}})});
    const PersonId member = person("member");
    write([&](store::Connection& c) -> Result<void> {
      CouponBatch batch;
      batch.id = batch.name = "welcome";
      batch.kind = CouponBatch::Kind::kPercent;
      batch.percent = 10;
      batch.valid = {time("2026-01-01"), time("2027-01-01")};
      TRY(save_batch(c, ledger_->programme(), batch, ledger_->now()));
      ReferralTerms terms;
      terms.enabled = true;
      terms.from_ms = 0;
      terms.referrer.batch = terms.friend_side.batch = "welcome";
      TRY(save_referral(c, ledger_->programme(), terms, "", ledger_->now()));
      code = TRY(referral_code(c, ledger_->programme(), member, ledger_->now()));
      return {};
    });
    send({track("2026-02-01", "friend", "", "Signed Up", {{"referral_code", code}})});
    if (!held.empty()) hold(person(held), "2026-02-15");
    send({order("2026-03-01", "friend", "1", 50)});
    for (const std::string user : {"friend", "member"}) {
      const PersonId who = person(user);
      write([&](store::Connection& c) -> Result<void> {
        EXPECT_EQ(TRY(coupons_of(c, ledger_->programme(), who)).size(), user == held ? 0u : 1u);
        return {};
      });
    }
    if (held.empty()) continue;
    // When it ends, what happened meanwhile gives none either.
    write([&](store::Connection& c) { return end_hold_out(c, "h", time("2026-04-01")); });
    send({track("2026-05-01", "friend", "", "Order Refunded",
                {{"order_id", "1"}, {"total", 1}, {"currency", "CNY"}})});
    const PersonId who = person(held);
    write([&](store::Connection& c) -> Result<void> {
      EXPECT_TRUE(TRY(coupons_of(c, ledger_->programme(), who)).empty());
      return {};
    });
  }
}

// A rule that looks back at events that no rule had named.
TEST_F(HoldOuts, ADryRunGivesThemNothingEither) {
  add_rules();
  const auto log = events::open_memory();
  std::vector<events::StoredEvent> shared = {
      track("2026-03-01", "held", "", "Shared", Json::object()),
      track("2026-03-01", "other", "", "Shared", Json::object())};
  std::vector<events::Event> sent;
  for (auto& event : shared) {
    event.message_id = "m" + event.user_id;
    sent.push_back(event);
  }
  ASSERT_TRUE(log->append_and_wait(std::move(sent)));
  send(shared);
  hold(person("held"), "2026-02-01");
  Rule rule;
  rule.id = rule.name = "shared";
  rule.event = "Shared";
  rule.from_ms = rule.version = 0;
  rule.amount = {.points = 5};
  Terms terms;
  write([&](store::Connection& c) -> Result<void> {
    terms = TRY(terms_of(c, ledger_->programme()));
    return {};
  });
  const DryRun change{.rules = {rule}, .span = {time("2026-01-01"), ledger_->now()}};
  const auto dry = dry_run(ledger_->database(), *log, terms, change, ledger_->now());
  ASSERT_TRUE(dry) << dry.error().text();
  EXPECT_EQ((*dry)["currencies"][0]["points_after"], 5);
}

// Who came while the programme took no events is asked for when a rule looks back at them.
TEST_F(HoldOuts, NewcomersAreAskedForWhenARuleLooksBack) {
  std::vector<events::StoredEvent> events = {order("2026-01-02", "first", "1", 50),
                                             order("2026-01-02", "second", "2", 60)};
  for (auto& event : events) event.seq = ++seq_;
  write([&](store::Connection& c) { return stage_.apply(c, events); });
  const PersonId first = person("first");
  const auto log = events::open_memory();
  const auto loyalty = Loyalty::open(
      {.database = ledger_->database(),
       .log = *log,
       .settings = *settings_,
       .clock = [this] { return ledger_->now(); },
       .held_newcomers = [&](store::Connection&,
                             std::span<const PersonId> people) -> Result<std::vector<HeldOut>> {
         std::vector<HeldOut> list;
         for (const PersonId one : people)
           if (one == first) list.push_back({"h", one, time("2026-01-01")});
         return list;
       }});
  ASSERT_TRUE(loyalty);
  http::Router router;
  (*loyalty)->add_routes(router);
  const auto server = http::Server::start(std::move(router), {.port = 0});
  ASSERT_TRUE(server);
  http::Client client("127.0.0.1", (*server)->port());
  const std::string rules = "/v1/loyalty/programmes/shop/rules";
  const auto saved =
      client.send("PUT", rules + "/bought",
                  R"({"name":"b","event":"Order Completed","from":"2026-01-01T00:00:00Z",
          "amount":{"kind":"per_money","points":1,"per_minor":100}})");
  ASSERT_TRUE(saved && saved->status == 200);
  for (Json state; !state.is_object() || !state["looking_back"].is_null();) {
    state = parse_json(client.send("GET", rules)->body).value();
    ASSERT_EQ(state["worker_error"], "");
  }
  (*loyalty)->stop();
  EXPECT_EQ(has("first"), 0);
  EXPECT_EQ(has("second"), 60);
}

}  // namespace
}  // namespace perennial::loyalty
