#include "value/recommender_check.h"

#include <algorithm>
#include <cmath>

namespace perennial::value {
namespace {

using std::chrono::days;

constexpr double kSure95 = 1.959963984540054;

// Somebody who bought something new in the time of the check, and what was known of them before it.
struct Case {
  PersonId person = 0;
  std::vector<uint32_t> bought;  // in the time of the check; ascending
  bool seen = false;             // had to do with something before the cut
  bool newcomer = false;
  bool odd = false;  // the half
  std::vector<Liking> likings;
  std::vector<Near> around;
  Voter voter;
  std::array<bool, kWays> reached{};

  About about() const { return {.more = {}, .likings = likings, .around = around}; }
};
using Cases = std::vector<const Case*>;

uint64_t lot_of(PersonId person) { return fingerprint(std::to_string(person)).low; }

// A sample that does not depend on the order in which people came.
void thin_out(std::vector<Case>& cases, size_t most) {
  if (cases.size() <= most) return;
  std::ranges::sort(cases, {}, [](const Case& one) { return lot_of(one.person); });
  cases.resize(most);
}

// Those with a history of some length, then newcomers: people whom nobody knew before the cut could
// be told nothing.
std::vector<Case> people_asked(std::span<const Bit> bits, const people::KnownSince& since,
                               const RecommenderModel& model) {
  std::vector<Case> regulars, newcomers;
  const int64_t cut = to_millis(model.cut), to = to_millis(model.to);
  for (size_t begin = 0; begin < bits.size();) {
    size_t end = begin;
    std::set<uint32_t> before, after;
    Case one{.person = bits[begin].person, .odd = lot_of(bits[begin].person) % 2 == 1};
    for (; end < bits.size() && bits[end].person == one.person; ++end) {
      const Bit& bit = bits[end];
      one.seen |= bit.at_ms < cut;
      if (bit.did != Did::kBought || bit.at_ms >= to) continue;
      (bit.at_ms < cut ? before : after).insert(bit.item);
    }
    begin = end;
    one.newcomer = before.size() < kLittleHistory;
    if (!model.settings.repeat)
      std::erase_if(after, [&](uint32_t item) { return before.contains(item); });
    one.bought = {after.begin(), after.end()};
    if (after.empty() || (!one.seen && !since.known_before(one.person, model.cut))) continue;
    (one.newcomer ? newcomers : regulars).push_back(std::move(one));
  }
  thin_out(regulars, kMaxCheckedPeople);
  thin_out(newcomers, kMaxCheckedPeople);
  std::ranges::move(newcomers, std::back_inserter(regulars));
  return regulars;
}

Cases chosen_of(std::span<const Case> cases, auto&& fits) {
  Cases chosen;
  for (const Case& one : cases) {
    if (fits(one)) chosen.push_back(&one);
  }
  return chosen;
}

// The means of lists that somebody was given.
class Tally {
 public:
  void add(std::span<const Recommended> list, std::span<const uint32_t> bought) {
    std::vector<uint32_t> items;
    for (const Recommended& one : list) items.push_back(one.item);
    gains_.push_back(ndcg_at(items, bought, kNdcgAt));
    recall_ += recall_at(items, bought, kRecallAt);
    shown_.insert(items.begin(),
                  items.begin() + static_cast<std::ptrdiff_t>(std::min(kNdcgAt, items.size())));
  }
  const std::vector<double>& gains() const { return gains_; }
  // Beside what is popular, of `items` items.
  WayCheck finish(Way way, const Tally& popular, double items) const {
    WayCheck check{.way = way};
    const auto n = static_cast<double>(gains_.size());
    for (const double gain : gains_) check.ndcg += gain / n;
    check.recall = recall_ / n;
    check.coverage = static_cast<double>(shown_.size()) / items;
    const Difference more = difference(gains_, popular.gains_, kSure95);
    check.more = more.mean;
    check.more_low = more.low;
    check.more_high = more.high;
    check.wins = way != Way::kPopular && more.low > 0;
    return check;
  }

