// How items are found for a person, and from which source each way draws.
//
//   source      ways
//   history     bought_together, factors: what the person bought and looked at
//   interests   interests: what is wanted most of what the person likes (likings.h)
//   place       popular_in_place: what is popular where the person lives (places.h)
//   referrals   around: what those bought who brought the person or were brought (circle.h)
//   group       popular_in_group: what is popular in a saved segment of the person
//   popular     popular: what is popular with everybody
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::value {

enum class Way : uint8_t {
  kPopular,
  kPopularIn,
  kTogether,
  kFactors,
  kInterests,
  kPlace,
  kAround,
  kBlend
};
inline constexpr size_t kWays = 7;  // that score items; a blend puts them together
inline constexpr std::array<Way, kWays> kAllWays = {Way::kPopular, Way::kPopularIn, Way::kTogether,
                                                    Way::kFactors, Way::kInterests, Way::kPlace,
                                                    Way::kAround};
std::string_view way_name(Way way);
std::optional<Way> parse_way(std::string_view word);
// "history", "interests", "place", "referrals", "group", "popular"
std::string_view source_name(Way way);

// How much each way says: an item has the sum of its scores, each as a part of the highest that the
// way gives the person.
struct Mix {
  std::array<float, kWays> weight{};
  static Mix only(Way way);
  float of(Way way) const { return weight[static_cast<size_t>(way)]; }
  float& of(Way way) { return weight[static_cast<size_t>(way)]; }
  size_t ways() const;  // with a weight
  Mix whole() const;    // the same with the sum 1
  bool operator==(const Mix&) const = default;
};

// Who has bought fewer different items is a newcomer: what one or two purchases say is little.
inline constexpr size_t kLittleHistory = 3;
// What is blended for whom. An empty mix blends nothing.
struct Blend {
  Mix known, newcomers;
  bool operator==(const Blend&) const = default;
};

// Why an item is recommended.
struct Because {
  enum class Kind {
    kBoughtWith,
    kViewedWith,
    kSimilarTaste,
    kInterest,
    kAround,
    kPopularInPlace,
    kPopularIn,
    kPopular
  } kind = Kind::kPopular;
  uint32_t item = 0;    // of the history, for the first two
  std::string word;     // of kInterest
  bool stated = false;  // of kInterest: the person said so
};
std::string_view reason_name(Because::Kind kind);
// The reason as a shop says it to the person. `of` is the name of what it goes with, or the
// interest; "" where that is not told.
struct ReasonText {
  std::string en, zh;
};
ReasonText reason_text(Because::Kind kind, std::string_view of);

}  // namespace perennial::value
