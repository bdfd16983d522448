// The base from the whole log, in memory that does not grow with it: events go to 64 partitions of
// people, each in a temporary file, and then partition by partition into sorted buckets. Two
// partitions are built at a time.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <future>
#include <set>

#include <fcntl.h>
#include <unistd.h>

#include "timeline/build.h"

namespace perennial::timeline {
namespace {

constexpr uint32_t kPartitions = 64;
constexpr uint32_t kBuiltAtOnce = 2;
constexpr size_t kPartitionBuffer = 512 * 1024;

// An event on its way through a temporary file: the row without its values, which follow.
struct Packed {
  int64_t at_ms;
  uint64_t order;
  uint32_t person;
  uint16_t name, values;
};
static_assert(sizeof(Packed) == 24);

class Partition {
 public:
  explicit Partition(std::string path) : path_(std::move(path)) {}
  ~Partition() {
    if (file_ >= 0) ::close(file_);
  }
  Partition(const Partition&) = delete;

  Result<void> open() {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file_ < 0) return fail(Code::kInternal, std::strerror(errno), path_);
    ::unlink(path_.c_str());  // it goes with the process
    buffer_.reserve(kPartitionBuffer + 65'536);
    return {};
  }

  Result<void> add(const Row& row, std::span<const Value> values) {
    const Packed packed{.at_ms = row.at_ms,
                        .order = row.order,
                        .person = row.person,
                        .name = static_cast<uint16_t>(row.name),
                        .values = static_cast<uint16_t>(values.size())};
    buffer_.append(reinterpret_cast<const char*>(&packed), sizeof packed);
    buffer_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    ++rows_;
    return buffer_.size() >= kPartitionBuffer ? flush() : Result<void>();
  }

  Result<Rows> read_back() {
    TRY(flush());
    std::string bytes(size_, '\0');
    for (size_t done = 0; done < size_;) {
      const ssize_t got =
          ::pread(file_, bytes.data() + done, size_ - done, static_cast<off_t>(done));
      if (got <= 0) return fail(Code::kInternal, std::strerror(errno), path_);
      done += static_cast<size_t>(got);
    }
    ::close(std::exchange(file_, -1));
    buffer_ = {};
    Rows out;
    out.rows.reserve(rows_);
    for (const char* at = bytes.data(); at < bytes.data() + bytes.size();) {
      Packed packed;
      std::memcpy(&packed, at, sizeof packed);
      at += sizeof packed;
      out.rows.push_back({.person = packed.person,
                          .name = packed.name,
                          .at_ms = packed.at_ms,
                          .order = packed.order,
                          .first_value = static_cast<uint32_t>(out.values.size()),
                          .values = packed.values});
      const size_t values = out.values.size();
      out.values.resize(values + packed.values);
      std::memcpy(out.values.data() + values, at, packed.values * sizeof(Value));
      at += packed.values * sizeof(Value);
    }
    return out;
  }

 private:
  Result<void> flush() {
    for (size_t done = 0; done < buffer_.size();) {
      const ssize_t wrote = ::write(file_, buffer_.data() + done, buffer_.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) {
        return fail(errno == ENOSPC ? Code::kFull : Code::kInternal, std::strerror(errno), path_);
      }
      done += static_cast<size_t>(wrote);
    }
    size_ += buffer_.size();
    buffer_.clear();
    return {};
  }

  std::string path_;
  int file_ = -1;
  std::string buffer_;
  size_t size_ = 0, rows_ = 0;
};

class BaseBuild {
 public:
  BaseBuild(const BuildSource& source, std::string path, Zone zone, Progress& progress)
      : source_(source), path_(std::move(path)), zone_(zone), progress_(progress) {}

