#include <algorithm>
#include <array>
#include <set>

#include "experiments/experiment.h"
#include "experiments/fields.h"

namespace perennial::experiments {
namespace {

using Kind = Measure::Kind;
using Op = timeline::Test::Op;

constexpr std::array<std::pair<std::string_view, Kind>, 7> kKinds = {{
    {"proportion", Kind::kProportion},
    {"count", Kind::kCount},
    {"mean", Kind::kMean},
    {"ratio", Kind::kRatio},
    {"retention", Kind::kRetention},
    {"revenue", Kind::kRevenue},
    {"quantile", Kind::kQuantile},
}};
constexpr std::array<std::pair<std::string_view, Op>, 8> kOps = {{
    {"is", Op::kIs},
    {"is_not", Op::kIsNot},
    {"less", Op::kLess},
    {"at_most", Op::kAtMost},
    {"greater", Op::kGreater},
    {"at_least", Op::kAtLeast},
    {"is_set", Op::kIsSet},
    {"is_not_set", Op::kIsNotSet},
}};

template <class Word, size_t n>
std::optional<Word> find_word(const std::array<std::pair<std::string_view, Word>, n>& words,
                              std::string_view word) {
  for (const auto& [name, value] : words) {
    if (name == word) return value;
  }
  return std::nullopt;
}

template <class Word, size_t n>
std::string_view name_of(const std::array<std::pair<std::string_view, Word>, n>& words, Word word) {
  for (const auto& [name, value] : words) {
    if (value == word) return name;
  }
  return "";
}

Result<const Json*> list_in(const Json& object, const char* member, size_t most) {
  static const Json kNone = Json::array();
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return &kNone;
  if (!found->is_array()) return fail(Code::kInvalid, "a list is expected", member);
  if (found->size() > most) {
    return fail(Code::kTooLarge, "at most " + std::to_string(most) + " are possible", member);
  }
  return &*found;
}

std::string at(const char* member, size_t i) {
  return std::string(member) + "[" + std::to_string(i) + "]";
}

// Keys stand in events, addresses and sets of people.
Result<std::string> key_in(const Json& object, const std::string& path) {
  std::string key = TRY(text_in(object, "key", path, kMaxKeyBytes, true));
  const bool plain = std::ranges::all_of(
      key, [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
  if (!plain) {
    return fail(Code::kInvalid, "a key takes letters, digits, \"_\", \"-\" and \".\" only",
                join_path(path, "key"));
  }
  return key;
}

Result<timeline::Test> test_from(const Json& json, const std::string& path) {
  if (!json.is_object()) return fail(Code::kInvalid, "an object is expected", path);
  timeline::Test test;
  test.property = TRY(text_in(json, "property", path, 255, true));
  const std::string word = TRY(text_in(json, "op", path, 20, true));
  const auto op = find_word(kOps, word);
  if (!op) return fail(Code::kInvalid, "there is no such comparison", path + ".op");
  test.op = *op;
  const Json value = json.value("value", Json());
  if (*op == Op::kIsSet || *op == Op::kIsNotSet) return test;
  const bool equality = *op == Op::kIs || *op == Op::kIsNot;
  if (value.is_number()) {
    test.numbers = {value.get<double>()};
  } else if (equality && value.is_string()) {
    test.texts = {value.get<std::string>()};
  } else if (equality && value.is_boolean()) {
    test.texts = {value.get<bool>() ? "true" : "false"};
  } else {
    return fail(Code::kInvalid, "a value to compare with is expected", path + ".value");
  }
  return test;
}

Result<Counted> counted_from(const Json& measure, const char* member, const std::string& path) {
  const std::string where = join_path(path, member);
  const auto found = measure.find(member);
  if (found == measure.end() || !found->is_object()) {
    return fail(Code::kInvalid, "an object is expected", where,
                R"(say what is counted: {"event": "…"} or {"orders": true})");
  }
  Counted counted;
  counted.orders = TRY(json_bool_or(*found, "orders", false));
  counted.event = TRY(text_in(*found, "event", where, 255, !counted.orders));
  counted.sum = TRY(text_in(*found, "sum", where, 255, false));
  if (counted.orders && !counted.event.empty()) {
    return fail(Code::kInvalid, "orders or an event, not both", where + ".event");
  }
  if (counted.orders && !counted.sum.empty() && counted.sum != "amount") {
    return fail(Code::kInvalid, "of orders only \"amount\" can be added up", where + ".sum");
  }
  const auto tests = found->find("where");
  if (tests == found->end() || tests->is_null()) return counted;
  if (!tests->is_array() || tests->size() > kMaxTests || counted.orders) {
    return fail(Code::kInvalid, "a list of at most 8 conditions on an event is expected",
                where + ".where");
  }
  for (size_t i = 0; i < tests->size(); ++i) {
    counted.where.push_back(TRY(test_from((*tests)[i], where + "." + at("where", i))));
  }
  return counted;
}

Json to_json(const Counted& counted) {
  if (counted.orders) return {{"orders", true}, {"sum", counted.sum}};
  Json where = Json::array();
  for (const auto& test : counted.where) {
    Json value;
    if (!test.numbers.empty()) value = test.numbers[0];
    if (!test.texts.empty()) value = test.texts[0];
    where.push_back(
        {{"property", test.property}, {"op", name_of(kOps, test.op)}, {"value", value}});
  }
  return {{"event", counted.event}, {"sum", counted.sum}, {"where", std::move(where)}};
}

Result<Measure> measure_from(const Json& json, const std::string& path) {
  if (!json.is_object()) return fail(Code::kInvalid, "an object is expected", path);
  Measure m;
  m.key = TRY(key_in(json, path));
  m.name = TRY(text_in(json, "name", path, kMaxNameBytes, false));
  const auto kind = find_word(kKinds, TRY(text_in(json, "kind", path, 20, true)));
  if (!kind) return fail(Code::kInvalid, "there is no such measure", path + ".kind");
  m.kind = *kind;
  if (m.kind == Kind::kRevenue) {
    m.of = {.orders = true, .event = "", .sum = "amount", .where = {}};
  } else {
    m.of = TRY(counted_from(json, "of", path));
  }
  if (m.kind == Kind::kRatio) m.per = TRY(counted_from(json, "per", path));
  if (m.kind == Kind::kMean && m.of.sum.empty()) {
    return fail(Code::kInvalid, "a mean needs a property to add up", path + ".of.sum");
  }
  const std::string better = json.value("better", Json("more")).is_string()
                                 ? json.value("better", Json("more")).get<std::string>()
                                 : "";
  if (better != "more" && better != "less") {
    return fail(Code::kInvalid, "\"more\" or \"less\" is expected", path + ".better");
  }
  m.more_is_better = better == "more";
  m.window_days = TRY(integer_in(json, "window_days", path, 0, 0, kMaxDays));
  m.day = TRY(integer_in(json, "day", path, 1, 1, kMaxDays));
  m.before_days = TRY(integer_in(json, "before_days", path, 0, 0, kMaxDays));
  m.cap_level = TRY(number_in(json, "cap_level", path, 1, 0.5, 1));
  m.level = TRY(number_in(json, "level", path, 0.5, 0.01, 0.99));
  m.net = TRY(json_bool_or(json, "net", false));
  if (m.net && m.kind != Kind::kRevenue)
    return fail(Code::kInvalid, "only revenue can be less its costs", path + ".net");
  return m;
}

Json to_json(const Measure& m) {
  Json json = {{"key", m.key},
               {"name", m.name},
               {"kind", kind_name(m.kind)},
               {"of", to_json(m.of)},
               {"better", m.more_is_better ? "more" : "less"},
               {"window_days", m.window_days},
               {"before_days", m.before_days},
               {"cap_level", m.cap_level}};
  if (m.kind == Kind::kRatio) json["per"] = to_json(m.per);
  if (m.kind == Kind::kRetention) json["day"] = m.day;
  if (m.kind == Kind::kQuantile) json["level"] = m.level;
  if (m.kind == Kind::kRevenue) json["net"] = m.net;
  return json;
}

Result<std::vector<ExperimentArm>> arms_from(const Json& json) {
  const Json& list = *TRY(list_in(json, "arms", kMaxArms));
  if (list.size() < 2) return fail(Code::kInvalid, "an experiment has at least two arms", "arms");
  std::vector<ExperimentArm> arms;
  std::set<std::string> keys;
  double total = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string path = at("arms", i);
    if (!list[i].is_object()) return fail(Code::kInvalid, "an object is expected", path);
    ExperimentArm arm;
    arm.key = TRY(key_in(list[i], path));
    arm.name = TRY(text_in(list[i], "name", path, kMaxNameBytes, false));
    arm.weight = TRY(number_in(list[i], "weight", path, -1, 0, 1));
    if (arm.weight < 0) return fail(Code::kInvalid, "a weight is expected", path + ".weight");
    if (!keys.insert(arm.key).second) {
      return fail(Code::kInvalid, "two arms have the same key", path + ".key");
    }
    total += arm.weight;
    arms.push_back(std::move(arm));
  }
  if (std::abs(total - 1) > kWeightTolerance) {
    return fail(Code::kInvalid, "the weights add up to " + to_text(Json(total)) + ", not to 1",
                "arms", "give shares such as 0.5 and 0.5");
  }
  return arms;
}

Result<std::vector<Measure>> measures_from(const Json& json) {
  const Json& list = *TRY(list_in(json, "measures", kMaxMeasures));
  if (list.empty()) return fail(Code::kInvalid, "an experiment needs a measure", "measures");
  std::vector<Measure> measures;
  std::set<std::string> keys;
  for (size_t i = 0; i < list.size(); ++i) {
    measures.push_back(TRY(measure_from(list[i], at("measures", i))));
    if (!keys.insert(measures.back().key).second) {
      return fail(Code::kInvalid, "two measures have the same key", at("measures", i) + ".key");
    }
  }
  return measures;
}

Json maybe_time(const std::optional<Instant>& t) { return t ? Json(format_instant(*t)) : Json(); }

}  // namespace

std::string_view kind_name(Kind kind) { return name_of(kKinds, kind); }

std::string_view state_name(Experiment::State state) {
  switch (state) {
    case Experiment::State::kDraft:
      return "draft";
    case Experiment::State::kRunning:
      return "running";
    case Experiment::State::kStopped:
      return "stopped";
  }
  return "";
}

Result<ExperimentDraft> experiment_from_json(const Json& json) {
  ExperimentDraft draft;
  draft.key = TRY(key_in(json, ""));
  draft.name = TRY(text_in(json, "name", "", kMaxNameBytes, true));
  draft.hypothesis = TRY(text_in(json, "hypothesis", "", kMaxTextBytes, false));
  draft.arms = TRY(arms_from(json));
  draft.coverage = TRY(number_in(json, "coverage", "", 1, 0, 1));
  draft.salt = TRY(text_in(json, "salt", "", kMaxKeyBytes, false));
  draft.hash_version = static_cast<int>(TRY(integer_in(json, "hash_version", "", 2, 1, 2)));
  draft.audience = TRY(text_in(json, "audience", "", kMaxNameBytes, false));
  draft.layer = TRY(text_in(json, "layer", "", kMaxKeyBytes, false));
  draft.layer_from = TRY(number_in(json, "layer_from", "", 0, 0, 1));
  draft.layer_to = TRY(number_in(json, "layer_to", "", 1, 0, 1));
  if (!draft.layer.empty() && draft.layer_from >= draft.layer_to) {
    return fail(Code::kInvalid, "the part of the layer is empty", "layer_to");
  }
  draft.measures = TRY(measures_from(json));
  draft.sequential = TRY(json_bool_or(json, "sequential", true));
  draft.planned_days = TRY(integer_in(json, "planned_days", "", 28, 1, kMaxDays));
  return draft;
}

Json to_json(const ExperimentDraft& draft) {
  Json arms = Json::array(), measures = Json::array();
  for (const auto& arm : draft.arms) {
    arms.push_back({{"key", arm.key}, {"name", arm.name}, {"weight", arm.weight}});
  }
  for (const auto& measure : draft.measures) measures.push_back(to_json(measure));
  return {{"key", draft.key},
          {"name", draft.name},
          {"hypothesis", draft.hypothesis},
          {"arms", std::move(arms)},
          {"coverage", draft.coverage},
          {"salt", draft.salt},
          {"hash_version", draft.hash_version},
          {"audience", draft.audience},
          {"layer", draft.layer},
          {"layer_from", draft.layer_from},
          {"layer_to", draft.layer_to},
          {"measures", std::move(measures)},
          {"sequential", draft.sequential},
          {"planned_days", draft.planned_days}};
}

Json to_json(const Experiment& experiment) {
  Json json = to_json(static_cast<const ExperimentDraft&>(experiment));
  json["id"] = experiment.id;
  json["state"] = state_name(experiment.state);
  json["created_at"] = format_instant(experiment.created_at);
  json["started_at"] = maybe_time(experiment.started_at);
  json["stopped_at"] = maybe_time(experiment.stopped_at);
  json["conclusion"] = experiment.conclusion;
  return json;
}

}  // namespace perennial::experiments
