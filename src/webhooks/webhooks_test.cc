// Events that are sent to a real server on this machine: signed, repeated, given up, switched off.
#include <gtest/gtest.h>

#include "store/testing.h"
#include "webhooks/service.h"
#include "webhooks/signature.h"

namespace perennial::webhooks {
namespace {

using namespace std::chrono_literals;

// Takes what is sent to it and answers as it is told.
class Receiver {
 public:
  struct Taken {
    std::string id, timestamp, signatures, body;
  };
  Receiver() {
    http::Router router;
    router.add({.method = "POST", .path = "/hook", .right = "public"},
               [this](const http::Request& request) {
                 std::lock_guard lock(mutex_);
                 taken_.push_back({std::string(request.header("webhook-id")),
                                   std::string(request.header("webhook-timestamp")),
                                   std::string(request.header("webhook-signature")), request.body});
                 return http::text(status_, "ok");
               });
    http::Options options;
    options.host = "127.0.0.1";
    options.port = 0;
    server_ = *http::Server::start(std::move(router), std::move(options));
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook";
  }
  void answer(int status) {
    std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::vector<Taken> taken() {
    std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  std::mutex mutex_;
  int status_ = 200;
  std::vector<Taken> taken_;
  std::unique_ptr<http::Server> server_;
};

class WebhooksTest : public testing::Test {
 protected:
  WebhooksTest() {
    for (auto part : {access::migrations(), events::migrations(), webhooks::migrations()})
      EXPECT_TRUE(database_->migrate(part));
    service_ = std::make_unique<Service>(wiring(Reach::kAny), "master");
  }
  Webhooks::Wiring wiring(Reach reach) {
    return {.database = *database_, .log = *log_, .clock = [this] { return now_; }, .reach = reach};
  }
  template <class Body>
  auto write(Body body) {
    auto done = database_->write(body);
    if (!done) die(done.error().text(), __FILE__, __LINE__);
    if constexpr (!std::is_void_v<typename decltype(done)::value_type>) return std::move(*done);
  }
  Webhook hook(std::vector<std::string> events) {
    return save({.name = "Shop", .url = receiver_.url(), .events = std::move(events)});
  }
  Webhook save(Webhook hook) {
    return write(
        [&](store::Connection& c) { return save_webhook(c, hook, log_->last_seq(), now_); });
  }
  Webhook find(const std::string& id) {
    return *write([&](store::Connection& c) { return find_webhook(c, id); });
  }
  void happen(const std::string& name, const std::string& message_id) {
    events::Event event;
    event.source = "web";
    event.message_id = message_id;
    event.name = name;
    event.user_id = "u1";
    event.timestamp = event.received_at = now_;
    event.properties = R"({"points":7})";
    ASSERT_TRUE(log_->append_and_wait({event}));
  }
  size_t follow_all() {
    auto followed = follow(*database_, *log_, cursor_, now_, 100);
    EXPECT_TRUE(followed) << followed.error().text();
    return followed->deliveries;
  }
  int send_all() {
    int count = 0;
    while (*service_->send_one()) ++count;
    return count;
  }
  std::vector<Delivery> deliveries(const std::string& id) {
    return write([&](store::Connection& c) { return list_deliveries(c, id, std::nullopt, 0, 100); })
        .deliveries;
  }

  store::TestDatabase database_;
  std::unique_ptr<events::Log> log_ = events::open_memory();
  Instant now_ = *parse_instant("2026-11-29T08:00:00Z");
  Receiver receiver_;
  Cursor cursor_;
  std::unique_ptr<Service> service_;
};

TEST_F(WebhooksTest, AnEventIsSentOnceSigned) {
  happen("Points Earned", "before");
  const Webhook shop = hook({"Points Earned"});
  happen("Points Earned", "m1");
  happen("Page Viewed", "m2");
  EXPECT_EQ(follow_all(), 1u) << "neither what was before nor what was not asked for";
  EXPECT_EQ(send_all(), 1);
  cursor_ = {};  // as after a crash: all is looked at again
  EXPECT_EQ(follow_all(), 1u);
  EXPECT_EQ(send_all(), 0);
  const auto taken = receiver_.taken();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].id, "evt_2");
  EXPECT_EQ(taken[0].timestamp, std::to_string(to_millis(now_) / 1000));
  EXPECT_EQ(taken[0].signatures, signature(secret_of("master", shop.id, 1), taken[0].id,
                                           to_millis(now_) / 1000, taken[0].body));
  const Json body = *parse_json(taken[0].body);
  EXPECT_EQ(body["type"], "points.earned");
  EXPECT_EQ(body["data"]["message_id"], "m1");
  EXPECT_EQ(body["data"]["properties"]["points"], 7);
  EXPECT_EQ(find(shop.id).delivered, 1);
}

TEST_F(WebhooksTest, FailuresAreRepeatedWithGrowingPausesAndGivenUp) {
  const Webhook shop = hook({std::string(kAllEvents)});
  receiver_.answer(500);
  happen("Any", "m1");
  EXPECT_EQ(follow_all(), 1u);
  for (const auto pause : kPauses) {
    EXPECT_EQ(send_all(), 1);
    now_ += pause - 1ms;
    EXPECT_EQ(send_all(), 0) << "not before the pause is over";
    now_ += 1ms;
  }
  EXPECT_EQ(send_all(), 1);
  now_ += 1000h;
  EXPECT_EQ(send_all(), 0);
  const auto list = deliveries(shop.id);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].state, DeliveryState::kGivenUp);
  EXPECT_EQ(list[0].tries, static_cast<int64_t>(kPauses.size()) + 1);
  EXPECT_EQ(list[0].error, "HTTP 500");
  for (const auto& taken : receiver_.taken()) EXPECT_EQ(taken.id, receiver_.taken()[0].id);
  // By hand, once the other side works again.
  receiver_.answer(204);
  EXPECT_TRUE(write([&](store::Connection& c) { return redeliver(c, shop.id, list[0].id, now_); }));
  EXPECT_EQ(send_all(), 1);
  EXPECT_EQ(deliveries(shop.id)[0].state, DeliveryState::kDelivered);
  EXPECT_FALSE(find(shop.id).failing_since);
}

