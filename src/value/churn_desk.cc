#include "value/churn_desk.h"

#include <algorithm>
#include <charconv>

namespace perennial::value {
namespace {

// Learned again for drift at most so often: a season that drifts would fill the list of versions.
constexpr std::chrono::days kDriftRest{7};
constexpr std::chrono::minutes kScoreRest{5};  // scores of the same hour are not made anew sooner

size_t band_of(double probability) {  // 1, the lowest, to kBands
  return std::min(kBands, 1 + static_cast<size_t>(probability * kBands));
}

bool may_be_left_out(const Error& error) {
  return error.code == Code::kConflict || error.code == Code::kBusy;
}

Json risk_json(const Risk& risk) {
  Json reasons = Json::array();
  for (const Reason& reason : risk.reasons)
    reasons.push_back(
        {{"column", reason.column}, {"value", reason.value}, {"share", reason.share}});
  return {{"probability", risk.probability}, {"reasons", std::move(reasons)}};
}

Json version_json(const Json& document) {
  const Json& card = document.at("card");
  return {{"version", document.at("version")},   {"trained_at", document.at("trained_at")},
          {"kind", document.at("kind")},         {"people", card.at("quality").at("people")},
          {"auc", card.at("quality").at("auc")}, {"lift", card.at("quality").at("lift")},
          {"faults", card.at("faults")}};
}

}  // namespace

Result<Json> churn_card_json(const ChurnModel& model) {
  Json document = TRY(to_json(model));
  Json importance = Json::array();
  std::vector<size_t> order(model.columns.size());
  for (size_t c = 0; c < order.size(); ++c) order[c] = c;
  std::ranges::stable_sort(order, {}, [&](size_t c) { return -model.importance[c]; });
  for (size_t c : order)
    importance.push_back({{"column", model.columns[c]}, {"share", model.importance[c]}});
  document["importance"] = std::move(importance);
  for (const char* inner : {"classifier", "calibration", "columns", "spread"})
    document.erase(inner);
  return document;
}

ChurnDesk::ChurnDesk(const ModelParts& parts)
    : parts_(parts),
      keeper_(parts, {.kind = kChurnKind,
                      .settings_name = "value.churn",
                      .model_from_json = churn_model_from_json,
                      .settings_from_json = churn_settings_from_json}) {}

Result<void> ChurnDesk::train(const std::stop_token& stop) {
  const ChurnSettings wanted = TRY(keeper_.settings());
  auto book = TRY(parts_.books.get());
  const auto horizon = std::chrono::days(wanted.horizon_days);
  const Instant tested_at = keeper_.now() - horizon, learned_at = tested_at - horizon;
  const ChurnRows rows =
      TRY(churn_rows(TRY(source(*book, wanted)), wanted, learned_at, tested_at, stop));
  ChurnModel trained =
      TRY(train_churn_rows(rows, learned_at, tested_at, wanted, parts_.clock(), stop));
  const Json document = TRY(to_json(trained));
  return keeper_.keep(std::move(trained), document);
}

Result<ChurnSource> ChurnDesk::source(const OrderBook& book, const ChurnSettings& settings) {
  ChurnSource source{.book = book, .log = parts_.log, .database = &parts_.database};
  if (parts_.timeline != nullptr) source.timeline = TRY(view_of(*parts_.timeline));
  source.events = TRY(parts_.database.read(health_events));
  if (settings.label != ChurnLabel::kNoActivity) return source;
  source.known =
      std::make_shared<const people::KnownSince>(TRY(parts_.database.read(people::known_since)));
  return source;
}

// Retrained when the time has come, and sooner when the columns have drifted or are others.
Result<bool> ChurnDesk::due(Instant at) {
  const ChurnSettings wanted = TRY(keeper_.settings());
  if (!wanted.scheduled) return false;
  if (parts_.timeline != nullptr && parts_.timeline->snapshot() == nullptr) return false;
  Model newest = keeper_.newest();
  auto book = TRY(parts_.books.get());
  if (!newest && wanted.label != ChurnLabel::kNoOrder)
    return std::ssize(*TRY(parts_.books.known())) >= kMinChurnRows;
  if (!newest) {
    const Instant learned = keeper_.now() - std::chrono::days(2 * wanted.horizon_days);
    return static_cast<int64_t>(customers_at(*book, learned).size()) >= kMinChurnRows;
  }
  if (at - newest->trained_at >= std::chrono::days(wanted.retrain_days)) return true;
  if (!newest->card.faults.empty()) return false;
  // After an update that changes the columns no score can be told, however young the model is.
  TimelineView timeline;
  if (parts_.timeline != nullptr) timeline = TRY(view_of(*parts_.timeline));
  if (churn_columns(newest->settings, timeline) != newest->columns) return true;
  if (at - newest->trained_at < kDriftRest) return false;
  const auto scored = scores();
  if (!scored) return scored.error().code == Code::kConflict;
  return !(*scored)->risks.drifted.empty();
}

Result<ChurnDesk::Scores> ChurnDesk::scores_of(const Model& model) {
  auto book = TRY(parts_.books.get());
  const Instant at = keeper_.now();
  std::lock_guard lock(mutex_);
  // A shop in which somebody orders every second does not look at everybody every second.
  const Instant now = parts_.clock();
  const bool recent = scored_book_ == book || (now >= scored_at_ && now - scored_at_ < kScoreRest);
  if (scores_ && recent && scores_->risks.as_of == at &&
      scores_->risks.model_version == model->version)
    return scores_;
  const Asked asked = TRY(churn_asked(TRY(source(*book, model->settings)), model->settings, at));
  Scored fresh;
  fresh.risks = TRY(score_asked(*model, asked, at));
  const auto& people = fresh.risks.person;
  fresh.paid_minor.resize(people.size());
  size_t next = 0;
  for_each_person(*book, to_millis(at), [&](PersonRows rows) {
    while (next < people.size() && people[next] < rows.person) ++next;
    if (next == people.size() || people[next] != rows.person) return;
    for (size_t row = rows.first; row < rows.last; ++row)
      fresh.paid_minor[next] += book->at_ms[row] < to_millis(at) ? book->amount_minor[row] : 0;
  });
  scores_ = std::make_shared<const Scored>(std::move(fresh));
  scored_book_ = book;
  scored_at_ = now;
  return scores_;
}

Result<ChurnDesk::Scores> ChurnDesk::scores() {
  Model newest = keeper_.newest();
  if (!newest)
    return fail(Code::kConflict, "no model of churn has been trained", "churn",
                "train it on the page \"Risk\"");
  if (!newest->card.faults.empty())
    return fail(Code::kConflict,
                "the risk may not be used: its test says " + words_of(newest->card.faults), "churn",
                "the model's card tells more; train it again when there is more history");
  return scores_of(newest);
}

Result<Json> ChurnDesk::json(const Trainer::State& state) {
  Json answer = TRY(keeper_.head(state, version_json));
  Model newest = keeper_.newest();
  if (!newest) return answer;
  answer["model"] = TRY(churn_card_json(*newest));
  if (!newest->card.faults.empty()) return answer;
  auto usable = scores_of(newest);
  // After an update the columns can be others until it is trained again, and after a start the
  // timeline may be being built: the card stays.
  if (!usable && may_be_left_out(usable.error())) return answer;
  if (!usable) return std::unexpected(usable.error());
  const Scores& all = *usable;
  std::array<int64_t, kBands> people{}, paid{};
  std::array<double, kBands> expected{};
  for (size_t i = 0; i < all->risks.person.size(); ++i) {
    const size_t band = band_of(all->risks.risk[i].probability) - 1;
    ++people[band];
    paid[band] += all->paid_minor[i];
    expected[band] += all->risks.risk[i].probability;
  }
  Json bands = Json::array(), drifted = Json::array();
  for (size_t b = 0; b < kBands; ++b)
    bands.push_back({{"band", b + 1},
                     {"people", people[b]},
                     {"leaving", expected[b]},
                     {"paid_minor", paid[b]},
                     {"set", "churn:band:" + std::to_string(b + 1)}});
  for (const auto& [column, index] : all->risks.drifted)
    drifted.push_back({{"column", column}, {"index", index}});
  answer["scores"] = {{"as_of", format_instant(all->risks.as_of)},
                      {"people", all->risks.person.size()},
                      {"bands", std::move(bands)},
                      {"drifted", std::move(drifted)}};
  return answer;
}

// What is at stake: probability × paid so far.
Result<Json> ChurnDesk::ranking(size_t offset, size_t limit) {
  Scores all = TRY(scores());
  const auto& [risks, paid] = *all;
  std::vector<size_t> order(risks.person.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](size_t i) {
    return std::pair(
        -risks.risk[i].probability * static_cast<double>(std::max<int64_t>(0, paid[i])), i);
  });
  const size_t first = std::min(offset, order.size()), last = std::min(order.size(), first + limit);
  std::vector<PersonId> ids;
  for (size_t k = first; k < last; ++k) ids.push_back(risks.person[order[k]]);
  auto people =
      TRY(parts_.database.read([&](store::Connection& c) { return people::find_people(c, ids); }));
  Json rows = Json::array();
  for (const people::Person& person : people) {
    const auto at = static_cast<size_t>(risks.find(person.id) - risks.risk.data());
    Json row = risk_json(risks.risk[at]);
    row["id"] = person.id;
    row["name"] = person.name;
    row["user_id"] = person.user_id;
    row["paid_minor"] = paid[at];
    rows.push_back(std::move(row));
  }
  return Json{{"total", order.size()}, {"people", std::move(rows)}};
}

