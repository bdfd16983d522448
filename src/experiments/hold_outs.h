// Hold-outs: people whom no campaign reaches and to whom the loyalty programme gives nothing by its
// rules, so that what all of it together does can be seen. Drawn by hash, kept as members with
// their history.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "experiments/outcomes.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::experiments {

inline constexpr double kMaxHoldOutPercent = 90;

struct HoldOut {
  std::string id, name, scope, salt;
  double percent = 0;
  Instant started_at;
  std::optional<Instant> ended_at;
  people::PersonId last_person = 0;  // the highest number of a person when it began
  int64_t members = 0;
};
Json to_json(const HoldOut& hold_out);

struct HoldOutDraft {
  std::string name, scope = "global", salt;
  double percent = 0;
};
// kInvalid or kTooLarge, naming the member. Scopes: global (all others), campaigns, loyalty.
Result<HoldOutDraft> hold_out_from_json(const Json& json);

// Begins at once: draws the members among the people known now.
Result<HoldOut> create_hold_out(store::Connection& c, const HoldOutDraft& draft, Instant now);
Result<HoldOut> find_hold_out(store::Connection& c, std::string_view id);  // kNotFound
Result<std::vector<HoldOut>> list_hold_outs(store::Connection& c);         // newest first
// The same with no members: for who asks often and counts nobody.
Result<std::vector<HoldOut>> list_hold_outs_uncounted(store::Connection& c);
// kConflict when it has ended.
Result<HoldOut> end_hold_out(store::Connection& c, std::string_view id, Instant now);

struct Membership {
  people::PersonId person = 0;
  Instant joined_at;
  std::optional<Instant> left_at;
};
Result<std::vector<Membership>> members_of(store::Connection& c, std::string_view id, size_t offset,
                                           size_t limit);
Result<std::vector<people::PersonId>> member_people(store::Connection& c, std::string_view id);
// The same under the numbers that they have now, ascending.
Result<std::vector<people::PersonId>> current_members(store::Connection& c, std::string_view id);

// The two arms: held out (0) and everybody else who was known when it began (1).
Result<std::shared_ptr<const Exposed>> arms_of(store::Connection& c, const HoldOut& hold_out);

}  // namespace perennial::experiments
