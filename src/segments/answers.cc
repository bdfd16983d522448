// Questions to segments: previews, reasons, sizes, who came and went, overlaps.
#include <algorithm>
#include <array>

#include "segments/rule_of_number.h"
#include "segments/service.h"

namespace perennial::segments {
namespace {

using insight::Fields;

constexpr int64_t kMaxChangesShown = 500;

// Members of the body that are a definition.
Json definition_of(const Json& body) {
  Json out = Json::object();
  for (const char* member : {"universe", "rule"}) {
    if (body.contains(member)) out[member] = body[member];
  }
  return out;
}

}  // namespace

Result<Json> Segments::Impl::preview(const Json& body) {
  const auto began = std::chrono::steady_clock::now();
  const Fields fields = TRY(Fields::of(body, "", {"universe", "rule", "sample"}));
  const auto wanted =
      static_cast<size_t>(TRY(fields.integer("sample", 10, 0, static_cast<int64_t>(kMaxSample))));
  const Json json = definition_of(body);
  const Definition definition = TRY(engine.checked(json, ""));
  timeline::Stop stop;
  stop.deadline = began + kMaxEvaluation;
  const auto snapshot = parts.timeline.snapshot();
  const auto program = TRY(engine.compile(definition, stop, snapshot));
  const Instant now = engine.now();
  MembersPtr kept;
  size_t of = 0;
  {
    const auto reading = TRY(engine.read(definition, this->members(), now));
    auto whole = TRY(program->evaluate(reading->context(), engine.pool(), stop));
    kept = std::make_shared<const People>(std::move(whole.members));
    of = size_of(reading->context().roster->everyone());
  }
  const auto took = std::chrono::steady_clock::now() - began;
  const People& members = *kept;
  const auto ids = sample_of(members, wanted);
  const auto people =
      TRY(parts.database.read([&](store::Connection& c) { return people::find_people(c, ids); }));
  std::vector<Json> described(people.size(), Json::object());
  if (parts.describe) described = TRY(parts.describe(people));
  Json sample = Json::array();
  for (size_t i = 0; i < people.size(); ++i)
    sample.push_back(people::customer_json(people[i], described[i]));
  return Json{{"people", size_of(members)},
              {"set", std::string(kPreviewPrefix) + previews.keep(kept, parts.clock())},
              {"of", of},
              {"as_of", format_instant(now)},
              {"milliseconds", std::chrono::duration<double, std::milli>(took).count()},
              {"plan", program->snapshot() == snapshot ? "timeline" : "log"},
              {"sample", std::move(sample)}};
}

Result<std::map<std::string, std::string>> Segments::Impl::consents(const Definition& definition,
                                                                    PersonId person, Instant now,
                                                                    const timeline::Stop& stop) {
  using Word = ConsentTest::Word;
  std::vector<const Rule*> rules;
  each_consent(definition.rule, [&](const Rule& rule) { rules.push_back(&rule); });
  std::map<std::string, std::string> out;
  for (const Rule* rule : rules) {
    for (const Word word : {Word::kSubscribed, Word::kUnsubscribed, Word::kUnknown}) {
      ConsentTest test = rule->consent;
      test.is = {word};
      const Definition one{.universe = {}, .rule = consent_rule(std::move(test), rule->path)};
      const auto program = TRY(engine.compile(one, stop, parts.timeline.snapshot()));
      const auto reading = TRY(engine.read(one, this->members(), now));
      if (Program::Personal(*program, reading->context()).is_member(person))
        out[rule->path] = word_of(word);
    }
  }
  return out;
}

Result<Json> Segments::Impl::why(const Json& json, PersonId person) {
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxEvaluation;
  const Definition definition = TRY(engine.checked(json, ""));
  person = TRY(parts.database.read([&](store::Connection& c) -> Result<PersonId> {
    const PersonId now = TRY(people::current_person(c, person));
    if (!TRY(people::find_person(c, now)))
      return fail(Code::kNotFound, "there is no such person", "person");
    return now;
  }));
  const auto program = TRY(engine.compile(definition, stop, parts.timeline.snapshot()));
  const Instant now = engine.now();
  const auto consents = TRY(this->consents(definition, person, now, stop));
  const auto reading = TRY(engine.read(definition, this->members(), now));
  Json out = explain(*program, reading->context(), person,
                     {.segment = [this](const std::string& id) { return keeper.name_of(id); },
                      .consents = consents});
  out["person"] = person;
  out["as_of"] = format_instant(now);
  return out;
}

Result<Json> Segments::Impl::why_of(const std::string& id, PersonId person) {
  const Saved saved =
      TRY(parts.database.read([&](store::Connection& c) { return find_saved(c, id); }));
  if (saved.dynamic) return why(saved.definition, person);
  const MembersPtr members = TRY(keeper.members(id));
  person = TRY(
      parts.database.read([&](store::Connection& c) { return people::current_person(c, person); }));
  return Json{{"member", has(*members, person)},
              {"universe", {{"universe", "list"}, {"holds", has(*members, person)}}},
              {"rule", nullptr},
              {"turns_at", nullptr},
              {"person", person},
              {"as_of", format_instant(engine.now())}};
}

Result<Json> Segments::Impl::sizes(const http::Request& request) {
  const Instant now = engine.now();
  const auto days = TRY(request.query_integer("days", 30, 1, 800));
  const std::string id = request.params.at("id");
  const Span span{now - std::chrono::days(days), now + std::chrono::hours(1)};
  const auto rows =
      TRY(parts.database.read([&](store::Connection& c) -> Result<std::vector<SizeRow>> {
        TRY(find_saved(c, id));
        return sizes_of(c, id, span);
      }));
  Json out = Json::array();
  for (const SizeRow& row : rows) {
    out.push_back({{"at", format_instant(row.hour)},
                   {"people", row.people},
                   {"entered", row.entered},
                   {"left", row.left}});
  }
  return Json{{"sizes", std::move(out)}};
}

Result<Json> Segments::Impl::changes(const http::Request& request) {
  const auto limit = TRY(request.query_integer("limit", 50, 1, kMaxChangesShown));
  const auto before = TRY(request.query_integer("before", INT64_MAX, 1, INT64_MAX));
  const std::string id = request.params.at("id");
  std::map<PersonId, people::Person> who;
  const auto rows =
      TRY(parts.database.read([&](store::Connection& c) -> Result<std::vector<Change>> {
        TRY(find_saved(c, id));
        auto found = TRY(changes_of(c, id, before, static_cast<size_t>(limit)));
        std::vector<PersonId> ids;
        for (const Change& change : found) ids.push_back(change.person);
        for (auto& person : TRY(people::find_people(c, ids))) who[person.id] = person;
        return found;
      }));
  Json out = Json::array();
  for (const Change& change : rows) {
    const auto person = who.find(change.person);
    const bool known = person != who.end();
    out.push_back({{"id", change.id},
                   {"person", change.person},
                   {"name", known ? person->second.name : ""},
                   {"user_id", known ? person->second.user_id : ""},
                   {"entered", change.entered},
                   {"at", format_instant(change.at)},
                   {"reason", change.reason}});
  }
  return Json{{"changes", std::move(out)}};
}

Result<Json> Segments::Impl::rule_of_number(const http::Request& request) {
  const std::string handle = request.query_or("handle", "");
  if (handle.empty()) return fail(Code::kInvalid, "is missing", "handle");
  std::optional<insight::FunnelNumber> number;
  if (parts.funnel_number) number = TRY(parts.funnel_number(handle));
  if (!number) return Json{{"why", word_of(NoRule::kNotAFunnel)}};
  auto rule = rule_of(*number, parts.settings.workspace().calendar);
  if (!rule.definition) return Json{{"why", word_of(rule.why)}};
  return Json{{"definition", std::move(*rule.definition)}, {"same_range", rule.same_range}};
}

Result<Json> Segments::Impl::overlap(const Json& body) {
  const Fields fields = TRY(Fields::of(body, "", {"segments"}));
  const auto wanted = TRY(fields.list("segments", 2, kMaxOverlap));
  std::vector<std::string> ids;
  std::vector<MembersPtr> members;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const std::string path = insight::join_path("segments", i);
    if (!wanted[i]->is_string()) return fail(Code::kInvalid, "must be the id of a segment", path);
    ids.push_back(wanted[i]->get<std::string>());
    auto found = keeper.members(ids.back());
    if (!found) return fail(found.error().code, found.error().message, path, found.error().hint);
    members.push_back(std::move(*found));
  }
  // How many people are in exactly each combination: one bit for each segment.
  std::vector<int64_t> counts(size_t{1} << ids.size(), 0);
  size_t buckets = 0;
  for (const auto& one : members) buckets = std::max(buckets, one->size());
  std::array<uint16_t, kBucketPeople> in{};
  for (size_t bucket = 0; bucket < buckets; ++bucket) {
    in.fill(0);
    for (size_t s = 0; s < members.size(); ++s) {
      if (bucket >= members[s]->size()) continue;
      (*members[s])[bucket].for_each(
          [&](uint32_t place) { in[place] |= static_cast<uint16_t>(1u << s); });
    }
    for (uint16_t mask : in) ++counts[mask];
  }
  Json of = Json::array(), rows = Json::array();
  for (size_t s = 0; s < ids.size(); ++s) {
    of.push_back(
        {{"id", ids[s]}, {"name", keeper.name_of(ids[s])}, {"people", size_of(*members[s])}});
  }
  std::vector<size_t> order;
  for (size_t mask = 1; mask < counts.size(); ++mask) {
    if (counts[mask] != 0) order.push_back(mask);
  }
  std::ranges::stable_sort(order, std::greater(), [&](size_t mask) { return counts[mask]; });
  for (size_t mask : order) {
    Json inside = Json::array();
    for (size_t s = 0; s < ids.size(); ++s) {
      if ((mask >> s & 1) != 0) inside.push_back(ids[s]);
    }
    rows.push_back({{"in", std::move(inside)}, {"people", counts[mask]}});
  }
  return Json{{"segments", std::move(of)}, {"rows", std::move(rows)}};
}

Result<Json> Segments::Impl::facts() const {
  Json out = Json::array();
  for (const auto& [name, provider] : TRY(engine.facts())) {
    Json one = {{"name", name}, {"words", provider.known ? provider.known() : provider.words}};
    if (!provider.title.empty()) one["title"] = provider.title;
    if (!provider.labels.empty()) one["labels"] = provider.labels;
    out.push_back(std::move(one));
  }
  return Json{{"facts", std::move(out)}};
}

}  // namespace perennial::segments
