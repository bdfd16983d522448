#include "value/ways.h"

#include <algorithm>

namespace perennial::value {
namespace {

constexpr std::array<std::string_view, kWays + 1> kWayNames = {
    "popular",   "popular_in_group", "bought_together", "factors",
    "interests", "popular_in_place", "around",          "blend"};
constexpr std::array<std::string_view, kWays + 1> kSourceNames = {
    "popular", "group", "history", "history", "interests", "place", "referrals", "popular"};
constexpr std::array<std::string_view, 8> kReasonNames = {
    "bought_with",   "viewed_with",      "similar_taste",    "interest",
    "bought_around", "popular_in_place", "popular_in_group", "popular"};

// "{}" is the name of what it goes with, or the interest.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kReasonTexts = {
    {{"often bought with {}", "常与“{}”一起购买"},
     {"goes with {}, which you looked at", "与您看过的“{}”相配"},
     {"bought by customers of a similar taste", "口味相近的顾客常买"},
     {"matches your interest in {}", "符合您对“{}”的兴趣"},
     {"bought by people around you", "您身边的人买过"},
     {"popular where you live", "您所在地区的热门"},
     {"popular with customers like you", "与您相似的顾客常买"},
     {"popular with other customers", "其他顾客常买"}}};
constexpr std::pair<std::string_view, std::string_view> kSomeInterest = {"matches your interests",
                                                                         "符合您的兴趣"};

std::string with_name(std::string_view text, std::string_view of) {
  std::string said(text);
  if (const size_t at = said.find("{}"); at != said.npos) said.replace(at, 2, of);
  return said;
}

}  // namespace

std::string_view way_name(Way way) { return kWayNames[static_cast<size_t>(way)]; }

std::optional<Way> parse_way(std::string_view word) {
  if (word == "popular_in_country") return Way::kPlace;  // of cards from before
  const auto found = std::ranges::find(kWayNames, word);
  if (found == kWayNames.end()) return std::nullopt;
  return static_cast<Way>(found - kWayNames.begin());
}

std::string_view source_name(Way way) { return kSourceNames[static_cast<size_t>(way)]; }

std::string_view reason_name(Because::Kind kind) { return kReasonNames[static_cast<size_t>(kind)]; }

ReasonText reason_text(Because::Kind kind, std::string_view of) {
  const bool untold = kind == Because::Kind::kInterest && of.empty();
  const auto& [en, zh] = untold ? kSomeInterest : kReasonTexts[static_cast<size_t>(kind)];
  return {.en = with_name(en, of), .zh = with_name(zh, of)};
}

Mix Mix::only(Way way) {
  Mix mix;
  mix.of(way) = 1;
  return mix;
}

size_t Mix::ways() const {
  return static_cast<size_t>(std::ranges::count_if(weight, [](float one) { return one > 0; }));
}

Mix Mix::whole() const {
  float sum = 0;
  for (const float one : weight) sum += one;
  Mix mix = *this;
  for (float& one : mix.weight) one = sum > 0 ? one / sum : 0;
  return mix;
}

}  // namespace perennial::value
