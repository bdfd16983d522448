// With what people come: from what their libraries say about the device in an event's context
// (Segment, RudderStack: device.type, os.name, userAgent, userAgentData) or properties (神策,
// PostHog: $device_type, $os, $lib). Servers say nothing, and then nothing is known.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <unordered_map>

#include "events/events.h"
#include "portrait/affinity.h"

namespace perennial::portrait {

enum class Device : uint8_t { kPhone, kTablet, kComputer, kMiniProgram };
inline constexpr size_t kDevices = 4;
inline constexpr uint64_t kDeviceArrivals = 5'000'000;  // that are read again after a start
std::string_view device_name(Device device);            // "phone", …

// By the words that browsers and mini-programs put into their User-Agent.
std::optional<Device> device_of_agent(std::string_view agent);
// Reads both as JSON objects; what cannot be read says nothing.
class DeviceReader {
 public:
  DeviceReader();
  ~DeviceReader();
  std::optional<Device> read(std::string_view context, std::string_view properties);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Sightings by identity, kept between renewals: the newest events are read once, then what is new.
// One thread.
class DeviceBook {
 public:
  explicit DeviceBook(int half_life_days) : half_life_days_(half_life_days) {}
  int half_life_days() const { return half_life_days_; }
  // What happened up to `now` and arrived up to `up_to`.
  Result<void> follow(events::Log& log, uint64_t up_to, Instant now, const std::stop_token& stop);
  Result<std::vector<Affinity>> by_person(store::Connection& c) const;

 private:
  struct Seen {
    std::array<uint32_t, kDevices> count{};
    std::array<float, kDevices> weight{};  // of the day of the first look, so that sums stay sums
  };
  int half_life_days_;
  std::optional<Instant> first_look_;
  uint64_t seq_ = 0;                         // of the log, that was read
  std::unordered_map<uint64_t, Seen> seen_;  // by hash of the identity
};

}  // namespace perennial::portrait
