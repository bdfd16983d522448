#include "experiments/assigning.h"

#include <algorithm>

#include "events/events.h"
#include "proof/proof.h"

namespace perennial::experiments {
namespace {

std::vector<std::string> own_identities(const Asker& asker) {
  std::vector<std::string> own;
  if (!asker.user_id.empty()) own.push_back(events::identity_of(asker.user_id, ""));
  if (!asker.anonymous_id.empty()) own.push_back(events::identity_of("", asker.anonymous_id));
  return own;
}

struct Given {
  std::string identity, arm;
  int64_t at = 0;
  bool exposed = false;
};

Result<std::vector<Given>> given_arms(store::Connection& c, const std::string& experiment_id,
                                      const std::vector<std::string>& identities) {
  std::string sql =
      "SELECT identity, arm, at, exposed FROM experiment_units WHERE experiment_id = $1 AND "
      "identity IN (";
  std::vector<store::Value> values = {experiment_id};
  for (const std::string& identity : identities) {
    values.emplace_back(identity);
    sql += (values.size() > 2 ? ", $" : "$") + std::to_string(values.size());
  }
  std::vector<Given> given;
  for (const auto& row : TRY(c.query(sql + ")", std::span<const store::Value>(values)))) {
    given.push_back({row.text(0), row.text(1), row.integer(2), row.integer(3) != 0});
  }
  std::ranges::sort(given, [](const Given& a, const Given& b) {
    return std::tie(a.at, a.identity) < std::tie(b.at, b.identity);
  });
  return given;
}

void name_arm(const Experiment& experiment, const std::string& key, Assignment& assignment) {
  assignment.arm = key;
  for (const auto& arm : experiment.arms) {
    if (arm.key == key) assignment.arm_name = arm.name;
  }
}

Result<void> write_rows(store::Connection& c, const Assignment& assignment,
                        const std::vector<std::string>& own, std::string_view source, Instant now) {
  for (const std::string& identity : own) {
    TRY(c.execute(
        "INSERT INTO experiment_units (experiment_id, identity, arm, at, source, exposed) "
        "VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (experiment_id, identity) DO NOTHING",
        {assignment.experiment_id, identity, assignment.arm, to_millis(now), std::string(source)}));
  }
  return {};
}

}  // namespace

Result<void> check(const Asker& asker) {
  const bool user = people::names_somebody(asker.user_id);
  const bool visitor = people::names_somebody(asker.anonymous_id);
  if ((!user && !asker.user_id.empty()) || (!visitor && !asker.anonymous_id.empty()) ||
      (!user && !visitor)) {
    return fail(Code::kInvalid, "nobody is named", "user_id",
                "send user_id or anonymous_id, neither empty nor a placeholder");
  }
  return {};
}

std::string_view why_name(Why why) {
  switch (why) {
    case Why::kDrawn:
      return "drawn";
    case Why::kKept:
      return "kept";
    case Why::kCoverage:
      return "coverage";
    case Why::kLayer:
      return "layer";
    case Why::kAudience:
      return "audience";
  }
  return "";
}

std::optional<size_t> draw_arm(const Experiment& experiment, std::string_view unit, Why& why) {
  if (!experiment.layer.empty() &&
      !proof::in_namespace(experiment.layer, unit, experiment.layer_from, experiment.layer_to)) {
    why = Why::kLayer;
    return std::nullopt;
  }
  std::vector<double> weights;
  for (const auto& arm : experiment.arms) weights.push_back(arm.weight);
  const auto place = proof::hash_place(experiment.seed(), unit, experiment.hash_version);
  const auto arm =
      proof::choose_arm(place.value_or(1), proof::bucket_ranges(weights, experiment.coverage));
  why = arm ? Why::kDrawn : Why::kCoverage;
  return arm;
}

Result<std::vector<Assignment>> assign_arms(store::Connection& c,
                                            const std::vector<Experiment>& experiments,
                                            const Asker& asker, const InAudience& in_audience,
                                            bool write, Instant now) {
  const std::vector<std::string> own = own_identities(asker);
  std::vector<std::string> identities = own;
  const auto person = TRY(people::resolve(c, asker.user_id, asker.anonymous_id));
  if (person) {
    for (auto& identity : TRY(people::identities_of_people(c, std::vector{*person}))) {
      if (identities.size() < kMaxIdentities && std::ranges::find(own, identity) == own.end()) {
        identities.push_back(std::move(identity));
      }
    }
  }
  std::vector<Assignment> assignments;
  for (const Experiment& experiment : experiments) {
    Assignment assignment;
    assignment.experiment_id = experiment.id;
    assignment.experiment = experiment.key;
    assignment.name = experiment.name;
    const auto given = TRY(given_arms(c, experiment.id, identities));
    if (!given.empty()) {
      name_arm(experiment, given[0].arm, assignment);
      assignment.why = Why::kKept;
      assignment.exposed = std::ranges::any_of(given, &Given::exposed);
      assignment.fresh = std::ranges::any_of(own, [&](const std::string& identity) {
        return std::ranges::find(given, identity, &Given::identity) == given.end();
      });
    } else if (!experiment.audience.empty() &&
               !TRY(in_audience(experiment.audience, person.value_or(0)))) {
      assignment.why = Why::kAudience;
    } else if (const auto arm = draw_arm(experiment, asker.unit(), assignment.why)) {
      name_arm(experiment, experiment.arms[*arm].key, assignment);
      assignment.fresh = true;
    }
    if (write && assignment.fresh) {
      TRY(write_rows(c, assignment, own, given.empty() ? "draw" : "joined", now));
    }
    assignments.push_back(std::move(assignment));
  }
  return assignments;
}

Result<void> mark_exposed(store::Connection& c, const std::vector<Assignment>& assignments,
                          const Asker& asker) {
  for (const Assignment& assignment : assignments) {
    for (const std::string& identity : own_identities(asker)) {
      TRY(c.execute(
          "UPDATE experiment_units SET exposed = 1 WHERE experiment_id = $1 AND identity = $2",
          {assignment.experiment_id, identity}));
    }
  }
  return {};
}

}  // namespace perennial::experiments
