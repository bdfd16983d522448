// A fixed number of connections, lent to one thread each. Connections are made when first needed.
// Whoever waits is served in the order of asking: a worker that gives one back and asks again at
// once goes behind those who waited meanwhile.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"

namespace perennial::store {

template <class T>
class Pool {
 public:
  using Make = std::function<Result<std::unique_ptr<T>>()>;

  // A connection on loan; goes back when the lease ends.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<T> item) : pool_(&pool), item_(std::move(item)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (item_) pool_->give_back(std::move(item_));
    }
    T& operator*() { return *item_; }
    T* operator->() { return item_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<T> item_;
  };

  Pool(int size, std::chrono::milliseconds wait, Make make)
      : free_places_(size), wait_(wait), make_(std::move(make)) {}

  // Fails with kBusy if none becomes free in time, or as `make` fails.
  Result<Lease> take() {
    std::unique_lock lock(mutex_);
    if (free_places_ > 0) {
      --free_places_;
    } else {
      Waiter me;
      waiting_.push_back(&me);
      if (!me.turn.wait_for(lock, wait_, [&] { return me.has_place; })) {
        std::erase(waiting_, &me);
        return fail(Code::kBusy, "every connection to the state database is in use");
      }
    }
    if (!idle_.empty()) {
      auto item = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(item));
    }
    lock.unlock();
    auto made = make_();
    if (made) return Lease(*this, std::move(*made));
    give_back(nullptr);
    return std::unexpected(std::move(made).error());
  }

  size_t waiting() {
    std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  // On the stack of a thread that waits.
  struct Waiter {
    std::condition_variable turn;
    bool has_place = false;
  };

  // The place goes to whoever waits longest, and is free only when nobody does.
  void give_back(std::unique_ptr<T> item) {
    std::lock_guard lock(mutex_);
    if (item) idle_.push_back(std::move(item));
    if (waiting_.empty()) {
      ++free_places_;
      return;
    }
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    next->has_place = true;
    next->turn.notify_one();  // under the lock: afterwards the waiter may be gone
  }

  std::mutex mutex_;
  std::deque<Waiter*> waiting_;
  std::vector<std::unique_ptr<T>> idle_;
  int free_places_;
  std::chrono::milliseconds wait_;
  Make make_;
};

}  // namespace perennial::store
