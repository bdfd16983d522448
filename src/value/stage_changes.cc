#include "value/stage_changes.h"

#include <algorithm>
#include <unordered_map>

#include "people/readers.h"
#include "value/interrupt.h"
#include "value/person_event.h"

namespace perennial::value {
namespace {

using store::Row;
using store::Value;

struct Kept {
  Stage stage = Stage::kProspect;
  int64_t since_ms = 0;
  int64_t orders = 0;   // at the last look; below 0: not known
  bool joined = false;  // with somebody of whom something was kept, since the last look
};

struct Joined {
  PersonId into = 0, from = 0;
};

// What is kept of everybody, and whose rows nobody has any more.
struct AllKept {
  std::optional<int64_t> looked_ms;  // when that was
  std::unordered_map<PersonId, Kept> of;
  std::vector<Joined> gone;  // by whom they are now
};

Result<AllKept> read_kept(store::Connection& c) {
  AllKept kept;
  if (const auto row = TRY(c.query_one("SELECT as_of_ms FROM value_stage_looks WHERE id = 1")))
    kept.looked_ms = row->integer(0);
  TRY(c.each("SELECT person, stage, since_ms, orders FROM value_stages", {},
             [&](const Row& row) -> Result<void> {
               if (const auto stage = parse_stage(row.text(1)))
                 kept.of[row.integer(0)] = {
                     .stage = *stage, .since_ms = row.integer(2), .orders = row.integer(3)};
               return {};
             }));
  return kept;
}

// Whoever was joined to somebody brings along the orders that were counted of them.
Result<void> follow_joins(store::Connection& c, const Snapshot& all, AllKept& kept,
                          const std::stop_token& stop) {
  std::vector<PersonId> unseen;
  for (const auto& [person, row] : kept.of)
    if (!all.find(person)) unseen.push_back(person);
  std::ranges::sort(unseen);
  for (const PersonId from : unseen) {
    TRY(unless_stopped(stop));
    const PersonId into = TRY(people::current_person(c, from));
    if (into == from) continue;
    kept.gone.push_back({.into = into, .from = from});
    const Kept theirs = kept.of.at(from);
    const auto [found, added] = kept.of.try_emplace(into, theirs);
    Kept& row = found->second;
    if (!added)
      row.orders = std::min(row.orders, theirs.orders) < 0 ? -1 : row.orders + theirs.orders;
    row.joined = true;
  }
  std::ranges::sort(kept.gone, {}, [](const Joined& one) { return std::pair(one.into, one.from); });
  return {};
}

struct Seen {
  PersonId person = 0;
  Stage stage = Stage::kProspect;
  int64_t orders = 0, last_order_ms = 0;
  int64_t recent = 0;  // orders since kStageLate before the last look
};

int64_t orders_since(const OrderBook& book, PersonId person, int64_t from_ms, int64_t to_ms) {
  const auto rows = std::ranges::equal_range(book.person, person);
  const auto first = static_cast<size_t>(rows.begin() - book.person.begin());
  int64_t count = 0;
  for (size_t row = first; row < first + rows.size(); ++row)
    count += !book.refund[row] && from_ms <= book.at_ms[row] && book.at_ms[row] < to_ms;
  return count;
}

// Those of whom something else is kept.
std::vector<Seen> differing(const Snapshot& all, const AllKept& kept) {
  const int64_t late_ms = Millis(kStageLate).count();
  std::vector<Seen> list;
  for (size_t i = 0; i < all.person.size(); ++i) {
    const auto before = kept.of.find(all.person[i]);
    // Of who was joined to somebody the row does not have yet what is kept of both.
    const bool known = before != kept.of.end() && !before->second.joined;
    if (known && before->second.stage == all.stage[i] && before->second.orders == all.orders[i])
      continue;
    Seen seen{.person = all.person[i],
              .stage = all.stage[i],
              .orders = all.orders[i],
              .last_order_ms = all.last_order_ms[i]};
    if (kept.looked_ms)
      seen.recent =
          orders_since(*all.book, seen.person, *kept.looked_ms - late_ms, to_millis(all.as_of));
    list.push_back(seen);
  }
  return list;
}

struct StageChange {
  std::optional<Stage> from;  // none: seen for the first time
  Stage to = Stage::kProspect;
  int64_t at_ms = 0;
  int64_t since_ms = 0;     // when they were first seen in `from`; `at_ms` without one
  std::string_view reason;  // of the event
};

// What is told of it; nothing when it is no news.
std::optional<StageChange> news_of(const Seen& seen, const Kept* before, int64_t at_ms) {
  StageChange change{.to = seen.stage, .at_ms = at_ms, .since_ms = at_ms};
  if (before != nullptr) {
    if (before->stage == seen.stage) return std::nullopt;
    change.from = before->stage;
    change.since_ms = before->since_ms;
  }
  const bool counted = before == nullptr || before->orders >= 0;
  const int64_t more = !counted ? seen.recent : seen.orders - (before ? before->orders : 0);
  if (more < 0 || more > seen.recent) return std::nullopt;
  if (more == 0 && (before == nullptr || before->joined)) return std::nullopt;
  const bool gone_quiet = seen.stage == Stage::kSilent || seen.stage == Stage::kChurned;
  change.reason = gone_quiet ? "silence" : more > 0 ? "ordered" : "time";
  if (more > 0 && !gone_quiet) {
    change.at_ms = seen.last_order_ms;
    // That somebody became a prospect is never told.
    if (before != nullptr && before->stage != Stage::kProspect)
      change.at_ms = std::max(before->since_ms, change.at_ms);
  }
  change.since_ms = std::min(change.since_ms, change.at_ms);
  return change;
}

Result<void> drop_joined(store::Connection& c, std::span<const Joined> gone) {
  for (const Joined& one : gone)
    TRY(c.execute("DELETE FROM value_stages WHERE person = $1", {one.from}));
  return {};
}

Result<void> keep_part(store::Connection& c, std::span<const Seen> part, const AllKept& kept,
                       int64_t at_ms) {
  static const std::vector<std::string_view> kStageColumns = {"person", "stage", "since_ms",
                                                              "orders"};
  static const std::vector<std::string_view> kChangeColumns = {
      "id", "person", "from_stage", "to_stage", "at_ms", "since_ms", "reason", "told"};
  std::vector<PersonId> people;
  for (const Seen& seen : part) people.push_back(seen.person);
  // They may have gone since the snapshot was taken.
  auto present = TRY(people::present_among(c, people));
  std::ranges::sort(present);
  int64_t id = TRY(c.query_one("SELECT COALESCE(MAX(id), 0) FROM value_stage_changes"))->integer(0);
  std::vector<std::vector<Value>> stages, changes;
  for (const Seen& seen : part) {
    if (!std::ranges::binary_search(present, seen.person)) continue;
    const auto found = kept.of.find(seen.person);
    const Kept* before = found == kept.of.end() ? nullptr : &found->second;
    const auto change = kept.looked_ms ? news_of(seen, before, at_ms) : std::nullopt;
    const bool same = before != nullptr && before->stage == seen.stage;
    stages.push_back({seen.person, std::string(stage_name(seen.stage)),
                      same     ? before->since_ms
                      : change ? change->at_ms
                               : at_ms,
                      seen.orders});
    if (!change) continue;
    changes.push_back({++id, seen.person,
                       change->from ? std::string(stage_name(*change->from)) : std::string(),
                       std::string(stage_name(change->to)), change->at_ms, change->since_ms,
                       std::string(change->reason), int64_t{0}});
  }
  TRY(c.insert_many("value_stages", kStageColumns, stages,
                    "ON CONFLICT (person) DO UPDATE SET stage = excluded.stage, since_ms = "
                    "excluded.since_ms, orders = excluded.orders"));
  TRY(c.insert_many("value_stage_changes", kChangeColumns, changes));
  // With what they brought along: a look that is cut off after this counts it no second time.
  for (const PersonId person : people)
    TRY(drop_joined(c, std::ranges::equal_range(kept.gone, person, {}, &Joined::into)));
  return {};
}

constexpr std::string_view kTable = "value_stage_changes";
constexpr std::string_view kSelect =
    "SELECT id, person, from_stage, to_stage, at_ms, since_ms, reason FROM value_stage_changes ";

Json properties_of(const Row& row) {
  return {{"from", row.text(2).empty() ? Json() : Json(row.text(2))},
          {"to", row.text(3)},
          {"since", format_instant(from_millis(row.integer(5)))},
          {"reason", row.text(6)}};
}

}  // namespace

Result<size_t> keep_stages(store::Database& database, const Snapshot& all,
                           const std::stop_token& stop) {
  AllKept kept;
  TRY(database.read([&](store::Connection& c) -> Result<void> {
    kept = TRY(read_kept(c));
    return follow_joins(c, all, kept, stop);
  }));
  const int64_t at_ms = to_millis(all.as_of);
  if (kept.looked_ms && at_ms < *kept.looked_ms) kept.looked_ms.reset();
  const std::vector<Seen> changed = differing(all, kept);
  for (size_t from = 0; from < changed.size(); from += kStagesAtOnce) {
    TRY(unless_stopped(stop));
    const auto part =
        std::span(changed).subspan(from, std::min(kStagesAtOnce, changed.size() - from));
    TRY(database.write([&](store::Connection& c) { return keep_part(c, part, kept, at_ms); }));
  }
  // Those who were joined to people of whom nothing is kept.
  for (size_t from = 0; from < kept.gone.size(); from += kStagesAtOnce) {
    TRY(unless_stopped(stop));
    const auto part =
        std::span(kept.gone).subspan(from, std::min(kStagesAtOnce, kept.gone.size() - from));
    TRY(database.write([&](store::Connection& c) { return drop_joined(c, part); }));
  }
  TRY(database.write([&](store::Connection& c) {
    return c.execute(
        "INSERT INTO value_stage_looks (id, as_of_ms) VALUES (1, $1) ON CONFLICT (id) "
        "DO UPDATE SET as_of_ms = excluded.as_of_ms",
        {at_ms});
  }));
  return changed.size();
}

Result<size_t> tell_stages(store::Database& database, events::Log& log, Instant received_at,
                           const std::stop_token& stop) {
  return tell_waiting(database, log,
                      {.select = kSelect,
                       .table = kTable,
                       .said =
                           [](const Row& row) {
                             return SaidOfPerson{
                                 .person = row.integer(1),
                                 .source = kStageSource,
                                 .name = kStageChanged,
                                 .message_id = "stage:" + std::to_string(row.integer(0)),
                                 .at = from_millis(row.integer(4)),
                                 .properties = properties_of(row)};
                           }},
                      received_at, stop);
}

Result<int64_t> erase_stages(store::Connection& c, std::span<const PersonId> numbers) {
  for (const PersonId person : numbers)
    TRY(c.execute("DELETE FROM value_stages WHERE person = $1", {person}));
  return erase_told(
      c, kTable, "from_stage = '', to_stage = '', at_ms = 0, since_ms = 0, reason = ''", numbers);
}

Result<bool> StageDesk::due(Instant now) {
  if (!parts_.stages || parts_.log == nullptr) return false;
  std::lock_guard lock(mutex_);
  return !looked_at_ || now - *looked_at_ >= kStagesEvery;
}

Result<void> StageDesk::look(const std::stop_token& stop) {
  TRY(unless_stopped(stop));
  if (!parts_.stages || parts_.log == nullptr) return {};
  const auto all = TRY(parts_.stages());
  TRY(keep_stages(parts_.database, *all, stop));
  TRY(tell_stages(parts_.database, *parts_.log, parts_.clock(), stop));
  std::lock_guard lock(mutex_);
  looked_at_ = parts_.clock();
  return {};
}

}  // namespace perennial::value
