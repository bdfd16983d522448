// The first step of the stage: reads a batch of events into what they say about identities, joins
// and orders, without looking into the database.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "people/facts.h"
#include "people/identity.h"
#include "people/order_state.h"

namespace perennial::people {

// An identity that the batch speaks of.
struct Subject {
  IdentityKind kind = IdentityKind::kUser;
  std::string_view value;
  Fingerprint key;
  bool seen = false;   // the batch holds an event of its own
  bool shown = false;  // or it came as user or anonymous id of a joining event
  int64_t first_ms = kEndOfTime, last_ms = kBeforeTime;  // of its own events
  std::unique_ptr<Facts> facts;

  IdentityRow row;  // filled by Joiner
  bool created = false, changed = false;
};

// The event behind a join, for the log of joins.
struct Cause {
  std::string_view reason, source, message_id;
  int64_t at_ms = 0;
};
// An identify (or alias) that gives an anonymous identity to a user.
struct Join {
  uint32_t anonymous = 0, user = 0;  // indices of subjects
  Stamp at;
  Cause cause;
};
// alias: two user ids of one person, once both are known as users.
struct Alias {
  uint32_t previous = 0, user = 0;
  Cause cause;
  bool stored = false;  // it is of an earlier batch
};

// A profile names an identifier (identifier.h): a phone, an e-mail, …
struct Claim {
  uint32_t subject = 0;
  int64_t kind = 0;   // IdentifierKind
  std::string value;  // in its normal form
  Stamp at;
  Cause cause;
};
// Values that name nobody, as they came.
struct JunkSeen {
  int64_t events = 0, first_ms = kEndOfTime, last_ms = kBeforeTime;
  std::string source;  // the last in byte order
};

// What an order is called: its id, or what stands for one that is missing or cannot be kept.
std::string order_key(std::string_view order_id, const events::StoredEvent& event);

struct OrderDraft {
  std::string_view source;
  std::string order_id;
  OrderPair pair;  // `identity` of its states is the index of a subject
};

class Intake {
 public:
  // Amounts without a currency are in `currency`, phones without a country code of `region`.
  Intake(PropertyReader& reader, std::string currency, std::string region);
  // `event` must outlive the intake.
  void add(const events::StoredEvent& event);
  // The index of an identity's subject, made if it is not there yet.
  uint32_t subject(IdentityKind kind, std::string_view value);
  // The same text, which the intake keeps itself.
  std::string_view keep(std::string_view text) { return kept_.emplace_back(text); }

  std::vector<Subject> subjects;
  std::vector<Join> joins;
  std::vector<Alias> aliases;
  std::vector<OrderDraft> orders;
  std::vector<Claim> claims;
  std::map<std::pair<std::string, std::string>, JunkSeen> junk;  // by kind and value
  std::vector<uint32_t> redo;  // visitors whose user is to be decided anew

 private:
  void add_track(const events::StoredEvent& event, Stamp at, const uint32_t* who);
  void add_order(const events::StoredEvent& event, Stamp at, const uint32_t* who, bool line,
                 bool refund);
  void add_alias(const events::StoredEvent& event, Stamp at, uint32_t user);
  void add_profile(const events::StoredEvent& event, Stamp at, uint32_t who);
  void add_claim(const events::StoredEvent& event, Stamp at, uint32_t who, std::string_view trait,
                 const std::string& json);
  void note_junk(const events::StoredEvent& event);
  void note_junk(std::string_view kind, std::string_view value, const events::StoredEvent& event);
  OrderDraft& draft(std::string_view source, std::string_view order_id);
  Facts& facts_of(uint32_t subject);

  struct SubjectHash {
    size_t operator()(const Fingerprint& key) const { return key.low; }
  };
  PropertyReader& reader_;
  std::string currency_, region_;
  std::unordered_map<Fingerprint, uint32_t, SubjectHash> index_;
  std::unordered_map<std::string, uint32_t> order_index_;
  std::deque<std::string> kept_;
  std::string buffer_;
  // The last ones found: neighbours in a batch often have the same user and order.
  uint32_t last_subject_ = 0;
  uint32_t last_order_ = 0;
};

}  // namespace perennial::people
