// The health score: parts and weights, what the timeline knows against a slow twin, alerts.
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "timeline/testing.h"
#include "value/health_scan.h"
#include "value/usual_gaps.h"

namespace perennial::value {
namespace {

using testing::ElementsAre;
using timeline::History;
using timeline::kBucketPeople;
using timeline::Second;
using timeline::TestEvent;

constexpr Present kAll = {true, true, true, true, true};
constexpr Second kDay = 86'400;

Instant at_day(double day) {
  return from_millis(static_cast<int64_t>(day * 86'400'000) + 1'600'000'000'000);
}

HealthFacts well() {
  return {.days_since_order = 10,
          .usual_gap_days = 20,
          .active_days = 8,
          .usual_active_days = 8,
          .answer = 0.9,
          .answered_at = at_day(90)};
}

TEST(HealthParts, EachMeasureByItself) {
  HealthFacts facts = well();
  auto parts = [&] { return parts_of(facts, kAll); };
  EXPECT_THAT(parts(), ElementsAre(100, 100, 100, 90, 100));
  facts.days_since_order = 20;  // one usual gap
  EXPECT_EQ(parts()[0], 100);
  facts.days_since_order = 50;  // two and a half of them: half way to four
  EXPECT_EQ(parts()[0], 50);
  facts.days_since_order = 81;
  EXPECT_EQ(parts()[0], 0);
  facts.active_days = 2;
  EXPECT_EQ(parts()[1], 25);
  facts.active_days = 40;
  EXPECT_EQ(parts()[1], 100);
  facts.usual_active_days = facts.active_days = 0;
  EXPECT_FALSE(parts()[1]);
  facts.days_since_solved = 29;
  EXPECT_EQ(parts()[2], kPartlyWell);
  facts.days_since_solved = 30;
  EXPECT_EQ(parts()[2], 100);
  facts.open_complaints = 1;
  EXPECT_EQ(parts()[2], 0);
  facts.answer.reset();
  EXPECT_FALSE(parts()[3]);
  facts.failed_at = at_day(1);
  EXPECT_EQ(parts()[4], kPartlyWell);
  facts.unpaid = true;
  EXPECT_EQ(parts()[4], 0);
  EXPECT_FALSE(parts_of(facts, {true, true, true, true, false})[4]);
}

TEST(HealthParts, WeightsOfWhatIsMissingAreShared) {
  const Weights weights = {40, 25, 15, 10, 10};
  Parts parts = {100, 0, 100, std::nullopt, std::nullopt};
  EXPECT_DOUBLE_EQ(*score_of(parts, weights), 55.0 / 80 * 100);
  const auto lost = points_lost(parts, weights);
  EXPECT_DOUBLE_EQ(lost[1], 25.0 / 80 * 100);
  EXPECT_DOUBLE_EQ(lost[0] + lost[1] + lost[2] + lost[3] + lost[4] + *score_of(parts, weights),
                   100);
  EXPECT_FALSE(score_of({}, weights));
  EXPECT_FALSE(score_of({std::nullopt, 50}, {1, 0, 0, 0, 0}));
  HealthSettings settings;
  EXPECT_EQ(light_of(39.9, settings), Light::kRed);
  EXPECT_EQ(light_of(40, settings), Light::kAmber);
  EXPECT_EQ(light_of(70, settings), Light::kGreen);
}

TEST(HealthParts, TheGapOfFewOrdersIsThatOfAll) {
  EXPECT_EQ(expected_gap({}, 30), 30);
  EXPECT_EQ(expected_gap(std::vector<double>{10}, 40), 30);       // (10 + 2 × 40) / 3
  EXPECT_EQ(expected_gap(std::vector<double>(8, 10.0), 40), 16);  // (80 + 80) / 10
  OrderBook book;
  const auto add = [&](PersonId person, double day, bool refund = false) {
    book.person.push_back(person);
    book.at_ms.push_back(to_millis(at_day(day)));
    book.amount_minor.push_back(refund ? -100 : 100);
    book.refund.push_back(refund);
  };
  add(0, 3);
  add(1, 0), add(1, 0.5), add(1, 20), add(1, 21, true);  // one day of two orders, then a gap of 20
  add(2, 5);
  EXPECT_EQ(gap_of_all(book, at_day(30)), 20);
  EXPECT_EQ(gap_of_all(book, at_day(20)), 30);  // nobody had come back
  HealthFacts facts;
  add_order_facts(book, {.person = 1, .first = 1, .last = 5}, at_day(40), 20, facts);
  EXPECT_DOUBLE_EQ(facts.days_since_order, 20);
  EXPECT_DOUBLE_EQ(facts.usual_gap_days, 20);
}

// Intervals of Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
TEST(HealthCards, SharesComeWithWilsonsInterval) {
  const struct {
    int64_t left, people;
    double low, high;
  } rows[] = {{81, 263, 0.2553, 0.3662},
              {15, 148, 0.0624, 0.1605},
              {0, 20, 0, 0.1611},
              {1, 29, 0.0061, 0.1718}};
  for (const auto& row : rows) {
    const Share share = share_of(row.left, row.people);
    EXPECT_NEAR(share.low, row.low, 5e-5) << row.left;
    EXPECT_NEAR(share.high, row.high, 5e-5) << row.left;
  }
  EXPECT_EQ(share_of(0, 0).high, 0);
}

HealthRows made_up(int people, uint64_t seed, bool telling = true) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> part(0, 100), chance(0, 1);
  HealthRows rows;
  for (int i = 0; i < people; ++i) {
    Parts parts = {part(random), part(random), part(random), std::nullopt, part(random)};
    // Orders count for twice as much as use; complaints keep people; the rest says nothing.
    const double odds =
        telling ? -4 + 0.04 * (100 - *parts[0]) + 0.02 * (100 - *parts[1]) + 0.01 * *parts[2] : 0;
    rows.person.push_back(i + 1);
    rows.parts.push_back(parts);
    rows.left.push_back(chance(random) < 1 / (1 + std::exp(-odds)));
  }
  return rows;
}

TEST(HealthCards, WeightsAreThoseThatMadeTheData) {
  const auto weights = learn_weights(made_up(20'000, 7));
  ASSERT_TRUE(weights && *weights);
  const Weights& w = **weights;
  EXPECT_NEAR(w[0] / w[1], 2, 0.15);
  EXPECT_EQ(w[2], 0);  // it would be negative
  EXPECT_EQ(w[3], 0);  // no data
  EXPECT_LT(w[4], 3);
  EXPECT_NEAR(w[0] + w[1] + w[2] + w[3] + w[4], 100, 1e-9);
  HealthRows nobody_left = made_up(50, 7);
  nobody_left.left.assign(50, 0);
  ASSERT_TRUE(learn_weights(nobody_left));
  EXPECT_FALSE(*learn_weights(nobody_left));
  EXPECT_TRUE(learn_weights({}));
}

TEST(HealthCards, SaysWhoLeftAtWhichScore) {
  const HealthRows rows = made_up(4'000, 11);
  const HealthSettings settings;
  const HealthCard card = test_health(rows, {60, 30, 0, 0, 10}, settings);
  EXPECT_TRUE(card.faults.empty());
  EXPECT_EQ(card.people, 4'000);
  EXPECT_GT(card.auc, 0.7);
  EXPECT_GT(card.lights[0].share, card.lights[1].share);
  EXPECT_GT(card.lights[1].share, card.lights[2].share);
  int64_t people = 0, left = 0;
  for (const Share& band : card.bands) {
    people += band.people;
    left += band.left;
  }
  EXPECT_EQ(people, card.people);
  EXPECT_EQ(left, card.left);
  EXPECT_GT(card.alone_auc[0], card.alone_auc[1]);
  EXPECT_EQ(card.alone_auc[3], 0.5);
  EXPECT_THAT(test_health(made_up(4'000, 3, false), {1, 1, 1, 1, 1}, settings).faults,
              ElementsAre("cannot_tell"));
  EXPECT_THAT(test_health(made_up(99, 11), {60, 30, 0, 0, 10}, settings).faults,
              testing::Contains("too_few_customers"));
  EXPECT_THAT(test_health({}, {1, 1, 1, 1, 1}, settings).faults,
              ElementsAre("too_few_customers", "cannot_tell"));
}

TEST(HealthCards, LeadTimeEndsWhenItCouldBeSaid) {
  const auto decline = [](double last, std::vector<std::pair<double, double>> scores) {
    Decline one{.last_order = at_day(last)};
    for (auto [day, score] : scores) one.scores.emplace_back(at_day(day), score);
    return one;
  };
  const std::vector<Decline> all = {
      decline(0, {{0, 10}, {10, 80}, {30, 39}, {60, 5}}),  // red at 30: 60 days before 90
      decline(10, {{20, 20}, {99, 0}}),                    // red at 20: 80 days
      decline(0, {{30, 40}, {90, 0}}),                     // red only when it could be said
      decline(0, {{80, 1}})};                              // 10 days
  const LeadTime lead = lead_time(all, std::chrono::days(90), 40);
  EXPECT_EQ(lead.left, 4);
  EXPECT_EQ(lead.warned, 3);
  EXPECT_EQ(lead.median_days, 60);
  EXPECT_EQ(lead.late_days, 10);
  EXPECT_EQ(lead_time({}, std::chrono::days(90), 40).median_days, 0);
}

// ---- what the timeline knows

enum Name : uint32_t { kPage, kOrder, kOpen, kClose, kAnswer, kFail, kPay, kNames };

// The same from a person's history, event by event.
HealthFacts twin(const History& history, Second at, double best) {
  HealthFacts facts;
  std::vector<int> use(120, 0);
  std::vector<Second> open;
  std::optional<Second> solved;
  const auto instant = [](Second s) { return from_millis(int64_t{s} * 1000); };
  for (const TestEvent& event : history) {
    if (event.at >= at) break;
    const Second days = (at - 1 - event.at) / kDay;
    if (event.name == kPage && days < 120) use[days] = 1;
    if (event.name == kOpen) open.push_back(event.at);
    if (event.name == kClose && !open.empty()) {
      open.erase(open.begin());
      solved = event.at;
    }
    if (event.name == kAnswer && !std::isnan(event.number) && days < 180) {
      facts.answer = std::clamp(event.number / best, 0.0, 1.0);
      facts.answered_at = instant(event.at);
    }
    if (event.name == kFail) {
      facts.failed_at = instant(event.at);
      facts.unpaid = true;
    }
    if (event.name == kPay) facts.unpaid = false;
  }
  for (int day = 0; day < 120; ++day)
    (day < 30 ? facts.active_days : facts.usual_active_days) += use[day];
  facts.usual_active_days /= 3;
  facts.open_complaints = static_cast<double>(open.size());
  if (!open.empty()) facts.complained_at = instant(open.back());
  if (solved) facts.days_since_solved = static_cast<double>(at - *solved) / kDay;
  if (facts.failed_at && !facts.unpaid && at - to_millis(*facts.failed_at) / 1000 > 30 * kDay)
    facts.failed_at.reset();
  return facts;
}

void expect_same(const HealthFacts& is, const HealthFacts& should, size_t person) {
  EXPECT_EQ(is.active_days, should.active_days) << person;
  EXPECT_DOUBLE_EQ(is.usual_active_days, should.usual_active_days) << person;
  EXPECT_EQ(is.open_complaints, should.open_complaints) << person;
  EXPECT_EQ(is.complained_at, should.complained_at) << person;
  EXPECT_EQ(is.days_since_solved, should.days_since_solved) << person;
  EXPECT_EQ(is.answer, should.answer) << person;
  EXPECT_EQ(is.answered_at, should.answered_at) << person;
  EXPECT_EQ(is.unpaid, should.unpaid) << person;
  EXPECT_EQ(is.failed_at, should.failed_at) << person;
}

TEST(HealthScanning, AgreesWithTheSlowTwin) {
  const uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::vector<History> people(200);
  const Second base = 400 * kDay;
  for (History& history : people) {
    const size_t events = random() % 60;
    for (size_t k = 0; k < events; ++k) {
      TestEvent event{.at = static_cast<Second>(base + random() % (250 * kDay)),
                      .name = static_cast<uint32_t>(random() % kNames)};
      if (random() % 8 == 0) event.at = base + 120 * kDay * static_cast<Second>(random() % 3);
      if (random() % 5 != 0) event.number = static_cast<double>(random() % 13) - 1;
      history.push_back(event);
    }
  }
  timeline::TestBucket bucket(people);
  std::vector<timeline::TestSelector> selectors = {[](const TestEvent&) { return true; }};
  for (uint32_t name = kOrder; name < kNames; ++name) selectors.push_back(timeline::named(name));
  auto spec = std::make_shared<HealthScanSpec>();
  spec->at = {base + 60 * kDay, base + 120 * kDay, base + 249 * kDay};
  timeline::Slice slice = bucket.slice(selectors);
  slice.bucket = 3;
  HealthScan first(spec), second(spec);
  timeline::Slice odd = slice, even = slice;
  for (uint32_t i = 0; i < kBucketPeople; ++i) {
    timeline::Crowd one;
    one.add(i);
    (i % 2 == 0 ? odd : even).who.remove(one);
  }
  first.add(odd);
  second.add(even);
  first.merge(second);
  std::vector<PersonId> asked;
  for (PersonId i = 0; i < 200; ++i) asked.push_back(3 * PersonId{kBucketPeople} + i);
  Present present{};
  const auto facts = first.finish(asked, present);
  for (size_t i = 0; i < people.size(); ++i) {
    for (size_t k = 0; k < spec->at.size(); ++k)
      expect_same(facts[i * 3 + k], twin(bucket.people()[i], spec->at[k], 10), i);
  }
  EXPECT_THAT(present, ElementsAre(false, true, true, true, true));
}

// ---- alerts

std::map<Alert, Raised> raised(const HealthFacts& before, const HealthFacts& now) {
  std::map<Alert, Raised> found;
  for (const Raised& one : alerts_of(5, before, now, at_day(100))) {
    EXPECT_EQ(one.person, 5);
    EXPECT_TRUE(found.emplace(one.alert, one).second);
  }
  return found;
}

TEST(HealthAlerts, NothingForThoseWhoAreWell) {
  EXPECT_TRUE(raised(well(), well()).empty());
  EXPECT_TRUE(raised({}, {}).empty());
}

TEST(HealthAlerts, EachSignalWithWhatItIsAbout) {
  HealthFacts now = well();
  now.days_since_order = 40;  // twice the gap of 20
  auto found = raised(well(), now);
  ASSERT_TRUE(found.contains(Alert::kOrderGap));
  EXPECT_EQ(found[Alert::kOrderGap].since, at_day(60));
  EXPECT_EQ(found[Alert::kOrderGap].value, 2);
  now.days_since_order = 39.9;
  EXPECT_TRUE(raised(well(), now).empty());
  now.days_since_order = 47;  // a week ago: no news
  EXPECT_TRUE(raised(well(), now).empty());

  now = well();
  now.active_days = 4;
  EXPECT_TRUE(raised(well(), now).contains(Alert::kActivity));
  EXPECT_FALSE(raised(now, now).contains(Alert::kActivity));
  now.usual_active_days = 3;
  now.active_days = 1;
  EXPECT_FALSE(raised(well(), now).contains(Alert::kActivity));

  now = well();
  now.open_complaints = 2;
  now.complained_at = at_day(99);
  EXPECT_EQ(raised(well(), now)[Alert::kComplaint].since, at_day(99));
  now.complained_at = at_day(93);
  EXPECT_FALSE(raised(well(), now).contains(Alert::kComplaint));

  now = well();
  now.answer = 0.6;
  now.answered_at = at_day(99);
  EXPECT_EQ(raised(well(), now)[Alert::kLowAnswer].value, 0.6);
  now.answer = 0.7;
  EXPECT_FALSE(raised(well(), now).contains(Alert::kLowAnswer));

  now = well();
  now.failed_at = at_day(98);
  EXPECT_FALSE(raised(well(), now).contains(Alert::kPayment));
  now.unpaid = true;
  EXPECT_EQ(raised(well(), now)[Alert::kPayment].since, at_day(98));
}

// ---- settings

TEST(HealthSettingsJson, RoundTripAndMistakes) {
  HealthSettings settings;
  settings.learned = true;
  settings.weights = {1, 2, 3, 4, 0};
  settings.events.payment_failed = {};
  const auto read = health_settings_from_json(to_json(settings));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(settings));
  const std::pair<Json, std::string> wrong[] = {
      {{{"colour", 1}}, "colour"},
      {{{"weights", {{"orders", -1}}}}, "weights.orders"},
      {{{"weights", {{"orders", 101}}}}, "weights.orders"},
      {{{"weights", {{"luck", 1}}}}, "weights.luck"},
      {{{"weights",
         {{"orders", 0}, {"use", 0}, {"support", 0}, {"satisfaction", 0}, {"payment", 0}}}},
       "weights"},
      {{{"red_below", 0}}, "red_below"},
      {{{"red_below", 70}}, "green_from"},
      {{{"events", {{"answered", "Survey"}}}}, "events.answered"},
      {{{"events", {{"answered", std::vector<std::string>(17, "a")}}}}, "events.answered"},
      {{{"events", {{"answer_best", 0}}}}, "events.answer_best"},
      {{{"owner_trait", ""}}, "owner_trait"},
      {{{"retrain_days", 366}}, "retrain_days"}};
  for (const auto& [json, where] : wrong) {
    const auto settings_read = health_settings_from_json(json);
    ASSERT_FALSE(settings_read) << json;
    EXPECT_EQ(settings_read.error().where, where) << json;
  }
  EXPECT_TRUE(
      health_settings_from_json({{"events", {{"answered", std::vector<std::string>(16, "a")}}}}));
}

}  // namespace
}  // namespace perennial::value
