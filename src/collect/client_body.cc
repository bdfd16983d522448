#include "collect/client_body.h"

#include <algorithm>
#include <array>

#include <zlib.h>

namespace perennial::collect {
namespace {

constexpr size_t kInflateStep = 64 * 1024;
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, and gzip alone
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Inflater {
  z_stream stream{};
  Inflater() { INVARIANT(inflateInit2(&stream, kGzipWindow) == Z_OK); }
  ~Inflater() { inflateEnd(&stream); }
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string form_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The six bits of a character, -1 for one to skip, -2 for one that is not base64.
int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-' || c == ' ') return 62;
  if (c == '/' || c == '_') return 63;
  return c == '\r' || c == '\n' ? -1 : -2;
}

// The length of the well-formed UTF-8 character at the front, 0 if there is none.
size_t character_length(std::string_view text) {
  for (size_t length = 1; length <= 4 && length <= text.size(); ++length) {
    if (is_storable_text(text.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

Result<std::string> gunzip(std::string_view bytes, size_t limit) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  std::string out;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  int status = Z_OK;
  while (status == Z_OK) {
    size_t before = out.size();
    out.resize(before + kInflateStep);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kInflateStep;
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + kInflateStep - stream.avail_out);
    if (out.size() > limit) {
      return fail(Code::kTooLarge,
                  "the body inflates to more than " + std::to_string(limit) + " bytes", "body",
                  "send smaller batches");
    }
  }
  if (status != Z_STREAM_END || stream.avail_in != 0) {
    return fail(Code::kInvalid, "the compressed body is damaged or cut", "body");
  }
  return out;
}

std::optional<std::string> base64_decoded(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  uint32_t bits = 0;
  int filled = 0;
  for (char c : text) {
    int value = sextet(c);
    if (value == -1) continue;
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    filled += 6;
    if (filled < 8) continue;
    filled -= 8;
    out += static_cast<char>((bits >> filled) & 0xFF);
  }
  if (filled == 6) return std::nullopt;  // one character alone says nothing
  return out;
}

Result<Form> parse_form(std::string_view text) {
  Form form;
  size_t fields = 0;
  while (!text.empty()) {
    size_t end = std::min(text.find('&'), text.size());
    std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (field.empty()) continue;
    if (++fields > kMaxFormFields) {
      return fail(Code::kInvalid,
                  "a form has at most " + std::to_string(kMaxFormFields) + " fields", "body");
    }
    size_t equals = std::min(field.find('='), field.size());
    form.emplace(form_decoded(field.substr(0, equals)),
                 form_decoded(field.substr(std::min(equals + 1, field.size()))));
  }
  return form;
}

std::string storable(std::string_view text) {
  if (is_storable_text(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    size_t length = character_length(text);
    out += length > 0 ? text.substr(0, length) : kReplacement;
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

}  // namespace perennial::collect
