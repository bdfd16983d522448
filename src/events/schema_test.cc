#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/schema_walk.h"
#include "events/testing.h"
#include "store/testing.h"

namespace perennial::events {
namespace {

using testing::ElementsAre;

class SchemaTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(database_->migrate(migrations())); }

  // One batch through a stage, as Stages does it.
  Result<void> apply(const Stage& stage, const std::vector<StoredEvent>& events) {
    auto done = database_->write([&](store::Connection& c) { return stage.apply(c, events); });
    if (done) stage.committed(events.back().seq);
    return done;
  }
  StoredEvent event(const std::string& name, const std::string& properties, int64_t ms = 1'000) {
    Event e = make_event("s", "m", ms - 5);
    e.name = name;
    e.properties = properties;
    return {e, ++seq_};
  }
  EventSchema schema(const std::string& name) {
    auto found =
        database_->read([&](store::Connection& c) { return schema_of(c, Type::kTrack, name); });
    EXPECT_TRUE(found) << found.error().text();
    return found.value_or(EventSchema());
  }
  std::vector<EventSchema> list() {
    return *database_->read([&](store::Connection& c) { return list_schema(c); });
  }
  std::map<std::string, std::pair<std::vector<std::string>, uint64_t>> properties(
      const std::string& name) {
    std::map<std::string, std::pair<std::vector<std::string>, uint64_t>> out;
    for (const PropertySchema& p : schema(name).properties) out[p.name] = {p.types, p.count};
    return out;
  }

  uint64_t seq_ = 0;
  store::TestDatabase database_;
};

TEST_F(SchemaTest, RegistersNestedProperties) {
  const Stage stage = schema_stage();
  ASSERT_TRUE(apply(stage, {event("Order", R"({
      "total": 12.5, "items": 3, "paid": true, "note": null, "at": "2011-09-09T12:30:00Z",
      "day": "2011-09-09", "phone": "2011-09-xx", "address": {"city": "上海", "geo": {"lat": 1}},
      "products": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2.5}], "tags": ["x", 7],
      "matrix": [[1, 2], [3]], "empty": []})")}));
  const auto found = properties("Order");
  using Found = std::pair<std::vector<std::string>, uint64_t>;
  const std::map<std::string, Found> expected{
      {"total", {{"number"}, 1}},
      {"items", {{"integer"}, 1}},
      {"paid", {{"boolean"}, 1}},
      {"note", {{"null"}, 1}},
      {"at", {{"time"}, 1}},
      {"day", {{"time"}, 1}},
      {"phone", {{"string"}, 1}},
      {"address", {{"object"}, 1}},
      {"address.city", {{"string"}, 1}},
      {"address.geo", {{"object"}, 1}},
      {"address.geo.lat", {{"integer"}, 1}},
      {"products", {{"array"}, 1}},
      {"products[]", {{"object"}, 2}},
      {"products[].sku", {{"string"}, 2}},
      {"products[].price", {{"integer", "number"}, 2}},
      {"tags", {{"array"}, 1}},
      {"tags[]", {{"string", "integer"}, 2}},
      {"matrix", {{"array"}, 1}},
      {"matrix[]", {{"array"}, 2}},
      {"matrix[][]", {{"integer"}, 3}},
      {"empty", {{"array"}, 1}},
  };
  EXPECT_EQ(found, expected);
}

