// Goals with their monthly check, costs, and what actions returned: /v1/goals*, /v1/costs*,
// /v1/returns*, /v1/acquisition of api/openapi.yaml.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "http/http.h"
#include "insight/insight.h"
#include "proof/proof.h"
#include "store/store.h"

namespace perennial::goals {

inline constexpr size_t kMaxGoals = 200;
inline constexpr int kMaxGoalMonths = 36;
inline constexpr size_t kMaxCosts = 100'000;
inline constexpr int64_t kMaxCostMinor = 1'000'000'000'000;  // of one entry
inline constexpr size_t kMaxNameBytes = 400;
inline constexpr size_t kMaxNoteBytes = 1'000;

// Thread-safe.
class Goals {
 public:
  struct Wiring {
    store::Database& database;
    access::Settings& settings;
    insight::Insight& insight;
    // What every action gained that has arms to compare.
    std::function<Result<std::vector<proof::Gain>>()> gains;
    // The newest running hold-out across everything beside the goals; null if there is none.
    std::function<Result<Json>()> hold_out;
    Clock clock;
  };
  explicit Goals(Wiring wiring);
  ~Goals();
  void add_routes(http::Router& router);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::goals
