#include "segments/saved.h"

#include <algorithm>
#include <set>

#include "people/readers.h"

namespace perennial::segments {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, version, name, description, kind, definition, announce, created_by, created_ms, "
    "updated_ms, people, computed_ms FROM segments ";

Result<Saved> saved_of(const store::Row& row) {
  Saved saved{.id = row.text(0),
              .version = row.integer(1),
              .name = row.text(2),
              .description = row.text(3),
              .dynamic = row.text(4) == "dynamic",
              .announce = row.integer(6) != 0,
              .created_by = row.text(7),
              .created_at = from_millis(row.integer(8)),
              .updated_at = from_millis(row.integer(9)),
              .people = row.integer(10)};
  (saved.dynamic ? saved.definition : saved.origin) = TRY(parse_json(row.text(5)));
  if (!row.is_null(11)) saved.computed_at = from_millis(row.integer(11));
  return saved;
}

Change change_of(const store::Row& row) {
  return {.id = row.integer(0),
          .segment = row.text(1),
          .person = row.integer(2),
          .entered = row.integer(3) != 0,
          .at = from_millis(row.integer(4)),
          .reason = row.text(5)};
}

Result<void> name_is_free(store::Connection& c, const Saved& saved) {
  const auto row = TRY(
      c.query_one("SELECT id FROM segments WHERE name = $1 AND id <> $2", {saved.name, saved.id}));
  if (!row) return {};
  return fail(Code::kConflict, "another segment has this name", "name");
}

}  // namespace

Result<std::vector<Saved>> list_saved(store::Connection& c) {
  std::vector<Saved> out;
  for (const auto& row : TRY(c.query(std::string(kColumns) + "ORDER BY name, id")))
    out.push_back(TRY(saved_of(row)));
  return out;
}

Result<std::vector<Saved>> list_mentioning(store::Connection& c, std::string_view id) {
  std::vector<Saved> out;
  // An underscore of the id fits any letter: whoever asks looks at the rule itself.
  for (const auto& row :
       TRY(c.query(std::string(kColumns) +
                       "WHERE kind = 'dynamic' AND definition LIKE $1 ORDER BY name, id",
                   {"%" + std::string(id) + "%"})))
    out.push_back(TRY(saved_of(row)));
  return out;
}

