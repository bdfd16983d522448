#include "loyalty/budgets.h"

#include <algorithm>

#include "loyalty/evaluate.h"
#include "loyalty/fields.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

std::string scope_of(const Cap& cap, const std::string& rule, const std::string& currency) {
  return cap.whole_programme ? "currency:" + currency : "rule:" + rule;
}

// The end of the period that starts there.
int64_t period_end(const Programme& programme, Cap::Every every, int64_t start_ms) {
  const auto end = [&](Period period) {
    return to_millis(programme.calendar().advance(period, from_millis(start_ms), 1));
  };
  switch (every) {
    case Cap::Every::kDay:
      return end(Period::kDay);
    case Cap::Every::kWeek:
      return end(Period::kWeek);
    case Cap::Every::kMonth:
      return end(Period::kMonth);
    case Cap::Every::kTotal:
      break;
  }
  return INT64_MAX;
}

}  // namespace

BudgetTerms::BudgetTerms(const Terms& terms) : terms_(terms) {
  for (const Rule& rule : terms.rules) {
    rules_[{rule.id, rule.version}] = &rule;
    const std::string& currency = currency_of(terms.programme, rule);
    for (const Cap& cap : rule.caps) {
      if (!cap.everybody) continue;
      const std::string scope = scope_of(cap, rule.id, currency);
      if (numbers_.try_emplace({scope, cap.every}, budgets_.size()).second)
        budgets_.push_back({scope, cap.every});
    }
  }
}

std::vector<BudgetTerms::Bound> BudgetTerms::bounds(const Rule& rule,
                                                    const std::string& currency) const {
  std::vector<Bound> list;
  for (const std::string& scope : {"rule:" + rule.id, "currency:" + currency}) {
    for (Cap::Every every :
         {Cap::Every::kDay, Cap::Every::kWeek, Cap::Every::kMonth, Cap::Every::kTotal}) {
      const auto number = numbers_.find({scope, every});
      if (number == numbers_.end()) continue;
      Bound bound{.budget = number->second, .caps = {}};
      for (const Cap& cap : rule.caps) {
        if (cap.everybody && cap.every == every && scope_of(cap, rule.id, currency) == scope)
          bound.caps.push_back(&cap);
      }
      list.push_back(std::move(bound));
    }
  }
  return list;
}

const Rule* BudgetTerms::find(const std::string& rule, int64_t version) const {
  const auto found = rules_.find({rule, version});
  return found == rules_.end() ? nullptr : found->second;
}

int64_t BudgetTerms::start_of_period(size_t budget, int64_t at_ms) const {
  return period_start(terms_.programme.calendar(), budgets_[budget].every, at_ms);
}

Points room(std::span<const Cap* const> caps, const BudgetUse& used, bool fresh) {
  Points room = kMaxPoints;
  for (const Cap* cap : caps) {
    if (cap->times && fresh && used.times >= *cap->times) return 0;
    if (cap->points) room = std::min(room, std::max<Points>(0, *cap->points - used.points));
  }
  return room;
}

std::vector<Budgets::Place> Budgets::places(const std::string& rule, int64_t version,
                                            const std::string& currency, int64_t at_ms) const {
  std::vector<Place> list;
  const Rule* found = terms_.find(rule, version);
  if (!found) return list;
  for (auto& [budget, caps] : terms_.bounds(*found, currency))
    list.push_back({{budget, terms_.start_of_period(budget, at_ms)}, std::move(caps)});
  return list;
}

// Before anybody counted: what was awarded in the period so far.
Result<BudgetUse> Budgets::sum_of_awards(store::Connection& c, const Key& key) const {
  const auto& [scope, every] = terms_.budget(key.first);
  const int64_t start = key.second;
  const bool of_rule = scope.starts_with("rule:");
  const std::string name = scope.substr(scope.find(':') + 1);
  const Currency* currency = of_rule ? nullptr : programme_.find(name);
  const auto row = TRY(c.query_one(
      "SELECT CAST(COALESCE(sum(points), 0) AS BIGINT), count(*) FROM loyalty_awards WHERE "
      "programme = $1 AND points > 0 AND at_ms >= $2 AND at_ms < $3 AND (rule = $4 OR "
      "currency = $5) AND rule NOT IN ($6, $7)",
      {programme_.id, start, period_end(programme_, every, start), of_rule ? name : std::string(),
       currency ? currency->id : int64_t{0}, std::string(kReferrerRule),
       std::string(kFriendRule)}));
  return BudgetUse{row->integer(0), row->integer(1)};
}

