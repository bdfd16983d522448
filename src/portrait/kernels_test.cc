// The kernels of tags against slow twins, event by event; groups; devices.
#include <cmath>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portrait/device.h"
#include "portrait/group.h"
#include "timeline/testing.h"

namespace perennial::portrait {
namespace {

using testing::ElementsAre;
using timeline::History;
using timeline::kBucketPeople;
using timeline::Second;
using timeline::TestEvent;

constexpr Second kDay = 86'400;
constexpr int kWindow = 200, kHalf = 40;
constexpr uint32_t kBucket = 3;
const Instant kNow = *parse_instant("2024-11-05T10:20:30Z");

Second second_of(Instant t) { return static_cast<Second>(to_millis(t) / 1000); }

// The weight as the decision's page states it.
double plain_weight(Second at, Second now) {
  if (at >= now || now - at > Second{kWindow} * kDay) return 0;
  const auto days = static_cast<double>((now - 1 - at) / kDay);
  return std::pow(0.5, days / kHalf);
}

struct Ground {
  explicit Ground(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<History> people(150);
    const Second now = second_of(kNow);
    for (History& history : people) {
      const size_t events = random() % 50;
      for (size_t k = 0; k < events; ++k) {
        TestEvent event{.at = now - static_cast<Second>(random() % (260 * kDay)) + 5 * kDay,
                        .name = static_cast<uint32_t>(random() % 4),
                        .group = static_cast<uint32_t>(random() % 9)};
        if (random() % 4 == 0) event.at = now - kDay * static_cast<Second>(random() % 210);
        if (random() % 3 == 0 && !history.empty())
          event.at = history.back().at + static_cast<Second>(random() % 4'000);
        if (random() % 6 != 0) event.number = static_cast<double>(random() % 12) - 1;
        history.push_back(event);
      }
    }
    bucket = std::make_unique<timeline::TestBucket>(people);
  }
  timeline::Slice slice(const std::vector<timeline::TestSelector>& selectors) const {
    timeline::Slice all = bucket->slice(selectors);
    all.bucket = kBucket;
    return all;
  }
  // Half of the people by one copy of the kernel, half by another.
  template <class Kernel>
  Kernel run(const Kernel& empty, const timeline::Slice& slice) const {
    timeline::Slice odd = slice, even = slice;
    for (uint32_t i = 0; i < kBucketPeople; ++i) {
      timeline::Crowd one;
      one.add(i);
      (i % 2 == 0 ? odd : even).who.remove(one);
    }
    Kernel first = empty, second = empty;
    first.add(odd);
    second.add(even);
    first.merge(second);
    return first;
  }
  static PersonId person(size_t i) { return PersonId{kBucket} * kBucketPeople + PersonId(i); }

  std::unique_ptr<timeline::TestBucket> bucket;
};

using Sums = std::map<std::pair<PersonId, uint16_t>, std::pair<uint32_t, double>>;

void expect_same(const std::vector<Affinity>& is, const Sums& should) {
  EXPECT_EQ(is.size(), should.size());
  for (const Affinity& one : is) {
    const auto found = should.find({one.person, one.word});
    ASSERT_NE(found, should.end()) << one.person << " " << one.word;
    EXPECT_EQ(one.count, found->second.first);
    EXPECT_NEAR(one.weight, found->second.second, 1e-9);
  }
}

TEST(PortraitKernels, AffinitiesAreTheSumsOfWhatFades) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Ground ground(seed);
  auto spec = std::make_shared<AffinitySpec>(
      AffinitySpec{.decay = Decay(kNow, kWindow, kHalf), .sources = {}, .words = 6});
  // Codes 1 to 4 are words, 5 and 6 say nothing, more are not known.
  spec->sources = {{.weight = 1, .of_code = {0, 1, 2, 1, 3, 0, 0}},
                   {.weight = 5, .of_code = {0, 4, 4, 2}},
                   {.weight = 2, .word = 5},
                   {.weight = 0, .word = 1}};
  const auto slice = ground.slice(
      {timeline::named(0), timeline::named(1), timeline::named(2), timeline::named(3)});
  Sums should;
  const Second now = second_of(kNow);
  const auto& people = ground.bucket->people();
  for (size_t i = 0; i < people.size(); ++i) {
    for (const TestEvent& event : people[i]) {
      const auto& source = spec->sources[event.name];
      const uint16_t word = source.word != 0                      ? source.word
                            : event.group < source.of_code.size() ? source.of_code[event.group]
                                                                  : 0;
      const double weight = plain_weight(event.at, now) * source.weight;
      if (word == 0 || weight == 0) continue;
      auto& [count, sum] = should[{Ground::person(i), word}];
      ++count;
      sum += weight;
    }
  }
  ASSERT_GT(should.size(), 100u);
  expect_same(add_up(ground.run(AffinityScan(spec), slice).finish()), should);
}

TEST(PortraitKernels, EachHourOfADayCountsOnceOnTheWallClock) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Ground ground(seed);
  for (const char* name : {"UTC", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe"}) {
    const Zone zone = Zone::named(name).value();
    auto spec = std::make_shared<HoursSpec>(HoursSpec{.decay = Decay(kNow, kWindow, kHalf)});
    spec->offset = wall_offsets(spec->decay, zone);
    spec->skip = {0, 0, 0, 1};  // of group 3
    const auto slice = ground.slice({[](const TestEvent&) { return true; }});
    Sums should;
    const auto& people = ground.bucket->people();
    for (size_t i = 0; i < people.size(); ++i) {
      int64_t last = -1;
      for (const TestEvent& event : people[i]) {
        const double weight = plain_weight(event.at, second_of(kNow));
        if (event.group == 3 || weight == 0) continue;
        const auto wall = zone.to_local(from_millis(int64_t{event.at} * 1000));
        const int64_t hour = wall.time_since_epoch().count() / 3'600'000;
        if (std::exchange(last, hour) == hour) continue;
        auto& [count, sum] = should[{Ground::person(i), static_cast<uint16_t>(hour % 24 + 1)}];
        ++count;
        sum += weight;
      }
    }
    ASSERT_GT(should.size(), 100u);
    expect_same(add_up(ground.run(HoursScan(spec), slice).finish()), should);
  }
}

TEST(PortraitKernels, CheapIsATenthBelowTheUsualPriceOfTheItem) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Ground ground(seed);
  const Decay decay(kNow, kWindow, kHalf);
  const auto slice =
      ground.slice({timeline::named(0), timeline::named(1),
                    [](const TestEvent& event) { return event.name == 1 && event.group == 2; }});
  const auto usual =
      std::make_shared<const std::vector<double>>(ground.run(PriceScan(decay), slice).finish());
  std::map<uint32_t, std::vector<double>> prices;
  const auto counts = [&](const TestEvent& event) {
    return event.name == 0 && event.group != 0 && event.number > 0 &&
           plain_weight(event.at, second_of(kNow)) > 0;
  };
  for (const History& history : ground.bucket->people()) {
    for (const TestEvent& event : history) {
      if (counts(event)) prices[event.group].push_back(event.number);
    }
  }
  for (auto& [item, all] : prices) {
    std::ranges::sort(all);
    if (all.size() < kLeastPrices) all = {0, 0};
    EXPECT_EQ((*usual)[item], all[(all.size() - 1) / 2]) << item;
  }
  std::map<PersonId, std::pair<uint32_t, uint32_t>> should;
  const auto& people = ground.bucket->people();
  for (size_t i = 0; i < people.size(); ++i) {
    auto& [cheap, bought] = should[Ground::person(i)];
    for (const TestEvent& event : people[i]) {
      if (counts(event) && (*usual)[event.group] > 0) {
        ++bought;
        cheap += event.number <= 0.9 * (*usual)[event.group] ? 1 : 0;
      }
      if (event.name != 1 || plain_weight(event.at, second_of(kNow)) == 0) continue;
      ++bought;
      cheap += event.group == 2 ? 1 : 0;
    }
    if (bought == 0) should.erase(Ground::person(i));
  }
  const auto found = ground.run(BargainScan(decay, usual), slice).finish();
  EXPECT_EQ(found.size(), should.size());
  for (const Bargains& one : found) {
    EXPECT_EQ(std::pair(one.cheap, one.bought), should[one.person]) << one.person;
  }
}

TEST(PortraitKernels, WordsOfBargainsHaveTheirLimits) {
  EXPECT_EQ(bargain_word(0, 3), 1);
  EXPECT_EQ(bargain_word(1, 11), 1);
  EXPECT_EQ(bargain_word(1, 10), 2);
  EXPECT_EQ(bargain_word(3, 10), 2);
  EXPECT_EQ(bargain_word(1, 3), 3);
  EXPECT_EQ(bargain_word(199, 300), 3);
  EXPECT_EQ(bargain_word(2, 3), 4);
  EXPECT_EQ(bargain_word(3, 3), 4);
}

TEST(PortraitKernels, ManySumsAddUpInRuns) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::vector<Affinity> all(2'300'000);
  std::map<std::pair<PersonId, uint16_t>, uint64_t> should;
  for (Affinity& one : all) {
    one = {.person = static_cast<PersonId>(random() % 90'000),
           .word = static_cast<uint16_t>(1 + random() % 5),
           .count = 1};
    ++should[{one.person, one.word}];
  }
  timeline::Stop stop;
  const auto found = add_up(all, &stop);
  ASSERT_EQ(found.size(), should.size());
  auto expected = should.begin();
  for (const Affinity& one : found) {
    ASSERT_EQ(std::pair(one.person, one.word), expected->first);
    ASSERT_EQ(one.count, expected->second);
    ++expected;
  }
  stop.cancelled = true;
  EXPECT_TRUE(add_up(all, &stop).empty());
}

TEST(PortraitKernels, TheStrongestWordIsTheTag) {
  const std::vector<Affinity> all = {{0, 1, 9, 9},   {2, 1, 1, 1}, {2, 2, 1, 3}, {2, 3, 1, 4},
                                     {2, 4, 1, 0.5}, {4, 2, 1, 7}, {5, 1, 1, 2}, {5, 2, 1, 2}};
  const TagColumn tag = rank({"", "a", "b", "c", "d"}, all, 2);
  EXPECT_EQ(tag.people, 2);
  EXPECT_EQ(tag.column.of(2), 3);
  EXPECT_EQ(tag.column.of(4), 0);  // one hit is too few
  EXPECT_EQ(tag.column.of(5), 1);  // the first of equal ones
  EXPECT_EQ(tag.column.of(0), 0);  // nobody
  ASSERT_EQ(tag.of(2).size(), kShownStrengths);
  EXPECT_EQ(tag.of(2)[1].word, 2);
  EXPECT_FLOAT_EQ(tag.of(2)[0].share, 4 / 8.5F);
  EXPECT_EQ(tag.of(5).size(), 2u);
  for (const PersonId person : {0, 1, 3, 4, 6, 99}) EXPECT_TRUE(tag.of(person).empty()) << person;
}

TEST(PortraitKernels, PriceBandsAreQuartersOfMeanOrders) {
  people::OrderBook book;
  const auto add = [&](PersonId person, int64_t amount, Instant at, bool refund = false) {
    book.person.push_back(person);
    book.at_ms.push_back(to_millis(at));
    book.amount_minor.push_back(amount);
    book.refund.push_back(refund ? 1 : 0);
  };
  const Instant from = kNow - std::chrono::days(365);
  add(0, 1, from);
  for (PersonId person = 1; person <= 20; ++person) {
    add(person, person * 100 - 50, from);
    add(person, person * 100 + 50, kNow - Millis(1));
    add(person, -person * 100, kNow - Millis(1), true);
    add(person, 1'000'000, kNow);              // not yet
    add(person, 1'000'000, from - Millis(1));  // no more
  }
  Everyone all;
  add_price_bands(book, from, kNow, all);
  EXPECT_THAT(all.band_minor, ElementsAre(500, 1'600));
  const TagColumn& tag = all.tag(Tag::kPriceBand);
  EXPECT_EQ(tag.people, 20);
  EXPECT_EQ(tag.column.of(5), 1);
  EXPECT_EQ(tag.column.of(6), 2);
  EXPECT_EQ(tag.column.of(15), 2);
  EXPECT_EQ(tag.column.of(16), 3);
  EXPECT_EQ(all.spend[7].mean_minor, 700);
  EXPECT_EQ(all.spend[7].orders, 2u);
  // One fewer, and nobody is told apart.
  book.person.resize(book.person.size() - 5);
  Everyone few;
  add_price_bands(book, from, kNow, few);
  EXPECT_EQ(few.tag(Tag::kPriceBand).people, 0);
}

// ---- groups

TEST(PortraitGroups, TheIndexIsTheShareAgainstEverybodys) {
  segments::FactColumn column{.words = {"", "red", "blue", "nobody's"}, .code = {0}};
  std::vector<PersonId> group;
  // Everybody: 300 red, 100 blue, 100 nothing. The group: 30 red, 30 blue, 40 nothing.
  for (int i = 0; i < 500; ++i) {
    column.code.push_back(i < 300 ? 1 : i < 400 ? 2 : 0);
    if (i < 30 || (i >= 300 && i < 330) || i >= 460) group.push_back(i + 1);
  }
  const TagIndex index = against_everybody(column, group);
  EXPECT_EQ(index.all, 400);
  EXPECT_EQ(index.group, 60);
  ASSERT_EQ(index.words.size(), 2u);
  const WordIndex &red = index.words[0], &blue = index.words[1];
  EXPECT_DOUBLE_EQ(red.index, 100 * 0.5 / 0.75);
  EXPECT_DOUBLE_EQ(blue.index, 200);
  EXPECT_EQ(blue.group, 30);
  EXPECT_EQ(blue.all, 100);
  // Wilson's limits of 30 in 60 are 0.3774 and 0.6226 (z = 1.96), over a quarter of all.
  EXPECT_NEAR(blue.low, 150.9, 0.1);
  EXPECT_NEAR(blue.high, 249.1, 0.1);
  EXPECT_TRUE(blue.differs && red.differs);
  EXPECT_FALSE(blue.small || red.small);
}

TEST(PortraitGroups, SmallGroupsSaySo) {
  segments::FactColumn column{.words = {"", "often", "rare"}, .code = {}};
  for (int i = 0; i < 1'000; ++i) column.code.push_back(i < 100 ? 2 : 1);
  const auto of = [&](int n) {
    std::vector<PersonId> group;
    for (int i = 0; i < n; ++i) group.push_back(i);  // the rare ones first
    return against_everybody(column, group);
  };
  EXPECT_TRUE(of(29).words[0].small);
  EXPECT_FALSE(of(29).words[1].differs);
  EXPECT_FALSE(of(30).words[0].small);
  EXPECT_TRUE(of(49).words[1].small);  // 4.9 expected
  EXPECT_FALSE(of(50).words[1].small);
  EXPECT_TRUE(of(50).words[1].differs);
  const TagIndex nobody = of(0);
  EXPECT_EQ(nobody.group, 0);
  EXPECT_EQ(nobody.words[0].index, 0);
  EXPECT_TRUE(nobody.words[0].small);
}

// ---- devices

TEST(PortraitDevices, AreWhatTheLibrariesSay) {
  DeviceReader reader;
  const struct {
    const char *context, *properties;
    std::optional<Device> device;
  } rows[] = {
      {R"({"userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120 Safari/537"})", "{}",
       Device::kComputer},
      {R"({"userAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"})",
       "{}", Device::kPhone},
      {R"({"userAgent":"Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120 Mobile Safari"})", "{}",
       Device::kPhone},
      {R"({"userAgent":"Mozilla/5.0 (Linux; Android 14; SM-X710) Chrome/120 Safari"})", "{}",
       Device::kTablet},
      {R"({"userAgent":"Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) Mobile/15E148"})", "{}",
       Device::kTablet},
      {R"({"userAgent":"Mozilla/5.0 (iPhone) MicroMessenger/8.0 miniProgram/wx1"})", "{}",
       Device::kMiniProgram},
      {R"({"os":{"name":"iOS","version":"17.1"}})", "{}", Device::kPhone},
      {R"({"device":{"type":"android"},"os":{"name":"Android"}})", "{}", Device::kPhone},
      {R"({"device":{"type":"tablet"}})", "{}", Device::kTablet},
      {R"({"library":{"name":"analytics-python"}})", "{}", std::nullopt},
      {R"({"userAgent":"analytics-node/2.1"})", "{}", std::nullopt},
      {R"({"userAgent":7,"os":"x","device":[]})", "{}", std::nullopt},
      {R"({"userAgent":"Moz)", "{}", std::nullopt},
      {"{}", R"({"$lib":"MiniProgram","$os":"iOS"})", Device::kMiniProgram},
      {"{}", R"({"$lib":"js","$os":"macOS"})", Device::kComputer},
      {"{}", R"({"$device_type":"Mobile","$os":"Windows"})", Device::kPhone},
      {"{}", R"({"$device_type":"Desktop"})", Device::kComputer},
      {"{}", R"({"$os":"Windows"})", Device::kComputer},
      {"{}", R"({"$os":"FreeBSD"})", std::nullopt},
      {"{}", R"({"price":3})", std::nullopt},
  };
  for (const auto& row : rows)
    EXPECT_EQ(reader.read(row.context, row.properties), row.device)
        << row.context << row.properties;
}

}  // namespace
}  // namespace perennial::portrait
