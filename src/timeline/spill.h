// Rows on their way by partition of people: several threads add, and later each partition is read
// back as a whole. What is gathered stays in memory until a partition has enough of it for a write;
// a few hundred thousand rows never see a file.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/base.h"
#include "timeline/bucket.h"
#include "timeline/scratch.h"

namespace perennial::timeline {

// What several Spills have added.
class Spilled {
 public:
  Spilled(std::shared_ptr<Scratch> scratch, size_t partitions)
      : scratch_(std::move(scratch)), parts_(partitions) {}

  struct Size {
    size_t rows = 0, values = 0;
    size_t bytes = 0;  // as they lie
  };
  size_t partitions() const { return parts_.size(); }
  const Size& size(size_t partition) const { return parts_[partition].size; }
  Size size() const;  // of all
  bool on_disk() const { return file_ != nullptr; }
  // Of what is in memory. These three once all Spills are finished.
  size_t memory() const { return memory_; }
  // All rows of a partition, which are not kept any more. Partitions may be read side by side.
  Result<Rows> read_back(size_t partition);

 private:
  friend class Spill;
  // Rows one behind the other, readable without those of other chunks.
  struct Chunk {
    std::string bytes;  // or in the file, when there are none
    uint64_t at = 0;
    size_t size = 0, rows = 0, values = 0;
  };
  struct Part {
    std::vector<Chunk> chunks;
    Size size;
  };
  Result<void> write(size_t partition, std::string_view bytes, size_t rows, size_t values);
  void keep(size_t partition, std::string bytes, size_t rows, size_t values);
  void note(size_t partition, Chunk chunk);  // under the lock

  const std::shared_ptr<Scratch> scratch_;
  std::mutex mutex_;  // of those who add
  std::unique_ptr<ScratchFile> file_;
  std::vector<Part> parts_;
  std::atomic<size_t> memory_ = 0;
};

// What one thread adds.
class Spill {
 public:
  explicit Spill(Spilled& into);
  Result<void> add(size_t partition, const Row& row, std::span<const Value> values);
  void finish();                           // all that was added is in there
  size_t bytes() const { return bytes_; }  // of memory

 private:
  struct Gathered {
    std::string bytes;
    size_t rows = 0, values = 0;
    Row before;  // rows are written as differences
  };
  Result<void> write(size_t partition);

  Spilled& into_;
  const size_t most_;
  std::vector<Gathered> gathered_;
  size_t bytes_ = 0;
};

}  // namespace perennial::timeline
