#include "value/health_scan.h"

#include <algorithm>
#include <map>

#include "value/timeline_pass.h"
#include "value/usual_gaps.h"

namespace perennial::value {
namespace {

using timeline::Hits;
using timeline::kBucketPeople;
using timeline::Second;
using timeline::Selector;

constexpr Second kDay = kDaySeconds;

// kOrders: and what the program says of people, which is no use either.
enum Kind : size_t { kAny, kOrders, kOpened, kClosed, kAnswered, kFailed, kMade, kKinds };

Instant instant_of(Second s) { return from_millis(int64_t{s} * 1000); }

// Calls each(hit) for the hits of a person before `to`.
template <class Each>
void each_before(const Hits& hits, uint32_t person, Second to, Each each) {
  for (uint32_t hit = hits.first[person]; hit < hits.last[person] && hits.at[hit] < to; ++hit)
    each(hit);
}

struct Complaints {
  std::vector<Second> open;  // when they were opened, in order
  std::optional<Second> solved;
};
// The oldest open one is taken for solved when one is; what is solved without being open is not
// counted.
Complaints complaints_of(const Hits& opened, const Hits& closed, uint32_t person, Second to) {
  Complaints all;
  size_t done = 0;
  uint32_t next = opened.first[person];
  std::vector<Second> opens;
  const auto open_until = [&](uint64_t key) {
    for (; next < opened.last[person] && opened.at[next] < to && opened.key(next) <= key; ++next)
      opens.push_back(opened.at[next]);
  };
  each_before(closed, person, to, [&](uint32_t hit) {
    open_until(closed.key(hit));
    if (done == opens.size()) return;
    ++done;
    all.solved = closed.at[hit];
  });
  open_until(UINT64_MAX);
  all.open.assign(opens.begin() + static_cast<std::ptrdiff_t>(done), opens.end());
  return all;
}

void add_support(const timeline::Slice& slice, uint32_t person, Second at, HealthFacts& facts) {
  const auto all = complaints_of(slice.hits[kOpened], slice.hits[kClosed], person, at);
  facts.open_complaints = static_cast<double>(all.open.size());
  if (!all.open.empty()) facts.complained_at = instant_of(all.open.back());
  if (all.solved)
    facts.days_since_solved = static_cast<double>(at - *all.solved) / static_cast<double>(kDay);
}

void add_payment(const timeline::Slice& slice, uint32_t person, Second at, HealthFacts& facts) {
  uint64_t failed = 0, made = 0;
  const Hits &failures = slice.hits[kFailed], &payments = slice.hits[kMade];
  each_before(failures, person, at, [&](uint32_t hit) {
    failed = failures.key(hit);
    facts.failed_at = instant_of(failures.at[hit]);
  });
  if (!facts.failed_at) return;
  each_before(payments, person, at, [&](uint32_t hit) { made = payments.key(hit); });
  facts.unpaid = made < failed;
  if (!facts.unpaid && *facts.failed_at < instant_of(days_before(at, kHealingDays)))
    facts.failed_at.reset();
}

void add_answer(const timeline::Slice& slice, uint32_t person, Second at, double best,
                HealthFacts& facts) {
  const Hits& hits = slice.hits[kAnswered];
  const Second since = days_before(at, kAnswerDays);
  each_before(hits, person, at, [&](uint32_t hit) {
    if (hits.at[hit] < since || hits.number == nullptr || !std::isfinite(hits.number[hit])) return;
    facts.answer = std::clamp(hits.number[hit] / best, 0.0, 1.0);
    facts.answered_at = instant_of(hits.at[hit]);
  });
}

void add_orders(const OrderBook& book, std::span<const PersonId> people,
                const std::vector<Instant>& at, HealthReading& reading) {
  std::vector<double> gaps;
  for (const Instant instant : at) gaps.push_back(gap_of_all(book, instant));
  size_t next = 0;
  for_each_person(book, to_millis(at.back()), [&](PersonRows rows) {
    while (next < people.size() && people[next] < rows.person) ++next;
    if (next == people.size() || people[next] != rows.person) return;
    for (size_t k = 0; k < at.size(); ++k) {
      HealthFacts& facts = reading.facts[next * at.size() + k];
      add_order_facts(book, rows, at[k], gaps[k], facts);
      reading.present[0] |= facts.usual_gap_days > 0;
    }
  });
}

}  // namespace

std::shared_ptr<const timeline::People> crowds_of(std::span<const PersonId> people) {
  auto crowds = std::make_shared<timeline::People>();
  for (const PersonId person : people) {
    const auto bucket = static_cast<size_t>(person) / kBucketPeople;
    if (crowds->size() <= bucket) crowds->resize(bucket + 1);
    (*crowds)[bucket].add(static_cast<uint32_t>(static_cast<size_t>(person) % kBucketPeople));
  }
  return crowds;
}

std::vector<Selector> health_selectors(const HealthScanSpec& spec) {
  const HealthEvents& events = spec.events;
  const Second to = spec.at.back();
  std::vector<Selector> selectors(kKinds);
  for (const auto type : {events::Type::kTrack, events::Type::kPage, events::Type::kScreen})
    selectors[kAny].any_of.push_back({.type = type});
  selectors[kAny].to = to;
  selectors[kAny].from = days_before(spec.at.front(), kUseDays + kUsualUseDays);
  std::vector<std::string> no_use = told_by_program();
  for (const std::string_view name :
       {people::kOrderCompleted, people::kOrderRefunded, people::kOrderLine})
    no_use.emplace_back(name);
  selectors[kOrders] = tracked(no_use, to);
  selectors[kOpened] = tracked(events.complaint_opened, to);
  selectors[kClosed] = tracked(events.complaint_closed, to);
  selectors[kAnswered] = tracked(events.answered, to);
  selectors[kAnswered].number = events.answer_property;
  selectors[kFailed] = tracked(events.payment_failed, to);
  selectors[kMade] = tracked(events.payment_made, to);
  return selectors;
}

// others_ holds the person's events that are not use.
void HealthScan::add_use(const timeline::Slice& slice, uint32_t person, Second at,
                         HealthFacts& facts) {
  const Hits& hits = slice.hits[kAny];
  const Second since = days_before(at, kUseDays + kUsualUseDays);
  double usual = 0;
  Second last_day = timeline::kNever;
  each_before(hits, person, at, [&](uint32_t hit) {
    if (hits.at[hit] < since || std::ranges::binary_search(others_, hits.key(hit))) return;
    const Second day = (at - 1 - hits.at[hit]) / kDay;  // 0 is the newest
    if (day == last_day) return;
    last_day = day;
    ++(day < kUseDays ? facts.active_days : usual);
  });
  facts.usual_active_days = usual * kUseDays / kUsualUseDays;
}

HealthFacts HealthScan::facts_at(const timeline::Slice& slice, uint32_t person, Second at) {
  HealthFacts facts;
  add_use(slice, person, at, facts);
  add_support(slice, person, at, facts);
  add_answer(slice, person, at, spec_->events.answer_best, facts);
  add_payment(slice, person, at, facts);
  const auto mark = [&](Measure measure, bool any) {
    present_[static_cast<size_t>(measure)] |= any;
  };
  mark(Measure::kUse, facts.active_days + facts.usual_active_days > 0);
  mark(Measure::kSupport, facts.open_complaints > 0 || facts.days_since_solved.has_value());
  mark(Measure::kSatisfaction, facts.answer.has_value());
  mark(Measure::kPayment, facts.failed_at.has_value());
  return facts;
}

void HealthScan::add(const timeline::Slice& slice) {
  slice.who.for_each([&](uint32_t person) {
    others_.clear();
    for (size_t kind = kOrders; kind < kKinds; ++kind) {
      const Hits& hits = slice.hits[kind];
      for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit)
        others_.push_back(hits.key(hit));
    }
    std::ranges::sort(others_);
    kept_.push_back(
        {.person = PersonId{slice.bucket} * kBucketPeople + person, .first = facts_.size()});
    for (const Second at : spec_->at) facts_.push_back(facts_at(slice, person, at));
  });
}

