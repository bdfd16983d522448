#include "segments/trait.h"

#include <gtest/gtest.h>

namespace perennial::segments {
namespace {

class Trait : public testing::Test {
 protected:
  bool holds(std::string_view traits, std::string_view test) {
    const Json rule = {{"trait", *parse_json(test)}};
    const auto parsed = parse_definition({{"universe", "everyone"}, {"rule", rule}}, calendar_);
    EXPECT_TRUE(parsed) << test << (parsed ? "" : parsed.error().text());
    if (!parsed) return false;
    TraitReader reader(parsed->rule.trait.property);
    return fits(reader.read("CN", traits), parsed->rule.trait, Today::of(calendar_, now_));
  }
  Calendar calendar_{.zone = Zone::named("Asia/Shanghai").value()};
  Instant now_ = *parse_instant("2026-02-26T23:30:00+08:00");
};

TEST_F(Trait, TextsNumbersAndFlags) {
  const char* traits = R"({"plan": "gold", "age": 31, "vip": true, "address": {"city": "上海"}})";
  EXPECT_TRUE(holds(traits, R"({"property": "plan", "op": "is", "value": ["silver", "gold"]})"));
  EXPECT_FALSE(holds(traits, R"({"property": "plan", "op": "is_not", "value": "gold"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "age", "op": "between", "value": [31, 32]})"));
  EXPECT_FALSE(holds(traits, R"({"property": "age", "op": "between", "value": [30, 31]})"));
  EXPECT_FALSE(holds(traits, R"({"property": "age", "op": "is", "value": "31"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "vip", "op": "is", "value": true})"));
  EXPECT_TRUE(holds(traits, R"({"property": "address.city", "op": "contains", "value": "海"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "country", "op": "is", "value": "CN"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "gone", "op": "is_not", "value": "x"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "gone", "op": "is_not_set"})"));
  EXPECT_FALSE(holds(R"({"gone": ""})", R"({"property": "gone", "op": "is_set"})"));
}

TEST_F(Trait, Lists) {
  const char* traits = R"({"tags": ["new", "vip", 7]})";
  EXPECT_TRUE(holds(traits, R"({"property": "tags", "op": "is", "value": ["old", "vip"]})"));
  EXPECT_FALSE(holds(traits, R"({"property": "tags", "op": "is_not", "value": "vip"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "tags", "op": "is_not", "value": "old"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "tags", "op": "has_all", "value": ["vip", 7]})"));
  EXPECT_FALSE(holds(traits, R"({"property": "tags", "op": "has_all", "value": ["vip", 8]})"));
  EXPECT_TRUE(holds(traits, R"({"property": "tags", "op": "greater", "value": 6})"));
  EXPECT_FALSE(holds(R"({"tags": []})", R"({"property": "tags", "op": "is_set"})"));
}

TEST_F(Trait, DatesAreDaysOfTheWorkspace) {
  // Today is the 26th in Shanghai and already the 27th nowhere.
  const char* traits = R"({"on": "2026-02-26", "at": "2026-02-25T16:30:00Z", "bad": "soon"})";
  EXPECT_TRUE(holds(traits, R"({"property": "on", "op": "within_last", "days": 1})"));
  EXPECT_TRUE(holds(traits, R"({"property": "at", "op": "within_next", "days": 1})"));
  EXPECT_FALSE(holds(traits, R"({"property": "on", "op": "more_than_ago", "days": 1})"));
  EXPECT_TRUE(holds(traits, R"({"property": "on", "op": "before", "value": "2026-02-27"})"));
  EXPECT_FALSE(holds(traits, R"({"property": "on", "op": "before", "value": "2026-02-26"})"));
  EXPECT_TRUE(holds(traits, R"({"property": "on", "op": "on_or_after", "value": "2026-02-26"})"));
  EXPECT_FALSE(holds(traits, R"({"property": "bad", "op": "within_last", "days": 9})"));
  now_ += std::chrono::minutes(30);  // the 27th
  EXPECT_FALSE(holds(traits, R"({"property": "on", "op": "within_last", "days": 1})"));
  EXPECT_TRUE(holds(traits, R"({"property": "on", "op": "within_last", "days": 2})"));
  EXPECT_TRUE(holds(traits, R"({"property": "on", "op": "more_than_ago", "days": 1})"));
}

TEST_F(Trait, Anniversaries) {
  const auto within = [&](std::string_view birthday, int days) {
    return holds(
        to_text(Json{{"b", birthday}}),
        to_text(Json{{"property", "b"}, {"op", "anniversary_within_next"}, {"days", days}}));
  };
  EXPECT_TRUE(within("1990-02-26", 1));
  EXPECT_FALSE(within("1990-02-25", 7));
  EXPECT_TRUE(within("1990-03-04", 7));
  EXPECT_FALSE(within("1990-03-05", 7));
  EXPECT_TRUE(within("03-04", 7));
  EXPECT_TRUE(within("--03-04", 7));
  EXPECT_TRUE(within("1990-02-25", 365));
  // The 29th is kept on the 28th of a year without it.
  EXPECT_FALSE(within("1992-02-29", 2));
  EXPECT_TRUE(within("1992-02-29", 3));
  EXPECT_FALSE(within("02-30", 365));
  now_ = *parse_instant("2026-12-30T12:00:00+08:00");
  EXPECT_TRUE(within("1990-01-02", 4));
  EXPECT_FALSE(within("1990-01-02", 3));
}

}  // namespace
}  // namespace perennial::segments
