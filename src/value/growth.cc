#include "value/growth.h"

#include <algorithm>

#include "value/event_names.h"
#include "value/settings_json.h"
#include "value/timeline_pass.h"

namespace perennial::value {
namespace {

using timeline::Hits;
using timeline::kBucketPeople;
using timeline::Second;

// The selectors: what registers, then one for each milestone.
constexpr size_t kRegistered = 0;

struct GrowthSpec {
  const people::KnownSince& known;
  const GrowthSettings& settings;
};

class GrowthScan {
 public:
  explicit GrowthScan(const GrowthSpec& spec) : spec_(&spec) {}

  void add(const timeline::Slice& slice) {
    const PersonId base = PersonId{slice.bucket} * kBucketPeople;
    const auto& people = spec_->known.person;
    for (auto row = static_cast<size_t>(std::ranges::lower_bound(people, base) - people.begin());
         row < people.size() && people[row] < base + PersonId{kBucketPeople}; ++row)
      look(slice, row, static_cast<uint32_t>(people[row] - base));
  }
  void merge(const GrowthScan& other) {
    row_.insert(row_.end(), other.row_.begin(), other.row_.end());
    registered_.insert(registered_.end(), other.registered_.begin(), other.registered_.end());
    done_.insert(done_.end(), other.done_.begin(), other.done_.end());
  }
  uint64_t bytes() const {
    return row_.size() * (sizeof(size_t) + sizeof(Second)) + done_.size() * sizeof(uint32_t);
  }
  void finish(GrowthReading& reading) const {
    for (size_t i = 0; i < row_.size(); ++i) {
      if (registered_[i] != timeline::kNever) {
        reading.registered[row_[i]] = from_millis(int64_t{registered_[i]} * 1000);
        reading.said[row_[i]] = 1;
      }
      std::copy_n(done_.begin() + static_cast<std::ptrdiff_t>(i * reading.milestones),
                  reading.milestones,
                  reading.done.begin() + static_cast<std::ptrdiff_t>(row_[i] * reading.milestones));
    }
  }

 private:
  void look(const timeline::Slice& slice, size_t row, uint32_t place) {
    const Hits& registering = slice.hits[kRegistered];
    Second registered = timeline::kNever;
    for (uint32_t hit = registering.first[place]; hit < registering.last[place]; ++hit)
      registered = std::min(registered, registering.at[hit]);
    const Second from = registered != timeline::kNever
                            ? registered
                            : second_of(from_millis(spec_->known.at_ms[row]));
    row_.push_back(row);
    registered_.push_back(registered);
    for (size_t m = 0; m < spec_->settings.milestones.size(); ++m)
      done_.push_back(done_of(slice.hits[1 + m], place, from, spec_->settings.milestones[m].days));
  }
  static uint32_t done_of(const Hits& hits, uint32_t place, Second from, int days) {
    uint32_t done = 0;
    const uint64_t to = uint64_t{from} + static_cast<uint64_t>(days) * kDaySeconds;
    for (uint32_t hit = hits.first[place]; hit < hits.last[place]; ++hit)
      done += days == 0 || (hits.at[hit] >= from && hits.at[hit] < to);
    return std::min<uint32_t>(done, kMaxMilestoneTimes);
  }

