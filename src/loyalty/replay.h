// What a person has earned, as a pure function of what is known of them: all facts in the order in
// which they happened, through all rules, caps, streaks, missions and levels. Facts that arrive
// late or in another order give the same answer, because the answer is worked out anew from all of
// them; the ledger then posts the difference to what it has.
//
// A refund is a fact of its own time: the points and the caps that its order took are given back
// then, and levels are looked at again, but what happened in between stays.
#pragma once

#include "loyalty/rules.h"

namespace perennial::loyalty {

// What a fact has given: by which version of which rule, and the award's key.
struct Gave {
  std::string rule;
  int64_t version = 0;
  std::string key;
  bool operator==(const Gave&) const = default;
};

struct Fact {
  enum class Kind { kOrder, kEvent, kPoints, kRefund } kind = Kind::kEvent;
  int64_t at_ms = 0;
  std::string key;   // "order:SOURCE/ID", "seq:17": names it in postings; the order's of a refund
  std::string name;  // of the event; kPoints: the currency's code
  std::string properties = "{}";
  int64_t amount_minor = 0;  // of an order; of a refund, positive
  int64_t items = 0;
  Points points = 0;   // kPoints: earned by other means than rules
  bool whole = false;  // of a refund: nothing of the order is left, whatever money it was
  bool held = false;   // its person was held out: it gives nothing, and counts for no level …
  // … but for what it has given before, which stays as it was, whatever rules say by now.
  std::vector<Gave> given;
  bool counts() const { return !held || !given.empty(); }
  bool may_give(const Rule& rule, const std::string& award_key) const;
};

struct Award {
  std::string rule, key;
  int64_t version = 0;
  std::string currency, order;
  Points points = 0;       // after refunds
  int64_t at_ms = 0;       // of its fact
  int64_t changed_ms = 0;  // of the last refund that changed it, or at_ms
  int64_t activates_ms = 0, expires_ms = kNever;
};

struct LevelChange {
  int64_t at_ms = 0;
  std::string from, to, reason;  // "reached", "kept", "grace", "ended", "refund"
};

struct Standing {
  std::string level;  // "" when the programme has none
  int64_t since_ms = INT64_MIN, valid_ms = kNever, grace_ms = kNever;
  int64_t next_ms = kNever;  // when time alone may change it
  int64_t measure = 0;       // in the window of now
  std::string next_level;
  int64_t missing = 0;  // to the next level
  std::vector<LevelChange> changes;
};

struct Mission {
  std::string rule;
  std::vector<int64_t> done;  // by task, in the period of now
  bool complete = false;
};
struct Streak {
  std::string rule;
  int64_t days = 0;  // in a row, up to the last signed day
  std::string last_day;
};

struct Replay {
  std::vector<Award> awards;  // with points or without, by (rule, key)
  Standing standing;
  std::vector<Mission> missions;
  std::vector<Streak> streaks;
};

// The most that these awards (by rule and key) may have, whatever the rules say.
using AwardLimits = std::map<std::pair<std::string, std::string>, Points>;

// What a replay asked for on its way, for who shares out caps over all people. How many times it
// asks, and for what, depends on the facts alone; for how much, also on `limits`.
struct Asked {
  const Rule* rule = nullptr;  // one of the replay's
  std::string key;
  int64_t at_ms = 0;
  Points points = 0;  // before the limit of this one
};
struct Left {
  size_t asked = 0;  // its place in the trail
  int64_t at_ms = 0;
  Points most = 0;  // a refund leaves no more of it
};
// What a rule made of one fact, step by step, before budgets of everybody.
struct Explained {
  const Rule* rule = nullptr;
  // Why it gives nothing, a word of the contract's QuotedRule; empty if it gives.
  std::string reason, where;  // `where`: the property that a condition looks at
  Points base = 0, multiplied = 0, capped = 0;
  std::vector<std::optional<int64_t>> percents;  // by multiplier; nothing: does not apply
  struct CapUse {
    Points points = 0;
    int64_t times = 0;
  };
  std::vector<CapUse> used;  // by cap, before; of caps over all people nothing
};
struct Trail {
  std::vector<Asked> asked;  // in the order of time
  std::vector<Left> left;    // of what was given
  std::string explain;       // the key of an order; empty: none
  std::vector<Explained> explained;
};

// `facts` in any order; `rules` hold every version, each with its span; `traits` is an object.
// Facts after `now_ms` do not count. Caps over all people are the caller's: it says what they leave
// by `limits`, and learns by `trail` (may be null) what was asked for.
Replay replay(const Programme& programme, std::span<const Rule> rules, const Levels& levels,
              std::string_view traits, std::vector<Fact> facts, int64_t now_ms,
              const AwardLimits& limits = {}, Trail* trail = nullptr);

}  // namespace perennial::loyalty
