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

}  // namespace
}  // namespace perennial::value
