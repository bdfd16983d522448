// For tests of rules and levels: rules from JSON in short, facts at times of the programme's zone
// (Asia/Shanghai), and what a replay makes of them.
#pragma once

#include <string>
#include <vector>

#include "loyalty/replay.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {

inline Rule rule(std::string_view json) {
  auto parsed = parse_json(json);
  if (!parsed) die(parsed.error().text(), __FILE__, __LINE__);
  if (!parsed->contains("id")) (*parsed)["id"] = "r";
  (*parsed)["name"] = "a rule";
  auto rule = rule_from_json(*parsed);
  if (!rule) die(rule.error().text(), __FILE__, __LINE__);
  return *rule;
}

inline int64_t at(std::string_view time) {
  return to_millis(*parse_instant(time, *Zone::named("Asia/Shanghai")));
}
inline Fact order(std::string_view time, std::string id, int64_t minor) {
  return {.kind = Fact::Kind::kOrder,
          .at_ms = at(time),
          .key = "order:" + id,
          .name = "Order Completed",
          .amount_minor = minor,
          .items = 1};
}
inline Fact refund(std::string_view time, std::string id, int64_t minor) {
  Fact fact = order(time, std::move(id), minor);
  fact.kind = Fact::Kind::kRefund;
  return fact;
}
inline Fact event(std::string_view time, std::string name, std::string properties = "{}") {
  static int number = 0;
  return {.at_ms = at(time),
          .key = "seq:" + std::to_string(++number),
          .name = std::move(name),
          .properties = std::move(properties),
          .items = 1};
}

struct Played {
  std::vector<Rule> rules;
  Levels levels;
  std::string traits = "{}";
  Replay run(std::vector<Fact> facts, std::string_view now = "2030-01-01") const {
    static const Programme programme = test_programme();
    return replay(programme, rules, levels, traits, std::move(facts), at(now));
  }
  std::vector<Points> points(std::vector<Fact> facts) const {
    std::vector<Points> list;
    for (const Award& award : run(std::move(facts)).awards) list.push_back(award.points);
    return list;
  }
};

inline constexpr std::string_view kPerYuan =
    R"({"event":"Order Completed","amount":{"kind":"per_money","points":1,"per_minor":100}})";

// ---- levels

inline Levels spend_levels() {
  return *levels_from_json({{"measure", "spend"},
                            {"window", "rolling"},
                            {"months", 12},
                            {"validity_months", 12},
                            {"grace_days", 10},
                            {"one_step", true},
                            {"levels",
                             {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                              {{"code", "silver"}, {"name", "s"}, {"threshold", 1'000}},
                              {{"code", "gold"}, {"name", "g"}, {"threshold", 5'000}}}}});
}

inline std::string history(const Replay& replay) {
  std::string text;
  for (const LevelChange& change : replay.standing.changes)
    text += change.from + ">" + change.to + " " + change.reason + "; ";
  return text;
}

// ---- events

inline Json total(const char* order, double amount) {
  return {{"order_id", order}, {"total", amount}, {"currency", "CNY"}};
}

}  // namespace perennial::loyalty
