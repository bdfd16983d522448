// Gift cards and draws: /v1/loyalty/programmes/{programme}/gift-cards*, /draws* and /plays.
#include "loyalty/answers.h"
#include "loyalty/assess.h"
#include "loyalty/draws.h"
#include "loyalty/gift_cards.h"
#include "loyalty/service.h"

namespace perennial::loyalty {

void Service::add_play_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/gift-cards", "loyalty.read", &Service::gift_cards);
  add(router, "POST", one + "/gift-cards", "loyalty.write", &Service::make_gift_cards);
  add(router, "POST", one + "/gift-cards/claim", "loyalty.write", &Service::claim_gift_card);
  add(router, "POST", one + "/gift-cards/void", "loyalty.write", &Service::void_gift_card);
  add(router, "GET", one + "/draws", "loyalty.read", &Service::draws);
  add(router, "PUT", one + "/draws/{draw}", "loyalty.write", &Service::put_draw);
  add(router, "GET", one + "/draws/{draw}/plays", "loyalty.read", &Service::plays);
  add(router, "GET", one + "/draws/{draw}/check", "loyalty.read", &Service::check_a_draw);
  add(router, "POST", one + "/plays", "loyalty.write", &Service::play_a_draw);
}

Service::Answer Service::gift_cards(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const auto batches = TRY(
      wiring_.database.read([&](store::Connection& c) { return list_cards(c, programme, now()); }));
  Json items = Json::array();
  for (const CardBatch& batch : batches) {
    items.push_back({{"name", batch.name},
                     {"currency", batch.currency},
                     {"made", batch.made},
                     {"claimed", batch.claimed},
                     {"voided", batch.voided},
                     {"unclaimed", batch.unclaimed}});
  }
  return http::json(200, {{"batches", std::move(items)}});
}

Service::Answer Service::make_gift_cards(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Json body = TRY(http::json_body(request));
  const CardOrder order = TRY(card_order_from_json(body, programme.zone));
  const Points value =
      order.amount > kMaxPoints / order.count ? kMaxPoints : order.amount * order.count;
  const std::string once = new_code();
  using Codes = std::optional<std::vector<std::string>>;
  const auto codes = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Codes> {
    if (!TRY(alone(c, programme, request.principal, once, value))) return std::nullopt;
    auto made = TRY(make_cards(c, programme, order, now()));
    TRY(access::record(c, request.principal, "loyalty.gift_cards", programme.id,
                       {{"name", order.name}, {"count", order.count}, {"amount", order.amount}},
                       wiring_.clock()));
    return made;
  }));
  if (codes) return http::json(200, {{"codes", *codes}});
  return second_person(programme, Matter::kGiftCards,
                       {{"about", order.name}, {"currency", order.currency}, {"order", body}},
                       value, request.principal);
}

Service::Answer Service::claim_gift_card(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Json body = TRY(http::json_body(request));
  const std::string code = TRY(json_string(body, "code"));
  const PersonId person = TRY(json_integer(body, "person"));
  return answer_of(TRY(wiring_.database.write(
      [&](store::Connection& c) { return claim_card(c, programme, code, person, now()); })));
}

Service::Answer Service::void_gift_card(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string code = TRY(json_string(TRY(http::json_body(request)), "code"));
  if (by_hand(request.principal)) {
    const auto card = TRY(
        wiring_.database.read([&](store::Connection& c) { return card_of(c, programme, code); }));
    if (card && card->state == CardState::kMade && card->amount > programme.approval_limit) {
      return second_person(
          programme, Matter::kVoidCard,
          {{"about", card->name}, {"currency", card->currency}, {"code", card->code}}, card->amount,
          request.principal);
    }
  }
  return answer_of(TRY(wiring_.database.write([&](store::Connection& c) -> Result<CardAnswer> {
    CardAnswer card = TRY(void_card(c, programme, code, now()));
    if (card.done() && !card.repeated) {
      TRY(access::record(c, request.principal, "loyalty.gift_card_void", programme.id,
                         {{"name", card.name}, {"amount", card.amount}}, wiring_.clock()));
    }
    return card;
  })));
}

Service::Answer Service::draws(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    Json items = Json::array();
    for (const Draw& draw : TRY(list_draws(c, programme))) {
      Json one = to_json(draw);
      one["seed"] = TRY(shown_seed(c, programme, draw, now()));
      items.push_back(std::move(one));
    }
    return http::json(200, {{"draws", std::move(items)}});
  });
}

Service::Answer Service::put_draw(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  Json body = TRY(http::json_body(request));
  body["id"] = request.params.at("draw");
  const Draw wanted = TRY(draw_from_json(body, programme.zone));
  const Draw saved = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Draw> {
    Draw draw = TRY(save_draw(c, programme, wanted, now()));
    TRY(access::record(c, request.principal, "loyalty.draw", programme.id + "/" + draw.id,
                       {{"revision", draw.revision}, {"seed_hash", draw.seed_hash}},
                       wiring_.clock()));
    return draw;
  }));
  Json json = to_json(saved);
  json["seed"] = "";
  return http::json(200, json);
}

Service::Answer Service::plays(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const int64_t limit = TRY(request.query_integer("limit", 100, 1, kMaxListed));
  const int64_t offset = TRY(request.query_integer("offset", 0, 0, 1'000'000'000));
  const std::string& draw = request.params.at("draw");
  const auto page = TRY(wiring_.database.read(
      [&](store::Connection& c) { return list_plays(c, programme, draw, offset, limit); }));
  Json items = Json::array();
  for (const Play& one : page.plays) items.push_back(to_json(one));
  return http::json(200, {{"total", page.total}, {"plays", std::move(items)}});
}

Service::Answer Service::check_a_draw(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string& id = request.params.at("draw");
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const auto draw = TRY(find_draw(c, programme, id));
    if (!draw) return fail(Code::kNotFound, "there is no such draw", "draw");
    const auto wrong = TRY(check_draw(c, programme, *draw, now()));
    return http::json(200, {{"plays", draw->plays}, {"wrong", wrong}});
  });
}

Service::Answer Service::play_a_draw(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const PlayOrder order = TRY(play_from_json(TRY(http::json_body(request))));
  return answer_of(TRY(play_one(programme, order)));
}

Result<Play> Service::play_one(const Programme& programme, const PlayOrder& order) {
  return wiring_.database.write([&](store::Connection& c) -> Result<Play> {
    Play one = TRY(play(c, programme, order, now()));
    // Points that were won may count for a level.
    if (one.points > 0 && !one.repeated)
      TRY(assess(c, TRY(terms_of(c, programme)), std::span(&one.person, 1), now()));
    return one;
  });
}

}  // namespace perennial::loyalty
