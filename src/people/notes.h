// Notes that people of the console write about a customer, and follow-ups: notes with a day.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "people/hand.h"
#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxNoteBytes = 4'000;

struct Note {
  std::string id;
  std::string text, author;
  Instant at;
  std::optional<Instant> due_at;   // a follow-up
  std::optional<Instant> done_at;  // of a follow-up
  int64_t version = 1;
};
// The identity that stands for a person where one is needed: the first user id, else the first
// anonymous id. kNotFound for a person without any.
Result<Side> side_of(store::Connection& c, PersonId person);

Result<Note> add_note(store::Connection& c, PersonId person, Note note);
// kConflict when somebody else changed it since `version`; kNotFound.
struct NoteChange {
  std::optional<std::string> text;
  std::optional<bool> done;
};
Result<Note> change_note(store::Connection& c, PersonId person, std::string_view id,
                         int64_t version, const NoteChange& change, Instant now);
Result<std::vector<Note>> notes_of(store::Connection& c, PersonId person, Instant before,
                                   size_t limit);  // newest first
Json note_json(const Note& note);
// As timeline items of kind "note".
Result<std::vector<Json>> note_items(store::Connection& c, PersonId person, Instant before,
                                     size_t limit);

}  // namespace perennial::people
