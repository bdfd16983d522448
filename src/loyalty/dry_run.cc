#include "loyalty/dry_run.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace perennial::loyalty {
namespace {

constexpr int64_t kPeopleAtOnce = 500;

struct Sum {
  Points points = 0;
  int64_t awards = 0;
};

struct Side {
  std::map<std::pair<std::string, std::string>, Sum> by_rule;  // rule, currency
  std::map<std::string, Points> open;                          // not expired by now, by currency
  std::map<std::string, int64_t> levels;                       // people by level
};

void count(Side& side, const Replay& replay, const Span& span, int64_t now_ms) {
  for (const Award& award : replay.awards) {
    if (award.points == 0) continue;
    if (award.expires_ms > now_ms) side.open[award.currency] += award.points;
    if (!span.contains(from_millis(award.at_ms))) continue;
    Sum& sum = side.by_rule[{award.rule, award.currency}];
    sum.points += award.points;
    ++sum.awards;
  }
  if (!replay.standing.level.empty()) ++side.levels[replay.standing.level];
}

std::vector<Rule> changed_rules(const Terms& terms, const DryRun& change) {
  std::vector<Rule> rules;
  const int64_t from = to_millis(change.span.from);
  for (Rule rule : terms.rules) {
    const bool replaced = std::ranges::find(change.rules, rule.id, &Rule::id) != change.rules.end();
    if (replaced) rule.to_ms = std::min(rule.to_ms, from);
    if (rule.from_ms < rule.to_ms) rules.push_back(std::move(rule));
  }
  for (Rule rule : change.rules) {
    rule.from_ms = from;
    rule.version = 0;
    rules.push_back(std::move(rule));
  }
  return rules;
}

Json rules_json(const Side& before, const Side& after) {
  std::map<std::pair<std::string, std::string>, std::pair<Sum, Sum>> all;
  for (const auto& [key, sum] : before.by_rule) all[key].first = sum;
  for (const auto& [key, sum] : after.by_rule) all[key].second = sum;
  Json rows = Json::array();
  for (const auto& [key, sums] : all) {
    rows.push_back({{"rule", key.first},
                    {"currency", key.second},
                    {"points_before", sums.first.points},
                    {"points_after", sums.second.points},
                    {"awards_before", sums.first.awards},
                    {"awards_after", sums.second.awards}});
  }
  return rows;
}

Json currencies_json(const Programme& programme, const Side& before, const Side& after) {
  const auto points_of = [](const Side& side, const std::string& code) {
    Points points = 0;
    for (const auto& [key, sum] : side.by_rule) points += key.second == code ? sum.points : 0;
    return points;
  };
  Json rows = Json::array();
  for (const Currency& currency : programme.currencies) {
    const Points was = points_of(before, currency.code), is = points_of(after, currency.code);
    auto open = [&](const Side& side) {
      auto found = side.open.find(currency.code);
      return found == side.open.end() ? Points{0} : found->second;
    };
    // Every point counted in full: the cost before anybody leaves points unused.
    const auto cost = [&](Points points) {
      Currency all = currency;
      all.expected_redemption_ppm = 1'000'000;
      return liability_minor(all, points);
    };
    rows.push_back({{"currency", currency.code},
                    {"points_before", was},
                    {"points_after", is},
                    {"cost_before_minor", cost(was)},
                    {"cost_after_minor", cost(is)},
                    {"liability_change_minor", liability_minor(currency, open(after)) -
                                                   liability_minor(currency, open(before))}});
  }
  return rows;
}

}  // namespace

Result<std::vector<NewFact>> read_facts(store::Database& database, events::Log& log,
                                        const std::set<std::string, std::less<>>& names) {
  std::vector<NewFact> facts;
  if (names.empty()) return facts;
  events::Sweep what{.names = {names.begin(), names.end()}, .types = {events::Type::kTrack}};
  TRY(log.sweep(what, [&](const events::Glimpse& glimpse) -> Result<void> {
    facts.push_back({.seq = static_cast<int64_t>(glimpse.seq),
                     .at_ms = glimpse.timestamp_ms,
                     .identity = std::string(glimpse.identity),
                     .name = std::string(glimpse.name),
                     .properties = std::string(glimpse.properties)});
    return {};
  }));
  std::unordered_map<std::string, PersonId> whose;
  TRY(database.read([&](store::Connection& c) {
    return people::each_identity(c, [&](std::string_view identity, PersonId person) {
      whose.emplace(identity, person);
      return Result<void>();
    });
  }));
  for (NewFact& fact : facts) {
    auto found = whose.find(fact.identity);
    fact.person = found == whose.end() ? 0 : found->second;
  }
  std::erase_if(facts, [](const NewFact& fact) { return fact.person == 0; });
  return facts;
}

Result<Json> dry_run(store::Database& database, events::Log& log, const Terms& terms,
                     const DryRun& change, Instant now) {
  Terms other = terms;
  other.rules = changed_rules(terms, change);
  if (change.levels) other.levels = *change.levels;
  auto names = event_names({other});
  for (const auto& known : event_names({terms})) names.erase(known);
  names.erase(std::string(people::kOrderCompleted));
  std::unordered_map<PersonId, std::vector<Fact>> more;
  for (NewFact& fact : TRY(read_facts(database, log, names))) {
    more[fact.person].push_back({.at_ms = fact.at_ms,
                                 .key = "seq:" + std::to_string(fact.seq),
                                 .name = std::move(fact.name),
                                 .properties = std::move(fact.properties),
                                 .items = 1});
  }
  Side before, after;
  std::map<std::pair<std::string, std::string>, int64_t> moved;
  int64_t people = 0;
  for (PersonId last = 0;;) {
    std::vector<PersonId> ids;
    const auto known = TRY(database.read([&](store::Connection& c) -> Result<std::vector<Known>> {
      for (const auto& row : TRY(c.query("SELECT id FROM people WHERE id > $1 ORDER BY id LIMIT $2",
                                         {last, kPeopleAtOnce})))
        ids.push_back(row.integer(0));
      return load_known(c, terms.programme, terms.levels, ids);
    }));
    if (ids.empty()) break;
    last = ids.back();
    for (const Known& one : known) {
      auto facts = one.facts;
      if (auto found = more.find(one.person); found != more.end())
        facts.insert(facts.end(), found->second.begin(), found->second.end());
      if (facts.empty()) continue;
      ++people;
      const Replay was =
          replay(terms.programme, terms.rules, terms.levels, one.traits, facts, to_millis(now));
      const Replay is = replay(terms.programme, other.rules, other.levels, one.traits,
                               std::move(facts), to_millis(now));
      count(before, was, change.span, to_millis(now));
      count(after, is, change.span, to_millis(now));
      if (was.standing.level != is.standing.level) ++moved[{was.standing.level, is.standing.level}];
    }
  }
  Json moves = Json::array();
  for (const auto& [key, count] : moved)
    moves.push_back({{"from", key.first}, {"to", key.second}, {"people", count}});
  return Json{{"people", people},
              {"from", format_instant(change.span.from)},
              {"to", format_instant(change.span.to)},
              {"rules", rules_json(before, after)},
              {"currencies", currencies_json(terms.programme, before, after)},
              {"levels_before", before.levels},
              {"levels_after", after.levels},
              {"moved", moves}};
}

}  // namespace perennial::loyalty
