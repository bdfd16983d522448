// What the routes of experiments share.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "experiments/assigning.h"
#include "experiments/experiments.h"
#include "experiments/hold_outs.h"
#include "experiments/result_json.h"
#include "experiments/uplift_desk.h"

namespace perennial::experiments {

inline constexpr std::chrono::seconds kAudienceAge{60};  // a set of people is read again when older
inline constexpr std::chrono::minutes kHeadlineAge{10};  // of verdicts in lists
inline constexpr int64_t kHoldOutBeforeDays = 90;        // for CUPED of hold-outs

struct Experiments::Impl {
  using Answer = Result<http::Response>;
  using Ids = std::vector<people::PersonId>;

  explicit Impl(Wiring w) : wiring(std::move(w)), uplift(wiring) {}

  const Wiring wiring;
  UpliftDesk uplift;

  void add_experiment_routes(http::Router& router);
  void add_hold_out_routes(http::Router& router);

  Answer list(const http::Request& request);
  Answer create(const http::Request& request);
  Answer get(const http::Request& request);
  Answer update(const http::Request& request);
  Answer remove(const http::Request& request);
  Answer start(const http::Request& request);
  Answer stop(const http::Request& request);
  Answer result(const http::Request& request);
  Answer power(const http::Request& request);
  Answer assign(const http::Request& request);

  Answer list_held(const http::Request& request);
  Answer create_held(const http::Request& request);
  Answer end_held(const http::Request& request);
  Answer members(const http::Request& request);
  Answer held_result(const http::Request& request);
  Answer held_power(const http::Request& request);

  // Everything of a result.
  struct Measured {
    ResultOf of;
    OutcomeTable table;
    Judgement judgement;
  };
  Result<Measured> measured(const Experiment& experiment);
  Result<Measured> measured(const HoldOut& hold_out);
  Result<Subject> subject_of_hold_out(const HoldOut& hold_out);
  // The subject with what its measures cost, where one is less that.
  Result<Subject> with_costs(Subject subject);
  Result<Json> headline(const Experiment& experiment);
  Result<Json> beside_goals(const HoldOut& hold_out);  // GoalHoldOut of the contract
  Result<Ids> people_of(std::string_view kind, std::string_view id, std::string_view rest);
  Result<bool> in_audience(std::string_view audience, people::PersonId person);
  Result<void> expose(const http::Request& request, const Asker& asker,
                      const std::vector<Assignment>& assignments);

  Instant now() const { return wiring.settings.workspace().now(wiring.clock); }
  Measuring measuring() const { return {wiring.timeline, wiring.books, now()}; }
  // Runs `change` in a transaction and records it.
  Result<Experiment> changed(const http::Request& request, std::string_view action,
                             const std::function<Result<Experiment>(store::Connection&)>& change);

  std::mutex mutex;
  struct Audience {
    std::chrono::steady_clock::time_point at;
    std::shared_ptr<const Ids> people;
  };
  std::map<std::string, Audience, std::less<>> audiences;
  struct Headline {
    std::chrono::steady_clock::time_point at;
    std::string state;
    Json json;
  };
  std::map<std::string, Headline, std::less<>> headlines;
};

std::vector<Measure> hold_out_measures();

}  // namespace perennial::experiments