 private:
  std::vector<double> gains_;
  double recall_ = 0;
  std::set<uint32_t> shown_;
};

class Check {
 public:
  // Ends early, with whatever it has, when it is asked to stop.
  Check(const Catalogue& catalogue, const Recommender& recommender, RecommenderModel& model,
        std::vector<Case> cases, std::stop_token stop)
      : catalogue_(catalogue),
        recommender_(recommender),
        model_(model),
        cases_(std::move(cases)),
        stop_(std::move(stop)),
        items_(static_cast<double>(std::max<size_t>(1, recommender.items_bought()))),
        request_{.limit = kRecallAt,
                 .in_stock = false,
                 .repeat = model.settings.repeat,
                 .per_category = 0} {
    for (Case& one : cases_) {
      if (stop_.stop_requested()) return;
      look(one);
    }
  }

  void judge() {
    const auto seen = chosen_of(cases_, [](const Case& one) { return one.seen; });
    const auto fresh = chosen_of(cases_, [](const Case& one) { return one.newcomer; });
    const Blend whole = blend_of([](const Case&) { return true; });
    // Each half by what the other half says.
    std::array<Blend, 2> halves;
    for (const bool odd : {false, true})
      halves[odd ? 1 : 0] = blend_of([odd](const Case& one) { return one.odd != odd; });
    model_.all = checked(seen, halves);
    const bool enough = std::ssize(fresh) >= kMinCheckedPeople;
    if (enough) model_.newcomers = checked(fresh, halves);
    model_.blend.known = used(model_.all, whole.known);
    model_.blend.newcomers = enough ? used(model_.newcomers, whole.newcomers) : model_.blend.known;
    if (!enough) model_.newcomers.used = model_.all.used;
    weigh(model_.all, model_.blend.known);
    weigh(model_.newcomers, model_.blend.newcomers);
  }

 private:
  // What each way says of somebody, as the choice of a blend reads it.
  void look(Case& one) {
    one.voter.bought = one.bought;
    const auto history = recommender_.history(one.person);
    const auto mine = [&](uint32_t item) {
      return !model_.settings.repeat && std::ranges::any_of(history, [item](const Touch& touch) {
        return touch.item == item && touch.bought;
      });
    };
    for (const Way way : kAllWays) {
      const auto scores = recommender_.scores(way, one.person, one.about());
      const float most = scores.empty() ? 0 : *std::ranges::max_element(scores);
      auto& list = one.voter.lists[static_cast<size_t>(way)];
      if (most <= 0) continue;
      one.reached[static_cast<size_t>(way)] = true;
      for (uint32_t item = 0; item < scores.size(); ++item) {
        if (scores[item] > 0) list.emplace_back(item, scores[item] / most);
      }
      const auto kept = std::min<std::ptrdiff_t>(kLooked, std::ssize(list));
      std::partial_sort(list.begin(), list.begin() + kept, list.end(),
                        [](const auto& a, const auto& b) {
                          return a.second != b.second ? a.second > b.second : a.first < b.first;
                        });
      list.resize(static_cast<size_t>(kept));
      std::erase_if(list, [&](const auto& part) { return mine(part.first); });
      list.shrink_to_fit();
    }
  }

  // Of those that fit: known people by themselves once there are enough of them, and newcomers.
  Blend blend_of(auto&& fits) const {
    const auto choose = [&](auto&& of) {
      std::vector<const Voter*> voters;
      for (const Case& one : cases_) {
        if (voters.size() < kMaxVoters && of(one) && fits(one)) voters.push_back(&one.voter);
      }
      return std::pair(choose_mix(voters, catalogue_.size(), stop_), std::ssize(voters));
    };
    auto [known, regulars] = choose([](const Case& one) { return one.seen && !one.newcomer; });
    if (regulars < kMinCheckedPeople / 2)
      known = choose([](const Case& one) { return one.seen; }).first;
    const auto [fresh, newcomers] = choose([](const Case& one) { return one.newcomer; });
    return {.known = known, .newcomers = newcomers < kMinCheckedPeople / 2 ? known : fresh};
  }

