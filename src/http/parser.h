// Incremental parser of HTTP/1.1 requests (RFC 9112): Beast's parser behind plain types.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/http.h"

namespace perennial::http {

// A reason to refuse a request: `status` is the reply's, which `error.code` alone may not tell
// (408, 415, 431).
struct Fault {
  int status = 400;
  Error error;
};

class Parser {
 public:
  // Receives pieces of the body as they were sent (chunk framing removed). An error ends the
  // parsing.
  using Sink = std::function<Result<>(std::string_view)>;

  // Fills method, target and headers of `request`, which must outlive the parser.
  Parser(Request& request, size_t max_header_bytes);
  ~Parser();

  // Consumes bytes and returns how many. Stops at the end of the head, at the end of the message
  // and at a fault; otherwise it wants the rest again, together with more.
  size_t feed(std::string_view bytes);
  bool head_done() const;
  bool done() const;
  const Fault* fault() const;

  // Valid once the head is done.
  bool keep_alive() const;
  bool chunked() const;
  int minor_version() const;        // 0 or 1
  uint64_t content_length() const;  // 0 when there is none
  // Must be set before body bytes are fed.
  void set_sink(Sink sink);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace perennial::http
