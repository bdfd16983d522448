#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engage/email_channel.h"
#include "engage/testing.h"

namespace perennial::engage {
namespace {

Message message_to(std::string address, std::string id = new_id("snd")) {
  return {.id = std::move(id),
          .from_name = "Shop",
          .from_address = "shop@example.com",
          .to_address = std::move(address),
          .subject = "Subject",
          .text = "First line\n.\n..two dots\nEnd\n",
          .at = from_millis(0)};
}

TEST(Outbox, WritesWholeFilesOnly) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/made/when/needed";
  const auto outbox = open_outbox(path);
  EXPECT_FALSE(outbox->really_sends());
  EXPECT_EQ(outbox->was_handed("snd_1"), Handed::kNo);
  const Message message = message_to("a@example.com", "snd_1");
  ASSERT_TRUE(outbox->hand_over(message));
  EXPECT_EQ(outbox->was_handed("snd_1"), Handed::kYes);
  EXPECT_EQ(read_whole(path + "/snd_1.eml"), to_mime(message));
  ASSERT_TRUE(outbox->hand_over(message));  // again is the same file
  EXPECT_EQ(files_in(path, "").size(), 1u);
}

TEST(Outbox, KeepsToItsFolder) {
  const TemporaryDirectory directory;
  const auto outbox = open_outbox(directory.path() + "/outbox");
  for (const char* id : {"../evil", "a/b", "", ".", "a b"}) {
    EXPECT_FALSE(outbox->hand_over(message_to("a@example.com", id))) << id;
    EXPECT_EQ(outbox->was_handed(id), Handed::kNo) << id;
  }
  EXPECT_TRUE(files_in(directory.path(), ".eml").empty());
}

TEST(Outbox, SaysWhyItCannotWrite) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/file") << "x";
  const auto outbox = open_outbox(directory.path() + "/file");
  const auto refused = outbox->hand_over(message_to("a@example.com"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInternal);
}

class SmtpSecurity : public testing::TestWithParam<const char*> {};

TEST_P(SmtpSecurity, DeliversOverOneConnection) {
  const std::string security = GetParam();
  const MailServer server({.security = security, .user = "shop", .password = "pass word"});
  const auto smtp = open_smtp(server.settings());
  EXPECT_TRUE(smtp->really_sends());
  for (int i = 0; i < 20; ++i) {
    const auto answer = smtp->hand_over(message_to("p" + std::to_string(i) + "@example.com"));
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(*answer, "250 2.0.0 taken as " + std::to_string(i + 1));
  }
  std::set<std::string> addresses, connections;
  for (const auto& delivery : server.deliveries()) {
    addresses.insert(delivery.address);
    connections.insert(delivery.connection);
  }
  EXPECT_EQ(addresses.size(), 20u);
  EXPECT_EQ(connections.size(), 1u);
  EXPECT_EQ(smtp->was_handed("snd_1"), Handed::kUnknown);
}

INSTANTIATE_TEST_SUITE_P(All, SmtpSecurity, testing::Values("none", "starttls", "tls"));

TEST(Smtp, CarriesTheMessageUnchanged) {
  const MailServer server;
  const auto smtp = open_smtp(server.settings());
  const Message message = message_to("a@example.com");
  ASSERT_TRUE(smtp->hand_over(message));
  EXPECT_EQ(server.message(1), to_mime(message));
}

Code code_of(Channel& channel, const std::string& address) {
  const auto answer = channel.hand_over(message_to(address));
  EXPECT_FALSE(answer) << address;
  return answer ? Code::kInternal : answer.error().code;
}

TEST(Smtp, TellsForEverFromForNow) {
  const MailServer server;
  const auto smtp = open_smtp(server.settings());
  const auto never = smtp->hand_over(message_to("never@example.com"));
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Code::kInvalid);
  EXPECT_EQ(never.error().message, "550 5.1.1 <…> no such mailbox");  // without the address
  EXPECT_EQ(code_of(*smtp, "later@example.com"), Code::kBusy);
  EXPECT_EQ(code_of(*smtp, "full@example.com"), Code::kBusy);
  EXPECT_EQ(code_of(*smtp, "spam@example.com"), Code::kInvalid);
  EXPECT_EQ(code_of(*smtp, "hang@example.com"), Code::kBusy);
  EXPECT_EQ(code_of(*smtp, "not an address"), Code::kInvalid);
  EXPECT_TRUE(server.deliveries().empty());
  EXPECT_TRUE(smtp->hand_over(message_to("good@example.com")));
}

TEST(Smtp, KnowsWhenItCannotKnow) {
  const MailServer server;
  const auto smtp = open_smtp(server.settings());
  EXPECT_EQ(code_of(*smtp, "drop@example.com"), Code::kTimeout);
  EXPECT_EQ(server.deliveries().size(), 1u);  // it had arrived
  EXPECT_TRUE(smtp->hand_over(message_to("good@example.com")));
}

TEST(Smtp, BlamesNoAddressForTheAccountOrTheServer) {
  const MailServer server({.security = "starttls", .user = "shop", .password = "right"});
  EmailSettings settings = server.settings();
  settings.password = "wrong";
  EXPECT_EQ(code_of(*open_smtp(settings), "a@example.com"), Code::kBusy);
  settings = server.settings();
  settings.user.clear();
  EXPECT_EQ(code_of(*open_smtp(settings), "a@example.com"), Code::kBusy);
  settings = server.settings();
  settings.security = "tls";  // but the server begins in plain text
  EXPECT_EQ(code_of(*open_smtp(settings), "a@example.com"), Code::kBusy);
  settings = server.settings();
  settings.port = 1;  // nobody listens
  EXPECT_EQ(code_of(*open_smtp(settings), "a@example.com"), Code::kBusy);
  EXPECT_TRUE(server.deliveries().empty());
}

TEST(Smtp, RefusesCertificatesThatNobodyVouchesFor) {
  const MailServer server({.security = "starttls"});
  EmailSettings settings = server.settings();
  settings.allow_any_certificate = false;
  EXPECT_EQ(code_of(*open_smtp(settings), "a@example.com"), Code::kBusy);
  EXPECT_TRUE(server.deliveries().empty());
}

TEST(Smtp, NeverFallsBackToPlainText) {
  const MailServer server({.security = "none"});
  EmailSettings settings = server.settings();
  settings.security = "starttls";
  EXPECT_EQ(code_of(*open_smtp(settings), "a@example.com"), Code::kBusy);
  EXPECT_TRUE(server.deliveries().empty());
}

TEST(Seal, OpensWithItsKeyOnly) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/key";
  const std::string sealed = Seal::open(path)->close("pass word");
  EXPECT_EQ(sealed.find("pass"), std::string::npos);
  EXPECT_EQ(*Seal::open(path)->reveal(sealed), "pass word");
  EXPECT_NE(Seal::open(path)->close("pass word"), sealed);
  std::string changed = sealed;
  changed[30] = changed[30] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(Seal::open(path)->reveal(changed));
  EXPECT_FALSE(Seal::open(path)->reveal(""));
  EXPECT_FALSE(Seal::open(directory.path() + "/other")->reveal(sealed));
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(files_in(directory.path(), "").size(), 2u);
  std::ofstream(path) << "short";
  EXPECT_FALSE(Seal::open(path));
}

}  // namespace
}  // namespace perennial::engage
