#include "base/signed_token.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace perennial {
namespace {

TEST(SignedToken, SaysWhatWasSignedForItsPurposeAlone) {
  const std::vector<std::string> payloads = {"shop 42", "", "客户 7", std::string("a\0b", 3)};
  for (const std::string& payload : payloads) {
    const std::string token = sign_token("member", payload, "secret");
    EXPECT_EQ(read_token("member", token, "secret"), payload);
    EXPECT_FALSE(read_token("unsubscribe", token, "secret"));
    EXPECT_FALSE(read_token("member", token, "other"));
    EXPECT_FALSE(read_token("member", token + "A", "secret"));
    EXPECT_FALSE(read_token("member", "A" + token, "secret"));
  }
  EXPECT_FALSE(read_token("member", "", "secret"));
  EXPECT_FALSE(read_token("member", "no dot", "secret"));
}

TEST(SignedToken, IsReadUpToItsLimit) {
  // A signature takes 43 characters and the dot one; three bytes of a payload take four.
  const std::string longest(kMaxSignedToken * 3 / 4 - 33, 'x');
  const std::string token = sign_token("member", longest, "secret");
  ASSERT_EQ(token.size(), kMaxSignedToken);
  EXPECT_EQ(read_token("member", token, "secret"), longest);
  EXPECT_FALSE(read_token("member", sign_token("member", longest + "x", "secret"), "secret"));
}

}  // namespace
}  // namespace perennial
