// Erasures as jobs: their steps over a log in memory, a real timeline and the real state tables.
#include "privacy/privacy_testing.h"
#include "privacy/receipt.h"

namespace perennial::privacy {
namespace {

TEST_F(PrivacyTest, ErasesEverywhereAndKeepsTotals) {
  add_wang();
  const people::PersonId wang = id_of("wang");
  const int64_t before = revenue();
  // A base that holds what is to go.
  ASSERT_TRUE(timeline_->forgotten(timeline_->forget({}), kSoon));
  EXPECT_THAT(timeline_bytes(), testing::HasSubstr("wang@shop.cn"));
  privacy_->start();
  const Json asked = ask(wang);
  const Json done = finished(asked.at("id"));
  EXPECT_EQ(done.at("state"), "done");
  EXPECT_EQ(done.at("error"), "");
  EXPECT_EQ(done.at("counts").at("events"), Json({{"erased", 3}, {"kept_without_identity", 1}}));
  EXPECT_EQ(done.at("counts").at("shelf"), Json({{"books", 1}}));
  EXPECT_TRUE(words_.contains("wang@shop.cn"));
  EXPECT_EQ(revenue(), before);
  EXPECT_EQ(id_of("wang"), 0);
  EXPECT_NE(id_of("li"), 0);
  for (const char* word : {"wang", "phone", "A-1", "Wang"}) {
    EXPECT_THAT(state_text(), testing::Not(testing::HasSubstr(word)));
  }
  for (const auto& event : must(log_->read({}))) {
    EXPECT_EQ(event.properties.find("wang"), std::string::npos) << event.properties;
    EXPECT_NE(event.user_id, "wang");
    EXPECT_NE(event.anonymous_id, "phone");
  }
  EXPECT_THAT(timeline_bytes(), testing::Not(testing::HasSubstr("wang@shop.cn")));
  const auto remains = must(log_->read({.names = {"Order Completed"}}));
  EXPECT_EQ(remains.size(), 2u);

  // The same events sent again, as a client does that heard no answer, bring nobody back.
  sent_ = 0;
  const uint64_t last = log_->last_seq();
  send("identify", "wang", "phone", "", R"({"name":"Wang","email":"wang@shop.cn"})", 0);
  send("track", "wang", "", "Order Completed", R"({"order_id":"A-1","total":20})", 1'000);
  EXPECT_EQ(log_->last_seq(), last);
  sent_ = 100;
  send("track", "wang", "", "Order Completed", R"({"order_id":"A-9","total":3})", 9'000);
  ASSERT_TRUE(settle(log_->last_seq()));
  EXPECT_NE(id_of("wang"), wang);
  EXPECT_EQ(revenue(), before + 300);
}

TEST_F(PrivacyTest, AReceiptIsSignedAndCanBeChecked) {
  add_wang();
  privacy_->start();
  const std::string id = ask(id_of("wang")).at("id");
  finished(id);
  const Json file = call("GET", "/v1/privacy/erasures/" + id + "/receipt");
  EXPECT_EQ(file.at("valid"), true);
  EXPECT_EQ(file.at("receipt").at("requested_by"), "usr_1");
  EXPECT_EQ(file.at("receipt"), must(parse_json(file.at("payload").get<std::string>())));
  Json presented{{"payload", file.at("payload")}, {"signature", file.at("signature")}};
  EXPECT_EQ(call("POST", "/v1/privacy/receipts/verify", presented).at("valid"), true);
  std::string changed = presented.at("payload");
  changed.replace(changed.find("usr_1"), 5, "usr_2");
  presented["payload"] = changed;
  EXPECT_EQ(call("POST", "/v1/privacy/receipts/verify", presented).at("valid"), false);
  presented["signature"] = "no signature";
  EXPECT_EQ(call("POST", "/v1/privacy/receipts/verify", presented).at("valid"), false);
  presented["payload"] = std::string(kMaxReceiptBytes + 1, 'x');
  call("POST", "/v1/privacy/receipts/verify", presented, 413);
  // Somebody who changes the table is found out.
  must(database_->write([&](store::Connection& c) {
    return c.execute("UPDATE erasures SET payload = $1", {to_text(Json{{"receipt", id}})});
  }));
  EXPECT_EQ(call("GET", "/v1/privacy/erasures/" + id + "/receipt").at("valid"), false);
}

TEST_F(PrivacyTest, AskingIsChecked) {
  add_wang();
  const people::PersonId wang = id_of("wang");
  const auto refuse = [&](const Json& body, int status, const char* field) {
    EXPECT_EQ(call("POST", "/v1/privacy/erasures", body, status).value("where", ""), field);
  };
  refuse({{"confirm", "1"}}, 400, "person_id");
  refuse({{"person_id", wang}}, 400, "confirm");
  refuse({{"person_id", wang}, {"confirm", "Li"}}, 400, "confirm");
  refuse({{"person_id", wang}, {"confirm", ""}}, 400, "confirm");
  refuse({{"person_id", 987'654}, {"confirm", "987654"}}, 404, "person_id");
  const Json by_name =
      call("POST", "/v1/privacy/erasures", {{"person_id", wang}, {"confirm", " Wang "}}, 202);
  EXPECT_EQ(by_name.at("state"), "waiting");
  ask(wang, 409);
  call("GET", "/v1/privacy/erasures/" + by_name.at("id").get<std::string>() + "/receipt", Json(),
       409);
  call("GET", "/v1/privacy/erasures/era_none", Json(), 404);
  EXPECT_EQ(call("GET", "/v1/privacy/erasures").at("erasures").size(), 1u);
  privacy_->start();
  finished(by_name.at("id"));
  ask(wang, 409);  // there is nobody left under that number
}

// Stopped between its steps and opened again, as after a kill: the end is the same.
TEST_F(PrivacyTest, GoesOnWhereItWasStopped) {
  add_wang();
  std::atomic<int> lets_by = 0;
  places_.push_back({.name = "gate", .beside = [&](const Traces&, bool take) -> Result<Json> {
                       if (take && lets_by-- <= 0) return fail(Code::kBusy, "the gate is shut");
                       return Json::object();
                     }});
  const auto restart = [&](int by) {
    close();
    open();
    lets_by = by;
    privacy_->start();
  };
  restart(0);
  const std::string id = ask(id_of("wang")).at("id");
  falls_ = 1;
  EXPECT_TRUE(comes_to(id, "files"));
  restart(1);
  EXPECT_TRUE(comes_to(id, "events"));
  restart(1);
  EXPECT_TRUE(comes_to(id, "done"));
  EXPECT_LE(falls_, 0);
  const Json done = call("GET", "/v1/privacy/erasures/" + id);
  EXPECT_EQ(done.at("counts").at("events"), Json({{"erased", 3}, {"kept_without_identity", 1}}));
  EXPECT_EQ(done.at("counts").at("shelf"), Json({{"books", 1}}));  // counted before they went
  EXPECT_EQ(id_of("wang"), 0);
  EXPECT_EQ(must(log_->read({.names = {"Order Completed"}})).size(), 2u);
  EXPECT_EQ(must(log_->read({.identities = {"u:erased:" + id}})).size(), 2u);
}

TEST_F(PrivacyTest, AStepThatFailsIsTriedAgainAndSaysWhy) {
  add_wang();
  refusals_ = 1'000'000;
  privacy_->start();
  const std::string id = ask(id_of("wang")).at("id");
  EXPECT_EQ(error_of(id), "the shelf is locked");
  refusals_ = 0;
  const Json done = finished(id);
  EXPECT_EQ(done.at("state"), "done");
  EXPECT_EQ(done.at("error"), "");
}

// Neither what they do now is lost from the timeline, nor is it taken for the erased person's.
TEST_F(PrivacyTest, WhoComesBackWhileTheErasureRunsIsInTheTimeline) {
  send("track", "li", "", "Viewed", "{}", 0);
  ASSERT_TRUE(settle(log_->last_seq()));
  ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), kSoon));
  add_wang();  // read as they arrive: whose the identities are is remembered
  ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), kSoon));
  const people::PersonId old = id_of("wang");
  refusals_ = 1'000'000;
  privacy_->start();
  const std::string id = ask(old).at("id");
  ASSERT_EQ(error_of(id), "the shelf is locked");
  send("track", "wang", "", "Came Back", "{}", 9'000);
  ASSERT_TRUE(settle(log_->last_seq()));
  ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), kSoon));
  const people::PersonId back = id_of("wang");
  EXPECT_NE(back, old);
  refusals_ = 0;
  EXPECT_EQ(finished(id).at("state"), "done");
  EXPECT_THAT(who_did("Came Back"), testing::ElementsAre(back));
  EXPECT_EQ(who_did("Order Completed").count(back), 0u);
}

