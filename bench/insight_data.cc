#include "insight_data.h"

#include <algorithm>
#include <cmath>

namespace perennial::bench {
namespace {

constexpr uint64_t kSeed = 20'250'101;
constexpr double kMeanEvents = 106;  // before the cut at kMostEvents and at the end of the year
constexpr uint32_t kMostEvents = 20'000;
constexpr double kMeanLifeDays = 250;
constexpr uint32_t kMostPause = 300;  // seconds between two events of a session

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((next() >> 32) * n >> 32); }
  double unit() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
  double normal() {
    return std::sqrt(-2 * std::log(unit())) * std::cos(2 * 3.14159265358979323846 * unit());
  }

 private:
  uint64_t state_;
};

// Zipf: name r has the weight 1 / (r + 1).
const std::array<uint8_t, 65'536>& names() {
  static const std::array<uint8_t, 65'536> table = [] {
    std::array<uint8_t, 65'536> out{};
    double total = 0;
    for (uint32_t r = 0; r < kNames; ++r) total += 1.0 / (r + 1);
    double sum = 0;
    uint32_t r = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      while (r + 1 < kNames &&
             static_cast<double>(i) / out.size() >= (sum + 1.0 / (r + 1)) / total) {
        sum += 1.0 / (r + 1);
        ++r;
      }
      out[i] = static_cast<uint8_t>(r);
    }
    return out;
  }();
  return table;
}

}  // namespace

std::string name_of(uint32_t name) {
  switch (name) {
    case kPageViewed:
      return "Page Viewed";
    case kProductViewed:
      return "Product Viewed";
    case kVisit:
      return "Visit";
    case kProductAdded:
      return "Product Added";
    case kCheckoutStarted:
      return "Checkout Started";
    case kOrderCompleted:
      return "Order Completed";
    default:
      return "Action " + std::to_string(name + 1);
  }
}

std::string channel_of(uint32_t channel) { return "channel-" + std::to_string(channel); }

void make_person(uint32_t person, std::vector<Event>& out) {
  Random random(kSeed + person * uint64_t{0x632be59bd9b4e019});
  const double wanted = std::exp(std::log(kMeanEvents) - 0.5 + random.normal());
  const auto events =
      static_cast<uint32_t>(std::clamp(std::round(wanted), 1.0, double{kMostEvents}));
  const uint32_t joined = random.below(2) == 0 ? 0 : random.below(kDays * kDay);
  const double life = -std::log(random.unit()) * kMeanLifeDays * kDay;
  const auto left =
      static_cast<uint32_t>(std::min<double>(kDays * kDay, joined + std::max<double>(life, kDay)));

  // Sessions of four events on average; where one runs into the next they are one.
  out.clear();
  static thread_local std::vector<uint32_t> sizes, starts;
  sizes.clear();
  starts.clear();
  for (uint32_t made = 0; made < events;) {
    uint32_t size = 1;
    while (size < events - made && random.below(4) != 0) ++size;
    sizes.push_back(size);
    starts.push_back(joined + random.below(left - joined));
    made += size;
  }
  std::ranges::sort(starts);
  uint32_t next = 0;  // the first second that is free
  for (size_t s = 0; s < sizes.size(); ++s) {
    uint32_t at = std::max(next, starts[s]);
    for (uint32_t i = 0; i < sizes[s]; ++i) {
      if (at >= kDays * kDay) return;
      Event event{.at = kBegin + at, .name = names()[random.next() >> 48]};
      if (event.name == kVisit) event.channel = static_cast<uint8_t>(1 + random.below(kChannels));
      if (event.name == kOrderCompleted) {
        event.cents =
            static_cast<int32_t>(std::min(1e7, 100 * std::exp(4 + 1.2 * random.normal())));
      }
      out.push_back(event);
      next = at + 1;
      at += 1 + random.below(kMostPause);
    }
  }
}

}  // namespace perennial::bench
