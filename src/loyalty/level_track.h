// The level of one person as time goes on: what counts comes in, validity ends, refunds take away.
#pragma once

#include "loyalty/replay.h"

namespace perennial::loyalty {

class LevelTrack {
 public:
  LevelTrack(const Levels& levels, const Zone& zone) : levels_(levels), zone_(zone) {}

  // Validity and grace that end until `to_ms`, that instant included.
  void advance(int64_t to_ms);
  // Something that counts happened at `at_ms`; call advance() first.
  void add(int64_t at_ms, int64_t value);
  // At `now_ms`, `value` of what happened at `at_ms` was undone.
  void take(int64_t at_ms, int64_t value, int64_t now_ms);
  int64_t multiplier_percent() const;
  Standing standing(int64_t now_ms);

 private:
  struct Counted {
    int64_t at_ms, value;
  };
  // A level that was reached or kept: until when it is valid, and what it rests on. It takes `need`
  // of what happened in [from_ms, upto_ms].
  struct Claim {
    size_t level = 0;
    int64_t from_ms = 0, upto_ms = 0, need = 0;
    int64_t valid_ms = kNever;
  };
  size_t level() const { return claims_.empty() ? 0 : claims_.back().level; }
  int64_t valid_ms() const { return claims_.empty() ? kNever : claims_.back().valid_ms; }
  int64_t window_start(int64_t at_ms) const;
  int64_t sum(int64_t from_ms, int64_t to_ms) const;  // both ends included
  int64_t measure(int64_t at_ms) const { return sum(window_start(at_ms), at_ms); }
  size_t earned(int64_t measure) const;
  int64_t keep_threshold() const;
  int64_t validity_end(int64_t at_ms, size_t level) const;
  void note(size_t to, int64_t at_ms, std::string reason);
  void qualify(size_t level, int64_t at_ms, int64_t need);
  void end_validity(int64_t at_ms);
  Claim left_of(const Claim& claim) const;
  void look_again(int64_t now_ms);

  const Levels& levels_;
  Zone zone_;
  std::vector<Counted> counted_;
  int64_t first_ms_ = INT64_MAX;
  int64_t since_ms_ = INT64_MIN, grace_ms_ = kNever;
  // By level: the one that is held last, before it those that were held until it was reached. None
  // for the lowest level.
  std::vector<Claim> claims_;
  std::vector<LevelChange> changes_;
};

}  // namespace perennial::loyalty
