#include "segments/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace perennial::segments {
namespace {

using testing::HasSubstr;

Result<Definition> parse(const Json& rule, const Json& universe = "known") {
  return parse_definition({{"universe", universe}, {"rule", rule}}, Calendar{});
}
Result<Definition> parse_text(std::string_view rule) { return parse(*parse_json(rule)); }

Error error_of(std::string_view rule) {
  auto parsed = parse_text(rule);
  EXPECT_FALSE(parsed) << rule;
  return parsed ? Error{} : parsed.error();
}

Json nested(size_t depth) {
  Json rule = {{"segment", "seg_1"}};
  for (size_t i = 1; i < depth; ++i) rule = {{"not", rule}};
  return rule;
}

TEST(Rule, DepthAtItsLimitAndOneAbove) {
  EXPECT_TRUE(parse(nested(kMaxRuleDepth)));
  auto parsed = parse(nested(kMaxRuleDepth + 1));
  ASSERT_FALSE(parsed);
  std::string path = "rule";
  for (size_t i = 0; i < kMaxRuleDepth; ++i) path += ".not";
  EXPECT_EQ(parsed.error().where, path);
  EXPECT_THAT(parsed.error().message, HasSubstr("deeper than 16"));
}

TEST(Rule, NumberOfConditionsAtItsLimitAndOneAbove) {
  Json parts = Json::array();
  for (size_t i = 1; i < kMaxRuleNodes; ++i) parts.push_back({{"segment", "seg_1"}});
  EXPECT_TRUE(parse({{"all", parts}}));
  parts.push_back({{"segment", "seg_1"}});
  auto parsed = parse({{"all", parts}});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().where, "rule.all[255]");
}

TEST(Rule, StepsOfASequenceAtTheirLimits) {
  for (size_t steps : {size_t{1}, kMinSteps, kMaxSteps, kMaxSteps + 1}) {
    Json list = Json::array();
    for (size_t i = 0; i < steps; ++i) list.push_back({{"event", "A"}});
    EXPECT_EQ(parse({{"sequence", {{"steps", list}}}}).has_value(),
              steps >= kMinSteps && steps <= kMaxSteps)
        << steps;
  }
}

TEST(Rule, TheUniverseMustBeSaid) {
  auto parsed = parse_definition({{"rule", {{"all", Json::array()}}}}, Calendar{});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().where, "universe");
  EXPECT_FALSE(parse(*parse_json(R"({"all": []})"), "somebody"));
  EXPECT_TRUE(parse(*parse_json(R"({"all": []})"), {{"segment", "seg_1"}}));
}

TEST(Rule, ErrorsNameTheBadPart) {
  EXPECT_EQ(error_of(R"({"all": [{"did": {"event": "A"}}, {"dit": {"event": "A"}}]})").where,
            "rule.all[1]");
  EXPECT_THAT(error_of(R"({"dit": {"event": "A"}})").hint, HasSubstr("\"did\""));
  EXPECT_EQ(error_of(R"({"did": {"event": "A", "op": "at_least"}})").where, "rule.did.value");
  EXPECT_EQ(
      error_of(R"({"did": {"event": "A", "measure": "sum", "op": "less", "value": 1}})").where,
      "rule.did.property");
  EXPECT_EQ(error_of(R"({"did": {"event": "A", "property": "x"}})").where, "rule.did.property");
  EXPECT_EQ(error_of(R"({"did": {"event": "A", "window": {}}})").where, "rule.did.window");
  EXPECT_EQ(
      error_of(R"({"did": {"event": "A", "window": {"last": {"count": 0, "unit": "day"}}}})").where,
      "rule.did.window.last.count");
  EXPECT_EQ(error_of(R"({"first_did": {"event": "A"}})").where, "rule.first_did.window");
  EXPECT_EQ(error_of(R"({"trait": {"property": "x", "op": "within_last"}})").where,
            "rule.trait.days");
  EXPECT_EQ(error_of(R"({"trait": {"property": "x", "op": "within_last", "days": 4000}})").where,
            "rule.trait.days");
  EXPECT_EQ(error_of(R"({"sequence": {"steps": [{"event": "A"}, {"event": "B"}],
                          "within": {"count": 1, "unit": "month"}}})")
                .where,
            "rule.sequence.within.unit");
  EXPECT_EQ(error_of(R"({"did": {"event": "Segment Entered"}})").where, "rule.did.event");
}

