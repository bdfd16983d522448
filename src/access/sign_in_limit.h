// Counts failed sign-ins by e-mail address, so that passwords cannot be tried out. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/access.h"

namespace perennial::access {

class SignInLimit {
 public:
  static constexpr size_t kMaxTracked = 10'000;  // addresses; above, the longest quiet one goes
  // Counts an attempt as failed until succeeded() is called; false when there were
  // kMaxFailedSignIns within kFailedSignInWindow. Counting first keeps simultaneous attempts from
  // passing together.
  bool attempt(const std::string& email, Instant now);
  void succeeded(const std::string& email);

 private:
  void make_room(Instant now);

  std::mutex mutex_;
  std::unordered_map<std::string, std::vector<Instant>> attempts_;  // ascending, none empty
};

}  // namespace perennial::access
