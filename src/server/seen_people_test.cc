#include "server/seen_people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/access.h"
#include "store/testing.h"

namespace perennial {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Instant kNow = from_millis(1'700'000'000'000);

class SeenPeopleTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(database_->migrate(access::migrations())); }
  // The answer as it is given.
  http::Response answer(const std::string& path, const Json& body,
                        std::map<std::string, std::string> params = {}, int status = 200) {
    http::Request request;
    request.principal = {.id = "usr_lin", .name = "Lin"};
    for (auto& [name, value] : params) request.params[name] = value;
    http::Response response = http::json(status, body);
    seen_.record({.method = "GET", .path = path, .right = "customers.read"}, request, response,
                 kNow);
    return response;
  }
  // Action, object and detail of each entry, oldest first.
  std::vector<std::string> entries() {
    std::vector<std::string> out;
    EXPECT_TRUE(database_->read([&](store::Connection& c) -> Result<void> {
      for (const auto& row :
           TRY(c.query("SELECT action, object, detail FROM access_audit ORDER BY id")))
        out.push_back(row.text(0) + " " + row.text(1) + " " + row.text(2));
      return {};
    }));
    return out;
  }

  store::TestDatabase database_;
  SeenPeople seen_{*database_};
};

TEST_F(SeenPeopleTest, AListIsOneEntryWithItsPeople) {
  answer(
      "/v1/value/churn/people",
      {{"total", 9},
       {"people", {{{"id", 7}, {"user_id", "b"}, {"name", "Bo"}}, {{"id", 3}, {"user_id", ""}}}}});
  answer("/v1/campaigns/{id}/sends", {{"sends", {{{"person_id", 5}}, {{"person_id", 5}}}}});
  answer("/v1/loyalty/programmes/{programme}/referrals",
         {{"referrals", {{{"id", 1}, {"referrer", nullptr}, {"friend", 8}}}}});
  answer("/v1/loyalty/programmes/{programme}/postings",
         {{"postings", {{{"entry", 1}, {"person", 4}}, {{"entry", 2}, {"person", nullptr}}}}});
  EXPECT_THAT(
      entries(),
      ElementsAre(R"(customers.list customers {"part":"value.churn.people","people":[3,7]})",
                  R"(customers.list customers {"part":"campaigns.sends","people":[5]})",
                  R"(customers.list customers {"part":"loyalty.referrals","people":[8]})",
                  R"(customers.list customers {"part":"loyalty.postings","people":[4]})"));
}

TEST_F(SeenPeopleTest, APartOfAPersonNamesThePerson) {
  answer("/v1/loyalty/programmes/{programme}/people/{person}/statement", {{"balance", 5}},
         {{"programme", "main"}, {"person", "12"}});
  answer("/v1/value/recommendations/people/{person_id}", {{"items", Json::array()}},
         {{"person_id", "12"}});
  EXPECT_THAT(entries(),
              ElementsAre(R"(customers.view customer:12 {"part":"loyalty.people.statement"})",
                          R"(customers.view customer:12 {"part":"value.recommendations.people"})"));
}

TEST_F(SeenPeopleTest, NothingIsWrittenWhereNobodyIsSeen) {
  answer("/v1/value/churn/people", {{"total", 0}, {"people", Json::array()}});
  answer("/v1/segments/preview", {{"people", 400}, {"sample", Json::array()}});
  answer("/v1/value/churn/people", {{"person_id", 3}}, {}, 404);
  answer("/v1/products", {{"person_id", 3}});
  EXPECT_THAT(entries(), IsEmpty());
}

TEST_F(SeenPeopleTest, ThePageThatReadsItselfAgainIsTheSameView) {
  const auto live = [&](int person) {
    answer("/v1/events/recent", {{"events", {{{"seq", person}, {"person_id", person}}}}});
  };
  live(1);
  live(2);
  const Json sends = {{"sends", {{{"person_id", 5}}}}};
  answer("/v1/campaigns/{id}/sends", sends);
  answer("/v1/campaigns/{id}/sends", sends);
  EXPECT_THAT(entries(),
              ElementsAre(R"(customers.list customers {"part":"events.recent"})",
                          R"(customers.list customers {"part":"campaigns.sends","people":[5]})"));
}

TEST_F(SeenPeopleTest, WhatCannotBeWrittenDownIsNotShown) {
  ASSERT_TRUE(
      database_->write([](store::Connection& c) { return c.execute("DROP TABLE access_audit"); }));
  const auto response = answer("/v1/campaigns/{id}/sends", {{"sends", {{{"person_id", 5}}}}});
  EXPECT_GE(response.status, 500);
  EXPECT_EQ(response.body.find("sends"), std::string::npos);
}

}  // namespace
}  // namespace perennial
