#include "loyalty/dry_run.h"

#include <algorithm>
#include <map>

#include "loyalty/everybody.h"
#include "loyalty/referral_rows.h"
#include "loyalty/shares.h"

namespace perennial::loyalty {
namespace {

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
    rules.push_back(std::move(rule));  // of who is held out, what it gave stays
  }
  for (Rule rule : change.rules) {
    rule.from_ms = from;
    rule.version = 0;
    rules.push_back(std::move(rule));
  }
  // As they are once they are saved: rules of one fact earn in this order.
  std::ranges::stable_sort(rules, {}, &Rule::id);
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

// What people have of each currency today, as the ledger says.
using Outstanding = std::map<std::string, Points>;

Result<Outstanding> outstanding_of(store::Connection& c, const Programme& programme) {
  Outstanding outstanding;
  for (const Currency& currency : programme.currencies)
    outstanding[currency.code] = TRY(held_by_people(c, currency));
  return outstanding;
}

Json currencies_json(const Programme& programme, const Outstanding& today, const Side& before,
                     const Side& after) {
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
    // Whatever was spent meanwhile is spent under either.
    const Points now = today.at(currency.code);
    const Points then = now + open(after) - open(before);
    const int64_t owed = liability_minor(currency, now),
                  would_owe = liability_minor(currency, then);
    rows.push_back({{"currency", currency.code},
                    {"points_before", was},
                    {"points_after", is},
                    {"cost_before_minor", cost(was)},
                    {"cost_after_minor", cost(is)},
                    {"outstanding_before", now},
                    {"outstanding_after", then},
                    {"liability_before_minor", owed},
                    {"liability_after_minor", would_owe},
                    {"liability_change_minor", would_owe - owed},
                    {"cost_minor_per_1000", currency.cost_minor_per_1000},
                    {"expected_redemption_ppm", currency.expected_redemption_ppm}});
  }
  return rows;
}

// Referrals by the people whom they give something.
struct Sides {
  std::vector<Referral> list;
  std::map<PersonId, std::vector<std::pair<const Referral*, bool>>> by_person;  // friend's side

  explicit Sides(std::vector<Referral> referrals) : list(std::move(referrals)) {
    for (const Referral& one : list) {
      by_person[one.referrer].emplace_back(&one, false);
      by_person[one.friend_id].emplace_back(&one, true);
    }
  }
  void add_to(Known& known, const Terms& terms) const {
    const auto found = by_person.find(known.person);
    if (found == by_person.end()) return;
    for (const auto& [one, friend_side] : found->second)
      add_referral_award(terms, *one, friend_side, known);
  }
};

struct Tally {
  Side before, after;
  std::map<std::pair<std::string, std::string>, std::vector<PersonId>> moved;  // from, to
  int64_t people = 0;
};

void add(Side& to, const Side& from) {
  for (const auto& [key, sum] : from.by_rule) {
    to.by_rule[key].points += sum.points;
    to.by_rule[key].awards += sum.awards;
  }
  for (const auto& [key, points] : from.open) to.open[key] += points;
  for (const auto& [key, people] : from.levels) to.levels[key] += people;
}

void add(Tally& to, const Tally& from) {
  add(to.before, from.before);
  add(to.after, from.after);
  for (const auto& [key, people] : from.moved)
    to.moved[key].insert(to.moved[key].end(), people.begin(), people.end());
  to.people += from.people;
}

// Terms, what referral gives under them, and what is cut by caps over all people.
class Outlook {
 public:
  Outlook(const Terms& terms, const Sides& referrals, int64_t now_ms)
      : terms_(terms), referrals_(referrals), now_ms_(now_ms), shares_(terms) {}

  // Shares out the caps over all people.
  Result<void> share_out(const Everybody& everybody) {
    if (!shares_.any()) return {};
    using Steps = std::vector<Shares::Step>;
    std::vector<Steps> steps(everybody.threads());
    const Everybody::Each ask = [&](size_t thread, Known known) {
      add_referrals(known);
      const PersonId person = known.person;
      Trail trail;
      replayed(std::move(known), &trail);
      shares_.note(person, trail, steps[thread]);
    };
    const auto put = [&](std::span<const PersonId> people) {
      Steps all;
      for (Steps& part : steps) {
        all.insert(all.end(), part.begin(), part.end());
        part.clear();
      }
      shares_.put(people, std::move(all));
    };
    TRY(everybody.visit(ask));
    put({});
    for (auto again = shares_.serve(); !again.empty(); again = shares_.serve()) {
      TRY(everybody.visit(again, ask));
      put(again);
    }
    return {};
  }

