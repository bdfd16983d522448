// Building a bucket: one pass over the sorted rows for the columns by person, a counting sort by
// name for the postings, and for every property of a name the narrowest column that holds its
// values exactly.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/base.h"
#include "timeline/bucket.h"

namespace perennial::timeline {
namespace {

constexpr uint32_t kSparseBelow = 300;  // hits: dense offsets take 1 KB, sparse ones 2 bytes a hit

class Block {
 public:
  explicit Block(size_t header) { bytes_.resize(header); }
  template <class T>
  uint32_t put(std::span<const T> values, size_t align = 8) {
    bytes_.resize((bytes_.size() + align - 1) / align * align);
    const size_t at = bytes_.size();
    INVARIANT(at < std::numeric_limits<uint32_t>::max());
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return static_cast<uint32_t>(at);
  }
  template <class T>
  uint32_t put(const std::vector<T>& values, size_t align = 8) {
    return put(std::span<const T>(values), align);
  }
  template <class T>
  void set(uint32_t at, const T& value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  size_t pad() {
    bytes_.resize((bytes_.size() + 63) / 64 * 64);
    return bytes_.size();
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

template <class To>
uint32_t put_codes(Block& block, const std::vector<uint32_t>& codes) {
  std::vector<To> narrow(codes.size());
  std::ranges::transform(codes, narrow.begin(),
                         [](uint32_t code) { return static_cast<To>(code); });
  return block.put(narrow);
}

template <class To>
uint32_t put_scaled(Block& block, const std::vector<double>& numbers, double scale) {
  std::vector<To> narrow(numbers.size());
  std::ranges::transform(numbers, narrow.begin(), [&](double number) {
    return std::isnan(number) ? std::numeric_limits<To>::min()
                              : static_cast<To>(std::llround(number * scale));
  });
  return block.put(narrow);
}

// Whether every number comes back bit for bit from an integer of hundredths, or of ones.
bool fits(const std::vector<double>& numbers, double scale, double limit) {
  return std::ranges::all_of(numbers, [&](double number) {
    if (std::isnan(number)) return true;
    if (!(std::abs(number) * scale < limit)) return false;
    const double whole = std::nearbyint(number * scale);
    return whole / scale == number && !(number == 0 && std::signbit(number));
  });
}

ColumnEntry put_numbers(Block& block, uint32_t property, const std::vector<double>& numbers) {
  ColumnEntry column{.property = property};
  if (fits(numbers, 1, 32'767)) {
    column.kind = ColumnKind::kInt16;
    column.values_at = put_scaled<int16_t>(block, numbers, 1);
  } else if (fits(numbers, 1, 2'147'483'647)) {
    column.kind = ColumnKind::kInt32;
    column.values_at = put_scaled<int32_t>(block, numbers, 1);
  } else if (fits(numbers, 100, 2'147'483'647)) {
    column.kind = ColumnKind::kCents32;
    column.values_at = put_scaled<int32_t>(block, numbers, 100);
  } else {
    column.kind = ColumnKind::kDouble;
    column.values_at = block.put(numbers);
  }
  return column;
}

ColumnEntry put_texts(Block& block, uint32_t property, const std::vector<uint32_t>& codes) {
  ColumnEntry column{.property = property};
  const uint32_t most = std::ranges::max(codes);
  if (most <= UINT8_MAX) {
    column.kind = ColumnKind::kText8;
    column.values_at = put_codes<uint8_t>(block, codes);
  } else if (most > UINT16_MAX) {
    column.kind = ColumnKind::kText32;
    column.values_at = block.put(codes);
  } else {
    column.kind = ColumnKind::kText16;
    column.values_at = put_codes<uint16_t>(block, codes);
  }
  return column;
}

class Builder {
 public:
  Builder(std::span<const Row> rows, std::span<const Value> values, const Days* days)
      : rows_(rows), values_(values), days_(days), block_(sizeof(BucketHeader)) {}

  std::string build(const Crowd& replaced) {
    header_.replaced = replaced;
    header_.events = static_cast<uint32_t>(rows_.size());
    number_names();
    put_people();
    std::vector<NameEntry> entries;
    for (uint32_t n = 0; n < names_.size(); ++n) entries.push_back(put_name(n));
    header_.names = static_cast<uint32_t>(entries.size());
    header_.names_at = block_.put(entries);
    if (days_ != nullptr && !rows_.empty()) put_days();
    header_.bytes = static_cast<uint32_t>(block_.pad());
    block_.set(0, header_);
    return block_.take();
  }

 private:
  // Local numbers of the names, and the rows of each name in order.
  void number_names() {
    for (const Row& row : rows_) names_.push_back(row.name);
    std::ranges::sort(names_);
    names_.erase(std::ranges::unique(names_).begin(), names_.end());
    index_.resize(rows_.size());
    first_of_.assign(names_.size() + 1, 0);
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto n = std::ranges::lower_bound(names_, rows_[i].name) - names_.begin();
      index_[i] = static_cast<uint16_t>(n);
      ++first_of_[static_cast<size_t>(n) + 1];
    }
    for (size_t n = 0; n < names_.size(); ++n) first_of_[n + 1] += first_of_[n];
    by_name_.resize(rows_.size());
    std::vector<uint32_t> next(first_of_.begin(), first_of_.end() - 1);
    for (uint32_t i = 0; i < rows_.size(); ++i) by_name_[next[index_[i]]++] = i;
  }

  void put_people() {
    std::vector<uint32_t> first(kBucketPeople + 1);
    std::vector<Second> at(rows_.size());
    ties_.resize(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) {
      at[i] = rows_[i].at();
      ++first[rows_[i].person % kBucketPeople + 1];
      header_.people.add(rows_[i].person % kBucketPeople);
      const bool tied = i > 0 && rows_[i - 1].person == rows_[i].person && at[i - 1] == at[i];
      ties_[i] = tied ? static_cast<uint8_t>(std::min(ties_[i - 1] + 1, 255)) : 0;
      header_.min = std::min(header_.min, at[i]);
      header_.max = std::max(header_.max, at[i]);
    }
    for (size_t i = 0; i < kBucketPeople; ++i) first[i + 1] += first[i];
    header_.first_at = block_.put(first);
    header_.at_at = block_.put(at);
    if (std::ranges::any_of(ties_, [](uint8_t tie) { return tie != 0; })) {
      header_.tie_at = block_.put(ties_);
    }
    header_.wide_names = names_.size() > 256 ? 1 : 0;
    header_.name_at = header_.wide_names != 0
                          ? block_.put(index_)
                          : put_codes<uint8_t>(block_, {index_.begin(), index_.end()});
  }

  NameEntry put_name(uint32_t n) {
    const std::span<const uint32_t> rows(by_name_.data() + first_of_[n],
                                         first_of_[n + 1] - first_of_[n]);
    NameEntry entry{.name = names_[n], .hits = static_cast<uint32_t>(rows.size())};
    std::vector<Second> at;
    std::vector<uint8_t> ties;
    bool tied = false;
    for (uint32_t i : rows) {
      at.push_back(rows_[i].at());
      ties.push_back(ties_[i]);
      tied |= ties_[i] != 0;
      entry.min = std::min(entry.min, at.back());
      entry.max = std::max(entry.max, at.back());
    }
    put_who(entry, rows);
    entry.at_at = block_.put(at);
    if (tied) entry.tie_at = block_.put(ties);
    put_columns(entry, rows);
    return entry;
  }

  void put_who(NameEntry& entry, std::span<const uint32_t> rows) {
    if (rows.size() < kSparseBelow) {
      std::vector<uint16_t> who;
      for (uint32_t i : rows) {
        who.push_back(static_cast<uint16_t>(rows_[i].person % kBucketPeople));
      }
      entry.who = WhoKind::kSparse;
      entry.who_at = block_.put(who);
      return;
    }
    std::vector<uint32_t> first(kBucketPeople + 1);
    for (uint32_t i : rows) ++first[rows_[i].person % kBucketPeople + 1];
    for (size_t i = 0; i < kBucketPeople; ++i) first[i + 1] += first[i];
    if (rows.size() <= UINT16_MAX) {
      entry.who = WhoKind::kDense16;
      entry.who_at = put_codes<uint16_t>(block_, first);
    } else {
      entry.who = WhoKind::kDense32;
      entry.who_at = block_.put(first);
    }
  }

  void put_columns(NameEntry& entry, std::span<const uint32_t> rows) {
    std::vector<uint64_t> keys;
    for (uint32_t i : rows) {
      for (const Value& value : values_of(rows_[i])) {
        keys.push_back(key_of(value));
      }
      if (keys.size() > 100'000) shrink(keys);
    }
    shrink(keys);
    // A property's texts and numbers are two keys, so each key has one of the two.
    std::vector<std::vector<double>> numbers(keys.size());
    std::vector<std::vector<uint32_t>> codes(keys.size());
    for (size_t k = 0; k < keys.size(); ++k) {
      if (keys[k] % 2 != 0) codes[k].resize(rows.size());
      if (keys[k] % 2 == 0) numbers[k].assign(rows.size(), std::nan(""));
    }
    for (size_t hit = 0; hit < rows.size(); ++hit) {
      for (const Value& value : values_of(rows_[rows[hit]])) {
        const auto k =
            static_cast<size_t>(std::ranges::lower_bound(keys, key_of(value)) - keys.begin());
        if (value.code != 0) codes[k][hit] = value.code;
        if (value.code == 0) numbers[k][hit] = value.number;
      }
    }
    std::vector<ColumnEntry> columns;
    for (size_t k = 0; k < keys.size(); ++k) {
      const auto property = static_cast<uint32_t>(keys[k] / 2);
      columns.push_back(codes[k].empty() ? put_numbers(block_, property, numbers[k])
                                         : put_texts(block_, property, codes[k]));
    }
    entry.columns = static_cast<uint32_t>(columns.size());
    entry.columns_at = block_.put(columns);
  }

  void put_days() {
    const Periods& days = days_->days;
    const int first = days.find(header_.min), last = days.find(header_.max);
    INVARIANT(first >= 0 && last < days.size());
    std::vector<Crowd> strip(static_cast<size_t>(last - first) + 1);
    for (const Row& row : rows_) {
      strip[static_cast<size_t>(days.find(row.at()) - first)].add(row.person % kBucketPeople);
    }
    header_.first_day = days_->first + first;
    header_.days = static_cast<uint32_t>(strip.size());
    header_.days_at = block_.put(strip, 64);
  }

  std::span<const Value> values_of(const Row& row) const {
    return values_.subspan(row.first_value, row.values);
  }
  // A property can have both texts and numbers: two columns.
  static uint64_t key_of(const Value& value) {
    return uint64_t{value.property} * 2 + (value.code != 0 ? 1 : 0);
  }
  static void shrink(std::vector<uint64_t>& keys) {
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
  }

  std::span<const Row> rows_;
  std::span<const Value> values_;
  const Days* days_;
  Block block_;
  BucketHeader header_;
  std::vector<uint32_t> names_;
  std::vector<uint16_t> index_;  // of each row's name
  std::vector<uint32_t> first_of_, by_name_;
  std::vector<uint8_t> ties_;
};

}  // namespace

std::string build_bucket(std::span<const Row> rows, std::span<const Value> values,
                         const Crowd& replaced, const Days* days) {
  return Builder(rows, values, days).build(replaced);
}

}  // namespace perennial::timeline
