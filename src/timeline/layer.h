// A layer: for some buckets their bytes. The base layer is a mapped file that holds everybody; the
// newer layers above it are in memory and hold what arrived since.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/base.h"
#include "timeline/bucket.h"
#include "timeline/dictionary.h"

namespace perennial::timeline {

// What a base file says about itself, beside its buckets.
struct BaseFacts {
  uint64_t seq = 0;       // every event of the log up to this is in it
  int64_t last_move = 0;  // and every move of identities up to this
  uint64_t events = 0;
  uint64_t outside = 0;  // events before 1970 or after 2106, which a timeline cannot hold
  uint64_t nobody = 0;   // events of nobody: orders without a customer
  bool junk = false;     // some identities were junk: their events belong to other identities
  std::string zone;      // whose days the strips are
};

class Layer {
 public:
  virtual ~Layer() = default;
  // Empty when the layer has nothing of a bucket.
  BucketView bucket(uint32_t number) const {
    return number < buckets_.size() ? buckets_[number] : BucketView();
  }
  uint32_t buckets() const { return static_cast<uint32_t>(buckets_.size()); }
  // The bytes of a bucket when they are in memory and can be shared; null otherwise.
  virtual std::shared_ptr<const std::string> block(uint32_t) const { return nullptr; }
  uint64_t events() const { return events_; }
  size_t bytes() const { return bytes_; }

 protected:
  std::vector<BucketView> buckets_;
  uint64_t events_ = 0;
  size_t bytes_ = 0;
};

// In memory.
class HeapLayer final : public Layer {
 public:
  using Block = std::shared_ptr<const std::string>;  // null: nothing
  explicit HeapLayer(std::vector<Block> blocks);
  Block block(uint32_t number) const override {
    return number < blocks_.size() ? blocks_[number] : nullptr;
  }

 private:
  std::vector<Block> blocks_;
};

// Writes a base file bucket by bucket, in order; it appears under its name only when finish() has
// made it durable.
class BaseWriter {
 public:
  static Result<std::unique_ptr<BaseWriter>> create(const std::string& path);
  ~BaseWriter();                             // removes what is unfinished
  Result<void> add(std::string_view block);  // empty: nobody in this bucket
  Result<void> finish(const BaseFacts& facts, const Dictionary& dictionary);

 private:
  BaseWriter(std::string path, int file) : path_(std::move(path)), file_(file) {}
  Result<void> write(std::string_view bytes);
  Result<void> flush();

  struct Place {
    uint64_t offset = 0, size = 0, checksum = 0;
  };
  std::string path_;
  int file_;
  std::string buffer_;
  uint64_t written_ = 0;
  std::vector<Place> places_;
};

struct Base {
  BaseFacts facts;
  std::shared_ptr<const Layer> layer;
  std::shared_ptr<Dictionary> dictionary;
};
// Maps a base file and tests every checksum of it. kNotFound; kInvalid when it is damaged or of
// another version.
Result<Base> open_base(const std::string& path);

}  // namespace perennial::timeline
