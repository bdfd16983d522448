// Forecasts of the workspace, worked out when asked for and kept while nothing changes.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "value/forecast.h"
#include "value/value.h"

namespace perennial::value {

// Thread-safe.
class ForecastDesk {
 public:
  explicit ForecastDesk(const ModelParts& parts) : parts_(parts) {}
  Result<Json> json(std::string_view of, int weeks);  // Forecast of the contract

 private:
  ModelParts parts_;
  std::mutex mutex_;  // of what follows; held while computing, so that many who ask compute once
  std::shared_ptr<const OrderBook> book_;
  Instant week_;
  Calendar calendar_;
  std::map<ForecastOf, std::shared_ptr<const Forecast>> kept_;  // of kMaxForecastWeeks weeks
};

}  // namespace perennial::value
