// Referral through the people stage: who brought whom, what both sides get for it, and who gets
// nothing.
#include <iostream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/referral_graph.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using Event = events::StoredEvent;

class ReferralTest : public StageTest {
 protected:
  ReferralTest() { begin(); }

  // Terms of January: an order of ¥50 within 30 days; 200 points and 100 points.
  void begin() {
    start_again();
    ledger_->at("2026-01-01T00:00");
    save(terms());
    ledger_->at("2026-06-01T12:00");
  }
  static ReferralTerms terms() {
    ReferralTerms terms;
    terms.enabled = true;
    terms.min_minor = 5'000;
    terms.traits = {"address"};
    terms.referrer.points = Amount{.points = 200};
    terms.friend_side.points = Amount{.points = 100};
    return terms;
  }
  void save(ReferralTerms terms) {
    write([&](store::Connection& c) -> Result<void> {
      const auto versions = TRY(referral_versions(c, ledger_->programme()));
      terms.revision = versions.empty() ? 0 : versions.back().revision;
      TRY(save_referral(c, ledger_->programme(), terms, "tester", ledger_->now()));
      return {};
    });
  }
  void change(const std::function<void(ReferralTerms&)>& change) {
    ReferralTerms changed = terms();
    changed.from_ms = to_millis(*parse_instant("2026-01-01", ledger_->programme().zone));
    change(changed);
    save(changed);
  }
  // Makes a member known, and gives their code.
  std::string code(const std::string& user) {
    if (person(user) == 0) send({identify("2026-01-01", user, "", {{"plan", "a"}})});
    const PersonId who = person(user);
    std::string code;
    write([&](store::Connection& c) -> Result<void> {
      code = TRY(referral_code(c, ledger_->programme(), who, ledger_->now()));
      return {};
    });
    return code;
  }
  static Event claim(std::string_view time, std::string user, const std::string& code) {
    return track(time, std::move(user), "", "Signed Up", {{"referral_code", code}});
  }
  static Event order(std::string_view time, std::string user, const char* id, double yuan) {
    return track(time, std::move(user), "", "Order Completed",
                 {{"order_id", id}, {"total", yuan}, {"currency", "CNY"}});
  }
  static Event refund(std::string_view time, std::string user, const char* id, double yuan) {
    Event event = order(time, std::move(user), id, yuan);
    event.name = "Order Refunded";
    return event;
  }
  Points points(const std::string& user) {
    const Balance balance = ledger_->balance(person(user));
    return balance.available + balance.pending - balance.owed;
  }
  std::vector<Referral> all(ReferralFilter filter = {}) {
    std::vector<Referral> list;
    write([&](store::Connection& c) -> Result<void> {
      list = TRY(list_referrals(c, ledger_->programme(), filter, ledger_->now())).referrals;
      return {};
    });
    return list;
  }
  // "state reason evidence" of the newest claim.
  std::string newest() {
    const auto list = all();
    if (list.empty()) return "";
    std::string text(state_name(list.front().state));
    for (const auto& word : {list.front().reason, list.front().evidence})
      text += word.empty() ? "" : " " + word;
    return text;
  }
  void judge(int64_t claim, Verdict verdict) {
    write([&](store::Connection& c) -> Result<void> {
      const Terms terms = TRY(terms_of(c, ledger_->programme()));
      const auto people = TRY(judge_referral(c, terms, claim, verdict, ledger_->now()));
      return assess(c, terms, std::vector<PersonId>(people.begin(), people.end()), ledger_->now());
    });
  }
};

TEST_F(ReferralTest, TheFirstOrderThatQualifiesRewardsBothOnce) {
  ledger_->at("2026-02-20T12:00");
  const std::string anna = code("anna");
  send({claim("2026-02-01", "bo", " " + anna.substr(0, 4) + "-" + anna.substr(4))});
  EXPECT_EQ(newest(), "waiting");
  send({order("2026-02-02", "bo", "1", 49.99)});
  EXPECT_EQ(newest(), "waiting") << "a cent below the smallest amount";
  send({order("2026-02-03", "bo", "2", 50)});
  EXPECT_EQ(newest(), "rewarded");
  EXPECT_EQ(points("anna"), 200);
  EXPECT_EQ(points("bo"), 100);
  send({order("2026-02-04", "bo", "3", 500), order("2026-02-03", "bo", "2", 50)});
  EXPECT_EQ(points("anna"), 200) << "once, whatever else they order or send again";
  const Statement statement = ledger_->statement(person("anna"));
  ASSERT_EQ(statement.lines.size(), 1u);
  EXPECT_EQ(statement.lines[0].rule, kReferrerRule);
  EXPECT_EQ(statement.lines[0].version, 1);
  ledger_->verify();
}

