// Documents to rules.
#include <algorithm>
#include <functional>

#include "segments/rule.h"
#include "segments/rule_fields.h"

namespace perennial::segments {
namespace {

using insight::Fields;
using insight::join_path;
using Kind = Rule::Kind;

constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxFactBytes = 64;

class Parser {
 public:
  explicit Parser(const Calendar& calendar) : calendar_(calendar) {}

  Result<Rule> read(const Json& json, const std::string& path, size_t depth) {
    if (depth > kMaxRuleDepth) {
      return fail(Code::kInvalid, "is nested deeper than " + std::to_string(kMaxRuleDepth), path,
                  "put a part of the rule into a segment of its own and refer to it");
    }
    if (++nodes_ > kMaxRuleNodes) {
      return fail(Code::kInvalid, "is more than " + std::to_string(kMaxRuleNodes) + " conditions",
                  path, "put a part of the rule into a segment of its own and refer to it");
    }
    const auto [kind, member] = TRY(kind_of(json, path));
    Rule rule;
    rule.kind = kind;
    rule.path = path;
    const Fields fields = TRY(Fields::of(json, path, {member}));
    const std::string at = fields.at(member);
    if (kind == Kind::kAll || kind == Kind::kAny) {
      const auto parts = TRY(fields.list(member, 0, kMaxRuleNodes));
      for (size_t i = 0; i < parts.size(); ++i)
        rule.parts.push_back(TRY(read(*parts[i], join_path(at, i), depth + 1)));
      return rule;
    }
    const Json& body = *TRY(fields.required(member));
    if (kind == Kind::kNot) {
      rule.parts.push_back(TRY(read(body, at, depth + 1)));
      return rule;
    }
    if (kind == Kind::kConsent) {
      rule = consent_rule(TRY(parse_consent(body, at)), path);
      rule.source = json;
      return rule;
    }
    rule.source = json;
    TRY(read_leaf(member, body, at, rule));
    return rule;
  }

 private:
  static Result<std::pair<Kind, std::string_view>> kind_of(const Json& json,
                                                           const std::string& path) {
    static const std::vector<std::pair<std::string_view, Kind>> kWords = {
        {"all", Kind::kAll},       {"any", Kind::kAny},           {"not", Kind::kNot},
        {"trait", Kind::kTrait},   {"did", Kind::kDid},           {"first_did", Kind::kEdge},
        {"last_did", Kind::kEdge}, {"sequence", Kind::kSequence}, {"segment", Kind::kSegment},
        {"fact", Kind::kFact},     {"consent", Kind::kConsent}};
    if (!json.is_object()) return fail(Code::kInvalid, "must be an object", path);
    std::vector<std::string> words;
    for (const auto& [word, kind] : kWords) {
      if (json.contains(word)) return std::pair(kind, word);
      words.emplace_back(word);
    }
    std::string hint =
        "give one of all, any, not, trait, did, first_did, last_did, sequence, "
        "segment, fact, consent";
    if (!json.empty()) {
      const auto close = insight::did_you_mean(insight::close_matches(json.begin().key(), words));
      if (!close.empty()) hint = close;
    }
    return fail(Code::kInvalid, "is no condition", path, hint);
  }

  Result<void> read_leaf(std::string_view member, const Json& body, const std::string& path,
                         Rule& rule) {
    switch (rule.kind) {
      case Kind::kTrait:
        rule.trait = TRY(parse_trait(body, path, calendar_));
        return {};
      case Kind::kDid:
        rule.did = TRY(parse_did(body, path, calendar_));
        return {};
      case Kind::kEdge:
        rule.edge = TRY(parse_edge(body, path, member == "last_did", calendar_));
        return {};
      case Kind::kSequence:
        rule.sequence = TRY(parse_sequence(body, path, calendar_));
        return {};
      case Kind::kSegment:
        rule.segment = TRY(parse_segment_id(body, path));
        return {};
      default:
        rule.fact = TRY(parse_fact(body, path));
        return {};
    }
  }

  static Result<FactTest> parse_fact(const Json& json, const std::string& path) {
    const Fields fields = TRY(Fields::of(json, path, {"name", "is"}));
    FactTest test;
    test.fact = TRY(fields.required_text("name", kMaxFactBytes));
    const auto words = TRY(fields.list("is", 1, kMaxListValues));
    for (size_t i = 0; i < words.size(); ++i) {
      if (!words[i]->is_string())
        return fail(Code::kInvalid, "must be a text", join_path(fields.at("is"), i));
      test.is.push_back(words[i]->get<std::string>());
    }
    return test;
  }

  const Calendar& calendar_;
  size_t nodes_ = 0;
};

Result<Universe> parse_universe(const Json& json, const std::string& path) {
  Universe universe;
  if (json.is_object()) {
    const Fields fields = TRY(Fields::of(json, path, {"segment"}));
    universe.kind = Universe::Kind::kSegment;
    universe.segment =
        TRY(parse_segment_id(*TRY(fields.required("segment")), fields.at("segment")));
    return universe;
  }
  universe.kind = TRY(Fields::word_of<Universe::Kind>(
      json, path, {{"everyone", Universe::Kind::kEveryone}, {"known", Universe::Kind::kKnown}}));
  return universe;
}

}  // namespace

Result<std::string> parse_segment_id(const Json& json, const std::string& path) {
  if (!json.is_string() || json.get_ref<const std::string&>().empty() ||
      json.get_ref<const std::string&>().size() > kMaxIdBytes) {
    return fail(Code::kInvalid, "must be the id of a segment", path);
  }
  return json.get<std::string>();
}

Result<Definition> parse_definition(const Json& json, const Calendar& calendar,
                                    const std::string& path) {
  if (!json.is_object()) return fail(Code::kInvalid, "must be an object", path);
  const auto member = [&](const char* name) -> Result<const Json*> {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) {
      return fail(Code::kInvalid, "is missing", join_path(path, name),
                  std::string_view(name) == "universe"
                      ? R"(say whom the rule is about: "everyone", "known" or {"segment": ID})"
                      : "");
    }
    return &*found;
  };
  Definition out;
  out.universe = TRY(parse_universe(*TRY(member("universe")), join_path(path, "universe")));
  out.rule = TRY(Parser(calendar).read(*TRY(member("rule")), join_path(path, "rule"), 1));
  return out;
}

void each_leaf(const Rule& rule, const std::function<void(const Rule&)>& each) {
  if (rule.leaf()) each(rule);
  for (const Rule& part : rule.parts) each_leaf(part, each);
}

void each_consent(const Rule& rule, const std::function<void(const Rule&)>& each) {
  if (rule.kind == Kind::kConsent) each(rule);
  for (const Rule& part : rule.parts) each_consent(part, each);
}

std::set<std::string> references_of(const Definition& definition) {
  std::set<std::string> out;
  if (definition.universe.kind == Universe::Kind::kSegment) out.insert(definition.universe.segment);
  each_leaf(definition.rule, [&](const Rule& leaf) {
    if (leaf.kind == Kind::kSegment) out.insert(leaf.segment);
  });
  return out;
}

std::set<std::string> facts_of(const Definition& definition) {
  std::set<std::string> out;
  each_leaf(definition.rule, [&](const Rule& leaf) {
    if (leaf.kind == Kind::kFact) out.insert(leaf.fact.fact);
  });
  return out;
}

}  // namespace perennial::segments
