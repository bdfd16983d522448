// A unit's place is a number in [0, 1) taken from the keyed fingerprint of (salt, unit); it is held
// out when its place lies below the share. The place does not depend on the share, so a larger
// share keeps everyone who was held out before.
#include <cmath>
#include <string>

#include "proof/proof.h"

namespace perennial::proof {
namespace {

// The salt's length stands first, so that ("ab", "c") and ("a", "bc") are different units.
double place_of(std::string_view salt, std::string_view unit) {
  std::string key = std::to_string(salt.size());
  key += ':';
  key += salt;
  key += unit;
  return std::ldexp(static_cast<double>(fingerprint(key).high >> 11), -53);
}

}  // namespace

std::string_view arm_name(Arm arm) { return arm == Arm::kTreated ? "treated" : "held_out"; }

Arm assign(std::string_view salt, std::string_view unit, double share) {
  return place_of(salt, unit) < share ? Arm::kHeldOut : Arm::kTreated;
}

}  // namespace perennial::proof
