// Rights by role, keys, users, settings and the audit trail over a real server.
#include <fstream>
#include <set>
#include <sstream>

#include "access/test_gate.h"

namespace perennial::access {
namespace {

using testing::HasSubstr;

// Every right of the contract, from its text.
std::set<std::string> rights_of_the_contract() {
  std::ifstream file(std::string(PERENNIAL_SOURCE_DIR) + "/api/openapi.yaml");
  std::set<std::string> rights;
  for (std::string line; std::getline(file, line);) {
    size_t at = line.find("x-right: ");
    if (at != line.npos) rights.insert(std::string(trim(line.substr(at + 9))));
  }
  return rights;
}

class GateRouteTest : public GateTest {
 protected:
  void SetUp() override {
    GateTest::SetUp();
    make_user("root@shop.example", Role::kAdministrator);
  }
};

TEST_F(GateRouteTest, EveryRightForEveryRole) {
  const std::set<std::string> analyst = {
      "customers.read", "insights.read", "insights.write", "campaigns.read", "imports.read",
      "events.read",    "sql.read",      "stats.read",     "metrics.read",   "segments.read",
      "segments.write", "loyalty.read",  "signed_in",      "public"};
  std::set<std::string> operating = analyst;
  operating.insert(
      {"customers.export", "customers.write", "campaigns.write", "imports.write", "loyalty.write"});
  auto rights = rights_of_the_contract();
  ASSERT_GT(rights.size(), 15u);
  auto asked = rights;
  asked.insert("no.such.right");
  start({asked.begin(), asked.end()});

  make_user("analyst@shop.example", Role::kAnalyst);
  make_user("operator@shop.example", Role::kOperator);
  for (auto role : {Role::kAnalyst, Role::kOperator, Role::kAdministrator}) {
    Browser person = signed_in(role == Role::kAnalyst    ? "analyst@shop.example"
                               : role == Role::kOperator ? "operator@shop.example"
                                                         : "root@shop.example");
    Browser program = browser();
    program.extra = {{"Authorization", "Bearer " + make_key(KeyKind::kApi, role)}};
    for (const auto& right : asked) {
      if (right == "collect") continue;  // below
      bool expected = role == Role::kAdministrator ||
                      (role == Role::kOperator ? operating : analyst).contains(right);
      EXPECT_EQ(may(role, right), expected) << right;
      for (auto method : {"GET", "POST"}) {
        EXPECT_EQ(person.status(method, "/test/" + right), expected ? 200 : 403)
            << role_name(role) << " " << right;
        EXPECT_EQ(program.status(method, "/test/" + right), expected ? 200 : 403)
            << role_name(role) << " key " << right;
      }
    }
    auto listed = rights_of(role);
    for (const auto& right : rights) {
      if (right == "public" || right == "signed_in" || right == "collect") continue;
      EXPECT_EQ(std::ranges::count(listed, right), may(role, right)) << right;
    }
  }
  Browser nobody = browser();
  nobody.extra = {{"X-Forwarded-For", "203.0.113.9"}};
  for (const auto& right : asked) {
    if (right == "collect") continue;
    EXPECT_EQ(nobody.status("GET", "/test/" + right), right == "public" ? 200 : 401) << right;
  }
}

TEST_F(GateRouteTest, MetricsAreOpenToThisMachineOnly) {
  start({"metrics.read", "stats.read"});
  Browser b = browser();
  EXPECT_EQ(b.status("GET", "/test/metrics.read"), 200);
  EXPECT_EQ(b.status("GET", "/test/stats.read"), 401);
  b.extra = {{"Forwarded", "for=203.0.113.9"}};
  EXPECT_EQ(b.status("GET", "/test/metrics.read"), 401);
}

TEST_F(GateRouteTest, CollectTakesAWriteKey) {
  start({"collect", "signed_in"});
  std::string secret = make_key(KeyKind::kWrite);
  std::string api = make_key(KeyKind::kApi, Role::kAdministrator);
  Browser b = browser();
  EXPECT_EQ(body_of(b.send("POST", "/test/collect"))["id"], "");  // perhaps in the body
  b.extra = {{"X-Write-Key", secret}};
  EXPECT_EQ(body_of(b.send("POST", "/test/collect"))["source"], "shop");
  EXPECT_EQ(b.status("GET", "/test/signed_in"), 401);
  b.extra = {{"X-Write-Key", secret + "x"}};
  EXPECT_EQ(b.status("POST", "/test/collect"), 401);
  // "user:" and "user:password" in base 64; some clients leave the padding out.
  for (std::string basic : {"d2tfYTo=", "d2tfYTo", "d2tfYTpi", "basic", "%%%"}) {
    b.extra = {{"Authorization", "Basic " + basic}};
    EXPECT_EQ(b.status("POST", "/test/collect"), 401) << basic;
  }
  b.extra = {{"Authorization", "Bearer " + api}};
  EXPECT_EQ(b.status("POST", "/test/collect"), 403);
  b.extra = {{"Authorization", "Bearer " + secret}};
  EXPECT_EQ(b.status("POST", "/test/collect"), 401);
  EXPECT_EQ(gate_->write_key(secret)->source, "shop");
  EXPECT_FALSE(gate_->write_key(api));
  EXPECT_TRUE(gate_->knows_write_key(secret));
  EXPECT_FALSE(gate_->knows_write_key(""));
}

TEST_F(GateRouteTest, BasicUserNameIsTheWriteKey) {
  start({"collect"});
  std::string secret = make_key(KeyKind::kWrite);
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string pair = secret + ":", encoded;
  for (size_t i = 0; i < pair.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < pair.size() ? static_cast<unsigned char>(pair[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k)
      encoded += i + k > pair.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63];
  }
  Browser b = browser();
  b.extra = {{"Authorization", "basic " + encoded}};
  EXPECT_EQ(body_of(b.send("POST", "/test/collect"))["source"], "shop");
}

TEST_F(GateRouteTest, KeysAreMadeListedAndRevokedAtOnce) {
  start({"collect", "customers.read"});
  Browser root = signed_in("root@shop.example");
  auto made = root.send("POST", "/v1/keys", {{"kind", "write"}, {"name", "shop"}});
  ASSERT_EQ(made.status, 201) << made.body;
  std::string write_secret = body_of(made)["secret"], write_id = body_of(made)["key"]["id"];
  EXPECT_TRUE(write_secret.starts_with("wk_"));
  EXPECT_EQ(body_of(made)["key"]["source"], "shop");
  made = root.send("POST", "/v1/keys", {{"kind", "api"}, {"name", "report"}});
  std::string api_secret = body_of(made)["secret"], api_id = body_of(made)["key"]["id"];
  EXPECT_TRUE(api_secret.starts_with("ak_"));
  EXPECT_EQ(body_of(made)["key"]["role"], "analyst");

  Browser program = browser(), api = browser();
  program.extra = {{"X-Write-Key", write_secret}};
  api.extra = {{"Authorization", "Bearer " + api_secret}};
  EXPECT_EQ(program.status("POST", "/test/collect"), 200);
  EXPECT_EQ(api.status("GET", "/test/customers.read"), 200);
  EXPECT_EQ(body_of(api.send("GET", "/v1/session"))["rights"], Json(rights_of(Role::kAnalyst)));
  pass(std::chrono::minutes(2));
  EXPECT_EQ(program.status("POST", "/test/collect"), 200);
  gate_->refresh();

  auto list = root.send("GET", "/v1/keys");
  EXPECT_EQ(list.body.find(write_secret), std::string::npos);
  Json keys = body_of(list)["keys"];
  ASSERT_EQ(keys.size(), 2u);
  for (const auto& key : keys) {
    if (key["id"] != write_id) continue;
    EXPECT_EQ(key["last_used_at"], format_instant(clock_()));
  }

  EXPECT_EQ(root.status("DELETE", "/v1/keys/" + write_id), 204);
  EXPECT_EQ(root.status("DELETE", "/v1/keys/" + api_id), 204);
  EXPECT_EQ(program.status("POST", "/test/collect"), 401);
  EXPECT_EQ(api.status("GET", "/test/customers.read"), 401);
  EXPECT_EQ(root.status("DELETE", "/v1/keys/key_none"), 404);
  EXPECT_EQ(body_of(root.send("GET", "/v1/keys"))["keys"][0]["revoked"], true);
}

TEST_F(GateRouteTest, BadKeysAreRefusedByField) {
  Browser root = signed_in("root@shop.example");
  auto where = [&](Json body) {
    auto answer = root.send("POST", "/v1/keys", body);
    EXPECT_EQ(answer.status, 400) << answer.body;
    return body_of(answer)["where"].get<std::string>();
  };
  EXPECT_EQ(where({{"kind", "other"}, {"name", "a"}}), "kind");
  EXPECT_EQ(where({{"kind", "write"}, {"name", " "}}), "name");
  EXPECT_EQ(where({{"kind", "write"}, {"name", "a"}, {"source", "import:1"}}), "source");
  EXPECT_EQ(where({{"kind", "api"}, {"name", "a"}, {"role", "king"}}), "role");
}

TEST_F(GateRouteTest, LocalTokenMayDoAll) {
  start({"collect", "settings.write"});
  Browser b = browser();
  b.extra = {{"Authorization", "Bearer " + std::string(kLocalToken)}};
  EXPECT_EQ(body_of(b.send("POST", "/test/settings.write"))["id"], "local");
  EXPECT_EQ(body_of(b.send("POST", "/test/collect"))["id"], "local");
  b.extra = {{"Authorization", "Bearer " + std::string(kLocalToken) + "x"}};
  auto answer = b.send("POST", "/test/settings.write");
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(std::string(answer.header("www-authenticate")), HasSubstr("Bearer"));
  b.extra = {{"Authorization", "Bearer "}};
  EXPECT_EQ(b.status("POST", "/test/settings.write"), 401);
}

TEST_F(GateRouteTest, UsersAreMadeWithALink) {
  Browser root = signed_in("root@shop.example");
  auto made = root.send("POST", "/v1/users",
                        {{"email", "Ann@shop.example"}, {"name", "Ann"}, {"role", "operator"}});
  ASSERT_EQ(made.status, 201) << made.body;
  Json user = body_of(made)["user"];
  EXPECT_EQ(user["claimed"], false);
  EXPECT_TRUE(user["last_seen_at"].is_null());
  auto again = root.send("POST", "/v1/users", {{"email", "ann@SHOP.example"}, {"role", "analyst"}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(body_of(again)["where"], "email");
  for (auto email : {"", "ann", "@x", "a@", "a b@c", "a@b@c"})
    EXPECT_EQ(root.status("POST", "/v1/users", {{"email", email}, {"role", "analyst"}}), 400);
  EXPECT_EQ(root.status("POST", "/v1/users", {{"email", "b@c"}, {"role", "king"}}), 400);
  std::string id = user["id"];
  auto link = root.send("POST", "/v1/users/" + id + "/link");
  EXPECT_EQ(link.status, 200);
  EXPECT_NE(body_of(link)["link"], body_of(made)["link"]);
  EXPECT_EQ(root.status("POST", "/v1/users/usr_none/link"), 404);
  EXPECT_EQ(body_of(root.send("PATCH", "/v1/users/" + id, {{"name", "Anna"}}))["name"], "Anna");
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + id, {{"role", 1}}), 400);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + id, {{"disabled", "yes"}}), 400);
  EXPECT_EQ(body_of(root.send("GET", "/v1/users"))["users"].size(), 2u);
}

