#include "loyalty/member.h"

#include <gtest/gtest.h>

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
