// Training ends early when the program stops: it asks between its steps, each well below a second.
#pragma once

#include <stop_token>

#include "base/base.h"

namespace perennial::value {

inline Result<void> unless_stopped(const std::stop_token& stop) {
  if (!stop.stop_requested()) return {};
  return fail(Code::kBusy, "the program stops: nothing was trained", "",
              "it is trained after the next start");
}

}  // namespace perennial::value
