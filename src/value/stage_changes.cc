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
};
using AllKept = std::unordered_map<PersonId, Kept>;

Result<AllKept> read_kept(store::Connection& c) {
  AllKept kept;
  TRY(c.each("SELECT person, stage, since_ms FROM value_stages", {},
             [&](const Row& row) -> Result<void> {
               if (const auto stage = parse_stage(row.text(1)))
                 kept[row.integer(0)] = {*stage, row.integer(2)};
               return {};
             }));
  return kept;
}

struct Seen {
  PersonId person = 0;
  Stage stage = Stage::kProspect;
  int64_t last_order_ms = 0;
};

// Those whose stage is not the one that is kept.
std::vector<Seen> differing(const Snapshot& all, const AllKept& kept) {
  std::vector<Seen> list;
  for (size_t i = 0; i < all.person.size(); ++i) {
    const auto before = kept.find(all.person[i]);
    if (before == kept.end() || before->second.stage != all.stage[i])
      list.push_back({all.person[i], all.stage[i], all.last_order_ms[i]});
  }
  return list;
}

// What is told of it; nothing when it is no news. `last_ms` is the look before; none: all is quiet.
std::optional<StageChange> news_of(const Seen& seen, const AllKept& kept,
                                   std::optional<int64_t> last_ms, Instant at) {
  if (!last_ms) return std::nullopt;
  StageChange change{.person = seen.person, .from = {}, .to = seen.stage, .at = at, .since = at};
  const auto before = kept.find(seen.person);
  if (before == kept.end()) {
    if (seen.stage != Stage::kNew || seen.last_order_ms < *last_ms) return std::nullopt;
    change.why = "ordered";
    return change;
  }
  change.from = before->second.stage;
  change.since = from_millis(before->second.since_ms);
  change.why = reason_of_change(seen.stage, from_millis(seen.last_order_ms), change.since);
  return change;
}

Result<void> keep_part(store::Connection& c, std::span<const Seen> part, const AllKept& kept,
                       std::optional<int64_t> last_ms, Instant at) {
  static const std::vector<std::string_view> kStageColumns = {"person", "stage", "since_ms"};
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
    stages.push_back({seen.person, std::string(stage_name(seen.stage)), to_millis(at)});
    const auto change = news_of(seen, kept, last_ms, at);
    if (!change) continue;
    changes.push_back({++id, change->person,
                       change->from ? std::string(stage_name(*change->from)) : std::string(),
                       std::string(stage_name(change->to)), to_millis(change->at),
                       to_millis(change->since), std::string(change->why), int64_t{0}});
  }
  TRY(c.insert_many("value_stages", kStageColumns, stages,
                    "ON CONFLICT (person) DO UPDATE SET stage = excluded.stage, since_ms = "
                    "excluded.since_ms"));
  TRY(c.insert_many("value_stage_changes", kChangeColumns, changes));
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

std::string_view reason_word(std::string_view text) {
  for (const std::string_view word : {"ordered", "silence"})
    if (word == text) return word;
  return "time";
}

}  // namespace

std::string_view reason_of_change(Stage to, Instant last_order, Instant since) {
  if (to == Stage::kSilent || to == Stage::kChurned) return "silence";
  return last_order >= since ? "ordered" : "time";
}

Result<size_t> keep_stages(store::Database& database, const Snapshot& all,
                           const std::stop_token& stop) {
  std::optional<int64_t> last_ms;
  AllKept kept;
  TRY(database.read([&](store::Connection& c) -> Result<void> {
    if (const auto row = TRY(c.query_one("SELECT as_of_ms FROM value_stage_looks WHERE id = 1")))
      last_ms = row->integer(0);
    kept = TRY(read_kept(c));
    return {};
  }));
  const int64_t at = to_millis(all.as_of);
  if (last_ms && at < *last_ms) last_ms.reset();
  const std::vector<Seen> changed = differing(all, kept);
  for (size_t from = 0; from < changed.size(); from += kStagesAtOnce) {
    TRY(unless_stopped(stop));
    const auto part =
        std::span(changed).subspan(from, std::min(kStagesAtOnce, changed.size() - from));
    TRY(database.write(
        [&](store::Connection& c) { return keep_part(c, part, kept, last_ms, all.as_of); }));
  }
  TRY(database.write([&](store::Connection& c) {
    return c.execute(
        "INSERT INTO value_stage_looks (id, as_of_ms) VALUES (1, $1) ON CONFLICT (id) "
        "DO UPDATE SET as_of_ms = excluded.as_of_ms",
        {at});
  }));
  return changed.size();
}

Result<size_t> tell_stages(store::Database& database, events::Log& log, Instant received_at) {
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
                      received_at);
}

Result<std::vector<StageChange>> list_stage_changes(store::Connection& c, PersonId person) {
  std::vector<StageChange> changes;
  for (const Row& row :
       TRY(c.query(std::string(kSelect) + "WHERE person = $1 ORDER BY id", {person}))) {
    changes.push_back({.id = row.integer(0),
                       .person = row.integer(1),
                       .from = parse_stage(row.text(2)),
                       .to = parse_stage(row.text(3)).value_or(Stage::kProspect),
                       .at = from_millis(row.integer(4)),
                       .since = from_millis(row.integer(5)),
                       .why = reason_word(row.text(6))});
  }
  return changes;
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
  TRY(tell_stages(parts_.database, *parts_.log, parts_.clock()));
  std::lock_guard lock(mutex_);
  looked_at_ = parts_.clock();
  return {};
}

}  // namespace perennial::value
