// Signing in and out, cookies, CSRF, one-time links.
#include <thread>

#include "access/test_gate.h"

namespace perennial::access {
namespace {

using testing::HasSubstr;
using testing::Not;

class SessionTest : public GateTest {};

TEST_F(SessionTest, SignsInAndOut) {
  User user = make_user("Ann@Shop.example", Role::kOperator);
  Browser b = browser();
  EXPECT_EQ(body_of(b.send("GET", "/v1/session"))["signed_in"], false);
  EXPECT_EQ(b.status("GET", "/v1/settings"), 401);
  auto answer =
      b.send("POST", "/v1/session", {{"email", " ann@SHOP.example"}, {"password", kPassword}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  Json session = body_of(answer);
  EXPECT_EQ(session["signed_in"], true);
  EXPECT_EQ(session["user"]["id"], user.id);
  EXPECT_EQ(session["user"]["claimed"], true);
  EXPECT_EQ(session["user"]["last_seen_at"], format_instant(kStart));
  EXPECT_EQ(session["rights"], Json(rights_of(Role::kOperator)));
  EXPECT_EQ(session["workspace"]["version"], PERENNIAL_VERSION);
  EXPECT_EQ(session["workspace"]["week_start"], "monday");
  EXPECT_TRUE(session["workspace"]["stands_on"].is_null());
  EXPECT_EQ(answer.body.find("argon2"), std::string::npos);

  EXPECT_EQ(b.status("GET", "/v1/settings"), 200);
  EXPECT_EQ(body_of(b.send("GET", "/v1/session"))["csrf_token"], session["csrf_token"]);
  b.csrf = session["csrf_token"];
  std::string cookie = b.cookie;
  EXPECT_EQ(b.status("DELETE", "/v1/session"), 204);
  EXPECT_THAT(b.cookie, HasSubstr("Max-Age=0"));
  b.cookie = cookie;  // a copy of it is worth nothing either
  EXPECT_EQ(b.status("GET", "/v1/settings"), 401);
}

TEST_F(SessionTest, CookieIsOutOfReachOfScriptsAndOtherSites) {
  make_user("ann@shop.example", Role::kAnalyst);
  Browser b = signed_in("ann@shop.example");
  for (auto attribute :
       {"perennial_session=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=1209600"})
    EXPECT_THAT(b.cookie, HasSubstr(attribute));
  EXPECT_THAT(b.cookie, Not(HasSubstr("Secure")));
  Workspace w;
  w.public_address = "https://crm.example.com";
  write([&](store::Connection& c) { return settings_->save(c, w); });
  settings_->changed();
  EXPECT_EQ(b.sign_in("ann@shop.example"), 200);
  EXPECT_THAT(b.cookie, HasSubstr("; Secure"));
}

TEST_F(SessionTest, TokenIsNotInTheDatabase) {
  make_user("ann@shop.example", Role::kAnalyst);
  Browser b = signed_in("ann@shop.example");
  std::string token = b.cookie.substr(18, b.cookie.find(';') - 18);
  auto rows =
      db_->read([](store::Connection& c) { return c.query("SELECT hash FROM access_session"); });
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].text(0), sha256_hex(token));
}

TEST_F(SessionTest, WrongPasswordAndUnknownUserLookTheSame) {
  make_user("ann@shop.example", Role::kAnalyst);
  write([&](store::Connection& c) {
    return create_user(c, "unclaimed@shop.example", "", Role::kAnalyst, kStart);
  });
  Browser b = browser();
  std::vector<std::string> details;
  for (auto email : {"ann@shop.example", "nobody@shop.example", "unclaimed@shop.example"}) {
    auto answer = b.send("POST", "/v1/session", {{"email", email}, {"password", "wrong password"}});
    EXPECT_EQ(answer.status, 401);
    details.push_back(body_of(answer)["detail"]);
  }
  EXPECT_THAT(details, testing::Each(details[0]));
  EXPECT_EQ(b.sign_in("unclaimed@shop.example", ""), 401);
  EXPECT_EQ(b.sign_in(std::string("a\0b@c", 5)), 401);
  EXPECT_EQ(b.status("POST", "/v1/session", {{"email", 1}}), 400);
}

TEST_F(SessionTest, SigningInFromAnotherSiteIsRefused) {
  make_user("ann@shop.example", Role::kAnalyst);
  Browser b = browser();
  b.extra = {{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(b.sign_in("ann@shop.example"), 403);
}

TEST_F(SessionTest, ChangesNeedTheTokenOfTheSameSession) {
  make_user("root@shop.example", Role::kAdministrator);
  Browser b = signed_in("root@shop.example");
  Browser other = signed_in("root@shop.example");
  std::string own = b.csrf;
  Json user = {{"email", "new@shop.example"}, {"role", "analyst"}};
  for (const std::string& wrong : {std::string(), other.csrf, own + "x", own.substr(1)}) {
    b.csrf = wrong;
    auto answer = b.send("POST", "/v1/users", user);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(body_of(answer)["where"], "X-CSRF-Token");
  }
  EXPECT_EQ(b.status("GET", "/v1/users"), 200);  // reading needs none
  b.csrf = own;
  EXPECT_EQ(b.status("POST", "/v1/users", user), 201);
}

TEST_F(SessionTest, MadeUpAndChangedCookiesAreNobodys) {
  make_user("ann@shop.example", Role::kAnalyst);
  Browser b = signed_in("ann@shop.example");
  std::string good = b.cookie.substr(0, b.cookie.find(';'));
  std::string changed = good;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  for (const std::string& cookie : {changed, good + "A", good.substr(0, good.size() - 1),
                                    "perennial_session=" + random_token() + random_token()}) {
    b.cookie = cookie;
    EXPECT_EQ(b.status("GET", "/v1/settings"), 401);
    EXPECT_EQ(body_of(b.send("GET", "/v1/session"))["signed_in"], false);
  }
}

TEST_F(SessionTest, EndsWhenUnusedForTwoWeeks) {
  make_user("ann@shop.example", Role::kAnalyst);
  Browser b = signed_in("ann@shop.example");
  for (int i = 0; i < 3; ++i) {  // used every ten days: lives on
    pass(std::chrono::hours(240));
    EXPECT_EQ(b.status("GET", "/v1/settings"), 200);
    gate_->refresh();
  }
  pass(kSessionIdle);
  EXPECT_EQ(b.status("GET", "/v1/settings"), 401);
}

TEST_F(SessionTest, DisabledUserLosesTheSessionAtOnce) {
  make_user("root@shop.example", Role::kAdministrator);
  User user = make_user("ann@shop.example", Role::kAnalyst);
  Browser root = signed_in("root@shop.example");
  Browser ann = signed_in("ann@shop.example");
  EXPECT_EQ(ann.status("GET", "/v1/settings"), 200);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + user.id, {{"disabled", true}}), 200);
  EXPECT_EQ(ann.status("GET", "/v1/settings"), 401);
  EXPECT_EQ(ann.sign_in("ann@shop.example"), 401);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + user.id, {{"disabled", false}}), 200);
  EXPECT_EQ(ann.status("GET", "/v1/settings"), 401);  // the old session stays dead
  EXPECT_EQ(ann.sign_in("ann@shop.example"), 200);
}

