// Paths whose events are told apart by a property, against the same paths of people who track an
// event of its own for each value.
#include <random>

#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

using testing::ElementsAre;

class PathsSplit : public BehaviourTest {
 protected:
  // What was walked: "A > B" and how often, by how many people.
  std::map<std::string, std::pair<int64_t, int64_t>> walked(const Json& answer) {
    std::map<std::string, std::pair<int64_t, int64_t>> out;
    for (const Json& path : answer["top"]) {
      std::string text;
      for (const Json& step : path["events"]) text += step.get<std::string>() + " > ";
      out[text] = {path["count"].get<int64_t>(), path["people"]["value"].get<int64_t>()};
    }
    return out;
  }
  std::map<std::string, int64_t> steps(const Json& answer) {
    std::map<std::string, int64_t> out;
    for (const Json& node : answer["nodes"]) {
      out[std::to_string(node["step"].get<int>()) + " " + node["event"].get<std::string>()] =
          node["count"].get<int64_t>();
    }
    return out;
  }
};

TEST_F(PathsSplit, ValuesAreStepsOfTheirOwn) {
  small_shop();
  Json all = ask(march(R"("analysis": "paths", "split": {"property": "page"})"));
  EXPECT_EQ(walked(all).at("View: a > Cart > Order > "), std::pair(int64_t{1}, int64_t{1}));
  EXPECT_EQ(walked(all).at("View: b > "), std::pair(int64_t{3}, int64_t{2}));
  // The largest value alone; the other one shares a step with all others.
  Json one = ask(march(R"("analysis": "paths", "split": {"property": "page", "top": 1})"));
  EXPECT_EQ(steps(one).at("0 View: b"), 3);
  EXPECT_EQ(steps(one).at("0 View: …"), 2);
  // An end at a value has a step, however rare the value is.
  Json from = ask(march(R"("analysis": "paths", "split": {"property": "page", "top": 1},
      "from": {"event": "View", "where": {"property": "page", "op": "is", "value": "a"}})"));
  EXPECT_EQ(from["people"]["value"], 2);
  EXPECT_THAT(users(from["people"]), ElementsAre("ann", "bob"));
  Json nobody = ask(march(R"("analysis": "paths", "split": {"property": "page"},
      "to": {"event": "View", "where": {"property": "page", "op": "is", "value": "z"}})"));
  EXPECT_EQ(nobody["paths"], 0);
  // Numbers are values too; events without the property stay what they are.
  Json numbers = ask(march(R"("analysis": "paths", "split": {"property": "order",
      "events": [{"event": "Cart"}]})"));
  EXPECT_EQ(walked(numbers).at("View > Cart: 7 > Order > "), std::pair(int64_t{1}, int64_t{1}));
}

TEST_F(PathsSplit, WhatIsWrongIsNamed) {
  small_shop();
  const auto where = [&](const std::string& members) {
    return refused(march("\"analysis\": \"paths\", " + members))["where"].get<std::string>();
  };
  EXPECT_EQ(where(R"("split": {})"), "split.property");
  EXPECT_EQ(where(R"("split": {"property": "pages"})"), "split.property");
  EXPECT_EQ(where(R"("split": {"property": "products[].sku"})"), "split.property");
  EXPECT_EQ(where(R"("split": {"property": "page", "top": 0})"), "split.top");
  EXPECT_EQ(where(R"("split": {"property": "page", "top": 51})"), "split.top");
  EXPECT_EQ(where(R"("split": {"property": "page", "events": [{"event": "Viw"}]})"),
            "split.events[0].event");
  EXPECT_EQ(where(R"("split": {"property": "page", "events": [{"any_event": true}]})"),
            "split.events[0]");
  EXPECT_EQ(where(R"("split": {"property": "page"}, "from": {"event": "View"})"), "from");
  EXPECT_EQ(where(R"("split": {"property": "page", "events": [{"event": "View"}]},
                     "from": {"event": "Cart",
                              "where": {"property": "page", "op": "is", "value": "a"}})"),
            "from.where.property");
  EXPECT_EQ(where(R"("split": {"property": "page"}, "from": {"event": "View",
                     "where": {"property": "page", "op": "is_not", "value": "a"}})"),
            "from");
}

TEST_F(PathsSplit, IsWhatEventsOfTheirOwnWouldBe) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int n) { return std::uniform_int_distribution(0, n - 1)(random); };
  // Everything twice: by "u…" as View with a page, by "x…" as an event named for the page.
  for (int person = 0; person < 40; ++person) {
    Instant at = *parse_instant("2026-03-02T08:00:00Z");
    for (int i = below(12); i >= 0; --i) {
      at += std::chrono::seconds(below(3) == 0 ? 3'000 : 1 + below(60));
      const std::string time = format_instant(at), id = std::to_string(person);
      const int page = below(5);
      if (page == 4) {
        track("u" + id, "Buy", time);
        track("x" + id, "Sell", time);
        continue;
      }
      const std::string value(1, static_cast<char>('a' + page));
      track("u" + id, "View", time, page == 3 ? Json::object() : Json{{"page", value}});
      track("x" + id, page == 3 ? "Look" : "Look: " + value, time);
    }
  }
  serve();
  const auto same = [&](const std::string& split, const std::string& plain) {
    const Json answer = ask(march("\"analysis\": \"paths\", \"most_paths\": 1000, " + split));
    const Json twin = ask(march("\"analysis\": \"paths\", \"most_paths\": 1000, " + plain));
    std::string text = to_text({{"top", twin["top"]}, {"nodes", twin["nodes"]}});
    for (size_t i; (i = text.find("Look")) != text.npos;) text.replace(i, 4, "View");
    for (size_t i; (i = text.find("Sell")) != text.npos;) text.replace(i, 4, "Buy");
    const Json expected = *parse_json(text);
    EXPECT_EQ(walked(answer), walked(expected)) << split;
    EXPECT_EQ(steps(answer), steps(expected)) << split;
    EXPECT_EQ(answer["paths"], twin["paths"]);
    EXPECT_EQ(answer["people"]["value"], twin["people"]["value"]);
  };
  for (const char* more : {"", R"(, "merge_repeats": false)", R"(, "length": 3)"}) {
    same(R"("events": [{"event": "View"}, {"event": "Buy"}], "split": {"property": "page",
            "events": [{"event": "View"}]})" +
             std::string(more),
         R"("events": [{"event": "Look"}, {"event": "Look: a"}, {"event": "Look: b"},
                       {"event": "Look: c"}, {"event": "Sell"}])" +
             std::string(more));
    same(R"("events": [{"event": "View"}, {"event": "Buy"}], "split": {"property": "page"},
            "to": {"event": "Buy"},
            "from": {"event": "View", "where": {"property": "page", "op": "is", "value": "b"}})" +
             std::string(more),
         R"("events": [{"event": "Look"}, {"event": "Look: a"}, {"event": "Look: b"},
                       {"event": "Look: c"}, {"event": "Sell"}],
            "to": {"event": "Sell"}, "from": {"event": "Look: b"})" +
             std::string(more));
  }
}

}  // namespace
}  // namespace perennial::insight
