// Campaigns over the outbox folder, through the routes.
#include "engage/campaign.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engage/testing.h"
#include "experiments/experiments.h"
#include "proof/proof.h"
#include "store/testing.h"

namespace perennial::engage {
namespace {

class Campaigns : public testing::Test {
 protected:
  std::unique_ptr<Shop> open(Retry retry = {}) {
    return std::make_unique<Shop>(Shop::Options{.database = database_.where(),
                                                .directory = directory_.path(),
                                                .clock = system_now,
                                                .retry = retry});
  }
  store::TestDatabase database_;
  TemporaryDirectory directory_;
};

std::string url(const std::string& id, std::string_view rest = "") {
  return "/v1/campaigns/" + id + std::string(rest);
}

std::map<std::string, Json> by_address(const std::vector<Json>& sends) {
  std::map<std::string, Json> all;
  for (const Json& send : sends) all[send["address"].get<std::string>()] = send;
  return all;
}

TEST_F(Campaigns, AreDraftsUntilTheyAreSent) {
  auto shop = open();
  const std::string id = shop->draft({{"name", "召回"}, {"result_days", 14}});
  Json campaign = shop->call("GET", url(id));
  EXPECT_EQ(campaign["state"], "draft");
  EXPECT_EQ(campaign["result_days"], 14);
  EXPECT_EQ(campaign["started_at"], nullptr);
  EXPECT_EQ(campaign["counts"], Json::object());
  campaign["name"] = "Second name";
  campaign["audience"]["cells"] = {"at_risk"};
  campaign = shop->call("PUT", url(id), campaign);
  EXPECT_EQ(campaign["name"], "Second name");
  EXPECT_EQ(campaign["audience"]["cells"], Json::array({"at_risk"}));
  EXPECT_EQ(shop->call("GET", "/v1/campaigns")["campaigns"].size(), 1u);
  shop->call("GET", url(id, "/result"), {}, 409);
  shop->call("POST", url(id, "/cancel"), {}, 409);
  shop->call("DELETE", url(id), {}, 204);
  shop->call("GET", url(id), {}, 404);
  shop->call("DELETE", url(id), {}, 404);
}

// A hold-out across campaigns keeps its members out of all of them, and remembers whom it kept.
TEST_F(Campaigns, LeaveOutWhomAHoldOutKeeps) {
  auto shop = open();
  shop->add_people(40);
  auto made = shop->database().write([](store::Connection& c) -> Result<void> {
    TRY(
        c.execute("INSERT INTO hold_outs (id, name, scope, percent, salt, created_at, started_at, "
                  "last_person) VALUES ('h', 'all', 'global', 50, 'salt', 0, 0, 0)"));
    return {};
  });
  ASSERT_TRUE(made);
  std::set<std::string> kept;
  for (int i = 1; i <= 40; ++i) {
    const std::string user = "u" + std::to_string(i);
    if (proof::assign("salt", experiments::unit_of_user(user), 0.5) == proof::Arm::kHeldOut) {
      kept.insert("person" + std::to_string(i) + "@example.com");
    }
  }
  for (const double hold_out_percent : {0.0, 30.0}) {
    const std::string id = shop->draft({{"hold_out_percent", hold_out_percent}});
    shop->send_and_wait(id);
    std::set<std::string> left_out;
    for (const Json& send : shop->sends(id)) {
      if (send["verdict"] != "global_hold_out") continue;
      EXPECT_EQ(send["arm"], "none");
      left_out.insert(send["address"].get<std::string>());
    }
    EXPECT_EQ(left_out, kept);
  }
  const auto rows = shop->database().read(
      [](store::Connection& c) { return c.query("SELECT person_id FROM hold_out_members"); });
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), kept.size());
}

TEST_F(Campaigns, ReachWhomAHoldOutOfTheLoyaltyProgrammeKeeps) {
  auto shop = open();
  shop->add_people(20);
  ASSERT_TRUE(shop->database().write([](store::Connection& c) -> Result<void> {
    TRY(
        c.execute("INSERT INTO hold_outs (id, name, scope, percent, salt, created_at, started_at, "
                  "last_person) VALUES ('h', 'all', 'loyalty', 90, 'salt', 0, 0, 0)"));
    return {};
  }));
  const std::string id = shop->draft({{"hold_out_percent", 0.0}});
  shop->send_and_wait(id);
  for (const Json& send : shop->sends(id)) EXPECT_NE(send["verdict"], "global_hold_out") << send;
}

