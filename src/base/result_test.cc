#include "base/result.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace perennial {
namespace {

Result<int> positive(int value) {
  if (value <= 0) return fail(Code::kInvalid, "must be positive", "value", "give 1 or more");
  return value;
}

Result<std::string> doubled(int value) {
  int checked = TRY(positive(value));
  return std::to_string(2 * checked);
}

Result<void> only_checks(int value) {
  TRY(positive(value));
  return {};
}

TEST(Result, TryYieldsTheValueOrPassesTheErrorUp) {
  EXPECT_EQ(*doubled(21), "42");
  EXPECT_TRUE(only_checks(1));
  auto failed = doubled(0);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kInvalid);
  EXPECT_FALSE(only_checks(-1));
}

TEST(Result, ErrorsReadAsOneLine) {
  EXPECT_EQ(positive(0).error().text(), "value: must be positive (give 1 or more)");
  Result<int> wrapped = fail_with("line 3", positive(0).error());
  EXPECT_EQ(wrapped.error().text(), "value: line 3: must be positive (give 1 or more)");
}

TEST(Result, EveryCodeHasAWordOfItsOwn) {
  std::vector<std::string_view> words;
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code)
    words.push_back(code_name(static_cast<Code>(code)));
  std::sort(words.begin(), words.end());
  EXPECT_EQ(std::unique(words.begin(), words.end()), words.end());
}

TEST(ResultDeathTest, ABrokenInvariantEndsTheProgramInReleaseBuildsToo) {
  EXPECT_DEATH(INVARIANT(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace perennial
