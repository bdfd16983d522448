// Commands, quotes, people and approvals: /v1/loyalty/programmes/{programme}/* of api/openapi.yaml.
#include <algorithm>
#include <span>

#include "loyalty/budgets.h"
#include "loyalty/command.h"
#include "loyalty/service.h"

namespace perennial::loyalty {
namespace {

constexpr int64_t kMaxLines = 10'000;
constexpr size_t kMaxLotsShown = 500;  // of those that are open, the first to be spent
constexpr int64_t kMaxApprovalsListed = 500;

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

Json waiting_json(std::string_view state, Instant at) {
  if (state == "waiting")
    return {{"status", "waiting"},
            {"code", "needs_approval"},
            {"detail", "a second person must approve this adjustment"},
            {"at", format_instant(at)}};
  return {{"status", "refused"},
          {"code", "not_approved"},
          {"detail", "the second person refused this adjustment"},
          {"where", "amount"},
          {"at", format_instant(at)}};
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
  add(router, "GET", one + "/approvals", "loyalty.read", &Service::approvals);
  add(router, "POST", one + "/approvals/{approval}", "loyalty.write", &Service::decide_approval);
}

Result<Service::Sorted> Service::sort_out(const Programme& programme, std::vector<Command> commands,
                                          const http::Principal& who) {
  Sorted sorted;
  sorted.answers.resize(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    Command& command = commands[i];
    const bool small =
        command.kind != CommandKind::kAdjust ||
        (command.amount <= programme.approval_limit && command.amount >= -programme.approval_limit);
    if (small) {
      sorted.running.push_back(std::move(command));
      continue;
    }
    sorted.answers[i] = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Json> {
      const std::string payload = payload_of(command);
      const auto known =
          TRY(c.query_one("SELECT payload, state FROM loyalty_approvals "
                          "WHERE programme = $1 AND id = $2",
                          {programme.id, command.id}));
      if (!known) {
        TRY(
            c.execute("INSERT INTO loyalty_approvals (programme, id, payload, asked_by, "
                      "asked_name, asked_ms, state, decided_by, decided_name) "
                      "VALUES ($1, $2, $3, $4, $5, $6, 'waiting', '', '')",
                      {programme.id, command.id, payload, who.id, who.name, to_millis(now())}));
        return waiting_json("waiting", now());
      }
      // Another payload is for the ledger to refuse: it names the field.
      if (known->text(1) == "approved") return Json();
      const std::string field = differing_field(known->text(0), payload);
      if (field.empty()) return waiting_json(known->text(1), now());
      return Json{{"status", "refused"},
                  {"code", "id_reused"},
                  {"detail", "this id stands for another command: \"" + field + "\" differs"},
                  {"where", field},
                  {"at", format_instant(now())}};
    }));
    if (sorted.answers[i].is_null()) sorted.running.push_back(std::move(command));
  }
  return sorted;
}

