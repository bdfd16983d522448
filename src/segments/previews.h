// The people that rules held when they were asked about, so that a preview can be opened: page
// through, export, ask questions about, keep as a list. Thread-safe. Inside this module only.
#pragma once

#include <list>
#include <mutex>
#include <string>

#include "segments/engine.h"

namespace perennial::segments {

inline constexpr std::string_view kPreviewPrefix = "preview:";
inline constexpr size_t kKeptPreviews = 100;
inline constexpr std::chrono::hours kPreviewKeptFor{1};

class Previews {
 public:
  // What opens them from now on: a word that nobody can guess.
  std::string keep(MembersPtr members, Instant now);
  // kNotFound for a word that was never given out, or whose people are not kept any more.
  Result<MembersPtr> members(std::string_view word, Instant now);

 private:
  struct Preview {
    std::string word;
    MembersPtr members;
    Instant at;
  };
  std::mutex mutex_;
  std::list<Preview> previews_;  // newest first
};

}  // namespace perennial::segments
