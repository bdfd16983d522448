// /p/{token}, the page that anybody who has the link may use, and what the workspace offers there:
// /v1/privacy/preferences and the link of a customer.
#include "engage/preferences.h"
#include "engage/service.h"
#include "people/telling.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kDocument = "engage.preferences";
constexpr std::string_view kSource = "engage:preferences";  // write keys have no colon in theirs

using http::Request;
using http::Response;

Response respond(const Result<Json>& answer) {
  return answer ? http::json(200, *answer) : http::problem(answer.error());
}

}  // namespace

void Service::add_preference_routes(http::Router& router) {
  for (const char* method : {"GET", "POST"}) {
    router.add(
        {.method = method, .path = "/p/{token}", .right = "public", .max_body = kMaxFormBytes},
        [this](const Request& request) { return preference_page_for(request); });
  }
  router.add({.method = "GET", .path = "/v1/privacy/preferences", .right = "customers.read"},
             [this](const Request&) {
               const auto kept =
                   wiring_.database.read([](store::Connection& c) { return load_preferences(c); });
               return kept ? http::json(200, to_json(*kept)) : http::problem(kept.error());
             });
  router.add({.method = "PUT", .path = "/v1/privacy/preferences", .right = "settings.write"},
             [this](const Request& request) { return respond(save_preferences(request)); });
  router.add({.method = "GET",
              .path = "/v1/customers/{person_id}/preferences-link",
              .right = "customers.write"},
             [this](const Request& request) { return respond(preference_link(request)); });
}

Result<Json> Service::save_preferences(const Request& request) {
  const auto settings = TRY(preferences_from_json(TRY(http::json_body(request))));
  TRY(wiring_.database.write([&](store::Connection& c) -> Result<void> {
    TRY(access::Settings::put_document(c, kDocument, to_json(settings)));
    return access::record(c, request.principal, "privacy.preferences", "settings",
                          to_json(settings), wiring_.clock());
  }));
  return to_json(settings);
}

Result<Json> Service::preference_link(const Request& request) {
  const people::PersonId asked = std::strtoll(request.params.at("person_id").c_str(), nullptr, 10);
  return wiring_.database.read([&](store::Connection& c) -> Result<Json> {
    auto person = TRY(people::find_person(c, asked));
    if (!person) person = TRY(people::find_person(c, TRY(people::current_person(c, asked))));
    if (!person || people::is_erased(*person)) {
      return fail(Code::kNotFound, "there is no such customer", "person_id");
    }
    return Json{{"url", wiring_.settings.workspace().public_address + "/p/" +
                            preference_token(person->id, link_secret_)}};
  });
}

// The choices of a link's person, after what a form says if there is one; nothing for a link that
// names nobody.
Result<std::optional<PreferenceView>> Service::preferences_of(const Request& request,
                                                              const PreferenceSettings& settings) {
  const auto linked = read_preference_token(request.params.at("token"), link_secret_);
  if (!linked) return std::nullopt;
  events::Event whose;
  people::Person person;
  std::vector<std::string> identities;
  const people::Telling telling;
  TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
    auto found = TRY(people::find_person(c, *linked));
    if (!found) found = TRY(people::find_person(c, TRY(people::current_person(c, *linked))));
    if (!found || people::is_erased(*found)) return {};
    if (!TRY(people::name_event(c, found->id, whose))) return {};
    person = *found;
    identities = TRY(people::identities_of_people(c, {&person.id, 1}));
    return {};
  }));
  if (identities.empty()) return std::nullopt;
  const auto events = TRY(wiring_.log.read({.identities = identities,
                                            .names = {"Subscribed", "Unsubscribed"},
                                            .types = {events::Type::kTrack}}));
  auto said = words_of(events);
  // An import or a trait may have said something about e-mail too: people/ has the last word.
  using Consent = people::Person::Consent;
  if (person.email_consent != Consent::kUnknown) {
    said[{"email", ""}] = person.email_consent == Consent::kSubscribed;
  }
  PreferenceView view{.choices = choices_now(settings, said)};
  if (request.method != "POST") return view;
  const auto wanted = choices_of_form(settings, request.body);
  std::vector<events::Event> words = events_of(said, wanted);
  for (events::Event& word : words) {
    word.source = kSource;
    word.message_id = new_id("pref");
    word.user_id = whose.user_id;
    word.anonymous_id = whose.anonymous_id;
    word.timestamp = word.received_at = wiring_.clock();
  }
  if (!words.empty()) TRY(wiring_.log.append_and_wait(std::move(words)));
  sender_.wake();
  view.choices = wanted;
  view.page = PreferencePage::kSaved;
  return view;
}

Response Service::preference_page_for(const Request& request) {
  const auto settings =
      wiring_.database.read([](store::Connection& c) { return load_preferences(c); });
  if (!settings) return http::problem(settings.error());
  auto view = preferences_of(request, *settings);
  if (!view) return http::problem(view.error());
  const access::Workspace workspace = wiring_.settings.workspace();
  PreferenceView shown =
      *view ? std::move(**view) : PreferenceView{.page = PreferencePage::kUnknown};
  const std::string asked = request.query_or("lang", workspace.language);
  shown.language = asked == "zh" || asked == "en" ? asked : workspace.language;
  shown.workspace = workspace.name;
  Response response = http::text(shown.page == PreferencePage::kUnknown ? 404 : 200,
                                 preference_page(shown, *settings), "text/html; charset=utf-8");
  response.headers = {{"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                       "frame-ancestors 'none'; base-uri 'none'"}};
  return response;
}

}  // namespace perennial::engage
