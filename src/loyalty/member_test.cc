#include "loyalty/member.h"

#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

constexpr std::string_view kSecret = "secret";

TEST(MemberLinks, OpenWhatTheySayAndNothingElse) {
  const MemberLink link{.programme = "shop", .person = 42, .until_ms = 1'800'000'000'000};
  const std::string token = sign_member_link(link, kSecret);
  const auto read = read_member_link(token, kSecret);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->programme, "shop");
  EXPECT_EQ(read->person, 42);
  EXPECT_EQ(read->until_ms, 1'800'000'000'000);
  EXPECT_FALSE(read_member_link(token, "other"));
  EXPECT_FALSE(read_member_link("", kSecret));
  EXPECT_FALSE(read_member_link(token + "x", kSecret));
  // Every letter counts, also those that say whose page it is.
  for (size_t at = 0; at < token.size(); ++at) {
    std::string wrong = token;
    wrong[at] = wrong[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_member_link(wrong, kSecret)) << at;
  }
}

class MemberTest : public testing::Test {
 protected:
  MemberView view(PersonId person) {
    auto found = ledger_.database().read([&](store::Connection& c) {
      return member_view(c, ledger_.programme(), person, ledger_.now());
    });
    EXPECT_TRUE(found) << found.error().text();
    return *found;
  }
  std::string page(PersonId person, std::string_view language, std::string_view said = "") {
    return member_page(view(person), {.programme = ledger_.programme(),
                                      .token = "token",
                                      .language = language,
                                      .workspace = "Tea & <Cups>",
                                      .currency = "CNY",
                                      .said = said,
                                      .form_id = "form"});
  }
  void reward(const std::string& id, Json change) {
    Json json = {{"id", id},     {"name", "Mug <" + id + ">"}, {"kind", "goods"},
                 {"points", 50}, {"from", "2026-01-01"},       {"to", "2026-03-01"}};
    if (!change.is_null()) json.update(change);
    const auto wanted = reward_from_json(json, ledger_.programme().zone);
    ASSERT_TRUE(wanted);
    ASSERT_TRUE(ledger_.database().write([&](store::Connection& c) {
      return save_reward(c, ledger_.programme(), *wanted, ledger_.now());
    }));
  }

  TestLedger ledger_{3};
};

TEST_F(MemberTest, SaysWhatThePersonHasAndMayTake) {
  ledger_.run({.kind = CommandKind::kEarn, .id = "a", .person = 1, .amount = 60});
  ledger_.run(
      {.kind = CommandKind::kEarn, .id = "b", .currency = "stars", .person = 1, .amount = 7});
  reward("mug", {});
  reward("car", {{"points", 1'000'000}});
  reward("old", {{"to", "2026-01-02"}});
  reward("off", {{"enabled", false}});
  const MemberView found = view(1);
  ASSERT_EQ(found.balances.size(), 3u);
  EXPECT_EQ(found.balances[0].points, 60);
  EXPECT_EQ(found.balances[1].expiring, 7);
  EXPECT_EQ(found.balances[1].expires_at, parse_instant("2026-02-14T16:00:00Z").value());
  EXPECT_FALSE(found.balances[2].expires_at);
  ASSERT_EQ(found.rewards.size(), 2u);
  for (const MemberReward& one : found.rewards)
    EXPECT_EQ(one.refusal, one.reward.id == "mug" ? "" : "not_enough_points");
  EXPECT_EQ(found.lines.size(), 1u);
  EXPECT_EQ(view(2).balances[0].points, 0);
  const Json json = to_json(found);
  EXPECT_EQ(json["rewards"].size(), 2u);
  EXPECT_EQ(json["balances"][0]["points"], 60);
}

