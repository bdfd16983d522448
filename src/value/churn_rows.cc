#include "value/churn_rows.h"

#include <algorithm>
#include <cmath>

namespace perennial::value {
namespace {

using std::chrono::days;

constexpr std::string_view kEndsIn = "contract_ends_in";
constexpr double kMostContractDays = 730;

struct Crowd {
  std::vector<PersonId> person;
  std::vector<uint8_t> left;
};

// Who is asked about at each instant, and who left after it.
Result<std::vector<Crowd>> crowds(const ChurnSource& source, const ChurnSettings& settings,
                                  const std::vector<Instant>& at, const ContractNotes& contracts,
                                  const std::stop_token& stop) {
  std::vector<Crowd> all;
  const int horizon = settings.horizon_days;
  if (settings.label == ChurnLabel::kNoOrder) {
    for (const Instant instant : at) {
      Asked asked = labelled(source.book, instant, horizon, {});
      all.push_back({std::move(asked.person), std::move(asked.table.label)});
    }
    return all;
  }
  if (settings.label == ChurnLabel::kContractEnded) {
    for (const Instant instant : at) {
      Crowd crowd;
      const Instant end = instant + days(horizon);
      each_contractor(contracts, [&](std::span<const ContractNote> notes) {
        if (!running_at(notes, instant, instant)) return;
        crowd.person.push_back(notes.front().person);
        crowd.left.push_back(!running_at(notes, end, end));
      });
      all.push_back(std::move(crowd));
    }
    return all;
  }
  ActiveSpec spec{.events = settings.activity, .days_before = 2 * horizon, .days_after = horizon};
  for (const Instant instant : at) spec.at.push_back(second_of(instant));
  const std::vector<ActiveAt> found = TRY(read_active(source.timeline, spec, stop));
  for (size_t k = 0; k < found.size(); ++k) {
    const ActiveAt& active = found[k];
    Crowd crowd;
    for (size_t i = 0; i < active.person.size(); ++i) {
      if (source.known && !source.known->known_before(active.person[i], at[k])) continue;
      crowd.person.push_back(active.person[i]);
      crowd.left.push_back(!active.after[i]);
    }
    all.push_back(std::move(crowd));
  }
  return all;
}

void add_orders(const ChurnSource& source, const ChurnSettings& settings, Instant at,
                const Crowd& crowd, std::vector<std::string>& columns,
                std::vector<std::vector<float>>& values) {
  const OrderFeatures found = order_features(source.book, crowd.person, at);
  // Whoever is asked about by orders has ordered.
  const size_t width = found.columns.size();
  const size_t kept = settings.label == ChurnLabel::kNoOrder ? width - 1 : width;
  for (size_t c = 0; c < kept; ++c) {
    columns.push_back(found.columns[c]);
    auto& column = values.emplace_back();
    for (size_t i = 0; i < crowd.person.size(); ++i)
      column.push_back(static_cast<float>(found.values[i * width + c]));
  }
}

void add_contracts(const ContractNotes& notes, Instant at, const Crowd& crowd,
                   std::vector<std::string>& columns, std::vector<std::vector<float>>& values) {
  columns.emplace_back("contract_days");
  columns.emplace_back(kEndsIn);
  const size_t first = values.size();
  values.resize(first + 2);
  size_t next = 0;
  each_contractor(notes, [&](std::span<const ContractNote> of) {
    if (next == crowd.person.size() || crowd.person[next] != of.front().person) return;
    ++next;
    const Running running = running_at(of, at, at).value_or(Running{});
    const auto in_days = [](int64_t ms) {
      return std::min(kMostContractDays, static_cast<double>(ms) / static_cast<double>(kDayMs));
    };
    values[first].push_back(static_cast<float>(in_days(to_millis(at) - running.start_ms)));
    values[first + 1].push_back(static_cast<float>(
        running.end_ms == INT64_MAX ? kMostContractDays : in_days(running.end_ms - to_millis(at))));
  });
}

struct Ground {
  const ChurnSource& source;
  const ChurnSettings& settings;
  ContractNotes contracts;
};

// The table of one instant. `acts` are those of act_features() at it, row by row.
Asked table_of(const Ground& ground, Instant at, Crowd crowd, std::span<const float> acts) {
  Asked asked;
  std::vector<std::vector<float>> values;
  add_orders(ground.source, ground.settings, at, crowd, asked.table.columns, values);
  if (ground.settings.label == ChurnLabel::kContractEnded)
    add_contracts(ground.contracts, at, crowd, asked.table.columns, values);
  const bool with_acts = ground.source.timeline.snapshot != nullptr;
  const size_t width = ground.source.features.size();
  if (with_acts) {
    for (const ActFeature& feature : ground.source.features)
      asked.table.columns.emplace_back(feature.name);
  }
  asked.table.values.reserve(crowd.person.size() * asked.table.columns.size());
  for (size_t i = 0; i < crowd.person.size(); ++i) {
    for (const auto& column : values) asked.table.values.push_back(column[i]);
    if (!with_acts) continue;
    const auto row = acts.subspan(i * width, width);
    asked.table.values.insert(asked.table.values.end(), row.begin(), row.end());
  }
  asked.table.label = std::move(crowd.left);
  asked.person = std::move(crowd.person);
  return asked;
}

// Acts of `people` at the instants, person by person.
Result<std::vector<float>> acts_of(const ChurnSource& source, std::span<const PersonId> people,
                                   const std::vector<Instant>& at, std::optional<Instant> to,
                                   const std::stop_token& stop) {
  if (source.timeline.snapshot == nullptr) return std::vector<float>();
  ActsSpec spec{.events = source.events, .features = source.features};
  for (const Instant instant : at) spec.at.push_back(second_of(instant));
  if (to) spec.to = second_of(*to);
  return read_acts(source.timeline, spec, people, stop);
}

// Of acts person by person over several instants, those of instant `k` for `people`, who are some
// of `all`.
std::vector<float> at_instant(std::span<const float> acts, std::span<const PersonId> all,
                              std::span<const PersonId> people, size_t width, size_t instants,
                              size_t k) {
  std::vector<float> rows;
  rows.reserve(people.size() * width);
  size_t next = 0;
  for (const PersonId person : people) {
    while (all[next] != person) ++next;
    const auto row = acts.subspan((next * instants + k) * width, width);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

// Names of acts that say something else when nothing from the instant on is read.
std::vector<std::string> leaking_acts(const ChurnSource& source, std::span<const float> all,
                                      std::span<const float> then) {
  std::vector<std::string> leaks;
  const size_t width = source.features.size();
  for (size_t c = 0; c < width; ++c) {
    for (size_t k = c; k < all.size(); k += width) {
      if (all[k] == then[k]) continue;
      leaks.emplace_back(source.features[c].name);
      break;
    }
  }
  return leaks;
}

// Known at the cut-off, and yet it may tell nearly all: a contract that is not renewed ends when it
// says; and whoever is asked about may have fallen silent up to two horizons ago, so that of what
// is used daily the last use tells an honest 0.996 and more. What a column of use reads from the
// cut-off on, leaking_acts() sees.
bool may_tell_all(const ChurnSource& source, const ChurnSettings& settings,
                  std::string_view column) {
  if (column == kEndsIn) return true;
  if (settings.label != ChurnLabel::kNoActivity) return false;
  const auto found = std::ranges::find(source.features, column, &ActFeature::name);
  return found != source.features.end() && found->of_use;
}

Result<Ground> ground_of(const ChurnSource& source, const ChurnSettings& settings,
                         const std::stop_token& stop) {
  Ground ground{.source = source, .settings = settings};
  if (settings.label == ChurnLabel::kNoActivity && source.timeline.snapshot == nullptr)
    return fail(Code::kConflict, "there is no timeline to read", "label");
  if (settings.label != ChurnLabel::kContractEnded) return ground;
  if (source.log == nullptr || source.database == nullptr)
    return fail(Code::kConflict, "there is no event log to read", "label");
  ground.contracts =
      TRY(read_contracts(*source.log, *source.database, settings.contract_ended, stop));
  return ground;
}

}  // namespace

Result<ChurnRows> churn_rows(const ChurnSource& source, const ChurnSettings& settings,
                             Instant learned_at, Instant tested_at, const std::stop_token& stop) {
  const Ground ground = TRY(ground_of(source, settings, stop));
  const std::vector<Instant> at = {learned_at, tested_at};
  auto who = TRY(crowds(source, settings, at, ground.contracts, stop));
  std::vector<PersonId> everybody;
  std::ranges::set_union(who[0].person, who[1].person, std::back_inserter(everybody));
  const auto acts = TRY(acts_of(source, everybody, at, std::nullopt, stop));
  const size_t width = source.timeline.snapshot != nullptr ? source.features.size() : 0;
  ChurnRows rows;
  std::vector<std::vector<float>> of_instant;
  for (size_t k = 0; k < at.size(); ++k)
    of_instant.push_back(at_instant(acts, everybody, who[k].person, width, at.size(), k));
  if (width > 0) {
    const auto then = TRY(acts_of(source, who[0].person, {learned_at}, learned_at, stop));
    rows.leaks = leaking_acts(source, of_instant[0], then);
  }
  rows.learned = table_of(ground, learned_at, std::move(who[0]), of_instant[0]);
  rows.tested = table_of(ground, tested_at, std::move(who[1]), of_instant[1]);
  for (std::string& column : columns_that_tell_all(rows.learned.table)) {
    if (!may_tell_all(source, settings, column) &&
        std::ranges::find(rows.leaks, column) == rows.leaks.end())
      rows.leaks.push_back(std::move(column));
  }
  return rows;
}

Result<Asked> churn_asked(const ChurnSource& source, const ChurnSettings& settings, Instant at,
                          const std::stop_token& stop) {
  const Ground ground = TRY(ground_of(source, settings, stop));
  // What comes after `at` labels nobody here.
  Crowd crowd;
  if (settings.label == ChurnLabel::kNoOrder) {
    crowd.person = people_asked(source.book, at, settings.horizon_days, {}).person;
  } else {
    crowd = std::move(TRY(crowds(source, settings, {at}, ground.contracts, stop)).front());
    crowd.left.clear();
  }
  const auto acts = TRY(acts_of(source, crowd.person, {at}, at, stop));
  return table_of(ground, at, std::move(crowd), acts);
}

std::vector<std::string> churn_columns(const ChurnSettings& settings,
                                       const TimelineView& timeline) {
  const OrderBook nothing;
  const ChurnSource source{.book = nothing, .timeline = timeline};
  const Ground ground{.source = source, .settings = settings};
  return table_of(ground, {}, {}, {}).table.columns;
}

}  // namespace perennial::value
