#include "collect/client_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/test_server.h"

namespace perennial::collect {
namespace {

TEST(ClientBody, InflatesUpToTheLimit) {
  const std::string text(100'000, 'x');
  const std::string packed = deflated(text, true);
  EXPECT_TRUE(is_gzip(packed));
  EXPECT_EQ(gunzip(packed, text.size()).value(), text);
  EXPECT_EQ(gunzip(packed, text.size() - 1).error().code, Code::kTooLarge);
  EXPECT_EQ(gunzip(packed.substr(0, packed.size() - 1)).error().code, Code::kInvalid);
  EXPECT_EQ(gunzip(packed + "x").error().code, Code::kInvalid);
  EXPECT_EQ(gunzip("\x1F\x8B").error().code, Code::kInvalid);
}

TEST(ClientBody, ReadsBase64OfEveryKind) {
  EXPECT_EQ(base64_decoded("8J+OiQ=="), "🎉");
  EXPECT_EQ(base64_decoded("8J-OiQ"), "🎉");    // the alphabet for addresses, without padding
  EXPECT_EQ(base64_decoded("8J OiQ=="), "🎉");  // a "+" taken for a space
  EXPECT_EQ(base64_decoded("8J+O\r\niQ==\n"), "🎉");
  EXPECT_EQ(base64_decoded(""), "");
  EXPECT_EQ(base64_decoded("8J+OiQ==x"), std::nullopt);
  EXPECT_EQ(base64_decoded("8"), std::nullopt);
  EXPECT_EQ(base64_decoded("{}"), std::nullopt);
}

TEST(ClientBody, ReadsForms) {
  EXPECT_THAT(parse_form("a=1&b=%E8%8C%B6+x&c&a=2&&d=%2").value(),
              testing::ElementsAre(testing::Pair("a", "1"), testing::Pair("b", "茶 x"),
                                   testing::Pair("c", ""), testing::Pair("d", "%2")));
  std::string many;
  for (size_t i = 0; i < kMaxFormFields; ++i) many += "k" + std::to_string(i) + "=&";
  EXPECT_EQ(parse_form(many)->size(), kMaxFormFields);
  EXPECT_FALSE(parse_form(many + "one=more"));
}

TEST(ClientBody, WhatCannotBeStoredIsReplaced) {
  EXPECT_EQ(storable("茶"), "茶");
  EXPECT_EQ(storable(std::string("a\0b\xFF茶\xE8\x8C", 9)), "a\uFFFDb\uFFFD茶\uFFFD\uFFFD");
}

}  // namespace
}  // namespace perennial::collect
