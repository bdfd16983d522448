// Memberships while events arrive, time goes on, people are joined, rules are edited and the
// program is killed.
#include "segments/segments_testing.h"

namespace perennial::segments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Names = std::vector<std::string>;

void put_code(FactColumn& column, PersonId person, uint16_t code) {
  column.code.resize(std::max(column.code.size(), static_cast<size_t>(person) + 1), 0);
  column.code[static_cast<size_t>(person)] = code;
}

class Live : public SegmentsTest {
 protected:
  // The names Segment Entered and Segment Left of one segment: "+ann" and "-ann", in order.
  Names told(const std::string& id) {
    Names out;
    const auto events = log_->read({.names = {std::string(kEntered), std::string(kLeft)}});
    EXPECT_TRUE(events);
    for (const auto& event : *events) {
      if ((*parse_json(event.properties))["segment_id"] != id) continue;
      out.push_back((event.name == kEntered ? "+" : "-") + event.user_id + event.anonymous_id);
    }
    return out;
  }
  void buys_often(const std::string& user) {
    for (int i = 0; i < 3; ++i) track(user, "Order");
  }
  Names reasons(const std::string& id) {
    Names out;
    const Json body = call("GET", "/v1/segments/" + id + "/changes").second;
    for (const Json& change : body["changes"])
      out.insert(out.begin(), change["reason"].get<std::string>());
    return out;
  }
};

TEST_F(Live, AnEventBringsSomebodyInAndTimeTakesThemOut) {
  identify("ann", {{"plan", "gold"}});
  track("bob", "Order");
  track("bob", "View");
  flush();
  start();
  const std::string often = make("Often", kBoughtOften);
  EXPECT_THAT(members(often), IsEmpty());
  for (int i = 0; i < 3; ++i) {
    track_at("2026-03-0" + std::to_string(i + 1) + "T10:00:00.900Z", "ann", "Order");
    flush();
    EXPECT_EQ(members(often).size(), i == 2 ? 1u : 0u);
  }
  EXPECT_THAT(members(often), ElementsAre("ann"));
  at("2026-05-30T09:59:59.999Z");  // 90 days after the first of March, less a moment
  flush();
  EXPECT_THAT(members(often), ElementsAre("ann"));
  EXPECT_EQ(call("GET", "/v1/segments/" + often).second["turns_at"], "2026-05-30T10:00:00.000Z");
  at("2026-05-30T10:00:00Z");
  flush();
  EXPECT_THAT(members(often), IsEmpty());
  flush();
  EXPECT_THAT(told(often), ElementsAre("+ann", "-ann"));
  EXPECT_THAT(reasons(often), ElementsAre("event", "time"));
}

