// Inside of stream.h: how a connection knows a streaming route, and what waits to be sent.
#pragma once

#include <utility>

#include <functional>
#include <mutex>

#include "http/stream.h"

namespace perennial::http {

// Stands among the asynchronous handlers; the connection finds it there and never calls it so.
struct Streaming {
  StreamHandler handler;
  void operator()(const std::shared_ptr<Request>&, const Reply& reply) const {
    reply(problem({Code::kInternal, "this route is a stream"}));
  }
};

// What a stream's holder and its connection share.
class StreamState {
 public:
  // `wake` reaches the connection from any thread.
  explicit StreamState(std::function<void()> wake) : wake_(std::move(wake)) {}

  bool push(std::string piece) {
    {
      std::lock_guard lock(mutex_);
      if (ended_) return false;
      if (waiting_.size() + piece.size() > kMaxStreamWaiting) {
        ended_ = true;
        waiting_.clear();
      } else {
        waiting_ += piece;
      }
    }
    wake_();
    return !ended();
  }
  void finish() {
    {
      std::lock_guard lock(mutex_);
      if (std::exchange(ended_, true)) return;
    }
    wake_();
  }
  // The peer has gone: nothing more is sent.
  void lose() {
    std::lock_guard lock(mutex_);
    ended_ = true;
    waiting_.clear();
  }
  bool ended() const {
    std::lock_guard lock(mutex_);
    return ended_;
  }
  std::string take() {
    std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }

 private:
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::string waiting_;
  bool ended_ = false;
};

class HeldStream final : public Stream {
 public:
  explicit HeldStream(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  ~HeldStream() override { state_->finish(); }
  bool send(std::string piece) override { return state_->push(std::move(piece)); }
  bool gone() const override { return state_->ended(); }
  void end() override { state_->finish(); }

 private:
  std::shared_ptr<StreamState> state_;
};

}  // namespace perennial::http