// What was made of the person's events while they went, goes too.
TEST_F(PrivacyTest, LooksAgainWhenTheEventsAreGone) {
  add_wang();
  std::atomic<bool> came = false;
  places_.insert(places_.begin(),
                 {.name = "late", .beside = [&](const Traces&, bool) -> Result<Json> {
                    if (!came && log_->read({.identities = {"u:wang"}})->empty()) {
                      came = true;
                      books_ = 7;
                    }
                    return Json::object();
                  }});
  close();
  open();
  privacy_->start();
  EXPECT_EQ(finished(ask(id_of("wang")).at("id")).at("state"), "done");
  EXPECT_TRUE(came);
  EXPECT_EQ(books_, 0);  // the shelf was cleared after the seven had come
}

TEST_F(PrivacyTest, WhatIsThrownIsAStepThatFailed) {
  add_wang();
  throws_ = true;
  privacy_->start();
  const std::string id = ask(id_of("wang")).at("id");
  EXPECT_EQ(error_of(id), "the shelf is on fire");
  throws_ = false;
  EXPECT_EQ(finished(id).at("state"), "done");
}

// It is not waited for in silence, and the erasure is done once it can go on.
TEST_F(PrivacyTest, ATimelineThatCannotBeWrittenIsToldOf) {
  add_wang();
  ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), kSoon));
  std::filesystem::remove_all(directory_);
  std::ofstream(directory_) << "a file where the directory was";
  privacy_->start();
  const std::string id = ask(id_of("wang")).at("id");
  EXPECT_THAT(error_of(id), testing::HasSubstr("the timeline cannot be written anew"));
  std::filesystem::remove(directory_);
  std::filesystem::create_directories(directory_);
  EXPECT_EQ(finished(id).at("state"), "done");
}