  Result<void> run() {
    const people::Reached reached =
        TRY(source_.database.read([&](store::Connection& c) -> Result<people::Reached> {
          owners_ = TRY(Owners::load(c));
          return people::reached(c);
        }));
    facts_.seq = reached.applied_seq;
    facts_.last_move = reached.last_move;
    facts_.zone = zone_.name();
    const auto buckets = static_cast<uint32_t>(reached.last_person / kBucketPeople + 1);
    per_partition_ = (buckets + kPartitions - 1) / kPartitions;
    for (uint32_t i = 0; i < kPartitions; ++i) {
      partitions_.push_back(std::make_unique<Partition>(path_ + ".part" + std::to_string(i)));
      TRY(partitions_.back()->open());
    }
    progress_.total = TRY(source_.log.stats()).events;
    TRY(sweep({}));
    facts_.junk = !junk_.empty();
    if (facts_.junk) TRY(sweep(std::vector<std::string>(junk_.begin(), junk_.end())));
    return write(buckets);
  }

 private:
  // Everything, or the events of junk identities with the anonymous ids that they belong to.
  Result<void> sweep(std::vector<std::string> junk) {
    const bool second = !junk.empty();
    Intake intake(dictionary_);
    Rows one;
    std::string identity;
    uint32_t person = 0;
    uint64_t seen = 0;
    return source_.log.sweep(
        {.identities = std::move(junk), .up_to_seq = facts_.seq, .anonymous_ids = second},
        [&](const events::Glimpse& event) -> Result<void> {
          if (++seen % 4096 == 0) {
            TRY(progress_.check());
            if (!second) progress_.done = seen;
          }
          if (second || seen == 1 || event.identity != identity) {
            identity = event.identity;
            person =
                second ? owners_.find_event(identity, event.anonymous_id) : owners_.find(identity);
          }
          if (person == 0) {
            if (!second && is_junk_identity(identity)) {
              junk_.insert(identity);
            } else {
              ++facts_.nobody;
            }
            return {};
          }
          one.clear();
          const auto took = intake.take(person, event.type, event.name, event.timestamp_ms,
                                        event.seq, event.properties, one);
          if (took == Intake::Took::kOutside) {
            ++facts_.outside;
            return {};
          }
          ++facts_.events;
          return partitions_[person / kBucketPeople / per_partition_]->add(one.rows[0], one.values);
        });
  }

  Result<std::vector<std::string>> build(uint32_t partition, uint32_t buckets) {
    Rows rows = TRY(partitions_[partition]->read_back());
    sort_rows(rows.rows);
    std::vector<std::string> blocks;
    size_t at = 0;
    const uint32_t first = partition * per_partition_;
    for (uint32_t b = first; b < std::min(first + per_partition_, buckets); ++b) {
      const size_t begin = at;
      while (at < rows.rows.size() && rows.rows[at].person / kBucketPeople == b) ++at;
      const auto part = std::span(rows.rows).subspan(begin, at - begin);
      blocks.push_back(part.empty() ? "" : build_bucket(part, rows.values, {}, &days_));
    }
    return blocks;
  }

  Result<void> write(uint32_t buckets) {
    auto writer = TRY(BaseWriter::create(path_));
    days_ = days_of(zone_);
    const auto start = [&](uint32_t partition) {
      return std::async(std::launch::async,
                        [this, partition, buckets] { return build(partition, buckets); });
    };
    std::deque<std::future<Result<std::vector<std::string>>>> under_way;
    for (uint32_t i = 0; i < kPartitions + kBuiltAtOnce; ++i) {
      if (i < kPartitions) under_way.push_back(start(i));
      if (i < kBuiltAtOnce) continue;
      const auto blocks = under_way.front().get();
      under_way.pop_front();
      if (!blocks) return std::unexpected(blocks.error());
      TRY(progress_.check());
      for (const std::string& block : *blocks) TRY(writer->add(block));
    }
    return writer->finish(facts_, dictionary_);
  }

  const BuildSource& source_;
  const std::string path_;
  const Zone zone_;
  Progress& progress_;
  Owners owners_;
  Dictionary dictionary_;
  Days days_;
  std::set<std::string> junk_;
  BaseFacts facts_;
  uint32_t per_partition_ = 1;
  std::vector<std::unique_ptr<Partition>> partitions_;
};

}  // namespace

Result<void> build_base(const BuildSource& source, const std::string& path, Zone zone,
                        Progress& progress) {
  return BaseBuild(source, path, zone, progress).run();
}

}  // namespace perennial::timeline
