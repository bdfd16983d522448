#include "actions/actions.h"

namespace perennial::actions {
namespace {

constexpr store::Migration kMigrations[] = {
    {"actions", 1, "actions", R"sql(
-- request: what was asked, without the people and what was written of them. people: the numbers of
-- those to whom it is done, and then of those of whom the log is to be told; '' once it was.
-- answer: '' while it is under way.
CREATE TABLE people_actions (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL,
  done_by TEXT NOT NULL,
  people TEXT NOT NULL,
  answer TEXT NOT NULL,
  taken_ms BIGINT NOT NULL
);
CREATE INDEX people_actions_untold ON people_actions (id) WHERE people <> '';
)sql"},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::actions