TEST_F(GateRouteTest, TheLastAdministratorStays) {
  Browser root = signed_in("root@shop.example");
  std::string id = body_of(root.send("GET", "/v1/session"))["user"]["id"];
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + id, {{"disabled", true}}), 409);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + id, {{"role", "operator"}}), 409);
  User second = make_user("second@shop.example", Role::kAdministrator);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + second.id, {{"disabled", true}}), 200);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + id, {{"role", "operator"}}), 409);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + second.id, {{"disabled", false}}), 200);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + id, {{"role", "operator"}}), 200);
  EXPECT_EQ(root.status("GET", "/v1/users"), 403);
}

TEST_F(GateRouteTest, SettingsAreCheckedAndKept) {
  Browser root = signed_in("root@shop.example");
  Json good = body_of(root.send("GET", "/v1/settings"));
  good["zone"] = "Asia/Shanghai";
  good["week_start"] = "sunday";
  good["stands_on"] = "2011-09-09";
  good["public_address"] = "https://crm.example.com/";
  auto answer = root.send("PUT", "/v1/settings", good);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(body_of(answer)["stands_on"], "2011-09-08T16:00:00.000Z");
  EXPECT_EQ(body_of(answer)["public_address"], "https://crm.example.com");
  Workspace w = settings_->workspace();
  EXPECT_EQ(w.now(clock_), *parse_instant("2011-09-09T00:00:00+08:00"));
  EXPECT_EQ((*Settings::load(*db_))->workspace().calendar.zone.name(), "Asia/Shanghai");
  EXPECT_EQ(body_of(root.send("GET", "/v1/session"))["workspace"]["zone"], "Asia/Shanghai");

  auto changes = audit().front();
  EXPECT_EQ(changes["action"], "settings.update");
  EXPECT_EQ(changes["detail"]["zone"], (Json{{"from", "Etc/UTC"}, {"to", "Asia/Shanghai"}}));
  EXPECT_FALSE(changes["detail"].contains("currency"));
}

