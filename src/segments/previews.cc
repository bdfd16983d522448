#include "segments/previews.h"

#include <algorithm>

namespace perennial::segments {
namespace {

constexpr size_t kWordBytes = 16;

}  // namespace

std::string Previews::keep(MembersPtr members, Instant now) {
  std::string word = random_token(kWordBytes);
  std::lock_guard lock(mutex_);
  previews_.push_front({word, std::move(members), now});
  while (previews_.size() > kKeptPreviews || now - previews_.back().at > kPreviewKeptFor)
    previews_.pop_back();
  return word;
}

Result<MembersPtr> Previews::members(std::string_view word, Instant now) {
  std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(previews_, word, &Preview::word);
  if (found == previews_.end() || now - found->at > kPreviewKeptFor) {
    return fail(Code::kNotFound, "the people of this preview are not kept any more", "set",
                "ask for the preview again");
  }
  return found->members;
}

}  // namespace perennial::segments
