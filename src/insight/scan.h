// One pass over the book for each question. A scan tells an Emit which person counts where; the
// kernels count what they are told and the sets collect it, so that a number and the list behind it
// cannot differ.
#pragma once

#include <algorithm>

#include "insight/insight.h"
#include "insight/periods.h"

namespace perennial::insight {

inline constexpr int64_t kDayMs = 86'400'000;

// Calls `each(first, last)` with the rows of every person, those of no person (0) left out.
template <class Each>
void for_each_person(const OrderBook& book, Each each) {
  size_t row = 0;
  while (row < book.rows() && book.person[row] == 0) ++row;
  while (row < book.rows()) {
    size_t first = row;
    while (row < book.rows() && book.person[row] == book.person[first]) ++row;
    each(first, row);
  }
}

// emit.customer(period, person), emit.fresh(…) for the first order ever, emit.repeat(…) for the
// second order of a period.
template <class Emit>
void scan_activity(const OrderBook& book, const PeriodIndex& periods, Emit& emit) {
  for_each_person(book, [&](size_t first, size_t last) {
    PersonId person = book.person[first];
    bool ordered = false;
    int current = -1, orders = 0;
    for (size_t row = first; row < last; ++row) {
      if (book.refund[row]) continue;
      int period = periods.find(book.at_ms[row]);
      if (period == periods.size()) break;
      bool fresh = !std::exchange(ordered, true);
      if (period < 0) continue;
      if (fresh) emit.fresh(period, person);
      if (period != current) {
        current = period;
        orders = 0;
        emit.customer(period, person);
      }
      if (++orders == 2) emit.repeat(period, person);
    }
  });
}

// Boundary i starts period i; boundary size() ends the last. An order makes its person a customer
// at the boundaries in (order, order + window]; neighbouring stretches join to runs.
// emit.fresh(period, person) for those who became customers at the end of a period and had their
// first order ever in it, emit.won_back(…) for the others who became customers, emit.lost(…) for
// those who were none any more at its end, and then emit.present(first boundary, last boundary,
// person) for the run.
template <class Emit>
void scan_rate(const OrderBook& book, const PeriodIndex& periods, int64_t window_ms, Emit& emit) {
  const int end = periods.size();
  for_each_person(book, [&](size_t first, size_t last) {
    PersonId person = book.person[first];
    bool ordered = false;
    int fresh_in = -1, run_first = 0, run_last = -2;  // no run: nothing joins to it
    auto finish = [&] {
      if (run_last < run_first) return;
      if (run_first > 0 && run_first - 1 == fresh_in) emit.fresh(run_first - 1, person);
      if (run_first > 0 && run_first - 1 != fresh_in) emit.won_back(run_first - 1, person);
      if (run_last < end) emit.lost(run_last, person);
      emit.present(run_first, run_last, person);
    };
    for (size_t row = first; row < last; ++row) {
      if (book.refund[row]) continue;
      int period = periods.find(book.at_ms[row]);
      if (period == end) break;
      if (!std::exchange(ordered, true)) fresh_in = period;
      int from = period + 1, to = periods.find(book.at_ms[row] + window_ms);
      if (to < from) continue;
      if (from > run_last + 1) {
        finish();
        run_first = from;
      }
      run_last = to;
    }
    finish();
  });
}

// emit.cell(cohort, periods later, person), once for each period in which the person was active.
template <class Emit>
void scan_triangle(const OrderBook& book, const PeriodIndex& periods, Activity activity,
                   Emit& emit) {
  const bool orders_only = activity == Activity::kOrder;
  for_each_person(book, [&](size_t first, size_t last) {
    int cohort = -1, current = -1;
    for (size_t row = first; row < last; ++row) {
      if (orders_only && book.refund[row]) continue;
      int period = periods.find(book.at_ms[row]);
      if (period < 0 || period == periods.size()) break;
      if (cohort < 0) cohort = period;
      if (period == current) continue;
      current = period;
      emit.cell(cohort, period - cohort, book.person[first]);
    }
  });
}

}  // namespace perennial::insight
