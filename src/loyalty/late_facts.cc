#include "loyalty/late_facts.h"

#include <algorithm>
#include <unordered_map>

namespace perennial::loyalty {
namespace {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// Calls `each` with every event of these names whose person is known.
Result<void> each_fact(
    store::Database& database, events::Log& log, const EventNames& names,
    const std::function<void(const events::Glimpse& glimpse, PersonId person)>& each) {
  std::unordered_map<std::string, PersonId, TextHash, std::equal_to<>> whose;
  TRY(database.read([&](store::Connection& c) {
    return people::each_identity(c, [&](std::string_view identity, PersonId person) {
      whose.emplace(identity, person);
      return Result<void>();
    });
  }));
  const events::Sweep what{.names = {names.begin(), names.end()}, .types = {events::Type::kTrack}};
  // Events of one identity come in runs.
  auto last = whose.end();
  return log.sweep(what, [&](const events::Glimpse& glimpse) -> Result<void> {
    if (last == whose.end() || last->first != glimpse.identity) last = whose.find(glimpse.identity);
    if (last != whose.end() && last->second != 0) each(glimpse, last->second);
    return {};
  });
}

}  // namespace

Result<std::vector<NewFact>> read_facts(store::Database& database, events::Log& log,
                                        const EventNames& names) {
  std::vector<NewFact> facts;
  if (names.empty()) return facts;
  TRY(each_fact(database, log, names, [&](const events::Glimpse& glimpse, PersonId person) {
    facts.push_back({.seq = static_cast<int64_t>(glimpse.seq),
                     .at_ms = glimpse.timestamp_ms,
                     .person = person,
                     .identity = std::string(glimpse.identity),
                     .name = std::string(glimpse.name),
                     .properties = std::string(glimpse.properties)});
  }));
  return facts;
}

Result<LateFacts> LateFacts::read(store::Database& database, events::Log& log, EventNames names) {
  LateFacts late;
  late.names_ = std::move(names);
  if (late.names_.empty()) return late;
  TRY(each_fact(database, log, late.names_, [&](const events::Glimpse& glimpse, PersonId person) {
    late.list_.push_back({.person = person,
                          .seq = static_cast<int64_t>(glimpse.seq),
                          .at_ms = glimpse.timestamp_ms,
                          .name = &*late.names_.find(glimpse.name)});
    if (glimpse.properties.size() > 2) late.list_.back().properties = glimpse.properties;
  }));
  std::ranges::sort(late.list_, {},
                    [](const LateFact& fact) { return std::pair(fact.person, fact.seq); });
  return late;
}

std::span<const LateFact> LateFacts::of(PersonId person) const {
  const auto found = std::ranges::equal_range(list_, person, {}, &LateFact::person);
  return {found.begin(), found.end()};
}

void LateFacts::add_to(std::vector<Fact>& facts, PersonId person, const Needs& needs) const {
  for (const LateFact& late : of(person)) {
    facts.push_back(event_fact(late.seq, late.at_ms, *late.name,
                               late.properties.empty() ? "{}" : late.properties, needs));
  }
}

}  // namespace perennial::loyalty
