#include "loyalty/coupons.h"

#include <atomic>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

class CouponTest : public LedgerTest {
 protected:
  CouponTest() : LedgerTest(60) {}
  CouponBatch batch(Json change) {
    Json json = {{"id", "spring"},       {"name", "Spring"},     {"kind", "fixed"},
                 {"amount_minor", 1000}, {"from", "2026-01-01"}, {"to", "2026-03-01"}};
    if (!change.is_null()) json.update(change);
    const auto wanted = batch_from_json(json, ledger_.programme().zone);
    EXPECT_TRUE(wanted) << wanted.error().text();
    return write([&](store::Connection& c) {
      return save_batch(c, ledger_.programme(), *wanted, ledger_.now());
    });
  }
  std::vector<std::string> codes(const CouponBatch& of, int64_t count) {
    return write(
        [&](store::Connection& c) { return make_codes(c, ledger_.programme(), of, count); });
  }
  UseOutcome use(const CouponUse& use) {
    return write([&](store::Connection& c) {
      return use_coupon(c, ledger_.programme(), use, ledger_.now());
    });
  }
  UseOutcome end(const std::string& id, UseEnd how) {
    return write([&](store::Connection& c) {
      return end_use(c, ledger_.programme(), id, how, ledger_.now());
    });
  }
  std::string why(const CouponUse& one) { return use(one).refusal.code; }
  CouponBatch counted(const std::string& id) {
    return *ledger_.database()
                .read([&](store::Connection& c) { return find_batch(c, ledger_.programme(), id); })
                .value();
  }
};

TEST(CouponCodes, TellEveryWrongLetterAndEverySwap) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRTVWXYZ";
  for (int i = 0; i < 20; ++i) {
    const std::string code = new_code();
    ASSERT_EQ(code.size(), 14u);
    ASSERT_TRUE(has_valid_check(code));
    for (size_t at = 0; at < code.size(); ++at) {
      for (char other : kAlphabet) {
        std::string wrong = code;
        wrong[at] = other;
        ASSERT_EQ(has_valid_check(wrong), other == code[at]) << code << " " << wrong;
      }
      for (size_t with = at + 1; with + 1 < code.size(); ++with) {
        std::string wrong = code;
        std::swap(wrong[at], wrong[with]);
        ASSERT_EQ(has_valid_check(wrong), code[at] == code[with]) << code << " " << wrong;
      }
    }
  }
  EXPECT_EQ(normal_code("so-lu il 5"), "501V115");
}

TEST_F(CouponTest, KnownFailureOverRedeemedUnderLoad) {
  batch({{"shared_code", "SPRING"}, {"max_uses", 100}});
  std::atomic<int> done = 0, used_up = 0;
  at_once(200, [&](int i) {
    const auto outcome = use({.id = "u" + std::to_string(i),
                              .code = "spring",
                              .person = 1 + i % 60,
                              .amount_minor = 5000});
    (outcome.done() ? done : used_up) += 1;
    if (!outcome.done()) {
      EXPECT_EQ(outcome.refusal.code, "used_up");
    }
  });
  EXPECT_EQ(done, 100);
  EXPECT_EQ(used_up, 100);
  const auto after = counted("spring");
  EXPECT_EQ(after.redeemed, 100);
  EXPECT_EQ(after.discount_minor, 100 * 1000);
}

TEST_F(CouponTest, OnePersonUnderLoad) {
  batch({{"shared_code", "SPRING"}, {"per_person", 3}});
  std::atomic<int> done = 0;
  at_once(24, [&](int i) {
    done += use({.id = "u" + std::to_string(i), .code = "SPRING", .person = 7}).done();
  });
  EXPECT_EQ(done, 3);
  EXPECT_EQ(why({.id = "last", .code = "SPRING", .person = 7}), "person_limit");
  EXPECT_TRUE(use({.id = "other", .code = "SPRING", .person = 8}).done());
}

TEST_F(CouponTest, KnownFailureDeadAtTheStartOfItsLastDay) {
  const auto code = codes(batch({{"to", "2026-02-01"}}), 3);
  ledger_.at("2025-12-31T23:59:59");
  EXPECT_EQ(why({.id = "early", .code = code[0], .person = 1}), "not_valid_yet");
  ledger_.at("2026-01-31T00:00");
  EXPECT_EQ(why({.id = "a", .code = code[0], .person = 1}), "");
  ledger_.at("2026-01-31T23:59:59.999");
  EXPECT_EQ(why({.id = "b", .code = code[1], .person = 1}), "");
  ledger_.at("2026-02-01T00:00");
  EXPECT_EQ(why({.id = "c", .code = code[2], .person = 1}), "no_longer_valid");
}

