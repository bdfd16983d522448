// Which way to recommend tells best what people buy next: each ranks all items from what was known
// at a cut-off, and is held against what was bought after it, beside what is popular.
#pragma once

#include "value/recommender.h"

namespace perennial::value {

inline constexpr size_t kNdcgAt = 10, kRecallAt = 20;
inline constexpr int64_t kMinCheckedPeople = 100;
inline constexpr size_t kMaxCheckedPeople = 5'000;

struct RecommenderSettings {
  bool repeat = false;      // what was bought already may be recommended again
  size_t per_category = 3;  // at most of one category in a list; 0: no cap
  int test_days = 28;       // of the check
  // Who shares a list of what is popular: by country, by saved segments (or other sets), or all.
  GroupChoice groups = {.by = Grouping::kCountry, .sets = {}};
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
};
struct RecommenderModel {
  int64_t version = 0;
  Instant trained_at, cut, to;  // [cut, to): what was bought then is to be told
  RecommenderSettings settings;
  int64_t people = 0, items = 0;  // all that were learned from
  int64_t checked = 0;            // people who bought something new then, of those known before
  std::vector<WayCheck> ways;
  Way used = Way::kPopular;
  std::vector<std::string> faults;
};
Json to_json(const RecommenderModel& model);
Result<RecommenderModel> recommender_model_from_json(const Json& json);

RecommenderModel check_recommender(const Catalogue& catalogue, std::span<const Bit> bits,
                                   std::shared_ptr<const Groups> groups, Instant now,
                                   const RecommenderSettings& settings,
                                   const Recommender::Options& options);

}  // namespace perennial::value