  const GrowthSpec* spec_;
  std::vector<size_t> row_;
  std::vector<Second> registered_;
  std::vector<uint32_t> done_;
};

Result<Milestone> milestone_from_json(const Json& json) {
  TRY(only_settings(json, {{"opens", ""}, {"event", ""}, {"times", 1}, {"days", 0}}));
  Milestone milestone;
  const auto opens = parse_growth(TRY(json_string_or(json, "opens", "growing")));
  if (!opens || *opens == Growth::kNovice)
    return fail(Code::kInvalid, "must be growing or stable", "opens");
  milestone.opens = *opens;
  milestone.event = TRY(json_string_or(json, "event", ""));
  if (milestone.event.empty() || milestone.event.size() > kMaxEventNameBytes ||
      !is_storable_text(milestone.event))
    return fail(Code::kInvalid, "must name an event", "event");
  milestone.times = TRY(whole_in<int>(json, "times", 1, 1, kMaxMilestoneTimes));
  milestone.days = TRY(whole_in<int>(json, "days", 0, 0, kMaxMilestoneDays));
  return milestone;
}

}  // namespace

std::string_view growth_name(Growth growth) { return kGrowthWords[static_cast<size_t>(growth)]; }

std::optional<Growth> parse_growth(std::string_view word) {
  const auto found = std::ranges::find(kGrowthWords, word);
  if (found == kGrowthWords.end()) return std::nullopt;
  return static_cast<Growth>(found - kGrowthWords.begin());
}

Json to_json(const GrowthSettings& settings) {
  Json milestones = Json::array();
  for (const Milestone& one : settings.milestones)
    milestones.push_back({{"opens", growth_name(one.opens)},
                          {"event", one.event},
                          {"times", one.times},
                          {"days", one.days}});
  return {{"registered", settings.registered}, {"milestones", std::move(milestones)}};
}

Result<GrowthSettings> growth_settings_from_json(const Json& json) {
  GrowthSettings settings;
  TRY(only_settings(json, to_json(settings)));
  settings.registered = TRY(event_names_from_json(json, "registered", settings.registered));
  const auto given = json.find("milestones");
  if (given == json.end()) return settings;
  if (!given->is_array() || given->size() > kMaxMilestones)
    return fail(Code::kInvalid, "must be a list of at most 10 milestones", "milestones");
  settings.milestones.clear();
  for (size_t i = 0; i < given->size(); ++i) {
    auto one = milestone_from_json(given->at(i));
    if (!one) {
      std::string& where = one.error().where;
      where = "milestones[" + std::to_string(i) + "]" + (where.empty() ? "" : "." + where);
      return std::unexpected(std::move(one).error());
    }
    settings.milestones.push_back(std::move(*one));
  }
  for (const Growth growth : {Growth::kGrowing, Growth::kStable}) {
    if (std::ranges::find(settings.milestones, growth, &Milestone::opens) ==
        settings.milestones.end())
      return fail(Code::kInvalid, "no milestone opens " + std::string(growth_name(growth)),
                  "milestones", "add one, else nobody or everybody would be there");
  }
  return settings;
}

bool GrowthReading::reached(size_t row, size_t milestone, const GrowthSettings& settings) const {
  return done[row * milestones + milestone] >=
         static_cast<uint32_t>(settings.milestones[milestone].times);
}

Growth growth_of(const GrowthReading& reading, size_t row, const GrowthSettings& settings) {
  bool growing = true, stable = true;
  for (size_t m = 0; m < reading.milestones; ++m) {
    if (reading.reached(row, m, settings)) continue;
    (settings.milestones[m].opens == Growth::kGrowing ? growing : stable) = false;
  }
  if (!growing) return Growth::kNovice;
  return stable ? Growth::kStable : Growth::kGrowing;
}

Result<GrowthReading> read_growth(timeline::Timeline& timeline, const people::KnownSince& known,
                                  const GrowthSettings& settings, Instant at,
                                  const std::stop_token& stop) {
  GrowthReading reading{.person = known.person, .milestones = settings.milestones.size()};
  for (const int64_t since : known.at_ms) reading.registered.push_back(from_millis(since));
  reading.said.assign(known.person.size(), 0);
  reading.done.assign(known.person.size() * reading.milestones, 0);
  if (known.person.empty()) return reading;
  const auto view = TRY(view_of(timeline));
  timeline::Ask ask{.selectors = {tracked(settings.registered, second_of(at))},
                    .among = crowds_of(known.person)};
  for (const Milestone& one : settings.milestones)
    ask.selectors.push_back(tracked({one.event}, second_of(at)));
  const GrowthSpec spec{.known = known, .settings = settings};
  const auto scan = TRY(pass(view, std::move(ask), GrowthScan(spec), "milestones", stop));
  scan.finish(reading);
  return reading;
}

}  // namespace perennial::value
