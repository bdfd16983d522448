#include "engage/erase.h"

namespace perennial::engage {

Result<void> erase_person(store::Connection& c, people::Erased& erased,
                          std::vector<std::string>& messages) {
  const store::Value person = erased.person;
  const auto rows = TRY(c.query("SELECT id FROM sends WHERE person_id = $1", {person}));
  messages.clear();
  for (const store::Row& row : rows) messages.push_back(row.text(0));
  erased.remove(
      "sends", "addresses and user ids",
      TRY(c.execute("UPDATE sends SET address = '', user_id = '', told = 1 WHERE person_id = $1",
                    {person})));
  erased.remove("suppressions", "unsubscriptions",
                TRY(c.execute("DELETE FROM suppressions WHERE person_id = $1", {person})));
  erased.keep("sends", "verdicts and arms without identity", static_cast<int64_t>(rows.size()),
              "results of campaigns and hold-outs must not change");
  return {};
}

}  // namespace perennial::engage
