// What the desks of all trained models share: the newest version, its settings, its answer's head.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "value/model_store.h"
#include "value/trainer.h"
#include "value/value.h"

namespace perennial::value {

// Why a model may not be used, in the words of its card.
inline std::string words_of(const std::vector<std::string>& faults) {
  std::string words;
  for (const std::string& fault : faults) words += (words.empty() ? "" : ", ") + fault;
  return words;
}

// A kind of model: the words under which it is kept, and how what is kept is read.
template <class Model, class Settings>
struct ModelKind {
  std::string_view kind;           // of its versions, and what the audit trail calls it
  std::string_view settings_name;  // in the state; their change is audited under it and ".settings"
  Result<Model> (*model_from_json)(const Json&);
  Result<Settings> (*settings_from_json)(const Json&);
};

// Thread-safe.
template <class Model, class Settings>
class ModelKeeper {
 public:
  using Kept = std::shared_ptr<const Model>;

  ModelKeeper(const ModelParts& parts, ModelKind<Model, Settings> kind)
      : parts_(parts), kind_(kind) {}

  // The newest version from state.
  Result<void> load() {
    auto document = TRY(
        parts_.database.read([&](store::Connection& c) { return newest_model(c, kind_.kind); }));
    if (!document) return {};
    put(std::make_shared<const Model>(TRY(kind_.model_from_json(*document))));
    return {};
  }
  // Null when none was trained.
  Kept newest() {
    std::lock_guard lock(mutex_);
    return newest_;
  }
  // Gives `trained` its version, durably.
  Result<void> keep(Model trained, const Json& document) {
    trained.version = TRY(parts_.database.write([&](store::Connection& c) {
      return keep_model(c, kind_.kind, trained.trained_at, document);
    }));
    put(std::make_shared<const Model>(std::move(trained)));
    return {};
  }

  // The hour, so that scores are worked out once for all that look within it.
  Instant now() const {
    return std::chrono::floor<std::chrono::hours>(parts_.settings.workspace().now(parts_.clock));
  }

  Result<Settings> settings() {
    const Json document = TRY(parts_.database.read(
        [&](store::Connection& c) { return access::Settings::document(c, kind_.settings_name); }));
    return document.is_null() ? Settings{} : kind_.settings_from_json(document);
  }
  Result<Settings> change_settings(const Json& body, const http::Principal& actor) {
    Settings settings = TRY(kind_.settings_from_json(body));
    const Instant at = parts_.clock();
    TRY(parts_.database.write([&](store::Connection& c) -> Result<void> {
      TRY(access::Settings::put_document(c, kind_.settings_name, to_json(settings)));
      return access::record(c, actor, std::string(kind_.settings_name) + ".settings", kind_.kind,
                            to_json(settings), at);
    }));
    return settings;
  }

  // The answer of the contract without model and scores; `version` tells a kept document in short.
  Result<Json> head(const Trainer::State& state, Json (*version)(const Json& document)) {
    const auto wanted = TRY(settings());
    Json answer = {{"currency", parts_.settings.workspace().currency},
                   {"settings", to_json(wanted)},
                   {"training", state.running || state.waiting},
                   {"error", state.error ? Json(state.error->text()) : Json(nullptr)},
                   {"error_why", state.error ? training_why(*state.error) : ""},
                   {"model", nullptr},
                   {"scores", nullptr},
                   {"versions", Json::array()}};
    for (const Json& document : TRY(parts_.database.read(
             [&](store::Connection& c) { return model_versions(c, kind_.kind); })))
      answer["versions"].push_back(version(document));
    return answer;
  }

 private:
  void put(Kept model) {
    std::lock_guard lock(mutex_);
    newest_ = std::move(model);
  }

  ModelParts parts_;
  ModelKind<Model, Settings> kind_;
  std::mutex mutex_;  // of newest_
  Kept newest_;
};

}  // namespace perennial::value
