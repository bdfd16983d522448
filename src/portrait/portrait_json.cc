// The documents of the contract.
#include <algorithm>

#include "portrait/group.h"
#include "portrait/service.h"

namespace perennial::portrait {
namespace {

std::string set_of(Tag tag, std::string_view word, std::string_view inside = "") {
  std::string set(kSetPrefix);
  set += tag_name(tag);
  set += ':';
  set += key_of(word);
  if (!inside.empty()) set += ":" + std::string(inside);
  return set;
}

double share(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

// Words that have an order of their own stay in it; of the others the largest come first.
bool in_order(Tag tag) {
  return tag == Tag::kActiveHour || tag == Tag::kPriceBand || tag == Tag::kDiscountAffinity;
}

Json evidence_json(const Everyone& all, Tag tag, PersonId person) {
  const auto place = static_cast<size_t>(person);
  switch (tag) {
    case Tag::kPriceBand:
      return {{"orders", all.spend[place].orders},
              {"mean_minor", all.spend[place].mean_minor},
              {"low_minor", all.band_minor[0]},
              {"high_minor", all.band_minor[1]}};
    case Tag::kDiscountAffinity:
      return {{"cheap", all.bargains[place].cheap}, {"bought", all.bargains[place].bought}};
    case Tag::kRegion:
      return Json::object();
    default: {
      Json strongest = Json::array();
      const TagColumn& column = all.tag(tag);
      for (const Strength& one : column.of(person))
        strongest.push_back(
            {{"word", column.column.words[one.word]}, {"count", one.count}, {"share", one.share}});
      return {{"strongest", std::move(strongest)}};
    }
  }
}

// Null without the tag.
Json person_tag_json(const Everyone& all, Tag tag, PersonId person) {
  const auto& column = all.tag(tag).column;
  const uint16_t word = column.of(person);
  if (word == 0) return nullptr;
  return {{"tag", tag_name(tag)},
          {"word", column.words[word]},
          {"set", set_of(tag, column.words[word])},
          {"why", evidence_json(all, tag, person)}};
}

}  // namespace

Json person_json(const Everyone& all, PersonId person) {
  Json tags = Json::array();
  for (size_t i = 0; i < kTags; ++i) {
    Json one = person_tag_json(all, static_cast<Tag>(i), person);
    if (!one.is_null()) tags.push_back(std::move(one));
  }
  return {{"version", all.version},
          {"as_of", format_instant(all.as_of)},
          {"window_days", all.rules.window_days},
          {"half_life_days", all.rules.half_life_days},
          {"tags", std::move(tags)}};
}

Json everyone_json(const Everyone& all) {
  Json tags = Json::array();
  for (size_t i = 0; i < kTags; ++i) {
    const Tag tag = static_cast<Tag>(i);
    const TagColumn& column = all.tags[i];
    std::vector<int64_t> counts(column.column.words.size(), 0);
    for (const uint16_t word : column.column.code) ++counts[word];
    std::vector<size_t> order;
    for (size_t word = 1; word < counts.size(); ++word) {
      if (counts[word] > 0) order.push_back(word);
    }
    if (!in_order(tag))
      std::ranges::stable_sort(order, {}, [&](size_t word) { return -counts[word]; });
    const size_t words_in_all = order.size();
    order.resize(std::min(order.size(), kShownWords));
    Json words = Json::array();
    for (const size_t word : order)
      words.push_back({{"word", column.column.words[word]},
                       {"people", counts[word]},
                       {"share", share(counts[word], column.people)},
                       {"set", set_of(tag, column.column.words[word])}});
    tags.push_back({{"tag", tag_name(tag)},
                    {"people", column.people},
                    {"coverage", share(column.people, all.people)},
                    {"words_in_all", words_in_all},
                    {"words", std::move(words)}});
  }
  return {{"version", all.version},
          {"as_of", format_instant(all.as_of)},
          {"made_at", format_instant(all.made_at)},
          {"took_ms", all.took.count()},
          {"people", all.people},
          {"notes", all.notes},
          {"band_low_minor", all.band_minor[0]},
          {"band_high_minor", all.band_minor[1]},
          {"settings", to_json(all.rules)},
          {"tags", std::move(tags)}};
}

Json group_json(const Everyone& all, std::span<const PersonId> group, std::string_view set) {
  Json tags = Json::array();
  for (size_t i = 0; i < kTags; ++i) {
    const Tag tag = static_cast<Tag>(i);
    const auto& column = all.tags[i].column;
    TagIndex index = against_everybody(column, group);
    if (!in_order(tag))
      std::ranges::stable_sort(index.words, {}, [](const WordIndex& one) { return -one.all; });
    if (index.words.size() > kShownWords) index.words.resize(kShownWords);
    Json words = Json::array();
    for (const WordIndex& one : index.words)
      words.push_back({{"word", column.words[one.word]},
                       {"group", one.group},
                       {"all", one.all},
                       {"group_share", one.group_share},
                       {"all_share", one.all_share},
                       {"index", one.index},
                       {"low", one.low},
                       {"high", one.high},
                       {"small", one.small},
                       {"differs", one.differs},
                       {"set", set_of(tag, column.words[one.word], set)}});
    tags.push_back({{"tag", tag_name(tag)},
                    {"group", index.group},
                    {"all", index.all},
                    {"small", index.group < kSmallGroup},
                    {"words", std::move(words)}});
  }
  return {{"set", set},
          {"people", group.size()},
          {"everybody", all.people},
          {"version", all.version},
          {"as_of", format_instant(all.as_of)},
          {"tags", std::move(tags)}};
}

}  // namespace perennial::portrait
