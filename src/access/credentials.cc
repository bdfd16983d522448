#include "access/credentials.h"

#include <sodium.h>
#include <strings.h>

namespace perennial::access {
namespace {

// What follows the scheme, whose case does not matter (RFC 9110, 11.1).
std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      strncasecmp(header.data(), scheme.data(), scheme.size()) != 0)
    return std::nullopt;
  return trim(header.substr(scheme.size() + 1));
}

std::optional<std::string> decode_base64(std::string_view text) {
  for (int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING}) {
    std::string out(text.size(), '\0');
    size_t length = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                          text.size(), nullptr, &length, nullptr, variant) == 0) {
      out.resize(length);
      return out;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> bearer_of(const http::Request& request) {
  auto token = after_scheme(request.header("authorization"), "Bearer");
  if (!token) return std::nullopt;
  return std::string(*token);
}

std::optional<std::string> write_key_of(const http::Request& request) {
  if (auto basic = after_scheme(request.header("authorization"), "Basic")) {
    auto pair = decode_base64(*basic);
    if (!pair) return "";  // unreadable: a key that nobody has
    return pair->substr(0, pair->find(':'));
  }
  std::string_view key = request.header("x-write-key");
  if (key.empty()) return std::nullopt;
  return std::string(key);
}

bool is_from_this_machine(const http::Request& request) {
  std::string_view peer = request.remote;
  if (peer.starts_with("::ffff:")) peer.remove_prefix(7);
  bool loopback = peer == "::1" || peer.starts_with("127.");
  return loopback && request.header("x-forwarded-for").empty() &&
         request.header("forwarded").empty();
}

}  // namespace perennial::access
