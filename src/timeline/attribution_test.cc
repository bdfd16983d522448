#include "timeline/attribution.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using Model = AttributionSpec::Model;
using TouchBy = AttributionSpec::TouchBy;
using What = AttributionCell::What;

constexpr Fixed kOne = Fixed{1} << kFixedBits;

// The slow twin: for each conversion, all events are looked at; shares are plain numbers.
struct Share {
  uint32_t person = 0;
  size_t conversion = 0;  // its place among all
  uint32_t touch = 0;
  double credit = 0, value = 0;
};
struct Slow {
  std::vector<uint32_t> people;  // of each conversion
  std::vector<bool> direct;
  std::vector<double> values;  // 0 for none
  uint64_t without_value = 0;
  std::vector<Share> shares;
};

std::vector<double> slow_parts(const AttributionSpec& spec, const std::vector<double>& ages) {
  const size_t n = ages.size();
  std::vector<double> parts(n, 0);
  switch (spec.model) {
    case Model::kFirst:
      parts.front() = 1;
      break;
    case Model::kLast:
      parts.back() = 1;
      break;
    case Model::kLinear:
      parts.assign(n, 1.0 / static_cast<double>(n));
      break;
    case Model::kPosition: {
      const double a = spec.first_percent / 100.0, z = spec.last_percent / 100.0;
      if (n == 1) {
        parts = {1};
      } else if (n == 2) {
        parts = {a / (a + z), z / (a + z)};
      } else {
        parts.assign(n, (1 - a - z) / static_cast<double>(n - 2));
        parts.front() = a;
        parts.back() = z;
      }
      break;
    }
    case Model::kTimeDecay: {
      long double sum = 0;
      for (double age : ages) sum += std::pow(2.0L, -age / spec.half_life_seconds);
      for (size_t i = 0; i < n; ++i) {
        parts[i] = static_cast<double>(std::pow(2.0L, -ages[i] / spec.half_life_seconds) / sum);
      }
    }
  }
  return parts;
}

struct Question {
  AttributionSpec spec;
  std::vector<TestSelector> selectors;
};

// The person's touches that count for the event at `place`, oldest first.
std::vector<size_t> slow_touches(const Question& question, const History& history, size_t place) {
  std::vector<size_t> out;
  for (size_t i = 0; i < place; ++i) {
    if (history[place].at - history[i].at > question.spec.look_back_seconds) continue;
    bool fits = false;
    for (size_t s = 1; s < question.selectors.size(); ++s) {
      fits |= question.selectors[s](history[i]);
    }
    if (!fits) continue;
    bool used = false;  // a conversion at or after it, before this one
    for (size_t j = i; j < place; ++j) used |= question.selectors[0](history[j]);
    if (!question.spec.reset || !used) out.push_back(i);
  }
  return out;
}

Slow slow_attribution(const Question& question, const std::vector<History>& people,
                      const Crowd& who) {
  Slow out;
  for (uint32_t person = 0; person < people.size(); ++person) {
    if (!who.has(person)) continue;
    const History& history = people[person];
    for (size_t place = 0; place < history.size(); ++place) {
      const TestEvent& event = history[place];
      if (!question.selectors[0](event)) continue;
      if (event.at < question.spec.begin || event.at >= question.spec.end) continue;
      const auto touches = slow_touches(question, history, place);
      const double value = std::isnan(event.number) ? 0 : event.number;
      out.without_value += std::isnan(event.number) ? 1 : 0;
      out.people.push_back(person);
      out.values.push_back(value);
      out.direct.push_back(touches.empty());
      if (touches.empty()) continue;
      std::vector<double> ages;
      ages.reserve(touches.size());
      for (size_t i : touches) ages.push_back(event.at - history[i].at);
      const auto parts = slow_parts(question.spec, ages);
      for (size_t i = 0; i < touches.size(); ++i) {
        if (question.spec.model == Model::kFirst && i > 0) continue;
        if (question.spec.model == Model::kLast && i + 1 < touches.size()) continue;
        uint32_t touch = history[touches[i]].group;
        if (question.spec.by == TouchBy::kSelector) {
          touch = 1;
          while (!question.selectors[touch](history[touches[i]])) ++touch;
        }
        out.shares.push_back({.person = person,
                              .conversion = out.people.size(),
                              .touch = touch,
                              .credit = parts[i],
                              .value = parts[i] * value});
      }
    }
  }
  return out;
}

using People = std::set<uint32_t>;

People collected(const Attribution& kernel, const Slice& slice, const AttributionCell& cell) {
  Crowd crowd;
  kernel.collect(slice, cell, crowd);
  People out;
  crowd.for_each([&](uint32_t person) { out.insert(person); });
  return out;
}

