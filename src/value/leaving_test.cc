// Reasons for leaving: who left when, what is known of it, and the table over months.
#include "value/leaving.h"

#include <map>

#include "value/churn.h"
#include "value/models_testing.h"

namespace perennial::value {
namespace {

using testing::ElementsAre;

Instant at_day(double day) {
  return from_millis(static_cast<int64_t>(day * 86'400'000) + 1'600'000'000'000);
}

OrderBook book_of(const std::vector<std::tuple<PersonId, double, bool>>& rows) {
  OrderBook book;
  for (const auto& [person, day, refund] : rows) {
    book.person.push_back(person);
    book.at_ms.push_back(to_millis(at_day(day)));
    book.amount_minor.push_back(refund ? -10 : 10);
    book.refund.push_back(refund);
  }
  return book;
}

TEST(Leaving, KnownWhenTheHorizonIsOver) {
  const OrderBook book = book_of({{0, 1, false},
                                  {1, 0, false},
                                  {1, 5, true},      // a refund keeps nobody
                                  {1, 29.9, false},  // in time
                                  {1, 70, false},    // came back, and left again
                                  {2, 0, false},
                                  {2, 30, false},  // on the day itself: has left, and is back
                                  {3, 80, false}});
  const auto left = leavers(book, {at_day(0), at_day(105)}, 30);
  std::vector<std::pair<PersonId, Instant>> who;
  for (const Leaver& one : left) {
    EXPECT_EQ(one.known_at - one.last_order, days(30));
    who.emplace_back(one.person, one.known_at);
  }
  EXPECT_THAT(who, ElementsAre(std::pair(1, at_day(59.9)), std::pair(1, at_day(100)),
                               std::pair(2, at_day(30)), std::pair(2, at_day(60))));
  EXPECT_EQ(leavers(book, {at_day(110), at_day(110)}, 30).size(), 0u);
  EXPECT_EQ(leavers(book, {at_day(110), at_day(111)}, 30).size(), 1u);
  EXPECT_EQ(leavers({}, {at_day(0), at_day(111)}, 30).size(), 0u);
}

TEST(Leaving, PeopleCountOnceInEachNumber) {
  const std::vector<Span> months = {{at_day(0), at_day(50)}, {at_day(50), at_day(100)}};
  const auto leaver = [](PersonId person, double day) {
    return Leaver{.person = person, .last_order = at_day(day - 20), .known_at = at_day(day)};
  };
  const std::vector<Leaver> who = {leaver(1, 20), leaver(1, 45), leaver(1, 90),
                                   leaver(2, 60), leaver(3, 99), leaver(4, 100)};
  const Why price{Known::kSaid, "price"}, late{Known::kComplaint, "late"},
      seen{Known::kModel, "refunds"};
  const Whys whys = {{price, seen}, {price}, {late}, {price, late}, {seen}, {price}};
  const auto table = count_leaving(who, whys, months, {"a", "b"});
  EXPECT_EQ(table.total, 3);  // the last one left outside
  EXPECT_EQ(table.explained, 2);
  EXPECT_THAT(table.left, ElementsAre(1, 3));
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0].why, price);
  EXPECT_EQ(table.rows[0].people, 2);
  EXPECT_THAT(table.rows[0].by_month, ElementsAre(1, 1));
  EXPECT_EQ(table.rows[1].why, late);
  EXPECT_THAT(table.rows[1].by_month, ElementsAre(0, 2));
  EXPECT_EQ(table.rows[2].why, seen);
  EXPECT_EQ(table.rows[2].people, 2);
  EXPECT_NE(table.rows[0].key, table.rows[1].key);
  EXPECT_EQ(count_leaving({}, {}, months, {"a", "b"}).total, 0);
}

TEST(Leaving, ThePeriodFollowsFromTheRegistration) {
  const Instant start = at_day(0);
  EXPECT_EQ(tenure_of(start, at_day(-1)), Tenure::kEarly);
  EXPECT_EQ(tenure_of(start, start + days(kEarlyDays)), Tenure::kEarly);
  EXPECT_EQ(tenure_of(start, start + days(kEarlyDays) + 1ms), Tenure::kMiddle);
  EXPECT_EQ(tenure_of(start, start + days(kMiddleDays)), Tenure::kMiddle);
  EXPECT_EQ(tenure_of(start, start + days(kMiddleDays) + 1ms), Tenure::kLate);
  for (const Tenure tenure : {Tenure::kEarly, Tenure::kMiddle, Tenure::kLate})
    EXPECT_EQ(parse_tenure(tenure_name(tenure)), tenure);
  EXPECT_FALSE(parse_tenure("never"));
  // Who is not known by a user id registered with the first order.
  const OrderBook book = book_of({{1, 0, false}, {1, 40, false}, {2, 0, false}, {2, 40, false}});
  const std::vector<Leaver> who = {{.person = 1, .last_order = at_day(40), .known_at = at_day(70)},
                                   {.person = 2, .last_order = at_day(40), .known_at = at_day(70)}};
  const GrowthStages known{
      .person = {2}, .growth = {Growth::kNovice}, .registered = {at_day(20)}, .registered_by = {}};
  EXPECT_THAT(tenures_of(who, book, known), ElementsAre(Tenure::kMiddle, Tenure::kEarly));
}

