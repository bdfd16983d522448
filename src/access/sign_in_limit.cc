#include "access/sign_in_limit.h"

#include <algorithm>

namespace perennial::access {

bool SignInLimit::attempt(const std::string& email, Instant now) {
  std::lock_guard lock(mutex_);
  if (!attempts_.contains(email)) make_room(now);
  auto& times = attempts_[email];
  std::erase_if(times, [&](Instant at) { return at <= now - kFailedSignInWindow; });
  if (times.size() >= static_cast<size_t>(kMaxFailedSignIns)) return false;
  times.push_back(now);
  return true;
}

void SignInLimit::succeeded(const std::string& email) {
  std::lock_guard lock(mutex_);
  attempts_.erase(email);
}

void SignInLimit::make_room(Instant now) {
  if (attempts_.size() < kMaxTracked) return;
  std::erase_if(attempts_, [&](const auto& entry) {
    return entry.second.back() <= now - kFailedSignInWindow;
  });
  if (attempts_.size() < kMaxTracked) return;
  attempts_.erase(std::ranges::min_element(attempts_, {},
                                           [](const auto& entry) { return entry.second.back(); }));
}

}  // namespace perennial::access
