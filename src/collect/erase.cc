#include "collect/erase.h"

namespace perennial::collect {

Result<void> erase_person(store::Connection& c, people::Erased& erased) {
  erased.remove("quarantine", "events that name the person",
                TRY(people::scrub_json(c, "quarantine", "body", erased.values, "")));
  erased.remove("imports", "sample rows that name the person",
                TRY(people::scrub_json(c, "imports", "sample", erased.values, "'{}'")));
  return {};
}

}  // namespace perennial::collect
