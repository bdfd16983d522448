// The portrait over a server, a log in memory, a timeline and a real state database.
#include "portrait/portrait.h"

#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/collect.h"
#include "timeline/followed_log_testing.h"

namespace perennial::portrait {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::ElementsAre;

std::vector<store::Migration> tables() {
  std::vector<store::Migration> all;
  for (const auto part : {collect::migrations(), migrations()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

class PortraitOverHttp : public testing::Test {
 protected:
  void SetUp() override { serve(); }
  void TearDown() override { server_->stop(500ms); }
  // Also what a restart does.
  void serve() {
    if (server_) server_->stop(500ms);
    portrait_ = Portrait::open(
                    {.timeline = *followed_.timeline,
                     .log = *followed_.log,
                     .database = *followed_.database,
                     .settings = *followed_.settings,
                     .books = *followed_.books,
                     .resolve_set = [this](std::string_view set) -> Result<std::vector<PersonId>> {
                       if (set == "some") return some_;
                       return fail(Code::kInvalid, "no such set of people", "set");
                     },
                     .clock = [this] { return now_; }})
                    .value();
    http::Router router;
    portrait_->add_routes(router);
    http::Options options{.port = 0};
    options.authorize = [this](const http::Route&, http::Request& request) {
      request.principal = {"usr_1", "A", role_, ""};
      return std::optional<http::Response>();
    };
    server_ = http::Server::start(std::move(router), std::move(options)).value();
  }
  Json call(const char* method, const std::string& target, const Json& body = Json::object(),
            int status = 200) {
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send(method, target, to_text(body));
    EXPECT_TRUE(answer);
    EXPECT_EQ(answer->status, status) << method << " " << target << " " << answer->body;
    auto json = parse_json(answer->body);
    return json ? *json : Json();
  }
  events::Event& event(events::Type type, const std::string& user, Instant at,
                       const Json& properties) {
    events::Event& one = waiting_.emplace_back();
    one.source = "shop";
    one.message_id = "m" + std::to_string(++sent_);
    one.type = type;
    one.user_id = user;
    one.timestamp = one.received_at = at;
    one.properties = to_text(properties);
    return one;
  }
  void track(const std::string& user, const std::string& name, Instant at,
             const Json& properties = Json::object()) {
    event(events::Type::kTrack, user, at, properties).name = name;
  }
  void view(const std::string& user, const std::string& category, int days_ago) {
    track(user, "Product Viewed", now_ - days(days_ago) - 1h, {{"category", category}});
  }
  void take() {
    followed_.take(std::exchange(waiting_, {}));
    // The registry and the table of items follow the log by stages of their own.
    auto read = followed_.log->read_arrivals(0, 100'000).value();
    ASSERT_TRUE(followed_.database->write([&](store::Connection& c) -> Result<void> {
      TRY(events::schema_stage().apply(c, read));
      return collect::items_stage().apply(c, read);
    }));
  }
  void renew() {
    const auto went = portrait_->renew();
    ASSERT_TRUE(went) << went.error().text();
  }
  PersonId person(std::string_view user) {
    auto found = followed_.database->read(
        [&](store::Connection& c) { return people::resolve(c, user, ""); });
    return found && *found ? **found : 0;
  }
  // The tag of a person's file; null without.
  Json tag(std::string_view user, std::string_view name) {
    people::Person p;
    p.id = person(user);
    const Json file = portrait_->describe_file(p)->at("portrait");
    for (const Json& one : file.at("tags")) {
      if (one["tag"] == name) return one;
    }
    return nullptr;
  }
  Json word(std::string_view user, std::string_view name) {
    const Json found = tag(user, name);
    return found.is_null() ? found : found["word"];
  }
  std::vector<PersonId> people(const Json& set) {
    auto found = portrait_->resolve_set(set.get<std::string>());
    EXPECT_TRUE(found && *found) << set;
    return found && *found ? **found : std::vector<PersonId>();
  }

  const std::vector<store::Migration> tables_ = tables();
  timeline::FollowedLog followed_{tables_};
  std::vector<PersonId> some_;
  std::unique_ptr<Portrait> portrait_;
  std::unique_ptr<http::Server> server_;
  std::vector<events::Event> waiting_;
  Instant now_ = *parse_instant("2024-07-01T12:00:00Z");
  int sent_ = 0;
  std::string role_ = "administrator";
};

TEST_F(PortraitOverHttp, NothingBeforeTheFirstVersion) {
  const Json none = call("GET", "/v1/portrait");
  EXPECT_TRUE(none["newest"].is_null());
  EXPECT_EQ(none["versions"], Json::array());
  call("GET", "/v1/portrait/group?set=some", {}, 503);
  EXPECT_TRUE(portrait_->describe_file({})->at("portrait").is_null());
  for (const auto& fact : portrait_->facts()) {
    EXPECT_EQ(fact.column().error().code, Code::kBusy) << fact.name;
    EXPECT_TRUE(fact.known().empty());
  }
  EXPECT_EQ((*portrait_->resolve_set("tag:interest:x")).error().code, Code::kBusy);
  EXPECT_FALSE(portrait_->resolve_set("stage:new"));
}

TEST_F(PortraitOverHttp, InterestsFadeAndComeFromTheCatalogueToo) {
  track("shop", "Item Set", now_ - days(300),
        {{"item_type", "product"}, {"item_id", "L1"}, {"name", "Lamp"}, {"category", "Lights"}});
  // Three views of long ago against two of today: half-lives of 90 days.
  for (int i = 0; i < 3; ++i) view("u1", "Garden", 270);
  view("u1", "Toys", 0), view("u1", "Toys", 1);
  // A purchase says as much as five views; its category is the catalogue's.
  for (int i = 0; i < 4; ++i) view("u2", "Toys", 3);
  track("u2", "Order Line", now_ - days(3) - 1h, {{"sku", "L1"}, {"kind", "order"}, {"price", 4}});
  // In lists; by category, as the first path that is known. A list says it once, however long.
  for (const char* order : {"o1", "o2"})
    track("u3", "Order Completed", now_ - days(2),
          {{"order_id", order},
           {"products", Json::array({Json::object({{"category", "Books"}, {"sku", "B1"}})})}});
  track("u7", "Order Completed", now_ - days(2),
        {{"order_id", "o3"},
         {"products", Json::array({Json::object({{"category", "Books"}}),
                                   Json::object({{"category", "Books"}})})}});
  view("u4", "Toys", 0);                             // once is no interest
  view("u5", "Toys", 366), view("u5", "Toys", 400);  // too long ago
  track("u6", "Order Line", now_ - days(1), {{"sku", "L1"}, {"kind", "refund"}});
  track("u6", "Order Line", now_ - days(1), {{"sku", "unknown"}, {"kind", "order"}});
  take();
  renew();
  EXPECT_EQ(word("u1", "interest"), "Toys");
  EXPECT_EQ(word("u2", "interest"), "Lights");
  EXPECT_EQ(word("u3", "interest"), "Books");
  for (const char* user : {"u4", "u5", "u6", "u7"})
    EXPECT_TRUE(tag(user, "interest").is_null()) << user;
  const Json why = tag("u2", "interest")["why"]["strongest"];
  ASSERT_EQ(why.size(), 2u);
  EXPECT_EQ(why[0]["word"], "Lights");
  EXPECT_EQ(why[0]["count"], 1);
  EXPECT_EQ(why[1]["count"], 4);
  EXPECT_NEAR(why[0]["share"].get<double>(), 5.0 / 9, 1e-6);
  EXPECT_THAT(people(tag("u1", "interest")["set"]), ElementsAre(person("u1")));

  // Weights of views alone, and the half-life that forgets less.
  call("PUT", "/v1/portrait/settings",
       {{"weights", {{"viewed", 1}, {"bought", 0}}}, {"half_life_days", 730}});
  renew();
  EXPECT_EQ(word("u1", "interest"), "Garden");
  EXPECT_EQ(word("u2", "interest"), "Toys");
  EXPECT_TRUE(tag("u3", "interest").is_null());
}

TEST_F(PortraitOverHttp, InterestsOfAnotherMomentKnowNothingLater) {
  for (int i = 0; i < 2; ++i) view("u1", "Garden", 40);
  for (int i = 0; i < 3; ++i) view("u1", "Toys", 10), view("u2", "Toys", 10);
  take();
  EXPECT_TRUE(portrait_->interests_of(person("u1")).empty()) << "before the first version";
  renew();
  const auto now = portrait_->interests_of(person("u1"));
  ASSERT_EQ(now.size(), 2u);
  EXPECT_EQ(now[0].word, "Toys");
  EXPECT_NEAR(now[0].share + now[1].share, 1, 1e-6);
  EXPECT_EQ(portrait_->interests_at(now_)->size(), 3u);
  const auto then = portrait_->interests_at(now_ - days(20));
  ASSERT_TRUE(then) << then.error().text();
  ASSERT_EQ(then->size(), 1u) << "what was viewed ten days ago was not yet";
  EXPECT_EQ(then->front().person, person("u1"));
  EXPECT_EQ(then->front().word, "Garden");
  EXPECT_EQ(then->front().share, 1);
}

TEST_F(PortraitOverHttp, ChannelsHoursDevicesAndRegions) {
  for (int day = 1; day <= 3; ++day) {
    track("u1", "Email Opened", now_ - days(day) - 2h);  // 10:00
    track("u1", "Message Clicked", now_ - days(day) - 2h, {{"channel", "wechat"}});
    track("u1", "Message Clicked", now_ - days(day) - 2h, {{"channel", "wechat"}});
    track("u1", "Message Sent", now_ - days(day) - 5h);  // not the person's doing
    track("u1", "Seen", now_ - days(day) - 9h);          // 03:00
    track("u1", "Seen", now_ - days(day) - 8h - 59min);  // the same hour
  }
  track("u1", "Seen", now_ - days(9) - 9h);
  auto& page = event(events::Type::kPage, "u2", now_ - days(1), {{"path", "/"}});
  page.context = R"({"userAgent":"Mozilla/5.0 (iPhone) Mobile"})";
  event(events::Type::kIdentify, "u2", now_ - days(1),
        {{"country", "France"}, {"city", "Lyon"}, {"name", "C"}});
  track("u3", "Order Line", now_ - days(1), {{"country", "Spain"}, {"kind", "order"}});
  take();
  renew();
  EXPECT_EQ(word("u1", "preferred_channel"), "wechat");
  EXPECT_EQ(tag("u1", "preferred_channel")["why"]["strongest"][1],
            (Json{{"word", "email"}, {"count", 3}, {"share", float(1.0 / 3)}}));
  EXPECT_EQ(word("u1", "active_hour"), "03");
  EXPECT_EQ(tag("u1", "active_hour")["why"]["strongest"][0]["count"], 4);
  EXPECT_EQ(word("u2", "device"), "phone");
  EXPECT_TRUE(tag("u1", "device").is_null());
  EXPECT_EQ(word("u2", "region"), "France");
  EXPECT_EQ(word("u3", "region"), "Spain");
  // What came since is read on, and counts beside what was read before.
  for (int i = 0; i < 2; ++i) {
    auto& later = event(events::Type::kPage, "u2", now_ - 1h, {{"path", "/"}});
    later.context = R"js({"userAgent":"Mozilla/5.0 (Windows NT 10.0)"})js";
  }
  take();
  call("PUT", "/v1/portrait/settings", {{"region_trait", "city"}});
  renew();
  EXPECT_EQ(word("u2", "device"), "computer");
  EXPECT_EQ(tag("u2", "device")["why"]["strongest"][1]["count"], 1);
  EXPECT_EQ(word("u2", "region"), "Lyon");
  EXPECT_EQ(word("u3", "region"), "Spain");
}

// Who comes back by the same user id has been seen with nothing yet.
TEST_F(PortraitOverHttp, DevicesOfAnErasedPersonAreNobodysElse) {
  auto& page = event(events::Type::kPage, "u2", now_ - days(1), {{"path", "/"}});
  page.context = R"({"userAgent":"Mozilla/5.0 (iPhone) Mobile"})";
  take();
  renew();
  ASSERT_EQ(word("u2", "device"), "phone");
  ASSERT_TRUE(followed_.log->erase({.identities = {"u:u2"}}));
  const PersonId old = person("u2");
  ASSERT_TRUE(followed_.database->write([&](store::Connection& c) -> Result<void> {
    TRY(people::erase_person(c, old, {"era_1", "key"}));
    return people::count_erasure(c);
  }));
  track("u2", "Seen", now_ - 1h);
  take();
  ASSERT_NE(person("u2"), old);
  renew();
  EXPECT_TRUE(tag("u2", "device").is_null());
}

// A role for which the trait is hidden in part cannot have it shown as a tag.
TEST_F(PortraitOverHttp, AHiddenTraitIsNoRegion) {
  ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
    return access::Settings::put_document(c, "people.masking", {{"analyst", {"city", "email"}}});
  }));
  role_ = "analyst";
  EXPECT_EQ(call("PUT", "/v1/portrait/settings", {{"region_trait", "email"}}, 403)["where"],
            "region_trait");
  call("PUT", "/v1/portrait/settings", {{"region_trait", "province"}});
  role_ = "administrator";
  call("PUT", "/v1/portrait/settings", {{"region_trait", "city"}});
  role_ = "analyst";  // what stands there already may be saved again
  call("PUT", "/v1/portrait/settings", {{"region_trait", "city"}, {"window_days", 100}});
}

TEST_F(PortraitOverHttp, PriceBandsAndBargains) {
  for (int i = 1; i <= 20; ++i) {
    const std::string user = "u" + std::to_string(i);
    const auto order = [&](const char* id, const Json& more) {
      Json properties = {{"order_id", id + user}, {"total", 10 * i}, {"currency", "CNY"}};
      properties.update(more);
      track(user, "Order Completed", now_ - days(3), properties);
    };
    order("a", Json::object());
    if (i % 2 == 0) order("b", {{"discount", 2.5}}), order("c", {{"coupon", "SPRING"}});
    if (i % 2 == 1) order("b", {{"discount", 0}}), order("c", {{"coupon", ""}});
  }
  take();
  renew();
  EXPECT_EQ(word("u1", "price_band"), "low");
  EXPECT_EQ(word("u10", "price_band"), "middle");
  EXPECT_EQ(word("u20", "price_band"), "high");
  EXPECT_EQ(
      tag("u20", "price_band")["why"],
      (Json{{"orders", 3}, {"mean_minor", 20'000}, {"low_minor", 5'000}, {"high_minor", 16'000}}));
  EXPECT_EQ(word("u2", "discount_affinity"), "mostly");
  EXPECT_EQ(tag("u2", "discount_affinity")["why"], (Json{{"cheap", 2}, {"bought", 3}}));
  EXPECT_EQ(word("u1", "discount_affinity"), "seldom");
}

TEST_F(PortraitOverHttp, TheCatalogueTheGroupAndTheSetsAreTheSamePeople) {
  for (int i = 0; i < 200; ++i) {
    const std::string user = "u" + std::to_string(i);
    const std::string category = i % 4 == 0 ? "Bags & cases: 包" : "Toys";
    view(user, category, 1), view(user, category, 2);
    event(events::Type::kIdentify, user, now_ - days(1), {{"name", user}});
  }
  take();
  renew();
  for (int i = 0; i < 80; ++i) some_.push_back(person("u" + std::to_string(i < 40 ? 4 * i : i)));
  std::ranges::sort(some_);
  some_.push_back(some_.front());  // told twice
  std::ranges::sort(some_);
  const Json all = call("GET", "/v1/portrait")["newest"];
  EXPECT_EQ(all["people"], 200);
  const Json interest = all["tags"][0];
  EXPECT_EQ(interest["tag"], "interest");
  EXPECT_EQ(interest["people"], 200);
  EXPECT_EQ(interest["coverage"], 1.0);
  EXPECT_EQ(interest["words"][0]["word"], "Toys");
  EXPECT_EQ(interest["words"][1]["people"], 50);
  EXPECT_EQ(people(interest["words"][1]["set"]).size(), 50u);
  const Json group = call("GET", "/v1/portrait/group?set=some");
  const std::set<PersonId> once(some_.begin(), some_.end());
  EXPECT_EQ(group["people"], once.size());
  const Json bags = group["tags"][0]["words"][1];
  EXPECT_EQ(bags["word"], "Bags & cases: 包");
  EXPECT_EQ(people(bags["set"]).size(), bags["group"]);
  EXPECT_GT(bags["index"], 150);
  EXPECT_EQ(bags["differs"], true);
  call("GET", "/v1/portrait/group?set=nobody", {}, 400);
  call("GET", "/v1/portrait/group", {}, 400);
  EXPECT_FALSE(*portrait_->resolve_set("tag:mood:good"));
  EXPECT_FALSE(*portrait_->resolve_set("tag:interest"));
  EXPECT_TRUE((*portrait_->resolve_set("tag:interest:Gone"))->empty());
}

TEST_F(PortraitOverHttp, FactsStayTheSameColumnUntilSomebodyChanges) {
  view("u1", "Toys", 1), view("u1", "Toys", 1);
  take();
  renew();
  const auto facts = portrait_->facts();
  ASSERT_EQ(facts[0].name, "interest");
  const auto before = facts[0].column().value();
  EXPECT_EQ(before->words[before->of(person("u1"))], "Toys");
  EXPECT_THAT(facts[0].known(), ElementsAre("Toys"));
  renew();
  EXPECT_EQ(facts[0].column().value(), before);
  for (int i = 0; i < 3; ++i) view("u1", "Books", 0);
  take();
  renew();
  const auto after = facts[0].column().value();
  EXPECT_EQ(after->words[after->of(person("u1"))], "Books");
}

TEST_F(PortraitOverHttp, VersionsAreKeptAndNumbered) {
  view("u1", "Toys", 1), view("u1", "Toys", 1);
  take();
  for (int i = 0; i < kKeptVersions + 2; ++i) renew();
  serve();
  renew();
  const Json all = call("GET", "/v1/portrait");
  ASSERT_EQ(all["versions"].size(), size_t{kKeptVersions});
  EXPECT_EQ(all["versions"][0]["version"], kKeptVersions + 3);
  EXPECT_EQ(all["newest"]["version"], kKeptVersions + 3);
  EXPECT_EQ(all["versions"][0]["coverage"]["interest"], 1);
}

TEST_F(PortraitOverHttp, TheThreadRenewsWhatIsAskedFor) {
  view("u1", "Toys", 1), view("u1", "Toys", 1);
  take();
  portrait_->start();
  EXPECT_EQ(call("POST", "/v1/portrait/renew", {}, 202)["renewing"].is_boolean(), true);
  while (call("GET", "/v1/portrait")["newest"].is_null()) std::this_thread::yield();
  portrait_->stop();
  EXPECT_TRUE(call("GET", "/v1/portrait")["error"].is_null());
}

TEST_F(PortraitOverHttp, SettingsNameTheBadMember) {
  const auto refused = [&](const Json& body) {
    return call("PUT", "/v1/portrait/settings", body, 400)["where"];
  };
  EXPECT_EQ(refused({{"half_life_days", 6}}), "half_life_days");
  EXPECT_EQ(refused({{"half_life_days", 731}}), "half_life_days");
  EXPECT_EQ(refused({{"window_days", 29}}), "window_days");
  EXPECT_EQ(refused({{"window_days", 1'096}}), "window_days");
  EXPECT_EQ(refused({{"weights", {{"viewed", -1}}}}), "weights.viewed");
  EXPECT_EQ(refused({{"weights", {{"looked", 1}}}}), "weights.looked");
  EXPECT_EQ(refused({{"channels", {{"E-Mail", Json::array()}}}}), "channels.E-Mail");
  EXPECT_EQ(refused({{"channels", {{"email", {7}}}}}), "channels.email");
  EXPECT_EQ(refused({{"other", 1}}), "other");
  const Json kept =
      call("PUT", "/v1/portrait/settings",
           {{"half_life_days", 7}, {"window_days", 1'095}, {"channels", {{"fax", {"Fax Sent"}}}}});
  EXPECT_EQ(call("GET", "/v1/portrait")["settings"], kept);
  EXPECT_EQ(kept["channels"], (Json{{"fax", {"Fax Sent"}}}));
}

}  // namespace
}  // namespace perennial::portrait
