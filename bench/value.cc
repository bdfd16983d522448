// What the models of value cost, beside the limits that were promised: fits on the CDNOW sample,
// fits and scores on a million customers drawn from BG/NBD. The wall clock is held against the
// limit; the processor's time beside it shows how busy the machine was.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>
#include <thread>

#include "value/cdnow_testing.h"
#include "value/churn.h"
#include "value/clv.h"
#include "value/forecast.h"
#include "value/recommender.h"

namespace perennial::value {
namespace {

double processor_ms() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

template <class Work>
void measure(const char* what, double limit_ms, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  const double before = processor_ms();
  work();
  const double spent = processor_ms() - before;
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
  std::printf("%-44s %9.1f ms processor %9.1f ms wall   limit %6.0f ms   %5.2f of it\n", what,
              spent, wall.count(), limit_ms, wall.count() / limit_ms);
}

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

const Instant kNow = *parse_instant("2024-01-01T00:00:00Z");

// Orders of a million people over two years; some fade away, and those leave sooner.
OrderBook orders_of_a_million() {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> part(0, 1);
  OrderBook book;
  for (PersonId person = 1; person <= 1'000'000; ++person) {
    double day = -730 + 600 * part(random), stretch = 1;
    const double gap = 15 + 60 * part(random);
    const bool fading = part(random) < 0.5;
    while (day < 0) {
      book.person.push_back(person);
      book.at_ms.push_back(to_millis(kNow) + static_cast<int64_t>(day * 86'400'000));
      book.amount_minor.push_back(static_cast<int64_t>(1'000 + 4'000 * part(random)));
      book.refund.push_back(0);
      day += gap * stretch * (0.7 + 0.6 * part(random));
      if (fading) stretch *= 1.25;
      if (part(random) < (fading ? 0.12 : 0.02)) break;
    }
  }
  return book;
}

void run_orders() {
  const OrderBook book = orders_of_a_million();
  std::printf("1 M people, %.1f M orders\n", static_cast<double>(book.rows()) / 1e6);
  measure("churn: features of all who are asked about", 60'000,
          [&] { people_asked(book, kNow, 90, churn_features()); });
  Result<ChurnModel> model = fail(Code::kInternal, "not trained");
  measure("churn: both models trained and tested", 120'000,
          [&] { model = train_churn(book, kNow, {}, kNow); });
  if (!model) {
    std::printf("%s\n", model.error().text().c_str());
    return;
  }
  std::printf("  %s, %lld rows, AUC %.3f on the later period\n",
              std::string(model->classifier->kind()).c_str(),
              static_cast<long long>(model->card.learned), model->card.quality.auc);
  measure("churn: everyone's risk with reasons", 60'000,
          [&] { (void)score_churn(*model, book, kNow); });
  measure("forecast of orders, back-test included", 2'000, [&] {
    forecast(weeks_of(book, ForecastOf::kOrders, kNow, {}), ForecastOf::kOrders, 12, {});
  });
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

void time_answers(const Recommender& recommender, const Catalogue& catalogue, PersonId people) {
  std::mt19937_64 random(7);
  std::vector<double> ms;
  for (int i = 0; i < 5'000; ++i) {
    const auto person = static_cast<PersonId>(1 + random() % static_cast<uint64_t>(people));
    const auto begin = std::chrono::steady_clock::now();
    const auto list = recommender.recommend(person, Way::kFactors, {}, catalogue);
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
    ms.push_back(wall.count());
  }
  std::ranges::sort(ms);
  std::printf(
      "recommendations: %zu items, %lld people: median %.2f ms, p99 %.2f ms (limit 10 ms)\n",
      catalogue.size(), static_cast<long long>(people), ms[ms.size() / 2],
      ms[ms.size() * 99 / 100]);
}

void run_recommendations() {
  constexpr PersonId kPeople = 100'000;
  constexpr size_t kItems = 20'000;
  {
    const Feedback feedback = ten_million();
    const Feedback by_column = transposed(feedback, 50'000);
    AlsOptions options{.threads = std::max(1U, std::thread::hardware_concurrency())};
    Factors factors = begin_als(feedback, 50'000, options);
    iterate_als(factors, feedback, by_column, options);
    measure("ALS, 64 factors, 10 M interactions, a turn", 5'000,
            [&] { iterate_als(factors, feedback, by_column, options); });
  }
  Catalogue catalogue;
  for (size_t i = 0; i < kItems; ++i) {
    const uint32_t item = *catalogue.add(std::to_string(i));
    catalogue.say(item, 1, {.category = std::to_string(i % 100)});
  }
  std::mt19937_64 random(5);
  std::vector<Bit> bits;
  for (PersonId p = 1; p <= kPeople; ++p) {
    for (int k = 0; k < 20; ++k)
      bits.push_back({.person = p,
                      .item = some_item(random, kItems),
                      .did = Did::kBought,
                      .at_ms = to_millis(kNow) - (20 - k) * int64_t{86'400'000}});
  }
  Recommender::Options options;
  options.als.iterations = 2;
  options.threads = options.als.threads = std::max(1U, std::thread::hardware_concurrency());
  const auto recommender =
      Recommender::make(catalogue.size(), bits, std::make_shared<const Countries>(), kNow, options);
  time_answers(recommender, catalogue, kPeople);
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

int main() {
  perennial::value::run();
  perennial::value::run_orders();
  perennial::value::run_recommendations();
}
