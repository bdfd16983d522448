// Replies that stay open: server-sent events (HTML Living Standard, section 9.2). Apart from
// http.h, because few routes need it.
//
//   http::add_stream(router, {.method = "GET", .path = "/v1/news", .right = "news.read"},
//                    [&](const http::Request& r, std::shared_ptr<http::Stream> stream)
//                        -> std::optional<http::Response> {
//                      news.subscribe(std::move(stream));
//                      return std::nullopt;
//                    });
//
// Threads: the handler runs on a worker thread and may block. A Stream may be used from any thread.
// An open stream holds no worker. It ends when its peer goes, when end() is called, when its last
// holder lets go, and at once when the server stops.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/http.h"

namespace perennial::http {

inline constexpr size_t kMaxStreamWaiting = 256 * 1024;  // bytes that a slow peer may leave unread
// A comment is sent every 15 s (a fifth of Options::idle_timeout), so that proxies keep the
// connection and a lost peer is noticed.

class Stream {
 public:
  virtual ~Stream() = default;
  // False when the peer has gone, or has left more than kMaxStreamWaiting bytes unread: then the
  // stream has ended. What is sent before the handler returns waits for the reply's head.
  virtual bool send(std::string piece) = 0;
  virtual bool gone() const = 0;
  virtual void end() = 0;
};
// One event as it goes over the wire. `id` comes back as Last-Event-ID when the browser connects
// again; it and `name` hold no line break.
std::string stream_event(std::string_view name, std::string_view id, const Json& data);

// An answer instead of a stream (a refusal), or nothing: then the reply is open, text/event-stream.
using StreamHandler =
    std::function<std::optional<Response>(const Request&, std::shared_ptr<Stream>)>;
void add_stream(Router& router, Route route, StreamHandler handler);

}  // namespace perennial::http
