// What one of several threads knows of a dictionary that they fill together: numbers that it has
// met it finds by itself, for all others it asks under the lock.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "timeline/dictionary.h"

namespace perennial::timeline {

inline constexpr size_t kMaxTextsMet = 65'536;  // of a property; of others the dictionary is asked

class Words {
 public:
  // Without a lock the dictionary is asked each time: nobody else fills it. With one, nothing may
  // go from it meanwhile (keep_only()).
  Words(Dictionary& dictionary, std::mutex* together)
      : dictionary_(dictionary), together_(together) {}

  // As the dictionary's own.
  uint32_t event(events::Type type, std::string_view name);
  uint32_t property(std::string_view path);
  uint32_t text(uint32_t property, std::string_view text);
  void saw_number(uint32_t property);
  size_t bytes() const { return bytes_; }  // about how much memory it takes

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Numbers = std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>>;
  struct Property {
    Numbers texts;
    size_t bytes = 0;
    bool dropped = false, numbers = false;
  };
  Property& met(uint32_t property);

  Dictionary& dictionary_;
  std::mutex* together_;
  std::vector<Numbers> events_;  // by the number of the type
  Numbers properties_;
  std::vector<Property> met_;  // by the number of the property
  size_t bytes_ = 0;           // of all
};

}  // namespace perennial::timeline
