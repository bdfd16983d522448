#include "value/recommender.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "value/stages.h"

namespace perennial::value {
namespace {

constexpr std::array<std::string_view, kWays> kWayNames = {"popular", "popular_in_group",
                                                           "bought_together", "factors"};
constexpr float kNothing = -1;

// What a person did, put together by item: newest first.
std::vector<Touch> touches_of(std::span<const Bit> bits, int64_t at_ms) {
  std::vector<Touch> touches;
  std::map<uint32_t, size_t> place;
  for (const Bit& bit : bits) {
    const auto [found, added] = place.emplace(bit.item, touches.size());
    if (added) touches.push_back({.item = bit.item});
    Touch& touch = touches[found->second];
    (bit.did == Did::kBought ? touch.bought : touch.viewed) = true;
    touch.at_ms = std::max(touch.at_ms, bit.at_ms);
    const double days = static_cast<double>(at_ms - bit.at_ms) / static_cast<double>(kDayMs);
    touch.strength += strength_of(bit.did, days);
  }
  std::ranges::sort(touches, {},
                    [](const Touch& touch) { return std::pair(-touch.at_ms, touch.item); });
  return touches;
}

// Newer touches first, older ones of other items after them.
std::vector<Touch> joined(std::span<const Touch> newer, std::span<const Touch> older) {
  std::vector<Touch> all(newer.begin(), newer.end());
  for (const Touch& touch : older) {
    const auto end = all.begin() + std::ssize(newer);
    const auto same =
        std::find_if(all.begin(), end, [&](const Touch& one) { return one.item == touch.item; });
    if (same == end) {
      all.push_back(touch);
    } else {
      same->bought |= touch.bought;
      same->strength += touch.strength;
    }
  }
  return all;
}

bool fits(const Item& item, const Wish& request) {
  if (request.in_stock && !item.in_stock) return false;
  if (!request.region.empty() && !item.regions.empty() &&
      std::ranges::find(item.regions, request.region) == item.regions.end())
    return false;
  if (request.price_from >= 0 && item.price_minor < request.price_from) return false;
  return request.price_to < 0 || (item.price_minor >= 0 && item.price_minor <= request.price_to);
}

// Takes the best that fit, at most so many of a category.
class Shelf {
 public:
  Shelf(const Catalogue& catalogue, const Wish& request, std::span<const Touch> history)
      : catalogue_(catalogue), request_(request) {
    if (request.repeat) return;
    for (const Touch& touch : history) {
      if (touch.bought) taken_.insert(touch.item);
    }
  }
  bool full() const { return chosen_.size() >= request_.limit; }
  bool take(uint32_t item) {
    if (full() || taken_.contains(item) || !fits(catalogue_.item(item), request_)) return false;
    const std::string& category = catalogue_.item(item).category;
    if (request_.per_category > 0 && !category.empty() &&
        ++of_category_[category] > request_.per_category)
      return false;
    taken_.insert(item);
    chosen_.push_back(item);
    return true;
  }

 private:
  const Catalogue& catalogue_;
  const Wish& request_;
  std::set<uint32_t> taken_;
  std::map<std::string, size_t> of_category_;
  std::vector<uint32_t> chosen_;
};

// The scores of these items alone.
std::vector<float> scores_among(std::span<const float> scores, std::span<const uint32_t> items) {
  std::vector<float> kept(scores.size(), kNothing);
  for (const uint32_t item : items) {
    if (item < kept.size()) kept[item] = scores[item];
  }
  return kept;
}

// Items in falling order of score, of those above `floor`; equal ones by number. Sorted in parts,
// as few are looked at.
template <class Take>
void in_order(std::span<const float> scores, float floor, const Take& take) {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > floor) order.push_back(i);
  }
  const auto better = [&](uint32_t a, uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  for (size_t first = 0, part = 256; first < order.size(); first += part, part *= 4) {
    const auto begin = order.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end =
        begin + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(part), order.end() - begin);
    std::partial_sort(begin, end, order.end(), better);
    for (auto i = begin; i != end; ++i) {
      if (!take(*i)) return;
    }
  }
}

}  // namespace

std::string_view way_name(Way way) { return kWayNames[static_cast<size_t>(way)]; }

std::optional<Way> parse_way(std::string_view word) {
  if (word == "popular_in_country") return Way::kPopularIn;  // of cards from before
  const auto found = std::ranges::find(kWayNames, word);
  if (found == kWayNames.end()) return std::nullopt;
  return static_cast<Way>(found - kWayNames.begin());
}

