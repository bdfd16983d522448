// Price rules, and what a cart costs a member:
// /v1/loyalty/programmes/{programme}/price-rules* and /coupon-quote of api/openapi.yaml.
#include <algorithm>

#include "loyalty/coupon_quote.h"
#include "loyalty/price_rules.h"
#include "loyalty/service.h"

namespace perennial::loyalty {
namespace {

// Who is in a set is asked again after so long.
constexpr std::chrono::seconds kSetsKept{60};
constexpr size_t kMostSetsKept = 64;

}  // namespace

void Service::add_price_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/price-rules", "loyalty.read", &Service::price_rules);
  add(router, "PUT", one + "/price-rules/{rule}", "loyalty.write", &Service::put_price_rule);
  add(router, "POST", one + "/coupon-quote", "loyalty.read", &Service::quote_a_cart);
}

Result<std::shared_ptr<const std::vector<PersonId>>> Service::people_of_set(
    const std::string& set) {
  {
    std::lock_guard lock(mutex_);
    const auto known = sets_.find(set);
    if (known != sets_.end() && wiring_.clock() < known->second.second + kSetsKept)
      return known->second.first;
  }
  auto people = std::make_shared<std::vector<PersonId>>();
  if (wiring_.resolve_set) *people = TRY(wiring_.resolve_set(set));
  std::ranges::sort(*people);
  std::lock_guard lock(mutex_);
  if (sets_.size() >= kMostSetsKept) sets_.clear();
  sets_[set] = {people, wiring_.clock()};
  return people;
}

// Sets are asked for outside of any transaction: whoever answers reads the database as well. One
// that is gone has nobody in it, so that a checkout goes on.
Result<Service::Prices> Service::prices_now(const Programme& programme) {
  Prices prices;
  prices.rules = TRY(
      wiring_.database.read([&](store::Connection& c) { return list_price_rules(c, programme); }));
  std::erase_if(prices.rules, [&](const PriceRule& rule) {
    return !rule.enabled || !rule.valid.contains(now());
  });
  for (const PriceRule& rule : prices.rules) {
    if (rule.set.empty() || prices.sets.contains(rule.set)) continue;
    if (auto people = people_of_set(rule.set)) prices.sets[rule.set] = *people;
  }
  return prices;
}

Service::Answer Service::price_rules(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const auto rules = TRY(
      wiring_.database.read([&](store::Connection& c) { return list_price_rules(c, programme); }));
  Json items = Json::array();
  for (const PriceRule& rule : rules) items.push_back(to_json(rule));
  return http::json(200, {{"rules", std::move(items)}});
}

Service::Answer Service::put_price_rule(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  Json body = TRY(http::json_body(request));
  body["id"] = request.params.at("rule");
  const PriceRule wanted = TRY(price_rule_from_json(body, programme.zone));
  if (!wanted.set.empty()) TRY(people_of_set(wanted.set));
  const PriceRule saved =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<PriceRule> {
        PriceRule rule = TRY(save_price_rule(c, programme, wanted, now()));
        TRY(access::record(c, request.principal, "loyalty.price_rule", programme.id + "/" + rule.id,
                           {{"revision", rule.revision}}, wiring_.clock()));
        return rule;
      }));
  return http::json(200, to_json(saved));
}

Service::Answer Service::quote_a_cart(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  QuoteOrder order = TRY(quote_from_json(TRY(http::json_body(request))));
  const Prices prices = TRY(prices_now(programme));
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const PersonId person = TRY(people::current_person(c, order.person));
    const auto rules = TRY(rules_for(c, programme, prices.rules, prices.sets, person, now()));
    const Cart full = order.cart;
    const PricedCart priced = price(full, rules);
    order.cart = priced.cart;
    Json json = to_json(TRY(quote_coupons(c, programme, order, now())), order.cart);
    json["prices"] = to_json(priced, full, rules);
    return http::json(200, json);
  });
}

}  // namespace perennial::loyalty
