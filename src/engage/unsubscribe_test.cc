#include "engage/unsubscribe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engage/testing.h"
#include "store/testing.h"

namespace perennial::engage {
namespace {

TEST(Link, IsReadBackWithItsSecretOnly) {
  const Link link{"cmp_01", 123456789};
  const std::string token = sign_link(link, "secret");
  const auto read = read_link(token, "secret");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->campaign_id, "cmp_01");
  EXPECT_EQ(read->person, 123456789);
  EXPECT_FALSE(read_link(token, "other"));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_link(changed, "secret")) << i;
    EXPECT_FALSE(read_link(token.substr(0, i), "secret")) << i;
  }
  EXPECT_FALSE(read_link(token + "=", "secret"));
  EXPECT_FALSE(read_link(std::string(10'000, 'a'), "secret"));
  EXPECT_TRUE(std::ranges::all_of(token, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  }));
}

TEST(UnsubscribePage, SpeaksTheLanguageAndEscapes) {
  EXPECT_THAT(unsubscribe_page(Page::kAsk, "zh", "店"), testing::HasSubstr("确认退订"));
  EXPECT_THAT(unsubscribe_page(Page::kAsk, "en", "Shop"), testing::HasSubstr("<button>Unsub"));
  EXPECT_THAT(
      unsubscribe_page(Page::kDone, "en", "<b>"),
      testing::AllOf(testing::HasSubstr("&lt;b&gt;"), testing::Not(testing::HasSubstr("<button"))));
}

class Unsubscribing : public testing::Test {
 protected:
  void SetUp() override {
    shop_ = std::make_unique<Shop>(
        Shop::Options{.database = database_.where(), .directory = directory_.path()});
    shop_->add_people(3);
    campaign_ = shop_->draft({{"hold_out_percent", 0}});
    shop_->send_and_wait(campaign_);
  }

  // The path of the link in the message to an address, as its List-Unsubscribe header gives it.
  std::string link_for(const std::string& address) {
    for (const auto& path : files_in(shop_->outbox(), ".eml")) {
      const std::string mail = read_whole(path);
      if (mail.find("<" + address + ">") == mail.npos) continue;
      const size_t at = mail.find("/u/", mail.find("List-Unsubscribe: <"));
      return mail.substr(at, mail.find('>', at) - at);
    }
    return "";
  }
  std::vector<events::StoredEvent> told() {
    return *shop_->log().read({.names = {"Unsubscribed"}});
  }
  std::string verdict_of(const std::string& user_id, const std::string& campaign) {
    for (const Json& send : shop_->sends(campaign)) {
      if (send["person_id"] == shop_->person(user_id)) return send["verdict"].get<std::string>();
    }
    return "";
  }

  store::TestDatabase database_;
  TemporaryDirectory directory_;
  std::unique_ptr<Shop> shop_;
  std::string campaign_;
};

TEST_F(Unsubscribing, AsksBeforeItChangesAnything) {
  const std::string link = link_for("person2@example.com");
  const auto page = shop_->raw("GET", link);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(std::string(page.header("content-type")), testing::StartsWith("text/html"));
  EXPECT_THAT(page.body, testing::HasSubstr("<form method=\"post\">"));
  EXPECT_EQ(page.header("cache-control"), "no-store");
  const std::string again = shop_->draft({{"hold_out_percent", 0}});
  EXPECT_EQ(shop_->send_and_wait(again)["counts"]["sent"], 3);
  EXPECT_TRUE(told().empty());
}

TEST_F(Unsubscribing, HoldsAtOnceAndReachesTheLogOnce) {
  const std::string link = link_for("person2@example.com");
  for (const char* body : {"List-Unsubscribe=One-Click", "", "anything"}) {
    const auto done = shop_->raw("POST", link, body);
    EXPECT_EQ(done.status, 200);
    EXPECT_THAT(done.body, testing::HasSubstr("已退订"));
  }
  // At once: people/ has not seen the event.
  const std::string again = shop_->draft({{"hold_out_percent", 0}});
  EXPECT_EQ(shop_->send_and_wait(again)["counts"]["sent"], 2);
  EXPECT_EQ(verdict_of("u2", again), "no_consent");
  ASSERT_TRUE(wait_for([&] { return !told().empty(); }));
  ASSERT_EQ(told().size(), 1u);
  EXPECT_EQ(told()[0].user_id, "u2");
  EXPECT_EQ((*parse_json(told()[0].properties))["channel"], "email");
  shop_->catch_up();
  const people::PersonId id = shop_->person("u2");
  const auto person =
      *shop_->database().read([&](store::Connection& c) { return people::find_person(c, id); });
  EXPECT_EQ(person->email_consent, people::Person::Consent::kUnsubscribed);
}

TEST_F(Unsubscribing, KeepsOthersWithTheAddressBack) {
  shop_->raw("POST", link_for("person2@example.com"));
  shop_->take({identify("other", {{"email", "Person2@Example.com"}})});
  const std::string again = shop_->draft({{"hold_out_percent", 0}});
  shop_->send_and_wait(again);
  EXPECT_EQ(verdict_of("other", again), "no_consent");
}

TEST_F(Unsubscribing, EndsWhenThePersonSubscribesAgain) {
  const std::string link = link_for("person2@example.com");
  shop_->raw("POST", link);
  ASSERT_TRUE(wait_for([&] { return !told().empty(); }));
  shop_->catch_up();
  const auto confirmed = [&] {
    const auto row = *shop_->database().read([&](store::Connection& c) {
      return c.query_one("SELECT min(confirmed) FROM suppressions");
    });
    return row->integer(0) == 1;
  };
  // The sender finds out at its next round.
  EXPECT_EQ(shop_->send_and_wait(shop_->draft({{"hold_out_percent", 0}}))["counts"]["sent"], 2);
  ASSERT_TRUE(wait_for(confirmed));
  events::Event back = identify("u2", Json::object());
  back.type = events::Type::kTrack;
  back.name = "Subscribed";
  back.properties = R"({"channel":"email"})";
  back.timestamp = back.received_at = system_now() + std::chrono::seconds(1);
  shop_->take({back});
  EXPECT_EQ(shop_->send_and_wait(shop_->draft({{"hold_out_percent", 0}}))["counts"]["sent"], 3);
  // And out once more, over the old link.
  shop_->raw("POST", link);
  EXPECT_EQ(shop_->send_and_wait(shop_->draft({{"hold_out_percent", 0}}))["counts"]["sent"], 2);
  ASSERT_TRUE(wait_for([&] { return told().size() == 2; }));
}

TEST_F(Unsubscribing, GivesAPageForABadLink) {
  std::string link = link_for("person2@example.com");
  link.back() = link.back() == 'A' ? 'B' : 'A';
  for (const auto& path : {link, std::string("/u/x"), std::string("/u/a.b")}) {
    for (const char* method : {"GET", "POST"}) {
      const auto page = shop_->raw(method, path);
      EXPECT_EQ(page.status, 404);
      EXPECT_THAT(page.body, testing::HasSubstr("链接无效"));
    }
  }
  EXPECT_EQ(shop_->send_and_wait(shop_->draft({{"hold_out_percent", 0}}))["counts"]["sent"], 3);
}

// The address of somebody who was erased is kept as a mark alone, and holds for whoever has it.
TEST_F(Unsubscribing, AnErasedAddressIsStillNotWrittenTo) {
  ASSERT_EQ(shop_->raw("POST", link_for("person1@example.com")).status, 200);
  shop_->catch_up();
  const people::PersonId person = shop_->person("u1");
  const auto erased = shop_->database().write([&](store::Connection& c) -> Result<Json> {
    const auto gone = TRY(people::erase_person(c, person, {"era_1", "key"}));
    return erase_person(c, gone, system_now());
  });
  ASSERT_TRUE(erased) << erased.error().text();
  EXPECT_EQ(erased->at("sends"), 1);
  ASSERT_TRUE(shop_->engage().remove_messages(std::span(&person, 1), true));
  EXPECT_EQ(link_for("person1@example.com"), "");
  EXPECT_NE(link_for("person2@example.com"), "");
  const auto left = shop_->database().read(
      [](store::Connection& c) { return c.query("SELECT address, user_id FROM suppressions"); });
  ASSERT_EQ(left->size(), 1u);
  EXPECT_TRUE((*left)[0].text(0).starts_with("#"));
  EXPECT_EQ((*left)[0].text(1), "");
  shop_->take({identify("again", {{"name", "A"}, {"email", "Person1@Example.com"}}),
               identify("other", {{"name", "B"}, {"email", "other@example.com"}})});
  const std::string next = shop_->draft({{"hold_out_percent", 0}});
  shop_->send_and_wait(next);
  std::map<people::PersonId, std::string> verdicts;
  for (const Json& send : shop_->sends(next)) verdicts[send["person_id"]] = send["verdict"];
  EXPECT_EQ(verdicts[shop_->person("again")], "no_consent");
  EXPECT_EQ(verdicts[shop_->person("other")], "sent");
  EXPECT_EQ(verdicts[person], "no_address");
}

}  // namespace
}  // namespace perennial::engage
