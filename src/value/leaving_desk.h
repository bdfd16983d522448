// Reasons for leaving over the last months, worked out when asked for and kept while nothing
// changes.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "value/churn_desk.h"
#include "value/growth_desk.h"
#include "value/leaving.h"

namespace perennial::value {

// Thread-safe.
class LeavingDesk {
 public:
  LeavingDesk(const ModelParts& parts, ChurnDesk& churn, GrowthDesk& growth)
      : parts_(parts), churn_(churn), growth_(growth) {}
  // Leaving of the contract, of everybody or of the people in a set.
  Result<Json> json(std::string_view among);
  Result<Json> change_settings(const Json& body, const http::Principal& actor);
  // "left:MONTH", "left:why:KEY", "left:period:early"
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);

 private:
  struct Known {
    Instant as_of;
    std::shared_ptr<const OrderBook> book;
    int64_t model_version = 0;
    Json settings;
    int horizon_days = 0;
    std::vector<Span> months;
    std::vector<std::string> labels;
    std::vector<Leaver> leavers;
    Whys whys;
    std::vector<Tenure> tenures;
    std::vector<std::string> registered_by;  // of which tenures follow
  };
  Result<std::shared_ptr<const Known>> known();
  Result<LeavingSettings> settings();

  ModelParts parts_;
  ChurnDesk& churn_;
  GrowthDesk& growth_;
  std::mutex mutex_;  // of kept_; held while computing, so that many who ask compute once
  std::shared_ptr<const Known> kept_;
};

void add_leaving_routes(http::Router& router, LeavingDesk& desk);

}  // namespace perennial::value
