// Answering: the scores of each way for one person, their blend, and what is taken from it.
#include <algorithm>
#include <cmath>

#include "value/recommender.h"

namespace perennial::value {
namespace {

constexpr float kNothing = -1;
// What a newcomer, and what others are offered once nothing is left of what is blended; it is all
// there is where too few bought something later to choose a blend.
constexpr std::array kForNewcomers = {Way::kInterests, Way::kTogether, Way::kAround,
                                      Way::kPopularIn, Way::kPlace,    Way::kPopular};
constexpr std::array kForOthers = {Way::kTogether, Way::kPopular};
// Nothing tells better of them than what is popular: so they are offered that.
constexpr std::array kPopularAlone = {Way::kPopular};

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
      same->liked |= touch.liked;
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

bool bought_little(std::span<const Touch> history) {
  return std::ranges::count_if(history, &Touch::bought) <
         static_cast<std::ptrdiff_t>(kLittleHistory);
}

bool of_history(Way way) { return way == Way::kTogether || way == Way::kFactors; }

}  // namespace

std::vector<float> Recommender::together(std::span<const Touch> history) const {
  std::vector<float> scores(popular_.size(), kNothing);
  for (const Touch& touch : history.first(std::min(kHistory, history.size()))) {
    for (const Neighbour& near : neighbours(touch.item)) {
      float& score = scores[near.item];
      score = std::max(0.0F, score) + touch.strength * near.similarity;
    }
  }
  return scores;
}

std::vector<float> Recommender::by_factors(size_t row) const {
  std::vector<float> scores(popular_.size(), kNothing);
  const auto x = factors_.row(row);
  for (uint32_t i = 0; i < scores.size(); ++i) {
    const auto y = factors_.column(i);
    float sum = 0;
    for (size_t f = 0; f < x.size(); ++f) sum += x[f] * y[f];
    scores[i] = std::max(0.0F, sum);
  }
  return scores;
}

// The chance that what is wanted next is this item, if what is liked says which word it is of.
std::vector<float> Recommender::wanted(std::span<const Liking> likings) const {
  std::vector<float> scores(popular_.size(), kNothing);
  for (const Liking& one : likings) {
    for (const Wanted::Part& part : wanted_.of(one.word)) {
      float& score = scores[part.item];
      score = std::max(0.0F, score) + static_cast<float>(one.share) * part.share;
    }
  }
  return scores;
}

// What those around had to do with, each item held back by how many buy it anywhere. An item counts
// once kLeastAround of them have bought it and somebody of them has not: otherwise the list would
// tell what one of them did.
std::vector<float> Recommender::around(std::span<const Near> circle) const {
  std::vector<float> scores(popular_.size(), kNothing);
  if (circle.size() <= kLeastAround) return scores;
  std::vector<uint16_t> buyers(popular_.size(), 0);
  std::vector<uint32_t> met;
  for (const Near& near : circle) {
    const auto row = row_of(near.person);
    if (!row) continue;
    const uint64_t end = std::min(first_[*row] + kHistory, first_[*row + 1]);
    for (uint64_t k = first_[*row]; k < end; ++k) {
      const Touch& touch = touches_[k];
      if (!touch.liked) continue;
      if (scores[touch.item] < 0) met.push_back(touch.item);
      buyers[touch.item] = static_cast<uint16_t>(buyers[touch.item] + (touch.bought ? 1 : 0));
      scores[touch.item] = std::max(0.0F, scores[touch.item]) +
                           (near.hops > 1 ? kTwoHops : 1.0F) * std::min(1.0F, touch.strength);
    }
  }
  for (const uint32_t item : met) {
    if (buyers[item] < kLeastAround || buyers[item] == circle.size()) {
      scores[item] = kNothing;
    } else {
      scores[item] /= std::sqrt(popular_[item] + static_cast<float>(kNeighbourShrink));
    }
  }
  return scores;
}

std::vector<float> Recommender::scores_of(Way way, PersonId person, std::span<const Touch> history,
                                          const About& about) const {
  switch (way) {
    case Way::kTogether:
      return together(history);
    case Way::kFactors: {
      const auto row = row_of(person);
      if (row && factors_.size > 0) return by_factors(*row);
      // Whoever looked at things since has neighbours of those, even without factors.
      return row ? std::vector<float>() : together(history);
    }
    case Way::kInterests:
      return wanted(about.likings);
    case Way::kAround:
      return around(about.around);
    case Way::kPlace:
      return places_.scores(person);
    case Way::kPopularIn: {
      const std::vector<float>* group = popular_of(person);
      return group == nullptr ? std::vector<float>() : *group;
    }
    case Way::kPopular:
    case Way::kBlend:
      break;
  }
  return popular_;
}

std::vector<float> Recommender::scores(Way way, PersonId person, const About& about) const {
  return scores_of(way, person, joined(about.more, history(person)), about);
}

bool Recommender::newcomer(PersonId person, const About& about) const {
  return bought_little(joined(about.more, history(person)));
}

// One list, way by way until it is full.
class Recommender::List {
 public:
  List(const Recommender& from, PersonId person, const Wish& request, const Catalogue& catalogue,
       const About& about)
      : from_(from),
        person_(person),
        request_(request),
        about_(about),
        history_(joined(about.more, from.history(person))),
        shelf_(catalogue, request, history_) {}

