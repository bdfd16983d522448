// Events of the log, in the transaction in which the people stage takes them: at that point it is
// known whose each event is, and who was joined to whom.
#include <algorithm>

#include "loyalty/assess.h"
#include "loyalty/held_out.h"
#include "loyalty/moves.h"

namespace perennial::loyalty {
namespace {

bool is_order(std::string_view name) {
  return name == people::kOrderCompleted || name == people::kOrderRefunded ||
         name == people::kOrderLine;
}

}  // namespace

Result<void> take_events(store::Connection& c, std::span<const events::StoredEvent> events,
                         Instant now, const Loyalty::HeldNewcomers& held) {
  const auto all = TRY(all_terms(c));
  if (all.empty()) return {};
  const auto names = event_names(all);
  std::set<PersonId> touched;
  TRY(follow_moves(c, all, touched, now));

  std::vector<const events::StoredEvent*> relevant;
  std::vector<std::string> identities;
  for (const auto& event : events) {
    const bool track = event.type == events::Type::kTrack;
    const bool wanted = event.type == events::Type::kIdentify ||
                        (track && (names.contains(event.name) || is_order(event.name)));
    if (!wanted) continue;
    relevant.push_back(&event);
    identities.push_back(events::identity_of(event.user_id, event.anonymous_id));
  }
  const auto people = TRY(people::people_of(c, identities));
  std::vector<NewFact> facts;
  for (size_t i = 0; i < relevant.size(); ++i) {
    if (people[i] == 0) continue;
    touched.insert(people[i]);
    const auto& event = *relevant[i];
    const bool kept = event.type == events::Type::kTrack && names.contains(event.name) &&
                      event.name != people::kOrderRefunded && event.name != people::kOrderLine;
    if (!kept) continue;
    facts.push_back({.seq = static_cast<int64_t>(event.seq),
                     .at_ms = to_millis(std::min(event.timestamp, event.received_at)),
                     .person = people[i],
                     .identity = identities[i],
                     .name = event.name,
                     .properties = event.properties});
  }
  TRY(add_facts(c, facts));
  const std::vector<PersonId> list(touched.begin(), touched.end());
  TRY(hold_newcomers(c, list, now, held));
  for (const Terms& terms : all) TRY(assess_with_referrals(c, terms, list, now));
  return {};
}

}  // namespace perennial::loyalty
