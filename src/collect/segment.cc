// Decoding of the Segment HTTP Tracking API in one pass over the text.
//
// A batch is read event by event; each event's known members are kept as spans of the text, its
// properties and context are copied without white space, and everything else is only checked to be
// JSON. Times are corrected at the end, because `sentAt` may stand behind the batch.

#include <utility>

#include <array>

#include <simdjson.h>

#include "collect/client_events.h"
#include "collect/collect.h"
#include "collect/ids.h"
#include "collect/json_scan.h"
#include "people/people.h"

namespace perennial::collect {

namespace {

enum Field {
  kType,
  kEvent,
  kName,
  kUserId,
  kAnonymousId,
  kMessageId,
  kTimestamp,
  kOriginalTimestamp,
  kSentAt,
  kProperties,
  kTraits,
  kContext,
  kGroupId,
  kPreviousId,
  kCategory,
  kWriteKey,
  kBatch,
  kFieldCount
};

constexpr std::array<std::string_view, kFieldCount> kFieldNames = {
    "type",        "event",      "name",      "userId",
    "anonymousId", "messageId",  "timestamp", "originalTimestamp",
    "sentAt",      "properties", "traits",    "context",
    "groupId",     "previousId", "category",  "writeKey",
    "batch"};

Field find_field(std::string_view key) {
  for (int i = 0; i < kFieldCount; ++i) {
    if (kFieldNames[i] == key) return static_cast<Field>(i);
  }
  return kFieldCount;
}

// What was wrong with an event, and in which field.
struct Wrong {
  std::string reason;
  std::string where;
};

// The known members of one object, as they came.
struct Members {
  std::array<std::string_view, kFieldCount> raw;  // empty: missing
  std::string properties, traits, context;        // without white space; empty: missing
  std::optional<Wrong> wrong;

  bool has(Field field) const { return !raw[field].empty() && raw[field] != "null"; }
  void refuse(std::string reason, std::string_view where) {
    if (!wrong) wrong = Wrong{std::move(reason), std::string(where)};
  }
};

std::string text_of(std::string_view token) {
  std::string_view inside = token.substr(1, token.size() - 2);
  if (inside.find('\\') == std::string_view::npos) [[likely]]
    return std::string(inside);
  return decode_json_string(token);
}

// A decoded event that waits for the clock correction.
struct Waiting {
  events::Event event;
  std::optional<Instant> happened;  // by the sender's clock
  std::optional<Instant> sent;
  std::string_view raw;
  std::string junk_user_id, junk_anonymous_id;  // that were sent and name nobody
};

class Decoder {
 public:
  Decoder(std::string_view call, std::string_view body, std::string_view source,
          Instant received_at)
      : call_(call),
        batch_(call == "batch" || call == "import"),
        body_(body),
        source_(source),
        received_at_(received_at),
        scanner_(body) {}

  Result<Decoded> run(std::string* write_key);

 private:
  bool read_members(Members& members, bool envelope);
  bool read_member(Members& members, Field field);
  bool read_object(Members& members, Field field, std::string& out);
  bool read_batch(Members& envelope);
  void take_event(Members& members, std::string_view raw, std::string_view type);
  bool fill(Waiting& out, Members& members, std::string_view type);
  bool fill_identity(Waiting& out, Members& members);
  bool fill_content(events::Event& event, Members& members);
  bool id_member(Members& members, Field field, std::string& out);
  bool text_member(Members& members, Field field, size_t limit, std::string& out);
  static std::string traits_in(const std::string& context);
  void put_in_front(Members& members, Field field, std::string& properties);
  void settle_times(std::optional<Instant> batch_sent);
  void reject(Wrong wrong, std::string_view raw);
  Error not_json() const;

