// Arms for product features: who gets which arm, kept for ever and the same for every identity of a
// person.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/experiment.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::experiments {

inline constexpr size_t kMaxIdentities = 50;  // of a person that are looked at

struct Asker {  // at least one is given
  std::string user_id, anonymous_id;
  // What the hash runs over: the user id, else the anonymous id, as SDKs do it.
  std::string_view unit() const { return user_id.empty() ? anonymous_id : user_id; }
};
// kInvalid unless one of them names somebody.
Result<void> check(const Asker& asker);

// Whether a person belongs to the audience of an experiment.
using InAudience = std::function<Result<bool>(std::string_view audience, people::PersonId)>;

enum class Why { kDrawn, kKept, kCoverage, kLayer, kAudience };
std::string_view why_name(Why why);  // "drawn", "kept", "coverage", "layer", "audience"
struct Assignment {
  std::string experiment_id, experiment;  // the key
  std::string name, arm, arm_name;        // "" outside
  Why why = Why::kDrawn;
  bool fresh = false;    // rows are to be written
  bool exposed = false;  // the event is in the log already
};

// The arm by the draw alone, without history.
std::optional<size_t> draw_arm(const Experiment& experiment, std::string_view unit, Why& why);

// The arms of running experiments. With `write` the rows that are missing are written: the first
// arm that any identity of the person was given stays.
Result<std::vector<Assignment>> assign_arms(store::Connection& c,
                                            const std::vector<Experiment>& experiments,
                                            const Asker& asker, const InAudience& in_audience,
                                            bool write, Instant now);
Result<void> mark_exposed(store::Connection& c, const std::vector<Assignment>& assignments,
                          const Asker& asker);

}  // namespace perennial::experiments
