// A fixed number of connections, lent to one thread each. Connections are made when first needed.
#pragma once

#include <chrono>
#include <condition_variable>
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
    if (!freed_.wait_for(lock, wait_, [&] { return free_places_ > 0; })) {
      return fail(Code::kBusy, "every connection to the state database is in use");
    }
    --free_places_;
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

 private:
  void give_back(std::unique_ptr<T> item) {
    {
      std::lock_guard lock(mutex_);
      if (item) idle_.push_back(std::move(item));
      ++free_places_;
    }
    freed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<T>> idle_;
  int free_places_;
  std::chrono::milliseconds wait_;
  Make make_;
};

}  // namespace perennial::store
