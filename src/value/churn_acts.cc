#include "value/churn_acts.h"

#include <array>
#include <cmath>

namespace perennial::value {
namespace {

using timeline::Hits;
using timeline::kBucketPeople;
using timeline::Second;
using timeline::Selector;

constexpr int kNewDays = 30, kLongDays = 90, kAnsweredDays = 180;
enum Kind : size_t { kAny, kNotUse, kOpened, kClosed, kAnswered, kFailed, kMade, kKinds };
enum ActiveKind : size_t { kActive, kToldByProgram };

Selector anything() {
  Selector selector;
  for (const auto type : {events::Type::kTrack, events::Type::kPage, events::Type::kScreen})
    selector.any_of.push_back({.type = type});
  return selector;
}

// Those before `at`, and of them those in the `days` before it.
Acts::Times before(Acts::Times times, Second at) {
  return times.first(static_cast<size_t>(std::ranges::lower_bound(times, at) - times.begin()));
}
Acts::Times within(Acts::Times times, Second at, int days) {
  const Acts::Times all = before(times, at);
  return all.subspan(
      static_cast<size_t>(std::ranges::lower_bound(all, days_before(at, days)) - all.begin()));
}

// Days of 24 hours, counted back from `at`, with anything in them.
double days_with(Acts::Times times, Second at) {
  double days = 0;
  Second last = timeline::kNever;
  for (const Second time : times) {
    const Second day = (at - 1 - time) / kDaySeconds;
    days += day != last;
    last = day;
  }
  return days;
}

double active_days_30(const Acts& acts, Second at) {
  return days_with(within(acts.use, at, kNewDays), at);
}
// Against a mean month of the three before.
double active_trend(const Acts& acts, Second at) {
  const Acts::Times all = within(acts.use, at, kNewDays + kLongDays);
  const double fresh = days_with(within(all, at, kNewDays), at);
  return fresh - (days_with(all, at) - fresh) * kNewDays / kLongDays;
}
double days_since_active(const Acts& acts, Second at) {
  const Acts::Times all = within(acts.use, at, kActDays);
  if (all.empty()) return kActDays;
  return static_cast<double>(at - all.back()) / kDaySeconds;
}
double acts_30(const Acts& acts, Second at) {
  return std::log1p(static_cast<double>(within(acts.use, at, kNewDays).size()));
}
// A solution takes the oldest open one; one without any open does not count.
double complaints_open(const Acts& acts, Second at) {
  const Acts::Times opened = before(acts.opened, at), closed = before(acts.closed, at);
  size_t open = 0, next = 0;
  for (const Second solved : closed) {
    while (next < opened.size() && opened[next] <= solved) {
      ++next;
      ++open;
    }
    open -= open > 0;
  }
  return static_cast<double>(open + opened.size() - next);
}
double complaints_180(const Acts& acts, Second at) {
  return static_cast<double>(within(acts.opened, at, kAnsweredDays).size());
}
double answered_180(const Acts& acts, Second at) {
  return static_cast<double>(within(acts.answered, at, kAnsweredDays).size());
}
// 1: the last answer of half a year was 6 of 10 or less.
double low_score(const Acts& acts, Second at) {
  const Acts::Times fresh = within(acts.answered, at, kAnsweredDays);
  for (size_t k = fresh.size(); k-- > 0;) {
    const double answer = acts.answer[static_cast<size_t>(&fresh[k] - acts.answered.data())];
    if (std::isfinite(answer)) return answer <= kLowAnswer;
  }
  return 0;
}
double payments_failed_90(const Acts& acts, Second at) {
  return static_cast<double>(within(acts.failed, at, kLongDays).size());
}
double unpaid(const Acts& acts, Second at) {
  const Acts::Times failed = before(acts.failed, at), made = before(acts.made, at);
  return !failed.empty() && (made.empty() || made.back() < failed.back());
}

Acts::Times times_of(const Hits& hits, uint32_t person) {
  return {hits.at + hits.first[person], hits.at + hits.last[person]};
}

}  // namespace

std::span<const ActFeature> act_features() {
  static const std::array<ActFeature, 10> kFeatures = {{
      {"active_days_30", active_days_30, true},
      {"active_trend", active_trend, true},
      {"days_since_active", days_since_active, true},
      {"acts_30", acts_30, true},
      {"complaints_open", complaints_open},
      {"complaints_180", complaints_180},
      {"answered_180", answered_180},
      {"low_score", low_score},
      {"payments_failed_90", payments_failed_90},
      {"unpaid", unpaid},
  }};
  return kFeatures;
}

std::vector<Selector> act_selectors(const ActsSpec& spec) {
  std::vector<Selector> selectors(kKinds);
  const HealthEvents& events = spec.events;
  // What is said of orders and by the program comes first. A selector holds 32.
  std::vector<std::string> not_use = {std::string(people::kOrderCompleted),
                                      std::string(people::kOrderRefunded),
                                      std::string(people::kOrderLine)};
  for (std::string& name : told_by_program()) not_use.push_back(std::move(name));
  for (const auto* kind : {&events.complaint_opened, &events.complaint_closed, &events.answered,
                           &events.payment_failed, &events.payment_made}) {
    for (const std::string& name : *kind) {
      if (not_use.size() < timeline::kMaxEventsOfSelector &&
          std::ranges::find(not_use, name) == not_use.end())
        not_use.push_back(name);
    }
  }
  selectors[kAny] = anything();
  selectors[kNotUse] = tracked(not_use);
  selectors[kOpened] = tracked(events.complaint_opened);
  selectors[kClosed] = tracked(events.complaint_closed);
  selectors[kAnswered] = tracked(events.answered);
  selectors[kAnswered].number = events.answer_property;
  selectors[kFailed] = tracked(events.payment_failed);
  selectors[kMade] = tracked(events.payment_made);
  for (Selector& selector : selectors) selector.to = spec.to;
  selectors[kAny].from = selectors[kNotUse].from = days_before(spec.at.front(), kActDays);
  return selectors;
}

// use_: hits of anything without those of kNotUse, both in the order of keys.
void ActsScan::find_use(const timeline::Slice& slice, uint32_t person) {
  use_.clear();
  const Hits &any = slice.hits[kAny], &others = slice.hits[kNotUse];
  uint32_t other = others.first[person];
  for (uint32_t hit = any.first[person]; hit < any.last[person]; ++hit) {
    const uint64_t key = any.key(hit);
    while (other < others.last[person] && others.key(other) < key) ++other;
    if (other == others.last[person] || others.key(other) != key) use_.push_back(any.at[hit]);
  }
}

void ActsScan::add_person(PersonId person, const Acts& acts) {
  person_.push_back(person);
  for (const Second at : spec_->at) {
    for (const ActFeature& feature : spec_->features)
      values_.push_back(static_cast<float>(feature.value(acts, at)));
  }
}

void ActsScan::add(const timeline::Slice& slice) {
  const double best = spec_->events.answer_best;
  slice.who.for_each([&](uint32_t person) {
    find_use(slice, person);
    const Hits& answers = slice.hits[kAnswered];
    answer_.clear();
    for (uint32_t hit = answers.first[person]; hit < answers.last[person]; ++hit)
      answer_.push_back(answers.number != nullptr ? answers.number[hit] / best : NAN);
    const auto times = [&](Kind kind) { return times_of(slice.hits[kind], person); };
    add_person(PersonId{slice.bucket} * kBucketPeople + person, {.use = use_,
                                                                 .opened = times(kOpened),
                                                                 .closed = times(kClosed),
                                                                 .answered = times(kAnswered),
                                                                 .failed = times(kFailed),
                                                                 .made = times(kMade),
                                                                 .answer = answer_});
  });
}

void ActsScan::merge(const ActsScan& other) {
  person_.insert(person_.end(), other.person_.begin(), other.person_.end());
  values_.insert(values_.end(), other.values_.begin(), other.values_.end());
}

uint64_t ActsScan::bytes() const {
  return person_.size() * sizeof(PersonId) + values_.size() * sizeof(float);
}

std::vector<float> ActsScan::finish(std::span<const PersonId> people) const {
  const size_t width = spec_->at.size() * spec_->features.size();
  std::vector<float> nothing;
  for (const Second at : spec_->at) {
    for (const ActFeature& feature : spec_->features)
      nothing.push_back(static_cast<float>(feature.value({}, at)));
  }
  std::vector<float> values;
  values.reserve(people.size() * width);
  for (size_t i = 0; i < people.size(); ++i)
    values.insert(values.end(), nothing.begin(), nothing.end());
  for (size_t k = 0; k < person_.size(); ++k) {
    const auto found = std::ranges::lower_bound(people, person_[k]);
    if (found == people.end() || *found != person_[k]) continue;
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(k * width), width,
                values.begin() + (found - people.begin()) * static_cast<std::ptrdiff_t>(width));
  }
  return values;
}

