// Random stories through the earning rules and levels over facts in memory, and the same through
// their separate model: what everybody was given by each rule, missions, streaks, and the level
// with its history must be the same. Seeds are printed; PERENNIAL_SEED repeats one.
#include <iostream>
#include <map>

#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/rules_text_testing.h"
#include "loyalty/story_testing.h"

namespace perennial::loyalty {
namespace {

using model::Happening;
using model::RulesModel;
using model::Story;
using model::Teller;

std::string event_key(const Happening& one) {
  return (one.kind == Happening::Kind::kEvent ? "seq:" : "order:") + one.key;
}

std::vector<Fact> facts_of(const Story& story, int person) {
  std::vector<Fact> facts;
  std::map<std::string, int64_t> left;  // of each order
  for (const Happening& one : story.happenings) {
    if (one.kind == Happening::Kind::kOrder) left[one.key] = one.minor;
  }
  for (const Happening& one : story.happenings) {
    if (one.person != person) continue;
    Fact fact{.kind = Fact::Kind::kEvent,
              .at_ms = one.at,
              .key = event_key(one),
              .name = one.name,
              .properties = to_text(one.properties),
              .amount_minor = one.minor,
              .items = one.items,
              .points = one.points};
    if (one.kind == Happening::Kind::kOrder) fact.kind = Fact::Kind::kOrder;
    if (one.kind == Happening::Kind::kRefund) {
      fact.kind = Fact::Kind::kRefund;
      fact.whole = left.contains(one.key) && (left[one.key] -= one.minor) <= 0;
    }
    if (one.kind == Happening::Kind::kGiven) fact.kind = Fact::Kind::kPoints;
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::string award_text(const std::string& rule, int64_t version, const std::string& key,
                       const std::string& currency, Points points, int64_t at, int64_t changed,
                       int64_t activates, int64_t expires) {
  return rule + " v" + std::to_string(version) + " " + key + " " + std::to_string(points) + " " +
         currency + " at " + ms(at) + " changed " + ms(changed) + " from " + ms(activates) +
         " to " + ms(expires);
}

void compare_in_memory(uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Story story = Teller(seed, 1, 20 + static_cast<int>(seed % 90), false).tell();
  std::mt19937_64 random(seed);
  const int64_t now = story.to - static_cast<int64_t>(random() % 60'000'000'000);
  RulesModel model(story.programme, story.rules, story.levels, story.traits);
  model.run(story.happenings, now);
  std::vector<std::string> expected, given;
  for (const model::Award& one : model.awards()) {
    expected.push_back(award_text(one.rule->id, one.rule->version, one.key, one.currency,
                                  one.points, one.at, one.changed, one.activates, one.expires));
  }
  auto rules = story.rules;
  set_spans(rules);
  auto facts = facts_of(story, 0);
  std::ranges::shuffle(facts, random);
  const Replay replay = loyalty::replay(story.programme, rules, story.levels,
                                        to_text(story.traits[0]), std::move(facts), now);
  for (const Award& one : replay.awards) {
    std::string key = base_key(one.key);
    key.erase(0, key.find(':') + 1);
    given.push_back(award_text(one.rule, one.version, key, one.currency, one.points, one.at_ms,
                               one.changed_ms, one.activates_ms, one.expires_ms));
  }
  ASSERT_EQ(sorted(given), sorted(expected));
  ASSERT_EQ(standing_text(replay.standing), model.level(0, now));
  ASSERT_EQ(progress_text(replay.missions, replay.streaks), model.progress(0, now));
}

TEST(RulesSimulator, FactsInMemory) {
  const uint64_t seed = new_seed();
  std::cout << "seed " << seed << "\n";
  for (uint64_t i = 0; i < 3'000 && !HasFailure(); ++i) compare_in_memory(seed + i);
}

// For hours, when PERENNIAL_SOAK_SECONDS says so.
TEST(RulesSimulator, Soak) {
  const char* seconds = std::getenv("PERENNIAL_SOAK_SECONDS");
  if (!seconds) GTEST_SKIP() << "only with PERENNIAL_SOAK_SECONDS";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::stoi(seconds));
  int rounds = 0;
  for (; std::chrono::steady_clock::now() < end && !HasFailure(); ++rounds) {
    const uint64_t seed = std::random_device()();
    for (uint64_t i = 0; i < 100 && !HasFailure(); ++i) compare_in_memory(seed + i);
  }
  std::cout << 100 * rounds << " stories\n";
}

}  // namespace
}  // namespace perennial::loyalty
