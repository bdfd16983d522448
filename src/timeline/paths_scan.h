// One bucket's paths. Most events are passed over by a search for the anchor alone; only a session
// that has it is looked at closely. Names that lie in the bucket as bytes are searched sixteen at a
// time, and a table of 256 leads from a byte to its node.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "timeline/paths.h"

namespace perennial::timeline {

// kBytes: the hits have their names as bytes (Hits::name).
template <PathsSpec::Kind kKind, bool kDays, bool kBytes, class Emit>
class PathScan {
  using Kind = PathsSpec::Kind;
  using Occurrence = PathsSpec::Occurrence;

 public:
  PathScan(const PathsSpec& spec, const std::vector<uint32_t>& node_of, const Hits& hits,
           Emit& emit)
      : spec_(spec),
        node_of_(node_of),
        at_(hits.at),
        group_(hits.group),
        name_(hits.name),
        readable_(hits.last[kBucketPeople - 1]),
        anchor_(kKind == Kind::kTo ? spec.to : spec.from),
        walk_{hits.at, spec.session ? spec.session->gap_seconds : kNever,
              kDays ? &*spec.session->days : nullptr},
        emit_(emit) {
    if constexpr (kBytes) {
      for (size_t byte = 0; byte < node_of_byte_.size(); ++byte) {
        const uint32_t group = hits.name_groups[byte];
        node_of_byte_[byte] = group < node_of.size() ? node_of[group] : 0;
        plain_ &= group == 0 || node_of_byte_[byte] != 0;
      }
    } else {
      plain_ = false;
    }
    if constexpr (kKind != Kind::kStart) list_anchors(hits.first[0]);
  }

  // The person's hits are [first, last).
  void person(uint32_t first, uint32_t last) {
    if (kKind == Kind::kFrom && spec_.occurrence == Occurrence::kEvery && !spec_.collapse) {
      // Each occurrence has its path, wherever the session began.
      for (uint32_t i = find_anchor(first, last); i < last; i = find_anchor(i + 1, last)) {
        forward(i, last, walk_.day_end(i));
      }
      return;
    }
    uint32_t before = first;  // where the session before ended
    for (uint32_t i = first; i < last; before = i) {
      if constexpr (kKind == Kind::kStart) {
        const Second until = walk_.day_end(i);
        while (node(i) == 0 && i + 1 < last && walk_.joins(i + 1, until)) ++i;
        i = node(i) == 0 ? i + 1 : skip(forward(i, last, until), last, until);
      } else {
        i = find_anchor(i, last);
        if (i == last) return;
        if (kKind == Kind::kFrom && spec_.occurrence == Occurrence::kFirst) {
          const Second until = walk_.day_end(i);
          i = skip(forward(i, last, until), last, until);
          continue;
        }
        const uint32_t end = walk_.end(i, last);
        const uint32_t begin = kKind == Kind::kTo ? walk_.begin(i, before) : i;
        session(i, begin, end);
        i = end;
      }
    }
  }

 private:
  uint32_t node(uint32_t i) const {
    if constexpr (kBytes) return node_of_byte_[name_[i]];
    const uint32_t group = group_[i];
    return group < node_of_.size() ? node_of_[group] : 0;
  }
  bool in_range(uint32_t i) const { return at_[i] >= spec_.begin && at_[i] < spec_.end; }

  // The first anchor of [i, last), or last. Asked for in the order of hits only.
  uint32_t find_anchor(uint32_t i, uint32_t last) {
    while (anchors_[next_anchor_] < i) ++next_anchor_;
    return std::min(anchors_[next_anchor_], last);
  }

  // Where the anchor is among everybody's hits, from `i` on, and the end of all behind them.
  void list_anchors(uint32_t i) {
    anchors_ = std::make_unique_for_overwrite<uint32_t[]>(size_t{readable_ - i} + 1);
    uint32_t* out = anchors_.get();
    if constexpr (kBytes) out = anchors_of_a_byte(i, out);
    for (; i < readable_; ++i) {
      *out = i;
      out += node(i) == anchor_ ? 1 : 0;
    }
    *out = kNever;
  }

  // Moves `i` on as far as whole vectors reach, when the anchor is one byte alone.
  uint32_t* anchors_of_a_byte([[maybe_unused]] uint32_t& i, uint32_t* out) const {
#ifdef __SSE2__
    const auto byte = std::ranges::find(node_of_byte_, anchor_);
    if (std::ranges::count(node_of_byte_, anchor_) != 1) return out;
    const __m128i wanted = _mm_set1_epi8(static_cast<char>(byte - node_of_byte_.begin()));
    const auto sixteen = [&](uint32_t from) {
      const auto* at = reinterpret_cast<const __m128i*>(name_ + from);
      const __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128(at), wanted);
      return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(same)));
    };
    for (; i + 64 <= readable_; i += 64) {
      uint64_t bits =
          sixteen(i) | sixteen(i + 16) << 16 | sixteen(i + 32) << 32 | sixteen(i + 48) << 48;
      for (; bits != 0; bits &= bits - 1)
        *out++ = i + static_cast<uint32_t>(std::countr_zero(bits));
    }