TEST_F(WebhooksTest, LongFailureSwitchesItOff) {
  const Webhook shop = hook({"A"});
  receiver_.answer(503);
  happen("A", "m1");
  follow_all();
  send_all();
  now_ += kOffAfter - 1ms;
  happen("A", "m2");
  follow_all();
  EXPECT_EQ(send_all(), 2);
  EXPECT_TRUE(find(shop.id).enabled);
  now_ += 5min;
  send_all();
  Webhook off = find(shop.id);
  EXPECT_FALSE(off.enabled);
  EXPECT_EQ(off.fault, "failing");
  happen("A", "m3");
  EXPECT_EQ(follow_all(), 0u);
  EXPECT_EQ(send_all(), 0);
  // On again: what waited is sent, what happened meanwhile is not.
  receiver_.answer(200);
  off.enabled = true;
  EXPECT_EQ(save(off).fault, "");
  follow_all();
  EXPECT_EQ(send_all(), 2);
  std::set<std::string> sent;
  for (const auto& taken : receiver_.taken()) sent.insert(taken.id);
  EXPECT_EQ(sent, (std::set<std::string>{"evt_1", "evt_2"}));
  EXPECT_EQ(find(shop.id).delivered, 2);
}

TEST_F(WebhooksTest, GoneMeansNothingMore) {
  const Webhook shop = hook({"A"});
  receiver_.answer(410);
  happen("A", "m1");
  follow_all();
  EXPECT_EQ(send_all(), 1);
  EXPECT_EQ(find(shop.id).fault, "gone");
  EXPECT_EQ(deliveries(shop.id)[0].state, DeliveryState::kGivenUp);
}

