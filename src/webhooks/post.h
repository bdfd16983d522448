// One POST to an address, by libcurl.
#pragma once

#include <atomic>

#include "webhooks/webhooks.h"

namespace perennial::webhooks {

struct Answer {
  int status = 0;     // of HTTP; 0: there was none
  std::string error;  // why it is no good; "" when it is
  bool good() const { return status >= 200 && status < 300; }
};
// Blocks for `at_most`, or until `stopping` (may be null) is set. With Reach::kPublic no connection
// is made to a special address, whatever the name in `url` means at that moment.
Answer post(const std::string& url, const std::vector<std::string>& headers, std::string_view body,
            Reach reach, std::chrono::milliseconds at_most = kTryTimeout,
            const std::atomic<bool>* stopping = nullptr);

}  // namespace perennial::webhooks
