// The member centre: its links, /member/{token} and /v1/member/{token} of api/openapi.yaml.
#include <algorithm>

#include "loyalty/gift_cards.h"
#include "loyalty/member.h"
#include "loyalty/service.h"
#include "people/telling.h"

namespace perennial::loyalty {
namespace {

constexpr int64_t kPresetLinkDays = 30;
constexpr size_t kFormIdBytes = 12;

http::Response page_response(int status, std::string body) {
  http::Response response = http::text(status, std::move(body), "text/html; charset=utf-8");
  response.headers = {{"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                       "frame-ancestors 'none'; base-uri 'none'"}};
  return response;
}

// The code in a form's body "code=…": its letters and digits are never escaped, and nothing else of
// it counts.
std::string typed_code(std::string_view body) {
  constexpr std::string_view kField = "code=";
  const size_t at = body.find(kField);
  if (at == body.npos) return "";
  std::string code;
  for (size_t i = at + kField.size(); i < body.size() && body[i] != '&'; ++i) {
    if (body[i] == '%') {
      i += 2;
    } else if (body[i] != '+') {
      code += body[i];
    }
  }
  return code;
}

}  // namespace

void Service::add_member_routes(http::Router& router) {
  add(router, "POST", "/programmes/{programme}/people/{person}/link", "loyalty.write",
      &Service::member_link);
  for (const bool acts : {false, true}) {
    router.add({.method = acts ? "POST" : "GET", .path = "/member/{token}", .right = "public"},
               [this, acts](const http::Request& request) {
                 auto answer = acts ? act_as_member(request) : show_member(request);
                 return answer ? std::move(*answer) : http::problem(answer.error());
               });
  }
  router.add({.method = "GET", .path = "/v1/member/{token}", .right = "public", .cors = true},
             [this](const http::Request& request) {
               auto answer = member_json(request);
               return answer ? std::move(*answer) : http::problem(answer.error());
             });
}

Result<std::string> Service::member_secret() {
  std::lock_guard lock(mutex_);
  if (member_secret_.empty()) {
    member_secret_ = TRY(wiring_.database.write(
        [](store::Connection& c) { return access::Settings::secret(c, "loyalty.member"); }));
  }
  return member_secret_;
}

Service::Answer Service::member_link(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const PersonId asked = std::strtoll(request.params.at("person").c_str(), nullptr, 10);
  const Json body = TRY(http::json_body(request));
  const int64_t days = TRY(json_integer_or(body, "days", kPresetLinkDays));
  if (days < 1 || days > kMaxLinkDays)
    return fail(Code::kInvalid, "is between 1 and " + std::to_string(kMaxLinkDays), "days");
  const auto person =
      TRY(wiring_.database.read([&](store::Connection& c) -> Result<std::optional<PersonId>> {
        const PersonId current = TRY(people::current_person(c, asked));
        if (!TRY(people::find_person(c, current))) return std::nullopt;
        return current;
      }));
  if (!person) return fail(Code::kNotFound, "there is no such person", "person");
  // The link lives by the real clock, whatever day the workspace stands on.
  const Instant until = wiring_.clock() + std::chrono::days(days);
  const std::string token =
      sign_member_link({programme.id, *person, to_millis(until)}, TRY(member_secret()));
  return http::json(200, {{"token", token},
                          {"url", wiring_.settings.workspace().public_address + "/member/" + token},
                          {"expires_at", format_instant(until)}});
}

Result<std::optional<Service::Visit>> Service::visit(const http::Request& request) {
  const auto link = read_member_link(request.params.at("token"), TRY(member_secret()));
  if (!link || link->until_ms <= to_millis(wiring_.clock())) return std::nullopt;
  return wiring_.database.read([&](store::Connection& c) -> Result<std::optional<Visit>> {
    auto programme = TRY(find_programme(c, link->programme));
    const PersonId person = TRY(people::current_person(c, link->person));
    if (!programme || !TRY(people::find_person(c, person))) return std::nullopt;
    return Visit{std::move(*programme), person};
  });
}

// Where referral is on, a member has a code from the first look at their page on.
Result<MemberView> Service::view_for(const Visit& visit) {
  const bool lacks = TRY(wiring_.database.read([&](store::Connection& c) -> Result<bool> {
    const auto versions = TRY(referral_versions(c, visit.programme));
    if (!terms_at(versions, to_millis(now()))) return false;
    return TRY(find_referral_code(c, visit.programme, visit.person)).empty();
  }));
  if (lacks) {
    TRY(wiring_.database.write([&](store::Connection& c) {
      return referral_code(c, visit.programme, visit.person, now());
    }));
  }
  const Prices prices = TRY(prices_now(visit.programme));
  MemberView view = TRY(wiring_.database.read([&](store::Connection& c) {
    return member_view(c, visit.programme, visit.person, now(), prices.sets);
  }));
  const auto products = products_to_take(view);
  if (wiring_.suited && !products.empty())
    put_forward(view, TRY(wiring_.suited(visit.person, products)));
  return view;
}

Result<std::string> Service::sign_in(const Visit& visit, std::string_view rule) {
  struct Found {
    std::string event;
    bool today = false;
    Who who;
  };
  const people::Telling telling;
  const auto found = TRY(wiring_.database.read([&](store::Connection& c) -> Result<Found> {
    Found found;
    const MemberView view = TRY(member_view(c, visit.programme, visit.person, now()));
    for (const MemberStreak& streak : view.streaks) {
      if (streak.rule == rule) found.today = streak.today;
    }
    for (const Rule& one : newest(TRY(all_versions(c, visit.programme)))) {
      if (one.id == rule && one.enabled && !one.streak.empty() && one.when.empty())
        found.event = one.event;
    }
    found.who = TRY(who_is(c, visit.person));
    return found;
  }));
  if (found.event.empty()) return "refused";
  if (found.today) return "signed_already";
  const Calendar calendar = visit.programme.calendar();
  const std::string day = calendar.label(Period::kDay, calendar.start_of(Period::kDay, now()));
  std::vector<events::Event> events;
  // Named by its day: signing in twice is one event.
  events.push_back({.source = std::string(kEventSource),
                    .message_id = "sign-in:" + visit.programme.id + ":" + std::string(rule) + ":" +
                                  std::to_string(visit.person) + ":" + day,
                    .type = events::Type::kTrack,
                    .name = found.event,
                    .user_id = found.who.user_id,
                    .anonymous_id = found.who.anonymous_id,
                    .timestamp = now(),
                    .received_at = wiring_.clock(),
                    .properties = to_text(Json{{"programme", visit.programme.id}})});
  TRY(wiring_.log.append_and_wait(std::move(events)));
  return "signed";
}

Service::Answer Service::show_member(const http::Request& request) {
  const access::Workspace workspace = wiring_.settings.workspace();
  const std::string language = request.query_or("lang", workspace.language);
  const auto visit = TRY(this->visit(request));
  if (!visit) return page_response(404, closed_member_page(language, workspace.name));
  const MemberView view = TRY(view_for(*visit));
  const std::string said = request.query_or("said", ""), form = random_token(kFormIdBytes);
  return page_response(200, member_page(view, {.programme = visit->programme,
                                               .token = request.params.at("token"),
                                               .language = language,
                                               .workspace = workspace.name,
                                               .currency = workspace.currency,
                                               .said = said,
                                               .form_id = form}));
}

// Does what a form asks and goes back to the page, so that loading it again does nothing again.
Service::Answer Service::act_as_member(const http::Request& request) {
  const access::Workspace workspace = wiring_.settings.workspace();
  const std::string language = request.query_or("lang", workspace.language);
  const auto visit = TRY(this->visit(request));
  if (!visit) return page_response(404, closed_member_page(language, workspace.name));
  const std::string act = request.query_or("act", ""), what = request.query_or("what", "");
  // The id of a form is the member's own: nobody else can use it up.
  const std::string id =
      "member:" + std::to_string(visit->person) + ":" + request.query_or("id", "").substr(0, 40);
  std::string said = "refused";
  if (act == "redeem") {
    const auto one = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Redemption> {
      const auto reward = TRY(find_reward(c, visit->programme, what));
      if (!reward || reward->money_minor > 0) return Redemption{.refusal = {"pay_in_shop", "", ""}};
      return redeem(c, visit->programme, {.id = id, .reward = what, .person = visit->person},
                    now());
    }));
    said = one.done() ? "done" : one.refusal.code;
  } else if (act == "play") {
    const Play one =
        TRY(play_one(visit->programme, {.id = id, .draw = what, .person = visit->person}));
    said = one.done() ? "won:" + one.draw + ":" + one.prize : one.refusal.code;
  } else if (act == "sign-in") {
    said = TRY(sign_in(*visit, what));
  } else if (act == "claim") {
    const std::string code = typed_code(request.body);
    const CardAnswer card = TRY(wiring_.database.write([&](store::Connection& c) {
      return claim_card(c, visit->programme, code, visit->person, now());
    }));
    said = card.done() ? "done" : card.refusal.code;
  }
  http::Response response = page_response(303, "");
  const bool chinese = language == "zh";
  response.headers.emplace_back("Location", "/member/" + request.params.at("token") + "?lang=" +
                                                (chinese ? "zh" : "en") + "&said=" + said);
  return response;
}

Service::Answer Service::member_json(const http::Request& request) {
  const auto visit = TRY(this->visit(request));
  if (!visit) return fail(Code::kNotFound, "the link does not open any more", "token");
  const MemberView view = TRY(view_for(*visit));
  Json json = to_json(view);
  json["programme"] = visit->programme.name;
  http::Response response = http::json(200, json);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace perennial::loyalty
