// Routes around the customer file: saved views, columns, attached files, masking by role, the trail
// of who saw what, and live news.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "people/attachments.h"
#include "people/live.h"
#include "people/masking.h"
#include "people/test_people.h"
#include "people/views.h"

namespace perennial::people {
namespace {

using testing::HasSubstr;
using testing::Not;

// Who asks is said by headers: X-Who and X-Role.
class CustomerFile : public testing::Test {
 protected:
  CustomerFile() : log_(events::open_memory()) {
    EXPECT_TRUE(people_.database().migrate(access::migrations()));
    settings_ = std::move(*access::Settings::load(people_.database()));
    Extensions extensions;
    extensions.describe = [](std::span<const Person> page) -> Result<std::vector<Json>> {
      return std::vector<Json>(page.size(), Json{{"stage", "new"}, {"cell", "champions"}});
    };
    extensions.sources.push_back(
        {"points",
         [this](store::Connection&, PersonId, Instant, size_t) -> Result<std::vector<Json>> {
           return std::vector<Json>{{{"kind", "points"},
                                     {"at", "2024-01-01T00:00:00Z"},
                                     {"title", "Hello 张伟, +" + std::to_string(points_.load())}}};
         }});
    http::Router router;
    add_routes(router, people_.database(), *log_, *settings_, extensions, [this] { return now_; });
    http::Options options{.port = 0, .upload_directory = ::testing::TempDir()};
    options.authorize = [](const http::Route&, http::Request& request) {
      request.principal.id = request.principal.name = std::string(request.header("x-who"));
      request.principal.role = std::string(request.header("x-role"));
      return std::optional<http::Response>();
    };
    server_ = std::move(*http::Server::start(std::move(router), std::move(options)));
    client_ = std::make_unique<http::Client>("127.0.0.1", server_->port());
    send(
        {identify(1, "u1", "a1",
                  R"({"name":"张伟","email":"wei@shop.cn","phone":"13812345678","city":"杭州"})")});
  }
  ~CustomerFile() override { server_->stop(Millis(100)); }

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
  http::ClientResponse raw(const std::string& method, const std::string& target,
                           const std::string& body, const std::string& type = "application/json") {
    auto answer = client_->send(method, target, body,
                                {{"Content-Type", type}, {"X-Who", who_}, {"X-Role", role_}});
    EXPECT_TRUE(answer.has_value()) << answer.error().text();
    return std::move(*answer);
  }
  Json call(const std::string& method, const std::string& target, const Json& body = Json(),
            int status = 200) {
    const auto answer = raw(method, target, body.is_null() ? "" : to_text(body));
    EXPECT_EQ(answer.status, status) << method << " " << target << " " << answer.body;
    auto json = parse_json(answer.body);
    return json ? *json : Json();
  }
  std::string customer() { return "/v1/customers/" + std::to_string(people_.id_of("u1")); }
  int64_t audited(const std::string& action, const std::string& part = "") {
    return people_.database()
        .read([&](store::Connection& c) {
          return c.query("SELECT count(*) FROM access_audit WHERE action = $1 AND detail LIKE $2",
                         {action, "%" + part + "%"});
        })
        ->at(0)
        .integer(0);
  }