  PeopleCheck checked(const Cases& cases, const std::array<Blend, 2>& halves) const {
    PeopleCheck check{.checked = std::ssize(cases)};
    if (cases.empty()) return check;
    std::array<Tally, kWays> ways;
    Tally blended;
    for (const Case* one : cases) {
      if (stop_.stop_requested()) return {};
      const auto by = [&](Way way) {
        return recommender_.recommend_by(way, one->person, request_, catalogue_, one->about());
      };
      const auto popular = by(Way::kPopular);
      for (const Way way : kAllWays) {
        const auto w = static_cast<size_t>(way);
        ways[w].add(one->reached[w] && way != Way::kPopular ? by(way) : popular, one->bought);
      }
      blended.add(recommender_.recommend(one->person, halves[one->odd ? 1 : 0], request_,
                                         catalogue_, one->about()),
                  one->bought);
    }
    for (const Way way : kAllWays) {
      const auto w = static_cast<size_t>(way);
      check.ways.push_back(ways[w].finish(way, ways[0], items_));
      check.ways.back().reach = static_cast<double>(std::ranges::count_if(
                                    cases, [w](const Case* one) { return one->reached[w]; })) /
                                static_cast<double>(cases.size());
    }
    check.ways.push_back(blended.finish(Way::kBlend, ways[0], items_));
    check.ways.back().reach = 1;
    return check;
  }

  // The blend where it tells better than what is popular and no worse than each way alone; else the
  // best way that tells better than what is popular; else that. Nothing for people of whom none
  // were checked.
  static Mix used(PeopleCheck& check, const Mix& mix) {
    if (check.ways.empty()) return {};
    const WayCheck& blend = check.ways.back();
    const WayCheck* best = nullptr;
    for (const WayCheck& one : check.ways) {
      if (one.way != Way::kBlend && one.wins && (best == nullptr || one.ndcg > best->ndcg))
        best = &one;
    }
    if (mix.ways() > 1 && blend.wins && (best == nullptr || blend.ndcg >= best->ndcg)) {
      check.used = Way::kBlend;
      return mix;
    }
    if (best == nullptr) return Mix::only(Way::kPopular);
    check.used = best->way;
    return Mix::only(best->way);
  }
  static void weigh(PeopleCheck& check, const Mix& mix) {
    for (WayCheck& one : check.ways) one.weight = one.way == Way::kBlend ? 0 : mix.of(one.way);
  }

  const Catalogue& catalogue_;
  const Recommender& recommender_;
  RecommenderModel& model_;
  std::vector<Case> cases_;
  const std::stop_token stop_;
  const double items_;
  const Wish request_;
};

// What was known of them at the cut.
void tell_about(std::vector<Case>& cases, const KnownOfPeople& known, Instant cut) {
  const Circles circles(known.brought, cut);
  LikingsBook likings(known.likings);
  for (const Stated& one : known.stated) {
    if (one.at_ms < to_millis(cut)) likings.state(one.person, one.likings);
  }
  for (Case& one : cases) {
    one.likings = likings.of(one.person);
    one.around = circles.around(one.person);
  }
}

}  // namespace

double ndcg_at(std::span<const uint32_t> list, std::span<const uint32_t> relevant, size_t k) {
  double gain = 0, best = 0;
  for (size_t i = 0; i < k; ++i) {
    const double weight = 1 / std::log2(static_cast<double>(i) + 2);
    if (i < relevant.size()) best += weight;
    if (i < list.size() && std::ranges::binary_search(relevant, list[i])) gain += weight;
  }
  return gain / best;
}

double recall_at(std::span<const uint32_t> list, std::span<const uint32_t> relevant, size_t k) {
  size_t found = 0;
  for (size_t i = 0; i < std::min(k, list.size()); ++i)
    found += std::ranges::binary_search(relevant, list[i]) ? 1 : 0;
  return static_cast<double>(found) / static_cast<double>(relevant.size());
}

Instant cut_of(const RecommenderSettings& settings, Instant now) {
  return now - days(settings.test_days);
}

RecommenderModel check_recommender(const Catalogue& catalogue, std::span<const Bit> bits,
                                   const KnownOfPeople& known, Instant now,
                                   const RecommenderSettings& settings,
                                   const Recommender::Options& options) {
  RecommenderModel model{.cut = cut_of(settings, now), .to = now, .settings = settings};
  auto cases = people_asked(bits, known.since, model);
  model.all.checked = std::ranges::count_if(cases, &Case::seen);
  model.newcomers.checked = std::ranges::count_if(cases, &Case::newcomer);
  if (model.all.checked < kMinCheckedPeople) {
    model.faults.emplace_back("too_few_customers");
    return model;
  }
  tell_about(cases, known, model.cut);
  const auto recommender = Recommender::make(catalogue, bits, known.together, model.cut, options);
  Check(catalogue, recommender, model, std::move(cases), options.als.stop).judge();
  if (model.all.used == Way::kPopular) model.faults.emplace_back("no_better_than_popular");
  return model;
}

}  // namespace perennial::value
