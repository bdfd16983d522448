// One person's paths. Most people's events are passed over by a search for the anchor alone; only
// a session that has it is looked at closely.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "timeline/paths.h"

namespace perennial::timeline {

template <PathsSpec::Kind kKind, bool kDays, class Emit>
class PathScan {
  using Kind = PathsSpec::Kind;
  using Occurrence = PathsSpec::Occurrence;

 public:
  PathScan(const PathsSpec& spec, const std::vector<uint32_t>& node_of, const Hits& hits,
           Emit& emit)
      : spec_(spec),
        node_of_(node_of),
        at_(hits.at),
        name_(hits.group),
        anchor_(kKind == Kind::kTo ? spec.to : spec.from),
        walk_{hits.at, spec.session ? spec.session->gap_seconds : kNever,
              kDays ? &*spec.session->days : nullptr},
        emit_(emit) {
    const auto names = std::ranges::count(node_of, anchor_);
    const auto name = std::ranges::find(node_of, anchor_) - node_of.begin();
    if (names == 1) name_of_anchor_ = static_cast<uint32_t>(name);
  }

  // The person's hits are [first, last).
  void person(uint32_t first, uint32_t last) {
    if constexpr (kKind != Kind::kStart) {
      if (name_of_anchor_ != kNever) list_anchors(first, last);
    }
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
    const uint32_t name = name_[i];
    return name < node_of_.size() ? node_of_[name] : 0;
  }
  bool in_range(uint32_t i) const { return at_[i] >= spec_.begin && at_[i] < spec_.end; }

  uint32_t find_anchor(uint32_t i, uint32_t last) {
    if (name_of_anchor_ != kNever) {
      while (anchors_[next_anchor_] < i) ++next_anchor_;
      return anchors_[next_anchor_];
    }
    while (i < last && node(i) != anchor_) ++i;
    return i;
  }

  // Where the anchor is among the person's hits, and `last` behind them.
  void list_anchors(uint32_t first, uint32_t last) {
    if (anchors_.size() <= last - first) anchors_.resize(size_t{2} * (last - first) + 1);
    uint32_t* out = anchors_.data();
    uint32_t i = first;
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi32(static_cast<int>(name_of_anchor_));
    for (; i + 16 <= last; i += 16) {
      const auto four = [&](uint32_t from) {
        const auto* at = reinterpret_cast<const __m128i*>(name_ + i + from);
        return _mm_cmpeq_epi32(_mm_loadu_si128(at), wanted);
      };
      const __m128i low = _mm_packs_epi32(four(0), four(4)),
                    high = _mm_packs_epi32(four(8), four(12));
      auto bits = static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
      for (; bits != 0; bits &= bits - 1)
        *out++ = i + static_cast<uint32_t>(std::countr_zero(bits));
    }
#endif
    for (; i < last; ++i) {
      *out = i;
      out += name_[i] == name_of_anchor_ ? 1 : 0;
    }
    *out = last;
    next_anchor_ = 0;
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
  const uint32_t* name_;
  uint32_t anchor_, name_of_anchor_ = kNever;
  SessionWalk<kDays> walk_;
  Emit& emit_;
  std::array<uint32_t, kMaxPathSteps> row_{};
  uint32_t size_ = 0, reached_ = 0;
  std::vector<uint32_t> anchors_;  // of one person; see list_anchors()
  size_t next_anchor_ = 0;
};

}  // namespace perennial::timeline
