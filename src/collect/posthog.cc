// Decoding of PostHog's capture requests: https://posthog.com/docs/api/capture (events and
// batches) and https://posthog.com/docs/product-analytics/identify (ids and person properties).

#include "collect/posthog.h"

#include <utility>

#include <array>

#include <simdjson.h>

#include "collect/client_events.h"
#include "collect/ids.h"
#include "people/people.h"

namespace perennial::collect {
namespace {

// What we call a property of a page beside the name that the client gave it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kPageNames = {{
    {"$current_url", "url"},
    {"$pathname", "path"},
    {"$referrer", "referrer"},
}};

std::string text_in(const Json& object, std::string_view member) {
  const Json& value = member_of(object, member);
  return value.is_string() ? value.get<std::string>() : "";
}

// Without the members that say nothing: posthog-js sends dozens.
Json without_nulls(Json object) {
  Json out = Json::object();
  for (auto& [name, value] : object.items()) {
    if (!value.is_null()) out[name] = std::move(value);
  }
  return out;
}

bool is_filled_object(const Json& value) { return value.is_object() && !value.empty(); }

class Reader {
 public:
  Reader(ClientEvents& events, std::string* write_key) : events_(events), write_key_(write_key) {}

  void set_sent(std::optional<Instant> sent) { sent_ = sent; }
  void take(Json sent, std::string_view raw);

 private:
  void note_key(const Json& object, std::string_view member);
  bool read(Json& sent);
  void read_ids(const Json& sent);
  Json read_traits(Json& sent);
  events::Event event_of(events::Type type, std::string_view suffix = "") const;
  void take_event(std::string name);
  void take_identify(Json traits, std::string_view suffix);
  void take_alias();
  void take_group();
  void keep(events::Event event) { events_.keep(std::move(event), happened_, sent_, raw_); }
  void reject(std::string reason, std::string_view where) {
    events_.reject(std::move(reason), where, raw_);
  }

  ClientEvents& events_;
  std::string* write_key_;
  std::string_view raw_;
  Json properties_;
  std::string user_id_, anonymous_id_, distinct_id_, message_id_, context_;
  std::string junk_user_id_, junk_anonymous_id_;  // that were sent and name nobody
  std::optional<Instant> happened_, sent_;
};

void Reader::note_key(const Json& object, std::string_view member) {
  if (write_key_ != nullptr && write_key_->empty()) *write_key_ = text_in(object, member);
}

void Reader::take(Json sent, std::string_view raw) {
  raw_ = raw;
  if (!read(sent)) return;
  std::string name = text_in(sent, "event");
  if (name == "$create_alias" || name == "$merge_dangerously") return take_alias();
  if (name == "$groupidentify") return take_group();
  Json traits = read_traits(sent);
  if (name == "$identify" || name == "$set") return take_identify(std::move(traits), "");
  const bool says_traits = !traits.empty();
  take_event(std::move(name));
  if (says_traits) take_identify(std::move(traits), ":set");
}

bool Reader::read(Json& sent) {
  properties_ = take_member(sent, "properties");
  if (properties_.is_null()) properties_ = Json::object();
  if (!properties_.is_object()) {
    reject("expected an object", "properties");
    return false;
  }
  if (properties_.size() > kMaxProperties) {
    reject("holds more than " + std::to_string(kMaxProperties) + " members", "properties");
    return false;
  }
  note_key(sent, "api_key");
  note_key(sent, "token");
  note_key(properties_, "token");
  // A write key is no property of what happened.
  properties_.erase("token");
  const Json& time = member_of(sent, "timestamp");
  happened_ = time_of(time);
  if (!happened_ && !time.is_null()) {
    reject("expected a time such as 2011-09-09T12:30:00Z", "timestamp");
    return false;
  }
  // How many milliseconds before sending it happened, in place of a time.
  const Json& offset = member_of(sent, "offset");
  if (!happened_ && offset.is_number_unsigned() && offset < INT32_MAX) {
    happened_ = events_.received_at() - std::chrono::milliseconds(offset.get<int64_t>());
  }
  read_ids(sent);
  Json context = Json::object();
  if (std::string lib = text_in(properties_, "$lib"); !lib.empty()) {
    context["library"] = {{"name", lib}, {"version", text_in(properties_, "$lib_version")}};
  }
  context_ = to_text(context);
  note_junk(context_, people::kJunkUserId, junk_user_id_);
  note_junk(context_, people::kJunkAnonymousId, junk_anonymous_id_);
  return true;
}

