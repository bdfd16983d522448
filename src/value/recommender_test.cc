// Recommendations: the factorisation against exact solutions, neighbours and rankings by hand, the
// check on a later period.
#include <cmath>
#include <random>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "value/recommender_testing.h"

namespace perennial::value {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::Pointwise;

// ---- the factorisation

Feedback small() {
  // Three people, four items; r = c − 1.
  return {.first = {0, 2, 3, 5}, .column = {0, 1, 1, 2, 3}, .strength = {4, 1, 2, 1, 3}};
}

// The columns' factors and what one exact turn over the rows makes of them: equation (4) of Hu,
// Koren and Volinsky, with λ = 0.5, worked out with exact fractions (Python's fractions module).
TEST(RecommenderFactors, AnExactTurnIsEquationFour) {
  Factors factors{.size = 2, .rows = {0, 0, 0, 0, 0, 0}, .columns = {1, 0, 0.5F, 0.5F, 0, 1, 1, 1}};
  const Feedback feedback = small();
  const AlsOptions options{.factors = 2, .steps = 40, .regularisation = 0.5F, .threads = 1};
  iterate_als(factors, feedback, transposed(feedback, 4), options);
  const std::vector<float> expected = {0.8800000F, -0.1066667F, 0.3000000F,
                                       0.3000000F, 0.0722892F,  0.8433735F};
  EXPECT_THAT(factors.rows, Pointwise(testing::FloatNear(2e-5F), expected));
  const Factors start{.size = 2, .columns = {1, 0, 0.5F, 0.5F, 0, 1, 1, 1}};
  EXPECT_THAT(fold_in(start, std::vector<uint32_t>{0, 1}, std::vector<float>{4, 1}, 0.5F),
              Pointwise(testing::FloatNear(2e-6F), std::vector<float>{expected[0], expected[1]}));
  EXPECT_THAT(factors.columns,
              Pointwise(testing::FloatNear(2e-5F),
                        (std::vector<float>{0.9732241F, -0.1645535F, 1.1230191F, 0.3496016F,
                                            0.0337593F, 0.8314302F, 0.0396318F, 0.9760595F})));
}

Feedback random_feedback(uint64_t seed, size_t rows, size_t columns) {
  std::mt19937_64 random(seed);
  Feedback feedback;
  for (size_t r = 0; r < rows; ++r) {
    std::set<uint32_t> items;
    for (size_t k = random() % 12; k > 0; --k)
      items.insert(static_cast<uint32_t>(random() % columns));
    for (const uint32_t item : items) {
      feedback.column.push_back(item);
      feedback.strength.push_back(0.1F + static_cast<float>(random() % 100) / 10);
    }
    feedback.first.push_back(feedback.column.size());
  }
  return feedback;
}

// Every term of what is minimised, one by one.
double slow_loss(const Factors& factors, const Feedback& feedback, size_t columns,
                 double regularisation) {
  double loss = 0;
  for (size_t r = 0; r < feedback.rows(); ++r) {
    std::vector<double> strength(columns, 0);
    for (uint64_t k = feedback.first[r]; k < feedback.first[r + 1]; ++k)
      strength[feedback.column[k]] = feedback.strength[k];
    for (size_t c = 0; c < columns; ++c) {
      double told = 0;
      for (size_t f = 0; f < factors.size; ++f)
        told += double{factors.row(r)[f]} * factors.column(c)[f];
      const double preferred = strength[c] > 0 ? 1 : 0;
      loss += (1 + strength[c]) * (preferred - told) * (preferred - told);
    }
  }
  for (const auto* part : {&factors.rows, &factors.columns}) {
    for (const float f : *part) loss += regularisation * f * f;
  }
  return loss;
}

TEST(RecommenderFactors, EachTurnLessensTheLoss) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Feedback feedback = random_feedback(seed, 120, 40);
  const Feedback by_column = transposed(feedback, 40);
  const AlsOptions options{.factors = 8, .regularisation = 1, .seed = seed};
  Factors factors = begin_als(feedback, 40, options);
  double before = als_loss(factors, feedback, 1);
  for (int i = 0; i < 8; ++i) {
    iterate_als(factors, feedback, by_column, options);
    const double after = als_loss(factors, feedback, 1);
    EXPECT_LT(after, before * (1 + 1e-5));
    EXPECT_NEAR(after, slow_loss(factors, feedback, 40, 1), 1e-4 * after);
    before = after;
  }
}

