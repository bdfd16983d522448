// Bodies in 7 bits (RFC 2045, 6.7 and 6.8).
#pragma once

#include <string>
#include <string_view>

namespace perennial::engage {

std::string base64(std::string_view bytes);  // one line
// CRLF for every line end (LF, CR or CRLF).
std::string with_crlf(std::string_view text);

struct EncodedBody {
  std::string_view encoding;  // "quoted-printable" or "base64": the shorter one
  std::string text;           // lines of at most 76 characters, CRLF ends, ends with CRLF
};
// A last line without an end gets one.
EncodedBody encode_body(std::string_view text);

}  // namespace perennial::engage
