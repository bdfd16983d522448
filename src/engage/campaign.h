// Campaigns as rows: drafts are written, read and removed here; sending changes only their state.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "store/store.h"
#include "value/value.h"

namespace perennial::engage {

inline constexpr size_t kMaxNameBytes = 800;  // 200 characters of four bytes
inline constexpr double kMaxHoldOutPercent = 90;
inline constexpr int64_t kMaxResultDays = 730;
inline constexpr size_t kMaxSaltBytes = 100;
inline constexpr int64_t kDefaultResultDays = 30;

// People in any of the stages, and in any of the cells; an empty list does not restrict, and two
// empty lists are nobody.
struct Audience {
  std::vector<value::Stage> stages;
  std::vector<std::string> cells;
};
Result<Audience> audience_from_json(const Json& json);
Json to_json(const Audience& audience);
std::vector<people::PersonId> members_of(const Audience& audience, const value::Snapshot& snapshot);

Result<double> hold_out_from_json(const Json& json);  // the member hold_out_percent

struct Draft {
  std::string name;
  Audience audience;
  double hold_out_percent = 0;
  std::string subject, text, html;
  int64_t result_days = kDefaultResultDays;
  std::string salt;  // draws the hold-out; campaigns with one salt hold out the same people
};
// CampaignDraft of the contract; fails with kInvalid or kTooLarge, naming the field and, in a
// template, the line.
Result<Draft> draft_from_json(const Json& json);

struct Campaign : Draft {
  std::string id, state, channel;
  bool really_sends = false;
  Instant created_at;
  std::optional<Instant> started_at, finished_at;
  std::map<std::string, int64_t> counts;  // people by verdict
};
Json to_json(const Campaign& campaign);
Json maybe_time(const std::optional<Instant>& t);

Result<Campaign> create_campaign(store::Connection& c, const Draft& draft, Instant now);
Result<Campaign> find_campaign(store::Connection& c, std::string_view id);         // kNotFound
Result<std::vector<Campaign>> list_campaigns(store::Connection& c, size_t limit);  // newest first
// kConflict unless it is a draft.
Result<Campaign> update_campaign(store::Connection& c, std::string_view id, const Draft& draft);
Result<void> delete_campaign(store::Connection& c, std::string_view id);

}  // namespace perennial::engage
