// Money is a count of minor units (cents, fen) of one currency; prices are read as exact decimals
// and never pass through floating point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace perennial {

// An exact decimal number: value × 10^-kScale.
struct Decimal {
  static constexpr int kScale = 6;
  int64_t scaled = 0;
  bool operator==(const Decimal&) const = default;
};

// "12", "-3.50", "1,234.5", " 7 "; at most 12 digits before the point and 6 after (more must be
// zeros). Fails with kInvalid, and names what was found.
Result<Decimal> parse_decimal(std::string_view text);

// ISO 4217: three upper-case letters. The digits of its minor unit: 2 for most, 0 for JPY, 3 for
// KWD.
bool is_currency(std::string_view code);
int minor_digits(std::string_view currency);

// quantity × price in minor units of `currency`, rounded half away from zero.
// Fails with kInvalid when the product does not fit.
Result<int64_t> amount_minor(Decimal quantity, Decimal price, std::string_view currency);
Result<int64_t> amount_minor(Decimal amount, std::string_view currency);

// "9747747.93": minor units as a plain decimal with the currency's digits.
std::string format_minor(int64_t minor, std::string_view currency);

}  // namespace perennial
