#include "people/notes.h"

namespace perennial::people {
namespace {

using store::Row;
using store::Value;

constexpr size_t kTitleBytes = 120;

constexpr std::string_view kSelectNotes =
    "SELECT n.id, n.text, n.author, n.at_ms, n.due_ms, n.done_ms, n.version FROM customer_notes n"
    " JOIN identities i ON i.kind = n.kind AND i.value = n.value WHERE i.person = $1 ";

Note read_note(const Row& row) {
  const auto time = [&](size_t column) {
    const auto ms = row.maybe_integer(column);
    return ms ? std::optional(from_millis(*ms)) : std::nullopt;
  };
  return {.id = row.text(0),
          .text = row.text(1),
          .author = row.text(2),
          .at = from_millis(row.integer(3)),
          .due_at = time(4),
          .done_at = time(5),
          .version = row.integer(6)};
}

Value maybe_millis(const std::optional<Instant>& at) {
  return at ? Value(to_millis(*at)) : Value();
}

Json maybe_text(const std::optional<Instant>& at) {
  return at ? Json(format_instant(*at)) : Json(nullptr);
}

}  // namespace

Result<Side> side_of(store::Connection& c, PersonId person) {
  const auto rows =
      TRY(c.query("SELECT kind, value FROM identities WHERE person = $1 AND shown = 1"
                  " ORDER BY kind, first_ms, id LIMIT 1",
                  {person}));
  if (rows.empty()) return fail(Code::kNotFound, "there is no such customer", "person_id");
  return Side{static_cast<IdentityKind>(rows[0].integer(0)), rows[0].text(1)};
}

Result<Note> add_note(store::Connection& c, PersonId person, Note note) {
  const Side side = TRY(side_of(c, person));
  note.id = new_id("note");
  TRY(
      c.execute("INSERT INTO customer_notes (id, kind, value, text, author, at_ms, due_ms, done_ms,"
                " version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
                {note.id, static_cast<int64_t>(side.kind), side.value, note.text, note.author,
                 to_millis(note.at), maybe_millis(note.due_at), maybe_millis(note.done_at)}));
  return note;
}

Result<Note> change_note(store::Connection& c, PersonId person, std::string_view id,
                         int64_t version, const NoteChange& change, Instant now) {
  const auto row =
      TRY(c.query_one(std::string(kSelectNotes) + "AND n.id = $2", {person, std::string(id)}));
  if (!row) return fail(Code::kNotFound, "this customer has no such note", "note_id");
  Note note = read_note(*row);
  if (note.version != version) {
    return fail(Code::kConflict, "somebody else has changed this note", "version",
                "read it again and repeat the change");
  }
  if (change.text) note.text = *change.text;
  if (change.done) note.done_at = *change.done ? std::optional(now) : std::nullopt;
  const auto changed =
      TRY(c.execute("UPDATE customer_notes SET text = $1, done_ms = $2, version = version + 1"
                    " WHERE id = $3 AND version = $4",
                    {note.text, maybe_millis(note.done_at), note.id, version}));
  if (changed == 0) return fail(Code::kConflict, "somebody else has changed this note", "version");
  ++note.version;
  return note;
}

Result<std::vector<Note>> notes_of(store::Connection& c, PersonId person, Instant before,
                                   size_t limit) {
  std::vector<Note> out;
  for (const Row& row : TRY(c.query(
           std::string(kSelectNotes) + "AND n.at_ms < $2 ORDER BY n.at_ms DESC, n.id LIMIT $3",
           {person, to_millis(before), static_cast<int64_t>(limit)}))) {
    out.push_back(read_note(row));
  }
  return out;
}

Json note_json(const Note& note) {
  return {{"id", note.id},
          {"text", note.text},
          {"author", note.author},
          {"at", format_instant(note.at)},
          {"due_at", maybe_text(note.due_at)},
          {"done_at", maybe_text(note.done_at)},
          {"version", note.version}};
}

Result<std::vector<Json>> note_items(store::Connection& c, PersonId person, Instant before,
                                     size_t limit) {
  std::vector<Json> out;
  for (const Note& note : TRY(notes_of(c, person, before, limit))) {
    out.push_back({{"kind", "note"},
                   {"at", format_instant(note.at)},
                   {"title", std::string(cut_text(note.text, kTitleBytes))},
                   {"note", note_json(note)}});
  }
  return out;
}

}  // namespace perennial::people
