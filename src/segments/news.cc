#include "segments/news.h"

#include <algorithm>

#include "segments/segments.h"

namespace perennial::segments {
namespace {

constexpr size_t kMovesAtOnce = 10'000;

Result<void> add_moves(store::Connection& c, News& news) {
  for (;;) {
    const auto moves = TRY(people::moves_after(c, news.last_move, kMovesAtOnce));
    for (const people::Move& move : moves) {
      news.last_move = move.id;
      news.moves.push_back(move);
      if (move.from != 0) news.changed.push_back(move.from);
      news.changed.push_back(move.into);
    }
    if (moves.size() < kMovesAtOnce) return {};
  }
}

// Events of a user id may change traits, and orders the country.
bool touches_profile(const events::StoredEvent& event) {
  return event.type == events::Type::kIdentify || event.type == events::Type::kAlias ||
         event.name == people::kOrderLine || event.name == people::kOrderCompleted;
}

Result<void> add_what_they_did(store::Connection& c, std::span<const events::StoredEvent> events,
                               News& news) {
  std::vector<std::string> identities;
  identities.reserve(events.size());
  for (const auto& event : events) {
    identities.push_back(events::identity_of(
        people::names_somebody(event.user_id) ? std::string_view(event.user_id) : "",
        event.anonymous_id));
  }
  const auto owners = TRY(people::people_of(c, identities));
  for (size_t i = 0; i < events.size(); ++i) {
    if (owners[i] == 0 || events[i].source == kEventSource) continue;
    news.did[{events[i].type, events[i].name}].push_back(owners[i]);
    news.somebody.push_back(owners[i]);
    if (touches_profile(events[i])) news.changed.push_back(owners[i]);
  }
  return {};
}

}  // namespace

void sort_once(std::vector<PersonId>& people) {
  std::ranges::sort(people);
  const auto [first, last] = std::ranges::unique(people);
  people.erase(first, last);
}

Result<News> read_moves(store::Database& database, const Progress& progress,
                        const timeline::Snapshot& snapshot) {
  News news;
  news.seq = std::max(progress.seq, snapshot.seq);
  news.last_move = progress.last_move;
  TRY(database.read([&](store::Connection& c) { return add_moves(c, news); }));
  return news;
}

Result<void> add_events(store::Database& database, events::Log& log, const Progress& progress,
                        const timeline::Snapshot& snapshot, News& news) {
  if (snapshot.seq > progress.seq + kMaxNews || news.moves.size() > kMaxNews) {
    news.too_much = true;
    return {};
  }
  for (uint64_t seq = progress.seq; seq < snapshot.seq;) {
    const auto arrived = TRY(log.share_arrivals(seq, kNewsAtOnce));
    const auto events = events::up_to(arrived.events, snapshot.seq);
    if (events.empty()) break;
    seq = events.back().seq;
    TRY(database.read([&](store::Connection& c) { return add_what_they_did(c, events, news); }));
  }
  for (auto& [key, people] : news.did) sort_once(people);
  sort_once(news.somebody);
  sort_once(news.changed);
  return {};
}

Interest Interest::of(const Definition& definition) {
  Interest out;
  for (const auto& selector : selectors_of(definition)) {
    for (const auto& event : selector.any_of) {
      if (!event.type) {
        out.anything = true;
      } else if (!event.name) {
        out.types.insert(*event.type);
      } else {
        out.names.insert({*event.type, *event.name});
      }
    }
  }
  out.traits = !traits_of(definition).empty() || definition.universe.kind == Universe::Kind::kKnown;
  return out;
}

void add_sorted(std::vector<PersonId>& people, const std::vector<PersonId>& more) {
  if (more.empty()) return;
  std::vector<PersonId> all;
  all.reserve(people.size() + more.size());
  std::ranges::set_union(people, more, std::back_inserter(all));
  people = std::move(all);
}

std::vector<PersonId> concerned(const News& news, const Interest& interest) {
  std::vector<PersonId> out = news.changed;
  if (interest.anything) {
    add_sorted(out, news.somebody);
  } else {
    for (const auto& [key, people] : news.did) {
      if (interest.names.contains(key) || interest.types.contains(key.first))
        add_sorted(out, people);
    }
  }
  return out;
}

}  // namespace perennial::segments
