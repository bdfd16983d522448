#include "portrait/everyone.h"

#include <algorithm>

namespace perennial::portrait {
namespace {

constexpr std::array<std::string_view, kTags> kNames = {
    "interest", "preferred_channel", "active_hour",      "device",
    "region",   "price_band",        "discount_affinity"};

void set_word(TagColumn& tag, PersonId person, uint16_t word) {
  const auto place = static_cast<size_t>(person);
  if (tag.column.code.size() <= place) tag.column.code.resize(place + 1, 0);
  tag.column.code[place] = word;
  ++tag.people;
}

}  // namespace

std::string_view tag_name(Tag tag) { return kNames[static_cast<size_t>(tag)]; }

std::optional<Tag> parse_tag(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Tag>(found - kNames.begin());
}

std::string key_of(std::string_view word) {
  const bool plain = word.size() <= 40 && std::ranges::all_of(word, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '_' || c == '-';
                     });
  return plain ? std::string(word) : "~" + fingerprint(word).hex().substr(0, 16);
}

std::span<const Strength> TagColumn::of(PersonId person) const {
  const auto place = static_cast<size_t>(person);
  if (person < 0 || place + 1 >= first.size()) return {};
  return {strengths.begin() + first[place], strengths.begin() + first[place + 1]};
}

TagColumn rank(std::vector<std::string> words, const std::vector<Affinity>& all, uint32_t least) {
  TagColumn tag;
  tag.column.words = std::move(words);
  std::vector<Affinity> mine;
  for (size_t i = 0; i < all.size();) {
    const PersonId person = all[i].person;
    mine.clear();
    uint64_t count = 0;
    double weight = 0;
    for (; i < all.size() && all[i].person == person; ++i) {
      mine.push_back(all[i]);
      count += all[i].count;
      weight += all[i].weight;
    }
    if (person == 0 || count < least) continue;
    std::ranges::stable_sort(mine, {}, [](const Affinity& one) { return -one.weight; });
    set_word(tag, person, mine.front().word);
    tag.first.resize(static_cast<size_t>(person) + 1, static_cast<uint32_t>(tag.strengths.size()));
    for (size_t k = 0; k < std::min(mine.size(), kShownStrengths); ++k)
      tag.strengths.push_back({.word = mine[k].word,
                               .count = mine[k].count,
                               .share = static_cast<float>(mine[k].weight / weight)});
  }
  tag.first.push_back(static_cast<uint32_t>(tag.strengths.size()));
  return tag;
}

void add_price_bands(const people::OrderBook& book, Instant from, Instant to, Everyone& into) {
  TagColumn& tag = into.tags[static_cast<size_t>(Tag::kPriceBand)];
  tag.column.words = {"", "low", "middle", "high"};
  std::vector<std::pair<PersonId, int64_t>> means;
  const size_t rows = book.rows();
  for (size_t row = 0; row < rows;) {
    const PersonId person = book.person[row];
    int64_t total = 0;
    uint32_t orders = 0;
    for (; row < rows && book.person[row] == person; ++row) {
      const Instant at = from_millis(book.at_ms[row]);
      if (book.refund[row] || book.amount_minor[row] <= 0 || at < from || at >= to) continue;
      total += book.amount_minor[row];
      ++orders;
    }
    if (person == 0 || orders == 0) continue;
    const auto place = static_cast<size_t>(person);
    if (into.spend.size() <= place) into.spend.resize(place + 1);
    into.spend[place] = {.mean_minor = total / orders, .orders = orders};
    means.emplace_back(person, total / orders);
  }
  if (static_cast<int64_t>(means.size()) < kLeastBandPeople) return;
  std::vector<int64_t> sorted;
  for (const auto& [person, mean] : means) sorted.push_back(mean);
  std::ranges::sort(sorted);
  into.band_minor = {sorted[(sorted.size() - 1) / 4],
                     sorted[sorted.size() - 1 - (sorted.size() - 1) / 4]};
  for (const auto& [person, mean] : means) {
    // Where half of all spend the same, that is the middle.
    const bool apart = into.band_minor[0] < into.band_minor[1];
    const bool low = apart && mean <= into.band_minor[0],
               high = apart && mean >= into.band_minor[1];
    set_word(tag, person, low ? 1 : high ? 3 : 2);
  }
}

void add_bargains(std::vector<Bargains> found, Everyone& into) {
  TagColumn& tag = into.tags[static_cast<size_t>(Tag::kDiscountAffinity)];
  tag.column.words = {"", "seldom", "sometimes", "often", "mostly"};
  std::ranges::sort(found, {}, &Bargains::person);
  for (const Bargains& one : found) {
    if (one.person == 0) continue;
    const auto place = static_cast<size_t>(one.person);
    if (into.bargains.size() <= place) into.bargains.resize(place + 1);
    into.bargains[place] = one;
    if (one.bought >= kLeastBought) set_word(tag, one.person, bargain_word(one.cheap, one.bought));
  }
}

}  // namespace perennial::portrait
