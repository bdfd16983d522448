// The routes by which people say something of customers.
#include "people/desk.h"

#include <array>
#include <atomic>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "people/history.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

const std::string kAnn = R"({"name":"Ann","email":"ann@shop.cn","phone":"138 1234 5678"})";

class PeopleDesk : public testing::Test {
 protected:
  PeopleDesk() : log_(events::open_memory()) {
    EXPECT_TRUE(people_.database().migrate(access::migrations()));
    settings_ = std::move(*access::Settings::load(people_.database()));
    Extensions extensions;
    extensions.settle = [this](uint64_t seq) {
      settled_.push_back(seq);
      catch_up();
      return true;
    };
    extensions.sources.push_back(
        {"points",
         [](store::Connection&, PersonId, Instant before, size_t) -> Result<std::vector<Json>> {
           const Instant at = kTestDay + Millis(30);
           if (at >= before) return std::vector<Json>();
           return std::vector<Json>{
               {{"kind", "points"}, {"at", format_instant(at)}, {"title", "+10"}}};
         }});
    http::Router router;
    add_routes(router, people_.database(), *log_, *settings_, extensions,
               [this] { return kTestDay + Millis(now_ms_++); });
    server_ = std::move(*http::Server::start(
        std::move(router), {.port = 0, .upload_directory = ::testing::TempDir()}));
    client_ = std::make_unique<http::Client>("127.0.0.1", server_->port());
  }
  ~PeopleDesk() override { server_->stop(Millis(100)); }

