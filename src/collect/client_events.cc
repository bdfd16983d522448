#include "collect/client_events.h"

#include <utility>

#include <charconv>
#include <cmath>

#include <simdjson.h>

#include "collect/client_body.h"
#include "collect/ids.h"

namespace perennial::collect {

const Instant kEarliest = from_millis(631'152'000'000);

namespace {

// Numbers from here on are milliseconds since 1970, below they are seconds: 100,000,000,000 s lies
// in the year 5138, and as many milliseconds in 1973.
constexpr double kFirstMillisNumber = 1e11;
constexpr double kLargestTimeNumber = 1e15;

std::optional<Instant> time_of_number(double number) {
  if (std::abs(number) < kFirstMillisNumber) number *= 1000;
  if (!(std::abs(number) <= kLargestTimeNumber)) return std::nullopt;
  return from_millis(std::llround(number));
}

std::optional<Instant> time_of_text(std::string_view text) {
  auto parsed = parse_instant(trim(text));
  if (!parsed) return std::nullopt;
  return *parsed;
}

}  // namespace

std::optional<Instant> time_of(std::string_view json) {
  if (json.empty()) return std::nullopt;
  if (json.front() == '"') return time_of_text(json.substr(1, json.size() - 2));
  double number = 0;
  auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error != std::errc() || end != json.data() + json.size()) return std::nullopt;
  return time_of_number(number);
}

std::optional<Instant> time_of(const Json& value) {
  if (value.is_string()) return time_of_text(value.get_ref<const std::string&>());
  if (value.is_number()) return time_of_number(value.get<double>());
  return std::nullopt;
}

bool is_impossible_time(Instant timestamp, Instant received_at) {
  return timestamp < kEarliest || timestamp > received_at + kLatestAhead;
}

std::string impossible_time(Instant timestamp) {
  return "is before 1990 or more than 24 hours ahead: " + format_instant(timestamp);
}

const Json& member_of(const Json& object, std::string_view name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

Json take_member(Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  auto found = object.find(name);
  if (found == object.end()) return nullptr;
  Json value = std::move(*found);
  object.erase(found);
  return value;
}

std::string id_in(const Json& object, std::string_view member, std::string* junk) {
  const Json& value = member_of(object, member);
  std::string id;
  if (value.is_string()) id = trim(value.get_ref<const std::string&>());
  if (value.is_number_integer()) id = value.dump();
  const std::string named_nobody = settle_id(id);
  if (junk != nullptr && junk->empty()) *junk = named_nobody;
  return id;
}

void ClientEvents::each_of(std::string_view text, const Each& each) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return reject("is not well-formed UTF-8", "", text);
  }
  JsonScanner scanner(text);
  if (scanner.peek() == '\0') return reject("holds no event", "", text);
  while (scanner.peek() != '\0') {
    if (!each_of(scanner, each)) return not_json(scanner, text);
  }
}

bool ClientEvents::each_of(JsonScanner& scanner, const Each& each) {
  if (!scanner.take('[')) return one(scanner, each);
  if (scanner.take(']')) return true;
  do {
    if (!one(scanner, each)) return false;
  } while (scanner.take(','));
  return scanner.take(']');
}

bool ClientEvents::one(JsonScanner& scanner, const Each& each) {
  std::string_view raw;
  scanner.clear_fault();
  if (!scanner.skip(raw)) return false;
  if (raw.size() > kMaxEventBytes) {
    reject("an event has at most " + std::to_string(kMaxEventBytes) + " bytes", "", raw);
  } else if (scanner.fault() != nullptr) {
    reject(scanner.fault(), "", raw);
  } else if (!raw.starts_with('{')) {
    reject("expected an object", "", raw);
  } else if (auto event = parse_json(raw)) {
    each(std::move(*event), raw);
  } else {
    reject(event.error().message, "", raw);
  }
  return true;
}

void ClientEvents::not_json(const JsonScanner& scanner, std::string_view text) {
  reject("is not well-formed JSON near byte " + std::to_string(scanner.position()), "", text);
}

std::optional<Rejected> ClientEvents::wrong_with(const events::Event& event) const {
  auto wrong = [](std::string reason, std::string where) {
    return Rejected{.reason = std::move(reason), .where = std::move(where)};
  };
  if (event.user_id.empty() && event.anonymous_id.empty()) {
    return wrong("names nobody", "distinct_id");
  }
  for (const std::string* id : {&event.user_id, &event.anonymous_id}) {
    if (id->size() <= kMaxIdBytes) continue;
    return wrong("has at most " + std::to_string(kMaxIdBytes) + " bytes", "distinct_id");
  }
  if (event.name.size() > kMaxNameBytes) {
    return wrong("has at most " + std::to_string(kMaxNameBytes) + " bytes", "event");
  }
  if (event.type == events::Type::kTrack && event.name.empty()) {
    return wrong("is missing", "event");
  }
  if (is_impossible_time(event.timestamp, received_at_)) {
    return wrong(impossible_time(event.timestamp), "time");
  }
  return std::nullopt;
}

bool ClientEvents::keep(events::Event event, std::optional<Instant> happened,
                        std::optional<Instant> sent, std::string_view raw) {
  event.source = source_;
  event.received_at = received_at_;
  event.timestamp = happened.value_or(received_at_);
  if (happened && sent) event.timestamp = received_at_ - (*sent - *happened);
  if (event.message_id.empty()) event.message_id = new_id("msg");
  if (auto wrong = wrong_with(event)) {
    reject(std::move(wrong->reason), wrong->where, raw);
    return false;
  }
  out_.events.push_back(std::move(event));
  return true;
}

void ClientEvents::reject(std::string reason, std::string_view where, std::string_view raw) {
  out_.rejected.push_back({.reason = std::move(reason),
                           .where = std::string(where),
                           .body = storable(cut_text(raw, kMaxEventBytes)),
                           .form = form_});
}

Decoded ClientEvents::take() {
  for (Rejected& rejected : out_.rejected) rejected.sent = sent_;
  return std::move(out_);
}

}  // namespace perennial::collect
