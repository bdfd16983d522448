// Webhooks: /v1/webhooks* of api/openapi.yaml.
#include "webhooks/reach.h"
#include "webhooks/service.h"

namespace perennial::webhooks {
namespace {

constexpr int64_t kMaxListed = 100;

std::unexpected<Error> no_webhook() {
  return fail(Code::kNotFound, "there is no such webhook", "webhook");
}

}  // namespace

void Service::add(http::Router& router, std::string method, std::string path, Handler handler) {
  router.add({.method = std::move(method),
              .path = "/v1/webhooks" + std::move(path),
              .right = "settings.write"},
             [this, handler](const http::Request& request) {
               auto answer = (this->*handler)(request);
               return answer ? std::move(*answer) : http::problem(answer.error());
             });
}

void Service::add_routes(http::Router& router) {
  add(router, "GET", "", &Service::list);
  add(router, "POST", "", &Service::create);
  add(router, "PUT", "/{webhook}", &Service::change);
  add(router, "DELETE", "/{webhook}", &Service::remove);
  add(router, "POST", "/{webhook}/test", &Service::test);
  add(router, "POST", "/{webhook}/secret", &Service::renew);
  add(router, "GET", "/{webhook}/deliveries", &Service::deliveries);
  add(router, "POST", "/{webhook}/deliveries/{delivery}/again", &Service::again);
}

Service::Answered Service::list(const http::Request&) {
  const auto hooks = TRY(wiring_.database.read(list_webhooks));
  Json items = Json::array();
  for (const Webhook& hook : hooks) items.push_back(to_json(hook));
  return http::json(200, {{"webhooks", std::move(items)},
                          {"reach", wiring_.reach == Reach::kAny ? "any" : "public"}});
}

Service::Answered Service::create(const http::Request& request) {
  const Webhook wanted = TRY(webhook_from_json(TRY(http::json_body(request)), wiring_.reach));
  const Webhook made = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Webhook> {
    Webhook hook = TRY(save_webhook(c, wanted, wiring_.log.last_seq(), wiring_.clock()));
    TRY(access::record(c, request.principal, "webhook.create", hook.id,
                       {{"name", hook.name}, {"host", host_of(hook.url)}}, wiring_.clock()));
    return hook;
  }));
  wake();
  return http::json(201, with_secret(made));
}

Service::Answered Service::change(const http::Request& request) {
  Webhook wanted = TRY(webhook_from_json(TRY(http::json_body(request)), wiring_.reach));
  wanted.id = request.params.at("webhook");
  const Webhook saved = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Webhook> {
    Webhook hook = TRY(save_webhook(c, wanted, wiring_.log.last_seq(), wiring_.clock()));
    TRY(access::record(
        c, request.principal, "webhook.update", hook.id,
        {{"name", hook.name}, {"host", host_of(hook.url)}, {"enabled", hook.enabled}},
        wiring_.clock()));
    return hook;
  }));
  wake();
  return http::json(200, to_json(saved));
}

Service::Answered Service::remove(const http::Request& request) {
  const std::string& id = request.params.at("webhook");
  const bool removed = TRY(wiring_.database.write([&](store::Connection& c) -> Result<bool> {
    const bool found = TRY(delete_webhook(c, id));
    if (found)
      TRY(access::record(c, request.principal, "webhook.delete", id, Json::object(),
                         wiring_.clock()));
    return found;
  }));
  if (!removed) return no_webhook();
  return http::Response{.status = 204};
}

Service::Answered Service::test(const http::Request& request) {
  const std::string& id = request.params.at("webhook");
  const auto made =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<std::optional<Delivery>> {
        const auto hook = TRY(find_webhook(c, id));
        if (!hook) return std::nullopt;
        if (!hook->enabled) return fail(Code::kConflict, "the webhook is switched off", "webhook");
        return TRY(add_test(c, *hook, wiring_.clock()));
      }));
  if (!made) return no_webhook();
  wake();
  return http::json(202, to_json(*made));
}

Service::Answered Service::renew(const http::Request& request) {
  const std::string& id = request.params.at("webhook");
  const Webhook hook = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Webhook> {
    Webhook renewed = TRY(renew_secret(c, id, wiring_.clock()));
    TRY(access::record(c, request.principal, "webhook.secret", id, {{"number", renewed.secrets}},
                       wiring_.clock()));
    return renewed;
  }));
  return http::json(200, with_secret(hook));
}

Service::Answered Service::deliveries(const http::Request& request) {
  const std::string& id = request.params.at("webhook");
  const int64_t limit = TRY(request.query_integer("limit", 20, 1, kMaxListed));
  const int64_t offset = TRY(request.query_integer("offset", 0, 0, 1'000'000'000));
  const std::string word = request.query_or("state", "");
  const auto state = delivery_state(word);
  if (!word.empty() && !state)
    return fail(Code::kInvalid, "is one of waiting delivered given_up", "state");
  return wiring_.database.read([&](store::Connection& c) -> Answered {
    if (!TRY(find_webhook(c, id))) return no_webhook();
    const auto page = TRY(list_deliveries(c, id, state, offset, limit));
    Json items = Json::array();
    for (const Delivery& one : page.deliveries) items.push_back(to_json(one));
    return http::json(200, {{"total", page.total}, {"deliveries", std::move(items)}});
  });
}

Service::Answered Service::again(const http::Request& request) {
  const std::string& id = request.params.at("webhook");
  const std::string& delivery = request.params.at("delivery");
  const auto made = TRY(wiring_.database.write(
      [&](store::Connection& c) { return redeliver(c, id, delivery, wiring_.clock()); }));
  if (!made) return fail(Code::kNotFound, "there is no such delivery", "delivery");
  wake();
  return http::json(200, to_json(*made));
}

}  // namespace perennial::webhooks
