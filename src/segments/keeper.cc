// The keeping thread: when it looks, what it loads, and what it shows to others.
#include "segments/keeper.h"

#include <utility>

#include <algorithm>

#include "segments/keeper_step.h"

namespace perennial::segments {
namespace {

constexpr std::chrono::milliseconds kErrorPause{500};
constexpr std::chrono::milliseconds kFactsEvery{250};
constexpr int kFactsRest = 10;  // times as long as it took to make them
constexpr std::chrono::seconds kProgressEvery{5};
constexpr size_t kChangesAtOnce = 5'000;       // of one transaction
constexpr std::chrono::seconds kMovedFor{10};  // until the timeline surely has them

}  // namespace

void Keeper::start() {
  thread_ = std::thread([this] { run(); });
}

void Keeper::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    if (stop_) stop_->cancelled = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Keeper::edited(const std::string& id) {
  {
    std::lock_guard lock(mutex_);
    ++edits_;
    edited_.insert(id);
    if (running_ == id && stop_) stop_->cancelled = true;
  }
  changed_.notify_all();
}

void Keeper::run() {
  for (;;) {
    const auto went = step();
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (went && loaded_) {
      changed_.wait_for(lock, kLook, [&] { return stopping_ || edits_ != edits_done_; });
    } else if (went) {  // the timeline is still being built
      changed_.wait_for(lock, kLook, [&] { return stopping_; });
    } else {
      if (parts_.say) parts_.say("segments wait error=\"" + went.error().text() + "\"");
      changed_.wait_for(lock, kErrorPause, [&] { return stopping_; });
    }
    if (stopping_) return;
  }
}

// ---- loading

Result<void> Keeper::load() {
  kept_.clear();
  facts_.clear();
  roster_kept_ = false;
  std::map<std::string, MembersPtr> members;
  std::vector<Saved> all;
  TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
    progress_ = TRY(load_progress(c));
    all = TRY(list_saved(c));
    for (const Saved& saved : all) {
      if (auto some = TRY(load_members(c, saved.id)))
        members[saved.id] = std::make_shared<const People>(std::move(*some));
    }
    return {};
  }));
  for (Saved& saved : all) {
    Kept kept;
    if (const auto found = members.find(saved.id); found != members.end()) {
      kept.members = found->second;
      kept.first = false;
    } else if (!saved.dynamic) {
      kept.members = std::make_shared<const People>();
    }
    kept.saved = std::move(saved);
    adopt(kept);
    kept_.insert_or_assign(kept.saved.id, std::move(kept));
  }
  order();
  loaded_ = true;
  return {};
}

// The parsed definition, and what follows from it.
void Keeper::adopt(Kept& kept) {
  kept.definition.reset();
  kept.sharing.reset();
  kept.program.reset();
  kept.snapshot.reset();
  kept.turns.clear();
  kept.soonest = kNever;
  kept.error.clear();
  kept.references.clear();
  kept.facts.clear();
  kept.whole = kept.saved.dynamic;
  if (!kept.saved.dynamic) return;
  auto parsed = parse_definition(kept.saved.definition, engine_.calendar());
  if (!parsed) {
    kept.error = parsed.error().text();
    kept.whole = false;
    return;
  }
  kept.interest = Interest::of(*parsed);
  kept.references = references_of(*parsed);
  kept.facts = facts_of(*parsed);
  kept.definition = std::move(*parsed);
}

