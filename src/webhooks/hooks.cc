#include "webhooks/hooks.h"

#include <algorithm>

#include "webhooks/reach.h"

namespace perennial::webhooks {
namespace {

using store::Row;
using store::Value;

constexpr std::string_view kSelect =
    "SELECT w.id, w.name, w.url, w.events, w.enabled, w.revision, w.secrets, "
    "w.old_secret_until_ms, w.from_seq, w.failing_ms, w.fault, w.made_ms, "
    "(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook = w.id AND d.state = 1), "
    "(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook = w.id AND d.state = 2), "
    "(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook = w.id AND d.state = 3) "
    "FROM webhooks w";

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<Webhook> read_webhook(const Row& row) {
  const Json events = TRY(parse_json(row.text(3)));
  Webhook hook{.id = row.text(0),
               .name = row.text(1),
               .url = row.text(2),
               .events = events.get<std::vector<std::string>>(),
               .enabled = row.integer(4) != 0,
               .revision = row.integer(5),
               .secrets = row.integer(6),
               .old_secret_until_ms = row.integer(7),
               .from_seq = static_cast<uint64_t>(row.integer(8)),
               .fault = row.text(10),
               .made_at = from_millis(row.integer(11)),
               .waiting = row.integer(12),
               .delivered = row.integer(13),
               .given_up = row.integer(14)};
  if (auto since = row.maybe_integer(9)) hook.failing_since = from_millis(*since);
  return hook;
}

Result<std::vector<std::string>> read_events(const Json& json) {
  std::vector<std::string> events;
  if (!json.contains("events") || !json["events"].is_array() || json["events"].empty() ||
      json["events"].size() > kMaxEventNames)
    return bad("is a list of 1 to 100 names of events, or [\"*\"]", "events");
  for (const Json& one : json["events"]) {
    const std::string name = one.is_string() ? one.get<std::string>() : "";
    if (name.empty() || name.size() > kMaxNameBytes || !is_storable_text(name))
      return bad("holds names of events, each 1 to 200 bytes long", "events");
    if (std::ranges::find(events, name) == events.end()) events.push_back(name);
  }
  return events;
}

}  // namespace

bool Webhook::wants(std::string_view event) const {
  return std::ranges::any_of(
      events, [&](const std::string& name) { return name == event || name == kAllEvents; });
}

Result<Webhook> webhook_from_json(const Json& json, Reach reach) {
  if (!json.is_object()) return bad("a webhook is an object", "");
  Webhook hook;
  hook.name = TRY(json_string(json, "name"));
  if (hook.name.empty() || hook.name.size() > kMaxNameBytes || !is_storable_text(hook.name))
    return bad("is between 1 and 200 bytes long", "name");
  hook.url = TRY(json_string(json, "url"));
  TRY(check_url(hook.url, reach));
  hook.events = TRY(read_events(json));
  hook.enabled = TRY(json_bool_or(json, "enabled", true));
  hook.revision = TRY(json_integer_or(json, "revision", 0));
  return hook;
}

Json to_json(const Webhook& hook) {
  return {
      {"id", hook.id},
      {"name", hook.name},
      {"url", hook.url},
      {"events", hook.events},
      {"enabled", hook.enabled},
      {"revision", hook.revision},
      {"failing_since", hook.failing_since ? Json(format_instant(*hook.failing_since)) : Json()},
      {"fault", hook.fault},
      {"made_at", format_instant(hook.made_at)},
      {"waiting", hook.waiting},
      {"delivered", hook.delivered},
      {"given_up", hook.given_up}};
}

Result<std::vector<Webhook>> list_webhooks(store::Connection& c) {
  std::vector<Webhook> hooks;
  for (const Row& row : TRY(c.query(std::string(kSelect) + " ORDER BY w.made_ms, w.id")))
    hooks.push_back(TRY(read_webhook(row)));
  return hooks;
}

Result<std::optional<Webhook>> find_webhook(store::Connection& c, std::string_view id) {
  const auto row = TRY(c.query_one(std::string(kSelect) + " WHERE w.id = $1", {std::string(id)}));
  if (!row) return std::nullopt;
  return TRY(read_webhook(*row));
}

Result<Webhook> save_webhook(store::Connection& c, Webhook hook, uint64_t last_seq, Instant now) {
  const auto before = hook.id.empty() ? std::nullopt : TRY(find_webhook(c, hook.id));
  if (!hook.id.empty() && !before)
    return fail(Code::kNotFound, "there is no such webhook", "webhook");
  if ((before ? before->revision : 0) != hook.revision) {
    return fail(Code::kConflict, "the webhook was changed meanwhile", "revision",
                "read it again and repeat the change");
  }
  if (!before) {
    const auto count = TRY(c.query_one("SELECT count(*) FROM webhooks"));
    if (count->integer(0) >= static_cast<int64_t>(kMaxWebhooks))
      return fail(Code::kTooLarge, "there are 50 webhooks already", "webhook");
    hook.id = new_id("whk");
  }
  const bool switched_on = hook.enabled && !(before && before->enabled);
  const int64_t from = switched_on || !before ? static_cast<int64_t>(last_seq)
                                              : static_cast<int64_t>(before->from_seq);
  const bool failing = before && before->failing_since && !switched_on;
  TRY(c.execute(
      "INSERT INTO webhooks (id, name, url, events, enabled, revision, secrets, "
      "old_secret_until_ms, from_seq, failing_ms, fault, made_ms) VALUES ($1, $2, $3, $4, $5, $6, "
      "1, 0, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
      "url = excluded.url, events = excluded.events, enabled = excluded.enabled, "
      "revision = excluded.revision, from_seq = excluded.from_seq, "
      "failing_ms = excluded.failing_ms, fault = excluded.fault",
      {hook.id, hook.name, hook.url, to_text(Json(hook.events)), int64_t{hook.enabled},
       hook.revision + 1, from, failing ? Value(to_millis(*before->failing_since)) : Value(),
       before && !switched_on ? before->fault : std::string(), to_millis(now)}));
  // Waiting ones of an address that was off are due again at once.
  if (switched_on && before) {
    TRY(c.execute("UPDATE webhook_deliveries SET due_ms = $2 WHERE webhook = $1 AND state = 1",
                  {hook.id, to_millis(now)}));
  }
  return *TRY(find_webhook(c, hook.id));
}

Result<bool> delete_webhook(store::Connection& c, std::string_view id) {
  TRY(c.execute("DELETE FROM webhook_deliveries WHERE webhook = $1", {std::string(id)}));
  return TRY(c.execute("DELETE FROM webhooks WHERE id = $1", {std::string(id)})) > 0;
}

Result<Webhook> renew_secret(store::Connection& c, std::string_view id, Instant now) {
  const int64_t changed =
      TRY(c.execute("UPDATE webhooks SET secrets = secrets + 1, old_secret_until_ms = $2 "
                    "WHERE id = $1",
                    {std::string(id), to_millis(now + kOldSecretFor)}));
  if (changed == 0) return fail(Code::kNotFound, "there is no such webhook", "webhook");
  return *TRY(find_webhook(c, id));
}

}  // namespace perennial::webhooks
