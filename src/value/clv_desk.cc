#include "value/clv_desk.h"

#include <algorithm>
#include <charconv>

namespace perennial::value {
namespace {

constexpr double kMostDaysAhead = 3650;  // of a next order

Json score_json(const ClvScore& score, uint8_t tenth) {
  return {{"alive", score.alive},
          {"purchases", score.purchases},
          {"spend_minor", std::llround(score.spend_minor)},
          {"value_minor", std::llround(score.value_minor)},
          {"tenth", tenth}};
}

struct Tenth {
  int64_t people = 0;
  double value_minor = 0, purchases = 0;
};

Json tenths_json(const ClvScores& scores) {
  std::array<Tenth, kTenths> tenths{};
  for (size_t i = 0; i < scores.score.size(); ++i) {
    Tenth& tenth = tenths[scores.tenth[i] - 1u];
    ++tenth.people;
    tenth.value_minor += scores.score[i].value_minor;
    tenth.purchases += scores.score[i].purchases;
  }
  Json rows = Json::array();
  for (size_t t = 0; t < tenths.size(); ++t)
    rows.push_back({{"tenth", t + 1},
                    {"people", tenths[t].people},
                    {"lowest_minor", std::llround(scores.lowest[t])},
                    {"value_minor", std::llround(tenths[t].value_minor)},
                    {"purchases", tenths[t].purchases},
                    {"set", "clv:tenth:" + std::to_string(t + 1)}});
  return rows;
}

Json scores_json(const ClvScores& scores, const ClvModel& model) {
  double value = 0, purchases = 0, alive = 0;
  for (const ClvScore& s : scores.score) {
    value += s.value_minor;
    purchases += s.purchases;
    alive += s.alive;
  }
  return {{"as_of", format_instant(scores.as_of)},
          {"customers", scores.person.size()},
          {"alive", alive},
          {"purchases", purchases},
          {"value_minor", std::llround(value)},
          {"new_customer_minor", std::llround(new_customer_minor(model))},
          {"tenths", tenths_json(scores)}};
}

void name_sets(Json& card) {
  for (size_t i = 0; i < card["by_repeats"].size(); ++i)
    card["by_repeats"][i]["set"] = "clv:repeats:" + std::to_string(i);
  for (size_t i = 0; i < card["calibration"].size(); ++i)
    card["calibration"][i]["set"] = "clv:forecast:" + std::to_string(i + 1);
}

Json version_json(const Json& document) {
  const Json& card = document.at("card");
  auto of_card = [&](const char* member) {
    return card.is_null() ? Json(nullptr) : card.at(member);
  };
  return {{"version", document.at("version")},
          {"model", document.at("model")},
          {"trained_at", document.at("trained_at")},
          {"customers", document.at("customers")},
          {"expected", of_card("expected")},
          {"actual", of_card("actual")},
          {"error", of_card("error")},
          {"naive_error", of_card("naive_error")},
          {"faults", document.at("faults")}};
}

std::optional<size_t> number_after(std::string_view set, std::string_view prefix) {
  if (!set.starts_with(prefix)) return std::nullopt;
  set.remove_prefix(prefix.size());
  size_t number = 0;
  auto [end, error] = std::from_chars(set.data(), set.data() + set.size(), number);
  if (error != std::errc() || end != set.data() + set.size()) return std::nullopt;
  return number;
}

}  // namespace

ClvDesk::ClvDesk(const ModelParts& parts)
    : parts_(parts),
      keeper_(parts, {.kind = kClvKind,
                      .settings_name = "value.clv",
                      .model_from_json = clv_model_from_json,
                      .settings_from_json = clv_settings_from_json}) {}

Result<void> ClvDesk::train(const std::stop_token& stop) {
  const ClvSettings wanted = TRY(keeper_.settings());
  auto book = TRY(parts_.books.get());
  ClvModel trained = TRY(train_clv(*book, keeper_.now(), wanted, parts_.clock(), stop));
  const Json document = to_json(trained);
  return keeper_.keep(std::move(trained), document);
}

Result<bool> ClvDesk::due(Instant at) {
  const ClvSettings wanted = TRY(keeper_.settings());
  if (!wanted.scheduled) return false;
  Model newest = keeper_.newest();
  if (!newest) {
    auto book = TRY(parts_.books.get());
    return customers_at(*book, keeper_.now()).size() >= kMinCustomers;
  }
  return at - newest->trained_at >= std::chrono::days(wanted.retrain_days);
}

Result<ClvDesk::Scores> ClvDesk::scores_of(const Model& model) {
  auto book = TRY(parts_.books.get());
  const Instant at = keeper_.now();
  std::lock_guard lock(mutex_);
  if (scores_ && scored_book_ == book && scores_->as_of == at &&
      scores_->model_version == model->version)
    return scores_;
  scores_ = std::make_shared<const ClvScores>(
      score_clv(*model, customers_for(*book, at, model->model, model->settings.opportunity_days)));
  scored_book_ = book;
  return scores_;
}

Result<ClvDesk::Scores> ClvDesk::scores() {
  Model newest = keeper_.newest();
  if (!newest)
    return fail(Code::kConflict, "no model of lifetime value has been trained", "clv",
                "train it on the page \"Value\"");
  if (auto faults = newest->faults(); !faults.empty())
    return fail(Code::kConflict,
                "the lifetime value may not be used: its back-test says " + words_of(faults), "clv",
                "the model's card tells more; train it again when there is more history");
  return scores_of(newest);
}

Result<Json> ClvDesk::json(const Trainer::State& state) {
  Json answer = TRY(keeper_.head(state, version_json));
  Model newest = keeper_.newest();
  if (!newest) return answer;
  Json document = to_json(*newest);
  if (newest->card) name_sets(document["card"]);
  answer["model"] = std::move(document);
  if (newest->faults().empty()) answer["scores"] = scores_json(*TRY(scores_of(newest)), *newest);
  return answer;
}

Result<Json> ClvDesk::ranking(size_t offset, size_t limit) {
  Scores all = TRY(scores());
  std::vector<uint32_t> order(all->person.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  const size_t last = std::min(order.size(), offset + limit);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(last), order.end(),
                    [&](uint32_t a, uint32_t b) {
                      auto key = [&](uint32_t i) {
                        return std::pair(-all->score[i].value_minor, i);
                      };
                      return key(a) < key(b);
                    });
  std::vector<PersonId> ids;
  for (size_t k = std::min(offset, last); k < last; ++k) ids.push_back(all->person[order[k]]);
  auto people =
      TRY(parts_.database.read([&](store::Connection& c) { return people::find_people(c, ids); }));
  Json rows = Json::array();
  for (const people::Person& person : people) {
    const auto at = static_cast<size_t>(all->find(person.id) - all->score.data());
    Json row = score_json(all->score[at], all->tenth[at]);
    row["id"] = person.id;
    row["name"] = person.name;
    row["user_id"] = person.user_id;
    rows.push_back(std::move(row));
  }
  return Json{{"total", order.size()}, {"people", std::move(rows)}};
}

std::optional<Result<std::vector<PersonId>>> ClvDesk::resolve_set(std::string_view set) {
  if (!set.starts_with("clv:")) return std::nullopt;
  auto found = [&]() -> Result<std::vector<PersonId>> {
    if (auto tenth = number_after(set, "clv:tenth:"); tenth && *tenth >= 1 && *tenth <= kTenths) {
      Scores all = TRY(scores());
      std::vector<PersonId> people;
      for (size_t i = 0; i < all->person.size(); ++i) {
        if (all->tenth[i] == *tenth) people.push_back(all->person[i]);
      }
      return people;
    }
    auto repeats = number_after(set, "clv:repeats:");
    auto forecast = number_after(set, "clv:forecast:");
    Model newest = keeper_.newest();
    if (newest && newest->card) {
      auto book = TRY(parts_.books.get());
      if (repeats && *repeats < kPerRepeats)
        return people_by_repeats(*book, *newest->card, *repeats);
      if (forecast && *forecast >= 1 && *forecast <= kTenths)
        return people_by_forecast(*book, *newest->card, *forecast - 1);
    }
    return fail(Code::kInvalid, "\"" + std::string(cut_text(set, 60)) + "\" names no group", "set");
  };
  return found();
}

Result<Json> ClvDesk::describe(PersonId person) {
  Model newest = keeper_.newest();
  if (!newest) return Json{{"faults", {"no_model"}}};
  if (auto faults = newest->faults(); !faults.empty()) return Json{{"faults", faults}};
  Scores all = TRY(scores_of(newest));
  const ClvScore* score = all->find(person);
  if (!score) return Json(nullptr);
  Json json = score_json(*score, all->tenth[static_cast<size_t>(score - all->score.data())]);
  json["horizon_months"] = newest->settings.horizon_months;
  json["model_version"] = newest->version;
  auto day = [&](double share) {
    // A shape near 0 gives waits beyond all calendars.
    const double days = std::min(days_to_next(*score, share), kMostDaysAhead);
    return format_instant(all->as_of + std::chrono::hours(std::llround(24 * days)));
  };
  json["next_order"] = {{"early", day(0.1)}, {"expected", day(0.5)}, {"late", day(0.9)}};
  return json;
}

Result<std::optional<std::vector<double>>> ClvDesk::values_of(std::span<const PersonId> people) {
  Model newest = keeper_.newest();
  if (!newest || !newest->faults().empty()) return std::optional<std::vector<double>>();
  Scores all = TRY(scores_of(newest));
  std::vector<double> values;
  for (const PersonId person : people) {
    const ClvScore* score = all->find(person);
    values.push_back(score == nullptr ? 0 : score->value_minor);
  }
  return std::optional(std::move(values));
}

}  // namespace perennial::value
