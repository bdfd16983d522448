#include "segments/engine.h"

#include <algorithm>

#include "segments/saved.h"

namespace perennial::segments {
namespace {

using insight::join_path;

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(cut_text(text, 80)) + "\"";
}

// The events that a leaf is about, with their places in the document.
std::vector<const NamedSelector*> selections(const Rule& leaf) {
  std::vector<const NamedSelector*> out;
  if (leaf.kind == Rule::Kind::kDid) {
    out.push_back(&leaf.did.select);
    if (leaf.did.since) out.push_back(&leaf.did.since->event);
  } else if (leaf.kind == Rule::Kind::kEdge) {
    out.push_back(&leaf.edge.select);
  } else if (leaf.kind == Rule::Kind::kSequence) {
    for (const auto& step : leaf.sequence.steps) out.push_back(&step);
    for (const auto& event : leaf.sequence.without) out.push_back(&event);
  }
  return out;
}

std::string path_of_reference(const Definition& definition, const std::string& id) {
  std::string path = "universe.segment";
  each_leaf(definition.rule, [&](const Rule& leaf) {
    if (leaf.kind == Rule::Kind::kSegment && leaf.segment == id) path = leaf.path + ".segment";
  });
  return path;
}

// From a segment to itself through others: their ids, the first one repeated at the end.
class Cycle {
 public:
  Cycle(const std::map<std::string, std::set<std::string>>& references, std::string start)
      : references_(references), start_(std::move(start)) {}
  std::vector<std::string> find(const std::string& from) {
    if (from == start_) return {from};
    if (!seen_.insert(from).second) return {};
    const auto next = references_.find(from);
    if (next == references_.end()) return {};
    for (const std::string& one : next->second) {
      auto rest = find(one);
      if (rest.empty()) continue;
      rest.insert(rest.begin(), from);
      return rest;
    }
    return {};
  }

 private:
  const std::map<std::string, std::set<std::string>>& references_;
  std::string start_;
  std::set<std::string> seen_;
};

}  // namespace

Engine::Engine(const Parts& parts)
    : parts_(parts), roster_(parts.database), names_(parts.database, parts.clock) {}

Instant Engine::now() const { return parts_.settings.workspace().now(parts_.clock); }
Calendar Engine::calendar() const { return parts_.settings.workspace().calendar; }

void Engine::add_facts(FactProvider provider) {
  std::string name = provider.name;
  facts_.insert_or_assign(std::move(name), std::move(provider));
}

Result<std::map<std::string, FactProvider>> Engine::facts() const {
  std::map<std::string, FactProvider> out = facts_;
  for (const FactFamily& family : families_) {
    for (FactProvider& provider : TRY(family.all())) {
      std::string name = provider.name;
      out.insert_or_assign(std::move(name), std::move(provider));
    }
  }
  return out;
}

Result<std::optional<FactProvider>> Engine::find_fact(const std::string& name) const {
  if (const auto found = facts_.find(name); found != facts_.end()) return found->second;
  for (const FactFamily& family : families_) {
    if (!name.starts_with(family.family + ":")) continue;
    for (FactProvider& provider : TRY(family.all())) {
      if (provider.name == name) return std::move(provider);
    }
  }
  return std::nullopt;
}

// ---- checking

Result<void> Engine::check_names(const Definition& definition) {
  Result<void> went;
  const auto check = [&](const Rule& leaf) -> Result<void> {
    // What conditions on consent read is known, whether anybody has said it yet or not.
    if (leaf.source.is_null()) return {};
    for (const NamedSelector* one : selections(leaf)) TRY(insight::check_selector(*one, names_));
    if (leaf.kind == Rule::Kind::kDid && !leaf.did.property.empty()) {
      TRY(insight::check_event_property(leaf.did.property, leaf.path + ".did.property",
                                        leaf.did.select.select.any_of, names_));
    }
    if (leaf.kind == Rule::Kind::kTrait) {
      TRY(insight::check_person_property(leaf.trait.property, leaf.path + ".trait.property",
                                         names_));
    }
    if (leaf.kind != Rule::Kind::kFact) return {};
    const std::string path = leaf.path + ".fact";
    const auto provider = TRY(find_fact(leaf.fact.fact));
    if (!provider) {
      std::vector<std::string> known;
      for (const auto& [name, one] : TRY(facts())) known.push_back(name);
      std::string hint = insight::did_you_mean(insight::close_matches(leaf.fact.fact, known));
      return fail(Code::kInvalid, "nothing is known as " + in_quotes(leaf.fact.fact),
                  path + ".name", hint);
    }
    for (size_t i = 0; i < leaf.fact.is.size(); ++i) {
      const auto& words = provider->words;
      if (words.empty() || std::ranges::count(words, leaf.fact.is[i]) != 0) continue;
      return fail(Code::kInvalid, in_quotes(leaf.fact.is[i]) + " is no " + leaf.fact.fact,
                  join_path(path + ".is", i),
                  insight::did_you_mean(insight::close_matches(leaf.fact.is[i], words)));
    }
    return {};
  };
  each_leaf(definition.rule, [&](const Rule& leaf) {
    if (went) went = check(leaf);
  });
  return went;
}