TEST_F(ReferralTest, WhoBroughtWhomIsToldOfClaimsThatCount) {
  const auto pairs = [&](int64_t after = 0) {
    std::vector<std::pair<PersonId, PersonId>> pairs;
    write([&](store::Connection& c) -> Result<void> {
      for (const Brought& one : TRY(who_brought_whom(c, after))) {
        EXPECT_GT(one.claimed_ms, 0);
        pairs.emplace_back(one.by, one.whom);
      }
      return {};
    });
    return pairs;
  };
  const std::string anna = code("anna"), ben = code("ben");
  send({claim("2026-02-01", "bo", anna), claim("2026-02-02", "bo", ben),
        claim("2026-02-02", "cy", ben), claim("2026-02-02", "ben", ben)});
  // Cy had bought before: refused. Nobody brings themselves, and Bo's second claim is one too many.
  send({order("2026-01-20", "cy", "0", 10), order("2026-02-03", "cy", "1", 80),
        claim("2026-02-04", "di", ben)});
  using Pairs = std::vector<std::pair<PersonId, PersonId>>;
  EXPECT_EQ(pairs(), (Pairs{{person("anna"), person("bo")}, {person("ben"), person("di")}}));
  const auto newest = all();
  ASSERT_FALSE(newest.empty());
  EXPECT_EQ(pairs(newest.front().claim), Pairs());
  EXPECT_EQ(pairs(newest.front().claim - 1), (Pairs{{person("ben"), person("di")}}));
  const PersonId bo = person("bo");
  write([&](store::Connection& c) -> Result<void> {
    TRY(people::erase_person(c, bo, {"era_1", "key"}));
    return {};
  });
  EXPECT_EQ(pairs(), (Pairs{{person("ben"), person("di")}}))
      << "who was erased was brought by nobody";
}

TEST_F(ReferralTest, TheTimeForTheOrderIsHalfOpen) {
  const std::string anna = code("anna");
  // 30 days after 1 February: the last is 3 March, in full.
  send({claim("2026-02-01T15:00", "bo", anna), claim("2026-02-01T15:00", "cy", anna)});
  send({order("2026-03-03T23:59:59.999", "bo", "1", 50), order("2026-03-04", "cy", "2", 50)});
  EXPECT_EQ(points("bo"), 100);
  EXPECT_EQ(points("cy"), 0);
  EXPECT_EQ(all({.state = ReferralState::kExpired}).size(), 1u);
  EXPECT_EQ(all({.state = ReferralState::kWaiting}).size(), 0u);
}

TEST_F(ReferralTest, AnOrderBeforeTheClaimIsNoNewFriend) {
  const std::string anna = code("anna");
  send({order("2026-01-20", "bo", "0", 10), claim("2026-02-01", "bo", anna),
        order("2026-02-02", "bo", "1", 80)});
  EXPECT_EQ(newest(), "refused not_new");
  EXPECT_EQ(points("anna") + points("bo"), 0);
  judge(all().front().claim, Verdict::kAccept);
  EXPECT_EQ(newest(), "rewarded");
  EXPECT_EQ(points("anna"), 200);
  judge(all().front().claim, Verdict::kRefuse);
  EXPECT_EQ(newest(), "refused by_hand");
  EXPECT_EQ(points("anna") + points("bo"), 0);
  ledger_->verify();
}