Result<Saved> find_saved(store::Connection& c, std::string_view id) {
  const auto row = TRY(c.query_one(std::string(kColumns) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such segment", "id");
  return saved_of(*row);
}

Result<void> insert_saved(store::Connection& c, const Saved& saved, const Actor& actor) {
  const auto count = TRY(c.query_one("SELECT count(*) FROM segments"));
  if (count->integer(0) >= static_cast<int64_t>(kMaxSegments)) {
    return fail(Code::kTooLarge, "there are " + std::to_string(kMaxSegments) + " segments already",
                "", "delete some that nobody needs");
  }
  TRY(name_is_free(c, saved));
  TRY(c.execute(
      "INSERT INTO segments (id, version, name, description, kind, definition, announce, "
      "created_by, created_ms, updated_ms) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $8)",
      {saved.id, saved.name, saved.description, std::string(saved.dynamic ? "dynamic" : "static"),
       to_text(saved.dynamic ? saved.definition : saved.origin), int64_t{saved.announce ? 1 : 0},
       saved.created_by, to_millis(actor.now)}));
  return access::record(c, actor.principal, "segment.create", saved.id, Json{{"name", saved.name}},
                        actor.now);
}

Result<void> update_saved(store::Connection& c, const Saved& saved, const Actor& actor) {
  TRY(name_is_free(c, saved));
  const int64_t changed = TRY(
      c.execute("UPDATE segments SET version = version + 1, name = $3, description = $4, "
                "definition = $5, announce = $6, updated_ms = $7 WHERE id = $1 AND version = $2",
                {saved.id, saved.version, saved.name, saved.description,
                 to_text(saved.dynamic ? saved.definition : saved.origin),
                 int64_t{saved.announce ? 1 : 0}, to_millis(actor.now)}));
  if (changed == 0) {
    return fail(Code::kConflict, "somebody else has changed it since it was read", "version",
                "read it again");
  }
  return access::record(c, actor.principal, "segment.update", saved.id, Json{{"name", saved.name}},
                        actor.now);
}

Result<void> delete_saved(store::Connection& c, const Saved& saved, const Actor& actor) {
  for (const char* table : {"segment_members", "segment_changes", "segment_sizes"})
    TRY(c.execute("DELETE FROM " + std::string(table) + " WHERE segment = $1", {saved.id}));
  TRY(c.execute("DELETE FROM segments WHERE id = $1", {saved.id}));
  return access::record(c, actor.principal, "segment.delete", saved.id, Json{{"name", saved.name}},
                        actor.now);
}

Result<void> save_members(store::Connection& c, const std::string& id, const People& members,
                          int64_t change, Instant now) {
  const std::string packed = pack(members);
  const auto* bytes = reinterpret_cast<const std::byte*>(packed.data());
  TRY(
      c.execute("INSERT INTO segment_members (segment, members, change_id) VALUES ($1, $2, $3) "
                "ON CONFLICT (segment) DO UPDATE SET members = excluded.members, "
                "change_id = excluded.change_id",
                {id, store::Bytes(bytes, bytes + packed.size()), change}));
  TRY(c.execute("UPDATE segments SET people = $2, computed_ms = $3 WHERE id = $1",
                {id, static_cast<int64_t>(size_of(members)), to_millis(now)}));
  return {};
}

Result<std::optional<People>> load_members(store::Connection& c, const std::string& id) {
  const auto row =
      TRY(c.query_one("SELECT members, change_id FROM segment_members WHERE segment = $1", {id}));
  if (!row) return std::nullopt;
  const auto& bytes = row->bytes(0);
  People people = TRY(unpack({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  for (const auto& change :
       TRY(c.query("SELECT person, entered FROM segment_changes WHERE segment = $1 AND id > $2 "
                   "ORDER BY id",
                   {id, row->integer(1)})))
    put(people, change.integer(0), change.integer(1) != 0);
  return people;
}

Result<void> drop_changes_of_erased(store::Connection& c, std::vector<Change>& changes) {
  if (changes.empty() || TRY(people::reached(c)).erasures == 0) return {};
  std::set<PersonId> people;
  for (const Change& change : changes) people.insert(change.person);
  const std::vector<PersonId> asked(people.begin(), people.end());
  const auto erased = TRY(people::erased_among(c, asked));
  if (erased.empty()) return {};
  const std::set<PersonId> gone(erased.begin(), erased.end());
  std::erase_if(changes, [&](const Change& change) { return gone.contains(change.person); });
  return {};
}

Result<void> add_changes(store::Connection& c, std::span<const Change> changes) {
  if (changes.empty()) return {};
  static constexpr std::array<std::string_view, 6> kNames = {"id",      "segment", "person",
                                                             "entered", "at_ms",   "reason"};
  std::vector<std::vector<store::Value>> rows;
  rows.reserve(changes.size());
  for (const Change& change : changes) {
    rows.push_back({change.id, change.segment, change.person, int64_t{change.entered ? 1 : 0},
                    to_millis(change.at), change.reason});
  }
  TRY(c.insert_many("segment_changes", kNames, rows));
  return {};
}

Result<std::vector<Change>> changes_of(store::Connection& c, std::string_view segment,
                                       int64_t before, size_t limit) {
  std::vector<Change> out;
  for (const auto& row :
       TRY(c.query("SELECT id, segment, person, entered, at_ms, reason FROM segment_changes "
                   "WHERE segment = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                   {std::string(segment), before, static_cast<int64_t>(limit)})))
    out.push_back(change_of(row));
  return out;
}

Result<std::vector<Change>> changes_after(store::Connection& c, int64_t id, size_t limit) {
  std::vector<Change> out;
  for (const auto& row :
       TRY(c.query("SELECT id, segment, person, entered, at_ms, reason FROM segment_changes "
                   "WHERE id > $1 ORDER BY id LIMIT $2",
                   {id, static_cast<int64_t>(limit)})))
    out.push_back(change_of(row));
  return out;
}

Result<void> note_size(store::Connection& c, const std::string& id, const SizeRow& row) {
  TRY(
      c.execute("INSERT INTO segment_sizes (segment, hour_ms, people, entered, went) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (segment, hour_ms) DO UPDATE SET "
                "people = excluded.people, entered = segment_sizes.entered + excluded.entered, "
                "went = segment_sizes.went + excluded.went",
                {id, to_millis(std::chrono::floor<std::chrono::hours>(row.hour)), row.people,
                 row.entered, row.left}));
  TRY(c.execute("UPDATE segments SET people = $2 WHERE id = $1", {id, row.people}));
  return {};
}

Result<std::vector<SizeRow>> sizes_of(store::Connection& c, std::string_view id, Span span) {
  std::vector<SizeRow> out;
  for (const auto& row :
       TRY(c.query("SELECT hour_ms, people, entered, went FROM segment_sizes WHERE segment = $1 "
                   "AND hour_ms >= $2 AND hour_ms < $3 ORDER BY hour_ms",
                   {std::string(id), to_millis(span.from), to_millis(span.to)})))
    out.push_back({from_millis(row.integer(0)), row.integer(1), row.integer(2), row.integer(3)});
  return out;
}

Result<Progress> load_progress(store::Connection& c) {
  const auto row =
      TRY(c.query_one("SELECT seq, last_move, last_change, told FROM segment_progress"));
  INVARIANT(row.has_value());
  return Progress{.seq = static_cast<uint64_t>(row->integer(0)),
                  .last_move = row->integer(1),
                  .last_change = row->integer(2),
                  .told = row->integer(3)};
}

Result<void> save_progress(store::Connection& c, const Progress& progress) {
  TRY(c.execute("UPDATE segment_progress SET seq = $1, last_move = $2, last_change = $3, told = $4",
                {static_cast<int64_t>(progress.seq), progress.last_move, progress.last_change,
                 progress.told}));
  return {};
}

}  // namespace perennial::segments
