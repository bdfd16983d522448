#include "webhooks/reach.h"

#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

namespace perennial::webhooks {
namespace {

struct Net4 {
  uint32_t address;
  int bits;
};
constexpr uint32_t ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}
constexpr Net4 kSpecial4[] = {
    {ip(0, 0, 0, 0), 8},       // this network
    {ip(10, 0, 0, 0), 8},      // private
    {ip(100, 64, 0, 0), 10},   // shared by carriers
    {ip(127, 0, 0, 0), 8},     // loopback
    {ip(169, 254, 0, 0), 16},  // link-local, where clouds keep their keys
    {ip(172, 16, 0, 0), 12},   // private
    {ip(192, 0, 0, 0), 24},    // protocols
    {ip(192, 0, 2, 0), 24},    // documentation
    {ip(192, 168, 0, 0), 16},  // private
    {ip(198, 18, 0, 0), 15},   // benchmarks
    {ip(198, 51, 100, 0), 24}, {ip(203, 0, 113, 0), 24},
    {ip(224, 0, 0, 0), 3},  // multicast, reserved, broadcast
};

bool is_special4(uint32_t address) {
  for (const Net4& net : kSpecial4) {
    if ((address ^ net.address) >> (32 - net.bits) == 0) return true;
  }
  return false;
}

uint32_t four(const uint8_t* bytes) { return ip(bytes[0], bytes[1], bytes[2], bytes[3]); }

bool is_special6(const uint8_t* bytes) {
  static constexpr uint8_t kZeros[16] = {};
  // ::a.b.c.d, ::ffff:a.b.c.d, ::, ::1
  if (std::memcmp(bytes, kZeros, 10) == 0) {
    const bool mapped = bytes[10] == 0xff && bytes[11] == 0xff;
    const bool compatible = bytes[10] == 0 && bytes[11] == 0;
    return (!mapped && !compatible) || is_special4(four(bytes + 12));
  }
  // 64:ff9b::a.b.c.d, the translators' prefix
  if (bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b)
    return bytes[4] != 0 || is_special4(four(bytes + 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return is_special4(four(bytes + 2));  // 6to4
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2) return true;          // 2001::/23
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8) return true;
  // Of the rest only 2000::/3 is public: unique local, link-local and multicast are outside.
  return (bytes[0] & 0xe0) != 0x20;
}

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string part(CURLU* url, CURLUPart what) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, 0) != CURLUE_OK || !text) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

// As an address written out; nothing for a name.
std::optional<bool> literal_is_special(std::string host) {
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  sockaddr_in plain{};
  plain.sin_family = AF_INET;
  if (::inet_pton(AF_INET, host.c_str(), &plain.sin_addr) == 1)
    return is_special(reinterpret_cast<const sockaddr&>(plain));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &six.sin6_addr) == 1)
    return is_special(reinterpret_cast<const sockaddr&>(six));
  return std::nullopt;
}

}  // namespace

bool is_special(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    return is_special4(ntohl(four.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
    return is_special6(six.sin6_addr.s6_addr);
  }
  return true;
}

Result<void> check_url(const std::string& url, Reach reach) {
  const auto bad = [](std::string message) {
    return fail(Code::kInvalid, std::move(message), "url", "https://shop.example/hooks");
  };
  if (url.empty() || url.size() > kMaxUrlBytes || !is_storable_text(url))
    return bad("is an address of at most 2,000 bytes");
  const std::unique_ptr<CURLU, UrlCleanup> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return bad("is no address");
  const std::string scheme = part(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return bad("begins with https:// or http://");
  if (!part(parsed.get(), CURLUPART_USER).empty()) return bad("names no user");
  const std::string host = part(parsed.get(), CURLUPART_HOST);
  if (host.empty()) return bad("names a host");
  if (reach == Reach::kPublic && literal_is_special(host).value_or(host == "localhost"))
    return bad("is not in the public network");
  return {};
}

std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, UrlCleanup> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
  return part(parsed.get(), CURLUPART_HOST);
}

}  // namespace perennial::webhooks