TEST_F(SchemaTest, AddsUpOverBatchesAndRestarts) {
  ASSERT_TRUE(apply(schema_stage(), {event("A", R"({"x":1})", 3'000),
                                     event("A", R"({"x":"1"})", 1'000), event("B", "{}", 2'000)}));
  const Stage again = schema_stage();
  ASSERT_TRUE(apply(again, {event("A", R"({"y":1})", 9'000)}));
  ASSERT_TRUE(apply(again, {event("A", R"({"x":null})", 2'000)}));
  const EventSchema a = schema("A");
  EXPECT_EQ(a.count, 4u);
  EXPECT_EQ(a.first_seen, from_millis(1'000));
  EXPECT_EQ(a.last_seen, from_millis(9'000));
  ASSERT_EQ(a.properties.size(), 2u);
  EXPECT_EQ(a.properties[0].name, "x");
  EXPECT_THAT(a.properties[0].types, ElementsAre("string", "integer", "null"));
  EXPECT_EQ(a.properties[0].count, 3u);
  EXPECT_EQ(a.properties[0].first_seen, from_millis(1'000));
  EXPECT_EQ(a.properties[0].last_seen, from_millis(3'000));
  const auto events = list();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].name, "A");  // the most frequent first
  EXPECT_EQ(events[1].count, 1u);
  EXPECT_EQ(database_->read([](store::Connection& c) { return schema_of(c, Type::kPage, "A"); })
                .error()
                .code,
            Code::kNotFound);
}

TEST_F(SchemaTest, ABatchThatFailedCountsOnce) {
  const Stage stage = schema_stage();
  const std::vector<StoredEvent> batch{event("A", R"({"x":1,"y":2})")};
  const auto failed = database_->write([&](store::Connection& c) -> Result<void> {
    TRY(stage.apply(c, batch));
    return fail(Code::kInternal, "made up");
  });
  EXPECT_FALSE(failed);
  ASSERT_TRUE(apply(stage, batch));
  EXPECT_EQ(schema("A").count, 1u);
  EXPECT_EQ(properties("A").at("x").second, 1u);
}

TEST_F(SchemaTest, PropertiesAboveTheLimitCountAsOther) {
  const Stage stage = schema_stage();
  std::string many = "{";
  for (size_t i = 0; i < kMaxRegisteredProperties - 1; ++i) {
    many += "\"p" + std::to_string(i) + "\":1,";
  }
  ASSERT_TRUE(apply(stage, {event("A", many + R"("last":1})")}));
  EXPECT_EQ(properties("A").size(), kMaxRegisteredProperties);
  EXPECT_FALSE(properties("A").contains("(other)"));
  ASSERT_TRUE(apply(stage, {event("A", R"({"one more":1,"and":"x","last":2})")}));
  const auto found = properties("A");
  EXPECT_EQ(found.size(), kMaxRegisteredProperties + 1);
  EXPECT_EQ(found.at("(other)").second, 2u);
  EXPECT_THAT(found.at("(other)").first, ElementsAre("string", "integer"));
  EXPECT_EQ(found.at("last").second, 2u);
}

TEST_F(SchemaTest, NamesAboveTheLimitCountAsOther) {
  const Stage stage = schema_stage();
  std::vector<StoredEvent> batch;
  for (size_t i = 0; i < kMaxRegisteredEvents; ++i)
    batch.push_back(event("n" + std::to_string(i), "{}"));
  ASSERT_TRUE(apply(stage, batch));
  EXPECT_EQ(list().size(), kMaxRegisteredEvents);
  ASSERT_TRUE(
      apply(stage, {event("x", R"({"a":1})"), event("y", R"({"a":2})"), event("n7", "{}")}));
  EXPECT_EQ(list().size(), kMaxRegisteredEvents + 1);
  EXPECT_EQ(schema("(other)").count, 2u);
  EXPECT_EQ(properties("(other)").at("a").second, 2u);
  EXPECT_EQ(schema("n7").count, 2u);
}

TEST_F(SchemaTest, OddPropertiesDoNoHarm) {
  const Stage stage = schema_stage();
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = R"({"d":)" + deep + "}";
  ASSERT_TRUE(apply(
      stage,
      {event("A", deep), event("A", R"({"nul\u0000":1})"), event("A", "[]"), event("A", "not JSON"),
       event("A", "{}"), event("A", R"({")" + std::string(kMaxPropertyName + 1, 'k') + R"(":1})"),
       event("A", R"({")" + std::string(kMaxPropertyName, 'k') + R"(":1})"),
       event(std::string("a\0b", 3), "{}")}));
  const auto found = properties("A");
  EXPECT_EQ(schema("A").count, 7u);
  EXPECT_EQ(found.at("(other)").second, 2u);
  EXPECT_TRUE(found.contains(std::string(kMaxPropertyName, 'k')));
  EXPECT_EQ(found.size(), static_cast<size_t>(kMaxPropertyDepth) + 2);
  EXPECT_EQ(schema("(other)").count, 1u);
}

TEST_F(SchemaTest, RunsAsAStage) {
  auto log = open_memory();
  Stages stages(*log, *database_, {schema_stage()});
  std::vector<Event> events;
  for (int i = 0; i < 100; ++i) {
    events.push_back(make_event("s", std::to_string(i)));
  }
  ASSERT_TRUE(log->append_and_wait(events));
  ASSERT_TRUE(stages.wait_until(log->last_seq(), std::chrono::seconds(60)));
  EXPECT_EQ(schema("Order Completed").count, 100u);
}

}  // namespace
}  // namespace perennial::events
