// From events as the log stores them to rows of a timeline: the second, the number of the name, and
// the properties that are texts, numbers or booleans ("address.city" when nested; lists stay out).
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "events/events.h"
#include "timeline/bucket.h"
#include "timeline/dictionary.h"
#include "timeline/lists.h"

namespace perennial::timeline {

inline constexpr int kMaxPropertyDepth = 4;
inline constexpr size_t kMaxValuesOfEvent = 512;

class Intake {
 public:
  // Keeps all properties, or only those named, and what stands for those in `lists`. An event that
  // is split by a list becomes several rows.
  // `together`: other threads fill the dictionary too, each with an intake of its own (words.h).
  explicit Intake(Dictionary& dictionary, std::optional<std::set<std::string>> only = std::nullopt,
                  Lists lists = {}, std::mutex* together = nullptr);
  ~Intake();

  enum class Took {
    kTaken,
    kOutside
  };  // outside: before 1970 or after 2106, or no room for a name
  Took take(uint32_t person, events::Type type, std::string_view name, int64_t at_ms, uint64_t seq,
            std::string_view properties, Rows& out);
  // Of memory that it keeps beside the dictionary.
  size_t bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace perennial::timeline
