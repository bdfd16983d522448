#include "people/intake.h"

#include <algorithm>

#include "people/identifier.h"
#include "people/own_events.h"

namespace perennial::people {
namespace {

constexpr size_t kMaxOrderIdBytes = 255;  // a longer one is kept as its fingerprint
constexpr std::string_view kUnsubscribed = "Unsubscribed";
constexpr std::string_view kSubscribed = "Subscribed";
constexpr size_t kMaxJunkBytes = 64;

Cause cause_of(const events::StoredEvent& event) {
  return {events::type_name(event.type), event.source, event.message_id,
          to_millis(event.timestamp)};
}

}  // namespace

// An order without an id is an order of its own.
std::string order_key(std::string_view order_id, const events::StoredEvent& event) {
  if (order_id.empty()) return order_key("message:" + event.message_id, event);
  if (order_id.size() <= kMaxOrderIdBytes && is_storable_text(order_id)) {
    return std::string(order_id);
  }
  return "fingerprint:" + fingerprint(order_id).hex();
}

Intake::Intake(PropertyReader& reader, std::string currency, std::string region)
    : reader_(reader), currency_(std::move(currency)), region_(std::move(region)) {}

uint32_t Intake::subject(IdentityKind kind, std::string_view value) {
  if (last_subject_ < subjects.size()) {
    const Subject& last = subjects[last_subject_];
    if (last.kind == kind && last.value == value) return last_subject_;
  }
  buffer_.assign(kind == IdentityKind::kUser ? "u:" : "a:").append(value);
  const Fingerprint key = fingerprint(buffer_);
  const auto [found, added] = index_.try_emplace(key, static_cast<uint32_t>(subjects.size()));
  if (added) {
    Subject& subject = subjects.emplace_back();
    subject.kind = kind;
    subject.value = value;
    subject.key = key;
  }
  last_subject_ = found->second;
  return found->second;
}

Facts& Intake::facts_of(uint32_t index) {
  auto& facts = subjects[index].facts;
  if (!facts) facts = std::make_unique<Facts>();
  return *facts;
}

void Intake::add(const events::StoredEvent& event) {
  // Whom we tell of was not seen by it, and is known already.
  if (is_told_by_us(event)) return;
  const Stamp at{to_millis(event.timestamp), static_cast<int64_t>(event.seq)};
  const bool user_known = names_somebody(event.user_id);
  const bool visitor_known =
      names_somebody(event.anonymous_id) && !is_anonymous_order(event.source, event.anonymous_id);
  if (!user_known || !visitor_known) note_junk(event);
  if (!user_known && !visitor_known) {
    if (event.type == events::Type::kTrack) add_track(event, at, nullptr);
    return;
  }
  const uint32_t who = user_known ? subject(IdentityKind::kUser, event.user_id)
                                  : subject(IdentityKind::kAnonymous, event.anonymous_id);
  Subject& subject_of_event = subjects[who];
  subject_of_event.seen = subject_of_event.shown = true;
  subject_of_event.first_ms = std::min(subject_of_event.first_ms, at.ms);
  subject_of_event.last_ms = std::max(subject_of_event.last_ms, at.ms);
  switch (event.type) {
    case events::Type::kTrack:
      return add_track(event, at, &who);
    case events::Type::kIdentify:
      add_profile(event, at, who);
      if (user_known && visitor_known) {
        const uint32_t visitor = subject(IdentityKind::kAnonymous, event.anonymous_id);
        subjects[visitor].shown = true;
        joins.push_back({visitor, who, at, cause_of(event)});
      }
      return;
    case events::Type::kAlias:
      if (user_known) add_alias(event, at, who);
      return;
    case events::Type::kPage:
    case events::Type::kScreen:
    case events::Type::kGroup:
      return;
  }
}

void Intake::add_profile(const events::StoredEvent& event, Stamp at, uint32_t who) {
  read_traits(reader_, event.properties, at, facts_of(who),
              [&](std::string_view trait, const std::string& json) {
                add_claim(event, at, who, trait, json);
              });
}

void Intake::add_claim(const events::StoredEvent& event, Stamp at, uint32_t who,
                       std::string_view trait, const std::string& json) {
  const auto kind = identifier_of_trait(trait);
  if (!kind || json.size() > 2 * kMaxIdentifierText) return;
  const Json value = Json::parse(json, nullptr, false);
  std::string text;
  if (value.is_string()) text = value.get<std::string>();
  if (value.is_number_integer()) text = value.dump();
  std::string normal = normal_identifier(*kind, text, region_);
  if (normal.empty()) return;
  if (is_junk_identifier(*kind, normal)) return note_junk(kind_name(*kind), normal, event);
  claims.push_back({.subject = who,
                    .kind = static_cast<int64_t>(*kind),
                    .value = std::move(normal),
                    .at = at,
                    .cause = cause_of(event)});
}

// What was sent as an id and names nobody. Ids that collect/ took out are noted in the context.
void Intake::note_junk(const events::StoredEvent& event) {
  if (!event.user_id.empty() && is_junk_id(event.user_id)) {
    note_junk("user_id", event.user_id, event);
  }
  if (!event.anonymous_id.empty() && is_junk_id(event.anonymous_id)) {
    note_junk("anonymous_id", event.anonymous_id, event);
  }
  if (event.context.find(kJunkUserId) != std::string::npos) {
    note_junk("user_id", reader_.read_text(event.context, kJunkUserId), event);
  }
  if (event.context.find(kJunkAnonymousId) != std::string::npos) {
    note_junk("anonymous_id", reader_.read_text(event.context, kJunkAnonymousId), event);
  }
}

void Intake::note_junk(std::string_view kind, std::string_view value,
                       const events::StoredEvent& event) {
  std::string shown(cut_text(trim(value), kMaxJunkBytes));
  if (shown.empty() || !is_storable_text(shown)) return;
  std::ranges::transform(shown, shown.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  if (shown.find_first_not_of("0-") == std::string::npos) shown = "0";
  JunkSeen& seen = junk[{std::string(kind), std::move(shown)}];
  const int64_t ms = to_millis(event.timestamp);
  ++seen.events;
  seen.first_ms = std::min(seen.first_ms, ms);
  seen.last_ms = std::max(seen.last_ms, ms);
  seen.source = std::max(seen.source, event.source);
}

void Intake::add_alias(const events::StoredEvent& event, Stamp at, uint32_t user) {
  std::string_view previous = reader_.read_text(event.properties, "previousId");
  const bool in_properties = !previous.empty();
  if (!in_properties) previous = event.anonymous_id;
  if (!names_somebody(previous) || previous == event.user_id) return;
  // The text in the properties is the reader's; what is kept must outlive its next reading.
  const std::string_view kept = in_properties ? keep(previous) : previous;
  const uint32_t visitor = subject(IdentityKind::kAnonymous, kept);
  joins.push_back({visitor, user, at, cause_of(event)});
  const uint32_t other_user = subject(IdentityKind::kUser, kept);
  aliases.push_back({other_user, user, cause_of(event)});
}

void Intake::add_track(const events::StoredEvent& event, Stamp at, const uint32_t* who) {
  const std::string_view name = event.name;
  if (name == kOrderLine) return add_order(event, at, who, true, false);
  if (name == kOrderCompleted) return add_order(event, at, who, false, false);
  if (name == kOrderRefunded) return add_order(event, at, who, false, true);
  if (who == nullptr || (name != kSubscribed && name != kUnsubscribed)) return;
  if (reader_.read_text(event.properties, "channel") != "email") return;
  if (!reader_.read_text(event.properties, "topic").empty())
    return;  // not on the channel as a whole
  facts_of(*who).say_consent(
      name == kSubscribed ? Person::Consent::kSubscribed : Person::Consent::kUnsubscribed, at);
}

void Intake::add_order(const events::StoredEvent& event, Stamp at, const uint32_t* who, bool line,
                       bool refund) {
  const OrderProperties properties = reader_.read_order(event.properties);
  OrderPair& pair = draft(event.source, order_key(properties.order_id, event)).pair;
  OrderState& state = refund || (line && properties.refund_kind) ? pair.refund : pair.order;
  if (line) {
    state.add_line(properties, currency_, at);
  } else if (refund) {
    state.add_refund(properties, currency_, at,
                     refund_name(properties.refund_id, event.message_id));
  } else {
    state.add_header(properties, currency_, at);
  }
  if (who == nullptr) return;
  const int64_t rank = subjects[*who].kind == IdentityKind::kUser ? 2 : 1;
  state.add_owner(rank, at, *who, 0);
}

OrderDraft& Intake::draft(std::string_view source, std::string_view order_id) {
  if (last_order_ < orders.size()) {
    OrderDraft& last = orders[last_order_];
    if (last.order_id == order_id && last.source == source) return last;
  }
  buffer_.assign(source).append(1, '\0').append(order_id);
  const auto [found, added] =
      order_index_.try_emplace(buffer_, static_cast<uint32_t>(orders.size()));
  if (added) orders.push_back({source, std::string(order_id), {}});
  last_order_ = found->second;
  return orders[found->second];
}

}  // namespace perennial::people
