// What an account manager does in a customer file: edits it, writes notes and follow-ups, takes
// down a consent; and what the log says about the person: traits with their history, consents with
// their evidence, everything at once as an export.
#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>

#include "people/desk.h"
#include "people/history.h"
#include "people/masking.h"
#include "people/merges.h"
#include "people/notes.h"
#include "people/rows.h"
#include "people/telling.h"
#include "people/timeline.h"

namespace perennial::people {
namespace {

using http::Request;
using http::Response;

constexpr size_t kMaxNotes = 200;
constexpr size_t kMaxSaid = 1'000;
constexpr size_t kMaxEdited = 50;      // traits of one edit
constexpr size_t kMaxWordBytes = 100;  // of a channel or topic
constexpr size_t kMaxEvidenceBytes = 500;
constexpr size_t kMaxExported = 100'000;  // orders of one person
constexpr std::string_view kDeskSource = "console:desk";

Response respond(const Result<Json>& answer) {
  return answer ? http::json(200, *answer) : http::problem(answer.error());
}

Result<std::string> short_text(const Json& body, const char* member, size_t limit, bool needed) {
  const Json value = body.value(member, Json(""));
  if (!value.is_string()) return fail(Code::kInvalid, "expected a text", member);
  std::string text(trim(value.get_ref<const std::string&>()));
  if (needed && text.empty()) return fail(Code::kInvalid, "is missing", member);
  if (text.size() > limit || !is_storable_text(text)) {
    return fail(Code::kInvalid,
                "expected well-formed text of at most " + std::to_string(limit) + " bytes", member);
  }
  return text;
}

std::optional<Computed::How> parse_how(std::string_view word) {
  if (word == "count") return Computed::How::kCount;
  if (word == "sum") return Computed::How::kSum;
  if (word == "last") return Computed::How::kLast;
  if (word == "most_frequent") return Computed::How::kMostFrequent;
  return std::nullopt;
}

Json said_json(const Said& said) {
  return {{"trait", said.trait},
          {"op", said.op},
          {"value", said.value},
          {"at", format_instant(said.at)},
          {"source", said.source}};
}

Json consent_json(const ConsentWord& word) {
  return {{"channel", word.channel},       {"topic", word.topic},   {"granted", word.granted},
          {"at", format_instant(word.at)}, {"source", word.source}, {"evidence", word.evidence}};
}

Result<PersonId> person_param(const Request& request) {
  const std::string& text = request.params.at("person_id");
  PersonId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0) {
    return fail(Code::kInvalid, "expected the number of a customer", "person_id");
  }
  return id;
}

class Desk {
 public:
  explicit Desk(DeskParts parts) : parts_(std::move(parts)) {}

  Result<Json> traits(const Request& request) {
    const Person person = TRY(seen_person(request, "traits"));
    const auto events =
        TRY(history_events(parts_.database, parts_.log, person.id, {events::Type::kIdentify}));
    Json out{{"history", Json::array()}};
    const auto history = trait_history(events);
    for (const Said& said : std::span(history).first(std::min(history.size(), kMaxSaid))) {
      out["history"].push_back(said_json(said));
    }
    out["total"] = history.size();
    return out;
  }

