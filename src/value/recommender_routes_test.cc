// Recommendations over a server, a log in memory and a real state database.
#include <map>
#include <random>

#include "value/models_testing.h"

namespace perennial::value {
namespace {

constexpr int kPeople = 300;

class RecommenderOverHttp : public ModelsOverHttp {
 protected:
  Json products(const std::string& sku, int pieces) {
    return {{{"sku", sku},
             {"name", "Name of " + sku},
             {"category", sku.substr(0, 1)},
             {"quantity", pieces},
             {"price", 12.5}}};
  }
  void buy(const std::string& user, const std::string& sku, Instant at, int pieces = 1) {
    track(user, "Order Completed", at,
          {{"order_id", "o" + std::to_string(sent_)},
           {"total", "12.50"},
           {"currency", "CNY"},
           {"products", products(sku, pieces)}});
  }
  void view(const std::string& user, const std::string& sku, Instant at) {
    track(user, "Product Viewed", at, {{"sku", sku}, {"price", 12.5}});
  }
  void set(const std::string& sku, const Json& facts, Instant at) {
    Json properties = {{"item_type", "product"}, {"item_id", sku}};
    properties.update(facts);
    track("shop", "Item Set", at, properties);
  }
  // Two tastes, a and b, of 20 items each; twelve purchases each, the last ones lately.
  void fill() {
    std::mt19937_64 random(8);
    for (int i = 0; i < kPeople; ++i) {
      const std::string taste = i % 2 == 0 ? "a" : "b";
      for (int k = 0; k < 12; ++k)
        buy("u" + std::to_string(i), taste + std::to_string((random() % 20) * (random() % 20) / 20),
            now_ - days(110) + days(9 * k) + 1h);
    }
    take();
  }
  void train() {
    call("POST", "/v1/value/recommendations/train", Json::object(), 202);
    models_->train_asked();
    const Json all = call("GET", "/v1/value/recommendations");
    ASSERT_TRUE(all["error"].is_null()) << all["error"];
    ASSERT_EQ(all["ready"], true);
  }
  Json to(const std::string& user, const std::string& query = "") {
    return call("GET", "/v1/value/recommendations/people/" + std::to_string(person(user)) + query);
  }
  std::vector<std::string> ids(const Json& items) {
    std::vector<std::string> ids;
    for (const Json& item : items) ids.push_back(item["id"]);
    return ids;
  }
};

TEST_F(RecommenderOverHttp, EmptyBeforeAnythingIsLearned) {
  const Json none = call("POST", "/v1/recommend", {{"anonymous_id", "a1"}});
  EXPECT_TRUE(none["way"].is_null());
  EXPECT_TRUE(none["items"].empty());
  call("POST", "/v1/value/recommendations/train", Json::object(), 202);
  models_->train_asked();
  EXPECT_NE(call("GET", "/v1/value/recommendations")["error"].get<std::string>().find("nobody"),
            std::string::npos);
  for (const char* path : {"/v1/recommend", "/v1/value/recommendations/ask"}) {
    call("POST", path, Json::object(), 400);
    call("POST", path, Json::array(), 400);
    call("POST", path, {{"anonymous_id", "null"}}, 400);
    call("POST", path, {{"anonymous_id", "a1"}, {"limit", 101}}, 400);
    call("POST", path, {{"anonymous_id", "a1"}, {"limit", 100}});
    call("POST", path, {{"anonymous_id", "a1"}, {"price_from", 5}, {"price_to", 4}}, 400);
  }
  call("GET", "/v1/value/recommendations/people/x", Json::object(), 404);
  call("PUT", "/v1/value/recommendations/settings", {{"factors", 7}}, 400);
}

TEST_F(RecommenderOverHttp, TheCardAndItemsOfOnesTaste) {
  fill();
  call("PUT", "/v1/value/recommendations/settings", {{"factors", 8}, {"per_category", 0}});
  train();
  const Json model = call("GET", "/v1/value/recommendations")["model"];
  EXPECT_EQ(model["faults"], Json::array());
  EXPECT_EQ(model["people"], kPeople);
  EXPECT_GE(model["checked"], 100);
  EXPECT_NE(model["used"], "popular");
  const Json answer = to("u0", "?limit=3");
  EXPECT_EQ(answer["way"], model["used"]);
  ASSERT_EQ(answer["items"].size(), 3u);
  for (const Json& item : answer["items"]) {
    EXPECT_EQ(item["category"], "a") << item;
    EXPECT_EQ(item["name"], "Name of " + item["id"].get<std::string>());
    EXPECT_EQ(item["price_minor"], 1'250);
    EXPECT_EQ(item["reason"]["kind"], "bought_with");
    EXPECT_EQ(item["reason"]["item"]["category"], "a");
  }
  EXPECT_EQ(
      call("POST", "/v1/value/recommendations/ask", {{"user_id", "u0"}, {"limit", 3}})["items"],
      answer["items"]);
  // Whoever nobody knows gets what is popular.
  const Json fresh = call("POST", "/v1/recommend", {{"anonymous_id", "new"}, {"limit", 2}});
  ASSERT_EQ(fresh["items"].size(), 2u);
  EXPECT_EQ(fresh["items"][0]["reason"]["kind"], "popular");
  EXPECT_TRUE(to("u0", "?price_to=1249")["items"].empty());
  // Bands beyond what 32 bits hold: in yuan 25 million, 30 million and more.
  set("a0", {{"price", "30000000.00"}}, now_ - 1h);
  take();
  models_->train_due();
  EXPECT_THAT(ids(to("u1", "?price_from=2500000000")["items"]), testing::ElementsAre("a0"));
  EXPECT_THAT(ids(to("u1", "?price_from=2500000000&price_to=3000000000")["items"]),
              testing::ElementsAre("a0"));
  EXPECT_THAT(ids(to("u1", "?price_to=4000000000&limit=100")["items"]), testing::Contains("a0"));
  call("GET", "/v1/value/recommendations/people/1?in_stock=maybe", Json::object(), 400);
}

TEST_F(RecommenderOverHttp, TheDemandOfAProductByWeek) {
  fill();
  // Two pieces each Wednesday for 40 weeks but one, the last whole week included; now is a Monday.
  for (int week = 0; week < 40; ++week) {
    if (week != 10) buy("w0", "z1", now_ - days(5 + 7 * week), 2);
  }
  buy("w0", "z1", now_ - 1h, 7);  // of the week that has begun
  buy("w1", "z2", now_ - days(5), 3);
  take();
  train();
  const Json all = call("GET", "/v1/value/forecast/products")["products"];
  std::map<std::string, double> units;
  std::vector<double> falling;
  for (const Json& one : all) {
    units[one["id"]] = one["units"];
    falling.push_back(one["units"]);
    EXPECT_EQ(one["name"], "Name of " + one["id"].get<std::string>());
  }
  EXPECT_TRUE(std::ranges::is_sorted(falling, std::greater{}));
  EXPECT_EQ(units.at("z1"), 78);
  EXPECT_EQ(units.at("z2"), 3);
  const Json answer = call("GET", "/v1/value/forecast?of=product:z1&weeks=5");
  EXPECT_EQ(answer["of"], "units");
  EXPECT_EQ(answer["product"], (Json{{"id", "z1"}, {"name", "Name of z1"}}));
  ASSERT_EQ(answer["past"].size(), 40u) << "from the first week in which it was bought";
  for (size_t week = 0; week < 40; ++week)
    EXPECT_EQ(answer["past"][week]["value"], week == 29 ? 0 : 2) << week;
  EXPECT_EQ(answer["past"][39]["week"], format_instant(now_ - 12h - days(7)));
  ASSERT_EQ(answer["weeks"].size(), 5u);
  EXPECT_EQ(answer["weeks"][0]["week"], format_instant(now_ - 12h));
  for (const Json& week : answer["weeks"]) {
    EXPECT_NEAR(week["value"].get<double>(), 2, 0.5) << week;
    EXPECT_LE(week["low_95"], week["low_80"]);
    EXPECT_LE(week["low_80"], week["value"]);
    EXPECT_LE(week["value"], week["high_80"]);
    EXPECT_LE(week["high_80"], week["high_95"]);
  }
  EXPECT_GT(answer["card"]["forecasts"], 0);
  call("GET", "/v1/value/forecast?of=product:none", Json::object(), 404);
}

TEST_F(RecommenderOverHttp, AreLearnedAgainOnTheirSchedule) {
  fill();
  models_->train_due();
  const auto version = [&] {
    return call("GET", "/v1/value/recommendations")["model"]["version"].get<int>();
  };
  EXPECT_EQ(version(), 1);
  now_ += days(1) - 1min;
  models_->train_due();
  EXPECT_EQ(version(), 1);
  now_ += 1min;
  models_->train_due();
  EXPECT_EQ(version(), 2);
  call("PUT", "/v1/value/recommendations/settings", {{"scheduled", false}});
  now_ += days(30);
  models_->train_due();
  EXPECT_EQ(version(), 2);
}

// A write key can be read in any page: it must not tell what the customer of a known number likes.
TEST_F(RecommenderOverHttp, AWriteKeyAsksForNoUserId) {
  fill();
  train();
  const Json refused = call("POST", "/v1/recommend", {{"user_id", "u0"}, {"limit", 3}}, 400);
  EXPECT_EQ(refused["where"], "user_id") << refused;
  call("POST", "/v1/recommend", {{"user_id", "u0"}, {"anonymous_id", "a1"}}, 400);
}

TEST_F(RecommenderOverHttp, WhatHappensSinceIsFollowed) {
  fill();
  call("PUT", "/v1/value/recommendations/settings", {{"factors", 8}, {"per_category", 0}});
  train();
  const auto before = ids(to("u0", "?limit=4")["items"]);
  buy("u0", before[0], now_ + 1min);
  view("u0", before[1], now_ + 2min);
  set(before[2], {{"in_stock", false}, {"name", "New name"}}, now_ + 3min);
  view("newcomer", "b1", now_ + 3min);
  take();
  models_->train_due();
  const Json after = to("u0", "?limit=40");
  EXPECT_THAT(ids(after["items"]), testing::Not(testing::Contains(before[0])));
  EXPECT_THAT(ids(after["items"]), testing::Not(testing::Contains(before[2])));
  EXPECT_THAT(ids(after["recently_viewed"]), testing::ElementsAre(before[1]));
  const Json all = to("u0", "?limit=40&in_stock=false");
  EXPECT_THAT(ids(all["items"]), testing::Contains(before[2]));
  for (const Json& item : all["items"])
    EXPECT_EQ(item["name"] == "New name", item["id"] == before[2]) << item;
  const Json newcomer =
      call("POST", "/v1/value/recommendations/ask", {{"user_id", "newcomer"}, {"limit", 1}});
  EXPECT_EQ(newcomer["items"][0]["category"], "b") << newcomer;
  EXPECT_EQ(newcomer["items"][0]["reason"]["kind"], "viewed_with");
  EXPECT_EQ(newcomer["items"][0]["reason"]["item"]["id"], "b1");
}

// A points mall asks about its own products: they stand in the order of the whole list.
TEST_F(RecommenderOverHttp, ProductsOfAMallInTheOrderOfTheWholeList) {
  const auto suited = [&](PersonId who, const std::vector<std::string>& products) {
    auto found = models_->suited(who, products);
    EXPECT_TRUE(found) << found.error().text();
    return std::move(*found);
  };
  fill();
  EXPECT_TRUE(suited(person("u0"), {"a1", "b1"}).empty()) << "nothing is learned yet";
  call("PUT", "/v1/value/recommendations/settings", {{"factors", 8}, {"per_category", 0}});
  train();
  const Json whole = to("u0", "?limit=100")["items"];
  const auto order = ids(whole);
  ASSERT_GE(order.size(), 20u);
  std::vector<std::string> products(order.rbegin(), order.rend());
  products.push_back("no such product");
  const auto all = suited(person("u0"), products);
  ASSERT_EQ(all.size(), order.size());
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].product, order[i]);
    EXPECT_EQ(all[i].reason, whole[i]["reason"]["kind"]);
    const Json& with = whole[i]["reason"]["item"];
    EXPECT_EQ(all[i].with, with.is_null() ? "" : with["name"]);
  }
  EXPECT_EQ(all[0].reason, "bought_with");
  EXPECT_EQ(all[0].with.substr(0, 9), "Name of a");
  const auto two = suited(person("u0"), {order[7], order[3]});
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].product, order[3]);
  EXPECT_TRUE(suited(person("u0"), {}).empty());
  EXPECT_TRUE(suited(999'999, products).empty()) << "of whom nothing is known";
  buy("u0", order[3], now_ + 1min);
  view("fresh", "b1", now_ + 1min);
  take();
  models_->train_due();
  EXPECT_EQ(suited(person("u0"), {order[7], order[3]}).size(), 1u) << "bought meanwhile";
  const auto fresh = suited(person("fresh"), {"a1", "b2", "b3"});
  ASSERT_FALSE(fresh.empty());
  EXPECT_EQ(fresh[0].reason, "viewed_with");
  EXPECT_EQ(fresh[0].with, "Name of b1");
}

// What answers was made before the erasure: it shows nobody what the person did.
TEST_F(RecommenderOverHttp, AnErasedPersonIsShownNothingOfTheirs) {
  fill();
  train();
  view("u0", "b1", now_ + 1min);
  take();
  models_->train_due();
  const PersonId old = person("u0");
  const std::string path = "/v1/value/recommendations/people/" + std::to_string(old);
  ASSERT_FALSE(call("GET", path)["recently_viewed"].empty());
  ASSERT_TRUE(followed_.database->write(
      [&](store::Connection& c) { return people::erase_person(c, old, {"era_1", "key"}); }));
  const Json after = call("GET", path);
  EXPECT_TRUE(after["recently_viewed"].empty());
  EXPECT_EQ(after["items"],
            call("POST", "/v1/value/recommendations/ask", {{"user_id", "nobody known"}})["items"]);
}

TEST_F(RecommenderOverHttp, ARestartMakesThemAgain) {
  fill();
  call("PUT", "/v1/value/recommendations/settings", {{"factors", 8}});
  train();
  const Json before = to("u1");
  serve();
  EXPECT_EQ(call("GET", "/v1/value/recommendations")["ready"], false);
  EXPECT_TRUE(to("u1")["items"].empty());
  models_->train_due();
  EXPECT_EQ(call("GET", "/v1/value/recommendations")["ready"], true);
  EXPECT_EQ(to("u1"), before);
}

TEST_F(RecommenderOverHttp, WhatIsPopularInASavedSegment) {
  fill();
  for (int i = 0; i < kPeople; ++i)
    sets_[i % 2 == 0 ? "segment:a" : "segment:b"].push_back(person("u" + std::to_string(i)));
  // Those who are in both are of the first.
  sets_["segment:all"] = sets_["segment:a"];
  for (const PersonId one : sets_["segment:b"]) sets_["segment:all"].push_back(one);
  track("new", "Seen", now_ - days(1));
  take();
  sets_["segment:b"].push_back(person("new"));
  const auto put = [&](const Json& body, int status = 200) {
    return call("PUT", "/v1/value/recommendations/settings", body, status);
  };
  EXPECT_EQ(put({{"popular_groups", "tier"}}, 400)["where"], "popular_groups");
  EXPECT_EQ(put({{"popular_groups", "sets"}}, 400)["where"], "popular_segments");
  EXPECT_EQ(put({{"popular_groups", "sets"}, {"popular_segments", {"segment:gone"}}}, 400)["where"],
            "popular_segments");
  const Json body =
      put({{"popular_groups", "sets"}, {"popular_segments", {"segment:b", "segment:all"}}});
  EXPECT_EQ(body["popular_segments"].size(), 2u);
  train();
  // Nothing is known of the newcomer but the segment, which buys of one category: at most three of
  // that, then what is popular with everybody.
  const Json items = to("new")["items"];
  ASSERT_EQ(items.size(), 6u);
  for (size_t i = 0; i < items.size(); ++i) {
    const bool of_segment = i < 3;
    EXPECT_EQ(items[i]["id"].get<std::string>()[0], of_segment ? 'b' : 'a') << items[i];
    EXPECT_EQ(items[i]["reason"]["kind"], of_segment ? "popular_in_group" : "popular");
    EXPECT_EQ(items[i]["reason"].value("group", ""), of_segment ? "segment:b" : "");
  }
  // Who asks by API for a shop is not told which segment somebody is in.
  const Json seen = call("POST", "/v1/value/recommendations/ask", {{"user_id", "new"}});
  ASSERT_FALSE(seen["items"].empty());
  for (const Json& item : seen["items"]) EXPECT_FALSE(item["reason"].contains("group"));
  // A segment that is deleted holds nobody; the next one counts.
  sets_.erase("segment:b");
  train();
  EXPECT_EQ(to("new")["items"][0]["reason"]["kind"], "popular");
}

// ---- other sources than the history

class RecommenderSourcesOverHttp : public RecommenderOverHttp {
 protected:
  void SetUp() override {
    RecommenderOverHttp::SetUp();
    fill();
    identify("new", now_ - days(1), {{"interests", {"B", "nothing of the shop"}}});
    take();
    train();
  }
  // The reason of the first item for somebody, with its source.
  Json first(const std::string& user) {
    const Json items = to(user, "?limit=1")["items"];
    if (items.size() != 1) return {};
    Json why = items[0]["reason"];
    why["source"] = items[0]["source"];
    return why;
  }
  int learned_from() {
    return call("GET", "/v1/value/recommendations")["model"]["people"].get<int>();
  }
  // The first user brings the others to the shop.
  void bring(const std::vector<std::string>& users) {
    for (size_t i = 1; i < users.size(); ++i)
      brought_.push_back({.by = person(users[0]),
                          .whom = person(users[i]),
                          .at_ms = to_millis(now_ - 1h),
                          .seq = followed_.log->last_seq()});
  }
  void follow() {
    take();
    models_->train_due();
  }
  // Hosts of a party of eight, of whom seven bought the lamp; a guest of theirs who is new.
  void party() {
    std::vector<std::string> users;
    for (int i = 0; i < 8; ++i) {
      users.push_back("party" + std::to_string(i));
      if (i > 0) buy(users.back(), "lamp", now_ - days(20));
      if (i == 0) track(users.back(), "Seen", now_ - days(20));
    }
    users.push_back("friend");
    track("friend", "Seen", now_ - days(1));
    take();
    bring(users);
    train();
  }
};

TEST_F(RecommenderSourcesOverHttp, WhatANewcomerStatesAndDidComesWithItsReason) {
  const Json stated = first("new");
  EXPECT_EQ(stated["source"], "interests");
  EXPECT_EQ(stated["kind"], "interest");
  EXPECT_EQ(stated["interest"], "B");
  EXPECT_EQ(stated["stated"], true);
  EXPECT_EQ(stated["text"]["en"], "matches your interest in B");
  EXPECT_EQ(stated["text"]["zh"], "符合您对“B”的兴趣");
  EXPECT_TRUE(stated["item"].is_null());
  for (const Json& item : to("new", "?limit=3")["items"]) EXPECT_EQ(item["category"], "b");
  EXPECT_EQ(to("new")["items"].size(), 6u) << "the cap of a category holds";
  const Json asked = call("POST", "/v1/value/recommendations/ask", {{"user_id", "new"}});
  EXPECT_EQ(asked["items"][0]["reason"]["kind"], "interest");
  EXPECT_EQ(asked["items"][0]["source"], "interests");
  // What they did besides, as the portrait has it now.
  likings_[person("new")] = {{.word = "a", .share = 0.5}, {.word = "b", .share = 0.5}};
  EXPECT_EQ(first("new")["interest"], "b") << "stated and done";
  EXPECT_EQ(first("new")["stated"], false);
  // Likings of the check are those of its cut, four weeks ago.
  EXPECT_EQ(likings_asked_at_, now_ - days(28));
  // Another trait says it, from the next training on.
  call("PUT", "/v1/value/recommendations/settings", {{"interest_trait", "likes"}});
  train();
  likings_.clear();
  EXPECT_EQ(first("new")["source"], "popular");
  call("PUT", "/v1/value/recommendations/settings", {{"interest_trait", std::string(201, 'x')}},
       400);
}

// The word is the value of a trait.
TEST_F(RecommenderSourcesOverHttp, ARoleThatSeesATraitInPartSeesNoWordOfIt) {
  ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
    return access::Settings::put_document(
        c, "people.masking", {{"analyst", {"interests"}}, {"operator", Json::array()}});
  }));
  role_ = "analyst";
  EXPECT_TRUE(first("new")["interest"].is_null());
  EXPECT_EQ(first("new")["text"]["en"], "matches your interests");
  EXPECT_EQ(first("new")["kind"], "interest");
  call("PUT", "/v1/value/recommendations/settings", {{"interest_trait", "interests"}});
  role_ = "operator";
  EXPECT_EQ(first("new")["interest"], "B");
}

