// Contracts of people from the event log, for the risk that one ends:
//
//   Contract Recorded {contract_id, start, end, signed_at}: what is known of it from that time on
//   other events (Contract Ended, …) {contract_id}: it ends when that happens; without an id all do
//
// Who has a contract at an instant is told from what was known at another: a renewal that was
// recorded later was not known before.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "events/events.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr std::string_view kContractRecorded = "Contract Recorded";
inline constexpr size_t kMaxContractNotes = 5'000'000;

// What was said of a contract, or with an empty id of all of a person's.
struct ContractNote {
  PersonId person = 0;
  std::string contract;
  int64_t known_ms = 0, start_ms = 0, end_ms = INT64_MAX;  // runs in [start, end)
  bool ended = false;                                      // it says only that it ends, at end_ms
};
// By person, then when it was known.
using ContractNotes = std::vector<ContractNote>;

// When the last of the contracts that run at `at` ends, and when the first of them began, as it was
// known before `known`. Nothing when none runs. `notes` are those of one person.
struct Running {
  int64_t start_ms = 0, end_ms = INT64_MAX;
};
std::optional<Running> running_at(std::span<const ContractNote> notes, Instant at, Instant known);

// Calls each(notes of one person), by ascending person.
template <class Each>
void each_contractor(const ContractNotes& notes, Each each) {
  for (size_t first = 0, last = 0; first < notes.size(); first = last) {
    while (last < notes.size() && notes[last].person == notes[first].person) ++last;
    each(std::span(notes).subspan(first, last - first));
  }
}

// `ended`: names of events that say that a contract ends. kTooLarge above kMaxContractNotes.
Result<ContractNotes> read_contracts(events::Log& log, store::Database& database,
                                     const std::vector<std::string>& ended,
                                     const std::stop_token& stop = {});

}  // namespace perennial::value
