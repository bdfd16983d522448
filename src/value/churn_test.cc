// Learning and checking: metrics against slow twins, models on public and on made-up data, and a
// leak that must be seen.
#include "value/churn.h"

#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "value/table_csv.h"

namespace perennial::value {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant kNow = *parse_instant("2024-01-01T00:00:00Z");

// ---- metrics

TEST(Metrics, AreaUnderTheCurveIsTheShareOfPairs) {
  std::mt19937_64 random(std::random_device{}());
  for (int round = 0; round < 50; ++round) {
    std::vector<double> scores;
    std::vector<uint8_t> labels;
    for (int i = 0; i < 60; ++i) {
      scores.push_back(static_cast<double>(random() % 10) / 10);
      labels.push_back(random() % 3 == 0);
    }
    double right = 0, pairs = 0;
    for (size_t i = 0; i < 60; ++i) {
      for (size_t j = 0; j < 60; ++j) {
        if (!labels[i] || labels[j]) continue;
        ++pairs;
        right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
      }
    }
    auto auc = auc_of(scores, labels);
    ASSERT_EQ(auc.has_value(), pairs > 0);
    if (auc) {
      EXPECT_NEAR(*auc, right / pairs, 1e-12);
    }
  }
}

TEST(Metrics, ByHand) {
  const std::vector<double> scores = {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05};
  const std::vector<uint8_t> labels = {1, 0, 1, 0, 0, 0, 0, 0, 0, 0};
  auto q = quality_of(scores, labels);
  ASSERT_TRUE(q);
  EXPECT_NEAR(q->auc, 15.0 / 16, 1e-12);
  EXPECT_NEAR(q->pr_auc, (1.0 + 2.0 / 3) / 2, 1e-12);
  EXPECT_NEAR(q->lift, 5, 1e-12);
  EXPECT_NEAR(q->base_brier, 0.16, 1e-12);
  EXPECT_EQ(q->reliability.front().expected, 0.05);
  EXPECT_FALSE(quality_of(scores, std::vector<uint8_t>(10, 1)));
  EXPECT_FALSE(quality_of({}, {}));
}

TEST(Metrics, StabilityIndexSeesAShift) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> before, same, moved;
  for (int i = 0; i < 2'000; ++i) {
    before.push_back(normal(random));
    same.push_back(normal(random));
    moved.push_back(normal(random) + 1);
  }
  EXPECT_LT(stability_index(before, same), 0.1);
  EXPECT_GT(stability_index(before, moved), kDriftAlarm);
  EXPECT_NEAR(stability_index(std::vector<double>(100, 1.0), std::vector<double>(50, 1.0)), 0,
              0.01);
  EXPECT_EQ(stability_index({}, same), 0);
}

// ---- classifiers

Table made_up(uint64_t seed, size_t rows) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> part(0, 1);
  Table table{.columns = {"a", "b", "noise", "constant"}};
  for (size_t i = 0; i < rows; ++i) {
    const double a = normal(random), b = normal(random);
    for (double v : {a, b, normal(random), 7.0}) table.values.push_back(static_cast<float>(v));
    table.label.push_back(part(random) < 1 / (1 + std::exp(-(0.5 + 1.5 * a - b))));
  }
  return table;
}

