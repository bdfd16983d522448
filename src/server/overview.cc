#include "server/overview.h"

#include <algorithm>
#include <cmath>

namespace perennial::server {
namespace {

constexpr int kRetentionMonths = 13;
constexpr size_t kAtRiskShown = 10;
constexpr size_t kCampaignsShown = 5;
constexpr size_t kMovesShown = 3;

Json totals(const people::OrderBook& book, size_t customers, const events::LogStats& log,
            int64_t now_ms) {
  int64_t orders = 0, refunds = 0, anonymous = 0, revenue = 0;
  for (size_t i = 0; i < book.rows(); ++i) {
    if (book.at_ms[i] >= now_ms) continue;
    (book.refund[i] ? refunds : orders) += 1;
    anonymous += book.person[i] == 0 && !book.refund[i];
    revenue += book.amount_minor[i];
  }
  return {{"customers", customers},
          {"orders", orders},
          {"refunds", refunds},
          {"revenue_minor", revenue},
          {"anonymous_orders", anonymous},
          {"events", log.events}};
}

// The silent customers with the most revenue: those whom a recall may still keep.
Result<Json> at_risk(const OverviewSources& s, const value::Snapshot& snapshot, int64_t& revenue) {
  std::vector<size_t> silent;
  for (size_t i = 0; i < snapshot.person.size(); ++i) {
    if (snapshot.stage[i] != value::Stage::kSilent) continue;
    silent.push_back(i);
    revenue += std::max<int64_t>(snapshot.revenue_minor[i], 0);
  }
  size_t shown = std::min(kAtRiskShown, silent.size());
  std::partial_sort(silent.begin(), silent.begin() + static_cast<ptrdiff_t>(shown), silent.end(),
                    [&](size_t a, size_t b) {
                      return std::pair(-snapshot.revenue_minor[a], snapshot.person[a]) <
                             std::pair(-snapshot.revenue_minor[b], snapshot.person[b]);
                    });
  std::vector<people::PersonId> ids;
  for (size_t i = 0; i < shown; ++i) ids.push_back(snapshot.person[silent[i]]);
  auto found =
      TRY(s.database.read([&](store::Connection& c) { return people::find_people(c, ids); }));
  auto described = TRY(s.value.describe(found));
  Json list = Json::array();
  for (size_t i = 0; i < found.size(); ++i)
    list.push_back(people::customer_json(found[i], described[i]));
  return list;
}

struct Measured {
  std::string measure;
  double before, after;
  std::string set;
};

std::optional<double> rate_of(const Json& row, const char* name) {
  const Json& rate = row[name]["rate"];
  if (!rate.is_number()) return std::nullopt;
  return rate.get<double>();
}

// The largest relative changes of the last full month against the one before.
Json moves(const Json& activity, const Json& retention) {
  std::vector<const Json*> months;
  for (const Json& row : activity["rows"]) {
    if (row["complete"] == true) months.push_back(&row);
  }
  Json result = Json::array();
  if (months.size() < 2) return result;
  const Json& before = *months[months.size() - 2];
  const Json& after = *months.back();
  auto set_of = [&](const char* name) {
    return after.contains("sets") ? after["sets"].value(name, "") : std::string();
  };
  std::vector<Measured> all = {
      {"customers", before["customers"], after["customers"], set_of("customers")},
      {"new_customers", before["new_customers"], after["new_customers"], set_of("new")},
      {"orders", before["orders"], after["orders"], set_of("customers")},
      {"revenue_minor", before["revenue_minor"], after["revenue_minor"], set_of("customers")}};
  auto add_rate = [&](const char* measure, std::optional<double> old_rate,
                      std::optional<double> new_rate, std::string set) {
    if (old_rate && new_rate) all.push_back({measure, *old_rate, *new_rate, std::move(set)});
  };
  add_rate("repurchase_rate", rate_of(before, "repurchase"), rate_of(after, "repurchase"),
           set_of("repeat"));
  std::vector<const Json*> rates;
  for (const Json& row : retention["rows"]) {
    if (row["complete"] == true) rates.push_back(&row);
  }
  if (rates.size() >= 2) {
    add_rate("retention_rate", rate_of(*rates[rates.size() - 2], "rate"),
             rate_of(*rates.back(), "rate"), "");
  }
  auto change = [](const Measured& m) { return (m.after - m.before) / std::abs(m.before); };
  std::erase_if(all, [](const Measured& m) { return m.before == 0; });
  std::stable_sort(all.begin(), all.end(), [&](const Measured& a, const Measured& b) {
    return std::abs(change(a)) > std::abs(change(b));
  });
  for (size_t i = 0; i < std::min(kMovesShown, all.size()); ++i) {
    const Measured& m = all[i];
    result.push_back({{"measure", m.measure},
                      {"before", m.before},
                      {"after", m.after},
                      {"change", change(m)},
                      {"month", after["label"]}});
    if (!m.set.empty()) result.back()["set"] = m.set;
  }
  return result;
}

Result<Json> overview(const OverviewSources& s) {
  access::Workspace workspace = s.settings.workspace();
  Instant now = workspace.now(system_now);
  auto book = TRY(s.books.get());
  auto snapshot = TRY(s.value.snapshot());
  Json reply = {{"as_of", format_instant(now)},
                {"zone", workspace.calendar.zone.name()},
                {"currency", workspace.currency}};
  size_t customers =
      std::ranges::count_if(snapshot->orders, [](int64_t orders) { return orders > 0; });
  reply["totals"] = totals(*book, customers, TRY(s.log.stats()), to_millis(now));
  Instant this_month = workspace.calendar.start_of(Period::kMonth, now);
  Span last_year{workspace.calendar.advance(Period::kMonth, this_month, -kRetentionMonths),
                 this_month};
  Json retention = TRY(s.insight.retention_rate_json(Period::kMonth, last_year));
  reply["retention"] = retention["rows"];
  reply["stages"] = TRY(s.value.stages_json());
  int64_t at_risk_revenue = 0;
  reply["at_risk"] = TRY(at_risk(s, *snapshot, at_risk_revenue));
  reply["at_risk_revenue_minor"] = at_risk_revenue;
  reply["campaigns"] = TRY(s.engage.summaries_json(kCampaignsShown));
  reply["moves"] = moves(TRY(s.insight.activity_json(Period::kMonth, last_year)), retention);
  return reply;
}

}  // namespace

void add_overview_route(http::Router& router, OverviewSources sources) {
  router.add({.method = "GET", .path = "/v1/overview", .right = "insights.read"},
             [sources](const http::Request&) {
               auto reply = overview(sources);
               return reply ? http::json(200, *reply) : http::problem(reply.error());
             });
}

}  // namespace perennial::server