TEST_F(MemberTest, SaysWhatPointsPayAsTheCheckoutDoes) {
  ledger_.run({.kind = CommandKind::kEarn, .id = "a", .person = 1, .amount = 199});
  const auto pays = [&] { return to_json(view(1))["balances"][0]["pays_minor"]; };
  EXPECT_EQ(pays(), 100) << "whole steps of 100 points";
  EXPECT_NE(page(1, "en").find("pay up to 1.00 CNY</div>"), std::string::npos);
  ledger_.change([](Programme& programme) {
    programme.currencies[0].spend_points = 10;
    programme.currencies[0].spend_max_percent = 50;
  });
  EXPECT_EQ(pays(), 1'900);
  EXPECT_NE(page(1, "en").find("pay up to 19.00 CNY (at most 50 % of an order)"),
            std::string::npos);
  EXPECT_NE(page(1, "zh").find("可抵 19.00 CNY（最多为订单的 50 %）"), std::string::npos);
  ledger_.run({.kind = CommandKind::kRedeem, .id = "b", .person = 1, .amount = 195});
  EXPECT_EQ(pays(), 0);
  EXPECT_EQ(page(1, "en").find("pay up to"), std::string::npos);
}

std::string ids(const MemberView& view) {
  std::string text;
  for (const MemberReward& one : view.rewards) text += one.reward.id + (one.suits ? "! " : " ");
  return text;
}

// Of a made-up ranking, only what the member can take stands before the rest of the catalogue.
TEST_F(MemberTest, RewardsThatSuitStandFirst) {
  ledger_.run({.kind = CommandKind::kEarn, .id = "a", .person = 1, .amount = 1'000});
  ledger_.run({.kind = CommandKind::kEarn, .id = "b", .person = 2, .amount = 1'000});
  reward("book", {});
  reward("car", {{"product", "p-car"}, {"points", 1'000'000}});
  reward("gold", {{"product", "p-gold"}, {"levels", {"gold"}}});
  reward("last", {{"product", "p-last"}, {"stock", 1}});
  reward("mug", {{"product", "p-mug"}});
  reward("once", {{"product", "p-once"}, {"per_person", 1}});
  reward("pot", {{"product", "p-tea"}, {"money_minor", 500}});
  reward("tea", {{"product", "p-tea"}});
  for (const Redeem& one : {Redeem{.id = "r1", .reward = "last", .person = 2},
                            Redeem{.id = "r2", .reward = "once", .person = 1}}) {
    ASSERT_TRUE(ledger_.database()
                    .write([&](store::Connection& c) {
                      return redeem(c, ledger_.programme(), one, ledger_.now());
                    })
                    .value()
                    .done());
  }
  MemberView found = view(1);
  const std::string catalogue = "book car gold last mug once pot tea ";
  ASSERT_EQ(ids(found), catalogue);
  EXPECT_EQ(products_to_take(found), (std::vector<std::string>{"p-mug", "p-tea"}));
  put_forward(found, {});
  EXPECT_EQ(ids(found), catalogue) << "of whom nothing is known";
  const std::vector<Suited> ranking = {{.product = "p-none", .reason = "popular"},
                                       {.product = "p-car", .reason = "popular"},
                                       {.product = "p-tea",
                                        .reason = "bought_with",
                                        .with = "Cups & <saucers>",
                                        .en = "often bought with Cups & <saucers>",
                                        .zh = "常与“Cups & <saucers>”一起购买"},
                                       {.product = "p-gold", .reason = "popular"},
                                       {.product = "p-last", .reason = "popular"},
                                       {.product = "p-once", .reason = "popular"},
                                       {.product = "p-mug",
                                        .reason = "popular_in_group",
                                        .with = "",
                                        .en = "popular with customers like you",
                                        .zh = "与您相似的顾客常买"}};
  put_forward(found, ranking);
  EXPECT_EQ(ids(found), "pot! tea! mug! book car gold last once ");
  const Json json = to_json(found)["rewards"];
  EXPECT_EQ(json[1]["suits_you"], true);
  EXPECT_EQ(to_text(json[1]["reason"]), R"({"kind":"bought_with","with":"Cups & <saucers>"})");
  EXPECT_EQ(json[1]["product"], "p-tea");
  EXPECT_EQ(json[3]["suits_you"], false);
  EXPECT_TRUE(json[3]["reason"].is_null());
  // Another member may take the one that is left to nobody else.
  EXPECT_EQ(products_to_take(view(2)), (std::vector<std::string>{"p-mug", "p-once", "p-tea"}));
  EXPECT_TRUE(products_to_take(view(3)).empty()) << "no points";

  const auto shown = [&](std::string_view language) {
    return member_page(found, {.programme = ledger_.programme(),
                               .token = "token",
                               .language = language,
                               .workspace = "Tea",
                               .currency = "CNY",
                               .said = "",
                               .form_id = "form"});
  };
  const std::string english = shown("en"), chinese = shown("zh");
  EXPECT_NE(english.find("Suits you · often bought with Cups &amp; &lt;saucers&gt;</div>"),
            english.npos);
  EXPECT_NE(english.find("Suits you · popular with customers like you</div>"), english.npos);
  EXPECT_NE(chinese.find("适合您 · 常与“Cups &amp; &lt;saucers&gt;”一起购买</div>"), chinese.npos);
  EXPECT_LT(english.find("Mug &lt;mug&gt;"), english.find("Mug &lt;book&gt;"));
  EXPECT_EQ(page(1, "en").find("Suits you"), std::string::npos);
}

TEST_F(MemberTest, NotMoreArePutForwardThanStandOutStill) {
  ledger_.run({.kind = CommandKind::kEarn, .id = "a", .person = 1, .amount = 1'000});
  std::vector<Suited> ranking;
  for (size_t i = 0; i <= kMaxPutForward; ++i) {
    const std::string id = "r" + std::to_string(i);
    reward(id, {{"product", id}});
    ranking.insert(ranking.begin(), {.product = id, .reason = "popular"});
  }
  MemberView found = view(1);
  put_forward(found, ranking);
  EXPECT_EQ(ids(found), "r6! r5! r4! r3! r2! r1! r0 ");
  found = view(1);
  put_forward(found, std::span(ranking).first(kMaxPutForward));
  EXPECT_EQ(ids(found), "r6! r5! r4! r3! r2! r1! r0 ");
}

// The service asks for the member of the link, about what they can take.
TEST_F(MemberTest, TheServiceAsksWhatSuitsTheMember) {
  ledger_.run({.kind = CommandKind::kEarn, .id = "a", .person = 2, .amount = 100});
  reward("book", {{"product", "p-book"}});
  reward("car", {{"product", "p-car"}, {"points", 101}});
  reward("mug", {{"product", "p-mug"}});
  const auto log = events::open_memory();
  const auto settings = access::Settings::load(ledger_.database());
  ASSERT_TRUE(settings);
  std::vector<std::string> asked;
  PersonId who = 0;
  const auto suited = [&](PersonId person, std::span<const std::string> products) {
    who = person;
    asked.assign(products.begin(), products.end());
    return Result<std::vector<Suited>>({{.product = "p-mug",
                                         .reason = "viewed_with",
                                         .with = "Tea",
                                         .en = "goes with Tea, which you looked at",
                                         .zh = "与您看过的“Tea”相配"}});
  };
  const auto first_of = [&](bool asks) {
    const auto loyalty =
        Loyalty::open({.database = ledger_.database(),
                       .log = *log,
                       .settings = **settings,
                       .clock = [this] { return ledger_.now(); },
                       .suited = asks ? suited : decltype(Loyalty::Wiring::suited)()});
    http::Router router;
    (*loyalty)->add_routes(router);
    const auto server = http::Server::start(std::move(router), {.port = 0});
    http::Client client("127.0.0.1", (*server)->port());
    const auto link = client.send("POST", "/v1/loyalty/programmes/shop/people/2/link", "{}");
    const Json made = parse_json(link->body).value();
    const auto answer = client.send("GET", "/v1/member/" + made["token"].get<std::string>());
    const Json shown = parse_json(answer->body).value();
    const auto page =
        client.send("GET", "/member/" + made["token"].get<std::string>() + "?lang=en");
    EXPECT_EQ(
        page->body.find("Suits you · goes with Tea, which you looked at") != std::string::npos,
        asks);
    (*server)->stop(std::chrono::milliseconds(500));
    (*loyalty)->stop();
    return shown["rewards"][0];
  };
  EXPECT_EQ(first_of(false)["id"], "book");
  EXPECT_EQ(who, 0);
  const Json first = first_of(true);
  EXPECT_EQ(who, 2);
  EXPECT_EQ(asked, (std::vector<std::string>{"p-book", "p-mug"}));
  EXPECT_EQ(first["id"], "mug");
  EXPECT_EQ(first["reason"]["with"], "Tea");
}

TEST_F(MemberTest, MissionsSignInAndPrices) {
  ledger_.at("2026-01-15T12:00");
  const auto rule = [&](const char* text) {
    ASSERT_TRUE(ledger_.database().write([&](store::Connection& c) -> Result<void> {
      Rule rule = TRY(rule_from_json(TRY(parse_json(text))));
      rule.from_ms = 0;
      TRY(save_rule(c, ledger_.programme(), rule, "", ledger_.now()));
      return {};
    }));
  };
  rule(R"({"id":"sign-in","name":"Sign <in>","event":"Signed In","amount":{"kind":"fixed",
           "points":1},"streak":[{"days":3,"points":5},{"days":7,"points":20}],"streak_cycle":7})");
  rule(R"({"id":"today","name":"Today","amount":{"kind":"fixed","points":9},"mission_every":"day",
           "tasks":[{"event":"Shared","times":2},{"event":"Signed In"}]})");
  const auto fact = [&](int64_t seq, std::string_view at, const char* name) {
    const std::vector<NewFact> one = {
        {.seq = seq,
         .at_ms = to_millis(*parse_instant(at, ledger_.programme().zone)),
         .person = 1,
         .identity = "u:u1",
         .name = name,
         .properties = "{}"}};
    ASSERT_TRUE(ledger_.database().write([&](store::Connection& c) { return add_facts(c, one); }));
  };
  fact(1, "2026-01-13T10:00", "Signed In");
  fact(2, "2026-01-14T10:00", "Signed In");
  fact(3, "2026-01-14T11:00", "Shared");
  fact(4, "2026-01-15T11:00", "Shared");
  const MemberView found = view(1);
  ASSERT_EQ(found.streaks.size(), 1u);
  EXPECT_EQ(found.streaks[0].days, 2);
  EXPECT_FALSE(found.streaks[0].today);
  EXPECT_EQ(found.streaks[0].next_days, 3);
  ASSERT_EQ(found.missions.size(), 1u);
  EXPECT_EQ(found.missions[0].tasks[0].done, 1) << "yesterday's does not count";
  EXPECT_EQ(found.missions[0].tasks[0].times, 2);
  EXPECT_FALSE(found.missions[0].complete);
  const std::string before = page(1, "zh");
  EXPECT_NE(before.find("签到</button>"), before.npos);
  EXPECT_NE(before.find("Sign &lt;in&gt;"), before.npos);
  fact(5, "2026-01-15T11:30", "Signed In");
  fact(6, "2026-01-15T11:40", "Shared");
  EXPECT_TRUE(view(1).missions[0].complete);
  EXPECT_TRUE(view(1).streaks[0].today);
  EXPECT_EQ(view(1).streaks[0].next_days, 7);
  EXPECT_EQ(page(1, "zh").find("签到</button>"), std::string::npos);
  EXPECT_EQ(view(2).streaks[0].days, 0);
  ASSERT_TRUE(ledger_.database().write([&](store::Connection& c) {
    PriceRule mine;
    mine.id = "mine";
    mine.name = "Mine";
    mine.percent = 15;
    mine.people = {1};
    mine.valid = {ledger_.now(), ledger_.now() + std::chrono::days(2)};
    return save_price_rule(c, ledger_.programme(), mine, ledger_.now());
  }));
  EXPECT_EQ(view(1).prices.size(), 1u);
  EXPECT_EQ(view(2).prices.size(), 0u);
  EXPECT_NE(page(1, "en").find("−15 %"), std::string::npos);
}

TEST_F(MemberTest, ThePageIsEscapedAndInTheLanguageAskedFor) {
  ledger_.run({.kind = CommandKind::kEarn, .id = "a", .person = 1, .amount = 12345});
  reward("mug", {});
  const std::string english = page(1, "en", "done"), chinese = page(1, "zh");
  EXPECT_NE(english.find("<html lang=\"en\">"), english.npos);
  EXPECT_NE(english.find("12,345"), english.npos);
  EXPECT_NE(english.find("Mug &lt;mug&gt;"), english.npos);
  EXPECT_EQ(english.find("<mug>"), english.npos);
  EXPECT_NE(english.find("Tea &amp; &lt;Cups&gt;"), english.npos);
  EXPECT_NE(english.find("role=\"status\""), english.npos);
  EXPECT_NE(chinese.find("积分商城"), chinese.npos);
  EXPECT_EQ(chinese.find("role=\"status\""), chinese.npos);
  // What stands in the address is looked up, never shown.
  const std::string odd = page(1, "en", "<script>alert(1)</script>");
  EXPECT_EQ(odd.find("<script"), odd.npos);
  EXPECT_EQ(page(1, "en", "won:<b>:x").find("<b>"), std::string::npos);
}

}  // namespace
}  // namespace perennial::loyalty
