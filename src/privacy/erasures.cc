#include "privacy/erasures.h"

#include <array>

namespace perennial::privacy {
namespace {

constexpr std::array<std::string_view, 5> kStates = {"waiting", "files", "events", "timeline",
                                                     "done"};
constexpr std::string_view kSelect =
    "SELECT id, person, state, requested_by, requested_ms, finished_ms, work, counts, payload, "
    "signature, error FROM erasures ";

Result<ErasureRow> read_row(const store::Row& row) {
  Json work = TRY(parse_json(row.text(6)));
  Json counts = TRY(parse_json(row.text(7)));
  ErasureRow out{.id = row.text(0),
                 .person = row.integer(1),
                 .requested_by = row.text(3),
                 .requested_at = from_millis(row.integer(4)),
                 .work = std::move(work),
                 .counts = std::move(counts),
                 .payload = row.text(8),
                 .signature = row.text(9),
                 .error = row.text(10)};
  if (const auto finished = row.maybe_integer(5)) out.finished_at = from_millis(*finished);
  for (size_t i = 0; i < kStates.size(); ++i) {
    if (row.text(2) == kStates[i]) out.state = static_cast<State>(i);
  }
  return out;
}

Result<std::vector<ErasureRow>> read_rows(const std::vector<store::Row>& rows) {
  std::vector<ErasureRow> out;
  for (const store::Row& row : rows) out.push_back(TRY(read_row(row)));
  return out;
}

store::Value maybe_millis(const std::optional<Instant>& at) {
  return at ? store::Value(to_millis(*at)) : store::Value();
}

}  // namespace

std::string_view state_name(State state) { return kStates[static_cast<size_t>(state)]; }

Json to_json(const ErasureRow& row) {
  return {{"id", row.id},
          {"person_id", row.person},
          {"state", state_name(row.state)},
          {"requested_by", row.requested_by},
          {"requested_at", format_instant(row.requested_at)},
          {"finished_at", row.finished_at ? Json(format_instant(*row.finished_at)) : Json()},
          {"counts", row.counts},
          {"error", row.error}};
}

Result<void> insert_erasure(store::Connection& c, const ErasureRow& row) {
  if (TRY(c.query_one("SELECT 1 FROM erasures WHERE person = $1", {row.person}))) {
    return fail(Code::kConflict, "this customer's erasure was asked for already", "person_id");
  }
  TRY(
      c.execute("INSERT INTO erasures (id, person, state, requested_by, requested_ms, finished_ms, "
                "work, counts, payload, signature, error) VALUES ($1, $2, $3, $4, $5, NULL, $6, "
                "'{}', '', '', '')",
                {row.id, row.person, std::string(state_name(row.state)), row.requested_by,
                 to_millis(row.requested_at), to_text(row.work)}));
  return {};
}

Result<void> save_erasure(store::Connection& c, const ErasureRow& row) {
  TRY(c.execute(
      "UPDATE erasures SET state = $2, finished_ms = CAST($3 AS BIGINT), work = $4, "
      "counts = $5, payload = $6, signature = $7, error = $8, person = $9 WHERE id = $1",
      {row.id, std::string(state_name(row.state)), maybe_millis(row.finished_at), to_text(row.work),
       to_text(row.counts), row.payload, row.signature, row.error, row.person}));
  return {};
}

Result<ErasureRow> find_erasure(store::Connection& c, std::string_view id) {
  const auto row = TRY(c.query_one(std::string(kSelect) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such erasure", "id");
  return read_row(*row);
}

Result<std::optional<ErasureRow>> find_erasure_of(store::Connection& c, people::PersonId person) {
  const auto row = TRY(c.query_one(std::string(kSelect) + "WHERE person = $1", {person}));
  if (!row) return std::nullopt;
  ErasureRow found = TRY(read_row(*row));
  return found;
}

Result<std::vector<ErasureRow>> list_erasures(store::Connection& c, size_t limit) {
  return read_rows(
      TRY(c.query(std::string(kSelect) + "ORDER BY requested_ms DESC, id DESC LIMIT $1",
                  {static_cast<int64_t>(limit)})));
}

Result<std::vector<ErasureRow>> open_erasures(store::Connection& c) {
  return read_rows(
      TRY(c.query(std::string(kSelect) + "WHERE state <> 'done' ORDER BY requested_ms, id")));
}

}  // namespace perennial::privacy
