#include "server/segment_facts.h"

#include <functional>
#include <memory>
#include <mutex>

#include "experiments/experiments.h"
#include "loyalty/level_facts.h"

namespace perennial::server {
namespace {

using segments::FactColumn;
using ColumnPtr = std::shared_ptr<const FactColumn>;

// A column made of everyone's value, and made again only when that is another snapshot.
class ValueColumn {
 public:
  using Word = std::function<std::string_view(const value::Snapshot&, size_t row)>;
  ValueColumn(value::Value& value, std::vector<std::string> words, Word word)
      : value_(value), words_(std::move(words)), word_(std::move(word)) {}

  Result<ColumnPtr> get() {
    auto snapshot = TRY(value_.settled_snapshot());
    std::lock_guard lock(mutex_);
    if (snapshot == snapshot_) return column_;
    FactColumn next;
    next.words.insert(next.words.end(), words_.begin(), words_.end());
    for (size_t row = 0; row < snapshot->person.size(); ++row) {
      const auto place = static_cast<size_t>(snapshot->person[row]);
      if (next.code.size() <= place) next.code.resize(place + 1, 0);
      const auto found = std::ranges::find(next.words, word_(*snapshot, row));
      if (found != next.words.end())
        next.code[place] = static_cast<uint16_t>(found - next.words.begin());
    }
    snapshot_ = std::move(snapshot);
    // The same people in the same places: nobody needs to look at it again.
    if (column_ == nullptr || column_->code != next.code)
      column_ = std::make_shared<const FactColumn>(std::move(next));
    return column_;
  }

 private:
  value::Value& value_;
  const std::vector<std::string> words_;
  const Word word_;
  std::mutex mutex_;
  std::shared_ptr<const value::Snapshot> snapshot_;
  ColumnPtr column_;
};

// What was worked out of everybody, made again only when it was worked out anew. `All` has a person
// in each row.
template <class All>
class ModelColumn {
 public:
  using Read = std::function<Result<std::shared_ptr<const All>>()>;
  using Word = std::function<size_t(const All&, size_t row)>;  // its place among the words
  ModelColumn(std::vector<std::string> words, Read read, Word word)
      : words_(std::move(words)), read_(std::move(read)), word_(std::move(word)) {}

  Result<ColumnPtr> get() {
    const auto all = TRY(read_());
    std::lock_guard lock(mutex_);
    if (all == all_) return column_;
    FactColumn next;
    next.words.insert(next.words.end(), words_.begin(), words_.end());
    for (size_t row = 0; row < all->person.size(); ++row) {
      const auto place = static_cast<size_t>(all->person[row]);
      if (next.code.size() <= place) next.code.resize(place + 1, 0);
      next.code[place] = static_cast<uint16_t>(1 + word_(*all, row));
    }
    all_ = all;
    if (column_ == nullptr || column_->code != next.code)
      column_ = std::make_shared<const FactColumn>(std::move(next));
    return column_;
  }

 private:
  const std::vector<std::string> words_;
  const Read read_;
  const Word word_;
  std::mutex mutex_;
  std::shared_ptr<const All> all_;
  ColumnPtr column_;
};

// Consent to e-mail, read again when people have moved on.
class ConsentColumn {
 public:
  explicit ConsentColumn(store::Database& database) : database_(database) {}

  Result<ColumnPtr> get() {
    std::lock_guard lock(mutex_);
    TRY(database_.read([&](store::Connection& c) -> Result<void> {
      const auto reached = TRY(people::reached(c));
      if (column_ != nullptr && reached.applied_seq == seq_ && reached.last_move == move_)
        return {};
      FactColumn next;
      next.words = {"", "subscribed", "unsubscribed", "unknown"};
      TRY(c.each("SELECT id, email_consent FROM people", {},
                 [&](const store::Row& row) -> Result<void> {
                   const auto place = static_cast<size_t>(row.integer(0));
                   if (next.code.size() <= place) next.code.resize(place + 1, 0);
                   const int64_t consent = row.integer(1);
                   next.code[place] = static_cast<uint16_t>(consent == 0 ? 3 : consent);
                   return {};
                 }));
      seq_ = reached.applied_seq;
      move_ = reached.last_move;
      if (column_ == nullptr || column_->code != next.code)
        column_ = std::make_shared<const FactColumn>(std::move(next));
      return {};
    }));
    return column_;
  }

 private:
  store::Database& database_;
  std::mutex mutex_;
  uint64_t seq_ = 0;
  int64_t move_ = 0;
  ColumnPtr column_;
};

}  // namespace

void add_segment_facts(segments::Segments& segments, value::Value& value, value::Models& models,
                       store::Database& database) {
  std::vector<std::string> stages, cells;
  for (size_t i = 0; i < value::kStages; ++i)
    stages.emplace_back(value::stage_name(static_cast<value::Stage>(i)));
  for (std::string_view cell : value::kCells) cells.emplace_back(cell);
  const auto stage = std::make_shared<ValueColumn>(
      value, stages,
      [](const value::Snapshot& all, size_t row) { return value::stage_name(all.stage[row]); });
  const auto cell =
      std::make_shared<ValueColumn>(value, cells, [](const value::Snapshot& all, size_t row) {
        return all.rfm[row].recency == 0 ? std::string_view() : value::cell_of(all.rfm[row]);
      });
  const std::vector<std::string> tiers = {"high", "middle", "low"};
  const auto tier =
      std::make_shared<ValueColumn>(value, tiers, [](const value::Snapshot& all, size_t row) {
        return all.orders[row] == 0 ? std::string_view()
                                    : value::tier_name(value::tier_of(all.rfm[row]));
      });
  const std::vector<std::string> lights(value::kLightWords.begin(), value::kLightWords.end());
  const auto health = std::make_shared<ModelColumn<value::HealthLights>>(
      lights, [&models] { return models.health_lights(); },
      [](const value::HealthLights& all, size_t row) -> size_t { return all.light[row]; });
  const std::vector<std::string> grown(value::kGrowthWords.begin(), value::kGrowthWords.end());
  const auto growth = std::make_shared<ModelColumn<value::GrowthStages>>(
      grown, [&models] { return models.growth_stages(); },
      [](const value::GrowthStages& all, size_t row) {
        return static_cast<size_t>(all.growth[row]);
      });
  const auto consent = std::make_shared<ConsentColumn>(database);
  segments.add_facts(
      {.name = "lifecycle_stage", .words = stages, .column = [stage] { return stage->get(); }});
  segments.add_facts(
      {.name = "rfm_cell", .words = cells, .column = [cell] { return cell->get(); }});
  segments.add_facts(
      {.name = "value_tier", .words = tiers, .column = [tier] { return tier->get(); }});
  segments.add_facts(
      {.name = "health_light", .words = lights, .column = [health] { return health->get(); }});
  segments.add_facts(
      {.name = "growth_stage", .words = grown, .column = [growth] { return growth->get(); }});
  segments.add_facts({.name = "email_consent",
                      .words = {"subscribed", "unsubscribed", "unknown"},
                      .column = [consent] { return consent->get(); }});
  segments.add_family(loyalty::level_facts(database));
  segments.add_family(experiments::hold_out_facts(database));
}

}  // namespace perennial::server