TEST(RecommenderFactors, TheSameWithAnyNumberOfThreads) {
  const Feedback feedback = random_feedback(3, 900, 60);
  AlsOptions options{.factors = 16, .iterations = 3, .threads = 1};
  const Factors one = fit_als(feedback, 60, options);
  options.threads = 3;
  const Factors three = fit_als(feedback, 60, options);
  EXPECT_EQ(one.rows, three.rows);
  EXPECT_EQ(one.columns, three.columns);
  const Factors none = fit_als({}, 0, options);
  EXPECT_TRUE(none.rows.empty() && none.columns.empty());
}

TEST(RecommenderFactors, TurnedTwiceIsTheSame) {
  const Feedback feedback = random_feedback(9, 50, 20);
  const Feedback back = transposed(transposed(feedback, 20), 50);
  EXPECT_EQ(back.first, feedback.first);
  EXPECT_EQ(back.column, feedback.column);
  EXPECT_EQ(back.strength, feedback.strength);
}

// ---- measures of rankings

TEST(RecommenderMeasures, ByHand) {
  const std::vector<uint32_t> list = {7, 3, 9, 1}, relevant = {1, 3, 5};
  // Places 2 and 4 hit; the best would be places 1 to 3.
  const double gain = 1 / std::log2(3) + 1 / std::log2(5);
  const double best = 1 + 1 / std::log2(3) + 1 / std::log2(4);
  EXPECT_DOUBLE_EQ(ndcg_at(list, relevant, 10), gain / best);
  EXPECT_DOUBLE_EQ(ndcg_at(list, relevant, 2), (1 / std::log2(3)) / (1 + 1 / std::log2(3)));
  EXPECT_DOUBLE_EQ(recall_at(list, relevant, 20), 2.0 / 3);
  EXPECT_DOUBLE_EQ(recall_at(list, relevant, 2), 1.0 / 3);
  EXPECT_EQ(ndcg_at({}, relevant, 10), 0);
  EXPECT_EQ(ndcg_at(relevant, relevant, 10), 1);
}

// ---- recommending

// Tea and cups go together, so do nails and hammers; soap is what most people buy.
World tea_and_tools() {
  World world;
  for (PersonId p = 1; p <= 40; ++p) {
    const bool tea = p % 2 == 0;
    world.did(p, tea ? "tea" : "nails", 10 + static_cast<double>(p) / 10);
    if (p > 4) world.did(p, tea ? "cup" : "hammer", 20);
    if (p % 3 != 0) world.did(p, "soap", 30);
  }
  return world;
}

TEST(Recommending, NeighboursAreBoughtTogether) {
  World world = tea_and_tools();
  const Recommender made = world.make(60);
  const auto near = made.neighbours(*world.catalogue.find("tea"));
  ASSERT_FALSE(near.empty());
  EXPECT_EQ(world.catalogue.item(near[0].item).id, "cup");
  // 20 bought tea, 18 of them a cup, which nobody else did.
  EXPECT_NEAR(near[0].similarity, 18 / (std::sqrt(20.0 * 18) + kNeighbourShrink), 1e-6);
  for (const Neighbour& n : near) EXPECT_NE(world.catalogue.item(n.item).id, "nails");
}

