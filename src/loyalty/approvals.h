// What one person alone may not do: it waits until a second person agrees, and is done then.
//
// Adjustments above the programme's limit wait whoever sends them. Everything else by which points
// or their worth are given or taken waits when somebody does it by hand: keys are the shop's own
// systems, whose checkout cannot wait. Only people decide, and never of what they asked for.
#pragma once

#include "loyalty/coupons.h"
#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// Whether a person does it: no key, and not who operates the machine by its command line.
bool by_hand(const http::Principal& who);

// Stored as words.
enum class Matter { kCommand, kGiftCards, kVoidCard, kCodes, kIssue, kClose, kLimit };
std::string_view word_of(Matter what);
std::optional<Matter> matter_from(std::string_view word);

struct Approval {
  std::string id;  // a command's own id, else one that is made
  Matter what = Matter::kCommand;
  std::string payload = "{}";
  Points amount = 0;  // of points; of coupons their worth in minor units
  std::string asked_by, asked_name, state, decided_name;
  Instant asked_at;
  std::optional<Instant> decided_at;
};
// Keeps what is asked for; gives its id.
Result<std::string> ask(store::Connection& c, const Programme& programme, Approval approval,
                        const http::Principal& who, Instant now);
Result<std::optional<Approval>> find_approval(store::Connection& c, const Programme& programme,
                                              std::string_view id);
// The newest of a state, at most `limit`.
Result<std::vector<Approval>> list_approvals(store::Connection& c, const Programme& programme,
                                             std::string_view state, int64_t limit);
// Keeps the decision of what is waiting.
Result<void> decided(store::Connection& c, const Programme& programme, std::string_view id,
                     bool approve, const http::Principal& who, Instant now);

// The points that a command moves, at most; 0 for what gives and takes none by itself.
Result<Points> weight_of(store::Connection& c, const Programme& programme, const Command& command);
// The most that so many codes of a batch take off, in minor units; nothing if there is no limit to
// it. 0 for free shipping.
std::optional<int64_t> worth_of(const CouponBatch& batch, int64_t codes);

}  // namespace perennial::loyalty
