// Opportunities by hand, beside the functions of the paper, and a shop of yearly donors that was
// drawn from the model itself.
#include "value/buying.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "value/clv.h"
#include "value/stages.h"

namespace perennial::value {
namespace {

const Instant kNow = *parse_instant("2020-06-01T00:00:00Z");
constexpr int kYear = 365;
constexpr Purchases4 kDonors = {1.20352, .74972, .65672, 2.78344};  // of the paper's table 3

OrderBook book_of(const std::vector<std::pair<PersonId, double>>& rows) {
  OrderBook b;
  for (const auto& [person, day] : rows) {
    b.person.push_back(person);
    b.at_ms.push_back(to_millis(kNow) + static_cast<int64_t>(day * kDayMs));
    b.amount_minor.push_back(5'000);
    b.refund.push_back(0);
  }
  return b;
}

TEST(Buying, OpportunitiesAreOpenHalfAPeriodAround) {
  const OrderBook book = book_of({{1, -1000},  // the first
                                  {1, -900},   // before the first opportunity opens
                                  {1, -640},   // the first, five days early
                                  {1, -600},   // the same again
                                  {1, -300},   // the second
                                  {1, -70},    // the third, which is still open
                                  {2, -100}});
  const Customers people = customers_for(book, kNow, PurchaseModel::kBgBb, kYear);
  ASSERT_EQ(people.size(), 2u);
  const Opportunities one = opportunities_of(people.history[0], kYear);
  EXPECT_EQ(one.taken, 2);
  EXPECT_EQ(one.last, 2);
  EXPECT_EQ(one.of, 2);
  EXPECT_EQ(opportunities_of(people.history[1], kYear), Opportunities{});
  // At any time: order days.
  EXPECT_EQ(customers_for(book, kNow, PurchaseModel::kBgNbd, 0).history[0].repeats, 5);
}

TEST(Buying, WholePeriodsAreThoseOfThePaper) {
  const Buying buying{PurchaseModel::kBgBb, kYear, kDonors};
  const double year = kYear / 7.0;
  for (const Opportunities o : {Opportunities{0, 0, 4}, {2, 3, 6}, {5, 6, 6}}) {
    const History h{.repeats = o.taken, .last = o.last * year, .seen = (o.of + 0.5) * year};
    ASSERT_EQ(opportunities_of(h, kYear), o);
    EXPECT_NEAR(buying.alive(h), probability_alive(kDonors, o), 1e-12);
    for (const int ahead : {1, 3, 10})
      EXPECT_NEAR(buying.expected(h, ahead * year), expected_taken(kDonors, o, ahead), 1e-9);
    // Half of an opportunity's time is half of what is expected of it.
    EXPECT_NEAR(buying.expected(h, 0.5 * year), expected_taken(kDonors, o, 1) / 2, 1e-9);
  }
  EXPECT_EQ(buying.of_new(0.4 * year), 0) << "the first opportunity is not open yet";
  EXPECT_NEAR(buying.of_new(1.5 * year), expected_taken(kDonors, {}, 1), 1e-9);
}

TEST(Buying, TheNextPurchaseIsAtAnOpportunity) {
  const ClvScore sure{
      .rate_shape = 1e9, .rate_weeks = 1e-9, .opportunity_days = kYear, .days_to_opportunity = 30};
  EXPECT_EQ(days_to_next(sure, 0.9), 30);
  const ClvScore half{
      .rate_shape = 1e9, .rate_weeks = 1e9, .opportunity_days = kYear, .days_to_opportunity = 30};
  EXPECT_EQ(days_to_next(half, 0.7), 30 + kYear);  // 1/2, then 3/4
}

TEST(Buying, WhoHasTakenTheOpenOpportunityHasTheOneAfterItNext) {
  const OrderBook book = book_of({{1, -1000}, {1, -300}, {1, -70}, {2, -1000}, {2, -300}});
  ClvModel model{.model = PurchaseModel::kBgBb, .settings = {.opportunity_days = kYear}};
  model.purchases.parameters = {kDonors.begin(), kDonors.end()};
  const auto scores = score_clv(model, customers_for(book, kNow, model.model, kYear));
  ASSERT_EQ(scores.score.size(), 2u);
  // The third opportunity is at day 1,095, and open since day 912.
  EXPECT_NEAR(scores.score[0].days_to_opportunity, 4 * kYear - 1'000, 1);
  EXPECT_NEAR(scores.score[1].days_to_opportunity, 3 * kYear - 1'000, 1);
}

double beta_draw(std::mt19937_64& random, double a, double b) {
  std::gamma_distribution<double> one(a), other(b);
  const double x = one(random), y = other(random);
  return x / (x + y);
}

// Donors who gave first within a season, and then once a year as long as they stay, some weeks
// early or late.
OrderBook donors(PersonId people) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> part(0, 1);
  std::vector<std::pair<PersonId, double>> rows;
  for (PersonId person = 1; person <= people; ++person) {
    const double takes = beta_draw(random, kDonors[0], kDonors[1]);
    const double leaves = beta_draw(random, kDonors[2], kDonors[3]);
    const double first = -9 * kYear - 200 + 60 * part(random);
    rows.emplace_back(person, first);
    for (int year = 1; year <= 9; ++year) {
      if (part(random) < leaves) break;
      if (part(random) < takes)
        rows.emplace_back(person, first + year * kYear + 40 * part(random) - 20);
    }
  }
  return book_of(rows);
}

TEST(Buying, ABackTestOnYearlyDonorsHolds) {
  const OrderBook book = donors(4'000);
  const auto split = split_of(book, kNow);
  ASSERT_TRUE(split);
  const auto card = back_test(book, PurchaseModel::kBgBb, *split, kNow, {}, kYear);
  ASSERT_TRUE(card);
  EXPECT_TRUE(card->passed()) << card->faults.front();
  EXPECT_NEAR(card->expected, card->actual, 0.1 * card->actual);
  EXPECT_EQ(card->opportunity_days, kYear);
  EXPECT_NEAR(card->tracking.back().expected, card->tracking.back().actual,
              0.1 * card->tracking.back().actual);
  size_t people = 0;
  for (size_t row = 0; row < kPerRepeats; ++row) {
    const auto behind = people_by_repeats(book, *card, row);
    EXPECT_EQ(static_cast<int64_t>(behind.size()), card->by_repeats[row].people);
    people += behind.size();
  }
  EXPECT_EQ(people, 4'000u);
  // Kept and read again it says the same.
  const auto again = card_from_json(to_json(*card));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(*card));
}

TEST(Buying, AModelOfOpportunitiesScoresEverybody) {
  const OrderBook book = donors(400);
  ClvSettings settings{.opportunity_days = kYear, .horizon_months = 36};
  const auto best = train_clv(book, kNow, settings, kNow);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->compared.size(), 3u) << "of four, the best is the model";
  settings.model = PurchaseModel::kBgBb;
  const auto model = train_clv(book, kNow, settings, kNow);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->faults(), std::vector<std::string>());
  const auto people = customers_for(book, kNow, model->model, kYear);
  const ClvScores scores = score_clv(*model, people);
  ASSERT_EQ(scores.score.size(), people.size());
  for (size_t i = 0; i < people.size(); ++i) {
    const ClvScore& s = scores.score[i];
    ASSERT_TRUE(std::isfinite(s.value_minor) && s.alive >= 0 && s.alive <= 1) << i;
    ASSERT_LE(s.purchases, 3.01) << "at most one a year";
    ASSERT_GE(days_to_next(s, 0.5), 0);
  }
  EXPECT_GT(new_customer_minor(*model), 5'000);
  const auto again = clv_model_from_json(to_json(*model));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->buying().opportunity_days, kYear);
}

TEST(Buying, NothingAndOneRowEndInNumbers) {
  ClvSettings settings{.model = PurchaseModel::kBgBb, .opportunity_days = kYear};
  EXPECT_FALSE(train_clv(OrderBook{}, kNow, settings, kNow));
  const OrderBook one = book_of({{1, -10}});
  const auto model = train_clv(one, kNow, settings, kNow);
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_FALSE(model->faults().empty()) << "one customer proves nothing";
  for (const ClvScore& s : score_clv(*model, customers_for(one, kNow, model->model, kYear)).score)
    EXPECT_TRUE(std::isfinite(s.value_minor));
}

TEST(Buying, SettingsSayThePeriod) {
  const auto where = [](Json json) {
    const auto settings = clv_settings_from_json(json);
    return settings ? std::string() : settings.error().where;
  };
  EXPECT_EQ(where({{"model", "bg_bb"}}), "opportunity_days");
  EXPECT_EQ(where({{"model", "bg_bb"}, {"opportunity_days", 6}}), "opportunity_days");
  EXPECT_EQ(where({{"model", "bg_bb"}, {"opportunity_days", 7}}), "");
  EXPECT_EQ(where({{"opportunity_days", kMaxOpportunityDays + 1}}), "opportunity_days");
  EXPECT_EQ(where({{"model", "best"}, {"opportunity_days", kMaxOpportunityDays}}), "");
  EXPECT_EQ(where({{"model", "best"}}), "");
}

}  // namespace
}  // namespace perennial::value
