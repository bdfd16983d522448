// The service around all models: the thread that trains, and the routes.
#include "value/clv_desk.h"
#include "value/value.h"

namespace perennial::value {
namespace {

using http::Request;
using http::Response;

constexpr int64_t kMaxOffset = 1'000'000'000;

Response reply(const Result<Json>& json, int status = 200) {
  return json ? http::json(status, *json) : http::problem(json.error());
}

}  // namespace

struct Models::Impl {
  explicit Impl(const ModelParts& parts) : trainer(parts.clock), clv(parts) {}

  Result<Json> clv_json() { return clv.json(trainer.state(std::string(kClvKind))); }

  Trainer trainer;  // its thread uses what follows, and is stopped by ~Models
  ClvDesk clv;
};

Models::Models(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Models::~Models() { stop(); }

Result<std::unique_ptr<Models>> Models::open(const ModelParts& parts) {
  auto impl = std::make_unique<Impl>(parts);
  TRY(impl->clv.load());
  ClvDesk& clv = impl->clv;
  impl->trainer.add(std::string(kClvKind), {.train = [&clv] { return clv.train(); },
                                            .due = [&clv](Instant now) { return clv.due(now); }});
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
  return impl_->clv.resolve_set(set);
}

Result<Json> Models::describe_file(const people::Person& person) {
  return Json{{"clv", TRY(impl_->clv.describe(person.id))}};
}

void Models::add_routes(http::Router& router) {
  Impl* impl = impl_.get();
  router.add({.method = "GET", .path = "/v1/value/clv", .right = "insights.read"},
             [impl](const Request&) { return reply(impl->clv_json()); });
  router.add({.method = "POST", .path = "/v1/value/clv/train", .right = "insights.write"},
             [impl](const Request&) {
               impl->trainer.ask(std::string(kClvKind));
               return reply(impl->clv_json(), 202);
             });
  router.add({.method = "PUT", .path = "/v1/value/clv/settings", .right = "insights.write"},
             [impl](const Request& request) {
               return reply([&]() -> Result<Json> {
                 Json body = TRY(parse_json(request.body));
                 return to_json(TRY(impl->clv.change_settings(body, request.principal)));
               }());
             });
  router.add({.method = "GET", .path = "/v1/value/clv/people", .right = "customers.read"},
             [impl](const Request& request) {
               return reply([&]() -> Result<Json> {
                 auto offset = TRY(request.query_integer("offset", 0, 0, kMaxOffset));
                 auto limit = TRY(request.query_integer("limit", 50, 1, kMaxRanked));
                 return impl->clv.ranking(static_cast<size_t>(offset), static_cast<size_t>(limit));
               }());
             });
}

}  // namespace perennial::value
