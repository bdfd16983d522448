// What models do with data that says nothing or is wrong: each kind of bad input has its test here.
// Either the reason is told, or the numbers are numbers; never a confident answer from nothing.
#include <cmath>
#include <functional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "value/churn.h"
#include "value/clv.h"
#include "value/forecast.h"
#include "value/health.h"
#include "value/stages.h"
#include "value/table_csv.h"

namespace perennial::value {
namespace {

const Instant kNow = *parse_instant("2024-01-01T00:00:00Z");

// Every number in it, however deep.
void expect_numbers(const Json& json, const std::string& where) {
  if (json.is_number()) {
    EXPECT_TRUE(std::isfinite(json.get<double>())) << where;
  }
  if (json.is_object()) {
    for (const auto& [name, member] : json.items()) expect_numbers(member, where + "." + name);
  }
  if (json.is_array()) {
    for (const Json& one : json) expect_numbers(one, where + "[]");
  }
}

struct Order {
  PersonId person;
  double days_ago;
  int64_t amount_minor;  // below 0: a refund
};
OrderBook book_of(std::vector<Order> orders) {
  std::ranges::sort(orders, {}, [](const Order& o) { return std::pair(o.person, -o.days_ago); });
  OrderBook book;
  for (const Order& order : orders) {
    book.person.push_back(order.person);
    book.at_ms.push_back(to_millis(kNow) - static_cast<int64_t>(order.days_ago * kDayMs));
    book.amount_minor.push_back(order.amount_minor);
    book.refund.push_back(order.amount_minor < 0);
  }
  return book;
}

// Asks everything of a book that a page shows of it. Of so few people as these books hold no model
// may be used, unless the book is large enough to say something.
void ask_everything(const OrderBook& book, bool says_nothing = true) {
  const Snapshot s = take_snapshot(book, {}, kNow, {});
  for (const auto& breaks : s.breaks) {
    for (const double one : breaks) EXPECT_TRUE(std::isfinite(one));
  }
  for (const ForecastOf of : {ForecastOf::kOrders, ForecastOf::kRevenue}) {
    const Forecast told = forecast(weeks_of(book, of, kNow, {}), of, 4, {});
    expect_numbers(forecast_json(told, "CNY"), "forecast");
    if (told.past.value.size() < kLeastWeeks) {
      EXPECT_FALSE(told.card.faults.empty());
    }
  }
  if (const auto clv = train_clv(book, kNow, {}, kNow)) {
    expect_numbers(to_json(*clv), "clv");
    EXPECT_TRUE(!says_nothing || !clv->faults().empty());
  }
  if (const auto churn = train_churn(book, kNow, {}, kNow)) {
    expect_numbers(*to_json(*churn), "churn");
    EXPECT_TRUE(!says_nothing || !churn->card.faults.empty());
  }
}

Table table_of(size_t rows, const std::function<float(size_t)>& value,
               const std::function<bool(size_t)>& label) {
  Table table{.columns = {"constant", "value"}};
  for (size_t i = 0; i < rows; ++i) {
    table.values.push_back(7);
    table.values.push_back(value(i));
    table.label.push_back(label(i));
  }
  return table;
}

TEST(BadInput, EmptyAndOneRowTables) {
  const auto refused = train_on_table({}, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  const auto one =
      train_on_table(table_of(1, [](size_t) { return 1.0F; }, [](size_t) { return true; }), kNow);
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().where, "label");
  for (const char* text : {"", "\n", "churn\n", "a,churn\n"}) {
    const auto table = table_from_csv(text, "churn", "yes");
    EXPECT_TRUE(!table || !train_on_table(*table, kNow)) << text;
  }
  ask_everything(book_of({}));
  ask_everything(book_of({{1, 200, 100}}));
}

TEST(BadInput, ConstantColumns) {
  std::mt19937_64 random(3);
  std::vector<bool> happened;
  for (int i = 0; i < 2'000; ++i) happened.push_back(random() % 3 == 0);
  const Table table = table_of(
      2'000, [&](size_t i) { return static_cast<float>(random() % 5) + (happened[i] ? 2.0F : 0); },
      [&](size_t i) { return happened[i]; });
  const auto model = train_on_table(table, kNow);
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_GT(model->card.quality.auc, 0.7);
  EXPECT_NEAR(model->importance[0], 0, 1e-6);  // says nothing, and counts for nothing
  const auto told = model->classifier->predict(table);
  ASSERT_TRUE(told) << told.error().text();
  for (const double one : *told) EXPECT_TRUE(std::isfinite(one));
  // Nothing but constants: the card says that it cannot tell.
  const auto blind = train_on_table(
      table_of(2'000, [](size_t) { return 1.0F; }, [&](size_t i) { return happened[i]; }), kNow);
  ASSERT_TRUE(blind) << blind.error().text();
  EXPECT_THAT(blind->card.faults, testing::Contains("cannot_tell"));
  expect_numbers(*to_json(*blind), "blind");
}

TEST(BadInput, AllOfOneClass) {
  for (const bool label : {false, true}) {
    const auto refused = train_on_table(
        table_of(
            500, [](size_t i) { return static_cast<float>(i); }, [&](size_t) { return label; }),
        kNow);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "label");
    EXPECT_THAT(refused.error().message, testing::HasSubstr("nothing to tell apart"));
  }
  HealthRows rows;
  for (PersonId p = 1; p <= 100; ++p) {
    rows.person.push_back(p);
    rows.parts.push_back({50.0, std::nullopt, std::nullopt, std::nullopt, std::nullopt});
    rows.left.push_back(0);
  }
  expect_numbers(to_json(HealthModel{.card = test_health(rows, {100}, {})}), "health");
}

TEST(BadInput, LabelsThatLeak) {
  const Table table = table_of(
      1'000, [](size_t i) { return static_cast<float>(i % 4 == 0); },
      [](size_t i) { return i % 4 == 0; });
  const auto refused = train_on_table(table, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "value");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("know what is to be told"));
}

TEST(BadInput, DatesInTheFuture) {
  const std::vector<Order> past = {{1, 100, 500}, {1, 60, 500}, {2, 80, 700}};
  std::vector<Order> all = past;
  all.insert(all.end(), {{1, -1, 9'900}, {2, -400, 9'900}, {3, -5, 9'900}});
  const OrderBook with = book_of(all), without = book_of(past);
  const Snapshot a = take_snapshot(with, {}, kNow, {}), b = take_snapshot(without, {}, kNow, {});
  EXPECT_EQ(a.person, b.person);
  EXPECT_EQ(a.stage, b.stage);
  EXPECT_EQ(a.revenue_minor, b.revenue_minor);
  EXPECT_EQ(customers_at(with, kNow).size(), 2u);
  EXPECT_EQ(weeks_of(with, ForecastOf::kRevenue, kNow, {}).value,
            weeks_of(without, ForecastOf::kRevenue, kNow, {}).value);
  EXPECT_EQ(people_asked(with, kNow, 90, churn_features()).table.values,
            people_asked(without, kNow, 90, churn_features()).table.values);
  ask_everything(with);
  ask_everything(book_of({{1, -10, 100}}));  // nothing but the future
}

TEST(BadInput, NegativeMoney) {
  std::vector<Order> orders;
  for (PersonId p = 1; p <= 60; ++p) {
    for (int k = 0; k < 8; ++k) {
      orders.push_back({p, 20.0 * k + static_cast<double>(p % 20), 1'000});
      orders.push_back({p, 20.0 * k + static_cast<double>(p % 20) - 0.1, -3'000});
    }
  }
  const OrderBook book = book_of(orders);
  ask_everything(book, false);
  for (const double mean : customers_at(book, kNow).mean_minor) EXPECT_EQ(mean, 0);
  // Nobody is worth less than nothing.
  const auto clv = train_clv(book, kNow, {}, kNow);
  ASSERT_TRUE(clv) << clv.error().text();
  for (const ClvScore& score : score_clv(*clv, customers_at(book, kNow)).score)
    EXPECT_GE(score.value_minor, 0);
  // Refunds alone make nobody a customer.
  EXPECT_TRUE(take_snapshot(book_of({{1, 10, -500}}), {}, kNow, {}).person.empty());
}

// Large enough that every model learns, so that its numbers are looked at, and full of nonsense.
TEST(BadInput, NonsenseThatIsLearnedFrom) {
  std::mt19937_64 random(29);
  std::vector<Order> orders;
  for (PersonId p = 1; p <= 900; ++p) {
    const bool stays = p % 3 != 0;
    const double until = stays ? 0 : static_cast<double>(20 + random() % 380);
    for (double day = 500 - static_cast<double>(random() % 40); day > until;
         day -= static_cast<double>(5 + random() % 40)) {
      // Nothing paid, fortunes, the same instant twice, more given back than was paid.
      const int64_t amount = p % 7 == 0 ? 0 : p % 11 == 0 ? 1'000'000'000'000 : 2'000;
      orders.push_back({p, day, amount});
      if (p % 5 == 0) orders.push_back({p, day, amount});
      if (p % 4 == 0) orders.push_back({p, day - 1, -3 * amount - 1});
    }
    if (p % 13 == 0) orders.push_back({p, -30, 1'000});
    if (p % 17 == 0) orders.push_back({p, 600, -1'000});
  }
  const OrderBook book = book_of(orders);
  ask_everything(book, false);
  const auto churn = train_churn(book, kNow, {}, kNow);
  ASSERT_TRUE(churn) << churn.error().text();
  EXPECT_GE(churn->card.quality.rows, kMinChurnRows);
  const auto risks = score_churn(*churn, book, kNow);
  ASSERT_TRUE(risks) << risks.error().text();
  ASSERT_FALSE(risks->risk.empty());
  for (const Risk& risk : risks->risk) {
    EXPECT_TRUE(risk.probability >= 0 && risk.probability <= 1) << risk.probability;
    for (const Reason& reason : risk.reasons)
      EXPECT_TRUE(std::isfinite(reason.value) && std::isfinite(reason.share)) << reason.column;
  }
  const auto clv = train_clv(book, kNow, {}, kNow);
  ASSERT_TRUE(clv) << clv.error().text();
  for (const ClvScore& score : score_clv(*clv, customers_at(book, kNow)).score)
    EXPECT_TRUE(std::isfinite(score.value_minor) && score.value_minor >= 0) << score.value_minor;
}

}  // namespace
}  // namespace perennial::value