TEST(Leaving, SettingsAreChecked) {
  const LeavingSettings settings{.exit_events = {"Bye"}, .reason_property = "why"};
  EXPECT_EQ(to_json(*leaving_settings_from_json(to_json(settings))), to_json(settings));
  EXPECT_FALSE(leaving_settings_from_json({{"exit", 1}}));
  EXPECT_FALSE(leaving_settings_from_json({{"reason_property", ""}}));
  EXPECT_FALSE(leaving_settings_from_json({{"exit_events", {""}}}));
  EXPECT_FALSE(leaving_settings_from_json({{"exit_events", std::vector<std::string>(17, "a")}}));
  EXPECT_TRUE(leaving_settings_from_json({{"exit_events", std::vector<std::string>(16, "a")}}));
}

class LeavingOverHttp : public ModelsOverHttp {
 protected:
  void SetUp() override {
    ModelsOverHttp::SetUp();
    const Json settings = to_json(ChurnSettings{.horizon_days = 30});
    ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
      return access::Settings::put_document(c, "value.churn", settings);
    }));
  }
  std::map<std::pair<std::string, std::string>, Json> reasons(const Json& answer) {
    std::map<std::pair<std::string, std::string>, Json> found;
    for (const Json& row : answer["reasons"]) found[{row["known"], row["reason"]}] = row;
    return found;
  }
};

TEST_F(LeavingOverHttp, WhatWasSaidWhatWasComplainedAboutAndWhatWentWrong) {
  for (int i = 0; i < 10; ++i) order("u" + std::to_string(i), now_ - days(70));
  order("u9", now_ - days(5));  // left for a month, and came back
  for (int i = 10; i < 14; ++i) order("u" + std::to_string(i), now_ - days(3));
  for (const char* user : {"u0", "u1", "u10"})
    track(user, "Subscription Cancelled", now_ - days(60), {{"reason", "too dear"}});
  track("u2", "Subscription Cancelled", now_ - days(60));
  track("u3", "Subscription Cancelled", now_ - days(101), {{"reason", "long ago"}});
  track("u4", "Subscription Cancelled", now_ - days(39), {{"reason", "afterwards"}});
  track("u1", "Complaint Opened", now_ - days(100), {{"cause", "late"}});
  track("u5", "Complaint Opened", now_ - days(100), {{"cause", "late"}});
  track("u5", "Survey Answered", now_ - days(100), {{"score", 6}});
  track("u6", "Survey Answered", now_ - days(100), {{"score", 7}});
  track("u7", "Payment Failed", now_ - days(69));
  take();
  const Json answer = call("GET", "/v1/value/leaving");
  EXPECT_EQ(answer["total"], 10);
  EXPECT_EQ(answer["explained"], 5);  // u0, u1, u2, u5, u7
  EXPECT_EQ(answer["horizon_days"], 30);
  ASSERT_EQ(answer["months"].size(), 12u);
  EXPECT_EQ(answer["months"][11]["label"], "2024-07");
  EXPECT_EQ(answer["months"][10]["left"], 0);
  EXPECT_EQ(answer["months"][9]["left"], 10);  // 22 April and 30 days
  auto found = reasons(answer);
  EXPECT_EQ(found.size(), 5u) << answer;
  const auto people_of = [&](const char* known, const char* reason) {
    const Json row = found[{known, reason}];
    EXPECT_EQ(people(row["set"]).size(), row["people"].get<size_t>()) << row;
    return row["people"].get<int>();
  };
  EXPECT_EQ(people_of("said", "too dear"), 2);
  EXPECT_EQ(people_of("said", "(other)"), 1);
  EXPECT_EQ(people_of("complaint", "late"), 2);
  EXPECT_EQ(people_of("trouble", "low_score"), 1);
  EXPECT_EQ(people_of("trouble", "payment_failed"), 1);
  EXPECT_EQ(people("left:2024-05").size(), 10u);
  // Of a segment: u1 said why and complained, u6 did neither, u11 did not leave.
  sets_["segment:few"] = {person("u1"), person("u6"), person("u11")};
  std::ranges::sort(sets_["segment:few"]);
  const Json few = call("GET", "/v1/value/leaving?among=segment:few");
  EXPECT_EQ(few["total"], 2);
  EXPECT_EQ(few["explained"], 1);
  EXPECT_EQ(few["periods"][0]["people"], 2);
  EXPECT_TRUE(few["periods"][0]["set"].is_null());
  ASSERT_EQ(few["months"].size(), 12u);
  for (size_t month = 0; month < 12; ++month) {
    EXPECT_EQ(few["months"][month]["left"], month == 9 ? 2 : 0);
    EXPECT_TRUE(few["months"][month]["set"].is_null()) << "no word names a part of a segment";
  }
  auto of_few = reasons(few);
  EXPECT_EQ(of_few.size(), 2u) << few;
  for (const auto& [known, reason] : {std::pair{"said", "too dear"}, {"complaint", "late"}}) {
    const Json row = of_few[{known, reason}];
    EXPECT_EQ(row["people"], 1);
    EXPECT_EQ(row["share"], 0.5);
    EXPECT_EQ(row["by_month"][9], 1);
    EXPECT_TRUE(row["set"].is_null());
  }
  EXPECT_FALSE(*models_->resolve_set("left:2020-01"));
  call("GET", "/v1/value/leaving?among=segment:1", Json::object(), 400);
  call("PUT", "/v1/value/leaving/settings", {{"reason_property", ""}}, 400);
  call("PUT", "/v1/value/leaving/settings", {{"exit_events", {"Goodbye"}}});
  found = reasons(call("GET", "/v1/value/leaving"));
  EXPECT_EQ(found.count({"said", "too dear"}), 0u);
}

