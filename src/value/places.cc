#include "value/places.h"

#include <algorithm>

#include "people/readers.h"

namespace perennial::value {
namespace {

constexpr size_t kMaxPlaces = UINT16_MAX;

std::string place_of(std::string_view country, std::string_view traits, std::string_view trait) {
  const std::string said = people::text_trait(traits, trait).value_or("");
  const std::string_view word = cut_text(trim(said), kMaxItemWord);
  if (!word.empty()) return "region:" + std::string(word);
  return country.empty() ? "" : "country:" + std::string(country);
}

}  // namespace

Result<Groups> read_places(store::Database& database, std::string_view trait) {
  Groups groups;
  std::unordered_map<std::string, uint16_t> numbers;
  TRY(database.read([&](store::Connection& c) {
    return people::each_profile(
        c, [&](PersonId person, std::string_view country, std::string_view traits) {
          std::string place = place_of(country, traits, trait);
          if (place.empty()) return;
          const auto known = numbers.find(place);
          if (known == numbers.end() && groups.names.size() == kMaxPlaces) return;
          const auto number =
              numbers.emplace(place, static_cast<uint16_t>(groups.names.size())).first->second;
          if (known == numbers.end()) groups.names.push_back(std::move(place));
          groups.of.emplace(person, number);
        });
  }));
  return groups;
}

Places::Places(std::shared_ptr<const Groups> where, std::span<const Bit> bits, size_t items,
               int64_t from_ms, int64_t to_ms)
    : where_(std::move(where)), share_(items, 0) {
  constexpr PersonId kNobody = 0;
  std::vector<PersonId> last(items, kNobody);  // who was counted last for the item
  std::vector<std::pair<uint16_t, uint32_t>> bought;
  float all = 0;
  for (const Bit& bit : bits) {
    if (bit.did != Did::kBought || bit.at_ms < from_ms || bit.at_ms >= to_ms) continue;
    if (std::exchange(last[bit.item], bit.person) == bit.person) continue;
    ++share_[bit.item];
    ++all;
    if (const uint16_t place = where_->group(bit.person); place != 0)
      bought.emplace_back(place, bit.item);
  }
  for (float& share : share_) share /= std::max(1.0F, all);
  std::ranges::sort(bought);
  for (size_t i = 0; i < bought.size();) {
    const auto [number, item] = bought[i];
    Count count{.item = item};
    for (; i < bought.size() && bought[i] == std::pair(number, item); ++i) ++count.buyers;
    Place& place = places_[number];
    place.buyers += static_cast<float>(count.buyers);
    if (count.buyers >= kLeastInPlace) place.counts.push_back(count);
  }
}

const Places::Place* Places::of(PersonId person) const {
  const auto found = places_.find(where_->group(person));
  return found == places_.end() ? nullptr : &found->second;
}

std::string_view Places::name(PersonId person) const {
  return of(person) == nullptr ? std::string_view()
                               : std::string_view(where_->names[where_->group(person)]);
}

std::vector<float> Places::scores(PersonId person) const {
  const Place* place = of(person);
  if (place == nullptr) return {};
  const float whole = place->buyers + kPlacePrior;
  std::vector<float> scores = share_;
  for (float& score : scores) score *= kPlacePrior / whole;
  for (const Count& count : place->counts)
    scores[count.item] += static_cast<float>(count.buyers) / whole;
  return scores;
}

bool Places::popular(PersonId person, uint32_t item) const {
  const Place* place = of(person);
  return place != nullptr && std::ranges::binary_search(place->counts, item, {}, &Count::item);
}

}  // namespace perennial::value
