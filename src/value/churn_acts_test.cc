// What the timeline tells of churn: columns against a slow twin that walks histories event by
// event, labels by activity and by contract, and a planted leak.
#include "value/churn_acts.h"

#include <cmath>
#include <random>
#include <set>

#include "timeline/testing.h"
#include "value/churn_desk.h"
#include "value/churn_rows.h"
#include "value/model_store.h"
#include "value/models_testing.h"

namespace perennial::value {
namespace {

using timeline::History;
using timeline::Second;
using timeline::TestEvent;

constexpr Second kDay = kDaySeconds;
enum Name : uint32_t { kPage, kOrder, kOpen, kClose, kAnswer, kFail, kPay, kNames };

// The columns of one person at `at`, by name, from the history alone.
std::map<std::string, double> twin(const History& history, Second at) {
  std::map<std::string, double> is;
  std::set<Second> fresh, all;
  std::vector<Second> open;
  double acts = 0, since = kActDays;
  for (const TestEvent& event : history) {
    if (event.at >= at) break;
    const Second days = (at - 1 - event.at) / kDay;
    const auto within = [&](Second n) { return event.at + n * kDay >= at; };
    if (event.name == kPage && within(120)) {
      all.insert(days);
      if (within(30)) fresh.insert(days);
      acts += within(30);
      since = static_cast<double>(at - event.at) / kDay;
    }
    if (event.name == kOpen) open.push_back(event.at);
    if (event.name == kClose && !open.empty()) open.erase(open.begin());
    is["complaints_180"] += event.name == kOpen && within(180);
    is["answered_180"] += event.name == kAnswer && within(180);
    if (event.name == kAnswer && within(180) && !std::isnan(event.number))
      is["low_score"] = event.number <= 6;
    is["payments_failed_90"] += event.name == kFail && within(90);
    if (event.name == kFail) is["unpaid"] = 1;
    if (event.name == kPay) is["unpaid"] = 0;
  }
  is["active_days_30"] = static_cast<double>(fresh.size());
  is["active_trend"] =
      is["active_days_30"] - (static_cast<double>(all.size()) - is["active_days_30"]) / 3;
  is["days_since_active"] = since;
  is["acts_30"] = std::log1p(acts);
  is["complaints_open"] = static_cast<double>(open.size());
  return is;
}

TEST(ChurnActs, AgreeWithTheSlowTwin) {
  const uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::vector<History> people(150);
  const Second base = 400 * kDay;
  // Times of their own: a payment in the very second of a failure would be a matter of taste.
  Second tick = 0;
  for (History& history : people) {
    for (size_t k = random() % 60; k-- > 0;) {
      TestEvent event{
          .at = base + static_cast<Second>(random() % 250) * kDay + (tick++ * 7 % 86'000),
          .name = static_cast<uint32_t>(random() % kNames)};
      if (random() % 5 != 0) event.number = static_cast<double>(random() % 11);
      history.push_back(event);
    }
  }
  timeline::TestBucket bucket(people);
  const auto any_of = [](std::set<uint32_t> names) -> timeline::TestSelector {
    return [names](const TestEvent& event) { return names.contains(event.name); };
  };
  std::vector<timeline::TestSelector> selectors = {
      [](const TestEvent&) { return true; },
      any_of({kOrder, kOpen, kClose, kAnswer, kFail, kPay}),
      timeline::named(kOpen),
      timeline::named(kClose),
      timeline::named(kAnswer),
      timeline::named(kFail),
      timeline::named(kPay)};
  auto spec = std::make_shared<ActsSpec>();
  spec->at = {base + 60 * kDay, base + 249 * kDay};
  timeline::Slice slice = bucket.slice(selectors);
  slice.bucket = 2;
  ActsScan first(spec), second(spec);
  timeline::Slice odd = slice, even = slice;
  for (uint32_t i = 0; i < timeline::kBucketPeople; ++i) {
    timeline::Crowd one;
    one.add(i);
    (i % 2 == 0 ? odd : even).who.remove(one);
  }
  first.add(odd);
  second.add(even);
  first.merge(second);
  std::vector<PersonId> asked;
  for (PersonId i = 0; i < 150; i += 2) asked.push_back(2 * PersonId{timeline::kBucketPeople} + i);
  asked.push_back(5'000);  // of whom nothing is known
  const auto values = first.finish(asked);
  const auto features = act_features();
  ASSERT_EQ(values.size(), asked.size() * 2 * features.size());
  for (size_t i = 0; i < asked.size(); ++i) {
    const History none;
    const bool known = i + 1 < asked.size();
    const History& history = known ? bucket.people()[i * 2] : none;
    for (size_t k = 0; k < 2; ++k) {
      auto should = twin(history, spec->at[k]);
      for (size_t f = 0; f < features.size(); ++f) {
        const std::string name(features[f].name);
        EXPECT_NEAR(values[(i * 2 + k) * features.size() + f], should[name], 1e-4)
            << name << " of " << i << " at " << k;
      }
    }
  }
}

TEST(ChurnActs, ActivityBeforeAndAfterWithItsEdges) {
  const Second at = 1'000 * kDay;
  std::vector<History> people = {
      {{.at = at - 60 * kDay}, {.at = at}},                // both, at their first seconds
      {{.at = at - 60 * kDay - 1}, {.at = at + 5}},        // too early before
      {{.at = at - 1}, {.at = at + 30 * kDay}},            // too late after
      {{.at = at - 1, .name = 1}, {.at = at, .name = 1}},  // the program's own words
      {}};
  timeline::TestBucket bucket(people);
  auto spec = std::make_shared<ActiveSpec>();
  spec->at = {at};
  spec->days_before = 60;
  spec->days_after = 30;
  ActiveScan scan(spec);
  scan.add(bucket.slice({[](const TestEvent&) { return true; }, timeline::named(1)}));
  const auto found = scan.finish();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].person, testing::ElementsAre(0, 2));
  EXPECT_THAT(found[0].after, testing::ElementsAre(1, 0));
}

TEST(Contracts, RunAsWasKnown) {
  const auto at = [](const std::string& day) { return *parse_instant(day + "T00:00:00Z"); };
  const auto ms = [&](const char* day) { return to_millis(at(day)); };
  const ContractNotes notes = {{.person = 1,
                                .contract = "a",
                                .known_ms = ms("2024-01-01"),
                                .start_ms = ms("2024-01-01"),
                                .end_ms = ms("2024-07-01")},
                               // Renewed before it ended.
                               {.person = 1,
                                .contract = "b",
                                .known_ms = ms("2024-06-20"),
                                .start_ms = ms("2024-07-01"),
                                .end_ms = ms("2025-01-01")},
                               // Cancelled early.
                               {.person = 1,
                                .contract = "b",
                                .known_ms = ms("2024-10-01"),
                                .start_ms = ms("2024-10-01"),
                                .end_ms = ms("2024-10-01"),
                                .ended = true}};
  EXPECT_FALSE(running_at(notes, at("2023-12-31"), at("2026-01-01")));
  EXPECT_EQ(running_at(notes, at("2024-03-01"), at("2024-03-01"))->end_ms, ms("2024-07-01"));
  EXPECT_FALSE(running_at(notes, at("2024-07-01"), at("2024-06-01")));  // not known to be renewed
  EXPECT_TRUE(running_at(notes, at("2024-07-01"), at("2024-07-01")));
  EXPECT_EQ(running_at(notes, at("2024-09-01"), at("2024-09-01"))->end_ms, ms("2025-01-01"));
  EXPECT_FALSE(running_at(notes, at("2024-11-01"), at("2024-11-01")));
  EXPECT_FALSE(running_at({}, at("2024-11-01"), at("2024-11-01")));
}

// People who look around every other day; of every third the visits thin out before they end.
class ChurnOverTimeline : public ModelsOverHttp {
 protected:
  void visits(int people, int length) {
    const Instant start = now_ - days(length);
    for (int i = 0; i < people; ++i) {
      const std::string user = "u" + std::to_string(i);
      const bool fades = i % 3 == 0;
      const int until = fades ? 60 + (i * 11) % (length - 60) : length;
      for (int day = i % 2; day < until; day += fades && day > until - 40 ? 7 : 2)
        track(user, "Seen", start + days(day) + 1h);
      track(user, "Segment Entered", start + days(length - 1));  // said of them, not done
      order(user, start + days(i % 20));
    }
    take();
  }
  Json trained(const Json& settings) {
    call("PUT", "/v1/value/churn/settings", settings);
    call("POST", "/v1/value/churn/train", Json::object(), 202);
    models_->train_asked();
    return call("GET", "/v1/value/churn");
  }
};

TEST_F(ChurnOverTimeline, LearnsWhoFallsSilentWithoutOrders) {
  visits(450, 200);
  const Json churn = trained({{"label", "no_activity"}, {"horizon_days", 30}});
  ASSERT_TRUE(churn["error"].is_null()) << churn["error"];
  const Json& card = churn["model"]["card"];
  EXPECT_EQ(card["faults"], Json::array()) << card;
  EXPECT_GT(card["quality"]["auc"], 0.7);
  EXPECT_EQ(churn["model"]["settings"]["label"], "no_activity");
  std::set<std::string> columns;
  for (const Json& one : churn["model"]["importance"]) columns.insert(one["column"]);
  EXPECT_TRUE(columns.contains("active_trend"));
  EXPECT_TRUE(columns.contains("has_ordered"));
  // Who is asked about now was active within two horizons.
  size_t asked = 0;
  for (const Json& band : churn["scores"]["bands"]) asked += people(band["set"]).size();
  EXPECT_EQ(asked, churn["scores"]["people"].get<size_t>());
  EXPECT_LT(asked, 450u);
  EXPECT_GE(asked, 300u);
}

TEST_F(ChurnOverTimeline, OrdersComeWithWhatTheTimelineTells) {
  const Instant start = now_ - days(200);
  // Orders say nothing: who complains leaves.
  for (int i = 0; i < 400; ++i) {
    const std::string user = "u" + std::to_string(i);
    const bool leaves = i % 3 == 0;
    const int until = leaves ? 60 + (i * 11) % 130 : 200;
    int last = 0;
    for (int day = i % 10; day < until; day += 10) order(user, start + days(last = day));
    // Most who leave have complained before, and so have some who stay: no column tells all.
    if (leaves ? i % 5 != 0 : i % 7 == 0)
      track(user, "Complaint Opened", start + days(leaves ? last : 50) + 1h);
  }
  take();
  const Json churn = trained({{"horizon_days", 30}});
  ASSERT_TRUE(churn["error"].is_null()) << churn["error"];
  const Json& card = churn["model"]["card"];
  EXPECT_EQ(card["faults"], Json::array()) << card;
  EXPECT_GT(card["quality"]["auc"], 0.8);
}

TEST_F(ChurnOverTimeline, ContractsThatAreNotRenewed) {
  // Contracts of 60 days; who looks around renews, of the others each time a half: no column tells
  // all.
  const Instant start = now_ - days(240);
  std::mt19937_64 random(5);
  for (int i = 0; i < 500; ++i) {
    const std::string user = "u" + std::to_string(i);
    const bool looks = i % 2 == 0;
    for (int k = 0; k < 4; ++k) {
      const Instant from = start + days(i % 60 + 60 * k);
      track(user, "Contract Recorded", from,
            {{"contract_id", user + "-" + std::to_string(k)},
             {"start", format_instant(from)},
             {"end", format_instant(from + days(60))}});
      for (int day = 0; looks && day < 60; day += 3) track(user, "Seen", from + days(day) + 1h);
      if (!looks && random() % 2 == 0) break;
    }
  }
  take();
  const Json churn = trained({{"label", "contract_ended"}, {"horizon_days", 60}});
  ASSERT_TRUE(churn["error"].is_null()) << churn["error"];
  EXPECT_GT(churn["model"]["card"]["quality"]["auc"], 0.7);
  std::set<std::string> columns;
  for (const Json& one : churn["model"]["importance"]) columns.insert(one["column"]);
  EXPECT_TRUE(columns.contains("contract_ends_in"));
}

// Whoever was a visitor at a cut-off and signed up later is known today because they came back:
// learning from them would teach that visitors stay.
TEST_F(ChurnOverTimeline, WhoBecameKnownLaterIsNotLearnedFrom) {
  visits(60, 200);
  const Instant learned_at = now_ - days(60), tested_at = now_ - days(30);
  const auto visit = [&](int i, Instant at, bool signs_up) {
    events::Event event;
    event.source = "shop";
    event.message_id = (signs_up ? "sign-up-" : "visit-") + std::to_string(i) + format_instant(at);
    event.type = signs_up ? events::Type::kIdentify : events::Type::kTrack;
    event.name = signs_up ? "" : "Seen";
    event.anonymous_id = "visitor" + std::to_string(i);
    if (signs_up) event.user_id = "late" + std::to_string(i);
    event.timestamp = event.received_at = at;
    waiting_.push_back(std::move(event));
  };
  for (int i = 0; i < 20; ++i) {
    for (int day = 100; day > 0; day -= 5) visit(i, now_ - days(day), false);
    visit(i, i < 10 ? learned_at : learned_at - 1ms, true);
  }
  take();
  const auto known = followed_.database->read(people::known_since);
  ASSERT_TRUE(known);
  ASSERT_EQ(known->person.size(), 80u);
  EXPECT_TRUE(std::ranges::is_sorted(known->person));
  const auto book = *followed_.books->get();
  const ChurnSource source{.book = *book,
                           .timeline = *view_of(*followed_.timeline),
                           .known = std::make_shared<const people::KnownSince>(*known)};
  const ChurnSettings settings{.label = ChurnLabel::kNoActivity, .horizon_days = 30};
  const auto rows = churn_rows(source, settings, learned_at, tested_at);
  ASSERT_TRUE(rows) << rows.error().text();
  const auto has = [](const Asked& asked, PersonId id) {
    return std::ranges::binary_search(asked.person, id);
  };
  for (int i = 0; i < 20; ++i) {
    const PersonId late = person("late" + std::to_string(i));
    EXPECT_EQ(has(rows->learned, late), i >= 10) << i;  // known in the instant itself is too late
    EXPECT_TRUE(has(rows->tested, late)) << i;
  }
}

// As after an update that has other columns: nobody waits for days until it can tell again.
TEST_F(ChurnOverTimeline, OtherColumnsAreLearnedAtOnce) {
  visits(450, 200);
  const Json settings = {{"label", "no_activity"}, {"horizon_days", 30}};
  ASSERT_EQ(trained(settings)["model"]["card"]["faults"], Json::array());
  models_->train_due();
  EXPECT_EQ(call("GET", "/v1/value/churn")["model"]["version"], 1);
  const auto kept = followed_.database->write([&](store::Connection& c) -> Result<int64_t> {
    Json document = *TRY(newest_model(c, kChurnKind));
    document["columns"][0] = "of_before";
    return keep_model(c, kChurnKind, now_, document);
  });
  ASSERT_TRUE(kept) << kept.error().text();
  serve();
  EXPECT_TRUE(call("GET", "/v1/value/churn")["scores"].is_null());
  models_->train_due();
  const Json churn = call("GET", "/v1/value/churn");
  EXPECT_EQ(churn["model"]["version"], 3) << churn["error"];
  EXPECT_FALSE(churn["scores"].is_null());
}

TEST_F(ChurnOverTimeline, APlantedLeakIsRefused) {
  visits(300, 200);
  std::vector<ActFeature> features(act_features().begin(), act_features().end());
  features.push_back({"visits_soon", [](const Acts& acts, Second at) {
                        return static_cast<double>(std::ranges::count_if(
                            acts.use, [&](Second when) { return when < at + 10 * kDay; }));
                      }});
  const auto book = *followed_.books->get();
  ChurnSource source{
      .book = *book, .timeline = *view_of(*followed_.timeline), .features = features};
  const ChurnSettings settings{.label = ChurnLabel::kNoActivity, .horizon_days = 30};
  const auto rows = churn_rows(source, settings, now_ - days(60), now_ - days(30));
  ASSERT_TRUE(rows) << rows.error().text();
  EXPECT_THAT(rows->leaks, testing::Contains("visits_soon"));
  const auto refused = train_churn_rows(*rows, now_ - days(60), now_ - days(30), settings, now_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("visits_soon"));
  const auto leaks = [&] {
    return churn_rows(source, settings, now_ - days(60), now_ - days(30))->leaks;
  };
  // That it is called one of use excuses it from nothing but to tell all of what was known.
  features.back().of_use = true;
  EXPECT_THAT(leaks(), testing::ElementsAre("visits_soon"));
  // What tells all and is no use is refused without having looked ahead.
  features.back() = {"told_of_them", act_features()[0].value};
  EXPECT_THAT(leaks(), testing::ElementsAre("told_of_them"));
  // The features that are there look at nothing that was not known, and yet may tell all.
  source.features = act_features();
  EXPECT_THAT(columns_that_tell_all(
                  churn_rows(source, settings, now_ - days(60), now_ - days(30))->learned.table),
              testing::Contains("active_days_30"));
  EXPECT_THAT(leaks(), testing::IsEmpty());
}

TEST_F(ChurnOverTimeline, WhatTheLabelNeedsIsSaid) {
  const auto book = *followed_.books->get();
  const ChurnSource alone{.book = *book};
  for (const ChurnLabel label : {ChurnLabel::kNoActivity, ChurnLabel::kContractEnded}) {
    const auto rows = churn_rows(alone, {.label = label}, now_, now_);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, Code::kConflict);
    EXPECT_EQ(rows.error().where, "label");
  }
  track("u1", "Seen", now_ - days(1));
  take();
  const Json churn = trained({{"label", "contract_ended"}});
  EXPECT_EQ(churn["error_why"], "nobody_then") << churn["error"];
  call("PUT", "/v1/value/churn/settings", {{"label", "luck"}}, 400);
  call("PUT", "/v1/value/churn/settings", {{"activity", {""}}}, 400);
  call("PUT", "/v1/value/churn/settings", {{"contract_ended", Json(17, "a")}}, 400);
}

}  // namespace
}  // namespace perennial::value
