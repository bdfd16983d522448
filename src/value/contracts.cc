#include "value/contracts.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "value/interrupt.h"

namespace perennial::value {
namespace {

std::optional<int64_t> time_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  const auto at = parse_instant(found->get<std::string>());
  return at ? std::optional(to_millis(*at)) : std::nullopt;
}

ContractNote note_of(PersonId person, const events::Glimpse& event) {
  ContractNote note{.person = person,
                    .known_ms = event.timestamp_ms,
                    .start_ms = event.timestamp_ms,
                    .ended = event.name != kContractRecorded};
  if (note.ended) note.end_ms = event.timestamp_ms;
  const auto json = parse_json(event.properties);
  if (!json || !json->is_object()) return note;
  if (const auto id = json->find("contract_id"); id != json->end())
    note.contract = id->is_string() ? id->get<std::string>() : to_text(*id);
  if (note.ended) return note;
  note.start_ms = time_in(*json, "start").value_or(note.start_ms);
  note.end_ms = time_in(*json, "end").value_or(INT64_MAX);
  return note;
}

}  // namespace

std::optional<Running> running_at(std::span<const ContractNote> notes, Instant at, Instant known) {
  const int64_t at_ms = to_millis(at), known_ms = to_millis(known);
  std::map<std::string_view, Running> contracts;
  for (const ContractNote& note : notes) {
    if (note.known_ms >= known_ms) break;
    if (!note.ended) {
      contracts[note.contract] = {note.start_ms, note.end_ms};
      continue;
    }
    for (auto& [id, running] : contracts) {
      if (note.contract.empty() || id == note.contract)
        running.end_ms = std::min(running.end_ms, note.end_ms);
    }
  }
  std::optional<Running> all;
  for (const auto& [id, one] : contracts) {
    if (one.start_ms > at_ms || one.end_ms <= at_ms) continue;
    if (!all) all = one;
    all->start_ms = std::min(all->start_ms, one.start_ms);
    all->end_ms = std::max(all->end_ms, one.end_ms);
  }
  return all;
}

Result<ContractNotes> read_contracts(events::Log& log, store::Database& database,
                                     const std::vector<std::string>& ended,
                                     const std::stop_token& stop) {
  std::unordered_map<std::string, PersonId> whose;
  TRY(database.read([&](store::Connection& c) {
    return people::each_identity(c, [&](std::string_view identity, PersonId person) {
      whose.emplace(identity, person);
      return Result<void>();
    });
  }));
  events::Sweep what{.names = {std::string(kContractRecorded)}, .types = {events::Type::kTrack}};
  what.names.insert(what.names.end(), ended.begin(), ended.end());
  ContractNotes notes;
  TRY(log.sweep(what, [&](const events::Glimpse& event) -> Result<void> {
    TRY(unless_stopped(stop));
    const auto person = whose.find(std::string(event.identity));
    if (person == whose.end() || person->second == 0) return {};
    if (notes.size() == kMaxContractNotes)
      return fail(Code::kTooLarge, "there are too many contracts to learn from", "label");
    notes.push_back(note_of(person->second, event));
    return {};
  }));
  std::ranges::stable_sort(
      notes, {}, [](const ContractNote& note) { return std::pair(note.person, note.known_ms); });
  return notes;
}

}  // namespace perennial::value
