#include "loyalty/price_rules.h"

#include <algorithm>
#include <array>

#include "loyalty/assess.h"
#include "loyalty/fields.h"
#include "loyalty/held_out.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

using Birthday = PriceRule::Birthday;

constexpr std::array<std::pair<Birthday, std::string_view>, 3> kBirthdays = {
    {{Birthday::kAny, ""}, {Birthday::kDay, "day"}, {Birthday::kMonth, "month"}}};

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<void> read_worth(const Json& json, PriceRule& rule) {
  const std::string kind = TRY(json_string(json, "kind"));
  if (kind != "percent" && kind != "fixed") return bad("is one of percent fixed", "kind");
  rule.kind = kind == "percent" ? PriceRule::Kind::kPercent : PriceRule::Kind::kFixed;
  const std::string_view worth = kind == "percent" ? "percent" : "amount_minor";
  if (!json.contains(worth)) return bad("is needed", std::string(worth));
  if (rule.kind == PriceRule::Kind::kPercent) {
    rule.percent = TRY(read_bounded(json, "percent", 1, 100));
  } else {
    rule.amount_minor = TRY(read_bounded(json, "amount_minor", 1, kMaxPoints));
  }
  return {};
}

Result<void> read_whom(const Json& json, PriceRule& rule) {
  const auto list = [&](const char* field, size_t most) {
    return json.contains(field) && !json[field].is_null() &&
           (!json[field].is_array() || json[field].size() > most);
  };
  if (list("levels", kMaxLevels)) return bad("is a list of at most 50 levels", "levels");
  if (list("people", kMaxPeopleOfRule))
    return bad("is a list of at most 1,000 numbers of people", "people");
  for (const Json& one : json.value("levels", Json::array())) {
    if (!one.is_string()) return bad("is a list of at most 50 levels", "levels");
    rule.levels.push_back(one.get<std::string>());
  }
  for (const Json& one : json.value("people", Json::array())) {
    if (!one.is_number_integer() || one.get<int64_t>() < 1)
      return bad("is a list of at most 1,000 numbers of people", "people");
    rule.people.push_back(one.get<int64_t>());
  }
  rule.set = TRY(read_text(json, "set", kMaxSetBytes, false));
  const std::string word = TRY(json_string_or(json, "birthday", ""));
  const auto birthday =
      std::ranges::find(kBirthdays, word, &std::pair<Birthday, std::string_view>::second);
  if (birthday == kBirthdays.end()) return bad("is day, month or empty", "birthday");
  rule.birthday = birthday->first;
  return {};
}

Result<std::string> birthday_of(store::Connection& c, PersonId person) {
  std::string birthday;
  TRY(people::each_traits_of(c, std::span(&person, 1), [&](PersonId, const std::string& traits) {
    const auto json = parse_json(traits);
    if (json && json->is_object() && json->contains("birthday") && (*json)["birthday"].is_string())
      birthday = (*json)["birthday"].get<std::string>();
  }));
  return birthday;
}

}  // namespace

Result<PriceRule> price_rule_from_json(const Json& json, const Zone& zone) {
  if (!json.is_object()) return bad("a price rule is an object", "");
  PriceRule rule;
  rule.id = TRY(read_word(json, "id"));
  rule.name = TRY(read_name(json, "name"));
  rule.enabled = TRY(json_bool_or(json, "enabled", true));
  TRY(read_worth(json, rule));
  TRY(read_whom(json, rule));
  TRY(read_scope(json, rule));
  rule.valid = TRY(read_validity(json, zone));
  rule.revision = TRY(json_integer_or(json, "revision", 0));
  return rule;
}

Json to_json(const PriceRule& rule) {
  const bool percent = rule.kind == PriceRule::Kind::kPercent;
  Json json = {{"id", rule.id},
               {"name", rule.name},
               {"enabled", rule.enabled},
               {"kind", percent ? "percent" : "fixed"},
               {"levels", rule.levels},
               {"set", rule.set},
               {"people", rule.people},
               {"birthday", std::ranges::find(kBirthdays, rule.birthday,
                                              &std::pair<Birthday, std::string_view>::first)
                                ->second},
               {"from", format_instant(rule.valid.from)},
               {"to", format_instant(rule.valid.to)},
               {"revision", rule.revision}};
  add_scope(json, rule);
  if (percent) {
    json["percent"] = rule.percent;
  } else {
    json["amount_minor"] = rule.amount_minor;
  }
  return json;
}

Result<std::vector<PriceRule>> list_price_rules(store::Connection& c, const Programme& programme) {
  std::vector<PriceRule> rules;
  for (const auto& row : TRY(c.query("SELECT definition, revision FROM loyalty_price_rules WHERE "
                                     "programme = $1 ORDER BY id",
                                     {programme.id}))) {
    rules.push_back(TRY(price_rule_from_json(TRY(parse_json(row.text(0))), programme.zone)));
    rules.back().revision = row.integer(1);
  }
  return rules;
}

