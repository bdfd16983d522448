// Content codings of bodies (RFC 9110, section 8.4.1): gzip, and deflate both as zlib and as raw
// stream.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/http.h"

namespace perennial::http {

class Inflater {
 public:
  using Sink = std::function<Result<>(std::string_view)>;
  enum class Coding { kGzip, kDeflate };

  explicit Inflater(Coding coding);
  ~Inflater();

  // Inflates a piece and hands what comes out to `sink` in pieces, so that a small body that
  // inflates without end is stopped by the sink. Fails with kInvalid for a broken stream and with
  // what the sink says.
  Result<> feed(std::string_view bytes, const Sink& sink);
  // Fails with kInvalid when the stream was cut short.
  Result<> finish() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// `level` is zlib's, 1 (fast) to 9.
std::string gzip(std::string_view bytes, int level);

}  // namespace perennial::http
