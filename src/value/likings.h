// Interests of people and products: what people say that they like beside what the portrait makes
// of what they did, and which products of a category or tag are wanted most.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "value/shopping.h"

namespace perennial::value {

inline constexpr size_t kMaxStated = 20;  // words of one person; later ones are not looked at
// What people say counts so much beside what they did, where both are known.
inline constexpr double kStatedPart = 0.5;
inline constexpr size_t kMaxWanted = 500;  // products of a word, those wanted most

// Words are the same in small and capital letters, and without blanks around them.
std::string interest_key(std::string_view word);

// The value of a trait: a list of texts, or one text with commas. All words share alike.
std::vector<Liking> stated_likings(const Json& value);
// What somebody did and what they say together; each word once, the strongest first.
std::vector<Liking> put_together(std::vector<Liking> did, std::span<const Liking> stated);

// Products of each category and tag by how much they were wanted: bought, put into a cart or
// looked at within kPopularDays, as kStrength weighs it. Immutable once made.
class Wanted {
 public:
  struct Part {
    uint32_t item = 0;
    float share = 0;  // of all that was wanted of the word
  };
  Wanted() = default;
  // `wanted` by item.
  Wanted(const Catalogue& catalogue, std::span<const float> wanted);
  std::span<const Part> of(std::string_view word) const;  // the most wanted first

 private:
  std::unordered_map<std::string, std::vector<Part>> lists_;  // by interest_key()
};

// Likings of many people, to be looked up.
class LikingsBook {
 public:
  LikingsBook() = default;
  explicit LikingsBook(const Likings& all);
  void state(PersonId person, std::vector<Liking> stated);
  std::vector<Liking> of(PersonId person) const;

 private:
  std::unordered_map<PersonId, std::vector<Liking>> did_, stated_;
};

}  // namespace perennial::value
