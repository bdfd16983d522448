#include "value/growth_desk.h"

#include <algorithm>

namespace perennial::value {
namespace {

constexpr std::string_view kDocument = "value.growth";
constexpr std::string_view kPrefix = "growth:";

Json milestone_json(const Milestone& one) {
  return {{"opens", growth_name(one.opens)},
          {"event", one.event},
          {"times", one.times},
          {"days", one.days}};
}

}  // namespace

Result<GrowthSettings> GrowthDesk::settings() {
  const Json document = TRY(parts_.database.read(
      [](store::Connection& c) { return access::Settings::document(c, kDocument); }));
  return document.is_null() ? GrowthSettings{} : growth_settings_from_json(document);
}

Result<Json> GrowthDesk::change_settings(const Json& body, const http::Principal& actor) {
  const Json document = to_json(TRY(growth_settings_from_json(body)));
  const Instant at = parts_.clock();
  TRY(parts_.database.write([&](store::Connection& c) -> Result<void> {
    TRY(access::Settings::put_document(c, kDocument, document));
    return access::record(c, actor, "value.growth.settings", "growth", document, at);
  }));
  return document;
}

Result<std::shared_ptr<const GrowthDesk::Known>> GrowthDesk::known() {
  if (parts_.timeline == nullptr)
    return fail(Code::kConflict, "there is no timeline to read", "growth");
  Known fresh;
  fresh.settings = TRY(settings());
  fresh.document = to_json(fresh.settings);
  const int64_t now_ms = to_millis(parts_.settings.workspace().now(parts_.clock));
  const int64_t step_ms = Millis(kGrowthEvery).count();
  fresh.as_of = from_millis(now_ms / step_ms * step_ms);
  std::lock_guard lock(mutex_);
  if (kept_ && kept_->as_of == fresh.as_of && kept_->document == fresh.document) return kept_;
  const auto since =
      TRY(parts_.database.read([](store::Connection& c) { return people::known_since(c); }));
  fresh.reading = TRY(read_growth(*parts_.timeline, since, fresh.settings, fresh.as_of));
  GrowthStages stages{.person = fresh.reading.person,
                      .registered = fresh.reading.registered,
                      .registered_by = fresh.settings.registered};
  for (size_t row = 0; row < stages.person.size(); ++row)
    stages.growth.push_back(growth_of(fresh.reading, row, fresh.settings));
  fresh.stages = std::make_shared<const GrowthStages>(std::move(stages));
  kept_ = std::make_shared<const Known>(std::move(fresh));
  return kept_;
}

Result<std::shared_ptr<const GrowthStages>> GrowthDesk::stages() { return TRY(known())->stages; }

Result<Json> GrowthDesk::json() {
  const auto all = TRY(known());
  const auto people = static_cast<int64_t>(all->stages->person.size());
  const auto share = [people](int64_t of) {
    return people == 0 ? Json(nullptr)
                       : Json(static_cast<double>(of) / static_cast<double>(people));
  };
  Json stages = Json::array(), milestones = Json::array();
  for (size_t g = 0; g < kGrowthWords.size(); ++g) {
    const int64_t in = std::ranges::count(all->stages->growth, static_cast<Growth>(g));
    stages.push_back({{"stage", kGrowthWords[g]},
                      {"people", in},
                      {"share", share(in)},
                      {"set", std::string(kPrefix) + std::string(kGrowthWords[g])}});
  }
  for (size_t m = 0; m < all->settings.milestones.size(); ++m) {
    int64_t reached = 0;
    for (size_t row = 0; row < all->reading.person.size(); ++row)
      reached += all->reading.reached(row, m, all->settings);
    Json row = milestone_json(all->settings.milestones[m]);
    row["people"] = reached;
    row["share"] = share(reached);
    milestones.push_back(std::move(row));
  }
  return Json{{"as_of", format_instant(all->as_of)},
              {"settings", all->document},
              {"people", people},
              {"stages", std::move(stages)},
              {"milestones", std::move(milestones)}};
}

std::optional<Result<std::vector<PersonId>>> GrowthDesk::resolve_set(std::string_view set) {
  if (!set.starts_with(kPrefix)) return std::nullopt;
  const auto found = [&]() -> Result<std::vector<PersonId>> {
    const auto growth = parse_growth(set.substr(kPrefix.size()));
    if (!growth)
      return fail(Code::kInvalid,
                  "\"" + std::string(cut_text(set, 60)) + "\" names no stage of growth", "set",
                  "take growth:novice, growth:growing or growth:stable");
    const auto all = TRY(stages());
    std::vector<PersonId> people;
    for (size_t row = 0; row < all->person.size(); ++row) {
      if (all->growth[row] == *growth) people.push_back(all->person[row]);
    }
    return people;
  };
  return found();
}

Result<Json> GrowthDesk::describe(PersonId person) {
  if (parts_.timeline == nullptr || parts_.timeline->snapshot() == nullptr) return Json(nullptr);
  const auto all = TRY(known());
  const auto place = std::ranges::lower_bound(all->reading.person, person);
  if (place == all->reading.person.end() || *place != person) return Json(nullptr);
  const auto row = static_cast<size_t>(place - all->reading.person.begin());
  Json milestones = Json::array();
  for (size_t m = 0; m < all->settings.milestones.size(); ++m) {
    Json one = milestone_json(all->settings.milestones[m]);
    one["done"] = all->reading.done[row * all->reading.milestones + m];
    one["reached"] = all->reading.reached(row, m, all->settings);
    milestones.push_back(std::move(one));
  }
  return Json{{"stage", growth_name(all->stages->growth[row])},
              {"registered_at", format_instant(all->reading.registered[row])},
              {"registered_by", all->reading.said[row] != 0 ? "event" : "first_seen"},
              {"milestones", std::move(milestones)}};
}

void add_growth_routes(http::Router& router, GrowthDesk& desk) {
  const auto reply = [](const Result<Json>& json) {
    return json ? http::json(200, *json) : http::problem(json.error());
  };
  router.add({.method = "GET", .path = "/v1/value/growth", .right = "insights.read"},
             [&desk, reply](const http::Request&) { return reply(desk.json()); });
  router.add({.method = "PUT", .path = "/v1/value/growth/settings", .right = "insights.write"},
             [&desk, reply](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 return desk.change_settings(TRY(parse_json(request.body)), request.principal);
               }());
             });
}

}  // namespace perennial::value
