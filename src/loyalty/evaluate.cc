#include "loyalty/evaluate.h"

#include <algorithm>

namespace perennial::loyalty {
namespace {

Points per_money(Points points, int64_t per_minor, Rounding rounding, int64_t amount_minor) {
  if (amount_minor <= 0) return 0;
  int64_t units = amount_minor / per_minor;
  const int64_t rest = amount_minor % per_minor;
  if (rounding == Rounding::kUp && rest > 0) ++units;
  if (rounding == Rounding::kNearest && rest >= per_minor - rest) ++units;
  const __int128 product = static_cast<__int128>(units) * points;
  return product > kMaxPoints ? kMaxPoints : static_cast<Points>(product);
}

bool holds(const Condition& condition, const Json& value) {
  switch (condition.op) {
    case Condition::Op::kExists:
      return !value.is_null();
    case Condition::Op::kEqual:
      return value == condition.value;
    case Condition::Op::kNotEqual:
      return value != condition.value;
    case Condition::Op::kIn:
      return std::ranges::find(condition.value, value) != condition.value.end();
    case Condition::Op::kAtLeast:
      return value.is_number() && value.get<double>() >= condition.value.get<double>();
    case Condition::Op::kAtMost:
      return value.is_number() && value.get<double>() <= condition.value.get<double>();
  }
  return false;
}

constexpr std::string_view kEach = "[]";

Json member_of(const Json& json, std::string_view path) {
  const Json* at = &json;
  while (true) {
    const size_t dot = path.find('.');
    const auto name = path.substr(0, dot);
    if (!at->is_object() || !at->contains(name)) return nullptr;
    at = &(*at)[name];
    if (dot == path.npos) return *at;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

Json Properties::member(std::string_view path) {
  if (!parsed_) {
    auto parsed = parse_json(fact_.properties);
    parsed_ = parsed ? std::move(*parsed) : Json::object();
  }
  return member_of(*parsed_, path);
}

bool Properties::holds_of_list(const Condition& condition, size_t brackets) {
  const Json list = member(std::string_view(condition.property).substr(0, brackets));
  std::string_view rest = std::string_view(condition.property).substr(brackets + kEach.size());
  if (rest.starts_with('.')) rest.remove_prefix(1);
  if (!list.is_array() || list.empty()) return holds(condition, nullptr);
  const auto of = [&](const Json& one) {
    return holds(condition, rest.empty() ? one : member_of(one, rest));
  };
  return condition.op == Condition::Op::kNotEqual ? std::ranges::all_of(list, of)
                                                  : std::ranges::any_of(list, of);
}

bool Properties::hold(const std::vector<Condition>& conditions) {
  return std::ranges::all_of(conditions, [&](const Condition& condition) {
    const size_t brackets = condition.property.find(kEach);
    if (brackets != std::string::npos) return holds_of_list(condition, brackets);
    return holds(condition, member(condition.property));
  });
}

const std::string& currency_of(const Programme& programme, const Rule& rule) {
  return rule.currency.empty() ? programme.currencies.front().code : rule.currency;
}

Points base_points(const Amount& amount, int64_t amount_minor, int64_t items) {
  switch (amount.kind) {
    case Amount::Kind::kFixed:
      return amount.points;
    case Amount::Kind::kPerMoney:
      return per_money(amount.points, amount.per_minor, amount.rounding, amount_minor);
    case Amount::Kind::kPerItem:
      return per_money(amount.points, 1, Rounding::kDown, items);
    case Amount::Kind::kTiered:
      break;
  }
  const Amount::Tier* reached = nullptr;
  for (const auto& tier : amount.tiers) {
    if (amount_minor >= tier.from_minor) reached = &tier;
  }
  if (!reached || amount_minor <= 0) return 0;
  if (reached->per_minor == 0) return reached->points;
  return per_money(reached->points, reached->per_minor, amount.rounding, amount_minor);
}

Points multiplied(Points base, Stacking stacking, std::span<const int64_t> percents) {
  if (percents.empty()) return base;
  __int128 points = base, divisor = 100;
  if (stacking == Stacking::kBest) {
    points *= std::ranges::max(percents);
  } else if (stacking == Stacking::kAdd) {
    int64_t sum = 100;
    for (int64_t percent : percents) sum += percent - 100;
    points *= std::max<int64_t>(0, sum);
  } else {
    divisor = 1;
    for (int64_t percent : percents) {
      points *= percent;
      divisor *= 100;
    }
  }
  points /= divisor;
  return points > kMaxPoints ? kMaxPoints : static_cast<Points>(points);
}

int64_t local_day(const Zone& zone, int64_t at_ms) {
  return std::chrono::floor<std::chrono::days>(zone.to_local(from_millis(at_ms)))
      .time_since_epoch()
      .count();
}

int64_t period_start(const Calendar& calendar, Cap::Every every, int64_t at_ms) {
  switch (every) {
    case Cap::Every::kDay:
      return to_millis(calendar.start_of(Period::kDay, from_millis(at_ms)));
    case Cap::Every::kWeek:
      return to_millis(calendar.start_of(Period::kWeek, from_millis(at_ms)));
    case Cap::Every::kMonth:
      return to_millis(calendar.start_of(Period::kMonth, from_millis(at_ms)));
    case Cap::Every::kTotal:
      break;
  }
  return 0;
}

int64_t day_after(const Zone& zone, int64_t at_ms, int64_t months, int64_t days) {
  using namespace std::chrono;
  const local_days day{std::chrono::days(local_day(zone, at_ms))};
  year_month_day date(day);
  date += std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / last;
  const local_days end = local_days(date) + std::chrono::days(days);
  return to_millis(zone.to_instant(local_time<Millis>(end)));
}

}  // namespace perennial::loyalty