TEST(Rule, TimesWithoutAZoneAreRefused) {
  const Error error =
      error_of(R"({"did": {"event": "A", "window": {"from": "2026-03-01T10:00:00"}}})");
  EXPECT_EQ(error.where, "rule.did.window.from");
  EXPECT_THAT(error.message, HasSubstr("without a zone"));
  EXPECT_TRUE(parse_text(R"({"did": {"event": "A", "window": {"from": "2026-03-01"}}})"));
  EXPECT_TRUE(
      parse_text(R"({"did": {"event": "A", "window": {"from": "2026-03-01T10:00:00+08:00"}}})"));
  EXPECT_EQ(error_of(R"({"trait": {"property": "x", "op": "before", "value": "2026-03-01 10:00"}})")
                .where,
            "rule.trait.value");
  EXPECT_EQ(error_of(R"({"trait": {"property": "x", "op": "before", "value": "soon"}})").where,
            "rule.trait.value");
}

TEST(Rule, EveryKindOfCondition) {
  for (std::string_view rule :
       {R"({"did": {"event": "A"}})", R"({"did": {"any_event": true, "measure": "days",
            "op": "between", "value": [2, 5], "window": {"this": "month"}}})",
        R"({"did": {"event": "A", "measure": "last", "property": "pay", "op": "is",
            "value": ["card", "cash"]}})",
        R"({"did": {"event": "A", "window": {"since": {"event": "B", "which": "last",
            "within": {"count": 3, "unit": "hour"}}}}})",
        R"({"last_did": {"type": "page", "event": "Home",
            "window": {"before": {"count": 30, "unit": "day"}}}})",
        R"({"trait": {"property": "tags", "op": "has_all", "value": ["a", "b"]}})",
        R"({"trait": {"property": "birthday", "op": "anniversary_within_next", "days": 7}})",
        R"({"fact": {"name": "lifecycle_stage", "is": ["silent"]}})"}) {
    auto parsed = parse_text(rule);
    EXPECT_TRUE(parsed) << rule << "\n" << (parsed ? "" : parsed.error().text());
  }
}

TEST(Rule, AConditionOnConsentNamesItsBadPart) {
  EXPECT_TRUE(parse_text(R"({"consent": {"channel": "sms", "is": ["subscribed", "unknown"]}})"));
  const auto where = [](const char* rule) { return error_of(rule).where; };
  EXPECT_EQ(where(R"({"consent": {"is": ["subscribed"]}})"), "rule.consent.channel");
  EXPECT_EQ(where(R"({"consent": {"channel": "", "is": ["subscribed"]}})"), "rule.consent.channel");
  EXPECT_EQ(where(R"({"consent": {"channel": "sms"}})"), "rule.consent.is");
  EXPECT_EQ(where(R"({"consent": {"channel": "sms", "is": []}})"), "rule.consent.is");
  EXPECT_EQ(where(R"({"consent": {"channel": "sms", "is": ["subscribed", "yes"]}})"),
            "rule.consent.is[1]");
  EXPECT_EQ(where(R"({"consent": {"channel": "sms", "topics": "x", "is": ["unknown"]}})"),
            "rule.consent.topics");
}

// What it is made of counts neither as depth nor as conditions.
TEST(Rule, AConditionOnConsentIsOneCondition) {
  const Json consent = {{"consent", {{"channel", "sms"}, {"topic", "x"}, {"is", {"subscribed"}}}}};
  Json parts = Json::array();
  for (size_t i = 1; i < kMaxRuleNodes; ++i) parts.push_back(consent);
  EXPECT_TRUE(parse({{"all", parts}}));
  Json deep = consent;
  for (size_t i = 1; i < kMaxRuleDepth; ++i) deep = {{"not", deep}};
  EXPECT_TRUE(parse(deep));
}

}  // namespace
}  // namespace perennial::segments
