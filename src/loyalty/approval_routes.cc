// What waits for a second person: /v1/loyalty/programmes/{programme}/approvals, and how it comes
// there.
#include <algorithm>

#include "loyalty/approvals.h"
#include "loyalty/command.h"
#include "loyalty/gift_cards.h"
#include "loyalty/hands.h"
#include "loyalty/service.h"

namespace perennial::loyalty {
namespace {

constexpr int64_t kMaxApprovalsListed = 500;

Json waiting_json(std::string_view state, Instant at) {
  if (state == "waiting")
    return {{"status", "waiting"},
            {"code", "needs_approval"},
            {"detail", "a second person must approve this"},
            {"at", format_instant(at)}};
  return {{"status", "refused"},
          {"code", "not_approved"},
          {"detail", "the second person refused this"},
          {"where", "amount"},
          {"at", format_instant(at)}};
}

Json done_json(Instant at, Points amount) {
  return {{"status", "done"}, {"amount", amount}, {"at", format_instant(at)}};
}

// What the list says of an approval beside what all have.
Result<void> describe(const Approval& one, Json& item) {
  if (one.what == Matter::kCommand) {
    const Command command = TRY(command_of_payload(one.payload, one.id));
    item["kind"] = kind_name(command.kind);
    item["person"] = command.person;
    item["currency"] = command.currency;
    item["amount"] = one.amount == 0 ? command.amount : one.amount;
    item["reason"] = command.reason.empty() ? command.order : command.reason;
    return {};
  }
  const Json payload = TRY(parse_json(one.payload));
  item["kind"] = "";
  item["person"] = Json();
  item["currency"] = payload.value("currency", "");
  item["amount"] = one.amount;
  item["reason"] = payload.value("about", "");
  return {};
}

}  // namespace

void Service::add_approval_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/approvals", "loyalty.read", &Service::approvals);
  add(router, "POST", one + "/approvals/{approval}", "loyalty.write", &Service::decide_approval);
}

// ---- asking

Result<bool> Service::is_large(store::Connection& c, const Programme& programme,
                               const Command& command, const http::Principal& who) {
  if (!by_hand(who)) {
    return command.kind == CommandKind::kAdjust && (command.amount > programme.approval_limit ||
                                                    command.amount < -programme.approval_limit);
  }
  const auto known =
      TRY(c.query_one("SELECT 1 FROM loyalty_commands WHERE programme = $1 AND id = $2",
                      {programme.id, command.id}));
  if (known) return false;  // it has its answer
  // What an id stands for that somebody asked with is looked at, however small this is.
  if (TRY(find_approval(c, programme, command.id))) return true;
  Command today = command;  // earlier numbers of people are theirs of now
  ByHand hand{.by = who.id, .people = {}, .id = "command:" + command.id};
  for (PersonId* person : {&today.person, &today.other}) {
    if (*person == 0) continue;
    *person = TRY(people::current_person(c, *person));
    hand.people.push_back(*person);  // a transfer is what one loses and the other gets
  }
  hand.points = TRY(weight_of(c, programme, today));
  return !TRY(within_limit(c, programme, hand, now()));
}

Result<bool> Service::alone(store::Connection& c, const Programme& programme,
                            const http::Principal& who, std::string id, Points points) {
  if (!by_hand(who)) return true;
  return within_limit(c, programme,
                      {.by = who.id, .people = {0}, .id = "codes:" + id, .points = points}, now());
}

Result<Json> Service::waits(store::Connection& c, const Programme& programme,
                            const Command& command, const http::Principal& who) {
  const std::string payload = payload_of(command);
  const auto known = TRY(find_approval(c, programme, command.id));
  if (!known) {
    const Points weight = TRY(weight_of(c, programme, command));
    Approval approval{.id = command.id, .payload = payload, .amount = weight};
    if (command.kind == CommandKind::kAdjust) approval.amount = command.amount;
    TRY(ask(c, programme, std::move(approval), who, now()));
    return waiting_json("waiting", now());
  }
  const std::string field =
      known->what == Matter::kCommand ? differing_field(known->payload, payload) : "kind";
  if (field.empty() && known->state == "approved") return Json();
  if (field.empty()) return waiting_json(known->state, now());
  return Json{{"status", "refused"},
              {"code", "id_reused"},
              {"detail", "this id stands for another command: \"" + field + "\" differs"},
              {"where", field},
              {"at", format_instant(now())}};
}

Result<Service::Sorted> Service::sort_out(const Programme& programme, std::vector<Command> commands,
                                          const http::Principal& who) {
  Sorted sorted;
  sorted.answers.resize(commands.size());
  std::vector<size_t> large;
  const auto look = [&](store::Connection& c) -> Result<void> {
    large.clear();
    for (size_t i = 0; i < commands.size(); ++i) {
      if (TRY(is_large(c, programme, commands[i], who))) large.push_back(i);
    }
    return {};
  };
  // Of a key nothing is counted.
  if (by_hand(who)) {
    TRY(wiring_.database.write(look));
  } else if (std::ranges::any_of(commands, [](const Command& command) {
               return command.kind == CommandKind::kAdjust;
             })) {
    TRY(wiring_.database.read(look));
  }
  auto next = large.begin();
  for (size_t i = 0; i < commands.size(); ++i) {
    Json answer;
    if (next != large.end() && *next == i) {
      ++next;
      answer = TRY(wiring_.database.write(
          [&](store::Connection& c) { return waits(c, programme, commands[i], who); }));
    }
    if (answer.is_null())
      sorted.running.push_back(std::move(commands[i]));
    else
      sorted.answers[i] = std::move(answer);
  }
  return sorted;
}

