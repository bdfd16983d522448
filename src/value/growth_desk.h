// The workspace's growth stages: its milestones, who is where, and what a customer file says.
//
// Worked out when asked for, and kept for kGrowthEvery while the settings stay.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "value/growth.h"

namespace perennial::value {

inline constexpr std::chrono::minutes kGrowthEvery{5};

// Thread-safe.
class GrowthDesk {
 public:
  explicit GrowthDesk(const ModelParts& parts) : parts_(parts) {}
  Result<Json> json();  // Growth of the contract
  Result<Json> change_settings(const Json& body, const http::Principal& actor);
  // "growth:STAGE"
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  // Of a customer file; null for who is not known, and while nothing can be said.
  Result<Json> describe(PersonId person);
  // As Models::growth_stages().
  Result<std::shared_ptr<const GrowthStages>> stages();

 private:
  struct Known {
    Instant as_of;
    GrowthSettings settings;
    Json document;  // the settings
    GrowthReading reading;
    std::shared_ptr<const GrowthStages> stages;
  };
  Result<GrowthSettings> settings();
  Result<std::shared_ptr<const Known>> known();

  ModelParts parts_;
  std::mutex mutex_;  // of kept_; held while computing, so that many who ask compute once
  std::shared_ptr<const Known> kept_;
};

void add_growth_routes(http::Router& router, GrowthDesk& desk);

}  // namespace perennial::value
