#include "people/identifier.h"

#include <random>

#include <gtest/gtest.h>

#include "people/people.h"

namespace perennial::people {
namespace {

using enum IdentifierKind;

TEST(Identifier, PhonesBecomeE164) {
  EXPECT_EQ(normal_identifier(kPhone, "138 1234 5678", "CN"), "+8613812345678");
  EXPECT_EQ(normal_identifier(kPhone, "+86 138-1234-5678", "US"), "+8613812345678");
  EXPECT_EQ(normal_identifier(kPhone, "０１３８１２３４５６７８", "CN"), "+8613812345678");
  EXPECT_EQ(normal_identifier(kPhone, "(202) 456-1414", "US"), "+12024561414");
  EXPECT_EQ(normal_identifier(kPhone, "2123 4567", "HK"), "+85221234567");
  EXPECT_EQ(normal_identifier(kPhone, "12345", "CN"), "");
  EXPECT_EQ(normal_identifier(kPhone, "not a number", "CN"), "");
  EXPECT_EQ(normal_identifier(kPhone, "138 1234 5678", "ZZ"), "") << "whose country?";
}

TEST(Identifier, TheShortcutForPhonesAgreesWithTheLibrary) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 3'000; ++i) {
    std::string digits = "1";
    const size_t length = random() % 10 == 0 ? 10 : 11;
    while (digits.size() < length) digits += static_cast<char>('0' + random() % 10);
    EXPECT_EQ(e164(digits, "CN"), e164_by_library(digits, "CN")) << digits;
  }
}

TEST(Identifier, EmailDomainsAreLowerCaseAndTextIsComposed) {
  EXPECT_EQ(normal_identifier(kEmail, " Ann.Lee@Example.ORG ", "CN"), "Ann.Lee@example.org");
  EXPECT_EQ(normal_identifier(kEmail, "e\u0301@\u00C9cole.fr", ""), "\u00E9@\u00E9cole.fr");
  for (const char* bad : {"", "@", "a@", "@b.c", "a@b", "a b@c.d", "a@b@c.d", "a@.c", "a@b."}) {
    EXPECT_EQ(normal_identifier(kEmail, bad, ""), "") << bad;
  }
  EXPECT_EQ(normal_text(" e\u0301 "), "\u00E9");
  EXPECT_EQ(normal_text("用户"), "用户");
}

TEST(Identifier, LimitIsInBytes) {
  const std::string most(kMaxIdentifierText, 'x');
  EXPECT_EQ(normal_identifier(kOpenid, most, ""), most);
  EXPECT_EQ(normal_identifier(kOpenid, most + "x", ""), "");
}

TEST(Identifier, JunkIsKnown) {
  for (const char* junk : {"test@test.com", "Test@Test.com", "null@shop.cn", "none@none.com"}) {
    EXPECT_TRUE(is_junk_identifier(kEmail, normal_identifier(kEmail, junk, ""))) << junk;
  }
  EXPECT_TRUE(is_junk_identifier(kPhone, "+8613800138000"));
  EXPECT_TRUE(is_junk_identifier(kPhone, "+8613888888888"));
  EXPECT_TRUE(is_junk_identifier(kOpenid, "undefined"));
  EXPECT_FALSE(is_junk_identifier(kPhone, "+8613812345678"));
  EXPECT_FALSE(is_junk_identifier(kEmail, "tester@test.com"));
}

TEST(Identifier, RulesAndNames) {
  EXPECT_EQ(identifier_of_trait("phone"), kPhone);
  EXPECT_EQ(identifier_of_trait("unionid"), kUnionid);
  EXPECT_EQ(identifier_of_trait("name"), std::nullopt);
  EXPECT_EQ(rule_of(kDevice), IdentifierRule::kNeverJoins);
  EXPECT_EQ(rule_of(kPhone), IdentifierRule::kUnique);
  EXPECT_EQ(region_of_zone("Asia/Shanghai"), "CN");
  EXPECT_EQ(region_of_zone("Asia/Hong_Kong"), "HK");
  EXPECT_EQ(region_of_zone("UTC"), "ZZ");
}

}  // namespace
}  // namespace perennial::people
