#include "timeline/rfm.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

constexpr uint32_t kOrder = 1, kRefund = 2;

TestEvent order(Second at, double amount) { return {.at = at, .name = kOrder, .number = amount}; }

struct World {
  std::vector<TestBucket> buckets;
  std::vector<Crowd> who;
  RfmSpec spec;

  Slice slice(size_t bucket) {
    Slice slice = buckets[bucket].slice({named(kOrder), named(kRefund)});
    slice.who &= who[bucket];
    return slice;
  }
};

World random_world(std::mt19937_64& random) {
  World world;
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  world.spec.now = below(2) == 0 ? 1'000'000'000 : 1000;
  world.spec.decimals = static_cast<int>(below(4));
  world.spec.refunds = below(2) == 0;
  const uint64_t reach = below(2) == 0 ? 50 : world.spec.now + 500;  // many ties, or few
  const double money = below(2) == 0 ? 1 : 3000;
  for (int b = 0; b < 3; ++b) {
    std::vector<History> people(below(3) == 0 ? below(3) : below(150));
    Crowd who;
    for (uint32_t person = 0; person < people.size(); ++person) {
      const uint32_t events = below(4) == 0 ? below(2) : below(below(10) == 0 ? 1500 : 9);
      for (uint32_t i = 0; i < events; ++i) {
        const auto at = static_cast<Second>(std::max<int64_t>(
            0, int64_t{world.spec.now} + 20 - static_cast<int64_t>(random() % reach)));
        TestEvent event = order(at, std::round(below(1000) * money) / 100);
        if (below(6) == 0) event.name = kRefund;
        if (below(20) == 0) event.number = NAN;
        if (below(300) == 0) event.number = 1e12;
        people[person].push_back(event);
      }
      if (below(8) != 0) who.add(person);
    }
    world.buckets.emplace_back(people);
    world.who.push_back(who);
  }
  return world;
}

struct Customer {
  size_t bucket;
  uint32_t person;
  int64_t last, orders, amount;
};

std::vector<Customer> customers_of(const World& world) {
  std::vector<Customer> customers;
  const double scale = std::pow(10, world.spec.decimals);
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    for (uint32_t p = 0; p < world.buckets[b].people().size(); ++p) {
      if (!world.who[b].has(p)) continue;
      Customer one{.bucket = b, .person = p, .last = -1, .orders = 0, .amount = 0};
      for (const TestEvent& event : world.buckets[b].people()[p]) {
        if (event.at >= world.spec.now) continue;
        const int64_t units = std::isnan(event.number) ? 0 : std::llround(event.number * scale);
        if (event.name == kOrder) {
          one.last = event.at;
          ++one.orders;
          one.amount += units;
        } else if (world.spec.refunds) {
          one.amount -= units;
        }
      }
      if (one.orders > 0) customers.push_back(one);
    }
  }
  return customers;
}

// The rule word for word: a score s takes values that at least (s − 1) fifths of all lie below.
uint8_t score_by_rule(const std::vector<Customer>& all, int64_t Customer::* axis, int64_t value) {
  const auto below = std::ranges::count_if(all, [&](const Customer& c) { return c.*axis < value; });
  uint8_t score = 1;
  while (score < 5 && below * 5 >= static_cast<int64_t>(all.size()) * score) ++score;
  return score;
}

using Names = std::set<std::pair<size_t, uint32_t>>;

Names collected(World& world, const Rfm& rfm, const Rfm::Pick& pick) {
  Names names;
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    Crowd crowd;
    rfm.collect(world.slice(b), pick, crowd);
    crowd.for_each([&](uint32_t person) { names.insert({b, person}); });
  }
  return names;
}

struct Expected {
  std::array<Names, 125> names;
  std::array<int64_t, 125> orders{}, amount{};
  static size_t place(RfmScore s) {
    return static_cast<size_t>((s.recency - 1) * 25 + (s.frequency - 1) * 5 + s.monetary - 1);
  }
};

Expected expected_of(const std::vector<Customer>& customers) {
  Expected out;
  for (const Customer& one : customers) {
    const size_t cell = Expected::place({score_by_rule(customers, &Customer::last, one.last),
                                         score_by_rule(customers, &Customer::orders, one.orders),
                                         score_by_rule(customers, &Customer::amount, one.amount)});
    out.names[cell].insert({one.bucket, one.person});
    out.orders[cell] += one.orders;
    out.amount[cell] += one.amount;
  }
  return out;
}

