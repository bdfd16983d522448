#include "value/leaving_desk.h"

#include <algorithm>

namespace perennial::value {
namespace {

constexpr std::string_view kDocument = "value.leaving";

}  // namespace

Result<LeavingSettings> LeavingDesk::settings() {
  const Json document = TRY(parts_.database.read(
      [](store::Connection& c) { return access::Settings::document(c, kDocument); }));
  return document.is_null() ? LeavingSettings{} : leaving_settings_from_json(document);
}

Result<Json> LeavingDesk::change_settings(const Json& body, const http::Principal& actor) {
  const Json document = to_json(TRY(leaving_settings_from_json(body)));
  const Instant at = parts_.clock();
  TRY(parts_.database.write([&](store::Connection& c) -> Result<void> {
    TRY(access::Settings::put_document(c, kDocument, document));
    return access::record(c, actor, "value.leaving.settings", "leaving", document, at);
  }));
  return document;
}

Result<std::shared_ptr<const LeavingDesk::Known>> LeavingDesk::known() {
  const LeavingSettings wanted = TRY(settings());
  const HealthEvents events = TRY(parts_.database.read(health_events));
  const ChurnSettings churn = TRY(churn_.settings());
  const auto model = churn_.usable();
  auto book = TRY(parts_.books.get());
  Known fresh{.book = std::move(book),
              .model_version = model ? model->version : 0,
              .settings = to_json(wanted),
              .horizon_days = churn.horizon_days};
  const access::Workspace workspace = parts_.settings.workspace();
  fresh.as_of = std::chrono::floor<std::chrono::hours>(workspace.now(parts_.clock));
  std::lock_guard lock(mutex_);
  if (kept_ && kept_->as_of == fresh.as_of && kept_->book == fresh.book &&
      kept_->model_version == fresh.model_version && kept_->settings == fresh.settings &&
      kept_->horizon_days == fresh.horizon_days)
    return kept_;
  const Calendar& calendar = workspace.calendar;
  const Instant month = calendar.start_of(Period::kMonth, fresh.as_of);
  for (int back = kLeavingMonths - 1; back >= 0; --back) {
    const Instant from = calendar.advance(Period::kMonth, month, -back);
    // The month under way ends now.
    const Instant to = std::min(calendar.advance(Period::kMonth, from, 1), fresh.as_of);
    fresh.months.push_back({from, std::max(from, to)});
    fresh.labels.push_back(calendar.label(Period::kMonth, from));
  }
  fresh.leavers =
      leavers(*fresh.book, {fresh.months.front().from, fresh.as_of}, fresh.horizon_days);
  if (parts_.timeline == nullptr)
    return fail(Code::kConflict, "there is no timeline to read", "leaving");
  fresh.whys = TRY(read_leaving(*parts_.timeline, fresh.leavers, wanted, events));
  if (model) {
    const Whys seen = TRY(model_whys(*model, *fresh.book, fresh.leavers));
    for (size_t i = 0; i < seen.size(); ++i)
      fresh.whys[i].insert(fresh.whys[i].end(), seen[i].begin(), seen[i].end());
  }
  kept_ = std::make_shared<const Known>(std::move(fresh));
  return kept_;
}

Result<Json> LeavingDesk::json(std::string_view among) {
  const auto all = TRY(known());
  std::vector<Leaver> who = all->leavers;
  Whys whys = all->whys;
  if (!among.empty()) {
    if (!parts_.resolve_set) return fail(Code::kInvalid, "no such set of people", "among");
    const auto people = TRY(parts_.resolve_set(among));
    size_t kept = 0;
    for (size_t i = 0; i < who.size(); ++i) {
      if (!std::ranges::binary_search(people, who[i].person)) continue;
      who[kept] = who[i];
      whys[kept++] = whys[i];
    }
    who.resize(kept);
    whys.resize(kept);
  }
  const LeavingTable table = count_leaving(who, whys, all->months, all->labels);
  const auto set = [&](std::string words) {
    return among.empty() ? Json("left:" + std::move(words)) : Json(nullptr);
  };
  Json months = Json::array(), reasons = Json::array();
  for (size_t m = 0; m < table.months.size(); ++m)
    months.push_back(
        {{"label", table.months[m]}, {"left", table.left[m]}, {"set", set(table.months[m])}});
  for (const LeavingRow& row : table.rows)
    reasons.push_back(
        {{"known", known_name(row.why.known)},
         {"reason", row.why.reason},
         {"people", row.people},
         {"share", static_cast<double>(row.people) / static_cast<double>(table.total)},
         {"by_month", row.by_month},
         {"set", set("why:" + row.key)}});
  return Json{{"as_of", format_instant(all->as_of)},
              {"horizon_days", all->horizon_days},
              {"settings", all->settings},
              {"months", std::move(months)},
              {"total", table.total},
              {"explained", table.explained},
              {"reasons", std::move(reasons)}};
}

std::optional<Result<std::vector<PersonId>>> LeavingDesk::resolve_set(std::string_view set) {
  constexpr std::string_view kPrefix = "left:", kWhy = "why:";
  if (!set.starts_with(kPrefix)) return std::nullopt;
  const std::string_view words = set.substr(kPrefix.size());
  const auto found = [&]() -> Result<std::vector<PersonId>> {
    const auto all = TRY(known());
    const auto month = std::ranges::find(all->labels, words);
    const bool by_why = words.starts_with(kWhy);
    if (month == all->labels.end() && !by_why)
      return fail(Code::kInvalid, "the set names no month", "set",
                  "take a month of the last twelve");
    std::vector<PersonId> people;
    for (size_t i = 0; i < all->leavers.size(); ++i) {
      const Leaver& one = all->leavers[i];
      const bool in =
          by_why ? std::ranges::any_of(
                       all->whys[i],
                       [&](const Why& why) { return key_of(why) == words.substr(kWhy.size()); })
                 : all->months[static_cast<size_t>(month - all->labels.begin())].contains(
                       one.known_at);
      if (in && (people.empty() || people.back() != one.person)) people.push_back(one.person);
    }
    return people;
  };
  return found();
}

void add_leaving_routes(http::Router& router, LeavingDesk& desk) {
  const auto reply = [](const Result<Json>& json) {
    return json ? http::json(200, *json) : http::problem(json.error());
  };
  router.add({.method = "GET", .path = "/v1/value/leaving", .right = "insights.read"},
             [&desk, reply](const http::Request& request) {
               return reply(desk.json(request.query_or("among", "")));
             });
  router.add({.method = "PUT", .path = "/v1/value/leaving/settings", .right = "insights.write"},
             [&desk, reply](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 return desk.change_settings(TRY(parse_json(request.body)), request.principal);
               }());
             });
}

}  // namespace perennial::value
