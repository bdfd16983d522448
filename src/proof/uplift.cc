#include "proof/uplift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include <Eigen/Cholesky>

namespace perennial::proof {
namespace {

constexpr double kRidge = 1.0;  // in units of people, on standardised features
constexpr std::array kLearners = {Learner::kResponse, Learner::kTwoModels, Learner::kX,
                                  Learner::kTransformed, Learner::kOneModel};
constexpr std::array kHoldBack = {1.0, 30.0, 1'000.0, 30'000.0};  // of effects that differ

struct Line {
  std::vector<double> weight;
  double constant = 0;
  double of(std::span<const double> x) const {
    return std::inner_product(x.begin(), x.end(), weight.begin(), constant);
  }
};

// Ridge regression of `target` on the features of `rows`; features that do not vary get no weight.
// Features from `held_from` on are penalised by `hold_back`.
Line fit_line(const UpliftSample& sample, std::span<const uint32_t> rows,
              const std::function<double(uint32_t)>& target, size_t held_from = SIZE_MAX,
              double hold_back = kRidge) {
  const size_t p = sample.features;
  Line line{std::vector<double>(p), 0};
  if (rows.empty()) return line;
  const auto n = static_cast<double>(rows.size());
  std::vector<double> mean(p), scale(p);
  double level = 0;
  for (const uint32_t row : rows) {
    level += target(row) / n;
    for (size_t j = 0; j < p; ++j) mean[j] += sample.row(row)[j] / n;
  }
  for (const uint32_t row : rows) {
    for (size_t j = 0; j < p; ++j) scale[j] += std::pow(sample.row(row)[j] - mean[j], 2) / n;
  }
  for (double& s : scale) s = s > 1e-18 ? 1 / std::sqrt(s) : 0;
  std::vector<double> a(p * p), b(p), z(p);
  for (const uint32_t row : rows) {
    for (size_t j = 0; j < p; ++j) z[j] = (sample.row(row)[j] - mean[j]) * scale[j];
    const double y = target(row) - level;
    for (size_t j = 0; j < p; ++j) {
      b[j] += z[j] * y;
      for (size_t k = 0; k <= j; ++k) a[j * p + k] += z[j] * z[k];
    }
  }
  for (size_t j = 0; j < p; ++j) {
    a[j * p + j] += j < held_from ? kRidge : hold_back;
    for (size_t k = 0; k < j; ++k) a[k * p + j] = a[j * p + k];
  }
  const auto size = static_cast<Eigen::Index>(p);
  const Eigen::Map<const Eigen::MatrixXd> normal(a.data(), size, size);  // symmetric
  Eigen::Map<Eigen::VectorXd> solution(b.data(), size);
  solution = normal.llt().solve(solution).eval();
  line.constant = level;
  for (size_t j = 0; j < p; ++j) {
    line.weight[j] = b[j] * scale[j];
    line.constant -= line.weight[j] * mean[j];
  }
  return line;
}

Line combine(const Line& first, double by, const Line& second, double and_by) {
  Line sum = first;
  sum.constant = first.constant * by + second.constant * and_by;
  for (size_t j = 0; j < sum.weight.size(); ++j) {
    sum.weight[j] = first.weight[j] * by + second.weight[j] * and_by;
  }
  return sum;
}

// One model: features, treatment, and what the treatment adds by each feature's distance from its
// mean. How far those are held back is chosen on every other row, by the squared error.
Line fit_one_model(const UpliftSample& s, std::span<const uint32_t> rows) {
  const size_t p = s.features;
  std::vector<double> mean(p);
  for (const uint32_t row : rows) {
    for (size_t j = 0; j < p; ++j) mean[j] += s.row(row)[j] / static_cast<double>(rows.size());
  }
  UpliftSample wide;
  wide.features = 2 * p + 1;
  std::vector<uint32_t> all, learn, check;
  for (const uint32_t row : rows) {
    const auto x = s.row(row);
    const double t = s.treated[row] ? 1 : 0;
    wide.x.insert(wide.x.end(), x.begin(), x.end());
    wide.x.push_back(t);
    for (size_t j = 0; j < p; ++j) wide.x.push_back(t * (x[j] - mean[j]));
    wide.y.push_back(s.y[row]);
    const auto place = static_cast<uint32_t>(all.size());
    all.push_back(place);
    (place % 2 == 0 ? learn : check).push_back(place);
  }
  const auto y = [&](uint32_t row) { return wide.y[row]; };
  double best = kHoldBack.front(), least = -1;
  for (const double hold_back : kHoldBack) {
    const Line line = fit_line(wide, learn, y, p + 1, hold_back);
    double error = 0;
    for (const uint32_t row : check) error += std::pow(wide.y[row] - line.of(wide.row(row)), 2);
    if (least >= 0 && error >= least) continue;
    least = error;
    best = hold_back;
  }
  const Line line = fit_line(wide, all, y, p + 1, best);
  Line effect{std::vector<double>(line.weight.begin() + static_cast<std::ptrdiff_t>(p) + 1,
                                  line.weight.end()),
              line.weight[p]};
  for (size_t j = 0; j < p; ++j) effect.constant -= effect.weight[j] * mean[j];
  return effect;
}

Line fit_learner(Learner learner, const UpliftSample& s, std::span<const uint32_t> rows) {
  std::vector<uint32_t> treated, control;
  for (const uint32_t row : rows) (s.treated[row] ? treated : control).push_back(row);
  const double share = static_cast<double>(treated.size()) / static_cast<double>(rows.size());
  const auto y = [&](uint32_t row) { return s.y[row]; };
  if (learner == Learner::kOneModel) return fit_one_model(s, rows);
  if (learner == Learner::kTransformed) {
    return fit_line(s, rows, [&](uint32_t row) {
      return s.treated[row] ? s.y[row] / share : -s.y[row] / (1 - share);
    });
  }
  Line with = fit_line(s, treated, y);
  if (learner == Learner::kResponse) return with;
  const Line without = fit_line(s, control, y);
  if (learner == Learner::kTwoModels) return combine(with, 1, without, -1);
  const Line of_treated =
      fit_line(s, treated, [&](uint32_t row) { return s.y[row] - without.of(s.row(row)); });
  const Line of_control =
      fit_line(s, control, [&](uint32_t row) { return with.of(s.row(row)) - s.y[row]; });
  // The larger arm's model of outcomes is the better one, and the other arm's effects use it.
  return combine(of_treated, 1 - share, of_control, share);
}

std::vector<uint32_t> order_of(std::span<const double> scores) {
  std::vector<uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
  return order;
}

struct Areas {
  double auuc = 0;         // under the curve of gains
  double coefficient = 0;  // the same less its line
};
// With each person `weight` times; 0 where an arm is empty. Until somebody of the control was met,
// it counts as if it had gained nothing.
Areas areas_of(const UpliftSample& s, std::span<const uint32_t> order,
               std::span<const uint8_t> weight) {
  double nt = 0, nc = 0, yt = 0, yc = 0, seen = 0, area = 0, before = 0;
  for (const uint32_t row : order) {
    const double w = weight.empty() ? 1.0 : weight[row];
    if (w == 0) continue;
    if (s.treated[row]) {
      nt += w;
      yt += w * s.y[row];
    } else {
      nc += w;
      yc += w * s.y[row];
    }
    const double gain = yt - (nc > 0 ? yc * nt / nc : 0);
    area += w * (before + gain) / 2;
    before = gain;
    seen += w;
  }
  if (nt == 0 || nc == 0) return {};
  return {.auuc = area / seen / nt, .coefficient = (area / seen - before / 2) / nt};
}

// Ranks (0 to 1, ascending with the score) of everybody by models that have not seen them.
std::vector<double> unseen_ranks(Learner learner, const UpliftSample& s, const UpliftRules& rules) {
  std::vector<double> ranks(s.size());
  std::vector<uint32_t> order(s.size());
  for (int repeat = 0; repeat < rules.repeats; ++repeat) {
    std::iota(order.begin(), order.end(), 0U);
    std::mt19937_64 random(rules.seed + static_cast<uint64_t>(repeat));
    std::ranges::shuffle(order, random);
    // Halves within the arms, so that both halves hold both.
    std::ranges::stable_partition(order, [&](uint32_t row) { return s.treated[row] != 0; });
    std::array<std::vector<uint32_t>, 2> halves;
    for (size_t i = 0; i < order.size(); ++i) halves[i % 2].push_back(order[i]);
    for (size_t half : {0, 1}) {
      const UpliftScore score = UpliftScore::fit(learner, s, halves[1 - half]);
      std::vector<double> scores;
      scores.reserve(halves[half].size());
      for (const uint32_t row : halves[half]) scores.push_back(score.of(s.row(row)));
      const auto places = order_of(scores);
      const auto n = static_cast<double>(places.size());
      // Equal scores share their mean rank: the halves hold the treated first, and whoever came
      // first among equals would be taken for the better one.
      for (size_t first = 0, last = 0; first < places.size(); first = last) {
        while (last < places.size() && scores[places[last]] == scores[places[first]]) ++last;
        const double rank = 1 - static_cast<double>(first + last) / 2 / n;
        for (size_t i = first; i < last; ++i) ranks[halves[half][places[i]]] += rank;
      }
    }
  }
  return ranks;
}

struct Bounds {
  double low = 0, high = 0;
};
Bounds bounds_of(std::vector<double> values, double level) {
  std::ranges::sort(values);
  const auto at = [&](double share) {
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<size_t>(std::lround(std::clamp(share, 0.0, 1.0) * last))];
  };
  return {at(level / 2), at(1 - level / 2)};
}

std::string_view unfit(const UpliftSample& s) {
  if (s.features == 0) return "no_features";
  std::array<int64_t, 2> people{}, events{};
  for (size_t i = 0; i < s.size(); ++i) {
    const size_t arm = s.treated[i] ? 1 : 0;
    ++people[arm];
    events[arm] += s.y[i] != 0;
  }
  if (std::min(people[0], people[1]) < kMinUpliftPerArm) return "few_people";
  if (std::min(events[0], events[1]) < kMinUpliftEvents) return "few_events";
  return "";
}

}  // namespace

