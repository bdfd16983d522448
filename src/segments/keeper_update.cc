// What follows for each segment: who came and who left.
#include <algorithm>

#include "people/telling.h"
#include "segments/keeper_step.h"
#include "segments/segments.h"

namespace perennial::segments {
namespace {

constexpr size_t kToldAtOnce = 5'000;
constexpr std::chrono::hours kSharingFor{1};

// Calls each(person, entered) for who is in one set only.
template <class Each>
void differences(const People& before, const People& after, const Each& each) {
  const size_t buckets = std::max(before.size(), after.size());
  for (size_t bucket = 0; bucket < buckets; ++bucket) {
    const Crowd was = bucket < before.size() ? before[bucket] : Crowd();
    const Crowd is = bucket < after.size() ? after[bucket] : Crowd();
    if (was == is) continue;
    const auto tell = [&](Crowd some, bool entered) {
      some.for_each([&](uint32_t place) {
        each(static_cast<PersonId>(bucket * kBucketPeople + place), entered);
      });
    };
    tell(Crowd(is).remove(was), true);
    tell(Crowd(was).remove(is), false);
  }
}

}  // namespace

// A copy of the members that can be written to; others keep what they hold.
People& Keeper::members_to_change(Kept& kept) {
  if (kept.changing == nullptr) {
    kept.changing = kept.members == nullptr ? std::make_shared<People>()
                                            : std::make_shared<People>(*kept.members);
  }
  return *kept.changing;
}

void Keeper::change(Kept& kept, Step& step, PersonId person, bool entered,
                    std::string_view reason) {
  put(members_to_change(kept), person, entered);
  ++(entered ? kept.size.entered : kept.size.left);
  kept.unsaved = true;
  step.of_segment[kept.saved.id].push_back(person);
  step.changes.push_back({.id = 0,
                          .segment = kept.saved.id,
                          .person = person,
                          .entered = entered,
                          .at = step.now,
                          .reason = std::string(reason)});
}

void Keeper::settle(Kept& kept, Step& step) {
  if (kept.changing != nullptr) {
    kept.members = std::move(kept.changing);
    kept.changing = nullptr;
    kept.computed_at = step.now;
  }
  sort_once(step.of_segment[kept.saved.id]);
}

Result<void> Keeper::update(Kept& kept, Step& step) {
  kept.changing = nullptr;
  if (!kept.saved.dynamic) {
    move_list(kept, step);
    settle(kept, step);
    return {};
  }
  if (!kept.definition) return {};
  for (const std::string& id : kept.references) {
    if (step.replaced.contains(id)) look_again(kept, "segment");
    const auto found = kept_.find(id);
    if (found == kept_.end() || found->second.members == nullptr)
      return fail(Code::kBusy, "a segment that it refers to is not computed", id);
  }
  if (!kept.whole) TRY(update_news(kept, step));
  if (!kept.whole && kept.soonest <= step.second) {
    if (kept.from_log) {
      look_again(kept, "time");
    } else {
      TRY(update_due(kept, step));
    }
  }
  if (kept.whole) TRY(update_whole(kept, step));
  settle(kept, step);
  return {};
}

Result<void> Keeper::compile(Kept& kept, Step& step, const timeline::Stop& stop) {
  if (kept.program != nullptr && kept.snapshot == step.snapshot) return {};
  kept.program = TRY(engine_.compile(*kept.definition, stop, step.snapshot));
  kept.snapshot = step.snapshot;
  return {};
}

Result<std::unique_ptr<Reading>> Keeper::reading(const Kept& kept, const Step& step) {
  return engine_.read(
      *kept.definition,
      [&](const std::string& id) -> Result<MembersPtr> { return kept_.at(id).members; }, step.now);
}

// Everybody.
Result<void> Keeper::update_whole(Kept& kept, Step& step) {
  const auto steady = std::chrono::steady_clock::now();
  kept.from_log = !Engine::suffices(step.snapshot.get(), *kept.definition);
  if (kept.from_log && steady < kept.not_before) return {};
  auto stop = std::make_shared<timeline::Stop>();
  stop->deadline = steady + kMaxEvaluation;
  {
    std::lock_guard lock(mutex_);
    running_ = kept.saved.id;
    stop_ = stop;
    stop->cancelled = stopping_ || edited_.contains(kept.saved.id);
  }
  const auto went = [&]() -> Result<void> {
    TRY(compile(kept, step, *stop));
    const auto reading = TRY(this->reading(kept, step));
    auto whole = TRY(kept.program->evaluate(reading->context(), engine_.pool(), *stop));
    const People before = kept.members == nullptr ? People() : *kept.members;
    if (kept.first) {
      // A new rule is another set, not people who came and went.
      differences(before, whole.members, [&](PersonId, bool entered) {
        ++(entered ? kept.size.entered : kept.size.left);
      });
      kept.changing = std::make_shared<People>(std::move(whole.members));
      kept.unsaved = kept.save_now = true;
      step.replaced.insert(kept.saved.id);
    } else {
      differences(before, whole.members, [&](PersonId person, bool entered) {
        change(kept, step, person, entered, kept.why);
      });
    }
    kept.turns = std::move(whole.turns);
    kept.soonest = kept.turns.empty() ? kNever : std::ranges::min(kept.turns);
    kept.computed_at = step.now;
    kept.whole = kept.first = false;
    return {};
  }();
  if (kept.from_log) {
    // Whether it went or not: others are to be looked at too. What was read of the log is let go,
    // as it may lie in files that are few for all.
    kept.not_before = std::chrono::steady_clock::now() + kFromLogEvery;
    kept.program.reset();
    kept.snapshot.reset();
  }
  std::lock_guard lock(mutex_);
  running_.clear();
  stop_.reset();
  return went;
}

// Whoever the news concern is read once, for all rules that look at them. Where that cannot be done
// each rule reads for itself, and says what is wrong with it.
void Keeper::share(Step& step) {
  auto shared = std::make_unique<SharedHits>(step.snapshot);
  People people;
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxEvaluation;
  for (auto& [id, kept] : kept_) {
    if (!kept.definition || kept.whole || kept.from_log) continue;
    if (kept.snapshot != step.snapshot) {  // nobody else may need it any more
      kept.program.reset();
      kept.snapshot.reset();
    }
    const auto concerns = concerned(step.news, kept.interest);
    if (concerns.empty() || !Engine::suffices(step.snapshot.get(), *kept.definition)) continue;
    // Selectors reach back as far as windows did when they were made.
    if (kept.sharing == nullptr || step.now - kept.sharing_since > kSharingFor) {
      const Moment moment = Moment::of(step.calendar, step.now);
      auto made = Program::compile(*kept.definition, nullptr, moment, engine_.pool(), stop);
      if (!made) continue;
      kept.sharing = std::move(*made);
      kept.sharing_since = step.now;
    }
    for (const PersonId person : concerns) put(people, person, true);
    step.places.emplace(id, shared->add(kept.sharing->selectors()));
  }
  if (people.empty()) return;
  if (shared->read(std::move(people), engine_.pool(), stop)) step.shared = std::move(shared);
}

// Where the rule's selectors are in what was read for all, if that holds all these people.
const SharedHits::Places* Keeper::places_in_shared(const Kept& kept, const Step& step,
                                                   const std::vector<PersonId>& people) {
  const auto places = step.places.find(kept.saved.id);
  if (step.shared == nullptr || places == step.places.end()) return nullptr;
  const bool all = std::ranges::all_of(
      people, [&](PersonId person) { return step.shared->find(person).has_value(); });
  return all ? &places->second : nullptr;
}

// Those whom the news may concern, one by one.
Result<void> Keeper::update_news(Kept& kept, Step& step) {
  const std::vector<PersonId> by_events = concerned(step.news, kept.interest);
  std::vector<PersonId> people = by_events;
  std::vector<PersonId> by_facts, by_segments;
  for (const std::string& fact : kept.facts) {
    if (const auto found = step.of_fact.find(fact); found != step.of_fact.end())
      add_sorted(by_facts, found->second);
  }
  for (const std::string& id : kept.references) {
    if (const auto found = step.of_segment.find(id); found != step.of_segment.end())
      add_sorted(by_segments, found->second);
  }
  add_sorted(people, by_facts);
  add_sorted(people, by_segments);
  if (people.empty()) return {};
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxEvaluation;
  kept.from_log = !Engine::suffices(step.snapshot.get(), *kept.definition);
  if (kept.from_log) {
    // What the log must answer is answered for everybody at once, and not for every event.
    look_again(kept, "event");
    return {};
  }
  const SharedHits::Places* places = places_in_shared(kept, step, people);
  if (places == nullptr) TRY(compile(kept, step, stop));
  const auto reading = TRY(this->reading(kept, step));
  Program::Personal personal(places != nullptr ? *kept.sharing : *kept.program, reading->context(),
                             places != nullptr ? step.shared.get() : nullptr, places);
  for (size_t i = 0; i < people.size(); ++i) {
    const PersonId person = people[i];
    const bool is = personal.is_member(person);
    const bool was = kept.members != nullptr && has(*kept.members, person);
    if (is != was) change(kept, step, person, is, reason_of(step, kept, person, by_facts));
    const size_t bucket = static_cast<size_t>(person) / kBucketPeople;
    if (i + 1 < people.size() && static_cast<size_t>(people[i + 1]) / kBucketPeople == bucket)
      continue;
    const Second turns = personal.take_turns();
    if (kept.turns.size() <= bucket) kept.turns.resize(bucket + 1, kNever);
    kept.turns[bucket] = std::min(kept.turns[bucket], turns);
    kept.soonest = std::min(kept.soonest, turns);
  }
  return {};
}

std::string_view Keeper::reason_of(const Step& step, const Kept& kept, PersonId person,
                                   const std::vector<PersonId>& by_facts) {
  if (std::ranges::binary_search(step.moved, person)) return "merge";
  for (const auto& [key, people] : step.news.did) {
    if (key.first == events::Type::kIdentify) continue;
    if (!kept.interest.anything && !kept.interest.names.contains(key) &&
        !kept.interest.types.contains(key.first))
      continue;
    if (std::ranges::binary_search(people, person)) return "event";
  }
  if (std::ranges::binary_search(step.news.changed, person)) return "profile";
  return std::ranges::binary_search(by_facts, person) ? "fact" : "segment";
}

// The buckets whose time has come.
Result<void> Keeper::update_due(Kept& kept, Step& step) {
  std::vector<uint32_t> due;
  for (size_t bucket = 0; bucket < kept.turns.size(); ++bucket) {
    if (kept.turns[bucket] <= step.second) due.push_back(static_cast<uint32_t>(bucket));
  }
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxEvaluation;
  TRY(compile(kept, step, stop));
  const auto reading = TRY(this->reading(kept, step));
  const auto some = TRY(kept.program->evaluate(reading->context(), engine_.pool(), stop, &due));
  for (uint32_t bucket : due) {
    const People before(1, members_in(kept, bucket));
    const People after(1, bucket < some.members.size() ? some.members[bucket] : Crowd());
    differences(before, after, [&](PersonId place, bool entered) {
      change(kept, step, static_cast<PersonId>(size_t{bucket} * kBucketPeople) + place, entered,
             "time");
    });
    kept.turns[bucket] = bucket < some.turns.size() ? some.turns[bucket] : kNever;
  }
  kept.soonest = kept.turns.empty() ? kNever : std::ranges::min(kept.turns);
  return {};
}

Crowd Keeper::members_in(const Kept& kept, uint32_t bucket) {
  const People* members = kept.changing != nullptr ? kept.changing.get() : kept.members.get();
  return members != nullptr && bucket < members->size() ? (*members)[bucket] : Crowd();
}

// ---- lists

void Keeper::move_list(Kept& kept, Step& step) {
  for (const people::Move& move : step.news.moves) {
    if (!move.whole || move.from == 0) continue;
    const auto there = [&](PersonId person) {
      const People* members = kept.changing != nullptr ? kept.changing.get() : kept.members.get();
      return members != nullptr && has(*members, person);
    };
    if (!there(move.from)) continue;
    change(kept, step, move.from, false, "merge");
    if (!there(move.into)) change(kept, step, move.into, true, "merge");
  }
}

void Keeper::replace_list(Kept& kept, Step& step, MembersPtr members) {
  if (members == nullptr) members = std::make_shared<const People>();
  const People before = kept.members == nullptr ? People() : *kept.members;
  const bool known = kept.members != nullptr;
  kept.members = members;
  kept.computed_at = step.now;
  kept.first = false;
  if (!known) {
    kept.size.entered += static_cast<int64_t>(size_of(*members));
    kept.save_now = kept.unsaved = true;
    step.replaced.insert(kept.saved.id);
    return;
  }
  differences(before, *members, [&](PersonId person, bool entered) {
    ++(entered ? kept.size.entered : kept.size.left);
    kept.unsaved = true;
    step.of_segment[kept.saved.id].push_back(person);
    step.changes.push_back({0, kept.saved.id, person, entered, step.now, "list"});
  });
}

// ---- telling

// Who came and went, as events. Their ids follow from the changes' numbers: a repeat counts once.
Result<void> Keeper::tell() {
  if (untold_.empty() && progress_.told < progress_.last_change) {
    untold_ = TRY(parts_.database.read(
        [&](store::Connection& c) { return changes_after(c, progress_.told, kToldAtOnce); }));
    if (untold_.empty()) progress_.told = progress_.last_change;  // they were deleted
  }
  while (!untold_.empty()) {
    const size_t count = std::min(untold_.size(), kToldAtOnce);
    const std::span some(untold_.data(), count);
    const people::Telling telling;
    auto events = TRY(events_of(some));
    if (!events.empty()) TRY(parts_.log.append_and_wait(std::move(events)));
    progress_.told = some.back().id;
    untold_.erase(untold_.begin(), untold_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return {};
}

Result<std::vector<events::Event>> Keeper::events_of(std::span<const Change> changes) {
  std::vector<PersonId> ids;
  for (const Change& change : changes) {
    const auto kept = kept_.find(change.segment);
    if (kept != kept_.end() && kept->second.saved.announce) ids.push_back(change.person);
  }
  std::map<PersonId, std::pair<std::string, std::string>> who;  // user id, anonymous id
  if (ids.empty()) return std::vector<events::Event>();
  TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
    for (const people::Person& person : TRY(people::find_people(c, ids))) {
      auto& one = who[person.id];
      one.first = person.user_id;
      if (!one.first.empty()) continue;
      for (const auto& identity : TRY(people::identities_of(c, person.id))) {
        if (identity.kind == "anonymous_id") one.second = identity.value;
      }
    }
    return {};
  }));
  std::vector<events::Event> out;
  for (const Change& change : changes) {
    const auto kept = kept_.find(change.segment);
    const auto person = who.find(change.person);
    if (kept == kept_.end() || person == who.end() || !kept->second.saved.announce) continue;
    if (person->second.first.empty() && person->second.second.empty()) continue;
    events::Event event;
    event.source = kEventSource;
    event.message_id = change.segment + ":" + std::to_string(change.id);
    event.type = events::Type::kTrack;
    event.name = change.entered ? kEntered : kLeft;
    event.user_id = person->second.first;
    event.anonymous_id = person->second.second;
    event.timestamp = change.at;
    event.received_at = parts_.clock();
    event.properties = to_text({{"segment_id", change.segment},
                                {"segment_name", kept->second.saved.name},
                                {"reason", change.reason}});
    out.push_back(std::move(event));
  }
  return out;
}

}  // namespace perennial::segments
