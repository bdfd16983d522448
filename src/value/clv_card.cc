// The card of a model: fitted on the first part, it forecasts the rest. The naive forecast beside
// it lets everybody go on at the own rate: repeats ÷ time seen.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "value/clv.h"
#include "value/interrupt.h"
#include "value/stages.h"

namespace perennial::value {
namespace {

constexpr int kMaxTrackedWeeks = 520;

double weeks_between(Instant from, Instant to) {
  return static_cast<double>(to_millis(to) - to_millis(from)) / kWeekMs;
}

Purchases4 four(const Fit& fit) {
  return {fit.parameters[0], fit.parameters[1], fit.parameters[2], fit.parameters[3]};
}

void add(CardRow& row, double expected, double actual) {
  ++row.people;
  row.expected += expected;
  row.actual += actual;
}
void average(std::vector<CardRow>& rows) {
  for (CardRow& row : rows) {
    if (row.people == 0) continue;
    row.expected /= static_cast<double>(row.people);
    row.actual /= static_cast<double>(row.people);
  }
}

// Which tenth by forecast each customer is in, from 0; equal forecasts in the order of the people.
std::vector<size_t> tenths(const std::vector<double>& expected) {
  std::vector<size_t> order(expected.size()), tenth(expected.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return expected[i]; });
  for (size_t k = 0; k < order.size(); ++k) tenth[order[k]] = k * kTenths / order.size();
  return tenth;
}

size_t row_of(const History& h) {
  return std::min(static_cast<size_t>(h.repeats), size_t{kPerRepeats - 1});
}

Customers people_of(const OrderBook& book, const Card& card) {
  return customers_for(book, card.split, card.model, card.opportunity_days);
}

std::vector<double> forecast(const Card& card, const Customers& people) {
  std::vector<double> expected;
  const Buying buying = card.buying();
  for (const History& h : people.history)
    expected.push_back(buying.expected(h, weeks_between(card.split, card.to)));
  return expected;
}

// Cumulative repeat purchases week by week. Expected ones by the age of each customer in days.
std::vector<Track> track(const OrderBook& book, const Customers& people, const Buying& buying,
                         Instant from, Instant to) {
  std::map<int64_t, int64_t> births;  // day since `from` → customers
  for (int64_t first : people.first_ms) ++births[(first - to_millis(from)) / kDayMs];
  const auto days = (to_millis(to) - to_millis(from)) / kDayMs;
  const int64_t weeks = std::min<int64_t>(days / 7, kMaxTrackedWeeks);
  std::vector<double> by_age(static_cast<size_t>(weeks * 7) + 1);
  for (size_t d = 0; d < by_age.size(); ++d) by_age[d] = buying.of_new(static_cast<double>(d) / 7);
  std::vector<Track> tracks;
  for (int64_t week = 1; week <= weeks; ++week) {
    const Instant end = from_millis(to_millis(from) + week * 7 * kDayMs);
    double expected = 0;
    for (const auto& [day, count] : births) {
      if (day >= week * 7) break;
      expected += static_cast<double>(count) * by_age[static_cast<size_t>(week * 7 - day)];
    }
    tracks.push_back({.week_end = end, .expected = expected});
  }
  auto bought = purchases_by_week(book, people, from, tracks.size());
  for (const auto& [day, count] : births) {
    if (day / 7 < weeks) bought[static_cast<size_t>(day / 7)] -= count;  // first ones
  }
  double actual = 0;
  for (size_t week = 0; week < tracks.size(); ++week) {
    actual += static_cast<double>(bought[week]);
    tracks[week].actual = actual;
  }
  return tracks;
}

std::vector<std::string> faults_of(const Card& card) {
  std::vector<std::string> faults;
  if (card.customers < static_cast<int64_t>(kMinCustomers)) faults.push_back("too_few_customers");
  if (weeks_between(card.split, card.to) < kMinHoldOutWeeks) faults.push_back("too_short");
  if (card.actual == 0) {
    faults.push_back("nothing_happened");
  } else if (std::abs(card.expected - card.actual) > kMostOff * card.actual) {
    faults.push_back("total_off");
  }
  if (card.error > card.naive_error) faults.push_back("worse_than_naive");
  return faults;
}

}  // namespace

std::optional<Instant> split_of(const OrderBook& book, Instant now) {
  const int64_t end = to_millis(now);
  int64_t first = end;
  for (size_t row = 0; row < book.rows(); ++row) {
    if (book.person[row] != 0 && !book.refund[row]) first = std::min(first, book.at_ms[row]);
  }
  const int64_t split = first + (end - first) / 3 * 2;
  if (split <= first || end - split < kDayMs) return std::nullopt;
  return from_millis(split);
}

Result<Card> back_test(const OrderBook& book, PurchaseModel model, Instant split, Instant to,
                       const std::stop_token& stop, int opportunity_days) {
  Card card{.model = model, .opportunity_days = opportunity_days, .split = split, .to = to};
  const Customers people = people_of(book, card);
  const Fit fit = TRY(fit_buying(model, opportunity_days, people, stop));
  TRY(unless_stopped(stop));
  const double ahead = weeks_between(split, to);
  const auto actual = purchases_between(book, people, split, to);

  card.customers = std::ssize(people.person);
  card.from = from_millis(*std::ranges::min_element(people.first_ms));
  card.parameters = four(fit);
  card.by_repeats.resize(kPerRepeats);
  card.calibration.resize(kTenths);
  const auto expected = forecast(card, people);
  const auto tenth = tenths(expected);
  for (size_t i = 0; i < people.size(); ++i) {
    const History& h = people.history[i];
    const double naive = h.seen > 0 ? h.repeats / h.seen * ahead : 0;
    card.expected += expected[i];
    card.actual += actual[i];
    card.error += std::abs(expected[i] - actual[i]);
    card.naive_error += std::abs(naive - actual[i]);
    add(card.by_repeats[row_of(h)], expected[i], actual[i]);
    add(card.calibration[tenth[i]], expected[i], actual[i]);
  }
  card.error /= static_cast<double>(people.size());
  card.naive_error /= static_cast<double>(people.size());
  average(card.by_repeats);
  average(card.calibration);
  card.tracking = track(book, people, card.buying(), card.from, to);
  card.faults = faults_of(card);
  return card;
}

std::vector<PersonId> people_by_repeats(const OrderBook& book, const Card& card, size_t row) {
  const Customers people = people_of(book, card);
  std::vector<PersonId> found;
  for (size_t i = 0; i < people.size(); ++i) {
    if (row_of(people.history[i]) == row) found.push_back(people.person[i]);
  }
  return found;
}

std::vector<PersonId> people_by_forecast(const OrderBook& book, const Card& card, size_t row) {
  const Customers people = people_of(book, card);
  const auto tenth = tenths(forecast(card, people));
  std::vector<PersonId> found;
  for (size_t i = 0; i < people.size(); ++i) {
    if (tenth[i] == row) found.push_back(people.person[i]);
  }
  return found;
}

}  // namespace perennial::value