TEST_F(CouponTest, WhatItPays) {
  const auto with = [](const std::string& id, Json terms) {
    terms["id"] = id;
    return terms;
  };
  const auto worth = [&](const std::string& id, Json terms, int64_t cart) {
    const auto code = codes(batch(with(id, terms)), 1);
    return use({.id = id, .code = code[0], .person = 1, .amount_minor = cart});
  };
  EXPECT_EQ(worth("a", {{"amount_minor", 1000}}, 5000).discount_minor, 1000);
  EXPECT_EQ(worth("b", {{"amount_minor", 1000}}, 700).discount_minor, 700);
  EXPECT_EQ(worth("c", {{"kind", "percent"}, {"percent", 15}}, 999).discount_minor, 149);
  EXPECT_EQ(
      worth("d", {{"kind", "percent"}, {"percent", 50}, {"max_minor", 300}}, 999).discount_minor,
      300);
  EXPECT_TRUE(worth("e", {{"kind", "free_shipping"}}, 100).free_shipping);
  EXPECT_EQ(worth("f", {{"min_spend_minor", 100}}, 99).refusal.code, "spend_too_low");
  EXPECT_TRUE(worth("g", {{"min_spend_minor", 100}}, 100).done());
}

TEST_F(CouponTest, AnIdKeepsItsAnswer) {
  const auto code = codes(batch({}), 2);
  const CouponUse one{.id = "cart", .code = code[0], .person = 1, .amount_minor = 5000};
  EXPECT_TRUE(use(one).done());
  const auto again = use(one);
  EXPECT_TRUE(again.done() && again.repeated);
  EXPECT_EQ(again.discount_minor, 1000);
  auto other = one;
  other.person = 2;
  EXPECT_EQ(use(other).refusal.where, "person");
  EXPECT_EQ(why({.id = "second", .code = code[0], .person = 2}), "used_up");
  EXPECT_TRUE(end("cart", UseEnd::kRestore).done());
  EXPECT_EQ(why({.id = "second", .code = code[0], .person = 2}), "used_up");  // still refused
  EXPECT_EQ(why({.id = "third", .code = code[0], .person = 2}), "");
  std::string wrong = code[1];
  wrong[3] = wrong[3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(why({.id = "x", .code = wrong, .person = 1}), "mistyped_code");
  EXPECT_EQ(why({.id = "y", .code = new_code(), .person = 1}), "unknown_code");
  EXPECT_EQ(why({.id = "z", .code = code[1], .person = 999}), "unknown_person");
}

TEST_F(CouponTest, ReservationsEnd) {
  const auto code = codes(batch({}), 1)[0];
  const auto reserve = [&](const std::string& id) {
    return use({.id = id, .code = code, .person = 1, .amount_minor = 5000, .reserve_seconds = 600});
  };
  EXPECT_EQ(reserve("a").state, UseState::kReserved);
  EXPECT_EQ(reserve("b").refusal.code, "used_up");
  EXPECT_TRUE(end("a", UseEnd::kVoid).done());
  EXPECT_TRUE(end("a", UseEnd::kVoid).repeated);
  EXPECT_TRUE(reserve("c").done());
  ledger_.pass(std::chrono::seconds(600));
  EXPECT_EQ(end("c", UseEnd::kRedeem).refusal.code, "not_reserved");
  EXPECT_TRUE(reserve("d").done());
  EXPECT_TRUE(end("d", UseEnd::kRedeem).done());
  EXPECT_EQ(end("d", UseEnd::kVoid).refusal.code, "not_reserved");
  EXPECT_TRUE(end("d", UseEnd::kRestore).done());
  EXPECT_EQ(end("nothing", UseEnd::kRestore).refusal.code, "unknown_use");
}

TEST_F(CouponTest, BadBatchesAreRefused) {
  const auto where = [&](Json change) {
    Json json = {{"id", "x"},         {"name", "X"},          {"kind", "fixed"},
                 {"amount_minor", 1}, {"from", "2026-01-01"}, {"to", "2026-02-01"}};
    if (!change.is_null()) json.update(change);
    const auto made = batch_from_json(json, ledger_.programme().zone);
    return made ? "" : made.error().where;
  };
  EXPECT_EQ(where({}), "");
  EXPECT_EQ(where({{"id", "A b"}}), "id");
  EXPECT_EQ(where({{"kind", "magic"}}), "kind");
  EXPECT_EQ(where({{"amount_minor", 0}}), "amount_minor");
  EXPECT_EQ(where({{"kind", "percent"}, {"percent", 101}}), "percent");
  EXPECT_EQ(where({{"to", "2026-01-01"}}), "to");
  EXPECT_EQ(where({{"max_uses", 5}}), "max_uses");
  EXPECT_EQ(where({{"shared_code", std::string(kMaxCodeBytes + 1, 'A')}}), "shared_code");
  EXPECT_EQ(where({{"shared_code", std::string(kMaxCodeBytes, 'A')}}), "");
  const auto unique = batch({});
  for (int64_t count : {int64_t{0}, kMaxCodesAtOnce + 1}) {
    const auto made = ledger_.database().write(
        [&](store::Connection& c) { return make_codes(c, ledger_.programme(), unique, count); });
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().where, "count");
  }
}

