#include "loyalty/erase.h"

namespace perennial::loyalty {

Result<void> erase_person(store::Connection& c, people::Erased& erased) {
  const store::Value person = erased.person;
  erased.remove("loyalty_facts", "events that rules look at",
                TRY(c.execute("DELETE FROM loyalty_facts WHERE person = $1", {person})));
  erased.remove("loyalty_redemptions", "notes on redemptions",
                TRY(c.execute("UPDATE loyalty_redemptions SET note = '' WHERE person = $1"
                              " AND note <> ''",
                              {person})));
  const auto kept =
      TRY(c.query_one("SELECT count(*) FROM loyalty_postings p JOIN loyalty_holders h"
                      " ON h.id = p.holder WHERE h.person = $1",
                      {person}));
  erased.keep("loyalty_postings", "postings of points under a number that leads to nobody",
              kept->integer(0), "a double-entry ledger must add up");
  return {};
}

}  // namespace perennial::loyalty
