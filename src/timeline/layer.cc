#include "timeline/layer.h"

#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

namespace perennial::timeline {
namespace {

constexpr char kMagic[8] = {'P', 'R', 'N', 'L', 'T', 'L', '0', '1'};
constexpr size_t kHeaderBytes = 4096;
constexpr size_t kAlign = 64;
constexpr size_t kWriteBytes = 4 << 20;

// The first bytes of a file. Everything that a base holds hangs on this one checksum.
struct FileHeader {
  char magic[8];
  uint64_t file_bytes;
  uint64_t seq;
  int64_t last_move;
  uint64_t events, outside, nobody, junk;
  uint64_t buckets;
  uint64_t directory_at, directory_checksum;
  uint64_t dictionary_at, dictionary_bytes, dictionary_checksum;
  char zone[64];
};
constexpr size_t kChecksumAt = kHeaderBytes - sizeof(uint64_t);  // of all of the page before it
static_assert(sizeof(FileHeader) <= kChecksumAt);

uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

Error system_error(const std::string& path) {
  return {errno == ENOSPC ? Code::kFull : Code::kInternal, std::strerror(errno), path, ""};
}

class MappedLayer final : public Layer {
 public:
  MappedLayer(char* bytes, size_t size) : mapped_(bytes), size_(size) {}
  ~MappedLayer() override { ::munmap(mapped_, size_); }
  MappedLayer(const MappedLayer&) = delete;
  std::string_view all() const { return {mapped_, size_}; }
  void take(std::vector<BucketView> buckets, uint64_t events) {
    buckets_ = std::move(buckets);
    events_ = events;
    bytes_ = size_;
  }

 private:
  char* mapped_;
  size_t size_;
};

Error damaged(const std::string& path, const char* what) {
  return {Code::kInvalid, std::string("the timeline file is damaged: ") + what, path,
          "it is rebuilt from the event log"};
}

}  // namespace

HeapLayer::HeapLayer(std::vector<Block> blocks) : blocks_(std::move(blocks)) {
  for (const Block& block : blocks_) {
    buckets_.emplace_back(block ? BucketView(block->data()) : BucketView());
    if (block) events_ += buckets_.back().header().events;
    bytes_ += (block ? block->capacity() : 0) + sizeof(Block) + sizeof(BucketView);
  }
}

Result<std::unique_ptr<BaseWriter>> BaseWriter::create(const std::string& path) {
  const std::string unfinished = path + ".new";
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(system_error(unfinished));
  std::unique_ptr<BaseWriter> out(new BaseWriter(path, file));
  TRY(out->write(std::string(kHeaderBytes, '\0')));
  return out;
}

BaseWriter::~BaseWriter() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink((path_ + ".new").c_str());
}

Result<void> BaseWriter::flush() {
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t wrote = ::write(file_, buffer_.data() + done, buffer_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return std::unexpected(system_error(path_));
    done += static_cast<size_t>(wrote);
  }
  buffer_.clear();
  return {};
}

Result<void> BaseWriter::write(std::string_view bytes) {
  buffer_ += bytes;
  written_ += bytes.size();
  if (buffer_.size() >= kWriteBytes) return flush();
  return {};
}

Result<void> BaseWriter::add(std::string_view block) {
  places_.push_back({written_, block.size(), checksum(block)});
  INVARIANT(block.size() % kAlign == 0);
  return write(block);
}

