// A fixed number of threads and a bounded queue before them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace perennial::http {

class Workers {
 public:
  Workers(int threads, size_t max_queued);
  // Waits for the jobs that run; those that still wait are dropped.
  ~Workers();

  // False when the queue is full or the workers are closed: back-pressure instead of an ever longer
  // wait.
  bool post(std::function<void()> job);
  // Drops what waits and takes no more.
  void close();

 private:
  void run();

  const size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace perennial::http
