// Forecasts of the workspace, worked out when asked for and kept while nothing changes.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "value/forecast.h"
#include "value/recommender_desk.h"

namespace perennial::value {

// Thread-safe.
class ForecastDesk {
 public:
  ForecastDesk(const ModelParts& parts, RecommenderDesk& products)
      : parts_(parts), products_(products) {}
  // Forecast of the contract, of "orders", "revenue" or "product:ID".
  Result<Json> json(std::string_view of, int weeks);
  Result<Json> products();  // ForecastProducts of the contract: those with the most pieces

 private:
  Result<Json> of_product(const std::string& id, int weeks);

  ModelParts parts_;
  RecommenderDesk& products_;
  std::mutex mutex_;  // of what follows; held while computing, so that many who ask compute once
  std::shared_ptr<const OrderBook> book_;
  Instant week_;
  Calendar calendar_;
  std::map<ForecastOf, std::shared_ptr<const Forecast>> kept_;  // of kMaxForecastWeeks weeks
};

}  // namespace perennial::value
