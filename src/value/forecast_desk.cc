#include "value/forecast_desk.h"

#include <algorithm>

namespace perennial::value {

Result<Json> ForecastDesk::json(std::string_view of, int weeks) {
  constexpr std::string_view kProduct = "product:";
  if (of.starts_with(kProduct)) return of_product(std::string(of.substr(kProduct.size())), weeks);
  auto what = parse_forecast(of);
  if (!what || *what == ForecastOf::kUnits)
    return fail(Code::kInvalid, "must be orders, revenue or product:ID", "of");
  const access::Workspace workspace = parts_.settings.workspace();
  auto book = TRY(parts_.books.get());
  const Instant now = workspace.now(parts_.clock);
  const Instant week = workspace.calendar.start_of(Period::kWeek, now);
  std::lock_guard lock(mutex_);
  const bool other_calendar = calendar_.week_start != workspace.calendar.week_start ||
                              calendar_.zone.name() != workspace.calendar.zone.name();
  if (book_ != book || week_ != week || other_calendar) kept_.clear();
  book_ = book;
  week_ = week;
  calendar_ = workspace.calendar;
  auto& kept = kept_[*what];
  if (!kept)
    kept =
        std::make_shared<const Forecast>(forecast(weeks_of(*book, *what, now, workspace.calendar),
                                                  *what, kMaxForecastWeeks, workspace.calendar));
  Forecast shown = *kept;
  if (shown.weeks.size() > static_cast<size_t>(weeks))
    shown.weeks.resize(static_cast<size_t>(weeks));
  Json json = forecast_json(shown, workspace.currency);
  json["as_of"] = format_instant(now);
  return json;
}

Result<Json> ForecastDesk::of_product(const std::string& id, int weeks) {
  const access::Workspace workspace = parts_.settings.workspace();
  const auto [demand, catalogue] = products_.demand();
  const auto item = catalogue ? catalogue->find(id) : std::nullopt;
  const ProductDemand* product = nullptr;
  if (item && demand) {
    const auto found = std::ranges::find(demand->products, *item, &ProductDemand::item);
    if (found != demand->products.end()) product = &*found;
  }
  if (product == nullptr)
    return fail(Code::kNotFound, "this product is not among those forecast", "of",
                "take one of GET /v1/value/forecast/products");
  // From the first week in which it was bought.
  Weeks past;
  for (size_t w = 0; w < product->units.size(); ++w) {
    if (past.start.empty() && product->units[w] == 0) continue;
    past.start.push_back(demand->weeks[w]);
    past.value.push_back(product->units[w]);
  }
  Json json = forecast_json(
      forecast(std::move(past), ForecastOf::kUnits, static_cast<size_t>(weeks), workspace.calendar),
      workspace.currency);
  json["as_of"] = format_instant(workspace.now(parts_.clock));
  json["product"] = {{"id", id}, {"name", catalogue->item(*item).name}};
  return json;
}

Result<Json> ForecastDesk::products() {
  Json rows = Json::array();
  const auto [demand, catalogue] = products_.demand();
  if (demand && catalogue) {
    for (const ProductDemand& product : demand->products) {
      const Item& item = catalogue->item(product.item);
      rows.push_back({{"id", item.id}, {"name", item.name}, {"units", product.total}});
    }
  }
  return Json{{"products", std::move(rows)}};
}

}  // namespace perennial::value
