#include "engage/body_encoding.h"

#include <sodium.h>

namespace perennial::engage {
namespace {

constexpr size_t kMaxLine = 76;  // RFC 2045, 6.7 (5) and 6.8
constexpr size_t kBytesPerBase64Line = kMaxLine / 4 * 3;

std::string base64_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 7 / 5 + 4);
  for (; !text.empty(); text.remove_prefix(std::min(kBytesPerBase64Line, text.size()))) {
    out += base64(text.substr(0, kBytesPerBase64Line));
    out += "\r\n";
  }
  return out;
}

void append_hex(std::string& out, char c) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'=', kDigits[byte >> 4], kDigits[byte & 15]};
}

// One line without its end. A dot and an F at the start of a line are encoded too: they would be a
// dot that SMTP doubles, and the "From " that separates messages in a mailbox file.
void append_quoted_line(std::string& out, std::string_view line) {
  size_t column = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool last = i + 1 == line.size();
    const bool space = c == ' ' || c == '\t';
    const bool plain = (c > ' ' && c < 0x7F && c != '=') || (space && !last);
    const bool starts_badly = column == 0 && (c == '.' || c == 'F');
    const size_t length = plain && !starts_badly ? 1 : 3;
    if (column + length > kMaxLine - (last ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
    }
    if (plain && !(column == 0 && (c == '.' || c == 'F'))) {
      out += c;
      ++column;
    } else {
      append_hex(out, c);
      column += 3;
    }
  }
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    append_quoted_line(out, text.substr(0, end));
    out += "\r\n";
    text.remove_prefix(end + 2);
  }
  return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  out.pop_back();  // the NUL that sodium writes
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

EncodedBody encode_body(std::string_view text) {
  std::string lines = with_crlf(text);
  if (!lines.empty() && !lines.ends_with('\n')) lines += "\r\n";
  EncodedBody quoted{"quoted-printable", quoted_printable(lines)};
  EncodedBody based{"base64", base64_lines(lines)};
  return quoted.text.size() <= based.text.size() ? std::move(quoted) : std::move(based);
}

}  // namespace perennial::engage
