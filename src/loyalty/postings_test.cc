// Postings over all people: found by what they are about, newest first, page after page.
#include "loyalty/postings.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using enum CommandKind;

class PostingsTest : public LedgerTest {
 protected:
  PostingsTest() : LedgerTest(6) {}
  void done(Command command) {
    command.id = "c" + std::to_string(++commands_);
    const Outcome outcome = ledger_.run(std::move(command));
    ASSERT_TRUE(outcome.done()) << outcome.refusal.message;
  }
  // What happens in a shop in two days.
  void some_days() {
    ledger_.at("2026-03-01T09:00");
    done({.kind = kEarn, .person = 1, .amount = 100, .order = "o1"});
    done({.kind = kEarn, .currency = "stars", .person = 1, .amount = 7, .order = "o1"});
    done({.kind = kEarn, .person = 2, .amount = 50, .order = "c1"});  // as a command is called
    ledger_.pass(std::chrono::hours(1));
    done({.kind = kRedeem, .person = 1, .amount = 30, .order = "o2"});
    done({.kind = kAdjust, .person = 2, .amount = -20, .reason = "=mistake", .by = "usr_ann"});
    ledger_.at("2026-03-02T00:00");
    done({.kind = kTransfer, .person = 1, .amount = 10, .other = 3, .by = "usr_bob"});
    done({.kind = kAward,
          .person = 3,
          .amount = 5,
          .award = 1,
          .version = 2,
          .rule = "review",
          .event = "seq:9"});
  }
  std::vector<FoundPosting> find(PostingSearch search) {
    if (search.currencies.empty()) {
      for (const Currency& one : ledger_.programme().currencies)
        search.currencies.push_back(one.id);
    }
    auto found = ledger_.database().read(
        [&](store::Connection& c) { return find_postings(c, ledger_.programme(), search); });
    EXPECT_TRUE(found) << found.error().text();
    return *found;
  }
  // The amounts of what is found, newest first.
  std::vector<Points> amounts(PostingSearch search) {
    std::vector<Points> list;
    for (const FoundPosting& one : find(std::move(search))) list.push_back(one.line.amount);
    return list;
  }
  int64_t local(std::string_view time) {
    return to_millis(*parse_instant(time, ledger_.programme().zone));
  }

 private:
  int commands_ = 0;
};

TEST_F(PostingsTest, AreFoundByWhatTheyAreAbout) {
  some_days();
  EXPECT_THAT(amounts({}), ElementsAre(5, 10, 10, 20, 30, 50, 7, 100)) << "newest first";
  const auto& currencies = ledger_.programme().currencies;
  EXPECT_THAT(amounts({.currencies = {currencies[1].id}}), ElementsAre(7));
  EXPECT_THAT(amounts({.kinds = {kRedeem, kAdjust}}), ElementsAre(20, 30));
  EXPECT_THAT(amounts({.person = 1}), ElementsAre(10, 30, 7, 100));
  EXPECT_THAT(amounts({.kinds = {kRedeem}, .person = 1}), ElementsAre(30));
  EXPECT_THAT(amounts({.person = 5}), ElementsAre()) << "nobody has posted anything";
  EXPECT_THAT(amounts({.reference = "o1"}), ElementsAre(7, 100));
  EXPECT_THAT(amounts({.reference = "c1"}), ElementsAre(50, 100)) << "an order and a command";
  EXPECT_THAT(amounts({.reference = "seq:9"}), ElementsAre(5));
  EXPECT_THAT(amounts({.person = 2, .reference = "c1"}), ElementsAre(50));
  EXPECT_THAT(amounts({.reference = "nothing"}), ElementsAre());
  EXPECT_THAT(amounts({.rule = "review"}), ElementsAre(5));
  EXPECT_THAT(amounts({.by = "usr_bob"}), ElementsAre(10, 10)) << "both sides of it";
  EXPECT_THAT(amounts({.rule = "review", .by = "usr_bob"}), ElementsAre());
  EXPECT_THAT(amounts({.min = 20, .max = 50}), ElementsAre(20, 30, 50));
  EXPECT_THAT(amounts({.from_ms = local("2026-03-02")}), ElementsAre(5, 10, 10)) << "with 0:00";
  EXPECT_THAT(amounts({.to_ms = local("2026-03-02")}), ElementsAre(20, 30, 50, 7, 100)) << "less";
  EXPECT_THAT(amounts({.kinds = {kEarn}, .min = 51, .from_ms = local("2026-03-01")}),
              ElementsAre(100));
}

TEST_F(PostingsTest, OfAPersonAreThoseOfEveryNumberThatTheyHad) {
  some_days();
  done({.kind = kMerge, .person = 2, .other = 1});
  const auto all = find({.person = 2});
  EXPECT_EQ(std::ranges::count(all, 1, &FoundPosting::person) > 3, true);
  EXPECT_EQ(std::ranges::count(all, 3, &FoundPosting::person), 0);
}

