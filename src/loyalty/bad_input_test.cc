// What nobody should send: each is refused with a word that the contract lists, and nothing is
// posted. The others stand beside what they are about: `--gtest_filter=*BadInput*`.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/coupons.h"
#include "loyalty/gift_cards.h"
#include "loyalty/played.h"
#include "loyalty/writer.h"

namespace perennial::loyalty {
namespace {

using enum CommandKind;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The words by which the sources refuse something: the first text of each Refusal.
std::set<std::string> words_of_refusals() {
  std::set<std::string> words;
  const std::filesystem::path source = PERENNIAL_SOURCE_DIR "/src/loyalty";
  for (const auto& file : std::filesystem::directory_iterator(source)) {
    const std::string name = file.path().filename();
    if (!name.ends_with(".cc") || name.ends_with("_test.cc")) continue;
    const std::string text = text_of(file.path());
    for (size_t at = text.find("efusal"); at != std::string::npos; at = text.find("efusal", at)) {
      at += 6;
      while (at < text.size() && std::string_view(" ={(\n").contains(text[at])) ++at;
      if (text.compare(at, 8, ".code = ") == 0) at += 8;
      if (text[at] != '"') continue;
      const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
      if (end > at + 1 && text[end] == '"') words.insert(text.substr(at + 1, end - at - 1));
    }
  }
  return words;
}

TEST(BadInput, TheContractListsEveryRefusal) {
  const auto words = words_of_refusals();
  for (const char* known : {"amount_out_of_range", "over_refunded", "id_reused", "spend_too_low",
                            "out_of_stock", "code_used", "unknown_order"})
    EXPECT_TRUE(words.contains(known)) << known << " is not found in the sources";
  const std::string contract = text_of(PERENNIAL_SOURCE_DIR "/api/openapi.yaml");
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  for (const auto& word : words) {
    bool listed = false;
    for (size_t at = contract.find(word); at != std::string::npos && !listed;
         at = contract.find(word, at + 1))
      listed = !is_letter(contract[at - 1]) && !is_letter(contract[at + word.size()]);
    EXPECT_TRUE(listed) << word << " is in no list of api/openapi.yaml";
  }
}

// Whatever is refused leaves the ledger as it was.
class NothingPosted : public LedgerTest {
 protected:
  NothingPosted() : LedgerTest(3) {
    earn(1, 100);
    before_ = state();
  }
  std::string state() {
    std::string text;
    write([&](store::Connection& c) -> Result<void> {
      for (const char* table :
           {"loyalty_postings", "loyalty_lots", "loyalty_spends", "loyalty_refunded",
            "loyalty_merges", "loyalty_rules", "loyalty_awards", "loyalty_gift_cards"})
        text += std::string(table) + " " +
                std::to_string(
                    TRY(c.query_one("SELECT count(*) FROM " + std::string(table)))->integer(0)) +
                "\n";
      return {};
    });
    for (PersonId person = 1; person <= 3; ++person)
      text += ledger_.statement_text(person) + ledger_.statement_text(person, "coins");
    return text;
  }
  void refused(Command command, const std::string& code) {
    command.id = "c" + std::to_string(++commands_);
    const Outcome outcome = ledger_.run(command);
    EXPECT_EQ(outcome.refusal.code, code) << kind_name(command.kind) << " " << command.amount;
    EXPECT_EQ(outcome.entry, 0);
    EXPECT_EQ(state(), before_) << kind_name(command.kind) << " " << command.amount;
  }
  std::string before_;