TEST(Recommending, ReasonsAndWhatIsLeftOut) {
  World world = tea_and_tools();
  const Recommender made = world.make(60);
  const auto list = made.recommend_by(Way::kTogether, 2, {.limit = 5}, world.catalogue);
  const auto names = world.names(list);
  ASSERT_FALSE(list.empty());
  EXPECT_EQ(names[0], "cup");
  EXPECT_EQ(list[0].why.kind, Because::Kind::kBoughtWith);
  EXPECT_EQ(world.catalogue.item(list[0].why.item).id, "tea");
  EXPECT_THAT(names, Not(Contains("tea")));
  EXPECT_THAT(world.names(made.recommend_by(Way::kTogether, 2, {.limit = 9, .repeat = true},
                                            world.catalogue)),
              Contains("tea"));
  // Somebody new: what is popular.
  const auto fresh = made.recommend_by(Way::kTogether, 999, {.limit = 1}, world.catalogue);
  EXPECT_THAT(world.names(fresh), ElementsAre("soap"));
  EXPECT_EQ(fresh[0].why.kind, Because::Kind::kPopular);
  // Somebody new who looked at nails a minute ago.
  const std::vector<Touch> more = {
      {.item = *world.catalogue.find("nails"), .viewed = true, .strength = 0.15F}};
  const auto looked =
      made.recommend_by(Way::kFactors, 999, {.limit = 1}, world.catalogue, {.more = more});
  EXPECT_THAT(world.names(looked), ElementsAre("hammer"));
  EXPECT_EQ(looked[0].why.kind, Because::Kind::kViewedWith);
  // What was bought since is left out as well.
  const std::vector<Touch> since = {
      {.item = *world.catalogue.find("cup"), .bought = true, .strength = 1}};
  EXPECT_THAT(world.names(made.recommend_by(Way::kTogether, 2, {.limit = 9}, world.catalogue,
                                            {.more = since})),
              Not(Contains("cup")));
}