TEST_F(Campaigns, RefuseWhatIsWrong) {
  auto shop = open();
  const Json good = {{"name", "x"},
                     {"audience", {{"stages", {"silent"}}}},
                     {"hold_out_percent", 10},
                     {"subject", "s"},
                     {"text", "t"}};
  const std::pair<Json, std::string> cases[] = {
      {{{"name", " "}}, "name"},
      {{{"audience", {{"stages", {"sleepy"}}}}}, "audience.stages"},
      {{{"audience", {{"cells", {"x"}}}}}, "audience.cells"},
      {{{"audience", 3}}, "audience"},
      {{{"hold_out_percent", -1}}, "hold_out_percent"},
      {{{"hold_out_percent", kMaxHoldOutPercent + 0.1}}, "hold_out_percent"},
      {{{"hold_out_percent", "10"}}, "hold_out_percent"},
      {{{"subject", std::string(kMaxSubjectBytes + 1, 'x')}}, "subject"},
      {{{"subject", "{{ x }}"}}, "subject, line 1, column 1"},
      {{{"text", "a\n{{ name"}}, "text, line 2, column 1"},
      {{{"html", "<p>{{ y }}"}}, "html, line 1, column 4"},
      {{{"result_days", 0}}, "result_days"},
      {{{"result_days", kMaxResultDays + 1}}, "result_days"},
  };
  for (const auto& [change, where] : cases) {
    Json body = good;
    body.update(change);
    const auto reply = shop->raw("POST", "/v1/campaigns", to_text(body));
    EXPECT_TRUE(reply.status == 400 || reply.status == 413) << reply.status << where;
    EXPECT_EQ((*parse_json(reply.body))["where"], where);
  }
  Json limits = good;
  limits.update({{"hold_out_percent", kMaxHoldOutPercent},
                 {"subject", std::string(kMaxSubjectBytes, 'x')},
                 {"result_days", kMaxResultDays}});
  shop->call("POST", "/v1/campaigns", limits, 201);
}

TEST_F(Campaigns, GiveEveryoneOneRowAndDrawAmongTheReachable) {
  auto shop = open();
  shop->add_people(200);
  shop->take({identify("nobody", {{"name", "No Address"}}),
              identify("bad", {{"email", "not an address"}}),
              identify("twin", {{"email", "PERSON7@example.com"}}),
              identify("gone", {{"email", "gone@example.com"}, {"email_subscribed", false}})});
  const Json audience = {{"audience", {{"stages", {"prospect"}}}}, {"hold_out_percent", 30}};
  const Json counted = shop->call("POST", "/v1/campaigns/audience", audience);
  EXPECT_EQ(counted["people"], 204);
  EXPECT_EQ(counted["reachable"], 200);
  EXPECT_EQ(counted["no_address"], 2);
  EXPECT_EQ(counted["unsubscribed"], 1);
  EXPECT_EQ(counted["duplicate_address"], 1);
  EXPECT_EQ(counted["held_out"], 60);

  const std::string id = shop->draft({{"hold_out_percent", 30}});
  const Json campaign = shop->send_and_wait(id);
  const auto sends = shop->sends(id);
  ASSERT_EQ(sends.size(), 204u);
  std::map<std::string, int> arms, verdicts;
  for (const Json& send : sends) {
    ++arms[send["arm"].get<std::string>()];
    ++verdicts[send["verdict"].get<std::string>()];
    EXPECT_NE(send["at"], nullptr);
    const bool treated = send["arm"] == "treated";
    EXPECT_EQ(send["verdict"] == "sent", treated);
  }
  EXPECT_EQ(arms["none"], 4);
  EXPECT_EQ(verdicts["sent"], arms["treated"]);
  EXPECT_EQ(verdicts["held_out"], arms["held_out"]);
  EXPECT_GT(*proof::sample_ratio_p(arms["held_out"], 200, 0.3), 0.0001);
  for (const auto& [verdict, people] : verdicts) {
    EXPECT_EQ(campaign["counts"][verdict], people) << verdict;
    EXPECT_EQ(shop->call("GET", url(id, "/sends?verdict=" + verdict))["total"], people);
    EXPECT_EQ((*shop->engage().resolve_set("campaign:" + id + ":verdict:" + verdict))->size(),
              static_cast<size_t>(people));
  }
  EXPECT_EQ(by_address(sends).at("gone@example.com")["reason"], "unsubscribed");
  EXPECT_EQ(files_in(shop->outbox(), ".eml").size(), static_cast<size_t>(verdicts["sent"]));
  shop->call("POST", url(id, "/send"), Json::object(), 409);  // once only
  shop->call("PUT", url(id), shop->call("GET", url(id)), 409);
  shop->call("DELETE", url(id), {}, 409);
}

