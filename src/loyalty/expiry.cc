// Expiry days, counted on the calendar of the programme's zone.
#include "loyalty/loyalty.h"

namespace perennial::loyalty {
namespace {

// The latest expiry that is computed: beyond it a lot never expires. 9999-01-01.
constexpr int64_t kEndOfCalendar = 253'370'764'800'000;

int64_t months_of(Expiry::Unit unit) {
  switch (unit) {
    case Expiry::Unit::kMonth:
      return 1;
    case Expiry::Unit::kQuarter:
      return 3;
    case Expiry::Unit::kYear:
      return 12;
    case Expiry::Unit::kDay:
      break;
  }
  return 0;
}

}  // namespace

int64_t expires_at(const Expiry& expiry, const Zone& zone, int64_t earned_ms) {
  if (expiry.kind == Expiry::Kind::kNever) return kNever;
  const auto local = zone.to_local(from_millis(earned_ms));
  const auto day = std::chrono::floor<std::chrono::days>(local);
  std::chrono::local_days end = day + std::chrono::days(expiry.count + 1);
  if (expiry.kind == Expiry::Kind::kEndOf && expiry.unit != Expiry::Unit::kDay) {
    const std::chrono::year_month_day date(day);
    const int64_t months = months_of(expiry.unit);
    const int64_t month =
        static_cast<int>(date.year()) * int64_t{12} + static_cast<unsigned>(date.month()) - 1;
    const int64_t after = (month / months + expiry.count + 1) * months;
    end = std::chrono::local_days(std::chrono::year(static_cast<int>(after / 12)) /
                                  std::chrono::month(static_cast<unsigned>(after % 12) + 1) /
                                  std::chrono::day(1));
  }
  const auto at = to_millis(zone.to_instant(std::chrono::local_time<Millis>(end)));
  return at >= kEndOfCalendar ? kNever : at;
}

}  // namespace perennial::loyalty
