// Goals with their monthly check, costs, and what actions returned: /v1/goals*, /v1/costs*,
// /v1/returns*, /v1/acquisition of api/openapi.yaml.
#pragma once

#include <functional>
#include <memory>
#include <optional>
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

// Of people, in their order: what each has paid, refunds taken off, and the margin that each is
// expected to bring yet, discounted; nothing of it while the model may not be used.
struct Worth {
  std::vector<int64_t> paid_minor;
  std::optional<std::vector<double>> expected_minor;
};

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
    // What people are worth; empty: lifetime values are not told.
    std::function<Result<Worth>(std::span<const people::PersonId>)> worth = nullptr;
  };
  explicit Goals(Wiring wiring);
  ~Goals();
  void add_routes(http::Router& router);
  // What one message costs, as the terms of returns say; 0 where nobody has said.
  Result<double> message_cost_minor();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::goals
