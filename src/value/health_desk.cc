#include "value/health_desk.h"

#include <algorithm>
#include <map>

#include "people/readers.h"
#include "value/churn_desk.h"
#include "value/health_alerts.h"
#include "value/health_scan.h"
#include "value/health_train.h"
#include "value/interrupt.h"

namespace perennial::value {
namespace {

constexpr size_t kOwnerKey = 12;  // hexadecimal digits of an owner's fingerprint

Json version_json(const Json& document) {
  const Json& card = document.at("card");
  return {{"version", document.at("version")},
          {"trained_at", document.at("trained_at")},
          {"people", card.at("people")},
          {"auc", card.at("auc")},
          {"weights_learned", document.at("weights_learned")},
          {"faults", card.at("faults")}};
}

std::string set_of(Light light, std::string_view owner_key = "") {
  std::string set = "health:" + std::string(light_name(light));
  if (!owner_key.empty()) set += ":" + std::string(owner_key);
  return set;
}

// The owner's name in a person's traits; "" without one.
std::string owner_of(std::string_view traits, const std::string& trait) {
  const Json value = people::trait_in(traits, trait);
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : to_text(value);
}

}  // namespace

HealthDesk::HealthDesk(const ModelParts& parts)
    : parts_(parts),
      keeper_(parts, {.kind = kHealthKind,
                      .settings_name = "value.health",
                      .model_from_json = health_model_from_json,
                      .settings_from_json = health_settings_from_json}) {}

std::optional<size_t> HealthDesk::Scored::find(PersonId id) const {
  const auto found = std::ranges::lower_bound(person, id);
  if (found == person.end() || *found != id) return std::nullopt;
  return static_cast<size_t>(found - person.begin());
}

Result<timeline::Timeline*> HealthDesk::timeline() const {
  if (parts_.timeline == nullptr || parts_.log == nullptr)
    return fail(Code::kConflict, "there is no timeline to read", "health");
  return parts_.timeline;
}

Instant HealthDesk::now() const {
  const Instant now = parts_.settings.workspace().now(parts_.clock);
  return from_millis(to_millis(now) / Millis(kHealthEvery).count() * Millis(kHealthEvery).count());
}

Result<int> HealthDesk::horizon_days() {
  const Json document = TRY(parts_.database.read(
      [](store::Connection& c) { return access::Settings::document(c, "value.churn"); }));
  if (document.is_null()) return ChurnSettings{}.horizon_days;
  return TRY(churn_settings_from_json(document)).horizon_days;
}

Result<void> HealthDesk::train(const std::stop_token& stop) {
  const HealthSettings wanted = TRY(keeper_.settings());
  auto book = TRY(parts_.books.get());
  HealthModel trained = TRY(train_health(*TRY(timeline()), *book, keeper_.now(), wanted,
                                         TRY(horizon_days()), parts_.clock(), stop));
  const Json document = to_json(trained);
  return keeper_.keep(std::move(trained), document);
}

Result<bool> HealthDesk::due(Instant at) {
  if (parts_.timeline == nullptr || parts_.timeline->snapshot() == nullptr) return false;
  const HealthSettings wanted = TRY(keeper_.settings());
  if (!wanted.scheduled) return false;
  const Model newest = keeper_.newest();
  if (newest) return at - newest->trained_at >= std::chrono::days(wanted.retrain_days);
  auto book = TRY(parts_.books.get());
  const Instant tested = keeper_.now() - std::chrono::days(TRY(horizon_days()));
  return static_cast<int64_t>(customers_at(*book, tested).size()) >= kMinChurnRows;
}

Result<bool> HealthDesk::alerts_due(Instant at) {
  if (parts_.timeline == nullptr || parts_.timeline->snapshot() == nullptr || !keeper_.newest())
    return false;
  std::lock_guard lock(mutex_);
  return !alerted_at_ || at - *alerted_at_ >= kHealthEvery;
}

Result<void> HealthDesk::raise_alerts(const std::stop_token& stop) {
  TRY(unless_stopped(stop));
  TRY(timeline());
  const Model newest = keeper_.newest();
  if (!newest) return {};
  const Scores all = TRY(scores_of(newest, Age::kFresh, stop));
  std::vector<NewAlert> alerts;
  for (size_t i = 0; i < all->person.size(); ++i) {
    for (const Raised& raised :
         alerts_of(all->person[i], all->before[i], all->facts[i], all->as_of))
      alerts.push_back({.raised = raised, .score = all->score[i]});
  }
  TRY(parts_.database.write(
      [&](store::Connection& c) { return keep_alerts(c, alerts, all->as_of, stop); }));
  TRY(tell_alerts(parts_.database, *parts_.log, parts_.clock(), stop));
  std::lock_guard lock(mutex_);
  alerted_at_ = parts_.clock();
  return {};
}

Result<HealthDesk::Scores> HealthDesk::scores() {
  const Model newest = keeper_.newest();
  if (!newest)
    return fail(Code::kConflict, "the health score has not been checked yet", "health",
                "check it on the page \"Health\"");
  return scores_of(newest);
}

Result<HealthDesk::Scores> HealthDesk::scores_of(const Model& model, Age wanted,
                                                 const std::stop_token& stop) {
  auto book = TRY(parts_.books.get());
  const Instant at = now();
  std::lock_guard lock(mutex_);
  if (scores_ && scores_->model_version == model->version) {
    const auto age = at - scores_->as_of;
    const bool recent = wanted == Age::kRecent && age > Millis(0) && age <= kHealthStale;
    if (age == Millis(0) || recent) return scores_;
  }
  const value::Asked asked = people_asked(*book, at, model->horizon_days, {});
  Scored fresh{.as_of = at, .model_version = model->version};
  if (!asked.person.empty()) {
    const HealthReading reading = TRY(read_health(*TRY(timeline()), *book, asked.person,
                                                  {at - kFresh, at}, model->settings.events, stop));
    Present present = reading.present;
    for (size_t m = 0; m < kMeasures; ++m) present[m] |= model->present[m];
    for (size_t i = 0; i < asked.person.size(); ++i) {
      const Parts parts = parts_of(reading.facts[2 * i + 1], present);
      const auto score = score_of(parts, model->weights);
      if (!score) continue;
      fresh.person.push_back(asked.person[i]);
      fresh.score.push_back(*score);
      fresh.parts.push_back(parts);
      fresh.before.push_back(reading.facts[2 * i]);
      fresh.facts.push_back(reading.facts[2 * i + 1]);
    }
  }
  TRY(add_owners(*model, fresh));
  scores_ = std::make_shared<const Scored>(std::move(fresh));
  std::lock_guard shown_lock(shown_mutex_);
  shown_ = scores_;
  return scores_;
}

Result<void> HealthDesk::add_owners(const HealthModel& model, Scored& scored) {
  scored.owner.assign(scored.person.size(), 0);
  scored.owners = {{}};
  std::map<std::string, uint32_t> places;
  return parts_.database.read([&](store::Connection& c) {
    return people::each_profile(c, [&](PersonId id, std::string_view /*country*/,
                                       std::string_view traits) {
      const auto row = scored.find(id);
      if (!row) return;
      const std::string name = owner_of(traits, model.settings.owner_trait);
      if (name.empty()) return;
      if (places.size() >= kMaxOwners && !places.contains(name)) return;
      const auto [place, added] = places.emplace(name, static_cast<uint32_t>(scored.owners.size()));
      if (added)
        scored.owners.push_back(
            {.key = fingerprint(name).hex().substr(0, kOwnerKey), .name = name});
      scored.owner[*row] = place->second;
    });
  });
}

Json HealthDesk::score_json(const Scored& all, size_t row, const HealthModel& model) {
  const Parts& parts = all.parts[row];
  const HealthFacts& facts = all.facts[row];
  const auto lost = points_lost(parts, model.weights);
  std::array<size_t, kMeasures> order{};
  for (size_t m = 0; m < kMeasures; ++m) order[m] = m;
  std::ranges::stable_sort(order, {}, [&](size_t m) { return -lost[m]; });
  Json measures = Json::array();
  for (const size_t m : order) {
    if (!parts[m] || model.weights[m] <= 0) continue;
    measures.push_back({{"measure", measure_name(static_cast<Measure>(m))},
                        {"score", *parts[m]},
                        {"lost", lost[m]}});
  }
  const auto maybe = [](bool there, double value) { return there ? Json(value) : Json(nullptr); };
  return {{"score", all.score[row]},
          {"light", light_name(light_of(all.score[row], model.settings))},
          {"measures", std::move(measures)},
          {"facts",
           {{"days_since_order", facts.days_since_order},
            {"usual_gap_days", facts.usual_gap_days},
            {"active_days", facts.active_days},
            {"usual_active_days", facts.usual_active_days},
            {"open_complaints", facts.open_complaints},
            {"answer", maybe(facts.answer.has_value(),
                             facts.answer.value_or(0) * model.settings.events.answer_best)},
            {"unpaid", facts.unpaid}}}};
}

// How many people of each owner show which light.
Json HealthDesk::summary(const Scored& all, const HealthModel& model) {
  std::vector<std::array<int64_t, kLights>> counts(all.owners.size());
  for (size_t i = 0; i < all.person.size(); ++i)
    ++counts[all.owner[i]][static_cast<size_t>(light_of(all.score[i], model.settings))];
  std::array<int64_t, kLights> total{};
  std::vector<Json> owners;
  for (size_t o = 0; o < all.owners.size(); ++o) {
    Json row = {{"owner", all.owners[o].name}, {"key", all.owners[o].key}};
    for (size_t k = 0; k < kLights; ++k) {
      total[k] += counts[o][k];
      row[light_name(static_cast<Light>(k))] = counts[o][k];
    }
    if (o > 0) owners.push_back(std::move(row));
  }
  std::ranges::stable_sort(owners, {}, [](const Json& one) { return -one["red"].get<int64_t>(); });
  Json lights = Json::array();
  for (size_t k = 0; k < kLights; ++k)
    lights.push_back({{"light", light_name(static_cast<Light>(k))},
                      {"people", total[k]},
                      {"set", set_of(static_cast<Light>(k))}});
  return {{"as_of", format_instant(all.as_of)},
          {"people", all.person.size()},
          {"lights", std::move(lights)},
          {"owners", std::move(owners)}};
}

Result<Json> HealthDesk::json(const Trainer::State& state) {
  Json answer = TRY(keeper_.head(state, version_json));
  answer.erase("currency");
  const Model newest = keeper_.newest();
  if (!newest) return answer;
  answer["model"] = to_json(*newest);
  auto usable = scores_of(newest);
  if (!usable && usable.error().code == Code::kBusy) return answer;
  if (!usable) return std::unexpected(usable.error());
  answer["scores"] = summary(**usable, *newest);
  return answer;
}

std::vector<size_t> HealthDesk::worst_first(const Scored& all, const HealthModel& model,
                                            const Asked& asked) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < all.person.size(); ++i) {
    if (asked.light && light_of(all.score[i], model.settings) != *asked.light) continue;
    if (!asked.owner.empty() && all.owners[all.owner[i]].key != asked.owner) continue;
    rows.push_back(i);
  }
  std::ranges::sort(rows, {}, [&](size_t i) { return std::pair(all.score[i], i); });
  return rows;
}

