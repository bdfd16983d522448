// Commands, quotes and people: /v1/loyalty/programmes/{programme}/* of api/openapi.yaml.
#include <algorithm>
#include <span>

#include "loyalty/command.h"
#include "loyalty/quote.h"
#include "loyalty/service.h"

namespace perennial::loyalty {
namespace {

constexpr int64_t kMaxLines = 10'000;
constexpr size_t kMaxLotsShown = 500;  // of those that are open, the first to be spent

Json time_or_null(std::optional<Instant> at) { return at ? Json(format_instant(*at)) : Json(); }

Json balance_json(const Programme&, const Currency& currency, const Statement& statement) {
  Json lots = Json::array();
  const auto shown = std::min(statement.lots.size(), kMaxLotsShown);
  for (const OpenLot& lot : std::span(statement.lots).first(shown)) {
    lots.push_back({{"lot", lot.id},
                    {"amount", lot.amount},
                    {"open", lot.open},
                    {"held", lot.held},
                    {"active", lot.active},
                    {"earned_at", format_instant(lot.earned_at)},
                    {"activates_at", format_instant(lot.activates_at)},
                    {"expires_at", time_or_null(lot.expires_at)},
                    {"order", lot.order},
                    {"rule", lot.rule},
                    {"event", lot.event}});
  }
  const Balance& b = statement.balance;
  return {{"currency", currency.code},
          {"name", currency.name},
          {"balance", b.shown(currency)},
          {"available", b.available},
          {"pending", b.pending},
          {"held", b.held},
          {"owed", b.owed},
          {"lots", std::move(lots)},
          {"lots_total", statement.lots.size()}};
}

Json line_json(const StatementLine& line) {
  return {{"entry", line.entry},
          {"at", format_instant(line.at)},
          {"kind", kind_name(line.kind)},
          {"debit", account_name(line.debit)},
          {"credit", account_name(line.credit)},
          {"amount", line.amount},
          {"lot", line.lot},
          {"command", line.command},
          {"rule", line.rule},
          {"version", line.version},
          {"event", line.event},
          {"order", line.order},
          {"reason", line.reason},
          {"available", line.after.available},
          {"pending", line.after.pending},
          {"held", line.after.held},
          {"owed", line.after.owed}};
}

// A problem for a single command that was refused: the kind of fault in `code`, and which in
// `hint`.
http::Response refusal_response(const Json& outcome) {
  const std::string code = outcome["code"];
  Code status = Code::kConflict;
  if (code.starts_with("unknown_")) status = Code::kNotFound;
  if (code == "amount_out_of_range" || code == "expires_too_early" || code == "same_person")
    status = Code::kInvalid;
  return http::problem({.code = status,
                        .message = outcome.value("detail", ""),
                        .where = outcome.value("where", ""),
                        .hint = code});
}

}  // namespace

void Service::add_ledger_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "POST", one + "/commands", "loyalty.write", &Service::commands);
  add(router, "POST", one + "/command", "loyalty.write", &Service::command);
  add(router, "POST", one + "/quote", "loyalty.read", &Service::quote);
  add(router, "GET", one + "/people/{person}", "loyalty.read", &Service::person);
  add(router, "GET", one + "/people/{person}/statement", "loyalty.read",
      &Service::person_statement);
}

Result<Json> Service::run_commands(const Programme& programme, std::vector<Command> commands,
                                   const http::Principal& who) {
  TRY(know_actor(who));
  for (Command& command : commands) command.by = who.id;
  Sorted sorted = TRY(sort_out(programme, std::move(commands), who));
  std::vector<Outcome> outcomes;
  if (!sorted.running.empty()) outcomes = TRY(writer_.run(programme.id, std::move(sorted.running)));
  Json answers = Json::array();
  auto next = outcomes.begin();
  for (Json& answer : sorted.answers)
    answers.push_back(answer.is_null() ? to_json(*next++) : std::move(answer));
  return answers;
}

Service::Answer Service::commands(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Json body = TRY(http::json_body(request));
  if (!body.contains("commands") || !body["commands"].is_array())
    return fail(Code::kInvalid, "is a list", "commands");
  if (body["commands"].size() > kMaxBatch)
    return fail(Code::kTooLarge, "at most 10,000 commands at once", "commands");
  std::vector<Command> commands;
  commands.reserve(body["commands"].size());
  for (const Json& one : body["commands"]) {
    auto command = command_from_json(one);
    if (!command) {
      Error error = command.error();
      error.where = "commands[" + std::to_string(commands.size()) + "]." + error.where;
      return std::unexpected(std::move(error));
    }
    commands.push_back(std::move(*command));
  }
  Json outcomes = TRY(run_commands(programme, std::move(commands), request.principal));
  return http::json(200, {{"outcomes", std::move(outcomes)}});
}

