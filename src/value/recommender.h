// Recommendations: items for a person, from what the person and everybody bought and looked at.
//
// Four ways to score: the factors of als.h, items bought by the same people (the cosine of their
// buyers, shrunk: Sarwar, Karypis, Konstan, Riedl, "Item-based collaborative filtering
// recommendation algorithms", WWW 2001), what is popular in the person's group (the country, or the
// first of some segments), and what is popular. Which one is used is decided by a check on a later
// period (recommender_check.h). Whoever is new gets what is popular.
//
// Items carry numbers of the catalogue. Immutable once made; may be read from any thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "value/als.h"
#include "value/groups.h"
#include "value/shopping.h"

namespace perennial::value {

enum class Way : uint8_t { kPopular, kPopularIn, kTogether, kFactors };
inline constexpr size_t kWays = 4;
std::string_view way_name(Way way);  // "popular", "popular_in_group", "bought_together", "factors"
std::optional<Way> parse_way(std::string_view word);

inline constexpr size_t kMaxRecommended = 100;
inline constexpr size_t kNeighbours = 50;       // kept of an item
inline constexpr double kNeighbourShrink = 10;  // buyers that an item pair is held back by
inline constexpr size_t kHistory = 100;         // newest items of a person that are looked at
inline constexpr int kPopularDays = 90;         // what counts for popularity
inline constexpr int64_t kLeastOfGroup = 200;   // purchases, for a group to have a list
inline constexpr double kHalfLifeDays = 180;    // of what somebody did
inline constexpr float kConfidence = 20;        // r of a purchase of today
inline constexpr std::array<float, 3> kStrength = {0.15F, 0.4F, 1};  // by Did

// What one person had to do with, newest first, each item once.
struct Touch {
  uint32_t item = 0;
  bool bought = false, viewed = false;
  int64_t at_ms = 0;  // the last time
  float strength = 0;
};

struct Wish {
  size_t limit = 10;
  bool in_stock = true;                    // leaves out what is not
  bool repeat = false;                     // whether what was bought already may come again
  std::string region;                      // only what is offered there; "" is anywhere
  int64_t price_from = -1, price_to = -1;  // minor units; items without a price fit no band
  size_t per_category = 3;                 // at most of one category; 0: no cap
  std::optional<std::vector<uint32_t>> among = std::nullopt;  // only these items
};
struct Because {
  enum class Kind { kBoughtWith, kViewedWith, kPopularIn, kPopular } kind = Kind::kPopular;
  uint32_t item = 0;  // of the history, for the first two
};
std::string_view reason_name(Because::Kind kind);
struct Recommended {
  uint32_t item = 0;
  double score = 0;  // of the way; for popular ones the purchases in kPopularDays
  Because why;
};

struct Neighbour {
  uint32_t item = 0;
  float similarity = 0;
};

class Recommender {
 public:
  struct Options {
    bool factors = true;  // learn them
    AlsOptions als;
    unsigned threads = 2;
  };
  // Of everything before `at`, among `items` items.
  static Recommender make(size_t items, std::span<const Bit> bits,
                          std::shared_ptr<const Groups> groups, Instant at, const Options& options);

  // The best first. `catalogue` holds at least the items that this was made with; `more` is what
  // the person did since, newest first.
  std::vector<Recommended> recommend(PersonId person, Way way, const Wish& request,
                                     const Catalogue& catalogue,
                                     std::span<const Touch> more = {}) const;
  // Whether anything tells the person from others: what they did, or a group of theirs with a list.
  bool knows(PersonId person) const { return row_of(person) || popular_of(person) != nullptr; }
  // The words of the group whose list a person has; "" without one.
  std::string_view group_of(PersonId person) const;
  std::vector<Touch> history(PersonId person) const;
  std::span<const Neighbour> neighbours(uint32_t item) const;
  size_t people() const { return person_.size(); }
  size_t items_bought() const;

 private:
  std::optional<size_t> row_of(PersonId person) const;
  // The list of the person's group; null when it has none.
  const std::vector<float>* popular_of(PersonId person) const;
  std::vector<float> scores_of(std::span<const Touch> history, std::optional<size_t> row,
                               PersonId person, Way way) const;
  Because reason_of(uint32_t item, std::span<const Touch> history, bool in_group) const;
  void add_person(PersonId person, std::span<const Bit> bits, int64_t at_ms);
  void learn_neighbours(const Options& options);
  void count_popular(std::span<const Bit> bits, Instant at);

  std::shared_ptr<const Groups> groups_;
  std::vector<PersonId> person_;  // ascending
  std::vector<uint64_t> first_;   // of touches_, by row
  std::vector<Touch> touches_;
  Feedback feedback_;  // by row
  Factors factors_;
  std::vector<std::vector<Neighbour>> neighbours_;  // by item, the nearest first
  std::vector<float> popular_;
  std::map<uint16_t, std::vector<float>> popular_in_;  // by group
};

// Strength of what was done `days` ago.
float strength_of(Did did, double days);

}  // namespace perennial::value
