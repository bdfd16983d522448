// What the models of value cost, beside the limits that were promised: fits on the CDNOW sample,
// fits and scores on a million customers drawn from BG/NBD, and a turn of ALS. Churn risk is in
// value_churn.cc.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string_view>
#include <thread>

#include "value/cdnow_testing.h"
#include "value/clv.h"
#include "value/recommender.h"
#include "value_timing.h"

namespace perennial::value {
namespace {

// Histories in days as weeks, up to 700 days.
Customers million() {
  std::mt19937_64 random(1);
  auto gamma = [&](double shape, double rate) {
    return std::gamma_distribution<double>(shape, 1 / rate)(random);
  };
  std::uniform_real_distribution<double> part(0, 1);
  Customers all;
  for (PersonId person = 1; person <= 1'000'000; ++person) {
    const double rate = gamma(0.6, 6), a = gamma(0.8, 1), leave = a / (a + gamma(2.5, 1));
    History h{.seen = static_cast<double>(1 + random() % 700) / 7};
    for (double t = 0;;) {
      t += std::exponential_distribution<double>(rate)(random);
      if (!(t < h.seen)) break;
      const double day = std::floor(t * 7) / 7;
      if (day > h.last) {
        ++h.repeats;
        h.last = day;
      }
      if (part(random) < leave) break;
    }
    all.person.push_back(person);
    all.history.push_back(h);
    all.mean_minor.push_back(std::round(100 * gamma(4, 0.1)));
    all.first_ms.push_back(0);
  }
  return all;
}

// The n-th item with a chance that falls as 1 ÷ place, as what is bought in a shop does.
uint32_t some_item(std::mt19937_64& random, size_t items) {
  const double part = static_cast<double>(random() >> 11) / 9007199254740992.0;
  return static_cast<uint32_t>(std::pow(static_cast<double>(items), part)) - 1;
}

Feedback ten_million() {
  constexpr size_t kPeople = 500'000, kItems = 50'000, kEach = 20;
  std::mt19937_64 random(3);
  Feedback feedback;
  for (size_t p = 0; p < kPeople; ++p) {
    std::set<uint32_t> items;
    while (items.size() < kEach) items.insert(some_item(random, kItems));
    for (const uint32_t item : items) {
      feedback.column.push_back(item);
      feedback.strength.push_back(static_cast<float>(1 + random() % 20));
    }
    feedback.first.push_back(feedback.column.size());
  }
  return feedback;
}

const Instant kNow = *parse_instant("2024-01-01T00:00:00Z");

void time_answers(const Recommender& recommender, const Catalogue& catalogue, PersonId people) {
  std::mt19937_64 random(7);
  std::vector<double> ms;
  for (int i = 0; i < 5'000; ++i) {
    const auto person = static_cast<PersonId>(1 + random() % static_cast<uint64_t>(people));
    const auto begin = std::chrono::steady_clock::now();
    const auto list = recommender.recommend_by(Way::kFactors, person, {}, catalogue);
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
    ms.push_back(wall.count());
  }
  std::ranges::sort(ms);
  std::printf("recommendations by factors: %zu items: median %.2f ms, p99 %.2f ms (limit 10 ms)\n",
              catalogue.size(), ms[ms.size() / 2], ms[ms.size() * 99 / 100]);
}

// Lists by factors, the way that costs most.
void run_answers() {
  constexpr PersonId kBuyers = 100'000;
  constexpr size_t kOffered = 20'000;
  Catalogue catalogue;
  for (size_t i = 0; i < kOffered; ++i) {
    const uint32_t item = *catalogue.add(std::to_string(i));
    catalogue.say(item, 1, {.category = std::to_string(i % 100)});
  }
  std::mt19937_64 random(5);
  std::vector<Bit> bits;
  for (PersonId p = 1; p <= kBuyers; ++p) {
    for (int k = 0; k < 20; ++k)
      bits.push_back({.person = p,
                      .item = some_item(random, kOffered),
                      .did = Did::kBought,
                      .at_ms = to_millis(kNow) - (20 - k) * int64_t{86'400'000}});
  }
  Recommender::Options options;
  options.als.iterations = 2;
  options.threads = options.als.threads = std::max(1U, std::thread::hardware_concurrency());
  const auto recommender = Recommender::make(catalogue, bits, {}, kNow, options);
  time_answers(recommender, catalogue, kBuyers);
}

void run_recommendations() {
  const Feedback feedback = ten_million();
  const Feedback by_column = transposed(feedback, 50'000);
  AlsOptions options{.threads = std::max(1U, std::thread::hardware_concurrency())};
  Factors factors = begin_als(feedback, 50'000, options);
  iterate_als(factors, feedback, by_column, options);
  measure("ALS, 64 factors, 10 M interactions: an iteration", 5'000,
          [&] { iterate_als(factors, feedback, by_column, options); });
  // Its figures: github.com/benfred/implicit, benchmarks/README.md (commit 0fcf147), an iteration.
  std::puts(
      "  beside it implicit (conjugate gradients too), 64 factors, as published, on an i7-7820X (8 "
      "cores): 1366 ms for last.fm 360k (17.5 M interactions), 2752 ms for MovieLens 20M from 4 "
      "stars (10 M)");
}

void run() {
  const Histories cdnow = *group_histories(cdnow_histories());
  const auto spend = cdnow_spend();
  measure("BG/NBD, CDNOW (2,357 customers)", 20,
          [&] { fit_purchases(PurchaseModel::kBgNbd, cdnow); });
  measure("Pareto/NBD, CDNOW", 200, [&] { fit_purchases(PurchaseModel::kParetoNbd, cdnow); });
  measure("Gamma-Gamma, CDNOW", 200, [&] { (void)fit_spend(spend); });
  const Customers customers = million();
  ClvModel model;
  measure("BG/NBD, 1 M customers", 2'000, [&] {
    model.purchases = fit_purchases(PurchaseModel::kBgNbd, *group_histories(customers.history));
  });
  model.spend = *fit_spend(spend);
  measure("P(alive), purchases and value of 1 M", 2'000, [&] { score_clv(model, customers); });
}

}  // namespace
}  // namespace perennial::value

// bench_value [1m|10m|100m [churn]]: churn risk of so many events, after all the rest unless it
// alone is asked for.
int main(int count, char** words) {
  const std::string_view size = count > 1 ? words[1] : "10m";
  const uint32_t people = size == "100m" ? 1'000'000 : size == "1m" ? 10'000 : 100'000;
  const bool churn_alone = count > 2 && std::string_view(words[2]) == "churn";
  if (!churn_alone) {
    perennial::value::run();
    perennial::value::run_recommendations();
    perennial::value::run_answers();
  }
  return perennial::value::run_churn(people);
}
