#include "loyalty/assess.h"

#include <algorithm>
#include <map>

#include "loyalty/birthday.h"
#include "loyalty/budgets.h"
#include "loyalty/outbox.h"
#include "loyalty/rows.h"
#include "loyalty/settle.h"
#include "loyalty/spent_back.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

// A command and the award whose points it changes.
struct Change {
  Command command;
  int64_t id = 0;
  PersonId person = 0;
  std::string rule, event;
  Points points_after = 0;
  int64_t at_ms = 0;              // of its fact
  std::optional<Points> allowed;  // cut by a budget
};

Command command_for(const Award& award, PersonId person, int64_t id, Points points) {
  const bool more = points > 0;
  return {.kind = more ? CommandKind::kAward : CommandKind::kTakeBack,
          .currency = award.currency,
          .person = person,
          .amount = more ? points : -points,
          .order = award.order,
          .earned_ms = award.at_ms,
          .activates_ms = award.activates_ms,
          .expires_ms = award.expires_ms,
          .at_ms = more ? award.at_ms : award.changed_ms,
          .award = id,
          .version = award.version,
          .rule = award.rule,
          .event = award.key};
}

void add_changes(std::vector<Change>& changes, PostedAwards& posted, PersonId person,
                 const std::vector<Award>& awards, const Cuts& cuts, int64_t& next_id) {
  for (const Award& award : awards) {
    auto known = posted.find({person, award.rule, award.key});
    const bool fresh = known == posted.end();
    if (!fresh) known->second.seen = true;
    const Points before = fresh ? 0 : known->second.points;
    if (award.points == before) continue;
    const int64_t id = fresh ? next_id++ : known->second.id;
    const auto cut = cuts.find({award.rule, award.key});
    changes.push_back({.command = command_for(award, person, id, award.points - before),
                       .id = id,
                       .person = person,
                       .rule = award.rule,
                       .event = award.key,
                       .points_after = award.points,
                       .at_ms = award.at_ms});
    if (cut != cuts.end()) changes.back().allowed = cut->second.allowed;
    if (cut == cuts.end() && !fresh) changes.back().allowed = known->second.allowed;
  }
}

// What was cut to nothing, or is cut though its points stay, is remembered too.
void add_cuts(AwardRows& rows, const Programme& programme, PersonId person, const Cuts& cuts,
              const PostedAwards& posted, const std::vector<Change>& changes, int64_t& next_id) {
  for (const auto& [key, cut] : cuts) {
    const auto& [rule, event] = key;
    const bool written = std::ranges::any_of(changes, [&](const Change& change) {
      return change.person == person && change.rule == rule && change.event == event;
    });
    if (written) continue;
    const auto known = posted.find({person, rule, event});
    const bool fresh = known == posted.end();
    rows.push_back({fresh ? next_id++ : known->second.id, programme.id, person, rule, event,
                    cut.version, programme.find(cut.currency)->id,
                    fresh ? Points{0} : known->second.points, cut.at_ms, cut.allowed});
  }
}

// What a programme gives that takes no events now: what they had given before.
Replay replay_as_posted(const Terms& terms, const Known& one, const PostedAwards& posted,
                        Instant now) {
  const auto run = [&](const AwardLimits& limits) {
    return replay(terms.programme, terms.rules, terms.levels, one.traits, one.facts, to_millis(now),
                  limits);
  };
  AwardLimits limits;
  for (const Award& award : run({}).awards) {
    const auto known = posted.find({one.person, award.rule, award.key});
    limits[{award.rule, award.key}] = known == posted.end() ? 0 : known->second.points;
  }
  return run(limits);
}

// What the rules give these people, by their places in `known`, with what was cut before in mind.
// What they give back is there for all of them.
Result<std::vector<Within>> replays_of(store::Connection& c, const Terms& terms, Budgets& budgets,
                                       std::vector<Known>& known, PostedAwards& posted,
                                       Instant now) {
  std::vector<Within> replays(known.size());
  for (size_t i = 0; i < known.size(); ++i) {
    Known& one = known[i];
    if (one.erased) continue;
    if (!terms.programme.takes_events) {
      replays[i].replay = replay_as_posted(terms, one, posted, now);
    } else if (budgets.any()) {
      replays[i] = replay_before_budgets(terms, one, posted, now);
      TRY(budgets.release(c, one.person, replays[i].replay.awards, posted));
    } else {
      replays[i].replay = replay(terms.programme, terms.rules, terms.levels, one.traits,
                                 std::move(one.facts), to_millis(now));
    }
  }
  return replays;
}

