#include "timeline/scratch_layer.h"

namespace perennial::timeline {
namespace {

class ScratchLayer final : public Layer {
 public:
  ScratchLayer(std::unique_ptr<ScratchFile> file, std::vector<BucketView> buckets)
      : file_(std::move(file)) {
    buckets_ = std::move(buckets);
    for (const BucketView& bucket : buckets_) {
      if (bucket) events_ += bucket.header().events;
    }
    bytes_ = file_->size();
  }

 private:
  const std::unique_ptr<ScratchFile> file_;  // what the buckets lie in
};

}  // namespace

Result<std::unique_ptr<LayerMaker>> LayerMaker::create(uint32_t buckets,
                                                       std::shared_ptr<Scratch> scratch) {
  std::unique_ptr<ScratchFile> file;
  if (scratch) file = TRY(ScratchFile::create(std::move(scratch)));
  return std::unique_ptr<LayerMaker>(new LayerMaker(buckets, std::move(file)));
}

// Each thread adds other buckets than the others: their places are apart.
Result<void> LayerMaker::add(uint32_t bucket, std::string block) {
  if (!file_) {
    block.shrink_to_fit();
    memory_ += block.capacity();
    blocks_.at(bucket) = std::make_shared<const std::string>(std::move(block));
    return {};
  }
  // Blocks are whole multiples of a line, so that each begins at one.
  INVARIANT(block.size() % sizeof(Crowd) == 0);
  const uint64_t at = TRY(file_->add(block));
  places_.at(bucket) = {.at = at, .some = true};
  return {};
}

Result<std::shared_ptr<const Layer>> LayerMaker::finish() {
  if (!file_) return std::make_shared<const HeapLayer>(std::move(blocks_));
  std::vector<BucketView> buckets(places_.size());
  if (file_->size() > 0) {
    const char* bytes = TRY(file_->map());
    for (size_t b = 0; b < places_.size(); ++b) {
      if (places_[b].some) buckets[b] = BucketView(bytes + places_[b].at);
    }
  }
  return std::make_shared<const ScratchLayer>(std::move(file_), std::move(buckets));
}

}  // namespace perennial::timeline
