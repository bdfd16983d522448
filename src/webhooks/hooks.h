// Webhooks in the database.
#pragma once

#include "webhooks/webhooks.h"

namespace perennial::webhooks {

struct Webhook {
  std::string id, name, url;
  std::vector<std::string> events;  // names, or kAllEvents alone
  bool enabled = true;
  int64_t revision = 0;
  int64_t secrets = 1;                   // how many it has had; the last one signs
  int64_t old_secret_until_ms = 0;       // until then the one before signs too
  uint64_t from_seq = 0;                 // events after it are told
  std::optional<Instant> failing_since;  // no try has succeeded since
  std::string fault;                     // why it was switched off; "" = it was not
  Instant made_at;
  // Of its deliveries.
  int64_t waiting = 0, delivered = 0, given_up = 0;

  bool wants(std::string_view event) const;
};
// Fails with kInvalid, naming the field.
Result<Webhook> webhook_from_json(const Json& json, Reach reach);
Json to_json(const Webhook& hook);

Result<std::vector<Webhook>> list_webhooks(store::Connection& c);
Result<std::optional<Webhook>> find_webhook(store::Connection& c, std::string_view id);
// Creates it (without an id) or changes its terms; kConflict when somebody changed it meanwhile. A
// webhook that is switched on hears of events after `last_seq`, and its failures are forgotten.
Result<Webhook> save_webhook(store::Connection& c, Webhook hook, uint64_t last_seq, Instant now);
// With its deliveries.
Result<bool> delete_webhook(store::Connection& c, std::string_view id);
// The next secret signs; the one before signs beside it for kOldSecretFor.
Result<Webhook> renew_secret(store::Connection& c, std::string_view id, Instant now);

}  // namespace perennial::webhooks
