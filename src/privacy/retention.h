// How long events are kept, by name: a daily pass at kHour of the workspace's clock takes older
// ones out of the log and writes the timeline anew. Orders and words of consent are not given a
// period: totals and proofs follow from them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "privacy/privacy.h"

namespace perennial::privacy {

inline constexpr size_t kMaxRetentionRules = 200;
inline constexpr int64_t kMaxRetentionDays = 36'500;
inline constexpr int kRetentionHour = 3;  // of the day in the workspace's zone

struct RetentionRule {
  events::Type type = events::Type::kTrack;
  std::string name;
  int64_t days = 0;  // whole days before today that are kept
};
// kInvalid or kTooLarge, naming the member.
Result<std::vector<RetentionRule>> read_retention(const Json& body);
Json to_json(const std::vector<RetentionRule>& rules);

// Has the timeline written anew without what the log has lost, of these people or of anybody (see
// Timeline::forget()). kBusy when the program stops, or the timeline cannot go on for long.
Result<void> forget_in_timeline(const Privacy::Wiring& wiring, std::vector<people::PersonId> people,
                                const std::function<bool()>& stopping);

class Retention {
 public:
  explicit Retention(const Privacy::Wiring& wiring) : wiring_(wiring) {}
  // {"rules", "next_run_at", "last_run"}: RetentionSettings of the contract.
  Result<Json> show();
  Result<Json> save(const http::Request& request);
  // What the pass would take if it ran now, by rule; nothing is taken.
  Result<Json> dry_run(const std::vector<RetentionRule>& rules);
  // Runs the pass if one is due that has not run yet: also one that was missed. True if it ran.
  Result<bool> run_if_due(const std::function<bool()>& stopping);

 private:
  events::Erase what_goes(const RetentionRule& rule) const;
  // The pass that is due, written down; nothing when none is.
  Result<std::optional<Json>> pass_due(const std::vector<RetentionRule>& rules, const Json& kept,
                                       Instant now);
  Instant cut_of(const RetentionRule& rule) const;
  Instant last_due(Instant now) const;
  Instant next_due(Instant now) const;

  const Privacy::Wiring& wiring_;
};

}  // namespace perennial::privacy
