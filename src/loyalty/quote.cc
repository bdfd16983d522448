// Each rule says of itself what it makes of the order (replay.h); here that meets what it gives
// after budgets of everybody, is spread over the lines of the cart, and becomes JSON.
#include "loyalty/quote.h"

#include <algorithm>
#include <numeric>

#include "base/money.h"
#include "loyalty/budgets.h"
#include "loyalty/evaluate.h"

namespace perennial::loyalty {
namespace {

constexpr size_t kMaxLines = 200;  // of a cart, that are explained
constexpr std::string_view kListMark = "[]";

Json time_or_null(int64_t ms) {
  return ms == kNever ? Json() : Json(format_instant(from_millis(ms)));
}

// ---- lines

struct Line {
  std::string product;
  int64_t amount_minor = 0;
  Json properties;  // those of the cart, with this line alone
};

std::string text_of(const Json& line, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (line.contains(name) && line[name].is_string()) return line[name];
    if (line.contains(name) && line[name].is_number()) return to_text(line[name]);
  }
  return "";
}

// Price times quantity in minor units; 0 if the line does not say.
int64_t amount_of(const Json& line) {
  const auto price = parse_decimal(text_of(line, {"price", "amount"}));
  if (!price) return 0;
  const auto quantity = parse_decimal(text_of(line, {"quantity"}));
  constexpr int64_t kUnit = 1'000'000;  // of a decimal
  const __int128 scaled =
      static_cast<__int128>(price->scaled) * (quantity ? quantity->scaled : kUnit) / kUnit;
  const __int128 minor = scaled / (kUnit / 100);
  return minor < 0 || minor > kMaxPoints ? 0 : static_cast<int64_t>(minor);
}

std::vector<Line> lines_of(const Fact& cart) {
  std::vector<Line> lines;
  const auto properties = parse_json(cart.properties);
  if (!properties || !properties->is_object() || !properties->contains("products")) return lines;
  const Json& products = (*properties)["products"];
  if (!products.is_array()) return lines;
  for (const Json& one : products) {
    if (lines.size() == kMaxLines) break;
    if (!one.is_object()) continue;
    Line line{.product = text_of(one, {"product_id", "sku", "name"}),
              .amount_minor = amount_of(one),
              .properties = *properties};
    line.properties["products"] = Json::array({one});
    lines.push_back(std::move(line));
  }
  return lines;
}

// Whether the line alone is what the rule's conditions on lines look for.
bool is_wanted(const Rule& rule, const Line& line) {
  Fact alone;
  alone.properties = to_text(line.properties);
  Properties properties(alone);
  return std::ranges::all_of(rule.when, [&](const Condition& condition) {
    return !condition.property.contains(kListMark) || properties.hold({condition});
  });
}

Json lines_json(const Rule& rule, const std::vector<Line>& lines, Points points) {
  std::vector<int64_t> amounts;
  for (const Line& line : lines) amounts.push_back(line.amount_minor);
  const auto parts = spread(points, amounts);
  Json rows = Json::array();
  for (size_t i = 0; i < lines.size(); ++i) {
    rows.push_back({{"line", i},
                    {"product", lines[i].product},
                    {"amount_minor", lines[i].amount_minor},
                    {"wanted", is_wanted(rule, lines[i])},
                    {"points", parts[i]}});
  }
  return rows;
}

// ---- rules

Json caps_json(const Explained& one, const Json& terms) {
  Json caps = Json::array();
  for (size_t i = 0; i < one.rule->caps.size(); ++i) {
    const Cap& cap = one.rule->caps[i];
    Json json = terms["caps"][i];
    // What everybody has used together is told by `cut_by` alone.
    json["points_left"] = cap.points && !cap.everybody
                              ? Json(std::max<Points>(0, *cap.points - one.used[i].points))
                              : Json();
    json["times_left"] = cap.times && !cap.everybody
                             ? Json(std::max<int64_t>(0, *cap.times - one.used[i].times))
                             : Json();
    caps.push_back(std::move(json));
  }
  return caps;
}

Json multipliers_json(const Explained& one, const Json& terms) {
  Json multipliers = Json::array();
  for (size_t i = 0; i < one.percents.size(); ++i) {
    Json json = terms["multipliers"][i];
    json["applies"] = one.percents[i].has_value();
    if (one.percents[i]) json["percent"] = *one.percents[i];
    multipliers.push_back(std::move(json));
  }
  return multipliers;
}

Json rule_json(const Programme& programme, const Explained& one, Points points) {
  const Rule& rule = *one.rule;
  const Json terms = to_json(rule);
  std::string reason = one.reason;
  if (reason.empty() && points == 0) reason = "budget_used_up";
  std::string cut_by;
  if (one.reason.empty() && one.capped < one.multiplied) cut_by = "cap";
  if (one.reason.empty() && points < one.capped) cut_by = "budget";
  return {{"rule", rule.id},
          {"name", rule.name},
          {"version", rule.version},
          {"currency", currency_of(programme, rule)},
          {"points", points},
          {"reason", reason},
          {"where", one.where},
          {"from", rule.from_ms == INT64_MIN ? Json() : time_or_null(rule.from_ms)},
          {"amount", terms["amount"]},
          {"base", one.base},
          {"multipliers", multipliers_json(one, terms)},
          {"stacking", terms["stacking"]},
          {"multiplied", one.multiplied},
          {"caps", caps_json(one, terms)},
          {"cut_by", cut_by}};
}

struct Earned {
  Json earns = Json::array(), nothing = Json::array();
};

Earned earned(const Terms& terms, const std::vector<Explained>& explained, const Replay& with,
              const Fact& cart) {
  Earned earned;
  const auto lines = lines_of(cart);
  std::map<std::string, const Explained*> by_rule;
  // A version that is to come is told of only where none is there yet.
  for (const Explained& one : explained) {
    const Explained*& known = by_rule[one.rule->id];
    if (!known || known->reason == "not_yet") known = &one;
  }
  for (const auto& [id, one] : by_rule) {
    const auto award = std::ranges::find_if(
        with.awards, [&](const Award& award) { return award.key == cart.key && award.rule == id; });
    if (award == with.awards.end() || award->points == 0) {
      earned.nothing.push_back(rule_json(terms.programme, *one, 0));
      continue;
    }
    Json json = rule_json(terms.programme, *one, award->points);
    json["activates_at"] = format_instant(from_millis(award->activates_ms));
    json["expires_at"] = time_or_null(award->expires_ms);
    json["lines"] = lines_json(*one->rule, lines, award->points);
    earned.earns.push_back(std::move(json));
  }
  return earned;
}

// ---- spending

// The lots that would pay, in the order in which they are spent.
Json lots_json(const Statement& has, Points points) {
  Json lots = Json::array();
  for (const OpenLot& lot : has.lots) {
    if (points == 0) break;
    if (!lot.active || lot.open == 0) continue;
    const Points taken = std::min(points, lot.open);
    points -= taken;
    lots.push_back({{"lot", lot.id},
                    {"points", taken},
                    {"left", lot.open - taken},
                    {"earned_at", format_instant(lot.earned_at)},
                    {"expires_at", lot.expires_at ? Json(format_instant(*lot.expires_at)) : Json()},
                    {"order", lot.order},
                    {"rule", lot.rule}});
  }
  return lots;
}

Json spend_json(const Currency& currency, const Statement& has, int64_t amount_minor) {
  // Whole steps of spend_points, within what the person has and what the cart allows.
  const __int128 payable = static_cast<__int128>(amount_minor) * currency.spend_max_percent / 100;
  const auto most = static_cast<int64_t>(payable / currency.spend_minor);
  const int64_t own = has.balance.available / currency.spend_points;
  const int64_t steps = std::min(most, own);
  std::string_view bound = own < most ? "balance" : "cart";
  if (steps == 0) bound = most == 0 ? "cart_too_small" : "too_few_points";
  return {{"currency", currency.code},
          {"available", has.balance.available},
          {"points", steps * currency.spend_points},
          {"pays_minor", steps * currency.spend_minor},
          {"step_points", currency.spend_points},
          {"step_minor", currency.spend_minor},
          {"max_percent", currency.spend_max_percent},
          {"bound", bound},
          {"lots", lots_json(has, steps * currency.spend_points)}};
}

}  // namespace

