// One bucket's paths in the plainest question: from every occurrence of one event, each event a
// step of its own. How far the session goes on is told by four pauses compared at once, the names
// behind the anchor are one word, and no branch hangs on either: sessions are of all lengths.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "timeline/hits_search.h"
#include "timeline/paths.h"

namespace perennial::timeline {

class PlainPaths {
 public:
  using Packed = DensePaths::Packed;

  // Whether a question is plain enough, whatever the bucket.
  static bool fit(const PathsSpec& spec) {
    return spec.kind == PathsSpec::Kind::kFrom &&
           spec.occurrence == PathsSpec::Occurrence::kEvery && !spec.collapse &&
           !(spec.session && spec.session->days) &&
           static_cast<uint32_t>(spec.steps) <= DensePaths::kMaxPacked + 1 && spec.nodes < 256;
  }
  // Nodes by number of the name.
  PlainPaths(const PathsSpec& spec, const std::vector<uint32_t>& node_of, const Hits& hits)
      : spec_(spec),
        hits_(hits),
        readable_(hits.last[kBucketPeople - 1]),
        gap_(spec.session ? spec.session->gap_seconds : kNever) {
    uint32_t digit = 1;
    for (auto place = open(); place-- > 0; digit *= spec.nodes + 1) digit_[place] = digit;
    for (size_t byte = 0; byte < node_.size(); ++byte) {
      const uint32_t group = hits.name_groups[byte];
      node_[byte] = static_cast<uint8_t>(group < node_of.size() ? node_of[group] : 0);
      every_event_ &= group == 0 || node_[byte] != 0;
      if (node_[byte] == spec.from) anchor_ = static_cast<uint8_t>(byte);
    }
    anchors_ = static_cast<uint32_t>(std::ranges::count(node_, static_cast<uint8_t>(spec.from)));
  }
  // Whether the bucket is: every event is a node, and no two names are the anchor.
  bool fits() const { return every_event_ && anchors_ <= 1; }

  // Calls count(rows, ends): the paths of one person after the other.
  template <class Count>
  void run(const Crowd& who, Count count) {
    const uint32_t begin = hits_.first[0];
    if (anchors_ == 0 || begin == readable_) return;
    const auto anchors = std::make_unique_for_overwrite<uint32_t[]>(readable_ - begin + kListed);
    const uint32_t* at = anchors.get();
    const size_t found = list_places(hits_.name, begin, readable_, anchor_, anchors.get());
    anchors[found] = kNever;
    const auto rows = std::make_unique_for_overwrite<Packed[]>(found + DensePaths::kAhead + 1);
    Packed* row = rows.get();
    std::array<uint32_t, kBucketPeople> ends;
    size_t people = 0;
    who.for_each([&](uint32_t person) {
      const Packed* const before = row;
      while (*at < hits_.first[person]) ++at;
      for (const uint32_t last = hits_.last[person]; *at < last; ++at) {
        *row = path(*at, last);
        row += in_range(*at) ? 1 : 0;
      }
      if (row != before) ends[people++] = static_cast<uint32_t>(row - rows.get());
    });
    std::fill_n(row, DensePaths::kAhead, Packed{});
    count(rows.get(), std::span(ends.data(), people));
  }

 private:
  uint32_t open() const { return static_cast<uint32_t>(spec_.steps) - 1; }
  bool in_range(uint32_t i) const { return hits_.at[i] - spec_.begin < spec_.end - spec_.begin; }

  Packed path(uint32_t i, uint32_t last) const {
    const uint32_t most = std::min(last - 1 - i, open());
    const uint32_t names = i + kWindow <= readable_ ? word_at(i + 1, 4) : word_at(i + 1, most);
    uint32_t nodes = 0;
    for (int bit = 0; bit < 32; bit += 8) nodes |= uint32_t{node_[names >> bit & 0xFF]} << bit;
    nodes &= static_cast<uint32_t>((uint64_t{1} << 8 * std::min(most, joined(i))) - 1);
    uint32_t number = 0;
    for (size_t place = 0; place < digit_.size(); ++place)
      number += (nodes >> 8 * place & 0xFF) * digit_[place];
    return {.number = number, .nodes = nodes};
  }
  uint32_t word_at(uint32_t i, uint32_t bytes) const {
    uint32_t word = 0;
    std::memcpy(&word, hits_.name + i, bytes);
    return word;
  }

  // How many of the four hits behind hit i follow without a long pause, whosesoever they are.
  uint32_t joined(uint32_t i) const {
#ifdef __SSE2__
    if (i + kWindow <= readable_) {
      const __m128i flip = _mm_set1_epi32(INT32_MIN);  // the comparison is of signed numbers
      const auto* from = reinterpret_cast<const __m128i*>(hits_.at + i);
      const auto* to = reinterpret_cast<const __m128i*>(hits_.at + i + 1);
      const __m128i pauses = _mm_sub_epi32(_mm_loadu_si128(to), _mm_loadu_si128(from));
      const __m128i most = _mm_set1_epi32(static_cast<int>(gap_));
      const __m128i longer =
          _mm_cmpgt_epi32(_mm_xor_si128(pauses, flip), _mm_xor_si128(most, flip));
      const auto bits = static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(longer)));
      return static_cast<uint32_t>(std::countr_zero(bits | 1u << DensePaths::kMaxPacked));
    }
#endif
    uint32_t steps = 0;
    while (i + 1 < readable_ && steps < DensePaths::kMaxPacked &&
           hits_.at[i + 1] - hits_.at[i] <= gap_) {
      ++steps, ++i;
    }
    return steps;
  }

  static constexpr uint32_t kWindow = DensePaths::kMaxPacked + 1;

  const PathsSpec& spec_;
  const Hits& hits_;
  const uint32_t readable_;  // the end of everybody's hits
  const uint32_t gap_;
  std::array<uint32_t, DensePaths::kMaxPacked> digit_{};  // of each open place
  std::array<uint8_t, 256> node_{};                       // by byte of the name
  uint8_t anchor_ = 0;
  uint32_t anchors_ = 0;  // bytes that are the anchor
  bool every_event_ = true;
};

}  // namespace perennial::timeline