TEST(Recommending, FiltersAndTheCapOfACategory) {
  World world;
  for (int i = 0; i < 6; ++i) {
    const std::string id = "a" + std::to_string(i);
    world.item(id, {.category = "A", .price_minor = 100 * i});
    for (PersonId p = 1; p <= 20 - i; ++p) world.did(p, id, 50);
  }
  world.item("b", {.category = "B", .price_minor = 5'000});
  world.item("c", {.in_stock = false});
  world.item("d", {.regions = {"north"}});
  for (const char* id : {"b", "c", "d"}) world.did(30, id, 50);
  const Recommender made = world.make(60);
  const auto popular = [&](Wish wish) {
    return world.names(made.recommend_by(Way::kPopular, 77, wish, world.catalogue));
  };
  EXPECT_THAT(popular({.limit = 9}), ElementsAre("a0", "a1", "a2", "b", "d"));
  EXPECT_THAT(popular({.limit = 9, .per_category = 1}), ElementsAre("a0", "b", "d"));
  EXPECT_EQ(popular({.limit = 9, .in_stock = false, .per_category = 0}).size(), 9u);
  EXPECT_EQ(popular({.limit = 8, .in_stock = false, .per_category = 0}).size(), 8u);
  EXPECT_THAT(popular({.limit = 9, .region = "south"}), Not(Contains("d")));
  EXPECT_THAT(popular({.limit = 9, .region = "north"}), Contains("d"));
  EXPECT_THAT(popular({.price_from = 200, .price_to = 300}), ElementsAre("a2", "a3"));
  EXPECT_THAT(popular({.price_from = 301, .per_category = 0}), ElementsAre("a4", "a5", "b"));
}

TEST(Recommending, GroupsHaveListsOfTheirOwnOnceTheyAreLarge) {
  World world;
  world.groups->names = {"", "country:CN", "country:SG"};
  for (PersonId p = 1; p <= 400; ++p) {
    world.groups->of[p] = p <= 250 ? 1 : 2;
    world.did(p, p <= 250 ? "rice" : "laksa", 50);
  }
  for (PersonId p = 1; p <= 400; ++p) world.did(p, "salt", 51);
  world.groups->of[900] = 1;
  world.groups->of[901] = 2;
  const Recommender made = world.make(60);
  const auto first = [&](PersonId p) {
    return made.recommend_by(Way::kPopularIn, p, {.limit = 3}, world.catalogue);
  };
  EXPECT_THAT(world.names(first(900)), ElementsAre("rice", "salt", "laksa"));
  EXPECT_EQ(first(900)[0].why.kind, Because::Kind::kPopularIn);
  EXPECT_THAT(world.names(first(901)), ElementsAre("laksa", "salt", "rice"));
  EXPECT_EQ(made.group_of(900), "country:CN");
  EXPECT_EQ(made.group_of(902), "");
}

// ---- the check

// People of two tastes with 30 items each, some of which are bought by many.
World tastes(int people, bool any_taste) {
  World world;
  std::mt19937_64 random(4);
  for (int i = 0; i < 60; ++i) world.item("i" + std::to_string(i));
  for (PersonId p = 1; p <= people; ++p) {
    for (int k = 0; k < 14; ++k) {
      const uint64_t base = any_taste ? (p % 2) * 30 : 30 * (random() % 2);
      const uint64_t item = base + (random() % 30) * (random() % 30) / 30;
      world.did(p, "i" + std::to_string(item), 3 + 6.9 * k);
    }
  }
  return world;
}

TEST(RecommenderChecking, TastesAreFoundWhereThereAreAny) {
  World world = tastes(600, true);
  const RecommenderModel model = check(world);
  EXPECT_TRUE(model.faults.empty());
  ASSERT_EQ(model.all.ways.size(), kWays + 1);
  EXPECT_GT(model.blend.known.of(Way::kTogether) + model.blend.known.of(Way::kFactors), 0);
  EXPECT_FALSE(model.all.ways[0].wins);
  EXPECT_EQ(model.all.ways[0].more, 0);
  for (const size_t way : {2, 3}) {
    EXPECT_TRUE(model.all.ways[way].wins) << way;
    EXPECT_GT(model.all.ways[way].recall, model.all.ways[0].recall);
    EXPECT_GT(model.all.ways[way].coverage, model.all.ways[0].coverage);
  }
}

TEST(RecommenderChecking, WithoutTastesWhatIsPopularStays) {
  World world = tastes(600, false);
  const RecommenderModel model = check(world);
  EXPECT_EQ(model.all.used, Way::kPopular);
  EXPECT_THAT(model.faults, ElementsAre("no_better_than_popular"));
}

TEST(RecommenderChecking, NothingIsLearnedFromTheTimeOfTheCheck) {
  World world = tastes(600, true);
  const auto before = check(world);
  // Everything after the cut turned round: the rankings must not change, so they hit less.
  for (Bit& bit : world.bits) {
    if (bit.at_ms >= to_millis(before.cut)) bit.item = (bit.item + 30) % 60;
  }
  const auto after = check(world);
  EXPECT_LT(after.all.ways[2].ndcg, before.all.ways[2].ndcg / 2);
}

TEST(RecommenderChecking, FewPeopleSayNothing) {
  World nobody;
  EXPECT_THAT(check(nobody).faults, ElementsAre("too_few_customers"));
  World few = tastes(20, true);
  EXPECT_THAT(check(few).faults, ElementsAre("too_few_customers"));
  EXPECT_EQ(check(few).all.used, Way::kPopular);
}

TEST(RecommenderSettingsJson, RoundTripAndMistakes) {
  const RecommenderSettings settings{.repeat = true, .per_category = 0, .factors = 16};
  EXPECT_EQ(to_json(*recommender_settings_from_json(to_json(settings))), to_json(settings));
  for (const auto& [name, low, high] : {std::tuple("per_category", 0, 100),
                                        {"test_days", 7, 180},
                                        {"factors", 8, 256},
                                        {"retrain_days", 1, 365}}) {
    for (const int value : {low, high})
      EXPECT_TRUE(recommender_settings_from_json({{name, value}})) << name << value;
    for (const int value : {low - 1, high + 1}) {
      const auto read = recommender_settings_from_json({{name, value}});
      ASSERT_FALSE(read) << name << value;
      EXPECT_EQ(read.error().where, name);
    }
  }
  EXPECT_FALSE(recommender_settings_from_json({{"taste", 1}}));
  EXPECT_EQ(recommender_settings_from_json(Json::object())->groups.by, Grouping::kCountry);
  EXPECT_EQ(parse_way("popular_in_country"), Way::kPlace);  // of a card from before
}

}  // namespace
}  // namespace perennial::value