  bool newcomer() const { return bought_little(history_); }
  void fill(Way way) {
    if (shelf_.full()) return;
    take(scores_of(way), [way](uint32_t) { return way; });
  }
  void fill(const Mix& mix) {
    std::vector<std::pair<Way, std::vector<float>>> parts;
    std::vector<float> sum(from_.popular_.size(), 0);
    for (const Way way : kAllWays) {
      if (mix.of(way) <= 0) continue;
      std::vector<float> scores = scores_of(way);
      const float most = scores.empty() ? 0 : *std::ranges::max_element(scores);
      if (most <= 0) continue;
      const float weight = mix.of(way) / most;
      for (size_t i = 0; i < scores.size(); ++i) {
        scores[i] = std::max(0.0F, scores[i]) * weight;
        sum[i] += scores[i];
      }
      parts.emplace_back(way, std::move(scores));
    }
    // Of this person nothing but what is popular: that comes last, after what is known of them.
    if (std::ranges::all_of(parts, [](const auto& one) { return one.first == Way::kPopular; }))
      return;
    take(std::move(sum), [&](uint32_t item) {
      const auto most = std::ranges::max_element(
          parts, {}, [item](const auto& part) { return part.second[item]; });
      return most->first;
    });
  }
  std::vector<Recommended> finish() && { return std::move(list_); }

 private:
  std::vector<float> scores_of(Way way) const {
    return from_.scores_of(way, person_, history_, about_);
  }
  template <class WayOf>
  void take(std::vector<float> scores, const WayOf& way_of) {
    if (request_.among && !scores.empty()) scores = scores_among(scores, *request_.among);
    in_order(scores, 0, [&](uint32_t item) {
      if (shelf_.take(item)) list_.push_back(found(item, scores[item], way_of(item)));
      return !shelf_.full();
    });
  }
  // Where nobody of the place or few of it bought an item, it stands for what is popular anywhere.
  Recommended found(uint32_t item, float score, Way way) const {
    if (way == Way::kPlace && !from_.places_.popular(person_, item)) way = Way::kPopular;
    return {.item = item, .score = score, .way = way, .why = why(item, way)};
  }
  Because why(uint32_t item, Way way) const {
    if (of_history(way)) return from_.reason_of(item, history_);
    if (way == Way::kInterests) return from_.interest_of(item, about_.likings);
    if (way == Way::kAround) return {.kind = Because::Kind::kAround};
    if (way == Way::kPlace) return {.kind = Because::Kind::kPopularInPlace};
    return {.kind = way == Way::kPopularIn ? Because::Kind::kPopularIn : Because::Kind::kPopular};
  }

  const Recommender& from_;
  const PersonId person_;
  const Wish& request_;
  const About& about_;
  const std::vector<Touch> history_;
  Shelf shelf_;
  std::vector<Recommended> list_;
};

// The item of the history that is nearest.
Because Recommender::reason_of(uint32_t item, std::span<const Touch> history) const {
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
  if (nearest == nullptr) return {.kind = Because::Kind::kSimilarTaste};
  return {.kind = nearest->bought ? Because::Kind::kBoughtWith : Because::Kind::kViewedWith,
          .item = nearest->item};
}

// The liking that says most for it.
Because Recommender::interest_of(uint32_t item, std::span<const Liking> likings) const {
  Because why{.kind = Because::Kind::kInterest};
  double best = 0;
  for (const Liking& one : likings) {
    const auto list = wanted_.of(one.word);
    const auto part = std::ranges::find(list, item, &Wanted::Part::item);
    if (part == list.end() || one.share * part->share <= best) continue;
    best = one.share * part->share;
    why.word = one.word;
    why.stated = one.stated;
  }
  return why;
}

std::vector<Recommended> Recommender::recommend(PersonId person, const Blend& blend,
                                                const Wish& request, const Catalogue& catalogue,
                                                const About& about) const {
  List list(*this, person, request, catalogue, about);
  const bool fresh = list.newcomer();
  const Mix& mix = fresh ? blend.newcomers : blend.known;
  list.fill(mix);
  const bool popular_tells_best = mix == Mix::only(Way::kPopular);
  for (const Way way : popular_tells_best ? std::span<const Way>(kPopularAlone)
                       : fresh            ? std::span<const Way>(kForNewcomers)
                                          : std::span<const Way>(kForOthers))
    list.fill(way);
  return std::move(list).finish();
}

std::vector<Recommended> Recommender::recommend_by(Way way, PersonId person, const Wish& request,
                                                   const Catalogue& catalogue,
                                                   const About& about) const {
  List list(*this, person, request, catalogue, about);
  list.fill(way);
  list.fill(Way::kPopular);
  return std::move(list).finish();
}

}  // namespace perennial::value
