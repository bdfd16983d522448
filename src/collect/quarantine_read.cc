// Reading and clearing the quarantine.

#include <algorithm>
#include <map>

#include "collect/quarantine.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, received_at, source, reason, field, body, form, sent_at FROM quarantine";
// Takes the filter as $1 and $2.
constexpr std::string_view kMatches =
    " WHERE ($1 = '' OR source = $1) AND ($2 = '' OR substr(reason, 1, length($2)) = $2)";
// Days begin at quarters of an hour in every zone there is.
constexpr int64_t kQuarterHourMs = 900'000;

Quarantined entry_of(const store::Row& row) {
  Quarantined entry{
      .id = row.integer(0),
      .received_at = from_millis(row.integer(1)),
      .source = row.text(2),
      .what = {
          .reason = row.text(3), .where = row.text(4), .body = row.text(5), .form = row.text(6)}};
  if (!row.is_null(7)) entry.what.sent = from_millis(row.integer(7));
  return entry;
}

std::string sql(std::string_view select, std::string_view rest = "") {
  return std::string(select) + std::string(kMatches) + std::string(rest);
}

// What reasons of one kind have in common: numbers, times and details come behind it.
std::string_view head_of(std::string_view reason) {
  std::string_view head = reason.substr(0, reason.find_first_of(":0123456789"));
  return head.empty() ? reason : head;
}

}  // namespace

Result<QuarantinePage> list_quarantine(store::Connection& c, const QuarantineFilter& filter,
                                       int64_t before, int64_t limit) {
  QuarantinePage page;
  auto total =
      TRY(c.query_one(sql("SELECT COUNT(*) FROM quarantine"), {filter.source, filter.reason}));
  page.total = total->integer(0);
  for (const store::Row& row :
       TRY(c.query(sql(kSelect, " AND id < $3 ORDER BY id DESC LIMIT $4"),
                   {filter.source, filter.reason, before > 0 ? before : INT64_MAX, limit}))) {
    page.entries.push_back(entry_of(row));
  }
  return page;
}

Result<std::vector<Quarantined>> next_in_quarantine(store::Connection& c,
                                                    const QuarantineFilter& filter, int64_t after,
                                                    int64_t limit) {
  std::vector<Quarantined> entries;
  for (const store::Row& row : TRY(c.query(sql(kSelect, " AND id > $3 ORDER BY id LIMIT $4"),
                                           {filter.source, filter.reason, after, limit}))) {
    entries.push_back(entry_of(row));
  }
  return entries;
}

Result<Quarantined> find_in_quarantine(store::Connection& c, int64_t id) {
  auto row = TRY(c.query_one(std::string(kSelect) + " WHERE id = $1", {id}));
  if (!row) {
    return fail(Code::kNotFound, "there is no such entry in quarantine", "id",
                "it may have been replayed or discarded meanwhile");
  }
  return entry_of(*row);
}

Result<void> remove_from_quarantine(store::Connection& c, const std::vector<int64_t>& ids) {
  for (int64_t id : ids) TRY(c.execute("DELETE FROM quarantine WHERE id = $1", {id}));
  return {};
}

Result<int64_t> remove_from_quarantine(store::Connection& c, const QuarantineFilter& filter) {
  return c.execute(sql("DELETE FROM quarantine"), {filter.source, filter.reason});
}

Result<QuarantineSummary> summarize_quarantine(store::Connection& c, const QuarantineFilter& filter,
                                               const Calendar& calendar) {
  QuarantineSummary summary;
  std::map<std::pair<std::string, std::string>, QuarantineGroup> groups;
  for (const store::Row& row :
       TRY(c.query("SELECT source, reason, MIN(field), COUNT(*), MIN(received_at),"
                   " MAX(received_at) FROM quarantine GROUP BY source, reason"))) {
    std::string head(head_of(row.text(1)));
    auto [found, added] = groups.try_emplace({row.text(0), head});
    QuarantineGroup& group = found->second;
    Instant first = from_millis(row.integer(4));
    Instant last = from_millis(row.integer(5));
    if (added) group = {row.text(0), head, row.text(2), 0, first, last};
    group.count += row.integer(3);
    group.first_at = std::min(group.first_at, first);
    group.last_at = std::max(group.last_at, last);
  }
  for (auto& [key, group] : groups) summary.groups.push_back(std::move(group));
  std::ranges::stable_sort(summary.groups, std::greater{}, &QuarantineGroup::count);

  std::map<Instant, int64_t> days;
  const std::string quarter = "received_at / " + std::to_string(kQuarterHourMs);
  for (const store::Row& row :
       TRY(c.query(sql("SELECT " + quarter + ", COUNT(*) FROM quarantine", " GROUP BY " + quarter),
                   {filter.source, filter.reason}))) {
    days[calendar.start_of(Period::kDay, from_millis(row.integer(0) * kQuarterHourMs))] +=
        row.integer(1);
  }
  summary.days.assign(days.begin(), days.end());
  return summary;
}

}  // namespace perennial::collect