  Result<Json> computed(const Request& request) {
    Computed what{.event = request.query_or("event", ""),
                  .property = request.query_or("property", "")};
    const auto how = parse_how(request.query_or("how", "count"));
    if (!how) return fail(Code::kInvalid, "expected count, sum, last or most_frequent", "how");
    what.how = *how;
    if (what.event.empty()) return fail(Code::kInvalid, "is missing", "event");
    if (what.property.empty() && what.how != Computed::How::kCount) {
      return fail(Code::kInvalid, "is missing", "property");
    }
    const auto days = TRY(request.query_integer("days", 0, 0, 36'500));
    if (days > 0) what.days = days;
    const Person person = TRY(seen_person(request, "computed"));
    const auto events = TRY(history_events(parts_.database, parts_.log, person.id,
                                           {events::Type::kTrack}, {what.event}));
    return Json{{"value", compute(what, events, parts_.clock())}};
  }

  Result<Json> consents(const Request& request) {
    const Person person = TRY(seen_person(request, "consents"));
    Json out{{"consents", Json::array()}};
    for (const ConsentWord& word : TRY(consents_of(person.id))) {
      out["consents"].push_back(consent_json(word));
    }
    return out;
  }

  Result<Json> say_consent(const Request& request) {
    const Json body = TRY(http::json_body(request));
    const std::string channel = TRY(short_text(body, "channel", kMaxWordBytes, true));
    const std::string topic = TRY(short_text(body, "topic", kMaxWordBytes, false));
    const std::string evidence = TRY(short_text(body, "evidence", kMaxEvidenceBytes, true));
    const Json granted = body.value("granted", Json());
    if (!granted.is_boolean()) return fail(Code::kInvalid, "expected true or false", "granted");
    Json properties{{"channel", channel}, {"evidence", evidence}, {"by", request.principal.id}};
    if (!topic.empty()) properties["topic"] = topic;
    events::Event event;
    event.name = granted.get<bool>() ? "Subscribed" : "Unsubscribed";
    event.properties = to_text(properties);
    return say(request, std::move(event), "customers.consent",
               Json{{"channel", channel}, {"topic", topic}, {"granted", granted}}, "");
  }

  Result<Json> edit(const Request& request) {
    const Json body = TRY(http::json_body(request));
    const std::string version = TRY(short_text(body, "version", kMaxWordBytes, true));
    const Json traits = body.value("traits", Json());
    if (!traits.is_object() || traits.empty() || traits.size() > kMaxEdited) {
      return fail(Code::kInvalid, "expected an object of 1 to 50 traits", "traits");
    }
    Json names = Json::array();
    for (const auto& [name, value] : traits.items()) {
      if (name.empty() || name.starts_with('$') || !is_storable_text(name)) {
        return fail(Code::kInvalid, "is no name of a trait", "traits." + name);
      }
      names.push_back(name);
    }
    events::Event event;
    event.type = events::Type::kIdentify;
    event.properties = to_text(traits);
    return say(request, std::move(event), "customers.edit", Json{{"traits", names}}, version);
  }

  Result<Json> notes(const Request& request) {
    const Person person = TRY(seen_person(request, "notes"));
    Json out{{"notes", Json::array()}};
    TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
      for (const Note& note :
           TRY(notes_of(c, person.id, from_millis(events::kLatestMillis), kMaxNotes))) {
        out["notes"].push_back(note_json(note));
      }
      return {};
    }));
    return out;
  }

  Result<Json> add_note(const Request& request) {
    const Json body = TRY(http::json_body(request));
    std::string text = TRY(short_text(body, "text", kMaxNoteBytes, true));
    Note note{.text = std::move(text), .author = request.principal.name, .at = parts_.clock()};
    const std::string due = TRY(short_text(body, "due_at", kMaxWordBytes, false));
    if (!due.empty()) {
      auto at = parse_instant(due);
      if (!at) return fail(Code::kInvalid, at.error().message, "due_at");
      note.due_at = *at;
    }
    return parts_.database.write([&](store::Connection& c) -> Result<Json> {
      const Person person = TRY(asked_person(c, request));
      const Note added = TRY(people::add_note(c, person.id, note));
      TRY(audit(c, request, "customers.note", person.id, Json{{"note", added.id}}));
      return note_json(added);
    });
  }

  Result<Json> change_note(const Request& request) {
    const Json body = TRY(http::json_body(request));
    const Json version = body.value("version", Json());
    if (!version.is_number_integer()) return fail(Code::kInvalid, "is missing", "version");
    NoteChange change;
    if (body.contains("text")) change.text = TRY(short_text(body, "text", kMaxNoteBytes, true));
    if (body.contains("done")) {
      if (!body["done"].is_boolean()) return fail(Code::kInvalid, "expected true or false", "done");
      change.done = body["done"].get<bool>();
    }
    return parts_.database.write([&](store::Connection& c) -> Result<Json> {
      const Person person = TRY(asked_person(c, request));
      const Note note = TRY(people::change_note(c, person.id, request.params.at("note_id"),
                                                version.get<int64_t>(), change, parts_.clock()));
      TRY(audit(c, request, "customers.note", person.id, Json{{"note", note.id}}));
      return note_json(note);
    });
  }

