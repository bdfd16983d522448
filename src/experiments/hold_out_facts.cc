// Who is held out, for conditions of segments. A hold-out has few changes and never all people: its
// members are read as a whole when some came or people moved on.
#include <map>
#include <mutex>

#include "experiments/experiments.h"
#include "experiments/hold_outs.h"

namespace perennial::experiments {
namespace {

using segments::FactColumn;
using segments::FactProvider;
using ColumnPtr = std::shared_ptr<const FactColumn>;

constexpr std::string_view kFamily = "hold_out";
constexpr std::string_view kHeldOut = "held_out";

class HoldOutColumn {
 public:
  HoldOutColumn(store::Database& database, std::string id)
      : database_(database), id_(std::move(id)) {}

  Result<ColumnPtr> get() {
    std::lock_guard lock(mutex_);
    TRY(database_.read([&](store::Connection& c) -> Result<void> {
      const auto reached = TRY(people::reached(c));
      const auto row =
          TRY(c.query_one("SELECT count(*), COALESCE(max(joined_at), 0) FROM hold_out_members "
                          "WHERE hold_out_id = $1",
                          {id_}));
      const Mark mark{row->integer(0), row->integer(1), reached.last_move, reached.erasures};
      if (column_ != nullptr && mark == mark_) return {};
      FactColumn next;
      next.words.emplace_back(kHeldOut);
      for (const people::PersonId person : TRY(current_members(c, id_))) {
        const auto place = static_cast<size_t>(person);
        if (next.code.size() <= place) next.code.resize(place + 1, 0);
        next.code[place] = 1;
      }
      mark_ = mark;
      // The same people in the same places: nobody needs to look at it again.
      if (column_ == nullptr || column_->code != next.code)
        column_ = std::make_shared<const FactColumn>(std::move(next));
      return {};
    }));
    return column_;
  }

 private:
  struct Mark {
    int64_t members = 0, joined_at = 0, move = 0, erasures = 0;
    bool operator==(const Mark&) const = default;
  };
  store::Database& database_;
  const std::string id_;
  std::mutex mutex_;
  Mark mark_;
  ColumnPtr column_;
};

// The columns that were asked for, by hold-out.
class HoldOutColumns {
 public:
  explicit HoldOutColumns(store::Database& database) : database_(database) {}

  Result<std::vector<FactProvider>> all() {
    const auto hold_outs =
        TRY(database_.read([](store::Connection& c) { return list_hold_outs_uncounted(c); }));
    std::vector<FactProvider> out;
    for (const HoldOut& hold_out : hold_outs) {
      FactProvider one;
      one.name = std::string(kFamily) + ":" + hold_out.id;
      one.title = hold_out.name;
      one.words = {std::string(kHeldOut)};
      one.column = [column = column_of(hold_out.id)] { return column->get(); };
      out.push_back(std::move(one));
    }
    return out;
  }

 private:
  std::shared_ptr<HoldOutColumn> column_of(const std::string& id) {
    std::lock_guard lock(mutex_);
    auto& column = columns_[id];
    if (column == nullptr) column = std::make_shared<HoldOutColumn>(database_, id);
    return column;
  }

  store::Database& database_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<HoldOutColumn>> columns_;
};

}  // namespace

segments::FactFamily hold_out_facts(store::Database& database) {
  const auto columns = std::make_shared<HoldOutColumns>(database);
  return {.family = std::string(kFamily), .all = [columns] { return columns->all(); }};
}

}  // namespace perennial::experiments