  std::string_view call_;
  bool batch_;
  std::string_view body_;
  std::string_view source_;
  Instant received_at_;
  JsonScanner scanner_;
  std::vector<Waiting> waiting_;
  Decoded out_;
  Members event_members_;
  bool found_batch_ = false;
};

Error Decoder::not_json() const {
  return Error{Code::kInvalid,
               "the body is not well-formed JSON near byte " + std::to_string(scanner_.position()),
               "body", ""};
}

Result<Decoded> Decoder::run(std::string* write_key) {
  size_t limit = batch_ ? kMaxBatchBytes : kMaxEventBytes;
  if (body_.size() > limit) {
    return fail(Code::kTooLarge,
                std::string(batch_ ? "a batch" : "an event") + " has at most " +
                    std::to_string(limit) + " bytes, found " + std::to_string(body_.size()),
                "body", batch_ ? "send smaller batches" : "");
  }
  if (!simdjson::validate_utf8(body_.data(), body_.size())) {
    return fail(Code::kInvalid, "the body is not well-formed UTF-8", "body");
  }
  if (scanner_.peek() != '{') {
    // Not an object: say so if it is JSON at all.
    std::string_view raw;
    if (!scanner_.skip(raw) || scanner_.peek() != '\0') return std::unexpected(not_json());
    return fail(Code::kInvalid, "the body must be a JSON object", "body");
  }
  const char* start = scanner_.here();
  Members envelope;
  if (!read_members(envelope, batch_)) return std::unexpected(not_json());
  std::string_view raw(start, scanner_.here());
  if (scanner_.peek() != '\0' || scanner_.position() != body_.size()) {
    return std::unexpected(not_json());
  }
  if (batch_ && !found_batch_) return fail(Code::kInvalid, "expected an array of calls", "batch");
  if (write_key != nullptr && envelope.raw[kWriteKey].starts_with('"')) {
    *write_key = text_of(envelope.raw[kWriteKey]);
  }
  if (batch_) {
    for (Waiting& waiting : waiting_) {
      if (waiting.event.context.empty()) waiting.event.context = envelope.context;
    }
  } else {
    take_event(envelope, raw, call_);
  }
  settle_times(time_of(envelope.raw[kSentAt]));
  return std::move(out_);
}

bool Decoder::read_members(Members& members, bool envelope) {
  if (!scanner_.take('{')) return false;
  if (scanner_.take('}')) return true;
  do {
    std::string_view name;
    scanner_.clear_fault();
    if (!scanner_.key(name)) return false;
    Field field = find_field(name);
    if (field != kFieldCount && !members.raw[field].empty()) {
      members.refuse("holds the same key twice", name);
    }
    bool is_batch = envelope && field == kBatch && scanner_.peek() == '[' && !found_batch_;
    if (!(is_batch ? read_batch(members) : read_member(members, field))) return false;
  } while (scanner_.take(','));
  return scanner_.take('}');
}

bool Decoder::read_member(Members& members, Field field) {
  switch (field) {
    case kProperties:
      return read_object(members, field, members.properties);
    case kTraits:
      return read_object(members, field, members.traits);
    case kContext:
      return read_object(members, field, members.context);
    case kFieldCount: {
      std::string_view ignored;
      return scanner_.skip(ignored);
    }
    default: {
      bool ok = scanner_.skip(members.raw[field]);
      if (ok && scanner_.fault() != nullptr) members.refuse(scanner_.fault(), kFieldNames[field]);
      return ok;
    }
  }
}

bool Decoder::read_object(Members& members, Field field, std::string& out) {
  std::string_view raw;
  out.clear();
  bool object = scanner_.peek() == '{';
  if (!(object ? scanner_.copy(raw, out) : scanner_.skip(raw))) return false;
  members.raw[field] = raw;
  if (!object && raw != "null") members.refuse("expected an object", kFieldNames[field]);
  if (scanner_.fault() != nullptr) members.refuse(scanner_.fault(), kFieldNames[field]);
  if (object && field != kContext && scanner_.members() > kMaxProperties) {
    members.refuse("holds more than " + std::to_string(kMaxProperties) + " members",
                   kFieldNames[field]);
  }
  return true;
}

bool Decoder::read_batch(Members& envelope) {
  found_batch_ = true;
  envelope.raw[kBatch] = "[]";
  if (!scanner_.take('[')) return false;
  if (scanner_.take(']')) return true;
  do {
    if (scanner_.peek() == '{') {
      const char* start = scanner_.here();
      event_members_.raw.fill({});
      event_members_.wrong.reset();
      event_members_.properties.clear();
      event_members_.traits.clear();
      event_members_.context.clear();
      if (!read_members(event_members_, false)) return false;
      std::string_view raw(start, scanner_.here());
      std::string type;
      if (!text_member(event_members_, kType, kMaxNameBytes, type) && !event_members_.wrong) {
        event_members_.refuse("is missing", "type");
      }
      take_event(event_members_, raw, type);
    } else {
      std::string_view raw;
      if (!scanner_.skip(raw)) return false;
      reject({"expected an object", "batch"}, raw);
    }
  } while (scanner_.take(','));
  return scanner_.take(']');
}

void Decoder::take_event(Members& members, std::string_view raw, std::string_view type) {
  Waiting waiting;
  waiting.raw = raw;
  if (raw.size() > kMaxEventBytes) {
    members.wrong.reset();
    members.refuse("an event has at most " + std::to_string(kMaxEventBytes) + " bytes", "");
  }
  if (members.wrong || !fill(waiting, members, type)) {
    reject(std::move(*members.wrong), raw);
    return;
  }
  waiting_.push_back(std::move(waiting));
}

bool Decoder::fill(Waiting& out, Members& members, std::string_view type) {
  events::Event& event = out.event;
  auto known = events::parse_type(type);
  if (!known) {
    members.refuse("is none of track, identify, page, screen, group, alias", "type");
    return false;
  }
  event.type = *known;
  event.source = source_;
  event.received_at = received_at_;
  if (!fill_identity(out, members) || !fill_content(event, members)) return false;
  Field time = members.has(kTimestamp) ? kTimestamp : kOriginalTimestamp;
  if (members.has(time)) {
    out.happened = time_of(members.raw[time]);
    if (!out.happened) {
      members.refuse("expected a time such as 2011-09-09T12:30:00Z", kFieldNames[time]);
      return false;
    }
  }
  out.sent = time_of(members.raw[kSentAt]);
  event.context = std::move(members.context);
  return true;
}

// An id as text. Libraries of loosely typed languages send numbers.
bool Decoder::id_member(Members& members, Field field, std::string& out) {
  out.clear();
  if (!members.has(field)) return true;
  std::string_view raw = members.raw[field];
  bool number = raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9');
  if (raw.front() == '"') {
    out = text_of(raw);
    std::string_view bare = trim(out);
    if (bare.size() != out.size()) out = std::string(bare);
  } else if (number) {
    out = raw;
  } else {
    members.refuse("expected text or a number", kFieldNames[field]);
    return false;
  }
  if (out.size() > kMaxIdBytes) {
    members.refuse("has at most " + std::to_string(kMaxIdBytes) + " bytes", kFieldNames[field]);
    return false;
  }
  return true;
}

// False, without a reason, when the member is missing or empty.
bool Decoder::text_member(Members& members, Field field, size_t limit, std::string& out) {
  out.clear();
  if (!members.has(field)) return false;
  if (members.raw[field].front() != '"') {
    members.refuse("expected text", kFieldNames[field]);
    return false;
  }
  out = text_of(members.raw[field]);
  if (out.size() > limit) {
    members.refuse("has at most " + std::to_string(limit) + " bytes", kFieldNames[field]);
    return false;
  }
  return !out.empty();
}

// Junk such as "undefined" or "0" names nobody, so it counts as missing: kept, it would gather
// strangers in one person.
bool Decoder::fill_identity(Waiting& out, Members& members) {
  events::Event& event = out.event;
  if (!id_member(members, kUserId, event.user_id) ||
      !id_member(members, kAnonymousId, event.anonymous_id) ||
      !id_member(members, kMessageId, event.message_id)) {
    return false;
  }
  out.junk_user_id = settle_id(event.user_id);
  out.junk_anonymous_id = settle_id(event.anonymous_id);
  for (const auto& [field, id] :
       {std::pair(kUserId, &event.user_id), std::pair(kAnonymousId, &event.anonymous_id)}) {
    if (id->size() <= kMaxIdBytes) continue;  // composing may lengthen
    members.refuse("has at most " + std::to_string(kMaxIdBytes) + " bytes", kFieldNames[field]);
    return false;
  }
  if (event.user_id.empty() && event.anonymous_id.empty()) {
    members.refuse("neither userId nor anonymousId names anybody", "userId");
    return false;
  }
  // A random id rather than one made from the content: two equal calls may be two clicks, and a
  // library that wants its repeats recognised sends an id.
  if (event.message_id.empty()) event.message_id = new_id("msg");
  return true;
}

bool Decoder::fill_content(events::Event& event, Members& members) {
  std::string previous;
  switch (event.type) {
    case events::Type::kTrack:
      if (!text_member(members, kEvent, kMaxNameBytes, event.name)) {
        members.refuse("is missing", "event");
        return false;
      }
      event.properties = std::move(members.properties);
      break;
    case events::Type::kPage:
    case events::Type::kScreen:
      text_member(members, kName, kMaxNameBytes, event.name);
      event.properties = std::move(members.properties);
      put_in_front(members, kCategory, event.properties);
      break;
    case events::Type::kIdentify:
      event.properties = std::move(members.has(kTraits) ? members.traits : members.properties);
      if (event.properties.empty()) event.properties = traits_in(members.context);
      break;
    case events::Type::kGroup:
      if (!id_member(members, kGroupId, previous) || previous.empty()) {
        members.refuse("is missing", "groupId");
        return false;
      }
      event.properties = std::move(members.has(kTraits) ? members.traits : members.properties);
      put_in_front(members, kGroupId, event.properties);
      break;
    case events::Type::kAlias:
      if (event.user_id.empty()) members.refuse("is missing", "userId");
      if (!id_member(members, kPreviousId, previous) || previous.empty()) {
        members.refuse("is missing", "previousId");
      }
      event.properties.clear();
      put_in_front(members, kPreviousId, event.properties);
      break;
  }
  if (event.properties.empty()) event.properties = "{}";
  return !members.wrong;
}

// RudderStack's browser library puts the traits of an identify into its context.
std::string Decoder::traits_in(const std::string& context) {
  if (context.find("\"traits\"") == std::string::npos) return "";
  auto document = parse_json(context);
  if (!document) return "";
  const Json& traits = member_of(*document, "traits");
  return traits.is_object() ? to_text(traits) : "";
}

// Adds a member that stands beside the properties in the call, in place of one of the same name.
void Decoder::put_in_front(Members& members, Field field, std::string& properties) {
  std::string value;
  if (!id_member(members, field, value) || value.empty()) return;
  std::string member;
  append_json_string(member, kFieldNames[field]);
  std::string rest = std::move(properties);
  if (rest.find(member) != std::string::npos) {
    if (auto document = parse_json(rest); document && document->contains(kFieldNames[field])) {
      document->erase(std::string(kFieldNames[field]));
      rest = to_text(*document);
    }
  }
  properties = "{" + member + ":";
  append_json_string(properties, value);
  if (rest.size() > 2) {
    properties += ',';
    properties.append(rest, 1);
  } else {
    properties += '}';
  }
}

void Decoder::reject(Wrong wrong, std::string_view raw) {
  out_.rejected.push_back({.reason = std::move(wrong.reason),
                           .where = std::move(wrong.where),
                           .body = std::string(cut_text(raw, kMaxEventBytes)),
                           .form = "segment:" + std::string(call_)});
}

// timestamp = received − (sent − happened): whatever the sender's clock says, the time between
// happening and sending is right. Imports tell of the past and are taken at their word.
void Decoder::settle_times(std::optional<Instant> batch_sent) {
  out_.events.reserve(waiting_.size());
  for (Waiting& waiting : waiting_) {
    events::Event& event = waiting.event;
    auto sent = batch_sent ? batch_sent : waiting.sent;
    event.timestamp = waiting.happened.value_or(received_at_);
    if (waiting.happened && sent && call_ != "import") {
      event.timestamp = received_at_ - (*sent - *waiting.happened);
    }
    if (is_impossible_time(event.timestamp, received_at_)) {
      reject({impossible_time(event.timestamp), "timestamp"}, waiting.raw);
      continue;
    }
    if (event.context.empty()) event.context = "{}";
    note_junk(event.context, people::kJunkUserId, waiting.junk_user_id);
    note_junk(event.context, people::kJunkAnonymousId, waiting.junk_anonymous_id);
    out_.events.push_back(std::move(event));
  }
  for (Rejected& rejected : out_.rejected) rejected.sent = batch_sent;
}

}  // namespace

Result<Decoded> decode_segment(std::string_view call, std::string_view body,
                               std::string_view source, Instant received_at,
                               std::string* write_key) {
  return Decoder(call, body, source, received_at).run(write_key);
}

}  // namespace perennial::collect
