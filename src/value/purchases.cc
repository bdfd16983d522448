#include "value/purchases.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "value/purchase_terms.h"

namespace perennial::value {
namespace {

constexpr size_t kSampleRows = 1'000;  // enough to come near the top; the rest is polish
constexpr double kLowestShape = 1e-3, kHighestShape = 1e3;
constexpr double kLowestScale = 1e-4, kHighestScale = 1e4;  // times the mean time seen

Dual4 dual_likelihood(PurchaseModel model, const Parameters4& p, const Histories& of) {
  switch (model) {
    case PurchaseModel::kBgNbd:
      return bg_nbd(p, of);
    case PurchaseModel::kMbgNbd:
      return mbg_nbd(p, of);
    case PurchaseModel::kParetoNbd:
      return pareto_nbd(p, of);
    case PurchaseModel::kBgBb:
      break;  // of opportunities: fit_buying()
  }
  return {};
}

Result<void> check(const History& h, size_t row) {
  auto wrong = [&](std::string_view what) {
    return fail(Code::kInvalid, "history " + std::to_string(row + 1) + " " + std::string(what));
  };
  if (!std::isfinite(h.repeats + h.last + h.seen + h.weight)) return wrong("is not finite");
  if (h.repeats < 0 || h.last < 0 || h.seen < 0 || h.weight < 0) return wrong("is negative");
  if (h.repeats != std::floor(h.repeats)) return wrong("has a part of a purchase");
  if (h.last > h.seen) return wrong("has a last purchase after its end");
  if (h.repeats == 0 && h.last > 0) return wrong("has a last purchase without repeats");
  return {};
}

// Every k-th row, with the weights as they are: close enough for a start.
Histories sample_of(const Histories& all) {
  if (all.rows() <= 2 * kSampleRows) return all;
  Histories some;
  some.repeats = all.repeats;
  const size_t step = all.rows() / kSampleRows;
  for (size_t i = step / 2; i < all.rows(); i += step) {
    some.repeats_row.push_back(all.repeats_row[i]);
    some.last.push_back(all.last[i]);
    some.seen.push_back(all.seen[i]);
    some.weight.push_back(all.weight[i]);
    some.customers += all.weight[i];
  }
  return some;
}

struct Scale {
  double seen = 0, rate = 0;  // mean time seen; purchases in a unit of time
};
Scale scale_of(const Histories& of) {
  double seen = 0, repeats = 0;
  for (size_t i = 0; i < of.rows(); ++i) {
    seen += of.weight[i] * of.seen[i];
    repeats += of.weight[i] * of.repeats[of.repeats_row[i]];
  }
  seen = std::max(seen, 1e-6 * of.customers);
  // Half a purchase more than seen: somebody without repeats is no sign of a rate of zero.
  return {.seen = seen / of.customers, .rate = (repeats + 0.5) / seen};
}

LogLikelihood likelihood_of(PurchaseModel model, const Histories& of) {
  return [model, &of](std::span<const double> logs, std::span<double> gradient) {
    Parameters4 p;
    for (int i = 0; i < 4; ++i)
      p[static_cast<size_t>(i)] = exp(Dual4::variable(logs[static_cast<size_t>(i)], i));
    Dual4 value = dual_likelihood(model, p, of);
    std::ranges::copy(value.d, gradient.begin());
    return value.v;
  };
}

Search search_of(PurchaseModel model, const Histories& of) {
  const Scale scale = scale_of(of);
  Search search{.of = likelihood_of(model, of), .weight = of.customers};
  const bool pareto = model == PurchaseModel::kParetoNbd;
  const double last_low = pareto ? kLowestScale * scale.seen : kLowestShape;
  const double last_high = pareto ? kHighestScale * scale.seen : kHighestShape;
  search.lower = {std::log(kLowestShape), std::log(kLowestScale * scale.seen),
                  std::log(kLowestShape), std::log(last_low)};
  search.upper = {std::log(kHighestShape), std::log(kHighestScale * scale.seen),
                  std::log(kHighestShape), std::log(last_high)};
  for (double r : {0.5, 2.0}) {
    const double leave = pareto ? 0.6 * r + 0.3 : 0.8 / r;
    const double last = pareto ? scale.seen / 2 : 2.5;
    search.starts.push_back(
        {std::log(r), std::log(r / scale.rate / 2), std::log(leave), std::log(last)});
  }
  return search;
}

}  // namespace

std::string_view model_name(PurchaseModel model) {
  constexpr std::array<std::string_view, 4> names = {"bg_nbd", "mbg_nbd", "pareto_nbd", "bg_bb"};
  return names[static_cast<size_t>(model)];
}

std::optional<PurchaseModel> parse_model(std::string_view word) {
  for (PurchaseModel model : kPurchaseModels) {
    if (model_name(model) == word) return model;
  }
  if (word == model_name(PurchaseModel::kBgBb)) return PurchaseModel::kBgBb;
  return std::nullopt;
}

std::array<std::string_view, 4> parameter_names(PurchaseModel model) {
  if (model == PurchaseModel::kParetoNbd) return {"r", "alpha", "s", "beta"};
  if (model == PurchaseModel::kBgBb) return {"alpha", "beta", "gamma", "delta"};
  return {"r", "alpha", "a", "b"};
}

Result<Histories> group_histories(std::span<const History> histories) {
  if (histories.empty())
    return fail(Code::kInvalid, "there is no customer to learn from", "customers",
                "a model needs people with orders");
  for (size_t i = 0; i < histories.size(); ++i) TRY(check(histories[i], i));
  std::vector<History> sorted(histories.begin(), histories.end());
  std::ranges::sort(sorted);
  Histories grouped;
  for (const History& h : sorted) {
    if (h.weight == 0) continue;
    const bool known = grouped.rows() > 0 && grouped.repeats.back() == h.repeats;
    if (known && grouped.last.back() == h.last && grouped.seen.back() == h.seen) {
      grouped.weight.back() += h.weight;
    } else {
      if (!known) grouped.repeats.push_back(h.repeats);
      grouped.repeats_row.push_back(static_cast<uint32_t>(grouped.repeats.size() - 1));
      grouped.last.push_back(h.last);
      grouped.seen.push_back(h.seen);
      grouped.weight.push_back(h.weight);
    }
    grouped.customers += h.weight;
  }
  if (grouped.rows() == 0) return fail(Code::kInvalid, "all customers have the weight 0");
  return grouped;
}

double log_likelihood(PurchaseModel model, const Purchases4& parameters, const Histories& of) {
  Parameters4 p;
  std::ranges::copy(parameters, p.begin());
  return dual_likelihood(model, p, of).v;
}

Fit fit_purchases(PurchaseModel model, const Histories& to, const std::stop_token& stop) {
  const Histories sample = sample_of(to);
  Search search = search_of(model, to);
  search.stop = stop;
  if (sample.rows() < to.rows()) {
    Search nearby = search_of(model, sample);
    nearby.stop = stop;
    Fit near = maximise(nearby);
    std::vector<double> start;
    for (double p : near.parameters) start.push_back(std::log(p));
    search.starts = {start};
  }
  return maximise(search);
}

double probability_alive(PurchaseModel model, const Purchases4& parameters, const History& h) {
  const auto [r, alpha, a, b] = parameters;
  if (model == PurchaseModel::kParetoNbd) return pareto_probability_alive(parameters, h);
  if (model == PurchaseModel::kBgNbd && h.repeats == 0) return 1;  // leaves only after a repeat
  const double stayed = model == PurchaseModel::kBgNbd ? b + h.repeats - 1 : b + h.repeats;
  const double waited = (r + h.repeats) * std::log((alpha + h.seen) / (alpha + h.last));
  return 1 / (1 + std::exp(std::log(a / stayed) + waited));
}

double expected_if_alive(PurchaseModel model, const Purchases4& parameters, const History& h,
                         double ahead) {
  const auto [r, alpha, a, b] = parameters;
  const double shape = r + h.repeats, scale = alpha + h.seen;
  if (model == PurchaseModel::kBgNbd)
    return expected_geometric(shape, scale, a, b + h.repeats, ahead);
  if (model == PurchaseModel::kMbgNbd)
    return expected_geometric(shape, scale, a, b + h.repeats + 1, ahead);
  // (r+x)/(alpha+T) (beta+T)/(s-1) (1 - ((beta+T)/(beta+T+t))^(s-1)), whose limit at s = 1 is a
  // log.
  const double time = b + h.seen, log_rest = -std::log1p(ahead / time);
  const double staying =
      std::abs(a - 1) < 1e-12 ? -log_rest : -std::expm1((a - 1) * log_rest) / (a - 1);
  return shape / scale * time * staying;
}

double expected_purchases(PurchaseModel model, const Purchases4& parameters, const History& h,
                          double ahead) {
  return probability_alive(model, parameters, h) * expected_if_alive(model, parameters, h, ahead);
}

double expected_of_new(PurchaseModel model, const Purchases4& parameters, double ahead) {
  return expected_purchases(model, parameters, {}, ahead);
}

}  // namespace perennial::value
