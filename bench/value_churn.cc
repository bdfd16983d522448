// Churn risk on the data of `./run bench insight`: columns of everybody from orders and timeline,
// then what a training does from beginning to end. A tenth of the limits holds for a tenth of the
// people.
#include <filesystem>
#include <string>

#include <unistd.h>

#include "insight_data.h"
#include "insight_ours.h"
#include "value/churn_rows.h"
#include "value/forecast.h"
#include "value_timing.h"

namespace perennial::value {
namespace {

constexpr unsigned kThreads = 2;

OrderBook orders_of(uint32_t people) {
  OrderBook book;
  std::vector<bench::Event> events;
  for (uint32_t person = 1; person < people; ++person) {
    bench::make_person(person, events);
    for (const bench::Event& event : events) {
      if (event.name != bench::kOrderCompleted) continue;
      book.person.push_back(person);
      book.at_ms.push_back(int64_t{event.at} * 1000);
      book.amount_minor.push_back(event.cents);
      book.refund.push_back(0);
    }
  }
  return book;
}

int run(uint32_t people, const std::string& path) {
  if (auto made = bench::make_base(path, people); !made) {
    std::printf("%s\n", made.error().text().c_str());
    return 1;
  }
  auto ours = bench::Ours::open(path, kThreads);
  if (!ours) {
    std::printf("%s\n", ours.error().text().c_str());
    return 1;
  }
  const OrderBook book = orders_of(people);
  const double events = static_cast<double>(ours->facts().events);
  std::printf("churn: %u people, %.1f M events, of them %.1f M orders\n", people, events / 1e6,
              static_cast<double>(book.rows()) / 1e6);
  const double share = people / 1e6;
  const Instant now = from_millis(int64_t{bench::kEnd} * 1000);
  const ChurnSource source{
      .book = book,
      .timeline = {std::make_shared<const timeline::Snapshot>(ours->snapshot()), &ours->pool()}};
  const ChurnSettings settings{.label = ChurnLabel::kNoActivity};
  const auto horizon = std::chrono::days(settings.horizon_days);

  std::vector<PersonId> everybody;
  for (PersonId person = 1; person < people; ++person) everybody.push_back(person);
  measure("churn: columns of everybody, at one moment", 60'000 * share, [&] {
    (void)order_features(book, everybody, now);
    ActsSpec spec{.at = {second_of(now)}};
    (void)read_acts(source.timeline, spec, everybody);
  });
  Result<ChurnRows> rows = fail(Code::kInternal, "not read");
  measure("churn: rows to learn and to test, leaks looked for", 60'000 * share,
          [&] { rows = churn_rows(source, settings, now - horizon - horizon, now - horizon); });
  if (!rows) {
    std::printf("%s\n", rows.error().text().c_str());
    return 1;
  }
  Result<ChurnModel> model = fail(Code::kInternal, "not trained");
  measure("churn: both models trained and tested", 120'000 * share, [&] {
    model = train_churn_rows(*rows, now - horizon - horizon, now - horizon, settings, now);
  });
  if (!model) {
    std::printf("%s\n", model.error().text().c_str());
    return 1;
  }
  const ChurnCard& card = model->card;
  std::printf(
      "  %s, %lld rows of %zu columns; on the later period AUC %.4f, Brier %.5f (naive %.5f); "
      "held out plain %.4f, trees %.4f; calibration %.3f, %.3f\n",
      std::string(model->classifier->kind()).c_str(),
      static_cast<long long>(rows->learned.person.size()), model->columns.size(), card.quality.auc,
      card.quality.brier, card.quality.base_brier, card.plain_auc, card.trees_auc,
      model->calibration.slope, model->calibration.shift);
  measure("churn: everyone's risk with reasons", 60'000 * share,
          [&] { (void)score_asked(*model, *churn_asked(source, settings, now), now); });
  measure("forecast of orders, back-test included", 2'000, [&] {
    (void)forecast(weeks_of(book, ForecastOf::kOrders, now, {}), ForecastOf::kOrders, 12, {});
  });
  return 0;
}

}  // namespace

int run_churn(uint32_t people) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("perennial-bench-value-" + std::to_string(::getpid()));
  const int code = run(people, path);
  std::filesystem::remove(path);
  return code;
}

}  // namespace perennial::value
