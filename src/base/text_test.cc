#include "base/text.h"

#include <random>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/json.h"

namespace perennial {
namespace {

TEST(IsStorableText, TakesWellFormedUtf8WithoutNul) {
  EXPECT_TRUE(is_storable_text(""));
  EXPECT_TRUE(is_storable_text("plain and 常青 and 😀"));
  EXPECT_FALSE(is_storable_text(std::string_view("a\0b", 3)));
  for (std::string_view bad :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE5\xB8", "abcdefgh\xFF", "\xE5\xB8\x41"}) {
    EXPECT_FALSE(is_storable_text(bad));
  }
}

TEST(FoldForSearch, IgnoresCaseAndAccents) {
  EXPECT_EQ(fold_for_search("ÉMILE Zürich"), "emile zurich");
  EXPECT_EQ(fold_for_search("STRASSE"), fold_for_search("straße"));
  EXPECT_EQ(fold_for_search("张伟 ABC"), "张伟 abc");
  EXPECT_EQ(fold_for_search("ＡＢＣ"), "abc");
}

TEST(CutText, NeverCutsACharacter) {
  std::string text = "ab常青";
  for (size_t limit = 0; limit <= text.size(); ++limit) {
    auto cut = cut_text(text, limit);
    EXPECT_LE(cut.size(), limit);
    EXPECT_TRUE(is_storable_text(cut));
  }
  EXPECT_EQ(cut_text(text, 100), text);
}

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(Json, QuotedStringsReadBack) {
  std::mt19937 random(7);
  RecordProperty("seed", 7);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (int n = std::uniform_int_distribution(0, 30)(random); n > 0; --n)
      text += static_cast<char>(std::uniform_int_distribution(0, 127)(random));
    std::string quoted;
    append_json_string(quoted, text);
    auto back = parse_json(quoted);
    ASSERT_TRUE(back) << quoted;
    EXPECT_EQ(back->get<std::string>(), text);
  }
}

TEST(Json, BadDocumentsAreErrorsWithAPlace) {
  for (std::string_view bad : {"", "{", "[1,]", "{\"a\":1}x", "nul", "\"\xFF\"", "1e400"})
    EXPECT_FALSE(parse_json(bad)) << bad;
  EXPECT_NE(parse_json("[1,2,x]").error().message.find("byte 6"), std::string::npos);
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(parse_json(std::string(66, '[') + std::string(66, ']')));
  EXPECT_FALSE(parse_json(std::string(100'000, '[')));
}

TEST(Json, MembersAreCheckedForTheirType) {
  Json object =
      *parse_json(R"({"s":"x","n":3,"f":1.5,"b":true,"z":null,"big":18446744073709551615})");
  EXPECT_EQ(*json_string(object, "s"), "x");
  EXPECT_EQ(*json_integer(object, "n"), 3);
  EXPECT_EQ(json_string(object, "n").error().where, "n");
  EXPECT_FALSE(json_integer(object, "f"));
  EXPECT_FALSE(json_integer(object, "big"));
  EXPECT_FALSE(json_string(object, "absent"));
  EXPECT_EQ(*json_string_or(object, "z", "fallback"), "fallback");
  EXPECT_FALSE(json_bool_or(object, "s", true));
}

TEST(Ids, AreLongUniqueAndPrefixed) {
  std::string a = new_id("cmp"), b = new_id("cmp");
  EXPECT_EQ(a.size(), 30u);
  EXPECT_TRUE(a.starts_with("cmp_"));
  EXPECT_NE(a, b);
  EXPECT_EQ(random_token(32).size(), 43u);
}

// Stored on disk by the event log: these values must never change.
TEST(Ids, FingerprintsAreTheSameForEver) {
  EXPECT_NE(fingerprint("a").hex(), fingerprint("b").hex());
  EXPECT_EQ(fingerprint("perennial").hex(), "595b333380ec033796f050ffad5405b4");
}

// RFC 4231, test case 2, and FIPS 180-4's "abc".
TEST(Ids, HmacAndShaMatchTheirStandards) {
  EXPECT_EQ(hmac_token("Jefe", "what do ya want for nothing?"),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(equal_in_constant_time("same", "same"));
  EXPECT_FALSE(equal_in_constant_time("same", "sane"));
  EXPECT_FALSE(equal_in_constant_time("same", "sam"));
}

}  // namespace
}  // namespace perennial
