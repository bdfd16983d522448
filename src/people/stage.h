// The stage of people, apart from where its settings come from.
#pragma once

#include <functional>
#include <string>

#include "events/events.h"

namespace perennial::people {

// What the stage needs to know of the workspace.
struct Basics {
  std::string currency;
  std::string region = "CN";  // of phones without a country code: ISO 3166-1 alpha-2
};
// `basics` is asked once a batch.
events::Stage make_stage(std::function<Basics()> basics);

}  // namespace perennial::people
