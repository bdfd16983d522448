#include "people/people.h"

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

}  // namespace perennial::people