// Whose a distinct_id is: posthog-js marks visitors by $is_identified, and by a $device_id that is
// the same; server libraries send an event without a person's profile for nobody they know.
void Reader::read_ids(const Json& sent) {
  junk_user_id_.clear();
  junk_anonymous_id_.clear();
  distinct_id_ = id_in(sent, "distinct_id", &junk_user_id_);
  for (std::string_view name : {"distinct_id", "$distinct_id"}) {
    if (distinct_id_.empty()) distinct_id_ = id_in(properties_, name, &junk_user_id_);
  }
  properties_.erase("distinct_id");
  std::string device = id_in(properties_, "$device_id", &junk_anonymous_id_);
  const Json& identified = member_of(properties_, "$is_identified");
  const bool known = identified == Json(true);
  const bool visitor = identified == Json(false) || (!known && device == distinct_id_) ||
                       (!known && member_of(properties_, "$process_person_profile") == Json(false));
  user_id_ = visitor ? "" : distinct_id_;
  anonymous_id_ = visitor ? distinct_id_ : device;
  if (anonymous_id_ == user_id_) anonymous_id_.clear();
  message_id_ = id_in(sent, "uuid");
  if (message_id_.empty()) message_id_ = id_in(properties_, "$insert_id");
  if (message_id_.size() > kMaxIdBytes) message_id_ = fingerprint(message_id_).hex();
}

// $set, $set_once and $unset, beside the properties or among them, as traits of an identify event.
Json Reader::read_traits(Json& sent) {
  Json traits = Json::object();
  for (Json* object : {&properties_, &sent}) {
    Json set = take_member(*object, "$set");
    if (set.is_object()) traits.update(set);
    Json once = take_member(*object, "$set_once");
    if (is_filled_object(once)) once = without_nulls(std::move(once));
    if (is_filled_object(once)) traits[std::string(kSetOnce)].update(once);
    Json unset = take_member(*object, "$unset");
    if (!unset.is_array()) continue;
    for (const Json& name : unset) {
      if (name.is_string()) traits[name.get<std::string>()] = nullptr;
    }
  }
  return traits;
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

void Reader::take_event(std::string name) {
  const bool page = name == "$pageview";
  const bool screen = name == "$screen";
  events::Event event = event_of(page     ? events::Type::kPage
                                 : screen ? events::Type::kScreen
                                          : events::Type::kTrack);
  event.name = std::move(name);
  Json properties = without_nulls(std::move(properties_));
  if (page || screen) {
    event.name = cut_text(text_in(properties, page ? "title" : "$screen_name"), kMaxNameBytes);
    for (const auto& [theirs, ours] : kPageNames) {
      std::string value = text_in(properties, theirs);
      if (!value.empty()) properties.emplace(std::string(ours), value);
    }
  }
  event.properties = to_text(properties);
  keep(std::move(event));
}

void Reader::take_identify(Json traits, std::string_view suffix) {
  events::Event event = event_of(events::Type::kIdentify, suffix);
  std::string before = id_in(properties_, "$anon_distinct_id");
  if (suffix.empty() && !before.empty()) {
    // This joins the visitor's history to the user, whom the event therefore names.
    event.user_id = distinct_id_;
    event.anonymous_id = before;
  } else if (!event.user_id.empty()) {
    event.anonymous_id.clear();
  }
  event.properties = to_text(traits);
  keep(std::move(event));
}

void Reader::take_alias() {
  events::Event event = event_of(events::Type::kAlias);
  std::string alias = id_in(properties_, "alias");
  if (alias.empty()) return reject("is missing", "alias");
  event.user_id = distinct_id_;
  if (event.user_id.empty()) return reject("is missing", "distinct_id");
  event.anonymous_id.clear();
  event.properties = to_text({{"previousId", alias}});
  keep(std::move(event));
}

void Reader::take_group() {
  std::string type = id_in(properties_, "$group_type");
  std::string key = id_in(properties_, "$group_key");
  if (key.empty()) return reject("is missing", "$group_key");
  events::Event event = event_of(events::Type::kGroup);
  // The id of a server's call is the group's and nobody's: "$company_acme".
  if (distinct_id_ == "$" + type + "_" + key) {
    event.user_id.clear();
    event.anonymous_id = std::string(kGroupPrefix) + type + ":" + key;
  }
  Json all = {{"groupId", key}, {"groupType", type}};
  const Json& traits = member_of(properties_, "$group_set");
  if (traits.is_object()) all.update(traits);
  event.properties = to_text(all);
  keep(std::move(event));
}

// One pass over the envelope: its batch's events are taken as they come, sent_at may stand behind.
class Envelope {
 public:
  Envelope(std::string_view text, ClientEvents& events) : scanner_(text), events_(events) {}

  // What is to be taken once the whole envelope is read.
  std::vector<std::pair<Json, std::string_view>> found;
  std::string_view sent_at, key;

  bool read() {
    auto each = [this](Json event, std::string_view raw) {
      found.emplace_back(std::move(event), raw);
    };
    const bool array = scanner_.peek() == '[';
    if (array ? !events_.each_of(scanner_, each) : !read_object(each)) return false;
    return scanner_.peek() == '\0';
  }
  size_t position() const { return scanner_.position(); }

 private:
  bool read_object(const ClientEvents::Each& each) {
    std::string_view name, value;
    JsonScanner whole = scanner_;
    bool batch = false;
    if (!scanner_.take('{')) return false;
    if (!scanner_.take('}')) {
      do {
        if (!scanner_.key(name)) return false;
        if ((name == "batch" || name == "data") && scanner_.peek() == '[' && !batch) {
          batch = true;
          if (!events_.each_of(scanner_, each)) return false;
          continue;
        }
        if (!scanner_.skip(value)) return false;
        if (name == "sent_at") sent_at = value;
        if (name == "api_key" || (name == "token" && key.empty())) key = value;
      } while (scanner_.take(','));
      if (!scanner_.take('}')) return false;
    }
    return batch || events_.each_of(whole, each);
  }

  JsonScanner scanner_;
  ClientEvents& events_;
};

}  // namespace