TEST_F(LeavingOverHttp, ThePeriodsInWhichTheyLeftEachWithItsCauses) {
  for (int i = 0; i < 10; ++i) order("u" + std::to_string(i), now_ - days(70));
  track("u3", "Seen", now_ - days(101));       // a month and a day before the last order
  track("u8", "Signed Up", now_ - days(300));  // says when, though
  track("u8", "Seen", now_ - days(71));
  for (const char* user : {"u0", "u1"})
    track(user, "Subscription Cancelled", now_ - days(60), {{"reason", "too dear"}});
  track("u1", "Complaint Opened", now_ - days(69), {{"cause", "late"}});
  take();
  const Json answer = call("GET", "/v1/value/leaving");
  const Json periods = answer["periods"];
  ASSERT_EQ(periods.size(), 3u);
  for (const auto& [place, period, left] :
       {std::tuple(0, "early", 8), {1, "middle", 1}, {2, "late", 1}}) {
    EXPECT_EQ(periods[place]["period"], period);
    EXPECT_EQ(periods[place]["people"], left) << period;
    EXPECT_DOUBLE_EQ(periods[place]["share"].get<double>(), left / 10.0);
    EXPECT_EQ(people(periods[place]["set"]).size(), static_cast<size_t>(left));
  }
  EXPECT_EQ(periods[0]["explained"], 2);
  ASSERT_EQ(periods[0]["causes"].size(), 2u);
  EXPECT_EQ(periods[0]["causes"][0]["reason"], "too dear");
  EXPECT_EQ(periods[0]["causes"][0]["people"], 2);
  EXPECT_DOUBLE_EQ(periods[0]["causes"][0]["share"].get<double>(), 0.25);
  EXPECT_TRUE(periods[2]["causes"].empty());
  EXPECT_FALSE(*models_->resolve_set("left:period:never"));
  // The registration is told by other events from now on.
  call("PUT", "/v1/value/growth/settings", {{"registered", {"Seen"}}});
  EXPECT_EQ(call("GET", "/v1/value/leaving")["periods"][2]["people"], 0);
}

TEST_F(LeavingOverHttp, NobodyLeftInAnEmptyShop) {
  const Json answer = call("GET", "/v1/value/leaving");
  EXPECT_EQ(answer["total"], 0);
  EXPECT_TRUE(answer["reasons"].empty());
}

// The model's main reason of one who left is the column that it finds to speak most for leaving.
TEST(Leaving, TheModelTellsAColumnForThoseWhoLeft) {
  OrderBook book;
  const auto add = [&](PersonId person, double day) {
    book.person.push_back(person);
    book.at_ms.push_back(to_millis(at_day(day)));
    book.amount_minor.push_back(100);
    book.refund.push_back(0);
  };
  for (PersonId p = 1; p <= 400; ++p) {
    const bool leaves = p % 2 == 0;
    for (double day = static_cast<double>(p % 10); day < (leaves ? 100 + p % 60 : 200); day += 10)
      add(p, day);
  }
  const auto trained = train_churn(book, at_day(200), {.horizon_days = 30}, at_day(200));
  ASSERT_TRUE(trained) << trained.error().text();
  const auto left = leavers(book, {at_day(150), at_day(200)}, 30);
  ASSERT_FALSE(left.empty());
  const auto whys = model_whys(*trained, book, left);
  ASSERT_TRUE(whys);
  size_t told = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    for (const Why& why : (*whys)[i]) {
      EXPECT_EQ(why.known, Known::kModel);
      EXPECT_NE(std::ranges::find(trained->columns, why.reason), trained->columns.end());
      ++told;
    }
  }
  EXPECT_GT(told, left.size() / 2);
}

}  // namespace
}  // namespace perennial::value
