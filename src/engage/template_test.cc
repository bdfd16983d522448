#include <random>

#include <gtest/gtest.h>

#include "engage/engage.h"

namespace perennial::engage {
namespace {

std::string text_of(std::string_view source, const Fields& fields, Escape escape = Escape::kNone) {
  const auto rendered = render(source, fields, escape);
  return rendered ? rendered->text : "error: " + rendered.error().text();
}

TEST(Template, PutsFieldsAndFallbacks) {
  const Fields fields = {{"name", "张伟"}, {"trait:favourite shop", "5th Avenue"}, {"country", ""}};
  EXPECT_EQ(text_of("Dear {{ name | customer }}!", fields), "Dear 张伟!");
  EXPECT_EQ(text_of("Dear {{name|customer}}!", {}), "Dear customer!");
  EXPECT_EQ(text_of("{{ trait:favourite shop }}", fields), "5th Avenue");
  EXPECT_EQ(text_of("[{{ country | nowhere | at all }}]", fields), "[nowhere | at all]");
  EXPECT_EQ(text_of("[{{ country }}]", fields), "[]");
  EXPECT_EQ(text_of("a }} b { c", fields), "a }} b { c");
  EXPECT_EQ(text_of("", fields), "");
}

TEST(Template, NamesFieldsWithoutAValueOnce) {
  const auto rendered = render("{{ name | you }} {{ email }} {{ name }} {{ orders }}",
                               {{"orders", "3"}}, Escape::kNone);
  EXPECT_EQ(rendered->missing, (std::vector<std::string>{"name", "email"}));
}

TEST(Template, DoesNotReadValuesAsTemplates) {
  EXPECT_EQ(text_of("{{ name }}", {{"name", "{{ email }}"}, {"email", "secret"}}), "{{ email }}");
}

TEST(Template, EscapesForItsPlace) {
  const Fields fields = {{"name", "<b>Tom & \"Jerry's\"</b>\r\nBcc: all@example.com"}};
  EXPECT_EQ(text_of("<p>{{ name }}</p>", fields, Escape::kHtml).find("<b>"), std::string::npos);
  EXPECT_NE(text_of("<p>{{ name }}</p>", fields, Escape::kHtml).find("&lt;b&gt;Tom &amp;"),
            std::string::npos);
  EXPECT_EQ(text_of("<i>{{ email | A & B }}</i>", {}, Escape::kHtml), "<i>A &amp; B</i>");
  EXPECT_EQ(text_of("Hi {{ name }}\n", {{"name", "a\r\nBcc: b\u0085\u2028\u2029\x7F\tc"}},
                    Escape::kHeader),
            "Hi aBcc: bc");
}

TEST(Template, SaysWhereItIsWrong) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a\nb {{ nme }}", "line 2, column 3"},
      {"{{ name", "line 1, column 1"},
      {"x{{ name {{ email }} }}", "line 1, column 2"},
      {"{{}}", "line 1, column 1"},
      {"{{ | x }}", "line 1, column 1"},
      {"{{ trait: }}", "line 1, column 1"},
  };
  for (const auto& [source, where] : cases) {
    const auto checked = check_template(source);
    ASSERT_FALSE(checked) << source;
    EXPECT_EQ(checked.error().code, Code::kInvalid) << source;
    EXPECT_EQ(checked.error().where, where) << source;
    EXPECT_FALSE(render(source, {}, Escape::kNone));
  }
  EXPECT_FALSE(check_template("\xff"));
  EXPECT_TRUE(check_template("{{ trait:x }}"));
}

TEST(Template, HasALimit) {
  EXPECT_TRUE(check_template(std::string(kMaxTextBytes, 'x')));
  const auto above = check_template(std::string(kMaxTextBytes + 1, 'x'));
  ASSERT_FALSE(above);
  EXPECT_EQ(above.error().code, Code::kTooLarge);
}

TEST(Template, NeverFailsOnceChecked) {
  constexpr uint64_t kSeed = 5;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const std::string_view pieces[] = {"{{", "}}", "{", "}", "name", "trait:a", "|", " ", "客", "\n"};
  int good = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string source;
    for (uint64_t length = random() % 8; length > 0; --length) {
      source += pieces[random() % std::size(pieces)];
    }
    const bool checked = check_template(source).has_value();
    EXPECT_EQ(checked, render(source, {{"name", "x"}}, Escape::kHtml).has_value()) << source;
    good += checked;
  }
  EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace perennial::engage
