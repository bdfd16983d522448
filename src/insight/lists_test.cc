// Questions about properties in lists, which only the event log holds, against a walk over what was
// sent; and the memory that a question may take.
#include <random>

#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

using testing::ElementsAre;

class ListsTest : public BehaviourTest {
 protected:
  void order(const std::string& user, std::string_view at, Json products, double revenue) {
    track(user, "Order", at, {{"products", std::move(products)}, {"revenue", revenue}});
  }
  static Json line(const std::string& sku, double price) {
    return {{"sku", sku}, {"price", price}};
  }
  void shop() {
    order("ann", "2026-03-02T10:00:00Z", {line("tea", 5), line("cup", 9), line("tea", 6)}, 20);
    order("ann", "2026-03-03T10:00:00Z", {line("tea", 7)}, 7);
    order("bob", "2026-03-03T11:00:00Z", {line("cup", 9), line("pot", 30)}, 39);
    order("eve", "2026-03-04T11:00:00Z", Json::array(), 1);
    order("eve", "2026-03-05T11:00:00Z", {line("tea", 2)}, 2);
    serve();
  }
  // The total of each group of a trend.
  std::map<std::string, double> totals(const Json& answer) {
    std::map<std::string, double> out;
    for (const Json& series : answer["series"]) {
      const std::string kind = series["group"]["kind"];
      const std::string label = series["group"]["label"];
      out[kind == "value" ? label : "(" + kind + ")"] =
          series["total"]["value"].is_null() ? 0 : series["total"]["value"].get<double>();
    }
    return out;
  }
  Json trend(const std::string& measure, const std::string& more = "",
             const std::string& where = "") {
    return ask(march(R"("analysis": "trends", "by": "month", "series": [{"select":
        {"event": "Order")" +
                     where + R"(}, "measure": )" + measure + "}]" + more));
  }
};