std::string_view learner_name(Learner learner) {
  constexpr std::array<std::string_view, 5> kNames = {"response", "two_models", "x", "transformed",
                                                      "one_model"};
  return kNames[static_cast<size_t>(learner)];
}

UpliftScore UpliftScore::fit(Learner learner, const UpliftSample& sample,
                             std::span<const uint32_t> rows) {
  UpliftScore score;
  Line line = fit_learner(learner, sample, rows);
  score.weight_ = std::move(line.weight);
  score.constant_ = line.constant;
  return score;
}

double UpliftScore::of(std::span<const double> x) const {
  return std::inner_product(x.begin(), x.end(), weight_.begin(), constant_);
}

Qini qini(const UpliftSample& s, std::span<const double> scores, size_t points) {
  const auto order = order_of(scores);
  Qini result;
  const Areas areas = areas_of(s, order, {});
  result.coefficient = areas.coefficient;
  result.auuc = areas.auuc;
  const auto all =
      static_cast<double>(std::ranges::count_if(s.treated, [](uint8_t t) { return t; }));
  double nt = 0, nc = 0, yt = 0, yc = 0;
  size_t next = 0;
  for (size_t point = 0; point <= points; ++point) {
    for (; next < order.size() * point / points; ++next) {
      const uint32_t row = order[next];
      (s.treated[row] ? nt : nc) += 1;
      (s.treated[row] ? yt : yc) += s.y[row];
    }
    result.curve.push_back(all > 0 ? (yt - (nc > 0 ? yc * nt / nc : 0)) / all : 0);
  }
  return result;
}

