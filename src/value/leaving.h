// Why customers left: what they said, what they complained about, what went wrong before, and what
// the model of churn saw, over those who left in each month.
//
// Somebody has left when no order followed the last one within the horizon of churn risk; it is
// known on that day. Who comes back and leaves again has left twice.
//
// Pure functions of columns and instants, but for read_leaving().
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "timeline/timeline.h"
#include "value/churn.h"
#include "value/health.h"

namespace perennial::value {

inline constexpr int kLeavingMonths = 12;
inline constexpr int kSaidDays = 30;        // before the last order, that what was said counts from
inline constexpr int kTroubleDays = 90;     // before the last order, that trouble counts from
inline constexpr size_t kMaxReasons = 200;  // told apart; the rest is kOtherReason
inline constexpr std::string_view kOtherReason = "(other)";

struct LeavingSettings {
  std::vector<std::string> exit_events = {"Subscription Cancelled", "Account Closed",
                                          "Exit Survey Answered"};
  std::string reason_property = "reason";
  std::string cause_property = "cause";  // of a complaint
};
Json to_json(const LeavingSettings& settings);
Result<LeavingSettings> leaving_settings_from_json(const Json& json);

struct Leaver {
  PersonId person = 0;
  Instant last_order, known_at;
};
// Who left within `span`, by person, then time.
std::vector<Leaver> leavers(const OrderBook& book, Span span, int horizon_days);

// From where a reason is known, the surest first.
enum class Known : uint8_t { kSaid, kComplaint, kTrouble, kModel };
inline constexpr size_t kKnown = 4;
std::string_view known_name(Known known);  // "said", "complaint", "trouble", "model"

struct Why {
  Known known = Known::kSaid;
  std::string reason;  // words of the event; of kTrouble and kModel words of ours
  auto operator<=>(const Why&) const = default;
};
// One row a leaver, in their order: each reason once.
using Whys = std::vector<std::vector<Why>>;

// What the events say; one pass over the timeline. "low_score", "payment_failed" and "refund" are
// trouble.
Result<Whys> read_leaving(timeline::Timeline& timeline, const std::vector<Leaver>& leavers,
                          const LeavingSettings& settings, const HealthEvents& events);
// The column that raised the risk most, half a horizon after the last order.
Result<Whys> model_whys(const ChurnModel& model, const OrderBook& book,
                        const std::vector<Leaver>& leavers);

struct LeavingRow {
  Why why;
  std::string key;                // for the set of people behind it
  std::vector<int64_t> by_month;  // people
  int64_t people = 0;
};
struct LeavingTable {
  std::vector<std::string> months;   // labels, oldest first
  std::vector<int64_t> left;         // of each month
  int64_t total = 0, explained = 0;  // people; with a reason that is not the model's
  std::vector<LeavingRow> rows;      // by source, the most frequent first
};
// How long after the registration somebody placed their last order.
enum class Tenure : uint8_t { kEarly, kMiddle, kLate };
inline constexpr size_t kTenures = 3;
inline constexpr int kEarlyDays = 30;         // up to
inline constexpr int kMiddleDays = 183;       // up to; later ones are late
std::string_view tenure_name(Tenure tenure);  // "early", "middle", "late"
std::optional<Tenure> parse_tenure(std::string_view word);
Tenure tenure_of(Instant registered, Instant last_order);
// One a leaver: by `registered` of the people in `known` (ascending), of others by their first
// order.
std::vector<Tenure> tenures_of(const std::vector<Leaver>& leavers, const OrderBook& book,
                               const GrowthStages& known);

LeavingTable count_leaving(const std::vector<Leaver>& leavers, const Whys& whys,
                           const std::vector<Span>& months, std::vector<std::string> labels);
std::string key_of(const Why& why);

}  // namespace perennial::value