TEST_F(RecommenderSourcesOverHttp, PeopleAroundAndWhoNoLongerCounts) {
  party();
  const Json around = first("friend");
  EXPECT_EQ(around["source"], "referrals");
  EXPECT_EQ(around["kind"], "bought_around");
  EXPECT_EQ(around.size(), 4u) << "it names nobody: " << around;
  EXPECT_EQ(around["text"]["en"], "bought by people around you");
  EXPECT_EQ(around["text"]["zh"], "您身边的人买过");
  const auto buyers = [&](int from, int to, bool erased) {
    for (int i = from; i < to; ++i) {
      const std::string user = "party" + std::to_string(i);
      if (erased) {
        const PersonId gone = person(user);
        const auto erased = followed_.database->write([&](store::Connection& c) {
          return people::erase_person(c, gone, {"era_" + user, "key"});
        });
        ASSERT_TRUE(erased) << erased.error().text();
      } else {
        track(user, "Unsubscribed", now_ - 1min, {{"channel", "profiling"}});
      }
    }
  };
  buyers(1, 3, true);  // seven less two erased
  EXPECT_EQ(first("friend")["source"], "referrals");
  buyers(3, 5, false);  // and two who withdrew: three are left
  follow();
  EXPECT_EQ(first("friend")["source"], "referrals");
  buyers(5, 6, false);
  follow();
  EXPECT_EQ(first("friend")["source"], "popular") << "two are too few";
  // Who takes it back counts again, once it is trained; who was there before it did at once.
  track("party5", "Subscribed", now_, {{"channel", "profiling"}});
  follow();
  EXPECT_EQ(first("friend")["source"], "referrals");
  // Without the one through whom they are around, nobody is.
  buyers(0, 1, true);
  EXPECT_EQ(first("friend")["source"], "popular");
  // The next training reads nothing of theirs.
  const int before = learned_from();
  train();
  EXPECT_LT(learned_from(), before);
  EXPECT_EQ(first("friend")["source"], "popular");
}

