#include "segments/rule_of_number.h"

#include <array>
#include <expected>

namespace perennial::segments {
namespace {

constexpr std::string_view kStage = "stage:", kCell = "cell:", kSegment = "segment:";

using Made = std::expected<Json, NoRule>;

// A member that changes how attempts are counted, when it stands in the question at all.
bool counts_otherwise(const Json& question) {
  const auto other_than = [&](const char* member, std::string_view usual) {
    return question.contains(member) && question[member] != usual;
  };
  return other_than("order", "ordered") || other_than("semantics", "latest_entry") ||
         other_than("count", "people") || question.contains("held_property") ||
         (question.contains("exclusions") && !question["exclusions"].empty()) ||
         (question.contains("window") && !question["window"].contains("count"));
}

// One event with its conditions, as a step of a sequence.
Made step_of(const Json& selector) {
  Json step = selector;
  if (selector.contains("any_of")) {
    if (selector["any_of"].size() != 1) return std::unexpected(NoRule::kSteps);
    step = selector["any_of"][0];
  }
  step.erase("name");
  return step;
}

Made window_of(const Json& range, bool& same_range) {
  if (range.contains("this")) return Json{{"this", range["this"]}};
  if (!range.contains("last")) return std::unexpected(NoRule::kRange);
  same_range = false;
  return Json{{"last", {{"count", range["last"]}, {"unit", range.value("unit", "day")}}}};
}

Made set_rule(std::string_view words) {
  const auto after = [&](std::string_view prefix) {
    return std::string(words.substr(prefix.size()));
  };
  const auto fact = [](const char* name, const std::string& is) {
    return Json{{"fact", {{"name", name}, {"is", Json::array({is})}}}};
  };
  if (words.starts_with(kSegment)) return Json{{"segment", after(kSegment)}};
  if (words.starts_with(kStage)) return fact("lifecycle_stage", after(kStage));
  if (words.starts_with(kCell)) return fact("rfm_cell", after(kCell));
  return std::unexpected(NoRule::kPeople);
}

// Which people count, as a rule.
Made people_rule(const Json& condition) {
  for (const char* join : {"all", "any"}) {
    if (!condition.contains(join)) continue;
    Json parts = Json::array();
    for (const Json& part : condition[join]) {
      auto made = people_rule(part);
      if (!made) return made;
      parts.push_back(std::move(*made));
    }
    return Json{{join, std::move(parts)}};
  }
  if (condition.contains("not")) {
    auto made = people_rule(condition["not"]);
    if (!made) return made;
    return Json{{"not", std::move(*made)}};
  }
  if (condition.contains("set")) return set_rule(condition["set"].get<std::string>());
  return Json{{"trait", condition}};
}

class Writer {
 public:
  explicit Writer(const insight::FunnelNumber& number)
      : number_(number), question_(number.question) {}

  Made write(bool& same_range) {
    auto window = window_of(question_["range"], same_range);
    if (!window) return window;
    window_ = std::move(*window);
    for (const Json& selector : question_["steps"]) {
      if (steps_.size() == number_.steps + (number_.no_more ? 1 : 0)) break;
      auto step = step_of(selector);
      if (!step) return step;
      steps_.push_back(std::move(*step));
    }
    if (steps_.size() > kMaxSteps) return std::unexpected(NoRule::kSteps);
    Json all = Json::array();
    if (question_.contains("people")) {
      auto people = people_rule(question_["people"]);
      if (!people) return people;
      all.push_back(std::move(*people));
    }
    all.push_back(took(number_.steps));
    if (number_.no_more) all.push_back({{"not", took(number_.steps + 1)}});
    return Json{{"universe", "everyone"}, {"rule", {{"all", std::move(all)}}}};
  }

 private:
  Json took(size_t steps) const {
    if (steps == 1) {
      Json did = steps_[0];
      did["window"] = window_;
      return {{"did", std::move(did)}};
    }
    Json sequence = {{"steps", Json::array()}, {"window", window_}};
    for (size_t i = 0; i < steps; ++i) sequence["steps"].push_back(steps_[i]);
    sequence["within"] =
        question_.contains("window") ? question_["window"] : Json{{"count", 7}, {"unit", "day"}};
    return {{"sequence", std::move(sequence)}};
  }

  const insight::FunnelNumber& number_;
  const Json& question_;
  Json window_;
  std::vector<Json> steps_;
};

}  // namespace

std::string_view word_of(NoRule why) {
  static constexpr std::array<std::string_view, 8> kWords = {
      "not_a_funnel", "part", "counting", "steps", "range", "zone", "people", "limits"};
  return kWords[static_cast<size_t>(why)];
}

RuleOfNumber rule_of(const insight::FunnelNumber& number, const Calendar& calendar) {
  const auto no = [](NoRule why) { return RuleOfNumber{.definition = std::nullopt, .why = why}; };
  const Json& question = number.question;
  if (!number.whole) return no(NoRule::kPart);
  if (counts_otherwise(question)) return no(NoRule::kCounting);
  if (question.contains("time_zone") && question["time_zone"] != calendar.zone.name())
    return no(NoRule::kZone);
  if (question.contains("week_start") &&
      question["week_start"] != week_start_name(calendar.week_start))
    return no(NoRule::kZone);
  RuleOfNumber out;
  auto made = Writer(number).write(out.same_range);
  if (!made) return no(made.error());
  if (!parse_definition(*made, calendar)) return no(NoRule::kLimits);
  out.definition = std::move(*made);
  return out;
}

}  // namespace perennial::segments