Result<Json> HealthDesk::people(const Asked& asked) {
  const Scores all = TRY(scores());
  const Model model = keeper_.newest();
  const auto rows = worst_first(*all, *model, asked);
  const size_t first = std::min(asked.offset, rows.size());
  const size_t last = std::min(rows.size(), first + asked.limit);
  std::vector<PersonId> ids;
  for (size_t k = first; k < last; ++k) ids.push_back(all->person[rows[k]]);
  Json people = Json::array();
  for (const people::Person& person : TRY(parts_.database.read(
           [&](store::Connection& c) { return people::find_people(c, ids); }))) {
    const size_t row = *all->find(person.id);
    Json one = score_json(*all, row, *model);
    one["id"] = person.id;
    one["name"] = person.name;
    one["user_id"] = person.user_id;
    one["owner"] = all->owners[all->owner[row]].name;
    people.push_back(std::move(one));
  }
  return Json{{"total", rows.size()}, {"people", std::move(people)}};
}

Result<Json> HealthDesk::alerts(size_t offset, size_t limit) {
  return parts_.database.read([&](store::Connection& c) -> Result<Json> {
    const auto kept = TRY(list_alerts(c, offset, limit));
    std::vector<PersonId> ids;
    for (const KeptAlert& alert : kept) ids.push_back(alert.raised.person);
    std::map<PersonId, people::Person> by_id;
    for (people::Person& person : TRY(people::find_people(c, ids)))
      by_id.emplace(person.id, std::move(person));
    Json rows = Json::array();
    for (const KeptAlert& alert : kept) {
      const auto person = by_id.find(alert.raised.person);
      const bool known = person != by_id.end();
      rows.push_back({{"id", alert.raised.person},
                      {"name", known ? person->second.name : ""},
                      {"user_id", known ? person->second.user_id : ""},
                      {"alert", alert_name(alert.raised.alert)},
                      {"since", format_instant(alert.raised.since)},
                      {"at", format_instant(alert.at)},
                      {"value", alert.raised.value},
                      {"score", alert.score}});
    }
    const int64_t total = TRY(count_alerts(c));
    return Json{{"total", total}, {"alerts", std::move(rows)}};
  });
}

