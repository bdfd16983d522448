// Signatures against the example that the libraries of Standard Webhooks are tested with.
#include "webhooks/signature.h"

#include <gtest/gtest.h>

namespace perennial::webhooks {
namespace {

TEST(Signature, IsThatOfTheLibraries) {
  EXPECT_EQ(signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                      1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, SecretsDifferByWebhookAndNumber) {
  const std::string one = secret_of("master", "whk_1", 1);
  EXPECT_EQ(one, secret_of("master", "whk_1", 1));
  EXPECT_EQ(one.size(), 6u + 44u) << "32 bytes in base 64";
  EXPECT_NE(one, secret_of("master", "whk_1", 2));
  EXPECT_NE(one, secret_of("master", "whk_2", 1));
  EXPECT_NE(one, secret_of("other", "whk_1", 1));
}

}  // namespace
}  // namespace perennial::webhooks