TEST_F(Campaigns, SayWhatTheyDidToTheLog) {
  auto shop = open();
  shop->add_people(30);
  const std::string id = shop->draft({{"hold_out_percent", 50}});
  const Json campaign = shop->send_and_wait(id);
  const auto told = [&] { return *shop->log().read({.names = {"Message Sent"}}); };
  const size_t sent = campaign["counts"]["sent"].get<size_t>();
  ASSERT_TRUE(wait_for([&] { return told().size() == sent; }));
  std::set<std::string> people;
  for (const auto& event : told()) {
    people.insert(event.user_id);
    const Json properties = *parse_json(event.properties);
    EXPECT_EQ(properties["campaign_id"], id);
    EXPECT_EQ(properties["channel"], "email");
  }
  EXPECT_EQ(people.size(), sent);
}

TEST_F(Campaigns, AskWhetherTheAudienceIsStillTheSame) {
  auto shop = open();
  shop->add_people(10);
  const std::string id = shop->draft();
  shop->call("POST", url(id, "/send"), {{"expected_people", 9}}, 409);
  EXPECT_EQ(shop->call("GET", url(id))["state"], "draft");
  shop->call("POST", url(id, "/send"), {{"expected_people", 10}}, 202);
  const std::string nobody = shop->draft({{"audience", {{"stages", {"churned"}}}}});
  shop->call("POST", url(nobody, "/send"), {}, 409);
  const std::string empty = shop->draft({{"audience", Json::object()}});
  shop->call("POST", url(empty, "/send"), {}, 409);
}

TEST_F(Campaigns, ShowTheMessageAsACustomerGetsIt) {
  auto shop = open();
  shop->take({identify("u1", {{"name", "Ann <Lee>"}, {"email", "ann@example.com"}, {"pet", "cat"}}),
              order("u1", "o1", from_millis(1'315'564'496'000), 12050)});
  const std::string id =
      shop->draft({{"subject", "{{ first_name }}, {{ orders }} orders"},
                   {"text", "{{ spent }} {{ last_order_date }} {{ trait:pet }} {{ country | ? }}"},
                   {"html", "<body><p>{{ name }}</p></body>"}});
  const Json preview = shop->call("POST", url(id, "/preview"), {{"person_id", shop->person("u1")}});
  EXPECT_EQ(preview["to"], "ann@example.com");
  EXPECT_EQ(preview["subject"], "Ann, 1 orders");
  EXPECT_THAT(preview["text"].get<std::string>(),
              testing::StartsWith("120.50 CNY 2011-09-09 cat ?\n\n-- \n退订：http"));
  EXPECT_THAT(preview["html"].get<std::string>(),
              testing::AllOf(testing::StartsWith("<body><p>Ann &lt;Lee&gt;</p><p style"),
                             testing::EndsWith("退订</a></p></body>")));
  EXPECT_EQ(preview["missing"], Json::array({"country"}));
  EXPECT_THAT(shop->raw("GET", "/u/preview").body, testing::HasSubstr("预览"));
  shop->call("POST", url(id, "/preview"), {{"person_id", 999}}, 404);
  shop->set_workspace([](access::Workspace& w) { w.language = "en"; });
  EXPECT_THAT(shop->call("POST", url(id, "/preview"), {{"person_id", shop->person("u1")}})["text"]
                  .get<std::string>(),
              testing::HasSubstr("\n\n-- \nUnsubscribe: http"));
  const std::string own = shop->draft({{"text", "Bye: {{ unsubscribe_url }}"}});
  const Json linked = shop->call("POST", url(own, "/preview"), {{"person_id", shop->person("u1")}});
  EXPECT_EQ(linked["text"], "Bye: " + linked["unsubscribe_url"].get<std::string>());
  const std::string items =
      shop->draft({{"text",
                    "{{ recommended_1 }}, {{ recommended_2 }}, {{ recommended_3 | - }} {{ "
                    "unsubscribe_url }}"},
                   {"html", "<p>{{ recommended_1 }}</p>"}});
  const Json offered =
      shop->call("POST", url(items, "/preview"), {{"person_id", shop->person("u1")}});
  EXPECT_THAT(offered["text"].get<std::string>(), testing::StartsWith("Tea & cake, Cup, - http"));
  EXPECT_THAT(offered["html"].get<std::string>(), testing::HasSubstr("<p>Tea &amp; cake</p>"));
}

