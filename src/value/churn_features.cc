// What the orders tell about a customer at an instant. Days, counts and amounts that exist for
// everyone with an order, so that no value is ever missing.
#include <algorithm>
#include <array>
#include <cmath>

#include "value/churn.h"

namespace perennial::value {
namespace {

// The rows of a person before `at`, summed up once for each feature asked.
struct Summary {
  double orders = 0, refunds = 0, paid = 0, given_back = 0;
  double first = 0, last = 0;                  // days before `at`
  double last_gap = 0, gaps = 0, longest = 0;  // days between orders
  std::array<double, 3> within{};              // orders in the last 30, 90 and 180 days
  double paid_90 = 0, earlier_90 = 0;          // orders 90 to 180 days ago are the rest
};
Summary summary_of(const OrderBook& book, PersonRows rows, Instant at) {
  Summary s;
  const auto now = static_cast<double>(to_millis(at));
  double before = -1;
  for (size_t row = rows.first; row < rows.last; ++row) {
    if (book.at_ms[row] >= to_millis(at)) break;
    const double age = (now - static_cast<double>(book.at_ms[row])) / static_cast<double>(kDayMs);
    const auto amount = static_cast<double>(book.amount_minor[row]);
    if (book.refund[row]) {
      ++s.refunds;
      s.given_back -= amount;
      continue;
    }
    if (s.orders++ == 0) s.first = age;
    s.last = age;
    s.paid += amount;
    if (before >= 0 && before - age >= 1) {
      s.last_gap = before - age;
      s.longest = std::max(s.longest, s.last_gap);
      ++s.gaps;
    }
    before = age;
    s.within[0] += age < 30;
    s.within[1] += age < 90;
    s.within[2] += age < 180;
    if (age < 90) s.paid_90 += amount;
    if (age >= 90 && age < 180) ++s.earlier_90;
  }
  return s;
}

double gap_of(const Summary& s) { return s.gaps > 0 ? (s.first - s.last) / s.gaps : s.first; }

template <double (*Of)(const Summary&)>
double feature(const OrderBook& book, PersonRows rows, Instant at) {
  return Of(summary_of(book, rows, at));
}

double days_since_last(const Summary& s) { return s.last; }
double days_since_first(const Summary& s) { return s.first; }
double orders(const Summary& s) { return s.orders; }
double orders_30(const Summary& s) { return s.within[0]; }
double orders_90(const Summary& s) { return s.within[1]; }
double orders_trend(const Summary& s) { return s.within[1] - s.earlier_90; }
double usual_gap(const Summary& s) { return gap_of(s); }
double gap_stretch(const Summary& s) { return std::min(20.0, s.last / std::max(1.0, gap_of(s))); }
double last_gap(const Summary& s) { return s.last_gap; }
double mean_amount(const Summary& s) { return std::log1p(std::max(0.0, s.paid / s.orders)); }
double paid_90(const Summary& s) { return std::log1p(std::max(0.0, s.paid_90)); }
double paid_all(const Summary& s) { return std::log1p(std::max(0.0, s.paid - s.given_back)); }
double refunds(const Summary& s) { return s.refunds; }
double refund_share(const Summary& s) {
  return s.paid > 0 ? std::clamp(s.given_back / s.paid, 0.0, 2.0) : 0;
}

}  // namespace

std::span<const Feature> churn_features() {
  static const std::array<Feature, 14> kFeatures = {{
      {"days_since_last", feature<days_since_last>},
      {"days_since_first", feature<days_since_first>},
      {"orders", feature<orders>},
      {"orders_30", feature<orders_30>},
      {"orders_90", feature<orders_90>},
      {"orders_trend", feature<orders_trend>},
      {"usual_gap", feature<usual_gap>},
      {"gap_stretch", feature<gap_stretch>},
      {"last_gap", feature<last_gap>},
      {"mean_amount", feature<mean_amount>},
      {"paid_90", feature<paid_90>},
      {"paid_all", feature<paid_all>},
      {"refunds", feature<refunds>},
      {"refund_share", feature<refund_share>},
  }};
  return kFeatures;
}

Asked people_asked(const OrderBook& book, Instant at, int horizon_days,
                   std::span<const Feature> features) {
  Asked asked;
  for (const Feature& f : features) asked.table.columns.emplace_back(f.name);
  const int64_t since = to_millis(at) - 2 * horizon_days * kDayMs;
  for_each_person(book, INT64_MAX, [&](PersonRows rows) {
    bool recent = false;
    for (size_t row = rows.first; row < rows.last && book.at_ms[row] < to_millis(at); ++row)
      recent |= !book.refund[row] && book.at_ms[row] >= since;
    if (!recent) return;
    asked.person.push_back(rows.person);
    for (const Feature& f : features)
      asked.table.values.push_back(static_cast<float>(f.value(book, rows, at)));
  });
  return asked;
}

Asked labelled(const OrderBook& book, Instant at, int horizon_days,
               std::span<const Feature> features) {
  Asked asked = people_asked(book, at, horizon_days, features);
  const int64_t begin = to_millis(at), end = begin + horizon_days * kDayMs;
  size_t next = 0;
  for_each_person(book, INT64_MAX, [&](PersonRows rows) {
    if (next == asked.person.size() || asked.person[next] != rows.person) return;
    ++next;
    bool ordered = false;
    for (size_t row = rows.first; row < rows.last; ++row)
      ordered |= !book.refund[row] && book.at_ms[row] >= begin && book.at_ms[row] < end;
    asked.table.label.push_back(!ordered);
  });
  return asked;
}

std::vector<std::string> columns_that_tell_all(const Table& table) {
  std::vector<std::string> found;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const auto auc = auc_of(table.column(c), table.label);
    if (auc && std::max(*auc, 1 - *auc) >= kLeakAuc) found.push_back(table.columns[c]);
  }
  return found;
}

