#include "segments/program.h"

#include <algorithm>
#include <array>

namespace perennial::segments {
namespace {

using timeline::Condition;
using timeline::Selector;
using timeline::Test;
using Kind = Rule::Kind;

Condition test_of(Test test) {
  Condition out;
  out.kind = Condition::Kind::kTest;
  out.test = std::move(test);
  return out;
}

Condition both(Condition a, Condition b) {
  Condition out;
  out.kind = Condition::Kind::kAll;
  if (!a.always()) out.parts.push_back(std::move(a));
  out.parts.push_back(std::move(b));
  return out;
}

// The events of a selector that have a property, and whose value fits.
Selector with(const NamedSelector& named, const Test& test) {
  Selector out = named.select;
  for (auto& event : out.any_of) event.where = both(event.where, test_of(test));
  return out;
}

Selector with_property(const NamedSelector& named, const std::string& property) {
  return with(named, {.property = property, .op = Test::Op::kIsSet, .texts = {}, .numbers = {}});
}

bool equal(const Selector& a, const Selector& b) {
  return a.from == b.from && a.to == b.to && same_events(a, b);
}

// Leaves about events with the places of their selectors, each kept once.
class Gatherer {
 public:
  explicit Gatherer(const Moment* moment) : moment_(moment) {}

  EventLeaf leaf_of(const Rule& rule) {
    EventLeaf leaf;
    switch (rule.kind) {
      case Kind::kDid:
        did(rule.did, leaf);
        break;
      case Kind::kEdge:
        leaf.kind = EventLeaf::Kind::kEdge;
        leaf.last = rule.edge.last;
        leaf.window = rule.edge.window;
        // The first event ever may lie before every window.
        leaf.main = place(rule.edge.select.select, rule.edge.last ? &leaf.window : nullptr);
        break;
      default:
        leaf.kind = EventLeaf::Kind::kSequence;
        leaf.window = rule.sequence.window;
        leaf.within = rule.sequence.within;
        for (const auto& step : rule.sequence.steps)
          leaf.steps.push_back(place(step.select, &leaf.window));
        for (const auto& event : rule.sequence.without)
          leaf.without.push_back(place(event.select, &leaf.window));
    }
    return leaf;
  }
  std::vector<Selector> take() { return std::move(selectors_); }

 private:
  using Measure = EventTest::Measure;

  void did(const EventTest& test, EventLeaf& leaf) {
    leaf.measure = test.measure;
    leaf.compare = test.compare;
    leaf.window = test.window;
    if (test.since) {
      leaf.since = place(test.since->event.select, nullptr);
      leaf.since_last = test.since->last;
      leaf.since_within = test.since->within;
    }
    if (test.measure >= Measure::kFirst) {
      leaf.kind = EventLeaf::Kind::kValue;
      leaf.last = test.measure == Measure::kLast;
      leaf.main = place(with_property(test.select, test.property), &leaf.window);
      Selector fitting = with_property(test.select, test.property);
      for (auto& event : fitting.any_of) event.where = both(event.where, test_of(test.value));
      leaf.fitting = place(std::move(fitting), &leaf.window);
    } else {
      Selector main = test.select.select;
      if (test.measure >= Measure::kSum) main.number = test.property;
      main.open_start = leaf.by_threshold();
      leaf.main = place(std::move(main), &leaf.window);
    }
  }

  // What has left a window never comes back: later instants need no more than this one.
  size_t place(Selector selector, const Window* window) {
    if (window != nullptr && moment_ != nullptr)
      selector.from = bounds_of(*window, moment_->calendar, moment_->now).from;
    const auto same = std::ranges::find_if(
        selectors_, [&](const Selector& known) { return equal(known, selector); });
    if (same != selectors_.end()) {
      same->open_start &= selector.open_start;
      return static_cast<size_t>(same - selectors_.begin());
    }
    selectors_.push_back(std::move(selector));
    return selectors_.size() - 1;
  }

