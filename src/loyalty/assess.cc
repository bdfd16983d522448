#include "loyalty/assess.h"

#include <algorithm>
#include <map>

#include "loyalty/outbox.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

// What the ledger has of one award.
struct Posted {
  int64_t id = 0;
  Points points = 0;
  std::string currency_code;
  bool seen = false;  // the replay still gives it
};
// By person, rule and event.
using PostedAwards = std::map<std::tuple<PersonId, std::string, std::string>, Posted>;

Result<PostedAwards> posted_awards(store::Connection& c, const Programme& programme,
                                   std::span<const Value> people) {
  PostedAwards posted;
  const Value fixed = programme.id;
  TRY(each_in(c,
              "SELECT person, rule, event, id, points, currency FROM loyalty_awards "
              "WHERE programme = $1 AND person IN {}",
              std::span(&fixed, 1), people, [&](const Row& row) -> Result<void> {
                const Currency* currency = programme.find(row.integer(5));
                posted[{row.integer(0), row.text(1), row.text(2)}] = {
                    row.integer(3), row.integer(4), currency ? currency->code : "", false};
                return {};
              }));
  return posted;
}

// A command and the award whose points it changes.
struct Change {
  Command command;
  int64_t id = 0;
  PersonId person = 0;
  std::string rule, event;
  Points points_after = 0;
  bool fresh = false;
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
                 const std::vector<Award>& awards, int64_t& next_id) {
  for (const Award& award : awards) {
    auto known = posted.find({person, award.rule, award.key});
    const bool fresh = known == posted.end();
    if (!fresh) known->second.seen = true;
    const Points before = fresh ? 0 : known->second.points;
    if (award.points == before) continue;
    const int64_t id = fresh ? next_id++ : known->second.id;
    changes.push_back({.command = command_for(award, person, id, award.points - before),
                       .id = id,
                       .person = person,
                       .rule = award.rule,
                       .event = award.key,
                       .points_after = award.points,
                       .fresh = fresh});
  }
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
                                   .rule = rule,
                                   .event = event},
                       .id = one.id,
                       .person = person,
                       .rule = rule,
                       .event = event});
  }
}

Result<void> post(store::Connection& c, const Programme& programme, std::vector<Change>& changes,
                  int64_t next_id, Instant now) {
  if (changes.empty()) return {};
  std::ranges::stable_sort(changes, {}, [](const Change& change) { return *change.command.at_ms; });
  std::vector<Command> commands;
  for (const Change& change : changes) commands.push_back(change.command);
  const auto outcomes = TRY(decide(c, programme, commands, now));
  static const std::vector<std::string_view> kColumns = {
      "id", "programme", "person", "rule", "event", "version", "currency", "points"};
  std::vector<std::vector<Value>> rows;
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    if (!outcomes[i].done()) continue;  // beyond the largest balance: stays as it was
    const Currency* currency = programme.find(change.command.currency);
    rows.push_back({change.id, programme.id, change.person, change.rule, change.event,
                    change.command.version, currency->id, change.points_after});
  }
  TRY(c.insert_many("loyalty_awards", kColumns, rows,
                    "ON CONFLICT (id) DO UPDATE SET points = excluded.points"));
  TRY(c.execute("UPDATE loyalty_numbers SET award = $1 WHERE id = 1", {next_id}));
  return {};
}

Json details_json(const Replay& replay) {
  Json missions = Json::array(), streaks = Json::array();
  for (const Mission& one : replay.missions)
    missions.push_back({{"rule", one.rule}, {"done", one.done}, {"complete", one.complete}});
  for (const Streak& one : replay.streaks)
    streaks.push_back({{"rule", one.rule}, {"days", one.days}, {"last_day", one.last_day}});
  return {{"missions", missions}, {"streaks", streaks}};
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
      "next_ms",   "measure", "next_level", "missing",  "details"};
  static const std::vector<std::string_view> kChanges = {
      "programme", "person", "number", "at_ms", "from_level", "to_level", "reason"};
  std::vector<std::vector<Value>> members, changes;
  for (const auto& [person, replay] : replays) {
    const Standing& s = replay.standing;
    members.push_back({programme.id, person, s.level, s.since_ms, s.valid_ms, s.grace_ms,
                       due_or_null(s.next_ms), s.measure, s.next_level, s.missing,
                       to_text(details_json(replay))});
    TRY(c.execute("DELETE FROM loyalty_level_changes WHERE programme = $1 AND person = $2",
                  {programme.id, person}));
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
                    "missing = excluded.missing, details = excluded.details"));
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
  for (size_t from = 0; from < all.size(); from += kAssessAtOnce) {
    const auto part = std::span(all).subspan(from, std::min(kAssessAtOnce, all.size() - from));
    auto known = TRY(load_known(c, terms.programme, terms.levels, part));
    TRY(add_referral_awards(c, terms, known));
    const std::vector<Value> keys(part.begin(), part.end());
    auto posted = TRY(posted_awards(c, terms.programme, keys));
    const auto number = TRY(c.query_one("SELECT award FROM loyalty_numbers WHERE id = 1"));
    int64_t next_id = number->integer(0);
    std::vector<Change> changes;
    std::vector<std::pair<PersonId, Replay>> replays;
    for (Known& one : known) {
      Replay result = replay(terms.programme, terms.rules, terms.levels, one.traits,
                             std::move(one.facts), to_millis(now));
      std::ranges::move(one.referrals, std::back_inserter(result.awards));
      add_changes(changes, posted, one.person, result.awards, next_id);
      replays.emplace_back(one.person, std::move(result));
    }
    add_ends(changes, posted, now);
    TRY(post(c, terms.programme, changes, next_id, now));
    TRY(tell_levels(c, terms, replays, now));
    TRY(save_standings(c, terms.programme, replays));
  }
  return {};
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
