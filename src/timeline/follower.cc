#include "timeline/follower.h"

#include <algorithm>

#include "timeline/scratch_layer.h"
#include "timeline/spill_log.h"

namespace perennial::timeline {
namespace {

constexpr size_t kMaxCachedOwners = 300'000;  // it starts afresh above
constexpr size_t kMovesAtOnce = 5'000;
constexpr uint64_t kEventsOfALookup = 8'192;    // read for one person: the log's index is sparse
constexpr uint64_t kRowsOfAReread = 4'000'000;  // about, in memory: a larger sweep is done in parts
constexpr size_t kSweepPartitions = 64;         // one is in memory as rows
constexpr uint64_t kSimilar = 4;                // layers merge unless the older is this much larger

}  // namespace

Follower::Follower(BuildSource source, Base base, Zone zone, uint64_t sweep_events)
    : source_(source),
      sweep_events_(sweep_events),
      zone_(zone),
      days_(days_of(zone)),
      facts_(base.facts),
      dictionary_(std::move(base.dictionary)),
      intake_(std::make_unique<Intake>(*dictionary_)),
      layers_{std::move(base.layer)},
      seq_(facts_.seq),
      last_move_(facts_.last_move) {}

Snapshot Follower::snapshot() {
  make_newest();
  Snapshot out{.layers = layers_, .dictionary = dictionary_, .seq = seq_, .zone = zone_};
  if (newest_ != nullptr) out.layers.push_back(newest_);
  for (const auto& layer : out.layers) out.events += layer->events();
  return out;
}

void Follower::reread_later(const std::vector<people::PersonId>& people) {
  for (people::PersonId person : people) unsettled_.insert(static_cast<uint32_t>(person));
}

uint64_t Follower::events_above_base() const {
  uint64_t events = rows_.rows.size();
  for (size_t i = 1; i < layers_.size(); ++i) events += layers_[i]->events();
  return events;
}

size_t Follower::layer_bytes() const {
  size_t bytes = newest_ != nullptr ? newest_->bytes() : 0;
  for (size_t i = 1; i < layers_.size(); ++i) bytes += layers_[i]->bytes();
  return bytes + rows_.rows.capacity() * sizeof(Row) + rows_.values.capacity() * sizeof(Value);
}

// ---- looking -----------------------------------------------------------------------------------

Result<std::vector<uint32_t>> Follower::owners_of(store::Connection& c,
                                                  std::span<const events::StoredEvent> arrivals) {
  const auto identity = [](const events::StoredEvent& event) {
    const std::string own = events::identity_of(event.user_id, event.anonymous_id);
    const bool junk = !event.anonymous_id.empty() && is_junk_identity(own);
    return junk ? events::identity_of("", event.anonymous_id) : own;
  };
  if (owners_.size() > kMaxCachedOwners) {
    owners_.clear();
    moved_.clear();
  }
  std::vector<std::string> identities, unknown;
  std::unordered_set<std::string_view> asked;
  identities.reserve(arrivals.size());  // the views stay valid
  for (const auto& event : arrivals) {
    const std::string& one = identities.emplace_back(identity(event));
    if (!owners_.contains(one) && asked.insert(one).second) unknown.push_back(one);
  }
  const auto people = TRY(people::people_of(c, unknown));
  for (size_t i = 0; i < unknown.size(); ++i) {
    // Nobody's now may be somebody's later: that is not remembered.
    if (people[i] != 0) owners_[unknown[i]] = static_cast<uint32_t>(people[i]);
  }
  std::vector<uint32_t> out;
  for (const std::string& one : identities) {
    auto owner = owners_.find(one);
    if (owner == owners_.end()) {
      out.push_back(0);
      continue;
    }
    for (auto next = moved_.find(owner->second); next != moved_.end();
         next = moved_.find(owner->second)) {
      owner->second = next->second;
    }
    out.push_back(owner->second);
  }
  return out;
}

Result<Follower::Look> Follower::look() {
  return source_.database.read([&](store::Connection& c) -> Result<Look> {
    Look out;
    out.reached = TRY(people::reached(c));
    if (erasures_ != out.reached.erasures) {
      owners_.clear();  // whose an identity was it may not be any more
      moved_.clear();
      erasures_ = out.reached.erasures;
    }
    out.moves = TRY(people::moves_after(c, last_move_, kMovesAtOnce));
    apply_moves(out.moves);
    if (out.reached.applied_seq > seq_ && out.reached.applied_seq - seq_ <= sweep_events_) {
      out.shared = TRY(source_.log.share_arrivals(seq_, kArrivalsAtOnce));
      out.arrivals = events::up_to(out.shared.events, out.reached.applied_seq);
      out.owners = TRY(owners_of(c, out.arrivals));
    }
    return out;
  });
}

void Follower::apply_moves(const std::vector<people::Move>& moves) {
  for (const people::Move& move : moves) {
    const auto from = static_cast<uint32_t>(move.from), into = static_cast<uint32_t>(move.into);
    owners_[move.identity] = into;
    if (move.from != 0) {
      unsettled_.insert(from);
      unsettled_.insert(into);
      if (move.whole && from != into) moved_[from] = into;
    }
    last_move_ = move.id;
  }
}

// ---- taking ------------------------------------------------------------------------------------

// Whether an older layer has an event of the person in the same second.
bool Follower::meets_older(uint32_t person, Second at) const {
  const uint32_t place = person % kBucketPeople;
  const uint32_t number = person / kBucketPeople;
  if (number < replaced_.size() && replaced_[number].has(place)) return false;
  for (size_t l = layers_.size(); l-- > 0;) {
    const BucketView bucket = layers_[l]->bucket(number);
    if (!bucket) continue;
    const Second* begin = bucket.at() + bucket.first()[place];
    const Second* end = bucket.at() + bucket.first()[place + 1];
    if (begin != end && at <= end[-1] && std::binary_search(begin, end, at)) return true;
    if (bucket.header().replaced.has(place)) return false;
  }
  return false;
}

void Follower::take(const events::StoredEvent& event, uint32_t person) {
  if (!event.user_id.empty() && !people::names_somebody(event.user_id)) facts_.junk = true;
  newer_rows_ = true;
  if (person == 0) {
    ++facts_.nobody;
    return;
  }
  const auto took = intake_->take(person, event.type, event.name, to_millis(event.timestamp),
                                  event.seq, event.properties, rows_);
  if (took == Intake::Took::kOutside) {
    ++facts_.outside;
  } else if (meets_older(person, rows_.rows.back().at())) {
    unsettled_.insert(person);
  }
}

void Follower::replace(uint32_t person) {
  const size_t bucket = person / kBucketPeople;
  if (replaced_.size() <= bucket) replaced_.resize(bucket + 1);
  replaced_[bucket].add(person % kBucketPeople);
}

// The whole histories of unsettled people, as far as this follower has come. Who could not be read
// stays unsettled, and is read again by the next step.
Result<void> Follower::reread(const Progress& progress) {
  if (unsettled_.size() > kRereadAtOnce && unsettled_.size() * kEventsOfALookup > seq_)
    TRY(reread_many(progress));
  while (!unsettled_.empty()) {
    std::vector<people::PersonId> people;
    for (uint32_t person : unsettled_) {
      people.push_back(person);
      if (people.size() == kRereadAtOnce) break;
    }
    TRY(reread(people));
    for (people::PersonId person : people) unsettled_.erase(static_cast<uint32_t>(person));
  }
  return {};
}

Result<void> Follower::reread(const std::vector<people::PersonId>& people) {
  const std::unordered_set<uint32_t> now(people.begin(), people.end());
  std::vector<std::string> identities;
  TRY(source_.database.read([&](store::Connection& c) -> Result<void> {
    identities = TRY(people::identities_of_people(c, people));
    const auto owners = TRY(people::people_of(c, identities));
    for (size_t i = 0; i < identities.size(); ++i) {
      owners_[identities[i]] = static_cast<uint32_t>(owners[i]);
    }
    return {};
  }));
  forget(now);
  if (identities.empty()) return {};
  const auto read = [&](events::Sweep sweep) {
    sweep.up_to_seq = seq_;
    sweep.anonymous_ids = true;
    return source_.log.sweep(sweep, [&](const events::Glimpse& event) -> Result<void> {
      std::string identity(event.identity);
      const bool junk = is_junk_identity(identity);
      if (junk != !sweep.of_anonymous.empty()) return {};
      if (junk) identity = events::identity_of("", event.anonymous_id);
      auto owner = owners_.find(identity);
      if (owner == owners_.end() || !now.contains(owner->second)) return {};
      intake_->take(owner->second, event.type, event.name, event.timestamp_ms, event.seq,
                    event.properties, rows_);
      return {};
    });
  };
  TRY(read({.identities = identities}));
  if (!facts_.junk) return {};
  // Events under a user id that names nobody belong to whom their anonymous id names.
  std::vector<std::string> anonymous;
  for (const std::string& one : identities) {
    if (one.starts_with("a:")) anonymous.push_back(one.substr(2));
  }
  if (anonymous.empty()) return {};
  return read({.of_anonymous = std::move(anonymous)});
}

// What the rows say of them is dropped, and what older layers say is hidden.
void Follower::forget(const std::unordered_set<uint32_t>& people) {
  newer_rows_ = true;
  std::erase_if(rows_.rows, [&](const Row& row) { return people.contains(row.person); });
  for (uint32_t person : people) replace(person);
}

// The same for so many people that looking each up would read the log many times over: the whole
// log passes by, once for as many of them as fit into memory.
Result<void> Follower::reread_many(const Progress& progress) {
  Owners owners;
  uint64_t people = 1;
  TRY(source_.database.read([&](store::Connection& c) -> Result<void> {
    owners = TRY(Owners::load(c));
    people = static_cast<uint64_t>(TRY(people::reached(c)).last_person) + 1;
    return {};
  }));
  const uint64_t events_each = seq_ / people + 1;
  const size_t at_once = std::max<size_t>(kRereadAtOnce, kRowsOfAReread / events_each);
  while (unsettled_.size() > kRereadAtOnce) {
    std::unordered_set<uint32_t> now;
    for (auto one = unsettled_.begin(); one != unsettled_.end() && now.size() < at_once; ++one)
      now.insert(*one);
    forget(now);
    uint64_t seen = 0;
    TRY(source_.log.sweep({.up_to_seq = seq_, .anonymous_ids = true},
                          [&](const events::Glimpse& event) -> Result<void> {
                            if (++seen % 4096 == 0) TRY(progress.check());
                            const uint32_t person =
                                owners.find_event(event.identity, event.anonymous_id);
                            if (person == 0 || !now.contains(person)) return {};
                            intake_->take(person, event.type, event.name, event.timestamp_ms,
                                          event.seq, event.properties, rows_);
                            return {};
                          }));
    for (uint32_t person : now) unsettled_.erase(person);
    settle();
  }
  return {};
}

// ---- stepping ----------------------------------------------------------------------------------

Result<Follower::Step> Follower::step(const Progress& progress) {
  Look seen = TRY(look());
  const bool far = seen.reached.applied_seq > seq_ + sweep_events_;
  if (far) return sweep(seen.reached, progress);
  for (size_t i = 0; i < seen.arrivals.size(); ++i) take(seen.arrivals[i], seen.owners[i]);
  const uint64_t before = seq_;
  if (!seen.arrivals.empty()) {
    seq_ = seen.arrivals.back().seq;
  } else {
    seq_ = std::max(seq_, seen.reached.applied_seq);  // a gap, or nothing
  }
  Step out;
  out.more = seq_ < seen.reached.applied_seq || last_move_ < seen.reached.last_move;
  TRY(reread(progress));
  out.changed = seq_ != before || newer_rows_;
  if (rows_.rows.size() >= kSmallRows) settle();
  return out;
}

// Far behind: everything that is missing at once, as a layer of its own.
Result<Follower::Step> Follower::sweep(const people::Reached& reached, const Progress& progress) {
  settle();
  Owners owners;
  people::Reached now = reached;
  TRY(source_.database.read([&](store::Connection& c) -> Result<void> {
    now = TRY(people::reached(c));
    for (;;) {
      const auto moves = TRY(people::moves_after(c, last_move_, kMovesAtOnce));
      apply_moves(moves);
      if (moves.size() < kMovesAtOnce) break;
    }
    owners = TRY(Owners::load(c));
    return {};
  }));
  layers_.push_back(TRY(missing(owners, now, progress)));
  compact();
  seq_ = now.applied_seq;
  owners_.clear();
  moved_.clear();
  TRY(reread(progress));
  settle();
  return Step{.changed = true, .more = false};
}

// All events that the people stage has applied since, as a layer. Of a person rows are in their
// exact order here; only a second that an older layer has too must be read anew.
Result<std::shared_ptr<const Layer>> Follower::missing(const Owners& owners,
                                                       const people::Reached& upto,
                                                       const Progress& progress) {
  Spilled spilled(std::make_shared<Scratch>(source_.scratch), kSweepPartitions);
  const SpiltLog found = TRY(spill_log(
      {.log = source_.log,
       .owners = owners,
       .dictionary = *dictionary_,
       .partition = [](uint32_t person) { return person / kBucketPeople % kSweepPartitions; },
       .look = [&](size_t, uint64_t, size_t) { return progress.check(); }},
      {.after_seq = seq_, .up_to_seq = upto.applied_seq}, spilled));
  const auto layer =
      TRY(LayerMaker::create(static_cast<uint32_t>(upto.last_person / kBucketPeople + 1), nullptr));
  std::unordered_set<uint32_t> again;
  for (size_t p = 0; p < kSweepPartitions; ++p) {
    TRY(progress.check());
    Rows rows = TRY(spilled.read_back(p));
    TRY(each_bucket(rows, [&](uint32_t number, std::span<const Row> of) {
      for (const Row& row : of) {
        if (meets_older(row.person, row.at())) again.insert(row.person);
      }
      return layer->add(number, build_bucket(of, rows.values, {}, &days_));
    }));
  }
  unsettled_.merge(again);
  facts_.junk |= found.junk;
  facts_.nobody += found.nobody;
  facts_.outside += found.outside;
  return layer->finish();
}

// ---- layers ------------------------------------------------------------------------------------

void Follower::make_newest() {
  if (!newer_rows_) return;
  const bool nothing = rows_.rows.empty() && replaced_.empty();
  newer_rows_ = false;
  newest_ = nothing ? nullptr : layer_of(rows_, replaced_, &days_);
}

void Follower::settle() {
  make_newest();
  if (newest_ == nullptr) return;
  layers_.push_back(std::move(newest_));
  newest_ = nullptr;
  rows_ = {};
  replaced_.clear();
  compact();
}

std::vector<std::shared_ptr<const Layer>> Follower::freeze() {
  settle();
  frozen_ = layers_.size();
  return layers_;
}

Result<void> Follower::renew(const std::string& path, const Progress& progress) {
  const auto layers = freeze();
  BaseFacts facts = facts_;
  facts.seq = seq_;
  facts.last_move = last_move_;
  const auto write = [&]() -> Result<Base> {
    TRY(renew_base(layers, *dictionary_, facts, path, days_, progress));
    return open_base(path);
  };
  auto base = write();
  if (!base) {
    thaw();
    return std::unexpected(std::move(base).error());
  }
  replace_base(std::move(*base), layers.size());
  return {};
}

void Follower::compact() {
  while (layers_.size() >= frozen_ + 2) {
    const auto& newer = layers_[layers_.size() - 1];
    const auto& older = layers_[layers_.size() - 2];
    if (older->events() > kSimilar * newer->events()) return;
    auto merged = merge_layers({older, newer}, &days_);
    layers_.pop_back();
    layers_.back() = std::move(merged);
  }
}

void Follower::replace_base(Base base, size_t layers) {
  facts_.seq = base.facts.seq;
  facts_.last_move = base.facts.last_move;
  facts_.events = base.facts.events;
  layers_.erase(layers_.begin(), layers_.begin() + static_cast<std::ptrdiff_t>(layers));
  layers_.insert(layers_.begin(), std::move(base.layer));
  frozen_ = 1;
}

}  // namespace perennial::timeline