TEST_F(Campaigns, ChooseByStageAndByCell) {
  auto shop = open();
  const Instant now = system_now();
  std::vector<events::Event> events;
  for (int i = 1; i <= 60; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(identify("u" + n, {{"email", "p" + n + "@example.com"}}));
    for (int k = 0; k <= i % 6; ++k) {
      events.push_back(order("u" + n, n + "-" + std::to_string(k),
                             now - std::chrono::days(3 * i + 9 * k), 1000 * i));
    }
  }
  shop->take(std::move(events));
  const auto people = [&](const Json& audience) {
    return shop
        ->call("POST", "/v1/campaigns/audience",
               {{"audience", audience}, {"hold_out_percent", 0}})["people"]
        .get<int>();
  };
  int in_stages = 0, in_cells = 0;
  Json cells = Json::array();
  for (const char* stage : {"prospect", "new", "active", "loyal", "silent", "churned"}) {
    in_stages += people({{"stages", {stage}}});
  }
  for (const auto cell : value::kCells) {
    in_cells += people({{"cells", {cell}}});
    cells.push_back(cell);
  }
  EXPECT_EQ(in_stages, 60);
  EXPECT_EQ(in_cells, 60);
  EXPECT_EQ(people({{"stages", {"churned"}}, {"cells", cells}}), people({{"stages", {"churned"}}}));
  EXPECT_GT(people({{"stages", {"churned"}}}), 0);
  EXPECT_EQ(people(Json::object()), 0);
}

TEST_F(Campaigns, StandOnTheWorkspacesDay) {
  auto shop = open();
  shop->add_people(4);
  const Instant then = *parse_instant("2011-09-09T00:00:00Z");
  shop->set_workspace([&](access::Workspace& w) { w.stands_on = then; });
  const Json campaign = shop->send_and_wait(shop->draft({{"hold_out_percent", 0}}));
  EXPECT_EQ(campaign["started_at"], "2011-09-09T00:00:00.000Z");
  EXPECT_EQ(campaign["finished_at"], "2011-09-09T00:00:00.000Z");
  EXPECT_THAT(read_whole(files_in(shop->outbox(), ".eml").at(0)),
              testing::HasSubstr("Date: Fri, 9 Sep 2011 00:00:00 +0000"));
}

TEST_F(Campaigns, StandOnTheTimelineAndTheOverview) {
  auto shop = open();
  shop->add_people(1);
  const std::string id = shop->draft({{"hold_out_percent", 0}});
  shop->send_and_wait(id);
  const auto person = shop->person("u1");
  const auto items = *shop->database().read([&](store::Connection& c) {
    return shop->engage().messages(c, person, system_now() + std::chrono::hours(1), 10);
  });
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0]["kind"], "message");
  EXPECT_EQ(items[0]["title"], "回来吧，客户 1");
  EXPECT_EQ(items[0]["message"]["campaign_id"], id);
  EXPECT_EQ(items[0]["message"]["verdict"], "sent");
  const auto before = *shop->database().read(
      [&](store::Connection& c) { return shop->engage().messages(c, person, from_millis(1), 10); });
  EXPECT_TRUE(before.empty());
  const Json summaries = *shop->engage().summaries_json(5);
  ASSERT_EQ(summaries.size(), 1u);
  EXPECT_EQ(summaries[0]["headline"]["measure"], "order_rate");
  EXPECT_EQ(summaries[0]["headline"]["verdict"], "cannot_tell");
}