TEST_F(GateRouteTest, BadSettingsNameTheField) {
  Browser root = signed_in("root@shop.example");
  const Json good = body_of(root.send("GET", "/v1/settings"));
  const std::vector<std::pair<std::string, Json>> bad = {{"name", ""},
                                                         {"name", std::string(201, 'x')},
                                                         {"zone", "Mars/Olympus"},
                                                         {"zone", nullptr},
                                                         {"week_start", "tuesday"},
                                                         {"currency", "cny"},
                                                         {"language", "fr"},
                                                         {"stands_on", "yesterday"},
                                                         {"public_address", "crm.example.com"},
                                                         {"public_address", "javascript://x"},
                                                         {"public_address", "http://"},
                                                         {"public_address", "http://a/b"},
                                                         {"active_window_days", 0},
                                                         {"active_window_days", 731},
                                                         {"active_window_days", "90"}};
  for (const auto& [field, value] : bad) {
    Json body = good;
    body[field] = value;
    auto answer = root.send("PUT", "/v1/settings", body);
    EXPECT_EQ(answer.status, 400) << field << " " << to_text(value);
    EXPECT_EQ(body_of(answer)["where"], field);
  }
  for (auto [field, value] :
       std::initializer_list<std::pair<std::string, Json>>{{"name", std::string(200, 'x')},
                                                           {"active_window_days", 1},
                                                           {"active_window_days", 730}}) {
    Json body = good;
    body[field] = value;
    EXPECT_EQ(root.status("PUT", "/v1/settings", body), 200) << field;
  }
}

