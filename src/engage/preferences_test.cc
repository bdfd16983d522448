#include "engage/preferences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engage/testing.h"
#include "store/testing.h"

namespace perennial::engage {
namespace {

using testing::HasSubstr;
using testing::Not;

const Json kOffer = {{"key", "offers"}, {"zh", "优惠"}, {"en", "Offers <new>"}};

std::string refused(const Json& json) {
  const auto read = preferences_from_json(json);
  return read ? "taken" : read.error().where;
}

TEST(PreferenceSettings, WrongOnesAreNamed) {
  EXPECT_EQ(refused({}), "channels");
  EXPECT_EQ(refused({{"channels", Json::array()}}), "channels");
  EXPECT_EQ(refused({{"channels", {"E-Mail!"}}}), "channels[0]");
  EXPECT_EQ(refused({{"channels", {"email", "email"}}}), "channels[1]");
  EXPECT_EQ(refused({{"channels", {"email"}}, {"topics", 1}}), "topics");
  EXPECT_EQ(refused({{"channels", {"email"}}, {"topics", {kOffer, kOffer}}}), "topics[1].key");
  EXPECT_EQ(refused({{"channels", {"email"}}, {"topics", {{{"key", "a"}, {"zh", "x"}}}}}),
            "topics[0].en");
  Json channels = Json::array(), topics = Json::array();
  for (size_t i = 0; i < kMaxChannels; ++i) channels.push_back("c" + std::to_string(i));
  for (size_t i = 0; i < kMaxTopics; ++i) {
    topics.push_back({{"key", "t" + std::to_string(i)}, {"zh", "题"}, {"en", "T"}});
  }
  EXPECT_EQ(refused({{"channels", channels}, {"topics", topics}}), "taken");
  topics.push_back(kOffer);
  EXPECT_EQ(refused({{"channels", channels}, {"topics", topics}}), "topics");
  channels.push_back("more");
  EXPECT_EQ(refused({{"channels", channels}}), "channels");
  Json title = kOffer;
  title["en"] = std::string(kMaxTitleBytes, 'x');
  EXPECT_EQ(refused({{"channels", {"email"}}, {"topics", {title}}}), "taken");
  title["en"] = std::string(kMaxTitleBytes + 1, 'x');
  EXPECT_EQ(refused({{"channels", {"email"}}, {"topics", {title}}}), "topics[0].en");
}

TEST(Preferences, ATopicGoesWithItsChannelUntilSomethingIsSaid) {
  const auto settings =
      *preferences_from_json({{"channels", {"email", "sms"}}, {"topics", {kOffer}}});
  using Said = std::map<Choice, bool>;
  const auto at = [&](const Said& said) { return choices_now(settings, said); };
  EXPECT_TRUE(at({}).at({"email", "offers"}));
  const Said no{{{"email", ""}, false}};
  EXPECT_FALSE(at(no).at({"email", ""}));
  EXPECT_FALSE(at(no).at({"email", "offers"}));
  EXPECT_TRUE(at(no).at({"sms", "offers"}));
  const Said both{{{"email", ""}, false}, {{"email", "offers"}, true}};
  EXPECT_TRUE(at(both).at({"email", "offers"}));

  const auto form = choices_of_form(settings, "email%3A=on&sms%3Aoffers=on&other%3A=on&%zz");
  EXPECT_EQ(form, (std::map<Choice, bool>{{{"email", ""}, true},
                                          {{"email", "offers"}, false},
                                          {{"sms", ""}, false},
                                          {{"sms", "offers"}, true}}));
  const auto events = events_of({}, form);
  ASSERT_EQ(events.size(), 3u);  // only what changed, and what the channel would take with it
  EXPECT_EQ(events[0].name, "Unsubscribed");
  EXPECT_EQ(*parse_json(events[0].properties),
            Json({{"channel", "email"}, {"evidence", "preference page"}, {"topic", "offers"}}));
  EXPECT_EQ(events[1].name, "Unsubscribed");
  EXPECT_EQ(*parse_json(events[1].properties),
            Json({{"channel", "sms"}, {"evidence", "preference page"}}));
  EXPECT_EQ(events[2].name, "Subscribed");
  EXPECT_EQ((*parse_json(events[2].properties))["topic"], "offers");
  EXPECT_TRUE(events_of(form, form).empty());
}

// Whatever was said before and is chosen now: what is told afterwards is what was chosen.
TEST(Preferences, WhatWasChosenHoldsAfterwards) {
  const auto settings = *preferences_from_json({{"channels", {"email"}}, {"topics", {kOffer}}});
  const Choice whole{"email", ""}, topic{"email", "offers"};
  for (int before = 0; before < 9; ++before) {
    std::map<Choice, bool> said;
    if (before % 3 > 0) said[whole] = before % 3 == 1;
    if (before / 3 > 0) said[topic] = before / 3 == 1;
    for (int choice = 0; choice < 4; ++choice) {
      const std::map<Choice, bool> wanted{{whole, choice % 2 == 1}, {topic, choice / 2 == 1}};
      std::vector<events::StoredEvent> words;
      for (events::Event& word : events_of(said, wanted)) {
        words.emplace_back();
        static_cast<events::Event&>(words.back()) = std::move(word);
      }
      auto after = said;
      for (const auto& [one, granted] : words_of(words)) after[one] = granted;
      EXPECT_EQ(choices_now(settings, after), wanted) << before << " " << choice;
    }
  }
}

TEST(PreferenceToken, IsReadBackWithItsSecretOnly) {
  const std::string token = preference_token(42, "secret");
  EXPECT_EQ(read_preference_token(token, "secret"), 42);
  EXPECT_FALSE(read_preference_token(token, "other"));
  EXPECT_FALSE(read_preference_token(token + "x", "secret"));
  EXPECT_FALSE(read_preference_token("", "secret"));
}

TEST(PreferencePage, SpeaksBothLanguagesAndEscapes) {
  const auto settings = *preferences_from_json({{"channels", {"email"}}, {"topics", {kOffer}}});
  PreferenceView view{.language = "en", .workspace = "A <b> shop"};
  view.choices = choices_now(settings, {});
  const std::string english = preference_page(view, settings);
  EXPECT_THAT(english, HasSubstr("Offers &lt;new&gt;"));
  EXPECT_THAT(english, HasSubstr("A &lt;b&gt; shop"));
  EXPECT_THAT(english, HasSubstr("name=\"email:offers\" checked"));
  EXPECT_THAT(english, HasSubstr("href=\"?lang=zh\""));
  view.language = "zh";
  view.choices[{"email", "offers"}] = false;
  const std::string chinese = preference_page(view, settings);
  EXPECT_THAT(chinese, HasSubstr("lang=\"zh\""));
  EXPECT_THAT(chinese, HasSubstr("优惠"));
  EXPECT_THAT(chinese, Not(HasSubstr("name=\"email:offers\" checked")));
  view.page = PreferencePage::kUnknown;
  EXPECT_THAT(preference_page(view, settings), Not(HasSubstr("<form")));
}

// The whole way: the link, the page, a choice, and what the next campaign does about it.
class Choosing : public testing::Test {
 protected:
  void SetUp() override {
    shop_ = std::make_unique<Shop>(
        Shop::Options{.database = database_.where(), .directory = directory_.path()});
    shop_->add_people(2);
    shop_->call("PUT", "/v1/privacy/preferences",
                {{"channels", {"email", "sms"}}, {"topics", {kOffer}}});
    person_ = shop_->person("u1");
    const std::string url =
        shop_->call("GET", "/v1/customers/" + std::to_string(person_) + "/preferences-link")["url"];
    path_ = url.substr(url.find("/p/"));
  }
  void post(const std::string& form) {
    EXPECT_THAT(shop_->raw("POST", path_, form).body, HasSubstr("role=\"status\""));
    shop_->catch_up();
  }
  std::string verdict_of_next_campaign() {
    const std::string campaign = shop_->draft({{"hold_out_percent", 0}});
    shop_->send_and_wait(campaign);
    for (const Json& send : shop_->sends(campaign)) {
      if (send["person_id"] == person_) return send["verdict"];
    }
    return "";
  }

