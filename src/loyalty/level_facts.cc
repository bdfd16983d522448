#include "loyalty/level_facts.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "loyalty/assess.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

using segments::FactColumn;
using segments::FactProvider;
using ColumnPtr = std::shared_ptr<const FactColumn>;

constexpr size_t kMovesAtOnce = 10'000;

// The levels of one programme as a column.
class LevelColumn {
 public:
  LevelColumn(store::Database& database, std::string programme)
      : database_(database), programme_(std::move(programme)) {}

  Result<ColumnPtr> get() {
    std::lock_guard lock(mutex_);
    TRY(database_.read([&](store::Connection& c) { return refresh(c); }));
    return column_;
  }

 private:
  // How far the column has come.
  struct Mark {
    int64_t change = 0, move = 0, erasures = 0;
    bool operator==(const Mark&) const = default;
  };

  Result<void> refresh(store::Connection& c) {
    const auto reached = TRY(people::reached(c));
    const auto last = TRY(c.query_one("SELECT level_change FROM loyalty_numbers WHERE id = 1"));
    const Mark mark{last->integer(0), reached.last_move, reached.erasures};
    if (column_ != nullptr && mark == mark_) return {};
    FactColumn next;
    if (column_ == nullptr || mark.erasures != mark_.erasures) {
      TRY(add(c, "SELECT person, level FROM loyalty_members WHERE programme = $1", {programme_},
              next));
    } else {
      next = *column_;
      TRY(add_moved(c, next));
      TRY(add(c, "SELECT person, level FROM loyalty_members WHERE programme = $1 AND changed > $2",
              {programme_, mark_.change}, next));
    }
    mark_ = mark;
    // The same people in the same places: nobody needs to look at it again.
    if (column_ == nullptr || column_->code != next.code || column_->words != next.words)
      column_ = std::make_shared<const FactColumn>(std::move(next));
    return {};
  }

  // Whoever came together or fell apart since: who is gone has no level any more.
  Result<void> add_moved(store::Connection& c, FactColumn& next) {
    std::set<PersonId> moved;
    for (int64_t after = mark_.move;;) {
      const auto moves = TRY(people::moves_after(c, after, kMovesAtOnce));
      for (const people::Move& move : moves) {
        after = move.id;
        for (const PersonId person : {move.from, move.into}) {
          if (person == 0) continue;
          put(next, person, "");
          moved.insert(person);
        }
      }
      if (moves.size() < kMovesAtOnce) break;
    }
    const store::Value fixed = programme_;
    const std::vector<store::Value> keys(moved.begin(), moved.end());
    return each_in(
        c, "SELECT person, level FROM loyalty_members WHERE programme = $1 AND person IN {}",
        std::span(&fixed, 1), keys, [&](const store::Row& row) -> Result<void> {
          put(next, row.integer(0), row.text(1));
          return {};
        });
  }

  static Result<void> add(store::Connection& c, std::string_view sql,
                          const std::vector<store::Value>& of, FactColumn& next) {
    return c.each(sql, of, [&](const store::Row& row) -> Result<void> {
      put(next, row.integer(0), row.text(1));
      return {};
    });
  }

  static void put(FactColumn& next, PersonId person, const std::string& level) {
    auto word = std::ranges::find(next.words, level);
    if (word == next.words.end()) word = next.words.insert(word, level);
    const auto place = static_cast<size_t>(person);
    if (next.code.size() <= place) next.code.resize(place + 1, 0);
    next.code[place] = static_cast<uint16_t>(word - next.words.begin());
  }

  store::Database& database_;
  const std::string programme_;
  std::mutex mutex_;
  Mark mark_;
  ColumnPtr column_;
};

// The columns that were asked for, by programme.
class LevelColumns {
 public:
  explicit LevelColumns(store::Database& database) : database_(database) {}

  Result<std::vector<FactProvider>> all() {
    std::vector<FactProvider> out;
    TRY(database_.read([&](store::Connection& c) -> Result<void> {
      for (const Programme& programme : TRY(list_programmes(c))) {
        FactProvider one;
        one.name = std::string(kLevelFact) + ":" + programme.id;
        one.title = programme.name;
        for (const Level& level : TRY(find_levels(c, programme)).levels) {
          one.words.push_back(level.code);
          one.labels[level.code] = level.name;
        }
        if (one.words.empty()) continue;
        one.column = [column = column_of(programme.id)] { return column->get(); };
        out.push_back(std::move(one));
      }
      return {};
    }));
    return out;
  }

 private:
  std::shared_ptr<LevelColumn> column_of(const std::string& programme) {
    std::lock_guard lock(mutex_);
    auto& column = columns_[programme];
    if (column == nullptr) column = std::make_shared<LevelColumn>(database_, programme);
    return column;
  }

  store::Database& database_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<LevelColumn>> columns_;
};

}  // namespace

segments::FactFamily level_facts(store::Database& database) {
  const auto columns = std::make_shared<LevelColumns>(database);
  return {.family = std::string(kLevelFact), .all = [columns] { return columns->all(); }};
}

}  // namespace perennial::loyalty