Result<PriceRule> save_price_rule(store::Connection& c, const Programme& programme, PriceRule rule,
                                  Instant now) {
  const auto rules = TRY(list_price_rules(c, programme));
  const auto known = std::ranges::find(rules, rule.id, &PriceRule::id);
  if ((known == rules.end() ? 0 : known->revision) != rule.revision) {
    return fail(Code::kConflict, "the price rule was changed meanwhile", "revision",
                "read it again and repeat the change");
  }
  if (known == rules.end() && rules.size() >= kMaxPriceRules)
    return fail(Code::kTooLarge, "there are 200 price rules already", "id");
  const Levels levels = TRY(find_levels(c, programme));
  for (const std::string& level : rule.levels) {
    if (std::ranges::find(levels.levels, level, &Level::code) == levels.levels.end())
      return fail(Code::kNotFound, "the programme has no such level", "levels");
  }
  ++rule.revision;
  TRY(c.execute(
      "INSERT INTO loyalty_price_rules (programme, id, definition, revision, created_ms) VALUES "
      "($1, $2, $3, $4, $5) ON CONFLICT (programme, id) DO UPDATE SET definition = "
      "excluded.definition, revision = excluded.revision",
      {programme.id, rule.id, to_text(to_json(rule)), rule.revision, to_millis(now)}));
  return rule;
}

bool has_birthday(std::string_view birthday, Birthday what, const Zone& zone, Instant now) {
  using namespace std::chrono;
  if (what == Birthday::kAny) return true;
  const size_t at = birthday.size() >= 10 ? 5 : 0;
  if (birthday.size() < at + 5 || birthday[at + 2] != '-') return false;
  const auto number = [&](size_t place) {
    const char tens = birthday[place], ones = birthday[place + 1];
    const bool digits = tens >= '0' && tens <= '9' && ones >= '0' && ones <= '9';
    return digits ? static_cast<unsigned>((tens - '0') * 10 + (ones - '0')) : 0u;
  };
  const year_month_day today(floor<days>(zone.to_local(now)));
  const month born(number(at));
  if (!born.ok() || born != today.month()) return false;
  if (what == Birthday::kMonth) return true;
  const day last = (today.year() / today.month() / std::chrono::last).day();
  return day(number(at + 3)) == today.day() ||
         (born == February && number(at + 3) == 29 && last == day(28) && today.day() == last);
}

Result<std::vector<PriceRule>> rules_for(store::Connection& c, const Programme& programme,
                                         std::span<const PriceRule> rules, const Sets& sets,
                                         PersonId person, Instant now) {
  std::vector<PriceRule> list;
  if (!TRY(held_at(c, std::span(&person, 1), now)).empty()) return list;
  std::optional<std::string> level, birthday;
  for (const PriceRule& rule : rules) {
    if (!rule.enabled || !rule.valid.contains(now)) continue;
    if (!rule.people.empty() && std::ranges::find(rule.people, person) == rule.people.end())
      continue;
    if (!rule.set.empty()) {
      const auto set = sets.find(rule.set);
      if (set == sets.end() || !std::ranges::binary_search(*set->second, person)) continue;
    }
    if (!rule.levels.empty()) {
      if (!level) {
        const auto member = TRY(find_member(c, programme, person));
        const Levels levels = TRY(find_levels(c, programme));
        // Who was not looked at yet is in the lowest.
        level = member && !member->standing.level.empty() ? member->standing.level
                : levels.levels.empty()                   ? ""
                                                          : levels.levels.front().code;
      }
      if (std::ranges::find(rule.levels, *level) == rule.levels.end()) continue;
    }
    if (rule.birthday != Birthday::kAny) {
      if (!birthday) birthday = TRY(birthday_of(c, person));
      if (!has_birthday(*birthday, rule.birthday, programme.zone, now)) continue;
    }
    list.push_back(rule);
  }
  return list;
}

PricedCart price(const Cart& cart, std::span<const PriceRule> rules) {
  PricedCart priced{.cart = cart,
                    .off_minor = std::vector<int64_t>(cart.lines.size()),
                    .rule = std::vector<size_t>(cart.lines.size(), SIZE_MAX)};
  for (size_t i = 0; i < cart.lines.size(); ++i) {
    const CartLine& line = cart.lines[i];
    for (size_t k = 0; k < rules.size(); ++k) {
      if (!covers(rules[k], line)) continue;
      const int64_t off = rules[k].kind == PriceRule::Kind::kPercent
                              ? static_cast<int64_t>(static_cast<__int128>(line.amount_minor) *
                                                     rules[k].percent / 100)
                              : std::min(rules[k].amount_minor, line.amount_minor);
      const bool better = off > priced.off_minor[i] || (off > 0 && off == priced.off_minor[i] &&
                                                        rules[k].id < rules[priced.rule[i]].id);
      if (!better) continue;
      priced.off_minor[i] = off;
      priced.rule[i] = k;
    }
    priced.cart.lines[i].amount_minor -= priced.off_minor[i];
    priced.discount_minor += priced.off_minor[i];
  }
  return priced;
}

Json to_json(const PricedCart& priced, const Cart& before, std::span<const PriceRule> rules) {
  Json lines = Json::array();
  for (size_t i = 0; i < before.lines.size(); ++i) {
    const bool reduced = priced.rule[i] != SIZE_MAX;
    lines.push_back({{"product", before.lines[i].product},
                     {"full_minor", before.lines[i].amount_minor},
                     {"price_minor", priced.cart.lines[i].amount_minor},
                     {"rule", reduced ? rules[priced.rule[i]].id : ""},
                     {"name", reduced ? rules[priced.rule[i]].name : ""}});
  }
  return {{"full_minor", before.amount_minor()},
          {"discount_minor", priced.discount_minor},
          {"lines", lines}};
}

}  // namespace perennial::loyalty