Result<BudgetUse*> Budgets::used(store::Connection& c, const Key& key) {
  const auto [place, fresh] = used_.try_emplace(key);
  if (!fresh) return &place->second;
  const auto& [scope, every] = terms_.budget(key.first);
  const auto row =
      TRY(c.query_one("SELECT points, times FROM loyalty_budgets WHERE programme = $1 AND "
                      "scope = $2 AND every = $3 AND start_ms = $4",
                      {programme_.id, scope, std::string(every_name(every)), key.second}));
  place->second = row ? BudgetUse{row->integer(0), row->integer(1)} : TRY(sum_of_awards(c, key));
  return &place->second;
}

Result<Points> Budgets::left(store::Connection& c, const std::vector<Place>& places,
                             const Changes& pending, bool fresh) {
  Points left = kMaxPoints;
  for (const Place& place : places) {
    if (place.caps.empty()) continue;
    BudgetUse sum = *TRY(used(c, place.key));
    if (const auto more = pending.find(place.key); more != pending.end()) {
      sum.points += more->second.points;
      sum.times += more->second.times;
    }
    left = std::min(left, room(place.caps, sum, fresh));
  }
  return left;
}

Result<void> Budgets::add(store::Connection& c, const Changes& changes) {
  for (const auto& [key, change] : changes) {
    if (change.points == 0 && change.times == 0) continue;
    BudgetUse* sum = TRY(used(c, key));
    sum->points += change.points;
    sum->times += change.times;
    changed_.insert(key);
  }
  return {};
}

Result<void> Budgets::release(store::Connection& c, PersonId person,
                              const std::vector<Award>& awards, PostedAwards& posted) {
  std::map<std::pair<std::string_view, std::string_view>, Points> given;
  for (const Award& award : awards) given[{award.rule, award.key}] = award.points;
  Changes changes;
  for (auto one = posted.lower_bound({person, "", ""});
       one != posted.end() && std::get<0>(one->first) == person; ++one) {
    const auto& [who, rule, key] = one->first;
    PostedAward& was = one->second;
    const auto found = given.find({rule, key});
    const Points left = found == given.end() ? 0 : std::min(found->second, was.points);
    if (left == was.points) continue;
    was.given_back = was.points - left;
    for (const Place& place : places(rule, was.version, was.currency_code, was.at_ms)) {
      changes[place.key].points -= was.given_back;
      changes[place.key].times -= left == 0;
    }
  }
  return add(c, changes);
}

Result<bool> Budgets::cut(store::Connection& c, PersonId person, const std::vector<Award>& awards,
                          const PostedAwards& posted, AwardLimits& limits, Cuts& cuts) {
  std::vector<const Award*> order;
  for (const Award& award : awards) order.push_back(&award);
  std::ranges::sort(order, {}, [](const Award* award) {
    return std::tie(award->at_ms, award->rule, award->key);
  });
  Changes pending;
  const auto count = [&](const std::vector<Place>& places, Points before, Points after) {
    for (const Place& place : places) {
      pending[place.key].points += after - before;
      pending[place.key].times += (after > 0) - (before > 0);
    }
  };
  // A level that is not reached any more for what was cut may have ended others.
  std::set<std::pair<std::string_view, std::string_view>> given;
  for (const Award* award : order) given.emplace(award->rule, award->key);
  for (auto one = posted.lower_bound({person, "", ""});
       one != posted.end() && std::get<0>(one->first) == person; ++one) {
    const auto& [who, rule, key] = one->first;
    const PostedAward& was = one->second;
    if (given.contains({rule, key})) continue;
    count(places(rule, was.version, was.currency_code, was.at_ms), was.points - was.given_back, 0);
  }
  bool again = false;
  for (const Award* award : order) {
    const auto of = places(award->rule, award->version, award->currency, award->at_ms);
    if (of.empty()) continue;
    const auto was = posted.find({person, award->rule, award->key});
    const Points before = was == posted.end() ? 0 : was->second.points - was->second.given_back;
    const Points room = before + TRY(left(c, of, pending, before == 0));
    const Points after = std::min(award->points, room);
    count(of, before, after);
    if (after == award->points) continue;
    limits[{award->rule, award->key}] = after;
    cuts[{award->rule, award->key}] = {after, award->version, award->at_ms, award->currency};
    again = true;
  }
  if (again) return true;
  TRY(add(c, pending));
  return false;
}