  // Everything that is kept of a person, for the person: PIPL article 45, GDPR article 15 and 20.
  Result<Json> everything(const Request& request) {
    const Person person = TRY(seen_person(request, "export"));
    const auto events =
        TRY(history_events(parts_.database, parts_.log, person.id,
                           {events::Type::kTrack, events::Type::kIdentify, events::Type::kPage,
                            events::Type::kScreen, events::Type::kGroup, events::Type::kAlias}));
    Json out;
    out["customer"] = customer_json(person, Json());
    out["traits"] = TRY(parse_json(person.traits));
    TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
      for (const Identity& one : TRY(identities_of(c, person.id))) {
        out["identities"].push_back({{"kind", one.kind}, {"value", one.value}});
      }
      out["identifiers"] = Json::array();
      for (const Named& one : TRY(identifiers_of(c, person.id, kMaxSaid))) {
        out["identifiers"].push_back({{"kind", one.kind}, {"value", one.value}});
      }
      out["orders"] = Json::array();
      TRY(each_order_row_of(c, person.id, 0, kMaxExported, [&](const store::Row& row) {
        out["orders"].push_back(order_json(row));
      }));
      out["notes"] = Json::array();
      for (const Note& note :
           TRY(notes_of(c, person.id, from_millis(events::kLatestMillis), kMaxNotes))) {
        out["notes"].push_back(note_json(note));
      }
      return {};
    }));
    out["consents"] = Json::array();
    for (const ConsentWord& word : people::consents(events)) {
      out["consents"].push_back(consent_json(word));
    }
    out["trait_history"] = Json::array();
    for (const Said& said : trait_history(events)) out["trait_history"].push_back(said_json(said));
    out["events"] = Json::array();
    for (const auto& event : events) out["events"].push_back(event_json(event));
    out["events_complete"] = events.size() < kMaxHistoryEvents;
    return out;
  }

  Result<Response> export_file(const Request& request) {
    const std::string format = request.query_or("format", "json");
    if (format != "json" && format != "html") {
      return fail(Code::kInvalid, "expected json or html", "format");
    }
    const Json all = TRY(masked(parts_.database, request, everything(request)));
    Response response = format == "json" ? http::json(200, all)
                                         : http::text(200, page(all), "text/html; charset=utf-8");
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"customer." + format + "\"");
    return response;
  }

 private:
  // A view of personal fields, which the audit trail keeps.
  Result<Person> seen_person(const Request& request, std::string_view part) {
    Person person =
        TRY(parts_.database.read([&](store::Connection& c) { return asked_person(c, request); }));
    TRY(parts_.database.write([&](store::Connection& c) {
      return audit(c, request, "customers.view", person.id, Json{{"part", part}});
    }));
    return person;
  }

  Result<void> audit(store::Connection& c, const Request& request, std::string_view action,
                     PersonId person, const Json& detail) {
    return access::record(c, request.principal, action, "customer:" + std::to_string(person),
                          detail, parts_.clock());
  }

  Result<std::vector<ConsentWord>> consents_of(PersonId person) {
    auto events = TRY(history_events(parts_.database, parts_.log, person, {events::Type::kTrack},
                                     {"Subscribed", "Unsubscribed"}));
    auto profiles =
        TRY(history_events(parts_.database, parts_.log, person, {events::Type::kIdentify}));
    std::ranges::move(profiles, std::back_inserter(events));
    std::ranges::stable_sort(
        events, {}, [](const auto& event) { return std::pair(event.timestamp, event.seq); });
    return people::consents(events);
  }

  // Says something of a person as an event of the log, so that it counts like what anybody says.
  Result<Json> say(const Request& request, events::Event event, std::string_view action,
                   const Json& detail, const std::string& version) {
    const Instant now = parts_.clock();
    // Of two edits of one version the second must see what the first has said.
    std::unique_lock<std::mutex> alone;
    if (!version.empty()) alone = std::unique_lock(edits_of(TRY(person_param(request))));
    std::optional<Telling> telling(std::in_place);
    TRY(parts_.database.write([&](store::Connection& c) -> Result<void> {
      const Person person = TRY(asked_person(c, request));
      if (!version.empty() && version != person_version(person)) {
        return fail(Code::kConflict, "somebody else has changed this customer", "version",
                    "read the file again and repeat the edit");
      }
      const Side side = TRY(side_of(c, person.id));
      event.user_id = side.kind == IdentityKind::kUser ? side.value : "";
      event.anonymous_id = side.kind == IdentityKind::kUser ? "" : side.value;
      return audit(c, request, action, person.id, detail);
    }));
    event.source = kDeskSource;
    event.message_id = new_id("desk");
    event.timestamp = event.received_at = now;
    const auto appended = TRY(parts_.log.append_and_wait({std::move(event)}));
    telling.reset();
    const bool applied = parts_.settle && parts_.settle(appended.last_seq);
    return Json{{"seq", appended.last_seq}, {"applied", applied}};
  }

  std::mutex& edits_of(PersonId person) {
    return edits_[static_cast<size_t>(person) % edits_.size()];
  }

  static std::string page(const Json& all) {
    std::string out =
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>Customer</title><style>"
        "body{font:14px/1.5 system-ui,'PingFang SC','Noto Sans SC','Microsoft YaHei',sans-serif;"
        "margin:32px;max-width:960px}h2{margin:28px 0 6px}table{border-collapse:collapse}"
        "td,th{border-bottom:1px solid #ddd;padding:4px 12px 4px 0;text-align:left;"
        "vertical-align:top;overflow-wrap:anywhere}</style></head><body>";
    for (const auto& [part, content] : all.items()) {
      if (!content.is_structured()) continue;
      out += "<h2>" + escape_html(part) + "</h2><table>";
      const auto row = [&](const std::string& name, const Json& value) {
        const std::string text = value.is_string() ? value.get<std::string>() : to_text(value);
        out += "<tr><th>" + escape_html(name) + "</th><td>" + escape_html(text) + "</td></tr>";
      };
      for (const auto& [name, value] : content.items()) row(name, value);
      out += "</table>";
    }
    return out + "</body></html>";
  }

  DeskParts parts_;
  std::array<std::mutex, 64> edits_;  // of people by their numbers
};

}  // namespace

