#include "experiments/outcomes.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace perennial::experiments {
namespace {

using timeline::Hits;
using timeline::kBucketPeople;
using timeline::Slice;
using Kind = Measure::Kind;

constexpr int kNone = -1, kMixed = -2, kElsewhere = -3;

Second later(Second at, Second by) {
  return by > timeline::kNever - 1 - at ? timeline::kNever - 1 : at + by;
}

Second earlier(Second at, Second by) { return by > at ? 0 : at - by; }

bool is_share(Kind kind) { return kind == Kind::kProportion || kind == Kind::kRetention; }

Second second_of(int64_t ms) {
  return static_cast<Second>(std::clamp<int64_t>(ms / 1000, 0, timeline::kNever - 1));
}

void resize(DailySums& days, uint32_t n) {
  for (auto* column : {&days.n, &days.y, &days.yy, &days.d, &days.dd, &days.yd}) {
    column->assign(n, 0);
  }
}

}  // namespace

void Exposed::put(people::PersonId person, uint8_t in_arm, Second when) {
  if (person <= 0) return;
  const auto i = static_cast<size_t>(person);
  if (i >= arm.size()) {
    arm.resize(i + 1, kNot);
    at.resize(i + 1);
  }
  arm[i] = in_arm;
  at[i] = when;
}

Outcomes::Outcomes(std::shared_ptr<const OutcomePlan> plan) : plan_(std::move(plan)) {
  table_.exposed.resize(plan_->arms);
  table_.measures.resize(plan_->measures.size());
  for (Tally& tally : table_.measures) {
    tally.arms.resize(plan_->arms);
    tally.kept.resize(plan_->arms);
    tally.daily.resize(plan_->arms);
    for (DailySums& days : tally.daily) resize(days, plan_->days);
  }
  order_rows_.resize(kBucketPeople + 1);
}

uint32_t Outcomes::day_of(Second at) const {
  return std::min((std::max(at, plan_->from) - plan_->from) / kDay, plan_->days - 1);
}

Outcomes::Exposure Outcomes::exposure_of(const Slice& slice, uint32_t person) const {
  if (plan_->exposed) {
    const size_t i = size_t{slice.bucket} * kBucketPeople + person;
    const Exposed& exposed = *plan_->exposed;
    if (i >= exposed.arm.size() || exposed.arm[i] == Exposed::kNot) return {};
    return {exposed.arm[i], exposed.at[i]};
  }
  Exposure found;
  for (size_t arm = 0; arm <= plan_->arms && arm < slice.hits.size(); ++arm) {
    const Hits& hits = slice.hits[arm];
    uint32_t hit = hits.first[person];
    while (hit < hits.last[person] && hits.at[hit] < plan_->from) ++hit;
    if (hit == hits.last[person] || hits.at[hit] >= plan_->exposed_until) continue;
    if (found.arm != kNone) return {kMixed, found.at};
    found = {arm == plan_->arms ? kElsewhere : static_cast<int>(arm), hits.at[hit]};
  }
  return found;
}

// Where the orders of each person of a bucket begin in the book.
void Outcomes::find_orders(uint32_t bucket, std::vector<uint32_t>& first) const {
  if (!plan_->book) return;
  const auto& person = plan_->book->person;
  const people::PersonId base = people::PersonId{bucket} * kBucketPeople;
  // Person 0 stands for orders without a customer.
  auto row = static_cast<uint32_t>(
      std::ranges::lower_bound(person, std::max<people::PersonId>(base, 1)) - person.begin());
  for (uint32_t i = 0; i < kBucketPeople; ++i) {
    first[i] = row;
    while (row < person.size() && person[row] == base + i) ++row;
  }
  first[kBucketPeople] = row;
}

