// The conversions of one person, each with the touches that share in it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "timeline/attribution.h"

namespace perennial::timeline {

inline constexpr int64_t kFixedOne = int64_t{1} << kFixedBits;

template <AttributionSpec::Model kModel, class Emit>
class AttributionScan {
  using Model = AttributionSpec::Model;
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  struct Touch {
    uint64_t key;
    uint32_t selector;
    uint32_t value;
    Second at() const { return static_cast<Second>(key >> 8); }
  };

 public:
  AttributionScan(const AttributionSpec& spec, std::span<const Hits> hits, Emit& emit)
      : spec_(spec), hits_(hits), emit_(emit) {}

  // Tells emit.conversion(number, touch values, parts of kFixedOne, whether touches were cut) of
  // each conversion.
  void person(uint32_t person) {
    const Hits& conversions = hits_[0];
    const uint32_t first = conversions.first[person], last = conversions.last[person];
    if (first == last) return;
    gather(person, earliest(conversions.at[first]), conversions.key(last - 1));
    size_t low = 0, high = 0;
    for (uint32_t i = first; i < last; ++i) {
      const Second at = conversions.at[i];
      if (at >= spec_.end) return;
      const uint64_t key = conversions.key(i);
      while (high < touches_.size() && touches_[high].key < key) ++high;
      while (low < high && touches_[low].at() < earliest(at)) ++low;
      if (at >= spec_.begin) {
        conversion(conversions.number == nullptr ? kNone : conversions.number[i], low, high);
      }
      if (!spec_.reset) continue;
      while (high < touches_.size() && touches_[high].key == key) ++high;
      low = high;
    }
  }

 private:
  Second earliest(Second at) const { return at - std::min<Second>(at, spec_.look_back_seconds); }

  // The touches from a second on and before a key, in order.
  void gather(uint32_t person, Second from, uint64_t end) {
    touches_.clear();
    for (uint32_t selector = 1; selector < hits_.size(); ++selector) {
      const Hits& hits = hits_[selector];
      const Second* begin = hits.at + hits.first[person];
      const Second* past = hits.at + hits.last[person];
      auto i = static_cast<uint32_t>(std::lower_bound(begin, past, from) - hits.at);
      for (; i < hits.last[person] && hits.key(i) < end; ++i) {
        const bool by_group = spec_.by == AttributionSpec::TouchBy::kGroup;
        const uint32_t group = hits.group == nullptr ? 0 : hits.group[i];
        touches_.push_back(
            {.key = hits.key(i), .selector = selector, .value = by_group ? group : selector});
      }
    }
    if (hits_.size() <= 2) return;
    std::ranges::stable_sort(touches_, {}, &Touch::key);  // the first selector stays in front
    const auto same = [](const Touch& a, const Touch& b) {
      return a.key == b.key && a.selector != b.selector;
    };
    touches_.erase(std::unique(touches_.begin(), touches_.end(), same), touches_.end());
  }

  void conversion(double number, size_t low, size_t high) {
    const bool cut = high - low > kMaxTouches;
    if (cut) low = high - kMaxTouches;
    if constexpr (kModel == Model::kFirst) high = std::min(high, low + 1);
    if constexpr (kModel == Model::kLast) low = std::max(low, high - std::min<size_t>(high, 1));
    values_.clear();
    for (size_t i = low; i < high; ++i) values_.push_back(touches_[i].value);
    parts_.assign(values_.size(), 0);
    if (!parts_.empty()) share(low);
    emit_.conversion(number, values_, parts_, cut);
  }

  void share(size_t low) {
    const auto n = static_cast<int64_t>(parts_.size());
    if constexpr (kModel == Model::kTimeDecay) {
      weights_.clear();
      const Second nearest = touches_[low + parts_.size() - 1].at();
      for (size_t i = low; i < low + parts_.size(); ++i) {
        // Ages from the nearest touch on: the same shares, and never all too small to tell.
        const double age = nearest - touches_[i].at();
        weights_.push_back(std::exp2(-age / spec_.half_life_seconds));
      }
      const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
      for (size_t i = 0; i < parts_.size(); ++i) {
        parts_[i] = static_cast<int64_t>(weights_[i] / sum * static_cast<double>(kFixedOne));
      }
    } else if (kModel == Model::kPosition && n >= 2) {
      const int both = spec_.first_percent + spec_.last_percent;
      const int64_t whole = n == 2 ? both : 100;
      if (n > 2) std::ranges::fill(parts_, kFixedOne * (100 - both) / 100 / (n - 2));
      parts_.front() = whole == 0 ? kFixedOne / 2 : kFixedOne * spec_.first_percent / whole;
    } else {
      std::ranges::fill(parts_, kFixedOne / n);
    }
    parts_.back() = 0;
    parts_.back() = kFixedOne - std::accumulate(parts_.begin(), parts_.end(), int64_t{0});
  }

  const AttributionSpec& spec_;
  std::span<const Hits> hits_;
  Emit& emit_;
  std::vector<Touch> touches_;
  std::vector<uint32_t> values_;
  std::vector<int64_t> parts_;
  std::vector<double> weights_;
};

}  // namespace perennial::timeline
