#include <array>

#include "loyalty/coupons.h"

namespace perennial::loyalty {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRTVWXYZ";
constexpr int kModulus = 31;
static_assert(kAlphabet.size() == kModulus);
constexpr size_t kSymbols = 13;  // without the check symbol; weights 1 … 13

char check_symbol(std::string_view symbols) {
  int sum = 0, weight = 1;
  for (char symbol : symbols)
    sum = (sum + weight++ * static_cast<int>(kAlphabet.find(symbol))) % kModulus;
  return kAlphabet[static_cast<size_t>(sum)];
}

}  // namespace

std::string new_code() { return new_code(kSymbols); }

std::string new_code(size_t symbols) {
  // Identifiers are random symbols of 5 bits; the one that is not in the alphabet here is skipped.
  constexpr std::string_view kIdAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string code;
  while (code.size() < symbols) {
    for (char symbol : new_id("").substr(1)) {
      const size_t value = kIdAlphabet.find(symbol);
      INVARIANT(value != kIdAlphabet.npos);
      if (value < kModulus && code.size() < symbols) code += kAlphabet[value];
    }
  }
  return code + check_symbol(code);
}

std::string normal_code(std::string_view typed) {
  std::string normal;
  for (char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'S') c = '5';
    if (c == 'U') c = 'V';
    normal += c;
  }
  return normal;
}

bool has_valid_check(std::string_view normal) {
  if (normal.size() != kSymbols + 1) return false;
  if (normal.find_first_not_of(kAlphabet) != normal.npos) return false;
  return check_symbol(normal.substr(0, kSymbols)) == normal.back();
}

}  // namespace perennial::loyalty
