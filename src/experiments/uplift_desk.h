// Whom an action moved: from past campaigns and experiments, whether ranking by uplift is worth
// more than ranking by response, and whom to treat next within a budget.
//
// What is compared are two sets of people by random draw, treated and control, and those of them
// who did it; features are what the orders told before the action.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/experiments.h"
#include "proof/proof.h"

namespace perennial::experiments {

inline constexpr size_t kMaxUpliftPeople = 200'000;    // learned from; a sample of more
inline constexpr size_t kKeptChoices = 50;             // sets of people chosen; older ones go
inline constexpr std::chrono::minutes kUpliftAge{10};  // a check is made again when older
inline constexpr int64_t kMinUpliftDays = 1, kMaxUpliftDays = 365;

// Thread-safe.
class UpliftDesk {
 public:
  using Ids = std::vector<people::PersonId>;
  explicit UpliftDesk(const Experiments::Wiring& wiring) : wiring_(wiring) {}
  // /v1/uplift, /v1/uplift/choose
  void add_routes(http::Router& router);
  // "uplift:CHOICE"
  std::optional<Result<Ids>> resolve_set(std::string_view set);

 private:
  // The words of what is compared, and when it began.
  struct Compared {
    std::string treated, control, did_treated, did_control;
    Instant at;
  };
  struct Checked {
    std::chrono::steady_clock::time_point made;
    Instant at;
    int64_t treated = 0, control = 0, did_treated = 0, did_control = 0;
    proof::UpliftSample sample;
    std::vector<std::string> columns;
    proof::UpliftCheck check;
  };
  using CheckedPtr = std::shared_ptr<const Checked>;

  Result<Compared> compared(const Json& wanted);
  Result<Compared> of_experiment(std::string_view id, const Json& wanted);
  Result<CheckedPtr> checked(const Json& wanted);
  Result<Json> json(const Json& wanted);
  Result<Json> choose(const Json& wanted);
  Instant now() const { return wiring_.settings.workspace().now(wiring_.clock); }

  const Experiments::Wiring& wiring_;
  std::mutex mutex_;  // of what follows
  std::map<std::string, CheckedPtr> checks_;
  std::vector<std::pair<std::string, Ids>> choices_;  // the oldest first
};

}  // namespace perennial::experiments
