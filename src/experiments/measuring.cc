#include "experiments/measuring.h"

#include <algorithm>
#include <charconv>

namespace perennial::experiments {
namespace {

using timeline::Condition;
using timeline::Selector;
using timeline::Test;
using Kind = Measure::Kind;

constexpr std::chrono::seconds kMaxTime{60};

Second second_of(Instant t) {
  return static_cast<Second>(std::clamp<int64_t>(to_millis(t) / 1000, 0, timeline::kNever - 1));
}

Second seconds(int64_t days) { return static_cast<Second>(days * kDay); }

Condition all_of(const std::vector<Test>& tests) {
  Condition all;
  for (const Test& test : tests) {
    all.parts.push_back({.kind = Condition::Kind::kTest, .parts = {}, .test = test});
  }
  return all;
}

Selector selector_of(std::string_view event, const std::vector<Test>& tests, Second from,
                     Second to) {
  Selector selector;
  selector.any_of = {
      {.type = events::Type::kTrack, .name = std::string(event), .where = all_of(tests)}};
  selector.from = from;
  selector.to = to;
  return selector;
}

// A key that is a number may come as one.
Test is_key(std::string property, const std::vector<std::string>& keys, Test::Op op) {
  Test test{.property = std::move(property), .op = op, .texts = keys, .numbers = {}};
  for (const std::string& key : keys) {
    int64_t number = 0;
    const auto read = std::from_chars(key.data(), key.data() + key.size(), number);
    if (read.ec == std::errc() && read.ptr == key.data() + key.size()) {
      test.numbers.push_back(static_cast<double>(number));
    }
  }
  return test;
}

void add_exposures(const Subject& subject, std::vector<Selector>& selectors) {
  if (subject.exposed) return;
  const Second from = second_of(subject.span.from), to = second_of(subject.span.to);
  const Test ours = is_key("experiment_id", {subject.experiment_key}, Test::Op::kIs);
  for (const std::string& arm : subject.arms) {
    selectors.push_back(selector_of(
        kExposureEvent, {ours, is_key("variation_id", {arm}, Test::Op::kIs)}, from, to));
  }
  selectors.push_back(selector_of(
      kExposureEvent, {ours, is_key("variation_id", subject.arms, Test::Op::kIsNot)}, from, to));
}

struct Prepared {
  std::shared_ptr<OutcomePlan> outcome;
  std::shared_ptr<const timeline::Plan> plan;
};

class Planner {
 public:
  Planner(const Subject& subject, Instant now) : subject_(subject), now_(second_of(now)) {}

  OutcomePlan plan(std::vector<Selector>& selectors) {
    OutcomePlan plan;
    plan.arms = subject_.arms.size();
    plan.from = second_of(subject_.span.from);
    plan.exposed_until = second_of(subject_.span.to);
    plan.days = days_of({subject_.span.from, from_millis(int64_t{now_} * 1000)});
    if (subject_.over) plan.days = days_of(subject_.span);
    plan.exposed = subject_.exposed;
    add_exposures(subject_, selectors);
    for (const Measure& m : subject_.measures) plan.measures.push_back(measure(m, selectors));
    return plan;
  }
  bool needs_orders() const { return needs_orders_; }

 private:
  MeasurePlan measure(const Measure& m, std::vector<Selector>& selectors) {
    MeasurePlan plan;
    plan.kind = m.kind;
    plan.window = seconds(m.window_days);
    plan.before = seconds(m.before_days);
    plan.day = seconds(m.day);
    const bool waits = m.window_days > 0 || m.kind == Kind::kRetention;
    plan.until = subject_.over && !waits ? second_of(subject_.span.to) : now_;
    plan.keep = m.cap_level < 1 || m.kind == Kind::kQuantile;
    plan.of = source(m.of, plan, selectors);
    if (m.kind == Kind::kRatio) plan.per = source(m.per, plan, selectors);
    if (m.net) {
      for (const NetCost& cost : subject_.costs)
        plan.costs.push_back({source(counted_of(cost), plan, selectors), cost.minor});
    }
    return plan;
  }

  static Counted counted_of(const NetCost& cost) {
    Counted counted{.event = cost.event, .sum = cost.property, .where = {}};
    for (const auto& [property, value] : cost.is)
      counted.where.push_back({.property = property, .op = Test::Op::kIs, .texts = {value}});
    for (const std::string& property : cost.set)
      counted.where.push_back({.property = property, .op = Test::Op::kIsSet});
    return counted;
  }