Result<void> Keeper::reload(Step& step) {
  std::vector<Saved> all;
  std::map<std::string, MembersPtr> lists;
  TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
    all = TRY(list_saved(c));
    for (const Saved& saved : all) {
      const auto known = kept_.find(saved.id);
      const bool newer = known == kept_.end() || known->second.saved.version != saved.version;
      if (saved.dynamic || !newer) continue;
      if (auto some = TRY(load_members(c, saved.id)))
        lists[saved.id] = std::make_shared<const People>(std::move(*some));
    }
    return {};
  }));
  std::set<std::string> there;
  for (Saved& saved : all) {
    there.insert(saved.id);
    auto [place, added] = kept_.try_emplace(saved.id);
    Kept& kept = place->second;
    if (!added && kept.saved.version == saved.version) continue;
    const bool same = !added && kept.saved.definition == saved.definition;
    kept.saved = std::move(saved);
    if (!kept.saved.dynamic) {
      adopt(kept);
      replace_list(kept, step, lists[kept.saved.id]);
    } else if (!same) {
      adopt(kept);
      kept.first = true;
    }
  }
  std::erase_if(kept_, [&](const auto& one) { return !there.contains(one.first); });
  order();
  return {};
}

// Those that others refer to come first. What was saved has no cycles.
void Keeper::order() {
  order_.clear();
  std::set<std::string> done;
  const std::function<void(const std::string&)> visit = [&](const std::string& id) {
    const auto found = kept_.find(id);
    if (found == kept_.end() || !done.insert(id).second) return;
    for (const std::string& reference : found->second.references) visit(reference);
    order_.push_back(id);
  };
  for (const auto& [id, kept] : kept_) visit(id);
}

// ---- looking

Result<void> Keeper::look(Step& step) {
  News& news = step.news = TRY(read_moves(parts_.database, progress_, *step.snapshot));
  // A snapshot may not have the histories of those yet whose identities moved just now: they are
  // looked at again with the next ones.
  const auto steady = std::chrono::steady_clock::now();
  for (const people::Move& move : news.moves) {
    for (const PersonId person : {move.from, move.into}) {
      if (person == 0) continue;
      moved_[person] = steady + kMovedFor;
      step.moved.push_back(person);
    }
  }
  sort_once(step.moved);
  if (step.snapshot != looked_at_) {
    for (const auto& [person, until] : moved_) news.changed.push_back(person);
    std::erase_if(moved_, [&](const auto& one) { return one.second < steady; });
  }
  looked_at_ = step.snapshot;
  if (kept_.empty()) {
    // Nobody asks what the events say, and an import of millions should not pay for it.
    engine_.roster().let_go();
    roster_kept_ = false;
    return {};
  }
  if (!std::exchange(roster_kept_, true)) TRY(engine_.roster().keep());
  TRY(add_events(parts_.database, parts_.log, progress_, *step.snapshot, news));
  if (news.too_much) {
    TRY(engine_.roster().keep());
    for (auto& [id, kept] : kept_) look_again(kept, "catch_up");
    return {};
  }
  {
    // Whoever is new counts for every rule that says "not".
    const auto view = TRY(engine_.roster().view({}));
    for (PersonId person : news.somebody) {
      if (!has(view.everyone(), person)) news.changed.push_back(person);
    }
  }
  sort_once(news.changed);
  return engine_.roster().patch(news.changed);
}

void Keeper::look_again(Kept& kept, std::string_view why) {
  if (!kept.definition) return;
  if (!kept.whole) kept.why = why;
  kept.whole = true;
}

Result<void> Keeper::refresh_facts(Step& step) {
  const auto began = std::chrono::steady_clock::now();
  std::set<std::string> wanted;
  for (const auto& [id, kept] : kept_) wanted.insert(kept.facts.begin(), kept.facts.end());
  if (wanted.empty() || began < facts_at_) return {};
  for (const std::string& name : wanted) {
    const auto provider = TRY(engine_.find_fact(name));
    if (!provider) continue;
    auto made = provider->column();
    if (!made && made.error().code == Code::kBusy) continue;
    if (!made) return std::unexpected(made.error());
    std::shared_ptr<const FactColumn> column = std::move(*made);
    auto& known = facts_[name];
    if (known == column) continue;
    if (known != nullptr) {
      auto& changed = step.of_fact[name];
      const size_t places = std::max(known->code.size(), column->code.size());
      for (size_t place = 0; place < places; ++place) {
        const auto person = static_cast<PersonId>(place);
        if (known->words[known->of(person)] != column->words[column->of(person)])
          changed.push_back(person);
      }
    }
    known = std::move(column);
  }
  const auto took = std::chrono::steady_clock::now() - began;
  facts_at_ = began + std::max<std::chrono::steady_clock::duration>(kFactsEvery, took * kFactsRest);
  return {};
}

