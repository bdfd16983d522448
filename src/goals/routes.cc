// /v1/goals*, /v1/costs*, /v1/returns* and /v1/acquisition of api/openapi.yaml.
#include <cmath>

#include "goals/service.h"

namespace perennial::goals {
namespace {

constexpr int64_t kMaxListed = 500;
constexpr int kAcquisitionMonths = 13;

http::Response answer(Answer result) {
  return result ? std::move(*result) : http::problem(result.error());
}

std::string id_of(const http::Request& request) { return request.params.at("id"); }

Json number(const std::optional<double>& x) { return x && std::isfinite(*x) ? Json(*x) : Json(); }

Json month_json(const Month& month, const std::optional<double>& expected) {
  Json parts = Json::array();
  const std::string prefix = month.people_set.substr(0, month.people_set.rfind(':') + 1);
  for (const auto& [word, people] : month.parts)
    parts.push_back({{"who", word}, {"people", people}, {"set", prefix + word}});
  return {{"label", month.label},
          {"complete", month.complete},
          {"value", number(month.value)},
          {"low", number(month.low)},
          {"high", number(month.high)},
          {"numerator", month.numerator ? Json(*month.numerator) : Json()},
          {"denominator", month.denominator ? Json(*month.denominator) : Json()},
          {"expected", number(expected)},
          {"set", month.people_set},
          {"why", month.why},
          {"parts", std::move(parts)}};
}

}  // namespace

Result<Json> Goals::Impl::goal_json(const Goal& goal, const Spent& spent) {
  const Stand stand = TRY(this->stand(goal, spent));
  const Checks checks =
      TRY(wiring.database.read([&](store::Connection& c) { return checks_of(c, goal.id); }));
  const Progress& progress = stand.progress;
  Json json = to_json(goal);
  json["id"] = goal.id;
  json["created_at"] = format_instant(goal.created_at);
  json["base_is"] = number(progress.base);
  json["target"] = number(progress.target);
  json["standing"] = standing_name(progress.standing);
  json["before"] = number(progress.before);
  json["after"] = number(progress.after);
  json["earlier"] = Json::array();
  json["months"] = Json::array();
  for (const Month& month : stand.before)
    json["earlier"].push_back(month_json(month, std::nullopt));
  for (size_t i = 0; i < stand.during.size(); ++i) {
    Json month = month_json(stand.during[i], progress.expected[i]);
    const auto check = checks.find(stand.during[i].label);
    month["check"] = check == checks.end() ? Json() : check->second;
    json["months"].push_back(std::move(month));
  }
  // What cannot be had now must not hide the goal.
  json["beside"] = nullptr;
  if (!goal.hold_out.empty() && wiring.hold_out_of) {
    const auto beside = wiring.hold_out_of(goal.hold_out);
    if (beside) json["beside"] = *beside;
  }
  return json;
}

Result<void> Goals::Impl::may_link(const GoalDraft& draft) {
  if (draft.hold_out.empty()) return {};
  const auto missing = [] {
    return fail(Code::kInvalid, "there is no such hold-out", "hold_out",
                "take the id of one of GET /v1/hold-outs");
  };
  if (!wiring.hold_out_of) return missing();
  const auto found = wiring.hold_out_of(draft.hold_out);
  if (!found && found.error().code == Code::kNotFound) return missing();
  return {};
}

Answer Goals::Impl::list() {
  std::vector<Goal> goals;
  Spent spent;
  TRY(wiring.database.read([&](store::Connection& c) -> Result<void> {
    goals = TRY(list_goals(c));
    spent = TRY(this->spent(c));
    return {};
  }));
  Json items = Json::array();
  for (const Goal& goal : goals) items.push_back(TRY(goal_json(goal, spent)));
  // What cannot be had now must not hide the goals.
  const auto beside = wiring.hold_out();
  return http::json(200, {{"goals", std::move(items)},
                          {"hold_out", beside ? *beside : Json()},
                          {"currency", wiring.settings.workspace().currency}});
}

Answer Goals::Impl::change_goal(const http::Request& request, std::string_view action, int status) {
  const GoalDraft draft = TRY(goal_from_json(TRY(http::json_body(request)), calendar()));
  TRY(may_link(draft));
  Spent spent;
  const Goal goal = TRY(wiring.database.write([&](store::Connection& c) -> Result<Goal> {
    Goal made;
    if (status == 201) {
      made = TRY(create_goal(c, draft, now()));
    } else {
      const Goal before = TRY(find_goal(c, id_of(request)));
      made = TRY(update_goal(c, id_of(request), draft));
      // What was checked was another thing.
      if (before.measure != draft.measure || before.reads != draft.reads)
        TRY(drop_checks(c, made.id));
    }
    spent = TRY(this->spent(c));
    TRY(access::record(c, request.principal, action, made.id, to_json(draft), wiring.clock()));
    return made;
  }));
  // Months that are over already are checked at once; what fails here the job does later.
  (void)check(goal, spent);
  return http::json(status, TRY(goal_json(goal, spent)));
}

Answer Goals::Impl::remove_goal(const http::Request& request) {
  TRY(wiring.database.write([&](store::Connection& c) -> Result<void> {
    TRY(delete_goal(c, id_of(request)));
    TRY(drop_checks(c, id_of(request)));
    return access::record(c, request.principal, "goal.delete", id_of(request), Json::object(),
                          wiring.clock());
  }));
  return http::Response{.status = 204, .content_type = ""};
}

Answer Goals::Impl::add_cost(const http::Request& request) {
  const CostDraft draft = TRY(cost_from_json(TRY(http::json_body(request)), calendar()));
  const Cost made = TRY(wiring.database.write([&](store::Connection& c) -> Result<Cost> {
    Cost cost = TRY(create_cost(c, draft, wiring.clock()));
    TRY(access::record(c, request.principal, "cost.create", cost.id, to_json(cost),
                       wiring.clock()));
    return cost;
  }));
  return http::json(201, to_json(made));
}

Answer Goals::Impl::remove_cost(const http::Request& request) {
  TRY(wiring.database.write([&](store::Connection& c) -> Result<void> {
    TRY(delete_cost(c, id_of(request)));
    return access::record(c, request.principal, "cost.delete", id_of(request), Json::object(),
                          wiring.clock());
  }));
  return http::Response{.status = 204, .content_type = ""};
}

Answer Goals::Impl::costs(const http::Request& request) {
  const int64_t offset = TRY(request.query_integer("offset", 0, 0, kMaxCosts));
  const int64_t limit = TRY(request.query_integer("limit", 50, 1, kMaxListed));
  return wiring.database.read([&](store::Connection& c) -> Answer {
    Json items = Json::array();
    for (const Cost& cost :
         TRY(list_costs(c, static_cast<size_t>(offset), static_cast<size_t>(limit)))) {
      items.push_back(to_json(cost));
    }
    const int64_t total = TRY(count_costs(c));
    return http::json(200, {{"costs", std::move(items)},
                            {"total", total},
                            {"currency", wiring.settings.workspace().currency}});
  });
}

Answer Goals::Impl::put_terms(const http::Request& request) {
  const Terms terms = TRY(terms_from_json(TRY(http::json_body(request))));
  TRY(wiring.database.write([&](store::Connection& c) -> Result<void> {
    TRY(save_terms(c, terms));
    return access::record(c, request.principal, "returns.terms", "", to_json(terms),
                          wiring.clock());
  }));
  return http::json(200, to_json(terms));
}

// New customers, what they cost and what they are worth, by month.
Result<Json> Goals::Impl::acquisition() {
  AcquisitionInput in;
  TRY(wiring.database.read([&](store::Connection& c) -> Result<void> {
    in.by_month = TRY(acquisition_by_month(c));
    in.by_channel = TRY(acquisition_by_channel(c));
    in.terms = TRY(load_terms(c));
    return {};
  }));
  const Calendar calendar = this->calendar();
  const Instant end = calendar.advance(Period::kMonth, calendar.start_of(Period::kMonth, now()), 1);
  const Span span{calendar.advance(Period::kMonth, end, -kAcquisitionMonths), end};
  in.months = TRY(new_customers(span, in.by_month));
  TRY(wiring.database.read([&](store::Connection& c) { return read_channels(c, in); }));
  Json json = acquisition_json(in);
  json["currency"] = wiring.settings.workspace().currency;
  return json;
}

Goals::Goals(Wiring wiring) : impl_(new Impl(std::move(wiring))) {}
Goals::~Goals() { stop(); }

Result<double> Goals::message_cost_minor() {
  const Terms terms = TRY(impl_->wiring.database.read(load_terms));
  return static_cast<double>(terms.message_cost_per_1000_minor) / 1000;
}

void Goals::add_routes(http::Router& router) {
  Impl* const impl = impl_.get();
  const auto add = [&](const char* method, const char* path, const char* right, auto handler) {
    router.add({.method = method, .path = path, .right = right},
               [handler](const http::Request& r) { return answer(handler(r)); });
  };
  const char* const read = "campaigns.read";
  const char* const write = "campaigns.write";
  add("GET", "/v1/goals", read, [impl](const http::Request&) { return impl->list(); });
  add("POST", "/v1/goals", write,
      [impl](const http::Request& r) { return impl->change_goal(r, "goal.create", 201); });
  add("PUT", "/v1/goals/{id}", write,
      [impl](const http::Request& r) { return impl->change_goal(r, "goal.update", 200); });
  add("DELETE", "/v1/goals/{id}", write,
      [impl](const http::Request& r) { return impl->remove_goal(r); });
  add("GET", "/v1/costs", read, [impl](const http::Request& r) { return impl->costs(r); });
  add("POST", "/v1/costs", write, [impl](const http::Request& r) { return impl->add_cost(r); });
  add("DELETE", "/v1/costs/{id}", write,
      [impl](const http::Request& r) { return impl->remove_cost(r); });
  add("GET", "/v1/returns", read,
      [impl](const http::Request&) -> Answer { return http::json(200, TRY(impl->returns())); });
  add("PUT", "/v1/returns/terms", write,
      [impl](const http::Request& r) { return impl->put_terms(r); });
  add("GET", "/v1/acquisition", read,
      [impl](const http::Request&) -> Answer { return http::json(200, TRY(impl->acquisition())); });
}

}  // namespace perennial::goals
