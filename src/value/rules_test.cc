// Rules that an operator changed: fixed cuts of RFM, other limits of stages, gaps shrunk to all.
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "insight/testing.h"
#include "value/usual_gaps.h"
#include "value/value_rules.h"

namespace perennial::value {
namespace {

using testing::ElementsAre;

TEST(ValueRules, RoundTripAndMistakes) {
  ValueRules rules;
  rules.stages.prior_gaps = 2.5;
  rules.stages.gap_groups = {.by = Grouping::kSets, .sets = {"segment:a", "segment:b"}};
  rules.cuts = RfmCuts{.recency_days = {180, 90, 60, 30},
                       .frequency = {2, 3, 5, 8},
                       .monetary_minor = {10'000, 20'000, 50'000, 100'000}};
  EXPECT_EQ(to_json(*value_rules_from_json(to_json(rules))), to_json(rules));
  EXPECT_FALSE(value_rules_from_json({{"cuts", nullptr}})->cuts);
  const Json cuts = to_json(rules)["cuts"];
  const auto with = [&](const char* name, Json list) {
    Json changed = cuts;
    changed[name] = std::move(list);
    return Json{{"cuts", changed}};
  };
  const std::pair<Json, std::string> wrong[] = {
      {{{"colour", 1}}, "colour"},
      {{{"stages", {{"new_days", -1}}}}, "stages.new_days"},
      {{{"stages", {{"new_days", 3'651}}}}, "stages.new_days"},
      {{{"stages", {{"new_days", 1.5}}}}, "stages.new_days"},
      {{{"stages", {{"loyal_orders", 0}}}}, "stages.loyal_orders"},
      {{{"stages", {{"churned_days", 29}}}}, "stages.churned_days"},
      {{{"stages", {{"churned_gaps", 1.5}}}}, "stages.churned_gaps"},
      {{{"stages", {{"prior_gaps", 101}}}}, "stages.prior_gaps"},
      {{{"stages", {{"luck", 1}}}}, "stages.luck"},
      {{{"stages", {{"gap_groups", "luck"}}}}, "stages.gap_groups"},
      {{{"stages", {{"gap_groups", "sets"}}}}, "stages.gap_segments"},
      {{{"stages", {{"gap_groups", "tier"}, {"gap_segments", {"segment:a"}}}}},
       "stages.gap_segments"},
      {{{"stages", {{"gap_groups", "sets"}, {"gap_segments", {"stage:new"}}}}},
       "stages.gap_segments"},
      {{{"stages", {{"gap_groups", "sets"}, {"gap_segments", Json(21, "segment:a")}}}},
       "stages.gap_segments"},
      {with("recency_days", {30, 60, 90, 180}), "cuts.recency_days"},
      {with("frequency", {2, 3, 3, 8}), "cuts.frequency"},
      {with("frequency", {2, 3, 8}), "cuts.frequency"},
      {with("monetary_minor", {-1, 3, 5, 8}), "cuts.monetary_minor"},
      {with("luck", {1, 2, 3, 4}), "cuts.luck"},
      {{{"cuts", {{"frequency", {2, 3, 5, 8}}}}}, "cuts.recency_days"}};
  for (const auto& [json, where] : wrong) {
    const auto read = value_rules_from_json(json);
    ASSERT_FALSE(read) << json;
    EXPECT_EQ(read.error().where, where) << json;
  }
  EXPECT_TRUE(value_rules_from_json({{"stages", {{"new_days", 3'650}, {"prior_gaps", 100}}}}));
}

TEST(ValueRules, GapsAreShrunkToThoseOfAll) {
  const Instant now = *parse_instant("2024-06-15T00:00:00Z");
  const auto days_ago = [&](int days) { return to_millis(now) - days * kDayMs; };
  const std::vector<int64_t> once = {days_ago(50)}, twice = {days_ago(60), days_ago(50)};
  StageRules rules;
  EXPECT_EQ(stage_of(once, now, rules).rhythm, StageReason::Rhythm::kFallback);
  rules.prior_gaps = 2;
  rules.prior_gap_days = 40;
  StageReason reason = stage_of(once, now, rules);
  EXPECT_EQ(reason.usual_gap_days, 40);
  EXPECT_EQ(reason.rhythm, StageReason::Rhythm::kOwn);
  EXPECT_EQ(reason.stage, Stage::kActive);  // 50 days of 80
  reason = stage_of(twice, now, rules);
  EXPECT_EQ(reason.usual_gap_days, 30);  // (10 + 2 × 40) / 3
  EXPECT_EQ(reason.silent_after_days, 60);
  EXPECT_EQ(reason.churned_after_days, 120);
}

// The slow twin of groups' gaps: each group's people alone, as a book of their own.
TEST(ValueRules, TheGapOfAGroupIsThatOfItsPeopleAlone) {
  const Instant now = *parse_instant("2024-06-15T00:00:00Z");
  std::mt19937_64 random(11);
  OrderBook book;
  Groups groups;
  groups.names = {"", "country:CN", "country:DE", "country:LI"};
  std::map<uint16_t, OrderBook> alone;
  for (PersonId person = 1; person <= 200; ++person) {
    // Few live in Liechtenstein, and some nowhere that is known.
    const auto group = static_cast<uint16_t>(person <= 5 ? 3 : random() % 3);
    if (group > 0) groups.of.emplace(person, group);
    int64_t at = to_millis(now) - static_cast<int64_t>(300 + random() % 300) * kDayMs;
    for (uint64_t order = 0; order <= random() % 5; ++order) {
      for (OrderBook* one : {&book, &alone[group]}) {
        one->person.push_back(person);
        one->at_ms.push_back(at);
        one->amount_minor.push_back(100);
        one->refund.push_back(0);
      }
      at += static_cast<int64_t>(2 + (1 + group) * 10 * (1 + random() % 3)) * kDayMs;
    }
  }
  const UsualGaps gaps = usual_gaps(book, now, groups);
  ASSERT_EQ(gaps.of_group.size(), 4u);
  EXPECT_EQ(gaps.of_all, gap_of_all(book, now));
  EXPECT_EQ(gaps.of_group[0], std::nullopt);
  EXPECT_EQ(gaps.of_group[3], std::nullopt);  // five people say nothing
  for (const uint16_t g : {1, 2}) EXPECT_EQ(gaps.of_group[g], gap_of_all(alone[g], now)) << g;
  EXPECT_NE(gaps.of_group[1], gaps.of_group[2]);

  ValueRules rules;
  rules.stages.prior_gaps = 3;
  rules.stages.gap_groups.by = Grouping::kCountry;
  const auto shared = std::make_shared<const Groups>(groups);
  const Snapshot s = take_snapshot(book, {}, now, rules, shared);
  StageCounts counts{};
  for (size_t i = 0; i < s.person.size(); ++i) {
    const PersonId person = s.person[i];
    const uint16_t group = groups.group(person);
    StageRules own = rules.stages;
    own.prior_gap_days = gaps.of_group[group].value_or(gaps.of_all);
    std::vector<int64_t> times;
    for (size_t row = 0; row < book.rows(); ++row) {
      if (book.person[row] == person && book.at_ms[row] < to_millis(now))
        times.push_back(book.at_ms[row]);
    }
    EXPECT_EQ(s.stage[i], stage_of(times, now, own).stage) << person;
    EXPECT_EQ(s.prior_gaps->group_of(person), group == 1 || group == 2 ? groups.names[group] : "");
    ++counts[static_cast<size_t>(s.stage[i])];
  }
  EXPECT_EQ(count_stages(book, now, rules, shared), counts);
}

class RulesOverHttp : public testing::Test {
 protected:
  void SetUp() override {
    shop_.now = *parse_instant("2024-06-15T00:00:00Z");
    shop_.order("often", "2024-06-01T00:00:00Z", 1'000);
    shop_.order("often", "2024-06-05T00:00:00Z", 1'000);
    shop_.order("often", "2024-06-10T00:00:00Z", 1'000);
    shop_.order("rich", "2024-03-01T00:00:00Z", 90'000);
    shop_.order("once", "2024-05-01T00:00:00Z", 500);
    shop_.serve([this](http::Router& router) { value_.add_routes(router); });
  }
  Rfm scores(std::string_view user) {
    const auto snapshot = *value_.snapshot();
    return snapshot->rfm[*snapshot->find(shop_.person(user))];
  }
  std::string stage(std::string_view user) {
    const auto snapshot = *value_.snapshot();
    return std::string(stage_name(snapshot->stage[*snapshot->find(shop_.person(user))]));
  }
  // Enough of them to have a gap of their own, of 50 days.
  std::vector<PersonId> slow_people() {
    std::vector<PersonId> slow;
    for (int i = 0; i < 30; ++i) {
      const std::string user = "slow" + std::to_string(i);
      for (int k = 0; k < 5; ++k)
        shop_.order(user, format_instant(shop_.now - std::chrono::days(2 + 50 * k)), 100);
      slow.push_back(shop_.person(user));
    }
    return slow;
  }

  insight::TestShop shop_;
  std::map<std::string, std::vector<PersonId>> sets_;
  bool busy_ = false;  // as segments are after a start
  Value value_{shop_.books(), shop_.settings(), shop_.clock(), &shop_.database(),
               [this](std::string_view set) -> Result<std::vector<PersonId>> {
                 const auto found = sets_.find(std::string(set));
                 if (found == sets_.end()) return fail(Code::kInvalid, "no such set", "set");
                 if (busy_) return fail(Code::kBusy, "the segment is being computed", "segment");
                 // As a segment that is made of stages does: it must not wait for itself.
                 (void)value_.snapshot();
                 return found->second;
               }};
};

TEST_F(RulesOverHttp, FixedCutsScoreByThemselves) {
  EXPECT_EQ(shop_.get("/v1/value/rules").second["cuts"], nullptr);
  const Json rules = {{"cuts",
                       {{"recency_days", {120, 60, 30, 7}},
                        {"frequency", {2, 3, 4, 5}},
                        {"monetary_minor", {1'000, 2'000, 3'000, 50'000}}}}};
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", rules).first, 200);
  EXPECT_EQ(scores("often").recency, 5);  // 5 days ago
  EXPECT_EQ(scores("often").frequency, 3);
  EXPECT_EQ(scores("often").monetary, 4);
  EXPECT_EQ(scores("rich").recency, 2);  // 106 days ago
  EXPECT_EQ(scores("rich").frequency, 1);
  EXPECT_EQ(scores("rich").monetary, 5);
  EXPECT_EQ(scores("once").recency, 3);  // 45 days ago
  EXPECT_EQ(scores("once").monetary, 1);
  const Json breaks = shop_.get("/v1/value/rfm").second["breaks"];
  EXPECT_EQ(breaks["recency_days"], Json({120.0, 60.0, 30.0, 7.0}));
  EXPECT_EQ(breaks["frequency"], Json({2, 3, 4, 5}));
  // What was kept holds after a restart, and null goes back to fifths.
  Value again(shop_.books(), shop_.settings(), shop_.clock(), &shop_.database());
  EXPECT_TRUE(again.rules()->cuts);
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"cuts", nullptr}}).first, 200);
  EXPECT_EQ(scores("often").frequency, 4);
}

TEST_F(RulesOverHttp, StagesFollowTheRules) {
  EXPECT_EQ(stage("once"), "silent");
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"stages", {{"silent_days", 50}}}}).first, 200);
  EXPECT_EQ(stage("once"), "active");
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"stages", {{"silent_days", 0}}}}).first, 400);
  EXPECT_EQ(stage("once"), "active");
  // Gaps of 4 and 5 days, the only ones there are: whoever ordered once is churned after 20.
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"stages", {{"prior_gaps", 2}}}}).first, 200);
  EXPECT_EQ(stage("once"), "churned");
  EXPECT_EQ(stage("often"), "new");
}

TEST_F(RulesOverHttp, GapsAreShrunkToThoseOfATierACountryOrASegment) {
  // Thirty quick customers and thirty slow ones; whoever came once follows the group.
  std::vector<PersonId> slow;
  for (int i = 0; i < 60; ++i) {
    const std::string user = (i < 30 ? "quick" : "slow") + std::to_string(i);
    const int gap = i < 30 ? 5 : 50;
    for (int k = 0; k < (i < 30 ? 3 : 5); ++k)
      shop_.order(user, format_instant(shop_.now - std::chrono::days(2 + gap * k)),
                  i < 30 ? 100 : 50'000);
    shop_.identify(user, "2024-06-01T00:00:00Z", {{"country", i < 30 ? "CN" : "DE"}});
  }
  for (const auto& [user, country] : {std::pair("cn", "CN"), std::pair("de", "DE")}) {
    shop_.order(user, "2024-05-05T00:00:00Z", user[0] == 'c' ? 10 : 10'000'000);  // 41 days ago
    shop_.identify(user, "2024-05-05T00:00:00Z", {{"country", country}});
  }
  for (int i = 30; i < 60; ++i) slow.push_back(shop_.person("slow" + std::to_string(i)));
  slow.push_back(shop_.person("de"));
  sets_["segment:slow"] = slow;
  const auto put = [&](Json stages, int status = 200) {
    stages["prior_gaps"] = 2;
    const auto [code, answer] = shop_.send("PUT", "/v1/value/rules", {{"stages", stages}});
    EXPECT_EQ(code, status) << answer;
    return answer;
  };
  put({{"gap_groups", "all"}});
  EXPECT_EQ(stage("cn"), stage("de"));
  for (const char* by : {"country", "tier"}) {
    put({{"gap_groups", by}});
    EXPECT_EQ(stage("cn"), "churned") << by;  // 41 of 20 days
    EXPECT_EQ(stage("de"), "active") << by;   // 41 of 100
  }
  EXPECT_EQ(put({{"gap_groups", "sets"}, {"gap_segments", {"segment:gone"}}}, 400)["where"],
            "stages.gap_segments");
  put({{"gap_groups", "sets"}, {"gap_segments", {"segment:slow"}}});
  EXPECT_EQ(stage("de"), "active");
  people::Person person;
  person.id = shop_.person("de");
  const Json reason = (*value_.describe_file(person))["stage_reason"];
  EXPECT_EQ(reason["group"], "segment:slow");
  EXPECT_EQ(reason["group_gap_days"], 50);
  // Months of the past are counted with the same groups.
  EXPECT_EQ(shop_.get("/v1/value/stages").first, 200);
  // A segment that is deleted holds nobody: the gap of all counts.
  sets_.clear();
  shop_.now += std::chrono::minutes(11);
  EXPECT_EQ((*value_.describe_file(person))["stage_reason"]["group"], "");
}

TEST_F(RulesOverHttp, BusySegmentsHoldUpNoPage) {
  sets_["segment:slow"] = slow_people();
  sets_["segment:slow"].push_back(shop_.person("once"));
  sets_["segment:other"] = {shop_.person("rich")};
  const auto choose = [&](const char* segment, int status = 200) {
    const Json stages = {{"prior_gaps", 2}, {"gap_groups", "sets"}, {"gap_segments", {segment}}};
    EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"stages", stages}}).first, status);
  };
  const auto group_of = [&](Value& value, const char* user) {
    people::Person person;
    person.id = shop_.person(user);
    const auto file = value.describe_file(person);
    return file ? (*file)["stage_reason"]["group"].get<std::string>() : file.error().text();
  };
  choose("segment:slow");
  EXPECT_EQ(group_of(value_, "once"), "segment:slow");
  // Those told last count while the segment is busy, however long.
  busy_ = true;
  shop_.now += std::chrono::hours(1);
  EXPECT_EQ(group_of(value_, "once"), "segment:slow");
  EXPECT_TRUE(value_.settled_snapshot());
  EXPECT_EQ(shop_.get("/v1/value/stages").first, 200);
  choose("segment:other", 503);
  EXPECT_EQ(group_of(value_, "once"), "segment:slow");

  // After a start nothing was told yet: pages have the gap of all, what acts on stages waits.
  const auto resolve = [this](std::string_view set) -> Result<std::vector<PersonId>> {
    if (busy_) return fail(Code::kBusy, "the segment is being computed", "segment");
    return sets_.at(std::string(set));
  };
  Value again(shop_.books(), shop_.settings(), shop_.clock(), &shop_.database(), resolve);
  EXPECT_EQ(group_of(again, "once"), "");
  EXPECT_TRUE(again.stages_json());
  const auto early = again.settled_snapshot();
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Code::kBusy);
  busy_ = false;
  shop_.now += std::chrono::seconds(2);
  EXPECT_TRUE(again.settled_snapshot());
  EXPECT_EQ(group_of(again, "once"), "segment:slow");

  // Nobody waits for ever for a segment that cannot be computed.
  busy_ = true;
  Value broken(shop_.books(), shop_.settings(), shop_.clock(), &shop_.database(), resolve);
  EXPECT_FALSE(broken.settled_snapshot());
  shop_.now += std::chrono::minutes(10);
  EXPECT_TRUE(broken.settled_snapshot());
}

