#include "base/money.h"

#include <gtest/gtest.h>

namespace perennial {
namespace {

TEST(ParseDecimal, ReadsExactNumbers) {
  struct Case {
    std::string_view text;
    int64_t scaled;
  };
  for (auto [text, scaled] : {Case{"12", 12'000'000},
                              {"-3.50", -3'500'000},
                              {" 7 ", 7'000'000},
                              {"+0.000001", 1},
                              {"1,234.5", 1'234'500'000},
                              {"1,234,567", 1'234'567'000'000},
                              {".5", 500'000},
                              {"5.", 5'000'000},
                              {"-0", 0},
                              {"2.5500000000", 2'550'000},
                              {"000000000000012", 12'000'000},
                              {"999999999999.999999", 999'999'999'999'999'999}}) {
    auto number = parse_decimal(text);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(number->scaled, scaled) << text;
  }
}

TEST(ParseDecimal, RefusesEverythingElse) {
  for (std::string_view text :
       {"", " ", "-", ".", "abc", "1e3", "1.2.3", "1,23", "12,34.5", ",123", "1,2345", "0.0000001",
        "1000000000000", "1 000", "１２", "NaN", "--1", "12x"}) {
    auto number = parse_decimal(text);
    EXPECT_FALSE(number) << text;
  }
  EXPECT_NE(parse_decimal("abc").error().message.find("\"abc\""), std::string::npos);
}

TEST(AmountMinor, RoundsHalfAwayFromZeroInTheCurrencysUnits) {
  auto amount = [](std::string_view quantity, std::string_view price, std::string_view currency) {
    return *amount_minor(*parse_decimal(quantity), *parse_decimal(price), currency);
  };
  EXPECT_EQ(amount("6", "2.55", "GBP"), 1530);
  EXPECT_EQ(amount("-6", "2.55", "GBP"), -1530);
  EXPECT_EQ(amount("1", "0.005", "GBP"), 1);
  EXPECT_EQ(amount("-1", "0.005", "GBP"), -1);
  EXPECT_EQ(amount("1", "0.004999", "GBP"), 0);
  EXPECT_EQ(amount("3", "100.5", "JPY"), 302);
  EXPECT_EQ(amount("1", "0.0005", "KWD"), 1);
  EXPECT_FALSE(amount_minor(*parse_decimal("999999999999"), *parse_decimal("999999999999"), "CNY"));
}

TEST(FormatMinor, ShowsTheCurrencysDigits) {
  EXPECT_EQ(format_minor(974774793, "GBP"), "9747747.93");
  EXPECT_EQ(format_minor(-5, "GBP"), "-0.05");
  EXPECT_EQ(format_minor(0, "CNY"), "0.00");
  EXPECT_EQ(format_minor(1234, "JPY"), "1234");
  EXPECT_EQ(format_minor(1, "KWD"), "0.001");
  EXPECT_EQ(format_minor(INT64_MIN, "JPY"), "-9223372036854775808");
}

TEST(IsCurrency, TakesThreeUpperCaseLetters) {
  EXPECT_TRUE(is_currency("CNY"));
  for (std::string_view bad : {"", "cny", "CN", "CNYX", "C1Y"})
    EXPECT_FALSE(is_currency(bad)) << bad;
}

}  // namespace
}  // namespace perennial
