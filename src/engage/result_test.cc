#include "engage/result.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engage/testing.h"
#include "store/testing.h"

namespace perennial::engage {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Instant kStart = from_millis(1'315'526'400'000);  // 2011-09-09T00:00Z

class Results : public testing::Test {
 protected:
  void SetUp() override {
    shop_ = std::make_unique<Shop>(
        Shop::Options{.database = database_.where(), .directory = directory_.path()});
    stand_on(kStart);
  }
  void stand_on(Instant now) {
    shop_->set_workspace([&](access::Workspace& w) { w.stands_on = now; });
  }
  Json result(const std::string& id, int64_t length) {
    return shop_->call("GET", "/v1/campaigns/" + id + "/result?days=" + std::to_string(length));
  }
  // User ids of an arm.
  std::vector<std::string> arm(const std::string& id, const std::string& name) {
    std::vector<std::string> people;
    for (const Json& send : shop_->sends(id)) {
      const std::string address = send["address"].get<std::string>();
      if (send["arm"] == name) {
        people.push_back("u" + address.substr(6, address.find('@') - 6));
      }
    }
    return people;
  }
  store::TestDatabase database_;
  TemporaryDirectory directory_;
  std::unique_ptr<Shop> shop_;
};

TEST_F(Results, CountOrdersOfTheWindow) {
  shop_->add_people(100);
  const std::string id = shop_->draft({{"hold_out_percent", 40}});
  shop_->send_and_wait(id);
  const auto treated = arm(id, "treated"), held_out = arm(id, "held_out");
  ASSERT_GT(treated.size(), 10u);
  ASSERT_GT(held_out.size(), 10u);
  const Instant end = kStart + days(10);
  shop_->take({
      order(treated[0], "1", kStart, 1000),  // the first moment counts
      order(treated[0], "2", kStart + days(3), 2000),
      order(treated[0], "2", kStart + days(4), 500, true),                   // refund of a part
      order(treated[1], "3", end - std::chrono::milliseconds(1), 4000),      // so does the last
      order(treated[2], "4", end, 8000),                                     // too late
      order(treated[3], "5", kStart - std::chrono::milliseconds(1), 16000),  // too early
      order(treated[4], "5", kStart + days(1), 300, true),                   // a refund is no order
      order(held_out[0], "7", kStart + days(1) + hours(1), 700),
  });
  stand_on(kStart + days(10));
  const Json r = result(id, 10);
  EXPECT_EQ(r["from"], "2011-09-09T00:00:00.000Z");
  EXPECT_EQ(r["to"], "2011-09-19T00:00:00.000Z");
  EXPECT_TRUE(r["complete"]);
  EXPECT_EQ(r["treated"]["people"], treated.size());
  EXPECT_EQ(r["treated"]["ordered"], 2);
  EXPECT_EQ(r["treated"]["orders"], 3);
  EXPECT_EQ(r["treated"]["revenue_minor"], 1000 + 2000 - 500 + 4000 - 300);
  EXPECT_EQ(r["held_out"]["people"], held_out.size());
  EXPECT_EQ(r["held_out"]["ordered"], 1);
  EXPECT_EQ(r["held_out"]["revenue_minor"], 700);
  const double rate = 2.0 / static_cast<double>(treated.size());
  EXPECT_DOUBLE_EQ(r["comparisons"][0]["treated"].get<double>(), rate);
  EXPECT_NEAR(r["incremental_customers"].get<double>(),
              2 - static_cast<double>(treated.size()) / static_cast<double>(held_out.size()), 1e-9);
  EXPECT_EQ(r["daily"].size(), 10u);
  EXPECT_DOUBLE_EQ(r["daily"][0]["treated"].get<double>(), rate / 2);
  EXPECT_DOUBLE_EQ(r["daily"][9]["treated"].get<double>(), rate);
  EXPECT_EQ(r["daily"][0]["held_out"], 0.0);
  EXPECT_GT(r["daily"][1]["held_out"].get<double>(), 0);
}

TEST_F(Results, ListThePeopleBehindEachNumber) {
  shop_->add_people(60);
  const std::string id = shop_->draft({{"hold_out_percent", 50}});
  shop_->send_and_wait(id);
  std::vector<events::Event> events;
  for (int i = 1; i <= 60; i += 3) {
    const std::string n = std::to_string(i);
    events.push_back(order("u" + n, n, kStart + hours(20 * i), 100 * i));
  }
  shop_->take(std::move(events));
  for (const int length : {1, 5, 20, 50}) {
    const Json r = result(id, length);
    for (const char* name : {"treated", "held_out"}) {
      const Json& of_arm = r[name];
      const auto people = *shop_->engage().resolve_set(of_arm["set"].get<std::string>());
      const auto ordered = *shop_->engage().resolve_set(of_arm["ordered_set"].get<std::string>());
      ASSERT_TRUE(people && ordered);
      EXPECT_EQ(people->size(), of_arm["people"].get<size_t>());
      EXPECT_EQ(ordered->size(), of_arm["ordered"].get<size_t>());
      EXPECT_TRUE(std::ranges::includes(*people, *ordered));
    }
  }
  for (const char* set : {"campaign:", "campaign:x", "campaign:x:y", "campaign:x:arm:both",
                          "campaign:x:ordered:treated:0", "campaign:x:ordered:treated:5x",
                          "campaign:none:arm:treated"}) {
    const auto found = shop_->engage().resolve_set(set);
    ASSERT_TRUE(found) << set;
    EXPECT_FALSE(*found) << set;
  }
  EXPECT_FALSE(shop_->engage().resolve_set("stage:silent"));
}

TEST_F(Results, SayWhatLimitsThem) {
  shop_->add_people(20);
  const std::string id = shop_->draft({{"hold_out_percent", 0}});
  shop_->send_and_wait(id);
  stand_on(kStart + days(2));
  const Json r = result(id, 30);
  EXPECT_FALSE(r["complete"]);
  EXPECT_TRUE(r["aa"]);
  EXPECT_EQ(r["notes"], Json::array({"aa", "incomplete", "few_people", "no_hold_out"}));
  EXPECT_EQ(r["held_out"]["rate"], nullptr);
  EXPECT_EQ(r["comparisons"][0]["difference"], nullptr);
  EXPECT_EQ(r["comparisons"][0]["verdict"], "cannot_tell");
  EXPECT_EQ(r["incremental_customers"], nullptr);
  EXPECT_EQ(r["sample_ratio"]["p_value"], nullptr);
  EXPECT_EQ(r["daily"].size(), 2u);
  shop_->call("GET", "/v1/campaigns/" + id + "/result?days=0", {}, 400);
  shop_->call("GET", "/v1/campaigns/" + id + "/result?days=731", {}, 400);
}

TEST_F(Results, FindAnEffectWhereThereIsOne) {
  shop_->add_people(800);
  const std::string id = shop_->draft({{"hold_out_percent", 50}});
  shop_->send_and_wait(id);
  std::vector<events::Event> events;
  int n = 0;
  for (const auto& person : arm(id, "treated")) {
    if (n++ % 4 == 0) events.push_back(order(person, person, kStart + days(2), 5000));
  }
  for (const auto& person : arm(id, "held_out")) {
    if (n++ % 10 == 0) events.push_back(order(person, person, kStart + days(2), 5000));
  }
  shop_->take(std::move(events));
  stand_on(kStart + days(40));
  const Json r = result(id, 30);
  EXPECT_EQ(r["comparisons"][0]["verdict"], "works");
  EXPECT_EQ(r["comparisons"][1]["verdict"], "works");
  EXPECT_GT(r["incremental_low"].get<double>(), 0);
  EXPECT_TRUE(r["sample_ratio"]["ok"]);
  EXPECT_EQ(r["notes"], Json::array({"aa"}));
}

// A mended row shows that a mismatch is found: everyone of the hold-out but five is gone.
TEST_F(Results, NoticeADrawThatWasNotOne) {
  shop_->add_people(200);
  const std::string id = shop_->draft({{"hold_out_percent", 50}});
  shop_->send_and_wait(id);
  ASSERT_TRUE(shop_->database().write([&](store::Connection& c) {
    return c.execute(
        "DELETE FROM sends WHERE arm = 'held_out' AND person_id NOT IN (SELECT person_id FROM "
        "sends WHERE arm = 'held_out' ORDER BY person_id LIMIT 5)");
  }));
  const Json r = result(id, 10);
  EXPECT_FALSE(r["sample_ratio"]["ok"]);
  EXPECT_THAT(r["notes"], testing::Contains(Json("sample_ratio_mismatch")));
}

TEST_F(Results, FollowPeopleWhoWereJoined) {
  shop_->add_people(40);
  const std::string id = shop_->draft({{"hold_out_percent", 0}});
  shop_->send_and_wait(id);
  events::Event alias = identify("renamed", {});
  alias.type = events::Type::kAlias;
  alias.properties = R"({"previousId":"u1"})";
  shop_->take({alias, identify("renamed", {{"name", "New"}}),
               order("renamed", "1", kStart + days(1), 100)});
  EXPECT_EQ(result(id, 10)["treated"]["people"], 40);
  EXPECT_EQ(result(id, 10)["treated"]["ordered"], 1);
}

}  // namespace
}  // namespace perennial::engage
