#include "value/value_json.h"

#include <algorithm>

#include "value/movement.h"

namespace perennial::value {
namespace {

struct Cell {
  int64_t people = 0, revenue_minor = 0, orders = 0;
  std::vector<int64_t> last_order_ms;
};

size_t cell_index(Rfm rfm) {
  return static_cast<size_t>(std::ranges::find(kCells, cell_of(rfm)) - kCells.begin());
}

double median_days(std::vector<int64_t> last_order_ms, Instant as_of) {
  std::ranges::sort(last_order_ms);
  size_t n = last_order_ms.size();
  double middle = (static_cast<double>(last_order_ms[(n - 1) / 2]) +
                   static_cast<double>(last_order_ms[n / 2])) /
                  2;
  return (static_cast<double>(to_millis(as_of)) - middle) / static_cast<double>(kDayMs);
}

Json cell_rows(const std::array<Cell, 10>& cells, int64_t customers, Instant as_of) {
  Json rows = Json::array();
  for (size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    Json row = {
        {"cell", kCells[i]},
        {"people", cell.people},
        {"revenue_minor", cell.revenue_minor},
        {"orders", cell.orders},
        {"share",
         customers == 0 ? 0.0 : static_cast<double>(cell.people) / static_cast<double>(customers)},
        {"set", "cell:" + std::string(kCells[i])}};
    if (cell.people > 0) row["median_recency_days"] = median_days(cell.last_order_ms, as_of);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json grid_rows(const std::array<int64_t, 125>& grid) {
  Json rows = Json::array();
  for (size_t i = grid.size(); i-- > 0;) {
    if (grid[i] == 0) continue;
    Rfm rfm{.recency = static_cast<uint8_t>(i / 25 + 1),
            .frequency = static_cast<uint8_t>(i / 5 % 5 + 1),
            .monetary = static_cast<uint8_t>(i % 5 + 1)};
    rows.push_back(
        {{"recency", rfm.recency},
         {"frequency", rfm.frequency},
         {"monetary", rfm.monetary},
         {"people", grid[i]},
         {"cell", cell_of(rfm)},
         {"set", "rfm:" + std::to_string(rfm.recency) + "-" + std::to_string(rfm.frequency) + "-" +
                     std::to_string(rfm.monetary)}});
  }
  return rows;
}

}  // namespace

Json stage_rows(const Snapshot& s) {
  std::array<int64_t, kStages> people{}, revenue{};
  for (size_t i = 0; i < s.person.size(); ++i) {
    auto stage = static_cast<size_t>(s.stage[i]);
    ++people[stage];
    revenue[stage] += s.revenue_minor[i];
  }
  Json rows = Json::array();
  for (size_t i = 0; i < kStages; ++i) {
    std::string name(stage_name(static_cast<Stage>(i)));
    rows.push_back({{"stage", name},
                    {"people", people[i]},
                    {"revenue_minor", revenue[i]},
                    {"set", "stage:" + name}});
  }
  return rows;
}

Json counts_json(const StageCounts& counts) {
  Json json = Json::object();
  for (size_t i = static_cast<size_t>(Stage::kNew); i < kStages; ++i)
    json[std::string(stage_name(static_cast<Stage>(i)))] = counts[i];
  return json;
}

Json rfm_json(const Snapshot& s, std::string_view currency) {
  std::array<Cell, 10> cells;
  std::array<int64_t, 125> grid{};
  int64_t customers = 0;
  for (size_t i = 0; i < s.person.size(); ++i) {
    if (s.orders[i] == 0) continue;
    ++customers;
    Rfm rfm = s.rfm[i];
    ++grid[static_cast<size_t>((rfm.recency - 1) * 25 + (rfm.frequency - 1) * 5 + rfm.monetary -
                               1)];
    Cell& cell = cells[cell_index(rfm)];
    ++cell.people;
    cell.revenue_minor += s.revenue_minor[i];
    cell.orders += s.orders[i];
    cell.last_order_ms.push_back(s.last_order_ms[i]);
  }
  return {{"as_of", format_instant(s.as_of)},
          {"currency", currency},
          {"customers", customers},
          {"cells", cell_rows(cells, customers, s.as_of)},
          {"grid", grid_rows(grid)},
          {"tiers", tier_rows(s)},
          {"breaks",
           {{"recency_days", s.breaks[0]},
            {"frequency", s.breaks[1]},
            {"monetary_minor", s.breaks[2]}}}};
}

}  // namespace perennial::value