UpliftCheck check_uplift(const UpliftSample& s, const UpliftRules& rules) {
  UpliftCheck check;
  check.why = unfit(s);
  if (!check.why.empty()) return check;
  std::vector<std::vector<uint32_t>> orders;
  for (const Learner learner : kLearners) {
    const auto ranks = unseen_ranks(learner, s, rules);
    orders.push_back(order_of(ranks));
    check.ranks.push_back({.learner = learner, .curve = qini(s, ranks)});
  }
  std::vector<std::vector<double>> drawn(kLearners.size()), more(kLearners.size()),
      under(kLearners.size());
  std::mt19937_64 random(rules.seed);
  std::poisson_distribution<int> poisson(1.0);
  std::vector<uint8_t> weight(s.size());
  for (int i = 0; i < rules.resamples; ++i) {
    for (auto& w : weight) w = static_cast<uint8_t>(poisson(random));
    for (size_t j = 0; j < kLearners.size(); ++j) {
      const Areas areas = areas_of(s, orders[j], weight);
      under[j].push_back(areas.auuc);
      drawn[j].push_back(areas.coefficient);
      more[j].push_back(drawn[j].back() - drawn[0].back());
    }
  }
  // Four learners each get their chance to win.
  const double level = (1 - rules.confidence) / static_cast<double>(kLearners.size() - 1);
  double best = 0;
  for (size_t j = 0; j < kLearners.size(); ++j) {
    UpliftRank& rank = check.ranks[j];
    const Bounds own = bounds_of(drawn[j], level);
    rank.low = own.low;
    rank.high = own.high;
    const Bounds area = bounds_of(under[j], level);
    rank.auuc_low = area.low;
    rank.auuc_high = area.high;
    if (j == 0) continue;
    const Bounds beyond = bounds_of(more[j], level);
    rank.more = rank.curve.coefficient - check.ranks[0].curve.coefficient;
    rank.more_low = beyond.low;
    rank.more_high = beyond.high;
    rank.wins = rank.low > 0 && *rank.more_low > 0;
    if (!rank.wins || rank.curve.coefficient <= best) continue;
    best = rank.curve.coefficient;
    check.offered = rank.learner;
  }
  return check;
}

}  // namespace perennial::proof
