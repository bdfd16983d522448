// A layer for one question, made bucket by bucket in any order by several threads: in memory when
// it is small, else in a temporary file that goes with it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "timeline/layer.h"
#include "timeline/scratch.h"

namespace perennial::timeline {

class LayerMaker {
 public:
  // With a scratch buckets go to a file of it; without one they stay in memory.
  static Result<std::unique_ptr<LayerMaker>> create(uint32_t buckets,
                                                    std::shared_ptr<Scratch> scratch);
  // Thread-safe. Each bucket once.
  Result<void> add(uint32_t bucket, std::string block);
  uint64_t memory() const { return memory_; }  // of what was added so far
  Result<std::shared_ptr<const Layer>> finish();

 private:
  struct Place {
    uint64_t at = 0;
    bool some = false;
  };
  LayerMaker(uint32_t buckets, std::unique_ptr<ScratchFile> file)
      : file_(std::move(file)), blocks_(file_ ? 0 : buckets), places_(file_ ? buckets : 0) {}

  std::unique_ptr<ScratchFile> file_;  // or null
  std::vector<HeapLayer::Block> blocks_;
  std::vector<Place> places_;
  std::atomic<uint64_t> memory_ = 0;
};

}  // namespace perennial::timeline