  store::TestDatabase database_;
  TemporaryDirectory directory_;
  std::unique_ptr<Shop> shop_;
  people::PersonId person_ = 0;
  std::string path_;
};

TEST_F(Choosing, HoldsForTheNextCampaignAndIsKeptWithItsEvidence) {
  const auto page = shop_->raw("GET", path_ + "?lang=en");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("name=\"email:\" checked"));
  EXPECT_THAT(page.body, HasSubstr("name=\"sms:offers\" checked"));
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(verdict_of_next_campaign(), "sent");

  // A topic alone says nothing about e-mail as a whole.
  post("email%3A=on&sms%3A=on&sms%3Aoffers=on");
  EXPECT_EQ(verdict_of_next_campaign(), "sent");
  post("sms%3A=on&sms%3Aoffers=on");
  EXPECT_EQ(verdict_of_next_campaign(), "no_consent");
  const auto again = shop_->raw("GET", path_);
  EXPECT_THAT(again.body, Not(HasSubstr("name=\"email:\" checked")));
  EXPECT_THAT(again.body, HasSubstr("name=\"sms:\" checked"));
  auto words = shop_->log().read({.names = {"Unsubscribed"}});
  ASSERT_TRUE(words);
  ASSERT_EQ(words->size(), 2u);
  for (const auto& word : *words) {
    EXPECT_EQ(word.user_id, "u1");
    EXPECT_THAT(word.properties, HasSubstr("preference page"));
  }
  post("email%3A=on&email%3Aoffers=on&sms%3A=on&sms%3Aoffers=on");
  EXPECT_EQ(verdict_of_next_campaign(), "sent");
}

TEST_F(Choosing, TheSavedPageIsTheOneThatIsSeenAgain) {
  // The channel alone: its topics stay as they are shown.
  const std::string topic = "name=\"sms:offers\" checked";
  const auto saved = shop_->raw("POST", path_, "email%3A=on&email%3Aoffers=on&sms%3Aoffers=on");
  EXPECT_THAT(saved.body, HasSubstr(topic));
  shop_->catch_up();
  const auto again = shop_->raw("GET", path_);
  EXPECT_THAT(again.body, Not(HasSubstr("name=\"sms:\" checked")));
  EXPECT_THAT(again.body, HasSubstr(topic));
}

TEST_F(Choosing, AMadeUpLinkShowsNothing) {
  for (const std::string& path :
       {path_ + "x", std::string("/p/made-up"), "/p/" + std::string(400, 'a')}) {
    const auto page = shop_->raw("GET", path);
    EXPECT_EQ(page.status, 404) << path;
    EXPECT_THAT(page.body, Not(HasSubstr("<form")));
    EXPECT_EQ(shop_->raw("POST", path, "email%3A=on").status, 404);
  }
  EXPECT_EQ(shop_->raw("POST", path_, std::string(kMaxFormBytes + 1, 'a')).status, 413);
  EXPECT_TRUE(shop_->log().read({.names = {"Unsubscribed"}})->empty());
  shop_->call("GET", "/v1/customers/999999/preferences-link", {}, 404);
  shop_->call("PUT", "/v1/privacy/preferences", {{"channels", "email"}}, 400);
}

}  // namespace
}  // namespace perennial::engage
