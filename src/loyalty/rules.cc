#include "loyalty/rules.h"

#include <algorithm>
#include <array>

#include "loyalty/birthday.h"
#include "loyalty/outbox.h"

namespace perennial::loyalty {
namespace {

constexpr size_t kMaxParts = 50;  // conditions, multipliers, caps, tiers, tasks of a rule
constexpr size_t kMaxNameBytes = 200;
constexpr int64_t kMaxPercent = 100'000;
// Their product with the most points still fits 128 bits.
constexpr size_t kMaxMultipliers = 5;

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

template <class T>
using Words = std::span<const std::pair<T, std::string_view>>;

template <class T>
Result<T> one_of(const Json& json, std::string_view field, Words<T> words, std::string preset) {
  const std::string word = TRY(json_string_or(json, field, std::move(preset)));
  for (const auto& [value, name] : words) {
    if (name == word) return value;
  }
  std::string message = "is one of";
  for (const auto& [value, name] : words) message += " " + std::string(name);
  return bad(std::move(message), std::string(field));
}

template <class T>
std::string_view word_of(T value, Words<T> words) {
  for (const auto& [known, name] : words) {
    if (known == value) return name;
  }
  return "";
}

constexpr std::pair<Condition::Op, std::string_view> kOps[] = {
    {Condition::Op::kEqual, "eq"},   {Condition::Op::kNotEqual, "ne"},
    {Condition::Op::kIn, "in"},      {Condition::Op::kAtLeast, "gte"},
    {Condition::Op::kAtMost, "lte"}, {Condition::Op::kExists, "exists"}};
constexpr std::pair<Rounding, std::string_view> kRoundings[] = {
    {Rounding::kDown, "down"}, {Rounding::kNearest, "nearest"}, {Rounding::kUp, "up"}};
constexpr std::pair<Amount::Kind, std::string_view> kAmounts[] = {
    {Amount::Kind::kFixed, "fixed"},
    {Amount::Kind::kPerMoney, "per_money"},
    {Amount::Kind::kPerItem, "per_item"},
    {Amount::Kind::kTiered, "tiered"}};
constexpr std::pair<Multiplier::Kind, std::string_view> kMultipliers[] = {
    {Multiplier::Kind::kBirthdayMonth, "birthday_month"},
    {Multiplier::Kind::kLevel, "level"},
    {Multiplier::Kind::kWindow, "window"},
    {Multiplier::Kind::kFirstOrder, "first_order"},
    {Multiplier::Kind::kTrait, "trait"},
    {Multiplier::Kind::kSegment, "segment"}};
constexpr std::pair<Stacking, std::string_view> kStackings[] = {
    {Stacking::kMultiply, "multiply"}, {Stacking::kAdd, "add"}, {Stacking::kBest, "best"}};
constexpr std::pair<Cap::Every, std::string_view> kEvery[] = {{Cap::Every::kDay, "day"},
                                                              {Cap::Every::kWeek, "week"},
                                                              {Cap::Every::kMonth, "month"},
                                                              {Cap::Every::kTotal, "total"}};
constexpr std::pair<Levels::Measure, std::string_view> kMeasures[] = {
    {Levels::Measure::kPoints, "points"},
    {Levels::Measure::kSpend, "spend"},
    {Levels::Measure::kOrders, "orders"}};
constexpr std::pair<Levels::Window, std::string_view> kWindows[] = {
    {Levels::Window::kTotal, "total"},
    {Levels::Window::kRolling, "rolling"},
    {Levels::Window::kCalendarYear, "calendar_year"},
    {Levels::Window::kAnniversary, "anniversary"}};

Result<int64_t> bounded(const Json& json, std::string_view field, int64_t preset, int64_t low,
                        int64_t high) {
  const int64_t value = TRY(json_integer_or(json, field, preset));
  if (value >= low && value <= high) return value;
  return bad("is between " + std::to_string(low) + " and " + std::to_string(high),
             std::string(field));
}

Result<std::string> short_text(const Json& json, std::string_view field, bool needed) {
  std::string text = needed ? TRY(json_string(json, field)) : TRY(json_string_or(json, field, ""));
  if ((needed && text.empty()) || text.size() > kMaxNameBytes || !is_storable_text(text))
    return bad("is between 1 and 200 bytes long", std::string(field));
  return text;
}

// The list under `field`, each member read by `read`; what is wrong is at "FIELD.INDEX.…".
template <class T, class Read>
Result<std::vector<T>> list_of(const Json& json, std::string_view field, Read read) {
  std::vector<T> list;
  if (!json.contains(field) || json[field].is_null()) return list;
  const Json& members = json[field];
  if (!members.is_array() || members.size() > kMaxParts)
    return bad("is a list of at most 50", std::string(field));
  for (size_t i = 0; i < members.size(); ++i) {
    const std::string place = std::string(field) + "." + std::to_string(i);
    if (!members[i].is_object()) return bad("holds objects", place);
    auto one = read(members[i]);
    if (!one) return bad(one.error().message, place + "." + one.error().where);
    list.push_back(std::move(*one));
  }
  return list;
}

Result<Condition> read_condition(const Json& json) {
  Condition condition;
  condition.property = TRY(short_text(json, "property", true));
  condition.op = TRY(one_of<Condition::Op>(json, "op", kOps, "eq"));
  condition.value = json.contains("value") ? json["value"] : Json();
  const bool number =
      condition.op == Condition::Op::kAtLeast || condition.op == Condition::Op::kAtMost;
  if (number && !condition.value.is_number()) return bad("is a number", "value");
  if (condition.op == Condition::Op::kIn && !condition.value.is_array())
    return bad("is a list", "value");
  return condition;
}

// Money is divided by it, so it is never 0.
Result<int64_t> divisor(const Json& json) {
  const int64_t value = TRY(json_integer(json, "per_minor"));
  if (value == 0) return bad("would divide by zero", "per_minor");
  if (value < 0 || value > kMaxPoints) return bad("is a positive amount of money", "per_minor");
  return value;
}

Result<Amount::Tier> read_tier(const Json& json) {
  Amount::Tier tier;
  tier.from_minor = TRY(bounded(json, "from_minor", 0, 0, kMaxPoints));
  tier.points = TRY(bounded(json, "points", 0, 0, kMaxPoints));
  if (json.contains("per_minor") && !json["per_minor"].is_null())
    tier.per_minor = TRY(divisor(json));
  return tier;
}

Result<Amount> read_amount(const Json& json) {
  if (!json.is_object()) return bad("is an object", "");
  Amount amount;
  amount.kind = TRY(one_of<Amount::Kind>(json, "kind", kAmounts, ""));
  amount.rounding = TRY(one_of<Rounding>(json, "rounding", kRoundings, "down"));
  if (amount.kind == Amount::Kind::kTiered) {
    amount.tiers = TRY(list_of<Amount::Tier>(json, "tiers", read_tier));
    if (amount.tiers.empty()) return bad("needs at least one", "tiers");
    if (!std::ranges::is_sorted(amount.tiers, std::less_equal(), &Amount::Tier::from_minor))
      return bad("ascend by from_minor", "tiers");
    return amount;
  }
  amount.points = TRY(json_integer(json, "points"));
  if (amount.points < 0 || amount.points > kMaxPoints)
    return bad("is between 0 and " + std::to_string(kMaxPoints), "points");
  if (amount.kind == Amount::Kind::kPerMoney) amount.per_minor = TRY(divisor(json));
  return amount;
}

Result<Multiplier> read_multiplier(const Json& json) {
  Multiplier multiplier;
  multiplier.kind = TRY(one_of<Multiplier::Kind>(json, "kind", kMultipliers, ""));
  multiplier.percent = TRY(bounded(json, "percent", 100, 0, kMaxPercent));
  if (multiplier.kind == Multiplier::Kind::kWindow) {
    multiplier.window.from = TRY(parse_instant(TRY(json_string(json, "from"))));
    multiplier.window.to = TRY(parse_instant(TRY(json_string(json, "to"))));
    if (multiplier.window.from >= multiplier.window.to) return bad("is after from", "to");
  }
  multiplier.trait = TRY(short_text(json, "trait", multiplier.kind == Multiplier::Kind::kTrait));
  if (multiplier.kind == Multiplier::Kind::kBirthdayMonth && multiplier.trait.empty())
    multiplier.trait = "birthday";
  if (json.contains("value")) multiplier.value = json["value"];
  multiplier.segment =
      TRY(short_text(json, "segment", multiplier.kind == Multiplier::Kind::kSegment));
  return multiplier;
}

Result<Cap> read_cap(const Json& json) {
  Cap cap;
  if (json.contains("points") && !json["points"].is_null())
    cap.points = TRY(bounded(json, "points", 0, 0, kMaxPoints));
  if (json.contains("times") && !json["times"].is_null())
    cap.times = TRY(bounded(json, "times", 0, 0, kMaxPoints));
  if (!cap.points && !cap.times) return bad("needs points or times", "points");
  cap.every = TRY(one_of<Cap::Every>(json, "every", kEvery, "total"));
  cap.whole_programme = TRY(json_bool_or(json, "whole_programme", false));
  cap.everybody = TRY(json_bool_or(json, "everybody", false));
  return cap;
}

Result<Task> read_task(const Json& json) {
  Task task;
  task.event = TRY(short_text(json, "event", true));
  task.when = TRY(list_of<Condition>(json, "when", read_condition));
  task.times = TRY(bounded(json, "times", 1, 1, 100'000));
  return task;
}

Result<void> read_streak(const Json& json, Rule& rule) {
  rule.streak =
      TRY(list_of<StreakReward>(json, "streak", [](const Json& one) -> Result<StreakReward> {
        StreakReward reward;
        reward.days = TRY(bounded(one, "days", 0, 1, 3'660));
        reward.points = TRY(bounded(one, "points", 0, 0, kMaxPoints));
        return reward;
      }));
  rule.streak_cycle = TRY(bounded(json, "streak_cycle", 0, 0, 3'660));
  for (size_t i = 0; i < rule.streak.size(); ++i) {
    if (rule.streak_cycle > 0 && rule.streak[i].days > rule.streak_cycle)
      return bad("is no longer than the cycle", "streak." + std::to_string(i) + ".days");
  }
  rule.makeup_event = TRY(short_text(json, "makeup_event", false));
  rule.makeups_per_month = TRY(bounded(json, "makeups_per_month", 0, 0, 31));
  return {};
}

Json conditions_json(const std::vector<Condition>& conditions) {
  Json list = Json::array();
  for (const Condition& one : conditions) {
    list.push_back({{"property", one.property},
                    {"op", word_of<Condition::Op>(one.op, kOps)},
                    {"value", one.value}});
  }
  return list;
}

Json amount_json(const Amount& amount) {
  Json json = {{"kind", word_of<Amount::Kind>(amount.kind, kAmounts)},
               {"rounding", word_of<Rounding>(amount.rounding, kRoundings)}};
  if (amount.kind != Amount::Kind::kTiered) json["points"] = amount.points;
  if (amount.kind == Amount::Kind::kPerMoney) json["per_minor"] = amount.per_minor;
  for (const auto& tier : amount.tiers) {
    Json one = {{"from_minor", tier.from_minor}, {"points", tier.points}};
    if (tier.per_minor > 0) one["per_minor"] = tier.per_minor;
    json["tiers"].push_back(std::move(one));
  }
  return json;
}

Json multiplier_json(const Multiplier& multiplier) {
  Json json = {{"kind", word_of<Multiplier::Kind>(multiplier.kind, kMultipliers)},
               {"percent", multiplier.percent}};
  if (multiplier.kind == Multiplier::Kind::kWindow) {
    json["from"] = format_instant(multiplier.window.from);
    json["to"] = format_instant(multiplier.window.to);
  }
  if (!multiplier.trait.empty()) json["trait"] = multiplier.trait;
  if (!multiplier.segment.empty()) json["segment"] = multiplier.segment;
  if (!multiplier.value.is_null()) json["value"] = multiplier.value;
  return json;
}

Json cap_json(const Cap& cap) {
  Json json = {{"every", word_of<Cap::Every>(cap.every, kEvery)},
               {"whole_programme", cap.whole_programme},
               {"everybody", cap.everybody}};
  if (cap.points) json["points"] = *cap.points;
  if (cap.times) json["times"] = *cap.times;
  return json;
}

}  // namespace

Result<Amount> amount_from_json(const Json& json) { return read_amount(json); }
Json to_json(const Amount& amount) { return amount_json(amount); }

Result<Rule> rule_from_json(const Json& json) {
  if (!json.is_object()) return bad("a rule is an object", "");
  if (to_text(json).size() > kMaxRuleBytes)
    return fail(Code::kTooLarge, "a rule is at most 64 KB long");
  Rule rule;
  rule.id = TRY(short_text(json, "id", true));
  rule.name = TRY(short_text(json, "name", true));
  rule.version = TRY(json_integer_or(json, "version", 0));
  rule.enabled = TRY(json_bool_or(json, "enabled", true));
  if (json.contains("from") && !json["from"].is_null())
    rule.from_ms = to_millis(TRY(parse_instant(TRY(json_string(json, "from")))));
  rule.event = TRY(short_text(json, "event", false));
  if (is_told(rule.event))
    return bad("is told by the ledger itself: a rule by it would go round", "event");
  rule.when = TRY(list_of<Condition>(json, "when", read_condition));
  rule.currency = TRY(short_text(json, "currency", false));
  if (!json.contains("amount")) return bad("is missing", "amount");
  auto amount = read_amount(json["amount"]);
  if (!amount) return bad(amount.error().message, "amount." + amount.error().where);
  rule.amount = std::move(*amount);
  rule.multipliers = TRY(list_of<Multiplier>(json, "multipliers", read_multiplier));
  if (rule.multipliers.size() > kMaxMultipliers) return bad("at most 5 multipliers", "multipliers");
  rule.stacking = TRY(one_of<Stacking>(json, "stacking", kStackings, "multiply"));
  rule.caps = TRY(list_of<Cap>(json, "caps", read_cap));
  rule.once_per = TRY(short_text(json, "once_per", false));
  if (json.contains("delay_days") && !json["delay_days"].is_null())
    rule.delay_days = TRY(bounded(json, "delay_days", 0, 0, 3'650));
  if (json.contains("expires_in_days") && !json["expires_in_days"].is_null()) {
    const int64_t days = TRY(bounded(json, "expires_in_days", 0, 0, 10'000));
    rule.expiry = Expiry{.kind = Expiry::Kind::kDays, .unit = Expiry::Unit::kDay, .count = days};
  }
  TRY(read_streak(json, rule));
  rule.tasks = TRY(list_of<Task>(json, "tasks", read_task));
  rule.mission_every = TRY(one_of<Cap::Every>(json, "mission_every", kEvery, "total"));
  if (rule.event.empty() != rule.is_mission())
    return bad("a rule has either an event or tasks", "event");
  return rule;
}

Json to_json(const Rule& rule) {
  Json json = {
      {"id", rule.id},
      {"name", rule.name},
      {"version", rule.version},
      {"enabled", rule.enabled},
      {"from",
       rule.from_ms == INT64_MIN ? Json() : Json(format_instant(from_millis(rule.from_ms)))},
      {"event", rule.event},
      {"when", conditions_json(rule.when)},
      {"currency", rule.currency},
      {"amount", amount_json(rule.amount)},
      {"stacking", word_of<Stacking>(rule.stacking, kStackings)},
      {"once_per", rule.once_per},
      {"multipliers", Json::array()},
      {"caps", Json::array()},
      {"streak", Json::array()},
      {"streak_cycle", rule.streak_cycle},
      {"makeup_event", rule.makeup_event},
      {"makeups_per_month", rule.makeups_per_month},
      {"tasks", Json::array()},
      {"mission_every", word_of<Cap::Every>(rule.mission_every, kEvery)},
      {"delay_days", rule.delay_days ? Json(*rule.delay_days) : Json()},
      {"expires_in_days", rule.expiry ? Json(rule.expiry->count) : Json()}};
  for (const auto& one : rule.multipliers) json["multipliers"].push_back(multiplier_json(one));
  for (const auto& one : rule.caps) json["caps"].push_back(cap_json(one));
  for (const auto& one : rule.streak)
    json["streak"].push_back({{"days", one.days}, {"points", one.points}});
  for (const auto& one : rule.tasks) {
    json["tasks"].push_back(
        {{"event", one.event}, {"when", conditions_json(one.when)}, {"times", one.times}});
  }
  return json;
}

Result<Levels> levels_from_json(const Json& json) {
  if (!json.is_object()) return bad("levels are an object", "");
  Levels levels;
  levels.measure = TRY(one_of<Levels::Measure>(json, "measure", kMeasures, "points"));
  levels.currency = TRY(short_text(json, "currency", false));
  levels.window = TRY(one_of<Levels::Window>(json, "window", kWindows, "rolling"));
  levels.months = TRY(bounded(json, "months", 12, 1, 120));
  levels.validity_months = TRY(bounded(json, "validity_months", 12, 0, 120));
  levels.grace_days = TRY(bounded(json, "grace_days", 0, 0, 366));
  levels.one_step = TRY(json_bool_or(json, "one_step", false));
  levels.revision = TRY(json_integer_or(json, "revision", 0));
  levels.levels = TRY(list_of<Level>(json, "levels", [](const Json& one) -> Result<Level> {
    Level level;
    level.code = TRY(short_text(one, "code", true));
    level.name = TRY(short_text(one, "name", true));
    level.threshold = TRY(bounded(one, "threshold", 0, 0, kMaxPoints));
    level.keep_threshold = TRY(bounded(one, "keep_threshold", -1, -1, kMaxPoints));
    level.multiplier_percent = TRY(bounded(one, "multiplier_percent", 100, 0, kMaxPercent));
    if (one.contains("privileges") && one["privileges"].is_object())
      level.privileges = one["privileges"];
    if (auto gift = birthday_gift_of(level.privileges); !gift)
      return bad(gift.error().message, "privileges." + gift.error().where);
    return level;
  }));
  static_assert(kMaxLevels == kMaxParts);
  for (size_t i = 0; i < levels.levels.size(); ++i) {
    if (i == 0 ? levels.levels[0].threshold != 0
               : levels.levels[i].threshold <= levels.levels[i - 1].threshold)
      return bad("the first is 0, and they ascend", "levels." + std::to_string(i) + ".threshold");
    for (size_t k = 0; k < i; ++k) {
      if (levels.levels[k].code == levels.levels[i].code)
        return bad("two have the same code", "levels." + std::to_string(i) + ".code");
    }
  }
  return levels;
}

Json to_json(const Levels& levels) {
  Json json = {{"measure", word_of<Levels::Measure>(levels.measure, kMeasures)},
               {"currency", levels.currency},
               {"window", word_of<Levels::Window>(levels.window, kWindows)},
               {"months", levels.months},
               {"validity_months", levels.validity_months},
               {"grace_days", levels.grace_days},
               {"one_step", levels.one_step},
               {"revision", levels.revision},
               {"levels", Json::array()}};
  for (const Level& level : levels.levels) {
    json["levels"].push_back({{"code", level.code},
                              {"name", level.name},
                              {"threshold", level.threshold},
                              {"keep_threshold", level.keep_threshold},
                              {"multiplier_percent", level.multiplier_percent},
                              {"privileges", level.privileges}});
  }
  return json;
}

}  // namespace perennial::loyalty
