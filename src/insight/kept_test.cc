// What is kept of answers, so that their numbers can be opened.
#include <gtest/gtest.h>

#include "insight/questions.h"

namespace perennial::insight {
namespace {

class KeptTest : public testing::Test {
 protected:
  void keep(const std::string& id, uint64_t bytes) {
    kept_.keep("q" + id, "secret", {{"analysis", id}}, nullptr, bytes);
  }
  bool has(const std::string& id) {
    const std::string sealed = Asking::seal("q" + id, "secret", "0_0");
    const auto number = kept_.number(sealed);
    return number.has_value();
  }

  Instant now_ = *parse_instant("2026-03-01T00:00:00Z");
  Kept kept_{[this] { return now_; }, 'q', 4, 1'000};
};

TEST_F(KeptTest, TheOldestMakeRoomWhenThereAreTooMany) {
  for (const char* id : {"a", "b", "c", "d", "e"}) keep(id, 0);
  EXPECT_FALSE(has("a"));
  EXPECT_TRUE(has("b"));
  EXPECT_TRUE(has("e"));
  now_ += kKeptFor + std::chrono::seconds(1);
  EXPECT_FALSE(has("e"));
}

TEST_F(KeptTest, OnlyWhoTakesRoomMakesRoom) {
  keep("light", 0);
  keep("heavy", 700);
  keep("new", 600);
  EXPECT_TRUE(has("light"));
  EXPECT_FALSE(has("heavy"));
  EXPECT_TRUE(has("new"));
  keep("huge", 5'000);
  EXPECT_TRUE(has("light"));
  EXPECT_FALSE(has("new"));
  EXPECT_TRUE(has("huge")) << "whoever asked may open it";
}

}  // namespace
}  // namespace perennial::insight
