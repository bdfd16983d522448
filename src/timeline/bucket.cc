#include "timeline/bucket.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace perennial::timeline {
namespace {

template <class T, class To>
void widen(const T* from, size_t count, T none, double scale, To* out) {
  for (size_t i = 0; i < count; ++i) {
    out[i] = from[i] == none ? std::numeric_limits<double>::quiet_NaN()
                             : static_cast<double>(from[i]) / scale;
  }
}

}  // namespace

const NameEntry* BucketView::find_name(uint32_t name) const {
  const auto all = names();
  const auto found = std::ranges::lower_bound(all, name, {}, &NameEntry::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

const ColumnEntry* BucketView::find_column(const NameEntry& entry, uint32_t property,
                                           bool text) const {
  for (const ColumnEntry& column : columns(entry)) {
    if (column.property == property && is_text(column.kind) == text) return &column;
  }
  return nullptr;
}

void BucketView::offsets(const NameEntry& entry, uint32_t* out) const {
  switch (entry.who) {
    case WhoKind::kDense16:
      std::copy_n(at<uint16_t>(entry.who_at), kBucketPeople + 1, out);
      return;
    case WhoKind::kDense32:
      std::copy_n(at<uint32_t>(entry.who_at), kBucketPeople + 1, out);
      return;
    case WhoKind::kSparse:
      const uint16_t* who = at<uint16_t>(entry.who_at);
      uint32_t person = 0;
      for (uint32_t hit = 0; hit < entry.hits; ++hit) {
        while (person <= who[hit]) out[person++] = hit;
      }
      while (person <= kBucketPeople) out[person++] = entry.hits;
  }
}

void BucketView::read_numbers(const ColumnEntry& column, uint32_t from, uint32_t to,
                              double* out) const {
  const size_t count = to - from;
  constexpr auto kNone16 = std::numeric_limits<int16_t>::min();
  constexpr auto kNone32 = std::numeric_limits<int32_t>::min();
  switch (column.kind) {
    case ColumnKind::kInt16:
      return widen(at<int16_t>(column.values_at) + from, count, kNone16, 1, out);
    case ColumnKind::kInt32:
      return widen(at<int32_t>(column.values_at) + from, count, kNone32, 1, out);
    case ColumnKind::kCents32:
      return widen(at<int32_t>(column.values_at) + from, count, kNone32, 100, out);
    case ColumnKind::kDouble:
      std::copy_n(at<double>(column.values_at) + from, count, out);
      return;
    case ColumnKind::kText8:
    case ColumnKind::kText16:
    case ColumnKind::kText32:
      std::fill_n(out, count, std::numeric_limits<double>::quiet_NaN());
  }
}

void BucketView::read_codes(const ColumnEntry& column, uint32_t from, uint32_t to,
                            uint32_t* out) const {
  if (column.kind == ColumnKind::kText8) {
    std::copy_n(at<uint8_t>(column.values_at) + from, to - from, out);
  } else if (column.kind == ColumnKind::kText16) {
    std::copy_n(at<uint16_t>(column.values_at) + from, to - from, out);
  } else if (column.kind == ColumnKind::kText32) {
    std::copy_n(at<uint32_t>(column.values_at) + from, to - from, out);
  } else {
    std::fill_n(out, to - from, 0);
  }
}

void sort_rows(std::vector<Row>& rows) {
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    if (a.person != b.person) return a.person < b.person;
    if (a.at_ms != b.at_ms) return a.at_ms < b.at_ms;
    return a.order < b.order;
  });
}

void read_rows(BucketView bucket, uint32_t number, const Crowd& hidden, Rows& out) {
  const uint32_t* first = bucket.first();
  const uint8_t* ties = bucket.tie();
  const auto names = bucket.names();
  // Postings hold a name's events in the same order, so a counter for each name leads along.
  std::vector<uint32_t> next(names.size());
  std::vector<std::vector<Value>> values(names.size());
  std::vector<uint32_t> codes;
  std::vector<double> numbers;
  struct Loaded {
    uint32_t property;
    bool text;
    std::vector<uint32_t> codes;
    std::vector<double> numbers;
  };
  std::vector<std::vector<Loaded>> columns(names.size());
  for (size_t n = 0; n < names.size(); ++n) {
    for (const ColumnEntry& column : bucket.columns(names[n])) {
      Loaded loaded{column.property, is_text(column.kind), {}, {}};
      if (loaded.text) {
        loaded.codes.resize(names[n].hits);
        bucket.read_codes(column, 0, names[n].hits, loaded.codes.data());
      } else {
        loaded.numbers.resize(names[n].hits);
        bucket.read_numbers(column, 0, names[n].hits, loaded.numbers.data());
      }
      columns[n].push_back(std::move(loaded));
    }
  }
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    for (uint32_t event = first[person]; event < first[person + 1]; ++event) {
      const uint32_t n = bucket.name_index(event);
      const uint32_t hit = next[n]++;
      if (hidden.has(person)) continue;
      Row row{.person = number * kBucketPeople + person,
              .name = names[n].name,
              .at_ms = int64_t{bucket.at()[event]} * 1000,
              .order = ties != nullptr ? ties[event] : 0u,
              .first_value = static_cast<uint32_t>(out.values.size())};
      for (const Loaded& column : columns[n]) {
        if (column.text && column.codes[hit] != 0) {
          out.values.push_back({column.property, column.codes[hit], 0});
        } else if (!column.text && !std::isnan(column.numbers[hit])) {
          out.values.push_back({column.property, 0, column.numbers[hit]});
        }
      }
      row.values = static_cast<uint32_t>(out.values.size()) - row.first_value;
      out.rows.push_back(row);
    }
  }
}

}  // namespace perennial::timeline
