// Threads that serve all questions in turn. A question is a number of chunks; a thread takes one
// chunk of the question that has had the least processor time so far: what other work takes of a
// chunk's time is nobody's.
#include <condition_variable>
#include <mutex>
#include <thread>

#include <time.h>

#include "timeline/engine.h"
#include "timeline/pool_turns.h"

namespace perennial::timeline {
namespace {

// Nanoseconds of this thread.
uint64_t processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

Result<void> Stop::check() const {
  if (cancelled.load(std::memory_order_relaxed)) {
    return fail(Code::kConflict, "the question was cancelled");
  }
  if (std::chrono::steady_clock::now() >= deadline) {
    return fail(Code::kTimeout, "the question took longer than it may", "",
                "ask about a shorter range, fewer events or fewer people");
  }
  if (memory.load(std::memory_order_relaxed) > most_memory) {
    return fail(
        Code::kTooLarge,
        "the question takes more than " + std::to_string(most_memory >> 20) + " MB of memory", "",
        "ask about a shorter range, fewer events, or a property with fewer values");
  }
  if (shared && shared->used.load(std::memory_order_relaxed) > shared->most) {
    return fail(Code::kBusy, "the questions under way take all the memory there is for them", "",
                "ask again in a moment");
  }
  return {};
}

struct Pool::Impl {
  struct Job : Turn {
    uint32_t next = 0, chunks = 0, under_way = 0;
    const Stop* stop;
    const std::function<void(uint32_t, unsigned)>* work;
    Result<void> ended;
    std::condition_variable done;
  };

  void serve(unsigned thread) {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [&] { return closing || !jobs.empty(); });
      if (closing) return;
      Job& job = static_cast<Job&>(jobs.next());
      const uint64_t expected = job.chunk;
      const uint32_t chunk = job.next++;
      ++job.under_way;
      if (job.next < job.chunks) jobs.again(job);
      lock.unlock();
      const uint64_t begun = processor_time();
      Result<void> go = job.stop->check();
      if (go) (*job.work)(chunk, thread);
      const uint64_t took = processor_time() - begun;
      lock.lock();
      jobs.took(job, expected, took);
      if (!go && job.ended) {
        job.ended = std::move(go);
        job.next = job.chunks;
        jobs.no_more(job);
      }
      if (--job.under_way == 0 && job.next >= job.chunks) {
        jobs.leave();
        job.done.notify_all();
      }
    }
  }

  std::mutex mutex;
  std::condition_variable wake;
  Turns jobs;
  bool closing = false;
  std::vector<std::thread> threads;
};

Pool::Pool(unsigned threads) : threads_(std::max(1u, threads)), impl_(std::make_unique<Impl>()) {
  for (unsigned i = 0; i < threads_; ++i) {
    impl_->threads.emplace_back([this, i] { impl_->serve(i); });
  }
}

Pool::~Pool() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
  }
  impl_->wake.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
}

Result<void> Pool::run(uint32_t chunks, const Stop& stop,
                       const std::function<void(uint32_t, unsigned)>& work) {
  if (chunks == 0) return stop.check();
  Impl::Job job;
  job.chunks = chunks;
  job.stop = &stop;
  job.work = &work;
  std::unique_lock lock(impl_->mutex);
  impl_->jobs.enter(job);
  impl_->wake.notify_all();
  job.done.wait(lock, [&] { return job.under_way == 0 && job.next >= job.chunks; });
  return job.ended;
}

}  // namespace perennial::timeline
