#include "events/chdb_schema.h"

#include <algorithm>
#include <charconv>

namespace perennial::events {
namespace {

constexpr int kSweepRows = 16'384;  // handed over at once: a few MB

constexpr std::string_view kVersionMark = "perennial events, version ";

// The projection answers whether an id is stored. Partitions are ranges of arrival numbers: a
// reader that catches up touches one or two of them, and merges stay bounded. Partitions by time
// would make a part for every month of an imported history, and for every odd date.
constexpr std::string_view kCreateTable = R"sql(
CREATE TABLE IF NOT EXISTS events (
  seq UInt64 CODEC(Delta, LZ4),
  id UInt128 CODEC(NONE),
  source LowCardinality(String),
  message_id String,
  type Enum8('track' = 1, 'identify' = 2, 'page' = 3, 'screen' = 4, 'group' = 5, 'alias' = 6),
  name LowCardinality(String),
  identity String,
  user_id String,
  anonymous_id String,
  timestamp DateTime64(3, 'UTC') CODEC(Delta, LZ4),
  received_at DateTime64(3, 'UTC') CODEC(Delta, LZ4),
  properties String CODEC(ZSTD(1)),
  context String CODEC(ZSTD(1)),
  PROJECTION ids (SELECT id ORDER BY id)
) ENGINE = MergeTree
PARTITION BY intDiv(seq, 16777216)
ORDER BY (identity, timestamp, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10)sql";

// Ids of events that were erased: a repeat of one of them is a duplicate, though its event is gone.
constexpr std::string_view kCreateErased =
    "CREATE TABLE IF NOT EXISTS erased_ids (id UInt128 CODEC(NONE)) ENGINE = MergeTree ORDER BY id "
    "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";

// How far numbers had been given when events were erased: the newest may be gone, and their numbers
// are still not given again.
constexpr std::string_view kCreateGiven =
    "CREATE TABLE IF NOT EXISTS given_numbers (seq UInt64) ENGINE = MergeTree ORDER BY seq "
    "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";

template <class List, class Text>
std::string one_of(std::string_view column, const List& list, Text text) {
  std::string out;
  for (const auto& item : list) {
    out += out.empty() ? "" : ",";
    out += sql_literal(text(item));
  }
  return std::string(column) + " IN (" + out + ")";
}

std::string time_literal(Instant time) {
  // A span may reach beyond what the column can hold.
  const int64_t ms = std::clamp(to_millis(time), kEarliestMillis, kLatestMillis + 1);
  return "fromUnixTimestamp64Milli(toInt64(" + std::to_string(ms) + "), 'UTC')";
}

}  // namespace

Result<void> prepare_table(ChdbConnection& connection) {
  TRY(connection.query(std::string(kCreateTable) + " COMMENT '" + std::string(kVersionMark) +
                           std::to_string(kSchemaVersion) + "'",
                       "TSV"));
  TRY(connection.query(kCreateErased, "TSV"));
  TRY(connection.query(kCreateGiven, "TSV"));
  auto answer = TRY(connection.query(
      "SELECT comment FROM system.tables WHERE database = currentDatabase() AND name = 'events'",
      "TSVRaw"));
  std::string_view comment = trim(answer.bytes());
  int version = 0;
  if (comment.starts_with(kVersionMark)) {
    comment.remove_prefix(kVersionMark.size());
    std::from_chars(comment.data(), comment.data() + comment.size(), version);
  }
  if (version == kSchemaVersion) return {};
  return fail(Code::kConflict,
              "the event table has version " + std::to_string(version) +
                  ", and this program knows version " + std::to_string(kSchemaVersion),
              "events", "run the version of the program that wrote it, or a newer one");
}

std::string sql_literal(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    if (c == '\0') {
      out += "\\0";
    } else {
      out += c;
    }
  }
  return out + "'";
}

namespace {

// " WHERE …", or nothing.
std::string conditions(const std::vector<std::string>& identities, const std::vector<Type>& types,
                       const std::vector<std::string>& names, const std::optional<Span>& span,
                       uint64_t after_seq, uint64_t up_to_seq) {
  std::string where;
  const auto add = [&](const std::string& condition) {
    where += (where.empty() ? " WHERE " : " AND ") + condition;
  };
  const auto same = [](const std::string& text) -> std::string_view { return text; };
  if (!identities.empty()) add(one_of("identity", identities, same));
  if (!types.empty()) add(one_of("type", types, type_name));
  if (!names.empty()) add(one_of("name", names, same));
  if (span) {
    add("timestamp >= " + time_literal(span->from));
    add("timestamp < " + time_literal(span->to));
  }
  if (after_seq != 0) add("seq > " + std::to_string(after_seq));
  if (up_to_seq != UINT64_MAX) add("seq <= " + std::to_string(up_to_seq));
  return where;
}

}  // namespace

std::string scan_statement(std::string_view columns, const Scan& what) {
  std::string out = "SELECT " + std::string(columns) + " FROM events" +
                    conditions(what.identities, what.types, what.names, what.span, 0, UINT64_MAX);
  out += what.newest_first ? " ORDER BY timestamp DESC, seq DESC" : " ORDER BY timestamp, seq";
  if (what.limit > 0) out += " LIMIT " + std::to_string(what.limit);
  return out;
}

std::string sweep_statement(const Sweep& what) {
  std::string where = conditions(what.identities, what.types, what.names, what.span, what.after_seq,
                                 what.up_to_seq);
  const auto add = [&](const std::string& condition) {
    where += (where.empty() ? " WHERE " : " AND ") + condition;
  };
  const auto same = [](const std::string& text) -> std::string_view { return text; };
  if (!what.of_anonymous.empty()) add(one_of("anonymous_id", what.of_anonymous, same));
  if (!what.from_identity.empty()) add("identity >= " + sql_literal(what.from_identity));
  if (!what.below_identity.empty()) add("identity < " + sql_literal(what.below_identity));
  return std::string("SELECT seq, identity, type, name, timestamp") +
         (what.anonymous_ids ? ", anonymous_id" : "") + (what.properties ? ", properties" : "") +
         " FROM events" + where + " SETTINGS max_block_size = " + std::to_string(kSweepRows);
}

std::string erase_condition(const Erase& what) {
  std::optional<Span> span;
  if (what.before) span = Span{from_millis(kEarliestMillis), *what.before};
  std::string where = conditions(what.identities, what.types, what.names, span, 0, what.up_to_seq);
  const auto add = [&](std::string_view column, const std::vector<std::string>& list) {
    const auto same = [](const std::string& text) -> std::string_view { return text; };
    if (!list.empty()) where += (where.empty() ? " WHERE " : " AND ") + one_of(column, list, same);
  };
  add("anonymous_id", what.of_anonymous);
  add("source", what.sources);
  add("message_id", what.message_ids);
  constexpr std::string_view kWhere = " WHERE ";
  return where.empty() ? where : where.substr(kWhere.size());
}

}  // namespace perennial::events
