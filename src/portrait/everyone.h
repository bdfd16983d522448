// Everybody's tags at one moment, and what they are made of. Immutable once made.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portrait/affinity.h"
#include "portrait/bargains.h"
#include "portrait/rules.h"
#include "segments/segments.h"

namespace perennial::portrait {

enum class Tag : uint8_t {
  kInterest,
  kPreferredChannel,
  kActiveHour,
  kDevice,
  kRegion,
  kPriceBand,
  kDiscountAffinity
};
inline constexpr size_t kTags = 7;
std::string_view tag_name(Tag tag);  // "interest", …: also the name of the fact in rules
std::optional<Tag> parse_tag(std::string_view name);

// How sets name a word: the word itself where it is plain, else "~" and a fingerprint.
std::string key_of(std::string_view word);

inline constexpr size_t kMaxCategories = 5'000;  // told apart; the rest is kOtherWord
inline constexpr size_t kMaxWordBytes = 200;
inline constexpr std::string_view kOtherWord = "(other)";
inline constexpr size_t kShownStrengths = 3;  // of one person and tag
// Hits that a tag needs: one click is no interest.
inline constexpr uint32_t kLeastTouches = 2, kLeastHours = 3, kLeastAnswers = 2, kLeastSights = 1;
inline constexpr int64_t kLeastBandPeople = 20;  // with an order, for price bands

struct Strength {
  uint16_t word = 0;
  uint32_t count = 0;
  float share = 0;  // of the person's weights of all words
};
struct TagColumn {
  segments::FactColumn column;
  // The strongest words of those who have the tag, by person: [first[p], first[p + 1]).
  std::vector<uint32_t> first;
  std::vector<Strength> strengths;
  int64_t people = 0;  // who have it
  std::span<const Strength> of(PersonId person) const;
};
// The word with the most weight of everybody with at least `least` hits in all; the first of equal
// ones. `all` by person and word, each once.
TagColumn rank(std::vector<std::string> words, const std::vector<Affinity>& all, uint32_t least);

struct Spend {  // of one person within the window
  int64_t mean_minor = 0;
  uint32_t orders = 0;
};
struct Everyone {
  int64_t version = 0;
  Instant as_of, made_at;
  Millis took{0};
  uint64_t seq = 0;       // of the log, up to which the timeline was read
  uint64_t profiles = 0;  // people::profiles_version
  uint64_t orders = 0;    // version of the order book
  std::string zone;       // of hours
  Rules rules;
  int64_t people = 0;              // that there are
  std::vector<std::string> notes;  // what could not be read, a word each
  std::array<TagColumn, kTags> tags;
  std::array<int64_t, 2> band_minor{};  // "low" up to, "high" from
  std::vector<Spend> spend;             // by person
  std::vector<Bargains> bargains;       // by person
  const TagColumn& tag(Tag one) const { return tags[static_cast<size_t>(one)]; }
};

// "low" up to the lower quarter of mean orders, "high" from the upper quarter on, "middle" between.
// Of orders within (from, to); nothing for anybody when fewer than kLeastBandPeople have one.
void add_price_bands(const people::OrderBook& book, Instant from, Instant to, Everyone& into);
void add_bargains(std::vector<Bargains> found, Everyone& into);

}  // namespace perennial::portrait