void expect_table(World& world, const RfmTable& table, const Expected& expected) {
  RfmSpec fixed = world.spec;
  fixed.cuts = table.cuts;
  Rfm again(fixed);
  for (size_t b = 0; b < world.buckets.size(); ++b) again.add(world.slice(b));
  const RfmTable repeated = again.finish();
  EXPECT_EQ(repeated.people, table.people);
  const double scale = std::pow(10, world.spec.decimals);
  for (uint8_t r = 1; r <= 5; ++r) {
    for (uint8_t f = 1; f <= 5; ++f) {
      for (uint8_t m = 1; m <= 5; ++m) {
        const size_t cell = Expected::place({r, f, m});
        for (const RfmTable* of : {&table, &repeated}) {
          EXPECT_EQ(of->at({r, f, m}).people, expected.names[cell].size());
          EXPECT_EQ(of->at({r, f, m}).orders, static_cast<uint64_t>(expected.orders[cell]));
          EXPECT_DOUBLE_EQ(of->at({r, f, m}).amount,
                           static_cast<double>(expected.amount[cell]) / scale);
        }
        EXPECT_EQ(collected(world, again, {.recency = r, .frequency = f, .monetary = m}),
                  expected.names[cell]);
      }
    }
    Names of_recency;
    for (size_t cell = 0; cell < 25; ++cell) {
      const Names& names = expected.names[(r - 1U) * 25 + cell];
      of_recency.insert(names.begin(), names.end());
    }
    EXPECT_EQ(collected(world, again, {.recency = r, .frequency = {}, .monetary = {}}), of_recency);
  }
}

TEST(Rfm, AgreesWithTheRuleWordForWord) {
  for (uint64_t seed : seeds(30)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World world = random_world(random);
    ASSERT_TRUE(check(world.spec));
    Rfm all(world.spec), parts[2] = {all, all};
    for (size_t b = 0; b < world.buckets.size(); ++b) {
      all.add(world.slice(b));
      parts[random() % 2].add(world.slice(b));
    }
    Rfm copied = parts[0];
    copied.merge(parts[1]);
    parts[1].merge(std::move(parts[0]));
    const std::vector<Customer> customers = customers_of(world);
    const RfmTable table = all.finish();
    EXPECT_EQ(table.people, customers.size());
    EXPECT_EQ(copied.finish().cuts, table.cuts);
    EXPECT_EQ(parts[1].finish().cuts, table.cuts);
    const Expected expected = expected_of(customers);
    expect_table(world, table, expected);
    expect_table(world, copied.finish(), expected);
    if (HasFailure()) return;
  }
}

RfmTable table_of(const RfmSpec& spec, const std::vector<History>& people) {
  TestBucket bucket(people);
  Rfm rfm(spec);
  rfm.add(bucket.slice({named(kOrder), named(kRefund)}));
  return rfm.finish();
}

