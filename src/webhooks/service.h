// The Webhooks that webhooks.h promises: the follower of the log, the senders, and the routes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "webhooks/deliveries.h"

namespace perennial::webhooks {

inline constexpr size_t kSenders = 4;           // one address is called by one at a time
inline constexpr size_t kFollowAtOnce = 5'000;  // events of one look at the log

class Service final : public Webhooks {
 public:
  Service(Wiring wiring, std::string master);
  ~Service() override { stop(); }

  void add_routes(http::Router& router) override;
  void start() override;
  void stop() override;
  Result<int64_t> forget(const std::function<bool(std::string_view body)>& about,
                         bool take) override;
  // Sends the delivery that has been due for longest; false when none is. What senders do.
  Result<bool> send_one();

 private:
  using Answered = Result<http::Response>;
  using Handler = Answered (Service::*)(const http::Request&);

  void add(http::Router& router, std::string method, std::string path, Handler handler);
  Answered list(const http::Request&);
  Answered create(const http::Request&);
  Answered change(const http::Request&);
  Answered remove(const http::Request&);
  Answered test(const http::Request&);
  Answered renew(const http::Request&);
  Answered deliveries(const http::Request&);
  Answered again(const http::Request&);

  Answer send(const Webhook& hook, const Delivery& delivery);
  Json with_secret(const Webhook& hook) const;
  void follow_log();
  Result<bool> follow_once(std::optional<Cursor>& cursor, Instant& forgot);
  void send_all();
  void wake();
  // Until something may have changed, or the time is over; false when stopping.
  bool rest(std::chrono::milliseconds at_most);

  Wiring wiring_;
  std::string master_;    // what secrets are derived from
  std::mutex following_;  // held from reading the log to writing what is to be sent
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::atomic<bool> stopping_ = false;
  uint64_t changes_ = 0;
  std::set<std::string> busy_;  // webhooks that are being called
  std::vector<std::thread> threads_;
};

}  // namespace perennial::webhooks