void HealthScan::merge(const HealthScan& other) {
  for (const Kept& kept : other.kept_)
    kept_.push_back({.person = kept.person, .first = kept.first + facts_.size()});
  facts_.insert(facts_.end(), other.facts_.begin(), other.facts_.end());
  for (size_t m = 0; m < kMeasures; ++m) present_[m] |= other.present_[m];
}

uint64_t HealthScan::bytes() const {
  return facts_.size() * sizeof(HealthFacts) + kept_.size() * sizeof(Kept);
}

std::vector<HealthFacts> HealthScan::finish(std::span<const PersonId> people,
                                            Present& present) const {
  const size_t instants = spec_->at.size();
  std::vector<HealthFacts> facts(people.size() * instants);
  for (const Kept& kept : kept_) {
    const auto found = std::ranges::lower_bound(people, kept.person);
    if (found == people.end() || *found != kept.person) continue;
    const auto row = static_cast<size_t>(found - people.begin());
    std::copy_n(facts_.begin() + static_cast<std::ptrdiff_t>(kept.first), instants,
                facts.begin() + static_cast<std::ptrdiff_t>(row * instants));
  }
  for (size_t m = 0; m < kMeasures; ++m) present[m] |= present_[m];
  return facts;
}

Result<HealthReading> read_health(timeline::Timeline& timeline, const OrderBook& book,
                                  std::span<const PersonId> people, std::vector<Instant> at,
                                  const HealthEvents& events, const std::stop_token& asked) {
  auto spec = std::make_shared<HealthScanSpec>();
  for (const Instant instant : at) spec->at.push_back(second_of(instant));
  spec->events = events;
  timeline::Ask ask{.selectors = health_selectors(*spec), .among = crowds_of(people)};
  const auto scan = TRY(pass(TRY(view_of(timeline)), std::move(ask), HealthScan(spec),
                             "events.answer_property", asked));
  HealthReading reading;
  reading.facts = scan.finish(people, reading.present);
  add_orders(book, people, at, reading);
  return reading;
}

}  // namespace perennial::value