void expect_totals(const AttributionTable& table, const Slow& slow, const Attribution& kernel,
                   const Slice& slice) {
  People direct;
  double value = 0, direct_value = 0;
  for (size_t i = 0; i < slow.people.size(); ++i) {
    value += slow.values[i];
    if (!slow.direct[i]) continue;
    direct.insert(slow.people[i]);
    direct_value += slow.values[i];
  }
  const People all(slow.people.begin(), slow.people.end());
  EXPECT_EQ(table.conversions, slow.people.size());
  EXPECT_EQ(table.people, all.size());
  EXPECT_EQ(collected(kernel, slice, {}), all);
  EXPECT_EQ(table.without_value, slow.without_value);
  EXPECT_EQ(table.cut, 0U);
  EXPECT_NEAR(to_double(table.value), value, 1e-6);
  EXPECT_EQ(table.direct.conversions, static_cast<size_t>(std::ranges::count(slow.direct, true)));
  EXPECT_EQ(table.direct.people, direct.size());
  EXPECT_EQ(collected(kernel, slice, {.what = What::kDirect}), direct);
  EXPECT_NEAR(to_double(table.direct.value), direct_value, 1e-6);

  // Nothing is lost and nothing is invented, to the last unit.
  Fixed credit = table.other.credit, worth = table.other.value + table.direct.value;
  for (const TouchRow& row : table.rows) {
    credit += row.credit;
    worth += row.value;
  }
  EXPECT_TRUE(credit == kOne * (table.conversions - table.direct.conversions));
  EXPECT_TRUE(worth == table.value);
}

void expect_rows(const AttributionTable& table, const Slow& slow, const Attribution& kernel,
                 const Slice& slice) {
  std::map<uint32_t, double> credit, value;
  std::map<uint32_t, std::set<size_t>> conversions;
  std::map<uint32_t, People> people;
  for (const Share& share : slow.shares) {
    credit[share.touch] += share.credit;
    value[share.touch] += share.value;
    conversions[share.touch].insert(share.conversion);
    people[share.touch].insert(share.person);
  }
  AttributionCell other{.what = What::kOther};
  ASSERT_EQ(table.rows.size() + table.other.touches, credit.size());
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const TouchRow& row = table.rows[i];
    EXPECT_TRUE(i == 0 || table.rows[i - 1].credit >= row.credit);
    EXPECT_NEAR(to_double(row.credit), credit[row.touch], 1e-7);
    EXPECT_NEAR(to_double(row.value), value[row.touch], 1e-5);
    EXPECT_EQ(row.conversions, conversions[row.touch].size());
    EXPECT_EQ(row.people, people[row.touch].size());
    EXPECT_EQ(collected(kernel, slice, {.what = What::kTouch, .touch = row.touch}),
              people[row.touch]);
    other.shown.push_back(row.touch);
    people.erase(row.touch);
    credit.erase(row.touch);
  }
  People others;
  double other_credit = 0;
  for (const auto& [touch, some] : people) others.insert(some.begin(), some.end());
  for (const auto& [touch, part] : credit) other_credit += part;
  EXPECT_EQ(collected(kernel, slice, other), others);
  EXPECT_NEAR(to_double(table.other.credit), other_credit, 1e-7);
}

Question random_question(std::mt19937_64& random, Second base, Second length) {
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  Question question;
  question.spec.model = static_cast<Model>(below(5));
  question.spec.by = static_cast<TouchBy>(below(2));
  question.spec.look_back_seconds = below(2) == 0 ? length * 2 : 1 + below(length);
  question.spec.half_life_seconds = 1 + length / 4;
  if (below(2) == 0) {
    question.spec.first_percent = 10;
    question.spec.last_percent = static_cast<int>(below(91));
  }
  question.spec.reset = below(2) == 0;
  if (below(3) == 0) {
    question.spec.begin = base + length / 4;
    question.spec.end = base + length / 2;
  }
  question.spec.max_rows = static_cast<int>(1 + below(6));
  // Touches overlap with each other and with conversions.
  question.selectors.emplace_back([](const TestEvent& e) { return e.name == 0 || e.name == 1; });
  for (uint32_t s = 1 + below(3); s > 0; --s) {
    const uint32_t mask = below(64);
    question.selectors.emplace_back([mask](const TestEvent& e) { return mask >> e.name & 1; });
  }
  return question;
}