TEST_F(WebhooksTest, ThePublicNetworkOnlyUnlessAllowed) {
  const Webhook shop = hook({"A"});  // its address is this machine's
  happen("A", "m1");
  follow_all();
  Service careful(wiring(Reach::kPublic), "master");
  EXPECT_TRUE(*careful.send_one());
  EXPECT_TRUE(receiver_.taken().empty());
  EXPECT_EQ(deliveries(shop.id)[0].status, 0);
  EXPECT_EQ(deliveries(shop.id)[0].error, "the address is not in the public network");
}

TEST_F(WebhooksTest, RedirectsAreNotFollowed) {
  receiver_.answer(302);
  const Webhook shop = hook({"A"});
  happen("A", "m1");
  follow_all();
  EXPECT_EQ(send_all(), 1);
  EXPECT_EQ(deliveries(shop.id)[0].error, "HTTP 302");
}

TEST_F(WebhooksTest, TheOldSecretSignsForADayMore) {
  const Webhook shop = hook({"A"});
  write([&](store::Connection& c) { return renew_secret(c, shop.id, now_); });
  const auto sent = [&](const std::string& message) {
    happen("A", message);
    follow_all();
    send_all();
    return receiver_.taken().back();
  };
  const auto first = sent("m1");
  const auto by = [&](const Receiver::Taken& taken, int64_t number) {
    return signature(secret_of("master", shop.id, number), taken.id, to_millis(now_) / 1000,
                     taken.body);
  };
  EXPECT_EQ(first.signatures, by(first, 2) + " " + by(first, 1));
  now_ += kOldSecretFor;
  const auto second = sent("m2");
  EXPECT_EQ(second.signatures, by(second, 2));
}

TEST_F(WebhooksTest, OneAddressDoesNotHoldUpAnother) {
  const Webhook first = hook({"A"});
  const Webhook second = hook({"A"});
  happen("A", "m1");
  follow_all();
  const auto due = write([&](store::Connection& c) { return next_due(c, {first.id}, now_); });
  ASSERT_TRUE(due);
  EXPECT_EQ(due->webhook, second.id);
  EXPECT_FALSE(
      write([&](store::Connection& c) { return next_due(c, {first.id, second.id}, now_); }));
}

TEST_F(WebhooksTest, OldDeliveriesAreForgotten) {
  const Webhook shop = hook({"A"});
  happen("A", "m1");
  follow_all();
  send_all();
  now_ += kKeepDeliveries;
  EXPECT_EQ(write([&](store::Connection& c) { return forget_old(c, now_); }), 0);
  now_ += 1ms;
  EXPECT_EQ(write([&](store::Connection& c) { return forget_old(c, now_); }), 1);
}

TEST_F(WebhooksTest, ChangesThatMeetAreRefused) {
  Webhook shop = hook({"A"});
  save(shop);
  const auto again = database_->write(
      [&](store::Connection& c) { return save_webhook(c, shop, log_->last_seq(), now_); });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kConflict);
  for (size_t i = 1; i < kMaxWebhooks; ++i) hook({"A"});
  const auto more = database_->write([&](store::Connection& c) {
    return save_webhook(c, {.name = "x", .url = "y", .events = {"A"}}, 0, now_);
  });
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Code::kTooLarge);
}

TEST_F(WebhooksTest, TheThreadsDoItAllThemselves) {
  const Webhook shop = hook({"A"});
  service_->start();
  for (int i = 0; i < 20; ++i) happen("A", "m" + std::to_string(i));
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (find(shop.id).delivered < 20 && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  service_->stop();
  EXPECT_EQ(find(shop.id).delivered, 20);
  EXPECT_EQ(receiver_.taken().size(), 20u);
}

}  // namespace
}  // namespace perennial::webhooks
