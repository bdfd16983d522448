#include "experiments/erase.h"

namespace perennial::experiments {

Result<void> erase_person(store::Connection& c, people::Erased& erased) {
  int64_t units = 0;
  for (const std::string& identity : erased.identities) {
    units += TRY(c.execute("UPDATE experiment_units SET identity = $1 WHERE identity = $2",
                           {new_id("erased"), identity}));
  }
  erased.keep("experiment_units", "arms under a made-up identity", units,
              "totals of experiments must not change");
  erased.remove("hold_out_members", "user ids",
                TRY(c.execute("UPDATE hold_out_members SET user_id = '' WHERE person_id = $1"
                              " AND user_id <> ''",
                              {erased.person})));
  return {};
}

}  // namespace perennial::experiments
