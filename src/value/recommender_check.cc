#include "value/recommender_check.h"

#include <algorithm>
#include <cmath>

namespace perennial::value {
namespace {

using std::chrono::days;

struct Asked {
  PersonId person = 0;
  std::vector<uint32_t> bought;  // in the time of the check; ascending
};

// Who had to do with something before the cut, and bought something in the time after it that
// counts.
std::vector<Asked> people_asked(std::span<const Bit> bits, const RecommenderModel& model) {
  std::vector<Asked> all;
  const int64_t cut = to_millis(model.cut), to = to_millis(model.to);
  for (size_t begin = 0; begin < bits.size();) {
    size_t end = begin;
    std::set<uint32_t> before, after;
    bool known = false;
    for (; end < bits.size() && bits[end].person == bits[begin].person; ++end) {
      const Bit& bit = bits[end];
      known |= bit.at_ms < cut;
      if (bit.did != Did::kBought || bit.at_ms >= to) continue;
      (bit.at_ms < cut ? before : after).insert(bit.item);
    }
    if (!model.settings.repeat)
      std::erase_if(after, [&](uint32_t item) { return before.contains(item); });
    if (known && !after.empty())
      all.push_back({.person = bits[begin].person, .bought = {after.begin(), after.end()}});
    begin = end;
  }
  // A sample that does not depend on the order in which people came.
  if (all.size() > kMaxCheckedPeople) {
    std::ranges::sort(
        all, {}, [](const Asked& asked) { return fingerprint(std::to_string(asked.person)).low; });
    all.resize(kMaxCheckedPeople);
  }
  return all;
}

void compare(WayCheck& check, const std::vector<double>& own, const std::vector<double>& popular) {
  const auto n = static_cast<double>(own.size());
  double sum = 0, squares = 0;
  for (size_t i = 0; i < own.size(); ++i) {
    const double more = own[i] - popular[i];
    sum += more;
    squares += more * more;
  }
  check.more = sum / n;
  const double variance = std::max(0.0, (squares - sum * sum / n) / std::max(1.0, n - 1));
  const double half = 1.959963984540054 * std::sqrt(variance / n);
  check.more_low = check.more - half;
  check.more_high = check.more + half;
  check.wins = check.way != Way::kPopular && check.more_low > 0;
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

RecommenderModel check_recommender(const Catalogue& catalogue, std::span<const Bit> bits,
                                   std::shared_ptr<const Groups> groups, Instant now,
                                   const RecommenderSettings& settings,
                                   const Recommender::Options& options) {
  RecommenderModel model{.cut = now - days(settings.test_days), .to = now, .settings = settings};
  const auto asked = people_asked(bits, model);
  model.checked = std::ssize(asked);
  if (model.checked < kMinCheckedPeople) {
    model.faults.emplace_back("too_few_customers");
    return model;
  }
  const auto recommender =
      Recommender::make(catalogue.size(), bits, std::move(groups), model.cut, options);
  const Wish request{
      .limit = kRecallAt, .in_stock = false, .repeat = settings.repeat, .per_category = 0};
  const auto items = static_cast<double>(std::max<size_t>(1, recommender.items_bought()));
  std::vector<double> popular;
  for (size_t w = 0; w < kWays; ++w) {
    WayCheck check{.way = static_cast<Way>(w)};
    std::vector<double> gains;
    std::set<uint32_t> shown;
    for (const Asked& one : asked) {
      std::vector<uint32_t> list;
      for (const Recommended& item :
           recommender.recommend(one.person, check.way, request, catalogue))
        list.push_back(item.item);
      gains.push_back(ndcg_at(list, one.bought, kNdcgAt));
      check.ndcg += gains.back() / static_cast<double>(asked.size());
      check.recall += recall_at(list, one.bought, kRecallAt) / static_cast<double>(asked.size());
      shown.insert(list.begin(),
                   list.begin() + static_cast<std::ptrdiff_t>(std::min(kNdcgAt, list.size())));
    }
    check.coverage = static_cast<double>(shown.size()) / items;
    if (check.way == Way::kPopular) popular = gains;
    compare(check, gains, popular);
    model.ways.push_back(check);
  }
  double best = 0;
  for (const WayCheck& check : model.ways) {
    if (!check.wins || check.ndcg <= best) continue;
    best = check.ndcg;
    model.used = check.way;
  }
  if (best == 0) model.faults.emplace_back("no_better_than_popular");
  return model;
}

}  // namespace perennial::value
