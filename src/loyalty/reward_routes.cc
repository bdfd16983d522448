// Rewards: /v1/loyalty/programmes/{programme}/rewards* and /redemptions* of api/openapi.yaml.
#include "loyalty/answers.h"
#include "loyalty/rewards.h"
#include "loyalty/service.h"

namespace perennial::loyalty {

void Service::add_reward_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/rewards", "loyalty.read", &Service::rewards);
  add(router, "PUT", one + "/rewards/{reward}", "loyalty.write", &Service::put_reward);
  add(router, "GET", one + "/redemptions", "loyalty.read", &Service::redemptions);
  add(router, "POST", one + "/redemptions", "loyalty.write", &Service::redeem_a_reward);
  add(router, "POST", one + "/redemptions/{redemption}/move", "loyalty.write",
      &Service::move_a_redemption);
}

Service::Answer Service::rewards(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const auto list =
      TRY(wiring_.database.read([&](store::Connection& c) { return list_rewards(c, programme); }));
  Json items = Json::array();
  for (const Reward& reward : list) items.push_back(to_json(reward));
  return http::json(200, {{"rewards", std::move(items)}});
}

Service::Answer Service::put_reward(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  Json body = TRY(http::json_body(request));
  body["id"] = request.params.at("reward");
  const Reward wanted = TRY(reward_from_json(body, programme.zone));
  const Reward saved = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Reward> {
    Reward reward = TRY(save_reward(c, programme, wanted, now()));
    TRY(access::record(c, request.principal, "loyalty.reward", programme.id + "/" + reward.id,
                       {{"revision", reward.revision}}, wiring_.clock()));
    return reward;
  }));
  return http::json(200, to_json(saved));
}

Service::Answer Service::redemptions(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  RedemptionQuery query{.reward = request.query_or("reward", "")};
  query.person = TRY(request.query_integer("person", 0, 0, INT64_MAX));
  query.limit = TRY(request.query_integer("limit", 100, 1, kMaxListed));
  query.offset = TRY(request.query_integer("offset", 0, 0, 1'000'000'000));
  const std::string word = request.query_or("state", "");
  for (int64_t state = 1; state <= static_cast<int64_t>(RedemptionState::kLapsed); ++state) {
    if (state_name(static_cast<RedemptionState>(state)) == word)
      query.state = static_cast<RedemptionState>(state);
  }
  if (!word.empty() && !query.state)
    return fail(Code::kInvalid, "is a state of a redemption", "state");
  const auto page = TRY(wiring_.database.read([&](store::Connection& c) -> Result<RedemptionPage> {
    if (query.person != 0) query.person = TRY(people::current_person(c, query.person));
    return list_redemptions(c, programme, query, now());
  }));
  Json items = Json::array();
  for (const Redemption& one : page.redemptions) items.push_back(to_json(one));
  return http::json(200, {{"total", page.total}, {"redemptions", std::move(items)}});
}

Service::Answer Service::redeem_a_reward(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Redeem wanted = TRY(redeem_from_json(TRY(http::json_body(request))));
  return answer_of(TRY(wiring_.database.write(
      [&](store::Connection& c) { return redeem(c, programme, wanted, now()); })));
}

Service::Answer Service::move_a_redemption(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const auto move = move_from_name(TRY(json_string(TRY(http::json_body(request)), "move")));
  if (!move) return fail(Code::kInvalid, "is one of confirm ship fulfil cancel", "move");
  const std::string& id = request.params.at("redemption");
  return answer_of(TRY(wiring_.database.write([&](store::Connection& c) -> Result<Redemption> {
    Redemption one = TRY(move_redemption(c, programme, id, *move, now()));
    if (one.done() && !one.repeated) {
      TRY(access::record(c, request.principal, "loyalty.redemption", programme.id + "/" + id,
                         {{"state", state_name(one.state)}}, wiring_.clock()));
    }
    return one;
  })));
}

}  // namespace perennial::loyalty
