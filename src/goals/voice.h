// What people said in each of some months: how likely they are to recommend, and complaints. In a
// month everybody counts once: of several answers the last one.
//
// NPS = 100 × (promoters 9–10 − detractors 0–6) ÷ answered (Reichheld, "The One Number You Need to
// Grow", Harvard Business Review 12/2003). Complaint rate = people who complained ÷ customers of
// the month: those who ordered or complained in it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "people/people.h"
#include "timeline/timeline.h"

namespace perennial::goals {

inline constexpr std::chrono::seconds kMaxVoicePass{60};

// The 95 % interval is the adjusted Wald one with three answers added, ¾ promoters and ¾ detractors
// (Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 70, 2016),
// within −100 to 100 and never without the score. Nothing when nobody answered.
struct Nps {
  double value = 0, low = 0, high = 0;
};
std::optional<Nps> nps_of(int64_t promoters, int64_t passives, int64_t detractors);

enum Said : size_t { kPromoters, kPassives, kDetractors, kComplained, kOrderedOnly, kSaids };
// A set of them, one bit each: what a word names ("promoters", "passives", "detractors",
// "answered", "complained", "customers"); nothing for another word.
std::optional<unsigned> said_bits(std::string_view word);

struct VoiceAsk {
  bool complaints = false;  // else answers
  std::vector<std::string> events;
  std::string score;                // of answers: the property that holds 0 to 10
  std::string kind_property, kind;  // of answers: only those with this value; "" takes all
  std::vector<Span> months;         // ascending, one after the other
  unsigned listed = 0;              // bits of those whose people are told, in all the months
};
struct Voice {
  std::vector<std::array<int64_t, kSaids>> people;  // by month
  std::vector<people::PersonId> listed;             // ascending
};
// One pass over the timeline. kBusy while it is being built.
Result<Voice> read_voice(timeline::Timeline& timeline, const VoiceAsk& ask);

}  // namespace perennial::goals