  std::atomic<int> points_ = 0;
  Instant now_ = kTestDay;
  std::string who_ = "usr_ann", role_ = "operator";
  TestPeople people_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
  int sent_ = 0;
  uint64_t applied_ = 0;
};

TEST_F(CustomerFile, ViewsAreKeptForTheirUserAndShared) {
  const Json draft{{"name", "杭州"},
                   {"shared", false},
                   {"query", {{"search", "w"}, {"sort", "revenue"}}},
                   {"columns", {"name", "revenue", "trait:city"}}};
  const Json own = call("POST", "/v1/customer-views", draft, 201);
  Json shared = draft;
  shared["shared"] = true;
  const Json ours = call("POST", "/v1/customer-views", shared, 201);
  EXPECT_EQ(call("GET", "/v1/customer-views")["views"].size(), 2);
  who_ = "usr_bob", role_ = "analyst";
  const Json seen = call("GET", "/v1/customer-views")["views"];
  ASSERT_EQ(seen.size(), 1);
  EXPECT_EQ(seen[0]["id"], ours["id"]);
  EXPECT_EQ(seen[0]["mine"], false);
  EXPECT_EQ(seen[0]["owner"], "usr_ann");
  const std::string own_at = "/v1/customer-views/" + own["id"].get<std::string>();
  const std::string our_at = "/v1/customer-views/" + ours["id"].get<std::string>();
  call("DELETE", own_at, Json(), 404);
  call("DELETE", our_at, Json(), 403);
  call("POST", "/v1/customer-views", shared, 403);  // analysts share nothing
  role_ = "administrator";
  Json changed = shared;
  changed["name"] = "西湖", changed["version"] = 1;
  EXPECT_EQ(call("PUT", our_at, changed)["version"], 2);
  EXPECT_EQ(call("PUT", our_at, changed, 409)["where"], "version");
  call("DELETE", our_at, Json(), 204);
  who_ = "usr_ann";
  EXPECT_EQ(call("GET", "/v1/customer-views")["views"].size(), 1);
}

TEST_F(CustomerFile, ViewsRefuseWhatTheListDoesNotKnow) {
  const auto where = [&](const Json& body) {
    return call("POST", "/v1/customer-views", body, 400)["where"];
  };
  EXPECT_EQ(where({{"name", " "}}), "name");
  EXPECT_EQ(where({{"name", std::string(kMaxViewName + 1, 'x')}}), "name");
  EXPECT_EQ(where({{"name", "x"}, {"query", {{"offset", "7"}}}}), "query.offset");
  EXPECT_EQ(where({{"name", "x"}, {"columns", {"name", "bosom"}}}), "columns.1");
  EXPECT_EQ(where({{"name", "x"}, {"columns", {"name", "name"}}}), "columns.1");
  EXPECT_EQ(where({{"name", "x"}, {"columns", {"trait:"}}}), "columns.0");
  Json many = Json::array();
  for (size_t i = 0; i <= kMaxColumns; ++i) many.push_back("trait:t" + std::to_string(i));
  EXPECT_EQ(where({{"name", "x"}, {"columns", many}}), "columns");
  many.erase(0);
  call("PUT", "/v1/customer-columns", {{"columns", many}});
  EXPECT_EQ(call("GET", "/v1/customer-views")["columns"].size(), kMaxColumns);
  call("PUT", "/v1/customer-columns", {{"columns", {"name"}}});
  EXPECT_EQ(call("GET", "/v1/customer-views")["columns"], Json({"name"}));
  who_ = "usr_bob";
  EXPECT_EQ(call("GET", "/v1/customer-views")["columns"], Json::array());
  for (size_t i = 0; i < kMaxViews; ++i) {
    call("POST", "/v1/customer-views", {{"name", "v" + std::to_string(i)}}, 201);
  }
  call("POST", "/v1/customer-views", {{"name", "one more"}}, 413);
}

TEST_F(CustomerFile, ListsGiveTheColumnsThatWereChosen) {
  const Json list = call("GET", "/v1/customers?traits=city,nothing");
  EXPECT_EQ(list["customers"][0]["traits"], Json({{"city", "杭州"}}));
  const auto csv = [&] {
    return raw("GET", "/v1/customers.csv?columns=name,stage,trait%3Acity,orders,email", "").body;
  };
  EXPECT_EQ(csv(), "name,stage,trait:city,orders,email\r\n张伟,new,杭州,0,wei@shop.cn\r\n");
  EXPECT_EQ(call("GET", "/v1/customers.csv?columns=name,x", Json(), 400)["where"], "columns.1");
  EXPECT_EQ(audited("customers.export", "trait:city"), 1);
  role_ = "administrator";
  call("PUT", "/v1/privacy/masking", {{"operator", {"email", "city"}}});
  role_ = "operator";
  EXPECT_EQ(csv(), "name,stage,trait:city,orders,email\r\n张伟,new,***,0,w***@shop.cn\r\n");
}

TEST_F(CustomerFile, FilesAreKeptAndGivenBackAsDownloads) {
  const std::string at = customer() + "/files";
  const std::string bytes("\x89PNG\0\r\n<script>", 15);
  const auto added =
      raw("POST", at + "?name=..%2Fa%2F%E5%90%88%E5%90%8C%22.png", bytes, "image/png; charset=x");
  ASSERT_EQ(added.status, 201) << added.body;
  const Json file = *parse_json(added.body);
  EXPECT_EQ(file["name"], "合同\".png");
  EXPECT_EQ(file["content_type"], "image/png");
  EXPECT_EQ(file["bytes"], bytes.size());
  const std::string one = at + "/" + file["id"].get<std::string>();
  const auto read = raw("GET", one, "");
  EXPECT_EQ(read.body, bytes);
  EXPECT_EQ(read.header("content-type"), "image/png");
  EXPECT_EQ(read.header("content-disposition"),
            "attachment; filename=\"_______.png\"; filename*=UTF-8''%E5%90%88%E5%90%8C%22.png");
  EXPECT_EQ(read.header("x-content-type-options"), "nosniff");
  EXPECT_THAT(std::string(read.header("content-security-policy")), HasSubstr("sandbox"));
  // What a browser would run is given back as bytes.
  const auto page = *parse_json(raw("POST", at + "?name=x.html", "<b>", "text/html").body);
  EXPECT_EQ(page["content_type"], "application/octet-stream");
  EXPECT_EQ(call("GET", at)["files"].size(), 2);
  EXPECT_EQ(audited("customers.file_read"), 1);
  call("DELETE", one, Json(), 204);
  call("GET", one, Json(), 404);
  EXPECT_EQ(call("GET", at)["files"].size(), 1);
}

TEST_F(CustomerFile, FilesHaveLimits) {
  const std::string at = customer() + "/files";
  EXPECT_EQ(raw("POST", at + "?name=x", "", "text/plain").status, 400);
  EXPECT_EQ(raw("POST", at + "?name=..", "x", "text/plain").status, 400);
  EXPECT_EQ(raw("POST", at, "x", "text/plain").status, 400);
  EXPECT_EQ(raw("POST", at + "?name=" + std::string(kMaxFileName + 1, 'n'), "x").status, 400);
  EXPECT_EQ(raw("POST", at + "?name=x", std::string(kMaxFileBytes, 'x'), "text/plain").status, 201);
  EXPECT_EQ(raw("POST", at + "?name=x", std::string(kMaxFileBytes + 1, 'x'), "text/plain").status,
            413);
  for (size_t i = 1; i < kMaxFilesOfPerson; ++i) {
    ASSERT_EQ(raw("POST", at + "?name=x", "x", "text/plain").status, 201);
  }
  EXPECT_EQ(raw("POST", at + "?name=x", "x", "text/plain").status, 413);
  EXPECT_EQ(raw("POST", "/v1/customers/999/files?name=x", "x", "text/plain").status, 404);
}

TEST_F(CustomerFile, RolesSeeMaskedFieldsInPart) {
  role_ = "administrator";
  EXPECT_EQ(call("PUT", "/v1/privacy/masking", {{"manager", {"email"}}}, 400)["where"], "manager");
  call("PUT", "/v1/privacy/masking", {{"analyst", {"name", "email", "phone", "city"}}});
  EXPECT_EQ(call("GET", "/v1/privacy/masking")["operator"], Json::array());
  EXPECT_EQ(call("GET", customer())["customer"]["email"], "wei@shop.cn");
  role_ = "analyst";
  const Json file = call("GET", customer());
  EXPECT_EQ(file["customer"]["email"], "w***@shop.cn");
  EXPECT_EQ(file["customer"]["phone"], "138****5678");
  EXPECT_EQ(file["customer"]["name"], "张***");
  EXPECT_EQ(file["traits"]["city"], "***");
  for (const std::string part : {"", "/timeline", "/traits", "/identity", "/notes", "/consents"}) {
    const std::string text = raw("GET", customer() + part, "").body;
    for (const std::string secret : {"wei@", "13812345678", "张伟", "杭州"}) {
      EXPECT_THAT(text, Not(HasSubstr(secret))) << part;
    }
  }
  EXPECT_THAT(raw("GET", "/v1/customers?traits=city", "").body, Not(HasSubstr("wei@")));
  EXPECT_THAT(raw("GET", "/v1/customers.csv", "").body, Not(HasSubstr("13812345678")));
  const std::string number = std::to_string(people_.id_of("u1"));
  const Json named = call("GET", "/v1/customer-names?people=" + number);
  EXPECT_EQ(named["people"][0]["name"], "张***");
  // Nor can they be found letter by letter.
  call("GET", "/v1/customers?search=13812", Json(), 403);
  call("GET", "/v1/customers?search=wei%40", Json(), 403);
  call("GET", "/v1/customers?search=1381");
  // A title that another module wrote says the name in a sentence.
  EXPECT_THAT(raw("GET", customer() + "/timeline", "").body, HasSubstr("Hello 张***, +"));
  // Rows of other modules name a person beside a user id; what is called like a trait stays.
  const Mask mask =
      *people_.database().read([](store::Connection& c) { return mask_of(c, "analyst"); });
  const Json rows{{"people", Json::array({{{"id", 1}, {"name", "张伟"}, {"user_id", "u1"}}})},
                  {"event",
                   {{"type", "track"},
                    {"name", "Viewed"},
                    {"user_id", "wei@shop.cn"},
                    {"properties", {{"city", "杭州"}, {"name", "tea"}}}}},
                  {"city", {{"name", "杭州"}}}};
  const Json seen = masked_answer(rows, mask);
  EXPECT_EQ(seen["people"][0]["name"], "张***");
  EXPECT_EQ(seen["event"]["name"], "Viewed");
  EXPECT_EQ(seen["event"]["user_id"], "w***@shop.cn");
  EXPECT_EQ(seen["event"]["properties"], Json({{"city", "***"}, {"name", "tea"}}));
  EXPECT_EQ(seen["city"], rows["city"]);
  EXPECT_EQ(mask_text("phone", "12345"), "***");
  EXPECT_EQ(mask_text("email", "nobody"), "***");
  EXPECT_EQ(mask_text("name", ""), "");
}

TEST_F(CustomerFile, TheTrailSaysWhoSawWhom) {
  for (int i = 0; i < 3; ++i) {
    call("GET", "/v1/customers");
    call("GET", customer() + "/timeline");
    call("GET", customer() + "/orders");
  }
  EXPECT_EQ(audited("customers.list", "[" + std::to_string(people_.id_of("u1")) + "]"), 1);
  EXPECT_EQ(audited("customers.view", "timeline"), 1);
  EXPECT_EQ(audited("customers.view", "orders"), 1);
  const std::string number = std::to_string(people_.id_of("u1"));
  for (int i = 0; i < 2; ++i) call("GET", "/v1/customer-names?people=999," + number);
  EXPECT_EQ(audited("customers.list", "[" + number + "]"), 2) << "names by number are a list too";
  now_ += std::chrono::minutes(10);
  call("GET", customer() + "/timeline");
  EXPECT_EQ(audited("customers.view", "timeline"), 2);
  who_ = "usr_bob";
  call("GET", customer() + "/timeline");
  EXPECT_EQ(audited("customers.view", "timeline"), 3);
  call("GET", customer() + "/identity");
  EXPECT_EQ(audited("customers.view", "identity"), 1);
}

// ---- live news

// An open stream that is read until an event comes.
class Ear {
 public:
  Ear(uint16_t port, const std::string& target, const std::string& last = "")
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{.tv_sec = 30};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::string ask = "GET " + target + " HTTP/1.1\r\nHost: x\r\nX-Who: usr_ann\r\n";
    if (!last.empty()) ask += "Last-Event-ID: " + last + "\r\n";
    ask += "\r\n";
    EXPECT_EQ(::send(socket_, ask.data(), ask.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(ask.size()));
  }
  ~Ear() { ::close(socket_); }
  Ear(const Ear&) = delete;