Result<std::string> posthog_text(std::string_view body, const Form& query) {
  std::string text(body);
  if (text.empty()) {
    auto data = query.find("data");
    if (data == query.end()) return fail(Code::kInvalid, "holds no events", "body");
    text = data->second;
  } else if (text.starts_with("data=")) {
    Form form = TRY(parse_form(text));
    text = form["data"];
  }
  // A library may wrap twice: base64 of gzip.
  for (int layer = 0; layer < 3; ++layer) {
    if (is_gzip(text)) {
      text = TRY(gunzip(text));
      continue;
    }
    std::string_view bare = trim(text);
    if (bare.starts_with('{') || bare.starts_with('[')) return text;
    auto decoded = base64_decoded(bare);
    if (!decoded || decoded->empty()) break;
    text = std::move(*decoded);
  }
  return fail(Code::kInvalid, "is neither JSON nor gzip or base64 of it", "body");
}

Result<Decoded> decode_posthog(std::string_view text, std::string_view source, Instant received_at,
                               std::string* write_key) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return fail(Code::kInvalid, "the body is not well-formed UTF-8", "body");
  }
  ClientEvents events("posthog", source, received_at);
  Envelope envelope(text, events);
  if (!envelope.read()) {
    return fail(Code::kInvalid,
                "the body is not well-formed JSON near byte " + std::to_string(envelope.position()),
                "body");
  }
  if (write_key != nullptr && envelope.key.starts_with('"')) {
    *write_key = decode_json_string(envelope.key);
  }
  auto sent = time_of(envelope.sent_at);
  events.set_sent(sent);
  Reader reader(events, write_key);
  reader.set_sent(sent);
  for (auto& [event, raw] : envelope.found) reader.take(std::move(event), raw);
  return events.take();
}

}  // namespace perennial::collect