TEST(Classifier, LogisticFindsTheCoefficients) {
  auto model = learn_logistic(made_up(1, 20'000));
  ASSERT_TRUE(model);
  Table points{.columns = {"a", "b", "noise", "constant"},
               .values = {0, 0, 0, 7, 1, 0, 0, 7, 0, 1, 0, 7, 0, 0, 1, 7}};
  auto told = *(*model)->predict(points);
  auto odds = [&](size_t i) { return std::log(told[i] / (1 - told[i])); };
  EXPECT_NEAR(odds(0), 0.5, 0.1);
  EXPECT_NEAR(odds(1) - odds(0), 1.5, 0.1);
  EXPECT_NEAR(odds(2) - odds(0), -1, 0.1);
  EXPECT_NEAR(odds(3) - odds(0), 0, 0.1);
}

TEST(Classifier, ContributionsAddUpAndModelsAreReadAsWritten) {
  const Table learn = made_up(1, 3'000), check = made_up(2, 1'000);
  for (const ClassifierPtr& model : {*learn_logistic(learn), *learn_trees(learn, check)}) {
    auto told = *model->predict(check);
    auto shares = *model->contributions(check);
    ASSERT_EQ(shares.size(), check.rows() * 4);
    // Log-odds less the contributions is the same constant for all rows.
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < check.rows(); ++i) {
      double sum = 0;
      for (size_t c = 0; c < 4; ++c) sum += shares[4 * i + c];
      const double rest = std::log(told[i] / (1 - told[i])) - sum;
      low = std::min(low, rest);
      high = std::max(high, rest);
    }
    EXPECT_LT(high - low, 1e-3) << model->kind();
    auto again = classifier_from_json(*parse_json(to_text(*model->json())));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(*(*again)->predict(check), told);
    EXPECT_GT(*auc_of(told, check.label), 0.8);
  }
}

TEST(Classifier, CalibrationMakesOverconfidenceTrue) {
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> part(0, 1);
  std::vector<double> told;
  std::vector<uint8_t> label;
  for (int i = 0; i < 20'000; ++i) {
    const double odds = 4 * part(random) - 2;
    told.push_back(1 / (1 + std::exp(-3 * odds)));  // three times too sure
    label.push_back(part(random) < 1 / (1 + std::exp(-odds)));
  }
  const Calibration c = calibrate(told, label);
  EXPECT_NEAR(c.slope, 1.0 / 3, 0.03);
  EXPECT_NEAR(c(0.5), 0.5, 0.03);
  EXPECT_EQ(calibrate(std::vector<double>(5, 0.5), std::vector<uint8_t>(5, 1)).slope, 1);
}

TEST(Classifier, WhatCannotBeLearnedIsSaid) {
  Table table{.columns = {"a"}};
  EXPECT_FALSE(learn_logistic(table));
  table.values = {1, 2, 3};
  EXPECT_FALSE(learn_logistic(table));  // no labels
  table.label = {1, 1, 1};
  auto all = learn_logistic(table);
  ASSERT_FALSE(all);
  EXPECT_NE(all.error().message.find("everybody"), std::string::npos);
  table.label = {0, 0, 0};
  EXPECT_NE(learn_logistic(table).error().message.find("nobody"), std::string::npos);
  table.label = {0, 1, 0};
  EXPECT_TRUE(learn_logistic(table));
  table.values[1] = NAN;
  auto nan = learn_logistic(table);
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().where, "a");
}

// ---- tables from elsewhere

