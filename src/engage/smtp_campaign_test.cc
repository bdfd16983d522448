// Campaigns over a real SMTP server: refusals, repeats, doubts, cancelling, restarts.
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engage/testing.h"
#include "store/testing.h"

namespace perennial::engage {
namespace {

using std::chrono::milliseconds;

constexpr Retry kQuick = {.attempts = 4,
                          .first = milliseconds(1),
                          .factor = 2,
                          .patience = 1000,
                          .rest = milliseconds(1),
                          .longest_rest = milliseconds(1)};

class SmtpCampaigns : public testing::Test {
 protected:
  std::unique_ptr<Shop> open(Retry retry = kQuick) {
    return std::make_unique<Shop>(Shop::Options{.database = database_.where(),
                                                .directory = directory_.path(),
                                                .clock = system_now,
                                                .retry = retry});
  }
  static void use(Shop& shop, const MailServer& server, const Json& changes = Json::object()) {
    const EmailSettings settings = server.settings();
    Json body = {
        {"kind", "smtp"},        {"from_name", "常青"},   {"from_address", "shop@example.com"},
        {"host", settings.host}, {"port", settings.port}, {"security", settings.security}};
    body.update(changes);
    shop.call("PUT", "/v1/channels/email", body);
  }
  static std::map<std::string, Json> by_address(Shop& shop, const std::string& id) {
    std::map<std::string, Json> all;
    for (const Json& send : shop.sends(id)) all[send["address"].get<std::string>()] = send;
    return all;
  }
  store::TestDatabase database_;
  TemporaryDirectory directory_;
};

TEST_F(SmtpCampaigns, GiveEveryAddressItsVerdict) {
  const MailServer server;
  auto shop = open();
  use(*shop, server);
  std::vector<events::Event> events;
  for (const std::string local : {"good", "never", "later", "later2", "full", "spam", "drop"}) {
    events.push_back(identify(local, {{"email", local + "@example.com"}, {"name", local}}));
  }
  shop->take(std::move(events));
  const std::string id = shop->draft({{"hold_out_percent", 0}});
  const Json campaign = shop->send_and_wait(id);
  auto sends = by_address(*shop, id);
  EXPECT_EQ(sends["good@example.com"]["verdict"], "sent");
  EXPECT_THAT(sends["good@example.com"]["reason"].get<std::string>(), testing::StartsWith("250"));
  EXPECT_EQ(sends["later2@example.com"]["verdict"], "sent");
  EXPECT_EQ(sends["never@example.com"]["verdict"], "failed");
  EXPECT_THAT(sends["never@example.com"]["reason"].get<std::string>(), testing::StartsWith("550"));
  EXPECT_EQ(sends["spam@example.com"]["verdict"], "failed");
  EXPECT_EQ(sends["later@example.com"]["verdict"], "failed");  // after all attempts
  EXPECT_EQ(sends["full@example.com"]["verdict"], "failed");
  EXPECT_EQ(sends["drop@example.com"]["verdict"], "in_doubt");
  EXPECT_EQ(campaign["counts"]["sent"], 2);
  std::map<std::string, int> arrived;
  for (const auto& delivery : server.deliveries()) ++arrived[delivery.address];
  EXPECT_EQ(arrived,
            (std::map<std::string, int>{
                {"good@example.com", 1}, {"later2@example.com", 1}, {"drop@example.com", 1}}));
  EXPECT_FALSE(shop->call("GET", "/v1/campaigns/" + id + "/result")["aa"].get<bool>());
}

TEST_F(SmtpCampaigns, WaitForAServerThatIsAway) {
  auto server = std::make_unique<MailServer>();
  auto shop = open({.attempts = 1000,
                    .first = milliseconds(1),
                    .factor = 1,
                    .patience = 2,
                    .rest = milliseconds(1),
                    .longest_rest = milliseconds(5)});
  use(*shop, *server, {{"port", 1}});
  shop->add_people(20);
  const std::string id = shop->draft({{"hold_out_percent", 0}});
  shop->call("POST", "/v1/campaigns/" + id + "/send", Json::object(), 202);
  ASSERT_TRUE(wait_for([&] {
    for (const Json& send : shop->sends(id)) {
      if (!send["reason"].get<std::string>().empty()) return true;
    }
    return false;
  }));
  // The way in which mail leaves stays while a campaign is under way; where it goes may be mended.
  shop->call("PUT", "/v1/channels/email",
             {{"kind", "outbox"}, {"from_name", "x"}, {"from_address", "a@b"}}, 409);
  use(*shop, *server);
  ASSERT_TRUE(
      wait_for([&] { return shop->call("GET", "/v1/campaigns/" + id)["state"] == "sent"; }));
  EXPECT_EQ(server->deliveries().size(), 20u);
}

TEST_F(SmtpCampaigns, StopWhenTheyAreCancelled) {
  const MailServer server;
  auto shop = open();
  use(*shop, server, {{"port", 1}});
  shop->add_people(50);
  const std::string id = shop->draft({{"hold_out_percent", 20}});
  // Attempts are few here, so the sender is kept busy by long waits instead.
  shop.reset();
  shop = open({.attempts = 3, .first = std::chrono::hours(1)});
  shop->call("POST", "/v1/campaigns/" + id + "/send", Json::object(), 202);
  Json campaign = shop->call("POST", "/v1/campaigns/" + id + "/cancel");
  EXPECT_EQ(campaign["state"], "cancelled");
  ASSERT_TRUE(wait_for([&] {
    campaign = shop->call("GET", "/v1/campaigns/" + id);
    return !campaign["counts"].contains("pending");
  }));
  EXPECT_EQ(campaign["counts"]["cancelled"].get<int>() + campaign["counts"]["held_out"].get<int>(),
            50);
  use(*shop, server);
  shop->call("POST", "/v1/campaigns/" + id + "/cancel", {}, 409);
  EXPECT_TRUE(server.deliveries().empty());
}

TEST_F(SmtpCampaigns, GoOnAfterARestart) {
  const MailServer server;
  auto shop = open({.attempts = 1000, .first = milliseconds(1), .factor = 1, .patience = 2});
  use(*shop, server, {{"port", 1}});
  shop->add_people(20);
  const std::string id = shop->draft({{"hold_out_percent", 0}});
  shop->call("POST", "/v1/campaigns/" + id + "/send", Json::object(), 202);
  shop.reset();
  shop = open();
  EXPECT_EQ(shop->call("GET", "/v1/campaigns/" + id)["state"], "sending");
  use(*shop, server);
  ASSERT_TRUE(
      wait_for([&] { return shop->call("GET", "/v1/campaigns/" + id)["state"] == "sent"; }));
  std::set<std::string> arrived;
  for (const auto& delivery : server.deliveries()) arrived.insert(delivery.address);
  EXPECT_EQ(server.deliveries().size(), arrived.size());
  for (const auto& [address, send] : by_address(*shop, id)) {
    if (send["verdict"] == "sent") {
      EXPECT_TRUE(arrived.contains(address));
    }
  }
}

// The Channel's settings as the API shows and keeps them.
TEST_F(SmtpCampaigns, KeepThePasswordToThemselves) {
  const MailServer server({.security = "none", .user = "shop", .password = "hidden words"});
  auto shop = open();
  use(*shop, server, {{"user", "shop"}, {"password", "hidden words"}});
  const Json shown = shop->call("GET", "/v1/channels/email");
  EXPECT_EQ(shown["kind"], "smtp");
  EXPECT_EQ(shown["has_password"], true);
  EXPECT_FALSE(shown.contains("password"));
  EXPECT_EQ(shown["outbox"], shop->outbox());
  use(*shop, server, {{"from_name", "Other"}});  // the password stays
  const Json answer = shop->call("POST", "/v1/channels/email/test", {{"to", "a@example.com"}});
  EXPECT_THAT(answer["answer"].get<std::string>(), testing::StartsWith("250"));
  EXPECT_THAT(server.message(1), testing::Not(testing::HasSubstr("List-Unsubscribe")));
  for (const char* table : {"access_document", "access_audit"}) {
    const auto rows = *shop->database().read(
        [&](store::Connection& c) { return c.query(std::string("SELECT * FROM ") + table); });
    for (const auto& row : rows) {
      for (size_t i = 0; i < row.size(); ++i) {
        const auto* text = std::get_if<std::string>(&row.value(i));
        if (text) {
          EXPECT_EQ(text->find("hidden"), std::string::npos) << table;
        }
      }
    }
  }
  // It goes to no other server.
  Json other = shop->call("GET", "/v1/channels/email");
  other["host"] = "mail.evil.example";
  shop->call("PUT", "/v1/channels/email", other, 400);
  other["password"] = "";
  EXPECT_EQ(shop->call("PUT", "/v1/channels/email", other)["has_password"], false);
  // Of a lost key nothing remains but the need to enter it again.
  use(*shop, server, {{"user", "shop"}, {"password", "hidden words"}});
  shop.reset();
  std::remove((directory_.path() + "/outbox.key").c_str());
  shop = open();
  EXPECT_EQ(shop->call("GET", "/v1/channels/email")["has_password"], false);
}

TEST_F(SmtpCampaigns, RefuseSettingsThatCannotWork) {
  auto shop = open();
  const Json good = {{"kind", "smtp"}, {"from_name", "x"}, {"from_address", "a@b"}, {"host", "h"}};
  const std::pair<Json, std::string> cases[] = {
      {{{"kind", "pigeon"}}, "kind"},
      {{{"from_name", "a\nb"}}, "from_name"},
      {{{"from_address", "a"}}, "from_address"},
      {{{"reply_to", "a"}}, "reply_to"},
      {{{"host", ""}}, "host"},
      {{{"host", "a/b@c"}}, "host"},
      {{{"port", 0}}, "port"},
      {{{"port", 65536}}, "port"},
      {{{"security", "maybe"}}, "security"},
  };
  for (const auto& [change, where] : cases) {
    Json body = good;
    body.update(change);
    EXPECT_EQ(shop->call("PUT", "/v1/channels/email", body, 400)["where"], where);
  }
  shop->call("PUT", "/v1/channels/email", good);
  shop->call("POST", "/v1/channels/email/test", {{"to", "nowhere"}}, 400);
}

}  // namespace
}  // namespace perennial::engage
