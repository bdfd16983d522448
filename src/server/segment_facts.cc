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

// Lights of health, made again only when they were worked out anew.
class HealthColumn {
 public:
  explicit HealthColumn(value::Models& models) : models_(models) {}

  Result<ColumnPtr> get() {
    const auto lights = TRY(models_.health_lights());
    std::lock_guard lock(mutex_);
    if (lights == lights_) return column_;
    FactColumn next;
    next.words.insert(next.words.end(), value::kLightWords.begin(), value::kLightWords.end());
    for (size_t i = 0; i < lights->person.size(); ++i) {
      const auto place = static_cast<size_t>(lights->person[i]);
      if (next.code.size() <= place) next.code.resize(place + 1, 0);
      next.code[place] = static_cast<uint16_t>(1 + lights->light[i]);
    }
    lights_ = lights;
    if (column_ == nullptr || column_->code != next.code)
      column_ = std::make_shared<const FactColumn>(std::move(next));
    return column_;
  }

 private:
  value::Models& models_;
  std::mutex mutex_;
  std::shared_ptr<const value::HealthLights> lights_;
  ColumnPtr column_;
};

// Stages of growth, made again only when they were worked out anew.
class GrowthColumn {
 public:
  explicit GrowthColumn(value::Models& models) : models_(models) {}

  Result<ColumnPtr> get() {
    const auto stages = TRY(models_.growth_stages());
    std::lock_guard lock(mutex_);
    if (stages == stages_) return column_;
    FactColumn next;
    next.words.insert(next.words.end(), value::kGrowthWords.begin(), value::kGrowthWords.end());
    for (size_t i = 0; i < stages->person.size(); ++i) {
      const auto place = static_cast<size_t>(stages->person[i]);
      if (next.code.size() <= place) next.code.resize(place + 1, 0);
      next.code[place] = static_cast<uint16_t>(1 + static_cast<size_t>(stages->growth[i]));
    }
    stages_ = stages;
    if (column_ == nullptr || column_->code != next.code)
      column_ = std::make_shared<const FactColumn>(std::move(next));
    return column_;
  }

 private:
  value::Models& models_;
  std::mutex mutex_;
  std::shared_ptr<const value::GrowthStages> stages_;
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
  const auto health = std::make_shared<HealthColumn>(models);
  const auto growth = std::make_shared<GrowthColumn>(models);
  const auto consent = std::make_shared<ConsentColumn>(database);
  segments.add_facts(
      {.name = "lifecycle_stage", .words = stages, .column = [stage] { return stage->get(); }});
  segments.add_facts(
      {.name = "rfm_cell", .words = cells, .column = [cell] { return cell->get(); }});
  segments.add_facts(
      {.name = "value_tier", .words = tiers, .column = [tier] { return tier->get(); }});
  segments.add_facts({.name = "health_light",
                      .words = {value::kLightWords.begin(), value::kLightWords.end()},
                      .column = [health] { return health->get(); }});
  segments.add_facts({.name = "growth_stage",
                      .words = {value::kGrowthWords.begin(), value::kGrowthWords.end()},
                      .column = [growth] { return growth->get(); }});
  segments.add_facts({.name = "email_consent",
                      .words = {"subscribed", "unsubscribed", "unknown"},
                      .column = [consent] { return consent->get(); }});
  segments.add_family(loyalty::level_facts(database));
  segments.add_family(experiments::hold_out_facts(database));
}

}  // namespace perennial::server
