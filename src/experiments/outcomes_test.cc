#include "experiments/outcomes.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "experiments/judge.h"
#include "timeline/testing.h"

namespace perennial::experiments {
namespace {

using proof::mean_of;
using proof::ratio_of;

using timeline::History;
using timeline::TestEvent;
using Kind = Measure::Kind;
using From = Source::From;

// Names 0 and 1 are exposures to the two arms, 2 to another one; 3 and 4 are what is counted.
constexpr Second kBegan = 1'000'000;
constexpr uint32_t kOtherArm = 2, kSeen = 3, kPaid = 4;

struct World {
  std::vector<History> people;
  std::shared_ptr<people::OrderBook> book = std::make_shared<people::OrderBook>();
  OutcomePlan plan;
};

OutcomePlan plan_of(Second until) {
  const Source seen{From::kEvents, 3, false}, paid{From::kEvents, 4, true};
  const Source orders{From::kOrders, 0, false}, revenue{From::kOrders, 0, true};
  OutcomePlan plan;
  plan.arms = 2;
  plan.from = kBegan;
  plan.exposed_until = until;
  plan.days = (until - kBegan) / kDay + 1;
  plan.measures = {
      {.kind = Kind::kProportion, .of = seen, .per = {}, .before = 10 * kDay, .until = until},
      {.kind = Kind::kCount, .of = seen, .per = {}, .window = 3 * kDay, .until = until},
      {.kind = Kind::kMean,
       .of = paid,
       .per = {},
       .before = 5 * kDay,
       .until = until,
       .keep = true},
      {.kind = Kind::kRatio, .of = paid, .per = seen, .before = 9 * kDay, .until = until},
      {.kind = Kind::kRetention, .of = seen, .per = {}, .until = until, .day = 2 * kDay},
      {.kind = Kind::kProportion, .of = orders, .per = {}, .window = 4 * kDay, .until = until},
      {.kind = Kind::kRevenue, .of = revenue, .per = {}, .before = 8 * kDay, .until = until},
      {.kind = Kind::kRatio, .of = revenue, .per = orders, .until = until},
      {.kind = Kind::kRevenue,
       .of = revenue,
       .per = {},
       .costs = {{seen, 40}, {paid, 1.5}, {seen, -3}},
       .window = 6 * kDay,
       .before = 4 * kDay,
       .until = until},
  };
  return plan;
}

World draw_world(std::mt19937_64& random, size_t people) {
  World world;
  const Second until = kBegan + 20 * kDay;
  world.plan = plan_of(until);
  const auto moment = [&] { return kBegan - 12 * kDay + random() % (35 * kDay); };
  for (size_t person = 0; person < people; ++person) {
    History history;
    const size_t exposures = random() % 10 == 0 ? 0 : 1 + random() % 2;
    const uint32_t arm = random() % 12 == 0 ? kOtherArm : random() % 2;
    for (size_t i = 0; i < exposures; ++i) {
      const uint32_t in = random() % 15 == 0 ? 1 - arm % 2 : arm;
      history.push_back({.at = static_cast<Second>(kBegan + random() % (22 * kDay)), .name = in});
    }
    for (size_t i = random() % 6; i > 0; --i) {
      TestEvent event{.at = static_cast<Second>(moment()), .name = random() % 2 ? kSeen : kPaid};
      if (random() % 8 != 0) event.number = static_cast<double>(random() % 1'000) / 4 - 20;
      history.push_back(event);
    }
    if (!history.empty() && random() % 4 == 0) {  // at the very moment of the exposure
      history.push_back({.at = history[0].at, .name = kSeen});
    }
    world.people.push_back(std::move(history));
    std::vector<Second> ordered(person == 0 ? 0 : random() % 4);
    for (Second& at : ordered) at = static_cast<Second>(moment());
    std::ranges::sort(ordered);
    for (Second at : ordered) {
      const bool refund = random() % 5 == 0;
      world.book->person.push_back(static_cast<int64_t>(person));
      world.book->at_ms.push_back(int64_t{at} * 1000 + static_cast<int64_t>(random() % 1000));
      world.book->amount_minor.push_back(static_cast<int64_t>(random() % 9'000) *
                                         (refund ? -1 : 1));
      world.book->refund.push_back(refund);
    }
  }
  world.plan.book = world.book;
  return world;
}

// The rules of outcomes.h once more, person by person and without a thought for speed.
struct Twin {
  const World& world;

  struct Happened {
    Second at;
    double amount;
  };
  std::vector<Happened> all_of(const Source& source, size_t person) const {
    std::vector<Happened> all;
    for (const TestEvent& e : world.people[person]) {
      if (source.from != From::kEvents || e.name != source.selector) continue;
      if (!source.sum || std::isfinite(e.number)) all.push_back({e.at, source.sum ? e.number : 1});
    }
    const auto& book = *world.book;
    for (size_t row = 0; row < book.rows(); ++row) {
      if (source.from != From::kOrders || book.person[row] != static_cast<int64_t>(person))
        continue;
      const double amount = static_cast<double>(book.amount_minor[row]);
      if (source.sum || !book.refund[row]) {
        all.push_back({static_cast<Second>(book.at_ms[row] / 1000), source.sum ? amount : 1});
      }
    }
    return all;
  }
  // -1 none, -2 mixed, -3 elsewhere.
  std::pair<int, Second> exposure(size_t person) const {
    std::map<uint32_t, Second> first;
    for (const TestEvent& e : world.people[person]) {
      if (e.name > kOtherArm || e.at < world.plan.from || e.at >= world.plan.exposed_until)
        continue;
      if (!first.contains(e.name) || e.at < first[e.name]) first[e.name] = e.at;
    }
    if (first.empty()) return {-1, 0};
    if (first.size() > 1) return {-2, 0};
    return {first.begin()->first == kOtherArm ? -3 : static_cast<int>(first.begin()->first),
            first.begin()->second};
  }
  double sum(const MeasurePlan& m, const Source& source, size_t person, Second from, Second to,
             bool numerator) const {
    double total = 0;
    bool any = false;
    for (const Happened& h : all_of(source, person)) {
      if (h.at < from || h.at >= to) continue;
      total += h.amount;
      any = true;
    }
    const bool share = m.kind == Kind::kProportion || m.kind == Kind::kRetention;
    return share && numerator ? (any ? 1 : 0) : total;
  }
  std::optional<Moments::Values> values(const MeasurePlan& m, size_t person, Second exposed,
                                        Second now) const {
    Second from = exposed, to = m.window ? std::min(exposed + m.window, now) : now;
    if (m.kind == Kind::kRetention) {
      from = exposed + m.day, to = from + kDay;
      if (to > now) return std::nullopt;
    }
    const auto net = [&](Second begin, Second end) {
      double left = sum(m, m.of, person, begin, end, true);
      for (const auto& cost : m.costs)
        left -= cost.minor * sum(m, cost.of, person, begin, end, false);
      return left;
    };
    Moments::Values v{net(from, to), sum(m, m.per, person, from, to, false)};
    if (m.before) {
      v[2] = net(exposed - m.before, exposed);
      v[3] = sum(m, m.per, person, exposed - m.before, exposed, false);
    }
    return v;
  }
};

void expect_close(double a, double b, const std::string& what) {
  EXPECT_NEAR(a, b, 1e-9 * std::max(std::abs(a), std::abs(b)) + 1e-6) << what;
}

void expect_same(const Moments& fast, const Moments& slow, const std::string& what) {
  ASSERT_EQ(fast.n(), slow.n()) << what;
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = i; j < 4; ++j) {
      const auto a = static_cast<Number>(i), b = static_cast<Number>(j);
      expect_close(fast.comoment(a, b), slow.comoment(a, b), what);
    }
    expect_close(fast.mean(static_cast<Number>(i)), slow.mean(static_cast<Number>(i)), what);
  }
}

OutcomeTable run(const World& world) {
  timeline::TestBucket bucket(world.people);
  std::vector<timeline::TestSelector> selectors;
  for (uint32_t name = 0; name <= kPaid; ++name) selectors.push_back(timeline::named(name));
  Outcomes whole(std::make_shared<OutcomePlan>(world.plan)), part = whole;
  part.add(bucket.slice(selectors));
  whole.merge(part);
  return whole.finish(1);
}

TEST(Outcomes, AgreeWithTheirSlowTwin) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  for (int round = 0; round < 30; ++round) {
    const World world = draw_world(random, 1 + random() % 300);
    const Twin twin{world};
    OutcomeTable table = run(world);
    int64_t mixed = 0, elsewhere = 0;
    std::vector<std::vector<Moments>> moments(world.plan.measures.size(), std::vector<Moments>(2));
    for (size_t person = 0; person < world.people.size(); ++person) {
      const auto [arm, at] = twin.exposure(person);
      mixed += arm == -2, elsewhere += arm == -3;
      if (arm < 0) continue;
      for (size_t i = 0; i < moments.size(); ++i) {
        const auto& m = world.plan.measures[i];
        if (const auto v = twin.values(m, person, at, m.until)) moments[i][size_t(arm)].add(*v);
      }
    }
    EXPECT_EQ(table.mixed, mixed);
    EXPECT_EQ(table.elsewhere, elsewhere);
    for (size_t i = 0; i < moments.size(); ++i) {
      for (size_t arm = 0; arm < 2; ++arm) {
        expect_same(table.measures[i].arms[arm], moments[i][arm],
                    "measure " + std::to_string(i) + " arm " + std::to_string(arm));
      }
    }
  }
}

// At the end of each day the sums are those of an experiment that ended then.
TEST(Outcomes, KnowEveryDayWhatTheyWouldHaveSaid) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  for (int round = 0; round < 10; ++round) {
    const World world = draw_world(random, 200);
    const OutcomeTable table = run(world);
    const auto day = static_cast<uint32_t>(random() % 20);
    World earlier = world;
    earlier.plan.exposed_until = kBegan + (day + 1) * kDay;
    for (MeasurePlan& m : earlier.plan.measures) m.until = earlier.plan.exposed_until;
    const OutcomeTable then = run(earlier);
    if (then.mixed != table.mixed) continue;  // somebody met the other arm later
    for (size_t i = 0; i < table.measures.size(); ++i) {
      const MeasurePlan& m = world.plan.measures[i];
      for (size_t arm = 0; arm < 2; ++arm) {
        const auto now = estimate_of_day(m.kind, table.measures[i].daily[arm], day);
        const Moments& past = then.measures[i].arms[arm];
        if (past.n() == 0) continue;
        const auto expected =
            m.kind == Kind::kRatio ? ratio_of(past) : std::optional(mean_of(past));
        ASSERT_EQ(now.has_value(), expected.has_value()) << i;
        if (!now) continue;
        EXPECT_EQ(now->n, expected->n) << i;
        expect_close(now->value, expected->value, "value of measure " + std::to_string(i));
        EXPECT_NEAR(now->variance, expected->variance, 1e-6 * expected->variance + 1e-6) << i;
      }
    }
  }
}

