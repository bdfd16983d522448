#include "experiments/experiment.h"

namespace perennial::experiments {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, state, document, created_at, started_at, stopped_at, conclusion FROM experiments ";

std::optional<Instant> time_of(const store::Row& row, size_t column) {
  const auto ms = row.maybe_integer(column);
  return ms ? std::optional(from_millis(*ms)) : std::nullopt;
}

Result<Experiment> read_experiment(const store::Row& row) {
  Experiment experiment;
  static_cast<ExperimentDraft&>(experiment) =
      TRY(experiment_from_json(TRY(parse_json(row.text(2)))));
  experiment.id = row.text(0);
  experiment.state = row.text(1) == "draft"     ? Experiment::State::kDraft
                     : row.text(1) == "running" ? Experiment::State::kRunning
                                                : Experiment::State::kStopped;
  experiment.created_at = from_millis(row.integer(3));
  experiment.started_at = time_of(row, 4);
  experiment.stopped_at = time_of(row, 5);
  experiment.conclusion = row.text(6);
  return experiment;
}

Result<std::vector<Experiment>> read_all(store::Connection& c, std::string_view rest) {
  std::vector<Experiment> experiments;
  for (const auto& row : TRY(c.query(std::string(kSelect) + std::string(rest)))) {
    experiments.push_back(TRY(read_experiment(row)));
  }
  return experiments;
}

std::unexpected<Error> wrong_state(std::string_view needed) {
  return fail(Code::kConflict, "the experiment is not " + std::string(needed), "state");
}

Result<void> check_key_is_free(store::Connection& c, const std::string& key,
                               std::string_view own_id) {
  const auto taken = TRY(c.query_one("SELECT id FROM experiments WHERE key = $1", {key}));
  if (taken && taken->text(0) != own_id) {
    return fail(Code::kConflict, "another experiment has this key", "key");
  }
  return {};
}

}  // namespace

Result<Experiment> create_experiment(store::Connection& c, const ExperimentDraft& draft,
                                     Instant now) {
  TRY(check_key_is_free(c, draft.key, ""));
  const auto count = TRY(c.query_one("SELECT count(*) FROM experiments"));
  if (count->integer(0) >= static_cast<int64_t>(kMaxExperiments)) {
    return fail(Code::kTooLarge, "there are too many experiments", "", "delete old drafts");
  }
  const std::string id = new_id("exp");
  TRY(
      c.execute("INSERT INTO experiments (id, key, state, document, created_at, conclusion) "
                "VALUES ($1, $2, 'draft', $3, $4, '')",
                {id, draft.key, to_text(to_json(draft)), to_millis(now)}));
  return find_experiment(c, id);
}

Result<Experiment> find_experiment(store::Connection& c, std::string_view id) {
  const auto row = TRY(c.query_one(std::string(kSelect) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such experiment", "id");
  return read_experiment(*row);
}

Result<std::vector<Experiment>> list_experiments(store::Connection& c) {
  return read_all(c, "ORDER BY created_at DESC, id DESC");
}

Result<std::vector<Experiment>> running_experiments(store::Connection& c) {
  return read_all(c, "WHERE state = 'running' ORDER BY created_at, id");
}

Result<Experiment> update_experiment(store::Connection& c, std::string_view id,
                                     const ExperimentDraft& draft) {
  TRY(find_experiment(c, id));
  TRY(check_key_is_free(c, draft.key, id));
  const int64_t changed = TRY(
      c.execute("UPDATE experiments SET key = $2, document = $3 WHERE id = $1 AND state = 'draft'",
                {std::string(id), draft.key, to_text(to_json(draft))}));
  if (changed == 0) return wrong_state("a draft");
  return find_experiment(c, id);
}

Result<void> delete_experiment(store::Connection& c, std::string_view id) {
  TRY(find_experiment(c, id));
  const int64_t gone = TRY(
      c.execute("DELETE FROM experiments WHERE id = $1 AND state = 'draft'", {std::string(id)}));
  if (gone == 0) return wrong_state("a draft");
  return {};
}

Result<Experiment> start_experiment(store::Connection& c, std::string_view id, Instant now) {
  const Experiment experiment = TRY(find_experiment(c, id));
  if (experiment.state != Experiment::State::kDraft) return wrong_state("a draft");
  for (const Experiment& other : TRY(running_experiments(c))) {
    if (experiment.layer.empty() || other.layer != experiment.layer) continue;
    if (other.layer_from < experiment.layer_to && experiment.layer_from < other.layer_to) {
      return fail(Code::kConflict,
                  "the experiment \"" + other.key + "\" runs in this part of the layer", "layer",
                  "Take another part of it, or stop the other experiment.");
    }
  }
  TRY(c.execute("UPDATE experiments SET state = 'running', started_at = $2 WHERE id = $1",
                {std::string(id), to_millis(now)}));
  return find_experiment(c, id);
}

Result<Experiment> stop_experiment(store::Connection& c, std::string_view id,
                                   std::string_view conclusion, Instant now) {
  TRY(find_experiment(c, id));
  const int64_t stopped =
      TRY(c.execute("UPDATE experiments SET state = 'stopped', stopped_at = $2, conclusion = $3 "
                    "WHERE id = $1 AND state = 'running'",
                    {std::string(id), to_millis(now), std::string(conclusion)}));
  if (stopped == 0) return wrong_state("running");
  return find_experiment(c, id);
}

}  // namespace perennial::experiments