Result<Person> asked_person(store::Connection& c, const Request& request) {
  const PersonId id = TRY(person_param(request));
  if (auto person = TRY(find_person(c, id))) return *person;
  if (auto person = TRY(find_person(c, TRY(current_person(c, id))))) return *person;
  return fail(Code::kNotFound, "there is no such customer", "person_id");
}

std::string person_version(const Person& person) {
  return sha256_hex(std::to_string(person.id) + '\n' + person.user_id + '\n' + person.traits)
      .substr(0, 32);
}

void add_desk_routes(http::Router& router, const DeskParts& parts) {
  auto desk = std::make_shared<Desk>(parts);
  const auto add = [&](const char* method, const char* path, const char* right,
                       Result<Json> (Desk::*handler)(const Request&)) {
    router.add({.method = method, .path = path, .right = right},
               [desk, handler, &database = parts.database](const Request& r) {
                 return respond(masked(database, r, ((*desk).*handler)(r)));
               });
  };
  add("GET", "/v1/customers/{person_id}/traits", "customers.read", &Desk::traits);
  add("GET", "/v1/customers/{person_id}/computed", "customers.read", &Desk::computed);
  add("GET", "/v1/customers/{person_id}/consents", "customers.read", &Desk::consents);
  add("POST", "/v1/customers/{person_id}/consents", "customers.write", &Desk::say_consent);
  add("PATCH", "/v1/customers/{person_id}", "customers.write", &Desk::edit);
  add("GET", "/v1/customers/{person_id}/notes", "customers.read", &Desk::notes);
  add("POST", "/v1/customers/{person_id}/notes", "customers.write", &Desk::add_note);
  add("PATCH", "/v1/customers/{person_id}/notes/{note_id}", "customers.write", &Desk::change_note);
  router.add(
      {.method = "GET", .path = "/v1/customers/{person_id}/export", .right = "customers.export"},
      [desk](const Request& r) {
        auto answer = desk->export_file(r);
        return answer ? std::move(*answer) : http::problem(answer.error());
      });
}

}  // namespace perennial::people