// A pass of retention that fails rests longer each time.
TEST_F(PrivacyTest, RetentionThatFailsRests) {
  must(database_->write([](store::Connection& c) {
    return access::Settings::put_document(
        c, "privacy.retention",
        {{"rules", {{{"name", "Viewed"}, {"days", 1}}}}, {"since", "no time"}});
  }));
  privacy_->start();
  const auto tries = [&] {
    std::lock_guard lock(hearing_);
    return heard_.size();
  };
  const auto deadline = std::chrono::steady_clock::now() + kSoon;
  while (tries() < 5 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_GE(tries(), 5u);
  std::lock_guard lock(hearing_);
  EXPECT_THAT(heard_[4].first, testing::HasSubstr("retention waits"));
  EXPECT_GE(heard_[4].second - heard_[3].second, 40ms);  // 5, 10, 20, 40
}

// Two who are both asked for, and are joined before either has its turn.
TEST_F(PrivacyTest, TwoThatWereJoinedGoTogether) {
  add_wang();
  const people::PersonId wang = id_of("wang"), li = id_of("li");
  const std::string first = ask(std::max(wang, li)).at("id"),
                    second = ask(std::min(wang, li)).at("id");
  send("alias", "wang", "", "", R"({"previousId":"li"})", 5'000);
  ASSERT_TRUE(settle(log_->last_seq()));
  ASSERT_EQ(id_of("wang"), std::min(wang, li));
  ASSERT_EQ(id_of("li"), id_of("wang"));
  privacy_->start();
  const Json gone = finished(first), stays = finished(second);
  EXPECT_EQ(stays.at("state"), "done");
  EXPECT_GT(stays.at("counts").at("events").at("erased"), 0);
  EXPECT_EQ(gone.at("state"), "done");
  EXPECT_EQ(gone.at("counts"), Json({{"people", {{"joined_into", std::min(wang, li)}}}}));
  EXPECT_EQ(call("GET", "/v1/privacy/erasures/" + first + "/receipt").at("valid"), true);
  EXPECT_EQ(id_of("wang"), 0);
  EXPECT_EQ(id_of("li"), 0);
}

// Messages, hold-outs and postings stand under the number from before.
TEST_F(PrivacyTest, RowsFromBeforeAJoinGoToo) {
  add_wang();
  send("identify", "meimei", "", "", "{}", 3'000);
  ASSERT_TRUE(settle(log_->last_seq()));
  const people::PersonId mei = id_of("meimei");
  must(database_->write([&](store::Connection& c) -> Result<void> {
    TRY(
        c.execute("INSERT INTO campaigns VALUES ('cmp_1', 'C', 'sent', '{}', 50, '', '', '', 30, "
                  "'s', 'outbox', 0, 1, 2, 3)"));
    TRY(
        c.execute("INSERT INTO sends VALUES ('snd_1', 'cmp_1', $1, 'meimei', 'treated', 'pending', "
                  "'', 'meimei@shop.cn', 0, 0, 0, NULL, 0)",
                  {mei}));
    TRY(c.execute(
        "INSERT INTO suppressions VALUES ($1, 'meimei', 'meimei@shop.cn', 'cmp_1', 'e', 5, "
        "1, 1)",
        {mei}));
    TRY(c.execute("INSERT INTO hold_outs VALUES ('h', 'H', 'global', 5, 's', 1, 1, NULL, 9)"));
    TRY(c.execute("INSERT INTO hold_out_members VALUES ('h', $1, 'meimei', 1, NULL)", {mei}));
    TRY(c.execute("INSERT INTO loyalty_holders VALUES (1, 1, $1, 40, 0, 0, 0, 5, NULL, 0)", {mei}));
    TRY(
        c.execute("INSERT INTO loyalty_postings VALUES (1, 1, 1, 1, 5, 5, 1, 2, 3, 1, 40, 'c', "
                  "'r', 1, 'meimei:signs in', 'A-1', 'because of meimei', 'usr_1')"));
    TRY(
        c.execute("INSERT INTO value_health_alerts (id, person, alert, since_ms, at_ms, amount,"
                  " score, told) VALUES (1, $1, 'order_gap', 1, 1, 0, 0, 1)",
                  {mei}));
    return {};
  }));
  send("alias", "wang", "", "", R"({"previousId":"meimei"})", 5'000);
  ASSERT_TRUE(settle(log_->last_seq()));
  ASSERT_EQ(id_of("meimei"), id_of("wang"));
  ASSERT_NE(id_of("meimei"), mei);
  must(database_->write([&](store::Connection& c) -> Result<void> {
    const auto joins = TRY(people::moves_after(c, 0, 100));
    TRY(c.execute(
        "INSERT INTO loyalty_moved VALUES ($1, 'loyalty_referral_codes', 'p', 'meimei-8')",
        {joins.back().id}));
    return {};
  }));
  privacy_->start();
  const Json done = finished(ask(id_of("wang")).at("id"));
  EXPECT_EQ(done.at("counts").at("value"), Json({{"health_alerts", 1}, {"stage_changes", 0}}));
  EXPECT_EQ(done.at("counts").at("messages"), Json({{"sends", 1}, {"suppressions", 1}}));
  EXPECT_THAT(state_text(), testing::Not(testing::HasSubstr("meimei")));
  const auto send = must(database_->read([&](store::Connection& c) {
                      return c.query("SELECT person_id, verdict FROM sends");
                    })).at(0);
  EXPECT_EQ(send.integer(0), mei);
  EXPECT_EQ(send.text(1), "cancelled");
}

// Campaigns, hold-outs and points count as before; addresses are gone, and still nobody writes to
// them.
TEST_F(PrivacyTest, VerdictsArmsAndPointsStay) {
  add_wang();
  const people::PersonId wang = id_of("wang");
  must(database_->write([&](store::Connection& c) -> Result<void> {
    TRY(
        c.execute("INSERT INTO campaigns VALUES ('cmp_1', 'C', 'sent', '{}', 50, '', '', '', 30, "
                  "'s', 'outbox', 0, 1, 2, 3)"));
    TRY(
        c.execute("INSERT INTO sends VALUES ('snd_1', 'cmp_1', $1, 'wang', 'treated', 'sent', "
                  "'250 wang@shop.cn taken', 'wang@shop.cn', 0, 1, 0, 5, 1)",
                  {wang}));
    TRY(
        c.execute("INSERT INTO suppressions VALUES ($1, 'wang', 'wang@shop.cn', 'cmp_1', 'e', 5, "
                  "1, 1)",
                  {wang}));
    TRY(c.execute("INSERT INTO hold_outs VALUES ('h', 'H', 'global', 5, 's', 1, 1, NULL, 9)"));
    TRY(c.execute("INSERT INTO hold_out_members VALUES ('h', $1, 'wang', 1, NULL)", {wang}));
    TRY(c.execute("INSERT INTO loyalty_facts VALUES (1, $1, 'u:wang', 5, 'Viewed', '{}')", {wang}));
    TRY(c.execute("INSERT INTO loyalty_holders VALUES (1, 1, $1, 40, 0, 0, 0, 5, NULL, 0)",
                  {wang}));
    TRY(
        c.execute("INSERT INTO loyalty_postings VALUES (1, 1, 1, 1, 5, 5, 1, 2, 3, 1, 40, 'c', "
                  "'r', 1, 'wang:signs in', 'A-1', 'because of Wang', 'usr_1')"));
    return {};
  }));
  privacy_->start();
  finished(ask(wang).at("id"));
  const auto row = [&](const std::string& sql) {
    return must(database_->read([&](store::Connection& c) { return c.query(sql); })).at(0);
  };
  const auto send = row("SELECT person_id, arm, verdict, address, reason FROM sends");
  EXPECT_EQ(send.integer(0), wang);
  EXPECT_EQ(send.text(1) + send.text(2), "treatedsent");
  EXPECT_EQ(send.text(3) + send.text(4), "");
  EXPECT_TRUE(row("SELECT address FROM suppressions").text(0).starts_with("#"));
  EXPECT_EQ(row("SELECT person_id FROM hold_out_members").integer(0), wang);
  EXPECT_EQ(row("SELECT available FROM loyalty_holders").integer(0), 40);
  EXPECT_EQ(row("SELECT amount FROM loyalty_postings").integer(0), 40);
  EXPECT_EQ(row("SELECT count(*) FROM loyalty_facts").integer(0), 0);
  for (const char* word : {"wang", "Wang", "A-1"}) {
    EXPECT_THAT(state_text(), testing::Not(testing::HasSubstr(word)));
  }
}

}  // namespace
}  // namespace perennial::privacy
