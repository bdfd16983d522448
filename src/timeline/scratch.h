// Temporary files of whoever reads the log: without a name, so that they go with the process
// however it ends, and with a bound on what all of them take together.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::timeline {

inline constexpr uint64_t kMaxScratch = uint64_t{16} << 30;    // bytes of all questions together
inline constexpr uint64_t kScratchLeaves = uint64_t{1} << 30;  // bytes of the disk that stay free
inline constexpr size_t kSpillGathered =
    64 * 1024;  // bytes of a partition that are written at once

// Where the files stand, for all who share a bound.
struct ScratchSpace {
  explicit ScratchSpace(std::string in, uint64_t most_of = kMaxScratch,
                        uint64_t leaves_of = kScratchLeaves)
      : directory(std::move(in)), most(most_of), leaves(leaves_of) {}

  const std::string directory;
  const uint64_t most;               // bytes
  const uint64_t leaves;             // bytes of the disk; 0: it may be filled
  size_t gathered = kSpillGathered;  // by readers, for each partition, before a file is needed
  std::atomic<uint64_t> used = 0;
};

// What one reading takes of the space. Thread-safe.
class Scratch {
 public:
  explicit Scratch(std::shared_ptr<ScratchSpace> space) : space_(std::move(space)) {}
  ~Scratch() { space_->used -= used_; }
  Scratch(const Scratch&) = delete;

  // kTooLarge when this reading alone takes too much, kBusy when all together do, kFull when the
  // disk has not enough left.
  Result<void> take(uint64_t bytes);
  void give_back(uint64_t bytes);
  const ScratchSpace& space() const { return *space_; }
  uint64_t used() const { return used_; }

 private:
  const std::shared_ptr<ScratchSpace> space_;
  std::atomic<uint64_t> used_ = 0;
};

// Thread-safe.
class ScratchFile {
 public:
  static Result<std::unique_ptr<ScratchFile>> create(std::shared_ptr<Scratch> scratch);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;

  Result<uint64_t> add(std::string_view bytes);  // behind what is there; gives where they stand
  Result<void> read(uint64_t at, std::span<char> out) const;
  void drop(uint64_t at, uint64_t bytes);  // they are read no more: the disk has the space back
  // All of it to read, as long as the file is held. Nothing may be added then; not for an empty
  // one.
  Result<const char*> map();
  uint64_t size() const { return size_; }

 private:
  ScratchFile(std::shared_ptr<Scratch> scratch, int file)
      : scratch_(std::move(scratch)), file_(file) {}

  const std::shared_ptr<Scratch> scratch_;
  const int file_;
  void* mapped_ = nullptr;
  std::atomic<uint64_t> size_ = 0, held_ = 0;  // held: of the scratch
};

}  // namespace perennial::timeline