TEST(Outcomes, ListWhomTheyCount) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const World world = draw_world(random, 400);
  timeline::TestBucket bucket(world.people);
  std::vector<timeline::TestSelector> selectors;
  for (uint32_t name = 0; name <= kPaid; ++name) selectors.push_back(timeline::named(name));
  const OutcomeTable table = run(world);
  const Outcomes kernel(std::make_shared<OutcomePlan>(world.plan));
  for (size_t arm = 0; arm < 2; ++arm) {
    timeline::Crowd everybody, did;
    kernel.collect(bucket.slice(selectors), {.arm = arm, .measure = {}}, everybody);
    kernel.collect(bucket.slice(selectors), {.arm = arm, .measure = 0}, did);
    EXPECT_EQ(everybody.size(), table.exposed[arm]);
    EXPECT_EQ(did.size(), std::llround(table.measures[0].arms[arm].sum(Number::kValue)));
  }
  timeline::Crowd mixed;
  kernel.collect(bucket.slice(selectors), {.arm = {}, .measure = {}}, mixed);
  EXPECT_EQ(mixed.size(), table.mixed);
}

TEST(Outcomes, TakeGivenPeopleBeyondTheTimeline) {
  auto exposed = std::make_shared<Exposed>();
  exposed->put(3, 0, kBegan);
  exposed->put(5'000, 1, kBegan + 5);
  exposed->put(0, 1, kBegan);  // nobody
  OutcomePlan plan;
  plan.from = kBegan;
  plan.exposed = exposed;
  plan.measures = {
      {.kind = Kind::kRevenue, .of = {From::kOrders, 0, true}, .per = {}, .until = kBegan + kDay}};
  auto book = std::make_shared<people::OrderBook>();
  book->person = {0, 3, 5'000, 5'000};
  book->at_ms = {int64_t{kBegan} * 1000, int64_t{kBegan} * 1000, int64_t{kBegan} * 1000,
                 int64_t{kBegan + 9} * 1000};
  book->amount_minor = {1, 100, 50, 70};
  book->refund = {0, 0, 0, 0};
  plan.book = book;
  const OutcomeTable table = Outcomes(std::make_shared<OutcomePlan>(plan)).finish(0);
  EXPECT_EQ(table.exposed, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(table.measures[0].arms[0].sum(Number::kValue), 100);
  EXPECT_EQ(table.measures[0].arms[1].sum(Number::kValue), 70);  // the other was before
}

TEST(CapValues, CutsToTheQuantileOfTheNonZero) {
  Tally tally;
  tally.arms.resize(2);
  tally.kept.resize(2);
  for (int i = 1; i <= 100; ++i) tally.kept[i % 2].push_back({double(i), 0, 0, 0});
  for (int i = 0; i < 900; ++i) tally.kept[0].push_back({});
  EXPECT_EQ(cap_values(tally, 0.9), 90);
  EXPECT_EQ(tally.arms[1].n(), 50);
  EXPECT_DOUBLE_EQ(tally.arms[0].sum(Number::kValue) + tally.arms[1].sum(Number::kValue),
                   90 * 91 / 2 + 10 * 90);
  EXPECT_FALSE(cap_values(tally, 1));
}

}  // namespace

namespace {

// `treated` and `control` of 1,000 people did it, with nothing before.
OutcomeTable of_rates(std::vector<int64_t> did, std::vector<int64_t> of) {
  OutcomeTable table;
  table.exposed = of;
  Tally tally;
  tally.kept.resize(of.size());
  tally.daily.resize(of.size());
  for (size_t arm = 0; arm < of.size(); ++arm) {
    Moments m;
    for (int64_t i = 0; i < of[arm]; ++i) m.add({i < did[arm] ? 1.0 : 0.0, 0, 0, 0});
    tally.arms.push_back(m);
  }
  table.measures.push_back(tally);
  return table;
}

Judgement judged(OutcomeTable table, JudgeRules rules = {}, Measure measure = {}) {
  if (rules.weights.empty()) rules.weights.assign(table.exposed.size(), 1);
  return judge({measure}, table, rules);
}

TEST(Judge, FindsWhatWorksAndWhatHurts) {
  EXPECT_EQ(judged(of_rates({200, 300}, {1000, 1000})).verdict, Verdict::kWorks);
  EXPECT_EQ(judged(of_rates({300, 200}, {1000, 1000})).verdict, Verdict::kHurts);
  EXPECT_EQ(judged(of_rates({200, 205}, {1000, 1000})).verdict, Verdict::kNoDifference);
  Measure complaints;
  complaints.more_is_better = false;
  EXPECT_EQ(judged(of_rates({200, 300}, {1000, 1000}), {}, complaints).verdict, Verdict::kHurts);
}

TEST(Judge, SaysWhyItCannotTell) {
  EXPECT_EQ(judged(of_rates({0, 0}, {0, 0})).why, "no_exposures");
  for (int64_t few = 0; few <= 5; ++few) {
    const Judgement j = judged(of_rates({few, 0}, {few, few}));
    EXPECT_EQ(j.verdict, Verdict::kCannotTell);
    EXPECT_EQ(j.why, few == 0 ? "no_exposures" : "few_people");
  }
  const Judgement mismatch = judged(of_rates({200, 300}, {1000, 1300}));
  EXPECT_FALSE(mismatch.drawn_well);
  EXPECT_EQ(mismatch.why, "sample_ratio_mismatch");
  EXPECT_TRUE(judged(of_rates({900, 900}, {5164, 4836})).drawn_well);
  EXPECT_FALSE(judged(of_rates({900, 900}, {5165, 4835})).drawn_well);
  EXPECT_EQ(judged(of_rates({0, 0}, {500, 500})).why, "no_variation");
  EXPECT_EQ(judged(of_rates({200, 300}, {1000, 1000}), {.weights = {}, .sequential = false}).why,
            "not_over");
  EXPECT_EQ(judged(of_rates({200, 300}, {1000, 1000}),
                   {.weights = {}, .sequential = false, .complete = true})
                .verdict,
            Verdict::kWorks);
}

TEST(Judge, CorrectsForManyArms) {
  // One of nine arms is a little better by chance: alone it would pass, among nine it does not.
  std::vector<int64_t> did(10, 500), of(10, 1000);
  did[4] = 545;
  const JudgeRules fixed{
      .weights = std::vector<double>(10, 1), .sequential = false, .complete = true};
  const Judgement j = judged(of_rates(did, of), fixed);
  const auto& effect = j.measures[0].effects[3];
  EXPECT_LT(*effect.absolute.p_value, 0.05);
  EXPECT_GT(*effect.p_adjusted, 0.05);
  EXPECT_EQ(j.verdict, Verdict::kNoDifference);
}

TEST(Judge, SpeaksForTheBestArm) {
  const Judgement j = judged(of_rates({200, 300, 420, 90}, {1000, 1000, 1000, 1000}));
  EXPECT_EQ(j.verdict, Verdict::kWorks);
  EXPECT_EQ(j.deciding_arm, 2U);
  EXPECT_EQ(j.measures[0].effects[2].verdict, Verdict::kHurts);
}

TEST(Judge, TellsWhatTheSizeCanShow) {
  const Judgement j = judged(of_rates({100, 100}, {1000, 1000}));
  EXPECT_NEAR(*j.detectable, 2.8016 * std::sqrt(0.0900901 * 2 / 1000), 1e-4);
  EXPECT_NEAR(*j.detectable_relative, *j.detectable / 0.1, 1e-9);
}

// Experiments in which nothing happens: a wrong verdict at most as often as promised.
TEST(Judge, KeepsItsPromiseOnExperimentsWithoutEffect) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  std::binomial_distribution<int64_t> draw(400, 0.3);
  int wrong = 0;
  constexpr int kRepeats = 800;
  for (int i = 0; i < kRepeats; ++i) {
    const Judgement j =
        judged(of_rates({draw(random), draw(random), draw(random)}, {400, 400, 400}),
               {.weights = {}, .sequential = false, .complete = true});
    bool any = false;
    for (const auto& e : j.measures[0].effects) any |= e.verdict != Verdict::kNoDifference;
    wrong += any;
  }
  EXPECT_LE(wrong, kRepeats * 8 / 100);
}

}  // namespace

}  // namespace perennial::experiments
