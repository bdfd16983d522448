#include "segments/trait.h"

#include <algorithm>
#include <charconv>

#include <simdjson.h>

namespace perennial::segments {
namespace {

using timeline::Test;
using Kind = TraitValue::Kind;
using Op = TraitTest::Op;
namespace chrono = std::chrono;

constexpr size_t kMaxListElements = 1'000;  // of a trait; those behind are not looked at

bool denies(Test::Op op) {
  return op == Test::Op::kIsNot || op == Test::Op::kNotContains || op == Test::Op::kIsNotSet;
}

// What the positive form of an operator says of one value that is there.
bool fits_one(const TraitValue& value, const Test& test) {
  const bool is_number = value.kind == Kind::kNumber;
  const auto some_text = [&](auto fits) {
    return !is_number && std::ranges::any_of(test.texts, fits);
  };
  switch (test.op) {
    case Test::Op::kIs:
    case Test::Op::kIsNot:
      if (is_number) return std::ranges::count(test.numbers, value.number) != 0;
      return std::ranges::count(test.texts, value.text) != 0;
    case Test::Op::kContains:
    case Test::Op::kNotContains:
      return some_text([&](const std::string& text) { return value.text.contains(text); });
    case Test::Op::kStartsWith:
      return some_text([&](const std::string& text) { return value.text.starts_with(text); });
    case Test::Op::kLess:
      return is_number && value.number < test.numbers[0];
    case Test::Op::kAtMost:
      return is_number && value.number <= test.numbers[0];
    case Test::Op::kGreater:
      return is_number && value.number > test.numbers[0];
    case Test::Op::kAtLeast:
      return is_number && value.number >= test.numbers[0];
    case Test::Op::kBetween:
      return is_number && test.numbers[0] <= value.number && value.number < test.numbers[1];
    case Test::Op::kIsSet:
    case Test::Op::kIsNotSet:
      return true;
  }
  return false;
}

bool some_fits(const TraitValue& value, const auto& one) {
  if (value.kind == Kind::kNone) return false;
  if (value.kind == Kind::kList) return std::ranges::any_of(value.list, one);
  return one(value);
}

bool has_all(const TraitValue& value, const Test& test) {
  const auto holds = [&](auto equals) { return some_fits(value, equals); };
  return std::ranges::all_of(test.texts,
                             [&](const std::string& text) {
                               return holds([&](const TraitValue& one) {
                                 return one.kind == Kind::kText && one.text == text;
                               });
                             }) &&
         std::ranges::all_of(test.numbers, [&](double number) {
           return holds([&](const TraitValue& one) {
             return one.kind == Kind::kNumber && one.number == number;
           });
         });
}

chrono::sys_days in_year(chrono::year year, chrono::month_day day) {
  const chrono::year_month_day date{year, day.month(), day.day()};
  // The 29th of February is kept on the 28th in other years.
  return date.ok() ? chrono::sys_days{date} : chrono::sys_days{year / day.month() / chrono::last};
}

bool fits_date(const TraitDate& date, const TraitTest& test, const Today& today) {
  if (test.op == Op::kAnniversaryWithinNext) {
    const chrono::year_month_day now{today.day};
    auto next = in_year(now.year(), date.day);
    if (next < today.day) next = in_year(now.year() + chrono::years(1), date.day);
    return next - today.day < chrono::days(test.days);
  }
  if (!date.at) return false;
  if (test.op == Op::kBefore) return *date.at < test.at;
  if (test.op == Op::kOnOrAfter) return *date.at >= test.at;
  const chrono::days ahead = in_year(*date.year, date.day) - today.day;
  const chrono::days reach(test.days);
  if (test.op == Op::kWithinLast) return ahead <= chrono::days(0) && ahead > -reach;
  if (test.op == Op::kWithinNext) return ahead >= chrono::days(0) && ahead < reach;
  return ahead <= -reach;  // more than ago
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

TraitValue value_of(simdjson::dom::element element, bool in_list) {
  TraitValue value;
  std::string_view text;
  bool flag = false;
  double number = 0;
  simdjson::dom::array array;
  if (element.get(text) == simdjson::SUCCESS) {
    if (text.empty()) return value;
    value.kind = Kind::kText;
    value.text = text;
  } else if (element.get(flag) == simdjson::SUCCESS) {
    value.kind = Kind::kText;
    value.text = flag ? "true" : "false";
  } else if (element.get(number) == simdjson::SUCCESS) {
    value.kind = Kind::kNumber;
    value.text = simdjson::minify(element);
    value.number = number;
  } else if (!in_list && element.get(array) == simdjson::SUCCESS) {
    for (simdjson::dom::element one : array) {
      if (value.list.size() == kMaxListElements) break;
      TraitValue part = value_of(one, true);
      if (part.kind != Kind::kNone) value.list.push_back(std::move(part));
    }
    if (!value.list.empty()) value.kind = Kind::kList;
  }
  return value;
}

}  // namespace

std::string TraitValue::key() const {
  switch (kind) {
    case Kind::kNone:
      return "";
    case Kind::kText:
      return "t" + text;
    case Kind::kNumber:
      return "n" + text;
    case Kind::kList:
      break;
  }
  std::string out = "l";
  for (const TraitValue& one : list) {
    const std::string part = one.key();
    out += std::to_string(part.size()) + ":" + part;
  }
  return out;
}

std::string TraitValue::shown() const {
  if (kind != Kind::kList) return text;
  std::string out;
  for (const TraitValue& one : list) out += (out.empty() ? "" : ", ") + one.text;
  return out;
}

struct TraitReader::Impl {
  std::string whole;
  std::vector<std::string> parts;
  bool country = false;
  simdjson::dom::parser parser;
};

TraitReader::TraitReader(const std::string& property) : impl_(std::make_unique<Impl>()) {
  impl_->whole = property;
  impl_->country = property == insight::kCountryProperty;
  for (size_t at = 0; at <= property.size();) {
    const size_t dot = std::min(property.find('.', at), property.size());
    impl_->parts.push_back(property.substr(at, dot - at));
    at = dot + 1;
  }
}
TraitReader::TraitReader(TraitReader&&) noexcept = default;
TraitReader::~TraitReader() = default;

TraitValue TraitReader::read(std::string_view country, std::string_view traits) {
  TraitValue value;
  if (impl_->country) {
    if (country.empty()) return value;
    value.kind = Kind::kText;
    value.text = country;
    return value;
  }
  simdjson::dom::element root, found;
  if (impl_->parser.parse(traits.data(), traits.size()).get(root) != simdjson::SUCCESS)
    return value;
  if (root[impl_->whole].get(found) == simdjson::SUCCESS) return value_of(found, false);
  for (const std::string& part : impl_->parts) {
    if (root[part].get(found) != simdjson::SUCCESS) return value;
    root = found;
  }
  return value_of(root, false);
}

std::optional<TraitDate> parse_date(std::string_view text, const Zone& zone) {
  // A month and a day: "05-17", or "--05-17" as vCards write it.
  std::string_view rest = text.starts_with("--") ? text.substr(2) : text;
  if (rest.size() == 5 && rest[2] == '-') {
    const auto month = digits(rest.substr(0, 2)), day = digits(rest.substr(3));
    if (!month || !day) return std::nullopt;
    const chrono::month_day date{chrono::month(static_cast<unsigned>(*month)),
                                 chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return TraitDate{.at = std::nullopt, .year = std::nullopt, .day = date};
  }
  const auto at = parse_instant(text, zone);
  if (!at) return std::nullopt;
  const auto local = chrono::floor<chrono::days>(zone.to_local(*at));
  const chrono::year_month_day date{local};
  return TraitDate{.at = *at, .year = date.year(), .day = {date.month(), date.day()}};
}

Today Today::of(const Calendar& calendar, Instant now) {
  const auto local = chrono::floor<chrono::days>(calendar.zone.to_local(now));
  return {.calendar = calendar, .day = chrono::sys_days{local.time_since_epoch()}};
}

Instant Today::ends() const {
  const chrono::local_days next{(day + chrono::days(1)).time_since_epoch()};
  return calendar.zone.to_instant(chrono::local_time<Millis>(next));
}

bool fits(const TraitValue& value, const TraitTest& test, const Today& today) {
  if (test.op == Op::kCompare) {
    const bool found =
        some_fits(value, [&](const TraitValue& one) { return fits_one(one, test.test); });
    return denies(test.test.op) ? !found : found;
  }
  if (test.op == Op::kHasAll) return value.kind != Kind::kNone && has_all(value, test.test);
  return some_fits(value, [&](const TraitValue& one) {
    if (one.kind != Kind::kText) return false;
    const auto date = parse_date(one.text, today.calendar.zone);
    return date && fits_date(*date, test, today);
  });
}

}  // namespace perennial::segments
