// The workspace's health score: its settings, its card, everyone's score by owner, its alerts.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "value/health.h"
#include "value/model_keeper.h"

namespace perennial::value {

inline constexpr std::string_view kHealthKind = "health";
inline constexpr std::string_view kHealthAlertsKind = "health_alerts";  // of the trainer's work
inline constexpr std::chrono::minutes kHealthEvery{5};  // scores and alerts are worked out so often
inline constexpr std::chrono::hours kHealthStale{1};    // older scores are no answer
inline constexpr size_t kMaxOwners = 1'000;             // told apart; the rest have none

// Thread-safe.
class HealthDesk {
 public:
  explicit HealthDesk(const ModelParts& parts);
  Result<void> load() { return keeper_.load(); }

  Result<void> train(const std::stop_token& stop = {});
  Result<bool> due(Instant now);
  // Looks at everyone, keeps what is new, and tells it.
  Result<void> raise_alerts(const std::stop_token& stop = {});
  Result<bool> alerts_due(Instant now);
  Result<HealthSettings> change_settings(const Json& body, const http::Principal& actor) {
    return keeper_.change_settings(body, actor);
  }

  Result<Json> json(const Trainer::State& state);  // Health of the contract
  struct Asked {
    std::optional<Light> light;
    std::string owner;  // key of an owner; "" for all
    size_t offset = 0, limit = 50;
  };
  Result<Json> people(const Asked& asked);  // worst first
  Result<Json> alerts(size_t offset, size_t limit);
  // "health:LIGHT", "health:LIGHT:OWNER"
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  Result<Json> describe(PersonId person);  // of a customer file; null when nothing can be said
  Result<std::vector<Json>> describe(std::span<const people::Person> page);  // "health"
  // As Models::health_lights().
  Result<std::shared_ptr<const HealthLights>> lights();

 private:
  using Model = std::shared_ptr<const HealthModel>;
  struct Owner {
    std::string key, name;  // "" for those without one
  };
  struct Scored {
    Instant as_of;
    int64_t model_version = 0;
    std::vector<PersonId> person;  // ascending; those who are asked about and have a score
    std::vector<double> score;
    std::vector<Parts> parts;
    std::vector<HealthFacts> before, facts;  // kFresh ago, and now
    std::vector<uint32_t> owner;             // of owners
    std::vector<Owner> owners;
    std::optional<size_t> find(PersonId id) const;
  };
  using Scores = std::shared_ptr<const Scored>;

  Result<timeline::Timeline*> timeline() const;
  Instant now() const;
  Result<int> horizon_days();
  Result<Scores> scores();  // kConflict without a model
  enum class Age { kFresh, kRecent };
  Result<Scores> scores_of(const Model& model, Age wanted = Age::kRecent,
                           const std::stop_token& stop = {});
  Result<void> add_owners(const HealthModel& model, Scored& scored);
  std::vector<size_t> worst_first(const Scored& all, const HealthModel& model, const Asked& asked);
  Json score_json(const Scored& all, size_t row, const HealthModel& model);
  Json summary(const Scored& all, const HealthModel& model);

  ModelParts parts_;
  ModelKeeper<HealthModel, HealthSettings> keeper_;
  std::mutex mutex_;  // of what follows; held while scoring
  Scores scores_;
  std::optional<Instant> alerted_at_;
  std::mutex shown_mutex_;  // of what follows; held to copy a pointer
  Scores shown_;            // scores_, for those who do not wait
  Scores lights_of_;        // what lights_ was made of
  std::shared_ptr<const HealthLights> lights_ = std::make_shared<const HealthLights>();
};

void add_health_routes(http::Router& router, HealthDesk& desk);

}  // namespace perennial::value
