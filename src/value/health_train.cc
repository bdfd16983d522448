// Weights and the card of the health score, from the timeline and the orders.
#include "value/health_train.h"

#include <algorithm>

#include "value/health_scan.h"

namespace perennial::value {
namespace {

using std::chrono::days;

constexpr size_t kMaxDeclines = 5'000;  // people whose scores are followed week by week
constexpr int kStepDays = 7;

struct Labelled {
  HealthRows rows;
  Present present{};
};
Result<Labelled> rows_at(timeline::Timeline& timeline, const OrderBook& book, Instant at,
                         int horizon_days, const HealthSettings& settings,
                         const std::stop_token& stop) {
  const Asked asked = labelled(book, at, horizon_days, {});
  if (asked.person.empty())
    return fail(Code::kInvalid, "nobody had ordered two horizons ago: nothing can be checked",
                "horizon_days", "wait, or choose a shorter horizon of churn risk");
  const HealthReading reading =
      TRY(read_health(timeline, book, asked.person, {at}, settings.events, stop));
  Labelled found{.rows = {.person = asked.person, .left = asked.table.label},
                 .present = reading.present};
  for (const HealthFacts& facts : reading.facts)
    found.rows.parts.push_back(parts_of(facts, reading.present));
  return found;
}

// The last order before `at` of those who left after it, if it was not older than the horizon: of
// the others it could be said at `at` already.
std::vector<Decline> who_left(const OrderBook& book, const HealthRows& rows, Instant at,
                              int horizon_days, std::vector<PersonId>& people) {
  std::vector<Decline> declines;
  size_t next = 0;
  for_each_person(book, to_millis(at), [&](PersonRows of) {
    while (next < rows.person.size() && rows.person[next] < of.person) ++next;
    if (next == rows.person.size() || rows.person[next] != of.person || !rows.left[next]) return;
    int64_t last = 0;
    for (size_t row = of.first; row < of.last; ++row) {
      if (!book.refund[row] && book.at_ms[row] < to_millis(at)) last = book.at_ms[row];
    }
    if (last < to_millis(at - days(horizon_days)) || declines.size() == kMaxDeclines) return;
    people.push_back(of.person);
    declines.push_back({.last_order = from_millis(last)});
  });
  return declines;
}

Result<LeadTime> lead_of(timeline::Timeline& timeline, const OrderBook& book,
                         const HealthModel& model, const HealthRows& rows,
                         const std::stop_token& stop) {
  std::vector<PersonId> people;
  auto declines = who_left(book, rows, model.tested_at, model.horizon_days, people);
  if (declines.empty()) return LeadTime{};
  std::vector<Instant> at;
  const days horizon(model.horizon_days);
  for (Instant t = model.tested_at - horizon; t <= model.tested_at + horizon; t += days(kStepDays))
    at.push_back(t);
  const auto reading = TRY(read_health(timeline, book, people, at, model.settings.events, stop));
  for (size_t i = 0; i < declines.size(); ++i) {
    for (size_t k = 0; k < at.size(); ++k) {
      const auto parts = parts_of(reading.facts[i * at.size() + k], model.present);
      if (const auto score = score_of(parts, model.weights))
        declines[i].scores.emplace_back(at[k], *score);
    }
  }
  return lead_time(declines, horizon, model.settings.red_below);
}

}  // namespace

Result<HealthModel> train_health(timeline::Timeline& timeline, const OrderBook& book, Instant now,
                                 const HealthSettings& settings, int horizon_days,
                                 Instant trained_at, const std::stop_token& stop) {
  HealthModel model{.trained_at = trained_at,
                    .learned_at = now - days(2 * horizon_days),
                    .tested_at = now - days(horizon_days),
                    .horizon_days = horizon_days,
                    .settings = settings,
                    .weights = settings.weights};
  const Labelled tested =
      TRY(rows_at(timeline, book, model.tested_at, horizon_days, settings, stop));
  model.present = tested.present;
  model.card = test_health(tested.rows, model.weights, settings);
  if (settings.learned) {
    const Labelled before =
        TRY(rows_at(timeline, book, model.learned_at, horizon_days, settings, stop));
    const auto learned = TRY(learn_weights(before.rows));
    const HealthCard card = learned ? test_health(tested.rows, *learned, settings) : HealthCard{};
    // Weights that were learned are used only where they tell more than those that were set.
    if (learned && card.auc > model.card.auc) {
      model.weights = *learned;
      model.weights_learned = true;
      model.card = card;
    } else {
      model.card.faults.emplace_back("weights_not_learned");
    }
  }
  model.card.lead = TRY(lead_of(timeline, book, model, tested.rows, stop));
  return model;
}

}  // namespace perennial::value
