// What actions and channels cost, and the terms by which gains become money.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "store/store.h"

namespace perennial::goals {

// What a cost may be for: "campaign:ID", "experiment:ID", "experiment:ID:ARM", "hold_out:ID",
// "programme:ID", or "acquisition:CHANNEL".
struct CostDraft {
  std::string about, day, note;  // day: a date of the workspace's zone, "2026-03-31"
  int64_t amount_minor = 0;      // above 0
};
// CostDraft of the contract; kInvalid or kTooLarge, naming the member.
Result<CostDraft> cost_from_json(const Json& json, const Calendar& calendar);

struct Cost : CostDraft {
  std::string id;
  Instant created_at;
};
Json to_json(const Cost& cost);

Result<Cost> create_cost(store::Connection& c, const CostDraft& draft, Instant now);
Result<void> delete_cost(store::Connection& c, std::string_view id);  // kNotFound
Result<std::vector<Cost>> list_costs(store::Connection& c, size_t offset, size_t limit);
Result<int64_t> count_costs(store::Connection& c);
using Sums = std::map<std::string, int64_t, std::less<>>;
Result<Sums> costs_by_subject(store::Connection& c);
// Of one subject, on the days that the span has a part of.
Result<int64_t> cost_within(store::Connection& c, const std::string& about, const Span& span,
                            const Calendar& calendar);
// Of acquisition, by month ("2026-03"); and by month and channel, joined by a tab.
Result<Sums> acquisition_by_month(store::Connection& c);
Result<Sums> acquisition_by_channel(store::Connection& c);

// What stays of revenue, and what a message costs.
struct Terms {
  double margin_share = 1;
  int64_t message_cost_per_1000_minor = 0;
  std::string channel_trait = "acquisition_channel";  // that says over which channel somebody came
  bool set = false;                                   // false: nobody has said what the margin is
};
Result<Terms> load_terms(store::Connection& c);
Result<Terms> terms_from_json(const Json& json);
Result<void> save_terms(store::Connection& c, const Terms& terms);
Json to_json(const Terms& terms);

}  // namespace perennial::goals