// Pages put together are the whole, whatever the size of a page; and the whole is what a look at
// every posting finds.
TEST_F(PostingsTest, PagesAddUpToWhatALookAtAllFinds) {
  std::mt19937 random(7);
  const auto any = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  ledger_.at("2026-03-01T09:00");
  for (int i = 0; i < 300; ++i) {
    if (any(3) == 0) ledger_.pass(std::chrono::minutes(any(200)));
    const Command command{.kind = any(4) == 0 ? kAdjust : kEarn,
                          .id = "n" + std::to_string(i),
                          .currency = any(3) == 0 ? "stars" : "points",
                          .person = 1 + any(5),
                          .amount = 1 + any(20),
                          .order = any(2) == 0 ? "" : "o" + std::to_string(any(30)),
                          .by = any(3) == 0 ? "usr_ann" : ""};
    ASSERT_TRUE(ledger_.run(command).done());
  }
  const auto all = find({.limit = 100'000});
  ASSERT_GE(all.size(), 300u);
  for (int round = 0; round < 60; ++round) {
    PostingSearch search{.limit = 1 + static_cast<size_t>(any(40))};
    const auto& like = all[static_cast<size_t>(any(static_cast<int>(all.size())))];
    if (any(2) == 0) search.person = like.person;
    if (any(3) == 0) search.kinds = {like.line.kind, kRedeem};
    if (any(3) == 0) search.by = like.by;
    if (any(4) == 0) search.reference = any(2) == 0 ? like.line.order : like.line.command;
    if (any(3) == 0) search.min = like.line.amount;
    if (any(3) == 0) search.max = like.line.amount;
    if (any(4) == 0) search.currencies = {like.currency};
    if (any(3) == 0) search.from_ms = to_millis(like.line.at);
    if (any(3) == 0) search.to_ms = to_millis(like.line.at);
    std::vector<std::pair<int64_t, int64_t>> expected, found;
    for (const FoundPosting& one : all) {
      const int64_t at = to_millis(one.line.at);
      const bool wanted = (search.person == 0 || one.person == search.person) &&
                          (search.kinds.empty() || one.line.kind == search.kinds[0]) &&
                          (search.by.empty() || one.by == search.by) &&
                          (search.reference.empty() || one.line.order == search.reference ||
                           one.line.command == search.reference) &&
                          one.line.amount >= search.min && one.line.amount <= search.max &&
                          (search.currencies.empty() || one.currency == search.currencies[0]) &&
                          at >= search.from_ms && at < search.to_ms;
      if (wanted) expected.emplace_back(one.line.entry, one.number);
    }
    while (true) {
      const auto page = find(search);
      for (const FoundPosting& one : page) found.emplace_back(one.line.entry, one.number);
      if (page.size() < search.limit) break;
      search.after = {to_millis(page.back().line.at), page.back().line.entry, page.back().number};
    }
    EXPECT_EQ(found, expected) << "round " << round;
  }
}

TEST_F(PostingsTest, OverHttpWithTheirEntryAndAsCsv) {
  some_days();
  RoutedLedger routes(ledger_);
  const Json body = {
      {"kind", "adjust"}, {"id", "w1"}, {"person", 4}, {"amount", 40}, {"reason", "sorry"}};
  ASSERT_EQ(routes.send("usr_wu", "POST", "/command", body).status, 200);
  Json page = routes.get("/postings?limit=1&kind=adjust,redeem");
  EXPECT_EQ(page["postings"][0]["by"], "usr_wu");
  EXPECT_EQ(page["postings"][0]["by_name"], "Name of usr_wu");
  EXPECT_EQ(page["postings"][0]["person"], 4);
  EXPECT_EQ(page["actors"], Json::parse(R"([{"id": "usr_wu", "name": "Name of usr_wu"}])"));
  page =
      routes.get("/postings?limit=9&kind=adjust,redeem&after=" + page["next"].get<std::string>());
  EXPECT_EQ(page["postings"].size(), 2u);
  EXPECT_TRUE(page["next"].is_null());
  const Json moved = routes.get("/postings?kind=transfer");
  const Json entry =
      routes.get("/entries/" + std::to_string(moved["postings"][0]["entry"].get<int64_t>()));
  EXPECT_EQ(entry["postings"].size(), 2u);
  EXPECT_EQ(entry["debits"], 20);
  EXPECT_EQ(entry["credits"], 20);
  const std::string csv =
      routes.send("usr_wu", "GET", "/postings.csv?kind=adjust&max=20&to=2026-03-02").body;
  EXPECT_THAT(csv, StartsWith("entry,line,at,"));
  EXPECT_THAT(csv, HasSubstr(",\"'=mistake\",\"usr_ann\"\n")) << "no formula";
  EXPECT_EQ(std::ranges::count(csv, '\n'), 2);
}

TEST_F(PostingsTest, WhatMakesNoSenseIsRefusedByName) {
  RoutedLedger routes(ledger_);
  for (const auto& [query, field] :
       {std::pair("kind=magic", "kind"), std::pair("kind=earn,", "kind"),
        std::pair("from=soon", "from"), std::pair("from=2026-03-02&to=2026-03-02", "from"),
        std::pair("after=1.2", "after"), std::pair("after=1.2.3x", "after"),
        std::pair("limit=501", "limit"), std::pair("min=-1", "min"),
        std::pair("person=me", "person")}) {
    const auto answer = routes.send("usr_wu", "GET", "/postings?" + std::string(query));
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_THAT(answer.body, HasSubstr("\"" + std::string(field) + "\"")) << query;
  }
  EXPECT_EQ(routes.send("usr_wu", "GET", "/postings?currency=gold").status, 404);
  EXPECT_EQ(routes.send("usr_wu", "GET", "/entries/999999").status, 404);
}

}  // namespace
}  // namespace perennial::loyalty
