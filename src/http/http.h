// HTTP/1.1 server (Boost.Beast, one io_context a thread), a small router, limits, problem replies
// (RFC 9457), cookies, and a small client for the command line and tests. Knows no noun of the
// product.
//
//   http::Router router;
//   router.add({.method = "GET", .path = "/v1/people/{id}", .right = "customers.read"},
//              [&](const http::Request& r) -> http::Response { return http::json(200, …); });
//   auto server = TRY(http::Server::start(std::move(router), {.host = "127.0.0.1", .port = 0}));
//
// Threads: handlers of kind Handler run on a pool of worker threads and may block; handlers of kind
// AsyncHandler run on the connection's own thread, must not block, and answer through Reply from
// any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::http {

// Limits, each tested at its value and one above.
inline constexpr size_t kMaxHeaderBytes = 16 * 1024;  // 431 above
inline constexpr size_t kMaxBodyBytes =
    4 * 1024 * 1024;  // 413 above; the default of a route, encoded or inflated
inline constexpr int kMaxQueryParameters = 64;  // 400 above
inline constexpr std::chrono::seconds kHeaderTimeout{
    20};                                                 // 408 or closing when a header dribbles in
inline constexpr std::chrono::seconds kBodyTimeout{60};  // without progress
inline constexpr std::chrono::seconds kIdleTimeout{75};  // keep-alive

// Who asks, as found by the Authorizer. `id` is empty for an anonymous request.
struct Principal {
  std::string id;      // "usr_…", "key_…" or "local"
  std::string name;    // for the audit trail
  std::string role;    // a word that only the Authorizer and the modules above understand
  std::string source;  // of a key: the source that it writes for
};

struct Request {
  std::string method;
  std::string path;                                          // decoded, without the query
  std::string target;                                        // as sent
  std::map<std::string, std::string, std::less<>> query;     // decoded
  std::map<std::string, std::string, std::less<>> params;    // {name} parts of the route's path
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;       // inflated if it came with Content-Encoding gzip or deflate
  std::string body_file;  // for routes with body = kFile: where the body was stored (deleted after
                          // the reply unless moved away)
  std::string remote;     // address of the peer
  std::string id;         // request id, also in the reply's X-Request-Id and in the log
  Principal principal;

  std::string_view header(std::string_view lower_case_name) const;  // "" if absent
  std::string_view cookie(std::string_view name) const;             // "" if absent
  std::string query_or(std::string_view name, std::string_view fallback) const;
  // Fails with kInvalid, naming the parameter, unless it is an integer in [low, high]; `fallback`
  // if absent.
  Result<int64_t> query_integer(std::string_view name, int64_t fallback, int64_t low,
                                int64_t high) const;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type = "application/json; charset=utf-8";
  std::string body;
  std::string body_file;  // if set, this file is streamed instead of `body`
};

Response json(int status, const Json& body);
Response text(int status, std::string body, std::string content_type = "text/plain; charset=utf-8");
// application/problem+json (RFC 9457): type, title, status, detail, plus code, where, hint and
// request_id. kBusy carries Retry-After.
Response problem(const Error& error);
int status_of(Code code);
// Parses the body as a JSON object, or fails with kInvalid.
Result<Json> json_body(const Request& request);

using Handler = std::function<Response(const Request&)>;
// Called once, from any thread; later calls are ignored. If every copy goes without an answer the
// peer gets 500.
using Reply = std::function<void(Response)>;
using AsyncHandler = std::function<void(std::shared_ptr<Request>, Reply)>;

enum class Body { kMemory, kFile };

struct Route {
  std::string method;  // "GET", …; HEAD is answered by GET, OPTIONS by the server (CORS) unless a
                       // route takes it
  std::string path;    // "/v1/people/{id}"; "{rest...}" as the last part takes what remains
  // What the Authorizer checks. Every route names one; "public" is a right too. An empty right is a
  // broken invariant.
  std::string right;
  size_t max_body = kMaxBodyBytes;  // with kFile: of the file; 0 = unlimited (only the disk)
  Body body = Body::kMemory;
  bool cors =
      false;  // for browsers on other sites: answers preflights, sends Access-Control-* headers
  bool quiet = false;  // leave successful requests out of the log
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  // Two routes that take the same method and path are a broken invariant. Exact parts win over
  // {parameters}.
  void add(Route route, Handler handler);
  void add_async(Route route, AsyncHandler handler);
  // Static files under `directory` for GET paths that no route takes: the console. Paths that name
  // no file give `fallback` (index.html, for addresses that the console's own router knows). Files
  // with a hash in their name are cached for a year; precompressed .gz neighbours are used. Nothing
  // outside `directory` is ever read.
  void serve_files(std::string directory, std::string fallback);
  std::vector<Route> routes() const;

 private:
  friend class Server;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Fills request.principal and returns nothing, or returns the refusal (401, 403). Runs before the
// body is read for kFile routes and before the handler for all.
using Authorizer = std::function<std::optional<Response>(const Route&, Request&)>;
// Sees what a blocking handler answers before it goes out, on the handler's thread, and may change
// it.
using Reviser = std::function<void(const Route&, const Request&, Response&)>;
// Sees every exchange after it is answered: for access logs, metrics and recorded contract traffic.
struct Exchange {
  const Route* route;  // null when no route took it
  const Request& request;
  const Response& response;
  std::chrono::microseconds duration;
};
using Observer = std::function<void(const Exchange&)>;

struct Options {
  std::string host = "127.0.0.1";
  uint16_t port = 8080;  // 0 = any free port
  int io_threads = 2;
  int workers = 8;           // threads for blocking handlers
  size_t max_queued = 1024;  // blocking requests waiting for a worker; above: 503 with Retry-After
  int max_connections = 4096;  // above: 503 and close
  // Bodies in memory at one time, all requests together; above: 503 with Retry-After.
  size_t max_buffered_bytes = 512 * 1024 * 1024;
  std::string upload_directory;  // for kFile bodies; must exist
  Authorizer authorize;          // none: every route is open (tests only)
  Reviser revise;
  Observer observe;
  // Sent with every reply (Content-Security-Policy and the like).
  std::map<std::string, std::string> headers;
  // Tests make these three shorter.
  std::chrono::milliseconds header_timeout = kHeaderTimeout;
  std::chrono::milliseconds body_timeout = kBodyTimeout;
  std::chrono::milliseconds idle_timeout = kIdleTimeout;
};

class Server {
 public:
  // Fails with kConflict when the port is in use and kInvalid when the host is no address, saying
  // which.
  static Result<std::unique_ptr<Server>> start(Router router, Options options);
  virtual ~Server() = default;
  virtual uint16_t port() const = 0;
  // Stops accepting, lets requests under way finish within `grace`, then closes. Idempotent.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

// A small blocking client for tests, benchmarks and the command line talking to its own server
// (plain HTTP).
struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string_view header(std::string_view lower_case_name) const;
};
class Client {  // one keep-alive connection; not thread-safe
 public:
  Client(std::string host, uint16_t port,
         std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~Client();
  Result<ClientResponse> send(std::string_view method, std::string_view target,
                              std::string_view body = "",
                              const std::vector<std::pair<std::string, std::string>>& headers = {});
  // Streams a file as the body.
  Result<ClientResponse> send_file(
      std::string_view method, std::string_view target, const std::string& path,
      const std::vector<std::pair<std::string, std::string>>& headers = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace perennial::http