Result<Json> Service::run_commands(const Programme& programme, std::vector<Command> commands,
                                   const http::Principal& who) {
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
    const Replay with = TRY(replay_of_quote(c, terms, known[0], now()));
    Json earns = Json::array();
    for (const Award& award : with.awards) {
      if (award.key != "quote") continue;
      auto rule = std::ranges::find_if(terms.rules, [&](const Rule& rule) {
        return rule.id == award.rule && rule.version == award.version;
      });
      earns.push_back({{"rule", award.rule},
                       {"name", rule == terms.rules.end() ? "" : rule->name},
                       {"version", award.version},
                       {"currency", award.currency},
                       {"points", award.points},
                       {"activates_at", format_instant(from_millis(award.activates_ms))},
                       {"expires_at", award.expires_ms == kNever
                                          ? Json()
                                          : Json(format_instant(from_millis(award.expires_ms)))}});
    }
    Json spends = Json::array();
    for (const Currency& currency : programme.currencies) {
      if (!currency.spendable || currency.spend_minor == 0) continue;
      const auto has = TRY(balance_now(c, programme, currency, person, now()));
      // Whole steps of spend_points, within what the person has and what the cart allows.
      const __int128 payable =
          static_cast<__int128>(cart.amount_minor) * currency.spend_max_percent / 100;
      const auto most = static_cast<int64_t>(payable / currency.spend_minor);
      const int64_t steps = std::min(most, has.balance.available / currency.spend_points);
      spends.push_back({{"currency", currency.code},
                        {"available", has.balance.available},
                        {"points", steps * currency.spend_points},
                        {"pays_minor", steps * currency.spend_minor},
                        {"step_points", currency.spend_points},
                        {"step_minor", currency.spend_minor},
                        {"max_percent", currency.spend_max_percent}});
    }
    const auto level = std::ranges::find(terms.levels.levels, with.standing.level, &Level::code);
    return http::json(200, {{"earns", earns},
                            {"spends", spends},
                            {"level", with.standing.level},
                            {"privileges", level == terms.levels.levels.end() ? Json::object()
                                                                              : level->privileges},
                            {"next_level", with.standing.next_level},
                            {"missing_after", with.standing.missing}});
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

Service::Answer Service::approvals(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string state = request.query_or("state", "waiting");
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    Json items = Json::array();
    for (const auto& row : TRY(c.query(
             "SELECT id, payload, asked_by, asked_name, asked_ms, state, decided_name, decided_ms "
             "FROM loyalty_approvals WHERE programme = $1 AND state = $2 "
             "ORDER BY asked_ms DESC, id LIMIT $3",
             {programme.id, state, kMaxApprovalsListed}))) {
      const Command command = TRY(command_of_payload(row.text(1), row.text(0)));
      const auto decided = row.maybe_integer(7);
      items.push_back(
          {{"id", row.text(0)},
           {"person", command.person},
           {"currency", command.currency},
           {"amount", command.amount},
           {"reason", command.reason},
           {"asked_by", row.text(3)},
           {"asked_at", format_instant(from_millis(row.integer(4)))},
           {"state", row.text(5)},
           {"decided_by", row.text(6)},
           {"decided_at", decided ? Json(format_instant(from_millis(*decided))) : Json()}});
    }
    return http::json(200, {{"approvals", std::move(items)}});
  });
}

Service::Answer Service::decide_approval(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string id = request.params.at("approval");
  const Json body = TRY(http::json_body(request));
  if (!body.contains("approve") || !body["approve"].is_boolean())
    return fail(Code::kInvalid, "expected true or false", "approve");
  const bool approve = body["approve"];
  const http::Principal& who = request.principal;
  const Command command = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Command> {
    const auto row =
        TRY(c.query_one("SELECT payload, asked_by, state FROM loyalty_approvals "
                        "WHERE programme = $1 AND id = $2",
                        {programme.id, id}));
    if (!row) return fail(Code::kNotFound, "there is no such adjustment", "approval");
    if (row->text(2) != "waiting" && (row->text(2) == "approved") != approve)
      return fail(Code::kConflict, "it was decided already: " + row->text(2), "approval");
    if (row->text(1) == who.id)
      return fail(Code::kForbidden, "somebody else than who asked must decide", "approval");
    TRY(
        c.execute("UPDATE loyalty_approvals SET state = $3, decided_by = $4, "
                  "decided_name = $5, decided_ms = $6 WHERE programme = $1 AND id = $2 AND "
                  "state = 'waiting'",
                  {programme.id, id, std::string(approve ? "approved" : "refused"), who.id,
                   who.name, to_millis(now())}));
    TRY(access::record(c, who, approve ? "loyalty.approve" : "loyalty.refuse",
                       programme.id + "/" + id, Json::object(), wiring_.clock()));
    return command_of_payload(row->text(0), id);
  }));
  // A stop in between leaves it approved and not run: deciding again, or sending the command again,
  // runs it, and its id keeps it from running twice.
  if (!approve) return http::json(200, waiting_json("refused", now()));
  return http::json(200, to_json(TRY(writer_.run(programme.id, {command}))[0]));
}

}  // namespace perennial::loyalty
