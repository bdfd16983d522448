// A small world of items and people for tests of recommendations.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "value/recommender_check.h"
#include "value/stages.h"

namespace perennial::value {

inline Instant at_day(double day) {
  return from_millis(static_cast<int64_t>(day * 86'400'000) + 1'600'000'000'000);
}

struct World {
  Catalogue catalogue;
  std::vector<Bit> bits;
  std::shared_ptr<Groups> groups = std::make_shared<Groups>();
  std::shared_ptr<Groups> places = std::make_shared<Groups>();
  KnownOfPeople known;  // without groups and places

  uint32_t item(const std::string& id, Item facts = {}) {
    const uint32_t place = *catalogue.add(id);
    facts.id = id;
    catalogue.say(place, 1, facts);
    return place;
  }
  void did(PersonId person, const std::string& id, double day, Did what = Did::kBought) {
    bits.push_back({.person = person,
                    .item = *catalogue.add(id),
                    .did = what,
                    .at_ms = to_millis(at_day(day))});
  }
  void brought(PersonId by, PersonId whom, double day) {
    known.brought.push_back({.by = by, .whom = whom, .at_ms = to_millis(at_day(day))});
  }
  void sort() {
    std::ranges::sort(bits, {}, [](const Bit& b) { return std::pair(b.person, b.at_ms); });
  }
  Recommender make(double day, bool factors = false) {
    sort();
    Recommender::Options options{.factors = factors};
    options.als.factors = 8;
    return Recommender::make(catalogue, bits, {groups, places}, at_day(day), options);
  }
  RecommenderModel check(const RecommenderSettings& settings = {}) {
    sort();
    known.together = {groups, places};
    Recommender::Options options;
    options.als = {.factors = 8, .regularisation = 1};
    return check_recommender(catalogue, bits, known, at_day(100), settings, options);
  }
  std::vector<std::string> names(const std::vector<Recommended>& list) const {
    std::vector<std::string> names;
    for (const Recommended& one : list) names.push_back(catalogue.item(one.item).id);
    return names;
  }
};

inline RecommenderModel check(World& world, const RecommenderSettings& settings = {}) {
  return world.check(settings);
}

}  // namespace perennial::value