  // The name of the next event; "" when the stream ends or nothing comes.
  std::string next() {
    size_t end = 0;
    for (;;) {
      const size_t at = heard_.find("event: ");
      end = at == heard_.npos ? at : heard_.find("\n\n", at);
      if (end != heard_.npos) {
        const std::string event = heard_.substr(at + 7, end - at - 7);
        heard_.erase(0, end + 2);
        const size_t id = event.find("\nid: ") + 5;
        id_ = event.substr(id, event.find('\n', id) - id);
        return event.substr(0, event.find('\n'));
      }
      char piece[4096];
      const ssize_t count = ::recv(socket_, piece, sizeof piece, 0);
      if (count <= 0) return "";
      heard_.append(piece, static_cast<size_t>(count));
    }
  }
  const std::string& id() const { return id_; }

 private:
  int socket_;
  std::string heard_, id_;
};

TEST_F(CustomerFile, OpenFilesHearOfEveryKindOfChange) {
  Ear ear(server_->port(), customer() + "/live");
  ASSERT_EQ(ear.next(), "ready");
  send({track(50, "u1", "", "Order Completed", R"({"order_id":"1","total":2.5})")});
  EXPECT_EQ(ear.next(), "changed");
  send({track(20, "", "a1", "Viewed")});  // late, changes nothing in the person's row
  EXPECT_EQ(ear.next(), "changed");
  call("POST", customer() + "/notes", {{"text", "call"}});
  EXPECT_EQ(ear.next(), "changed");
  raw("POST", customer() + "/files?name=x", "x", "text/plain");
  EXPECT_EQ(ear.next(), "changed");
  points_ = 7;  // what another module writes to the timeline
  EXPECT_EQ(ear.next(), "changed");
}

TEST_F(CustomerFile, NewsOfOthersAreNotNews) {
  send({identify(2, "u2", "", R"({"name":"Bob"})")});
  Ear ear(server_->port(), customer() + "/live");
  ASSERT_EQ(ear.next(), "ready");
  const std::string before = ear.id();
  send({track(60, "u2", "", "Viewed"), track(61, "u2", "", "Viewed")});
  send({track(62, "u1", "", "Viewed")});
  EXPECT_EQ(ear.next(), "changed");
  // Both batches were looked at; only the second one is told of, once.
  call("POST", customer() + "/notes", {{"text", "call"}});
  EXPECT_EQ(ear.next(), "changed");
  EXPECT_NE(ear.id(), before);
}

TEST_F(CustomerFile, WhoComesBackHearsOfWhatItMissed) {
  std::string last;
  {
    Ear ear(server_->port(), customer() + "/live");
    ASSERT_EQ(ear.next(), "ready");
    last = ear.id();
  }
  EXPECT_EQ(Ear(server_->port(), customer() + "/live", last).next(), "ready");
  send({track(20, "", "a1", "Viewed")});
  Ear again(server_->port(), customer() + "/live", last);
  EXPECT_EQ(again.next(), "changed");
  EXPECT_EQ(Ear(server_->port(), customer() + "/live", again.id()).next(), "ready");
  EXPECT_EQ(Ear(server_->port(), customer() + "/live", "nonsense").next(), "ready");
}

TEST_F(CustomerFile, OpenFilesAreLimitedAndEndWithTheServer) {
  call("GET", "/v1/customers/999/live", Json(), 404);
  std::vector<std::unique_ptr<Ear>> ears;
  for (size_t i = 0; i < kMaxLiveFilesOfOne; ++i) {
    ears.push_back(std::make_unique<Ear>(server_->port(), customer() + "/live"));
    ASSERT_EQ(ears.back()->next(), "ready") << i;
  }
  call("GET", customer() + "/live", Json(), 503);
  ears.pop_back();
  // The place is free as soon as the server sees that the other side has gone.
  std::string heard;
  while (heard != "ready") {
    ears.push_back(std::make_unique<Ear>(server_->port(), customer() + "/live"));
    heard = ears.back()->next();
    if (heard.empty()) ears.pop_back();
  }
  server_->stop(std::chrono::hours(1));
  for (auto& ear : ears) EXPECT_EQ(ear->next(), "");
}

}  // namespace
}  // namespace perennial::people
