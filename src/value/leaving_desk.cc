#include "value/leaving_desk.h"

#include <algorithm>
#include <functional>

namespace perennial::value {
namespace {

constexpr std::string_view kDocument = "value.leaving";
constexpr std::string_view kPrefix = "left:", kWhy = "why:", kPeriod = "period:";
constexpr size_t kCauses = 5;  // told of a period

// Those of whom `fits` says so.
struct Chosen {
  std::vector<Leaver> who;
  Whys whys;
  std::vector<Tenure> tenures;
};
Chosen choose(const Chosen& all, const std::function<bool(size_t row)>& fits) {
  Chosen chosen;
  for (size_t i = 0; i < all.who.size(); ++i) {
    if (!fits(i)) continue;
    chosen.who.push_back(all.who[i]);
    chosen.whys.push_back(all.whys[i]);
    chosen.tenures.push_back(all.tenures[i]);
  }
  return chosen;
}

double part_of_all(int64_t people, int64_t all) {
  return all == 0 ? 0 : static_cast<double>(people) / static_cast<double>(all);
}

// Of one period the causes that most had, whatever they are known from.
Json causes_json(LeavingTable table) {
  std::ranges::stable_sort(table.rows, {}, [](const LeavingRow& row) { return -row.people; });
  if (table.rows.size() > kCauses) table.rows.resize(kCauses);
  Json causes = Json::array();
  for (const LeavingRow& row : table.rows)
    causes.push_back({{"known", known_name(row.why.known)},
                      {"reason", row.why.reason},
                      {"people", row.people},
                      {"share", part_of_all(row.people, table.total)}});
  return causes;
}

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
  const auto registered = TRY(growth_.stages());
  Known fresh{.book = std::move(book),
              .model_version = model ? model->version : 0,
              .settings = to_json(wanted),
              .horizon_days = churn.horizon_days,
              .registered_by = registered->registered_by};
  const access::Workspace workspace = parts_.settings.workspace();
  fresh.as_of = std::chrono::floor<std::chrono::hours>(workspace.now(parts_.clock));
  std::lock_guard lock(mutex_);
  if (kept_ && kept_->as_of == fresh.as_of && kept_->book == fresh.book &&
      kept_->model_version == fresh.model_version && kept_->settings == fresh.settings &&
      kept_->horizon_days == fresh.horizon_days && kept_->registered_by == fresh.registered_by)
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
  fresh.tenures = tenures_of(fresh.leavers, *fresh.book, *registered);
  kept_ = std::make_shared<const Known>(std::move(fresh));
  return kept_;
}

Result<Json> LeavingDesk::json(std::string_view among) {
  const auto all = TRY(known());
  Chosen of{.who = all->leavers, .whys = all->whys, .tenures = all->tenures};
  if (!among.empty()) {
    if (!parts_.resolve_set) return fail(Code::kInvalid, "no such set of people", "among");
    const auto people = TRY(parts_.resolve_set(among));
    of = choose(of, [&](size_t i) { return std::ranges::binary_search(people, of.who[i].person); });
  }
  const LeavingTable table = count_leaving(of.who, of.whys, all->months, all->labels);
  const auto set = [&](std::string words) {
    return among.empty() ? Json("left:" + std::move(words)) : Json(nullptr);
  };
  Json months = Json::array(), reasons = Json::array();
  for (size_t m = 0; m < table.months.size(); ++m)
    months.push_back(
        {{"label", table.months[m]}, {"left", table.left[m]}, {"set", set(table.months[m])}});
  for (const LeavingRow& row : table.rows)
    reasons.push_back({{"known", known_name(row.why.known)},
                       {"reason", row.why.reason},
                       {"people", row.people},
                       {"share", part_of_all(row.people, table.total)},
                       {"by_month", row.by_month},
                       {"set", set("why:" + row.key)}});
  Json periods = Json::array();
  for (size_t p = 0; p < kTenures; ++p) {
    const auto tenure = static_cast<Tenure>(p);
    const Chosen in = choose(of, [&](size_t i) { return of.tenures[i] == tenure; });
    LeavingTable left = count_leaving(in.who, in.whys, all->months, all->labels);
    periods.push_back({{"period", tenure_name(tenure)},
                       {"people", left.total},
                       {"share", part_of_all(left.total, table.total)},
                       {"explained", left.explained},
                       {"set", set(std::string(kPeriod) + std::string(tenure_name(tenure)))},
                       {"causes", causes_json(std::move(left))}});
  }
  return Json{{"as_of", format_instant(all->as_of)},
              {"horizon_days", all->horizon_days},
              {"settings", all->settings},
              {"months", std::move(months)},
              {"total", table.total},
              {"explained", table.explained},
              {"periods", std::move(periods)},
              {"reasons", std::move(reasons)}};
}

std::optional<Result<std::vector<PersonId>>> LeavingDesk::resolve_set(std::string_view set) {
  if (!set.starts_with(kPrefix)) return std::nullopt;
  const std::string_view words = set.substr(kPrefix.size());
  const auto found = [&]() -> Result<std::vector<PersonId>> {
    const auto all = TRY(known());
    const auto month = std::ranges::find(all->labels, words);
    const bool by_why = words.starts_with(kWhy), by_period = words.starts_with(kPeriod);
    const auto tenure = parse_tenure(words.substr(by_period ? kPeriod.size() : 0));
    if (by_period && !tenure)
      return fail(Code::kInvalid, "the set names no period", "set", "take early, middle or late");
    if (month == all->labels.end() && !by_why && !by_period)
      return fail(Code::kInvalid, "the set names no month", "set",
                  "take a month of the last twelve");
    std::vector<PersonId> people;
    for (size_t i = 0; i < all->leavers.size(); ++i) {
      const Leaver& one = all->leavers[i];
      const bool in =
          by_period ? all->tenures[i] == *tenure
          : by_why  ? std::ranges::any_of(
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
