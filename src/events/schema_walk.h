// What a batch of events says about event names and their properties. Pure: events in, counts out.
//
// Properties are gathered in a tree of names for each event name, so that a property costs one
// look-up of its own key and no text is built for its path until the batch is written.
#pragma once

#include <utility>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/events.h"

namespace perennial::events {

inline constexpr int kMaxPropertyDepth = 16;     // deeper values are not registered
inline constexpr size_t kMaxPropertyName = 255;  // bytes of a path; longer ones count as kOther
inline constexpr size_t kMaxBatchProperties =
    20'000;  // of one event name in one batch; then kOther
inline constexpr std::string_view kOther = "(other)";

// Bit n of a stored type set is the n-th word: never reorder.
inline constexpr std::array<std::string_view, 8> kPropertyTypes{
    "string", "integer", "number", "boolean", "time", "object", "array", "null"};
enum PropertyTypeBit : uint32_t {
  kStringBit = 1,
  kIntegerBit = 2,
  kNumberBit = 4,
  kBooleanBit = 8,
  kTimeBit = 16,
  kObjectBit = 32,
  kArrayBit = 64,
  kNullBit = 128
};

struct Seen {
  uint64_t count = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
  uint32_t types = 0;
  void add(int64_t ms, uint32_t type);
  void merge(const Seen& other);
};

class SchemaWalk {
 public:
  SchemaWalk();
  ~SchemaWalk();
  void add(const Event& event);

  using EventKey = std::pair<Type, std::string>;
  // Every event name with its counts, and every property with its path.
  void visit(
      const std::function<void(const EventKey&, const Seen&)>& event,
      const std::function<void(const EventKey&, const std::string&, const Seen&)>& property) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether a string value is a time: an ISO 8601 date, or date and time.
bool looks_like_time(std::string_view text);

}  // namespace perennial::events