// The latest of now and what has given points: a clock that was set back takes none of them.
Instant latest_of(const PostedAwards& posted, Instant now) {
  for (const auto& [key, one] : posted) {
    if (one.points > 0) now = std::max(now, from_millis(one.at_ms));
  }
  return now;
}

// Who has refunds, and may have points to get back.
std::vector<PersonId> with_refunds(const std::vector<Known>& known) {
  std::vector<PersonId> people;
  for (const Known& one : known) {
    const bool refunded = std::ranges::any_of(
        one.facts, [](const Fact& fact) { return fact.kind == Fact::Kind::kRefund; });
    if (refunded && !one.erased) people.push_back(one.person);
  }
  return people;
}

// What the ledger has and the replay does not give any more.
void add_ends(std::vector<Change>& changes, const PostedAwards& posted, Instant now) {
  for (const auto& [key, one] : posted) {
    if (one.seen || one.points == 0) continue;
    const auto& [person, rule, event] = key;
    changes.push_back({.command = {.kind = CommandKind::kTakeBack,
                                   .currency = one.currency_code,
                                   .person = person,
                                   .amount = one.points,
                                   .at_ms = to_millis(now),
                                   .award = one.id,
                                   .version = one.version,
                                   .rule = rule,
                                   .event = event},
                       .id = one.id,
                       .person = person,
                       .rule = rule,
                       .event = event,
                       .at_ms = one.at_ms,
                       .allowed = one.allowed});
  }
}

Result<void> post(store::Connection& c, const Programme& programme, std::vector<Change>& changes,
                  Instant now) {
  if (changes.empty()) return {};
  std::ranges::stable_sort(changes, {}, [](const Change& change) { return *change.command.at_ms; });
  std::vector<Command> commands;
  for (const Change& change : changes) commands.push_back(change.command);
  const auto outcomes = TRY(decide(c, programme, commands, now));
  AwardRows rows;
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    if (!outcomes[i].done()) continue;  // beyond the largest balance: stays as it was
    const Currency* currency = programme.find(change.command.currency);
    rows.push_back({change.id, programme.id, change.person, change.rule, change.event,
                    change.command.version, currency->id, change.points_after, change.at_ms,
                    change.allowed ? Value(*change.allowed) : Value()});
  }
  TRY(c.insert_many(
      "loyalty_awards", kAwardColumns, rows,
      "ON CONFLICT (id) DO UPDATE SET version = excluded.version, points = excluded.points, "
      "at_ms = excluded.at_ms, allowed = excluded.allowed"));
  return {};
}

std::string details_text(const Replay& replay) {
  if (replay.missions.empty() && replay.streaks.empty()) return R"({"missions":[],"streaks":[]})";
  Json missions = Json::array(), streaks = Json::array();
  for (const Mission& one : replay.missions)
    missions.push_back({{"rule", one.rule}, {"done", one.done}, {"complete", one.complete}});
  for (const Streak& one : replay.streaks)
    streaks.push_back({{"rule", one.rule}, {"days", one.days}, {"last_day", one.last_day}});
  return to_text(Json{{"missions", missions}, {"streaks", streaks}});
}

Value due_or_null(int64_t ms) { return ms == kNever ? Value() : Value(ms); }

// Tells who is in another level than before.
Result<void> tell_levels(store::Connection& c, const Terms& terms,
                         const std::vector<std::pair<PersonId, Replay>>& replays, Instant now) {
  if (!terms.levels.on() || !terms.programme.events_from) return {};
  std::map<PersonId, std::string> before;
  std::vector<Value> keys;
  for (const auto& [person, replay] : replays) keys.emplace_back(person);
  const Value fixed = terms.programme.id;
  TRY(each_in(c, "SELECT person, level FROM loyalty_members WHERE programme = $1 AND person IN {}",
              std::span(&fixed, 1), keys, [&](const Row& row) -> Result<void> {
                before[row.integer(0)] = row.text(1);
                return {};
              }));
  const auto& levels = terms.levels.levels;
  const auto rank = [&](const std::string& code) {
    const auto found = std::ranges::find(levels, code, &Level::code);
    return found == levels.end() ? 0 : found - levels.begin();  // who is in none is in the lowest
  };
  std::vector<News> news;
  for (const auto& [person, replay] : replays) {
    const Standing& standing = replay.standing;
    const std::string& was = before[person];
    if (rank(standing.level) == rank(was)) continue;
    const std::string reason =
        standing.changes.empty() ? std::string() : standing.changes.back().reason;
    news.push_back({.type = rank(standing.level) > rank(was) ? "level.reached" : "level.lost",
                    .person = person,
                    .at_ms = standing.since_ms == INT64_MIN ? to_millis(now) : standing.since_ms,
                    .properties = {{"from", was}, {"to", standing.level}, {"reason", reason}}});
  }
  return tell(c, terms.programme, std::move(news));
}