TEST_F(SessionTest, RoleChangeCountsAtOnce) {
  make_user("root@shop.example", Role::kAdministrator);
  User user = make_user("ann@shop.example", Role::kAdministrator);
  Browser root = signed_in("root@shop.example");
  Browser ann = signed_in("ann@shop.example");
  EXPECT_EQ(ann.status("GET", "/v1/users"), 200);
  EXPECT_EQ(root.status("PATCH", "/v1/users/" + user.id, {{"role", "analyst"}}), 200);
  EXPECT_EQ(ann.status("GET", "/v1/users"), 403);
}

TEST_F(SessionTest, ChangesOfAnotherProcessAreSeenAfterARefresh) {
  User user = make_user("ann@shop.example", Role::kAnalyst);
  make_user("root@shop.example", Role::kAdministrator);
  Browser ann = signed_in("ann@shop.example");
  EXPECT_EQ(ann.status("GET", "/v1/settings"), 200);
  write([&](store::Connection& c) { return update_user(c, user.id, {.disabled = true}); });
  gate_->refresh();
  EXPECT_EQ(ann.status("GET", "/v1/settings"), 401);
}

TEST_F(SessionTest, PasswordsCannotBeTriedOut) {
  make_user("ann@shop.example", Role::kAnalyst);
  make_user("bob@shop.example", Role::kAnalyst);
  Browser b = browser();
  for (int i = 0; i < kMaxFailedSignIns; ++i)
    EXPECT_EQ(b.sign_in("ann@shop.example", "wrong password"), 401);
  auto answer =
      b.send("POST", "/v1/session", {{"email", "ANN@shop.example"}, {"password", kPassword}});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(body_of(answer)["code"], "busy");
  EXPECT_FALSE(answer.header("retry-after").empty());
  EXPECT_EQ(b.sign_in("bob@shop.example"), 200);
  pass(kFailedSignInWindow);
  EXPECT_EQ(b.sign_in("ann@shop.example"), 200);
}

TEST_F(SessionTest, ASuccessForgetsEarlierFailures) {
  make_user("ann@shop.example", Role::kAnalyst);
  Browser b = browser();
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i + 1 < kMaxFailedSignIns; ++i)
      EXPECT_EQ(b.sign_in("ann@shop.example", "wrong password"), 401);
    EXPECT_EQ(b.sign_in("ann@shop.example"), 200);
  }
}

