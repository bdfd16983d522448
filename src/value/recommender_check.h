// Which ways to recommend tell best what people buy next: each ranks all items from what was known
// at a cut-off, and is held against what was bought after it, beside what is popular; so is their
// blend. People who had bought little by then are looked at once more by themselves.
//
// The blend of each half of the people is chosen on the other half: nobody judges what was chosen
// on them.
#pragma once

#include "value/blend.h"
#include "value/recommender.h"

namespace perennial::value {

inline constexpr size_t kNdcgAt = 10, kRecallAt = 20;
inline constexpr int64_t kMinCheckedPeople = 100;
inline constexpr size_t kMaxCheckedPeople = 5'000;  // with a history, and as many newcomers
inline constexpr size_t kMaxTraitName = 200;        // bytes of interest_trait

struct RecommenderSettings {
  bool repeat = false;      // what was bought already may be recommended again
  size_t per_category = 3;  // at most of one category in a list; 0: no cap
  int test_days = 28;       // of the check
  // Who shares a list of what is popular: by country, by saved segments (or other sets), or all.
  GroupChoice groups = {.by = Grouping::kCountry, .sets = {}};
  // The trait by which people say what they like; "" when none does.
  std::string interest_trait = "interests";
  size_t factors = 64;
  int retrain_days = 1;
  bool scheduled = true;
};
Json to_json(const RecommenderSettings& settings);
Result<RecommenderSettings> recommender_settings_from_json(const Json& json);

// Normalised discounted cumulative gain of the first k, each relevant item counting the same
// (Järvelin & Kekäläinen, ACM TOIS 20, 2002); `relevant` ascends and is not empty.
double ndcg_at(std::span<const uint32_t> list, std::span<const uint32_t> relevant, size_t k);
// Share of the relevant ones among the first k.
double recall_at(std::span<const uint32_t> list, std::span<const uint32_t> relevant, size_t k);

struct WayCheck {
  Way way = Way::kPopular;
  double ndcg = 0, recall = 0;  // means over people
  double coverage = 0;          // share of the items bought before that stand in some first ten
  double more = 0, more_low = 0, more_high = 0;  // ndcg than popular: mean and 95 % interval
  bool wins = false;                             // the interval lies above 0
  double reach = 0;   // share of the people of whom the way had something to say
  double weight = 0;  // in the blend that is used
};
// Some of the people: how each way told what they bought.
struct PeopleCheck {
  int64_t checked = 0;
  std::vector<WayCheck> ways;  // the last is the blend
  Way used = Way::kPopular;
};
struct RecommenderModel {
  int64_t version = 0;
  Instant trained_at, cut, to;  // [cut, to): what was bought then is to be told
  RecommenderSettings settings;
  int64_t people = 0, items = 0;  // all that were learned from
  PeopleCheck all;  // people who bought something new then, of whom something was known before
  PeopleCheck newcomers;  // who had bought little before, those included of whom nothing was known
  Blend blend;            // what is used
  std::vector<std::string> faults;
  bool uses(Way way) const { return blend.known.of(way) > 0 || blend.newcomers.of(way) > 0; }
};
Json to_json(const RecommenderModel& model);
Result<RecommenderModel> recommender_model_from_json(const Json& json);

// What is known of people beside what they did with items. What was said or claimed from the cut on
// is not looked at; likings must be those of the cut. Places and groups are of today.
struct Stated {
  PersonId person = 0;
  int64_t at_ms = 0;
  std::vector<Liking> likings;
};
struct KnownOfPeople {
  Recommender::Together together;
  std::vector<Brought> brought;
  Likings likings;
  std::vector<Stated> stated;
  people::KnownSince since;
};
Instant cut_of(const RecommenderSettings& settings, Instant now);
RecommenderModel check_recommender(const Catalogue& catalogue, std::span<const Bit> bits,
                                   const KnownOfPeople& known, Instant now,
                                   const RecommenderSettings& settings,
                                   const Recommender::Options& options);

}  // namespace perennial::value
