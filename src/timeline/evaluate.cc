// Conditions on the hits of one name in one bucket, as a byte for each hit.
#include <algorithm>
#include <cmath>

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
      std::vector<double> values(entry.hits);
      bucket.read_numbers(*numbers, 0, entry.hits, values.data());
      for (uint32_t i = 0; i < entry.hits; ++i) {
        if (!std::isnan(values[i]) && test.fits(values[i])) out[i] = 1;
      }
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
