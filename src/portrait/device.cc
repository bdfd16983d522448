#include "portrait/device.h"

#include <cmath>
#include <cstring>

#include <simdjson.h>

#include "people/people.h"

namespace perennial::portrait {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kArrivals = 10'000;  // read at once

constexpr std::array<std::string_view, kDevices> kNames = {"phone", "tablet", "computer",
                                                           "mini_program"};

std::string_view text_of(const object& from, std::string_view name) {
  std::string_view text;
  return from[name].get_string().get(text) ? std::string_view() : text;
}

bool has(std::string_view text, std::string_view part) { return text.contains(part); }

// Names of systems and kinds of devices, as libraries write them.
std::optional<Device> device_of_word(std::string_view as_written) {
  const std::string word = fold_for_search(as_written);
  for (const char* name : {"ipados", "tablet", "ipad"}) {
    if (word == name) return Device::kTablet;
  }
  for (const char* name : {"ios", "android", "harmonyos", "mobile", "phone", "iphone"}) {
    if (word == name) return Device::kPhone;
  }
  for (const char* name : {"windows", "macos", "mac os x", "mac os", "mac", "linux", "chrome os",
                           "chromeos", "desktop"}) {
    if (word == name) return Device::kComputer;
  }
  return word == "miniprogram" ? std::optional(Device::kMiniProgram) : std::nullopt;
}

std::optional<Device> of_context(const object& context) {
  object device, os, data;
  if (!context["device"].get_object().get(device)) {
    if (const auto found = device_of_word(text_of(device, "type"))) return found;
  }
  if (const auto found = device_of_agent(text_of(context, "userAgent"))) return found;
  bool mobile = false;
  if (!context["userAgentData"].get_object().get(data) && !data["mobile"].get_bool().get(mobile))
    return mobile ? Device::kPhone : Device::kComputer;
  if (!context["os"].get_object().get(os)) return device_of_word(text_of(os, "name"));
  return std::nullopt;
}

std::optional<Device> of_properties(const object& properties) {
  if (const auto found = device_of_word(text_of(properties, "$lib"))) {
    if (*found == Device::kMiniProgram) return found;
  }
  for (const char* name : {"$device_type", "device_type", "$os"}) {
    if (const auto found = device_of_word(text_of(properties, name))) return found;
  }
  return device_of_agent(text_of(properties, "$raw_user_agent"));
}

}  // namespace

std::string_view device_name(Device device) { return kNames[static_cast<size_t>(device)]; }

std::optional<Device> device_of_agent(std::string_view agent) {
  if (has(agent, "miniProgram")) return Device::kMiniProgram;
  // An Android that is no phone leaves "Mobile" out (Chrome's and Firefox's own documentation).
  if (has(agent, "iPad") || has(agent, "Tablet") ||
      (has(agent, "Android") && !has(agent, "Mobile")))
    return Device::kTablet;
  if (has(agent, "iPhone") || has(agent, "iPod") || has(agent, "Android") || has(agent, "Mobile"))
    return Device::kPhone;
  for (const char* word : {"Windows NT", "Macintosh", "X11", "CrOS"}) {
    if (has(agent, word)) return Device::kComputer;
  }
  return std::nullopt;
}

struct DeviceReader::Impl {
  simdjson::dom::parser parser;
  std::string padded;

  template <class Look>
  std::optional<Device> look(std::string_view text, Look what) {
    if (text.size() <= 2) return std::nullopt;
    padded.assign(text);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    object document;
    if (parser.parse(padded.data(), text.size(), false).get_object().get(document))
      return std::nullopt;
    return what(document);
  }
};

DeviceReader::DeviceReader() : impl_(std::make_unique<Impl>()) {}
DeviceReader::~DeviceReader() = default;

std::optional<Device> DeviceReader::read(std::string_view context, std::string_view properties) {
  // Most events of a server or a file say nothing: their text tells so without being read.
  const bool of_client =
      has(context, "userAgent") || has(context, "\"os\"") || has(context, "\"device\"");
  if (of_client) {
    if (const auto found = impl_->look(context, of_context)) return found;
  }
  if (!has(properties, "$os") && !has(properties, "device_type") &&
      !has(properties, "MiniProgram") && !has(properties, "$raw_user_agent"))
    return std::nullopt;
  return impl_->look(properties, of_properties);
}

Result<void> DeviceBook::follow(events::Log& log, uint64_t up_to, Instant now,
                                const std::stop_token& stop) {
  if (!first_look_) {
    first_look_ = now;
    seq_ = up_to > kDeviceArrivals ? up_to - kDeviceArrivals : 0;
  }
  const double first_day = static_cast<double>(to_millis(*first_look_)) / 86'400'000;
  DeviceReader reader;
  while (seq_ < up_to) {
    if (stop.stop_requested()) return fail(Code::kBusy, "the program stops");
    const events::Arrived arrived = TRY(log.share_arrivals(seq_, kArrivals));
    if (arrived.events.empty()) break;
    for (const events::StoredEvent& event : events::up_to(arrived.events, up_to)) {
      if (event.type == events::Type::kIdentify || event.timestamp > now) continue;
      const auto device = reader.read(event.context, event.properties);
      if (!device) continue;
      Seen& seen =
          seen_[std::hash<std::string>()(events::identity_of(event.user_id, event.anonymous_id))];
      const auto place = static_cast<size_t>(*device);
      ++seen.count[place];
      const double days = static_cast<double>(to_millis(event.timestamp)) / 86'400'000 - first_day;
      seen.weight[place] += static_cast<float>(std::exp2(days / half_life_days_));
    }
    seq_ = std::min(up_to, arrived.events.back().seq);
  }
  return {};
}

Result<std::vector<Affinity>> DeviceBook::by_person(store::Connection& c) const {
  std::vector<Affinity> all;
  if (seen_.empty()) return all;
  TRY(people::each_identity(
      c, [&](std::string_view identity, people::PersonId person) -> Result<void> {
        const auto found = seen_.find(std::hash<std::string>()(std::string(identity)));
        if (found == seen_.end() || person == 0) return {};
        const Seen& seen = found->second;
        for (size_t i = 0; i < kDevices; ++i) {
          if (seen.count[i] == 0) continue;
          all.push_back({.person = person,
                         .word = static_cast<uint16_t>(i + 1),
                         .count = seen.count[i],
                         .weight = seen.weight[i]});
        }
        return {};
      }));
  return add_up(std::move(all));
}

}  // namespace perennial::portrait
