#include "value/health.h"

#include <algorithm>
#include <numeric>

#include "value/usual_gaps.h"

namespace perennial::value {
namespace {

constexpr std::array<std::string_view, kMeasures> kMeasureNames = {"orders", "use", "support",
                                                                   "satisfaction", "payment"};
constexpr std::array<std::string_view, kAlerts> kAlertNames = {
    "order_gap_stretched", "activity_halved", "complaint_open", "low_score", "payment_failed"};
constexpr double kTells = 0.6;  // AUC below which a score tells nothing

double days(int64_t ms) { return static_cast<double>(ms) / static_cast<double>(kDayMs); }

size_t index(Measure measure) { return static_cast<size_t>(measure); }

double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

// What leaving is learned from: what each measure lacks, the mean where there is no data.
Table lacking(const HealthRows& rows, const std::vector<size_t>& measures) {
  Table table{.label = rows.left};
  std::vector<double> mean(kMeasures, 0);
  for (size_t m : measures) {
    table.columns.emplace_back(kMeasureNames[m]);
    double sum = 0, n = 0;
    for (const Parts& parts : rows.parts) {
      if (!parts[m]) continue;
      sum += 100 - *parts[m];
      ++n;
    }
    mean[m] = n > 0 ? sum / n : 0;
  }
  for (const Parts& parts : rows.parts) {
    for (size_t m : measures)
      table.values.push_back(static_cast<float>((parts[m] ? 100 - *parts[m] : mean[m]) / 100));
  }
  return table;
}

}  // namespace

std::string_view measure_name(Measure measure) { return kMeasureNames[index(measure)]; }
std::string_view light_name(Light light) { return kLightWords[static_cast<size_t>(light)]; }
std::string_view alert_name(Alert alert) { return kAlertNames[static_cast<size_t>(alert)]; }

std::optional<Light> parse_light(std::string_view word) {
  const auto found = std::ranges::find(kLightWords, word);
  if (found == kLightWords.end()) return std::nullopt;
  return static_cast<Light>(found - kLightWords.begin());
}

Parts parts_of(const HealthFacts& facts, const Present& present) {
  Parts parts;
  if (facts.usual_gap_days > 0) {
    const double left = (kGapsToNone - facts.stretch()) / (kGapsToNone - 1);
    parts[index(Measure::kOrders)] = 100 * std::clamp(left, 0.0, 1.0);
  }
  if (facts.usual_active_days > 0) {
    const double share = facts.active_days / facts.usual_active_days;
    parts[index(Measure::kUse)] = 100 * std::min(1.0, share);
  } else if (facts.active_days > 0) {
    parts[index(Measure::kUse)] = 100;
  }
  const bool solved = facts.days_since_solved && *facts.days_since_solved < kHealingDays;
  parts[index(Measure::kSupport)] = facts.open_complaints > 0 ? 0.0 : solved ? kPartlyWell : 100.0;
  if (facts.answer) parts[index(Measure::kSatisfaction)] = 100 * *facts.answer;
  parts[index(Measure::kPayment)] = facts.unpaid ? 0.0 : facts.failed_at ? kPartlyWell : 100.0;
  for (size_t m = 0; m < kMeasures; ++m) {
    if (!present[m]) parts[m].reset();
  }
  return parts;
}

std::optional<double> score_of(const Parts& parts, const Weights& weights) {
  double sum = 0, of = 0;
  for (size_t m = 0; m < kMeasures; ++m) {
    if (!parts[m]) continue;
    sum += weights[m] * *parts[m];
    of += weights[m];
  }
  if (of <= 0) return std::nullopt;
  return sum / of;
}

std::array<double, kMeasures> points_lost(const Parts& parts, const Weights& weights) {
  std::array<double, kMeasures> lost{};
  double of = 0;
  for (size_t m = 0; m < kMeasures; ++m) of += parts[m] ? weights[m] : 0;
  for (size_t m = 0; m < kMeasures && of > 0; ++m)
    lost[m] = parts[m] ? weights[m] * (100 - *parts[m]) / of : 0;
  return lost;
}

Light light_of(double score, const HealthSettings& settings) {
  if (score < settings.red_below) return Light::kRed;
  return score < settings.green_from ? Light::kAmber : Light::kGreen;
}

double expected_gap(std::span<const double> gaps, double gap_of_all) {
  const double own = std::accumulate(gaps.begin(), gaps.end(), 0.0);
  return (own + kPriorGaps * gap_of_all) / (static_cast<double>(gaps.size()) + kPriorGaps);
}

void add_order_facts(const OrderBook& book, PersonRows rows, Instant at, double gap_of_all,
                     HealthFacts& facts) {
  const Rhythm rhythm = rhythm_of(book, rows, to_millis(at));
  if (!rhythm.any) return;
  facts.days_since_order = days(to_millis(at) - rhythm.last_ms);
  facts.usual_gap_days = std::max(1.0, expected_gap(rhythm.gaps, gap_of_all));
}

Share share_of(int64_t left, int64_t people) {
  Share share{.people = people, .left = left};
  if (people == 0) return share;
  constexpr double z = 1.959963984540054;
  const auto n = static_cast<double>(people);
  const double p = static_cast<double>(left) / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  share.share = p;
  share.low = std::max(0.0, middle - half);
  share.high = std::min(1.0, middle + half);
  return share;
}

HealthCard test_health(const HealthRows& rows, const Weights& weights,
                       const HealthSettings& settings) {
  HealthCard card;
  std::vector<double> danger;
  std::vector<uint8_t> left;
  std::array<int64_t, kLights> by_light{}, left_by_light{};
  std::array<int64_t, 10> by_band{}, left_by_band{};
  for (size_t i = 0; i < rows.parts.size(); ++i) {
    const auto score = score_of(rows.parts[i], weights);
    if (!score) continue;
    danger.push_back(100 - *score);
    left.push_back(rows.left[i]);
    const auto light = static_cast<size_t>(light_of(*score, settings));
    const size_t band = std::min<size_t>(9, static_cast<size_t>(*score / 10));
    ++by_light[light];
    ++by_band[band];
    left_by_light[light] += rows.left[i];
    left_by_band[band] += rows.left[i];
  }
  card.people = std::ssize(danger);
  card.left = std::accumulate(left.begin(), left.end(), int64_t{0});
  card.auc = auc_of(danger, left).value_or(0.5);
  for (size_t k = 0; k < kLights; ++k) card.lights[k] = share_of(left_by_light[k], by_light[k]);
  for (size_t k = 0; k < 10; ++k) card.bands[k] = share_of(left_by_band[k], by_band[k]);
  for (size_t m = 0; m < kMeasures; ++m) {
    std::vector<double> lack;
    std::vector<uint8_t> labels;
    for (size_t i = 0; i < rows.parts.size(); ++i) {
      if (!rows.parts[i][m]) continue;
      lack.push_back(100 - *rows.parts[i][m]);
      labels.push_back(rows.left[i]);
    }
    card.alone_auc[m] = auc_of(lack, labels).value_or(0.5);
  }
  if (card.people < kMinChurnRows || std::min(card.left, card.people - card.left) < kMinOfEach)
    card.faults.push_back("too_few_customers");
  if (card.auc < kTells) card.faults.push_back("cannot_tell");
  return card;
}

Result<std::optional<Weights>> learn_weights(const HealthRows& rows) {
  std::vector<size_t> measures;
  const auto left = std::ranges::count(rows.left, 1);
  if (left == 0 || left == std::ssize(rows.left)) return std::optional<Weights>();
  for (size_t m = 0; m < kMeasures; ++m) {
    if (std::ranges::any_of(rows.parts, [m](const Parts& parts) { return parts[m].has_value(); }))
      measures.push_back(m);
  }
  // The measure that most speaks for staying where it lacks goes, until none does.
  while (!measures.empty()) {
    const Json fitted = TRY(TRY(learn_logistic(lacking(rows, measures)))->json());
    std::vector<double> per_point(measures.size());
    for (size_t k = 0; k < measures.size(); ++k)
      per_point[k] =
          fitted.at("weight").at(k + 1).get<double>() / fitted.at("deviation").at(k).get<double>();
    const auto least = std::ranges::min_element(per_point);
    if (*least < 0) {
      measures.erase(measures.begin() + (least - per_point.begin()));
      continue;
    }
    const double sum = std::accumulate(per_point.begin(), per_point.end(), 0.0);
    if (sum < 1e-6) break;
    Weights weights{};
    for (size_t k = 0; k < measures.size(); ++k) weights[measures[k]] = 100 * per_point[k] / sum;
    return std::optional(weights);
  }
  return std::optional<Weights>();
}

LeadTime lead_time(std::span<const Decline> declines, std::chrono::days known_after,
                   double red_below) {
  LeadTime lead;
  std::vector<double> before;
  for (const Decline& one : declines) {
    const Instant known = one.last_order + known_after;
    ++lead.left;
    for (const auto& [at, score] : one.scores) {
      if (at <= one.last_order || at >= known || score >= red_below) continue;
      before.push_back(days((known - at).count()));
      break;
    }
  }
  lead.warned = std::ssize(before);
  if (before.empty()) return lead;
  std::ranges::sort(before);
  lead.early_days = quantile(before, 0.75);
  lead.median_days = quantile(before, 0.5);
  lead.late_days = quantile(before, 0.25);
  return lead;
}

std::vector<Raised> alerts_of(PersonId person, const HealthFacts& before, const HealthFacts& now,
                              Instant at) {
  std::vector<Raised> raised;
  const auto add = [&](Alert alert, Instant since, double value) {
    raised.push_back({.person = person, .alert = alert, .since = since, .value = value});
  };
  const auto fresh = [&](const std::optional<Instant>& began) {
    return began && at - *began < kFresh;
  };
  const double over = now.days_since_order - kStretched * now.usual_gap_days;
  if (now.usual_gap_days > 0 && over >= 0 && over < static_cast<double>(kFresh.count())) {
    const auto ago = Millis(std::llround(now.days_since_order * static_cast<double>(kDayMs)));
    add(Alert::kOrderGap, at - ago, now.stretch());
  }
  const auto halved = [](const HealthFacts& facts) {
    return facts.usual_active_days >= kLeastUsualUse &&
           facts.active_days <= facts.usual_active_days / 2;
  };
  if (halved(now) && !halved(before))
    add(Alert::kActivity, at, now.active_days / now.usual_active_days);
  if (now.open_complaints > 0 && fresh(now.complained_at))
    add(Alert::kComplaint, *now.complained_at, now.open_complaints);
  if (now.answer && *now.answer <= kLowAnswer && fresh(now.answered_at))
    add(Alert::kLowAnswer, *now.answered_at, *now.answer);
  if (now.unpaid && fresh(now.failed_at)) add(Alert::kPayment, *now.failed_at, 1);
  return raised;
}

}  // namespace perennial::value
