// The table of erasures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "people/people.h"
#include "store/store.h"

namespace perennial::privacy {

// Stored as words: never rename.
enum class State { kWaiting, kFiles, kEvents, kTimeline, kDone };
std::string_view state_name(State state);

struct ErasureRow {
  std::string id;
  people::PersonId person = 0;
  State state = State::kWaiting;
  std::string requested_by;  // the id of the user or key
  Instant requested_at;
  std::optional<Instant> finished_at;
  Json work = Json::object();    // what the steps need; {} once it is done
  Json counts = Json::object();  // by place
  std::string payload, signature;
  std::string error;  // of the last try, empty when well

  people::Erasure erasure() const { return {id, work.value("key", "")}; }
};
// Without what names the person: PrivacyErasure of the contract.
Json to_json(const ErasureRow& row);

// kConflict when the person's erasure was asked for already.
Result<void> insert_erasure(store::Connection& c, const ErasureRow& row);
Result<void> save_erasure(store::Connection& c, const ErasureRow& row);
Result<ErasureRow> find_erasure(store::Connection& c, std::string_view id);  // kNotFound
// Of a person, by the number under which it stands.
Result<std::optional<ErasureRow>> find_erasure_of(store::Connection& c, people::PersonId person);
// Newest first.
Result<std::vector<ErasureRow>> list_erasures(store::Connection& c, size_t limit);
// Oldest first, those that are not done.
Result<std::vector<ErasureRow>> open_erasures(store::Connection& c);

}  // namespace perennial::privacy
