// Back-test card and scores on CDNOW, by hand, and on tables that say nothing.
#include "value/clv.h"

#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "insight/testing.h"
#include "value/cdnow_testing.h"
#include "value/stages.h"

namespace perennial::value {
namespace {

const Instant kSplit = *parse_instant("1997-10-01T00:00:00Z");
const Instant kEnd = *parse_instant("1998-07-01T00:00:00Z");

// The CDNOW sample as an order book.
const OrderBook& cdnow_book() {
  static const OrderBook book = [] {
    OrderBook b;
    std::ifstream file(cdnow_file("CDNOW_sample.txt"));
    int master = 0, customer = 0, day = 0, discs = 0;
    double dollars = 0;
    while (file >> master >> customer >> day >> discs >> dollars) {
      std::string date = std::to_string(day);
      date = date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6);
      b.person.push_back(customer);
      b.at_ms.push_back(to_millis(*parse_instant(date)));
      b.amount_minor.push_back(std::llround(100 * dollars));
      b.refund.push_back(0);
    }
    return b;
  }();
  return book;
}

OrderBook book_of(const std::vector<std::tuple<PersonId, double, int64_t>>& rows) {
  OrderBook b;
  for (const auto& [person, day, amount] : rows) {
    b.person.push_back(person);
    b.at_ms.push_back(to_millis(kSplit) + static_cast<int64_t>(day * kDayMs));
    b.amount_minor.push_back(amount);
    b.refund.push_back(amount < 0);
  }
  return b;
}

TEST(Customers, AreThoseOfThePublishedSummary) {
  // The published table ends its weeks a day earlier than the columns of midnight: 1997-09-30.
  auto people = customers_at(cdnow_book(), *parse_instant("1997-09-30T00:00:00.001Z"));
  auto published = cdnow_histories();
  ASSERT_EQ(people.size(), published.size());
  for (size_t i = 0; i < people.size(); ++i) {
    EXPECT_EQ(people.history[i].repeats, published[i].repeats) << i;
    EXPECT_NEAR(people.history[i].last, published[i].last, 0.006) << i;
    EXPECT_NEAR(people.history[i].seen, published[i].seen, 0.006) << i;
  }
}

TEST(Customers, ByHand) {
  auto book = book_of({{1, -20, 1'000},
                       {1, -19.5, 500},
                       {1, -6, 300},
                       {1, -5, -100},
                       {2, -3, -50},
                       {3, -1, 700},
                       {4, 0, 900}});
  auto people = customers_at(book, kSplit);
  ASSERT_EQ(people.person, (std::vector<PersonId>{1, 3}));  // refunds alone and later orders do not
  EXPECT_EQ(people.history[0], (History{1, 2, 20.0 / 7}));
  EXPECT_DOUBLE_EQ(people.mean_minor[0], 850);
  EXPECT_EQ(people.history[1], (History{0, 0, 1.0 / 7}));
  EXPECT_EQ(purchases_between(book, people, kSplit, kEnd), (std::vector<int>{0, 0}));
  EXPECT_EQ(purchases_between(book, people, from_millis(0), kEnd), (std::vector<int>{2, 1}));
}

// The published split: calibration to 1997-09-30, then 39 weeks. Expected numbers were worked out
// apart from this program: equation 10 of Fader, Hardie & Lee (2005), "Counting Your Customers" the
// Easy Way, with the parameters printed there and the hypergeometric series summed term by term.
TEST(Card, OfBgNbdOnCdnow) {
  const Instant split = *parse_instant("1997-09-30T00:00:00.001Z");
  const Instant to = *parse_instant("1998-06-30T00:00:00.001Z");
  auto card = back_test(cdnow_book(), PurchaseModel::kBgNbd, split, to);
  ASSERT_TRUE(card);
  EXPECT_EQ(card->customers, 2357);
  EXPECT_EQ(card->actual, 1882);
  EXPECT_NEAR(card->expected, 1653.42, 1.0);
  const std::array<std::pair<int64_t, double>, kPerRepeats> rows = {{{1411, 0.22509},
                                                                     {439, 0.52312},
                                                                     {214, 1.04414},
                                                                     {100, 1.52026},
                                                                     {62, 2.16390},
                                                                     {38, 2.65391},
                                                                     {29, 3.50409},
                                                                     {64, 6.15741}}};
  for (size_t repeats = 0; repeats < rows.size(); ++repeats) {
    EXPECT_EQ(card->by_repeats[repeats].people, rows[repeats].first) << repeats;
    EXPECT_NEAR(card->by_repeats[repeats].expected, rows[repeats].second, 0.002) << repeats;
  }
  EXPECT_LT(card->error, card->naive_error);
  EXPECT_TRUE(card->passed());
}

// The mean absolute error again, customer by customer.
TEST(Card, ErrorsByHand) {
  const auto card = back_test(cdnow_book(), PurchaseModel::kBgNbd, kSplit, kEnd);
  ASSERT_TRUE(card);
  const Customers people = customers_at(cdnow_book(), kSplit);
  const double ahead = static_cast<double>(to_millis(kEnd) - to_millis(kSplit)) / (7 * kDayMs);
  double error = 0, naive = 0;
  for (size_t i = 0; i < people.size(); ++i) {
    std::set<int64_t> days;  // purchases of one day are one
    for (size_t row = 0; row < cdnow_book().rows(); ++row) {
      const int64_t at = cdnow_book().at_ms[row];
      if (cdnow_book().person[row] == people.person[i] && at >= to_millis(kSplit) &&
          at < to_millis(kEnd))
        days.insert(at / kDayMs);
    }
    const History& h = people.history[i];
    const auto bought = static_cast<double>(days.size());
    error += std::abs(expected_purchases(card->model, card->parameters, h, ahead) - bought);
    naive += std::abs(h.repeats / h.seen * ahead - bought);
  }
  const auto n = static_cast<double>(people.size());
  EXPECT_NEAR(card->error, error / n, 1e-9);
  EXPECT_NEAR(card->naive_error, naive / n, 1e-9);
}

TEST(Card, RowsAndTenthsAreTheSameCustomers) {
  auto card = back_test(cdnow_book(), PurchaseModel::kBgNbd, kSplit, kEnd);
  ASSERT_TRUE(card);
  for (const auto& rows : {card->by_repeats, card->calibration}) {
    double expected = 0, actual = 0;
    int64_t people = 0;
    for (const CardRow& row : rows) {
      people += row.people;
      expected += row.expected * static_cast<double>(row.people);
      actual += row.actual * static_cast<double>(row.people);
    }
    EXPECT_EQ(people, card->customers);
    EXPECT_NEAR(expected, card->expected, 1e-6);
    EXPECT_NEAR(actual, card->actual, 1e-6);
  }
  for (size_t i = 1; i < card->calibration.size(); ++i)
    EXPECT_GE(card->calibration[i].expected, card->calibration[i - 1].expected);
  for (size_t row = 0; row < kPerRepeats; ++row)
    EXPECT_EQ(std::ssize(people_by_repeats(cdnow_book(), *card, row)),
              card->by_repeats[row].people);
  for (size_t row = 0; row < kTenths; ++row)
    EXPECT_EQ(std::ssize(people_by_forecast(cdnow_book(), *card, row)),
              card->calibration[row].people);
}

TEST(Card, TracksTheWeeks) {
  auto card = back_test(cdnow_book(), PurchaseModel::kParetoNbd, kSplit, kEnd);
  ASSERT_TRUE(card);
  ASSERT_EQ(card->tracking.size(), 78u);
  // By another way: repeats of everybody at the last week's end, one by one.
  const Track& last = card->tracking.back();
  double repeats = 0, expected = 0;
  auto then = customers_at(cdnow_book(), last.week_end);
  for (size_t i = 0; i < then.size(); ++i) {
    repeats += then.history[i].repeats;
    expected += expected_of_new(PurchaseModel::kParetoNbd, card->parameters,
                                std::ceil(then.history[i].seen * 7 - 1e-9) / 7);
  }
  EXPECT_EQ(last.actual, repeats);
  EXPECT_NEAR(last.expected, expected, 1e-6 * expected);
  for (size_t i = 1; i < card->tracking.size(); ++i) {
    EXPECT_GE(card->tracking[i].actual, card->tracking[i - 1].actual);
    EXPECT_GE(card->tracking[i].expected, card->tracking[i - 1].expected);
  }
}

TEST(Card, SaysWhatIsWrong) {
  // Ten customers, nobody comes back.
  std::vector<std::tuple<PersonId, double, int64_t>> rows;
  for (PersonId person = 1; person <= 10; ++person)
    rows.push_back({person, -100.0 - double(person), 100});
  auto card = back_test(book_of(rows), PurchaseModel::kBgNbd, kSplit,
                        from_millis(to_millis(kSplit) + 10 * kDayMs));
  ASSERT_TRUE(card);
  EXPECT_EQ(card->faults, (std::vector<std::string>{"too_few_customers", "too_short",
                                                    "nothing_happened", "worse_than_naive"}));
  EXPECT_FALSE(back_test(book_of({}), PurchaseModel::kBgNbd, kSplit, kEnd));
  EXPECT_FALSE(back_test(book_of({{1, 5, 100}}), PurchaseModel::kBgNbd, kSplit, kEnd));
  EXPECT_FALSE(split_of(book_of({}), kEnd));
  EXPECT_FALSE(split_of(book_of({{1, 0, 100}}), kSplit));
}

// Everyone jumps: bought rarely before the split, and much after it.
TEST(Card, AForecastThatIsOffIsNotUsed) {
  std::vector<std::tuple<PersonId, double, int64_t>> rows;
  for (PersonId person = 1; person <= 100; ++person) {
    rows.push_back({person, -200 - static_cast<double>(person % 20), 100});
    if (person % 4 == 0) rows.push_back({person, -100, 100});
    for (int week = 0; week < 20; ++week) rows.push_back({person, 7.0 * week, 100});
  }
  auto card = back_test(book_of(rows), PurchaseModel::kBgNbd, kSplit, kEnd);
  ASSERT_TRUE(card);
  ASSERT_FALSE(card->passed());
  EXPECT_EQ(card->faults.front(), "total_off");
}

TEST(Clv, TrainsAndScoresCdnow) {
  auto model = train_clv(cdnow_book(), kSplit, {}, kEnd);
  ASSERT_TRUE(model);
  EXPECT_TRUE(model->faults().empty());
  EXPECT_EQ(model->compared.size(), 2u);
  for (const Card& other : model->compared) EXPECT_GE(other.error, model->card->error);
  auto customers = customers_at(cdnow_book(), kSplit);
  auto scores = score_clv(*model, customers);
  ASSERT_EQ(scores.person.size(), 2357u);
  // Month by month with the plain functions, for some of them.
  const Purchases4 p = {model->purchases.parameters[0], model->purchases.parameters[1],
                        model->purchases.parameters[2], model->purchases.parameters[3]};
  for (size_t i = 0; i < customers.size(); i += 101) {
    double value = 0;
    for (int month = 1; month <= 12; ++month) {
      const double bought =
          expected_purchases(model->model, p, customers.history[i], month * kWeeksOfMonth) -
          expected_purchases(model->model, p, customers.history[i], (month - 1) * kWeeksOfMonth);
      value += bought * std::pow(1.1, -(month - 0.5) / 12);
    }
    EXPECT_NEAR(scores.score[i].value_minor, value * scores.score[i].spend_minor,
                1e-6 * (1 + scores.score[i].value_minor));
    EXPECT_EQ(scores.find(customers.person[i]), &scores.score[i]);
  }
  EXPECT_EQ(scores.find(99'999), nullptr);
  std::array<int, kTenths + 1> tenths{};
  for (uint8_t tenth : scores.tenth) ++tenths.at(tenth);
  EXPECT_EQ(tenths[0], 0);
  EXPECT_EQ(tenths[10], 236);  // 2,357 people
  // Somebody new pays the mean of the mixed gamma-gamma, p γ / (q − 1), now and at each repeat.
  double repeats = 0;
  for (int month = 1; month <= 12; ++month)
    repeats += (expected_of_new(model->model, p, month * kWeeksOfMonth) -
                expected_of_new(model->model, p, (month - 1) * kWeeksOfMonth)) *
               std::pow(1.1, -(month - 0.5) / 12);
  const auto& spend = model->spend->parameters;
  const double mean = spend[0] * spend[2] / (spend[1] - 1);
  EXPECT_NEAR(new_customer_minor(*model), (1 + repeats) * mean * 100, 1);
}

TEST(Clv, TheNextOrderComesWhenRatesDrawnSayIt) {
  const ClvScore score{.rate_shape = 2.5, .rate_weeks = 12};
  std::mt19937_64 random(std::random_device{}());
  std::gamma_distribution<double> rate(score.rate_shape, 1 / score.rate_weeks);
  constexpr int kDrawn = 40'000;
  for (double share : {0.1, 0.5, 0.9}) {
    const double days = days_to_next(score, share);
    int within = 0;
    for (int i = 0; i < kDrawn; ++i)
      within += std::exponential_distribution<double>(rate(random))(random) * 7 <= days;
    // Six standard deviations of a share of so many draws.
    EXPECT_NEAR(static_cast<double>(within) / kDrawn, share, 0.015);
  }
}

TEST(Clv, HalfTheMarginIsHalfTheValue) {
  auto whole = *train_clv(cdnow_book(), kSplit, {.model = PurchaseModel::kBgNbd}, kEnd);
  auto half = whole;
  half.settings.margin = 0.5;
  auto longer = whole;
  longer.settings.horizon_months = 24;
  auto customers = customers_at(cdnow_book(), kSplit);
  auto a = score_clv(whole, customers), b = score_clv(half, customers),
       c = score_clv(longer, customers);
  for (size_t i = 0; i < a.score.size(); ++i) {
    EXPECT_NEAR(b.score[i].value_minor, a.score[i].value_minor / 2, 1e-9);
    EXPECT_GE(c.score[i].value_minor, a.score[i].value_minor);
  }
}

TEST(Clv, StoppedTrainingGivesNoModel) {
  std::stop_source stop;
  stop.request_stop();
  auto stopped = train_clv(cdnow_book(), kSplit, {}, kEnd, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kBusy);
}

TEST(Clv, NothingBecomesNaN) {
  EXPECT_FALSE(train_clv(book_of({}), kSplit, {}, kEnd));
  const std::vector<OrderBook> books = {
      book_of({{1, -1, 100}}),
      book_of({{1, -1, 0}}),                                      // nothing paid
      book_of({{1, -10, 100}, {1, -9, -500}}),                    // more given back than paid
      book_of({{1, -300, 100}, {2, -300, 100}, {3, -300, 100}}),  // all the same
      book_of({{1, 10, 100}, {2, -5, 100}}),                      // in the future
  };
  for (const OrderBook& book : books) {
    auto model = train_clv(book, kSplit, {}, kEnd);
    ASSERT_TRUE(model);
    EXPECT_FALSE(model->faults().empty());
    for (const ClvScore& s : score_clv(*model, customers_at(book, kSplit)).score) {
      EXPECT_TRUE(std::isfinite(s.alive + s.purchases + s.spend_minor + s.value_minor));
      EXPECT_GE(s.value_minor, 0);
    }
    auto read = clv_model_from_json(to_json(*model));
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(to_json(*read), to_json(*model));
  }
}

TEST(Clv, ModelsAreReadAsWritten) {
  auto model = *train_clv(cdnow_book(), kSplit, {.horizon_months = 6, .margin = 0.3}, kEnd);
  auto read = clv_model_from_json(*parse_json(to_text(to_json(model))));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(model));
  EXPECT_FALSE(clv_model_from_json(Json::object()));
}

TEST(Clv, SettingsAreChecked) {
  auto settings = clv_settings_from_json({{"model", "pareto_nbd"}, {"margin", 0.25}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->model, PurchaseModel::kParetoNbd);
  EXPECT_EQ(settings->horizon_months, 12);
  for (const auto& [body, where] : std::vector<std::pair<Json, std::string>>{
           {{{"model", "guess"}}, "model"},
           {{{"horizon_months", kMaxHorizonMonths + 1}}, "horizon_months"},
           {{{"horizon_months", kMinHorizonMonths - 1}}, "horizon_months"},
           {{{"retrain_days", kMaxRetrainDays + 1}}, "retrain_days"},
           {{{"margin", 1.01}}, "margin"},
           {{{"margin", "a lot"}}, "margin"},
           {{{"discount_rate", -0.1}}, "discount_rate"},
           {{{"colour", 1}}, "colour"}}) {
    auto refused = clv_settings_from_json(body);
    ASSERT_FALSE(refused) << where;
    EXPECT_EQ(refused.error().where, where);
  }
  EXPECT_TRUE(clv_settings_from_json({{"horizon_months", kMaxHorizonMonths}}));
  EXPECT_TRUE(clv_settings_from_json({{"retrain_days", kMaxRetrainDays}}));
  EXPECT_TRUE(clv_settings_from_json({{"margin", 1}, {"discount_rate", 0}}));
}

}  // namespace
}  // namespace perennial::value
