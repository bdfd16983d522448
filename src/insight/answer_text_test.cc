#include "insight/answer_text.h"

#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace perennial::insight {
namespace {

// The slow twin: a tree of Json, and the same written member by member.
class Twins {
 public:
  explicit Twins(uint64_t seed) : random_(seed) {}

  Json tree(int depth) {
    Json json = below(2) == 0 ? Json::object() : Json::array();
    for (uint64_t i = below(5); i > 0; --i) {
      Json value = depth > 0 && below(3) == 0 ? tree(depth - 1) : leaf();
      if (json.is_array())
        json.push_back(std::move(value));
      else
        json["m" + std::to_string(i)] = std::move(value);
    }
    return json;
  }

  static void write(AnswerText& text, const Json& json) {
    if (json.is_object()) {
      text.object([&] { members(text, json); });
    } else if (json.is_array()) {
      text.array([&] { elements(text, json); });
    } else {
      leaf(json, [&](const auto& value) { text.value(value); });
    }
  }

 private:
  uint64_t below(uint64_t n) { return random_() % n; }

  Json leaf() {
    constexpr double kLarge = 1e300;
    switch (below(8)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return random_();
      case 3:
        return static_cast<int64_t>(random_());
      case 4:
        return static_cast<double>(below(1'000));
      case 5:
        return static_cast<double>(below(1'000)) / 997 * (below(9) == 0 ? kLarge : 1);
      case 6:
        return std::bit_cast<double>(random_());  // of any size, or none
      default:
        return std::string("\"\\\n\x01é客") + static_cast<char>('a' + below(26));
    }
  }

  template <class Take>
  static void leaf(const Json& json, Take take) {
    if (json.is_boolean()) return take(json.get<bool>());
    if (json.is_number_unsigned()) return take(json.get<uint64_t>());
    if (json.is_number_integer()) return take(json.get<int64_t>());
    if (json.is_number_float()) return take(std::optional(json.get<double>()));
    if (json.is_string()) return take(json.get<std::string>());
    take(std::optional<double>());
  }
  static void members(AnswerText& text, const Json& json) {
    for (const auto& [name, value] : json.items()) {
      if (value.is_object()) {
        text.object(name, [&] { members(text, value); });
      } else if (value.is_array()) {
        text.array(name, [&] { elements(text, value); });
      } else {
        leaf(value, [&](const auto& leaf) { text.member(name, leaf); });
      }
    }
  }
  static void elements(AnswerText& text, const Json& json) {
    for (const Json& value : json) write(text, value);
  }

  std::mt19937_64 random_;
};

TEST(AnswerText, SaysWhatTheTreeSays) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  Twins twins(seed);
  for (int round = 0; round < 2'000; ++round) {
    const Json tree = twins.tree(4);
    AnswerText text;
    Twins::write(text, tree);
    const std::string written = std::move(text).take();
    // Numbers that are not finite are null in both, which only reading shows.
    const Json expected = *parse_json(to_text(tree));
    const auto read = parse_json(written);
    ASSERT_TRUE(read) << written;
    ASSERT_EQ(*read, expected) << written;
    // A whole number and a number are different things to some readers.
    ASSERT_EQ(to_text(*read), to_text(expected));
  }
}

TEST(AnswerText, AnExampleByHand) {
  AnswerText text;
  text.object([&] {
    text.member("label", "a \"b\"");
    text.member("group", Json{{"kind", "all"}});
    text.member("rate", std::optional<double>());
    text.member("mean", std::numeric_limits<double>::infinity());
    text.member("whole", 3.0);
    text.array("cells", [&] {
      text.value(-1);
      text.value(true);
      text.array([] {});
      text.object([&] { text.plain_text("people", [](std::string& out) { out += "q1.2"; }); });
    });
  });
  EXPECT_EQ(std::move(text).take(),
            R"({"label":"a \"b\"","group":{"kind":"all"},"rate":null,"mean":null,"whole":3.0,)"
            R"("cells":[-1,true,[],{"people":"q1.2"}]})");
}

}  // namespace
}  // namespace perennial::insight
