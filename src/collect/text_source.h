// A file as a stream of UTF-8: gzip is unpacked (RFC 1952, found by its first bytes), other
// encodings are converted, a byte order mark is dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::collect {

// How far into a file the encoding is looked for: up to the first text that is not ASCII, at most
// this many bytes.
inline constexpr size_t kMaxEncodingSearch = 64 * 1024 * 1024;

// The encoding of a text of which `sample` is a part: byte order marks first, then UTF-16 by its
// NULs, then UTF-8 by its validity, then what libuchardet thinks. "UTF-8" for ASCII. Names are
// those of IANA.
std::string detect_encoding(std::string_view sample);

class TextSource {
 public:
  // `encoding` "" = find out; a mark of UTF-8 at the beginning overrules it. Fails with kNotFound,
  // kForbidden or kInvalid (no such encoding).
  static Result<std::unique_ptr<TextSource>> open(const std::string& path,
                                                  const std::string& encoding);
  virtual ~TextSource() = default;
  // Up to `capacity` bytes of UTF-8; 0 at the end. Text that is said to be UTF-8 is passed on
  // unchecked; of other encodings, bytes that mean nothing become U+FFFD. Fails with kInvalid when
  // compressed data are damaged or cut.
  virtual Result<size_t> read(char* out, size_t capacity) = 0;
  virtual const std::string& encoding() const = 0;
  // Of the file as it lies on disk.
  virtual int64_t bytes_done() const = 0;
  virtual int64_t bytes_total() const = 0;
};

}  // namespace perennial::collect
