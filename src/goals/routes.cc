// /v1/goals*, /v1/costs*, /v1/returns* and /v1/acquisition of api/openapi.yaml.
#include <algorithm>
#include <cmath>

#include "goals/acquisition.h"
#include "goals/costs.h"
#include "goals/goals.h"
#include "goals/progress.h"

namespace perennial::goals {
namespace {

using Answer = Result<http::Response>;

constexpr int64_t kMaxListed = 500;
constexpr int kAcquisitionMonths = 13;

http::Response answer(Answer result) {
  return result ? std::move(*result) : http::problem(result.error());
}

std::string id_of(const http::Request& request) { return request.params.at("id"); }

Json number(const std::optional<double>& x) { return x && std::isfinite(*x) ? Json(*x) : Json(); }

Json money_json(const std::optional<proof::Money>& money) {
  if (!money) return Json();
  return {{"value", money->value}, {"low", money->low}, {"high", money->high}};
}

std::string set_of(const Json& row, const char* name) {
  const auto sets = row.find("sets");
  return sets == row.end() ? "" : sets->value(name, "");
}

// One row of insight/'s answers as a month of a goal.
Month month_of(Measure measure, const Json& row, const Sums& spent) {
  Month month;
  month.label = row["label"].get<std::string>();
  month.complete = row["complete"].get<bool>();
  const auto count = [&](const char* member, const char* set) {
    month.value = static_cast<double>(row[member].get<int64_t>());
    month.people_set = set_of(row, set);
  };
  const auto rate = [&](const Json& of, const char* set) {
    month.numerator = of["numerator"].get<int64_t>();
    month.denominator = of["denominator"].get<int64_t>();
    if (of["rate"].is_number()) month.value = of["rate"].get<double>();
    month.people_set = set_of(row, set);
  };
  switch (measure) {
    case Measure::kRetention:
      rate(row["rate"], "kept");
      break;
    case Measure::kRepurchase:
      rate(row["repurchase"], "repeat");
      break;
    case Measure::kCustomers:
      count("customers", "customers");
      break;
    case Measure::kNewCustomers:
      count("new_customers", "new");
      break;
    case Measure::kRevenue:
      count("revenue_minor", "customers");
      break;
    case Measure::kCac: {
      const auto found = spent.find(month.label);
      const auto people = row["new_customers"].get<int64_t>();
      month.people_set = set_of(row, "new");
      if (found == spent.end() || people == 0) break;
      month.numerator = found->second;
      month.denominator = people;
      month.value = static_cast<double>(found->second) / static_cast<double>(people);
      break;
    }
  }
  return month;
}

Json month_json(const Month& month, const std::optional<double>& expected) {
  return {{"label", month.label},
          {"complete", month.complete},
          {"value", number(month.value)},
          {"numerator", month.numerator ? Json(*month.numerator) : Json()},
          {"denominator", month.denominator ? Json(*month.denominator) : Json()},
          {"expected", number(expected)},
          {"set", month.people_set}};
}

}  // namespace

struct Goals::Impl {
  Wiring wiring;

  Instant now() const { return wiring.settings.workspace().now(wiring.clock); }
  Calendar calendar() const { return wiring.settings.workspace().calendar; }

