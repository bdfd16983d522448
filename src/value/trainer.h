// Trains models one at a time on a thread of its own: when somebody asks, and when one is due.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/base.h"

namespace perennial::value {

// Why a training gave no model, as a word that stays: "no_customers", "nobody_then", "all_alike",
// "nothing_bought", "no_events", "busy", "too_large"; "" for what its text alone tells, such as the
// name of a column.
std::string_view training_why(const Error& error);

class Trainer {
 public:
  struct Work {
    std::function<Result<void>(std::stop_token)> train;  // ends early when asked to stop
    std::function<Result<bool>(Instant now)> due;
  };
  struct State {
    bool running = false, waiting = false;
    std::optional<Error> error;  // of the last run; none after one that went well
    std::optional<Instant> tried_at;
  };
  explicit Trainer(Clock clock) : clock_(std::move(clock)) {}
  ~Trainer() { stop(); }
  void add(std::string kind, Work work);  // before start()
  void start();
  void stop();  // the run under way ends early
  void ask(const std::string& kind);
  State state(const std::string& kind);
  // Puts what is due in the queue: what the thread does every minute.
  void ask_due();
  // Runs all that waits, on the caller's thread; for tests and before start().
  void run_waiting();

 private:
  bool run_one();
  void work();

  Clock clock_;
  std::map<std::string, Work> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, State> states_;
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace perennial::value