TEST_F(ReferralTest, ARefundTakesBothRewardsBackForGood) {
  const std::string anna = code("anna");
  send({claim("2026-02-01", "bo", anna), order("2026-02-02", "bo", "1", 80)});
  send({refund("2026-02-10", "bo", "1", 30)});
  EXPECT_EQ(points("anna"), 200) << "¥50 are left: enough";
  send({refund("2026-02-11", "bo", "1", 0.01)});
  EXPECT_EQ(newest(), "taken_back");
  EXPECT_EQ(points("anna"), 0);
  EXPECT_EQ(points("bo"), 0);
  send({order("2026-02-12", "bo", "2", 80)});
  EXPECT_EQ(points("anna"), 0) << "a friend rewards once in their life";
  EXPECT_EQ(ledger_->statement(person("anna")).lines.back().kind, CommandKind::kTakeBack);
  ledger_->verify();
}

TEST_F(ReferralTest, RewardsByMoneyFollowTheOrder) {
  change([](ReferralTerms& terms) {
    terms.referrer.points = Amount{.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100};
    terms.delay_days = 14;
  });
  const std::string anna = code("anna");
  send({claim("2026-02-01", "bo", anna), order("2026-02-02", "bo", "1", 80)});
  EXPECT_EQ(points("anna"), 80);
  ledger_->at("2026-02-15T23:59");
  EXPECT_EQ(ledger_->balance(person("anna")).available, 0) << "in the time for returns";
  ledger_->at("2026-02-16T00:00");
  EXPECT_EQ(ledger_->balance(person("anna")).available, 80);
  ledger_->at("2026-06-01T12:00");
  send({refund("2026-02-10", "bo", "1", 20)});
  EXPECT_EQ(points("anna"), 60);
  EXPECT_EQ(points("bo"), 100);
}

TEST_F(ReferralTest, NobodyRefersThemselves) {
  const std::string anna = code("anna");
  send({claim("2026-02-01", "anna", anna), order("2026-02-02", "anna", "1", 80)});
  EXPECT_EQ(newest(), "refused self");
  send({claim("2026-02-01", "bo", "NOSUCHCODE")});
  EXPECT_EQ(newest(), "refused unknown_code");
  const std::string bo = code("bo");
  send({claim("2026-02-03", "anna", bo)});
  EXPECT_EQ(newest(), "refused not_new") << "the first claim of theirs that names somebody else";
}

TEST_F(ReferralTest, SharedMarksRefuse) {
  const std::string anna = code("anna");
  send({identify("2026-01-02", "anna", "phone-1",
                 {{"phone", "+86 139 1608 2735"},
                  {"device_id", "device-abcdef"},
                  {"address", {{"city", "上海"}, {"street", "Nanjing Rd. 1"}}}})});
  struct Case {
    Event event;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {identify("2026-02-01", "f1", "", {{"phone", "+8613916082735"}}),
       "refused same_identifier phone"},
      {identify("2026-02-01", "f2", "", {{"device_id", "device-abcdef"}}),
       "refused same_device device_id"},
      {identify("2026-02-01", "f3", "phone-1", {{"plan", "b"}}), "refused same_device visitor"},
      {identify("2026-02-01", "f4", "",
                {{"address", {{"street", "nanjing rd 1"}, {"city", "上海"}}}}),
       "refused same_trait address"},
      {identify("2026-02-01", "f5", "", {{"address", {{"city", "上海"}}}}), "rewarded"},
  };
  for (const Case& one : cases) {
    const std::string user = one.event.user_id;
    send({one.event, claim("2026-02-02", user, anna), order("2026-02-03", user, user.c_str(), 60)});
    const auto found = all();
    EXPECT_EQ(newest(), one.expected) << user;
    EXPECT_EQ(points(user), one.expected == "rewarded" ? 100 : 0) << user;
    // The list stays in order of claims made at the same time: the newest has the last number.
    EXPECT_EQ(found.front().friend_id, person(user));
  }
  EXPECT_EQ(points("anna"), 200);
  EXPECT_EQ(all({.state = ReferralState::kRefused}).size(), 4u);
}

