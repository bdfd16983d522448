// Traits of people as values that can be compared, and the comparisons.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "segments/rule.h"

namespace perennial::segments {

// A text, a number, a boolean (the text true or false), or a list of those. A missing trait, null
// and an empty text are no value.
struct TraitValue {
  enum class Kind : uint8_t { kNone, kText, kNumber, kList };
  Kind kind = Kind::kNone;
  std::string text;  // of a number as it was written
  double number = 0;
  std::vector<TraitValue> list;
  std::string key() const;  // equal for equal values
  std::string shown() const;
};

// Reads one property of people: "country", or a trait, nested by dots.
class TraitReader {
 public:
  explicit TraitReader(const std::string& property);
  TraitReader(TraitReader&&) noexcept;
  ~TraitReader();
  TraitValue read(std::string_view country, std::string_view traits);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A date as people write it: an instant, a day, or (for anniversaries) a month and a day. A time
// without a zone is one of the workspace's zone.
struct TraitDate {
  std::optional<Instant> at;  // none without a year
  std::optional<std::chrono::year> year;
  std::chrono::month_day day;
};
std::optional<TraitDate> parse_date(std::string_view text, const Zone& zone);

// Today is the day of the workspace's calendar that `now` is in.
struct Today {
  Calendar calendar;
  std::chrono::sys_days day;  // local
  static Today of(const Calendar& calendar, Instant now);
  Instant ends() const;  // the start of the next day
};

// Whether a value fits. Of a list one element must fit, and for the operators that deny (is_not,
// not_contains, is_not_set) none. A date that cannot be read fits nothing.
bool fits(const TraitValue& value, const TraitTest& test, const Today& today);

}  // namespace perennial::segments
