#include "server/goal_sources.h"

#include <algorithm>

#include "loyalty/loyalty.h"
#include "loyalty/programme_cost.h"
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

}  // namespace

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
  std::optional<std::vector<people::PersonId>> among;
  if (gain) among = TRY(resolve_set(gain->people_set));
  for (const auto& programme : programmes) {
    goals::ProgrammeReturn one{.id = programme.id,
                               .name = programme.name,
                               .span = gain ? gain->span : Span{now - kCostsWithoutHoldOut, now},
                               .gain = gain};
    const auto cost = TRY(database.read([&](store::Connection& c) {
      return loyalty::programme_cost(c, programme, one.span, among ? &*among : nullptr);
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