std::string public_table() {
  std::ifstream file(std::string(PERENNIAL_SOURCE_DIR) + "/data/churn/mlc_churn.csv");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ChurnTable, PublicData) {
  auto table = table_from_csv(public_table(), "churn", "yes");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_EQ(table->rows(), 5'000u);
  EXPECT_EQ(std::accumulate(table->label.begin(), table->label.end(), 0), 707);
  auto model = train_on_table(*table, kNow);
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_EQ(model->classifier->kind(), "trees");  // calls above a limit: no straight line
  EXPECT_GT(model->card.quality.auc, 0.88);
  EXPECT_GT(model->card.trees_auc, model->card.plain_auc + 0.03);
  EXPECT_GT(model->card.quality.lift, 4);
  EXPECT_LT(model->card.quality.brier, 0.6 * model->card.quality.base_brier);
  for (const ReliabilityBin& bin : model->card.quality.reliability)
    EXPECT_NEAR(bin.expected, bin.actual, 0.12);
  EXPECT_THAT(model->card.faults, IsEmpty());
}

TEST(ChurnTable, ThePlainModelStaysWhereItIsAsGood) {
  const auto model = train_on_table(made_up(5, 6'000), kNow);  // its law is the plain model's
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_EQ(model->classifier->kind(), "logistic");
  EXPECT_GT(model->card.quality.auc, 0.8);
  EXPECT_GT(model->card.plain_auc, model->card.trees_auc - 0.01);
  EXPECT_THAT(model->card.faults, IsEmpty());
}

TEST(ChurnTable, APlantedLeakIsRefused) {
  auto table = *table_from_csv(public_table(), "churn", "yes");
  Table leaking{.columns = table.columns, .label = table.label};
  leaking.columns.push_back("cancelled_calls");
  for (size_t i = 0; i < table.rows(); ++i) {
    auto row = table.row(i);
    leaking.values.insert(leaking.values.end(), row.begin(), row.end());
    leaking.values.push_back(table.label[i] ? 5 : static_cast<float>(i % 3));
  }
  auto refused = train_on_table(leaking, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "cancelled_calls");
}

TEST(ChurnTable, WhatIsNoTableIsRefused) {
  EXPECT_FALSE(table_from_csv("", "churn", "yes"));
  EXPECT_FALSE(table_from_csv("a,b\n1,2\n", "churn", "yes"));
  EXPECT_FALSE(table_from_csv("churn\nyes\n", "churn", "yes"));
  auto ragged = table_from_csv("a,churn\n1,yes\n1\n", "churn", "yes");
  ASSERT_FALSE(ragged);
  EXPECT_EQ(ragged.error().where, "line 3");
  EXPECT_FALSE(table_from_csv("a,churn\n\"1,yes\n", "churn", "yes"));
  auto table = table_from_csv("a,b,churn\n1,\"x, y\",yes\r\n2,\"z\"\"\",no\n", "churn", "yes");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_THAT(table->columns, ElementsAre("a", "b=z\""));
  EXPECT_THAT(table->values, ElementsAre(1, 0, 2, 1));
  EXPECT_THAT(table->label, ElementsAre(1, 0));
  EXPECT_FALSE(train_on_table(*table, kNow));
}

// ---- orders

// 600 customers who order every 12 to 40 days over two years; each may stop after an order, and
// those whose gaps stretch do so more often.
OrderBook shop(uint64_t seed, int people = 600) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> part(0, 1);
  OrderBook book;
  for (PersonId person = 1; person <= people; ++person) {
    double day = -730 + 400 * part(random);
    const double gap = 12 + 28 * part(random);
    const bool fading = part(random) < 0.5;
    double stretch = 1;
    while (day < 0) {
      book.person.push_back(person);
      book.at_ms.push_back(to_millis(kNow) + static_cast<int64_t>(day * kDayMs));
      book.amount_minor.push_back(static_cast<int64_t>(1'000 + 4'000 * part(random)));
      book.refund.push_back(0);
      day += gap * stretch * (0.7 + 0.6 * part(random));
      if (fading) stretch *= 1.25;
      if (part(random) < (fading ? 0.12 : 0.02)) break;
    }
  }
  return book;
}

TEST(Churn, StoppedTrainingGivesNoModel) {
  std::stop_source stop;
  stop.request_stop();
  auto model =
      train_churn(shop(1), kNow, {.horizon_days = 60}, kNow, churn_features(), stop.get_token());
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, Code::kBusy);
}

TEST(Churn, LearnsFromOrders) {
  const OrderBook book = shop(1);
  auto model = train_churn(book, kNow, {.horizon_days = 60}, kNow);
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_GT(model->card.quality.auc, 0.75);
  EXPECT_GT(model->card.quality.lift, 1.3);
  EXPECT_THAT(model->card.faults, IsEmpty());
  auto risks = score_churn(*model, book, kNow);
  ASSERT_TRUE(risks);
  EXPECT_EQ(risks->person, people_asked(book, kNow, 60, churn_features()).person);
  for (const Risk& risk : risks->risk) {
    EXPECT_TRUE(risk.probability >= 0 && risk.probability <= 1);
    EXPECT_LE(risk.reasons.size(), kReasons);
    for (const Reason& reason : risk.reasons) EXPECT_GT(reason.share, 0);
  }
  EXPECT_EQ(risks->find(risks->person[3]), &risks->risk[3]);
  EXPECT_EQ(risks->find(0), nullptr);
  // Kept and read again, it says the same.
  auto json = to_json(*model);
  ASSERT_TRUE(json);
  auto again = churn_model_from_json(*parse_json(to_text(*json)));
  ASSERT_TRUE(again) << again.error().text();
  auto same = *score_churn(*again, book, kNow);
  for (size_t i = 0; i < same.risk.size(); ++i)
    EXPECT_NEAR(same.risk[i].probability, risks->risk[i].probability, 1e-9);
}

TEST(Churn, TheSameDataGiveTheSameModel) {
  const auto table = *table_from_csv(public_table(), "churn", "yes");
  const auto trained = [&] { return to_text(*to_json(*train_on_table(table, kNow))); };
  const std::string once = trained();
  EXPECT_NE(once.find("booster"), std::string::npos);  // the trees are used
  EXPECT_EQ(trained(), once);
}

TEST(Churn, FeaturesKnowNothingOfTheFuture) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const OrderBook book = shop(seed, 200);
    EXPECT_THAT(find_leaks(book, kNow - std::chrono::days(120), 60, churn_features()), IsEmpty());
  }
}

