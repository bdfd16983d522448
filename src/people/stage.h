// The stage of people, apart from where its settings come from.
#pragma once

#include <functional>
#include <string>

#include "events/events.h"

namespace perennial::people {

// `currency` gives the workspace's currency; it is asked once a batch.
events::Stage make_stage(std::function<std::string()> currency);

}  // namespace perennial::people