 private:
  int commands_ = 0;
};

TEST_F(NothingPosted, OverflowZeroAndNegativeAmounts) {
  for (const Points amount : {Points{0}, Points{-1}, kMaxPoints + 1, INT64_MAX, INT64_MIN}) {
    for (const CommandKind kind : {kEarn, kHold, kRedeem, kTransfer})
      refused({.kind = kind, .person = 1, .amount = amount, .other = 2}, "amount_out_of_range");
  }
  for (const Points amount : {Points{0}, kMaxPoints + 1, -kMaxPoints - 1, INT64_MAX, INT64_MIN})
    refused({.kind = kAdjust, .person = 1, .amount = amount}, "amount_out_of_range");
  refused({.kind = kRedeem, .person = 1, .amount = 101}, "not_enough_points");
  refused({.kind = kAdjust, .person = 1, .amount = -101}, "not_enough_points");
  refused({.kind = kTransfer, .person = 1, .amount = 1, .other = 1}, "same_person");
  ledger_.verify();
}

TEST_F(NothingPosted, WhomAndWhatNobodyKnows) {
  for (const CommandKind kind : {kEarn, kHold, kRedeem, kAdjust})
    refused({.kind = kind, .person = 999, .amount = 1}, "unknown_person");
  refused({.kind = kMerge, .person = 1, .other = 999}, "unknown_person");
  refused({.kind = kEarn, .currency = "gold", .person = 1, .amount = 1}, "unknown_currency");
  refused({.kind = kCapture, .person = 1, .target = "nothing"}, "unknown_hold");
  refused({.kind = kRelease, .person = 1, .target = "e1"}, "unknown_hold");
  refused({.kind = kRefund, .person = 1, .order = "nothing"}, "unknown_order");
  refused({.kind = kUnmerge, .person = 1, .target = "nothing"}, "unknown_merge");
  for (const int64_t lot : {int64_t{0}, int64_t{-1}, INT64_MAX})
    refused({.kind = kExpire, .person = 1, .lot = lot}, "unknown_lot");
  const auto none = ledger_.database().write([&](store::Connection& c) {
    Programme other = ledger_.programme();
    other.id = "nothing";
    for (Currency& currency : other.currencies) currency.id = 0;
    const std::vector<Command> commands = {{.kind = kEarn, .id = "x", .person = 1, .amount = 1}};
    return decide(c, other, commands, ledger_.now());
  });
  ASSERT_FALSE(none) << "a programme that is not there";
  EXPECT_EQ(none.error().code, Code::kConflict);
  Writer writer(ledger_.database(), [&] { return ledger_.now(); });
  const auto nowhere =
      writer.run("nothing", {{.kind = kEarn, .id = "y", .person = 1, .amount = 1}});
  writer.stop();
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);
  EXPECT_EQ(nowhere.error().where, "programme");
  EXPECT_EQ(state(), before_);
  ledger_.verify();
}

// The largest refunds of the largest orders.
TEST_F(NothingPosted, RefundsBeyondTheirOrder) {
  ledger_.run({.kind = kEarn, .id = "e", .person = 2, .amount = kMaxPoints, .order = "o"});
  const auto refund = [&](const char* id, int64_t part, int64_t whole) {
    return ledger_.run({.kind = kRefund,
                        .id = id,
                        .person = 2,
                        .order = "o",
                        .refunded_minor = part,
                        .total_minor = whole});
  };
  EXPECT_EQ(refund("a", INT64_MAX / 2, INT64_MAX).amount, kMaxPoints / 2 - 1);
  EXPECT_EQ(refund("b", INT64_MAX, INT64_MAX).refusal.code, "over_refunded");
  EXPECT_EQ(refund("c", 1, 2).refusal.code, "total_differs");
  EXPECT_EQ(refund("d", INT64_MAX - INT64_MAX / 2, INT64_MAX).amount, kMaxPoints / 2 + 1);
  EXPECT_EQ(refund("f", 1, INT64_MAX).refusal.code, "over_refunded");
  EXPECT_EQ(ledger_.balance(2), Balance{});
  ledger_.verify();
}

TEST_F(NothingPosted, CodesThatAreExpiredOrOfSomebodyElse) {
  const auto batch = batch_from_json({{"id", "b"},
                                      {"name", "B"},
                                      {"kind", "fixed"},
                                      {"amount_minor", 100},
                                      {"from", "2026-01-01"},
                                      {"to", "2026-01-16"}},
                                     ledger_.programme().zone);
  ASSERT_TRUE(batch) << batch.error().text();
  std::vector<std::string> codes;
  write([&](store::Connection& c) -> Result<void> {
    const auto saved = TRY(save_batch(c, ledger_.programme(), *batch, ledger_.now()));
    codes = TRY(make_codes(c, ledger_.programme(), saved, 2));
    TRY(c.execute("UPDATE loyalty_coupons SET person = 2 WHERE code = $1", {codes[1]}));
    return {};
  });
  const auto why = [&](const char* id, const std::string& code, PersonId person) {
    return write([&](store::Connection& c) {
             return use_coupon(c, ledger_.programme(),
                               {.id = id, .code = code, .person = person, .amount_minor = 5'000},
                               ledger_.now());
           })
        .refusal.code;
  };
  EXPECT_EQ(why("a", codes[1], 1), "not_yours");
  EXPECT_EQ(why("b", new_code(), 1), "unknown_code");
  EXPECT_EQ(why("c", "ABC", 1), "mistyped_code");
  EXPECT_EQ(why("d", codes[0], 999), "unknown_person");
  ledger_.at("2026-01-16T00:00");
  EXPECT_EQ(why("e", codes[0], 1), "no_longer_valid");
  EXPECT_EQ(state(), before_);
  int64_t used = -1;
  write([&](store::Connection& c) -> Result<void> {
    used = TRY(c.query_one("SELECT CAST(sum(uses) AS BIGINT) FROM loyalty_coupons"))->integer(0);
    return {};
  });
  EXPECT_EQ(used, 0);
}

TEST_F(NothingPosted, FractionsAndNumbersThatAreNone) {
  for (const char* amount : {"1.5", "1e300", "-0.5", "\"5\"", "null", "true", "9223372036854775808",
                             "99999999999999999999999"}) {
    const auto json =
        parse_json(R"({"kind":"earn","id":"x","person":1,"amount":)" + std::string(amount) + "}");
    if (!json) continue;
    const auto command = command_from_json(*json);
    ASSERT_FALSE(command) << amount;
    EXPECT_EQ(command.error().code, Code::kInvalid) << amount;
    EXPECT_EQ(command.error().where, "amount") << amount;
    const auto fixed =
        rule_from_json({{"id", "r"},
                        {"name", "r"},
                        {"event", "e"},
                        {"amount", {{"kind", "fixed"}, {"points", *parse_json(amount)}}}});
    ASSERT_FALSE(fixed) << amount;
    EXPECT_EQ(fixed.error().where, "amount.points") << amount;
  }
  EXPECT_EQ(state(), before_);
}

// Rules that are refused change nothing, and neither do edits that come second.
TEST_F(NothingPosted, RulesThatAreRefused) {
  const auto save = [&](Json change) -> Result<Rule> {
    Json json = to_json(rule(kPerYuan));
    json["version"] = 0;
    json.update(change);
    auto wanted = TRY(rule_from_json(json));
    return ledger_.database().write([&](store::Connection& c) {
      return save_rule(c, ledger_.programme(), wanted, "", ledger_.now());
    });
  };
  EXPECT_EQ(save({{"name", std::string(1'000'000, 'x')}}).error().code, Code::kTooLarge);
  EXPECT_EQ(
      save({{"amount", {{"kind", "per_money"}, {"points", 1}, {"per_minor", 0}}}}).error().where,
      "amount.per_minor");
  EXPECT_EQ(save({{"currency", "gold"}}).error().where, "currency");
  EXPECT_EQ(save({{"version", 7}}).error().code, Code::kConflict);
  EXPECT_EQ(state(), before_);
  ASSERT_TRUE(save(Json::object()));
  const auto second = save(Json::object());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_EQ(second.error().where, "version");
  EXPECT_NE(state(), before_);
}

// ---- orders of any size

// Two orders of the largest amount there is: what counts for the level does not turn negative, and
// no award is more than the largest.
TEST(BadInput, OrdersOfTheLargestAmount) {
  const Played played{.rules = {rule(kPerYuan)}, .levels = spend_levels()};
  const std::vector<Fact> facts = {order("2026-01-10", "a", INT64_MAX),
                                   order("2026-01-11", "b", INT64_MAX),
                                   order("2026-01-12", "c", INT64_MAX)};
  const Replay replay = played.run(facts, "2026-02-01");
  EXPECT_EQ(replay.standing.level, "gold");
  EXPECT_EQ(replay.standing.measure, INT64_MAX);
  EXPECT_EQ(history(replay), "base>gold reached; ");
  for (const Award& award : replay.awards) EXPECT_EQ(award.points, kMaxPoints);
  auto refunded = facts;
  for (const char* id : {"a", "b", "c"}) refunded.push_back(refund("2026-01-20", id, INT64_MAX));
  const Replay nothing = played.run(refunded, "2026-02-01");
  EXPECT_EQ(nothing.standing.measure, 0);
  EXPECT_EQ(nothing.standing.level, "base");
  for (const Award& award : nothing.awards) EXPECT_EQ(award.points, 0);
}

TEST(BadInput, AmountsOfEventsThatAreNegativeOrNone) {
  const Played played{.rules = {rule(R"({"event":"Paid",
      "amount":{"kind":"per_money","points":1,"per_minor":100}})")}};
  for (const int64_t minor : {int64_t{0}, int64_t{-100}, INT64_MIN}) {
    Fact paid = event("2026-01-01", "Paid");
    paid.amount_minor = minor;
    EXPECT_TRUE(played.points({paid}).empty()) << minor;
  }
}

}  // namespace
}  // namespace perennial::loyalty