Result<std::vector<float>> read_acts(const TimelineView& timeline, const ActsSpec& spec,
                                     std::span<const PersonId> people,
                                     const std::stop_token& stop) {
  const auto kept = std::make_shared<const ActsSpec>(spec);
  timeline::Ask ask{.selectors = act_selectors(spec), .among = crowds_of(people)};
  const auto scan =
      TRY(pass(timeline, std::move(ask), ActsScan(kept), "events.answer_property", stop));
  return scan.finish(people);
}

std::vector<Selector> active_selectors(const ActiveSpec& spec) {
  std::vector<Selector> selectors = {spec.events.empty() ? anything() : tracked(spec.events),
                                     tracked(told_by_program())};
  for (Selector& selector : selectors) {
    selector.from = days_before(spec.at.front(), spec.days_before);
    selector.to = spec.at.back() + static_cast<Second>(spec.days_after) * kDaySeconds;
  }
  return selectors;
}

void ActiveScan::add(const timeline::Slice& slice) {
  const Hits &active = slice.hits[kActive], &told = slice.hits[kToldByProgram];
  const bool anything_counts = spec_->events.empty();
  slice.who.for_each([&](uint32_t person) {
    uint32_t other = told.first[person];
    std::vector<std::pair<bool, bool>> seen(spec_->at.size());  // before, after
    for (uint32_t hit = active.first[person]; hit < active.last[person]; ++hit) {
      const uint64_t key = active.key(hit);
      while (other < told.last[person] && told.key(other) < key) ++other;
      const bool programs = other < told.last[person] && told.key(other) == key;
      if (anything_counts && programs) continue;
      for (size_t k = 0; k < seen.size(); ++k) {
        const Second at = spec_->at[k], when = active.at[hit];
        seen[k].first |= when < at && when >= days_before(at, spec_->days_before);
        seen[k].second |=
            when >= at && when < at + static_cast<Second>(spec_->days_after) * kDaySeconds;
      }
    }
    for (size_t k = 0; k < seen.size(); ++k) {
      if (seen[k].first)
        found_[k].push_back({PersonId{slice.bucket} * kBucketPeople + person, seen[k].second});
    }
  });
}

void ActiveScan::merge(const ActiveScan& other) {
  for (size_t k = 0; k < found_.size(); ++k)
    found_[k].insert(found_[k].end(), other.found_[k].begin(), other.found_[k].end());
}

uint64_t ActiveScan::bytes() const {
  uint64_t bytes = 0;
  for (const auto& found : found_) bytes += found.size() * sizeof(Found);
  return bytes;
}

std::vector<ActiveAt> ActiveScan::finish() {
  std::vector<ActiveAt> all;
  for (auto& found : found_) {
    std::ranges::sort(found, {}, &Found::person);
    ActiveAt one;
    for (const Found& who : found) {
      one.person.push_back(who.person);
      one.after.push_back(who.after);
    }
    all.push_back(std::move(one));
  }
  return all;
}

Result<std::vector<ActiveAt>> read_active(const TimelineView& timeline, const ActiveSpec& spec,
                                          const std::stop_token& stop) {
  timeline::Ask ask{.selectors = active_selectors(spec)};
  auto scan = TRY(pass(timeline, std::move(ask),
                       ActiveScan(std::make_shared<const ActiveSpec>(spec)), "activity", stop));
  return scan.finish();
}

}  // namespace perennial::value
