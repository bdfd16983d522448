#include "webhooks/service.h"

#include "webhooks/signature.h"

namespace perennial::webhooks {
namespace {

constexpr std::chrono::milliseconds kLookAgain{1'000};
constexpr std::chrono::milliseconds kArrivalsWait{500};
constexpr std::chrono::milliseconds kIdle{60'000};  // while no webhook is on
constexpr std::chrono::milliseconds kRestAfterError{1'000};
constexpr std::chrono::hours kForgetEvery{1};
constexpr std::string_view kMaster = "webhooks";
constexpr std::string_view kAgent = "User-Agent: Perennial-Webhooks/1";

}  // namespace

Result<std::unique_ptr<Webhooks>> Webhooks::open(Wiring wiring) {
  auto master = TRY(wiring.database.write(
      [](store::Connection& c) { return access::Settings::secret(c, kMaster); }));
  return std::make_unique<Service>(wiring, std::move(master));
}

Service::Service(Wiring wiring, std::string master)
    : wiring_(std::move(wiring)), master_(std::move(master)) {}

void Service::start() {
  threads_.emplace_back([this] { follow_log(); });
  for (size_t i = 0; i < kSenders; ++i) threads_.emplace_back([this] { send_all(); });
}

void Service::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  wiring_.log.wake();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  threads_.clear();
}

void Service::wake() {
  {
    std::lock_guard lock(mutex_);
    ++changes_;
  }
  wakes_.notify_all();
}

bool Service::rest(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  const uint64_t seen = changes_;
  wakes_.wait_for(lock, at_most, [&] { return stopping_ || changes_ != seen; });
  return !stopping_;
}

void Service::follow_log() {
  std::optional<Cursor> cursor;
  Instant forgot;
  while (rest(std::chrono::milliseconds(0))) {
    const auto followed = follow_once(cursor, forgot);
    if (!followed) {
      if (!rest(kRestAfterError)) return;
    } else if (!*followed) {
      if (!rest(kIdle)) return;
    }
  }
}

// Whether there is anything to follow: some webhook is on.
Result<bool> Service::follow_once(std::optional<Cursor>& cursor, Instant& forgot) {
  const Instant now = wiring_.clock();
  if (now - forgot >= kForgetEvery) {
    TRY(wiring_.database.write([&](store::Connection& c) { return forget_old(c, now); }));
    forgot = now;
  }
  if (!TRY(wiring_.database.read(any_enabled))) return false;
  if (!cursor) cursor = TRY(wiring_.database.read(load_cursor));
  const uint64_t last = wiring_.log.last_seq();
  Followed done;
  {
    std::lock_guard lock(following_);
    done = TRY(follow(wiring_.database, wiring_.log, *cursor, now, kFollowAtOnce));
  }
  if (done.deliveries > 0) wake();
  if (!done.more) wiring_.log.wait_for_arrivals(last, kArrivalsWait);
  return true;
}

void Service::send_all() {
  while (rest(std::chrono::milliseconds(0))) {
    const auto sent = send_one();
    if (sent && *sent) continue;
    if (!rest(sent ? kLookAgain : kRestAfterError)) return;
  }
}

Result<bool> Service::send_one() {
  std::optional<Delivery> delivery;
  std::optional<Webhook> hook;
  {
    std::lock_guard lock(mutex_);
    TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
      delivery = TRY(next_due(c, busy_, wiring_.clock()));
      if (delivery) hook = TRY(find_webhook(c, delivery->webhook));
      return {};
    }));
    if (!delivery || !hook) return false;
    busy_.insert(hook->id);
  }
  const Answer answer = send(*hook, *delivery);
  // A try that was broken off is none: it is made again after the next start.
  Result<void> noted;
  if (answer.status != 0 || !stopping_) {
    noted = wiring_.database.write(
        [&](store::Connection& c) { return note_try(c, *delivery, answer, wiring_.clock()); });
  }
  {
    std::lock_guard lock(mutex_);
    busy_.erase(hook->id);
  }
  TRY(std::move(noted));
  return true;
}

Answer Service::send(const Webhook& hook, const Delivery& delivery) {
  const Instant now = wiring_.clock();
  const int64_t seconds = to_millis(now) / 1000;
  // The same for every try, so that the other side can tell a repeat.
  const std::string id = delivery.seq > 0 ? "evt_" + std::to_string(delivery.seq) : delivery.id;
  std::string signed_by =
      signature(secret_of(master_, hook.id, hook.secrets), id, seconds, delivery.body);
  if (hook.secrets > 1 && to_millis(now) < hook.old_secret_until_ms) {
    signed_by +=
        " " + signature(secret_of(master_, hook.id, hook.secrets - 1), id, seconds, delivery.body);
  }
  return post(
      hook.url,
      {"Content-Type: application/json", std::string(kAgent), "Expect:", "webhook-id: " + id,
       "webhook-timestamp: " + std::to_string(seconds), "webhook-signature: " + signed_by},
      delivery.body, wiring_.reach, kTryTimeout, &stopping_);
}

Json Service::with_secret(const Webhook& hook) const {
  Json json = to_json(hook);
  json["secret"] = secret_of(master_, hook.id, hook.secrets);
  return json;
}

}  // namespace perennial::webhooks
