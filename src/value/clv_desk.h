// The workspace's model of lifetime value: its settings, its newest version, everyone's scores.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "value/clv.h"
#include "value/model_keeper.h"

namespace perennial::value {

inline constexpr std::string_view kClvKind = "clv";
inline constexpr int64_t kMaxRanked = 200;  // people on a page of the ranking

// Thread-safe.
class ClvDesk {
 public:
  explicit ClvDesk(const ModelParts& parts);
  Result<void> load() { return keeper_.load(); }

  Result<void> train(const std::stop_token& stop);
  Result<bool> due(Instant now);
  Result<ClvSettings> change_settings(const Json& body, const http::Principal& actor) {
    return keeper_.change_settings(body, actor);
  }

  Result<Json> json(const Trainer::State& state);  // Clv of the contract
  Result<Json> ranking(size_t offset, size_t limit);
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  Result<Json> describe(PersonId person);  // Customer file's "clv"
  // Of people, in their order, 0 for those without an order; nothing while scores may not be used.
  Result<std::optional<std::vector<double>>> values_of(std::span<const PersonId> people);

 private:
  using Model = std::shared_ptr<const ClvModel>;
  using Scores = std::shared_ptr<const ClvScores>;
  // Fails with kConflict unless the model may be used.
  Result<Scores> scores();
  Result<Scores> scores_of(const Model& model);

  ModelParts parts_;
  ModelKeeper<ClvModel, ClvSettings> keeper_;
  std::mutex mutex_;  // of what follows; held while scoring, so that many who ask score once
  Scores scores_;
  std::shared_ptr<const OrderBook> scored_book_;
};

}  // namespace perennial::value