  Source source(const Counted& counted, const MeasurePlan& m, std::vector<Selector>& selectors) {
    Source source;
    source.sum = !counted.sum.empty();
    if (counted.orders) {
      needs_orders_ = true;
      source.from = Source::From::kOrders;
      return source;
    }
    const Second began = second_of(subject_.span.from);
    source.from = Source::From::kEvents;
    source.selector = selectors.size();
    selectors.push_back(selector_of(counted.event, counted.where,
                                    began > m.before ? began - m.before : 0, m.until));
    selectors.back().number = counted.sum;
    return source;
  }

  const Subject& subject_;
  const Second now_;
  bool needs_orders_ = false;
};

Result<Prepared> prepare(const Subject& subject, const Measuring& with,
                         const timeline::Stop& stop) {
  timeline::Ask ask;
  Planner planner(subject, with.now);
  auto outcome = std::make_shared<OutcomePlan>(planner.plan(ask.selectors));
  if (planner.needs_orders()) outcome->book = TRY(with.books.get());
  if (ask.selectors.size() > timeline::kMaxSelectors) {
    return fail(Code::kTooLarge, "too many events are counted at once", "measures",
                "Take fewer measures or arms.");
  }
  const auto snapshot = with.timeline.snapshot();
  if (!snapshot) {
    return fail(Code::kBusy, "the timeline is still being built", "", "Try again in a minute.");
  }
  if (const auto missing = timeline::missing_properties(*snapshot->dictionary, ask);
      !missing.empty()) {
    return fail(
        Code::kInvalid,
        "the property \"" + missing.front() + "\" has too many different values to be measured",
        "measures");
  }
  auto plan = TRY(timeline::compile(*snapshot, std::move(ask), with.timeline.pool(), stop));
  return Prepared{std::move(outcome), std::move(plan)};
}

}  // namespace

uint32_t days_of(const Span& span) {
  const auto whole = std::chrono::ceil<std::chrono::days>(span.to - span.from).count();
  return static_cast<uint32_t>(std::clamp<int64_t>(whole, 1, kMaxDays));
}

Subject subject_of(const Experiment& experiment, Instant now) {
  Subject subject;
  for (const auto& arm : experiment.arms) subject.arms.push_back(arm.key);
  subject.measures = experiment.measures;
  const Instant from = experiment.started_at.value_or(now);
  subject.over = experiment.stopped_at.has_value();
  subject.span = {from, std::max(from, std::min(experiment.stopped_at.value_or(now), now))};
  subject.experiment_key = experiment.key;
  return subject;
}

Result<OutcomeTable> measure(const Subject& subject, const Measuring& with) {
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxTime;
  const Prepared prepared = TRY(prepare(subject, with, stop));
  const Outcomes outcomes =
      TRY(timeline::run(*prepared.plan, Outcomes(prepared.outcome), with.timeline.pool(), stop));
  OutcomeTable table = outcomes.finish(timeline::buckets_of(*prepared.plan));
  return table;
}

Result<std::vector<people::PersonId>> people_behind(const Subject& subject, const OutcomePick& pick,
                                                    const Measuring& with) {
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxTime;
  const Prepared prepared = TRY(prepare(subject, with, stop));
  const Outcomes outcomes(prepared.outcome);
  auto crowds = TRY(timeline::collect(*prepared.plan, with.timeline.pool(), stop,
                                      [&](const timeline::Slice& slice, timeline::Crowd& out) {
                                        outcomes.collect(slice, pick, out);
                                      }));
  if (subject.exposed) {
    constexpr size_t kSize = timeline::kBucketPeople;
    const size_t needed = (subject.exposed->arm.size() + kSize - 1) / kSize;
    for (size_t bucket = crowds.size(); bucket < needed; ++bucket) {
      crowds.emplace_back();
      outcomes.collect(timeline::Slice{.bucket = static_cast<uint32_t>(bucket)}, pick,
                       crowds.back());
    }
  }
  std::vector<people::PersonId> found;
  for (size_t bucket = 0; bucket < crowds.size(); ++bucket) {
    crowds[bucket].for_each([&](uint32_t i) {
      found.push_back(static_cast<people::PersonId>(bucket * timeline::kBucketPeople + i));
    });
  }
  return found;
}

}  // namespace perennial::experiments
