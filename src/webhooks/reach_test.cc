// Which networks count as special, and which addresses a webhook may have.
#include "webhooks/reach.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace perennial::webhooks {
namespace {

bool special(const char* text) {
  sockaddr_in four{};
  if (::inet_pton(AF_INET, text, &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    return is_special(reinterpret_cast<const sockaddr&>(four));
  }
  sockaddr_in6 six{};
  EXPECT_EQ(::inet_pton(AF_INET6, text, &six.sin6_addr), 1) << text;
  six.sin6_family = AF_INET6;
  return is_special(reinterpret_cast<const sockaddr&>(six));
}

TEST(Address, SpecialNetworksEndWhereTheyShould) {
  // Each with its neighbours outside.
  for (const char* inside :
       {"0.0.0.0",         "0.255.255.255",  "10.0.0.0",        "10.255.255.255", "100.64.0.0",
        "100.127.255.255", "127.0.0.1",      "127.255.255.255", "169.254.0.0",    "169.254.169.254",
        "172.16.0.0",      "172.31.255.255", "192.0.0.1",       "192.0.2.1",      "192.168.0.0",
        "192.168.255.255", "198.18.0.0",     "198.19.255.255",  "198.51.100.7",   "203.0.113.7",
        "224.0.0.1",       "240.0.0.1",      "255.255.255.255"})
    EXPECT_TRUE(special(inside)) << inside;
  for (const char* outside :
       {"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"})
    EXPECT_FALSE(special(outside)) << outside;
}

TEST(Address, SixIsLookedIntoToo) {
  for (const char* inside :
       {"::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2002:c0a8:1::1", "fe80::1", "fc00::1", "fdff::1", "ff02::1",
        "2001:db8::1", "2001::1", "100::1", "64:ff9b:1::1"})
    EXPECT_TRUE(special(inside)) << inside;
  for (const char* outside : {"2606:4700::1111", "2001:4860:4860::8888", "::ffff:1.1.1.1",
                              "2002:101:101::1", "64:ff9b::101:101"})
    EXPECT_FALSE(special(outside)) << outside;
}

TEST(Address, UrlsAreChecked) {
  const auto refused = [](const std::string& url, Reach reach) {
    const auto checked = check_url(url, reach);
    return checked ? "" : checked.error().message;
  };
  EXPECT_EQ(refused("https://shop.example/hooks?x=1", Reach::kPublic), "");
  EXPECT_EQ(refused("http://1.1.1.1:8080/", Reach::kPublic), "");
  for (const char* url :
       {"http://127.0.0.1/", "http://[::1]:80/", "http://localhost/", "http://2130706433/",
        "http://0x7f.1/", "http://[::ffff:10.0.0.1]/", "https://192.168.1.1/"}) {
    EXPECT_NE(refused(url, Reach::kPublic), "") << url;
    EXPECT_EQ(refused(url, Reach::kAny), "") << url;
  }
  for (const char* url : {"", "shop.example", "ftp://shop.example/", "file:///etc/passwd",
                          "https://", "https://user:secret@shop.example/", "https://a b/"})
    EXPECT_NE(refused(url, Reach::kAny), "") << url;
  const std::string start = "https://shop.example/";
  EXPECT_EQ(refused(start + std::string(kMaxUrlBytes - start.size(), 'x'), Reach::kAny), "");
  EXPECT_NE(refused(start + std::string(kMaxUrlBytes - start.size() + 1, 'x'), Reach::kAny), "");
}

TEST(Address, OnlyTheHostIsTold) {
  EXPECT_EQ(host_of("https://shop.example:8443/hooks/s3cret?token=x"), "shop.example");
  EXPECT_EQ(host_of("http://[::1]/"), "[::1]");
  EXPECT_EQ(host_of("no address"), "");
}

}  // namespace
}  // namespace perennial::webhooks
