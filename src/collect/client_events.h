// What the decoders of 神策 and PostHog share: taking a request's events apart, and keeping or
// rejecting them one by one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/collect.h"
#include "collect/json_scan.h"

namespace perennial::collect {

// What events say in the words of docs/formats/events.md: changes of traits, ids of things, and
// events about things.
inline constexpr std::string_view kSetOnce = "$set_once";
inline constexpr std::string_view kIncrement = "$increment";
inline constexpr std::string_view kAppend = "$append";
inline constexpr std::string_view kDelete = "$delete";
inline constexpr std::string_view kItemPrefix = "$item:";
inline constexpr std::string_view kGroupPrefix = "$group:";
inline constexpr std::string_view kItemSet = "Item Set";
inline constexpr std::string_view kItemDeleted = "Item Deleted";

// A time as JSON: ISO 8601 text (UTC unless it says otherwise) or a number of seconds, or of
// milliseconds from 100,000,000,000 on. nullopt for everything else.
std::optional<Instant> time_of(std::string_view json);
std::optional<Instant> time_of(const Json& value);

// Before 1990, or more than 24 hours after `received_at`.
bool is_impossible_time(Instant timestamp, Instant received_at);
std::string impossible_time(Instant timestamp);  // the reason

// A member that is text, or a number written out, trimmed and composed; "" for everything else and
// for junk that names nobody, which goes to `junk` unless that has some already.
std::string id_in(const Json& object, std::string_view member, std::string* junk = nullptr);
// A member of an object, null if it is missing or `object` is none.
const Json& member_of(const Json& object, std::string_view name);
// Moves a member out of an object.
Json take_member(Json& object, std::string_view name);

class ClientEvents {
 public:
  // `form` is what quarantine keeps of how to read an event again.
  ClientEvents(std::string form, std::string_view source, Instant received_at)
      : form_(std::move(form)), source_(source), received_at_(received_at) {}

  using Each = std::function<void(Json event, std::string_view raw)>;
  // The events of a whole text: an array, one object, or one object a line. What is no JSON object
  // that can be stored is rejected with its reason; nothing behind a byte that is not JSON is read.
  void each_of(std::string_view text, const Each& each);
  // The array or object that comes next; false when the text is not JSON there.
  bool each_of(JsonScanner& scanner, const Each& each);

  // Keeps an event, or rejects `raw` and returns false. timestamp = received_at − (sent −
  // happened), or `happened` when nothing tells when it was sent.
  bool keep(events::Event event, std::optional<Instant> happened, std::optional<Instant> sent,
            std::string_view raw);
  void reject(std::string reason, std::string_view where, std::string_view raw);

  Instant received_at() const { return received_at_; }
  // For rejected events that came with others: when the request was sent.
  void set_sent(std::optional<Instant> sent) { sent_ = sent; }
  Decoded take();

 private:
  bool one(JsonScanner& scanner, const Each& each);
  void not_json(const JsonScanner& scanner, std::string_view text);
  std::optional<Rejected> wrong_with(const events::Event& event) const;

  std::string form_;
  std::string_view source_;
  Instant received_at_;
  std::optional<Instant> sent_;
  Decoded out_;
};

}  // namespace perennial::collect