Result<void> Keeper::step() {
  Step step;
  step.snapshot = parts_.timeline.snapshot();
  if (step.snapshot == nullptr) return {};
  if (!loaded_) TRY(load());
  uint64_t edits = 0;
  {
    std::lock_guard lock(mutex_);
    edits = edits_;
    edited_.clear();
  }
  step.now = engine_.now();
  step.second = timeline::to_second(step.now);
  step.calendar = engine_.calendar();
  const auto went = [&]() -> Result<void> {
    if (edits != edits_done_) TRY(reload(step));
    if (step.now < last_now_ || zone_ != step.calendar.zone.name() ||
        week_start_ != step.calendar.week_start) {
      // Nothing that was kept about times holds any more.
      for (auto& [id, kept] : kept_) {
        kept.sharing.reset();
        kept.program.reset();
        look_again(kept, "time");
      }
    }
    last_now_ = step.now;
    zone_ = step.calendar.zone.name();
    week_start_ = step.calendar.week_start;
    TRY(look(step));
    TRY(refresh_facts(step));
    share(step);
    for (const std::string& id : order_) {
      Kept& kept = kept_.at(id);
      auto updated = update(kept, step);
      kept.error = updated ? "" : updated.error().text();
      if (!updated && updated.error().code == Code::kConflict) kept.error.clear();  // edited
    }
    show_early(step);
    return commit(step);
  }();
  if (!went) {
    loaded_ = false;  // what is in memory may be ahead of what is written
    return went;
  }
  publish(edits);
  return tell();
}

// ---- writing and showing

// Who came and went is shown before it is written: what is written may be behind, and writing waits
// for others. What a new rule brings waits, as does whoever waits for all that happened.
void Keeper::show_early(const Step& step) {
  std::lock_guard lock(mutex_);
  for (const auto& [id, people] : step.of_segment) {
    const Kept& kept = kept_.at(id);
    const auto shown = shown_.find(id);
    if (people.empty() || kept.whole || kept.save_now || shown == shown_.end()) continue;
    if (shown->second.version != kept.saved.version) continue;
    shown->second.members = kept.members;
    shown->second.state.people = size_of(*kept.members);
    shown->second.state.computed_at = kept.computed_at;
  }
}

// Others who write need not wait for all of many changes. What a kill leaves out is found again at
// the next start, since how far the keeper has come is written with the last of them.
Result<void> Keeper::commit_many(std::vector<Change>& changes) {
  size_t first = 0;
  while (changes.size() - first > kChangesAtOnce) {
    const auto begin = changes.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<Change> some(begin, begin + static_cast<std::ptrdiff_t>(kChangesAtOnce));
    Progress next = progress_;
    next.last_change = some.back().id;
    TRY(parts_.database.write([&](store::Connection& c) -> Result<void> {
      TRY(drop_changes_of_erased(c, some));
      TRY(add_changes(c, some));
      return save_progress(c, next);
    }));
    progress_ = next;
    untold_.insert(untold_.end(), some.begin(), some.end());
    first += kChangesAtOnce;
  }
  changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(first));
  return {};
}

