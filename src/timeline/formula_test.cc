#include "timeline/formula.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace perennial::timeline {
namespace {

using Values = std::vector<std::optional<double>>;

std::optional<double> eval(std::string_view text, Values series) {
  Result<Formula> formula = Formula::parse(text, series.size());
  EXPECT_TRUE(formula) << formula.error().text();
  return formula ? formula->value(series) : std::nullopt;
}

std::string error_of(std::string_view text, size_t series = 2) {
  Result<Formula> formula = Formula::parse(text, series);
  if (formula) return "no error";
  EXPECT_EQ(formula.error().code, Code::kInvalid);
  EXPECT_EQ(formula.error().where, "formula");
  return formula.error().message;
}

TEST(Formula, CalculatesAsInSchool) {
  EXPECT_EQ(eval("A / B", {3, 4}), 0.75);
  EXPECT_EQ(eval("(A - B) / A", {4, 1}), 0.75);
  EXPECT_EQ(eval("A - B - 1", {10, 4}), 5);
  EXPECT_EQ(eval("A / B / 2", {12, 3}), 2);
  EXPECT_EQ(eval("1 + 2 * 3 - 4 / 8", {}), 6.5);
  EXPECT_EQ(eval("-(A + .5) * -2", {1.5}), 4);
  EXPECT_EQ(eval("- - A", {3}), 3);
  EXPECT_EQ(eval("\t100*A/(A+B) ", {1, 3}), 25);
  EXPECT_EQ(eval("((((A))))", {7}), 7);
}

TEST(Formula, HasNoValueWhereArithmeticHasNone) {
  EXPECT_EQ(eval("A / B", {1, 0}), std::nullopt);
  EXPECT_EQ(eval("A / B", {0, 0}), std::nullopt);
  EXPECT_EQ(eval("A / (B - B)", {1, 2}), std::nullopt);
  EXPECT_EQ(eval("A + B", {1, std::nullopt}), std::nullopt);
  EXPECT_EQ(eval("0 * B", {1, std::nullopt}), std::nullopt);
  EXPECT_EQ(eval("A * A", {1e200}), std::nullopt);
  EXPECT_EQ(eval("0 / A", {5}), 0);
  // A value that is missing in one point is missing in that point only.
  Formula formula = *Formula::parse("A / B", 2);
  std::vector<Values> series = {{1, 2, 3}, {2, 0, std::nullopt}};
  EXPECT_EQ(formula.values(series), (Values{0.5, std::nullopt, std::nullopt}));
}

TEST(Formula, SaysWhereItIsWrong) {
  EXPECT_EQ(error_of(""), "at character 1: expected a number, a series A to Z or (");
  EXPECT_EQ(error_of("A / "), "at character 5: expected a number, a series A to Z or (");
  EXPECT_EQ(error_of("A B"), "at character 3: expected + - * / or the end");
  EXPECT_EQ(error_of("A)"), "at character 2: there is no parenthesis to close");
  EXPECT_EQ(error_of("A * (A + B"), "at character 5: this parenthesis is never closed");
  EXPECT_EQ(error_of("(A 3)"), "at character 4: expected + - * / or )");
  EXPECT_EQ(error_of("A + C"), "at character 5: there is no series C");
  EXPECT_EQ(error_of("a"), "at character 1: expected a number, a series A to Z or (");
  EXPECT_EQ(error_of("A + ."), "at character 5: this is not a number");
  EXPECT_EQ(error_of("1.2.3"), "at character 4: expected + - * / or the end");
  EXPECT_EQ(error_of("A ÷ B"), "at character 3: expected + - * / or the end");
  EXPECT_EQ(error_of("A + (A ÷ B)"), "at character 8: expected + - * / or )");
  EXPECT_EQ(error_of("÷"), "at character 1: expected a number, a series A to Z or (");
  EXPECT_EQ(error_of(std::string(400, '9')), "at character 1: this is not a number");
}

TEST(Formula, HasLimits) {
  const std::string blanks(kMaxFormulaLength - 1, ' ');
  EXPECT_EQ(error_of(blanks + "A"), "no error");
  EXPECT_EQ(error_of(blanks + " A"), "a formula has at most 1000 characters");
  auto deep = [](int depth) {
    return std::string(static_cast<size_t>(depth), '(') + "A" +
           std::string(static_cast<size_t>(depth), ')');
  };
  EXPECT_EQ(error_of(deep(kMaxFormulaDepth)), "no error");
  EXPECT_EQ(error_of(deep(kMaxFormulaDepth + 1)), "at character 52: more than 50 parentheses deep");
  EXPECT_EQ(error_of(std::string(kMaxFormulaDepth, '-') + "A"), "no error");
  EXPECT_NE(error_of(std::string(kMaxFormulaDepth + 1, '-') + "A"), "no error");
  EXPECT_EQ(error_of("Z", 26), "no error");
  EXPECT_EQ(error_of("Z", 25), "at character 1: there is no series Z");
}

TEST(Formula, TellsWhichSeriesItReads) {
  Formula formula = *Formula::parse("A + C * 2", 3);
  EXPECT_TRUE(formula.uses(0));
  EXPECT_FALSE(formula.uses(1));
  EXPECT_TRUE(formula.uses(2));
}

}  // namespace
}  // namespace perennial::timeline