Service::Answer Service::second_person(const Programme& programme, Matter what, Json payload,
                                       Points amount, const http::Principal& who) {
  TRY(know_actor(who));
  const std::string id =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<std::string> {
        return ask(c, programme, {.what = what, .payload = to_text(payload), .amount = amount}, who,
                   now());
      }));
  Json json = waiting_json("waiting", now());
  json["approval"] = id;
  return http::json(202, json);
}

// ---- deciding

Service::Answer Service::approvals(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string state = request.query_or("state", "waiting");
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    Json items = Json::array();
    for (const Approval& one : TRY(list_approvals(c, programme, state, kMaxApprovalsListed))) {
      Json item = {{"id", one.id}, {"what", word_of(one.what)}};
      TRY(describe(one, item));
      item["asked_by"] = one.asked_name;
      item["asked_at"] = format_instant(one.asked_at);
      item["state"] = one.state;
      item["decided_by"] = one.decided_name;
      item["decided_at"] = one.decided_at ? Json(format_instant(*one.decided_at)) : Json();
      items.push_back(std::move(item));
    }
    return http::json(200, {{"approvals", std::move(items)}});
  });
}

Result<Json> Service::do_approved(store::Connection& c, const Programme& programme,
                                  const Approval& approval, const http::Principal& who) {
  const Json payload = TRY(parse_json(approval.payload));
  Json json = done_json(now(), approval.amount);
  switch (approval.what) {
    case Matter::kCommand:
      break;  // by the writer, with those of others
    case Matter::kGiftCards:
      json["codes"] = TRY(make_cards(
          c, programme, TRY(card_order_from_json(payload["order"], programme.zone)), now()));
      break;
    case Matter::kVoidCard: {
      const auto card = TRY(void_card(c, programme, payload["code"].get<std::string>(), now()));
      if (!card.done()) return fail(Code::kConflict, card.refusal.message, "approval");
      break;
    }
    case Matter::kCodes:
    case Matter::kIssue: {
      const auto batch = TRY(find_terms(c, programme, payload["batch"].get<std::string>()));
      if (!batch) return fail(Code::kNotFound, "there is no such batch", "batch");
      if (approval.what == Matter::kCodes) {
        json["codes"] = TRY(make_codes(c, programme, *batch, payload["count"].get<int64_t>()));
      } else {
        const auto people = payload["people"].get<std::vector<PersonId>>();
        TRY(issue_to(c, programme, *batch, people, who));
      }
      break;
    }
    case Matter::kClose:
      TRY(close_month(c, programme, payload["about"].get<std::string>(), who.name, now()));
      break;
    case Matter::kLimit: {
      Programme raised = programme;
      raised.approval_limit = approval.amount;
      if (payload.contains("programme")) {
        if (payload["before"] != to_json(programme)["currencies"])
          return fail(Code::kConflict, "the currencies were changed meanwhile", "approval",
                      "refuse this, and change the programme again");
        raised.currencies = TRY(programme_from_json(payload["programme"])).currencies;
      }
      TRY(save_programme(c, std::move(raised), now()));
      break;
    }
  }
  return json;
}

Service::Answer Service::decide_approval(const http::Request& request) {
  const Programme asked = TRY(programme_of(request));
  const std::string id = request.params.at("approval");
  const Json body = TRY(http::json_body(request));
  if (!body.contains("approve") || !body["approve"].is_boolean())
    return fail(Code::kInvalid, "expected true or false", "approve");
  const bool approve = body["approve"];
  const http::Principal& who = request.principal;
  if (!by_hand(who)) return fail(Code::kForbidden, "a person must decide, no key", "approval");
  std::optional<Command> command;
  const Json answer = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Json> {
    const auto found = TRY(find_approval(c, asked, id));
    if (!found) return fail(Code::kNotFound, "nothing like this was asked for", "approval");
    const bool waiting = found->state == "waiting";
    // A command that was approved can be sent on again: its id keeps it from running twice.
    const bool again = found->what == Matter::kCommand && (found->state == "approved") == approve;
    if (!waiting && !again)
      return fail(Code::kConflict, "it was decided already: " + found->state, "approval");
    if (found->asked_by == who.id)
      return fail(Code::kForbidden, "somebody else than who asked must decide", "approval");
    const auto role = access::parse_role(who.role);
    if (found->what == Matter::kClose && (!role || !access::may(*role, "loyalty.close")))
      return fail(Code::kForbidden, "who decides of this may close months", "approval");
    TRY(decided(c, asked, id, approve, who, now()));
    TRY(access::record(c, who, approve ? "loyalty.approve" : "loyalty.refuse", asked.id + "/" + id,
                       {{"what", word_of(found->what)}, {"asked_by", found->asked_name}},
                       wiring_.clock()));
    if (!approve) return waiting_json("refused", now());
    if (found->what == Matter::kCommand) {
      command = TRY(command_of_payload(found->payload, id));
      command->by = found->asked_by;
      return Json();
    }
    const auto programme = TRY(find_programme(c, asked.id));
    return do_approved(c, *programme, *found, who);
  }));
  if (!command) return http::json(200, answer);
  return http::json(200, to_json(TRY(writer_.run(asked.id, {*command}))[0]));
}

}  // namespace perennial::loyalty