TEST(Attribution, AgreesWithTheSlowTwin) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  for (int round = 0; round < 400; ++round) {
    const Second base = 1'700'000'000, length = below(2) == 0 ? 20 : 1'000'000;
    std::vector<History> people(1 + below(30));
    for (History& history : people) {
      for (uint32_t i = below(4) == 0 ? below(2) : below(40); i > 0; --i) {
        TestEvent event{.at = base + below(length), .name = below(6), .group = below(5)};
        if (below(4) > 0) event.number = static_cast<double>(below(100'000)) / 100 - 200;
        history.push_back(event);
      }
    }
    const Question question = random_question(random, base, length);
    const AttributionSpec& spec = question.spec;
    ASSERT_TRUE(check(spec, question.selectors.size()));
    TestBucket bucket(people);
    Slice slice = bucket.slice(question.selectors);
    if (below(3) == 0) slice.who.words[0] &= random();
    const Slow slow = slow_attribution(question, bucket.people(), slice.who);

    Attribution whole(spec), left(spec), right(spec), turned(spec);
    whole.add(slice);
    Slice low = slice, high = slice;
    low.who.words[0] &= 0xFF;
    high.who.remove(low.who);
    left.add(low);
    right.add(high);
    turned.merge(right);
    turned.merge(left);
    left.merge(right);
    for (const Attribution* kernel : {&whole, &left, &turned}) {
      const AttributionTable table = kernel->finish();
      expect_totals(table, slow, *kernel, slice);
      expect_rows(table, slow, *kernel, slice);
      if (HasFailure()) {
        FAIL() << "round " << round << " model " << static_cast<int>(spec.model);
      }
    }
    for (size_t i = 0; i < whole.finish().rows.size(); ++i) {
      EXPECT_TRUE(whole.finish().rows[i].credit == turned.finish().rows[i].credit);
      EXPECT_TRUE(whole.finish().rows[i].value == left.finish().rows[i].value);
    }
  }
}

// Four touches of channels 1 to 4, a week apart; a conversion worth 100 a week after the last.
std::map<uint32_t, double> example(AttributionSpec spec, size_t touches) {
  constexpr Second kWeek = 7 * 86'400;
  History history;
  for (uint32_t i = 0; i < touches; ++i) {
    history.push_back(
        {.at = kWeek * (10 - static_cast<Second>(touches) + i), .name = 1, .group = i + 1});
  }
  history.push_back({.at = kWeek * 10, .name = 0, .number = 100});
  TestBucket bucket({history});
  Attribution kernel(spec);
  kernel.add(bucket.slice({named(0), named(1)}));
  std::map<uint32_t, double> out;
  for (const TouchRow& row : kernel.finish().rows) out[row.touch] = to_double(row.value);
  return out;
}

TEST(Attribution, ModelsByHand) {
  using Shares = std::map<uint32_t, double>;
  auto expect_near = [](const Shares& actual, const Shares& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (const auto& [touch, value] : expected) EXPECT_NEAR(actual.at(touch), value, 1e-6);
  };
  AttributionSpec spec{.model = Model::kFirst};
  expect_near(example(spec, 4), {{1, 100}});
  spec.model = Model::kLast;
  expect_near(example(spec, 4), {{4, 100}});
  spec.model = Model::kLinear;
  expect_near(example(spec, 4), {{1, 25}, {2, 25}, {3, 25}, {4, 25}});
  spec.model = Model::kPosition;
  expect_near(example(spec, 1), {{1, 100}});
  expect_near(example(spec, 2), {{1, 50}, {2, 50}});
  expect_near(example(spec, 4), {{1, 40}, {2, 10}, {3, 10}, {4, 40}});
  spec.model = Model::kTimeDecay;
  expect_near(example(spec, 4),
              {{1, 100.0 / 15}, {2, 200.0 / 15}, {3, 400.0 / 15}, {4, 800.0 / 15}});
  spec.model = Model::kFirst;
  expect_near(example(spec, 5), {{2, 100}});  // the first of five is 35 days old
  spec.look_back_seconds = 35 * 86'400;
  expect_near(example(spec, 5), {{1, 100}});
  --spec.look_back_seconds;
  expect_near(example(spec, 5), {{2, 100}});
}

TEST(Attribution, ManyTouchesAreCutToTheNearest) {
  auto table = [](uint32_t touches) {
    History history;
    for (uint32_t i = 0; i < touches; ++i) history.push_back({.at = i, .name = 1, .group = i});
    history.push_back({.at = touches, .name = 0});
    TestBucket bucket({history});
    Attribution kernel({.model = Model::kFirst});
    kernel.add(bucket.slice({named(0), named(1)}));
    return kernel.finish();
  };
  EXPECT_EQ(table(kMaxTouches).cut, 0U);
  EXPECT_EQ(table(kMaxTouches).rows[0].touch, 0U);
  EXPECT_EQ(table(kMaxTouches + 1).cut, 1U);
  EXPECT_EQ(table(kMaxTouches + 1).rows[0].touch, 1U);
  EXPECT_EQ(table(100'000).rows[0].touch, 100'000 - kMaxTouches);
}

TEST(Attribution, ValuesThatAreNone) {
  TestBucket bucket({{{.at = 1, .number = kMaxConversionValue},
                      {.at = 2, .number = -kMaxConversionValue},
                      {.at = 3, .number = kMaxConversionValue * 1.001},
                      {.at = 4, .number = std::numeric_limits<double>::infinity()},
                      {.at = 5}}});
  const TestSelector all = [](const TestEvent&) { return true; };
  Attribution kernel({.model = Model::kLinear});
  kernel.add(bucket.slice({all, all}));
  EXPECT_EQ(kernel.finish().conversions, 5U);
  EXPECT_EQ(kernel.finish().without_value, 3U);
  EXPECT_TRUE(kernel.finish().value == 0);
  EXPECT_EQ(kernel.finish().direct.conversions, 1U);  // an event is no touch of itself
}

TEST(Attribution, TooManyTouchValuesAreRefusedAloud) {
  auto feed = [](Attribution& kernel, uint32_t from, uint32_t to) {
    History history;
    for (uint32_t i = from; i < to; ++i) {
      history.push_back({.at = 2 * (i - from), .name = 1, .group = i});
      history.push_back({.at = 2 * (i - from) + 1, .name = 0});
    }
    TestBucket bucket({history});
    kernel.add(bucket.slice({named(0), named(1)}));
  };
  Attribution low({}), high({}), more({});
  feed(low, 0, 1'000);
  feed(high, 1'000, kMaxTouchValues);
  feed(more, kMaxTouchValues, kMaxTouchValues + 1);
  low.merge(high);
  EXPECT_FALSE(low.finish().touches_too_large);
  EXPECT_EQ(low.finish().other.touches, kMaxTouchValues - 20);
  Attribution turned = more;
  turned.merge(low);
  low.merge(more);
  for (const Attribution* kernel : {&low, &turned}) {
    EXPECT_TRUE(kernel->finish().touches_too_large);
    EXPECT_TRUE(kernel->finish().rows.empty());
    EXPECT_EQ(kernel->finish().conversions, kMaxTouchValues + 1U);
  }
}

TEST(Attribution, LimitsOfTheSpec) {
  auto where = [](const std::function<void(AttributionSpec&)>& change, size_t selectors = 2) {
    AttributionSpec spec;
    change(spec);
    const auto result = check(spec, selectors);
    return result ? std::string("ok") : result.error().where;
  };
  EXPECT_EQ(where([](auto&) {}), "ok");
  EXPECT_EQ(where([](auto&) {}, 1), "touches");
  EXPECT_EQ(where([](auto&) {}, kMaxTouchSelectors + 1), "ok");
  EXPECT_EQ(where([](auto&) {}, kMaxTouchSelectors + 2), "touches");
  EXPECT_EQ(where([](auto& s) { s.look_back_seconds = 0; }), "look_back_seconds");
  EXPECT_EQ(where([](auto& s) { s.look_back_seconds = kMaxLookBack; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.look_back_seconds = kMaxLookBack + 1; }), "look_back_seconds");
  EXPECT_EQ(where([](auto& s) { s.half_life_seconds = 0; }), "half_life_seconds");
  EXPECT_EQ(where([](auto& s) { s.half_life_seconds = kMaxLookBack; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.half_life_seconds = kMaxLookBack + 1; }), "half_life_seconds");
  EXPECT_EQ(where([](auto& s) { s.first_percent = 60; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.first_percent = 61; }), "last_percent");
  EXPECT_EQ(where([](auto& s) { s.first_percent = -1; }), "first_percent");
  EXPECT_EQ(where([](auto& s) { s.max_rows = kMaxTouchRows; }), "ok");
  EXPECT_EQ(where([](auto& s) { s.max_rows = kMaxTouchRows + 1; }), "max_rows");
  EXPECT_EQ(where([](auto& s) { s.begin = 5, s.end = 4; }), "end");
}

TEST(Attribution, Nobody) {
  Attribution kernel({});
  TestBucket bucket({{}, {{.at = 1, .name = 1}}});
  kernel.add(bucket.slice({named(0), named(1)}));
  EXPECT_EQ(kernel.finish().conversions, 0U);
  EXPECT_TRUE(kernel.finish().rows.empty());
}

}  // namespace
}  // namespace perennial::timeline
