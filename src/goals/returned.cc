// What actions and programmes returned: /v1/returns.
#include <cmath>

#include "goals/service.h"

namespace perennial::goals {
namespace {

Json money_json(const std::optional<proof::Money>& money) {
  if (!money) return Json();
  return {{"value", money->value}, {"low", money->low}, {"high", money->high}};
}

// A row without what it cost in parts and without a hold-out beside it.
Json return_json(const proof::Gain& gain, const proof::Return& back, int64_t cost_minor,
                 int64_t messages_minor) {
  std::optional<proof::Money> gained;
  if (back.margin) gained = {*gain.value, *gain.low, *gain.high};
  return {{"about", gain.about},
          {"kind", gain.kind},
          {"id", gain.id},
          {"name", gain.name},
          {"from", format_instant(gain.span.from)},
          {"to", format_instant(gain.span.to)},
          {"complete", gain.complete},
          {"people", gain.people},
          {"set", gain.people_set},
          {"messages", gain.messages},
          {"gained", money_json(gained)},
          {"margin", money_json(back.margin)},
          {"cost_minor", cost_minor},
          {"cost_of_messages_minor", messages_minor},
          {"net", money_json(back.net)},
          {"roi", money_json(back.ratio)},
          {"verdict", proof::pays_name(back.pays)},
          {"why", back.why},
          {"hold_out", nullptr},
          {"parts", nullptr}};
}

int64_t entered_for(const Sums& spent, const std::string& about) {
  const auto found = spent.find(about);
  return found == spent.end() ? 0 : found->second;
}

// Coupons and points at checkout are off the revenue that the arms are compared by. Here they are
// costs like the others, so that revenue is taken before them: both stand whole. `entered` is of
// the same span as all else.
Json programme_json(const ProgrammeReturn& one, const Terms& terms, int64_t entered) {
  const int64_t off = one.checkout_minor + one.coupons_minor;
  const int64_t points = std::llround(one.points_minor);
  const int64_t cost = off + points + entered;
  proof::Gain gain = one.gain.value_or(proof::Gain{});
  for (auto* const bound : {&gain.value, &gain.low, &gain.high}) {
    if (*bound) **bound += static_cast<double>(off);
  }
  Json hold_out;
  if (one.gain) hold_out = {{"id", gain.id}, {"name", gain.name}};
  if (!one.gain) gain.why = "no_hold_out";
  gain.about = "programme:" + one.id;
  gain.kind = "programme";
  gain.id = one.id;
  gain.name = one.name;
  gain.span = one.span;
  Json row = return_json(gain, proof::return_of(gain, terms.margin_share, cost), cost, 0);
  row["hold_out"] = std::move(hold_out);
  row["parts"] = {{"points_minor", points},
                  {"checkout_minor", one.checkout_minor},
                  {"coupons_minor", one.coupons_minor},
                  {"entered_minor", entered}};
  return row;
}

}  // namespace

Result<Json> Goals::Impl::returns() {
  Terms terms;
  Sums spent;
  TRY(wiring.database.read([&](store::Connection& c) -> Result<void> {
    terms = TRY(load_terms(c));
    spent = TRY(costs_by_subject(c));
    return {};
  }));
  Json items = Json::array();
  const auto gains = TRY(wiring.gains());
  if (wiring.programmes) {
    for (const ProgrammeReturn& one : TRY(wiring.programmes(gains))) {
      const int64_t entered = TRY(wiring.database.read([&](store::Connection& c) {
        return cost_within(c, "programme:" + one.id, one.span, calendar());
      }));
      items.push_back(programme_json(one, terms, entered));
    }
  }
  for (const proof::Gain& gain : gains) {
    const int64_t messages = (gain.messages * terms.message_cost_per_1000_minor + 500) / 1000;
    const int64_t cost = entered_for(spent, gain.about) + messages;
    items.push_back(
        return_json(gain, proof::return_of(gain, terms.margin_share, cost), cost, messages));
  }
  return Json{{"returns", std::move(items)},
              {"terms", to_json(terms)},
              {"currency", wiring.settings.workspace().currency}};
}

}  // namespace perennial::goals
