#include "collect/json_scan.h"

#include <random>

#include <gtest/gtest.h>

#include "base/base.h"
#include "collect/collect.h"

namespace perennial::collect {
namespace {

// The whole of `text` as one value: its copy, or nothing when it is not JSON. The fault, if any,
// goes to `fault`.
std::optional<std::string> copy_of(const std::string& text, std::string* fault = nullptr) {
  JsonScanner scanner(text);
  std::string_view raw;
  std::string out;
  if (!scanner.copy(raw, out)) return std::nullopt;
  if (scanner.peek() != '\0' || scanner.position() != text.size()) return std::nullopt;
  if (fault != nullptr) *fault = scanner.fault() == nullptr ? "" : scanner.fault();
  return out;
}

std::string fault_of(const std::string& text) {
  std::string fault;
  EXPECT_TRUE(copy_of(text, &fault)) << text;
  return fault;
}

std::string nested(int levels) {
  return std::string(static_cast<size_t>(levels), '[') +
         std::string(static_cast<size_t>(levels), ']');
}

TEST(JsonScan, CopiesWithoutWhiteSpace) {
  EXPECT_EQ(copy_of(" { \"a\" : [ 1 , 2.50 , -0 , 1e5 ] ,\n\t\"b c\" : \"x  y\" } "),
            "{\"a\":[1,2.50,-0,1e5],\"b c\":\"x  y\"}");
  EXPECT_EQ(copy_of("[ ]"), "[]");
  EXPECT_EQ(copy_of("{ }"), "{}");
  EXPECT_EQ(copy_of("[true,false , null]"), "[true,false,null]");
  EXPECT_EQ(copy_of(R"("\u4e2d\/\n")"), R"("\u4e2d\/\n")");
}

TEST(JsonScan, RefusesWhatIsNotJson) {
  for (const char* text :
       {"",         "{",        "[1,]",    "{\"a\":1,}",  "{\"a\" 1}", "{a:1}",   "[1 2]",
        "01",       "1.",       ".5",      "+1",          "1e",        "-",       "tru",
        "nul",      "\"a",      "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"",  "'a'",     "[1]]",
        "{\"a\":}", "{\"a\":1", "NaN",     "[,1]",        "{,}",       "Infinity"}) {
    EXPECT_EQ(copy_of(text), std::nullopt) << text;
  }
}

TEST(JsonScan, FindsWhatCannotBeStored) {
  EXPECT_EQ(fault_of("1e308"), "");
  EXPECT_EQ(fault_of("1e400"), "holds a number out of range");
  EXPECT_EQ(fault_of("-1e400"), "holds a number out of range");
  EXPECT_EQ(fault_of("1e99999999999999999999"), "holds a number out of range");
  EXPECT_EQ(fault_of("1e-400"), "");
  EXPECT_EQ(fault_of("18446744073709551615"), "");
  EXPECT_EQ(fault_of("18446744073709551616"), "holds a number out of range");
  EXPECT_EQ(fault_of("-9223372036854775808"), "");
  EXPECT_EQ(fault_of("-9223372036854775809"), "holds a number out of range");
  EXPECT_EQ(fault_of(R"({"a":"x\u0000y"})"), "holds a NUL character");
  EXPECT_EQ(fault_of(R"({"\u0000":1})"), "holds a NUL character");
  EXPECT_EQ(fault_of(R"({"a":1,"b":2,"a":3})"), "holds the same key twice");
  EXPECT_EQ(fault_of(R"({"a":1,"\u0061":3})"), "holds the same key twice");
  EXPECT_EQ(fault_of(R"({"a":{"a":1},"b":{"a":1}})"), "");
  EXPECT_EQ(fault_of(nested(kMaxDepth)), "");
  EXPECT_EQ(fault_of(nested(kMaxDepth + 1)), "is nested deeper than 16 levels");
  EXPECT_EQ(fault_of(nested(100'000)), "is nested deeper than 16 levels");
}

TEST(JsonScan, FindsDuplicatesAmongManyKeys) {
  std::string text = "{\"k0\":0";
  for (int i = 1; i < 400; ++i) text += ",\"k" + std::to_string(i) + "\":0";
  EXPECT_EQ(fault_of(text + "}"), "");
  EXPECT_EQ(fault_of(text + ",\"k7\":1}"), "holds the same key twice");
}

TEST(JsonScan, MendsLoneSurrogates) {
  EXPECT_EQ(copy_of(R"("a\ud83db")"), R"("a\ufffdb")");
  EXPECT_EQ(copy_of(R"("\udc00")"), R"("\ufffd")");
  EXPECT_EQ(copy_of(R"("\ud83d\ud83d\ude00")"), R"("\ufffd\ud83d\ude00")");
  EXPECT_EQ(copy_of(R"("\ud83d\ude00\ufffd")"), R"("\ud83d\ude00\ufffd")");
}

TEST(JsonScan, KeysLoseTheirEscapes) {
  EXPECT_EQ(copy_of(R"({ "\u0061\"" : 1, "\ud83d":2 })"), "{\"a\\\"\":1,\"\xEF\xBF\xBD\":2}");
}

TEST(JsonScan, DecodesStrings) {
  EXPECT_EQ(decode_json_string(R"("a\"\\\/\b\f\n\r\tz")"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(decode_json_string(R"("\u00e9\u4e2d\ud83c\udf89")"), "é中🎉");
  EXPECT_EQ(decode_json_string(R"("\ud83c")"), "\xEF\xBF\xBD");
}

// ---- against nlohmann's parser, the slow twin

std::string random_json(std::mt19937_64& random, int depth) {
  static const std::vector<std::string> kScalars = {"0",
                                                    "-1",
                                                    "12.5",
                                                    "1e3",
                                                    "true",
                                                    "false",
                                                    "null",
                                                    "\"\"",
                                                    "\"a b\"",
                                                    "\"中\"",
                                                    "\"\\n\"",
                                                    "\"\\u00e9\"",
                                                    "\"0123456789abcdef\""};
  auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
  auto space = [&]() -> std::string { return pick(4) == 0 ? " \n" : ""; };
  if (depth == 0 || pick(3) == 0) return space() + kScalars[pick(kScalars.size())] + space();
  bool object = pick(2) == 0;
  std::string out = object ? "{" : "[";
  size_t count = pick(5);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    if (object) out += space() + "\"k" + std::to_string(i) + "\"" + space() + ":";
    out += random_json(random, depth - 1);
  }
  return space() + out + space() + (object ? "}" : "]") + space();
}

TEST(JsonScan, AgreesWithAnotherParserOnRandomText) {
  uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random_json(random, 5);
    // Half of the texts are broken at one to three places.
    if (round % 2 == 1) {
      static constexpr char kBytes[] = "{}[],:\"\\0e-. tn\n\x01";
      for (uint64_t i = 0; i <= random() % 3; ++i) {
        text[random() % text.size()] = kBytes[random() % (sizeof kBytes - 1)];
      }
    }
    if (!is_storable_text(text)) continue;  // the scanner's callers check this
    auto copied = copy_of(text);
    bool valid = Json::accept(text);
    ASSERT_EQ(copied.has_value(), valid) << text;
    if (valid) {
      ASSERT_EQ(Json::parse(*copied), Json::parse(text)) << text;
    }
  }
}

}  // namespace
}  // namespace perennial::collect
