// Which column gives which field: first by title, then, for what is missing, by the data. A title
// that means two fields goes to the field for which it is the likelier word.

#include <algorithm>
#include <limits>
#include <tuple>

#include "collect/dates.h"
#include "collect/fields.h"
#include "collect/plan.h"

namespace perennial::collect {
namespace {

using Columns = std::vector<std::pair<std::string, std::string>>;

// What the cells of a column look like.
struct Shape {
  bool date = false;
  bool number = false;    // decimal numbers
  bool fraction = false;  // most of them with a point
};

std::vector<std::string_view> cells_of(std::span<const std::vector<std::string>> rows,
                                       size_t column) {
  std::vector<std::string_view> cells;
  for (const auto& row : rows) {
    if (column < row.size() && !trim(row[column]).empty()) cells.push_back(trim(row[column]));
  }
  return cells;
}

Shape shape_of(std::span<const std::vector<std::string>> rows, size_t column) {
  auto cells = cells_of(rows, column);
  Shape shape;
  if (cells.empty()) return shape;
  auto guess = guess_date_format(cells);
  shape.date = !guess.format.empty() || guess.ambiguous;
  size_t numbers = 0;
  size_t points = 0;
  for (std::string_view cell : cells) {
    if (!parse_decimal(cell)) continue;
    ++numbers;
    if (cell.find('.') != std::string_view::npos) ++points;
  }
  shape.number = numbers * 10 >= cells.size() * 9;
  shape.fraction = shape.number && points * 2 > numbers;
  return shape;
}

class Proposal {
 public:
  Proposal(Kind kind, std::span<const std::string> titles,
           std::span<const std::vector<std::string>> rows)
      : kind_(kind), titles_(titles), taken_(titles.size(), false) {
    for (size_t i = 0; i < titles.size(); ++i) shapes_.push_back(shape_of(rows, i));
  }

  void by_title() {
    // (rank of the title among the field's words, field, column), best first.
    std::vector<std::tuple<size_t, size_t, size_t>> matches;
    auto rules = fields_of(kind_);
    for (size_t field = 0; field < rules.size(); ++field) {
      for (size_t column = 0; column < titles_.size(); ++column) {
        auto words = rules[field].titles;
        auto word = std::find(words.begin(), words.end(), plain_title(titles_[column]));
        if (word == words.end()) continue;
        matches.emplace_back(static_cast<size_t>(word - words.begin()), field, column);
      }
    }
    std::sort(matches.begin(), matches.end());
    for (auto [rank, field, column] : matches) {
      if (!taken_[column] && !has(rules[field].name)) take(rules[field].name, column);
    }
  }

  void by_data(bool header) {
    std::string_view time_name = time_field(kind_);
    if (!time_name.empty() && !has(time_name)) {
      take_first(time_name, [&](size_t i) { return shapes_[i].date; });
    }
    if (kind_ != Kind::kOrders) return;
    if (!has("amount") && !has("price")) {
      take_first("amount", [&](size_t i) { return shapes_[i].fraction; });
    }
    if (header) return;
    size_t time = column_of("at");
    take_first("customer_id", [&](size_t i) { return i < time && !shapes_[i].fraction; });
    take_first("quantity",
               [&](size_t i) { return i > time && shapes_[i].number && !shapes_[i].fraction; });
  }

  Columns columns() && {
    // In the order of the fields, as people read them.
    Columns ordered;
    for (const FieldRule& rule : fields_of(kind_)) {
      for (auto& column : columns_) {
        if (column.first == rule.name) ordered.push_back(std::move(column));
      }
    }
    // Other columns become traits and properties, except of orders.
    for (size_t i = 0; i < titles_.size() && kind_ != Kind::kOrders; ++i) {
      if (!taken_[i] && find_field_rule(kind_, titles_[i]) == nullptr && !titles_[i].empty()) {
        ordered.emplace_back(titles_[i], titles_[i]);
      }
    }
    return ordered;
  }

 private:
  bool has(std::string_view field) const {
    return std::any_of(columns_.begin(), columns_.end(),
                       [&](const auto& column) { return column.first == field; });
  }
  size_t column_of(std::string_view field) const {
    for (const auto& [name, title] : columns_) {
      if (name != field) continue;
      return static_cast<size_t>(std::find(titles_.begin(), titles_.end(), title) -
                                 titles_.begin());
    }
    return std::numeric_limits<size_t>::max();
  }
  void take(std::string_view field, size_t column) {
    taken_[column] = true;
    columns_.emplace_back(field, titles_[column]);
  }
  template <class Fits>
  void take_first(std::string_view field, Fits fits) {
    if (has(field)) return;
    for (size_t i = 0; i < titles_.size(); ++i) {
      if (taken_[i] || !fits(i)) continue;
      take(field, i);
      return;
    }
  }

  Kind kind_;
  std::span<const std::string> titles_;
  std::vector<bool> taken_;
  std::vector<Shape> shapes_;
  Columns columns_;
};

}  // namespace

Columns propose_columns(Kind kind, std::span<const std::string> titles, bool header,
                        std::span<const std::vector<std::string>> rows) {
  Proposal proposal(kind, titles, rows);
  if (header) proposal.by_title();
  proposal.by_data(header);
  return std::move(proposal).columns();
}

}  // namespace perennial::collect
