#include "server/run_routes.h"

namespace perennial::server {
namespace {

Json timeline_json(const timeline::Stats& stats) {
  const bool ready = stats.phase == timeline::Stats::Phase::kReady;
  const uint64_t memory = stats.layer_bytes + stats.dictionary_bytes;
  const double bytes = static_cast<double>(stats.base_bytes + stats.layer_bytes);
  return {{"phase", ready ? "ready" : "building"},
          {"built", stats.done},
          {"to_build", stats.total},
          {"events", stats.events},
          {"seq", stats.seq},
          {"nobody", stats.nobody},
          {"outside", stats.outside},
          {"layers", stats.layers},
          {"bytes_on_disk", stats.base_bytes},
          {"bytes_in_memory", memory},
          {"bytes_an_event", stats.events == 0 ? 0 : bytes / static_cast<double>(stats.events)},
          {"build_seconds", stats.build_seconds},
          {"error", stats.error}};
}

Result<Json> stats(store::Database& database, events::Log& log, events::Stages& stages,
                   const timeline::Timeline& timeline, Instant started) {
  auto events = TRY(log.stats());
  Json reply = {{"version", PERENNIAL_VERSION},
                {"uptime_seconds", static_cast<double>((system_now() - started).count()) / 1000},
                {"resident_bytes", resident_bytes()},
                {"events",
                 {{"events", events.events},
                  {"last_seq", events.last_seq},
                  {"bytes_on_disk", events.bytes_on_disk},
                  {"parts", events.parts},
                  {"pending_rows", events.pending_rows},
                  {"duplicates", events.duplicates},
                  {"dedup_bytes", events.dedup_bytes}}}};
  auto counts = TRY(database.read([](store::Connection& c) -> Result<std::vector<store::Row>> {
    return c.query("SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM orders)");
  }));
  const int64_t bytes = TRY(database.size_bytes());
  reply["state"] = {{"engine", database.engine() == store::Engine::kSqlite ? "sqlite" : "postgres"},
                    {"bytes", bytes},
                    {"people", counts[0].integer(0)},
                    {"orders", counts[0].integer(1)}};
  reply["timeline"] = timeline_json(timeline.stats());
  reply["stages"] = Json::array();
  for (const auto& stage : stages.progress()) {
    reply["stages"].push_back({{"name", stage.name},
                               {"cursor", stage.cursor},
                               {"behind", stage.behind},
                               {"error", stage.error}});
  }
  return reply;
}

// Ready: the state database answers, the log takes events, and no stage is failing.
Result<void> ready(store::Database& database, events::Log& log, events::Stages& stages) {
  TRY(database.read([](store::Connection& c) { return c.query("SELECT 1"); }));
  if (log.last_seq() > 0) TRY(log.read_arrivals(log.last_seq() - 1, 1));
  for (const auto& stage : stages.progress()) {
    if (!stage.error.empty())
      return fail(Code::kBusy, "stage " + stage.name + " is failing: " + stage.error);
  }
  return {};
}

}  // namespace

void add_run_routes(http::Router& router, store::Database& database, events::Log& log,
                    events::Stages& stages, const timeline::Timeline& timeline,
                    Observation& observation) {
  router.add({.method = "GET", .path = "/healthz", .right = "public", .quiet = true},
             [](const http::Request&) { return http::text(200, "ok\n"); });
  router.add({.method = "GET", .path = "/readyz", .right = "public", .quiet = true},
             [&](const http::Request&) {
               auto is_ready = ready(database, log, stages);
               return is_ready
                          ? http::text(200, "ready\n")
                          : http::problem(Error{Code::kBusy, is_ready.error().message, "", ""});
             });
  router.add({.method = "GET", .path = "/metrics", .right = "metrics.read", .quiet = true},
             [&](const http::Request&) {
               return http::text(200, observation.metrics(log, stages),
                                 "text/plain; version=0.0.4; charset=utf-8");
             });
  router.add({.method = "GET", .path = "/v1/stats", .right = "stats.read"},
             [&, started = system_now()](const http::Request&) {
               auto reply = stats(database, log, stages, timeline, started);
               return reply ? http::json(200, *reply) : http::problem(reply.error());
             });
}

}  // namespace perennial::server
