#include "portrait/bargains.h"

#include <algorithm>
#include <cmath>

namespace perennial::portrait {

using timeline::Hits;
using timeline::kBucketPeople;

void PriceScan::add(const timeline::Slice& slice) {
  const Hits& hits = slice.hits[0];
  if (hits.group == nullptr || hits.number == nullptr) return;
  slice.who.for_each([&](uint32_t person) {
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      const uint32_t item = hits.group[hit];
      if (item == 0 || !(hits.number[hit] > 0) || decay_.weight(hits.at[hit]) <= 0) continue;
      if (prices_.size() <= item) prices_.resize(item + 1);
      prices_[item].push_back(static_cast<float>(hits.number[hit]));
      ++count_;
    }
  });
}

void PriceScan::merge(const PriceScan& other) {
  if (prices_.size() < other.prices_.size()) prices_.resize(other.prices_.size());
  for (size_t item = 0; item < other.prices_.size(); ++item)
    prices_[item].insert(prices_[item].end(), other.prices_[item].begin(),
                         other.prices_[item].end());
  count_ += other.count_;
}

std::vector<double> PriceScan::finish() && {
  std::vector<double> usual(prices_.size(), 0);
  for (size_t item = 0; item < prices_.size(); ++item) {
    auto& prices = prices_[item];
    if (prices.size() < kLeastPrices) continue;
    const auto middle = prices.begin() + static_cast<std::ptrdiff_t>((prices.size() - 1) / 2);
    std::ranges::nth_element(prices, middle);
    usual[item] = *middle;
  }
  return usual;
}

void BargainScan::add(const timeline::Slice& slice) {
  const Hits &lines = slice.hits[0], &orders = slice.hits[1], &reduced = slice.hits[2];
  const auto counted = [&](const Hits& hits, uint32_t person) {
    uint32_t n = 0;
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit)
      n += decay_.weight(hits.at[hit]) > 0 ? 1 : 0;
    return n;
  };
  slice.who.for_each([&](uint32_t person) {
    Bargains one{.person = PersonId{slice.bucket} * kBucketPeople + person,
                 .cheap = counted(reduced, person),
                 .bought = counted(orders, person)};
    const bool priced = lines.group != nullptr && lines.number != nullptr;
    for (uint32_t hit = lines.first[person]; priced && hit < lines.last[person]; ++hit) {
      const uint32_t item = lines.group[hit];
      const double usual = item < usual_->size() ? (*usual_)[item] : 0;
      if (usual <= 0 || !(lines.number[hit] > 0) || decay_.weight(lines.at[hit]) <= 0) continue;
      ++one.bought;
      one.cheap += static_cast<float>(lines.number[hit]) <= usual * kCheap ? 1 : 0;
    }
    if (one.bought > 0) found_.push_back(one);
  });
}

void BargainScan::merge(const BargainScan& other) {
  found_.insert(found_.end(), other.found_.begin(), other.found_.end());
}

uint16_t bargain_word(uint32_t cheap, uint32_t bought) {
  const uint64_t of = bought;
  if (uint64_t{cheap} * 10 < of) return 1;
  if (uint64_t{cheap} * 3 < of) return 2;
  return uint64_t{cheap} * 3 < 2 * of ? 3 : 4;
}

}  // namespace perennial::portrait
