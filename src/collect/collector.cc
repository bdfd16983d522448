#include "collect/collector.h"

#include <utility>

#include <atomic>
#include <mutex>

#include "collect/client_body.h"
#include "collect/posthog.h"
#include "collect/sensors.h"

namespace perennial::collect {
namespace {

// A picture of one clear dot, for clients that send by loading a picture (GIF89a).
constexpr char kDot[] =
    "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xFF\xFF\xFF\x21\xF9\x04\x01\x00\x00\x00\x00"
    "\x2C\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3B";

// A request that waits for the log and the quarantine; whichever is done last answers.
struct Answer {
  http::Reply reply;
  std::function<http::Response(const events::Appended&, size_t)> good;
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
    reply(error ? http::problem(*error) : good(appended, quarantined));
  }
};

http::Response counts(const events::Appended& appended, size_t quarantined) {
  return http::json(200, {{"success", true},
                          {"stored", appended.stored},
                          {"duplicates", appended.duplicates},
                          {"quarantined", quarantined}});
}

http::Response dot(const events::Appended& /*appended*/, size_t /*quarantined*/) {
  auto response = http::text(200, std::string(kDot, sizeof(kDot) - 1), "image/gif");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

Collector::Collector(store::Database& database, events::Log& log, access::Gate& gate, Clock clock)
    : log_(log), gate_(gate), clock_(std::move(clock)), quarantine_(database) {}

// The key that the gate found, else the one in the body, else one in the query.
Result<std::string> Collector::source_of(const http::Request& request,
                                         std::string_view key_in_body) {
  if (!request.principal.source.empty()) return request.principal.source;
  std::string key(key_in_body);
  for (std::string_view name : {"token", "writeKey", "api_key", "project"}) {
    if (key.empty()) key = request.query_or(name, "");
  }
  if (key.empty()) {
    return fail(Code::kUnauthenticated, "no write key came with the request", "writeKey",
                "send it as the user name of Basic credentials, as X-Write-Key, as writeKey in "
                "the body, or as token in the address");
  }
  auto principal = gate_.write_key(key);
  if (!principal) {
    return fail(Code::kUnauthenticated, "the write key is unknown or revoked", "writeKey",
                "see Settings, keys");
  }
  return principal->source;
}

void Collector::take_segment(std::string_view call, const http::Request& request,
                             http::Reply reply) {
  Instant now = clock_();
  std::string key_in_body, inflated;
  std::string_view body = request.body;
  if (is_gzip(body)) {
    auto text = gunzip(body, kMaxBatchBytes);
    if (!text) return reply(http::problem(text.error()));
    inflated = std::move(*text);
    body = inflated;
  }
  auto decoded = decode_segment(call, body, "", now, &key_in_body);
  if (!decoded) return reply(http::problem(decoded.error()));
  auto source = source_of(request, key_in_body);
  if (!source) return reply(http::problem(source.error()));
  store(std::move(*decoded), *source, now, counts, std::move(reply));
}

void Collector::take_sensors(const http::Request& request, http::Reply reply) {
  Instant now = clock_();
  auto source = source_of(request, "");
  if (!source) return reply(http::problem(source.error()));
  auto decoded = decode_sensors(request.body, request.query, *source, now);
  store(std::move(decoded), *source, now, request.method == "GET" ? dot : counts, std::move(reply));
}

void Collector::take_posthog(const http::Request& request, http::Reply reply) {
  Instant now = clock_();
  std::string key;
  auto text = posthog_text(request.body, request.query);
  if (!text) return reply(http::problem(text.error()));
  auto decoded = decode_posthog(*text, "", now, &key);
  if (!decoded) return reply(http::problem(decoded.error()));
  auto source = source_of(request, key);
  if (!source) return reply(http::problem(source.error()));
  store(
      std::move(*decoded), *source, now,
      [](const events::Appended& appended, size_t quarantined) {
        auto response = counts(appended, quarantined);
        // What their libraries look for.
        response.body.insert(1, "\"status\":\"Ok\",");
        return response;
      },
      std::move(reply));
}

void Collector::store(Decoded decoded, const std::string& source, Instant now, Good good,
                      http::Reply reply) {
  auto answer = std::make_shared<Answer>();
  answer->reply = std::move(reply);
  answer->good = std::move(good);
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

}  // namespace perennial::collect