  const Moment* moment_;  // null: nothing is cut
  std::vector<Selector> selectors_;
};

bool about_events(const Rule& leaf) {
  return leaf.kind == Kind::kDid || leaf.kind == Kind::kEdge || leaf.kind == Kind::kSequence;
}

}  // namespace

std::set<std::string> traits_of(const Definition& definition) {
  std::set<std::string> out;
  each_leaf(definition.rule, [&](const Rule& leaf) {
    if (leaf.kind == Kind::kTrait) out.insert(leaf.trait.property);
  });
  return out;
}

std::vector<Selector> selectors_of(const Definition& definition) {
  Gatherer gatherer(nullptr);
  each_leaf(definition.rule, [&](const Rule& leaf) {
    if (about_events(leaf)) gatherer.leaf_of(leaf);
  });
  return gatherer.take();
}

Result<std::shared_ptr<const Program>> Program::compile(
    const Definition& definition, std::shared_ptr<const timeline::Snapshot> snapshot,
    const Moment& moment, timeline::Pool& pool, const timeline::Stop& stop) {
  auto program = std::make_shared<Program>();
  program->definition_ = definition;
  program->snapshot_ = std::move(snapshot);
  program->traits_ = traits_of(definition);
  Gatherer gatherer(&moment);
  each_leaf(program->definition_.rule, [&](const Rule& rule) {
    program->rules_.push_back(&rule);
    Leaf leaf;
    if (about_events(rule)) leaf.events = gatherer.leaf_of(rule);
    program->leaves_.push_back(std::move(leaf));
  });
  program->selectors_ = gatherer.take();
  if (program->selectors_.empty() || program->snapshot_ == nullptr) return program;
  program->plan_ = TRY(timeline::compile(
      *program->snapshot_,
      {.selectors = program->selectors_, .among = {}, .person_group = {}, .presence = {}}, pool,
      stop));
  return program;
}

const People& Program::universe(const Context& context) const {
  switch (definition_.universe.kind) {
    case Universe::Kind::kEveryone:
      return context.roster->everyone();
    case Universe::Kind::kKnown:
      return context.roster->known();
    case Universe::Kind::kSegment:
      return context.members(definition_.universe.segment);
  }
  return context.roster->everyone();
}

bool Program::in_universe(const Context& context, PersonId person) const {
  // Somebody who was joined to another is in no segment, whatever a list says.
  return has(context.roster->everyone(), person) && has(universe(context), person);
}

// ---- everybody

namespace {

// Hits of people without events.
std::span<const Hits> no_hits() {
  static constexpr std::array<uint32_t, kBucketPeople> kNothing{};
  static const std::vector<Hits> kHits(timeline::kMaxSelectors,
                                       Hits{.first = kNothing.data(), .last = kNothing.data()});
  return kHits;
}

// The people of a bucket whose code is one of the fitting ones.
template <class Code, class Fits>
Crowd crowd_of(const std::vector<Code>& codes, uint32_t bucket, const Fits& fits) {
  Crowd out;
  const size_t first = size_t{bucket} * kBucketPeople;
  for (uint32_t i = 0; i < kBucketPeople; ++i) {
    const Code code = first + i < codes.size() ? codes[first + i] : Code{0};
    out.words[i / 64] |= uint64_t{fits(code) ? 1u : 0u} << (i % 64);
  }
  return out;
}

}  // namespace

// One evaluation of everybody; buckets are taken by several threads.
class Program::Run {
 public:
  Run(const Program& program, const Context& context, unsigned threads, bool tables);
  void bucket(uint32_t number, unsigned thread, Whole& out);

 private:
  // A bucket under way.
  struct Look {
    uint32_t number = 0;
    std::span<const Hits> hits;
    size_t leaf = 0;  // the next one
    Second turns = kNever;
  };
  Crowd holds(const Rule& rule, const Crowd& who, Look& look) const;
  Crowd leaf(size_t i, const Crowd& who, Look& look) const;

