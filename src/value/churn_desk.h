// The workspace's model of churn: its settings, its newest version, everyone's risk.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "value/churn_rows.h"
#include "value/model_keeper.h"

namespace perennial::value {

inline constexpr std::string_view kChurnKind = "churn";
inline constexpr size_t kBands = 5;  // of the probability, a fifth each

// Thread-safe.
class ChurnDesk {
 public:
  explicit ChurnDesk(const ModelParts& parts);
  Result<void> load() { return keeper_.load(); }

  Result<void> train(const std::stop_token& stop);
  Result<bool> due(Instant now);
  Result<ChurnSettings> change_settings(const Json& body, const http::Principal& actor) {
    return keeper_.change_settings(body, actor);
  }

  Result<ChurnSettings> settings() { return keeper_.settings(); }
  // The newest model; null unless it may be used.
  std::shared_ptr<const ChurnModel> usable() {
    auto newest = keeper_.newest();
    return newest && newest->card.faults.empty() ? newest : nullptr;
  }

  Result<Json> json(const Trainer::State& state);     // Churn of the contract
  Result<Json> ranking(size_t offset, size_t limit);  // by what is at stake
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  Result<Json> describe(PersonId person);

 private:
  using Model = std::shared_ptr<const ChurnModel>;
  // Risks with what each has paid so far, refunds taken off.
  struct Scored {
    Risks risks;
    std::vector<int64_t> paid_minor;
  };
  using Scores = std::shared_ptr<const Scored>;
  // What is learned from and asked; `book` outlives it.
  Result<ChurnSource> source(const OrderBook& book, const ChurnSettings& settings);
  // Fails with kConflict unless the model may be used.
  Result<Scores> scores();
  Result<Scores> scores_of(const Model& model);

  ModelParts parts_;
  ModelKeeper<ChurnModel, ChurnSettings> keeper_;
  std::mutex mutex_;  // of what follows; held while scoring
  Scores scores_;
  std::shared_ptr<const OrderBook> scored_book_;
  Instant scored_at_;
};

// How the card of a table from elsewhere is told.
Result<Json> churn_card_json(const ChurnModel& model);

}  // namespace perennial::value