Result<void> save_standings(store::Connection& c, const Programme& programme,
                            const std::vector<std::pair<PersonId, Replay>>& replays) {
  static const std::vector<std::string_view> kMembers = {
      "programme", "person",  "level",      "since_ms", "valid_ms", "grace_ms",
      "next_ms",   "measure", "next_level", "missing",  "details",  "changed"};
  static const std::vector<std::string_view> kChanges = {
      "programme", "person", "number", "at_ms", "from_level", "to_level", "reason"};
  std::vector<std::vector<Value>> members, changes;
  std::vector<Value> people;
  const auto last = TRY(c.query_one("SELECT level_change FROM loyalty_numbers WHERE id = 1"));
  const int64_t change_number = last->integer(0) + 1;
  for (const auto& [person, replay] : replays) {
    const Standing& s = replay.standing;
    members.push_back({programme.id, person, s.level, s.since_ms, s.valid_ms, s.grace_ms,
                       due_or_null(s.next_ms), s.measure, s.next_level, s.missing,
                       details_text(replay), change_number});
    people.emplace_back(person);
    int64_t number = 0;
    for (const LevelChange& change : s.changes) {
      changes.push_back(
          {programme.id, person, ++number, change.at_ms, change.from, change.to, change.reason});
    }
  }
  TRY(c.insert_many("loyalty_members", kMembers, members,
                    "ON CONFLICT (programme, person) DO UPDATE SET level = excluded.level, "
                    "since_ms = excluded.since_ms, valid_ms = excluded.valid_ms, "
                    "grace_ms = excluded.grace_ms, next_ms = excluded.next_ms, "
                    "measure = excluded.measure, next_level = excluded.next_level, "
                    "missing = excluded.missing, details = excluded.details, "
                    "changed = CASE WHEN loyalty_members.level = excluded.level THEN "
                    "loyalty_members.changed ELSE excluded.changed END"));
  TRY(c.execute(
      "UPDATE loyalty_numbers SET level_change = $1 WHERE id = 1 AND EXISTS (SELECT 1 FROM "
      "loyalty_members WHERE programme = $2 AND changed = $1)",
      {change_number, programme.id}));
  const Value fixed = programme.id;
  TRY(execute_in(c, "DELETE FROM loyalty_level_changes WHERE programme = $1 AND person IN {}",
                 std::span(&fixed, 1), people));
  TRY(c.insert_many("loyalty_level_changes", kChanges, changes));
  return {};
}

}  // namespace

Result<void> assess(store::Connection& c, const Terms& terms, std::span<const PersonId> people,
                    Instant now) {
  std::vector<PersonId> all(people.begin(), people.end());
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  std::erase(all, 0);
  Budgets budgets(terms);
  const bool earns = terms.programme.takes_events;
  std::vector<PersonId> again;  // whose level a gift may change
  for (size_t from = 0; from < all.size(); from += kAssessAtOnce) {
    const auto part = std::span(all).subspan(from, std::min(kAssessAtOnce, all.size() - from));
    auto known = TRY(load_known(c, terms.programme, terms.levels, part, needs_of(terms.rules)));
    TRY(add_referral_awards(c, terms, known));
    const auto refunded = with_refunds(known);
    auto posted = TRY(posted_awards(c, terms.programme, part));
    const Instant latest = latest_of(posted, now);
    auto within = TRY(replays_of(c, terms, budgets, known, posted, latest));
    const auto number = TRY(c.query_one("SELECT award FROM loyalty_numbers WHERE id = 1"));
    int64_t next_id = number->integer(0);
    std::vector<Change> changes;
    AwardRows cut_rows;
    std::vector<std::pair<PersonId, Replay>> replays;
    for (size_t i = 0; i < known.size(); ++i) {
      Known& one = known[i];
      if (one.erased) continue;
      Cuts cuts;
      if (earns && budgets.any())
        TRY(replay_within(c, terms, budgets, one, posted, within[i], cuts, latest));
      Replay result = std::move(within[i].replay);
      std::ranges::move(one.referrals, std::back_inserter(result.awards));
      if (earns) add_changes(changes, posted, one.person, result.awards, cuts, next_id);
      add_cuts(cut_rows, terms.programme, one.person, cuts, posted, changes, next_id);
      replays.emplace_back(one.person, std::move(result));
    }
    if (earns) add_ends(changes, posted, now);
    if (!changes.empty() || !refunded.empty()) TRY(settle_people(c, terms.programme, part, now));
    TRY(post(c, terms.programme, changes, now));
    TRY(c.insert_many("loyalty_awards", kAwardColumns, cut_rows,
                      "ON CONFLICT (id) DO UPDATE SET allowed = excluded.allowed"));
    TRY(give_back_spent(c, terms.programme, refunded, now));
    if (next_id != number->integer(0))
      TRY(c.execute("UPDATE loyalty_numbers SET award = $1 WHERE id = 1", {next_id}));
    TRY(budgets.save(c));
    TRY(tell_levels(c, terms, replays, now));
    TRY(save_standings(c, terms.programme, replays));
    std::ranges::move(TRY(give_birthday_gifts(c, terms, replays, now)), std::back_inserter(again));
  }
  // It ends: nobody is given a year's gift twice. The caps of all people are saved by now.
  return again.empty() ? Result<void>() : assess(c, terms, again, now);
}

