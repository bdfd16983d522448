// What an action brought, in money: what the difference between its arms amounts to, less what it
// cost.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::proof {

// What an action gained over the people it treated, against those it left alone. Money is in minor
// units, a fraction of one included.
struct Gain {
  std::string about;  // what costs name: "campaign:ID", "experiment:ID", "hold_out:ID"
  std::string kind, id, name;
  std::string scope;  // of a hold-out: what it keeps people out of
  Span span;
  bool complete = false;   // the time that is looked at is over
  bool reached = true;     // false: nobody was really reached, an A/A comparison
  int64_t people = 0;      // treated
  int64_t messages = 0;    // that left the machine
  std::string people_set;  // the words behind `people`
  int64_t control = 0;     // left alone, and the words behind them; where known
  std::string control_set;
  std::optional<double> value, low, high;  // revenue gained, with its 95 % interval
  std::string why;  // of no value, or of one that must not be trusted; else ""
};

// Bounds in minor units; low <= value <= high.
struct Money {
  double value = 0, low = 0, high = 0;
};
enum class Pays { kPays, kLoses, kCannotTell };
std::string_view pays_name(Pays pays);  // "pays", "loses", "cannot_tell"

struct Return {
  std::optional<Money> margin;  // the part of the revenue gained that stays
  std::optional<Money> net;     // margin less cost
  std::optional<Money> ratio;   // net ÷ cost, without unit; nothing when there is no cost
  Pays pays = Pays::kCannotTell;
  std::string why;  // of kCannotTell
};
// `margin_share` 0 to 1; `cost_minor` is known, so that only the gain has an interval: all three
// are linear in it and their intervals hold as often as the gain's. Return on investment as in
// Farris, Bendle, Pfeifer, Reibstein, "Marketing Metrics", chapter 10: (incremental margin − cost)
// ÷ cost.
Return return_of(const Gain& gain, double margin_share, int64_t cost_minor);

}  // namespace perennial::proof
