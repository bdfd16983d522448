#include "store/postgres_wire.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace perennial::store {
namespace {

constexpr int kBinary = 1;

template <class T>
void append_number(std::string& out, T number) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &number, sizeof(T));
  out.append(std::reverse_iterator(bytes + sizeof(T)), std::reverse_iterator(bytes));
}

template <class T>
T read_number(const char* bytes) {
  char reversed[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) reversed[i] = bytes[sizeof(T) - 1 - i];
  T number;
  std::memcpy(&number, reversed, sizeof(T));
  return number;
}

void append_value(std::string& out, const Value& value) {
  if (auto* integer = std::get_if<int64_t>(&value)) append_number(out, *integer);
  if (auto* real = std::get_if<double>(&value)) append_number(out, *real);
  if (auto* text = std::get_if<std::string>(&value)) out += *text;
  if (auto* bytes = std::get_if<Bytes>(&value)) {
    out.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  }
}

Oid array_of(Oid element) {
  switch (element) {
    case oid::kInt8:
      return oid::kInt8Array;
    case oid::kFloat8:
      return oid::kFloat8Array;
    case oid::kText:
      return oid::kTextArray;
    default:
      return oid::kByteaArray;
  }
}

// numeric: groups of four decimal digits, the first of weight 10000^weight.
Result<Value> decode_numeric(const char* bytes) {
  constexpr uint16_t kPositive = 0x0000, kNegative = 0x4000, kNan = 0xC000, kPlusInfinity = 0xD000;
  const int groups = read_number<int16_t>(bytes);
  const int weight = read_number<int16_t>(bytes + 2);
  const auto sign = read_number<uint16_t>(bytes + 4);
  const int fraction_digits = read_number<int16_t>(bytes + 6);
  if (sign == kNan) return std::nan("");
  if (sign != kPositive && sign != kNegative) return sign == kPlusInfinity ? HUGE_VAL : -HUGE_VAL;
  auto group = [&](int i) {
    return i >= 0 && i < groups ? read_number<int16_t>(bytes + 8 + 2 * i) : 0;
  };
  if (fraction_digits == 0) {
    __int128 whole = 0;
    for (int i = 0; i <= weight; ++i) {
      whole = whole * 10'000 + group(i);
      if (whole > (__int128{1} << 64)) break;
    }
    if (sign == kNegative) whole = -whole;
    if (whole > std::numeric_limits<int64_t>::max() ||
        whole < std::numeric_limits<int64_t>::min()) {
      return fail(Code::kInternal, "an integer of an answer does not fit into 64 bits");
    }
    return static_cast<int64_t>(whole);
  }
  std::string digits = sign == kNegative ? "-" : "";
  for (int i = 0; i < groups; ++i) {
    const std::string four = std::to_string(group(i));
    digits.append(4 - four.size(), '0').append(four);
  }
  if (groups == 0) digits += '0';
  digits += 'e' + std::to_string(4 * (weight + 1 - groups));
  double real = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), real);
  return real;
}

}  // namespace

Oid type_of(const Value& value) {
  constexpr Oid kTypes[] = {oid::kUnknown, oid::kInt8, oid::kFloat8, oid::kText, oid::kBytea};
  return kTypes[value.index()];
}

WireParameters::WireParameters(std::span<const Value> values) {
  for (const auto& value : values) {
    types_.push_back(type_of(value));
    null_.push_back(std::holds_alternative<std::monostate>(value));
    append_value(encoded_.emplace_back(), value);
  }
}

// Array: dimensions, whether it holds NULL, element type, length and lower bound; then each
// element's length (-1 for NULL) and bytes.
void WireParameters::add_array(std::span<const std::vector<Value>> rows, size_t column) {
  Oid element = oid::kUnknown;
  for (size_t i = 0; i < rows.size() && element == oid::kUnknown; ++i)
    element = type_of(rows[i][column]);
  INVARIANT(element != oid::kUnknown);
  std::string& out = encoded_.emplace_back();
  append_number(out, int32_t{1});
  append_number(out, int32_t{1});
  append_number(out, element);
  append_number(out, static_cast<int32_t>(rows.size()));
  append_number(out, int32_t{1});
  for (const auto& row : rows) {
    const Value& value = row[column];
    const size_t length_at = out.size();
    append_number(out, int32_t{-1});
    if (std::holds_alternative<std::monostate>(value)) continue;
    append_value(out, value);
    std::string length;
    append_number(length, static_cast<int32_t>(out.size() - length_at - sizeof(int32_t)));
    out.replace(length_at, sizeof(int32_t), length);
  }
  types_.push_back(array_of(element));
  null_.push_back(false);
}

const char* const* WireParameters::values() {
  pointers_.clear();
  for (size_t i = 0; i < encoded_.size(); ++i)
    pointers_.push_back(null_[i] ? nullptr : encoded_[i].data());
  return pointers_.data();
}

const int* WireParameters::lengths() {
  lengths_.clear();
  for (const auto& value : encoded_) lengths_.push_back(static_cast<int>(value.size()));
  return lengths_.data();
}

const int* WireParameters::formats() {
  formats_.assign(types_.size(), kBinary);
  return formats_.data();
}

Result<Value> decode(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return std::monostate{};
  const char* bytes = PQgetvalue(result, row, column);
  const auto size = static_cast<size_t>(PQgetlength(result, row, column));
  switch (PQftype(result, column)) {
    case oid::kInt8:
      return read_number<int64_t>(bytes);
    case oid::kInt4:
      return int64_t{read_number<int32_t>(bytes)};
    case oid::kInt2:
      return int64_t{read_number<int16_t>(bytes)};
    case oid::kBool:
      return int64_t{bytes[0] != 0};
    case oid::kFloat8:
      return read_number<double>(bytes);
    case oid::kFloat4:
      return double{read_number<float>(bytes)};
    case oid::kNumeric:
      return decode_numeric(bytes);
    case oid::kText:
    case oid::kVarchar:
    case oid::kBpchar:
    case oid::kName:
    case oid::kJson:
    case oid::kUnknownText:
      return std::string(bytes, size);
    case oid::kBytea: {
      auto* begin = reinterpret_cast<const std::byte*>(bytes);
      return Bytes(begin, begin + size);
    }
    default:
      return fail(Code::kInternal, "column " + std::to_string(column + 1) +
                                       " has the PostgreSQL type " +
                                       std::to_string(PQftype(result, column)) +
                                       ", which is not one of the shared dialect: cast it");
  }
}

}  // namespace perennial::store
