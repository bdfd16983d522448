// Decoding of 神策 (Sensors Analytics) records, as its SDKs send them:
// https://manual.sensorsdata.cn/sa/docs/tech_super_format (the data format) and
// https://manual.sensorsdata.cn/sa/docs/tech_knowledge_user (ids of users).
//
// A record of one of the track types becomes an event, a record about a user's profile an identify
// event, a record about an item a track event of nobody. track_signup and track_id_bind also join
// the ids that they name.

#include "collect/sensors.h"

#include <utility>

#include <algorithm>
#include <array>
#include <charconv>

#include "collect/client_body.h"
#include "collect/client_events.h"
#include "collect/ids.h"
#include "people/people.h"

namespace perennial::collect {
namespace {

constexpr size_t kMaxKeyBytes = 200;  // of a message id made of ids; a longer one is fingerprinted

// Profile names that mean a trait of product-wide meaning, in lower case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTraitNames = {{
    {"name", "name"},
    {"$name", "name"},
    {"email", "email"},
    {"$email", "email"},
    {"phone", "phone"},
    {"$phone", "phone"},
    {"mobile", "phone"},
    {"$mobile", "phone"},
    {"country", "country"},
    {"$country", "country"},
    {"$user_name", "name"},
}};

constexpr std::array<std::string_view, 4> kScreenEvents = {"$AppViewScreen", "$MPViewScreen",
                                                           "$MPPageShow", "$MPShow"};

// What we call a property of a page or screen beside the name that the client gave it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kPageNames = {{
    {"$url", "url"},
    {"$url_path", "path"},
    {"$title", "title"},
    {"$referrer", "referrer"},
    {"$screen_name", "screen"},
}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

std::string_view trait_name(std::string_view name) {
  std::string key = lower(name);
  for (const auto& [theirs, ours] : kTraitNames) {
    if (theirs == key) return ours;
  }
  return name;
}

std::string text_in(const Json& object, std::string_view member) {
  const Json& value = member_of(object, member);
  return value.is_string() ? value.get<std::string>() : "";
}

Json with_trait_names(const Json& properties) {
  Json out = Json::object();
  for (const auto& [name, value] : properties.items()) out[std::string(trait_name(name))] = value;
  return out;
}

class Reader {
 public:
  explicit Reader(ClientEvents& events) : events_(events) {}

  void take(Json record, std::string_view raw);

 private:
  void take_track(std::string_view type, Json& properties);
  void take_profile(std::string_view operation, Json& properties);
  void take_item(bool removed, Json& properties);
  void join(const std::string& anonymous_id, std::string_view suffix);
  void read_ids(std::string_view type, Json& properties);
  void read_context();
  bool keep(events::Event event);
  events::Event event_of(events::Type type, std::string_view suffix = "") const;
  void reject(std::string reason, std::string_view where) {
    events_.reject(std::move(reason), where, raw_);
  }

  ClientEvents& events_;
  Json record_;
  std::string_view raw_;
  std::string user_id_, anonymous_id_, distinct_id_, message_id_;
  std::string context_;
  std::string junk_user_id_, junk_anonymous_id_;  // that were sent and name nobody
  std::optional<Instant> happened_, sent_;
};

void Reader::take(Json record, std::string_view raw) {
  record_ = std::move(record);
  raw_ = raw;
  std::string type = text_in(record_, "type");
  Json properties = take_member(record_, "properties");
  if (properties.is_null()) properties = Json::object();
  // profile_unset may list the names alone.
  if (!properties.is_object() && !(type == "profile_unset" && properties.is_array())) {
    return reject("expected an object", "properties");
  }
  if (properties.size() > kMaxProperties) {
    return reject("holds more than " + std::to_string(kMaxProperties) + " members", "properties");
  }
  const Json& time = member_of(record_, "time");
  happened_ = time_of(time);
  if (!happened_ && !time.is_null()) {
    return reject("expected milliseconds since 1970", "time");
  }
  // Records of the past (time_free) are taken at their word.
  const bool is_past = member_of(record_, "time_free") == Json(true);
  sent_ = is_past ? std::nullopt : time_of(member_of(record_, "_flush_time"));
  read_ids(type, properties);
  read_context();
  if (type.starts_with("track")) return take_track(type, properties);
  if (type.starts_with("profile_")) return take_profile(type.substr(8), properties);
  if (type == "item_set" || type == "item_delete") {
    return take_item(type == "item_delete", properties);
  }
  reject("is no type of record that is known here", "type");
}

