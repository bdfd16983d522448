#include "webhooks/deliveries.h"

#include <algorithm>

namespace perennial::webhooks {
namespace {

using store::Row;
using store::Value;

constexpr int kGone = 410;                     // the other side says that it wants nothing more
constexpr uint64_t kUnwrittenCursor = 50'000;  // events that may be looked at twice after a crash
constexpr size_t kMaxErrorBytes = 300;
constexpr std::string_view kTestEvent = "Webhook Test";
constexpr std::string_view kColumns =
    "id, webhook, seq, name, body, state, tries, due_ms, made_ms, tried_ms, status, error";

Delivery read_delivery(const Row& row) {
  Delivery one{.id = row.text(0),
               .webhook = row.text(1),
               .name = row.text(3),
               .body = row.text(4),
               .seq = row.integer(2),
               .state = static_cast<DeliveryState>(row.integer(5)),
               .tries = row.integer(6),
               .status = row.integer(10),
               .error = row.text(11),
               .due_at = from_millis(row.integer(7)),
               .made_at = from_millis(row.integer(8))};
  if (auto tried = row.maybe_integer(9)) one.tried_at = from_millis(*tried);
  return one;
}

// "points.earned" of "Points Earned".
std::string type_of(std::string_view event) {
  std::string type;
  for (char c : event) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    type += c == ' ' ? '.' : c;
  }
  return type;
}

Json parsed(const std::string& text) {
  auto json = parse_json(text);
  return json ? std::move(*json) : Json::object();
}

std::string body_of(const events::StoredEvent& event) {
  return to_text({{"type", type_of(event.name)},
                  {"timestamp", format_instant(event.timestamp)},
                  {"data",
                   {{"event", event.name},
                    {"source", event.source},
                    {"message_id", event.message_id},
                    {"user_id", event.user_id},
                    {"anonymous_id", event.anonymous_id},
                    {"received_at", format_instant(event.received_at)},
                    {"properties", parsed(event.properties)}}}});
}

std::vector<Value> row_of(const Delivery& one) {
  return {one.id,
          one.webhook,
          one.seq,
          one.name,
          one.body,
          static_cast<int64_t>(one.state),
          one.tries,
          to_millis(one.due_at),
          to_millis(one.made_at),
          one.status,
          one.error};
}

Result<void> insert(store::Connection& c, std::span<const Delivery> deliveries) {
  static const std::vector<std::string_view> kWritten = {"id",      "webhook", "seq",   "name",
                                                         "body",    "state",   "tries", "due_ms",
                                                         "made_ms", "status",  "error"};
  std::vector<std::vector<Value>> rows;
  for (const Delivery& one : deliveries) rows.push_back(row_of(one));
  TRY(c.insert_many("webhook_deliveries", kWritten, rows, "ON CONFLICT (webhook, seq) DO NOTHING"));
  return {};
}

}  // namespace

std::string_view state_name(DeliveryState state) {
  constexpr std::string_view kNames[] = {"", "waiting", "delivered", "given_up"};
  return kNames[static_cast<size_t>(state)];
}

std::optional<DeliveryState> delivery_state(std::string_view word) {
  for (const auto state :
       {DeliveryState::kWaiting, DeliveryState::kDelivered, DeliveryState::kGivenUp}) {
    if (state_name(state) == word) return state;
  }
  return std::nullopt;
}

Json to_json(const Delivery& one) {
  return {
      {"id", one.id},
      {"event", one.name},
      {"state", state_name(one.state)},
      {"tries", one.tries},
      {"status", one.status},
      {"error", one.error},
      {"made_at", format_instant(one.made_at)},
      {"tried_at", one.tried_at ? Json(format_instant(*one.tried_at)) : Json()},
      {"due_at", one.state == DeliveryState::kWaiting ? Json(format_instant(one.due_at)) : Json()},
      {"body", parsed(one.body)}};
}

Result<bool> any_enabled(store::Connection& c) {
  return TRY(c.query_one("SELECT count(*) FROM webhooks WHERE enabled = 1"))->integer(0) > 0;
}

Result<Cursor> load_cursor(store::Connection& c) {
  const auto row = TRY(c.query_one("SELECT seq FROM webhook_progress WHERE id = 1"));
  INVARIANT(row.has_value());
  const auto seq = static_cast<uint64_t>(row->integer(0));
  return Cursor{.read = seq, .written = seq};
}

Result<Followed> follow(store::Database& database, events::Log& log, Cursor& cursor, Instant now,
                        size_t limit) {
  auto hooks = TRY(database.read(list_webhooks));
  std::erase_if(hooks, [](const Webhook& hook) { return !hook.enabled; });
  Followed followed;
  if (hooks.empty()) return followed;
  // What no webhook asked for yet is not read.
  uint64_t from = UINT64_MAX;
  for (const Webhook& hook : hooks) from = std::min(from, hook.from_seq);
  uint64_t upto = std::max(cursor.read, from);
  std::vector<Delivery> made;
  size_t read = 0;
  while (read < limit) {
    const events::Arrived arrived = TRY(log.share_arrivals(upto, limit - read));
    if (arrived.events.empty()) break;
    for (const auto& event : arrived.events) {
      for (const Webhook& hook : hooks) {
        if (event.seq <= hook.from_seq || event.type != events::Type::kTrack ||
            !hook.wants(event.name))
          continue;
        made.push_back({.id = new_id("dlv"),
                        .webhook = hook.id,
                        .name = event.name,
                        .body = body_of(event),
                        .seq = static_cast<int64_t>(event.seq),
                        .due_at = now,
                        .made_at = now});
      }
    }
    read += arrived.events.size();
    upto = arrived.events.back().seq;
  }
  followed.more = read >= limit;
  followed.deliveries = made.size();
  if (!made.empty() || upto - cursor.written >= kUnwrittenCursor) {
    TRY(database.write([&](store::Connection& c) -> Result<void> {
      TRY(insert(c, made));
      TRY(c.execute("UPDATE webhook_progress SET seq = $1 WHERE id = 1 AND seq < $1",
                    {static_cast<int64_t>(upto)}));
      return {};
    }));
    cursor.written = upto;
  }
  cursor.read = upto;
  return followed;
}