Result<void> assess_with_referrals(store::Connection& c, const Terms& terms,
                                   std::span<const PersonId> people, Instant now) {
  auto all = TRY(follow_referrals(c, terms, people, now));
  all.insert(people.begin(), people.end());
  return assess(c, terms, std::vector<PersonId>(all.begin(), all.end()), now);
}

Result<size_t> assess_due(store::Connection& c, const Terms& terms, Instant now, size_t limit) {
  std::vector<PersonId> people;
  for (const Row& row :
       TRY(c.query("SELECT person FROM loyalty_members WHERE programme = $1 AND "
                   "next_ms <= $2 ORDER BY next_ms LIMIT $3",
                   {terms.programme.id, to_millis(now), static_cast<int64_t>(limit)}))) {
    people.push_back(row.integer(0));
  }
  TRY(assess(c, terms, people, now));
  return people.size();
}

Result<std::optional<Member>> find_member(store::Connection& c, const Programme& programme,
                                          PersonId person) {
  const auto row =
      TRY(c.query_one("SELECT level, since_ms, valid_ms, grace_ms, measure, "
                      "next_level, missing, details FROM loyalty_members "
                      "WHERE programme = $1 AND person = $2",
                      {programme.id, person}));
  if (!row) return std::nullopt;
  Member member;
  member.standing = {.level = row->text(0),
                     .since_ms = row->integer(1),
                     .valid_ms = row->integer(2),
                     .grace_ms = row->integer(3),
                     .measure = row->integer(4),
                     .next_level = row->text(5),
                     .missing = row->integer(6)};
  const Json details = TRY(parse_json(row->text(7)));
  for (const Json& one : details["missions"]) {
    member.missions.push_back(
        {one["rule"], one["done"].get<std::vector<int64_t>>(), one["complete"]});
  }
  for (const Json& one : details["streaks"])
    member.streaks.push_back({one["rule"], one["days"], one["last_day"]});
  for (const Row& change : TRY(c.query("SELECT at_ms, from_level, to_level, reason "
                                       "FROM loyalty_level_changes WHERE programme = $1 AND "
                                       "person = $2 ORDER BY number",
                                       {programme.id, person}))) {
    member.standing.changes.push_back(
        {change.integer(0), change.text(1), change.text(2), change.text(3)});
  }
  return member;
}

Json to_json(const Standing& standing, const Levels& levels) {
  const auto time = [](int64_t ms) {
    return ms == kNever || ms == INT64_MIN ? Json() : Json(format_instant(from_millis(ms)));
  };
  Json json = {{"level", standing.level},
               {"name", ""},
               {"privileges", Json::object()},
               {"since", time(standing.since_ms)},
               {"valid_until", time(standing.valid_ms)},
               {"grace_until", time(standing.grace_ms)},
               {"measure", standing.measure},
               {"next_level", standing.next_level},
               {"missing", standing.missing},
               {"history", Json::array()}};
  for (const Level& level : levels.levels) {
    if (level.code != standing.level) continue;
    json["name"] = level.name;
    json["privileges"] = level.privileges;
  }
  for (const LevelChange& change : standing.changes) {
    json["history"].push_back({{"at", time(change.at_ms)},
                               {"from", change.from},
                               {"to", change.to},
                               {"reason", change.reason}});
  }
  return json;
}

}  // namespace perennial::loyalty
