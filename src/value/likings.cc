#include "value/likings.h"

#include <algorithm>
#include <set>

namespace perennial::value {
namespace {

// Of a product, each once.
std::set<std::string> keys_of(const Item& item) {
  std::set<std::string> keys;
  keys.insert(interest_key(item.category));
  for (const std::string& tag : item.tags) keys.insert(interest_key(tag));
  keys.erase("");
  return keys;
}

}  // namespace

std::string interest_key(std::string_view word) { return fold_for_search(trim(word)); }

std::vector<Liking> stated_likings(const Json& value) {
  std::vector<std::string> words;
  if (value.is_string()) words = words_with_commas(value.get_ref<const std::string&>());
  if (value.is_array()) {
    for (const Json& one : value) {
      if (one.is_string()) words.push_back(one.get<std::string>());
    }
  }
  std::vector<Liking> stated;
  std::set<std::string> met = {""};
  for (const std::string& word : words) {
    const std::string_view kept = cut_text(trim(word), kMaxItemWord);
    if (stated.size() == kMaxStated || !met.insert(interest_key(kept)).second) continue;
    stated.push_back({.word = std::string(kept), .stated = true});
  }
  for (Liking& one : stated) one.share = 1 / static_cast<double>(stated.size());
  return stated;
}

std::vector<Liking> put_together(std::vector<Liking> did, std::span<const Liking> stated) {
  if (!did.empty() && !stated.empty()) {
    for (Liking& one : did) one.share *= 1 - kStatedPart;
  }
  const double part = did.empty() ? 1 : kStatedPart;
  for (const Liking& one : stated) {
    const auto same = std::ranges::find(
        did, interest_key(one.word), [](const Liking& known) { return interest_key(known.word); });
    if (same == did.end()) {
      did.push_back({.word = one.word, .share = part * one.share, .stated = true});
    } else {
      same->share += part * one.share;
    }
  }
  std::ranges::stable_sort(did, {}, [](const Liking& one) { return -one.share; });
  return did;
}

Wanted::Wanted(const Catalogue& catalogue, std::span<const float> wanted) {
  std::unordered_map<std::string, double> all;
  for (uint32_t item = 0; item < wanted.size(); ++item) {
    if (wanted[item] <= 0) continue;
    for (const std::string& key : keys_of(catalogue.item(item))) {
      lists_[key].push_back({.item = item, .share = wanted[item]});
      all[key] += wanted[item];
    }
  }
  for (auto& [key, list] : lists_) {
    std::ranges::stable_sort(list, {}, [](const Part& one) { return -one.share; });
    if (list.size() > kMaxWanted) list.resize(kMaxWanted);
    list.shrink_to_fit();
    for (Part& one : list) one.share /= static_cast<float>(all[key]);
  }
}

std::span<const Wanted::Part> Wanted::of(std::string_view word) const {
  const auto found = lists_.find(interest_key(word));
  return found == lists_.end() ? std::span<const Part>() : std::span<const Part>(found->second);
}

LikingsBook::LikingsBook(const Likings& all) {
  for (const Likings::Row& row : all.rows)
    did_[row.person].push_back({.word = all.words[row.word], .share = row.share});
}

void LikingsBook::state(PersonId person, std::vector<Liking> stated) {
  if (!stated.empty()) stated_[person] = std::move(stated);
}

std::vector<Liking> LikingsBook::of(PersonId person) const {
  const auto did = did_.find(person);
  const auto stated = stated_.find(person);
  return put_together(did == did_.end() ? std::vector<Liking>() : did->second,
                      stated == stated_.end() ? std::span<const Liking>()
                                              : std::span<const Liking>(stated->second));
}

}  // namespace perennial::value
