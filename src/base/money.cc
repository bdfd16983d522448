#include "base/money.h"

#include <array>
#include <cstdlib>

#include "base/text.h"

namespace perennial {
namespace {

constexpr int kMaxWholeDigits = 12;

constexpr std::array<int64_t, 7> kPowersOfTen = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Result<int64_t> narrow(__int128 value) {
  if (value > INT64_MAX || value < INT64_MIN) {
    return fail(Code::kInvalid, "the amount is too large to be counted in minor units");
  }
  return static_cast<int64_t>(value);
}

// value / divisor, rounded half away from zero.
__int128 divide_rounded(__int128 value, __int128 divisor) {
  __int128 half = divisor / 2;
  return value >= 0 ? (value + half) / divisor : -((-value + half) / divisor);
}

__int128 power_of_ten(int exponent) {
  __int128 result = 1;
  while (exponent-- > 0) result *= 10;
  return result;
}

}  // namespace

Result<Decimal> parse_decimal(std::string_view text) {
  std::string_view rest = trim(text);
  auto refuse = [&](std::string why) {
    return fail(Code::kInvalid, why + ", found \"" + std::string(cut_text(text, 40)) + "\"");
  };
  bool negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  int64_t whole = 0;
  int whole_digits = 0;
  int since_comma = -1;  // digits after the last thousands separator
  size_t i = 0;
  for (; i < rest.size() && rest[i] != '.'; ++i) {
    if (rest[i] == ',' && whole_digits > 0 && (since_comma < 0 || since_comma == 3)) {
      since_comma = 0;
      continue;
    }
    if (!is_digit(rest[i])) return refuse("expected a number");
    whole = whole * 10 + (rest[i] - '0');
    if (whole != 0)
      ++whole_digits;
    else
      whole_digits = std::max(whole_digits, 1);
    if (since_comma >= 0) ++since_comma;
    if (whole_digits > kMaxWholeDigits)
      return refuse("expected at most 12 digits before the point");
  }
  if (since_comma >= 0 && since_comma != 3) return refuse("expected groups of three digits");
  int64_t fraction = 0;
  int fraction_digits = 0;
  if (i < rest.size()) {
    for (++i; i < rest.size(); ++i) {
      if (!is_digit(rest[i])) return refuse("expected a number");
      if (fraction_digits < Decimal::kScale) {
        fraction = fraction * 10 + (rest[i] - '0');
      } else if (rest[i] != '0') {
        return refuse("expected at most 6 digits after the point");
      }
      ++fraction_digits;
    }
  }
  if (whole_digits == 0 && fraction_digits == 0) return refuse("expected a number");
  for (int digits = fraction_digits; digits < Decimal::kScale; ++digits) fraction *= 10;
  int64_t scaled = whole * kPowersOfTen[Decimal::kScale] + fraction;
  return Decimal{negative ? -scaled : scaled};
}

bool is_currency(std::string_view code) {
  if (code.size() != 3) return false;
  for (char c : code) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

int minor_digits(std::string_view currency) {
  for (std::string_view none : {"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "XPF", "UGX"}) {
    if (currency == none) return 0;
  }
  for (std::string_view three : {"KWD", "BHD", "JOD", "OMR", "TND", "IQD", "LYD"}) {
    if (currency == three) return 3;
  }
  return 2;
}

Result<int64_t> amount_minor(Decimal quantity, Decimal price, std::string_view currency) {
  __int128 product = static_cast<__int128>(quantity.scaled) * price.scaled;
  return narrow(
      divide_rounded(product, power_of_ten(2 * Decimal::kScale - minor_digits(currency))));
}

Result<int64_t> amount_minor(Decimal amount, std::string_view currency) {
  return narrow(
      divide_rounded(amount.scaled, power_of_ten(Decimal::kScale - minor_digits(currency))));
}

std::string format_minor(int64_t minor, std::string_view currency) {
  int digits = minor_digits(currency);
  uint64_t magnitude = minor < 0 ? 0 - static_cast<uint64_t>(minor) : static_cast<uint64_t>(minor);
  std::string text = std::to_string(magnitude);
  if (digits > 0) {
    if (text.size() <= static_cast<size_t>(digits)) text.insert(0, digits + 1 - text.size(), '0');
    text.insert(text.size() - digits, 1, '.');
  }
  return minor < 0 ? "-" + text : text;
}

}  // namespace perennial