Result<void> Keeper::commit(Step& step) {
  Progress next = progress_;
  next.seq = std::max(progress_.seq, step.news.seq);
  next.last_move = std::max(progress_.last_move, step.news.last_move);
  for (Change& change : step.changes) change.id = ++next.last_change;
  const auto now = std::chrono::steady_clock::now();
  const bool sizes = now >= sizes_at_, whole = now >= saved_at_;
  bool news = !step.changes.empty() || step.progressed;
  for (const auto& [id, kept] : kept_) {
    news |= kept.unsaved && (whole || kept.save_now);
    news |= sizes && (kept.size.entered != 0 || kept.size.left != 0);
  }
  const bool moved = next.seq != progress_.seq || next.last_move != progress_.last_move;
  news |= moved && now >= progress_at_;
  if (!news) {
    progress_ = next;
    return {};
  }
  TRY(commit_many(step.changes));
  TRY(parts_.database.write([&](store::Connection& c) -> Result<void> {
    TRY(drop_changes_of_erased(c, step.changes));
    TRY(add_changes(c, step.changes));
    for (auto& [id, kept] : kept_) {
      const SizeRow& size = kept.size;
      const bool noted = size.entered != 0 || size.left != 0 || kept.save_now;
      if (kept.members != nullptr && noted && (sizes || kept.save_now)) {
        SizeRow row = size;
        row.hour = step.now;
        row.people = static_cast<int64_t>(size_of(*kept.members));
        TRY(note_size(c, id, row));
      }
      if (kept.unsaved && (whole || kept.save_now))
        TRY(save_members(c, id, *kept.members, next.last_change, step.now));
    }
    return save_progress(c, next);
  }));
  for (auto& [id, kept] : kept_) {
    if (sizes || kept.save_now) kept.size = {};
    if (whole || kept.save_now) kept.unsaved = false;
    kept.save_now = false;
  }
  untold_.insert(untold_.end(), step.changes.begin(), step.changes.end());
  progress_ = next;
  progress_at_ = now + kProgressEvery;
  if (sizes) sizes_at_ = now + kSizeEvery;
  if (whole) saved_at_ = now + kSaveEvery;
  return {};
}

void Keeper::publish(uint64_t edits) {
  {
    std::lock_guard lock(mutex_);
    std::map<std::string, Shown> shown;
    for (const auto& [id, kept] : kept_) {
      Shown one{.members = kept.members, .name = kept.saved.name, .version = 0, .state = {}};
      one.state = {.computing = kept.whole,
                   .error = kept.error,
                   .turns_at = std::nullopt,
                   .people = 0,
                   .computed_at = kept.computed_at};
      const auto before = shown_.find(id);
      if (before != shown_.end() && before->second.members == kept.members) {
        one.state.people = before->second.state.people;
      } else if (kept.members != nullptr) {
        one.state.people = size_of(*kept.members);
      }
      if (kept.soonest != kNever) one.state.turns_at = timeline::to_instant(kept.soonest);
      if (!kept.whole) one.version = kept.saved.version;
      shown.emplace(id, std::move(one));
    }
    shown_ = std::move(shown);
    shown_all_ = true;
    seq_ = progress_.seq;
    edits_done_ = edits;
  }
  changed_.notify_all();
}

Result<MembersPtr> Keeper::members(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const auto found = shown_.find(id);
  if (found == shown_.end()) {
    if (edits_ != edits_done_ || !shown_all_)
      return fail(Code::kBusy, "the segment is being computed", "segment", "ask again in a moment");
    return fail(Code::kNotFound, "there is no such segment", "segment");
  }
  if (found->second.members == nullptr)
    return fail(Code::kBusy, "the segment is being computed", "segment", "ask again in a moment");
  return found->second.members;
}

std::string Keeper::name_of(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const auto found = shown_.find(id);
  return found == shown_.end() ? id : found->second.name;
}

Keeper::State Keeper::state_of(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const auto found = shown_.find(id);
  return found == shown_.end() ? State{.computing = true} : found->second.state;
}

bool Keeper::wait_until(uint64_t seq, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  // A look that begins after this call, so that it also knows what the clock says now.
  const uint64_t edits = ++edits_;
  changed_.notify_all();
  return changed_.wait_for(lock, at_most, [&] {
    return seq_ >= seq && edits_done_ >= edits &&
           std::ranges::none_of(shown_, [](const auto& one) { return one.second.state.computing; });
  });
}

bool Keeper::wait_for(const std::string& id, int64_t version, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, at_most, [&] {
    const auto found = shown_.find(id);
    return found != shown_.end() && found->second.version >= version;
  });
}

}  // namespace perennial::segments
