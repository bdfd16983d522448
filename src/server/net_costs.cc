#include "server/net_costs.h"

#include "loyalty/loyalty.h"

namespace perennial::server {
namespace {

constexpr double kMillion = 1e6;

void add_points(const loyalty::Programme& programme, const loyalty::Currency& currency,
                std::vector<experiments::NetCost>& costs) {
  const double point = static_cast<double>(currency.cost_minor_per_1000) / 1000 *
                       static_cast<double>(currency.expected_redemption_ppm) / kMillion;
  if (point <= 0) return;
  const auto add = [&](const char* event, std::vector<std::string> set, double minor) {
    costs.push_back({.event = event,
                     .property = "points",
                     .is = {{"programme", programme.id}, {"currency", currency.code}},
                     .set = std::move(set),
                     .minor = minor});
  };
  add("Points Earned", {}, point);
  add("Points Taken Back", {}, -point);
  add("Points Spent", {"order"}, -point);
  add("Points Given Back", {"order"}, point);
}

}  // namespace

Result<std::vector<experiments::NetCost>> net_costs(store::Database& database,
                                                    goals::Goals& goals) {
  std::vector<experiments::NetCost> costs;
  const auto programmes =
      TRY(database.read([](store::Connection& c) { return loyalty::list_programmes(c); }));
  for (const auto& programme : programmes) {
    for (const auto& currency : programme.currencies) add_points(programme, currency, costs);
  }
  const double message = TRY(goals.message_cost_minor());
  if (message > 0) costs.push_back({.event = "Message Sent", .minor = message});
  return costs;
}

}  // namespace perennial::server
