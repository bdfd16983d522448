// Group commit: commands of many requests become durable in one transaction.
#pragma once

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// A transaction takes what is waiting, at most about this many commands.
inline constexpr size_t kMaxCommitted = 20'000;

class Writer {
 public:
  Writer(store::Database& database, std::function<Instant()> now);
  ~Writer() { stop(); }
  // kBusy once it was stopped.
  Result<std::vector<Outcome>> run(std::string_view programme, std::vector<Command> commands);
  void stop();

 private:
  struct Waiting {
    std::string programme;
    std::vector<Command> commands;
    std::promise<Result<std::vector<Outcome>>> answer;
  };
  using Answers = std::vector<Result<std::vector<Outcome>>>;

  void loop();
  void commit(std::deque<Waiting>& taken);
  Result<Answers> decide_all(store::Connection& c, const std::deque<Waiting>& taken);

  store::Database& database_;
  std::function<Instant()> now_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace perennial::loyalty
