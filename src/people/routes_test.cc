#include <gtest/gtest.h>

#include "people/csv.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

// A server over a log in memory, a database, and the stage fed by hand.
class PeopleRoutes : public testing::Test {
 protected:
  PeopleRoutes() : log_(events::open_memory()) {
    EXPECT_TRUE(people_.database().migrate(access::migrations()));
    settings_ = std::move(*access::Settings::load(people_.database()));
    Extensions extensions;
    extensions.resolve_set = [this](std::string_view set) -> Result<std::vector<PersonId>> {
      if (set == "stage:new") return std::vector<PersonId>{people_.id_of("u1")};
      return fail(Code::kInvalid, "no such set of people", "set");
    };
    // Other modules read the state when they describe people.
    extensions.describe = [this](std::span<const Person> page) -> Result<std::vector<Json>> {
      TRY(people_.database().read(
          [](store::Connection& c) { return c.query("SELECT count(*) FROM people"); }));
      return std::vector<Json>(page.size(), Json{{"stage", "new"}, {"cell", "champions"}});
    };
    extensions.describe_file = [](const Person&) -> Result<Json> {
      return Json{{"rfm", Json::object()}, {"stage_reason", {{"stage", "new"}}}};
    };
    extensions.messages = [](store::Connection&, PersonId, Instant before,
                             size_t limit) -> Result<std::vector<Json>> {
      std::vector<Json> out;
      for (int64_t ms : {40, 15}) {
        const Instant at = kTestDay + Millis(ms);
        if (at >= before || out.size() == limit) continue;
        out.push_back({{"kind", "message"}, {"at", format_instant(at)}, {"title", "Come back"}});
      }
      return out;
    };
    http::Router router;
    add_routes(router, people_.database(), *log_, *settings_, extensions);
    server_ = std::move(*http::Server::start(
        std::move(router), {.port = 0, .upload_directory = ::testing::TempDir()}));
    client_ = std::make_unique<http::Client>("127.0.0.1", server_->port());
  }
  ~PeopleRoutes() override { server_->stop(Millis(100)); }

