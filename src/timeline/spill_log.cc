#include "timeline/spill_log.h"

#include <deque>
#include <future>
#include <unordered_set>

namespace perennial::timeline {
namespace {

constexpr uint64_t kEventsOfLook = 4'096;

// The names that are asked for.
class Wanted {
 public:
  explicit Wanted(const std::vector<EventName>& names) : all_(names.empty()) {
    for (const EventName& name : names) {
      const auto type = static_cast<size_t>(name.type);
      if (type >= of_type_.size()) of_type_.resize(type + 1);
      of_type_[type].insert(name.name);
    }
  }
  bool has(events::Type type, std::string_view name) const {
    if (all_) return true;
    const auto place = static_cast<size_t>(type);
    return place < of_type_.size() && of_type_[place].contains(name);
  }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  bool all_;
  std::vector<std::unordered_set<std::string, Hash, std::equal_to<>>> of_type_;
};

// What the readers of one sweep share.
struct Together {
  const SpillLog& what;
  Spilled& into;
  const Wanted wanted;
  std::mutex dictionary;
  std::atomic<bool> failed = false;
};

class Reader {
 public:
  Reader(Together& together, size_t number)
      : together_(together),
        what_(together.what),
        number_(number),
        intake_(what_.dictionary, what_.properties, what_.lists, &together.dictionary),
        spill_(together.into) {}

  Result<void> read(const events::Sweep& part) {
    of_junk_ = !part.identities.empty();
    TRY(what_.log.sweep(part, [&](const events::Glimpse& event) { return meet(event); }));
    TRY(look(seen_ % kEventsOfLook));
    spill_.finish();
    return {};
  }
  const SpiltLog& found() const { return found_; }
  const std::set<std::string>& junk() const { return junk_; }

 private:
  Result<void> look(uint64_t more) {
    if (together_.failed) return fail(Code::kInternal, "the other reader failed");
    return what_.look(number_, of_junk_ ? 0 : more, spill_.bytes() + intake_.bytes());
  }

  Result<void> meet(const events::Glimpse& event) {
    if (++seen_ % kEventsOfLook == 0) TRY(look(kEventsOfLook));
    if (!together_.wanted.has(event.type, event.name)) return {};
    if (of_junk_ || !known_ || event.identity != identity_) {
      known_ = true;
      identity_ = event.identity;
      person_ = of_junk_ ? what_.owners.find_event(identity_, event.anonymous_id)
                         : what_.owners.find(identity_);
    }
    if (person_ != 0) return take(event);
    if (!of_junk_ && is_junk_identity(identity_)) {
      junk_.insert(identity_);
    } else {
      ++found_.nobody;
    }
    return {};
  }

  Result<void> take(const events::Glimpse& event) {
    rows_.clear();
    const auto took = intake_.take(person_, event.type, event.name, event.timestamp_ms, event.seq,
                                   event.properties, rows_);
    if (took == Intake::Took::kOutside) {
      ++found_.outside;
      return {};
    }
    found_.rows += rows_.rows.size();
    const size_t partition = what_.partition(person_);
    for (const Row& row : rows_.rows) {
      TRY(spill_.add(partition, row, std::span(rows_.values).subspan(row.first_value, row.values)));
    }
    return {};
  }

  Together& together_;
  const SpillLog& what_;
  const size_t number_;
  Intake intake_;
  Spill spill_;
  Rows rows_;  // of the event under way
  bool of_junk_ = false, known_ = false;
  std::string identity_;  // of the run under way, and whose it is
  uint32_t person_ = 0;
  uint64_t seen_ = 0;
  SpiltLog found_;
  std::set<std::string> junk_;
};

// Reads the parts side by side, and adds up what was found.
Result<void> read_parts(const SpillLog& what, const std::vector<events::Sweep>& parts,
                        Spilled& into, SpiltLog& found, std::set<std::string>& junk) {
  Together together{
      .what = what, .into = into, .wanted = Wanted(what.names), .dictionary = {}, .failed = false};
  Result<void> first;  // of those that failed
  std::mutex of_first;
  const auto read = [&](Reader& reader, const events::Sweep& part) {
    auto went = reader.read(part);
    if (went) return;
    std::lock_guard lock(of_first);
    if (!together.failed.exchange(true)) first = std::move(went);
  };
  std::deque<Reader> readers;
  for (size_t i = 0; i < parts.size(); ++i) readers.emplace_back(together, i);
  std::vector<std::future<void>> others;
  for (size_t i = 1; i < parts.size(); ++i) {
    others.push_back(std::async(std::launch::async, [&, i] { read(readers[i], parts[i]); }));
  }
  read(readers[0], parts[0]);
  for (auto& other : others) other.get();
  if (together.failed) return first;
  for (const Reader& reader : readers) {
    found.rows += reader.found().rows;
    found.outside += reader.found().outside;
    found.nobody += reader.found().nobody;
    junk.insert(reader.junk().begin(), reader.junk().end());
  }
  return {};
}

}  // namespace

Result<SpiltLog> spill_log(const SpillLog& what, const events::Sweep& sweep, Spilled& into) {
  events::Sweep all = sweep;
  all.anonymous_ids = false;
  SpiltLog out;
  std::set<std::string> junk;
  const auto parts = TRY(what.log.split(all, kReadAtOnce));
  TRY(read_parts(what, parts, into, out, junk));
  out.junk = !junk.empty();
  if (!out.junk) return out;
  // A few identities lie anywhere: what parts the table would not part them.
  all.identities = {junk.begin(), junk.end()};
  all.anonymous_ids = true;
  TRY(read_parts(what, {all}, into, out, junk));
  return out;
}

}  // namespace perennial::timeline
