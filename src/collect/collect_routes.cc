// Taking calls over HTTP. A request is decoded on its connection's thread, its events go to the
// log and its refused events to quarantine, and it is answered when both are durable.

#include <utility>

#include <array>
#include <atomic>

#include "collect/quarantine.h"
#include "collect/routes.h"

namespace perennial::collect {
namespace {

// Paths that the browser client uses beside the spelt-out ones.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kPaths = {{
    {"/v1/track", "track"},
    {"/v1/identify", "identify"},
    {"/v1/page", "page"},
    {"/v1/screen", "screen"},
    {"/v1/group", "group"},
    {"/v1/alias", "alias"},
    {"/v1/batch", "batch"},
    {"/v1/import", "import"},
    {"/v1/t", "track"},
    {"/v1/i", "identify"},
    {"/v1/p", "page"},
    {"/v1/s", "screen"},
    {"/v1/g", "group"},
    {"/v1/a", "alias"},
    {"/v1/b", "batch"},
}};

// A request that waits for the log and the quarantine; whichever is done last answers.
struct Answer {
  http::Reply reply;
  std::atomic<int> waits = 0;
  std::mutex mutex;
  std::optional<Error> error;
  events::Appended appended;
  size_t quarantined = 0;

  template <class T>
  void note(const Result<T>& result) {
    if (result) return;
    std::lock_guard lock(mutex);
    if (!error) error = result.error();
  }
  void finish() {
    if (waits.fetch_sub(1) != 1) return;
    if (error) return reply(http::problem(*error));
    reply(http::json(200, {{"success", true},
                           {"stored", appended.stored},
                           {"duplicates", appended.duplicates},
                           {"quarantined", quarantined}}));
  }
};

class Collector {
 public:
  Collector(store::Database& database, events::Log& log, access::Gate& gate, Clock clock)
      : log_(log), gate_(gate), clock_(std::move(clock)), quarantine_(database) {}

  void take(std::string_view call, const http::Request& request, http::Reply reply);

 private:
  Result<std::string> source_of(const http::Request& request, std::string_view key_in_body);
  void store(Decoded decoded, const std::string& source, Instant now, http::Reply reply);

  events::Log& log_;
  access::Gate& gate_;
  Clock clock_;
  QuarantineWriter quarantine_;
};

Result<std::string> Collector::source_of(const http::Request& request,
                                         std::string_view key_in_body) {
  if (!request.principal.source.empty()) return request.principal.source;  // the gate found a key
  if (key_in_body.empty()) {
    return fail(Code::kUnauthenticated, "no write key came with the request", "writeKey",
                "send it as the user name of Basic credentials, as X-Write-Key, or as writeKey in "
                "the body");
  }
  auto principal = gate_.write_key(key_in_body);
  if (!principal) {
    return fail(Code::kUnauthenticated, "the write key is unknown or revoked", "writeKey",
                "see Settings, keys");
  }
  return principal->source;
}

void Collector::take(std::string_view call, const http::Request& request, http::Reply reply) {
  Instant now = clock_();
  std::string key_in_body;
  auto decoded = decode_segment(call, request.body, "", now, &key_in_body);
  if (!decoded) return reply(http::problem(decoded.error()));
  auto source = source_of(request, key_in_body);
  if (!source) return reply(http::problem(source.error()));
  store(std::move(*decoded), *source, now, std::move(reply));
}

void Collector::store(Decoded decoded, const std::string& source, Instant now, http::Reply reply) {
  auto answer = std::make_shared<Answer>();
  answer->reply = std::move(reply);
  answer->quarantined = decoded.rejected.size();
  answer->waits = 1 + (decoded.events.empty() ? 0 : 1) + (decoded.rejected.empty() ? 0 : 1);
  if (!decoded.rejected.empty()) {
    std::vector<Quarantined> entries;
    for (Rejected& rejected : decoded.rejected) {
      entries.push_back({0, now, source, std::move(rejected)});
    }
    quarantine_.add(std::move(entries), [answer](const Result<void>& written) {
      answer->note(written);
      answer->finish();
    });
  }
  if (!decoded.events.empty()) {
    for (events::Event& event : decoded.events) event.source = source;
    log_.append(std::move(decoded.events), [answer](const Result<events::Appended>& appended) {
      if (appended) answer->appended = *appended;
      answer->note(appended);
      answer->finish();
    });
  }
  answer->finish();
}

}  // namespace

void add_collect_routes(http::Router& router, store::Database& database, events::Log& log,
                        access::Settings& settings, access::Gate& gate, Clock clock) {
  auto collector = std::make_shared<Collector>(database, log, gate, std::move(clock));
  for (auto [path, call] : kPaths) {
    router.add_async(
        {.method = "POST",
         .path = std::string(path),
         .right = "collect",
         .cors = true,
         .quiet = true},
        [collector, call = call](std::shared_ptr<http::Request> request, http::Reply reply) {
          collector->take(call, *request, std::move(reply));
        });
  }
  router.add({.method = "GET",
              .path = "/v1/projects/{write_key}/settings",
              .right = "public",
              .cors = true,
              .quiet = true},
             [&settings, &gate](const http::Request& request) {
               const std::string& key = request.params.at("write_key");
               if (!gate.knows_write_key(key)) {
                 return http::problem({Code::kNotFound, "the write key is unknown or revoked",
                                       "write_key", "see Settings, keys"});
               }
               auto address = settings.workspace().public_address;
               auto response =
                   http::json(200, client_settings(key, request.header("host"), address));
               response.headers.emplace_back("Cache-Control", "no-cache");
               return response;
             });
}

}  // namespace perennial::collect
