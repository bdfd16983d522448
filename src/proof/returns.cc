#include "proof/returns.h"

#include <cmath>

namespace perennial::proof {
namespace {

Money linear(const Money& of, double factor, double less) {
  return {of.value * factor - less, of.low * factor - less, of.high * factor - less};
}

}  // namespace

std::string_view pays_name(Pays pays) {
  switch (pays) {
    case Pays::kPays:
      return "pays";
    case Pays::kLoses:
      return "loses";
    case Pays::kCannotTell:
      return "cannot_tell";
  }
  return "";
}

Return return_of(const Gain& gain, double margin_share, int64_t cost_minor) {
  Return back;
  back.why = gain.why;
  const bool told = gain.value && gain.low && gain.high && std::isfinite(*gain.value) &&
                    std::isfinite(*gain.low) && std::isfinite(*gain.high);
  if (!told) {
    if (back.why.empty()) back.why = "no_interval";
    return back;
  }
  const Money gained{*gain.value, *gain.low, *gain.high};
  const auto cost = static_cast<double>(cost_minor);
  back.margin = linear(gained, margin_share, 0);
  back.net = linear(gained, margin_share, cost);
  if (cost_minor > 0) back.ratio = linear(*back.net, 1 / cost, 0);
  if (!gain.reached) {
    back.why = "aa";
  } else if (!gain.why.empty()) {
    return back;
  } else if (back.net->low > 0) {
    back.pays = Pays::kPays;
  } else if (back.net->high < 0) {
    back.pays = Pays::kLoses;
  } else {
    back.why = "wide_interval";
  }
  return back;
}

}  // namespace perennial::proof
