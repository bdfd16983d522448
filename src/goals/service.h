// What stands behind Goals: its months, its checks, its answers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "goals/acquisition.h"
#include "goals/checks.h"
#include "goals/costs.h"
#include "goals/goals.h"
#include "goals/progress.h"

namespace perennial::goals {

using Answer = Result<http::Response>;

// What was spent, and what stays of revenue: read once for all goals of an answer.
struct Spent {
  Sums on_acquisition;  // by month
  Terms terms;
};

// A goal with its months worked out.
struct Stand {
  std::vector<Month> before, during;
  size_t length = 0;  // months of the goal in all
  Progress progress;
};

struct Goals::Impl {
  explicit Impl(Wiring w) : wiring(std::move(w)) {}
  Wiring wiring;

  Instant now() const { return wiring.settings.workspace().now(wiring.clock); }
  Calendar calendar() const { return wiring.settings.workspace().calendar; }

  // goal_months.cc
  Result<Spent> spent(store::Connection& c);
  Result<std::vector<Month>> months(const Goal& goal, Span span, const Spent& spent);
  Result<std::vector<Month>> said_months(const Goal& goal, Span span);
  Result<std::vector<Month>> value_months(Span span, const Spent& spent);
  Result<std::vector<NewCustomers>> new_customers(Span span, const Sums& spent);
  Result<Stand> stand(const Goal& goal, const Spent& spent);
  Result<std::vector<people::PersonId>> who_said(std::string_view words);

  // goal_checks.cc
  void run();
  Result<size_t> check_due();
  Result<size_t> check(const Goal& goal, const Spent& spent);
  bool is_stopping();

  // routes.cc
  Result<void> may_link(const GoalDraft& draft);
  Result<Json> goal_json(const Goal& goal, const Spent& spent);
  Result<Json> returns();
  Result<Json> acquisition();
  Answer change_goal(const http::Request& request, std::string_view action, int status);
  Answer remove_goal(const http::Request& request);
  Answer add_cost(const http::Request& request);
  Answer remove_cost(const http::Request& request);
  Answer costs(const http::Request& request);
  Answer put_terms(const http::Request& request);
  Answer list();

  std::mutex mutex;  // of stopping
  std::condition_variable changed;
  bool stopping = false;
  std::atomic<bool> behind = false;  // the last look found events that are not counted yet
  std::thread thread;
};

}  // namespace perennial::goals
