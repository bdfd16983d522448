// Conditions on the hits of one name in one bucket, as a byte for each hit.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "timeline/plan.h"

namespace perennial::timeline {

bool CompiledTest::fits(double number) const {
  using Op = Test::Op;
  switch (op) {
    case Op::kIs:
      return std::ranges::find(numbers, number) != numbers.end();
    case Op::kLess:
      return number < numbers[0];
    case Op::kAtMost:
      return number <= numbers[0];
    case Op::kGreater:
      return number > numbers[0];
    case Op::kAtLeast:
      return number >= numbers[0];
    case Op::kBetween:
      return numbers[0] <= number && number < numbers[1];
    case Op::kIsSet:
      return true;
    default:
      return false;  // comparisons of texts
  }
}

namespace {

// Stored whole numbers that fit: [first, last].
template <class T>
struct Stored {
  int64_t first = int64_t{std::numeric_limits<T>::min()} + 1;  // the least one means none
  int64_t last = std::numeric_limits<T>::max();
};

// The first stored number that stands for `limit` or more (with `above`, for more).
template <class T>
int64_t first_reaching(double limit, bool above, double scale) {
  int64_t low = Stored<T>().first, high = Stored<T>().last + 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const double number = static_cast<double>(middle) / scale;
    if (above ? number > limit : number >= limit) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// Comparisons fit a stretch of numbers, whose ends are found once; the others say nothing.
template <class T>
std::optional<Stored<T>> stretch(const CompiledTest& test, double scale) {
  using Op = Test::Op;
  Stored<T> out;
  switch (test.op) {
    case Op::kLess:
    case Op::kAtMost:
      out.last = first_reaching<T>(test.numbers[0], test.op == Op::kAtMost, scale) - 1;
      return out;
    case Op::kGreater:
    case Op::kAtLeast:
      out.first = first_reaching<T>(test.numbers[0], test.op == Op::kGreater, scale);
      return out;
    case Op::kBetween:
      out.first = first_reaching<T>(test.numbers[0], false, scale);
      out.last = first_reaching<T>(test.numbers[1], false, scale) - 1;
      return out;
    case Op::kIsSet:
      return out;
    default:
      return std::nullopt;
  }
}

// False when the numbers have to be looked at one by one.
template <class T>
bool evaluate_stored(const CompiledTest& test, std::span<const T> values, double scale,
                     uint8_t* out) {
  const auto fits = stretch<T>(test, scale);
  if (!fits) return false;
  if (fits->first > fits->last) return true;
  const auto first = static_cast<T>(fits->first), last = static_cast<T>(fits->last);
  for (size_t i = 0; i < values.size(); ++i) {
    out[i] |= static_cast<uint8_t>((values[i] >= first) & (values[i] <= last));
  }
  return true;
}

void evaluate_numbers(const CompiledTest& test, BucketView bucket, const ColumnEntry& column,
                      std::vector<uint8_t>& out) {
  const size_t hits = out.size();
  if (column.kind == ColumnKind::kInt16) {
    if (evaluate_stored(test, bucket.stored<int16_t>(column, hits), 1, out.data())) return;
  } else if (column.kind == ColumnKind::kInt32 || column.kind == ColumnKind::kCents32) {
    const double scale = column.kind == ColumnKind::kCents32 ? 100 : 1;
    if (evaluate_stored(test, bucket.stored<int32_t>(column, hits), scale, out.data())) return;
  }
  std::vector<double> values(hits);
  bucket.read_numbers(column, 0, static_cast<uint32_t>(hits), values.data());
  for (size_t i = 0; i < hits; ++i) {
    if (!std::isnan(values[i]) && test.fits(values[i])) out[i] = 1;
  }
}

void evaluate_test(const CompiledTest& test, BucketView bucket, const NameEntry& entry,
                   std::vector<uint8_t>& out) {
  out.assign(entry.hits, 0);
  if (test.property) {
    if (const ColumnEntry* texts = bucket.find_column(entry, *test.property, true)) {
      std::vector<uint32_t> codes(entry.hits);
      bucket.read_codes(*texts, 0, entry.hits, codes.data());
      for (uint32_t i = 0; i < entry.hits; ++i) {
        out[i] = codes[i] != 0 && codes[i] < test.texts.size() ? test.texts[codes[i]] : 0;
      }
    }
    if (const ColumnEntry* numbers = bucket.find_column(entry, *test.property, false)) {
      evaluate_numbers(test, bucket, *numbers, out);
    }
  }
  if (!test.opposite) return;
  for (uint8_t& fit : out) fit ^= 1;
}

}  // namespace

void evaluate(const CompiledCondition& condition, BucketView bucket, const NameEntry& entry,
              std::vector<uint8_t>& out) {
  if (condition.kind == Condition::Kind::kTest) {
    return evaluate_test(condition.test, bucket, entry, out);
  }
  const bool all = condition.kind != Condition::Kind::kAny;
  out.assign(entry.hits, all ? 1 : 0);
  std::vector<uint8_t> part_fits;
  for (const CompiledCondition& part : condition.parts) {
    evaluate(part, bucket, entry, part_fits);
    for (uint32_t i = 0; i < entry.hits; ++i) {
      out[i] = all ? out[i] & part_fits[i] : out[i] | part_fits[i];
    }
  }
  if (condition.kind != Condition::Kind::kNot) return;
  for (uint8_t& fit : out) fit ^= 1;
}

}  // namespace perennial::timeline