TEST_F(ListsTest, AnEventFitsWhenAnElementDoes) {
  shop();
  const auto people = [&](const std::string& test) {
    Json answer = trend("\"people\"", "", R"(, "where": {"property": "products[].)" + test + "}");
    EXPECT_EQ(answer["read"]["plan"], "sql");
    return users(answer["series"][0]["total"]);
  };
  EXPECT_THAT(people(R"(sku", "op": "is", "value": "pot")"), ElementsAre("bob"));
  EXPECT_THAT(people(R"(sku", "op": "is", "value": ["cup", "pot"])"), ElementsAre("ann", "bob"));
  // The opposite: no element is one.
  EXPECT_THAT(people(R"(sku", "op": "is_not", "value": "tea")"), ElementsAre("bob", "eve"));
  EXPECT_THAT(people(R"(price", "op": "at_least", "value": 9)"), ElementsAre("ann", "bob"));
  EXPECT_THAT(people(R"(sku", "op": "is_not_set")"), ElementsAre("eve"));
  Json funnel = ask(march(R"("analysis": "funnel", "steps": [
      {"event": "Order", "where": {"property": "products[].sku", "op": "is", "value": "cup"}},
      {"event": "Order", "where": {"property": "products[].sku", "op": "is", "value": "tea"}}])"));
  EXPECT_THAT(users(funnel["groups"][0]["steps"][1]["reached"]), ElementsAre("ann"));
}

TEST_F(ListsTest, NumbersAreSumsAndABreakdownCountsEachValue) {
  shop();
  loose_ = true;
  EXPECT_THAT(totals(trend(R"("sum", "property": "products[].price")")),
              ElementsAre(std::pair("(all)", 68.0)));
  const std::string by = R"(, "breakdown": {"event_property": "products[].sku")";
  const auto events = totals(trend("\"count\"", by + "}"));
  EXPECT_THAT(events, ElementsAre(std::pair("(none)", 1.0), std::pair("cup", 2.0),
                                  std::pair("pot", 1.0), std::pair("tea", 3.0)));
  // Of the same list: what the elements of the value add up to; of the event: all of it.
  EXPECT_THAT(totals(trend(R"("sum", "property": "products[].price")", by + "}")),
              ElementsAre(std::pair("(none)", 0.0), std::pair("cup", 18.0), std::pair("pot", 30.0),
                          std::pair("tea", 20.0)));
  EXPECT_EQ(totals(trend(R"("sum", "property": "revenue")", by + "}"))["cup"], 59.0);
  // Bob's order has two of the others and is one of them.
  const auto top = totals(trend("\"count\"", by + R"(, "top": 1})"));
  EXPECT_THAT(top, ElementsAre(std::pair("(other)", 3.0), std::pair("tea", 3.0)));
  loose_ = false;
  ASSERT_EQ(totals(trend("\"people\"", by + R"(, "top": 1})"))["(other)"], 3.0);
}

TEST_F(ListsTest, WhereOneValueIsNeededAListIsRefused) {
  shop();
  const std::string steps =
      R"("analysis": "funnel", "steps": [{"event": "Order"}, {"event": "Order"}], )";
  EXPECT_EQ(refused(march(steps + R"("held_property": "products[].sku")"))["where"],
            "held_property");
  EXPECT_EQ(refused(march(steps + R"("breakdown": {"event_property": "products[].sku"})"))["where"],
            "breakdown.event_property");
  EXPECT_EQ(refused(march(R"("analysis": "trends", "series": [{"select": {"event": "Order"},
      "measure": "count"}], "breakdown": {"event_property": "products[].price", "step": 5})"))
                ["where"],
            "breakdown.step");
  const std::string hint =
      refused(march(R"("analysis": "trends", "series": [{"select": {"event": "Order",
      "where": {"property": "products[].skew", "op": "is_set"}}, "measure": "count"}])"))["hint"];
  EXPECT_THAT(hint, testing::HasSubstr("did you mean \"products[].sku\""));
}

TEST_F(ListsTest, ValuesOfAListCanBePicked) {
  shop();
  auto [status, body] = send("GET", "/v1/insights/values?event=Order&property=products%5B%5D.sku");
  ASSERT_EQ(status, 200) << body;
  std::map<std::string, int> counts;
  for (const Json& value : body["values"]) counts[value["value"]] = value["count"];
  EXPECT_THAT(counts, ElementsAre(std::pair("cup", 2), std::pair("pot", 1), std::pair("tea", 3)));
}

TEST_F(ListsTest, AgreeWithAWalkOverWhatWasSent) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t n) { return random() % n; };
  std::map<std::string, std::set<std::string>> people;
  std::map<std::string, double> events, sums;
  for (int i = 0; i < 150; ++i) {
    const std::string user = "u" + std::to_string(below(20));
    Json products = Json::array();
    std::set<std::string> here;
    for (uint64_t n = below(5); n > 0; --n) {
      const std::string sku(1, static_cast<char>('a' + below(4)));
      const auto price = static_cast<double>(below(50));
      products.push_back(line(sku, price));
      sums[sku] += price;
      here.insert(sku);
    }
    for (const auto& sku : here) {
      people[sku].insert(user);
      events[sku] += 1;
    }
    order(user, "2026-03-0" + std::to_string(1 + below(9)) + "T10:00:00Z", products, 1);
  }
  serve();
  const std::string by = R"(, "breakdown": {"event_property": "products[].sku", "top": 10})";
  const auto counted = totals(trend("\"people\"", by));
  loose_ = true;
  const auto number = totals(trend("\"count\"", by));
  const auto priced = totals(trend(R"("sum", "property": "products[].price")", by));
  for (const auto& [sku, users] : people) {
    EXPECT_EQ(counted.at(sku), static_cast<double>(users.size())) << sku;
    EXPECT_EQ(number.at(sku), events[sku]) << sku;
    EXPECT_EQ(priced.at(sku), sums[sku]) << sku;
  }
}

TEST_F(ListsTest, AQuestionOverItsMemoryEnds) {
  most_memory_ = 50'000;
  for (int i = 0; i < 2'000; ++i)
    order("u" + std::to_string(i), "2026-03-02T10:00:00Z", {line("tea", i)}, i);
  serve();
  const std::string question = march(R"("analysis": "trends", "series": [{"select":
      {"event": "Order", "where": {"property": "products[].sku", "op": "is", "value": "tea"}},
      "measure": "people"}])");
  auto [status, body] = send("POST", "/v1/insights/query", *parse_json(question));
  EXPECT_EQ(status, 413) << body;
  EXPECT_EQ(body["code"], "too_large");
  // The timeline takes none of it.
  EXPECT_EQ(trend("\"people\"")["series"][0]["total"]["value"], 2'000);
}

TEST_F(ListsTest, AQuestionOverItsTimeEnds) {
  order("ann", "2026-03-02T10:00:00Z", {line("tea", 1)}, 1);
  most_time_ = 0s;
  serve();
  const std::string series = R"("series": [{"select": {"event": "Order"}, "measure": "count"}])";
  const std::string kernel = march(R"("analysis": "trends", )" + series);
  const std::string sql = march(R"("analysis": "trends", "series": [{"select": {"event": "Order",
      "where": {"property": "products[].sku", "op": "is", "value": "tea"}}, "measure": "count"}])");
  for (const std::string& question : {kernel, sql}) {
    auto [status, body] = send("POST", "/v1/insights/query", *parse_json(question));
    EXPECT_EQ(status, 504) << body;
    EXPECT_EQ(body["code"], "timeout");
  }
}

}  // namespace
}  // namespace perennial::insight
