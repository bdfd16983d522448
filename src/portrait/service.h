// What the routes and the thread of the portrait share. Inside this module only.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "portrait/device.h"
#include "portrait/everyone.h"
#include "portrait/portrait.h"
#include "portrait/reading.h"

namespace perennial::portrait {

using EveryonePtr = std::shared_ptr<const Everyone>;

// Tags of a person with their evidence (CustomerPortrait of the contract).
Json person_json(const Everyone& all, PersonId person);
Json everyone_json(const Everyone& all);  // PortraitVersion of the contract
// PortraitGroup of the contract; `group` ascending.
Json group_json(const Everyone& all, std::span<const PersonId> group, std::string_view set);

struct Portrait::Impl {
  explicit Impl(Wiring given) : wiring(std::move(given)) {}

  Result<Rules> rules();
  Result<Json> change_rules(const Json& body, const http::Principal& actor);
  EveryonePtr newest();          // null before the first version
  Result<EveryonePtr> usable();  // kBusy before the first version
  Result<Json> json();           // Portrait of the contract
  Result<Json> group(std::string_view set);
  Result<std::vector<PersonId>> inside(std::string_view set);     // of any module
  Result<std::vector<PersonId>> people_of(std::string_view set);  // "tag:…"
  Result<void> renew(const std::stop_token& stop);
  Result<bool> due();
  void ask();
  void work();
  void put(EveryonePtr fresh);

  Wiring wiring;
  std::mutex renewing;                  // held while everybody's tags are worked out
  std::unique_ptr<DeviceBook> devices;  // of `renewing`
  int64_t devices_erasures = 0;         // of `renewing`: erasures that the book knows of
  std::mutex mutex;                     // of what follows; held to copy
  std::condition_variable changed;
  EveryonePtr everyone;
  std::array<std::shared_ptr<const segments::FactColumn>, kTags> columns;
  std::optional<Error> error;  // of the last try; none after one that went well
  std::optional<std::chrono::steady_clock::time_point> rest_until;
  bool running = false, asked = false;
  std::stop_source stop;
  std::thread thread;
};

}  // namespace perennial::portrait
