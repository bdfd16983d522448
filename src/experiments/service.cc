// Results, sets of people and audiences: what stands behind the routes; and the tables.
#include "experiments/service.h"

#include <algorithm>

namespace perennial::experiments {
namespace {

constexpr store::Migration kMigrations[] = {
    {"experiments", 1, "experiments, arms of people, hold-outs", R"sql(
-- state: draft, running, stopped. document: ExperimentDraft of the contract.
CREATE TABLE experiments (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  stopped_at BIGINT,
  conclusion TEXT NOT NULL
);
-- The arm that was given to an identity (events::identity_of), for ever. source: draw, or joined
-- when another identity of the same person had been given it before. exposed: 1 when the event that
-- says so is in the log.
CREATE TABLE experiment_units (
  experiment_id TEXT NOT NULL REFERENCES experiments (id),
  identity TEXT NOT NULL,
  arm TEXT NOT NULL,
  at BIGINT NOT NULL,
  source TEXT NOT NULL,
  exposed BIGINT NOT NULL,
  PRIMARY KEY (experiment_id, identity)
);
-- scope: global, or the kind of action that it is kept from (campaigns, journeys, loyalty).
-- last_person: the highest number of a person when it began; who came later is held out too, but
-- not compared.
CREATE TABLE hold_outs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  percent DOUBLE PRECISION NOT NULL,
  salt TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  last_person BIGINT NOT NULL
);
-- Who was held out from when to when.
CREATE TABLE hold_out_members (
  hold_out_id TEXT NOT NULL REFERENCES hold_outs (id),
  person_id BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  joined_at BIGINT NOT NULL,
  left_at BIGINT,
  PRIMARY KEY (hold_out_id, person_id)
);
CREATE INDEX hold_out_members_by_person ON hold_out_members (person_id);
)sql"},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

namespace {

using std::chrono::steady_clock;

std::string_view cut_word(std::string_view& text) {
  const size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  text.remove_prefix(colon == text.npos ? text.size() : colon + 1);
  return word;
}

std::unexpected<Error> no_such_set() {
  return fail(Code::kInvalid, "there is no such set of people", "set");
}

// "arm:KEY", "did:MEASURE:ARM", "mixed"
Result<OutcomePick> pick_of(const Subject& subject, std::string_view rest) {
  const auto arm_of = [&](std::string_view key) -> Result<size_t> {
    const auto found = std::ranges::find(subject.arms, key);
    if (found == subject.arms.end()) return no_such_set();
    return static_cast<size_t>(found - subject.arms.begin());
  };
  const std::string_view kind = cut_word(rest);
  OutcomePick pick;
  if (kind == "mixed" && rest.empty()) return pick;
  if (kind == "did") {
    const auto found = std::ranges::find(subject.measures, cut_word(rest), &Measure::key);
    if (found == subject.measures.end()) return no_such_set();
    pick.measure = static_cast<size_t>(found - subject.measures.begin());
  } else if (kind != "arm") {
    return no_such_set();
  }
  pick.arm = TRY(arm_of(rest));
  return pick;
}

}  // namespace

std::vector<Measure> hold_out_measures() {
  const Counted orders{.orders = true, .event = "", .sum = "", .where = {}};
  Counted revenue = orders;
  revenue.sum = "amount";
  Measure ordered, money, count;
  ordered.key = "ordered";
  ordered.of = orders;
  money.key = "revenue";
  money.kind = Measure::Kind::kRevenue;
  money.of = revenue;
  count.key = "orders";
  count.kind = Measure::Kind::kCount;
  count.of = orders;
  Measure net = money;
  net.key = "net_revenue";
  net.net = true;
  for (Measure* m : {&ordered, &money, &net, &count}) m->before_days = kHoldOutBeforeDays;
  return {ordered, money, net, count};
}

Result<Subject> Experiments::Impl::with_costs(Subject subject) {
  const bool wanted = std::ranges::any_of(subject.measures, &Measure::net);
  if (wanted && wiring.net_costs) subject.costs = TRY(wiring.net_costs());
  return subject;
}

Experiments::Experiments(Wiring wiring) : impl_(new Impl(std::move(wiring))) {}
Experiments::~Experiments() = default;

void Experiments::add_routes(http::Router& router) {
  impl_->add_experiment_routes(router);
  impl_->add_hold_out_routes(router);
  impl_->uplift.add_routes(router);
}

std::optional<Result<std::vector<people::PersonId>>> Experiments::resolve_set(
    std::string_view set) {
  if (auto found = impl_->uplift.resolve_set(set)) return found;
  const std::string_view kind = cut_word(set);
  if (kind != "experiment" && kind != "hold_out") return std::nullopt;
  const std::string_view id = cut_word(set);
  return impl_->people_of(kind, id, set);
}

Result<Experiments::Impl::Ids> Experiments::Impl::people_of(std::string_view kind,
                                                            std::string_view id,
                                                            std::string_view rest) {
  Subject subject;
  if (kind == "experiment") {
    const Experiment experiment =
        TRY(wiring.database.read([&](store::Connection& c) { return find_experiment(c, id); }));
    subject = TRY(with_costs(subject_of(experiment, now())));
  } else {
    const HoldOut hold_out =
        TRY(wiring.database.read([&](store::Connection& c) { return find_hold_out(c, id); }));
    if (rest == "held_out") {
      return wiring.database.read([&](store::Connection& c) { return member_people(c, id); });
    }
    subject = TRY(subject_of_hold_out(hold_out));
  }
  return people_behind(subject, TRY(pick_of(subject, rest)), measuring());
}

Result<Experiments::Impl::Measured> Experiments::Impl::measured(const Experiment& experiment) {
  Measured m;
  const Instant at = now();
  const Subject subject = TRY(with_costs(subject_of(experiment, at)));
  m.of = {.set = "experiment:" + experiment.id,
          .arms = experiment.arms,
          .measures = experiment.measures,
          .span = subject.span,
          .planned_days = experiment.planned_days,
          .sequential = experiment.sequential,
          .complete = experiment.started_at &&
                      at >= *experiment.started_at + std::chrono::days(experiment.planned_days),
          .currency = wiring.settings.workspace().currency};
  if (!experiment.started_at) {
    return fail(Code::kConflict, "the experiment has not begun", "state", "Start it first.");
  }
  m.table = TRY(measure(subject, measuring()));
  JudgeRules rules{.weights = {}, .sequential = m.of.sequential, .complete = m.of.complete};
  for (const auto& arm : experiment.arms) rules.weights.push_back(arm.weight);
  m.judgement = judge(m.of.measures, m.table, rules);
  return m;
}

Result<Subject> Experiments::Impl::subject_of_hold_out(const HoldOut& hold_out) {
  Subject subject;
  subject.arms = {"held_out", "treated"};
  subject.measures = hold_out_measures();
  const Instant at = now();
  subject.over = hold_out.ended_at.has_value();
  subject.span = {hold_out.started_at,
                  std::max(hold_out.started_at, std::min(hold_out.ended_at.value_or(at), at))};
  subject.exposed =
      TRY(wiring.database.read([&](store::Connection& c) { return arms_of(c, hold_out); }));
  return with_costs(std::move(subject));
}

Result<Experiments::Impl::Measured> Experiments::Impl::measured(const HoldOut& hold_out) {
  Measured m;
  const Subject subject = TRY(subject_of_hold_out(hold_out));
  const double held = hold_out.percent / 100;
  m.of = {.set = "hold_out:" + hold_out.id,
          .arms = {{"held_out", "", held}, {"treated", "", 1 - held}},
          .measures = subject.measures,
          .span = subject.span,
          .planned_days = 0,
          .sequential = true,
          .complete = subject.over,
          .currency = wiring.settings.workspace().currency};
  m.table = TRY(measure(subject, measuring()));
  m.judgement = judge(m.of.measures, m.table,
                      {.weights = {held, 1 - held}, .sequential = true, .complete = subject.over});
  return m;
}

Result<Json> Experiments::Impl::headline(const Experiment& experiment) {
  if (!experiment.started_at) return Json();
  const auto age = steady_clock::now();
  const std::string state(state_name(experiment.state));
  {
    std::lock_guard lock(mutex);
    const auto found = headlines.find(experiment.id);
    if (found != headlines.end() && found->second.state == state &&
        age - found->second.at < kHeadlineAge) {
      return found->second.json;
    }
  }
  const Measured m = TRY(measured(experiment));
  Json json = headline_json(m.of, m.judgement);
  int64_t people = 0;
  for (int64_t n : m.table.exposed) people += n;
  json["people"] = people;
  std::lock_guard lock(mutex);
  headlines[experiment.id] = {age, state, json};
  return json;
}

Result<bool> Experiments::Impl::in_audience(std::string_view audience, people::PersonId person) {
  if (person == 0) return false;
  std::shared_ptr<const Ids> members;
  {
    std::lock_guard lock(mutex);
    const auto found = audiences.find(audience);
    if (found != audiences.end() && steady_clock::now() - found->second.at < kAudienceAge) {
      members = found->second.people;
    }
  }
  if (!members) {
    Ids read = TRY(wiring.resolve_set(audience));
    std::ranges::sort(read);
    members = std::make_shared<const Ids>(std::move(read));
    std::lock_guard lock(mutex);
    audiences[std::string(audience)] = {steady_clock::now(), members};
  }
  return std::ranges::binary_search(*members, person);
}

}  // namespace perennial::experiments