std::optional<Result<std::vector<PersonId>>> ChurnDesk::resolve_set(std::string_view set) {
  constexpr std::string_view kPrefix = "churn:band:";
  if (!set.starts_with("churn:")) return std::nullopt;
  auto found = [&]() -> Result<std::vector<PersonId>> {
    const std::string_view word = set.starts_with(kPrefix) ? set.substr(kPrefix.size()) : "";
    if (word.size() != 1 || word[0] < '1' || word[0] > static_cast<char>('0' + kBands))
      return fail(Code::kInvalid, "\"" + std::string(cut_text(set, 60)) + "\" names no band",
                  "set");
    Scores all = TRY(scores());
    std::vector<PersonId> people;
    for (size_t i = 0; i < all->risks.person.size(); ++i) {
      if (band_of(all->risks.risk[i].probability) == static_cast<size_t>(word[0] - '0'))
        people.push_back(all->risks.person[i]);
    }
    return people;
  };
  return found();
}

Result<Json> ChurnDesk::describe(PersonId person) {
  Model newest = keeper_.newest();
  if (!newest || !newest->card.faults.empty()) return Json(nullptr);
  auto usable = scores_of(newest);
  if (!usable && may_be_left_out(usable.error())) return Json(nullptr);
  if (!usable) return std::unexpected(usable.error());
  const Scores& all = *usable;
  const Risk* risk = all->risks.find(person);
  if (!risk) return Json(nullptr);
  Json json = risk_json(*risk);
  json["horizon_days"] = newest->settings.horizon_days;
  json["model_version"] = newest->version;
  return json;
}

}  // namespace perennial::value
