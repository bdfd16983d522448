#include "insight/query_condition.h"

#include <algorithm>
#include <cmath>

namespace perennial::insight {
namespace {

using timeline::Test;
using Op = Test::Op;

constexpr size_t kMaxPropertyBytes = 200;
constexpr size_t kMaxTextBytes = 1'000;  // of a value that is compared with
constexpr size_t kMaxSetBytes = 300;

Result<Op> parse_op(const Fields& fields) {
  return fields.word<Op>("op", std::nullopt,
                         {{"is", Op::kIs},
                          {"is_not", Op::kIsNot},
                          {"contains", Op::kContains},
                          {"not_contains", Op::kNotContains},
                          {"starts_with", Op::kStartsWith},
                          {"less", Op::kLess},
                          {"at_most", Op::kAtMost},
                          {"greater", Op::kGreater},
                          {"at_least", Op::kAtLeast},
                          {"between", Op::kBetween},
                          {"is_set", Op::kIsSet},
                          {"is_not_set", Op::kIsNotSet}});
}

Result<void> add_value(const Json& value, const std::string& path, Test& test) {
  if (value.is_boolean()) {
    test.texts.emplace_back(value.get<bool>() ? "true" : "false");
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > kMaxTextBytes || !is_storable_text(text))
      return fail(Code::kInvalid, "is too long or no valid text", path);
    test.texts.push_back(text);
  } else if (value.is_number() && std::isfinite(value.get<double>())) {
    test.numbers.push_back(value.get<double>());
  } else {
    return fail(Code::kInvalid, "must be a text, a number, true or false", path);
  }
  return {};
}

enum class Takes { kNothing, kOneNumber, kTwoNumbers, kTexts, kAnything };
Takes takes(Op op) {
  switch (op) {
    case Op::kIsSet:
    case Op::kIsNotSet:
      return Takes::kNothing;
    case Op::kLess:
    case Op::kAtMost:
    case Op::kGreater:
    case Op::kAtLeast:
      return Takes::kOneNumber;
    case Op::kBetween:
      return Takes::kTwoNumbers;
    case Op::kContains:
    case Op::kNotContains:
    case Op::kStartsWith:
      return Takes::kTexts;
    case Op::kIs:
    case Op::kIsNot:
      return Takes::kAnything;
  }
  return Takes::kAnything;
}

Result<void> check_values(const Test& test, const std::string& path) {
  const size_t texts = test.texts.size(), numbers = test.numbers.size();
  switch (takes(test.op)) {
    case Takes::kNothing:
      break;
    case Takes::kOneNumber:
      if (texts != 0 || numbers != 1) return fail(Code::kInvalid, "must be one number", path);
      break;
    case Takes::kTwoNumbers:
      if (texts != 0 || numbers != 2 || test.numbers[0] >= test.numbers[1])
        return fail(Code::kInvalid, "must be two numbers, the smaller first", path);
      break;
    case Takes::kTexts:
      if (numbers != 0) return fail(Code::kInvalid, "must be a text or a list of texts", path);
      break;
    case Takes::kAnything:
      break;
  }
  return {};
}

Result<Test> parse_test(const Json& json, const std::string& path) {
  Fields fields = TRY(Fields::of(json, path, {"property", "op", "value"}));
  Test test;
  test.property = TRY(fields.required_text("property", kMaxPropertyBytes));
  test.op = TRY(parse_op(fields));
  const Json* value = fields.find("value");
  const std::string where = fields.at("value");
  if (takes(test.op) == Takes::kNothing) {
    if (value != nullptr) return fail(Code::kInvalid, "this comparison takes no value", where);
    return test;
  }
  if (value == nullptr) return fields.missing("value");
  if (value->is_array()) {
    const auto elements = TRY(fields.list("value", 1, kMaxConditionValues));
    for (size_t i = 0; i < elements.size(); ++i)
      TRY(add_value(*elements[i], join_path(where, i), test));
  } else {
    TRY(add_value(*value, where, test));
  }
  TRY(check_values(test, where));
  return test;
}

// The same tree for events and for people; only the leaves differ.
template <class Tree, bool kSets>
class TreeReader {
 public:
  Result<Tree> read(const Json& json, const std::string& path, size_t depth) {
    using Kind = typename Tree::Kind;
    if (depth > timeline::kMaxConditionDepth) {
      return fail(Code::kInvalid,
                  "is nested deeper than " + std::to_string(timeline::kMaxConditionDepth), path,
                  "all within all, and any within any, can be written as one");
    }
    if (!json.is_object()) return fail(Code::kInvalid, "must be an object", path);
    Tree tree;
    if (json.contains("all") || json.contains("any")) {
      const std::string_view member = json.contains("all") ? "all" : "any";
      tree.kind = member == "all" ? Kind::kAll : Kind::kAny;
      Fields fields = TRY(Fields::of(json, path, {member}));
      const auto parts = TRY(fields.list(member, 0, timeline::kMaxConditionTests));
      for (size_t i = 0; i < parts.size(); ++i)
        tree.parts.push_back(TRY(read(*parts[i], join_path(fields.at(member), i), depth + 1)));
      return tree;
    }
    if (json.contains("not")) {
      Fields fields = TRY(Fields::of(json, path, {"not"}));
      tree.kind = Kind::kNot;
      tree.parts.push_back(TRY(read(*TRY(fields.required("not")), fields.at("not"), depth + 1)));
      return tree;
    }
    if (++tests_ > timeline::kMaxConditionTests) {
      return fail(Code::kInvalid,
                  "is more than " + std::to_string(timeline::kMaxConditionTests) + " comparisons",
                  path, "one comparison can take a list of values");
    }
    if constexpr (kSets) {
      if (json.contains("set")) {
        Fields fields = TRY(Fields::of(json, path, {"set"}));
        tree.kind = Kind::kSet;
        tree.set = TRY(fields.required_text("set", kMaxSetBytes));
        tree.path = fields.at("set");
        return tree;
      }
    }
    tree.kind = Kind::kTest;
    tree.test = TRY(parse_test(json, path));
    return tree;
  }