Result<Delivery> add_test(store::Connection& c, const Webhook& hook, Instant now) {
  const auto lowest = TRY(c.query_one(
      "SELECT COALESCE(min(seq), 0) FROM webhook_deliveries WHERE webhook = $1", {hook.id}));
  Delivery one{.id = new_id("dlv"),
               .webhook = hook.id,
               .name = std::string(kTestEvent),
               .seq = std::min<int64_t>(0, lowest->integer(0)) - 1,
               .due_at = now,
               .made_at = now};
  one.body = to_text({{"type", type_of(kTestEvent)},
                      {"timestamp", format_instant(now)},
                      {"data", {{"event", kTestEvent}, {"webhook", hook.id}}}});
  TRY(insert(c, std::span(&one, 1)));
  return one;
}

Result<std::optional<Delivery>> next_due(store::Connection& c, const std::set<std::string>& busy,
                                         Instant now) {
  for (const Row& hook : TRY(c.query("SELECT w.id FROM webhooks w WHERE w.enabled = 1 AND EXISTS "
                                     "(SELECT 1 FROM webhook_deliveries d WHERE d.webhook = w.id "
                                     "AND d.state = 1 AND d.due_ms <= $1) ORDER BY w.id",
                                     {to_millis(now)}))) {
    if (busy.contains(hook.text(0))) continue;
    const auto rows = TRY(
        c.query("SELECT " + std::string(kColumns) +
                    " FROM webhook_deliveries WHERE webhook = $1 AND state = 1 AND due_ms <= $2 "
                    "ORDER BY due_ms, seq LIMIT 1",
                {hook.text(0), to_millis(now)}));
    if (!rows.empty()) return read_delivery(rows.front());
  }
  return std::nullopt;
}

Result<void> note_try(store::Connection& c, const Delivery& delivery, const Answer& answer,
                      Instant now) {
  const auto tries = static_cast<size_t>(delivery.tries + 1);
  const bool gone = answer.status == kGone;
  auto state = DeliveryState::kDelivered;
  Instant due = now;
  if (!answer.good()) {
    const bool over = gone || tries > kPauses.size();
    state = over ? DeliveryState::kGivenUp : DeliveryState::kWaiting;
    if (!over) due = now + kPauses[tries - 1];
  }
  TRY(
      c.execute("UPDATE webhook_deliveries SET state = $2, tries = $3, due_ms = $4, tried_ms = $5, "
                "status = $6, error = $7 WHERE id = $1",
                {delivery.id, static_cast<int64_t>(state), static_cast<int64_t>(tries),
                 to_millis(due), to_millis(now), int64_t{answer.status},
                 std::string(cut_text(answer.error, kMaxErrorBytes))}));
  if (answer.good()) {
    TRY(c.execute("UPDATE webhooks SET failing_ms = NULL WHERE id = $1 AND failing_ms IS NOT NULL",
                  {delivery.webhook}));
    return {};
  }
  TRY(c.execute("UPDATE webhooks SET failing_ms = $2 WHERE id = $1 AND failing_ms IS NULL",
                {delivery.webhook, to_millis(now)}));
  TRY(c.execute(
      "UPDATE webhooks SET enabled = 0, revision = revision + 1, fault = $3 WHERE id = $1 AND "
      "enabled = 1 AND (failing_ms <= $2 OR CAST($4 AS BIGINT) = 1)",
      {delivery.webhook, to_millis(now - kOffAfter), std::string(gone ? "gone" : "failing"),
       int64_t{gone}}));
  return {};
}

Result<std::optional<Delivery>> redeliver(store::Connection& c, std::string_view webhook,
                                          std::string_view id, Instant now) {
  const auto rows =
      TRY(c.query("UPDATE webhook_deliveries SET state = 1, tries = 0, due_ms = $3 WHERE id = $1 "
                  "AND webhook = $2 RETURNING " +
                      std::string(kColumns),
                  {std::string(id), std::string(webhook), to_millis(now)}));
  if (rows.empty()) return std::nullopt;
  return read_delivery(rows.front());
}

Result<int64_t> forget_old(store::Connection& c, Instant now) {
  return c.execute("DELETE FROM webhook_deliveries WHERE state > 1 AND made_ms < $1",
                   {to_millis(now - kKeepDeliveries)});
}

Result<DeliveryPage> list_deliveries(store::Connection& c, std::string_view webhook,
                                     std::optional<DeliveryState> state, int64_t offset,
                                     int64_t limit) {
  const std::string from =
      " FROM webhook_deliveries WHERE webhook = $1 AND (CAST($2 AS BIGINT) = 0 OR state = $2)";
  const Value wanted = state ? static_cast<int64_t>(*state) : int64_t{0};
  DeliveryPage page;
  page.total =
      TRY(c.query_one("SELECT count(*)" + from, {std::string(webhook), wanted}))->integer(0);
  for (const Row& row : TRY(c.query("SELECT " + std::string(kColumns) + from +
                                        " ORDER BY made_ms DESC, id LIMIT $3 OFFSET $4",
                                    {std::string(webhook), wanted, limit, offset})))
    page.deliveries.push_back(read_delivery(row));
  return page;
}

}  // namespace perennial::webhooks
