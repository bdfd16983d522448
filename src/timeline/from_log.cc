// A question's own snapshot from the log, in memory that does not grow with it: two threads read,
// rows go by partition of people to temporary files once they are many, and partition by partition
// into a layer, which is a temporary file too then. The same kernels run on it.
#include <algorithm>
#include <thread>

#include "timeline/build.h"
#include "timeline/scratch_layer.h"
#include "timeline/spill_log.h"

namespace perennial::timeline {
namespace {

// A partition of these is laid out by each of two threads: at 100 M events 2 × 400,000 rows.
constexpr uint32_t kPartitions = 256;
constexpr size_t kRowsForTwo = 50'000;  // so many are laid out by two threads
// Besides the rows and their values, while the largest bucket of them is made.
constexpr uint64_t kMakingARow = 32, kMakingAValue = 16;

class FromLogBuild {
 public:
  FromLogBuild(const BuildSource& source, const FromLog& what, Zone zone, const Stop& stop)
      : source_(source),
        what_(what),
        zone_(zone),
        stop_(stop),
        dictionary_(std::make_shared<Dictionary>(DictionaryLimits{
            .events = UINT16_MAX, .properties = 100'000, .texts = kMaxTextsFromLog})),
        scratch_(std::make_shared<Scratch>(source.scratch)),
        spilled_(scratch_, kPartitions),
        held_(stop) {}

  Result<Snapshot> run() {
    OwnersCache own;
    const people::Reached reached =
        TRY(source_.database.read([&](store::Connection& c) -> Result<people::Reached> {
          const auto now = TRY(people::reached(c));
          owners_ = TRY((source_.owners != nullptr ? *source_.owners : own).get(c, now));
          return now;
        }));
    const uint64_t rows = TRY(read(reached.applied_seq));
    const auto layer =
        TRY(lay_out(static_cast<uint32_t>(reached.last_person / kBucketPeople + 1), rows));
    Snapshot out;
    out.layers.push_back(layer);
    out.dictionary = dictionary_;
    out.seq = reached.applied_seq;
    out.events = rows;
    out.zone = zone_;
    out.bytes = dictionary_->bytes() + (spilled_.on_disk() ? 0 : layer->bytes());
    out.file_bytes = spilled_.on_disk() ? layer->bytes() : 0;
    return out;
  }

 private:
  Result<uint64_t> read(uint64_t up_to) {
    events::Sweep sweep{.span = what_.span,
                        .up_to_seq = up_to,
                        .properties = !what_.properties.empty() || !what_.lists.empty()};
    std::set<std::string> names;
    for (const EventName& name : what_.names) names.insert(name.name);
    sweep.names.assign(names.begin(), names.end());
    std::mutex mutex;
    std::vector<size_t> of_readers(kReadAtOnce);
    const auto look = [&](size_t reader, uint64_t, size_t bytes) {
      std::lock_guard lock(mutex);
      of_readers[reader] = bytes;
      uint64_t all = dictionary_->bytes();
      for (const size_t of : of_readers) all += of;
      held_.set(all);
      return stop_.check();
    };
    const SpiltLog spilt = TRY(spill_log({.log = source_.log,
                                          .owners = *owners_,
                                          .dictionary = *dictionary_,
                                          .names = what_.names,
                                          .properties = what_.properties,
                                          .lists = what_.lists,
                                          .partition = partition_of,
                                          .look = look},
                                         sweep, spilled_));
    for (const std::string& path : what_.properties) {
      const auto property = dictionary_->find_property(path);
      if (property && dictionary_->dropped(*property)) {
        return fail(Code::kTooLarge, "the property has too many or too long texts", path,
                    "ask with SQL");
      }
    }
    return spilt.rows;
  }

  // Buckets in turn, so that people who came at one time are in all partitions.
  static size_t partition_of(uint32_t person) { return person / kBucketPeople % kPartitions; }

  Result<std::shared_ptr<const Layer>> lay_out(uint32_t buckets, size_t rows) {
    const auto maker = TRY(LayerMaker::create(buckets, spilled_.on_disk() ? scratch_ : nullptr));
    std::atomic<size_t> next = 0;
    std::atomic<bool> failed = false;
    std::mutex mutex;
    Result<void> first;  // of those that failed
    const auto work = [&] {
      Held mine(stop_);
      for (size_t p = next++; p < kPartitions && !failed; p = next++) {
        auto went = make(p, mine, *maker);
        std::lock_guard lock(mutex);
        held_.set(dictionary_->bytes() + spilled_.memory() + maker->memory());
        if (went) continue;
        if (!failed.exchange(true)) first = std::move(went);
      }
    };
    if (rows < kRowsForTwo) {
      work();
    } else {
      std::thread other(work);
      work();
      other.join();
    }
    TRY(std::move(first));
    TRY(stop_.check());
    return maker->finish();
  }

  // The buckets of a partition.
  Result<void> make(size_t partition, Held& held, LayerMaker& maker) {
    const Spilled::Size size = spilled_.size(partition);
    if (size.rows == 0) return {};
    held.set(size.rows * (sizeof(Row) + kMakingARow) +
             size.values * (sizeof(Value) + kMakingAValue));
    TRY(stop_.check());
    Rows rows = TRY(spilled_.read_back(partition));
    TRY(each_bucket(rows, [&](uint32_t bucket, std::span<const Row> of) {
      return maker.add(bucket, build_bucket(of, rows.values, {}, nullptr));
    }));
    held.set(0);
    return {};
  }

  const BuildSource& source_;
  const FromLog& what_;
  const Zone zone_;
  const Stop& stop_;
  std::shared_ptr<const Owners> owners_;
  const std::shared_ptr<Dictionary> dictionary_;
  const std::shared_ptr<Scratch> scratch_;
  Spilled spilled_;
  Held held_;  // of all threads together
};

}  // namespace

Result<Snapshot> read_from_log(const BuildSource& source, const FromLog& what, Zone zone,
                               const Stop& stop) {
  return FromLogBuild(source, what, zone, stop).run();
}

}  // namespace perennial::timeline