Result<void> Engine::check_references(store::Connection& c, const Definition& definition,
                                      const std::string& self) {
  const auto wanted = references_of(definition);
  if (wanted.empty()) return {};
  std::map<std::string, std::set<std::string>> references;
  std::map<std::string, std::string> names;
  std::vector<std::string> ids;
  for (const Saved& saved : TRY(list_saved(c))) {
    names[saved.id] = saved.name;
    ids.push_back(saved.id);
    if (!saved.dynamic) continue;
    auto parsed = parse_definition(saved.definition, calendar());
    if (parsed) references[saved.id] = references_of(*parsed);
  }
  for (const std::string& id : wanted) {
    const std::string path = path_of_reference(definition, id);
    if (id != self && !names.contains(id)) {
      return fail(Code::kInvalid, "there is no segment " + in_quotes(id), path,
                  insight::did_you_mean(insight::close_matches(id, ids)));
    }
    if (self.empty()) continue;
    const auto way = Cycle(references, self).find(id);
    if (way.empty()) continue;
    std::string told = in_quotes(names.contains(self) ? names[self] : self);
    for (const std::string& step : way) told += " → " + in_quotes(names[step]);
    return fail(Code::kInvalid, "the segment refers to itself: " + told, path,
                "take one of the references away");
  }
  return {};
}

Result<Definition> Engine::checked(const Json& json, const std::string& self) {
  if (to_text(json).size() > kMaxDefinitionBytes)
    return fail(Code::kTooLarge, "the rule is too long", "rule");
  Definition definition = TRY(parse_definition(json, calendar()));
  TRY(check_names(definition));
  const size_t selectors = selectors_of(definition).size();
  if (selectors > timeline::kMaxSelectors) {
    return fail(Code::kInvalid,
                "looks at more than " + std::to_string(timeline::kMaxSelectors) +
                    " different choices of events",
                "rule", "put a part of the rule into a segment of its own and refer to it");
  }
  if (traits_of(definition).size() > kMaxTraitColumns) {
    return fail(Code::kInvalid,
                "looks at more than " + std::to_string(kMaxTraitColumns) + " different traits",
                "rule", "put a part of the rule into a segment of its own and refer to it");
  }
  TRY(parts_.database.read(
      [&](store::Connection& c) { return check_references(c, definition, self); }));
  return definition;
}

// ---- reading

bool Engine::suffices(const timeline::Snapshot* snapshot, const Definition& definition) {
  const timeline::Ask ask{
      .selectors = selectors_of(definition), .among = {}, .person_group = {}, .presence = {}};
  return ask.selectors.empty() ||
         (snapshot != nullptr && timeline::missing_properties(*snapshot->dictionary, ask).empty());
}

Result<std::shared_ptr<const timeline::Snapshot>> Engine::from_log(const Definition& definition,
                                                                   const timeline::Stop& stop) {
  timeline::Ask ask{
      .selectors = selectors_of(definition), .among = {}, .person_group = {}, .presence = {}};
  timeline::FromLog what;
  bool any = false;
  for (const auto& selector : ask.selectors) {
    for (const auto& event : selector.any_of) {
      any |= !event.type || !event.name;
      if (event.type && event.name) what.names.push_back({*event.type, *event.name});
    }
  }
  if (any) what.names.clear();
  what.properties = timeline::properties_of(ask);
  auto snapshot =
      TRY(timeline::read_from_log(parts_.timeline.source(), what, calendar().zone, stop));
  return std::make_shared<const timeline::Snapshot>(std::move(snapshot));
}

Result<std::shared_ptr<const Program>> Engine::compile(
    const Definition& definition, const timeline::Stop& stop,
    std::shared_ptr<const timeline::Snapshot> snapshot) {
  const Moment moment = Moment::of(calendar(), now());
  if (!suffices(snapshot.get(), definition)) snapshot = TRY(from_log(definition, stop));
  return Program::compile(definition, std::move(snapshot), moment, pool(), stop);
}

Result<std::unique_ptr<Reading>> Engine::read(const Definition& definition,
                                              const MembersOf& members, Instant now) {
  // Facts and members first: a roster's view must not be held while somebody else is asked.
  std::map<std::string, std::shared_ptr<const FactColumn>> facts;
  for (const std::string& name : facts_of(definition)) {
    const auto provider = TRY(find_fact(name));
    if (!provider) return fail(Code::kInvalid, "nothing is known as " + in_quotes(name), "fact");
    facts[name] = TRY(provider->column());
  }
  std::map<std::string, MembersPtr> of;
  for (const std::string& id : references_of(definition)) of[id] = TRY(members(id));
  std::unique_ptr<Reading> out(new Reading(TRY(roster_.view(traits_of(definition)))));
  out->facts_ = std::move(facts);
  out->members_ = std::move(of);
  Reading* own = out.get();
  out->context_ = {
      .moment = Moment::of(calendar(), now),
      .today = Today::of(calendar(), now),
      .roster = &own->view_,
      .members = [own](const std::string& id) -> const People& { return *own->members_.at(id); },
      .fact = [own](const std::string& name) -> const FactColumn& {
        return *own->facts_.at(name);
      }};
  return out;
}

}  // namespace perennial::segments