  void send(std::vector<events::StoredEvent> events) {
    std::vector<events::Event> plain;
    for (auto& e : events) {
      e.message_id = "m" + std::to_string(++sent_);
      plain.push_back(e);
    }
    ASSERT_TRUE(log_->append_and_wait(plain));
    people_.apply(*log_->read_arrivals(applied_, 1'000));
    applied_ = log_->last_seq();
  }

  std::string body(const std::string& target, int status = 200) {
    auto answer = client_->send("GET", target);
    EXPECT_TRUE(answer.has_value()) << answer.error().text();
    EXPECT_EQ(answer->status, status) << target << " " << answer->body;
    return answer->body;
  }
  Json get(const std::string& target, int status = 200) {
    return *parse_json(body(target, status));
  }
  std::string customer(const std::string& user) {
    return "/v1/customers/" + std::to_string(people_.id_of(user));
  }

  TestPeople people_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
  int sent_ = 0;
  uint64_t applied_ = 0;
};

TEST_F(PeopleRoutes, ListAndFile) {
  send({identify(1, "u1", "a1", R"({"name":"Ann","email_subscribed":true})"),
        track(2, "u1", "", "Order Completed", R"({"order_id":"1","total":2.5})"),
        identify(3, "u2", "", R"({"name":"Bob"})"), track(4, "", "v", "Viewed")});
  Json list = get("/v1/customers");
  EXPECT_EQ(list["total"], 2);
  EXPECT_EQ(list["currency"], "CNY");
  EXPECT_EQ(list["customers"][0]["user_id"], "u1");
  EXPECT_EQ(list["customers"][0]["stage"], "new");
  EXPECT_EQ(list["customers"][0]["revenue_minor"], 250);
  EXPECT_TRUE(list["customers"][1]["last_order_at"].is_null());
  EXPECT_EQ(get("/v1/customers?known=all")["total"], 3);
  EXPECT_EQ(get("/v1/customers?known=no")["customers"][0]["known"], false);
  EXPECT_EQ(get("/v1/customers?set=stage:new")["total"], 1);
  EXPECT_EQ(get("/v1/customers?sort=name&order=desc&limit=1")["customers"][0]["name"], "Bob");
  const Json file = get(customer("u1"));
  EXPECT_EQ(file["customer"]["name"], "Ann");
  EXPECT_EQ(file["email_consent"], "subscribed");
  EXPECT_EQ(file["identities"].size(), 2u);
  EXPECT_EQ(file["traits"]["name"], "Ann");
  EXPECT_EQ(file["stage_reason"]["stage"], "new");
  const Json orders = get(customer("u1") + "/orders");
  EXPECT_EQ(orders["total"], 1);
  EXPECT_EQ(orders["orders"][0]["order_id"], "1");
}

TEST_F(PeopleRoutes, ARefundInOtherMoneyIsShownAsRefused) {
  send({track(1, "u1", "", "Order Completed", R"({"order_id":"1","total":100})"),
        track(2, "u1", "", "Order Refunded", R"({"order_id":"1","total":30})"),
        track(3, "u1", "", "Order Refunded", R"({"order_id":"1","total":5,"currency":"USD"})")});
  const Json orders = get(customer("u1") + "/orders")["orders"];
  EXPECT_EQ(orders[0]["total_minor"], -3'000);
  EXPECT_EQ(orders[0]["refused"], Json::array({{{"at", format_instant(kTestDay + Millis(3))},
                                                {"amount_minor", 500},
                                                {"currency", "USD"},
                                                {"reason", "other_currency"}}}));
  EXPECT_FALSE(orders[1].contains("refused"));
  EXPECT_EQ(get(customer("u1") + "/timeline?kinds=refund")["items"][0]["order"], orders[0]);
}

TEST_F(PeopleRoutes, RefusesWhatItCannotRead) {
  for (const char* wrong : {"?known=maybe", "?sort=age", "?order=up", "?limit=0", "?limit=501",
                            "?offset=-1", "?set=moon:full"}) {
    EXPECT_EQ(get(std::string("/v1/customers") + wrong, 400)["code"], "invalid") << wrong;
  }
  get("/v1/customers/0", 400);
  get("/v1/customers/x", 400);
  get("/v1/customers/12", 404);
  get("/v1/customers/12/timeline", 404);
  get("/v1/customers/12/orders", 404);
  send({track(1, "u1", "", "Viewed")});
  get(customer("u1") + "/timeline?before=yesterday", 400);
  get(customer("u1") + "/timeline?kinds=order,dream", 400);
}

TEST_F(PeopleRoutes, NamesByNumber) {
  send({track(1, "", "a", "Viewed"), identify(2, "u2", "", R"({"name":"王小薇"})")});
  const auto visitor = std::to_string(people_.id_of("", "a"));
  const auto second = std::to_string(people_.id_of("u2", ""));
  send({identify(3, "u1", "a", R"({"name":"Ann"})")});
  const auto ask = [&](const std::string& people) {
    return get("/v1/customer-names?people=" + people)["people"];
  };
  // The visitor is somebody by now; who is not there is left out.
  const Json both = ask(visitor + ",999," + second);
  ASSERT_EQ(both.size(), 2);
  EXPECT_EQ(both[0], Json({{"person_id", std::stoll(visitor)}, {"name", "Ann"}}));
  EXPECT_EQ(both[1]["name"], "王小薇");
  EXPECT_EQ(ask(""), Json::array());
  for (const char* wrong : {"x", "1,,2", "-1", "0", "1.5"}) {
    EXPECT_EQ(get(std::string("/v1/customer-names?people=") + wrong, 400)["where"], "people");
  }
  std::string many = "1";
  for (int i = 0; i < 200; ++i) many += ",1";
  EXPECT_EQ(get("/v1/customer-names?people=" + many, 400)["where"], "people");
}

TEST_F(PeopleRoutes, AnAddressFromBeforeAJoinLeadsToThePerson) {
  send({track(1, "", "a", "Viewed")});
  const auto visitor = people_.id_of("", "a");
  send({identify(2, "u1", "a")});
  EXPECT_EQ(get("/v1/customers/" + std::to_string(visitor))["customer"]["user_id"], "u1");
}

TEST_F(PeopleRoutes, TimelineMergesKindsAndPagesWithoutLoss) {
  std::vector<events::StoredEvent> events;
  for (int i = 0; i < 30; ++i) {
    events.push_back(track(i, "u1", "", "Viewed"));
    events.push_back(
        track(i, "u1", "", "Order Line", R"({"order_id":"big","amount_minor":1,"quantity":1})"));
  }
  // Many at one instant, across a page's end.
  for (int i = 0; i < 7; ++i) events.push_back(track(20, "u1", "", "Same time"));
  events.push_back(track(25, "u1", "", "Order Completed", R"({"order_id":"x","total":9})"));
  events.push_back(track(26, "u1", "", "Order Refunded", R"({"order_id":"x","total":9})"));
  send(events);
  std::vector<std::string> titles;
  std::string before;
  Json page;
  for (int pages = 0; pages < 40; ++pages) {
    page = get(customer("u1") + "/timeline?limit=5" + (before.empty() ? "" : "&before=" + before));
    for (const auto& item : page["items"]) {
      titles.push_back(item["at"].get<std::string>() + item["title"].get<std::string>());
    }
    if (page["next_before"].is_null()) break;
    before = page["next_before"];
  }
  // 30 views, 7 at one time, 2 orders, 1 refund, 2 messages.
  EXPECT_EQ(titles.size(), 42u);
  EXPECT_TRUE(page["next_before"].is_null());
  for (size_t i = 1; i < titles.size(); ++i) {
    EXPECT_GE(titles[i - 1].substr(0, 24), titles[i].substr(0, 24));
  }
  EXPECT_EQ(get(customer("u1") + "/timeline?kinds=order,refund")["items"].size(), 3u);
  EXPECT_EQ(get(customer("u1") + "/timeline?kinds=message")["items"].size(), 2u);
  const Json refund = get(customer("u1") + "/timeline?kinds=refund")["items"][0];
  EXPECT_EQ(refund["kind"], "refund");
  EXPECT_EQ(refund["order"]["total_minor"], -900);
}

TEST_F(PeopleRoutes, TimelineFindsEventsBehindManyOrderLines) {
  std::vector<events::StoredEvent> events{track(1, "u1", "", "Viewed")};
  for (int i = 0; i < 900; ++i) {
    events.push_back(track(10 + i, "u1", "", "Order Line", R"({"order_id":"1","amount_minor":1})"));
  }
  send(events);
  const Json page = get(customer("u1") + "/timeline?kinds=event&limit=5");
  EXPECT_EQ(page["items"].size(), 1u);
  EXPECT_TRUE(page["next_before"].is_null());
}

TEST_F(PeopleRoutes, TimelineOfASharedDevice) {
  send({identify(1, "u1", "a"), track(2, "u1", "a", "Mine"), track(3, "u2", "a", "Theirs"),
        track(4, "", "a", "On the device"), identify(5, "u2", "a")});
  auto titles = [&](const std::string& user) {
    std::string out;
    const Json page = get(customer(user) + "/timeline?kinds=event");
    for (const auto& item : page["items"]) out += item["title"].get<std::string>() + ";";
    return out;
  };
  EXPECT_EQ(titles("u1"), "On the device;Mine;identify;");
  EXPECT_EQ(titles("u2"), "identify;Theirs;");
}

TEST_F(PeopleRoutes, ExportsCsvThatSpreadsheetsDoNotRun) {
  send({identify(1, "u1", "", R"x({"name":"=HYPERLINK(\"x\")","phone":"+86 1","country":"a,b"})x"),
        identify(2, "-u2", "", R"({"name":"line\nbreak"})")});
  const std::string csv = body("/v1/customers.csv?sort=first_seen&order=asc");
  EXPECT_TRUE(csv.starts_with("id,user_id,name,email,phone,country,orders,")) << csv;
  EXPECT_NE(csv.find(R"x(,u1,"'=HYPERLINK(""x"")",,'+86 1,"a,b",0,0,0.00,CNY,,,)x"),
            std::string::npos)
      << csv;
  EXPECT_NE(csv.find(",'-u2,\"line\nbreak\","), std::string::npos) << csv;
  EXPECT_TRUE(csv.ends_with("unknown\r\n"));
  const auto audit = people_.database().read([](store::Connection& c) {
    return c.query("SELECT count(*) FROM access_audit WHERE action = 'customers.export'");
  });
  ASSERT_TRUE(audit.has_value()) << audit.error().text();
  EXPECT_EQ(audit->at(0).integer(0), 1);
}

TEST_F(PeopleRoutes, OrderBooksAreReadAgainWhenOrdersChange) {
  OrderBooks books(people_.database(), *settings_);
  const auto empty = *books.get();
  EXPECT_EQ(empty->rows(), 0u);
  send({track(1, "u1", "", "Order Completed", R"({"order_id":"1","total":2})")});
  EXPECT_EQ(*books.get(), empty);  // nobody said that anything changed
  books.changed();
  const auto one = *books.get();
  EXPECT_EQ(one->rows(), 1u);
  EXPECT_GT(one->version, empty->version);
  EXPECT_EQ((*books.known())->size(), 1u);
  send({track(2, "u1", "", "Viewed")});
  books.changed();
  EXPECT_EQ(*books.get(), one);  // no order among the events
  send({track(3, "u2", "", "Viewed")});
  books.changed();
  EXPECT_EQ(*books.get(), one);
  EXPECT_EQ((*books.known())->size(), 2u);
}

}  // namespace
}  // namespace perennial::people