  void catch_up() {
    people_.apply(*log_->read_arrivals(applied_, 1'000));
    applied_ = log_->last_seq();
  }
  void send(std::vector<events::StoredEvent> events) {
    std::vector<events::Event> plain;
    for (auto& e : events) {
      e.message_id = "m" + std::to_string(++sent_);
      plain.push_back(e);
    }
    ASSERT_TRUE(log_->append_and_wait(plain));
    catch_up();
  }
  Json call(const std::string& method, const std::string& target, const Json& body = Json(),
            int status = 200) {
    auto answer = client_->send(method, target, body.is_null() ? "" : to_text(body),
                                {{"Content-Type", "application/json"}});
    EXPECT_TRUE(answer.has_value()) << answer.error().text();
    EXPECT_EQ(answer->status, status) << method << " " << target << " " << answer->body;
    auto json = parse_json(answer->body);
    return json ? *json : Json();
  }
  std::string customer(const std::string& user) {
    return "/v1/customers/" + std::to_string(people_.id_of(user));
  }
  int64_t audited(const std::string& action) {
    auto rows = people_.database().read([&](store::Connection& c) {
      return c.query("SELECT count(*) FROM access_audit WHERE action = $1", {action});
    });
    return rows->at(0).integer(0);
  }

  TestPeople people_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
  int sent_ = 0;
  std::atomic<int64_t> now_ms_ = 1'000;
  uint64_t applied_ = 0;
  std::vector<uint64_t> settled_;
};

TEST_F(PeopleDesk, ProposalsAreApprovedAndUndone) {
  send({identify(1, "u1", "a1", kAnn), identify(2, "u2", "", kAnn)});
  Json review = call("GET", "/v1/identity/review");
  ASSERT_EQ(review["proposals_total"], 2);  // the e-mail and the phone
  EXPECT_EQ(review["proposals"][0]["a"]["name"], "Ann");
  const Json a{{"kind", "user_id"}, {"value", "u1"}}, b{{"kind", "user_id"}, {"value", "u2"}};
  const Json said = call("POST", "/v1/identity/decisions",
                         {{"a", a}, {"b", b}, {"merged", true}, {"reason", "same passport"}});
  EXPECT_EQ(said["applied"], true);
  EXPECT_EQ(people_.id_of("u1"), people_.id_of("u2"));
  EXPECT_EQ(call("GET", "/v1/identity/review")["proposals_total"], 0);
  const Json identity = call("GET", customer("u1") + "/identity");
  EXPECT_EQ(identity["bonds"][0]["means"], "hand");
  EXPECT_EQ(identity["identifiers"].size(), 2u);
  EXPECT_EQ(identity["log"][0]["reason"], "hand");
  call("POST", "/v1/identity/decisions", {{"a", a}, {"b", b}, {"merged", false}});
  EXPECT_NE(people_.id_of("u1"), people_.id_of("u2"));
  EXPECT_EQ(audited("identity.merge"), 1);
  EXPECT_EQ(audited("identity.separate"), 1);
}

// What is said by hand is waited for up to its own event, and a replay of the log says the same.
TEST_F(PeopleDesk, WordsOfHandSettleAndAreReplayed) {
  send({identify(1, "u1", "a1", kAnn), identify(2, "u2", "", R"({"plan":"free"})")});
  std::vector<uint64_t> said;
  const auto say = [&](const std::string& method, const std::string& target, const Json& body) {
    const Json answer = call(method, target, body);
    said.push_back(answer["seq"].get<uint64_t>());
    EXPECT_EQ(said.back(), log_->last_seq());
  };
  const auto edit = [&](const std::string& user, const Json& traits) {
    say("PATCH", customer(user),
        {{"version", person_version(people_.person(user))}, {"traits", traits}});
  };
  edit("u1", {{"plan", "gold"}, {"name", nullptr}});
  edit("u2", {{"plan", "silver"}});
  edit("u1", {{"plan", "black"}});
  say("POST", customer("u1") + "/merge", {{"with", people_.id_of("u2")}, {"reason", "one"}});
  edit("u2", {{"city", "Wuhan"}});
  EXPECT_EQ(settled_, said);
  TestPeople again;
  again.apply(*log_->read_arrivals(0, 1'000));
  EXPECT_EQ(again.text(), people_.text());
  EXPECT_EQ(people_.id_of("u1"), people_.id_of("u2"));
  EXPECT_NE(people_.text().find("Wuhan"), std::string::npos);
}

TEST_F(PeopleDesk, MergesByHandSayWhatIsWrong) {
  send({identify(1, "u1", "a1"), identify(2, "u2", ""), track(3, "", "v", "Viewed"),
        track(4, "", "w", "Viewed")});
  const std::string merge = customer("u1") + "/merge";
  const auto where = [&](const Json& body, int status) {
    return call("POST", merge, body, status).value("where", "");
  };
  EXPECT_EQ(where(Json::object(), 400), "with");
  EXPECT_EQ(where({{"with", 999'999}}, 404), "with");
  EXPECT_EQ(where({{"with", people_.id_of("u1")}}, 409), "with");
  EXPECT_EQ(where({{"with", people_.id_of("u2")}, {"reason", std::string(501, 'x')}}, 400),
            "reason");
  const auto visitors =
      call("POST", "/v1/customers/" + std::to_string(people_.id_of("", "v")) + "/merge",
           {{"with", people_.id_of("", "w")}}, 400);
  EXPECT_EQ(visitors["where"], "b");
  call("POST", merge, {{"with", people_.id_of("", "v")}});
  EXPECT_EQ(people_.id_of("", "v"), people_.id_of("u1"));
  call("POST", "/v1/identity/decisions",
       {{"a", {{"kind", "user_id"}, {"value", "nobody"}}},
        {"b", {{"kind", "user_id"}, {"value", "u1"}}},
        {"merged", true}},
       404);
}

TEST_F(PeopleDesk, AnEditIsRefusedOnWhatHasChangedMeanwhile) {
  send({identify(1, "u1", "", kAnn)});
  const std::string version = call("GET", customer("u1"))["version"];
  call("PATCH", customer("u1"), {{"version", version}, {"traits", {{"city", "Lyon"}}}});
  EXPECT_EQ(parse_json(people_.person("u1").traits)->at("city"), "Lyon");
  const Json late =
      call("PATCH", customer("u1"), {{"version", version}, {"traits", {{"city", "Nice"}}}}, 409);
  EXPECT_EQ(late["where"], "version");
  call("PATCH", customer("u1"), {{"version", version}, {"traits", Json::object()}}, 400);
  call("PATCH", customer("u1"), {{"version", version}, {"traits", {{"$delete", true}}}}, 400);
  const Json history = call("GET", customer("u1") + "/traits");
  EXPECT_EQ(history["history"][0]["trait"], "city");
  EXPECT_EQ(history["history"][0]["source"], "console:desk");
  EXPECT_EQ(history["total"], 4);
}

TEST_F(PeopleDesk, OfTwoEditsAtOnceOneIsRefused) {
  send({identify(1, "u1", "", kAnn)});
  for (int round = 0; round < 20; ++round) {
    const std::string target = customer("u1");
    const Json version = call("GET", target)["version"];
    const auto edit = [&](const std::string& city) {
      return std::async(std::launch::async, [&, city] {
        http::Client client("127.0.0.1", server_->port());
        const Json body{{"version", version}, {"traits", {{"city", city}}}};
        const auto answer =
            client.send("PATCH", target, to_text(body), {{"Content-Type", "application/json"}});
        return answer ? answer->status : 0;
      });
    };
    auto one = edit("Lyon " + std::to_string(round)), other = edit("Nice " + std::to_string(round));
    EXPECT_THAT((std::array{one.get(), other.get()}), testing::UnorderedElementsAre(200, 409));
  }
}

TEST_F(PeopleDesk, NotesStandOnTheTimelineAndGoWithTheirIdentity) {
  send({identify(1, "u1", ""), identify(2, "u2", "")});
  const std::string notes = customer("u2") + "/notes";
  const Json note =
      call("POST", notes, {{"text", "打电话 <b>"}, {"due_at", "2026-05-01T00:00:00Z"}});
  EXPECT_EQ(note["done_at"], nullptr);
  call("POST", notes, {{"text", " "}}, 400);
  call("POST", notes, {{"text", std::string(4'001, 'x')}}, 400);
  call("POST", notes, {{"text", std::string(4'000, 'x')}});
  call("POST", notes, {{"text", "x"}, {"due_at", "tomorrow"}}, 400);
  const std::string one = notes + "/" + note["id"].get<std::string>();
  EXPECT_NE(call("PATCH", one, {{"version", 1}, {"done", true}})["done_at"], nullptr);
  call("PATCH", one, {{"version", 1}, {"done", false}}, 409);
  call("PATCH", notes + "/note_none", {{"version", 1}}, 404);
  call("POST", customer("u1") + "/merge", {{"with", people_.id_of("u2")}});
  EXPECT_EQ(call("GET", customer("u1") + "/notes")["notes"].size(), 2u);
  const Json page = call("GET", customer("u1") + "/timeline?kinds=note,points");
  ASSERT_EQ(page["items"].size(), 3u);
  EXPECT_EQ(page["items"][2]["title"], "+10");
  EXPECT_EQ(page["items"][1]["note"]["text"], "打电话 <b>");
  call("GET", customer("u1") + "/timeline?kinds=nonsense", Json(), 400);
}

TEST_F(PeopleDesk, ConsentsKeepTheirEvidence) {
  send({identify(1, "u1", "", R"({"email_subscribed":true})"),
        track(2, "u1", "", "Subscribed",
              R"({"channel":"sms","topic":"offers","evidence":"form 7"})")});
  const std::string consents = customer("u1") + "/consents";
  call("POST", consents,
       {{"channel", "email"}, {"granted", false}, {"evidence", "said so by phone"}});
  call("POST", consents, {{"channel", "email"}, {"granted", false}}, 400);
  call("POST", consents, {{"granted", false}, {"evidence", "x"}}, 400);
  const Json list = call("GET", consents)["consents"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["channel"], "email");
  EXPECT_EQ(list[0]["granted"], false);
  EXPECT_EQ(list[0]["evidence"], "said so by phone");
  EXPECT_EQ(list[1]["topic"], "offers");
  EXPECT_EQ(people_.person("u1").email_consent, Person::Consent::kUnsubscribed);
}

TEST_F(PeopleDesk, EverythingIsExportedAndEveryViewAudited) {
  send({identify(1, "u1", "a1", R"({"name":"<script>x</script>"})"),
        track(2, "u1", "", "Order Completed", R"({"order_id":"1","total":2.5})")});
  const Json all = call("GET", customer("u1") + "/export");
  for (const char* part :
       {"identities", "identifiers", "orders", "notes", "consents", "trait_history", "events"}) {
    EXPECT_TRUE(all.contains(part)) << part;
  }
  EXPECT_EQ(all["orders"].size(), 1u);
  EXPECT_EQ(all["events"].size(), 2u);
  auto html = client_->send("GET", customer("u1") + "/export?format=html");
  EXPECT_EQ(html->body.find("<script>"), std::string::npos);
  EXPECT_NE(html->body.find("&lt;script&gt;"), std::string::npos);
  call("GET", customer("u1") + "/export?format=pdf", Json(), 400);
  call("GET", customer("u1"));
  EXPECT_EQ(audited("customers.view"), 3);
}

TEST_F(PeopleDesk, TraitsAreComputedFromEvents) {
  const auto bought = [](int64_t ms, const char* properties) {
    return track(ms, "u1", "", "Bought", properties);
  };
  send({bought(1, R"({"sku":"a","n":2})"), bought(2, R"({"sku":"b","n":3.5})"),
        bought(3, R"({"sku":"a"})"), track(4, "u1", "", "Viewed", R"({"sku":"z"})")});
  const auto value = [&](const std::string& query) {
    return call("GET", customer("u1") + "/computed?event=Bought&" + query)["value"];
  };
  EXPECT_EQ(value("how=count"), 3);
  EXPECT_EQ(value("how=sum&property=n"), 5.5);
  EXPECT_EQ(value("how=last&property=sku"), "a");
  EXPECT_EQ(value("how=most_frequent&property=sku"), "a");
  now_ms_ = int64_t{86'400'000} + 1;
  EXPECT_EQ(value("how=count&days=1"), 1) << "a window is half-open: what is a day old has left";
  call("GET", customer("u1") + "/computed?event=Bought&how=sum", Json(), 400);
  call("GET", customer("u1") + "/computed?how=count", Json(), 400);
}

TEST(TraitHistory, LeavesOutWhatOnlyRepeats) {
  std::vector<events::StoredEvent> events = {
      identify(1, "u", "", R"({"a":1})"), identify(2, "u", "", R"({"a":1,"b":2})"),
      identify(3, "u", "", R"({"a":null,"$increment":{"n":1}})")};
  std::string text;
  for (const Said& said : trait_history(events)) {
    text += said.trait + " " + said.op + " " + to_text(said.value) + ";";
  }
  EXPECT_EQ(text, "n $increment 1;a set null;b set 2;a set 1;");
}

}  // namespace
}  // namespace perennial::people
