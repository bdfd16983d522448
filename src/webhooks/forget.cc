#include <vector>

#include "webhooks/service.h"

namespace perennial::webhooks {

// Not while events are in hand from which deliveries are made.
Result<int64_t> Service::forget(const std::function<bool(std::string_view body)>& about,
                                bool take) {
  std::lock_guard lock(following_);
  std::vector<std::string> found;
  TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
    found.clear();
    return c.each("SELECT id, body FROM webhook_deliveries", {},
                  [&](const store::Row& row) -> Result<void> {
                    if (about(row.text(1))) found.push_back(row.text(0));
                    return {};
                  });
  }));
  if (take && !found.empty()) {
    TRY(wiring_.database.write([&](store::Connection& c) -> Result<void> {
      for (const std::string& id : found) {
        TRY(c.execute("DELETE FROM webhook_deliveries WHERE id = $1", {id}));
      }
      return {};
    }));
  }
  return static_cast<int64_t>(found.size());
}

}  // namespace perennial::webhooks