Service::Answer Service::command(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  Command command = TRY(command_from_json(TRY(http::json_body(request))));
  const Json outcome = TRY(run_commands(programme, {std::move(command)}, request.principal))[0];
  if (outcome["status"] == "refused") return refusal_response(outcome);
  return http::json(outcome["status"] == "waiting" ? 202 : 200, outcome);
}

Service::Answer Service::quote(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Json body = TRY(http::json_body(request));
  const PersonId asked = TRY(json_integer(body, "person"));
  Fact cart{.kind = Fact::Kind::kOrder,
            .at_ms = to_millis(now()),
            .key = "quote",
            .name = std::string(people::kOrderCompleted)};
  cart.amount_minor = TRY(json_integer(body, "amount_minor"));
  cart.items = TRY(json_integer_or(body, "items", 1));
  if (cart.amount_minor < 0 || cart.amount_minor > kMaxPoints)
    return fail(Code::kInvalid, "is a positive amount of money", "amount_minor");
  if (body.contains("properties") && body["properties"].is_object())
    cart.properties = to_text(body["properties"]);
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const PersonId person = TRY(people::current_person(c, asked));
    if (!TRY(people::find_person(c, person)))
      return fail(Code::kNotFound, "there is no such person", "person", "unknown_person");
    const Terms terms = TRY(terms_of(c, programme));
    auto known = TRY(load_known(c, programme, terms.levels, std::span(&person, 1)));
    known[0].add_quoted(cart);
    return http::json(200, TRY(loyalty::quote(c, terms, known[0], cart, now())));
  });
}

Service::Answer Service::person(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string& text = request.params.at("person");
  const PersonId person = std::strtoll(text.c_str(), nullptr, 10);
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const PersonId current = TRY(people::current_person(c, person));
    if (!TRY(people::find_person(c, current)))
      return fail(Code::kNotFound, "there is no such person", "person");
    Json balances = Json::array();
    for (const Currency& currency : programme.currencies) {
      balances.push_back(balance_json(programme, currency,
                                      TRY(balance_now(c, programme, currency, current, now()))));
    }
    const Levels levels = TRY(find_levels(c, programme));
    const auto member = TRY(find_member(c, programme, current));
    Json referral = TRY(referral_of(c, programme, current));
    Json json = {{"person", current},        {"balances", std::move(balances)},
                 {"standing", Json()},       {"missions", Json::array()},
                 {"streaks", Json::array()}, {"referral", std::move(referral)}};
    if (member) {
      if (!member->standing.level.empty()) json["standing"] = to_json(member->standing, levels);
      for (const Mission& one : member->missions)
        json["missions"].push_back(
            {{"rule", one.rule}, {"done", one.done}, {"complete", one.complete}});
      for (const Streak& one : member->streaks)
        json["streaks"].push_back(
            {{"rule", one.rule}, {"days", one.days}, {"last_day", one.last_day}});
    }
    return http::json(200, json);
  });
}

Service::Answer Service::person_statement(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Currency* currency = TRY(currency_of(programme, request));
  const PersonId asked = std::strtoll(request.params.at("person").c_str(), nullptr, 10);
  const int64_t limit = TRY(request.query_integer("limit", 100, 1, kMaxLines));
  const int64_t offset = TRY(request.query_integer("offset", 0, 0, 1'000'000'000));
  const std::string word = request.query_or("as_of", "");
  const Instant as_of = word.empty() ? now() : TRY(parse_instant(word, programme.zone));
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const PersonId person = TRY(people::current_person(c, asked));
    const auto found = TRY(statement(c, programme, *currency, person, as_of));
    Json json = balance_json(programme, *currency, found);
    json["as_of"] = format_instant(as_of);
    json["total"] = found.lines.size();
    json["lines"] = Json::array();
    // Newest first.
    for (size_t i = static_cast<size_t>(offset);
         i < found.lines.size() && i < static_cast<size_t>(offset + limit); ++i)
      json["lines"].push_back(line_json(found.lines[found.lines.size() - 1 - i]));
    return http::json(200, json);
  });
}

}  // namespace perennial::loyalty