Result<void> Budgets::save(store::Connection& c) {
  static const std::vector<std::string_view> kColumns = {"programme", "scope",  "every",
                                                         "start_ms",  "points", "times"};
  std::vector<std::vector<store::Value>> rows;
  for (const Key& key : changed_) {
    const auto& [scope, every] = terms_.budget(key.first);
    const BudgetUse& sum = used_.at(key);
    rows.push_back(
        {programme_.id, scope, std::string(every_name(every)), key.second, sum.points, sum.times});
  }
  changed_.clear();
  TRY(c.insert_many("loyalty_budgets", kColumns, rows,
                    "ON CONFLICT (programme, scope, every, start_ms) DO UPDATE SET "
                    "points = excluded.points, times = excluded.times"));
  return {};
}

Result<PostedAwards> posted_awards(store::Connection& c, const Programme& programme,
                                   std::span<const PersonId> people) {
  PostedAwards posted;
  const store::Value fixed = programme.id;
  const std::vector<store::Value> keys(people.begin(), people.end());
  TRY(each_in(c,
              "SELECT person, rule, event, id, points, currency, version, at_ms, allowed FROM "
              "loyalty_awards "
              "WHERE programme = $1 AND person IN {}",
              std::span(&fixed, 1), keys, [&](const store::Row& row) -> Result<void> {
                const Currency* currency = programme.find(row.integer(5));
                posted[{row.integer(0), row.text(1), row.text(2)}] = {
                    .id = row.integer(3),
                    .points = row.integer(4),
                    .version = row.integer(6),
                    .at_ms = row.integer(7),
                    .currency_code = currency ? currency->code : "",
                    .allowed = row.maybe_integer(8)};
                return {};
              }));
  return posted;
}

namespace {

Replay run(const Terms& terms, const Known& one, const AwardLimits& limits, Instant now) {
  return replay(terms.programme, terms.rules, terms.levels, one.traits, one.facts, to_millis(now),
                limits);
}

}  // namespace

Within replay_before_budgets(const Terms& terms, const Known& one, const PostedAwards& posted,
                             Instant now) {
  Within within;
  for (auto award = posted.lower_bound({one.person, "", ""});
       award != posted.end() && std::get<0>(award->first) == one.person; ++award) {
    if (award->second.allowed)
      within.limits[{std::get<1>(award->first), std::get<2>(award->first)}] =
          *award->second.allowed;
  }
  within.replay = run(terms, one, within.limits, now);
  return within;
}

Result<void> replay_within(store::Connection& c, const Terms& terms, Budgets& budgets,
                           const Known& one, const PostedAwards& posted, Within& within, Cuts& cuts,
                           Instant now) {
  while (TRY(budgets.cut(c, one.person, within.replay.awards, posted, within.limits, cuts)))
    within.replay = run(terms, one, within.limits, now);
  return {};
}

Result<Replay> replay_of_quote(store::Connection& c, const Terms& terms, const Known& one,
                               Instant now, std::vector<Explained>* explained) {
  Budgets budgets(terms);
  PostedAwards posted;
  if (budgets.any()) posted = TRY(posted_awards(c, terms.programme, std::span(&one.person, 1)));
  Within within = replay_before_budgets(terms, one, posted, now);
  if (budgets.any()) {
    TRY(budgets.release(c, one.person, within.replay.awards, posted));
    Cuts cuts;
    TRY(replay_within(c, terms, budgets, one, posted, within, cuts, now));
  }
  if (explained) {
    Trail trail{.explain = "quote"};
    replay(terms.programme, terms.rules, terms.levels, one.traits, one.facts, to_millis(now),
           within.limits, &trail);
    *explained = std::move(trail.explained);
  }
  return std::move(within.replay);
}

}  // namespace perennial::loyalty