TEST_F(ReferralTest, WhatComesOutLaterTakesTheRewardsBack) {
  const std::string anna = code("anna");
  send({claim("2026-02-01", "bo", anna), order("2026-02-02", "bo", "1", 80)});
  EXPECT_EQ(points("anna"), 200);
  send({identify("2026-03-01", "bo", "", {{"device_id", "device-abcdef"}})});
  EXPECT_EQ(points("anna"), 200);
  send({identify("2026-03-02", "anna", "", {{"device_id", "device-abcdef"}})});
  EXPECT_EQ(newest(), "refused same_device device_id");
  EXPECT_EQ(points("anna") + points("bo"), 0);
  judge(all().front().claim, Verdict::kAccept);
  EXPECT_EQ(points("anna"), 200) << "a family with one tablet";
  ledger_->verify();
}

TEST_F(ReferralTest, OfARingTheLatestClaimIsRefused) {
  const std::string a = code("a"), b = code("b"), d = code("d");
  send({claim("2026-02-03", "a", d), claim("2026-02-01", "b", a), claim("2026-02-02", "d", b)});
  send({order("2026-02-10", "a", "1", 60), order("2026-02-10", "b", "2", 60),
        order("2026-02-10", "d", "3", 60)});
  EXPECT_EQ(newest(), "refused cycle");
  EXPECT_EQ(points("a"), 200) << "for b, and nothing as a friend";
  EXPECT_EQ(points("b"), 300);
  EXPECT_EQ(points("d"), 100);
  // An earlier claim of b's names somebody else: there is no ring any more.
  const std::string e = code("e");
  send({claim("2026-01-31", "b", e)});
  EXPECT_EQ(points("a"), 100) << "as d's friend; b is e's";
  EXPECT_EQ(points("d"), 300);
  EXPECT_EQ(points("e"), 200);
  ledger_->verify();
}

TEST_F(ReferralTest, AReferrerIsRewardedSoOftenInAPeriod) {
  change([](ReferralTerms& terms) {
    terms.max_times = 2;
    terms.every = Cap::Every::kMonth;
  });
  const std::string anna = code("anna");
  std::vector<Event> events;
  for (const char* user : {"b1", "b2", "b3"}) {
    events.push_back(claim("2026-02-01", user, anna));
    events.push_back(order("2026-02-02", user, user, 60));
  }
  send(events);
  EXPECT_EQ(points("anna"), 400);
  EXPECT_EQ(newest(), "rewarded referrer_cap");
  EXPECT_EQ(points("b3"), 100) << "the friend's reward stands beside the limit";
  send({claim("2026-02-20", "b4", anna), order("2026-03-01", "b4", "b4", 60)});
  EXPECT_EQ(points("anna"), 600) << "another month";
  // What was taken back gives its place to those who come after.
  send({refund("2026-02-10", "b1", "b1", 60), claim("2026-02-01", "b5", anna),
        order("2026-02-11", "b5", "b5", 60)});
  EXPECT_EQ(points("anna"), 600);
  EXPECT_EQ(points("b5"), 100);
  ledger_->verify();
}