TEST(Churn, APlantedLeakIsRefused) {
  std::vector<Feature> features(churn_features().begin(), churn_features().end());
  // Looks a little into the future: not enough to tell all, and seen nevertheless.
  features.push_back({"orders_soon", [](const OrderBook& book, PersonRows rows, Instant at) {
                        double soon = 0;
                        for (size_t row = rows.first; row < rows.last; ++row)
                          soon += book.at_ms[row] < to_millis(at) + 10 * kDayMs;
                        return soon;
                      }});
  auto refused = train_churn(shop(1), kNow, {.horizon_days = 60}, kNow, features);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "orders_soon");
  // One that looks far enough to know the answer.
  features.back() = {
      "left", [](const OrderBook& book, PersonRows rows, Instant at) {
        for (size_t row = rows.first; row < rows.last; ++row) {
          if (book.at_ms[row] >= to_millis(at) && book.at_ms[row] < to_millis(at) + 60 * kDayMs)
            return 0.0;
        }
        return 1.0;
      }};
  EXPECT_THAT(find_leaks(shop(1), kNow - std::chrono::days(120), 60, features), Contains("left"));
}

TEST(Churn, DriftIsSeen) {
  const OrderBook book = shop(1);
  auto model = *train_churn(book, kNow, {.horizon_days = 60}, kNow);
  OrderBook dearer = book;
  for (int64_t& amount : dearer.amount_minor) amount *= 10;
  auto risks = score_churn(model, dearer, kNow);
  ASSERT_TRUE(risks);
  std::vector<std::string> drifted;
  for (const auto& [column, index] : risks->drifted) drifted.push_back(column);
  EXPECT_THAT(drifted, Contains("mean_amount"));
}

TEST(Churn, WhatCannotBeSaidIsSaid) {
  auto message = [](const OrderBook& book) {
    auto model = train_churn(book, kNow, {}, kNow);
    return model ? std::string("trained") : model.error().message;
  };
  EXPECT_THAT(message({}), testing::HasSubstr("nobody"));
  OrderBook one;
  one.person = {1};
  one.at_ms = {to_millis(kNow) - 200 * kDayMs};
  one.amount_minor = {100};
  one.refund = {0};
  EXPECT_THAT(message(one), testing::HasSubstr("everybody"));
  one.at_ms = {to_millis(kNow) + 200 * kDayMs};  // in the future
  EXPECT_THAT(message(one), testing::HasSubstr("nobody"));
}

TEST(Churn, SettingsAreChecked) {
  EXPECT_TRUE(churn_settings_from_json({{"horizon_days", kMinHorizonDays}}));
  EXPECT_TRUE(churn_settings_from_json({{"horizon_days", kMaxHorizonDays}}));
  for (const auto& [body, where] : std::vector<std::pair<Json, std::string>>{
           {{{"horizon_days", kMinHorizonDays - 1}}, "horizon_days"},
           {{{"horizon_days", kMaxHorizonDays + 1}}, "horizon_days"},
           {{{"retrain_days", 0}}, "retrain_days"},
           {{{"colour", 1}}, "colour"}}) {
    auto refused = churn_settings_from_json(body);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, where);
  }
}

}  // namespace
}  // namespace perennial::value
