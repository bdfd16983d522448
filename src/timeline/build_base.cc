// The base from the whole log, in memory that does not grow with it: events go to 64 partitions of
// people through a temporary file, and then partition by partition into sorted buckets. Two
// partitions are built at a time.
#include <algorithm>
#include <deque>
#include <future>

#include "timeline/build.h"
#include "timeline/spill_log.h"

namespace perennial::timeline {
namespace {

constexpr uint32_t kPartitions = 64;
constexpr uint32_t kBuiltAtOnce = 2;

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
    progress_.done = 0;
    progress_.total = TRY(source_.log.stats()).events;
    // The base itself may fill the disk, as the log may.
    const auto space =
        std::make_shared<ScratchSpace>(path_.substr(0, path_.rfind('/')), UINT64_MAX, 0);
    Spilled spilled(std::make_shared<Scratch>(space), kPartitions);
    TRY(read(spilled));
    return write(spilled, buckets);
  }

 private:
  // Each event once; those under junk ids belong to whom their anonymous ids name.
  Result<void> read(Spilled& into) {
    const SpiltLog spilt = TRY(spill_log(
        {.log = source_.log,
         .owners = owners_,
         .dictionary = dictionary_,
         .partition = [this](uint32_t person) { return person / kBucketPeople / per_partition_; },
         .look =
             [this](size_t, uint64_t more, size_t) {
               progress_.done += more;
               return progress_.check();
             }},
        {.up_to_seq = facts_.seq}, into));
    facts_.events = spilt.rows;
    facts_.outside = spilt.outside;
    facts_.nobody = spilt.nobody;
    facts_.junk = spilt.junk;
    return {};
  }

  Result<std::vector<std::string>> build(Spilled& spilled, uint32_t partition, uint32_t buckets) {
    Rows rows = TRY(spilled.read_back(partition));
    const uint32_t first = std::min(partition * per_partition_, buckets);
    std::vector<std::string> blocks(std::min(per_partition_, buckets - first));
    TRY(each_bucket(rows, [&](uint32_t bucket, std::span<const Row> of) -> Result<void> {
      blocks.at(bucket - first) = build_bucket(of, rows.values, {}, &days_);
      return {};
    }));
    return blocks;
  }

  Result<void> write(Spilled& spilled, uint32_t buckets) {
    auto writer = TRY(BaseWriter::create(path_));
    days_ = days_of(zone_);
    const auto start = [&](uint32_t partition) {
      return std::async(std::launch::async, [this, &spilled, partition, buckets] {
        return build(spilled, partition, buckets);
      });
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
  BaseFacts facts_;
  uint32_t per_partition_ = 1;
};

}  // namespace

Result<void> build_base(const BuildSource& source, const std::string& path, Zone zone,
                        Progress& progress) {
  return BaseBuild(source, path, zone, progress).run();
}

}  // namespace perennial::timeline
