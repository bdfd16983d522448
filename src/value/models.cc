// The service around all models: the thread that trains, and the routes.
#include "value/churn_desk.h"
#include "value/clv_desk.h"
#include "value/forecast_desk.h"
#include "value/growth_desk.h"
#include "value/health_desk.h"
#include "value/leaving_desk.h"
#include "value/recommender_desk.h"
#include "value/stage_changes.h"
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

// The routes that every kind of model has; a list by rank where the model ranks people one way.
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
  if constexpr (requires { desk.ranking(size_t{0}, size_t{0}); }) {
    router.add({.method = "GET", .path = path + "/people", .right = "customers.read"},
               [&desk](const Request& request) {
                 return reply([&]() -> Result<Json> {
                   auto offset = TRY(request.query_integer("offset", 0, 0, kMaxOffset));
                   auto limit = TRY(request.query_integer("limit", 50, 1, kMaxRanked));
                   return desk.ranking(static_cast<size_t>(offset), static_cast<size_t>(limit));
                 }());
               });
  }
}

}  // namespace

struct Models::Impl {
  explicit Impl(const ModelParts& parts)
      : trainer(parts.clock),
        clv(parts),
        churn(parts),
        health(parts),
        growth(parts),
        leaving(parts, churn, growth),
        recommender(parts),
        forecasts(parts, recommender),
        stages(parts),
        clock(parts.clock) {}

  Result<Json> churn_json() { return churn.json(trainer.state(std::string(kChurnKind))); }
  Result<Json> clv_json() { return clv.json(trainer.state(std::string(kClvKind))); }

  Result<Json> health_json() { return health.json(trainer.state(std::string(kHealthKind))); }
  Result<Json> recommender_json() {
    return recommender.json(trainer.state(std::string(kRecommenderKind)));
  }

  Trainer trainer;  // its thread uses what follows, and is stopped by ~Models
  ClvDesk clv;
  ChurnDesk churn;
  HealthDesk health;
  GrowthDesk growth;
  LeavingDesk leaving;
  RecommenderDesk recommender;
  ForecastDesk forecasts;
  StageDesk stages;
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
  TRY(impl->health.load());
  HealthDesk& health = impl->health;
  impl->trainer.add(std::string(kHealthKind),
                    {.train = [&health](std::stop_token stop) { return health.train(stop); },
                     .due = [&health](Instant now) { return health.due(now); }});
  impl->trainer.add(std::string(kHealthAlertsKind),
                    {.train = [&health](std::stop_token stop) { return health.raise_alerts(stop); },
                     .due = [&health](Instant now) { return health.alerts_due(now); }});
  TRY(impl->recommender.load());
  RecommenderDesk& recommender = impl->recommender;
  impl->trainer.add(
      std::string(kRecommenderKind),
      {.train = [&recommender](std::stop_token stop) { return recommender.train(stop); },
       .due = [&recommender](Instant now) { return recommender.due(now); }});
  impl->trainer.add(
      std::string(kRecommenderNewsKind),
      {.train = [&recommender](std::stop_token stop) { return recommender.follow(stop); },
       .due = [&recommender](Instant now) { return recommender.news(now); }});
  StageDesk& stages = impl->stages;
  impl->trainer.add(std::string(kStageChangesKind),
                    {.train = [&stages](std::stop_token stop) { return stages.look(stop); },
                     .due = [&stages](Instant now) { return stages.due(now); }});
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
  if (auto found = impl_->health.resolve_set(set)) return found;
  if (auto found = impl_->leaving.resolve_set(set)) return found;
  if (auto found = impl_->growth.resolve_set(set)) return found;
  return impl_->clv.resolve_set(set);
}

Result<Json> Models::describe_file(const people::Person& person) {
  Json clv = TRY(impl_->clv.describe(person.id));
  Json churn = TRY(impl_->churn.describe(person.id));
  Json health = TRY(impl_->health.describe(person.id));
  Json growth = TRY(impl_->growth.describe(person.id));
  return Json{{"clv", std::move(clv)},
              {"churn", std::move(churn)},
              {"health", std::move(health)},
              {"growth", std::move(growth)}};
}

Result<std::vector<Json>> Models::describe(std::span<const people::Person> page) {
  return impl_->health.describe(page);
}

Result<std::shared_ptr<const HealthLights>> Models::health_lights() {
  return impl_->health.lights();
}

Result<std::shared_ptr<const GrowthStages>> Models::growth_stages() {
  return impl_->growth.stages();
}

Result<std::vector<std::string>> Models::recommended_names(PersonId person) {
  return impl_->recommender.names(person);
}

Result<std::vector<Suited>> Models::suited(PersonId person, std::span<const std::string> products) {
  return impl_->recommender.suited(person, products);
}

Result<std::optional<std::vector<double>>> Models::lifetime_values(
    std::span<const PersonId> people) {
  return impl_->clv.values_of(people);
}

void Models::add_routes(http::Router& router) {
  add_desk(
      router, "clv", &impl_->trainer, [impl = impl_.get()] { return impl->clv_json(); },
      impl_->clv);
  add_desk(
      router, "churn", &impl_->trainer, [impl = impl_.get()] { return impl->churn_json(); },
      impl_->churn);
  add_desk(
      router, "health", &impl_->trainer, [impl = impl_.get()] { return impl->health_json(); },
      impl_->health);
  add_health_routes(router, impl_->health);
  add_growth_routes(router, impl_->growth);
  add_leaving_routes(router, impl_->leaving);
  add_desk(
      router, "recommendations", &impl_->trainer,
      [impl = impl_.get()] { return impl->recommender_json(); }, impl_->recommender);
  add_recommender_routes(router, impl_->recommender);
  router.add(
      {.method = "GET", .path = "/v1/value/forecast", .right = "insights.read"},
      [impl = impl_.get()](const Request& request) {
        return reply([&]() -> Result<Json> {
          auto weeks = TRY(
              request.query_integer("weeks", kForecastWeeks, kMinForecastWeeks, kMaxForecastWeeks));
          return impl->forecasts.json(request.query_or("of", "orders"), static_cast<int>(weeks));
        }());
      });
  router.add({.method = "GET", .path = "/v1/value/forecast/products", .right = "insights.read"},
             [impl = impl_.get()](const Request&) { return reply(impl->forecasts.products()); });
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
