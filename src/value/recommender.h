// Recommendations: items for a person, from four sources: what the person and everybody bought and
// looked at, what the person likes, where they live, and who is around them (ways.h).
//
// Of the history: the factors of als.h, and items bought by the same people (the cosine of their
// buyers, shrunk: Sarwar, Karypis, Konstan, Riedl, "Item-based collaborative filtering
// recommendation algorithms", WWW 2001). What is blended is decided by a check on a later period
// (recommender_check.h). A source without a weight serves only once there is nothing left of those
// that have one, and mostly newcomers (recommend.cc).
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
#include "value/circle.h"
#include "value/groups.h"
#include "value/likings.h"
#include "value/places.h"
#include "value/shopping.h"
#include "value/ways.h"

namespace perennial::value {

inline constexpr size_t kMaxRecommended = 100;
inline constexpr size_t kNeighbours = 50;  // kept of an item
// Buyers that an item pair is held back by: the cosine of two items with few buyers is drawn to 0,
// as similarities are in Bell & Koren, "Improved neighborhood-based collaborative filtering" (KDD
// Cup and Workshop, 2007).
inline constexpr double kNeighbourShrink = 10;
inline constexpr size_t kHistory = 100;        // newest items of a person that are looked at
inline constexpr int kPopularDays = 90;        // what counts for popularity
inline constexpr int64_t kLeastOfGroup = 200;  // purchases, for a group to have a list
inline constexpr double kHalfLifeDays = 180;   // of what somebody did
inline constexpr float kConfidence = 20;       // r of a purchase of today
inline constexpr std::array<float, 3> kStrength = {0.15F, 0.4F, 1};  // by Did

// What one person had to do with, newest first, each item once.
struct Touch {
  uint32_t item = 0;
  bool bought = false, viewed = false;  // put into a cart is viewed too
  bool liked = false;                   // bought or put into a cart
  int64_t at_ms = 0;                    // the last time
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
struct Recommended {
  uint32_t item = 0;
  double score = 0;         // of what found it; for popular ones the purchases in kPopularDays
  Way way = Way::kPopular;  // that said most for it
  Because why;
};
// What is known of the person besides, at the moment of asking. Who is around does so with the
// person's leave: neither erased nor withdrawn from profiling.
struct About {
  std::span<const Touch> more;  // what they did since, newest first
  std::span<const Liking> likings;
  std::span<const Near> around;
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
  // Who belongs together: by saved segments, and by where they live.
  struct Together {
    std::shared_ptr<const Groups> groups = std::make_shared<const Groups>();
    std::shared_ptr<const Groups> places = std::make_shared<const Groups>();
  };
  // Of everything before `at`, among the items of `catalogue`.
  static Recommender make(const Catalogue& catalogue, std::span<const Bit> bits, Together together,
                          Instant at, const Options& options);

  // The best first. `catalogue` holds at least the items that this was made with.
  std::vector<Recommended> recommend(PersonId person, const Blend& blend, const Wish& request,
                                     const Catalogue& catalogue, const About& about = {}) const;
  // By one way alone, and then what is popular.
  std::vector<Recommended> recommend_by(Way way, PersonId person, const Wish& request,
                                        const Catalogue& catalogue, const About& about = {}) const;
  // By item; 0 and less: the way has nothing to say of it. Empty: of nothing.
  std::vector<float> scores(Way way, PersonId person, const About& about) const;
  // Whether anything tells the person from others: what they did, or a group or place of theirs
  // with a list.
  bool knows(PersonId person) const {
    return row_of(person) || popular_of(person) != nullptr || places_.knows(person);
  }
  // Whether they bought too little for their history to say much.
  bool newcomer(PersonId person, const About& about = {}) const;
  // The words of the group whose list a person has; "" without one.
  std::string_view group_of(PersonId person) const;
  std::string_view place_of(PersonId person) const { return places_.name(person); }
  std::vector<Touch> history(PersonId person) const;
  std::span<const Neighbour> neighbours(uint32_t item) const;
  size_t people() const { return person_.size(); }
  size_t items_bought() const;

 private:
  std::optional<size_t> row_of(PersonId person) const;
  // The list of the person's group; null when it has none.
  const std::vector<float>* popular_of(PersonId person) const;
  class List;  // of one answer, under way
  std::vector<float> together(std::span<const Touch> history) const;
  std::vector<float> by_factors(size_t row) const;
  std::vector<float> wanted(std::span<const Liking> likings) const;
  std::vector<float> around(std::span<const Near> circle) const;
  std::vector<float> scores_of(Way way, PersonId person, std::span<const Touch> history,
                               const About& about) const;
  Because reason_of(uint32_t item, std::span<const Touch> history) const;
  Because interest_of(uint32_t item, std::span<const Liking> likings) const;
  void add_person(PersonId person, std::span<const Bit> bits, int64_t at_ms);
  void learn_neighbours(const Options& options);
  void count_popular(const Catalogue& catalogue, std::span<const Bit> bits, Instant at);

  std::shared_ptr<const Groups> groups_;
  Places places_;
  Wanted wanted_;
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
