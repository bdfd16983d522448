// Recommendations over a server, a log in memory and a real state database.
#include <random>

#include "value/models_testing.h"

namespace perennial::value {
namespace {

constexpr int kPeople = 300;

class RecommenderOverHttp : public ModelsOverHttp {
 protected:
  Json products(const std::string& sku) {
    return {{{"sku", sku},
             {"name", "Name of " + sku},
             {"category", sku.substr(0, 1)},
             {"price", 12.5}}};
  }
  void buy(const std::string& user, const std::string& sku, Instant at) {
    track(user, "Order Completed", at,
          {{"order_id", "o" + std::to_string(sent_)},
           {"total", "12.50"},
           {"currency", "CNY"},
           {"products", products(sku)}});
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
  call("GET", "/v1/value/recommendations/people/1?in_stock=maybe", Json::object(), 400);
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

}  // namespace
}  // namespace perennial::value