TEST_F(RecommenderSourcesOverHttp, WhoIsBroughtNowIsAroundAMinuteLater) {
  party();
  track("late", "Seen", now_);
  take();
  EXPECT_EQ(first("late")["source"], "popular");
  track("late", "Seen again", now_);
  take();
  bring({"party0", "late"});
  follow();
  EXPECT_EQ(first("late")["source"], "referrals");
}

// Who withdraws is recommended to as nobody, and counts for nobody.
TEST_F(RecommenderSourcesOverHttp, WhoWithdrawsFromProfilingIsNobody) {
  view("u0", "b3", now_ + 1min);
  likings_[person("u0")] = {{.word = "b", .share = 1}};
  follow();
  EXPECT_EQ(first("u0")["source"], "history");
  EXPECT_FALSE(to("u0")["recently_viewed"].empty());
  const int before = learned_from();
  track("u0", "Unsubscribed", now_ + 2min, {{"channel", "profiling"}});
  track("u2", "Unsubscribed", now_ + 2min, {{"channel", "email"}});
  follow();
  EXPECT_EQ(first("u0")["source"], "popular");
  EXPECT_TRUE(to("u0")["recently_viewed"].empty());
  EXPECT_EQ(first("u2")["source"], "history") << "that was about e-mail";
  train();
  EXPECT_EQ(learned_from(), before - 1);
  EXPECT_EQ(first("u0")["source"], "popular");
}

