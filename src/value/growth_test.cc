// Stages of growth over a server, a log in memory, a timeline and a real state database.
#include "value/growth.h"

#include <random>

#include "value/models_testing.h"

namespace perennial::value {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GrowthOverHttp : public ModelsOverHttp {
 protected:
  // Novice until a project within seven days; stable from three invitations within thirty on.
  void set_milestones() {
    put({{"registered", {"Signed Up"}},
         {"milestones",
          {{{"opens", "growing"}, {"event", "Project Created"}, {"days", 7}},
           {{"opens", "stable"}, {"event", "Invited"}, {"times", 3}, {"days", 30}}}}});
  }
  Json put(const Json& settings, int status = 200) {
    return call("PUT", "/v1/value/growth/settings", settings, status);
  }
  Json growth() { return call("GET", "/v1/value/growth"); }
  std::vector<int64_t> counts() {
    std::vector<int64_t> counts;
    const Json all = growth();
    for (const Json& stage : all["stages"]) counts.push_back(stage["people"]);
    return counts;
  }
  Json file(const std::string& user) {
    people::Person one;
    one.id = person(user);
    return (*models_->describe_file(one))["growth"];
  }
};

TEST_F(GrowthOverHttp, MilestonesOpenTheStagesWithinTheirDays) {
  set_milestones();
  const Instant start = now_ - days(60);
  for (const char* user : {"novice", "grows", "late", "stable", "slow"})
    track(user, "Signed Up", start);
  track("grows", "Project Created", start + days(7) - 1s);
  track("late", "Project Created", start + days(7));
  for (const char* user : {"stable", "slow"}) track(user, "Project Created", start + 1h);
  for (int k = 0; k < 3; ++k) track("stable", "Invited", start + days(10 * k));
  for (int k = 0; k < 3; ++k) track("slow", "Invited", start + days(15 * k));
  // Who invites without a project is a novice still.
  track("eager", "Signed Up", start);
  for (int k = 0; k < 3; ++k) track("eager", "Invited", start + 1h + std::chrono::hours(k));
  // A visitor is not asked about.
  track("", "Project Created", start);
  waiting_.back().anonymous_id = "v";
  take();
  EXPECT_THAT(counts(), ElementsAre(3, 2, 1));
  EXPECT_THAT(people("growth:stable"), ElementsAre(person("stable")));
  EXPECT_THAT(people("growth:growing"),
              testing::UnorderedElementsAre(person("grows"), person("slow")));
  EXPECT_THAT(people("growth:novice"),
              testing::UnorderedElementsAre(person("novice"), person("late"), person("eager")));
  EXPECT_FALSE(*models_->resolve_set("growth:grown"));
  const Json all = growth();
  EXPECT_EQ(all["people"], 6);
  EXPECT_EQ(all["stages"][0]["set"], "growth:novice");
  EXPECT_DOUBLE_EQ(all["stages"][1]["share"].get<double>(), 2.0 / 6);
  EXPECT_EQ(all["milestones"][0]["people"], 3);
  EXPECT_EQ(all["milestones"][1]["people"], 2);
  const Json slow = file("slow");
  EXPECT_EQ(slow["stage"], "growing");
  EXPECT_EQ(slow["registered_at"], format_instant(start));
  EXPECT_EQ(slow["registered_by"], "event");
  EXPECT_EQ(slow["milestones"][0]["reached"], true);
  EXPECT_EQ(slow["milestones"][1]["done"], 2);
  EXPECT_EQ(slow["milestones"][1]["reached"], false);
  EXPECT_TRUE(file("nobody").is_null());
}

TEST_F(GrowthOverHttp, WithoutASignUpTheFirstEventUnderAUserIdRegisters) {
  set_milestones();
  const Instant start = now_ - days(60);
  identify("early", start, Json::object());
  track("early", "Project Created", start + days(6));
  // The sign-up came later than the first event: it is what counts.
  identify("signed", start, Json::object());
  track("signed", "Signed Up", start + days(30));
  track("signed", "Signed Up", start + days(50));
  track("signed", "Project Created", start + days(36));
  track("signed", "Project Created", start + days(1));
  take();
  EXPECT_THAT(counts(), ElementsAre(0, 2, 0));
  EXPECT_EQ(file("early")["registered_by"], "first_seen");
  EXPECT_EQ(file("early")["registered_at"], format_instant(start));
  EXPECT_EQ(file("signed")["registered_at"], format_instant(start + days(30)));
  EXPECT_EQ(file("signed")["milestones"][0]["done"], 1) << "not what was before it";
}

TEST_F(GrowthOverHttp, WithoutDaysItIsAskedWhetherItWasDoneAtAll) {
  order("guest-before", now_ - days(400));
  for (int k = 0; k < 3; ++k) order("often", now_ - days(100 * k + 1));
  track("looker", "Seen", now_ - days(1));
  take();
  // The presets: an order, and three of them.
  EXPECT_THAT(counts(), ElementsAre(1, 1, 1));
  EXPECT_EQ(growth()["settings"]["milestones"][1]["times"], 3);
  // What is to come does not count, and what happens is seen some minutes later.
  order("looker", now_ + 1h);
  take();
  EXPECT_THAT(counts(), ElementsAre(1, 1, 1));
  now_ += 2h;
  EXPECT_THAT(counts(), ElementsAre(0, 2, 1));
  // Another choice counts at once.
  put({{"milestones",
        {{{"opens", "growing"}, {"event", "Seen"}}, {{"opens", "stable"}, {"event", "Seen"}}}}});
  EXPECT_THAT(counts(), ElementsAre(2, 0, 1));
}

TEST_F(GrowthOverHttp, SettingsAreRefusedWithTheirPlace) {
  const auto refused = [&](const Json& settings) { return put(settings, 400)["where"]; };
  const Json grows = {{"opens", "growing"}, {"event", "A"}};
  const Json stable = {{"opens", "stable"}, {"event", "B"}};
  const auto with = [&](const Json& change) {
    Json one = stable;
    one.update(change);
    return refused({{"milestones", {grows, one}}});
  };
  EXPECT_EQ(refused({{"milestone", 1}}), "milestone");
  EXPECT_EQ(refused({{"registered", {""}}}), "registered");
  EXPECT_EQ(refused({{"milestones", Json::array({grows})}}), "milestones");
  EXPECT_EQ(refused({{"milestones", Json::array()}}), "milestones");
  EXPECT_EQ(refused({{"milestones", {grows, 3}}}), "milestones[1]");
  EXPECT_EQ(with({{"opens", "novice"}}), "milestones[1].opens");
  EXPECT_EQ(with({{"event", ""}}), "milestones[1].event");
  EXPECT_EQ(with({{"times", 0}}), "milestones[1].times");
  EXPECT_EQ(with({{"times", kMaxMilestoneTimes + 1}}), "milestones[1].times");
  EXPECT_EQ(with({{"days", -1}}), "milestones[1].days");
  EXPECT_EQ(with({{"days", kMaxMilestoneDays + 1}}), "milestones[1].days");
  EXPECT_EQ(with({{"within", 1}}), "milestones[1].within");
  Json most = Json::array({grows, stable});
  while (most.size() < kMaxMilestones) most.push_back(grows);
  put({{"milestones", most}});
  most.push_back(grows);
  EXPECT_EQ(refused({{"milestones", most}}), "milestones");
  Json limits = stable;
  limits.update({{"times", kMaxMilestoneTimes}, {"days", kMaxMilestoneDays}});
  EXPECT_EQ(put({{"milestones", {grows, limits}}})["milestones"][1], limits);
  // A name that a milestone cannot be found under finds nobody.
  EXPECT_THAT(counts(), ElementsAre(0, 0, 0));
  EXPECT_THAT(people("growth:stable"), IsEmpty());
}

// Random people against a count by the definition.
TEST_F(GrowthOverHttp, EverybodyStandsWhereTheDefinitionPutsThem) {
  std::mt19937_64 random(5);
  const GrowthSettings settings{
      .registered = {"Signed Up"},
      .milestones = {{.opens = Growth::kGrowing, .event = "A", .times = 2, .days = 10},
                     {.opens = Growth::kStable, .event = "A", .times = 4, .days = 0},
                     {.opens = Growth::kStable, .event = "B", .times = 1, .days = 20}}};
  put(to_json(settings));
  const Instant start = now_ - days(50);
  std::map<std::string, std::map<std::string, std::vector<Instant>>> did;
  for (int i = 0; i < 200; ++i) {
    const std::string user = "u" + std::to_string(i);
    const auto some = [&](const char* name, uint64_t most) {
      for (uint64_t k = random() % (most + 1); k > 0; --k) {
        const Instant at = start + std::chrono::hours(static_cast<int>(random() % (40 * 24)));
        track(user, name, at);
        did[user][name].push_back(at);
      }
    };
    some("Signed Up", 2);
    some("A", 6);
    some("B", 2);
    track(user, "Seen", start);
  }
  take();
  std::vector<int64_t> expected(3, 0);
  for (auto& [user, events] : did) {
    const auto& signed_up = events["Signed Up"];
    const Instant from = signed_up.empty() ? start : *std::ranges::min_element(signed_up);
    const auto within = [&](const char* name, int length) {
      return std::ranges::count_if(events[name], [&](Instant at) {
        return length == 0 || (at >= from && at < from + days(length));
      });
    };
    const bool growing = within("A", 10) >= 2;
    const bool stable = within("A", 0) >= 4 && within("B", 20) >= 1;
    ++expected[!growing ? 0 : stable ? 2 : 1];
  }
  const int64_t silent = 200 - std::ssize(did);
  expected[0] += silent;
  EXPECT_GT(expected[2], 0);
  EXPECT_EQ(counts(), expected);
}

}  // namespace
}  // namespace perennial::value
