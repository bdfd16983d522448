// /v1/channels/email* and /u/{token} of api/openapi.yaml.
#include "engage/address.h"
#include "engage/service.h"
#include "engage/unsubscribe.h"

namespace perennial::engage {
namespace {

http::Response answer(Result<http::Response> result) {
  return result ? std::move(*result) : http::problem(result.error());
}

Message test_message(const EmailSettings& email, const access::Workspace& workspace, std::string to,
                     Instant at) {
  const bool chinese = workspace.language == "zh";
  return {.id = new_id("tst"),
          .from_name = email.from_name,
          .from_address = email.from_address,
          .reply_to = email.reply_to,
          .to_address = std::move(to),
          .subject = chinese ? "测试邮件：" + workspace.name : "Test message: " + workspace.name,
          .text = chinese ? "邮件通道工作正常。\n" : "The e-mail channel works.\n",
          .at = at};
}

// Names of the fields that differ: what the audit trail says of a change.
Json changed_fields(const Json& before, const Json& after, bool password) {
  Json names = Json::array();
  for (const auto& [name, value] : after.items()) {
    if (name != "has_password" && before[name] != value) names.push_back(name);
  }
  if (password) names.push_back("password");
  return names;
}

}  // namespace

void Service::add_channel_routes(http::Router& router) {
  const std::string path = "/v1/channels/email";
  router.add({.method = "GET", .path = path, .right = "signed_in"},
             [this](const http::Request&) { return answer(get_channel()); });
  router.add({.method = "PUT", .path = path, .right = "settings.write"},
             [this](const http::Request& r) { return answer(put_channel(r)); });
  router.add({.method = "POST", .path = path + "/test", .right = "settings.write"},
             [this](const http::Request& r) { return answer(test_channel(r)); });
}

Service::Answer Service::get_channel() {
  const EmailSettings email =
      TRY(wiring_.database.read([&](store::Connection& c) { return load_email(c, seal_); }));
  return http::json(200, to_json(email, wiring_.outbox_directory));
}

Service::Answer Service::put_channel(const http::Request& request) {
  const Json body = TRY(http::json_body(request));
  const EmailSettings email =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<EmailSettings> {
        const EmailSettings before = TRY(load_email(c, seal_));
        EmailSettings after = TRY(email_from_json(body, before));
        // A campaign says at its start whether it really reaches people; that must stay true.
        if (before.kind != after.kind && !TRY(sending(c)).empty()) {
          return fail(Code::kConflict, "a campaign is being sent over the present channel", "kind",
                      "Wait until it is sent, or cancel it.");
        }
        TRY(save_email(c, after, seal_));
        const Json fields = changed_fields(to_json(before, ""), to_json(after, ""),
                                           before.password != after.password);
        TRY(access::record(c, request.principal, "channel.update", "email", {{"fields", fields}},
                           wiring_.clock()));
        return after;
      }));
  sender_.settings_changed();
  return http::json(200, to_json(email, wiring_.outbox_directory));
}

Service::Answer Service::test_channel(const http::Request& request) {
  const std::string to(trim(TRY(json_string(TRY(http::json_body(request)), "to"))));
  if (!is_address(to)) return fail(Code::kInvalid, "not an e-mail address", "to");
  const EmailSettings email =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<EmailSettings> {
        TRY(access::record(c, request.principal, "channel.test", "email", Json::object(),
                           wiring_.clock()));
        return load_email(c, seal_);
      }));
  const auto channel = open_channel(email, wiring_.outbox_directory);
  const std::string said =
      TRY(channel->hand_over(test_message(email, wiring_.settings.workspace(), to, now())));
  return http::json(200, {{"answer", said}});
}

void Service::add_unsubscribe_routes(http::Router& router) {
  for (const bool unsubscribe : {false, true}) {
    router.add(
        {.method = unsubscribe ? "POST" : "GET", .path = "/u/{token}", .right = "public"},
        [this, unsubscribe](const http::Request& request) { return page(request, unsubscribe); });
  }
}

// Reading the page changes nothing: mail programs and scanners open links by themselves. The body
// of the POST does not matter: a form's is empty, a mail program's is List-Unsubscribe=One-Click.
http::Response Service::page(const http::Request& request, bool unsubscribe) {
  const std::string& token = request.params.at("token");
  const auto link = read_link(token, link_secret_);
  Page page = link ? Page::kAsk : token == kPreviewToken ? Page::kPreview : Page::kUnknown;
  if (link && unsubscribe) {
    auto done =
        wiring_.database.write([&](store::Connection& c) { return suppress(c, *link, now()); });
    if (!done) return http::problem(done.error());
    sender_.wake();
    page = Page::kDone;
  }
  const access::Workspace workspace = wiring_.settings.workspace();
  http::Response response =
      http::text(page == Page::kUnknown ? 404 : 200,
                 unsubscribe_page(page, workspace.language, workspace.name,
                                  link ? "/p/" + preference_token(link->person, link_secret_) : ""),
                 "text/html; charset=utf-8");
  response.headers = {{"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                       "frame-ancestors 'none'; base-uri 'none'"}};
  return response;
}

}  // namespace perennial::engage