  void add_referrals(Known& known) const { referrals_.add_to(known, terms_); }
  // What a person has, whose referrals were added.
  Replay replayed(Known known, Trail* trail = nullptr) const {
    const auto run = [&](std::vector<Fact> facts, const AwardLimits& limits, Trail* asked) {
      return replay(terms_.programme, terms_.rules, terms_.levels, known.traits, std::move(facts),
                    now_ms_, limits, asked);
    };
    AwardLimits limits;
    if (shares_.cuts(known.person)) {
      Trail whole;
      run(known.facts, {}, &whole);
      limits = shares_.limits(known.person, whole);
    }
    Replay replay = run(std::move(known.facts), limits, trail);
    std::ranges::move(known.referrals, std::back_inserter(replay.awards));
    return replay;
  }

 private:
  const Terms& terms_;
  const Sides& referrals_;
  int64_t now_ms_;
  Shares shares_;
};

Needs needs_of_both(const Terms& terms, const Terms& other) {
  const Needs one = needs_of(terms.rules), two = needs_of(other.rules);
  return {.traits = one.traits || two.traits, .money = one.money || two.money};
}

// Everybody under both.
Result<Tally> compared(const Everybody& everybody, const Outlook& before, const Outlook& after,
                       const Span& span, int64_t now_ms) {
  std::vector<Tally> tallies(everybody.threads());
  TRY(everybody.visit([&](size_t thread, Known one) {
    Known other = one;
    before.add_referrals(one);
    after.add_referrals(other);
    if (one.facts.empty() && other.facts.empty()) return;
    Tally& tally = tallies[thread];
    ++tally.people;
    const PersonId person = one.person;
    const Replay was = before.replayed(std::move(one)), is = after.replayed(std::move(other));
    count(tally.before, was, span, now_ms);
    count(tally.after, is, span, now_ms);
    if (was.standing.level != is.standing.level)
      tally.moved[{was.standing.level, is.standing.level}].push_back(person);
  }));
  Tally sum;
  for (const Tally& tally : tallies) add(sum, tally);
  return sum;
}

Terms changed_terms(const Terms& terms, const DryRun& change) {
  Terms other = terms;
  other.rules = changed_rules(terms, change);
  if (change.levels) other.levels = *change.levels;
  if (change.referral) {
    ReferralTerms referral = *change.referral;
    referral.from_ms = to_millis(change.span.from);
    referral.revision = 0;
    other.referral.push_back(std::move(referral));
  }
  return other;
}

// Who would be in which other level; of many, those with the smallest numbers.
Json moved_json(Tally& tally) {
  Json rows = Json::array();
  for (auto& [key, people] : tally.moved) {
    std::ranges::sort(people);
    const auto listed = std::span(people).first(std::min(people.size(), kMaxMovedListed));
    rows.push_back({{"from", key.first},
                    {"to", key.second},
                    {"people", people.size()},
                    {"list", std::vector<PersonId>(listed.begin(), listed.end())}});
  }
  return rows;
}

Json referral_json(const Sides& sides, const Span& span, Instant now) {
  std::vector<Referral> counted;
  for (const Referral& one : sides.list) {
    if (span.contains(from_millis(one.claimed_ms))) counted.push_back(one);
  }
  return to_json(sum_of(counted, now));
}

}  // namespace

Result<Json> dry_run(store::Database& database, events::Log& log, const Terms& terms,
                     const DryRun& change, Instant now) {
  const Terms other = changed_terms(terms, change);
  auto names = event_names({other});
  for (const auto& known : event_names({terms})) names.erase(known);
  names.erase(std::string(people::kOrderCompleted));
  const LateFacts late = TRY(LateFacts::read(database, log, std::move(names)));
  std::vector<Referral> stored, changed;
  Outstanding today;
  TRY(database.read([&](store::Connection& c) -> Result<void> {
    stored = TRY(all_referrals(c, terms.programme));
    today = TRY(outstanding_of(c, terms.programme));
    if (change.referral) changed = TRY(try_referrals(c, other, late, now));
    return {};
  }));
  const Sides before(std::move(stored));
  const Sides after(change.referral ? std::move(changed) : before.list);
  const Everybody everybody(database, terms, needs_of_both(terms, other), late);
  Outlook was(terms, before, to_millis(now)), is(other, after, to_millis(now));
  TRY(was.share_out(everybody));
  TRY(is.share_out(everybody));
  Tally tally = TRY(compared(everybody, was, is, change.span, to_millis(now)));
  return Json{{"people", tally.people},
              {"from", format_instant(change.span.from)},
              {"to", format_instant(change.span.to)},
              {"rules", rules_json(tally.before, tally.after)},
              {"currencies", currencies_json(terms.programme, today, tally.before, tally.after)},
              {"levels_before", tally.before.levels},
              {"levels_after", tally.after.levels},
              {"moved", moved_json(tally)},
              {"referral",
               {{"before", referral_json(before, change.span, now)},
                {"after", referral_json(after, change.span, now)}}}};
}

}  // namespace perennial::loyalty
