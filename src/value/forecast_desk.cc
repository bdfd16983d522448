#include "value/forecast_desk.h"

namespace perennial::value {

Result<Json> ForecastDesk::json(std::string_view of, int weeks) {
  auto what = parse_forecast(of);
  if (!what) return fail(Code::kInvalid, "must be orders or revenue", "of");
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

}  // namespace perennial::value
