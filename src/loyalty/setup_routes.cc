// Programmes, rules and levels: /v1/loyalty/programmes* of api/openapi.yaml.
#include <algorithm>

#include "loyalty/birthday.h"
#include "loyalty/dry_run.h"
#include "loyalty/hands.h"
#include "loyalty/service.h"

namespace perennial::loyalty {

void Service::add_setup_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", "/presets", "loyalty.read", &Service::presets);
  add(router, "GET", "/programmes", "loyalty.read", &Service::programmes);
  add(router, "GET", one, "loyalty.read", &Service::programme);
  add(router, "PUT", one, "loyalty.write", &Service::put_programme);
  add(router, "GET", one + "/rules", "loyalty.read", &Service::rules);
  add(router, "PUT", one + "/rules/{rule}", "loyalty.write", &Service::put_rule);
  add(router, "GET", one + "/levels", "loyalty.read", &Service::levels);
  add(router, "PUT", one + "/levels", "loyalty.write", &Service::put_levels);
  add(router, "POST", one + "/dry-run", "loyalty.read", &Service::run_dry);
}

Service::Answer Service::presets(const http::Request&) {
  const std::string zone = wiring_.settings.workspace().calendar.zone.name();
  return http::json(200, {{"programme", preset_programme("members", zone)},
                          {"rules", preset_rules()},
                          {"levels", preset_levels()},
                          {"referral", preset_referral()}});
}

Service::Answer Service::programmes(const http::Request&) {
  const auto list =
      TRY(wiring_.database.read([](store::Connection& c) { return list_programmes(c); }));
  Json items = Json::array();
  for (const Programme& programme : list) items.push_back(to_json(programme));
  return http::json(200, {{"programmes", std::move(items)}});
}

Service::Answer Service::programme(const http::Request& request) {
  return http::json(200, to_json(TRY(programme_of(request))));
}

Service::Answer Service::put_programme(const http::Request& request) {
  Json body = TRY(http::json_body(request));
  body["id"] = request.params.at("programme");
  Programme wanted = TRY(programme_from_json(body));
  // A limit that somebody could raise by themselves would be none, and so would one that is more
  // money by what points are worth: the currencies stay as they were until a second person agrees.
  const Points limit = wanted.approval_limit;
  const std::vector<Currency> currencies = wanted.currencies;
  Json payload;
  const Programme saved =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<Programme> {
        wanted.approval_limit = limit;
        wanted.currencies = currencies;
        payload = nullptr;
        if (const auto before = TRY(find_programme(c, wanted.id))) {
          wanted.approval_limit = std::min(limit, before->approval_limit);
          if (wanted.approval_limit != limit) payload = Json::object();
          if (pays_more(*before, wanted) || money_limit(wanted) > money_limit(*before)) {
            payload = {{"programme", body}, {"before", to_json(*before)["currencies"]}};
            wanted.currencies = before->currencies;
          }
        }
        Programme programme = TRY(save_programme(c, wanted, now()));
        TRY(access::record(c, request.principal, "loyalty.programme", programme.id,
                           {{"revision", programme.revision}}, wiring_.clock()));
        return programme;
      }));
  if (payload.is_null()) return http::json(200, to_json(saved));
  payload["about"] = std::to_string(saved.approval_limit);
  const bool worth = payload.contains("programme");
  TRY(second_person(saved, Matter::kLimit, std::move(payload), limit, request.principal));
  Json json = to_json(saved);
  json["limit_waits"] = limit;
  json["currencies_wait"] = worth;
  return http::json(202, json);
}

Service::Answer Service::rules(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const auto versions = TRY(all_versions(c, programme));
    const bool all = request.query_or("versions", "newest") == "all";
    Json items = Json::array();
    for (const Rule& rule : all ? versions : newest(versions)) items.push_back(to_json(rule));
    const auto job =
        TRY(c.query_one("SELECT after_person, up_to_person FROM loyalty_backfills "
                        "WHERE programme = $1",
                        {programme.id}));
    const Json progress = job ? Json{{"done", job->integer(0)}, {"of", job->integer(1)}} : Json();
    std::lock_guard lock(mutex_);
    const std::string error = worker_error_.empty() ? teller_.error() : worker_error_;
    return http::json(
        200, {{"rules", std::move(items)}, {"looking_back", progress}, {"worker_error", error}});
  });
}

Service::Answer Service::put_rule(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  Json body = TRY(http::json_body(request));
  body["id"] = request.params.at("rule");
  const Rule wanted = TRY(rule_from_json(body));
  const Rule saved = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Rule> {
    Rule rule = TRY(save_rule(c, programme, wanted, request.principal.id, now()));
    if (rule.from_ms < to_millis(now())) TRY(begin_backfill(c, programme, true));
    TRY(access::record(c, request.principal, "loyalty.rule", programme.id + "/" + rule.id,
                       {{"version", rule.version}}, wiring_.clock()));
    return rule;
  }));
  wake_worker();
  return http::json(200, to_json(saved));
}

Service::Answer Service::levels(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    return http::json(200, TRY(levels_with_people(c, programme)));
  });
}

Result<Json> Service::levels_with_people(store::Connection& c, const Programme& programme) {
  Json json = to_json(TRY(find_levels(c, programme)));
  for (Json& level : json["levels"]) {
    level["people"] = 0;
    level["set"] = "level:" + programme.id + ":" + level["code"].get<std::string>();
  }
  for (const auto& row : TRY(c.query("SELECT level, count(*) FROM loyalty_members "
                                     "WHERE programme = $1 GROUP BY level",
                                     {programme.id}))) {
    for (Json& level : json["levels"]) {
      if (level["code"] == row.text(0)) level["people"] = row.integer(1);
    }
  }
  return json;
}

Service::Answer Service::put_levels(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  Levels wanted = TRY(levels_from_json(TRY(http::json_body(request))));
  const Json saved = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Json> {
    TRY(prepare_birthday_gifts(c, programme, wanted, now()));
    const Levels levels = TRY(save_levels(c, programme, wanted));
    TRY(begin_backfill(c, programme, false));
    TRY(access::record(c, request.principal, "loyalty.levels", programme.id,
                       {{"revision", levels.revision}}, wiring_.clock()));
    return levels_with_people(c, programme);
  }));
  wake_worker();
  return http::json(200, saved);
}

Service::Answer Service::run_dry(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Json body = TRY(http::json_body(request));
  DryRun change;
  change.span.from = TRY(parse_instant(TRY(json_string(body, "from")), programme.zone));
  change.span.to = body.contains("to")
                       ? TRY(parse_instant(TRY(json_string(body, "to")), programme.zone))
                       : now();
  if (change.span.from >= change.span.to) return fail(Code::kInvalid, "is after from", "to");
  if (body.contains("rules")) {
    if (!body["rules"].is_array() || body["rules"].size() > kMaxRules)
      return fail(Code::kInvalid, "is a list of at most 200 rules", "rules");
    for (const Json& rule : body["rules"]) change.rules.push_back(TRY(rule_from_json(rule)));
  }
  if (body.contains("levels") && !body["levels"].is_null())
    change.levels = TRY(levels_from_json(body["levels"]));
  if (body.contains("referral") && !body["referral"].is_null())
    change.referral = TRY(referral_from_json(body["referral"], programme.zone));
  const Terms terms =
      TRY(wiring_.database.read([&](store::Connection& c) { return terms_of(c, programme); }));
  return http::json(200, TRY(dry_run(wiring_.database, wiring_.log, terms, change, now())));
}

}  // namespace perennial::loyalty