TEST_F(CouponTest, IssuedCodesAreOfOnePerson) {
  const auto spring = batch({});
  const auto issue = [&](std::vector<PersonId> people) {
    return write([&](store::Connection& c) {
      return issue_codes(c, ledger_.programme(), spring, people, ledger_.now());
    });
  };
  const auto owned = [&](PersonId person) {
    return ledger_.database()
        .read([&](store::Connection& c) { return coupons_of(c, ledger_.programme(), person); })
        .value();
  };
  EXPECT_EQ(issue({1, 2, 2}).issued, 2);
  const auto again = issue({1, 2, 3});
  EXPECT_EQ(again.issued, 1);
  EXPECT_EQ(again.skipped, 2);
  ASSERT_EQ(owned(2).size(), 1u);
  const auto code = owned(2)[0].code;
  EXPECT_EQ(why({.id = "a", .code = code, .person = 1}), "not_yours");
  EXPECT_FALSE(owned(2)[0].used);
  EXPECT_EQ(why({.id = "b", .code = code, .person = 2, .amount_minor = 700}), "");
  EXPECT_TRUE(owned(2)[0].used);
  const auto uses = ledger_.database()
                        .read([&](store::Connection& c) {
                          return list_uses(c, ledger_.programme(), "spring", 0, 10, ledger_.now());
                        })
                        .value();
  EXPECT_EQ(uses.total, 1);
  EXPECT_EQ(uses.uses[0].discount_minor, 700);
  EXPECT_EQ(counted("spring").codes, 3);
  for (size_t count : {kMaxIssuedAtOnce, kMaxIssuedAtOnce + 1}) {
    const std::vector<PersonId> people(count, 1);
    const auto made = ledger_.database().write([&](store::Connection& c) {
      return issue_codes(c, ledger_.programme(), spring, people, ledger_.now());
    });
    EXPECT_EQ(made.has_value(), count == kMaxIssuedAtOnce);
  }
}

// Any order of uses and ends: the code's count is that of its uses, as a plain list of them says.
TEST_F(CouponTest, CountsAgreeWithAPlainList) {
  const uint64_t seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  batch({{"shared_code", "SPRING"}, {"max_uses", 5}, {"per_person", 2}});
  struct Plain {
    PersonId person;
    UseState state;
    Instant until;
  };
  std::map<std::string, Plain> list;
  const auto holds = [&](const Plain& one) {
    return one.state == UseState::kRedeemed ||
           (one.state == UseState::kReserved && one.until > ledger_.now());
  };
  for (int i = 0; i < 150; ++i) {
    ledger_.pass(std::chrono::seconds(random() % 60));
    int all = 0;
    std::map<PersonId, int> of_person;
    for (const auto& [id, one] : list) {
      all += holds(one);
      of_person[one.person] += holds(one);
    }
    if (random() % 2 == 0 || list.empty()) {
      const auto person = static_cast<PersonId>(1 + random() % 4);
      const auto seconds = static_cast<int64_t>(random() % 3 * 100);
      const std::string id = "u" + std::to_string(i);
      const auto outcome =
          use({.id = id, .code = "SPRING", .person = person, .reserve_seconds = seconds});
      const std::string expected = of_person[person] >= 2 ? "person_limit"
                                   : all >= 5             ? "used_up"
                                                          : "";
      ASSERT_EQ(outcome.refusal.code, expected) << i;
      if (outcome.done()) {
        list[id] = {person, seconds > 0 ? UseState::kReserved : UseState::kRedeemed,
                    ledger_.now() + std::chrono::seconds(seconds)};
      }
    } else {
      auto& [id, one] = *std::next(list.begin(), static_cast<long>(random() % list.size()));
      const auto how = static_cast<UseEnd>(random() % 3);
      const UseState to = how == UseEnd::kRedeem ? UseState::kRedeemed
                          : how == UseEnd::kVoid ? UseState::kVoid
                                                 : UseState::kRestored;
      const bool from = how == UseEnd::kRestore ? one.state == UseState::kRedeemed
                                                : one.state == UseState::kReserved && holds(one);
      const bool over = one.state == UseState::kReserved && !holds(one);
      const auto outcome = end(id, how);
      ASSERT_EQ(outcome.done(),
                from || one.state == to || (over && to == UseState::kVoid && outcome.repeated))
          << i;
      if (outcome.done() && from) one.state = to;
    }
  }
}

}  // namespace
}  // namespace perennial::loyalty
