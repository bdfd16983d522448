// The base from the whole log, in memory that does not grow with it: events go to 64 partitions of
// people, each in a temporary file, and then partition by partition into sorted buckets. Two
// threads read the log, each its share of identities, and two partitions are built at a time.
#include <algorithm>
#include <deque>
#include <future>
#include <set>

#include "timeline/build.h"
#include "timeline/spill.h"

namespace perennial::timeline {
namespace {

constexpr uint32_t kPartitions = 64;
constexpr uint32_t kReadAtOnce = 2, kBuiltAtOnce = 2;
constexpr uint64_t kEventsOfLook = 4'096;  // between two looks at whether to go on

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
      files_.push_back(TRY(SpillFile::create(path_ + ".part" + std::to_string(i))));
    }
    progress_.done = 0;
    progress_.total = TRY(source_.log.stats()).events;
    TRY(read({.up_to_seq = facts_.seq}));
    facts_.junk = !junk_.empty();
    if (facts_.junk) {
      TRY(read({.identities = {junk_.begin(), junk_.end()},
                .up_to_seq = facts_.seq,
                .anonymous_ids = true}));
    }
    return write(buckets);
  }

 private:
  // What one reader found.
  struct Found {
    uint64_t events = 0, outside = 0, nobody = 0;
    std::set<std::string> junk;
  };

  // Everything; or the events of junk identities, with the anonymous ids that they belong to.
  Result<void> read(const events::Sweep& all) {
    std::vector<std::future<Result<Found>>> others;
    // A few identities lie anywhere: what parts the table would not part them.
    const size_t readers = all.identities.empty() ? kReadAtOnce : 1;
    for (const events::Sweep& part : TRY(source_.log.split(all, readers))) {
      others.push_back(std::async(std::launch::async, [this, part] {
        auto found = read_part(part);
        if (!found && !failed_.exchange(true)) failure_ = found.error();
        return found;
      }));
    }
    for (auto& other : others) {
      const auto found = other.get();
      if (!found) continue;
      facts_.events += found->events;
      facts_.outside += found->outside;
      facts_.nobody += found->nobody;
      junk_.insert(found->junk.begin(), found->junk.end());
    }
    if (failed_) return std::unexpected(failure_);
    return {};
  }

  Result<Found> read_part(const events::Sweep& part) {
    const bool of_junk = !part.identities.empty();
    Intake intake(dictionary_, std::nullopt, {}, &dictionary_mutex_);
    Spill spill(files_);
    Found out;
    Rows one;
    std::string identity;
    uint32_t person = 0;
    uint64_t seen = 0;
    const auto went = source_.log.sweep(part, [&](const events::Glimpse& event) -> Result<void> {
      if (++seen % kEventsOfLook == 0) {
        TRY(progress_.check());
        if (failed_) return fail(Code::kInternal, "the other reader failed");
        if (!of_junk) progress_.done += kEventsOfLook;
      }
      if (of_junk || seen == 1 || event.identity != identity) {
        identity = event.identity;
        person =
            of_junk ? owners_.find_event(identity, event.anonymous_id) : owners_.find(identity);
      }
      if (person == 0) {
        if (!of_junk && is_junk_identity(identity)) {
          out.junk.insert(identity);
        } else {
          ++out.nobody;
        }
        return {};
      }
      one.clear();
      const auto took = intake.take(person, event.type, event.name, event.timestamp_ms, event.seq,
                                    event.properties, one);
      if (took == Intake::Took::kOutside) {
        ++out.outside;
        return {};
      }
      ++out.events;
      return spill.add(person / kBucketPeople / per_partition_, one.rows[0], one.values);
    });
    if (!went) return std::unexpected(went.error());
    TRY(spill.finish());
    return out;
  }

  Result<std::vector<std::string>> build(uint32_t partition, uint32_t buckets) {
    Rows rows = TRY(files_[partition]->read_back());
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
  std::mutex dictionary_mutex_;  // of those who read
  Days days_;
  std::set<std::string> junk_;
  std::atomic<bool> failed_ = false;
  Error failure_;  // of the reader that failed first; the other stops
  BaseFacts facts_;
  uint32_t per_partition_ = 1;
  std::vector<std::unique_ptr<SpillFile>> files_;
};

}  // namespace

Result<void> build_base(const BuildSource& source, const std::string& path, Zone zone,
                        Progress& progress) {
  return BaseBuild(source, path, zone, progress).run();
}

}  // namespace perennial::timeline
