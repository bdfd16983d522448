#include <algorithm>

#include "people/facts.h"
#include "people/people.h"
#include "people/readers.h"

namespace perennial::people {

Result<uint64_t> profiles_version(store::Connection& c) {
  const auto row = TRY(c.query_one("SELECT profiles_seq FROM people_progress WHERE id = 1"));
  return row ? static_cast<uint64_t>(row->integer(0)) : 0;
}

Result<void> each_profile(
    store::Connection& c,
    const std::function<void(PersonId, std::string_view country, std::string_view traits)>& each) {
  return c.each("SELECT id, country, traits FROM people ORDER BY id", {},
                [&](const store::Row& row) -> Result<void> {
                  each(row.integer(0), row.text(1), row.text(2));
                  return {};
                });
}

Result<void> each_word_on(
    store::Connection& c, std::string_view trait,
    const std::function<void(PersonId, const std::string& json, int64_t at_ms)>& each) {
  const std::string quoted = to_text(Json(trait));
  PropertyReader reader;
  PersonId person = 0;
  Facts facts;
  const auto tell = [&] {
    const auto said = facts.traits.find(trait);
    Trait word = said == facts.traits.end() ? Trait{"null", {}} : said->second;
    if (const auto changes = facts.changes.find(trait); changes != facts.changes.end()) {
      for (const TraitChange& one : changes->second)
        word = {changed(word.json, one, kMaxTraitBytes), std::max(word.at, one.at)};
    }
    if (person != 0 && word.json != "null") each(person, word.json, word.at.ms);
    facts = {};
  };
  TRY(
      c.each("SELECT i.person, f.traits FROM identity_facts f JOIN identities i"
             " ON i.id = f.identity WHERE i.person <> 0 ORDER BY i.person, i.id",
             {}, [&](const store::Row& row) -> Result<void> {
               if (!row.text(1).contains(quoted)) return {};
               if (row.integer(0) != person) tell();
               person = row.integer(0);
               Facts said;
               parse_traits(reader, row.text(1), said);
               facts.add(said);
               return {};
             }));
  tell();
  return {};
}

}  // namespace perennial::people
