#include "goals/goals.h"

namespace perennial::goals {
namespace {

constexpr store::Migration kMigrations[] = {
    {"goals", 1, "goals and costs", R"sql(
-- document: GoalDraft of the contract.
CREATE TABLE goals (
  id TEXT PRIMARY KEY,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
-- about: what it is for. day: a date of the workspace's zone, "2026-03-31".
CREATE TABLE costs (
  id TEXT PRIMARY KEY,
  about TEXT NOT NULL,
  day TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  note TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX costs_by_day ON costs (day);
)sql"},
    {"goals", 2, "monthly checks", R"sql(
-- What was said of a goal when a month was over. document: GoalCheck of the contract, without its
-- time.
CREATE TABLE goal_checks (
  goal_id TEXT NOT NULL,
  month TEXT NOT NULL,
  document TEXT NOT NULL,
  checked_at BIGINT NOT NULL,
  PRIMARY KEY (goal_id, month)
);
)sql"},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::goals