#endif
    return out;
  }

  // `first` is the first anchor of the session [begin, end); before it only kTo looks.
  void session(uint32_t first, uint32_t begin, uint32_t end) {
    reached_ = 0;
    if (spec_.occurrence == Occurrence::kFirst) {
      path(first, begin, end);
    } else if (spec_.occurrence == Occurrence::kLast) {
      uint32_t i = end - 1;
      while (node(i) != anchor_) --i;
      path(i, begin, end);
    } else {
      uint32_t kept = 0;  // the node of the event before that is not left out
      for (uint32_t i = first; i < end; ++i) {
        const uint32_t here = node(i);
        if (here == anchor_ && !(spec_.collapse && kept == anchor_)) path(i, begin, end);
        if (here != 0) kept = here;
      }
    }
  }

  void path(uint32_t i, uint32_t begin, uint32_t end) {
    if (!in_range(i)) return;
    if constexpr (kKind == Kind::kTo) {
      backward(i, begin);
    } else if constexpr (kKind == Kind::kBetween) {
      between(i, end);
    } else {
      forward(i, end, walk_.day_end(i));
    }
  }

  // Whether an event's node goes on with the path; it is then its last.
  bool extend(uint32_t i) {
    const uint32_t next = node(i);
    if (next == 0 || (spec_.collapse && next == row_[size_ - 1])) return false;
    row_[size_++] = next;
    return true;
  }

  // The path from hit i on; returns the first hit that was not looked at. Sessions are short and of
  // all lengths, so what a branch would guess wrong is computed instead.
  uint32_t forward(uint32_t i, uint32_t last, Second until) {
    if (!in_range(i)) return i + 1;
    if (plain_ && !spec_.collapse && i + steps() <= readable_) return forward_plain(i, last, until);
    start(i);
    const bool keep_equal = !spec_.collapse;
    uint32_t size = 1, before = row_[0];
    ++i;
    for (; i < last && size < steps() && walk_.joins(i, until); ++i) {
      const uint32_t next = node(i);
      const bool goes_on = (next != 0) & (keep_equal | (next != before));
      row_[size] = goes_on ? next : 0;
      before = goes_on ? next : before;
      size += goes_on ? 1 : 0;
    }
    size_ = size;
    emit_.path(row());
    return i;
  }
  // The same when every event is a step of its own: a fixed number of rounds.
  uint32_t forward_plain(uint32_t i, uint32_t last, Second until) {
    row_[0] = node(i);
    uint32_t size = 1;
    bool goes_on = true;
    for (uint32_t step = 1; step < steps(); ++step) {
      const uint32_t next = i + step;
      goes_on = goes_on & (next < last) & walk_.joins(next, until);
      row_[step] = goes_on ? node(next) : 0;
      size += goes_on ? 1 : 0;
    }
    size_ = size;
    emit_.path(row());
    return i + size;
  }
  // The end of the session that hit i would go on with.
  uint32_t skip(uint32_t i, uint32_t last, Second until) const {
    while (i < last && walk_.joins(i, until)) ++i;
    return i;
  }
  void backward(uint32_t i, uint32_t begin) {
    start(i);
    while (i-- > begin && size_ < steps()) extend(i);
    emit_.path(row());
  }
  void between(uint32_t i, uint32_t end) {
    start(i);
    while (++i < end && size_ < steps()) {
      if (extend(i) && row_[size_ - 1] == spec_.to) return emit_.path(row());
    }
    // Where the end is met next was perhaps seen from an earlier occurrence, which saves walking to
    // it again and again.
    reached_ = std::max(reached_, i);
    while (reached_ < end && node(reached_) != spec_.to) ++reached_;
    if (reached_ < end) {
      emit_.longer();
    } else {
      emit_.unreached();
    }
  }

  void start(uint32_t i) {
    std::fill_n(row_.begin(), steps(), 0);
    row_[0] = node(i);
    size_ = 1;
  }
  uint32_t steps() const { return static_cast<uint32_t>(spec_.steps); }
  // Behind it there are zeros up to `steps`.
  std::span<const uint32_t> row() const { return {row_.data(), size_}; }

  const PathsSpec& spec_;
  const std::vector<uint32_t>& node_of_;
  const Second* at_;
  const uint32_t* group_;
  const uint8_t* name_;
  uint32_t readable_;  // the end of everybody's hits
  uint32_t anchor_;
  std::array<uint32_t, 256> node_of_byte_{};
  bool plain_ = true;  // no event is left out
  SessionWalk<kDays> walk_;
  Emit& emit_;
  std::array<uint32_t, kMaxPathSteps> row_{};
  uint32_t size_ = 0, reached_ = 0;
  std::unique_ptr<uint32_t[]> anchors_;  // see list_anchors()
  size_t next_anchor_ = 0;
};

}  // namespace perennial::timeline