// each(at, amount) for what a source has in [from, to), ascending.
template <class Each>
void Outcomes::each_step(const Source& source, const Slice& slice, uint32_t person, Second from,
                         Second to, std::span<const uint32_t> orders, Each each) const {
  if (source.from == Source::From::kEvents && source.selector < slice.hits.size()) {
    const Hits& hits = slice.hits[source.selector];
    uint32_t hit = hits.first[person];
    const uint32_t last = hits.last[person];
    while (hit < last && hits.at[hit] < from) ++hit;
    for (; hit < last && hits.at[hit] < to; ++hit) {
      if (!source.sum) {
        each(hits.at[hit], 1.0);
      } else if (hits.number != nullptr && std::isfinite(hits.number[hit])) {
        each(hits.at[hit], hits.number[hit]);
      }
    }
  } else if (source.from == Source::From::kOrders && plan_->book) {
    const people::OrderBook& book = *plan_->book;
    for (uint32_t row = orders[person]; row < orders[person + 1]; ++row) {
      const Second at = second_of(book.at_ms[row]);
      if (at < from || at >= to) continue;
      if (source.sum) {
        each(at, static_cast<double>(book.amount_minor[row]));
      } else if (!book.refund[row]) {
        each(at, 1.0);
      }
    }
  }
}

double Outcomes::value_of(const MeasurePlan& m, const Slice& slice, uint32_t person, Second from,
                          Second to, std::span<const uint32_t> orders,
                          std::vector<Step>* steps) const {
  double sum = 0;
  const bool share = is_share(m.kind);
  const auto add = [&](Second at, double amount) {
    sum += amount;
    if (steps != nullptr) steps->push_back({.at = at, .y = amount});
  };
  each_step(m.of, slice, person, from, to, orders, [&](Second at, double amount) {
    if (!share || sum == 0) add(at, amount);
  });
  for (const MeasurePlan::Cost& cost : m.costs) {
    each_step(cost.of, slice, person, from, to, orders,
              [&](Second at, double amount) { add(at, -cost.minor * amount); });
  }
  return sum;
}

std::optional<Moments::Values> Outcomes::values_of(const MeasurePlan& m, const Slice& slice,
                                                   uint32_t person, Second exposed_at,
                                                   std::span<const uint32_t> orders,
                                                   std::vector<Step>* steps) const {
  Second from = exposed_at;
  Second to = m.window == 0 ? m.until : std::min(m.until, later(exposed_at, m.window));
  if (m.kind == Kind::kRetention) {
    from = later(exposed_at, m.day);
    to = later(from, kDay);
    if (to > m.until) return std::nullopt;
  }
  Moments::Values values{};
  const auto count = [&](Second begin, Second end, std::vector<Step>* told) {
    double sum = 0;
    each_step(m.per, slice, person, begin, end, orders, [&](Second at, double amount) {
      sum += amount;
      if (told != nullptr) told->push_back({.at = at, .d = amount});
    });
    return sum;
  };
  values[0] = value_of(m, slice, person, from, to, orders, steps);
  values[1] = count(from, to, steps);
  if (m.before > 0) {
    const Second begin = earlier(exposed_at, m.before);
    values[2] = value_of(m, slice, person, begin, exposed_at, orders, nullptr);
    values[3] = count(begin, exposed_at, nullptr);
  }
  return values;
}

void Outcomes::add_daily(const MeasurePlan& m, DailySums& days, Second exposed_at,
                         std::vector<Step>& steps) const {
  // A day of retention is known when it is over.
  const Second known =
      m.kind == Kind::kRetention ? later(exposed_at, m.day + kDay - 1) : exposed_at;
  days.n[day_of(known)] += 1;
  if (steps.empty()) return;
  if (m.per.from != Source::From::kNothing || !m.costs.empty())
    std::ranges::stable_sort(steps, {}, &Step::at);
  Step sum;
  for (const Step& step : steps) {
    const uint32_t day = day_of(std::max(step.at, known));
    const double y = sum.y + step.y, d = sum.d + step.d;
    days.y[day] += step.y;
    days.yy[day] += y * y - sum.y * sum.y;
    days.d[day] += step.d;
    days.dd[day] += d * d - sum.d * sum.d;
    days.yd[day] += y * d - sum.y * sum.d;
    sum.y = y;
    sum.d = d;
  }
}