std::vector<Points> spread(Points points, std::span<const int64_t> amounts) {
  std::vector<Points> parts(amounts.size());
  __int128 sum = 0;
  for (int64_t amount : amounts) sum += amount;
  std::vector<std::pair<__int128, size_t>> remainders;
  Points left = points;
  for (size_t i = 0; i < amounts.size(); ++i) {
    const __int128 weight = sum == 0 ? 1 : amounts[i];
    const __int128 whole = sum == 0 ? static_cast<__int128>(amounts.size()) : sum;
    const __int128 share = weight * points;
    parts[i] = static_cast<Points>(share / whole);
    left -= parts[i];
    remainders.emplace_back(-(share % whole), i);
  }
  std::ranges::sort(remainders);
  for (const auto& [remainder, i] : remainders) {
    if (left-- <= 0) break;
    ++parts[i];
  }
  return parts;
}

Result<Json> quote(store::Connection& c, const Terms& terms, const Known& known, const Fact& cart,
                   Instant now) {
  std::vector<Explained> explained;
  const Replay with = TRY(replay_of_quote(c, terms, known, now, &explained));
  Earned found = earned(terms, explained, with, cart);
  Json spends = Json::array();
  for (const Currency& currency : terms.programme.currencies) {
    if (!currency.spendable || currency.spend_minor == 0) continue;
    const auto has = TRY(balance_now(c, terms.programme, currency, known.person, now));
    spends.push_back(spend_json(currency, has, cart.amount_minor));
  }
  const auto level = std::ranges::find(terms.levels.levels, with.standing.level, &Level::code);
  return Json{
      {"earns", std::move(found.earns)},
      {"nothing", std::move(found.nothing)},
      {"spends", std::move(spends)},
      {"level", with.standing.level},
      {"privileges", level == terms.levels.levels.end() ? Json::object() : level->privileges},
      {"next_level", with.standing.next_level},
      {"missing_after", with.standing.missing}};
}

}  // namespace perennial::loyalty
