// Rows on their way through temporary files, by partition of people: several threads add, and later
// each partition is read back as a whole.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/base.h"
#include "timeline/bucket.h"

namespace perennial::timeline {

// A temporary file that goes with the process.
class SpillFile {
 public:
  static Result<std::unique_ptr<SpillFile>> create(const std::string& path);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;

  Result<void> add(std::string_view bytes, size_t rows, size_t values);  // thread-safe
  // All rows of the file, which is closed then.
  Result<Rows> read_back();

 private:
  SpillFile(std::string path, int file) : path_(std::move(path)), file_(file) {}

  const std::string path_;
  std::mutex mutex_;
  int file_;
  size_t size_ = 0, rows_ = 0, values_ = 0;
};

// What one thread adds, gathered into large writes.
class Spill {
 public:
  explicit Spill(std::span<const std::unique_ptr<SpillFile>> files);
  Result<void> add(size_t partition, const Row& row, std::span<const Value> values);
  Result<void> finish();  // all that was added is in the files

 private:
  struct Gathered {
    std::string bytes;
    size_t rows = 0, values = 0;
  };
  Result<void> write(size_t partition);

  std::span<const std::unique_ptr<SpillFile>> files_;
  std::vector<Gathered> gathered_;
};

}  // namespace perennial::timeline
