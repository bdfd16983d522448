#include "timeline/spill.h"

#include <utility>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace perennial::timeline {
namespace {

constexpr size_t kGathered = 256 * 1024;       // bytes of a partition that are written at once
constexpr size_t kMostOfARow = 32 + 512 * 12;  // about: room behind them for the row that fills it

// A row without its values, which follow: for each its property, doubled, with one more for a
// number; then the code of a text in four bytes, or the number in eight.
struct Packed {
  int64_t at_ms;
  uint64_t order;
  uint32_t person;
  uint16_t name, values;
};
static_assert(sizeof(Packed) == 24);

template <class T>
void put(char*& at, T value) {
  std::memcpy(at, &value, sizeof value);
  at += sizeof value;
}
template <class T>
T take(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

void append(std::string& out, const Row& row, std::span<const Value> values) {
  const size_t before = out.size();
  out.resize(before + sizeof(Packed) + values.size() * (sizeof(uint32_t) + sizeof(double)));
  char* at = out.data() + before;
  put(at, Packed{.at_ms = row.at_ms,
                 .order = row.order,
                 .person = row.person,
                 .name = static_cast<uint16_t>(row.name),
                 .values = static_cast<uint16_t>(values.size())});
  for (const Value& value : values) {
    const bool number = value.code == 0;
    put(at, value.property * 2 + (number ? 1 : 0));
    if (number) {
      put(at, value.number);
    } else {
      put(at, value.code);
    }
  }
  out.resize(static_cast<size_t>(at - out.data()));
}

void read_row(const char*& at, Rows& out) {
  const auto packed = take<Packed>(at);
  out.rows.push_back({.person = packed.person,
                      .name = packed.name,
                      .at_ms = packed.at_ms,
                      .order = packed.order,
                      .first_value = static_cast<uint32_t>(out.values.size()),
                      .values = packed.values});
  for (int i = 0; i < packed.values; ++i) {
    const auto property = take<uint32_t>(at);
    Value value{.property = property / 2};
    if (property % 2 == 1) {
      value.number = take<double>(at);
    } else {
      value.code = take<uint32_t>(at);
    }
    out.values.push_back(value);
  }
}

}  // namespace

Result<std::unique_ptr<SpillFile>> SpillFile::create(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail(errno == ENOSPC ? Code::kFull : Code::kInternal, std::strerror(errno), path);
  }
  ::unlink(path.c_str());
  return std::unique_ptr<SpillFile>(new SpillFile(path, file));
}

SpillFile::~SpillFile() {
  if (file_ >= 0) ::close(file_);
}

Result<void> SpillFile::add(std::string_view bytes, size_t rows, size_t values) {
  std::lock_guard lock(mutex_);
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      return fail(errno == ENOSPC ? Code::kFull : Code::kInternal, std::strerror(errno), path_);
    }
    size_ += static_cast<size_t>(wrote);
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  rows_ += rows;
  values_ += values;
  return {};
}

Result<Rows> SpillFile::read_back() {
  std::lock_guard lock(mutex_);
  std::string bytes(size_, '\0');
  for (size_t done = 0; done < size_;) {
    const ssize_t got = ::pread(file_, bytes.data() + done, size_ - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Code::kInternal, std::strerror(errno), path_);
    if (got == 0) return fail(Code::kInternal, "the file became shorter", path_);
    done += static_cast<size_t>(got);
  }
  ::close(std::exchange(file_, -1));
  Rows out;
  out.rows.reserve(rows_);
  out.values.reserve(values_);
  for (const char* at = bytes.data(); at < bytes.data() + bytes.size();) read_row(at, out);
  return out;
}

Spill::Spill(std::span<const std::unique_ptr<SpillFile>> files)
    : files_(files), gathered_(files.size()) {
  for (Gathered& one : gathered_) one.bytes.reserve(kGathered + kMostOfARow);
}

Result<void> Spill::write(size_t partition) {
  Gathered& of = gathered_[partition];
  TRY(files_[partition]->add(of.bytes, of.rows, of.values));
  of.bytes.clear();
  of.rows = of.values = 0;
  return {};
}

Result<void> Spill::add(size_t partition, const Row& row, std::span<const Value> values) {
  Gathered& of = gathered_[partition];
  append(of.bytes, row, values);
  ++of.rows;
  of.values += values.size();
  return of.bytes.size() >= kGathered ? write(partition) : Result<void>();
}

Result<void> Spill::finish() {
  for (size_t i = 0; i < gathered_.size(); ++i) TRY(write(i));
  return {};
}

}  // namespace perennial::timeline
