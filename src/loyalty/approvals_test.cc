// What waits for a second person, and who may decide.
#include "loyalty/approvals.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/gifts.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::HasSubstr;

// The limit of the tests' programme is 10,000 points.
class ApprovalTest : public LedgerTest {
 protected:
  ApprovalTest() : LedgerTest(5), routes_(ledger_) { earn(2, 50'000); }
  // The status of the answer, and the outcome's.
  std::string command(const std::string& who, Json body) {
    body["id"] = body.value("id", "c" + std::to_string(++commands_));
    const auto answer = routes_.send(who, "POST", "/command", body);
    return std::to_string(answer.status) + " " + status_of(answer.body);
  }
  static std::string status_of(const std::string& body) {
    const auto json = parse_json(body);
    return json && json->is_object() ? json->value("status", Json()).is_string()
                                           ? (*json)["status"].get<std::string>()
                                           : ""
                                     : "";
  }
  Json waiting() { return routes_.get("/approvals")["approvals"]; }
  http::ClientResponse decide(const std::string& who, const std::string& id, bool approve = true) {
    return routes_.send(who, "POST", "/approvals/" + id, {{"approve", approve}});
  }
  static Json adjust(PersonId person, Points amount) {
    return {{"kind", "adjust"}, {"person", person}, {"amount", amount}, {"reason", "sorry"}};
  }

  RoutedLedger routes_;

 private:
  int commands_ = 0;
};

TEST_F(ApprovalTest, EveryWayByHandWaitsAboveTheLimit) {
  int64_t lot = 0;
  write([&](store::Connection& c) -> Result<void> {
    lot = TRY(c.query_one("SELECT max(id) FROM loyalty_lots"))->integer(0);
    return {};
  });
  EXPECT_EQ(command("usr_a", adjust(1, 10'001)), "202 waiting");
  EXPECT_EQ(command("usr_a", adjust(1, -10'001)), "202 waiting");
  EXPECT_EQ(command("usr_a", {{"kind", "earn"}, {"person", 1}, {"amount", 10'001}}), "202 waiting");
  EXPECT_EQ(command("usr_a", {{"kind", "redeem"}, {"person", 2}, {"amount", 10'001}}),
            "202 waiting");
  EXPECT_EQ(command("usr_a", {{"kind", "transfer"}, {"person", 2}, {"to", 1}, {"amount", 10'001}}),
            "202 waiting");
  EXPECT_EQ(command("usr_a", {{"kind", "hold"}, {"person", 2}, {"amount", 10'001}}), "202 waiting");
  EXPECT_EQ(command("usr_a", {{"kind", "expire"}, {"person", 2}, {"lot", lot}}), "202 waiting");
  EXPECT_EQ(command("usr_a", {{"kind", "merge"}, {"person", 1}, {"from", 2}}), "202 waiting");
  EXPECT_EQ(available(2), 50'000) << "nothing was done";
  EXPECT_EQ(available(1), 0);
  EXPECT_EQ(waiting().size(), 8u);
  EXPECT_EQ(command("usr_a", adjust(1, 10'000)), "200 done") << "at the limit";
  // A shop's own system is no person, but its adjustments wait as well.
  EXPECT_EQ(command("key_shop", {{"kind", "earn"}, {"person", 3}, {"amount", 10'001}}), "200 done");
  EXPECT_EQ(command("key_shop", adjust(3, 10'001)), "202 waiting");
}

TEST_F(ApprovalTest, ARefundByHandWeighsWhatItsOrderMoved) {
  EXPECT_EQ(
      command("key_shop", {{"kind", "earn"}, {"person", 1}, {"amount", 20'000}, {"order", "big"}}),
      "200 done");
  EXPECT_EQ(
      command("key_shop", {{"kind", "earn"}, {"person", 1}, {"amount", 90}, {"order", "small"}}),
      "200 done");
  EXPECT_EQ(command("usr_a", {{"kind", "refund"}, {"person", 1}, {"order", "big"}}), "202 waiting");
  EXPECT_EQ(command("usr_a", {{"kind", "refund"}, {"person", 1}, {"order", "small"}}), "200 done");
}

TEST_F(ApprovalTest, ManySmallOnesAreALargeOne) {
  EXPECT_EQ(command("usr_a", adjust(1, 6'000)), "200 done");
  Json again = adjust(1, 6'000);
  again["id"] = "again";
  EXPECT_EQ(command("usr_a", again), "202 waiting");
  EXPECT_EQ(command("usr_a", adjust(3, 6'000)), "200 done") << "somebody else";
  EXPECT_EQ(command("usr_b", adjust(1, 6'000)), "200 done") << "by somebody else";
  Json repeated = adjust(4, 9'000);
  repeated["id"] = "r";
  EXPECT_EQ(command("usr_a", repeated), "200 done");
  EXPECT_EQ(command("usr_a", repeated), "200 done") << "the same one again is no other";
  EXPECT_EQ(available(4), 9'000);
  // Of one request too.
  Json list = Json::array();
  for (int i = 0; i < 3; ++i) {
    list.push_back(adjust(5, 4'000));
    list.back()["id"] = "part" + std::to_string(i);
  }
  routes_.send("usr_a", "POST", "/commands", {{"commands", list}});
  EXPECT_EQ(available(5), 8'000);
  // What a second person agreed to does not count; a day later nothing does.
  EXPECT_EQ(decide("usr_b", "again").status, 200);
  EXPECT_EQ(command("usr_a", adjust(1, 4'000)), "200 done");
  ledger_.pass(std::chrono::hours(25));
  EXPECT_EQ(command("usr_a", adjust(1, 6'000)), "200 done");
}

TEST_F(ApprovalTest, NobodyAndNoKeyDecidesOfWhatTheyAskedFor) {
  Json big = adjust(1, 20'000);
  big["id"] = "big";
  EXPECT_EQ(command("usr_a", big), "202 waiting");
  EXPECT_EQ(decide("usr_a", "big").status, 403);
  EXPECT_EQ(decide("key_of_a", "big").status, 403) << "anybody can make a key";
  EXPECT_EQ(decide("usr_b", "nothing").status, 404);
  EXPECT_EQ(available(1), 0);
  EXPECT_EQ(decide("usr_b", "big").status, 200);
  EXPECT_EQ(decide("usr_b", "big").status, 200) << "again: done once";
  EXPECT_EQ(available(1), 20'000);
  EXPECT_EQ(decide("usr_b", "big", false).status, 409);
  const Json posted = routes_.get("/postings?reference=big")["postings"];
  ASSERT_EQ(posted.size(), 1u);
  EXPECT_EQ(posted[0]["by"], "usr_a") << "who asked";
  Json no = adjust(1, -20'000);
  no["id"] = "no";
  EXPECT_EQ(command("usr_a", no), "202 waiting");
  EXPECT_EQ(decide("usr_b", "no", false).status, 200);
  EXPECT_EQ(decide("usr_b", "no").status, 409);
  EXPECT_EQ(available(1), 20'000);
}

TEST_F(ApprovalTest, AnIdThatSomebodyAskedWithStandsForNothingElse) {
  // Not for a smaller command, which would not count among those of the day,
  const Json large = {{"kind", "earn"}, {"id", "x"}, {"person", 1}, {"amount", 1'000'000}};
  Json small = large;
  small["amount"] = 1'000;
  EXPECT_EQ(command("usr_a", large), "202 waiting");
  EXPECT_EQ(command("usr_a", small), "409 ");
  EXPECT_EQ(decide("usr_b", "x", false).status, 200);
  EXPECT_EQ(command("usr_a", small), "409 ");
  // nor for a command, where a second person agreed to something else.
  const Json order = {{"name", "May"}, {"currency", "points"}, {"amount", 1'000}, {"count", 11}};
  EXPECT_EQ(routes_.send("usr_a", "POST", "/gift-cards", order).status, 202);
  const std::string id = waiting()[0]["id"];
  EXPECT_EQ(decide("usr_b", id).status, 200);
  Json adjusted = adjust(1, 1'000'000);
  adjusted["id"] = id;
  EXPECT_EQ(command("usr_a", adjusted), "409 ");
  adjusted["amount"] = 10;
  EXPECT_EQ(command("usr_a", adjusted), "409 ");
  EXPECT_EQ(available(1), 0);
}

TEST_F(ApprovalTest, GiftCardsWaitAndAreMadeOnce) {
  const Json order = {{"name", "Spring"}, {"currency", "points"}, {"amount", 1'000}, {"count", 11}};
  const auto asked = routes_.send("usr_a", "POST", "/gift-cards", order);
  EXPECT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(routes_.get("/gift-cards")["batches"].size(), 0u);
  const Json item = waiting()[0];
  EXPECT_EQ(item["what"], "gift_cards");
  EXPECT_EQ(item["amount"], 11'000);
  EXPECT_EQ(item["reason"], "Spring");
  const auto done = decide("usr_b", item["id"]);
  EXPECT_EQ(done.status, 200) << done.body;
  const Json codes = (*parse_json(done.body))["codes"];
  EXPECT_EQ(codes.size(), 11u);
  EXPECT_EQ(decide("usr_b", item["id"]).status, 409) << "not a second time";
  EXPECT_EQ(routes_.get("/gift-cards")["batches"][0]["made"], 11);
  Json small = order;
  small["count"] = 10;
  EXPECT_EQ(routes_.send("usr_a", "POST", "/gift-cards", small).status, 200);
  // A card of more than the limit is made void by two.
  Json one = order;
  one["amount"] = 20'000;
  one["count"] = 1;
  EXPECT_EQ(routes_.send("usr_a", "POST", "/gift-cards", one).status, 202);
  const Json made = *parse_json(decide("usr_b", waiting()[0]["id"]).body);
  EXPECT_EQ(routes_.send("usr_a", "POST", "/gift-cards/void", {{"code", made["codes"][0]}}).status,
            202);
  EXPECT_EQ(waiting()[0]["what"], "gift_card_void");
  EXPECT_EQ(decide("usr_b", waiting()[0]["id"]).status, 200);
  EXPECT_EQ(routes_.get("/gift-cards")["batches"][0]["voided"], 1);
}

TEST_F(ApprovalTest, CouponsWaitByWhatTheyAreWorth) {
  // 100 points pay 1 yuan, so the limit is 100 yuan.
  const Json dates = {{"from", "2020-01-01"}, {"to", "2099-01-01"}};
  const auto batch = [&](const char* id, Json terms) {
    terms["name"] = id;
    terms.update(dates);
    EXPECT_EQ(routes_.send("usr_a", "PUT", std::string("/coupons/") + id, terms).status, 200) << id;
  };
  batch("ten", {{"kind", "fixed"}, {"amount_minor", 10'00}});
  batch("open", {{"kind", "percent"}, {"percent", 20}});
  batch("most", {{"kind", "percent"}, {"percent", 20}, {"max_minor", 10'00}});
  batch("free", {{"kind", "free_shipping"}});
  const auto codes = [&](const char* who, const std::string& id, int count) {
    return routes_.send(who, "POST", "/coupons/" + id + "/codes", {{"count", count}}).status;
  };
  EXPECT_EQ(codes("usr_a", "ten", 11), 202);
  EXPECT_EQ(codes("usr_a", "ten", 10), 200);
  EXPECT_EQ(codes("usr_a", "ten", 1), 202) << "a day's sum is reached";
  EXPECT_EQ(codes("usr_b", "ten", 1), 200) << "by somebody else";
  EXPECT_EQ(codes("usr_a", "most", 11), 202);
  EXPECT_EQ(codes("usr_a", "open", 1), 202) << "there is no limit to what it takes off";
  EXPECT_EQ(codes("usr_a", "free", 500), 200);
  EXPECT_EQ(codes("key_shop", "ten", 11), 200);
  ledger_.pass(std::chrono::hours(25));
  Json people = Json::array({1, 2, 3, 4, 5});
  EXPECT_EQ(routes_.send("usr_a", "POST", "/coupons/ten/issue", {{"people", people}}).status, 200);
  const auto issue = routes_.send("usr_a", "POST", "/coupons/open/issue", {{"people", people}});
  EXPECT_EQ(issue.status, 202);
  const std::string id = (*parse_json(issue.body))["approval"];
  EXPECT_EQ(decide("usr_b", id).status, 200);
  for (const Json& one : routes_.get("/coupons")["batches"]) {
    if (one["id"] == "open") {
      EXPECT_EQ(one["codes"], 5);
    }
  }
}

TEST_F(ApprovalTest, CodesOfAnyKindAreOneSumOfADay) {
  Json cards = {{"name", "Spring"}, {"currency", "points"}, {"amount", 1'000}, {"count", 6}};
  EXPECT_EQ(routes_.send("usr_a", "POST", "/gift-cards", cards).status, 200);
  EXPECT_EQ(routes_.send("usr_a", "POST", "/gift-cards", cards).status, 202) << "in small parts";
  const Json ten = {{"name", "ten"},
                    {"kind", "fixed"},
                    {"amount_minor", 10'00},
                    {"from", "2020-01-01"},
                    {"to", "2099-01-01"}};
  EXPECT_EQ(routes_.send("usr_a", "PUT", "/coupons/ten", ten).status, 200);
  const auto codes = [&](int count) {
    return routes_.send("usr_a", "POST", "/coupons/ten/codes", {{"count", count}}).status;
  };
  EXPECT_EQ(codes(5), 202) << "10 yuan are 1,000 points";
  EXPECT_EQ(codes(4), 200);
  // What a second person agreed to is not counted.
  ledger_.pass(std::chrono::hours(25));
  cards["count"] = 11;
  EXPECT_EQ(routes_.send("usr_a", "POST", "/gift-cards", cards).status, 202);
  EXPECT_EQ(decide("usr_b", waiting()[0]["id"]).status, 200);
  EXPECT_EQ(codes(10), 200);
}

TEST_F(ApprovalTest, ATransferCountsForWhoGetsItToo) {
  earn(3, 50'000);
  const auto transfer = [&](PersonId from) {
    return command("usr_a", {{"kind", "transfer"}, {"person", from}, {"to", 1}, {"amount", 6'000}});
  };
  EXPECT_EQ(transfer(2), "200 done");
  EXPECT_EQ(transfer(3), "202 waiting") << "the second to the same person";
  EXPECT_EQ(command("usr_a", adjust(1, 5'000)), "202 waiting");
  EXPECT_EQ(command("usr_a", adjust(2, 5'000)), "202 waiting") << "who lost them";
  EXPECT_EQ(command("usr_a", adjust(4, 5'000)), "200 done");
}

TEST_F(ApprovalTest, RequestsSideBySidePassNoLimitTogether) {
  std::atomic<int> done = 0, waiting = 0;
  at_once(24, [&](int i) {
    Json body = adjust(1, 3'000);
    body["id"] = "p" + std::to_string(i);
    const auto answer = routes_.send("usr_a", "POST", "/command", body);
    (answer.status == 200 ? done : waiting) += 1;
  });
  EXPECT_EQ(done, 3);
  EXPECT_EQ(waiting, 21);
  EXPECT_EQ(available(1), 9'000);
  std::atomic<int> made = 0;
  at_once(16, [&](int) {
    const Json cards = {{"name", "Same"}, {"currency", "points"}, {"amount", 2'000}, {"count", 2}};
    made += routes_.send("usr_a", "POST", "/gift-cards", cards).status == 200;
  });
  EXPECT_EQ(made, 2);
}

TEST_F(ApprovalTest, GiftsToChosenPeopleCountWithTheRest) {
  const http::Principal ann{.id = "usr_a", .name = "Ann", .role = "", .source = ""};
  const std::vector<PersonId> people = {1, 3};
  const auto give = [&](const char* id, Points points) {
    return ledger_.database().write([&](store::Connection& c) {
      return gift_of_points(c, ledger_.programme(), id, points, "sorry", people, ann,
                            ledger_.now());
    });
  };
  EXPECT_TRUE(give("g1", 6'000));
  EXPECT_TRUE(give("g1", 6'000)) << "the same once more, after a crash";
  EXPECT_EQ(give("g2", 6'000).error().code, Code::kConflict);
  EXPECT_EQ(command("usr_a", adjust(3, 6'000)), "202 waiting");
  EXPECT_EQ(give("g3", 10'001).error().where, "points");
  const Json dates = {{"name", "c"}, {"from", "2020-01-01"}, {"to", "2099-01-01"}};
  Json fixed = dates, open = dates;
  fixed.update({{"kind", "fixed"}, {"amount_minor", 30'00}});
  open.update({{"kind", "percent"}, {"percent", 20}});
  EXPECT_EQ(routes_.send("usr_a", "PUT", "/coupons/fixed", fixed).status, 200);
  EXPECT_EQ(routes_.send("usr_a", "PUT", "/coupons/open", open).status, 200);
  const auto coupons = [&](const char* batch, const char* id) {
    return ledger_.database().write([&](store::Connection& c) {
      return give_coupons(c, "shop", batch, id, people, ann, ledger_.now());
    });
  };
  const auto given = coupons("fixed", "c1");
  ASSERT_TRUE(given) << given.error().text();
  EXPECT_EQ(given->done.size(), 2u);
  EXPECT_EQ(coupons("fixed", "c2").error().code, Code::kConflict) << "6,000 and 3,000 twice";
  EXPECT_EQ(coupons("open", "c3").error().where, "batch") << "no limit to what it takes off";
}

TEST_F(ApprovalTest, WhatPointsAreWorthIsRaisedByTwo) {
  Json programme = *parse_json(routes_.send("usr_a", "GET", "").body);
  programme["name"] = "Other";
  programme["currencies"][0]["spend_minor"] = 10'000;
  const auto asked = routes_.send("usr_a", "PUT", "", programme);
  EXPECT_EQ(asked.status, 202) << asked.body;
  const Json saved = *parse_json(asked.body);
  EXPECT_EQ(saved["name"], "Other") << "the rest is saved";
  EXPECT_EQ(saved["currencies"][0]["spend_minor"], 100);
  EXPECT_EQ(saved["currencies_wait"], true);
  const Json item = waiting()[0];
  EXPECT_EQ(item["what"], "limit");
  EXPECT_EQ(decide("usr_a", item["id"]).status, 403);
  EXPECT_EQ(decide("usr_b", item["id"]).status, 200);
  Json now = *parse_json(routes_.send("usr_a", "GET", "").body);
  EXPECT_EQ(now["currencies"][0]["spend_minor"], 10'000);
  EXPECT_EQ(now["approval_limit"], saved["approval_limit"]);
  // Lowered by one; and what was asked for of other currencies is not laid over it.
  now["currencies"][0]["spend_minor"] = 20'000;
  EXPECT_EQ(routes_.send("usr_a", "PUT", "", now).status, 202);
  now = *parse_json(routes_.send("usr_a", "GET", "").body);
  now["currencies"][0]["spend_minor"] = 50;
  EXPECT_EQ(routes_.send("usr_a", "PUT", "", now).status, 200);
  EXPECT_EQ(decide("usr_b", waiting()[0]["id"]).status, 409);
}

TEST_F(ApprovalTest, AnIdOfSomethingElseIsAnother) {
  const http::Principal ann{.id = "usr_a", .name = "Ann", .role = "", .source = ""};
  const std::vector<PersonId> people = {1};
  ASSERT_TRUE(ledger_.database().write([&](store::Connection& c) {
    return gift_of_points(c, ledger_.programme(), "x", 10'000, "sorry", people, ann, ledger_.now());
  }));
  Json same = adjust(1, 10'000);
  same["id"] = "x";
  EXPECT_EQ(command("usr_a", same), "202 waiting");
}

TEST_F(ApprovalTest, CouponsCountForWhoGetsThem) {
  const Json big = {{"name", "big"},
                    {"kind", "fixed"},
                    {"amount_minor", 60'00},
                    {"from", "2020-01-01"},
                    {"to", "2099-01-01"}};
  EXPECT_EQ(routes_.send("usr_a", "PUT", "/coupons/big", big).status, 200);
  const auto issue = [&](PersonId person) {
    return routes_.send("usr_a", "POST", "/coupons/big/issue", {{"people", {person}}}).status;
  };
  EXPECT_EQ(command("usr_a", adjust(1, 5'000)), "200 done");
  EXPECT_EQ(issue(1), 202) << "5,000 points and 60 yuan";
  ledger_.pass(std::chrono::hours(25));
  EXPECT_EQ(issue(3), 200);
  EXPECT_EQ(command("usr_a", adjust(3, 5'000)), "202 waiting");
}

TEST_F(ApprovalTest, NoCurrencyPaysMoreByOnePerson) {
  Json programme = *parse_json(routes_.send("usr_a", "GET", "").body);
  programme["currencies"][1]["spend_minor"] = 1'000'000;
  EXPECT_EQ(routes_.send("usr_a", "PUT", "", programme).status, 202);
  programme = *parse_json(routes_.send("usr_a", "GET", "").body);
  EXPECT_NE(programme["currencies"][1]["spend_minor"], 1'000'000);
  Json added = programme;
  added["currencies"].push_back({{"code", "gold"}, {"spend_points", 1}, {"spend_minor", 500}});
  EXPECT_EQ(routes_.send("usr_a", "PUT", "", added).status, 202);
  programme = *parse_json(routes_.send("usr_a", "GET", "").body);
  programme["currencies"].push_back({{"code", "gold"}, {"spend_points", 100}, {"spend_minor", 90}});
  EXPECT_EQ(routes_.send("usr_a", "PUT", "", programme).status, 200);
}

TEST_F(ApprovalTest, TheLimitIsRaisedByTwoAndLoweredByOne) {
  Json programme = *parse_json(routes_.send("usr_a", "GET", "").body);
  programme["approval_limit"] = 50'000;
  programme["name"] = "Other";
  const auto asked = routes_.send("usr_a", "PUT", "", programme);
  EXPECT_EQ(asked.status, 202) << asked.body;
  const Json saved = *parse_json(asked.body);
  EXPECT_EQ(saved["approval_limit"], 10'000);
  EXPECT_EQ(saved["limit_waits"], 50'000);
  EXPECT_EQ(saved["name"], "Other") << "the rest is saved";
  EXPECT_EQ(command("usr_a", adjust(1, 20'000)), "202 waiting");
  const Json items = waiting();
  const auto limit =
      std::ranges::find_if(items, [](const Json& one) { return one["what"] == "limit"; });
  ASSERT_NE(limit, items.end());
  EXPECT_EQ(decide("usr_a", (*limit)["id"]).status, 403);
  EXPECT_EQ(decide("usr_b", (*limit)["id"]).status, 200);
  programme = *parse_json(routes_.send("usr_a", "GET", "").body);
  EXPECT_EQ(programme["approval_limit"], 50'000);
  programme["approval_limit"] = 100;
  EXPECT_EQ(routes_.send("usr_a", "PUT", "", programme).status, 200);
}

TEST_F(ApprovalTest, AMonthWithMuchBreakageIsClosedByTwo) {
  ledger_.at("2026-01-10T12:00");
  const auto until = to_millis(*parse_instant("2026-02-10", ledger_.programme().zone));
  EXPECT_TRUE(ledger_
                  .run({.kind = CommandKind::kEarn,
                        .id = "short",
                        .person = 4,
                        .amount = 20'000,
                        .expires_ms = until})
                  .done());
  ledger_.at("2026-03-05T12:00");
  const auto close = [&](const char* month) {
    return routes_.send("usr_a", "POST", "/closings", {{"month", month}});
  };
  EXPECT_EQ(close("2026-01").status, 200) << "nothing expired in it";
  EXPECT_EQ(close("2026-02").status, 202);
  const Json item = waiting()[0];
  EXPECT_EQ(item["what"], "close");
  EXPECT_EQ(item["amount"], 20'000);
  EXPECT_EQ(item["reason"], "2026-02");
  EXPECT_EQ(decide("usr_b", item["id"]).status, 200);
  EXPECT_EQ(routes_.get("/closings")["closings"].size(), 2u);
  EXPECT_EQ(close("2026-02").status, 409);
}

}  // namespace
}  // namespace perennial::loyalty