  const Program& program_;
  const Context& context_;
  const People& everyone_;
  const People& universe_;
  std::vector<Bounds> bounds_;                 // by leaf
  std::vector<std::vector<uint8_t>> fitting_;  // by leaf and code; empty: each is looked at
  std::vector<std::unique_ptr<timeline::BucketReader>> readers_;  // by thread; null without events
};

Program::Run::Run(const Program& program, const Context& context, unsigned threads, bool tables)
    : program_(program),
      context_(context),
      everyone_(context.roster->everyone()),
      universe_(program.universe(context)),
      bounds_(program.leaves_.size()),
      fitting_(program.leaves_.size()),
      readers_(threads) {
  for (size_t i = 0; i < program.leaves_.size(); ++i) {
    const Rule& rule = *program.rules_[i];
    if (program.leaves_[i].events) {
      bounds_[i] =
          bounds_of(program.leaves_[i].events->window, context.moment.calendar, context.moment.now);
    } else if (rule.kind == Kind::kTrait && tables) {
      for (const TraitValue& value : context.roster->trait(rule.trait.property).values)
        fitting_[i].push_back(fits(value, rule.trait, context.today) ? 1 : 0);
    } else if (rule.kind == Kind::kFact) {
      for (const std::string& word : context.fact(rule.fact.fact).words)
        fitting_[i].push_back(std::ranges::count(rule.fact.is, word) != 0 ? 1 : 0);
      fitting_[i][0] = 0;
    }
  }
  if (program.plan_ == nullptr) return;
  for (auto& reader : readers_) reader = std::make_unique<timeline::BucketReader>(*program.plan_);
}

// Each part looks only at those whom the parts before it leave undecided. The others may come to
// matter when a part before changes for them; that part's turn then has the bucket looked at again.
Crowd Program::Run::holds(const Rule& rule, const Crowd& who, Look& look) const {
  if (rule.leaf()) return leaf(look.leaf++, who, look) &= who;
  Crowd undecided = who, held;
  if (rule.kind == Kind::kNot) return undecided.remove(holds(rule.parts[0], who, look));
  for (const Rule& part : rule.parts) {
    const Crowd one = holds(part, undecided, look);
    if (rule.kind == Kind::kAll) {
      undecided = one;
    } else {
      held |= one;
      undecided.remove(one);
    }
  }
  return rule.kind == Kind::kAll ? undecided : held;
}

Crowd Program::Run::leaf(size_t i, const Crowd& who, Look& look) const {
  const Rule& rule = *program_.rules_[i];
  if (const auto& events = program_.leaves_[i].events) {
    Turning turning;
    const Crowd out = look_all(*events, look.hits, who, bounds_[i], context_.moment, turning);
    look.turns = std::min(look.turns, events->turns_at(turning, context_.moment.calendar));
    return out;
  }
  if (rule.kind == Kind::kSegment) {
    const People& members = context_.members(rule.segment);
    return look.number < members.size() ? members[look.number] : Crowd();
  }
  const std::vector<uint8_t>& table = fitting_[i];
  if (rule.kind == Kind::kFact) {
    return crowd_of(context_.fact(rule.fact.fact).code, look.number,
                    [&](uint16_t code) { return table[code] != 0; });
  }
  const TraitColumn& column = context_.roster->trait(rule.trait.property);
  if (rule.trait.relative())
    look.turns = std::min(look.turns, timeline::to_second(context_.today.ends()));
  if (!table.empty())
    return crowd_of(column.code, look.number, [&](uint32_t code) { return table[code] != 0; });
  return crowd_of(column.code, look.number, [&](uint32_t code) {
    return fits(column.values[code], rule.trait, context_.today);
  });
}

void Program::Run::bucket(uint32_t number, unsigned thread, Whole& out) {
  if (number >= everyone_.size() || number >= universe_.size()) return;
  Crowd who = everyone_[number];
  who &= universe_[number];
  if (who.empty()) return;
  auto& reader = readers_[thread];
  Look look{.number = number, .hits = reader ? reader->read(number).hits : no_hits()};
  out.members[number] = holds(program_.definition_.rule, who, look);
  out.turns[number] = look.turns;
}

Result<Program::Whole> Program::evaluate(const Context& context, timeline::Pool& pool,
                                         const timeline::Stop& stop,
                                         const std::vector<uint32_t>* only) const {
  constexpr size_t kFewBuckets = 16;  // whose traits are looked at one by one
  const size_t buckets = context.roster->everyone().size();
  const size_t count = only == nullptr ? buckets : only->size();
  Whole out{.members = People(buckets), .turns = std::vector<Second>(buckets, kNever)};
  Run run(*this, context, pool.threads(), count > kFewBuckets);
  constexpr size_t kChunk = timeline::kChunkBuckets;
  TRY(pool.run(static_cast<uint32_t>((count + kChunk - 1) / kChunk), stop,
               [&](uint32_t chunk, unsigned thread) {
                 const size_t first = size_t{chunk} * kChunk;
                 for (size_t i = first; i < std::min(first + kChunk, count); ++i)
                   run.bucket(only == nullptr ? static_cast<uint32_t>(i) : (*only)[i], thread, out);
               }));
  return out;
}

// ---- single people

Program::Personal::Personal(const Program& program, const Context& context,
                            const SharedHits* shared, const SharedHits::Places* places)
    : program_(program),
      context_(context),
      shared_(shared),
      places_(places),
      bounds_(program.leaves_.size()),
      turnings_(program.leaves_.size()) {
  for (size_t i = 0; i < bounds_.size(); ++i) {
    if (const auto& events = program.leaves_[i].events)
      bounds_[i] = bounds_of(events->window, context.moment.calendar, context.moment.now);
  }
  if (program.plan_ != nullptr && shared == nullptr)
    reader_ = std::make_unique<timeline::BucketReader>(*program.plan_);
}

LeafSeen Program::Personal::leaf_of(const Rule& rule, PersonId person, size_t leaf) {
  LeafSeen out;
  if (const auto& events = program_.leaves_[leaf].events) {
    Turning turning;
    out.holds = segments::look(*events, hits_, place_, bounds_[leaf], context_.moment, turning,
                               &out.events);
    const Second turns = events->turns_at(turning, context_.moment.calendar);
    if (turns != kNever) out.turns_at = timeline::to_instant(turns);
    return out;
  }
  if (rule.kind == Kind::kSegment) {
    out.holds = has(context_.members(rule.segment), person);
  } else if (rule.kind == Kind::kTrait) {
    out.holds =
        fits(context_.roster->trait(rule.trait.property).value(person), rule.trait, context_.today);
    if (rule.trait.relative()) out.turns_at = context_.today.ends();
  } else {
    const FactColumn& column = context_.fact(rule.fact.fact);
    const uint16_t code = column.of(person);
    out.holds = code != 0 && std::ranges::count(rule.fact.is, column.words[code]) != 0;
  }
  return out;
}

// The bucket stays until somebody of another one is asked for.
void Program::Personal::read(PersonId person) {
  if (shared_ != nullptr) {
    const auto found = shared_->find(person);
    INVARIANT(found.has_value());
    place_ = *found % kBucketPeople;
    if (bucket_ == *found / kBucketPeople) return;
    bucket_ = *found / kBucketPeople;
    shared_->hits(*bucket_, *places_, of_block_);
    hits_ = of_block_;
    return;
  }
  const auto bucket = static_cast<uint32_t>(static_cast<size_t>(person) / kBucketPeople);
  place_ = static_cast<uint32_t>(static_cast<size_t>(person) % kBucketPeople);
  if (bucket_ == bucket) return;
  bucket_ = bucket;
  hits_ = reader_ ? reader_->read(bucket).hits : no_hits();
}

// All leaves are looked at, also those that decide nothing now, for when they will.
bool Program::Personal::holds(const Rule& rule, PersonId person, size_t& leaf) {
  if (rule.leaf()) {
    const size_t i = leaf++;
    if (const auto& events = program_.leaves_[i].events)
      return segments::look(*events, hits_, place_, bounds_[i], context_.moment, turnings_[i]);
    const LeafSeen seen = leaf_of(rule, person, i);
    if (seen.turns_at) turns_ = std::min(turns_, timeline::to_second(*seen.turns_at));
    return seen.holds;
  }
  if (rule.kind == Kind::kNot) return !holds(rule.parts[0], person, leaf);
  bool out = rule.kind == Kind::kAll;
  for (const Rule& part : rule.parts) {
    const bool one = holds(part, person, leaf);
    out = rule.kind == Kind::kAll ? out && one : out || one;
  }
  return out;
}

bool Program::Personal::is_member(PersonId person) {
  if (!program_.in_universe(context_, person)) return false;
  read(person);
  size_t leaf = 0;
  return holds(program_.definition_.rule, person, leaf);
}

// Of many people's turns the first follows from the first of their events: the clock of a zone is
// asked once for all of them.
Second Program::Personal::take_turns() {
  Second out = std::exchange(turns_, kNever);
  for (size_t i = 0; i < turnings_.size(); ++i) {
    if (const auto& events = program_.leaves_[i].events) {
      out = std::min(out,
                     events->turns_at(std::exchange(turnings_[i], {}), context_.moment.calendar));
    }
  }
  return out;
}

std::vector<LeafSeen> Program::Personal::look(PersonId person) {
  read(person);
  std::vector<LeafSeen> out;
  for (size_t i = 0; i < program_.leaves_.size(); ++i)
    out.push_back(leaf_of(*program_.rules_[i], person, i));
  return out;
}

}  // namespace perennial::segments
