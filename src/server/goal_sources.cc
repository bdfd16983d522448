#include "server/goal_sources.h"

#include <algorithm>
#include <cmath>

#include "loyalty/loyalty.h"
#include "value/value.h"

namespace perennial::server {
namespace {

// The newest of a scope; gains of hold-outs come newest first.
std::optional<proof::Gain> hold_out_of(const std::vector<proof::Gain>& gains,
                                       std::string_view scope) {
  const auto found = std::ranges::find_if(gains, [&](const proof::Gain& gain) {
    return gain.kind == "hold_out" && gain.scope == scope;
  });
  if (found == gains.end()) return std::nullopt;
  return *found;
}

int64_t without(int64_t cost, double share, int64_t control_cost) {
  return cost - std::llround(share * static_cast<double>(control_cost));
}

}  // namespace

loyalty::ProgrammeCost cost_beside(const loyalty::ProgrammeCost& treated, int64_t people,
                                   const loyalty::ProgrammeCost& control, int64_t held_out) {
  if (held_out <= 0) return treated;
  const double share = static_cast<double>(people) / static_cast<double>(held_out);
  return {.points_minor = treated.points_minor - share * control.points_minor,
          .checkout_minor = without(treated.checkout_minor, share, control.checkout_minor),
          .coupons_minor = without(treated.coupons_minor, share, control.coupons_minor)};
}

Result<std::vector<goals::ProgrammeReturn>> programme_returns(
    store::Database& database, const std::vector<proof::Gain>& gains, Instant now,
    const std::function<Result<std::vector<people::PersonId>>(std::string_view)>& resolve_set) {
  std::vector<goals::ProgrammeReturn> all;
  const auto programmes =
      TRY(database.read([](store::Connection& c) { return loyalty::list_programmes(c); }));
  if (programmes.empty()) return all;
  std::optional<proof::Gain> gain = hold_out_of(gains, "loyalty");
  if (!gain) {
    gain = hold_out_of(gains, "global");
    if (gain && gain->why.empty()) gain->why = "mixed";
  }
  if (gain && gain->why.empty() && programmes.size() > 1) gain->why = "several_programmes";
  std::optional<std::vector<people::PersonId>> among, control;
  if (gain) among = TRY(resolve_set(gain->people_set));
  if (gain && !gain->control_set.empty()) control = TRY(resolve_set(gain->control_set));
  for (const auto& programme : programmes) {
    goals::ProgrammeReturn one{.id = programme.id,
                               .name = programme.name,
                               .span = gain ? gain->span : Span{now - kCostsWithoutHoldOut, now},
                               .gain = gain};
    const auto cost =
        TRY(database.read([&](store::Connection& c) -> Result<loyalty::ProgrammeCost> {
          auto whole =
              TRY(loyalty::programme_cost(c, programme, one.span, among ? &*among : nullptr));
          if (!control) return whole;
          const auto other = TRY(loyalty::programme_cost(c, programme, one.span, &*control));
          return cost_beside(whole, gain->people, other, gain->control);
        }));
    one.points_minor = cost.points_minor;
    one.checkout_minor = cost.checkout_minor;
    one.coupons_minor = cost.coupons_minor;
    all.push_back(std::move(one));
  }
  return all;
}

Result<goals::SaidNames> said_names(store::Database& database) {
  auto said = TRY(database.read(value::said_events));
  goals::SaidNames names;
  names.answered = std::move(said.answered);
  names.complained = std::move(said.complained);
  names.score = std::move(said.score);
  return names;
}

}  // namespace perennial::server
