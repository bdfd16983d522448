// Lifetime value over a horizon of months: the sum over months of the purchases expected in each ×
// the mean amount × the margin, discounted to the middle of the month. A finite horizon, unlike the
// paper's infinite one (Fader, Hardie & Lee 2005, RFM and CLV, equation 1), is the same for all
// models and is what a budget is made for.
#include "value/clv.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <map>
#include <thread>

#include "value/interrupt.h"

namespace perennial::value {
namespace {

// Purchases expected of one who is still a customer.
struct Ahead {
  double plain = 0, discounted = 0;
};
Ahead ahead_of(const ClvModel& m, const Buying& buying, const History& h) {
  Ahead sum;
  double before = 0;
  for (int month = 1; month <= m.settings.horizon_months; ++month) {
    const double until = buying.if_alive(h, month * kWeeksOfMonth);
    const double step = std::max(0.0, until - before);
    sum.discounted += step * std::pow(1 + m.settings.discount_rate, -(month - 0.5) / 12);
    before = until;
  }
  sum.plain = before;
  return sum;
}

double spend_minor(const ClvModel& m, double purchases, double mean_minor) {
  if (!m.spend) return 0;
  const auto& p = m.spend->parameters;
  if (mean_minor <= 0) purchases = 0;  // nothing known: the mean of all
  return 100 * expected_spend({p[0], p[1], p[2]}, purchases, mean_minor / 100);
}

// Calls work(first, last) for parts of [0, n) on all processors.
template <class Work>
void in_parts(size_t n, Work work) {
  const size_t threads = n < 10'000 ? 1 : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::future<void>> others;
  for (size_t t = 1; t < threads; ++t)
    others.push_back(std::async(std::launch::async, work, n * t / threads, n * (t + 1) / threads));
  work(0, n / threads);
  for (auto& other : others) other.get();
}

// Histories that share an answer are worked out once: what is ahead depends on repeats and time
// seen alone.
std::vector<uint32_t> group_ahead(const Customers& customers, std::vector<History>& groups) {
  std::vector<uint32_t> order(customers.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  auto key = [&](uint32_t i) {
    return std::pair(customers.history[i].repeats, customers.history[i].seen);
  };
  std::ranges::sort(order, {}, key);
  std::vector<uint32_t> group(order.size());
  for (size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || key(order[k]) != key(order[k - 1]))
      groups.push_back({.repeats = customers.history[order[k]].repeats,
                        .seen = customers.history[order[k]].seen});
    group[order[k]] = static_cast<uint32_t>(groups.size() - 1);
  }
  return group;
}

std::vector<PurchaseModel> models_of(const ClvSettings& settings) {
  if (settings.model) return {*settings.model};
  std::vector<PurchaseModel> models(kPurchaseModels.begin(), kPurchaseModels.end());
  if (settings.opportunity_days > 0) models.push_back(PurchaseModel::kBgBb);
  return models;
}

// What the time until the next purchase follows from. Who has taken the opportunity that is open
// has the one after it next.
void add_next(const Buying& buying, const History& h, bool open_taken, ClvScore& s) {
  s.rate_shape = buying.parameters[0] + h.repeats;
  s.rate_weeks = buying.parameters[1] + h.seen;
  if (buying.model != PurchaseModel::kBgBb) return;
  const Opportunities o = opportunities_of(h, buying.opportunity_days);
  s.rate_weeks = buying.parameters[1] + o.of - o.taken;
  s.opportunity_days = buying.opportunity_days;
  const double next = o.of + (open_taken ? 2 : 1);
  s.days_to_opportunity = std::max(0.0, next * buying.opportunity_days - 7 * h.seen);
}

void rank(ClvScores& scores) {
  std::vector<double> values;
  for (const ClvScore& s : scores.score) values.push_back(s.value_minor);
  std::ranges::sort(values);
  scores.tenth.resize(values.size(), 1);
  if (values.empty()) return;
  for (size_t t = 0; t < kTenths; ++t) scores.lowest[t] = values[values.size() * t / kTenths];
  for (size_t i = 0; i < scores.score.size(); ++i) {
    auto above = std::ranges::upper_bound(scores.lowest, scores.score[i].value_minor);
    scores.tenth[i] =
        static_cast<uint8_t>(std::max<std::ptrdiff_t>(1, above - scores.lowest.begin()));
  }
}

}  // namespace

Buying ClvModel::buying() const {
  const auto& p = purchases.parameters;
  return {model, settings.opportunity_days, {p[0], p[1], p[2], p[3]}};
}

std::vector<std::string> ClvModel::faults() const {
  if (!card) return {"no_back_test"};
  std::vector<std::string> all = card->faults;
  if (!spend) all.push_back("no_amounts");
  return all;
}

Result<ClvModel> train_clv(const OrderBook& book, Instant as_of, const ClvSettings& settings,
                           Instant trained_at, const std::stop_token& stop) {
  Customers customers = customers_at(book, as_of);
  ClvModel trained{.as_of = as_of,
                   .trained_at = trained_at,
                   .settings = settings,
                   .customers = std::ssize(customers.person)};
  if (auto split = split_of(book, as_of)) {
    for (PurchaseModel model : models_of(settings)) {
      trained.compared.push_back(
          TRY(back_test(book, model, *split, as_of, stop, settings.opportunity_days)));
    }
    // The smallest error wins; a forecast whose total is far off loses against one that is not.
    std::ranges::sort(trained.compared, {},
                      [](const Card& c) { return std::pair(!c.passed(), c.error); });
    trained.card = trained.compared.front();
    trained.compared.erase(trained.compared.begin());
    for (Card& other : trained.compared) other.tracking.clear();
  }
  trained.model =
      trained.card ? trained.card->model : settings.model.value_or(PurchaseModel::kBgNbd);
  const int days = settings.opportunity_days;
  customers = customers_for(book, as_of, trained.model, days);
  trained.purchases = TRY(fit_buying(trained.model, days, customers, stop));
  TRY(unless_stopped(stop));
  auto spend = spend_of(customers);
  if (!spend.empty()) trained.spend = TRY(fit_spend(spend));
  return trained;
}

const ClvScore* ClvScores::find(PersonId id) const {
  auto found = std::ranges::lower_bound(person, id);
  if (found == person.end() || *found != id) return nullptr;
  return &score[static_cast<size_t>(found - person.begin())];
}

ClvScores score_clv(const ClvModel& model, const Customers& customers) {
  const Buying buying = model.buying();
  std::vector<History> groups;
  const std::vector<uint32_t> group = group_ahead(customers, groups);
  std::vector<Ahead> ahead(groups.size());
  in_parts(groups.size(), [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) ahead[i] = ahead_of(model, buying, groups[i]);
  });
  ClvScores scores{.as_of = customers.at,
                   .model_version = model.version,
                   .person = customers.person,
                   .score = std::vector<ClvScore>(customers.size())};
  in_parts(customers.size(), [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      const History& h = customers.history[i];
      ClvScore& s = scores.score[i];
      s.alive = buying.alive(h);
      add_next(buying, h, !customers.open_taken.empty() && customers.open_taken[i] != 0, s);
      s.purchases = s.alive * ahead[group[i]].plain;
      s.spend_minor = spend_minor(model, h.repeats + 1, customers.mean_minor[i]);
      s.value_minor = s.alive * ahead[group[i]].discounted * s.spend_minor * model.settings.margin;
    }
  });
  rank(scores);
  return scores;
}

// The chance of letting m opportunities pass is the product of (b + j) / (a + b + j) for j below m.
double days_to_next(const ClvScore& score, double share) {
  if (score.opportunity_days > 0) {
    double passed = 1;
    int m = 0;
    for (; m < kMaxOpportunities && 1 - passed < share; ++m)
      passed *= (score.rate_weeks + m) / (score.rate_shape + score.rate_weeks + m);
    return score.days_to_opportunity +
           static_cast<double>(std::max(0, m - 1)) * score.opportunity_days;
  }
  return 7 * score.rate_weeks * std::expm1(-std::log1p(-share) / score.rate_shape);
}

double new_customer_minor(const ClvModel& model) {
  const Buying buying = model.buying();
  const double later = buying.alive({}) * ahead_of(model, buying, {}).discounted;
  return (1 + later) * spend_minor(model, 0, 0) * model.settings.margin;
}

}  // namespace perennial::value