std::vector<std::string> find_leaks(const OrderBook& book, Instant at, int horizon_days,
                                    std::span<const Feature> features) {
  OrderBook before;
  for (size_t row = 0; row < book.rows(); ++row) {
    if (book.at_ms[row] >= to_millis(at)) continue;
    before.person.push_back(book.person[row]);
    before.at_ms.push_back(book.at_ms[row]);
    before.amount_minor.push_back(book.amount_minor[row]);
    before.refund.push_back(book.refund[row]);
  }
  const Asked all = labelled(book, at, horizon_days, features);
  const Asked then = people_asked(before, at, horizon_days, features);
  std::vector<std::string> leaks = columns_that_tell_all(all.table);
  for (size_t c = 0; c < features.size(); ++c) {
    if (all.table.column(c) != then.table.column(c) &&
        std::ranges::find(leaks, features[c].name) == leaks.end())
      leaks.emplace_back(features[c].name);
  }
  return leaks;
}

OrderFeatures order_features(const OrderBook& book, std::span<const PersonId> people, Instant at) {
  const auto features = churn_features();
  OrderFeatures found;
  for (const Feature& feature : features) found.columns.emplace_back(feature.name);
  found.columns.emplace_back("has_ordered");
  const size_t width = found.columns.size();
  found.values.assign(people.size() * width, 0);
  size_t next = 0;
  for_each_person(book, to_millis(at), [&](PersonRows rows) {
    while (next < people.size() && people[next] < rows.person) ++next;
    if (next == people.size() || people[next] != rows.person) return;
    bool ordered = false;
    for (size_t row = rows.first; row < rows.last; ++row)
      ordered |= !book.refund[row] && book.at_ms[row] < to_millis(at);
    if (!ordered) return;
    for (size_t c = 0; c < features.size(); ++c)
      found.values[next * width + c] = features[c].value(book, rows, at);
    found.values[next * width + width - 1] = 1;
  });
  return found;
}

}  // namespace perennial::value
