#include "goals/voice.h"

#include <algorithm>
#include <cmath>

#include "proof/proof.h"

namespace perennial::goals {
namespace {

using timeline::Hits;
using timeline::Second;

constexpr double kBest = 10, kPromoterFrom = 9, kPassiveFrom = 7;
constexpr double kZ95 = 1.959963984540054;
constexpr double kAddedAnswers = 3, kAddedEach = 0.75;

Second second_of(Instant t) {
  return static_cast<Second>(std::clamp<int64_t>(to_millis(t) / 1000, 0, timeline::kNever - 1));
}

timeline::Selector selector_of(const std::vector<std::string>& names, const VoiceAsk& ask) {
  timeline::Selector selector;
  for (const std::string& name : names) {
    timeline::EventSelector one{.name = name};
    if (!ask.complaints && !ask.kind.empty()) {
      one.where.kind = timeline::Condition::Kind::kTest;
      one.where.test = {.property = ask.kind_property,
                        .op = timeline::Test::Op::kIs,
                        .texts = {ask.kind},
                        .numbers = {}};
    }
    selector.any_of.push_back(std::move(one));
  }
  selector.from = second_of(ask.months.front().from);
  selector.to = second_of(ask.months.back().to);
  return selector;
}

// Counts people of one or two selectors: answers; or complaints and orders.
class VoiceScan {
 public:
  explicit VoiceScan(const VoiceAsk& ask)
      : complaints_(ask.complaints), listed_bits_(ask.listed), people_(ask.months.size()) {
    for (const Span& month : ask.months) ends_.push_back(second_of(month.to));
  }
  void add(const timeline::Slice& slice) {
    slice.who.for_each([&](uint32_t person) {
      said_.assign(people_.size(), kSaids);
      if (complaints_) {
        each_month(slice.hits[1], person,
                   [&](size_t month, uint32_t) { said_[month] = kOrderedOnly; });
      }
      each_month(slice.hits[0], person, [&](size_t month, uint32_t hit) {
        if (const auto said = said_by(slice.hits[0], hit)) said_[month] = *said;
      });
      bool listed = false;
      for (size_t month = 0; month < said_.size(); ++month) {
        if (said_[month] == kSaids) continue;
        ++people_[month][said_[month]];
        listed |= (listed_bits_ >> said_[month] & 1) != 0;
      }
      if (listed) {
        told_.push_back(static_cast<people::PersonId>(slice.bucket) * timeline::kBucketPeople +
                        person);
      }
    });
  }
  void merge(const VoiceScan& other) {
    for (size_t month = 0; month < people_.size(); ++month) {
      for (size_t said = 0; said < kSaids; ++said)
        people_[month][said] += other.people_[month][said];
    }
    told_.insert(told_.end(), other.told_.begin(), other.told_.end());
  }
  uint64_t bytes() const { return told_.capacity() * sizeof(people::PersonId); }
  Voice finish() && {
    std::ranges::sort(told_);
    return {std::move(people_), std::move(told_)};
  }

 private:
  // Nothing of what is no answer: a score is missing, no number or out of range.
  std::optional<Said> said_by(const Hits& hits, uint32_t hit) const {
    if (complaints_) return kComplained;
    const double score = hits.number == nullptr ? NAN : hits.number[hit];
    if (!(score >= 0 && score <= kBest)) return std::nullopt;
    if (score >= kPromoterFrom) return kPromoters;
    return score >= kPassiveFrom ? kPassives : kDetractors;
  }
  template <class Each>
  void each_month(const Hits& hits, uint32_t person, Each each) const {
    size_t month = 0;
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      while (month < ends_.size() && hits.at[hit] >= ends_[month]) ++month;
      if (month == ends_.size()) return;
      each(month, hit);
    }
  }

  bool complaints_;
  unsigned listed_bits_;
  std::vector<Second> ends_;  // of the months
  std::vector<std::array<int64_t, kSaids>> people_;
  std::vector<people::PersonId> told_;
  std::vector<Said> said_;  // of one person by month; kSaids: nothing
};

}  // namespace

std::optional<Nps> nps_of(int64_t promoters, int64_t passives, int64_t detractors) {
  const auto n = static_cast<double>(promoters + passives + detractors);
  if (n == 0) return std::nullopt;
  const auto up = static_cast<double>(promoters), down = static_cast<double>(detractors);
  const double many = n + kAddedAnswers;
  const double p = (up + kAddedEach) / many, d = (down + kAddedEach) / many;
  const double half = kZ95 * std::sqrt((p + d - (p - d) * (p - d)) / many);
  Nps nps{.value = 100 * (up - down) / n};
  nps.low = std::clamp(100 * (p - d - half), -100.0, nps.value);
  nps.high = std::clamp(100 * (p - d + half), nps.value, 100.0);
  return nps;
}

std::optional<unsigned> said_bits(std::string_view word) {
  constexpr auto bit = [](Said said) { return 1U << said; };
  if (word == "promoters") return bit(kPromoters);
  if (word == "passives") return bit(kPassives);
  if (word == "detractors") return bit(kDetractors);
  if (word == "answered") return bit(kPromoters) | bit(kPassives) | bit(kDetractors);
  if (word == "complained") return bit(kComplained);
  if (word == "customers") return bit(kComplained) | bit(kOrderedOnly);
  return std::nullopt;
}

Result<Voice> read_voice(timeline::Timeline& timeline, const VoiceAsk& ask) {
  if (ask.months.empty()) return Voice{};
  const auto snapshot = timeline.snapshot();
  if (!snapshot)
    return fail(Code::kBusy, "the timeline is still being built", "", "Try again in a minute.");
  timeline::Ask question;
  question.selectors.push_back(selector_of(ask.events, ask));
  if (ask.complaints) {
    question.selectors.push_back(selector_of({std::string(people::kOrderCompleted)}, ask));
  } else {
    question.selectors[0].number = ask.score;
  }
  if (!timeline::missing_properties(*snapshot->dictionary, question).empty())
    return fail(Code::kInvalid, "a property has too many different values", "reads",
                "Choose another property.");
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxVoicePass;
  const auto plan = TRY(timeline::compile(*snapshot, std::move(question), timeline.pool(), stop));
  VoiceScan scan = TRY(timeline::run(*plan, VoiceScan(ask), timeline.pool(), stop));
  return std::move(scan).finish();
}

}  // namespace perennial::goals