Result<void> BaseWriter::finish(const BaseFacts& facts, const Dictionary& dictionary) {
  FileHeader header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.seq = facts.seq;
  header.last_move = facts.last_move;
  header.events = facts.events;
  header.outside = facts.outside;
  header.nobody = facts.nobody;
  header.junk = facts.junk ? 1 : 0;
  INVARIANT(facts.zone.size() < sizeof header.zone);
  std::memcpy(header.zone, facts.zone.data(), facts.zone.size());
  header.buckets = places_.size();
  const std::string_view directory(reinterpret_cast<const char*>(places_.data()),
                                   places_.size() * sizeof(Place));
  header.directory_at = written_;
  header.directory_checksum = checksum(directory);
  TRY(write(directory));
  const std::string words = dictionary.serialize();
  header.dictionary_at = written_;
  header.dictionary_bytes = words.size();
  header.dictionary_checksum = checksum(words);
  TRY(write(words));
  TRY(flush());
  header.file_bytes = written_;
  std::string page(kHeaderBytes, '\0');
  std::memcpy(page.data(), &header, sizeof header);
  const uint64_t sum = checksum(std::string_view(page).substr(0, kChecksumAt));
  std::memcpy(page.data() + kChecksumAt, &sum, sizeof sum);
  const bool durable = ::fsync(file_) == 0 &&
                       ::pwrite(file_, page.data(), page.size(), 0) == ssize_t{kHeaderBytes} &&
                       ::fsync(file_) == 0 &&
                       ::rename((path_ + ".new").c_str(), path_.c_str()) == 0;
  if (!durable) return std::unexpected(system_error(path_));
  ::close(std::exchange(file_, -1));
  const std::string folder = path_.substr(0, path_.rfind('/'));
  const int directory_file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_file < 0) return std::unexpected(system_error(folder));
  const int synced = ::fsync(directory_file);
  ::close(directory_file);
  if (synced != 0) return std::unexpected(system_error(folder));
  return {};
}

Result<Base> open_base(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return fail(Code::kNotFound, "there is no timeline", path);
  if (file < 0) return std::unexpected(system_error(path));
  struct stat facts{};
  const bool known = ::fstat(file, &facts) == 0;
  const auto size = static_cast<size_t>(facts.st_size);
  if (!known || size < kHeaderBytes) {
    ::close(file);
    return std::unexpected(damaged(path, "it is too short"));
  }
  void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  if (bytes == MAP_FAILED) return std::unexpected(system_error(path));
  auto layer = std::make_shared<MappedLayer>(static_cast<char*>(bytes), size);
  const std::string_view all = layer->all();

  FileHeader header;
  std::memcpy(&header, all.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    return std::unexpected(damaged(path, "it has no header of this version"));
  }
  uint64_t sum = 0;
  std::memcpy(&sum, all.data() + kChecksumAt, sizeof sum);
  if (sum != checksum(all.substr(0, kChecksumAt)) || header.file_bytes != size) {
    return std::unexpected(damaged(path, "its header"));
  }
  const auto part = [&](uint64_t at, uint64_t bytes_of) { return all.substr(at, bytes_of); };
  struct Place {
    uint64_t offset, size, checksum;
  };
  const auto directory = part(header.directory_at, header.buckets * sizeof(Place));
  const auto words = part(header.dictionary_at, header.dictionary_bytes);
  if (checksum(directory) != header.directory_checksum ||
      checksum(words) != header.dictionary_checksum) {
    return std::unexpected(damaged(path, "its directory"));
  }
  const auto* places = reinterpret_cast<const Place*>(directory.data());
  // Two threads: reading it all is what opening costs.
  std::array<bool, 2> good{true, true};
  const auto test = [&](size_t which) {
    for (size_t i = which; i < header.buckets; i += good.size()) {
      if (checksum(part(places[i].offset, places[i].size)) != places[i].checksum) {
        good[which] = false;
      }
    }
  };
  std::thread other(test, 1);
  test(0);
  other.join();
  if (!good[0] || !good[1]) return std::unexpected(damaged(path, "a bucket"));

  std::vector<BucketView> buckets;
  for (size_t i = 0; i < header.buckets; ++i) {
    buckets.push_back(places[i].size == 0 ? BucketView()
                                          : BucketView(all.data() + places[i].offset));
  }
  layer->take(std::move(buckets), header.events);
  Base out{.facts = {.seq = header.seq,
                     .last_move = header.last_move,
                     .events = header.events,
                     .outside = header.outside,
                     .nobody = header.nobody,
                     .junk = header.junk != 0,
                     .zone = header.zone},
           .layer = layer,
           .dictionary = nullptr};
  out.dictionary = TRY(Dictionary::parse(words, {}));
  return out;
}

}  // namespace perennial::timeline