// Who it was. A login id is a user id; which id of a record is one, its SDK says in one of four
// ways. Nothing said, a distinct_id is a visitor's, until a track_signup names it as a user's.
void Reader::read_ids(std::string_view type, Json& properties) {
  junk_user_id_.clear();
  junk_anonymous_id_.clear();
  std::string junk;
  distinct_id_ = id_in(record_, "distinct_id", &junk);
  const Json& identities = member_of(record_, "identities");
  user_id_ = id_in(record_, "login_id", &junk_user_id_);
  if (user_id_.empty()) user_id_ = id_in(identities, "$identity_login_id", &junk_user_id_);
  const bool says_login = member_of(properties, "$is_login_id") == Json(true);
  if (user_id_.empty() && (says_login || type == "track_signup")) user_id_ = distinct_id_;
  if (says_login && junk_user_id_.empty()) junk_user_id_ = junk;
  if (!says_login) junk_anonymous_id_ = junk;
  anonymous_id_ = id_in(record_, "anonymous_id", &junk_anonymous_id_);
  for (std::string_view name : {"$identity_anonymous_id", "$identity_cookie_id"}) {
    if (anonymous_id_.empty()) anonymous_id_ = id_in(identities, name, &junk_anonymous_id_);
  }
  if (anonymous_id_.empty() && user_id_.empty()) anonymous_id_ = distinct_id_;
  if (properties.is_object()) properties.erase("$is_login_id");

  message_id_.clear();
  std::string track_id = id_in(record_, "_track_id");
  if (track_id.empty()) return;
  // An item has no distinct_id.
  std::string whose = distinct_id_.empty() ? id_in(record_, "item_id") : distinct_id_;
  message_id_ =
      track_id + "." + (happened_ ? std::to_string(to_millis(*happened_)) : "") + "." + whose;
  if (message_id_.size() > kMaxKeyBytes) message_id_ = fingerprint(message_id_).hex();
}

void Reader::read_context() {
  Json context = Json::object();
  const Json& lib = member_of(record_, "lib");
  if (std::string name = text_in(lib, "$lib"); !name.empty()) {
    context["library"] = {{"name", name}, {"version", text_in(lib, "$lib_version")}};
  }
  if (const Json& identities = member_of(record_, "identities"); identities.is_object()) {
    context["identities"] = identities;
  }
  context_ = to_text(context);
  note_junk(context_, people::kJunkUserId, junk_user_id_);
  note_junk(context_, people::kJunkAnonymousId, junk_anonymous_id_);
}

events::Event Reader::event_of(events::Type type, std::string_view suffix) const {
  events::Event event;
  event.type = type;
  event.user_id = user_id_;
  event.anonymous_id = anonymous_id_;
  if (!message_id_.empty()) event.message_id = message_id_ + std::string(suffix);
  event.context = context_;
  return event;
}

bool Reader::keep(events::Event event) {
  return events_.keep(std::move(event), happened_, sent_, raw_);
}

void Reader::take_track(std::string_view type, Json& properties) {
  std::string name = text_in(record_, "event");
  const bool page = name == "$pageview";
  const bool screen = std::ranges::find(kScreenEvents, name) != kScreenEvents.end();
  events::Event event = event_of(page     ? events::Type::kPage
                                 : screen ? events::Type::kScreen
                                          : events::Type::kTrack);
  event.name = name;
  if (page || screen) {
    for (const auto& [theirs, ours] : kPageNames) {
      if (std::string value = text_in(properties, theirs); !value.empty()) {
        properties.emplace(std::string(ours), value);
      }
    }
    event.name = cut_text(text_in(properties, page ? "$title" : "$screen_name"), kMaxNameBytes);
  }
  event.properties = to_text(properties);
  if (!keep(std::move(event))) return;
  if (type == "track_signup") {
    std::string original = id_in(record_, "original_id");
    join(original.empty() ? anonymous_id_ : original, ":join");
    // Records that do not tell which id is a login id brought this one as a visitor's.
    if (id_in(record_, "login_id").empty()) join(user_id_, ":own");
  } else if (type == "track_id_bind") {
    join(anonymous_id_, ":join");
  }
}

// The visitor's history goes to the user.
void Reader::join(const std::string& anonymous_id, std::string_view suffix) {
  if (anonymous_id.empty() || user_id_.empty()) return;
  events::Event event = event_of(events::Type::kIdentify, suffix);
  event.anonymous_id = anonymous_id;
  keep(std::move(event));
}

