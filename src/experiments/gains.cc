// What arms gained in money, for returns; and the hold-out that stands beside the goals.
#include <algorithm>
#include <cmath>

#include "experiments/service.h"

namespace perennial::experiments {
namespace {

constexpr size_t kMaxGains = 100;  // newest experiments, and hold-outs

// Of one arm beside the control, over all people in it.
template <class Measured>
proof::Gain gain_of(const Measured& m, size_t measure, const MeasureEffect& effect) {
  proof::Gain gain;
  const auto people = m.table.measures[measure].arms[effect.arm].n();
  const auto of_all = [&](const std::optional<double>& one) {
    return one ? std::optional(*one * static_cast<double>(people)) : std::nullopt;
  };
  gain.span = m.of.span;
  gain.complete = m.of.complete;
  gain.people = people;
  gain.people_set = m.of.set + ":arm:" + m.of.arms[effect.arm].key;
  gain.control = m.table.measures[measure].arms[0].n();
  gain.control_set = m.of.set + ":arm:" + m.of.arms[0].key;
  gain.value = of_all(effect.absolute.effect);
  gain.low = of_all(effect.absolute.low);
  gain.high = of_all(effect.absolute.high);
  if (effect.verdict == proof::Verdict::kCannotTell) gain.why = effect.why;
  return gain;
}

std::optional<size_t> revenue_of(const std::vector<Measure>& measures) {
  // Costs are taken off where returns are worked out, and must not be taken off twice.
  const auto found = std::ranges::find_if(
      measures, [](const Measure& m) { return m.kind == Measure::Kind::kRevenue && !m.net; });
  if (found == measures.end()) return std::nullopt;
  return static_cast<size_t>(found - measures.begin());
}

}  // namespace

Result<Json> Experiments::Impl::beside_goals(const HoldOut& hold_out) {
  const auto m = TRY(measured(hold_out));
  Json json = headline_json(m.of, m.judgement);
  return Json{{"id", hold_out.id},
              {"name", hold_out.name},
              {"since", format_instant(hold_out.started_at)},
              {"set", "hold_out:" + hold_out.id + ":held_out"},
              {"difference", json["absolute"]},
              {"verdict", json["verdict"]},
              {"why", json["why"]}};
}

Result<std::vector<proof::Gain>> Experiments::gains() {
  std::vector<Experiment> experiments;
  std::vector<HoldOut> hold_outs;
  TRY(impl_->wiring.database.read([&](store::Connection& c) -> Result<void> {
    experiments = TRY(list_experiments(c));
    hold_outs = TRY(list_hold_outs(c));
    return {};
  }));
  std::vector<proof::Gain> gains;
  for (const Experiment& experiment : experiments) {
    const auto revenue = revenue_of(experiment.measures);
    if (!experiment.started_at || !revenue || gains.size() >= kMaxGains) continue;
    const auto m = TRY(impl_->measured(experiment));
    for (const MeasureEffect& effect : m.judgement.measures[*revenue].effects) {
      proof::Gain gain = gain_of(m, *revenue, effect);
      const auto& arm = experiment.arms[effect.arm];
      gain.about = "experiment:" + experiment.id;
      gain.kind = "experiment";
      gain.id = experiment.id;
      gain.name = experiment.name;
      if (experiment.arms.size() > 2) {
        gain.about += ":" + arm.key;
        gain.name += " · " + (arm.name.empty() ? arm.key : arm.name);
      }
      gains.push_back(std::move(gain));
    }
  }
  for (size_t i = 0; i < std::min(hold_outs.size(), kMaxGains); ++i) {
    const auto m = TRY(impl_->measured(hold_outs[i]));
    const auto revenue = revenue_of(m.of.measures);
    proof::Gain gain = gain_of(m, *revenue, m.judgement.measures[*revenue].effects[0]);
    gain.about = "hold_out:" + hold_outs[i].id;
    gain.kind = "hold_out";
    gain.id = hold_outs[i].id;
    gain.name = hold_outs[i].name;
    gain.scope = hold_outs[i].scope;
    gains.push_back(std::move(gain));
  }
  return gains;
}

Result<Json> Experiments::whole_hold_out_json() {
  const auto hold_outs =
      TRY(impl_->wiring.database.read([](store::Connection& c) { return list_hold_outs(c); }));
  const auto found = std::ranges::find_if(
      hold_outs, [](const HoldOut& one) { return one.scope == "global" && !one.ended_at; });
  if (found == hold_outs.end()) return Json();
  return impl_->beside_goals(*found);
}

Result<Json> Experiments::hold_out_json(std::string_view id) {
  return impl_->beside_goals(
      TRY(impl_->wiring.database.read([&](store::Connection& c) { return find_hold_out(c, id); })));
}

}  // namespace perennial::experiments