TEST_F(Live, AWindowOfDaysRollsOverAClockChangeAtTheSameTimeOfDay) {
  access::Workspace workspace = settings_->workspace();
  workspace.calendar.zone = Zone::named("Europe/Berlin").value();
  ASSERT_TRUE(
      database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
  settings_->changed();
  at("2026-03-27T09:00:00Z");  // 10:00 in winter
  track("ann", "View");
  flush();
  start();
  const std::string id = make(
      "Lately", R"({"did": {"event": "View", "window": {"last": {"count": 7, "unit": "day"}}}})");
  EXPECT_THAT(members(id), ElementsAre("ann"));
  at("2026-04-03T07:59:59Z");
  flush();
  EXPECT_THAT(members(id), ElementsAre("ann"));
  at("2026-04-03T08:00:00Z");  // 10:00 in summer
  flush();
  EXPECT_THAT(members(id), IsEmpty());
}

TEST_F(Live, AnotherFirstDayOfTheWeekCountsAtOnce) {
  at("2026-03-16T12:00:00Z");  // a Monday
  track_at("2026-03-15T12:00:00Z", "ann", "View");
  track("bob", "Else");
  flush();
  start();
  const std::string id =
      make("This week", R"({"did": {"event": "View", "window": {"this": "week"}}})");
  EXPECT_THAT(members(id), IsEmpty());
  access::Workspace workspace = settings_->workspace();
  workspace.calendar.week_start = WeekStart::kSunday;
  ASSERT_TRUE(
      database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
  settings_->changed();
  track("bob", "View");
  flush();
  EXPECT_THAT(members(id), ElementsAre("ann", "bob"));
}

TEST_F(Live, NegationsMayBeSwapped) {
  track("ann", "Order");
  track("bob", "View");
  track("eve", "Order");
  track("eve", "View");
  track("~tom", "Else");
  flush();
  start();
  const std::string order = R"({"not": {"did": {"event": "Order"}}})";
  const std::string view = R"({"not": {"did": {"event": "View"}}})";
  const std::string one = make("One", R"({"all": [)" + order + "," + view + "]}");
  const std::string other = make("Other", R"({"all": [)" + view + "," + order + "]}");
  const std::string twice = make("Twice", R"({"not": {"any": [{"did": {"event": "View"}},
                                                              {"not": )" +
                                              order + "}]}}");
  const std::string known = make("Known", R"({"all": [)" + order + "," + view + "]}", "known");
  for (int round = 0; round < 2; ++round) {
    const Names wanted = round == 0 ? Names{"~tom"} : Names{"pat", "~tom"};
    EXPECT_EQ(members(one), wanted);
    EXPECT_EQ(members(other), wanted);
    EXPECT_EQ(members(twice), wanted);
    EXPECT_EQ(members(known), round == 0 ? Names{} : Names{"pat"});
    track("pat", "Else");  // who is new did none of it
    flush();
  }
  // Against those who bought, instead of everybody.
  const std::string buyers = make("Buyers", R"({"did": {"event": "Order"}})");
  const std::string shy = make("Shy", view, {{"segment", buyers}});
  EXPECT_THAT(members(shy), ElementsAre("ann"));
  track("bob", "Order");
  track("ann", "View");
  flush();
  EXPECT_THAT(members(buyers), ElementsAre("ann", "bob", "eve"));
  EXPECT_THAT(members(shy), IsEmpty());
}

TEST_F(Live, WhatHappenedWhileNobodyAskedIsKnownToTheNextSegment) {
  constexpr std::string_view kNoView = R"({"not": {"did": {"event": "View"}}})";
  identify("ann", {{"plan", "gold"}});
  flush();
  start();
  track("bob", "View");
  track("eve", "Order");
  flush();
  for (int round = 0; round < 2; ++round) {
    const std::string id = make("Shy", kNoView);
    EXPECT_THAT(members(id), round == 0 ? Names({"ann", "eve"}) : Names({"ann", "pat", "tom"}));
    track(round == 0 ? "pat" : "sue", "Order");
    flush();
    EXPECT_THAT(members(id),
                round == 0 ? Names({"ann", "eve", "pat"}) : Names({"ann", "pat", "sue", "tom"}));
    EXPECT_EQ(call("DELETE", "/v1/segments/" + id).first, 204);
    flush();
    track("eve", "View");
    track("tom", "Order");
    flush();
  }
}

TEST_F(Live, ALateIdentifyMovesMembership) {
  track("~phone", "Order");
  track("~phone", "Order");
  track("ann", "Order");
  flush();
  start();
  const std::string often = make("Often", kBoughtOften);
  const std::string list =
      call(
          "POST", "/v1/segments",
          {{"name", "List"}, {"kind", "static"}, {"from", {{"identifiers", {"~phone", "nobody"}}}}})
          .second["id"];
  EXPECT_THAT(members(often), IsEmpty());
  EXPECT_THAT(members(list), ElementsAre("~phone"));
  identify("ann", {{"plan", "gold"}}, "~phone");
  flush();
  EXPECT_THAT(members(often), ElementsAre("ann"));
  EXPECT_THAT(members(list), ElementsAre("ann"));
  // The move and the profile it changed may be told in one step or in two.
  EXPECT_THAT(reasons(often), ElementsAre(testing::AnyOf("merge", "profile")));
}

TEST_F(Live, TraitsAndFactsMoveMembership) {
  identify("ann", {{"plan", "free"}, {"birthday", "1990-03-20"}});
  identify("bob", {{"plan", "gold"}, {"birthday", "1990-03-25"}});
  flush();
  auto column = std::make_shared<FactColumn>();
  column->words = {"", "silent", "active"};
  put_code(*column, person("ann"), 1);
  auto current = std::make_shared<std::atomic<std::shared_ptr<const FactColumn>>>(column);
  facts_.push_back({.name = "lifecycle_stage",
                    .words = {"silent", "active"},
                    .column = [current]() -> Result<std::shared_ptr<const FactColumn>> {
                      return current->load();
                    }});
  start();
  const std::string gold =
      make("Gold", R"({"trait": {"property": "plan", "op": "is", "value": "gold"}})");
  const std::string birthday =
      make("Birthday",
           R"({"trait": {"property": "birthday", "op": "anniversary_within_next", "days": 3}})");
  const std::string silent =
      make("Silent", R"({"fact": {"name": "lifecycle_stage", "is": ["silent"]}})");
  EXPECT_THAT(members(gold), ElementsAre("bob"));
  EXPECT_THAT(members(birthday), ElementsAre("ann"));
  EXPECT_THAT(members(silent), ElementsAre("ann"));
  identify("ann", {{"plan", "gold"}});
  flush();
  EXPECT_THAT(members(gold), ElementsAre("ann", "bob"));
  at("2026-03-21T00:00:00Z");
  flush();
  EXPECT_THAT(members(birthday), IsEmpty());
  at("2026-03-23T00:00:00Z");
  flush();
  EXPECT_THAT(members(birthday), ElementsAre("bob"));
  EXPECT_EQ(refused(R"({"fact": {"name": "lifecycle_stage", "is": ["silence"]}})")["where"],
            "rule.fact.is[0]");
  EXPECT_EQ(refused(R"({"fact": {"name": "lifecycle", "is": ["silent"]}})")["where"],
            "rule.fact.name");
}

TEST_F(Live, ConsentToEveryChannelAndTopic) {
  for (const char* user : {"ann", "bob", "eve", "tom"}) track(user, "View");
  flush();
  auto column = std::make_shared<FactColumn>();
  column->words = {"", "subscribed", "unsubscribed", "unknown"};
  for (const char* user : {"ann", "bob", "eve", "tom"}) put_code(*column, person(user), 3);
  put_code(*column, person("tom"), 1);
  facts_.push_back({.name = "email_consent",
                    .words = {"subscribed", "unsubscribed", "unknown"},
                    .column = [column] { return std::shared_ptr<const FactColumn>(column); }});
  start();
  const auto consent = [](const Json& test) { return to_text(Json{{"consent", test}}); };
  // Before anybody has said a word the rule can be written.
  const std::string sms = make("By text", consent({{"channel", "sms"}, {"is", {"subscribed"}}}));
  const std::string offers = make(
      "Offers by text", consent({{"channel", "sms"}, {"topic", "offers"}, {"is", {"subscribed"}}}));
  const std::string silent =
      make("No offers",
           consent({{"channel", "sms"}, {"topic", "offers"}, {"is", {"unsubscribed", "unknown"}}}));
  const std::string mail =
      make("Offers by mail",
           consent({{"channel", "email"}, {"topic", "offers"}, {"is", {"subscribed"}}}));
  EXPECT_THAT(members(sms), IsEmpty());
  EXPECT_THAT(members(silent), ElementsAre("ann", "bob", "eve", "tom"));
  EXPECT_THAT(members(mail), ElementsAre("tom"));
  track("ann", "Subscribed", {{"channel", "sms"}});
  track("bob", "Subscribed", {{"channel", "sms"}, {"topic", "offers"}});
  track("eve", "Subscribed", {{"channel", "email"}, {"topic", "offers"}});
  track("tom", "Unsubscribed", {{"channel", "email"}, {"topic", "offers"}});
  flush();
  EXPECT_THAT(members(sms), ElementsAre("ann"));
  EXPECT_THAT(members(offers), ElementsAre("ann", "bob"));  // a topic goes with its channel
  EXPECT_THAT(members(silent), ElementsAre("eve", "tom"));
  EXPECT_THAT(members(mail), ElementsAre("eve"));
  after(1min);
  track("ann", "Unsubscribed", {{"channel", "sms"}, {"topic", "offers"}});
  track("bob", "Unsubscribed", {{"channel", "sms"}, {"topic", ""}});
  flush();
  EXPECT_THAT(members(sms), ElementsAre("ann"));
  EXPECT_THAT(members(offers), ElementsAre("bob"));
  EXPECT_THAT(members(silent), ElementsAre("ann", "eve", "tom"));
  const auto seen = [&](const std::string& id, const char* user) {
    const auto [status, why] =
        call("GET", "/v1/segments/" + id + "/why?person=" + std::to_string(person(user)));
    EXPECT_EQ(status, 200) << why;
    const Json& rule = why["rule"];
    EXPECT_EQ(rule["kind"], "consent");
    EXPECT_EQ(rule["holds"], why["member"]);
    EXPECT_FALSE(rule.contains("parts"));
    return rule["seen"]["value"];
  };
  EXPECT_EQ(seen(offers, "ann"), "unsubscribed");
  EXPECT_EQ(seen(offers, "bob"), "subscribed");
  EXPECT_EQ(seen(sms, "bob"), "unsubscribed");
  EXPECT_EQ(seen(offers, "eve"), "unknown");
  EXPECT_EQ(seen(mail, "ann"), "unknown");
}

// A level is a fact of its programme; the programmes there are may change at any time.
TEST_F(Live, FactsOfWhichThereIsOneForEachOfSomething) {
  for (const char* user : {"ann", "bob"}) track(user, "View");
  flush();
  auto column = std::make_shared<FactColumn>();
  column->words = {"", "gold"};
  put_code(*column, person("ann"), 1);
  auto current = std::make_shared<std::atomic<std::shared_ptr<const FactColumn>>>(column);
  auto open_programmes = std::make_shared<std::atomic<bool>>(false);
  const FactFamily levels{.family = "loyalty_level",
                          .all = [=]() -> Result<std::vector<FactProvider>> {
                            std::vector<FactProvider> out;
                            if (!*open_programmes) return out;
                            FactProvider one;
                            one.name = "loyalty_level:shop";
                            one.words = {"base", "gold"};
                            one.column = [current]() -> Result<std::shared_ptr<const FactColumn>> {
                              return current->load();
                            };
                            one.title = "Shop";
                            one.labels = {{"base", "Everybody"}, {"gold", "Gold"}};
                            out.push_back(std::move(one));
                            return out;
                          }};
  segments_ = Segments::open(parts()).value();
  segments_->add_family(levels);
  segments_->start();
  flush();
  constexpr std::string_view kGold = R"({"fact": {"name": "loyalty_level:shop", "is": ["gold"]}})";
  EXPECT_EQ(refused(kGold)["where"], "rule.fact.name");
  *open_programmes = true;
  EXPECT_EQ(call("GET", "/v1/segments/facts").second["facts"],
            *parse_json(R"([{"name": "loyalty_level:shop", "words": ["base", "gold"],
                "title": "Shop", "labels": {"base": "Everybody", "gold": "Gold"}}])"));
  EXPECT_EQ(refused(R"({"fact": {"name": "loyalty_level:shop", "is": ["golden"]}})")["where"],
            "rule.fact.is[0]");
  const std::string gold = make("Gold", kGold);
  const std::string others = make("Others", R"({"not": )" + std::string(kGold) + "}");
  EXPECT_THAT(members(gold), ElementsAre("ann"));
  EXPECT_THAT(members(others), ElementsAre("bob"));
  auto next = std::make_shared<FactColumn>(*column);
  put_code(*next, person("ann"), 0);
  put_code(*next, person("bob"), 1);
  current->store(next);
  // No event comes with it: the keeper looks by itself.
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (members(gold) != Names{"bob"} && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_THAT(members(gold), ElementsAre("bob"));
  const Json why =
      call("GET", "/v1/segments/" + gold + "/why?person=" + std::to_string(person("bob"))).second;
  EXPECT_EQ(why["rule"]["seen"]["value"], "gold");
}

// After a start a fact may still be made: nobody leaves for that, and other segments go on.
TEST_F(Live, AFactThatIsStillBeingMadeMovesNobody) {
  for (const char* user : {"ann", "bob"}) track(user, "View");
  track("ann", "Order");  // so that a rule may ask for orders
  flush();
  auto column = std::make_shared<FactColumn>();
  column->words = {"", "Toys"};
  put_code(*column, person("ann"), 1);
  auto current = std::make_shared<std::atomic<std::shared_ptr<const FactColumn>>>(column);
  facts_.push_back({.name = "interest",
                    .words = {},
                    .column = [current]() -> Result<std::shared_ptr<const FactColumn>> {
                      if (auto made = current->load()) return made;
                      return fail(Code::kBusy, "is being made");
                    },
                    .known = [] { return std::vector<std::string>{"Toys"}; }});
  start();
  const std::string toys = make("Toys", R"({"fact": {"name": "interest", "is": ["Toys"]}})");
  const std::string often = make("Often", kBoughtOften);
  EXPECT_THAT(members(toys), ElementsAre("ann"));
  EXPECT_EQ(call("GET", "/v1/segments/facts").second["facts"][0]["words"], Json({"Toys"}));
  flush();
  current->store(nullptr);
  server_->stop(500ms);
  server_.reset();
  segments_.reset();
  open();
  buys_often("bob");
  take();
  const auto end = std::chrono::steady_clock::now() + 20s;
  const auto bought = [&] {
    const auto found = *segments_->resolve_set("segment:" + often);
    return found && !found->empty();
  };
  while (!bought() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_THAT(members(often), ElementsAre("bob"));
  EXPECT_THAT(members(toys), ElementsAre("ann"));
  auto next = std::make_shared<FactColumn>(*column);
  put_code(*next, person("ann"), 0);
  put_code(*next, person("bob"), 1);
  current->store(next);
  track("ann", "View");
  flush();
  EXPECT_THAT(members(toys), ElementsAre("bob"));
  track("ann", "View");
  flush();  // who came and went is told at the end of the turn before
  EXPECT_THAT(told(toys), UnorderedElementsAre("-ann", "+bob"));
}

TEST_F(Live, AKillChangesNothing) {
  for (const char* user : {"ann", "bob"}) buys_often(user);
  flush();
  start();
  const std::string often = make("Often", kBoughtOften);
  const std::string other = make("Not often", R"({"not": {"segment": ")" + often + "\"}}");
  buys_often("eve");
  track("tom", "View");
  flush();
  EXPECT_THAT(members(often), ElementsAre("ann", "bob", "eve"));
  EXPECT_THAT(members(other), ElementsAre("tom"));
  restart();
  EXPECT_THAT(members(often), ElementsAre("ann", "bob", "eve"));
  EXPECT_THAT(members(other), ElementsAre("tom"));
  flush();
  EXPECT_THAT(told(often), ElementsAre("+eve"));
  // What happens while nobody looks is found at the next start.
  segments_.reset();
  buys_often("tom");
  at("2026-06-16T12:00:01Z");
  flush();
  start();
  EXPECT_THAT(members(often), IsEmpty());
  EXPECT_THAT(members(other), ElementsAre("ann", "bob", "eve", "tom"));
  restart();
  flush();
  EXPECT_THAT(told(often), ElementsAre("+eve", "-ann", "-bob", "-eve"));
}

TEST_F(Live, WhoLeavesIsSeenBeforeItIsWritten) {
  buys_often("ann");
  flush();
  start();
  const std::string often = make("Often", kBoughtOften);
  ASSERT_THAT(members(often), ElementsAre("ann"));
  bool seen = false;
  ASSERT_TRUE(database_->write([&](store::Connection&) -> Result<void> {
    at("2026-06-16T12:00:01Z");  // while nobody else may write
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (!seen && std::chrono::steady_clock::now() < end) {
      const auto found = *segments_->resolve_set("segment:" + often);
      seen = found && found->empty();
      std::this_thread::yield();
    }
    return {};
  }));
  EXPECT_TRUE(seen);
  flush();
  EXPECT_THAT(reasons(often), ElementsAre("time"));
}

// More than one transaction writes.
TEST_F(Live, ManyWhoComeAtOnceAreEachWrittenAndToldOnce) {
  constexpr int64_t kMany = 5'001;
  track("~first", "View");
  flush();
  start();
  const std::string all = make("All", R"({"did": {"event": "View"}})");
  segments_.reset();
  for (int64_t i = 0; i < kMany; ++i) track("~v" + std::to_string(i), "View");
  take();
  start();  // catches up in one step
  flush();  // who came is told at the end of the turn before
  const auto written = database_->read([&](store::Connection& c) {
    return c.query_one("SELECT count(*), count(DISTINCT person), max(id) FROM segment_changes");
  });
  ASSERT_TRUE(written);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ((*written)->integer(i), kMany);
  EXPECT_EQ(told(all).size(), static_cast<size_t>(kMany));
  restart();
  EXPECT_EQ(segments_->resolve_set("segment:" + all)->value().size(), kMany + 1);
  flush();
  EXPECT_EQ(told(all).size(), static_cast<size_t>(kMany));
}

TEST_F(Live, NothingIsWrittenOfWhoWasErased) {
  for (const char* user : {"ann", "bob"}) buys_often(user);
  flush();
  start();
  const std::string often = make("Often", kBoughtOften);
  ASSERT_THAT(members(often), ElementsAre("ann", "bob"));
  const PersonId ann = person("ann");
  ASSERT_TRUE(database_->write(
      [&](store::Connection& c) { return people::erase_person(c, ann, {"era_1", "key"}); }));
  at("2026-06-16T12:00:01Z");
  flush();
  EXPECT_THAT(members(often), IsEmpty());
  EXPECT_THAT(reasons(often), ElementsAre("time"));  // of bob
}

TEST_F(Live, AnEditedRuleIsComputedAtOnce) {
  track("ann", "Order");
  track("bob", "View");
  flush();
  start();
  const std::string id = make("Some", R"({"did": {"event": "Order"}})");
  EXPECT_THAT(members(id), ElementsAre("ann"));
  const Json rule = {{"universe", "everyone"}, {"rule", *parse_json(kLooked)}};
  auto [status, body] =
      call("PUT", "/v1/segments/" + id, {{"name", "Other"}, {"version", 1}, {"definition", rule}});
  EXPECT_EQ(status, 200) << body;
  EXPECT_EQ(body["people"], 1);
  EXPECT_THAT(members(id), ElementsAre("bob"));
  EXPECT_THAT(told(id), IsEmpty());  // nobody came or went: it is another set
  EXPECT_EQ(call("PUT", "/v1/segments/" + id, {{"name", "Old"}, {"version", 1}}).first, 409);
  // What is computed by an older definition ends.
  track("eve", "View");
  flush();
  EXPECT_THAT(members(id), ElementsAre("bob", "eve"));
  flush();  // events follow what is shown
  EXPECT_THAT(told(id), ElementsAre("+eve"));
}

TEST_F(Live, ListsAreEditedAndKept) {
  for (const char* user : {"ann", "bob", "eve"}) track(user, "Order");
  flush();
  start();
  const std::string all = make("Buyers", R"({"did": {"event": "Order"}})");
  auto [status, body] =
      call("POST", "/v1/segments",
           {{"name", "Then"}, {"kind", "static"}, {"from", {{"set", "segment:" + all}}}});
  ASSERT_EQ(status, 201) << body;
  EXPECT_EQ(body["people"], 3);
  const std::string list = body["id"];
  track("tom", "Order");
  flush();
  EXPECT_THAT(members(list), ElementsAre("ann", "bob", "eve"));
  body = call("POST", "/v1/segments/" + list + "/members",
              {{"add", {"tom", "nobody"}}, {"remove", {"ann"}}})
             .second;
  EXPECT_EQ(body["unknown"]["identifiers"], Json({"nobody"}));
  EXPECT_THAT(members(list), ElementsAre("bob", "eve", "tom"));
  restart();
  EXPECT_THAT(members(list), ElementsAre("bob", "eve", "tom"));
  EXPECT_EQ(call("POST", "/v1/segments/" + all + "/members", {{"add", {"ann"}}}).first, 409);
  const Json overlap = call("POST", "/v1/segments/overlap", {{"segments", {all, list}}}).second;
  EXPECT_EQ(overlap["rows"],
            (Json{{{"in", {all, list}}, {"people", 3}}, {{"in", {all}}, {"people", 1}}}));
}

}  // namespace
}  // namespace perennial::segments
