// A row is written as what it differs by from the row before it in its chunk, in as few bytes as
// that needs: the log gives long runs of one person in the order of time, so that most of a row is
// the time since the last one and the distance between two numbers. 9 to 12 bytes instead of 40.
#include "timeline/spill.h"

#include <utility>

#include <cstring>

namespace perennial::timeline {
namespace {

constexpr size_t kMostOfARow = 5 + 6 + 10 + 10 + 5;  // without its values
constexpr size_t kMostOfAValue = 5 + sizeof(double);

void put(char*& at, uint64_t number) {
  for (; number >= 0x80; number >>= 7) *at++ = static_cast<char>(number | 0x80);
  *at++ = static_cast<char>(number);
}
uint64_t take(const char*& at) {
  uint64_t out = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(*at++);
    out |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return out;
  }
}

// A difference, modulo 2^64: small when it is little below 0 too.
void put_step(char*& at, uint64_t to, uint64_t from) {
  const auto step = static_cast<int64_t>(to - from);
  put(at, static_cast<uint64_t>(step) << 1 ^ static_cast<uint64_t>(step >> 63));
}
uint64_t take_step(const char*& at, uint64_t from) {
  const uint64_t step = take(at);
  return from + (step >> 1 ^ (0 - (step & 1)));
}

// The name is doubled, with one more when there are values; a property, with one more for a number.
void append(char*& at, const Row& row, const Row& before, std::span<const Value> values) {
  put_step(at, row.person, before.person);
  put(at, uint64_t{row.name} * 2 + (values.empty() ? 0 : 1));
  put_step(at, static_cast<uint64_t>(row.at_ms), static_cast<uint64_t>(before.at_ms));
  put_step(at, row.order, before.order);
  if (!values.empty()) put(at, values.size());
  for (const Value& value : values) {
    const bool number = value.code == 0;
    put(at, uint64_t{value.property} * 2 + (number ? 1 : 0));
    if (!number) {
      put(at, value.code);
      continue;
    }
    std::memcpy(at, &value.number, sizeof value.number);
    at += sizeof value.number;
  }
}

void read_row(const char*& at, Row& row, std::vector<Value>& values) {
  row.person = static_cast<uint32_t>(take_step(at, row.person));
  const uint64_t name = take(at);
  row.name = static_cast<uint32_t>(name / 2);
  row.at_ms = static_cast<int64_t>(take_step(at, static_cast<uint64_t>(row.at_ms)));
  row.order = take_step(at, row.order);
  row.first_value = static_cast<uint32_t>(values.size());
  row.values = name % 2 != 0 ? static_cast<uint32_t>(take(at)) : 0;
  for (uint32_t i = 0; i < row.values; ++i) {
    const uint64_t property = take(at);
    Value value{.property = static_cast<uint32_t>(property / 2)};
    if (property % 2 == 0) {
      value.code = static_cast<uint32_t>(take(at));
    } else {
      std::memcpy(&value.number, at, sizeof value.number);
      at += sizeof value.number;
    }
    values.push_back(value);
  }
}

}  // namespace

Spilled::Size Spilled::size() const {
  Size out;
  for (const Part& part : parts_) {
    out.rows += part.size.rows;
    out.values += part.size.values;
    out.bytes += part.size.bytes;
  }
  return out;
}

void Spilled::note(size_t partition, Chunk chunk) {
  Part& part = parts_[partition];
  part.size.rows += chunk.rows;
  part.size.values += chunk.values;
  part.size.bytes += chunk.size;
  part.chunks.push_back(std::move(chunk));
}

Result<void> Spilled::write(size_t partition, std::string_view bytes, size_t rows, size_t values) {
  ScratchFile* file = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (!file_) file_ = TRY(ScratchFile::create(scratch_));
    file = file_.get();
  }
  const uint64_t at = TRY(file->add(bytes));
  std::lock_guard lock(mutex_);
  note(partition, {.bytes = {}, .at = at, .size = bytes.size(), .rows = rows, .values = values});
  return {};
}

void Spilled::keep(size_t partition, std::string bytes, size_t rows, size_t values) {
  std::lock_guard lock(mutex_);
  memory_ += bytes.capacity();
  const size_t size = bytes.size();
  note(partition,
       {.bytes = std::move(bytes), .at = 0, .size = size, .rows = rows, .values = values});
}

Result<Rows> Spilled::read_back(size_t partition) {
  const Part part = std::exchange(parts_[partition], {});
  Rows out;
  out.rows.reserve(part.size.rows);
  out.values.reserve(part.size.values);
  std::string read;
  for (const Chunk& chunk : part.chunks) {
    std::string_view bytes = chunk.bytes;
    if (bytes.empty()) {
      read.resize(chunk.size);
      TRY(file_->read(chunk.at, read));
      file_->drop(chunk.at, chunk.size);
      bytes = read;
    } else {
      memory_ -= chunk.bytes.capacity();
    }
    Row row;
    for (const char* at = bytes.data(); at < bytes.data() + bytes.size();) {
      read_row(at, row, out.values);
      out.rows.push_back(row);
    }
  }
  return out;
}

Spill::Spill(Spilled& into)
    : into_(into), most_(into.scratch_->space().gathered), gathered_(into.partitions()) {}

Result<void> Spill::write(size_t partition) {
  Gathered& of = gathered_[partition];
  TRY(into_.write(partition, of.bytes, of.rows, of.values));
  of.bytes.clear();
  of.rows = of.values = 0;
  of.before = {};
  return {};
}

Result<void> Spill::add(size_t partition, const Row& row, std::span<const Value> values) {
  Gathered& of = gathered_[partition];
  const size_t before = of.bytes.size();
  const size_t most = before + kMostOfARow + values.size() * kMostOfAValue;
  if (most > of.bytes.capacity()) {
    // Doubled, but not beyond what is written away.
    const size_t had = of.bytes.capacity();
    of.bytes.reserve(std::max(most, std::min(2 * had, most_ + kMostOfARow)));
    bytes_ += of.bytes.capacity() - had;
  }
  of.bytes.resize_and_overwrite(most, [&](char* bytes, size_t) {
    char* at = bytes + before;
    append(at, row, of.before, values);
    return static_cast<size_t>(at - bytes);
  });
  of.before = row;
  ++of.rows;
  of.values += values.size();
  return of.bytes.size() >= most_ ? write(partition) : Result<void>();
}

void Spill::finish() {
  for (size_t i = 0; i < gathered_.size(); ++i) {
    Gathered& of = gathered_[i];
    if (of.rows != 0) into_.keep(i, std::move(of.bytes), of.rows, of.values);
    of = {};
  }
  bytes_ = 0;
}

}  // namespace perennial::timeline
