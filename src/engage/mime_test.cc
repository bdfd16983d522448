// Messages are read back with Python's email package, which is not ours.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engage/address.h"
#include "engage/body_encoding.h"
#include "engage/engage.h"
#include "engage/header_field.h"
#include "engage/testing.h"

namespace perennial::engage {
namespace {

Json read_back(const Message& message) {
  const std::string program = std::string(PERENNIAL_ENGAGE_DIR) + "/read_mail.py";
  return *parse_json(answer_of({kPython, program}, to_mime(message)));
}

std::string header(const Json& mail, std::string_view name) {
  std::string found;
  int count = 0;
  for (const Json& field : mail["headers"]) {
    if (field[0] != name) continue;
    found = field[1].get<std::string>();
    ++count;
  }
  return count > 1 ? "(several)" : found;
}

Message sample() {
  return {.id = "snd_01",
          .from_name = "常青 Shop",
          .from_address = "shop@example.com",
          .to_name = "张伟",
          .to_address = "wei.zhang@example.com",
          .subject = "老朋友，我们想你了",
          .text = "Hello\n",
          .unsubscribe_url = "https://shop.example.com/u/abc.def",
          .at = from_millis(1'315'564'496'000)};
}

void expect_clean(const Json& mail) {
  EXPECT_EQ(mail["defects"], Json::array());
  EXPECT_TRUE(mail["seven_bit"]);
  EXPECT_EQ(mail["bare_line_ends"], 0);
  EXPECT_LE(mail["longest_line"].get<int>(), 76);
}

TEST(Mime, IsReadBackAsItWasMeant) {
  Message message = sample();
  message.html = "<p>你好，<b>Wei</b>. A line = with signs</p>";
  message.reply_to = "help@example.com";
  const Json mail = read_back(message);
  EXPECT_EQ(mail["defects"], Json::array());
  EXPECT_TRUE(mail["seven_bit"]);
  EXPECT_EQ(mail["bare_line_ends"], 0);
  EXPECT_EQ(header(mail, "subject"), message.subject);
  EXPECT_EQ(mail["from"], (Json::array({"常青 Shop", "shop@example.com"})));
  EXPECT_EQ(mail["to"], (Json::array({"张伟", "wei.zhang@example.com"})));
  EXPECT_EQ(header(mail, "reply-to"), "help@example.com");
  EXPECT_EQ(header(mail, "message-id"), "<snd_01@example.com>");
  EXPECT_EQ(mail["date"], "2011-09-09T10:34:56+00:00");
  EXPECT_EQ(header(mail, "list-unsubscribe"), "<https://shop.example.com/u/abc.def>");
  EXPECT_EQ(header(mail, "list-unsubscribe-post"), "List-Unsubscribe=One-Click");
  EXPECT_EQ(header(mail, "auto-submitted"), "auto-generated");
  EXPECT_EQ(mail["type"], "multipart/alternative");
  EXPECT_EQ(mail["parts"][0], (Json::array({"text/plain", "Hello\n"})));
  EXPECT_EQ(mail["parts"][1], (Json::array({"text/html", message.html + "\n"})));
}

TEST(Mime, LeavesOutWhatIsNotThere) {
  Message message = sample();
  message.unsubscribe_url.clear();
  message.to_name.clear();
  const Json mail = read_back(message);
  expect_clean(mail);
  EXPECT_EQ(mail["type"], "text/plain");
  EXPECT_EQ(header(mail, "list-unsubscribe"), "");
  EXPECT_EQ(header(mail, "reply-to"), "");
}

TEST(Mime, FoldsLongSubjectsBetweenCharacters) {
  for (const std::string piece : {"天", "é", "😀", "a天", "abc ", "=?UTF-8?B?"}) {
    Message message = sample();
    message.subject.clear();
    while (message.subject.size() + piece.size() <= kMaxSubjectBytes) message.subject += piece;
    message.to_name = message.subject.substr(0, piece.size() * 20);
    const Json mail = read_back(message);
    expect_clean(mail);
    EXPECT_EQ(header(mail, "subject"), trim(message.subject)) << piece;
    EXPECT_EQ(mail["to"][0], trim(message.to_name)) << piece;
    EXPECT_EQ(mail["to"][1], message.to_address);
  }
}

TEST(Mime, QuotesNames) {
  for (const std::string name : {"Smith, \"Jo\" \\ (x) <a@b>", "a.b@c", "O'Neil; Co:"}) {
    Message message = sample();
    message.to_name = name;
    const Json mail = read_back(message);
    expect_clean(mail);
    EXPECT_EQ(mail["to"], (Json::array({name, message.to_address})));
  }
}

TEST(Mime, LetsNobodyAddHeaders) {
  Message message = sample();
  const std::string attack = "x\r\nBcc: evil@example.com\r\n\r\n<script>";
  message.subject = message.to_name = message.from_name = attack;
  message.unsubscribe_url = "https://a/b\r\nBcc: evil@example.com";
  message.reply_to = "a@b.c>\r\nBcc: evil@example.com";
  const Json mail = read_back(message);
  EXPECT_EQ(header(mail, "bcc"), "");
  EXPECT_EQ(mail["parts"].size(), 1u);
  EXPECT_EQ(mail["parts"][0][1], "Hello\n");
}

TEST(Mime, KeepsEveryBody) {
  constexpr uint64_t kSeed = 11;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const std::string_view pieces[] = {
      "a", " ",    "\t", "=", ".", "\n", "From ", "客", "--", "\r\n", "longer words in a row ",
      "é", "\n\n", "😀"};
  for (int i = 0; i < 25; ++i) {
    Message message = sample();
    message.text = message.html = "";
    for (uint64_t length = random() % 400; length > 0; --length) {
      message.text += pieces[random() % std::size(pieces)];
      message.html += pieces[random() % (i % 2 ? 7 : std::size(pieces))];
    }
    message.text += "\n";
    message.html += ".\n";
    const Json mail = read_back(message);
    expect_clean(mail);
    // read_mail.py gives LF for every line end.
    const auto with_lf = [](std::string text) {
      size_t at;
      while ((at = text.find("\r\n")) != text.npos) text.erase(at, 1);
      return text;
    };
    EXPECT_EQ(mail["parts"][0][1], with_lf(message.text));
    EXPECT_EQ(mail["parts"][1][1], with_lf(message.html));
  }
}

TEST(EncodeBody, TakesTheShorterEncoding) {
  EXPECT_EQ(encode_body("Plain words.\n").encoding, "quoted-printable");
  EXPECT_EQ(encode_body("全部都是中文。\n").encoding, "base64");
  EXPECT_EQ(encode_body("").text, "");
  EXPECT_EQ(encode_body("a \n.b\nFrom c").text, "a=20\r\n=2Eb\r\n=46rom c\r\n");
  EXPECT_EQ(encode_body(std::string(76, 'x')).text, std::string(76, 'x') + "\r\n");
  EXPECT_EQ(encode_body(std::string(77, 'x')).text, std::string(75, 'x') + "=\r\nxx\r\n");
}

TEST(FormatDate, IsOfRfc5322) {
  EXPECT_EQ(format_date(from_millis(0)), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(format_date(from_millis(1'767'225'599'999)), "Wed, 31 Dec 2025 23:59:59 +0000");
}

TEST(IsAddress, TakesWhatSmtpCarries) {
  for (const char* good :
       {"a@b", "first.last+tag@mail.example.com", "o'neil@x-y.org", "1@2.3", "a=b@c.d"}) {
    EXPECT_TRUE(is_address(good)) << good;
  }
  for (const char* bad : {"", "a", "@b", "a@", "a@@b", "a b@c", "a@b c", ".a@b", "a.@b", "a..b@c",
                          "a@-b", "a@b-.c", "a@b..c", "a@b\r\nRCPT TO:<x@y>", "a<b@c", "张@b.c",
                          "\"a b\"@c", "a@[1.2.3.4]", "a@b,c@d"}) {
    EXPECT_FALSE(is_address(bad)) << bad;
  }
  const std::string local(kMaxLocalPartBytes, 'a');
  EXPECT_TRUE(is_address(local + "@b.c"));
  EXPECT_FALSE(is_address(local + "a@b.c"));
  std::string domain = "b";
  while (domain.size() + 2 <= kMaxAddressBytes - 2) domain += ".b";
  EXPECT_TRUE(is_address("a@" + domain));
  EXPECT_FALSE(is_address("aaa@" + domain));
}

TEST(FoldAddress, IgnoresCaseAndSpace) {
  EXPECT_EQ(fold_address(" Jo@Example.COM "), "jo@example.com");
}

}  // namespace
}  // namespace perennial::engage
