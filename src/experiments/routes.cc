// /v1/experiments*, /v1/assign and /v1/hold-outs* of api/openapi.yaml.
#include <algorithm>
#include <cmath>

#include "experiments/fields.h"
#include "experiments/measuring.h"
#include "experiments/service.h"
#include "proof/proof.h"

namespace perennial::experiments {
namespace {

using Answer = Result<http::Response>;

http::Response answer(Answer result) {
  return result ? std::move(*result) : http::problem(result.error());
}

std::string id_of(const http::Request& request) { return request.params.at("id"); }

Json to_json(const Assignment& assignment) {
  const bool inside = !assignment.arm.empty();
  return {{"experiment", assignment.experiment},
          {"arm", inside ? Json(assignment.arm) : Json()},
          {"why", why_name(assignment.why)}};
}

Result<std::vector<std::string>> keys_of(const Json& body) {
  std::vector<std::string> keys;
  const auto found = body.find("experiments");
  if (found == body.end() || found->is_null()) return keys;
  if (!found->is_array() || found->size() > kMaxExperiments) {
    return fail(Code::kInvalid, "a list of keys is expected", "experiments");
  }
  for (const Json& key : *found) {
    if (!key.is_string()) return fail(Code::kInvalid, "a list of keys is expected", "experiments");
    keys.push_back(key.get<std::string>());
  }
  return keys;
}

}  // namespace

void Experiments::Impl::add_experiment_routes(http::Router& router) {
  const auto add = [&](std::string method, std::string path, std::string right, auto handler) {
    router.add({.method = std::move(method), .path = std::move(path), .right = std::move(right)},
               [this, handler](const http::Request& r) { return answer((this->*handler)(r)); });
  };
  const std::string all = "/v1/experiments", one = all + "/{id}";
  const std::string read = "campaigns.read", write = "campaigns.write";
  add("GET", all, read, &Impl::list);
  add("POST", all, write, &Impl::create);
  add("POST", all + "/power", read, &Impl::power);
  add("GET", one, read, &Impl::get);
  add("PUT", one, write, &Impl::update);
  add("DELETE", one, write, &Impl::remove);
  add("POST", one + "/start", write, &Impl::start);
  add("POST", one + "/stop", write, &Impl::stop);
  add("GET", one + "/result", read, &Impl::result);
  router.add(
      {.method = "POST", .path = "/v1/assign", .right = "collect", .cors = true, .quiet = true},
      [this](const http::Request& r) { return answer(assign(r)); });
}

Answer Experiments::Impl::list(const http::Request&) {
  const auto experiments =
      TRY(wiring.database.read([](store::Connection& c) { return list_experiments(c); }));
  Json items = Json::array();
  for (const Experiment& experiment : experiments) {
    Json item = experiments::to_json(experiment);
    // A verdict that cannot be had now must not hide the list.
    const auto found = headline(experiment);
    item["headline"] = found ? *found : Json();
    items.push_back(std::move(item));
  }
  return http::json(200, {{"experiments", std::move(items)}});
}

Result<Experiment> Experiments::Impl::changed(
    const http::Request& request, std::string_view action,
    const std::function<Result<Experiment>(store::Connection&)>& change) {
  return wiring.database.write([&](store::Connection& c) -> Result<Experiment> {
    Experiment experiment = TRY(change(c));
    TRY(access::record(c, request.principal, action, experiment.id, {{"key", experiment.key}},
                       wiring.clock()));
    return experiment;
  });
}

Answer Experiments::Impl::create(const http::Request& request) {
  const ExperimentDraft draft = TRY(experiment_from_json(TRY(http::json_body(request))));
  return http::json(201, experiments::to_json(
                             TRY(changed(request, "experiment.create", [&](store::Connection& c) {
                               return create_experiment(c, draft, now());
                             }))));
}

Answer Experiments::Impl::get(const http::Request& request) {
  return http::json(200, experiments::to_json(TRY(wiring.database.read([&](store::Connection& c) {
                      return find_experiment(c, id_of(request));
                    }))));
}

Answer Experiments::Impl::update(const http::Request& request) {
  const ExperimentDraft draft = TRY(experiment_from_json(TRY(http::json_body(request))));
  return http::json(200, experiments::to_json(
                             TRY(changed(request, "experiment.update", [&](store::Connection& c) {
                               return update_experiment(c, id_of(request), draft);
                             }))));
}

Answer Experiments::Impl::remove(const http::Request& request) {
  TRY(wiring.database.write([&](store::Connection& c) -> Result<void> {
    TRY(delete_experiment(c, id_of(request)));
    return access::record(c, request.principal, "experiment.delete", id_of(request), Json::object(),
                          wiring.clock());
  }));
  return http::Response{.status = 204, .content_type = ""};
}

Answer Experiments::Impl::start(const http::Request& request) {
  return http::json(
      200, experiments::to_json(TRY(changed(request, "experiment.start", [&](store::Connection& c) {
        return start_experiment(c, id_of(request), now());
      }))));
}

Answer Experiments::Impl::stop(const http::Request& request) {
  Json body = Json::object();
  if (!request.body.empty()) body = TRY(http::json_body(request));
  const std::string conclusion = TRY(text_in(body, "conclusion", "", kMaxTextBytes, false));
  return http::json(
      200, experiments::to_json(TRY(changed(request, "experiment.stop", [&](store::Connection& c) {
        return stop_experiment(c, id_of(request), conclusion, now());
      }))));
}

Answer Experiments::Impl::result(const http::Request& request) {
  const Experiment experiment = TRY(wiring.database.read(
      [&](store::Connection& c) { return find_experiment(c, id_of(request)); }));
  const Measured m = TRY(measured(experiment));
  return http::json(200, result_json(m.of, m.table, m.judgement));
}

// How many people a difference takes, and what difference so many people show.
Answer Experiments::Impl::power(const http::Request& request) {
  const Json body = TRY(http::json_body(request));
  const double base = TRY(number_in(body, "base_rate", "", 0.1, 0, 1));
  const double difference = TRY(number_in(body, "difference", "", 0, -1, 1));
  const double share = TRY(number_in(body, "control_share", "", 0.5, 0.001, 0.999));
  const double power = TRY(number_in(body, "power", "", proof::kPower, 0.5, 0.999));
  const int64_t people = TRY(integer_in(body, "people", "", 0, 0, 1'000'000'000'000));
  const auto needed = proof::sample_size_of_rates(base, difference, share, power);
  const auto control = static_cast<int64_t>(std::llround(static_cast<double>(people) * share));
  const auto smallest = proof::minimum_detectable_difference(people - control, control, base);
  return http::json(200, {{"people_needed", needed ? Json(*needed) : Json()},
                          {"detectable", smallest ? Json(*smallest) : Json()}});
}

Answer Experiments::Impl::assign(const http::Request& request) {
  if (request.principal.id.empty()) {
    return fail(Code::kUnauthenticated, "this takes a write key", "",
                "send it as the user of Basic authentication");
  }
  const Json body = TRY(http::json_body(request));
  std::string user = TRY(json_string_or(body, "user_id", ""));
  std::string visitor = TRY(json_string_or(body, "anonymous_id", ""));
  const Asker asker{std::move(user), std::move(visitor)};
  TRY(check(asker));
  const bool exposes = TRY(json_bool_or(body, "expose", true));
  const std::vector<std::string> keys = TRY(keys_of(body));
  const InAudience audience = [this](std::string_view set, people::PersonId person) {
    return in_audience(set, person);
  };
  std::vector<Experiment> experiments;
  auto assignments =
      TRY(wiring.database.read([&](store::Connection& c) -> Result<std::vector<Assignment>> {
        experiments = TRY(running_experiments(c));
        if (!keys.empty()) {
          std::erase_if(experiments, [&](const Experiment& e) {
            return std::ranges::find(keys, e.key) == keys.end();
          });
        }
        return assign_arms(c, experiments, asker, audience, false, now());
      }));
  if (std::ranges::any_of(assignments, &Assignment::fresh)) {
    assignments = TRY(wiring.database.write([&](store::Connection& c) {
      return assign_arms(c, experiments, asker, audience, true, now());
    }));
  }
  if (exposes) TRY(expose(request, asker, assignments));
  Json items = Json::array();
  for (const Assignment& one : assignments) items.push_back(to_json(one));
  return http::json(200, {{"assignments", std::move(items)}});
}

// An exposure is an event like any other; its id makes a repeated one the same.
Result<void> Experiments::Impl::expose(const http::Request& request, const Asker& asker,
                                       const std::vector<Assignment>& assignments) {
  std::vector<events::Event> exposures;
  std::vector<Assignment> told;
  for (const Assignment& one : assignments) {
    if (one.arm.empty() || one.exposed) continue;
    events::Event event;
    event.source = request.principal.source;
    event.message_id =
        "exposure:" + fingerprint(one.experiment_id + ":" + one.arm + ":" +
                                  events::identity_of(asker.user_id, asker.anonymous_id))
                          .hex();
    event.name = kExposureEvent;
    event.user_id = asker.user_id;
    event.anonymous_id = asker.anonymous_id;
    event.timestamp = now();
    event.received_at = wiring.clock();
    event.properties = to_text(Json{{"experiment_id", one.experiment},
                                    {"experiment_name", one.name},
                                    {"variation_id", one.arm},
                                    {"variation_name", one.arm_name}});
    exposures.push_back(std::move(event));
    told.push_back(one);
  }
  if (exposures.empty()) return {};
  TRY(wiring.log.append_and_wait(std::move(exposures)));
  return wiring.database.write([&](store::Connection& c) { return mark_exposed(c, told, asker); });
}

namespace {

constexpr int64_t kMaxListed = 500;
constexpr double kWeakRelative = 0.2;  // a hold-out that shows only larger differences is weak

// The share of people who ordered in the span.
double order_rate(const people::OrderBook& book, const std::vector<people::PersonId>& known,
                  const Span& span) {
  int64_t ordered = 0;
  people::PersonId last = 0;
  for (size_t row = 0; row < book.rows(); ++row) {
    const people::PersonId person = book.person[row];
    if (person == 0 || person == last || book.refund[row]) continue;
    if (!span.contains(from_millis(book.at_ms[row]))) continue;
    if (!std::ranges::binary_search(known, person)) continue;
    last = person;
    ++ordered;
  }
  return known.empty() ? 0 : static_cast<double>(ordered) / static_cast<double>(known.size());
}

}  // namespace

void Experiments::Impl::add_hold_out_routes(http::Router& router) {
  const auto add = [&](std::string method, std::string path, std::string right, auto handler) {
    router.add({.method = std::move(method), .path = std::move(path), .right = std::move(right)},
               [this, handler](const http::Request& r) { return answer((this->*handler)(r)); });
  };
  const std::string all = "/v1/hold-outs", one = all + "/{id}";
  const std::string read = "campaigns.read", write = "campaigns.write";
  add("GET", all, read, &Impl::list_held);
  add("POST", all, write, &Impl::create_held);
  add("POST", all + "/power", read, &Impl::held_power);
  add("POST", one + "/end", write, &Impl::end_held);
  add("GET", one + "/members", read, &Impl::members);
  add("GET", one + "/result", read, &Impl::held_result);
}

Answer Experiments::Impl::list_held(const http::Request&) {
  Json items = Json::array();
  for (const HoldOut& hold_out :
       TRY(wiring.database.read([](store::Connection& c) { return list_hold_outs(c); }))) {
    items.push_back(to_json(hold_out));
  }
  return http::json(200, {{"hold_outs", std::move(items)}});
}

Answer Experiments::Impl::create_held(const http::Request& request) {
  const HoldOutDraft draft = TRY(hold_out_from_json(TRY(http::json_body(request))));
  const HoldOut made = TRY(wiring.database.write([&](store::Connection& c) -> Result<HoldOut> {
    HoldOut hold_out = TRY(create_hold_out(c, draft, now()));
    if (wiring.hold_out_of_loyalty && hold_out.scope != "campaigns") {
      const auto members = TRY(member_people(c, hold_out.id));
      TRY(wiring.hold_out_of_loyalty(c, hold_out.id, members, hold_out.started_at));
    }
    TRY(access::record(c, request.principal, "hold_out.create", hold_out.id,
                       {{"name", hold_out.name}, {"percent", hold_out.percent}}, wiring.clock()));
    return hold_out;
  }));
  return http::json(201, to_json(made));
}

Answer Experiments::Impl::end_held(const http::Request& request) {
  const HoldOut ended = TRY(wiring.database.write([&](store::Connection& c) -> Result<HoldOut> {
    HoldOut hold_out = TRY(end_hold_out(c, id_of(request), now()));
    if (wiring.let_into_loyalty) TRY(wiring.let_into_loyalty(c, hold_out.id, *hold_out.ended_at));
    TRY(access::record(c, request.principal, "hold_out.end", hold_out.id, Json::object(),
                       wiring.clock()));
    return hold_out;
  }));
  return http::json(200, to_json(ended));
}

Answer Experiments::Impl::members(const http::Request& request) {
  const int64_t offset = TRY(request.query_integer("offset", 0, 0, 1'000'000'000));
  const int64_t limit = TRY(request.query_integer("limit", 50, 1, kMaxListed));
  return wiring.database.read([&](store::Connection& c) -> Answer {
    const HoldOut hold_out = TRY(find_hold_out(c, id_of(request)));
    const auto page =
        TRY(members_of(c, hold_out.id, static_cast<size_t>(offset), static_cast<size_t>(limit)));
    std::vector<people::PersonId> ids;
    for (const Membership& member : page) ids.push_back(member.person);
    std::map<people::PersonId, std::string> names;
    for (auto& person : TRY(people::find_people(c, ids))) names[person.id] = person.name;
    Json items = Json::array();
    for (const Membership& member : page) {
      items.push_back(
          {{"person_id", member.person},
           {"name", names[member.person]},
           {"joined_at", format_instant(member.joined_at)},
           {"left_at", member.left_at ? Json(format_instant(*member.left_at)) : Json()}});
    }
    return http::json(200, {{"members", std::move(items)}, {"total", hold_out.members}});
  });
}

Answer Experiments::Impl::held_result(const http::Request& request) {
  const HoldOut hold_out = TRY(
      wiring.database.read([&](store::Connection& c) { return find_hold_out(c, id_of(request)); }));
  const Measured m = TRY(measured(hold_out));
  return http::json(200, result_json(m.of, m.table, m.judgement));
}

// What difference in the share of people who order a hold-out of this size shows in so many days.
Answer Experiments::Impl::held_power(const http::Request& request) {
  const Json body = TRY(http::json_body(request));
  const double percent = TRY(number_in(body, "percent", "", 0, 0, kMaxHoldOutPercent));
  const int64_t days = TRY(integer_in(body, "days", "", 30, 1, kMaxDays));
  const auto book = TRY(wiring.books.get());
  const auto known = TRY(wiring.books.known());
  const auto people = static_cast<int64_t>(known->size());
  const auto held = static_cast<int64_t>(std::llround(static_cast<double>(people) * percent / 100));
  const Instant end = now();
  const double base = order_rate(*book, *known, {end - std::chrono::days(days), end});
  const auto smallest = proof::minimum_detectable_difference(people - held, held, base);
  const bool weak = !smallest || *smallest > kWeakRelative * base;
  return http::json(200, {{"people", people},
                          {"held_out", held},
                          {"days", days},
                          {"base_rate", base},
                          {"detectable", smallest ? Json(*smallest) : Json()},
                          {"weak", weak}});
}

}  // namespace perennial::experiments