TEST_F(GateRouteTest, AuditIsPagedNewestFirst) {
  for (int i = 0; i < 5; ++i) {
    write([&](store::Connection& c) {
      return record(c, {.id = "usr_x", .name = "X"}, "test.step", std::to_string(i), {}, kStart);
    });
  }
  Browser root = browser();
  root.extra = {{"Authorization", "Bearer " + std::string(kLocalToken)}};
  Json page = body_of(root.send("GET", "/v1/audit?limit=2"))["entries"];
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0]["object"], "4");
  EXPECT_EQ(page[0]["detail"], Json::object());
  std::string before = std::to_string(page[1]["id"].get<int64_t>());
  page = body_of(root.send("GET", "/v1/audit?limit=500&before=" + before))["entries"];
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page[0]["object"], "2");
  EXPECT_EQ(root.status("GET", "/v1/audit?limit=501"), 400);
  EXPECT_EQ(root.status("GET", "/v1/audit?limit=0"), 400);
}

// Who saw a customer: the file, and the lists that it was on; 1 is not 12.
TEST_F(GateRouteTest, AuditIsAskedForACustomerAnActionAndAnActor) {
  const http::Principal lin{.id = "usr_lin", .name = "Lin"}, bo{.id = "usr_bo", .name = "Bo"};
  const auto note = [&](const http::Principal& who, std::string action, std::string object,
                        Json detail) {
    write([&](store::Connection& c) { return record(c, who, action, object, detail, kStart); });
  };
  note(lin, "customers.view", "customer:1", {{"part", "file"}});
  note(lin, "customers.list", "customers", {{"people", {12, 1}}});
  note(bo, "customers.list", "customers", {{"people", {12, 31}}});
  note(bo, "customers.list", "customers", {{"people", {1}}});
  note(bo, "customers.export", "customers", {{"rows", 1}});
  note(bo, "settings.update", "workspace", {});
  Browser root = browser();
  root.extra = {{"Authorization", "Bearer " + std::string(kLocalToken)}};
  const auto count = [&](const std::string& query) {
    return body_of(root.send("GET", "/v1/audit?" + query))["entries"].size();
  };
  EXPECT_EQ(count("customer=1"), 3u);
  EXPECT_EQ(count("customer=12"), 2u);
  EXPECT_EQ(count("customer=31"), 1u);
  EXPECT_EQ(count("customer=3"), 0u);
  EXPECT_EQ(count("customer=1&actor=usr_bo"), 1u);
  EXPECT_EQ(count("action=customers."), 5u);
  EXPECT_EQ(count("action=customers.list"), 3u);
  EXPECT_EQ(count("object=workspace"), 1u);
  EXPECT_EQ(count("action=settings.&actor=usr_lin"), 0u);
  EXPECT_EQ(root.status("GET", "/v1/audit?customer=x"), 400);
  EXPECT_EQ(root.status("GET", "/v1/audit?actor=" + std::string(201, 'a')), 400);
}