std::string_view reason_name(Because::Kind kind) {
  switch (kind) {
    case Because::Kind::kBoughtWith:
      return "bought_with";
    case Because::Kind::kViewedWith:
      return "viewed_with";
    case Because::Kind::kPopularIn:
      return "popular_in_group";
    case Because::Kind::kPopular:
      return "popular";
  }
  return "";
}

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

Recommender Recommender::make(size_t items, std::span<const Bit> bits,
                              std::shared_ptr<const Groups> groups, Instant at,
                              const Options& options) {
  Recommender made;
  made.groups_ = std::move(groups);
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
  made.count_popular(bits, at);
  made.learn_neighbours(options);
  if (options.factors) made.factors_ = fit_als(made.feedback_, items, options.als);
  return made;
}

void Recommender::count_popular(std::span<const Bit> bits, Instant at) {
  const int64_t end = to_millis(at), begin = end - kPopularDays * kDayMs;
  std::map<uint16_t, int64_t> purchases;
  for (const Bit& bit : bits) {
    if (bit.did != Did::kBought || bit.at_ms < begin || bit.at_ms >= end) continue;
    ++popular_[bit.item];
    const uint16_t group = groups_->group(bit.person);
    if (group == 0) continue;
    auto& in = popular_in_[group];
    in.resize(popular_.size(), 0);
    ++in[bit.item];
    ++purchases[group];
  }
  std::erase_if(popular_in_, [&](const auto& in) { return purchases[in.first] < kLeastOfGroup; });
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

std::vector<float> Recommender::scores_of(std::span<const Touch> history, std::optional<size_t> row,
                                          PersonId person, Way way) const {
  const size_t items = popular_.size();
  if (way == Way::kPopular || way == Way::kPopularIn) {
    const auto* in_group = way == Way::kPopularIn ? popular_of(person) : nullptr;
    std::vector<float> scores = in_group != nullptr ? *in_group : popular_;
    for (float& score : scores) score = score > 0 ? score : kNothing;
    return scores;
  }
  std::vector<float> scores(items, kNothing);
  if (way == Way::kTogether) {
    for (const Touch& touch : history.first(std::min(kHistory, history.size()))) {
      for (const Neighbour& near : neighbours(touch.item)) {
        float& score = scores[near.item];
        score = std::max(0.0F, score) + touch.strength * near.similarity;
      }
    }
    return scores;
  }
  if (!row || factors_.size == 0) return scores;
  const auto x = factors_.row(*row);
  for (uint32_t i = 0; i < items; ++i) {
    const auto y = factors_.column(i);
    float sum = 0;
    for (size_t f = 0; f < x.size(); ++f) sum += x[f] * y[f];
    scores[i] = std::max(0.0F, sum);
  }
  return scores;
}

// The item of the history that is nearest; else how it came to be popular.
Because Recommender::reason_of(uint32_t item, std::span<const Touch> history, bool in_group) const {
  float best = 0;
  const Touch* nearest = nullptr;
  for (const Touch& touch : history.first(std::min(kHistory, history.size()))) {
    for (const Neighbour& near : neighbours(touch.item)) {
      const float weight = near.similarity * (touch.bought ? 1.0F : 0.5F);
      if (near.item != item || weight <= best) continue;
      best = weight;
      nearest = &touch;
    }
  }
  if (nearest != nullptr)
    return {.kind = nearest->bought ? Because::Kind::kBoughtWith : Because::Kind::kViewedWith,
            .item = nearest->item};
  return {.kind = in_group ? Because::Kind::kPopularIn : Because::Kind::kPopular};
}

std::vector<Recommended> Recommender::recommend(PersonId person, Way way, const Wish& request,
                                                const Catalogue& catalogue,
                                                std::span<const Touch> more) const {
  const auto all = joined(more, history(person));
  Shelf shelf(catalogue, request, all);
  std::vector<Recommended> list;
  const std::vector<float>* group = popular_of(person);
  const auto fill = [&](std::vector<float> scores) {
    if (request.among) scores = scores_among(scores, *request.among);
    in_order(scores, 0, [&](uint32_t item) {
      const bool in_group = group != nullptr && (*group)[item] > 0;
      if (shelf.take(item))
        list.push_back(
            {.item = item, .score = scores[item], .why = reason_of(item, all, in_group)});
      return !shelf.full();
    });
  };
  // Whoever looked at things since has neighbours of those, even without factors.
  const auto row = row_of(person);
  const bool known = way != Way::kFactors || row.has_value();
  fill(scores_of(all, row, person, known ? way : Way::kTogether));
  if (!shelf.full()) fill(scores_of(all, row, person, Way::kPopularIn));
  if (!shelf.full()) fill(scores_of(all, row, person, Way::kPopular));
  return list;
}

}  // namespace perennial::value
