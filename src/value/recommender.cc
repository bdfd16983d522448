#include "value/recommender.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "value/stages.h"

namespace perennial::value {
namespace {

// What a person did, put together by item: newest first.
std::vector<Touch> touches_of(std::span<const Bit> bits, int64_t at_ms) {
  std::vector<Touch> touches;
  std::map<uint32_t, size_t> place;
  for (const Bit& bit : bits) {
    const auto [found, added] = place.emplace(bit.item, touches.size());
    if (added) touches.push_back({.item = bit.item});
    Touch& touch = touches[found->second];
    (bit.did == Did::kBought ? touch.bought : touch.viewed) = true;
    touch.liked |= bit.did != Did::kViewed;
    touch.at_ms = std::max(touch.at_ms, bit.at_ms);
    const double days = static_cast<double>(at_ms - bit.at_ms) / static_cast<double>(kDayMs);
    touch.strength += strength_of(bit.did, days);
  }
  std::ranges::sort(touches, {},
                    [](const Touch& touch) { return std::pair(-touch.at_ms, touch.item); });
  return touches;
}

}  // namespace

float strength_of(Did did, double days) {
  const double fresh = std::exp2(-std::max(0.0, days) / kHalfLifeDays);
  return kStrength[static_cast<size_t>(did)] * static_cast<float>(fresh);
}

void Recommender::add_person(PersonId person, std::span<const Bit> bits, int64_t at_ms) {
  const auto touches = touches_of(bits, at_ms);
  person_.push_back(person);
  for (const Touch& touch : touches) {
    feedback_.column.push_back(touch.item);
    feedback_.strength.push_back(kConfidence * touch.strength);
  }
  feedback_.first.push_back(feedback_.column.size());
  touches_.insert(touches_.end(), touches.begin(), touches.end());
  first_.push_back(touches_.size());
}

Recommender Recommender::make(const Catalogue& catalogue, std::span<const Bit> bits,
                              Together together, Instant at, const Options& options) {
  Recommender made;
  const size_t items = catalogue.size();
  made.groups_ = std::move(together.groups);
  made.first_.push_back(0);
  made.popular_.assign(items, 0);
  const int64_t at_ms = to_millis(at);
  for (size_t begin = 0; begin < bits.size();) {
    size_t end = begin, before = begin;
    // Bits of a person ascend in time: those before `at` come first.
    for (; end < bits.size() && bits[end].person == bits[begin].person; ++end)
      before += bits[end].at_ms < at_ms;
    if (before > begin)
      made.add_person(bits[begin].person, bits.subspan(begin, before - begin), at_ms);
    begin = end;
  }
  made.count_popular(catalogue, bits, at);
  made.places_ =
      Places(std::move(together.places), bits, items, at_ms - kPopularDays * kDayMs, at_ms);
  made.learn_neighbours(options);
  if (options.factors) made.factors_ = fit_als(made.feedback_, items, options.als);
  return made;
}

void Recommender::count_popular(const Catalogue& catalogue, std::span<const Bit> bits, Instant at) {
  const int64_t end = to_millis(at), begin = end - kPopularDays * kDayMs;
  std::map<uint16_t, int64_t> purchases;
  std::vector<float> wanted(popular_.size(), 0);
  for (const Bit& bit : bits) {
    if (bit.at_ms < begin || bit.at_ms >= end) continue;
    wanted[bit.item] += kStrength[static_cast<size_t>(bit.did)];
    if (bit.did != Did::kBought) continue;
    ++popular_[bit.item];
    const uint16_t group = groups_->group(bit.person);
    if (group == 0) continue;
    auto& in = popular_in_[group];
    in.resize(popular_.size(), 0);
    ++in[bit.item];
    ++purchases[group];
  }
  std::erase_if(popular_in_, [&](const auto& in) { return purchases[in.first] < kLeastOfGroup; });
  wanted_ = Wanted(catalogue, wanted);
}

// Of the newest kHistory purchases of each person.
void Recommender::learn_neighbours(const Options& options) {
  Feedback bought;
  for (size_t r = 0; r < person_.size(); ++r) {
    size_t kept = 0;
    for (uint64_t k = first_[r]; k < first_[r + 1] && kept < kHistory; ++k) {
      if (!touches_[k].bought) continue;
      bought.column.push_back(touches_[k].item);
      bought.strength.push_back(1);
      ++kept;
    }
    bought.first.push_back(bought.column.size());
  }
  const size_t items = popular_.size();
  const Feedback buyers = transposed(bought, items);
  const auto count = [&](size_t item) {
    return static_cast<double>(buyers.first[item + 1] - buyers.first[item]);
  };
  neighbours_.assign(items, {});
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    std::vector<uint32_t> together(items, 0), met;
    for (size_t item; (item = next.fetch_add(1)) < items;) {
      if (options.als.stop.stop_requested()) return;
      met.clear();
      for (uint64_t k = buyers.first[item]; k < buyers.first[item + 1]; ++k) {
        const size_t person = buyers.column[k];
        for (uint64_t j = bought.first[person]; j < bought.first[person + 1]; ++j) {
          if (together[bought.column[j]]++ == 0) met.push_back(bought.column[j]);
        }
      }
      auto& near = neighbours_[item];
      for (const uint32_t other : met) {
        const double both = together[other];
        together[other] = 0;
        if (other == item || both < 2) continue;
        const double similarity = both / (std::sqrt(count(item) * count(other)) + kNeighbourShrink);
        near.push_back({.item = other, .similarity = static_cast<float>(similarity)});
      }
      std::ranges::sort(near, {},
                        [](const Neighbour& n) { return std::pair(-n.similarity, n.item); });
      if (near.size() > kNeighbours) near.resize(kNeighbours);
      near.shrink_to_fit();
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < options.threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

std::optional<size_t> Recommender::row_of(PersonId person) const {
  const auto found = std::ranges::lower_bound(person_, person);
  if (found == person_.end() || *found != person) return std::nullopt;
  return static_cast<size_t>(found - person_.begin());
}

std::vector<Touch> Recommender::history(PersonId person) const {
  const auto row = row_of(person);
  if (!row) return {};
  return {touches_.begin() + static_cast<std::ptrdiff_t>(first_[*row]),
          touches_.begin() + static_cast<std::ptrdiff_t>(first_[*row + 1])};
}

std::span<const Neighbour> Recommender::neighbours(uint32_t item) const {
  return item < neighbours_.size() ? std::span<const Neighbour>(neighbours_[item])
                                   : std::span<const Neighbour>();
}

size_t Recommender::items_bought() const {
  std::set<uint32_t> items;
  for (const Touch& touch : touches_) {
    if (touch.bought) items.insert(touch.item);
  }
  return items.size();
}

const std::vector<float>* Recommender::popular_of(PersonId person) const {
  const auto found = popular_in_.find(groups_->group(person));
  return found == popular_in_.end() ? nullptr : &found->second;
}

std::string_view Recommender::group_of(PersonId person) const {
  if (popular_of(person) == nullptr) return "";
  return groups_->names[groups_->group(person)];
}

}  // namespace perennial::value