TEST_F(GateRouteTest, ChangesAreRecordedWithWhoMadeThem) {
  Browser root = signed_in("root@shop.example");
  std::string id = body_of(root.send("GET", "/v1/session"))["user"]["id"];
  auto made = root.send("POST", "/v1/users", {{"email", "a@shop.example"}, {"role", "analyst"}});
  std::string user = body_of(made)["user"]["id"];
  root.status("POST", "/v1/users", {{"email", "a@shop.example"}, {"role", "analyst"}});  // refused
  root.status("PATCH", "/v1/users/" + user, {{"role", "operator"}});
  root.status("POST", "/v1/users/" + user + "/link");
  auto key = root.send("POST", "/v1/keys", {{"kind", "write"}, {"name", "shop"}});
  std::string secret = body_of(key)["secret"];
  root.status("DELETE", "/v1/keys/" + body_of(key)["key"]["id"].get<std::string>());
  std::vector<std::string> actions;
  for (const auto& entry : audit()) {
    EXPECT_EQ(entry["actor_id"], id);
    EXPECT_EQ(to_text(entry).find(secret), std::string::npos);
    EXPECT_EQ(to_text(entry).find("a@shop.example"), std::string::npos);
    actions.push_back(entry["action"]);
  }
  EXPECT_THAT(actions, testing::ElementsAre("key.revoke", "key.create", "user.link", "user.update",
                                            "user.create", "session.sign_in"));
}

TEST_F(GateRouteTest, DocumentsAndSecretsAreKept) {
  auto read = [&](std::string_view name) {
    return *db_->read([&](store::Connection& c) { return Settings::document(c, name); });
  };
  EXPECT_TRUE(read("engage.email").is_null());
  for (Json value : {Json{{"kind", "smtp"}}, Json{{"kind", "outbox"}}}) {
    write([&](store::Connection& c) { return Settings::put_document(c, "engage.email", value); });
    EXPECT_EQ(read("engage.email"), value);
  }
  auto secret = [&](std::string_view name) {
    return *write([&](store::Connection& c) { return Settings::secret(c, name); });
  };
  std::string first = secret("links");
  EXPECT_GE(first.size(), 43u);
  EXPECT_EQ(secret("links"), first);
  EXPECT_NE(secret("other"), first);
}

}  // namespace
}  // namespace perennial::access
