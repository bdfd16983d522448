#include "experiments/experiments.h"

namespace perennial::experiments {

// The exposure that counts is an event, which stays under the identity without a name.
Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased) {
  int64_t arms = 0;
  for (const std::string& identity : erased.identities) {
    arms += TRY(c.execute("DELETE FROM experiment_units WHERE identity = $1", {identity}));
  }
  int64_t hold_outs = 0;
  for (const people::PersonId number : erased.numbers) {
    hold_outs +=
        TRY(c.execute("UPDATE hold_out_members SET user_id = '' WHERE person_id = $1", {number}));
  }
  return Json{{"arms", arms}, {"hold_outs", hold_outs}};
}

}  // namespace perennial::experiments