void Reader::take_profile(std::string_view operation, Json& properties) {
  events::Event event = event_of(events::Type::kIdentify);
  // Joining is track_signup's alone: a profile may be set from where the visitor's id is stale.
  if (!event.user_id.empty()) event.anonymous_id.clear();
  Json traits;
  if (operation == "set") {
    traits = with_trait_names(properties);
  } else if (operation == "set_once") {
    traits = {{kSetOnce, with_trait_names(properties)}};
  } else if (operation == "increment") {
    traits = {{kIncrement, std::move(properties)}};
  } else if (operation == "append") {
    traits = {{kAppend, std::move(properties)}};
  } else if (operation == "unset") {
    traits = Json::object();
    for (const auto& [key, value] : properties.items()) {
      std::string name =
          value.is_string() && properties.is_array() ? value.get<std::string>() : key;
      traits[std::string(trait_name(name))] = nullptr;
    }
  } else if (operation == "delete") {
    traits = {{kDelete, true}};
  } else {
    return reject("is no type of record that is known here", "type");
  }
  event.properties = to_text(traits);
  keep(std::move(event));
}

void Reader::take_item(bool removed, Json& properties) {
  std::string type = id_in(record_, "item_type");
  std::string id = id_in(record_, "item_id");
  if (type.empty()) return reject("is missing", "item_type");
  if (id.empty()) return reject("is missing", "item_id");
  events::Event event = event_of(events::Type::kTrack);
  event.user_id.clear();
  event.anonymous_id = std::string(kItemPrefix) + type + ":" + id;
  event.name = removed ? kItemDeleted : kItemSet;
  Json all = {{"item_type", type}, {"item_id", id}};
  for (auto& [name, value] : properties.items()) all[name] = std::move(value);
  event.properties = to_text(all);
  keep(std::move(event));
}

// Java's String.hashCode of ASCII text.
int32_t java_hash(std::string_view text) {
  uint32_t hash = 0;
  for (char c : text) hash = 31 * hash + static_cast<unsigned char>(c);
  return static_cast<int32_t>(hash);
}

// The crc that `ext` tells ("crc=-103778889"), if it does.
std::optional<int32_t> told_crc(std::string_view ext) {
  if (!ext.starts_with("crc=")) return std::nullopt;
  ext.remove_prefix(4);
  int32_t crc = 0;
  auto [end, error] = std::from_chars(ext.data(), ext.data() + ext.size(), crc);
  if (error != std::errc() || end != ext.data() + ext.size()) return std::nullopt;
  return crc;
}

void take_wrapped(std::string text, std::string_view ext, ClientEvents& events,
                  const ClientEvents::Each& each) {
  // Where nobody escaped it, "+" arrives as a space.
  for (char& c : text) c = c == ' ' ? '+' : c;
  if (auto crc = told_crc(ext); crc && *crc != java_hash(text)) {
    return events.reject("does not match its crc: it was cut or changed on its way", "data", text);
  }
  auto bytes = base64_decoded(text);
  if (!bytes) return events.reject("is not base64", "data", text);
  if (!is_gzip(*bytes)) return events.each_of(*bytes, each);
  auto inflated = gunzip(*bytes);
  if (!inflated) return events.reject(inflated.error().message, "data", text);
  events.each_of(*inflated, each);
}

bool is_json_text(std::string_view body) {
  body = trim(body);
  return body.starts_with('{') || body.starts_with('[');
}

}  // namespace

Decoded decode_sensors(std::string_view body, const Form& query, std::string_view source,
                       Instant received_at) {
  ClientEvents events("sensors", source, received_at);
  Reader reader(events);
  auto each = [&](Json record, std::string_view raw) { reader.take(std::move(record), raw); };
  std::string inflated;
  if (is_gzip(body)) {
    auto text = gunzip(body);
    if (!text) {
      events.reject(text.error().message, "body", body);
      return events.take();
    }
    inflated = std::move(*text);
    body = inflated;
  }
  if (is_json_text(body)) {
    events.each_of(body, each);
    return events.take();
  }
  Form form = query;
  if (!body.empty()) {
    auto fields = parse_form(body);
    if (!fields) {
      events.reject(fields.error().message, "body", body);
      return events.take();
    }
    form = std::move(*fields);
  }
  bool any = false;
  for (std::string_view name : {"data", "data_list"}) {
    auto found = form.find(name);
    if (found == form.end()) continue;
    any = true;
    auto ext = form.find("ext");
    take_wrapped(found->second, ext == form.end() ? "" : ext->second, events, each);
  }
  if (!any) events.reject("has neither data nor data_list", "body", body);
  return events.take();
}

}  // namespace perennial::collect
