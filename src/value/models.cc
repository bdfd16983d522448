// The service around all models: the thread that trains, and the routes.
#include "value/churn_desk.h"
#include "value/clv_desk.h"
#include "value/forecast_desk.h"
#include "value/table_csv.h"
#include "value/value.h"

namespace perennial::value {
namespace {

using http::Request;
using http::Response;

constexpr int64_t kMaxOffset = 1'000'000'000;

Response reply(const Result<Json>& json, int status = 200) {
  return json ? http::json(status, *json) : http::problem(json.error());
}

// The routes that every kind of model has.
template <class Desk, class Describe>
void add_desk(http::Router& router, const std::string& kind, Trainer* trainer, Describe describe,
              Desk& desk) {
  const std::string path = "/v1/value/" + kind;
  router.add({.method = "GET", .path = path, .right = "insights.read"},
             [describe](const Request&) { return reply(describe()); });
  router.add({.method = "POST", .path = path + "/train", .right = "insights.write"},
             [describe, trainer, kind](const Request&) {
               trainer->ask(kind);
               return reply(describe(), 202);
             });
  router.add({.method = "PUT", .path = path + "/settings", .right = "insights.write"},
             [&desk](const Request& request) {
               return reply([&]() -> Result<Json> {
                 Json body = TRY(parse_json(request.body));
                 return to_json(TRY(desk.change_settings(body, request.principal)));
               }());
             });
  router.add({.method = "GET", .path = path + "/people", .right = "customers.read"},
             [&desk](const Request& request) {
               return reply([&]() -> Result<Json> {
                 auto offset = TRY(request.query_integer("offset", 0, 0, kMaxOffset));
                 auto limit = TRY(request.query_integer("limit", 50, 1, kMaxRanked));
                 return desk.ranking(static_cast<size_t>(offset), static_cast<size_t>(limit));
               }());
             });
}

}  // namespace

struct Models::Impl {
  explicit Impl(const ModelParts& parts)
      : trainer(parts.clock), clv(parts), churn(parts), forecasts(parts), clock(parts.clock) {}

  Result<Json> churn_json() { return churn.json(trainer.state(std::string(kChurnKind))); }
  Result<Json> clv_json() { return clv.json(trainer.state(std::string(kClvKind))); }

  Trainer trainer;  // its thread uses what follows, and is stopped by ~Models
  ClvDesk clv;
  ChurnDesk churn;
  ForecastDesk forecasts;
  Clock clock;
};

Models::Models(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Models::~Models() { stop(); }

Result<std::unique_ptr<Models>> Models::open(const ModelParts& parts) {
  auto impl = std::make_unique<Impl>(parts);
  TRY(impl->clv.load());
  ClvDesk& clv = impl->clv;
  impl->trainer.add(std::string(kClvKind),
                    {.train = [&clv](std::stop_token stop) { return clv.train(stop); },
                     .due = [&clv](Instant now) { return clv.due(now); }});
  TRY(impl->churn.load());
  ChurnDesk& churn = impl->churn;
  impl->trainer.add(std::string(kChurnKind),
                    {.train = [&churn](std::stop_token stop) { return churn.train(stop); },
                     .due = [&churn](Instant now) { return churn.due(now); }});
  return std::unique_ptr<Models>(new Models(std::move(impl)));
}

void Models::start() { impl_->trainer.start(); }
void Models::stop() { impl_->trainer.stop(); }
void Models::train_asked() { impl_->trainer.run_waiting(); }
void Models::train_due() {
  impl_->trainer.ask_due();
  impl_->trainer.run_waiting();
}

std::optional<Result<std::vector<PersonId>>> Models::resolve_set(std::string_view set) {
  if (auto found = impl_->churn.resolve_set(set)) return found;
  return impl_->clv.resolve_set(set);
}

Result<Json> Models::describe_file(const people::Person& person) {
  return Json{{"clv", TRY(impl_->clv.describe(person.id))},
              {"churn", TRY(impl_->churn.describe(person.id))}};
}

void Models::add_routes(http::Router& router) {
  add_desk(
      router, "clv", &impl_->trainer, [impl = impl_.get()] { return impl->clv_json(); },
      impl_->clv);
  add_desk(
      router, "churn", &impl_->trainer, [impl = impl_.get()] { return impl->churn_json(); },
      impl_->churn);
  router.add(
      {.method = "GET", .path = "/v1/value/forecast", .right = "insights.read"},
      [impl = impl_.get()](const Request& request) {
        return reply([&]() -> Result<Json> {
          auto weeks = TRY(
              request.query_integer("weeks", kForecastWeeks, kMinForecastWeeks, kMaxForecastWeeks));
          return impl->forecasts.json(request.query_or("of", "orders"), static_cast<int>(weeks));
        }());
      });
  router.add({.method = "POST", .path = "/v1/value/churn/table", .right = "insights.write"},
             [impl = impl_.get()](const Request& request) {
               return reply([&]() -> Result<Json> {
                 const Table table =
                     TRY(table_from_csv(request.body, request.query_or("label", "churn"),
                                        request.query_or("positive", "yes")));
                 return churn_card_json(TRY(train_on_table(table, impl->clock())));
               }());
             });
}

}  // namespace perennial::value
