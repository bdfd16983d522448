// Recency is scored by the time of the last order, so that more is better in all three.
#include "value/rfm.h"

#include <algorithm>

namespace perennial::value {
namespace {

// Rows: recency 5 to 1; columns: the mean of frequency and monetary, rounded up, 1 to 5. Indices
// into kCells; README.md shows the table with names.
constexpr uint8_t kCellOf[5][5] = {
    {3, 2, 2, 0, 0},  // recency 5
    {4, 2, 2, 1, 0},  // 4
    {6, 5, 5, 1, 1},  // 3
    {9, 6, 7, 7, 7},  // 2
    {9, 9, 7, 8, 8},  // 1
};

}  // namespace

const std::array<std::string_view, 10> kCells = {
    "champions",      "loyal",          "potential_loyal", "new",         "promising",
    "need_attention", "about_to_sleep", "at_risk",         "cannot_lose", "hibernating"};

std::string_view cell_of(Rfm score) {
  INVARIANT(score.recency >= 1 && score.recency <= 5 && score.frequency >= 1 &&
            score.frequency <= 5 && score.monetary >= 1 && score.monetary <= 5);
  int mean = (score.frequency + score.monetary + 1) / 2;
  return kCells[kCellOf[5 - score.recency][mean - 1]];
}

Limits quintile_limits(std::vector<int64_t> values) {
  Limits limits{};
  if (values.empty()) return limits;
  std::ranges::sort(values);
  for (size_t fifths = 1; fifths <= limits.size(); ++fifths) {
    size_t rank = (values.size() * fifths + 4) / 5;  // so many must lie below
    // The first of equal values tells how many lie below them all.
    while (rank < values.size() && rank > 0 && values[rank] == values[rank - 1]) {
      rank = static_cast<size_t>(
          std::ranges::upper_bound(values.begin() + static_cast<std::ptrdiff_t>(rank), values.end(),
                                   values[rank]) -
          values.begin());
    }
    limits[fifths - 1] = rank < values.size() ? values[rank] : values.back() + 1;
  }
  return limits;
}

uint8_t score_of(int64_t value, const Limits& limits) {
  uint8_t score = 1;
  for (int64_t limit : limits) score += value >= limit;
  return score;
}

}  // namespace perennial::value
