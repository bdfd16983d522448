// Sources of recommendations beside the history, in small worlds where the answer is known:
// interests, the people around, places; and how they are blended.
#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "value/recommender_testing.h"

namespace perennial::value {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> words(const std::vector<Liking>& likings) {
  std::vector<std::string> words;
  for (const Liking& one : likings) words.push_back(one.word);
  return words;
}

// ---- interests

// Bought so often: soap 50, tea 10, oolong 5, cup 20; tea and oolong are Tea, a cup is Kitchen.
World tea_and_soap() {
  World world;
  world.item("soap", {.category = "Bath"});
  world.item("tea", {.category = "Tea"});
  world.item("oolong", {.category = "Tea", .tags = {"Fujian"}});
  world.item("cup", {.category = "Kitchen", .tags = {"tea"}});
  for (const auto& [id, buyers] :
       {std::pair("soap", 50), {"tea", 10}, {"oolong", 5}, {"cup", 20}}) {
    for (PersonId p = 1; p <= buyers; ++p) world.did(p, id, 50);
  }
  return world;
}

TEST(RecommenderInterests, WhatIsWantedMostOfWhatIsLikedComesBeforeWhatIsPopular) {
  World world = tea_and_soap();
  const Recommender made = world.make(60);
  const std::vector<Liking> tea = {{.word = " TEA ", .share = 1}};
  const auto list = made.recommend(900, {}, {.limit = 4}, world.catalogue, {.likings = tea});
  // A cup has the tag.
  EXPECT_THAT(world.names(list), ElementsAre("cup", "tea", "oolong", "soap"));
  EXPECT_EQ(source_name(list[0].way), "interests");
  EXPECT_EQ(list[0].why.kind, Because::Kind::kInterest);
  EXPECT_EQ(list[0].why.word, " TEA ");
  EXPECT_EQ(source_name(list[3].way), "popular");
  EXPECT_EQ(list[3].why.kind, Because::Kind::kPopular);
  // Of tea 35 were bought: 20, 10 and 5.
  EXPECT_FLOAT_EQ(static_cast<float>(list[1].score), 10.0F / 35);
  // Nobody knows what they like.
  EXPECT_THAT(world.names(made.recommend(900, {}, {.limit = 1}, world.catalogue)),
              ElementsAre("soap"));
}

TEST(RecommenderInterests, SharesWeighWordsAndWhatWasViewedCounts) {
  World world = tea_and_soap();
  for (int i = 0; i < 4; ++i) world.did(1'000 + i, "milk", 55, Did::kViewed);
  world.item("milk", {.category = "Dairy"});
  const Recommender made = world.make(60);
  const auto first = [&](double tea, double dairy) {
    const std::vector<Liking> both = {{.word = "Fujian", .share = tea},
                                      {.word = "Dairy", .share = dairy}};
    return world.names(made.recommend(900, {}, {.limit = 2}, world.catalogue, {.likings = both}));
  };
  EXPECT_THAT(first(0.6, 0.4), ElementsAre("oolong", "milk"));
  EXPECT_THAT(first(0.4, 0.6), ElementsAre("milk", "oolong"));
}

TEST(RecommenderInterests, ALittleHistoryGoesFirstAndMuchLeavesInterestsOut) {
  World world = tea_and_soap();
  for (PersonId p = 200; p < 210; ++p) {
    for (const char* id : {"nail", "hammer", "saw", "glue"}) world.did(p, id, 40);
  }
  world.did(300, "nail", 45);
  for (const char* id : {"nail", "hammer", "saw"}) world.did(301, id, 45);
  const Recommender made = world.make(60);
  const std::vector<Liking> tea = {{.word = "tea", .share = 1}};
  const Blend together = {.known = Mix::only(Way::kTogether),
                          .newcomers = Mix::only(Way::kTogether)};
  const auto list = [&](PersonId person) {
    return world.names(
        made.recommend(person, together, {.limit = 5}, world.catalogue, {.likings = tea}));
  };
  EXPECT_TRUE(made.newcomer(300));
  EXPECT_THAT(list(300), ElementsAre("hammer", "saw", "glue", "cup", "tea"));
  EXPECT_FALSE(made.newcomer(301));
  const auto first = [&](const Blend& blend) {
    return world.names(made.recommend(301, blend, {.limit = 1}, world.catalogue, {}))[0];
  };
  EXPECT_EQ(first({}), "glue") << "nothing was checked: what goes with what they bought";
  EXPECT_EQ(first({.known = Mix::only(Way::kPopular), .newcomers = {}}), "soap")
      << "what is popular told best";
  const auto newcomer = [&](const Mix& mix) {
    const Blend blend = {.known = {}, .newcomers = mix};
    return world.names(
        made.recommend(900, blend, {.limit = 1}, world.catalogue, {.likings = tea}))[0];
  };
  EXPECT_EQ(newcomer({}), "cup") << "nothing was checked: what they like";
  EXPECT_EQ(newcomer(Mix::only(Way::kPopular)), "soap") << "what is popular told best";
  EXPECT_THAT(list(301), ElementsAre("glue", "soap", "cup", "tea", "oolong"))
      << "what has no weight says nothing of those who are known";
}

TEST(RecommenderInterests, FiltersAndTheCapHold) {
  World world;
  for (int i = 0; i < 6; ++i) {
    const std::string id = "t" + std::to_string(i);
    world.item(id, {.category = "Tea", .in_stock = i != 0});
    for (PersonId p = 1; p <= 20 - i; ++p) world.did(p, id, 50);
  }
  world.item("soap", {.category = "Bath"});
  world.did(1, "soap", 50);
  const Recommender made = world.make(60);
  const std::vector<Liking> tea = {{.word = "Tea", .share = 1}};
  EXPECT_THAT(world.names(made.recommend(900, {}, {.limit = 9}, world.catalogue, {.likings = tea})),
              ElementsAre("t1", "t2", "t3", "soap"));
}

TEST(RecommenderInterests, WhatIsStatedIsReadFromListsAndTexts) {
  EXPECT_THAT(words(stated_likings({"Tea", " tea", 7, "", "Lights"})),
              ElementsAre("Tea", "Lights"));
  EXPECT_THAT(words(stated_likings("茶、灯具，Tea; lamps")),
              ElementsAre("茶", "灯具", "Tea", "lamps"));
  EXPECT_THAT(stated_likings(Json()), IsEmpty());
  EXPECT_THAT(stated_likings({{"tea", true}}), IsEmpty());
  Json many = Json::array();
  for (size_t i = 0; i <= kMaxStated; ++i) many.push_back("word " + std::to_string(i));
  EXPECT_EQ(stated_likings(many).size(), kMaxStated);
  const auto stated = stated_likings({"Tea", "Lights"});
  EXPECT_DOUBLE_EQ(stated[0].share, 0.5);
  // Half is what they did, half what they say.
  const auto both =
      put_together({{.word = "tea", .share = 0.6}, {.word = "Bath", .share = 0.4}}, stated);
  EXPECT_THAT(words(both), ElementsAre("tea", "Lights", "Bath"));
  EXPECT_DOUBLE_EQ(both[0].share, 0.3 + 0.25);
  EXPECT_FALSE(both[0].stated) << "they did so too";
  EXPECT_TRUE(both[1].stated);
  EXPECT_DOUBLE_EQ(put_together({}, stated)[0].share, 0.5);
}

// ---- the people around

TEST(RecommenderAround, HopsAndWhoComesFirst) {
  // 1 brought 2, 3 and 4; 2 brought 5; 9 brought 1.
  const auto at = [](double day) { return to_millis(at_day(day)); };
  const std::vector<Brought> all = {{1, 2, at(1)}, {1, 3, at(2)}, {1, 4, at(3)}, {2, 5, at(4)},
                                    {9, 1, at(0)}, {8, 2, at(9)}, {7, 7, at(1)}, {6, 3, at(50)}};
  const Circles circles(all, at_day(40));
  const auto around = [&](PersonId person) {
    std::vector<std::string> words;
    for (const Near& near : circles.around(person))
      words.push_back(std::to_string(near.person) + "/" + std::to_string(near.hops) +
                      (near.via == 0 ? "" : " by " + std::to_string(near.via)));
    return words;
  };
  EXPECT_THAT(around(1), ElementsAre("9/1", "4/1", "3/1", "2/1", "5/2 by 2"));
  EXPECT_THAT(around(2), ElementsAre("1/1", "5/1", "4/2 by 1", "3/2 by 1"));
  EXPECT_THAT(around(5), ElementsAre("2/1"));
  EXPECT_THAT(around(7), IsEmpty()) << "nobody brings themselves";
  EXPECT_THAT(around(8), IsEmpty()) << "2 had come by 1 before";
  EXPECT_THAT(around(6), IsEmpty()) << "that was later";
}

TEST(RecommenderAround, OnlySoManyAreLookedAt) {
  std::vector<Brought> all;
  for (PersonId p = 2; p < 2'000; ++p) all.push_back({1, p, p});
  const Circles circles(all, at_day(0));
  EXPECT_EQ(circles.around(1).size(), kMaxAround);
  EXPECT_EQ(circles.around(1)[0].person, 1'999) << "who was brought last";
  EXPECT_EQ(circles.around(2).size(), kMaxAround);
}

// 1 brought 2 to 7. Of those so many bought the lamp, each of the others something of their own.
class RecommenderLamp {
 public:
  explicit RecommenderLamp(int buyers) {
    for (PersonId p = 2; p <= 7; ++p) {
      world.brought(1, p, 1);
      world.did(p, p < 2 + buyers ? "lamp" : "tea " + std::to_string(p), 50);
    }
    for (PersonId p = 100; p < 150; ++p) world.did(p, "soap", 50);
    made = world.make(60);
  }
  std::vector<Recommended> list(const Circles& circles, size_t limit = 1) {
    const auto around = circles.around(1);
    return made.recommend(1, {}, {.limit = limit}, world.catalogue, {.around = around});
  }
  std::vector<Recommended> list() { return list(Circles(world.known.brought, at_day(60))); }
  World world;
  Recommender made;
};

TEST(RecommenderAround, ThreeMustHaveBoughtItAndNotAll) {
  RecommenderLamp two(2), three(3), five(5), six(6);
  const auto first = three.list();
  EXPECT_THAT(three.world.names(first), ElementsAre("lamp"));
  EXPECT_EQ(source_name(first[0].way), "referrals");
  EXPECT_EQ(first[0].why.kind, Because::Kind::kAround);
  EXPECT_THAT(five.world.names(five.list()), ElementsAre("lamp"));
  EXPECT_THAT(two.world.names(two.list()), ElementsAre("soap"))
      << "what one or two bought is told to nobody";
  EXPECT_THAT(six.world.names(six.list()), ElementsAre("soap"))
      << "what all bought would tell of each";
  for (const Recommended& one : two.list(Circles(two.world.known.brought, at_day(60)), 9))
    EXPECT_NE(source_name(one.way), "referrals");
}

TEST(RecommenderAround, OnePersonWhoBuysOftenIsOne) {
  RecommenderLamp two(2);
  for (int day = 10; day < 40; ++day) two.world.did(2, "lamp", day);
  two.made = two.world.make(60);
  EXPECT_THAT(two.world.names(two.list()), ElementsAre("soap"));
}

TEST(RecommenderAround, TwoHopsSayHalfAndWhatIsOnlyLikedIsNoPurchase) {
  World world;
  // 1 was brought by 2, who brought 3 to 10 besides: two hops from 1; 1 brought 11 to 14.
  for (PersonId p : {1, 3, 4, 5, 6, 7, 8, 9, 10}) world.brought(2, p, 1);
  for (PersonId p = 11; p <= 14; ++p) world.brought(1, p, 1);
  for (PersonId p = 3; p <= 5; ++p) world.did(p, "far", 59.9);
  for (PersonId p = 11; p <= 13; ++p) world.did(p, "near", 59.9);
  for (PersonId p = 6; p <= 8; ++p) world.did(p, "wish", 59.9, Did::kAdded);
  const Recommender made = world.make(60);
  const auto around = Circles(world.known.brought, at_day(60)).around(1);
  const auto list =
      made.recommend_by(Way::kAround, 1, {.limit = 9}, world.catalogue, {.around = around});
  ASSERT_EQ(world.names(list), (std::vector<std::string>{"near", "far"}));
  EXPECT_NEAR(list[0].score, 3 / std::sqrt(3 + kNeighbourShrink), 1e-2);
  EXPECT_NEAR(list[1].score, list[0].score * double{kTwoHops}, 1e-6);
}

// ---- places

TEST(RecommenderPlaces, SharesOfAPlaceAreShrunkToThoseOfAll) {
  World world;
  world.places->names = {"", "country:CN", "country:SG", "country:MT"};
  const auto live = [&](PersonId first, PersonId last, uint16_t place, const char* buys) {
    for (PersonId p = first; p <= last; ++p) {
      world.places->of[p] = place;
      world.did(p, buys, 50);
    }
  };
  live(1, 600, 1, "rice");
  live(601, 800, 2, "laksa");
  live(801, 802, 3, "bread");
  world.places->of[900] = 2;
  world.places->of[901] = 3;
  const Recommender made = world.make(60);
  const auto list = [&](PersonId p) {
    return made.recommend_by(Way::kPlace, p, {.limit = 3}, world.catalogue);
  };
  EXPECT_THAT(world.names(list(900)), ElementsAre("laksa", "rice", "bread"));
  // 200 of 200 there, 200 of 802 anywhere.
  EXPECT_NEAR(list(900)[0].score, (200 + kPlacePrior * 200 / 802) / (200 + kPlacePrior), 1e-6);
  EXPECT_EQ(list(900)[0].why.kind, Because::Kind::kPopularInPlace);
  EXPECT_EQ(source_name(list(900)[0].way), "place");
  EXPECT_EQ(made.place_of(900), "country:SG");
  // Nobody there buys rice: it is popular anywhere.
  EXPECT_EQ(source_name(list(900)[1].way), "popular");
  // Two neighbours are too few to tell what they bought.
  EXPECT_THAT(world.names(list(901)), ElementsAre("rice", "laksa", "bread"));
  for (const Recommended& one : list(901)) EXPECT_EQ(source_name(one.way), "popular");
  EXPECT_EQ(source_name(list(999)[0].way), "popular") << "who lives nowhere";
}

TEST(RecommenderPlaces, FewBuyersMoveAListLittle) {
  World world;
  world.places->names = {"", "country:MT"};
  for (PersonId p = 1; p <= 500; ++p) world.did(p, p <= 260 ? "rice" : "laksa", 50);
  for (PersonId p = 501; p <= 503; ++p) {
    world.places->of[p] = 1;
    world.did(p, "laksa", 50);
  }
  world.did(501, "bread", 50);
  const Recommender made = world.make(60);
  // Of 503 nearly half buy laksa anyway, which three buyers tip; bread stays last.
  EXPECT_THAT(world.names(made.recommend_by(Way::kPlace, 502, {.repeat = true}, world.catalogue)),
              ElementsAre("rice", "laksa", "bread"));
}

// ---- blending

TEST(RecommenderBlend, PartsOfTheHighestAddUp) {
  World world = tea_and_soap();
  const Recommender made = world.make(60);
  const std::vector<Liking> tea = {{.word = "tea", .share = 1}};
  const auto list = [&](float popular, float interests) {
    Blend blend;
    blend.newcomers.of(Way::kPopular) = popular;
    blend.newcomers.of(Way::kInterests) = interests;
    return made.recommend(900, blend, {.limit = 4}, world.catalogue, {.likings = tea});
  };
  // Popular: soap 1, cup 0.4, tea 0.2, oolong 0.1; interests: cup 1, tea 0.5, oolong 0.25.
  const auto even = list(1, 1);
  EXPECT_THAT(world.names(even), ElementsAre("cup", "soap", "tea", "oolong"));
  EXPECT_NEAR(even[0].score, 1.4, 1e-6);
  EXPECT_EQ(source_name(even[0].way), "interests");
  EXPECT_EQ(source_name(even[1].way), "popular");
  EXPECT_THAT(world.names(list(1, 0.5F)), ElementsAre("soap", "cup", "tea", "oolong"));
  EXPECT_THAT(world.names(list(0, 1)), ElementsAre("cup", "tea", "oolong", "soap"));
}

// Voters whose purchase stands first in one way and nowhere in another.
std::vector<Voter> voters(size_t many, double by_together, double by_interests, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto chance = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  std::vector<Voter> all;
  for (size_t i = 0; i < many; ++i) {
    Voter one{.lists = {}, .bought = {5}};
    const auto put = [&](Way way, bool right) {
      one.lists[static_cast<size_t>(way)] = {{right ? 5 : static_cast<uint32_t>(random() % 5), 1}};
    };
    put(Way::kPopular, chance() < 0.1);
    put(Way::kTogether, chance() < by_together);
    put(Way::kInterests, chance() < by_interests);
    all.push_back(std::move(one));
  }
  return all;
}

Mix chosen(const std::vector<Voter>& voters) {
  std::vector<const Voter*> all;
  for (const Voter& one : voters) all.push_back(&one);
  return choose_mix(all, 6);
}

TEST(RecommenderBlend, WhatHelpsIsTakenAndWhatDoesNotIsNot) {
  const Mix both = chosen(voters(400, 0.5, 0.4, 1));
  EXPECT_GT(both.of(Way::kTogether), 0);
  EXPECT_GT(both.of(Way::kInterests), 0);
  EXPECT_EQ(both.of(Way::kAround), 0) << "it says nothing";
  float sum = 0;
  for (const float one : both.weight) sum += one;
  EXPECT_FLOAT_EQ(sum, 1);
  EXPECT_EQ(chosen(voters(400, 0.5, 0, 2)).of(Way::kInterests), 0);
  EXPECT_EQ(chosen({}), Mix{});
  EXPECT_EQ(chosen(voters(400, 0, 0, 3)), Mix::only(Way::kPopular));
}

TEST(RecommenderBlend, GainsAreThoseOfTheRanking) {
  Voter one{.lists = {}, .bought = {2}};
  one.lists[0] = {{1, 1}, {2, 0.5F}};
  one.lists[2] = {{3, 1}, {2, 0.9F}};
  const Voter* voter = &one;
  const auto gain = [&](float popular, float together) {
    Mix mix;
    mix.of(Way::kPopular) = popular;
    mix.of(Way::kTogether) = together;
    return gains_of(mix, {&voter, 1}, 4)[0];
  };
  EXPECT_DOUBLE_EQ(gain(1, 0), 1 / std::log2(3));
  EXPECT_DOUBLE_EQ(gain(1, 1), 1);
}

// ---- the check

// A hundred regulars who buy anything, and newcomers of two kinds who buy what they like.
World newcomers(bool likings, bool stated) {
  World world;
  std::mt19937_64 random(11);
  for (int i = 0; i < 40; ++i)
    world.item("i" + std::to_string(i), {.category = i < 20 ? "Tea" : "Tools"});
  const auto any = [&](int from) { return "i" + std::to_string(from + random() % 20); };
  for (PersonId p = 1; p <= 200; ++p) {
    for (int k = 0; k < 14; ++k)
      world.did(p, any(static_cast<int>(random() % 2) * 20), 3 + 6.9 * k);
  }
  world.known.likings.words = {"Tea", "Tools"};
  for (PersonId p = 1'001; p <= 1'400; ++p) {
    const bool tea = p % 2 == 0;
    for (const double day : {80, 85, 90}) world.did(p, any(tea ? 0 : 20), day);
    world.known.since.person.push_back(p);
    world.known.since.at_ms.push_back(to_millis(at_day(50)));
    if (likings)
      world.known.likings.rows.push_back({.person = p, .word = tea ? 0U : 1U, .share = 1});
    if (stated)
      world.known.stated.push_back({.person = p,
                                    .at_ms = to_millis(at_day(60)),
                                    .likings = stated_likings(tea ? "tea" : "tools")});
  }
  return world;
}

const WayCheck& row(const PeopleCheck& check, Way way) {
  return *std::ranges::find(check.ways, way, &WayCheck::way);
}

TEST(RecommenderNewcomers, WhatTheyLikeTellsWhatTheyBuy) {
  for (const bool stated : {false, true}) {
    World world = newcomers(!stated, stated);
    const RecommenderModel model = world.check({.factors = 8});
    EXPECT_EQ(model.newcomers.checked, 400);
    // Of newcomers nothing was seen before the cut; somebody known may have bought nothing new.
    EXPECT_LE(model.all.checked, 200);
    EXPECT_GE(model.all.checked, 195);
    const WayCheck& interests = row(model.newcomers, Way::kInterests);
    EXPECT_TRUE(interests.wins);
    EXPECT_EQ(interests.reach, 1);
    EXPECT_GT(interests.weight, 0);
    EXPECT_GT(interests.recall, row(model.newcomers, Way::kPopular).recall * 1.5);
    EXPECT_GT(model.blend.newcomers.of(Way::kInterests), 0);
    EXPECT_EQ(row(model.newcomers, Way::kAround).reach, 0);
    // Known people buy anything: nothing of theirs tells better, and interests have no weight.
    EXPECT_EQ(model.all.used, Way::kPopular);
    EXPECT_EQ(row(model.all, Way::kInterests).weight, 0);
    EXPECT_EQ(model.blend.known, Mix::only(Way::kPopular));
  }
}

// Of fewer newcomers than tell anything, what tells best of the others counts.
TEST(RecommenderNewcomers, TooFewToJudgeAreOfferedWhatIsPopularWhereThatTellsBest) {
  World world = newcomers(true, false);
  std::erase_if(world.bits, [](const Bit& bit) { return bit.person > 1'080; });
  const RecommenderModel model = world.check({.factors = 8});
  EXPECT_EQ(model.blend.known, Mix::only(Way::kPopular));
  EXPECT_EQ(model.blend.newcomers, Mix::only(Way::kPopular));
  EXPECT_TRUE(model.newcomers.ways.empty());
  EXPECT_EQ(model.newcomers.used, Way::kPopular);
  const Recommender made = world.make(100);
  const std::vector<Liking> tea = {{.word = "Tea", .share = 1}};
  const auto list = made.recommend(1'200, model.blend, {.limit = 40, .per_category = 0},
                                   world.catalogue, {.likings = tea});
  ASSERT_FALSE(list.empty());
  for (const Recommended& one : list) EXPECT_EQ(one.way, Way::kPopular);
}

// Everything that is told of the time of the check is told too late.
TEST(RecommenderNewcomers, NothingOfTheTimeOfTheCheckCounts) {
  World world = newcomers(false, true);
  for (Stated& one : world.known.stated) one.at_ms = to_millis(at_day(72));
  const RecommenderModel late = world.check({.factors = 8});
  EXPECT_EQ(row(late.newcomers, Way::kInterests).reach, 0);
  // One millisecond before the cut counts.
  for (Stated& one : world.known.stated) one.at_ms = to_millis(at_day(72)) - 1;
  EXPECT_EQ(row(world.check({.factors = 8}).newcomers, Way::kInterests).reach, 1);
  // Nor does anybody whom nobody knew then.
  for (int64_t& at : world.known.since.at_ms) at = to_millis(at_day(72));
  EXPECT_EQ(world.check({.factors = 8}).newcomers.checked, 0);
}

// Newcomers whose friends all buy of one shelf, and who then do so too.
World friends(double claimed, double bought) {
  World world;
  std::mt19937_64 random(12);
  for (int i = 0; i < 40; ++i) world.item("i" + std::to_string(i));
  const auto any = [&](uint64_t from, uint64_t of) {
    return "i" + std::to_string(from + random() % of);
  };
  for (PersonId p = 1; p <= 300; ++p) {
    for (int k = 0; k < 10; ++k) world.did(p, any(0, 40), 3 + 9 * k);
  }
  PersonId next = 1'000;
  for (int ring = 0; ring < 200; ++ring) {
    const PersonId by = next++, newcomer = next++;
    const uint64_t shelf = static_cast<uint64_t>(ring % 8) * 5;
    world.brought(by, newcomer, claimed);
    for (int k = 0; k < 8; ++k) {
      world.brought(by, next, 20);
      for (int n = 0; n < 4; ++n) world.did(next, any(shelf, 5), bought);
      ++next;
    }
    for (const double day : {80, 90}) world.did(newcomer, any(shelf, 5), day);
    world.known.since.person.push_back(newcomer);
    world.known.since.at_ms.push_back(to_millis(at_day(50)));
  }
  return world;
}

TEST(RecommenderNewcomers, PeopleAroundTellWhatTheyBuyUnlessItIsLater) {
  World before = friends(50, 60);
  const RecommenderModel model = before.check({.factors = 8});
  const WayCheck& around = row(model.newcomers, Way::kAround);
  EXPECT_TRUE(around.wins);
  EXPECT_GT(around.reach, 0.9);
  EXPECT_GT(model.blend.newcomers.of(Way::kAround), 0);
  World claimed_later = friends(75, 60), bought_later = friends(50, 75);
  EXPECT_EQ(row(claimed_later.check({.factors = 8}).newcomers, Way::kAround).reach, 0);
  EXPECT_EQ(row(bought_later.check({.factors = 8}).newcomers, Way::kAround).reach, 0);
}

TEST(RecommenderNewcomers, CardsAreReadAsTheyWereWritten) {
  World world = newcomers(true, false);
  const RecommenderModel model = world.check({.factors = 8});
  const RecommenderModel read = *recommender_model_from_json(to_json(model));
  EXPECT_EQ(to_json(read), to_json(model));
  EXPECT_EQ(read.blend, model.blend);
  // A card from before knows one way and nothing of newcomers.
  Json old = to_json(model);
  old.erase("newcomers");
  old["used"] = "bought_together";
  for (Json& way : old["ways"]) {
    way.erase("weight");
    way.erase("reach");
  }
  const RecommenderModel was = *recommender_model_from_json(old);
  EXPECT_EQ(was.blend.known, Mix::only(Way::kTogether));
  EXPECT_EQ(was.blend.newcomers, Mix::only(Way::kTogether));
}

}  // namespace
}  // namespace perennial::value
