#include "value/usual_gaps.h"

#include <algorithm>

namespace perennial::value {
namespace {

double days(int64_t ms) { return static_cast<double>(ms) / static_cast<double>(kDayMs); }

double median(std::vector<double>& values) {
  auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Rhythm rhythm_of(const OrderBook& book, PersonRows rows, int64_t at_ms) {
  Rhythm rhythm;
  int64_t day = 0;
  for (size_t row = rows.first; row < rows.last && book.at_ms[row] < at_ms; ++row) {
    if (book.refund[row]) continue;
    rhythm.last_ms = book.at_ms[row];
    if (rhythm.any && book.at_ms[row] - day < kDayMs) continue;
    if (rhythm.any) rhythm.gaps.push_back(days(book.at_ms[row] - day));
    day = book.at_ms[row];
    rhythm.any = true;
  }
  return rhythm;
}

UsualGaps usual_gaps(const OrderBook& book, Instant at, const Groups& groups) {
  std::vector<double> medians;
  std::vector<std::vector<double>> by_group(groups.names.size());
  const bool grouped = groups.names.size() > 1;
  for_each_person(book, to_millis(at), [&](PersonRows rows) {
    Rhythm rhythm = rhythm_of(book, rows, to_millis(at));
    if (rhythm.gaps.empty()) return;
    medians.push_back(median(rhythm.gaps));
    if (grouped) by_group[groups.group(rows.person)].push_back(medians.back());
  });
  UsualGaps gaps;
  if (!medians.empty()) gaps.of_all = median(medians);
  for (size_t g = 0; g < by_group.size(); ++g) {
    const bool enough = g > 0 && by_group[g].size() >= kLeastOfGroup;
    gaps.of_group.push_back(enough ? std::optional(median(by_group[g])) : std::nullopt);
  }
  return gaps;
}

double gap_of_all(const OrderBook& book, Instant at) { return usual_gaps(book, at).of_all; }

PriorGaps::PriorGaps(const StageRules& rules, const OrderBook& book, Instant at,
                     std::shared_ptr<const Groups> groups)
    : groups_(std::move(groups)) {
  if (rules.prior_gaps <= 0) return;
  gaps_ = groups_ ? usual_gaps(book, at, *groups_) : usual_gaps(book, at);
}

double PriorGaps::days_of(PersonId person) const {
  if (gaps_.of_group.size() <= 1) return gaps_.of_all;
  return gaps_.of_group[groups_->group(person)].value_or(gaps_.of_all);
}

std::string_view PriorGaps::group_of(PersonId person) const {
  if (gaps_.of_group.size() <= 1) return "";
  const uint16_t group = groups_->group(person);
  return gaps_.of_group[group] ? std::string_view(groups_->names[group]) : "";
}

}  // namespace perennial::value