TEST_F(ReferralTest, CouponsAreGivenAndTakenAway) {
  write([&](store::Connection& c) -> Result<void> {
    CouponBatch batch{.id = "welcome", .name = "Welcome", .amount_minor = 1'000};
    batch.valid = {ledger_->now() - Millis(1), ledger_->now() + std::chrono::hours(24)};
    TRY(save_batch(c, ledger_->programme(), batch, ledger_->now()));
    return {};
  });
  change([](ReferralTerms& terms) {
    terms.referrer = {.batch = "welcome"};
    terms.friend_side.batch = "welcome";
  });
  const auto codes = [&](const std::string& user) {
    const PersonId who = person(user);
    std::vector<OwnedCoupon> owned;
    write([&](store::Connection& c) -> Result<void> {
      owned = TRY(coupons_of(c, ledger_->programme(), who));
      return {};
    });
    return owned.size();
  };
  const std::string anna = code("anna");
  send({claim("2026-02-01", "bo", anna), order("2026-02-02", "bo", "1", 60),
        claim("2026-02-01", "cy", anna), order("2026-02-02", "cy", "2", 60)});
  EXPECT_EQ(codes("anna"), 2u) << "one for each friend";
  EXPECT_EQ(codes("bo"), 1u);
  EXPECT_EQ(points("bo"), 100);
  send({refund("2026-02-03", "bo", "1", 60)});
  EXPECT_EQ(codes("anna"), 1u);
  EXPECT_EQ(codes("bo"), 0u);
  judge(all().front().claim, Verdict::kRefuse);
  EXPECT_EQ(codes("anna"), 0u);
  judge(all().front().claim, Verdict::kNone);
  EXPECT_EQ(codes("anna"), 1u) << "the same code comes back";
}

TEST_F(ReferralTest, JoinedPeopleSettle) {
  const std::string anna = code("anna");
  // A visitor signs up with the code and turns out to be anna.
  send({track("2026-02-01", "", "v", "Signed Up", {{"referral_code", anna}}),
        track("2026-02-02", "", "v", "Order Completed",
              {{"order_id", "1"}, {"total", 60}, {"currency", "CNY"}})});
  EXPECT_EQ(points("anna"), 200);
  send({identify("2026-02-03", "anna", "v", {{"plan", "a"}})});
  EXPECT_EQ(person("anna"), person("", "v"));
  EXPECT_EQ(newest(), "refused self");
  EXPECT_EQ(points("anna"), 0);
  // Two friends of two referrers turn out to be one: the earlier claim counts.
  const std::string bo = code("bo");
  send({claim("2026-03-02", "u", anna), order("2026-03-03", "u", "2", 60),
        track("2026-03-01", "", "w", "Signed Up", {{"referral_code", bo}}),
        track("2026-03-04", "", "w", "Order Completed",
              {{"order_id", "3"}, {"total", 60}, {"currency", "CNY"}})});
  EXPECT_EQ(points("anna"), 200);
  EXPECT_EQ(points("bo"), 200);
  send({identify("2026-03-05", "u", "w", {{"plan", "a"}})});
  EXPECT_EQ(points("anna"), 0);
  EXPECT_EQ(points("bo"), 200);
  EXPECT_EQ(points("u"), 100);
  ledger_->verify();
}

TEST_F(ReferralTest, TermsHoldForTheClaimsOfTheirTime) {
  const std::string anna = code("anna");
  send({claim("2025-12-31", "early", anna), order("2026-01-02", "early", "0", 60)});
  EXPECT_TRUE(all().empty()) << "there was no referral then";
  ReferralTerms off = terms();
  off.enabled = false;
  off.from_ms = to_millis(*parse_instant("2026-03-01", ledger_->programme().zone));
  save(off);
  send({claim("2026-02-28", "bo", anna), order("2026-03-02", "bo", "1", 60),
        claim("2026-03-01", "cy", anna), order("2026-03-02", "cy", "2", 60)});
  EXPECT_EQ(points("bo"), 100);
  EXPECT_EQ(points("cy"), 0);
}

TEST_F(ReferralTest, TheSumsAreThoseOfTheList) {
  const std::string anna = code("anna"), bo = code("bo");
  send({claim("2026-02-01", "c", anna), order("2026-02-02", "c", "1", 60),
        claim("2026-05-30", "d", bo), claim("2026-02-01", "e", bo),
        claim("2026-02-01", "f", "NOBODYS")});
  const PersonId other = person("bo");
  write([&](store::Connection& c) -> Result<void> {
    const auto sums = TRY(sum_referrals(c, ledger_->programme(), 0, ledger_->now()));
    EXPECT_EQ(to_text(to_json(sums)),
              R"({"claims":4,"waiting":1,"rewarded":1,"taken_back":0,"refused":1,"expired":1,)"
              R"("orders_minor":6000,"referrer_points":200,"friend_points":100,"coupons":0})");
    const auto of_bo = TRY(sum_referrals(c, ledger_->programme(), other, ledger_->now()));
    EXPECT_EQ(of_bo.claims, 2);
    return {};
  });
  EXPECT_EQ(all({.referrer = person("bo")}).size(), 2u);
  EXPECT_EQ(all({.offset = 1, .limit = 2}).size(), 2u);
}

TEST_F(ReferralTest, AnyOrderOfArrivalGivesTheSameState) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const int people = 6;
  const auto user = [](int number) { return "u" + std::to_string(number); };
  // What is to be sent names codes by their owner; each round has codes of its own.
  struct Line {
    int kind, user, other, day, minute;
    double yuan;
  };
  std::vector<Line> story;
  for (int i = 0; i < 50; ++i) {
    story.push_back({pick(0, 9), pick(1, people), pick(1, people), pick(10, 28), pick(10, 59),
                     static_cast<double>(pick(30, 90))});
  }
  const auto event = [&](const Line& line, int number, const std::vector<std::string>& codes) {
    const std::string time =
        "2026-02-" + std::to_string(line.day) + "T10:" + std::to_string(line.minute);
    const std::string id = user(line.user) + "-" + std::to_string(line.other);
    Event made = line.kind < 3   ? claim(time, user(line.user), codes[size_t(line.other) - 1])
                 : line.kind < 7 ? order(time, user(line.user), id.c_str(), line.yuan)
                 : line.kind < 9 ? refund(time, user(line.user), id.c_str(), line.yuan / 3)
                                 : identify(time, user(line.user), "v" + std::to_string(line.other),
                                            {{"plan", "a"}});
    // Distinct times, so that nothing hangs on the order among equals.
    made.timestamp += Millis(number);
    made.message_id = "m" + std::to_string(number);
    return made;
  };
  const auto run = [&](std::vector<size_t> sequence) {
    begin();
    change([](ReferralTerms& terms) { terms.max_times = 2; });
    std::vector<std::string> codes;
    for (int i = 1; i <= people; ++i) codes.push_back(code(user(i)));
    while (!sequence.empty()) {
      std::vector<Event> batch;
      for (size_t size = 1 + random() % 9; size > 0 && !sequence.empty(); --size) {
        batch.push_back(event(story[sequence.back()], static_cast<int>(sequence.back()), codes));
        sequence.pop_back();
      }
      send(batch);
    }
    std::string state;
    for (int i = 1; i <= people; ++i)
      state += user(i) + "=" + std::to_string(points(user(i))) + " ";
    std::vector<std::string> lines;
    for (const Referral& one : all()) {
      lines.push_back(std::to_string(one.claimed_ms) + " " + std::string(state_name(one.state)) +
                      " " + one.reason + " " + one.evidence + "\n");
    }
    std::ranges::sort(lines);
    for (const auto& line : lines) state += line;
    ledger_->verify();
    return state;
  };
  std::vector<size_t> sequence(story.size());
  for (size_t i = 0; i < sequence.size(); ++i) sequence[i] = i;
  const std::string expected = run(sequence);
  for (int round = 0; round < 4; ++round) {
    std::ranges::shuffle(sequence, random);
    ASSERT_EQ(run(sequence), expected) << "seed " << seed;
  }
}