  Result<std::vector<Month>> months(Measure measure, Span span, const Sums& spent);
  Result<Json> goal_json(const Goal& goal, const Sums& spent);
  Result<Json> returns();
  Result<Json> acquisition();
  Answer change_goal(const http::Request& request, std::string_view action, int status);
  Answer remove_goal(const http::Request& request);
  Answer add_cost(const http::Request& request);
  Answer remove_cost(const http::Request& request);
  Answer costs(const http::Request& request);
  Answer put_terms(const http::Request& request);
  Answer list();
};

Result<std::vector<Month>> Goals::Impl::months(Measure measure, Span span, const Sums& spent) {
  std::vector<Month> found;
  if (span.from >= span.to) return found;
  const Json answer =
      TRY(measure == Measure::kRetention ? wiring.insight.retention_rate_json(Period::kMonth, span)
                                         : wiring.insight.activity_json(Period::kMonth, span));
  for (const Json& row : answer["rows"]) found.push_back(month_of(measure, row, spent));
  return found;
}

// The base may need as many months before as the goal has, and at least those of the base.
Result<Json> Goals::Impl::goal_json(const Goal& goal, const Sums& spent) {
  const Calendar calendar = this->calendar();
  const Instant at = now(), from = TRY(calendar.parse_label(Period::kMonth, goal.from));
  const Instant end =
      calendar.advance(Period::kMonth, TRY(calendar.parse_label(Period::kMonth, goal.to)), 1);
  size_t length = 0;
  for (Instant month = from; month < end; month = calendar.advance(Period::kMonth, month, 1)) {
    ++length;
  }
  const int back = static_cast<int>(std::max(length, kBaseMonths));
  const Instant this_month = calendar.start_of(Period::kMonth, at);
  const Span earlier{calendar.advance(Period::kMonth, from, -back), std::min(from, this_month)};
  const Span since{from, std::min(end, calendar.advance(Period::kMonth, this_month, 1))};
  const auto before = TRY(months(goal.measure, earlier, spent));
  const auto during = TRY(months(goal.measure, since, spent));
  const Progress progress = progress_of(goal, before, during, length);
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
  for (const Month& month : before) json["earlier"].push_back(month_json(month, std::nullopt));
  for (size_t i = 0; i < during.size(); ++i) {
    json["months"].push_back(month_json(during[i], progress.expected[i]));
  }
  return json;
}

Answer Goals::Impl::list() {
  std::vector<Goal> goals;
  Sums spent;
  TRY(wiring.database.read([&](store::Connection& c) -> Result<void> {
    goals = TRY(list_goals(c));
    spent = TRY(acquisition_by_month(c));
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
  Sums spent;
  const Goal goal = TRY(wiring.database.write([&](store::Connection& c) -> Result<Goal> {
    Goal made = status == 201 ? TRY(create_goal(c, draft, now()))
                              : TRY(update_goal(c, id_of(request), draft));
    spent = TRY(acquisition_by_month(c));
    TRY(access::record(c, request.principal, action, made.id, to_json(draft), wiring.clock()));
    return made;
  }));
  return http::json(status, TRY(goal_json(goal, spent)));
}

Answer Goals::Impl::remove_goal(const http::Request& request) {
  TRY(wiring.database.write([&](store::Connection& c) -> Result<void> {
    TRY(delete_goal(c, id_of(request)));
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

Result<Json> Goals::Impl::returns() {
  Terms terms;
  Sums spent;
  TRY(wiring.database.read([&](store::Connection& c) -> Result<void> {
    terms = TRY(load_terms(c));
    spent = TRY(costs_by_subject(c));
    return {};
  }));
  Json items = Json::array();
  for (const proof::Gain& gain : TRY(wiring.gains())) {
    const auto found = spent.find(gain.about);
    const int64_t entered = found == spent.end() ? 0 : found->second;
    const int64_t messages = (gain.messages * terms.message_cost_per_1000_minor + 500) / 1000;
    const proof::Return back = proof::return_of(gain, terms.margin_share, entered + messages);
    std::optional<proof::Money> gained;
    if (back.margin) gained = {*gain.value, *gain.low, *gain.high};
    items.push_back({{"about", gain.about},
                     {"kind", gain.kind},
                     {"id", gain.id},
                     {"name", gain.name},
                     {"from", format_instant(gain.span.from)},
                     {"to", format_instant(gain.span.to)},
                     {"complete", gain.complete},
                     {"people", gain.people},
                     {"set", gain.people_set},
                     {"messages", gain.messages},
                     {"gained", money_json(gained)},
                     {"margin", money_json(back.margin)},
                     {"cost_minor", entered + messages},
                     {"cost_of_messages_minor", messages},
                     {"net", money_json(back.net)},
                     {"roi", money_json(back.ratio)},
                     {"verdict", proof::pays_name(back.pays)},
                     {"why", back.why}});
  }
  return Json{{"returns", std::move(items)},
              {"terms", to_json(terms)},
              {"currency", wiring.settings.workspace().currency}};
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
  const Json activity = TRY(wiring.insight.activity_json(Period::kMonth, span));
  for (const Json& row : activity["rows"]) {
    const Month month = month_of(Measure::kCac, row, in.by_month);
    NewCustomers customers{.label = month.label,
                           .set = month.people_set,
                           .complete = month.complete,
                           .count = row["new_customers"].get<int64_t>(),
                           .cac_minor = month.value};
    if (wiring.worth && customers.count > 0) {
      const auto people = wiring.insight.resolve_set(month.people_set);
      if (people) customers.people = TRY(*people);
      customers.worth = TRY(wiring.worth(customers.people));
    }
    in.months.push_back(std::move(customers));
  }
  TRY(wiring.database.read([&](store::Connection& c) { return read_channels(c, in); }));
  Json json = acquisition_json(in);
  json["currency"] = wiring.settings.workspace().currency;
  return json;
}

Goals::Goals(Wiring wiring) : impl_(new Impl{.wiring = std::move(wiring)}) {}
Goals::~Goals() = default;

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
