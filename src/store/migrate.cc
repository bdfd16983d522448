// Each step runs in its own transaction together with the row that records it, so a step is either
// there and recorded or neither. Two programs that start at once queue: SQLite by BEGIN IMMEDIATE,
// PostgreSQL by LOCK TABLE, which (unlike an advisory lock taken by a SELECT) does not fix the
// transaction's snapshot, so whoever waited sees what the other one applied.
#include <map>
#include <set>

#include "store/store.h"

namespace perennial::store {
namespace {

using Step = std::pair<std::string, int64_t>;

std::string describe(const Migration& step) {
  return "migration " + std::string(step.module) + " " + std::to_string(step.number) + " (" +
         std::string(step.name) + ")";
}

Result<void> check_numbering(std::span<const Migration> migrations) {
  std::map<std::string_view, int> last;
  for (const auto& step : migrations) {
    if (step.number != ++last[step.module]) {
      return fail(Code::kInternal,
                  describe(step) + " is out of order: the numbers of a module are 1, 2, 3, …");
    }
  }
  return {};
}

Result<void> lock_migrations(Connection& c) {
  if (c.engine() == Engine::kPostgres)
    TRY(c.run_script("LOCK TABLE schema_migrations IN EXCLUSIVE MODE"));
  return {};
}

// Names of the applied steps. Fails with kConflict for a step of one of the program's modules that
// the program does not have, or has under another name.
Result<std::set<Step>> applied_steps(Connection& c, std::span<const Migration> migrations) {
  std::map<Step, std::string_view> known;
  std::set<std::string_view> modules;
  for (const auto& step : migrations) {
    known[{std::string(step.module), step.number}] = step.name;
    modules.insert(step.module);
  }
  std::set<Step> applied;
  const auto rows =
      TRY(c.query("SELECT module, number, name FROM schema_migrations ORDER BY module, number"));
  for (const auto& row : rows) {
    Step step{row.text(0), row.integer(1)};
    if (!modules.contains(step.first)) continue;
    auto found = known.find(step);
    if (found == known.end() || found->second != row.text(2)) {
      return fail(Code::kConflict,
                  "the database holds the migration " + step.first + " " +
                      std::to_string(step.second) + " (" + row.text(2) +
                      "), which this program does not know",
                  "schema_migrations",
                  "it was written by another version of the program: run that one or a newer one");
    }
    applied.insert(std::move(step));
  }
  return applied;
}

Result<void> create_table(Connection& c) {
  // CREATE TABLE IF NOT EXISTS of two PostgreSQL sessions at once can fail, so they queue; the
  // number is any.
  if (c.engine() == Engine::kPostgres) TRY(c.run_script("SELECT pg_advisory_xact_lock(7264913)"));
  return c.run_script(
      "CREATE TABLE IF NOT EXISTS schema_migrations (module TEXT NOT NULL, number BIGINT NOT NULL,"
      " name TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (module, number))");
}

}  // namespace

Result<void> Database::migrate(std::span<const Migration> migrations) {
  TRY(check_numbering(migrations));
  TRY(write(create_table));
  // Checked as a whole first, so that an older program changes nothing in a newer database.
  const auto applied = TRY(read([&](Connection& c) { return applied_steps(c, migrations); }));
  for (const auto& step : migrations) {
    if (applied.contains({std::string(step.module), step.number})) continue;
    auto done = write([&](Connection& c) -> Result<void> {
      TRY(lock_migrations(c));
      const auto now_applied = TRY(applied_steps(c, migrations));
      if (now_applied.contains({std::string(step.module), step.number})) return {};
      TRY(c.run_script(step.sql));
      TRY(
          c.execute("INSERT INTO schema_migrations (module, number, name, applied_at) VALUES ($1, "
                    "$2, $3, $4)",
                    {std::string(step.module), static_cast<int64_t>(step.number),
                     std::string(step.name), to_millis(system_now())}));
      return {};
    });
    if (!done) return fail_with(describe(step), std::move(done).error());
  }
  return {};
}

}  // namespace perennial::store
