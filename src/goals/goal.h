// Goals as documents and rows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "store/store.h"

namespace perennial::goals {

inline constexpr size_t kMaxReadEvents = 16;  // of one goal

enum class Measure {
  kRetention,
  kRepurchase,
  kCustomers,
  kNewCustomers,
  kRevenue,
  kCac,
  kNps,            // -100 to 100
  kComplaintRate,  // of the customers of the month (voice.h)
  kLtvCac,         // lifetime value ÷ acquisition cost of the new customers of the month
};
std::string_view measure_name(Measure measure);  // "retention_rate", "repurchase_rate", …
bool is_rate(Measure measure);
bool is_said(Measure measure);  // read from events in which people say something
bool less_is_better(Measure measure);

// Which events is_said() measures read.
struct Reads {
  std::vector<std::string> events;  // none: those of the workspace
  // Of NPS: the property that holds 0 to 10, "": the workspace's; and the property that says what
  // kind of survey it was, with the value that counts ("": every answer does).
  std::string score, kind_property = "kind", kind = "nps";
  bool operator==(const Reads&) const = default;
};

// How the target is said: the number itself, so much above the base (of rates, in their unit: 0.03
// is three points), or so much of the base (0.05 is 5 %).
enum class Aim { kValue, kPoints, kShare };
std::string_view aim_name(Aim aim);  // "value", "points", "share"

struct GoalDraft {
  std::string name, owner;
  Measure measure = Measure::kRetention;
  Aim aim = Aim::kPoints;
  double amount = 0;
  std::optional<double> base;  // else the mean of the kBaseMonths months before
  std::string from, to;        // labels of months, both included: "2026-03"
  Reads reads;
  std::string hold_out;  // the id of the one whose difference stands beside it, or ""
};
// GoalDraft of the contract; kInvalid or kTooLarge, naming the member.
Result<GoalDraft> goal_from_json(const Json& json, const Calendar& calendar);
Json to_json(const GoalDraft& draft);

struct Goal : GoalDraft {
  std::string id;
  Instant created_at;
};
// kTooLarge when there are kMaxGoals.
Result<Goal> create_goal(store::Connection& c, const GoalDraft& draft, Instant now);
Result<Goal> find_goal(store::Connection& c, std::string_view id);  // kNotFound
Result<Goal> update_goal(store::Connection& c, std::string_view id, const GoalDraft& draft);
Result<void> delete_goal(store::Connection& c, std::string_view id);  // kNotFound
Result<std::vector<Goal>> list_goals(store::Connection& c);           // newest first

// The calendar of stored documents is checked when they are made: a month label has one form.
Json parse_stored(const std::string& document);

}  // namespace perennial::goals