void Outcomes::add(const Slice& slice) {
  find_orders(slice.bucket, order_rows_);
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    const Exposure exposure = exposure_of(slice, person);
    if (exposure.arm == kNone) continue;
    if (exposure.arm < 0) {
      ++(exposure.arm == kMixed ? table_.mixed : table_.elsewhere);
      continue;
    }
    const auto arm = static_cast<size_t>(exposure.arm);
    ++table_.exposed[arm];
    for (size_t i = 0; i < plan_->measures.size(); ++i) {
      const MeasurePlan& m = plan_->measures[i];
      Tally& tally = table_.measures[i];
      steps_.clear();
      const auto values = values_of(m, slice, person, exposure.at, order_rows_, &steps_);
      if (!values) continue;
      tally.arms[arm].add(*values);
      if (m.keep) tally.kept[arm].push_back(*values);
      add_daily(m, tally.daily[arm], exposure.at, steps_);
    }
  }
}

void Outcomes::merge(const Outcomes& other) {
  table_.mixed += other.table_.mixed;
  table_.elsewhere += other.table_.elsewhere;
  for (size_t arm = 0; arm < plan_->arms; ++arm) {
    table_.exposed[arm] += other.table_.exposed[arm];
    for (size_t i = 0; i < plan_->measures.size(); ++i) {
      Tally& to = table_.measures[i];
      const Tally& from = other.table_.measures[i];
      to.arms[arm].merge(from.arms[arm]);
      to.kept[arm].insert(to.kept[arm].end(), from.kept[arm].begin(), from.kept[arm].end());
      for (auto column : {&DailySums::n, &DailySums::y, &DailySums::yy, &DailySums::d,
                          &DailySums::dd, &DailySums::yd}) {
        for (uint32_t day = 0; day < plan_->days; ++day) {
          (to.daily[arm].*column)[day] += (from.daily[arm].*column)[day];
        }
      }
    }
  }
}

OutcomeTable Outcomes::finish(uint32_t buckets) const {
  Outcomes whole = *this;
  if (plan_->exposed) {
    const size_t needed = (plan_->exposed->arm.size() + kBucketPeople - 1) / kBucketPeople;
    for (size_t bucket = buckets; bucket < needed; ++bucket) {
      whole.add(Slice{.bucket = static_cast<uint32_t>(bucket)});
    }
  }
  for (Tally& tally : whole.table_.measures) {
    for (DailySums& days : tally.daily) {
      for (auto* column : {&days.n, &days.y, &days.yy, &days.d, &days.dd, &days.yd}) {
        for (size_t day = 1; day < column->size(); ++day) (*column)[day] += (*column)[day - 1];
      }
    }
  }
  return whole.table_;
}

void Outcomes::collect(const Slice& slice, const OutcomePick& pick, timeline::Crowd& out) const {
  std::vector<uint32_t> orders(kBucketPeople + 1);
  find_orders(slice.bucket, orders);
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    const Exposure exposure = exposure_of(slice, person);
    const int wanted = pick.arm ? static_cast<int>(*pick.arm) : kMixed;
    if (exposure.arm != wanted) continue;
    if (pick.measure) {
      const auto values =
          values_of(plan_->measures[*pick.measure], slice, person, exposure.at, orders, nullptr);
      if (!values || (*values)[0] == 0) continue;
    }
    out.add(person);
  }
}

std::optional<double> cap_values(Tally& tally, double level) {
  std::vector<double> values;
  for (const auto& arm : tally.kept) {
    for (const auto& one : arm) {
      if (one[0] != 0) values.push_back(one[0]);
    }
  }
  if (values.empty() || !(level > 0 && level < 1)) return std::nullopt;
  const auto rank =
      static_cast<size_t>(std::max(0.0, std::ceil(level * static_cast<double>(values.size())) - 1));
  std::ranges::nth_element(values, values.begin() + static_cast<ptrdiff_t>(rank));
  const double cap = values[rank];
  bool cut = false;
  for (size_t arm = 0; arm < tally.kept.size(); ++arm) {
    Moments moments;
    for (auto& one : tally.kept[arm]) {
      cut |= one[0] > cap;
      one[0] = std::min(one[0], cap);
      one[2] = std::min(one[2], cap);
      moments.add(one);
    }
    tally.arms[arm] = moments;
  }
  return cut ? std::optional(cap) : std::nullopt;
}

}  // namespace perennial::experiments