TEST_F(Campaigns, SayOnTheOverviewWhatTheyDid) {
  auto shop = open();
  shop->add_people(60);
  const Instant then = *parse_instant("2011-09-09T00:00:00Z");
  const auto stand_on = [&](Instant at) {
    shop->set_workspace([&](access::Workspace& w) { w.stands_on = at; });
  };
  stand_on(then);
  const std::string id = shop->draft({{"hold_out_percent", 50}});
  shop->send_and_wait(id);
  std::map<std::string, std::vector<std::string>> arms;
  for (const auto& [address, send] : by_address(shop->sends(id)))
    arms[send["arm"]].push_back("u" + address.substr(6, address.find('@') - 6));
  const auto& treated = arms["treated"];
  const auto& held_out = arms["held_out"];
  ASSERT_GT(treated.size(), 4u);
  ASSERT_GT(held_out.size(), 1u);
  std::vector<events::Event> orders = {
      order(held_out[0], "h", then + std::chrono::days(1), 700),
      order(held_out[1], "early", then - std::chrono::days(1), 700)};
  for (size_t i = 0; i < 4; ++i)
    orders.push_back(order(treated[i], std::to_string(i), then + std::chrono::days(2), 1000));
  shop->take(std::move(orders));
  stand_on(then + std::chrono::days(40));
  const Json headline = (*shop->engage().summaries_json(5))[0]["headline"];
  const double of_treated = 4 / static_cast<double>(treated.size());
  const double of_held_out = 1 / static_cast<double>(held_out.size());
  EXPECT_EQ(headline["measure"], "order_rate");
  EXPECT_DOUBLE_EQ(headline["treated"].get<double>(), of_treated);
  EXPECT_DOUBLE_EQ(headline["held_out"].get<double>(), of_held_out);
  EXPECT_DOUBLE_EQ(headline["difference"].get<double>(), of_treated - of_held_out);
  EXPECT_LT(headline["low"].get<double>(), headline["difference"].get<double>());
  EXPECT_GT(headline["high"].get<double>(), headline["difference"].get<double>());
  const Json measures = shop->call("GET", url(id, "/result?days=30"))["comparisons"];
  ASSERT_EQ(measures.size(), 2u);
  EXPECT_EQ(measures[0]["measure"], "order_rate");
  EXPECT_EQ(measures[0]["difference"], headline["difference"]);
  EXPECT_EQ(measures[1]["measure"], "revenue_per_person");
  EXPECT_DOUBLE_EQ(measures[1]["treated"].get<double>(), 1000 * of_treated);
  EXPECT_DOUBLE_EQ(measures[1]["held_out"].get<double>(), 700 * of_held_out);
  EXPECT_DOUBLE_EQ(measures[1]["difference"].get<double>(), 1000 * of_treated - 700 * of_held_out);
}

TEST_F(Campaigns, AreAudited) {
  auto shop = open();
  shop->add_people(2);
  const std::string id = shop->draft();
  shop->call("PUT", url(id), shop->call("GET", url(id)));
  shop->send_and_wait(id);
  shop->call("PUT", "/v1/channels/email",
             {{"kind", "outbox"}, {"from_name", "x"}, {"from_address", "a@b"}});
  const auto rows = *shop->database().read(
      [&](store::Connection& c) { return c.query("SELECT action FROM access_audit ORDER BY id"); });
  std::vector<std::string> actions;
  for (const auto& row : rows) actions.push_back(row.text(0));
  EXPECT_EQ(actions, (std::vector<std::string>{"campaign.create", "campaign.update",
                                               "campaign.send", "channel.update"}));
}

}  // namespace
}  // namespace perennial::engage