TEST_F(RecommenderSourcesOverHttp, WhoWithdrewAsAVisitorHasSoAsAUser) {
  view("u0", "b3", now_ + 1min);
  track("", "Unsubscribed", now_ + 2min, {{"channel", "profiling"}});
  waiting_.back().anonymous_id = "device";
  follow();
  EXPECT_EQ(first("u0")["source"], "history");
  identify("u0", now_ + 3min, Json::object());
  waiting_.back().anonymous_id = "device";
  follow();
  EXPECT_EQ(first("u0")["source"], "popular");
}

TEST_F(RecommenderSourcesOverHttp, WhoWithdrewIsJoinedWhileTheNewsAreRead) {
  view("u0", "b3", now_ + 1min);
  track("", "Unsubscribed", now_ + 2min, {{"channel", "profiling"}});
  waiting_.back().anonymous_id = "device";
  on_brought_asked_ = [&] {
    identify("u0", now_ + 3min, Json::object());
    waiting_.back().anonymous_id = "device";
    take();
  };
  follow();
  EXPECT_EQ(first("u0")["source"], "popular");
}

// A write key is no role: it sees what every role sees.
TEST_F(RecommenderSourcesOverHttp, ADeviceIsToldNoWordThatSomeRoleSeesInPart) {
  identify("new", now_, Json::object());
  waiting_.back().anonymous_id = "device";
  follow();
  const auto told = [&] {
    const Json items = call("POST", "/v1/recommend", {{"anonymous_id", "device"}})["items"];
    return items.at(0)["reason"];
  };
  EXPECT_EQ(told()["interest"], "B");
  ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
    return access::Settings::put_document(
        c, "people.masking", {{"analyst", {"interests"}}, {"operator", Json::array()}});
  }));
  EXPECT_TRUE(told()["interest"].is_null());
  EXPECT_EQ(told()["text"]["en"], "matches your interests");
}

TEST_F(RecommenderSourcesOverHttp, WhatIsPopularWhereSomebodyLives) {
  for (int i = 0; i < 20; ++i) {
    const std::string user = "s" + std::to_string(i);
    identify(user, now_ - days(20), {{"city", "Suzhou"}, {"country", "CN"}});
    for (const char* sku : {"silk", "tea", "fan"})
      if (i < 15 || sku[0] == 's') buy(user, sku, now_ - days(10));
  }
  identify("visitor", now_ - days(2), {{"city", "Suzhou"}});
  identify("elsewhere", now_ - days(2), {{"country", "SG"}});
  take();
  train();
  const Json here = first("visitor");
  EXPECT_EQ(here["source"], "place");
  EXPECT_EQ(here["kind"], "popular_in_place");
  EXPECT_FALSE(here.contains("group")) << "a trait may be seen in part";
  EXPECT_EQ(first("elsewhere")["source"], "popular");
  call("PUT", "/v1/value/recommendations/settings", {{"popular_groups", "all"}});
  train();
  EXPECT_EQ(first("visitor")["source"], "popular");
}

}  // namespace
}  // namespace perennial::value