std::optional<Result<std::vector<PersonId>>> HealthDesk::resolve_set(std::string_view set) {
  constexpr std::string_view kPrefix = "health:";
  if (!set.starts_with(kPrefix)) return std::nullopt;
  const std::string_view words = set.substr(kPrefix.size());
  const size_t colon = words.find(':');
  const auto found = [&]() -> Result<std::vector<PersonId>> {
    const auto light = parse_light(words.substr(0, colon));
    if (!light)
      return fail(Code::kInvalid, "\"" + std::string(cut_text(set, 60)) + "\" names no light",
                  "set");
    const Scores all = TRY(scores());
    const Asked asked{
        .light = light,
        .owner = std::string(colon == std::string_view::npos ? "" : words.substr(colon + 1))};
    std::vector<PersonId> people;
    for (const size_t row : worst_first(*all, *keeper_.newest(), asked))
      people.push_back(all->person[row]);
    std::ranges::sort(people);
    return people;
  };
  return found();
}

Result<Json> HealthDesk::describe(PersonId person) {
  const Model newest = keeper_.newest();
  if (!newest) return Json(nullptr);
  auto usable = scores_of(newest);
  if (!usable && usable.error().code == Code::kBusy) return Json(nullptr);
  if (!usable) return std::unexpected(usable.error());
  const auto row = (*usable)->find(person);
  if (!row) return Json(nullptr);
  return score_json(**usable, *row, *newest);
}

