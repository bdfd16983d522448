// What a few people did, read once for many rules. Rules that live beside each other mostly ask for
// the same events over different times: each bucket of those people is read once for all of them,
// and each rule finds its own selectors among what was read.
//
// Inside this module only. add() the selectors of each program, then read(), then look.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "people/people.h"
#include "timeline/timeline.h"

namespace perennial::segments {

inline constexpr size_t kMaxSharedHits = 20'000'000;  // with the places of people; 260 MB

// Whether both ask for the same events, and carry the same with them; their times may differ.
bool same_events(timeline::Selector a, const timeline::Selector& b);

class SharedHits {
 public:
  // Where a program's selectors are among the shared ones, in its own order.
  using Places = std::vector<size_t>;

  explicit SharedHits(std::shared_ptr<const timeline::Snapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}
  Places add(std::span<const timeline::Selector> selectors);
  // kTooLarge above kMaxSharedHits: each rule reads for itself then.
  Result<void> read(timeline::People people, timeline::Pool& pool, const timeline::Stop& stop);

  // The person's place among those who were read; nullopt for others.
  std::optional<uint32_t> find(people::PersonId person) const;
  // What a program's selectors hit, of the people at places kBucketPeople × block and following.
  void hits(uint32_t block, const Places& places, std::vector<timeline::Hits>& out) const;

 private:
  struct Column {
    std::vector<timeline::Second> at;
    std::vector<uint8_t> tie;
    std::vector<double> number;
    std::vector<uint32_t> first;  // by place; one more than there are places, in whole blocks
  };
  Result<void> read_some(size_t first, size_t last, timeline::Pool& pool,
                         const timeline::Stop& stop);
  void take(const timeline::Hits& hits, const timeline::Crowd& who, Column& column);

  const std::shared_ptr<const timeline::Snapshot> snapshot_;
  std::vector<timeline::Selector> selectors_;
  std::vector<Column> columns_;  // by selector
  std::shared_ptr<const timeline::People> people_;
  std::vector<uint32_t> before_;  // by bucket: how many there are in those before it
  size_t hits_ = 0;
};

}  // namespace perennial::segments
