#include "portrait/affinity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <tuple>

namespace perennial::portrait {
namespace {

using timeline::Hits;
using timeline::kBucketPeople;
using timeline::Second;

constexpr size_t kRunRows = 1'000'000;
constexpr Second kDay = 86'400, kHour = 3'600, kQuarter = 900;

}  // namespace

Decay::Decay(Instant now, int window_days, int half_life_days) {
  const int64_t second = to_millis(now) / 1000;
  now_ = static_cast<Second>(std::clamp<int64_t>(second, 0, timeline::kNever - 1));
  const Second window = static_cast<Second>(window_days) * kDay;
  from_ = now_ > window ? now_ - window : 0;
  for (int day = 0; day <= window_days; ++day)
    by_day_.push_back(std::exp2(-static_cast<double>(day) / half_life_days));
}

AffinityScan::AffinityScan(std::shared_ptr<const AffinitySpec> spec)
    : spec_(std::move(spec)), sums_(spec_->words) {}

void AffinityScan::add_hits(const Hits& hits, const AffinitySource& source, uint32_t person) {
  for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
    uint16_t word = source.word;
    if (word == 0 && hits.group != nullptr && hits.group[hit] < source.of_code.size())
      word = source.of_code[hits.group[hit]];
    const double weight = spec_->decay.weight(hits.at[hit]) * source.weight;
    if (word == 0 || weight <= 0) continue;
    Affinity& sum = sums_[word];
    if (sum.count++ == 0) touched_.push_back(word);
    sum.weight += weight;
  }
}

void AffinityScan::add(const timeline::Slice& slice) {
  slice.who.for_each([&](uint32_t person) {
    touched_.clear();
    for (size_t i = 0; i < spec_->sources.size(); ++i)
      add_hits(slice.hits[i], spec_->sources[i], person);
    std::ranges::sort(touched_);
    for (const uint16_t word : touched_) {
      Affinity& sum = sums_[word];
      found_.push_back({.person = PersonId{slice.bucket} * kBucketPeople + person,
                        .word = word,
                        .count = sum.count,
                        .weight = sum.weight});
      sum = {};
    }
  });
}

void AffinityScan::merge(const AffinityScan& other) {
  found_.insert(found_.end(), other.found_.begin(), other.found_.end());
}

std::vector<int32_t> wall_offsets(const Decay& decay, Zone zone) {
  std::vector<int32_t> offsets;
  // Zones change their offset at quarters of an hour.
  for (int64_t at = decay.from() / kQuarter * kQuarter; at <= decay.now(); at += kQuarter) {
    const auto wall = zone.to_local(from_millis(at * 1000)).time_since_epoch().count();
    offsets.push_back(static_cast<int32_t>(wall / 1000 - at));
  }
  return offsets;
}

void HoursScan::add(const timeline::Slice& slice) {
  const Hits& hits = slice.hits[0];
  slice.who.for_each([&](uint32_t person) {
    std::array<Affinity, 24> sums{};
    int64_t last = -1;
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      const uint32_t name = hits.name != nullptr    ? hits.name_groups[hits.name[hit]]
                            : hits.group != nullptr ? hits.group[hit]
                                                    : 0;
      if (name < spec_->skip.size() && spec_->skip[name] != 0) continue;
      const double weight = spec_->decay.weight(hits.at[hit]);
      if (weight <= 0) continue;
      const int64_t hour = spec_->wall(hits.at[hit]) / kHour;
      if (hour == last) continue;
      last = hour;
      Affinity& sum = sums[static_cast<size_t>(hour % 24)];
      ++sum.count;
      sum.weight += weight;
    }
    for (size_t hour = 0; hour < sums.size(); ++hour) {
      if (sums[hour].count == 0) continue;
      found_.push_back({.person = PersonId{slice.bucket} * kBucketPeople + person,
                        .word = static_cast<uint16_t>(hour + 1),
                        .count = sums[hour].count,
                        .weight = sums[hour].weight});
    }
  });
}

void HoursScan::merge(const HoursScan& other) {
  found_.insert(found_.end(), other.found_.begin(), other.found_.end());
}

namespace {

// By person and word, in runs that are merged: between two it may be stopped.
bool sort(std::vector<Affinity>& all, const timeline::Stop* stop) {
  const auto stopped = [&] { return stop != nullptr && !stop->check(); };
  const auto key = [](const Affinity& one) { return std::tuple(one.person, one.word); };
  const std::span<Affinity> rows(all);
  for (size_t at = 0; at < rows.size(); at += kRunRows) {
    if (stopped()) return false;
    std::ranges::sort(rows.subspan(at, std::min(kRunRows, rows.size() - at)), {}, key);
  }
  for (size_t run = kRunRows; run < rows.size(); run *= 2) {
    for (size_t at = 0; at + run < rows.size(); at += 2 * run) {
      if (stopped()) return false;
      const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at);
      const auto end =
          rows.begin() + static_cast<std::ptrdiff_t>(std::min(at + 2 * run, rows.size()));
      std::ranges::inplace_merge(begin, begin + static_cast<std::ptrdiff_t>(run), end, {}, key);
    }
  }
  return true;
}

}  // namespace

std::vector<Affinity> add_up(std::vector<Affinity> all, const timeline::Stop* stop) {
  if (!sort(all, stop)) return {};
  size_t kept = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (kept > 0 && all[kept - 1].person == all[i].person && all[kept - 1].word == all[i].word) {
      all[kept - 1].count += all[i].count;
      all[kept - 1].weight += all[i].weight;
    } else {
      all[kept++] = all[i];
    }
  }
  all.resize(kept);
  return all;
}

}  // namespace perennial::portrait