TEST_F(SessionTest, SimultaneousAttemptsDoNotPassTheLimit) {
  make_user("ann@shop.example", Role::kAnalyst);
  std::atomic<int> refused = 0, tried = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kMaxFailedSignIns + 4; ++i) {
      threads.emplace_back([&] {
        Browser b = browser();
        int status = b.sign_in("ann@shop.example", "wrong password");
        (status == 401 ? tried : refused)++;
      });
    }
  }
  EXPECT_EQ(tried, kMaxFailedSignIns);
  EXPECT_EQ(refused, 4);
}

TEST_F(SessionTest, FirstLinkMakesTheAdministrator) {
  auto link = first_link(*db_, kStart);
  ASSERT_TRUE(link && *link);
  ASSERT_TRUE((*link)->starts_with("/claim#"));
  EXPECT_EQ(*first_link(*db_, kStart), std::nullopt);
  Browser b = browser();
  std::string token = (*link)->substr(7);
  Json claim = {{"token", token}, {"name", "王芳"}, {"password", "short"}};
  EXPECT_EQ(b.status("POST", "/v1/session/claim", claim), 400);
  claim["password"] = std::string(kMaxPasswordLength + 1, 'x');
  EXPECT_EQ(b.status("POST", "/v1/session/claim", claim), 400);
  claim["password"] = std::string(kMaxPasswordLength, 'x');
  auto answer = b.send("POST", "/v1/session/claim", claim);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(body_of(answer)["user"]["name"], "王芳");
  EXPECT_EQ(body_of(answer)["user"]["role"], "administrator");
  EXPECT_EQ(b.status("GET", "/v1/users"), 200);
  EXPECT_EQ(b.status("POST", "/v1/session/claim", claim), 400);  // only once
  EXPECT_EQ(b.sign_in("admin@localhost", std::string(kMaxPasswordLength, 'x')), 200);
}

TEST_F(SessionTest, TenCharactersOfAnyScriptAreAPassword) {
  User user = make_user("ann@shop.example", Role::kAnalyst);
  auto set = [&](std::string_view password) {
    return db_->write([&](store::Connection& c) { return set_password(c, user.id, password); });
  };
  EXPECT_FALSE(set("一二三四五六七八九"));
  EXPECT_TRUE(set("一二三四五六七八九十"));
  EXPECT_EQ(browser().sign_in("ann@shop.example", "一二三四五六七八九十"), 200);
}

TEST_F(SessionTest, LinksExpireAndNewOnesReplaceThem) {
  User user = make_user("ann@shop.example", Role::kAnalyst);
  auto link_at = [&](Instant now) {
    auto made = write([&](store::Connection& c) { return new_link(c, "ANN@shop.example", now); });
    return made->link.substr(7);
  };
  Browser b = browser();
  auto claim = [&](const std::string& token) {
    return b.status("POST", "/v1/session/claim", {{"token", token}, {"password", kPassword}});
  };
  std::string first = link_at(kStart);
  std::string second = link_at(kStart);
  EXPECT_EQ(claim(first), 400);
  pass(kOneTimeLinkLife);
  EXPECT_EQ(claim(second), 400);
  pass(Millis(-1));
  EXPECT_EQ(claim(second), 200);
  std::string third = link_at(from_millis(now_));
  make_user("root@shop.example", Role::kAdministrator);
  write([&](store::Connection& c) { return update_user(c, user.id, {.disabled = true}); });
  EXPECT_EQ(claim(third), 400);
  EXPECT_EQ(claim(""), 400);
}

TEST_F(SessionTest, ANewPasswordEndsTheOldSessions) {
  make_user("ann@shop.example", Role::kAnalyst);
  Browser b = signed_in("ann@shop.example");
  auto link = write([&](store::Connection& c) { return new_link(c, "ann@shop.example", kStart); });
  Browser fresh = browser();
  EXPECT_EQ(fresh.status("POST", "/v1/session/claim",
                         {{"token", link->link.substr(7)}, {"password", "another password"}}),
            200);
  EXPECT_EQ(b.status("GET", "/v1/settings"), 401);
  EXPECT_EQ(fresh.status("GET", "/v1/settings"), 200);
}

TEST_F(SessionTest, SignInsAreRecordedWithoutPasswordOrAddress) {
  User user = make_user("ann@shop.example", Role::kAnalyst);
  Browser b = browser();
  b.sign_in("ann@shop.example", "wrong password");
  b.sign_in("nobody@shop.example", "wrong password");
  b.sign_in("ann@shop.example");
  b.status("DELETE", "/v1/session");
  auto entries = audit();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0]["action"], "session.sign_out");
  EXPECT_EQ(entries[1]["action"], "session.sign_in");
  EXPECT_EQ(entries[1]["actor_id"], user.id);
  EXPECT_EQ(entries[2]["action"], "session.sign_in_failed");
  EXPECT_EQ(entries[2]["object"], "");
  EXPECT_EQ(entries[3]["object"], user.id);
  EXPECT_EQ(to_text(entries[2]).find("nobody@"), std::string::npos);
  EXPECT_EQ(to_text(entries[3]).find("wrong"), std::string::npos);
}

}  // namespace
}  // namespace perennial::access