TEST(Rfm, OnePersonWithManyOrders) {
  RfmSpec spec{.now = 200'000};
  const RfmTable table = table_of(spec, {busy_history(0, kOrder),
                                         {},
                                         {order(99'998, 10)},
                                         {order(1, 1)},
                                         {order(2, 2)},
                                         {order(3, 3)}});
  EXPECT_EQ(table.people, 5U);
  const auto& busy = table.at({.recency = 5, .frequency = 5, .monetary = 5});
  EXPECT_EQ(busy.people, 1U);
  EXPECT_EQ(busy.orders, kBusyEvents);
  EXPECT_EQ(busy.amount, 499.5 * kBusyEvents);
}

TEST(Rfm, WorkedExample) {
  // Ten people, the i-th with i orders of 10.00, the last of them i days before.
  constexpr Second kDay = 86'400, kNow = 100 * kDay;
  std::vector<History> people;
  for (uint32_t i = 1; i <= 10; ++i) {
    people.emplace_back();
    for (uint32_t k = 0; k < i; ++k) people.back().push_back(order(kNow - i * kDay - k, 10));
  }
  const RfmTable table = table_of({.now = kNow}, people);
  EXPECT_EQ(table.people, 10U);
  // A score s needs 2 (s − 1) people below it.
  EXPECT_EQ(table.frequency, (std::array<double, 4>{3, 5, 7, 9}));
  EXPECT_EQ(table.monetary, (std::array<double, 4>{30, 50, 70, 90}));
  EXPECT_EQ(table.recency_days, (std::array<double, 4>{8, 6, 4, 2}));
  EXPECT_EQ(table.at({.recency = 5, .frequency = 1, .monetary = 1}).people, 2U);
  EXPECT_EQ(table.at({.recency = 1, .frequency = 5, .monetary = 5}).people, 2U);
  EXPECT_EQ(table.at({.recency = 1, .frequency = 5, .monetary = 5}).orders, 19U);
  EXPECT_EQ(table.at({.recency = 1, .frequency = 5, .monetary = 5}).amount, 190);
}

TEST(Rfm, EqualValuesScoreTheSameAndLow) {
  // Nine with one order and one with two: the two orders score 5, all others 1.
  std::vector<History> people(9, {order(10, 5)});
  people.push_back({order(10, 2.5), order(10, 2.5)});
  const RfmTable table = table_of({.now = 20}, people);
  EXPECT_EQ(table.cuts.frequency, (RfmLimits{2, 2, 2, 2}));
  EXPECT_EQ(table.cuts.monetary, (RfmLimits{501, 501, 501, 501}));  // nobody reaches them
  EXPECT_EQ(table.cuts.recency, (RfmLimits{11, 11, 11, 11}));
  EXPECT_EQ(table.at({.recency = 1, .frequency = 1, .monetary = 1}).people, 9U);
  EXPECT_EQ(table.at({.recency = 1, .frequency = 5, .monetary = 1}).people, 1U);
  const RfmTable nobody = table_of({.now = 20}, {{}, {order(20, 5)}});
  EXPECT_EQ(nobody.people, 0U);
  EXPECT_EQ(nobody.cuts, RfmCuts{});
}

TEST(Rfm, FixedCuts) {
  constexpr Second kDay = 86'400, kNow = 100 * kDay;
  RfmSpec spec{.now = kNow};
  spec.cuts = RfmCuts{.recency = recency_limits(kNow, {90, 60, 30, 7}),
                      .frequency = {2, 3, 5, 10},
                      .monetary = {100'00, 200'00, 300'00, 400'00}};
  ASSERT_TRUE(check(spec));
  const RfmTable table = table_of(spec, {{order(kNow - 7 * kDay, 400)},
                                         {order(kNow - 7 * kDay - 1, 399.99), order(5, 0.004)},
                                         {order(kNow - 90 * kDay - 1, -1)}});
  EXPECT_EQ(table.at({.recency = 5, .frequency = 1, .monetary = 5}).people, 1U);
  EXPECT_EQ(table.at({.recency = 4, .frequency = 2, .monetary = 4}).people, 1U);
  EXPECT_EQ(table.at({.recency = 1, .frequency = 1, .monetary = 1}).people, 1U);
  EXPECT_EQ(table.recency_days, (std::array<double, 4>{90, 60, 30, 7}));
  EXPECT_EQ(recency_limits(100, {1, 0.0005, 0, 0}), (RfmLimits{0, 57, 100, 100}));
}

TEST(Rfm, AmountsBeyondAllBoundsDoNotWrap) {
  const RfmTable table = table_of({.now = 20}, {{order(1, 1e300), order(1, 1e300), order(1, 1e300)},
                                                {order(1, -1e300), order(1, -1e300), order(2, -9)},
                                                {order(1, 1)}});
  EXPECT_EQ(table.people, 3U);
  EXPECT_EQ(table.cuts.monetary[0], 100);
  EXPECT_GT(table.cuts.monetary[3], int64_t{1} << 62);
}

TEST(Rfm, HasLimits) {
  auto where_of = [](const RfmSpec& spec) {
    Result<void> result = check(spec);
    return result ? std::string() : result.error().where;
  };
  EXPECT_EQ(where_of({.now = 0}), "now");
  EXPECT_EQ(where_of({.now = kNever}), "now");
  EXPECT_EQ(where_of({.now = 1, .decimals = kMaxRfmDecimals}), "");
  EXPECT_EQ(where_of({.now = 1, .decimals = kMaxRfmDecimals + 1}), "decimals");
  EXPECT_EQ(where_of({.now = 1, .decimals = -1}), "decimals");
  RfmSpec spec{.now = 1};
  spec.cuts = RfmCuts{.recency = {1, 2, 3, 4}, .frequency = {1, 1, 1, 1}, .monetary = {4, 3, 2, 1}};
  EXPECT_EQ(where_of(spec), "cuts");
}

}  // namespace
}  // namespace perennial::timeline
