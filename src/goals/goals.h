// Goals with their monthly check, costs, and what actions returned: /v1/goals*, /v1/costs*,
// /v1/returns*, /v1/acquisition of api/openapi.yaml.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "http/http.h"
#include "insight/insight.h"
#include "proof/proof.h"
#include "store/store.h"

namespace perennial::timeline {
class Timeline;
}

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

// What a loyalty programme cost, beside what its hold-out says that it brought. Money in minor
// units.
struct ProgrammeReturn {
  std::string id, name;
  Span span;  // over which it cost that: the hold-out's, or the last year
  // Revenue of the people whom the programme reached against those held out; nothing while there is
  // no hold-out. Its `why` says what must not be concluded from it.
  std::optional<proof::Gain> gain;
  // With a hold-out, what it cost more than those held out: they may still spend the points and
  // coupons of before. Off the orders' amounts already: checkout and coupons.
  double points_minor = 0;
  int64_t checkout_minor = 0, coupons_minor = 0;
};

// The workspace's names of events in which people say something.
struct SaidNames {
  std::vector<std::string> answered = {"Survey Answered"}, complained = {"Complaint Opened"};
  std::string score = "score";  // the property of an answer
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
    // Of one hold-out, what `hold_out` says of the newest; kNotFound. Empty: none can be linked.
    std::function<Result<Json>(std::string_view id)> hold_out_of = nullptr;
    // What people said is read from here; null: nothing is known of it.
    timeline::Timeline* timeline = nullptr;
    std::function<Result<SaidNames>()> said_names = nullptr;  // empty: the presets
    std::function<Result<std::vector<ProgrammeReturn>>(const std::vector<proof::Gain>& gains)>
        programmes = nullptr;                               // empty: there are none
    std::function<void(const std::string&)> say = nullptr;  // faults of the monthly check, a line
    // Whether the events that have come are counted: no month is checked before. Empty: always.
    std::function<bool()> caught_up = nullptr;
  };
  explicit Goals(Wiring wiring);
  ~Goals();  // stops
  void add_routes(http::Router& router);
  // The job that writes the check of each month, once, when the month is over.
  void start();
  void stop();
  // What it does at every look: writes what is due, tells how many.
  Result<size_t> check_due();
  // The people behind "goal:ID:MONTH:WHO"; nullopt for words of other modules.
  std::optional<Result<std::vector<people::PersonId>>> resolve_set(std::string_view set);
  // What one message costs, as the terms of returns say; 0 where nobody has said.
  Result<double> message_cost_minor();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::goals
