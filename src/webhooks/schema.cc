// The tables of webhooks/: docs/formats/webhooks.md tells what they hold.
#include <array>

#include "webhooks/webhooks.h"

namespace perennial::webhooks {
namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  secrets BIGINT NOT NULL,
  old_secret_until_ms BIGINT NOT NULL,
  from_seq BIGINT NOT NULL,
  failing_ms BIGINT,
  fault TEXT NOT NULL,
  made_ms BIGINT NOT NULL
);
CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,
  webhook TEXT NOT NULL,
  seq BIGINT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  state BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  due_ms BIGINT NOT NULL,
  made_ms BIGINT NOT NULL,
  tried_ms BIGINT,
  status BIGINT NOT NULL,
  error TEXT NOT NULL,
  UNIQUE (webhook, seq)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_ms) WHERE state = 1;
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (webhook, made_ms);
CREATE TABLE webhook_progress (
  id BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL
);
INSERT INTO webhook_progress (id, seq) VALUES (1, 0);
)sql";

constexpr std::array kMigrations = {store::Migration{"webhooks", 1, "webhooks", kTables}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::webhooks