// Of the scores that are there: a list does not wait for new ones.
Result<std::vector<Json>> HealthDesk::describe(std::span<const people::Person> page) {
  std::vector<Json> described(page.size(), Json{{"health", nullptr}});
  Scores known;
  {
    std::lock_guard lock(shown_mutex_);
    known = shown_;
  }
  if (!known) return described;
  for (size_t i = 0; i < page.size(); ++i) {
    if (const auto row = known->find(page[i].id))
      described[i]["health"] = std::round(known->score[*row]);
  }
  return described;
}

Result<std::shared_ptr<const HealthLights>> HealthDesk::lights() {
  const Model newest = keeper_.newest();
  Scores all;
  {
    std::lock_guard lock(shown_mutex_);
    if (!newest) return lights_;
    all = shown_;
  }
  // The first to ask after a start or a check waits for the scores; later they are those of the
  // last look.
  if (!all || all->model_version != newest->version) all = TRY(scores_of(newest));
  std::lock_guard lock(shown_mutex_);
  if (lights_of_ == all) return lights_;
  HealthLights fresh{.person = all->person};
  for (const double score : all->score)
    fresh.light.push_back(static_cast<uint8_t>(light_of(score, newest->settings)));
  lights_ = std::make_shared<const HealthLights>(std::move(fresh));
  lights_of_ = all;
  return lights_;
}

}  // namespace perennial::value
