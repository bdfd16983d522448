// Segments as they stand in the state database, their members, and who came and went.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/access.h"
#include "segments/roster.h"
#include "segments/rule.h"
#include "store/store.h"

namespace perennial::segments {

inline constexpr size_t kMaxSegments = 1'000;
inline constexpr size_t kMaxSegmentName = 120;  // bytes
inline constexpr size_t kMaxSegmentDescription = 2'000;
inline constexpr size_t kMaxDefinitionBytes = 256 * 1024;

struct Saved {
  std::string id;  // "seg_…"
  int64_t version = 0;
  std::string name, description;
  bool dynamic = true;
  Json definition;       // of dynamic ones: universe and rule
  Json origin;           // of static ones: what the list was made from
  bool announce = true;  // who enters and leaves becomes events
  std::string created_by;
  Instant created_at, updated_at;
  int64_t people = 0;                  // members when last looked
  std::optional<Instant> computed_at;  // none: not yet
};

struct Change {
  int64_t id = 0;  // ascending
  std::string segment;
  PersonId person = 0;
  bool entered = false;
  Instant at;
  std::string reason;  // of kReasons
};
// What brought somebody in or out: an event, time alone, a trait, a fact, the joining of people, a
// change of another segment or of a list, or what happened while the program was not running.
inline constexpr std::array<std::string_view, 8> kReasons = {
    "event", "time", "profile", "fact", "merge", "segment", "list", "catch_up"};

struct SizeRow {
  Instant hour;
  int64_t people = 0, entered = 0, left = 0;
};

struct Actor {
  const http::Principal& principal;
  Instant now;
};

Result<std::vector<Saved>> list_saved(store::Connection& c);
Result<Saved> find_saved(store::Connection& c, std::string_view id);  // kNotFound
// Those with a rule whose text holds the id, which nearly all do not: by name, as all are listed.
Result<std::vector<Saved>> list_mentioning(store::Connection& c, std::string_view id);
Result<void> insert_saved(store::Connection& c, const Saved& saved, const Actor& actor);
// Writes what an editor may change; kConflict unless `saved.version` is the newest, which grows.
Result<void> update_saved(store::Connection& c, const Saved& saved, const Actor& actor);
Result<void> delete_saved(store::Connection& c, const Saved& saved, const Actor& actor);

// Members as a Roaring bitmap (portable format, docs/formats/segments.md).
std::string pack(const People& people);
Result<People> unpack(std::string_view bytes);

// All members as of a change.
Result<void> save_members(store::Connection& c, const std::string& id, const People& members,
                          int64_t change, Instant now);
// With the changes since; nullopt if they were never computed.
Result<std::optional<People>> load_members(store::Connection& c, const std::string& id);

// Takes out those of people who were erased: nothing is kept of them any more.
Result<void> drop_changes_of_erased(store::Connection& c, std::vector<Change>& changes);
Result<void> add_changes(store::Connection& c, std::span<const Change> changes);
// Newest first; of one segment, with id below `before`.
Result<std::vector<Change>> changes_of(store::Connection& c, std::string_view segment,
                                       int64_t before, size_t limit);
// Oldest first, of all segments.
Result<std::vector<Change>> changes_after(store::Connection& c, int64_t id, size_t limit);

// Adds to the row of the hour.
Result<void> note_size(store::Connection& c, const std::string& id, const SizeRow& row);
Result<std::vector<SizeRow>> sizes_of(store::Connection& c, std::string_view id, Span span);

struct Progress {
  uint64_t seq = 0;       // events up to this are in the memberships
  int64_t last_move = 0;  // and moves of identities
  int64_t last_change = 0;
  int64_t told = 0;  // changes up to this have become events
};
Result<Progress> load_progress(store::Connection& c);
Result<void> save_progress(store::Connection& c, const Progress& progress);

}  // namespace perennial::segments
