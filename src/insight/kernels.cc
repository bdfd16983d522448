#include "insight/scan.h"

namespace perennial::insight {
namespace {

struct CountActivity {
  std::vector<ActivityRow>& rows;
  void fresh(int period, PersonId) { ++rows[static_cast<size_t>(period)].new_customers; }
  void customer(int period, PersonId) { ++rows[static_cast<size_t>(period)].customers; }
  void repeat(int period, PersonId) { ++rows[static_cast<size_t>(period)].repeat_customers; }
};

struct CountRate {
  std::vector<RetentionRateRow>& rows;
  std::vector<int64_t> present_change;  // at each boundary
  void fresh(int period, PersonId) { ++rows[static_cast<size_t>(period)].new_customers; }
  void lost(int period, PersonId) { ++rows[static_cast<size_t>(period)].lost; }
  void won_back(int period, PersonId) { ++rows[static_cast<size_t>(period)].won_back; }
  void present(int first, int last, PersonId) {
    ++present_change[static_cast<size_t>(first)];
    --present_change[static_cast<size_t>(last) + 1];
  }
};

struct CountTriangle {
  std::vector<Cohort>& cohorts;
  void cell(int cohort, int later, PersonId) {
    ++cohorts[static_cast<size_t>(cohort)].cells[static_cast<size_t>(later)];
  }
};

template <class Row>
std::vector<Row> rows_for(std::span<const Span> periods) {
  std::vector<Row> rows(periods.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i].span = periods[i];
  return rows;
}

// What needs no person: orders, refunds and money.
void add_rows(const OrderBook& book, const PeriodIndex& periods, std::vector<ActivityRow>& rows) {
  for (size_t i = 0; i < book.rows(); ++i) {
    int period = periods.find(book.at_ms[i]);
    if (period < 0 || period == periods.size()) continue;
    ActivityRow& row = rows[static_cast<size_t>(period)];
    row.orders += !book.refund[i];
    row.refunds += book.refund[i];
    row.anonymous_orders += book.person[i] == 0 && !book.refund[i];
    row.revenue_minor += book.amount_minor[i];
  }
}

}  // namespace

std::optional<double> Rate::value() const {
  if (denominator == 0) return std::nullopt;
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

std::vector<ActivityRow> activity(const OrderBook& book, std::span<const Span> periods) {
  auto rows = rows_for<ActivityRow>(periods);
  if (rows.empty()) return rows;
  PeriodIndex index(periods);
  CountActivity count{rows};
  scan_activity(book, index, count);
  add_rows(book, index, rows);
  return rows;
}

std::vector<RetentionRateRow> retention_rate(const OrderBook& book, std::span<const Span> periods,
                                             int window_days) {
  auto rows = rows_for<RetentionRateRow>(periods);
  if (rows.empty()) return rows;
  CountRate count{rows, std::vector<int64_t>(rows.size() + 2)};
  scan_rate(book, PeriodIndex(periods), window_days * kDayMs, count);
  int64_t present = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].at_start = present += count.present_change[i];
    rows[i].at_end = present + count.present_change[i + 1];
  }
  return rows;
}

std::vector<Cohort> retention_triangle(const OrderBook& book, std::span<const Span> periods,
                                       Activity activity) {
  auto cohorts = rows_for<Cohort>(periods);
  if (cohorts.empty()) return cohorts;
  for (size_t i = 0; i < cohorts.size(); ++i) cohorts[i].cells.resize(cohorts.size() - i);
  CountTriangle count{cohorts};
  scan_triangle(book, PeriodIndex(periods), activity, count);
  return cohorts;
}

}  // namespace perennial::insight