TEST(ReferralTerms, BadTermsNameTheirField) {
  const auto where = [](const Json& change) {
    Json json = preset_referral();
    json.update(change);
    const auto terms = referral_from_json(json, Zone::utc());
    return terms ? "" : terms.error().where;
  };
  EXPECT_EQ(where(Json::object()), "");
  EXPECT_EQ(where({{"within_days", kMaxReferralDays}}), "");
  EXPECT_EQ(where({{"within_days", kMaxReferralDays + 1}}), "within_days");
  EXPECT_EQ(where({{"min_minor", -1}}), "min_minor");
  EXPECT_EQ(where({{"event", "Order Refunded"}}), "event");
  EXPECT_EQ(where({{"link", "https://shop.example/"}}), "link");
  EXPECT_EQ(where({{"link", "javascript:{code}"}}), "link");
  EXPECT_EQ(where({{"traits", {"a", 7}}}), "traits");
  EXPECT_EQ(where({{"friend", {{"points", {{"kind", "per_money"}, {"points", 1}}}}}}),
            "friend.points.per_minor");
  EXPECT_EQ(where({{"every", "year"}}), "every");
}

TEST(ReferralTerms, TheLinkHoldsTheCode) {
  ReferralTerms terms;
  terms.link = "https://shop.example/?ref={code}&x=1";
  EXPECT_EQ(referral_link(terms, "ABC"), "https://shop.example/?ref=ABC&x=1");
  EXPECT_EQ(referral_link({}, "ABC"), "");
}

}  // namespace
}  // namespace perennial::loyalty
