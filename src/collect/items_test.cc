#include "collect/items.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing.h"

namespace perennial::collect {
namespace {

using testing::ElementsAre;

class Items : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(database_->migrate(collect::migrations())); }
  static events::StoredEvent event(uint64_t seq, int64_t ms, std::string name, const Json& said) {
    events::StoredEvent event;
    event.seq = seq;
    event.name = std::move(name);
    event.timestamp = from_millis(ms);
    event.properties = to_text(said);
    return event;
  }
  void apply(std::vector<events::StoredEvent> events) {
    auto applied =
        database_->write([&](store::Connection& c) { return items_stage().apply(c, events); });
    ASSERT_TRUE(applied) << applied.error().text();
  }
  // "id {facts}" of all products.
  std::vector<std::string> shown(std::string_view search = "", int64_t offset = 0,
                                 int64_t limit = 100) {
    auto page = database_->read(
        [&](store::Connection& c) { return list_items(c, "product", search, offset, limit); });
    std::vector<std::string> out;
    for (const Item& item : page.value().items) out.push_back(item.id + " " + to_text(item.facts));
    return out;
  }

  store::TestDatabase database_;
};

Json said(std::string_view id, Json more = Json::object()) {
  Json all = {{"item_type", "product"}, {"item_id", id}};
  all.update(more);
  return all;
}

TEST_F(Items, TheLaterWordHolds) {
  apply({event(1, 100, "Item Set", said("p1", {{"name", "Tea"}, {"price_minor", 5}})),
         event(2, 90, "Item Set", said("p1", {{"name", "Old"}, {"brand", "B"}})),
         event(3, 100, "Item Set", said("p2", {{"name", "茶"}})),
         event(4, 110, "Item Set", {{"item_type", "product"}}),
         event(5, 110, "Viewed", said("p9"))});
  EXPECT_THAT(shown(), ElementsAre(R"(p1 {"brand":"B","name":"Tea","price_minor":5})",
                                   R"(p2 {"name":"茶"})"));
  apply({event(6, 120, "Item Set", said("p1", {{"price_minor", nullptr}}))});
  EXPECT_THAT(shown("TEA"), ElementsAre(R"(p1 {"brand":"B","name":"Tea"})"));
  EXPECT_THAT(shown("", 1, 1), ElementsAre(R"(p2 {"name":"茶"})"));
  apply({event(7, 130, "Item Deleted", said("p1")),
         event(8, 125, "Item Set", said("p1", {{"name", "Late"}}))});
  EXPECT_THAT(shown(), ElementsAre(R"(p2 {"name":"茶"})"));
  apply({event(9, 140, "Item Set", said("p1", {{"name", "Back"}}))});
  EXPECT_THAT(shown(), ElementsAre(R"(p1 {"name":"Back"})", R"(p2 {"name":"茶"})"));
}

TEST_F(Items, TheOrderOfArrivalDoesNotMatter) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<events::StoredEvent> events;
  for (uint64_t i = 1; i <= 60; ++i) {
    const std::string id = "p" + std::to_string(random() % 4);
    const bool gone = random() % 5 == 0;
    events.push_back(event(
        i, static_cast<int64_t>(1000 + i), gone ? "Item Deleted" : "Item Set",
        said(id, {{random() % 2 == 0 ? "name" : "brand", "v" + std::to_string(random() % 9)}})));
  }
  for (const auto& one : events) apply({one});
  auto in_order = shown();
  ASSERT_TRUE(
      database_->write([](store::Connection& c) { return c.execute("DELETE FROM items"); }));
  std::shuffle(events.begin(), events.end(), random);
  for (size_t i = 0; i < events.size();) {
    size_t size = std::min<size_t>(events.size() - i, 1 + random() % 9);
    std::vector<events::StoredEvent> batch(events.begin() + static_cast<ptrdiff_t>(i),
                                           events.begin() + static_cast<ptrdiff_t>(i + size));
    apply(batch);
    if (random() % 3 == 0) apply(batch);
    i += size;
  }
  EXPECT_EQ(shown(), in_order);
}

}  // namespace
}  // namespace perennial::collect
