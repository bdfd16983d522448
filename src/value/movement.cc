#include "value/movement.h"

#include <map>

namespace perennial::value {
namespace {

constexpr std::array<std::string_view, 3> kTiers = {"high", "middle", "low"};

}  // namespace

std::string_view stage_group(const Snapshot& s, size_t row) { return stage_name(s.stage[row]); }

std::string_view cell_group(const Snapshot& s, size_t row) {
  return s.orders[row] > 0 ? cell_of(s.rfm[row]) : "none";
}

Json move_rows(const Snapshot& before, const Snapshot& now, GroupOf group, std::string_view absent,
               const std::string& prefix) {
  std::map<std::pair<std::string_view, std::string_view>, int64_t> people;
  each_move(before, now, group, absent,
            [&](PersonId, std::string_view from, std::string_view to) { ++people[{from, to}]; });
  Json rows = Json::array();
  for (const auto& [move, count] : people)
    rows.push_back(
        {{"from", move.first},
         {"to", move.second},
         {"people", count},
         {"set", prefix + ":" + std::string(move.first) + ":" + std::string(move.second)}});
  return rows;
}

std::vector<PersonId> people_moved(const Snapshot& before, const Snapshot& now, GroupOf group,
                                   std::string_view absent, std::string_view from,
                                   std::string_view to) {
  std::vector<PersonId> people;
  each_move(before, now, group, absent,
            [&](PersonId person, std::string_view was, std::string_view is) {
              if (was == from && is == to) people.push_back(person);
            });
  return people;
}

Tier tier_of(Rfm rfm) {
  const int sum = rfm.frequency + rfm.monetary;
  return sum >= kHighFrom ? Tier::kHigh : sum <= kLowUpTo ? Tier::kLow : Tier::kMiddle;
}

std::string_view tier_name(Tier tier) { return kTiers[static_cast<size_t>(tier)]; }

Json tier_rows(const Snapshot& s) {
  std::array<int64_t, 3> people{}, revenue{};
  for (size_t i = 0; i < s.person.size(); ++i) {
    if (s.orders[i] == 0) continue;
    const auto tier = static_cast<size_t>(tier_of(s.rfm[i]));
    ++people[tier];
    revenue[tier] += s.revenue_minor[i];
  }
  Json rows = Json::array();
  for (size_t t = 0; t < kTiers.size(); ++t)
    rows.push_back({{"tier", kTiers[t]},
                    {"people", people[t]},
                    {"revenue_minor", revenue[t]},
                    {"set", "tier:" + std::string(kTiers[t])}});
  return rows;
}

Groups tier_groups(const Snapshot& s) {
  Groups groups;
  for (const std::string_view tier : kTiers) groups.names.push_back("tier:" + std::string(tier));
  for (size_t i = 0; i < s.person.size(); ++i) {
    if (s.orders[i] > 0)
      groups.of.emplace(s.person[i],
                        static_cast<uint16_t>(1 + static_cast<size_t>(tier_of(s.rfm[i]))));
  }
  return groups;
}

}  // namespace perennial::value