// A snapshot that is asked for while the groups of a new choice are being read must not be made
// with those of the choice before.
TEST_F(RulesOverHttp, GroupsOfAnotherChoiceAreNotTaken) {
  sets_["segment:a"] = sets_["segment:b"] = slow_people();
  std::vector<std::string> amid;  // whose gap counts in snapshots asked for amid the reading
  const PersonId one = shop_.person("slow1");
  Value* inner = nullptr;
  Value value(shop_.books(), shop_.settings(), shop_.clock(), &shop_.database(),
              [&](std::string_view set) -> Result<std::vector<PersonId>> {
                if (set == "segment:b" && inner != nullptr)
                  amid.emplace_back((*inner->snapshot())->prior_gaps->group_of(one));
                return sets_.at(std::string(set));
              });
  const auto choose = [&](const char* segment) {
    const Json stages = {{"prior_gaps", 2}, {"gap_groups", "sets"}, {"gap_segments", {segment}}};
    EXPECT_TRUE(value.change_rules({{"stages", stages}}, {}));
  };
  choose("segment:a");
  ASSERT_TRUE(value.snapshot());
  choose("segment:b");
  inner = &value;
  ASSERT_TRUE(value.snapshot());
  EXPECT_THAT(amid, ElementsAre(""));
  EXPECT_EQ((*value.snapshot())->prior_gaps->group_of(one), "segment:b");
}

TEST(ValueRulesAlone, WithoutADatabaseTheyArePresets) {
  insight::TestShop shop;
  Value value(shop.books(), shop.settings(), shop.clock());
  EXPECT_FALSE(value.rules()->cuts);
  EXPECT_FALSE(value.change_rules(Json::object(), {}));
}

}  // namespace
}  // namespace perennial::value
