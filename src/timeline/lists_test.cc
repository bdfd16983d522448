#include "timeline/lists.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "base/base.h"
#include "timeline/list_reader.h"

namespace perennial::timeline {
namespace {

using Op = Test::Op;

std::vector<ListReader::Copy> read(const Lists& lists, const Json& event) {
  const std::string text = to_text(event);
  simdjson::dom::parser parser;
  return ListReader(lists).read(parser.parse(text).value());
}

Test test_of(std::string property, Op op, std::vector<std::string> texts,
             std::vector<double> numbers = {}) {
  return {.property = std::move(property),
          .op = op,
          .texts = std::move(texts),
          .numbers = std::move(numbers)};
}

TEST(Lists, AreNamedByBrackets) {
  EXPECT_TRUE(in_list("products[].sku"));
  EXPECT_TRUE(in_list("tags[]"));
  EXPECT_FALSE(in_list("products.sku"));
}

TEST(Lists, StandInForWhatASelectorUses) {
  Selector selector;
  EventSelector event;
  event.where = {.kind = Condition::Kind::kAny, .parts = {}, .test = {}};
  for (Op op : {Op::kIs, Op::kIsNot})
    event.where.parts.push_back(
        {.kind = Condition::Kind::kTest, .parts = {}, .test = test_of("tags[]", op, {"a"})});
  event.where.parts.push_back(
      {.kind = Condition::Kind::kTest, .parts = {}, .test = test_of("plain", Op::kIsNot, {"a"})});
  selector.any_of = {event};
  selector.number = "products[].price";
  selector.group = "products[].sku";
  Lists lists;
  use_lists(selector, lists);
  ASSERT_EQ(lists.tests.size(), 1u);  // the opposite needs no test of its own
  EXPECT_EQ(lists.tests[0].op, Op::kIs);
  EXPECT_EQ(lists.numbers, std::set<std::string>{"products[].price"});
  EXPECT_EQ(lists.split, "products[].sku");
  const auto& parts = selector.any_of[0].where.parts;
  EXPECT_EQ(parts[0].test.property, parts[1].test.property);
  EXPECT_EQ(parts[0].test.op, Op::kIs);
  EXPECT_EQ(parts[1].test.op, Op::kIsNot);
  EXPECT_EQ(parts[2].test.property, "plain");
  const Selector once = selector;
  use_lists(selector, lists);  // what stands for lists is not in one
  EXPECT_EQ(selector.group, once.group);
  EXPECT_EQ(lists.tests.size(), 1u);
}

TEST(Lists, AnEventIsReadOnceForEachValue) {
  const Json event = Json::parse(R"({"products": [
      {"sku": "a", "price": 2.5, "tags": ["x", "y"]}, {"sku": "b", "price": 4},
      {"sku": "a", "price": 1}, {"price": 100}, {"sku": 7, "price": "free"}, "odd"],
    "fees": [1, 2]})");
  Lists lists{.tests = {test_of("products[].price", Op::kGreater, {}, {3}),
                        test_of("products[].tags[]", Op::kIs, {"y"}),
                        test_of("products[].sku", Op::kIs, {"c"})},
              .numbers = {"products[].price", "fees[]"},
              .split = "products[].sku",
              .shown = std::nullopt};
  const auto price = name_of_number("products[].price"), fees = name_of_number("fees[]");
  auto copies = read(lists, event);
  ASSERT_EQ(copies.size(), 3u);
  std::map<std::string, std::map<std::string, double>> sums;
  for (const auto& copy : copies) {
    EXPECT_EQ(copy.fitting, (std::vector<std::string>{name_of_test(lists.tests[0]),
                                                      name_of_test(lists.tests[1])}));
    for (const auto& [name, number] : copy.numbers) sums[*copy.value][name] = number;
  }
  EXPECT_EQ(sums["a"][price], 3.5);
  EXPECT_EQ(sums["b"][price], 4);
  EXPECT_EQ(sums["a"][fees], 3);            // of the event as a whole
  EXPECT_FALSE(sums["7"].contains(price));  // no number

  lists.shown = std::set<std::string>{"b"};
  copies = read(lists, event);
  ASSERT_EQ(copies.size(), 2u);  // a and 7 are one
  EXPECT_EQ(copies[0].value, kOtherListValue);
  EXPECT_EQ(copies[1].value, "b");

  const auto without = read(lists, Json::parse(R"({"products": {"sku": "a"}, "fees": []})"));
  ASSERT_EQ(without.size(), 1u);
  EXPECT_FALSE(without[0].value);
  EXPECT_TRUE(without[0].fitting.empty() && without[0].numbers.empty());
}

TEST(Lists, ValuesBeyondTheLimitAreNotRead) {
  Json at = {{"list", Json::array()}};
  for (size_t i = 0; i < kMaxListValues; ++i) at["list"].push_back(1);
  Json over = at;
  over["list"].push_back(1);
  const Lists lists{.tests = {}, .numbers = {"list[]"}, .split = "", .shown = std::nullopt};
  const auto sum = static_cast<double>(kMaxListValues);
  EXPECT_EQ(read(lists, at)[0].numbers[0].second, sum);
  EXPECT_EQ(read(lists, over)[0].numbers[0].second, sum);
}

// The slow twin walks the JSON.
TEST(Lists, AgreeWithTheSlowTwin) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t n) { return random() % n; };
  const std::vector<std::string> skus = {"a", "b", "c", "d"};
  for (int round = 0; round < 500; ++round) {
    Json products = Json::array();
    for (uint64_t i = below(6); i > 0; --i) {
      Json product = Json::object();
      if (below(5) != 0) product["sku"] = skus[below(skus.size())];
      if (below(5) != 0) product["price"] = below(100);
      products.push_back(product);
    }
    std::set<std::string> shown;
    for (const auto& sku : skus) {
      if (below(2) == 0) shown.insert(sku);
    }
    const auto limit = static_cast<double>(below(100));
    const Lists lists{.tests = {test_of("products[].price", Op::kAtLeast, {}, {limit})},
                      .numbers = {"products[].price"},
                      .split = "products[].sku",
                      .shown = below(2) == 0 ? std::optional(shown) : std::nullopt};
    std::map<std::string, std::optional<double>> slow;
    bool fits = false;
    for (const Json& product : products) {
      const bool priced = product.contains("price");
      fits |= priced && product["price"].get<double>() >= limit;
      if (!product.contains("sku")) continue;
      std::string sku = product["sku"];
      if (lists.shown && !shown.contains(sku)) sku = kOtherListValue;
      auto& sum = slow[sku];
      if (priced) sum = sum.value_or(0) + product["price"].get<double>();
    }
    std::map<std::string, std::optional<double>> fast;
    for (const auto& copy : read(lists, {{"products", products}})) {
      EXPECT_EQ(!copy.fitting.empty(), fits);
      if (!copy.value) continue;
      ASSERT_TRUE(fast.emplace(*copy.value, std::nullopt).second);
      if (!copy.numbers.empty()) fast[*copy.value] = copy.numbers[0].second;
    }
    ASSERT_EQ(fast, slow) << products;
  }
}

}  // namespace
}  // namespace perennial::timeline