 private:
  size_t tests_ = 0;
};

Result<std::optional<events::Type>> type_of(const Fields& fields) {
  using events::Type;
  if (!fields.has("type")) return std::nullopt;
  return TRY(fields.word<Type>("type", std::nullopt,
                               {{"track", Type::kTrack},
                                {"identify", Type::kIdentify},
                                {"page", Type::kPage},
                                {"screen", Type::kScreen},
                                {"group", Type::kGroup},
                                {"alias", Type::kAlias}}));
}

bool has_names(events::Type type) {
  return type == events::Type::kTrack || type == events::Type::kPage ||
         type == events::Type::kScreen;
}

Result<timeline::EventSelector> event_of(const Fields& fields) {
  timeline::EventSelector event;
  const auto type = TRY(type_of(fields));
  const std::string name = TRY(fields.text("event", kMaxTextBytes));
  const bool any = TRY(fields.flag("any_event", false));
  if (any && fields.has("event"))
    return fail(Code::kInvalid, "any_event takes no name", fields.at("event"));
  if (any) {
    event.type = type;
  } else {
    event.type = type.value_or(events::Type::kTrack);
    if (has_names(*event.type)) {
      if (!fields.has("event"))
        return fail(Code::kInvalid, "is missing", fields.at("event"),
                    "name an event, or say \"any_event\": true");
      event.name = name;
    } else if (fields.has("event")) {
      return fail(Code::kInvalid, "events of this type have no name", fields.at("event"));
    }
  }
  if (const Json* where = fields.find("where"))
    event.where = TRY(parse_condition(*where, fields.at("where")));
  return event;
}

std::string name_of(const timeline::Selector& select) {
  std::string name;
  for (const auto& event : select.any_of) {
    if (!name.empty()) name += " / ";
    if (event.name)
      name += *event.name;
    else if (event.type)
      name += events::type_name(*event.type);
    else
      name += "*";
  }
  return std::string(cut_text(name, kMaxNameOfQuestion));
}

}  // namespace

Result<timeline::Condition> parse_condition(const Json& json, const std::string& path) {
  return TreeReader<timeline::Condition, false>().read(json, path, 1);
}

Result<PeopleCondition> parse_people(const Json& json, const std::string& path) {
  return TreeReader<PeopleCondition, true>().read(json, path, 1);
}

Result<NamedSelector> parse_selector(const Json& json, const std::string& path) {
  Fields fields =
      TRY(Fields::of(json, path, {"name", "event", "type", "any_event", "where", "any_of"}));
  NamedSelector result;
  result.path = path;
  if (fields.has("any_of")) {
    for (std::string_view other : {"event", "type", "any_event", "where"}) {
      if (fields.has(other))
        return fail(Code::kInvalid, "does not stand beside any_of", fields.at(other),
                    "put it into the elements of any_of");
    }
    result.listed = true;
    const auto elements = TRY(fields.list("any_of", 1, timeline::kMaxEventsOfSelector));
    for (size_t i = 0; i < elements.size(); ++i) {
      Fields element = TRY(Fields::of(*elements[i], join_path(fields.at("any_of"), i),
                                      {"event", "type", "any_event", "where"}));
      result.select.any_of.push_back(TRY(event_of(element)));
    }
  } else {
    result.select.any_of.push_back(TRY(event_of(fields)));
  }
  result.name = TRY(fields.text("name", kMaxNameOfQuestion));
  if (result.name.empty()) result.name = name_of(result.select);
  return result;
}

