#include "segments/explain.h"

#include <array>

namespace perennial::segments {
namespace {

using Measure = EventTest::Measure;

Json maybe_time(Second at) {
  return at == kNever ? Json(nullptr) : Json(format_instant(timeline::to_instant(at)));
}

// The distance to what is compared with: 2 says two more, −1 one less; null when it fits, or when
// no distance would tell.
Json still_needed(const Compare& compare, std::optional<double> value) {
  if (!value || compare.fits(*value) || compare.op == Compare::Op::kIsNot) return nullptr;
  const bool above = compare.op == Compare::Op::kBetween && *value >= compare.high;
  return (above ? compare.high : compare.low) - *value;
}

Json seen_of(const Rule& leaf, const LeafSeen& seen, PersonId person, const Context& context,
             const Known& known) {
  switch (leaf.kind) {
    case Rule::Kind::kTrait: {
      const TraitValue& value = context.roster->trait(leaf.trait.property).value(person);
      return {
          {"value", value.kind == TraitValue::Kind::kNone ? Json(nullptr) : Json(value.shown())}};
    }
    case Rule::Kind::kSegment:
      return {
          {"segment", leaf.segment}, {"name", known.segment(leaf.segment)}, {"member", seen.holds}};
    case Rule::Kind::kFact: {
      const FactColumn& column = context.fact(leaf.fact.fact);
      const uint16_t code = column.of(person);
      return {{"value", code == 0 ? Json(nullptr) : Json(column.words[code])}};
    }
    default:
      break;
  }
  Json out = {{"events", seen.events.events},
              {"first_at", maybe_time(seen.events.first)},
              {"last_at", maybe_time(seen.events.last)}};
  if (leaf.kind == Rule::Kind::kDid && leaf.did.measure <= Measure::kMaximum) {
    out["value"] = seen.events.value ? Json(*seen.events.value) : Json(nullptr);
    out["needed"] = still_needed(leaf.did.compare, seen.events.value);
  }
  return out;
}

class Writer {
 public:
  Writer(const Context& context, PersonId person, const std::vector<LeafSeen>& leaves,
         const Known& known)
      : context_(context), person_(person), leaves_(leaves), known_(known) {}

  Json write(const Rule& rule) {
    if (rule.kind == Rule::Kind::kConsent) return write_consent(rule);
    static constexpr std::array<std::string_view, 3> kBranches = {"all", "any", "not"};
    Json out = {{"path", rule.path},
                {"kind", rule.leaf() ? kind_of(rule) : kBranches[static_cast<size_t>(rule.kind)]}};
    if (rule.leaf()) {
      const LeafSeen& seen = leaves_[next_++];
      out["holds"] = seen.holds;
      out["condition"] = rule.source;
      out["seen"] = seen_of(rule, seen, person_, context_, known_);
      out["turns_at"] = seen.turns_at ? Json(format_instant(*seen.turns_at)) : Json(nullptr);
      return out;
    }
    bool holds = rule.kind == Rule::Kind::kAll;
    Json parts = Json::array();
    for (const Rule& part : rule.parts) {
      parts.push_back(write(part));
      const bool one = parts.back().at("holds").get<bool>();
      if (rule.kind == Rule::Kind::kNot) {
        holds = !one;
      } else {
        holds = rule.kind == Rule::Kind::kAll ? holds && one : holds || one;
      }
    }
    out["holds"] = holds;
    out["parts"] = std::move(parts);
    return out;
  }

 private:
  // What a condition on consent is made of has no document, and is not shown.
  static std::string_view kind_of(const Rule& leaf) {
    return leaf.source.is_null() ? "part" : std::string_view(leaf.source.begin().key());
  }

  // As one condition, whatever it is made of.
  Json write_consent(const Rule& rule) {
    const Json made_of = write(rule.parts[0]);
    const auto word = known_.consents.find(rule.path);
    return {{"path", rule.path},
            {"kind", "consent"},
            {"holds", made_of.at("holds")},
            {"condition", rule.source},
            {"seen", {{"value", word == known_.consents.end() ? "unknown" : word->second}}},
            {"turns_at", nullptr}};
  }

  const Context& context_;
  PersonId person_;
  const std::vector<LeafSeen>& leaves_;
  const Known& known_;
  size_t next_ = 0;
};

}  // namespace

Json explain(const Program& program, const Context& context, PersonId person, const Known& known) {
  Program::Personal personal(program, context);
  const bool member = personal.is_member(person);
  const Second turns = personal.take_turns();
  const auto leaves = personal.look(person);
  const Universe& universe = program.definition().universe;
  bool inside = has(context.roster->everyone(), person);
  std::string_view word = "everyone";
  if (universe.kind == Universe::Kind::kKnown) {
    inside = has(context.roster->known(), person);
    word = "known";
  } else if (universe.kind == Universe::Kind::kSegment) {
    inside = has(context.members(universe.segment), person);
    word = "segment";
  }
  Json in_universe = {{"universe", word}, {"holds", inside}};
  if (universe.kind == Universe::Kind::kSegment) {
    in_universe["segment"] = universe.segment;
    in_universe["name"] = known.segment(universe.segment);
  }
  return {{"member", member},
          {"universe", std::move(in_universe)},
          {"rule", Writer(context, person, leaves, known).write(program.definition().rule)},
          {"turns_at", maybe_time(turns)}};
}

}  // namespace perennial::segments