Result<NamedSelector> parse_event_choice(const Json& json, const std::string& path) {
  Fields fields = TRY(Fields::of(json, path, {"event", "type", "any_event", "where"}));
  NamedSelector result;
  result.path = path;
  result.select.any_of.push_back(TRY(event_of(fields)));
  result.name = name_of(result.select);
  return result;
}

NamedSelector any_event(const std::string& path) {
  NamedSelector result;
  result.path = path;
  result.name = "*";
  result.select.any_of.push_back({.type = std::nullopt, .name = std::nullopt, .where = {}});
  return result;
}

Result<Breakdown> parse_breakdown(const Json& json, const std::string& path) {
  Fields fields = TRY(Fields::of(
      json, path, {"event_property", "person_property", "event_name", "sets", "step", "top"}));
  Breakdown result;
  const bool by_event = fields.has("event_property"), by_person = fields.has("person_property");
  const bool by_name = TRY(fields.flag("event_name", false)), by_set = fields.has("sets");
  if (by_event + by_person + by_name + by_set != 1) {
    return fail(Code::kInvalid, "must split by exactly one thing", path,
                "give one of event_property, person_property, event_name, sets");
  }
  if (by_event || by_person) {
    result.by = by_event ? Breakdown::By::kEventProperty : Breakdown::By::kPersonProperty;
    result.property = TRY(
        fields.required_text(by_event ? "event_property" : "person_property", kMaxPropertyBytes));
  } else if (by_name) {
    result.by = Breakdown::By::kEventName;
  } else {
    result.by = Breakdown::By::kSets;
    const auto sets = TRY(fields.list("sets", 1, kMaxSetsOfBreakdown));
    for (size_t i = 0; i < sets.size(); ++i) {
      if (!sets[i]->is_string() || sets[i]->get_ref<const std::string&>().size() > kMaxSetBytes)
        return fail(Code::kInvalid, "must be a set of people", join_path(fields.at("sets"), i));
      result.sets.push_back(sets[i]->get<std::string>());
    }
  }
  result.step = TRY(fields.number("step"));
  if (result.step && !by_event && !by_person)
    return fail(Code::kInvalid, "only properties are grouped by a step", fields.at("step"));
  if (result.step && *result.step <= 0)
    return fail(Code::kInvalid, "must be greater than 0", fields.at("step"));
  result.top = static_cast<int>(TRY(fields.integer("top", result.top, 1, kMaxBreakdownTop)));
  return result;
}

Result<NamedSelector> selector(const Fields& fields, std::string_view member) {
  return parse_selector(*TRY(fields.required(member)), fields.at(member));
}

Result<std::optional<Breakdown>> breakdown_of_hits(const Fields& fields) {
  const Json* json = fields.find("breakdown");
  if (json == nullptr) return std::nullopt;
  auto result = TRY(parse_breakdown(*json, fields.at("breakdown")));
  if (timeline::in_list(result.property) && result.step) {
    return fail(Code::kInvalid, "is not of values in lists",
                join_path(fields.at("breakdown"), "step"));
  }
  return result;
}

Result<std::optional<Breakdown>> breakdown(const Fields& fields) {
  auto result = TRY(breakdown_of_hits(fields));
  if (result && timeline::in_list(result->property)) {
    return fail(Code::kInvalid,
                "must have one value in each event in this analysis; \"" + result->property +
                    "\" lies in a list",
                join_path(fields.at("breakdown"), "event_property"),
                "trends can be split by it, and every analysis can have it in a condition");
  }
  return result;
}

Result<std::string> single_property(const Fields& fields, std::string_view member) {
  auto property = TRY(fields.text(member, kMaxPropertyBytes));
  if (timeline::in_list(property)) {
    return fail(Code::kInvalid, "must have one value in each event; this one lies in a list",
                fields.at(member));
  }
  return property;
}

Result<std::optional<Breakdown>> people_breakdown(const Fields& fields) {
  auto result = TRY(breakdown(fields));
  if (result &&
      (result->by == Breakdown::By::kEventProperty || result->by == Breakdown::By::kEventName)) {
    return fail(Code::kInvalid, "must be by people in this analysis", fields.at("breakdown"),
                "give person_property or sets");
  }
  return result;
}

}  // namespace perennial::insight
