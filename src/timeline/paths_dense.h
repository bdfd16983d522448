// Counters of a question whose nodes and paths are few enough that each has a number of its own: a
// path is a number with a digit for each place that its kind leaves open, the last place counting
// fastest. Beside whole paths only the people of nodes and edges are counted; how often those were
// passed follows from how often each path was.
//
// Counting waits for lines of the cache, so counters are small: they hold what came since the last
// carry, which is before person number 65,536, and know whom they counted last by a number of
// sixteen bits. What was carried lies in larger counters that only reading looks at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace perennial::timeline {

struct PathCount {
  uint64_t paths = 0;
  uint32_t people = 0;
};

class DensePaths {
 public:
  struct Shape {
    uint32_t nodes = 0;   // 1 to this; 0 stands behind the end of a path
    uint32_t steps = 0;   // places
    uint32_t anchor = 0;  // the node of the first place; 0: it is open, as all others are
    uint32_t open() const { return anchor == 0 ? steps : steps - 1; }
    uint64_t width() const { return nodes + uint64_t{2}; }
    size_t cells() const { return steps * width() * width(); }
  };

  void allocate(const Shape& shape);  // again does nothing
  uint64_t bytes() const {
    return recent_.capacity() * sizeof(Recent) + seen_.capacity() * sizeof(Seen) +
           carried_.capacity() * sizeof(PathCount) + carried_people_.capacity() * sizeof(uint32_t);
  }

  // Whether the next begin_person() carries: nothing of those before may be counted after it.
  bool full() const { return serial_ == kMaxSerial || counted_ >= kMaxCounted; }
  // Before the first path of each person.
  void begin_person() {
    if (full()) carry();
    ++serial_;
  }
  uint16_t serial() const { return static_cast<uint16_t>(serial_); }  // of that person
  uint32_t number_of(const uint32_t* row) const {
    uint32_t number = 0;
    for (uint32_t i = shape_.steps - shape_.open(); i < shape_.steps; ++i)
      number = number * (shape_.nodes + 1) + row[i];
    return number;
  }
  void fetch(uint32_t number) { __builtin_prefetch(&recent_[number], 1); }
  // `row` has all nodes from the first place on, zeros behind the path's end.
  void count(uint32_t number, const uint32_t* row, uint16_t serial);

  // A path as its number and its nodes behind the anchor as bytes, the first lowest.
  struct Packed {
    uint32_t number, nodes;
  };
  static constexpr uint32_t kMaxPacked = 4;  // places behind the anchor
  static constexpr size_t kAhead = 16;       // elements to be read behind the end of the rows
  // Paths of people in a row, whose ends among `rows` are `ends`; kOpen is Shape::open().
  template <uint32_t kOpen>
  void count(const Packed* rows, std::span<const uint32_t> ends);

  size_t paths() const { return recent_.size(); }
  PathCount path(size_t number) const;
  size_t cells() const { return seen_.size(); }
  uint32_t people(size_t cell) const;  // cell: (step · width + node) · width + next
  void merge(const DensePaths& other);

 private:
  static constexpr uint32_t kMaxSerial = std::numeric_limits<uint16_t>::max();
  // The paths of one person are far fewer than what is left to the largest number.
  static constexpr uint32_t kMaxCounted = uint32_t{1} << 31;
  struct Seen {
    uint16_t people = 0, last = 0;
  };
  struct Recent {
    uint32_t paths = 0;
    Seen by;
  };

  void carry();
  static void see(Seen& seen, uint16_t serial) {
    seen.people = static_cast<uint16_t>(seen.people + (seen.last != serial ? 1 : 0));
    seen.last = serial;
  }

  Shape shape_;
  uint32_t serial_ = 0;   // of people with a path since the last carry
  uint32_t counted_ = 0;  // paths since then
  std::vector<Recent> recent_;
  std::vector<Seen> seen_;
  std::vector<PathCount> carried_;        // as recent_; empty before the first carry
  std::vector<uint32_t> carried_people_;  // as seen_
};

template <uint32_t kOpen>
void DensePaths::count(const Packed* rows, std::span<const uint32_t> ends) {
  const size_t width = shape_.width();
  Seen* const after_anchor = &seen_[shape_.anchor * width];
  uint32_t i = 0;
  for (const uint32_t end : ends) {
    begin_person();
    const uint16_t person = serial();
    counted_ += end - i;
    for (; i < end; ++i) {
      fetch(rows[i + kAhead].number);
      Recent& whole = recent_[rows[i].number];
      ++whole.paths;
      see(whole.by, person);
      uint32_t nodes = rows[i].nodes;
      see(after_anchor[nodes & 0xFF], person);
      Seen* of_step = seen_.data();
      for (uint32_t place = 1; place <= kOpen; ++place, nodes >>= 8) {
        of_step += width * width;
        Seen* of_node = of_step + (nodes & 0xFF) * width;
        // The node after the anchor has the people of the edge to it.
        if (place > 1) see(of_node[width - 1], person);
        if (place < kOpen) see(of_node[nodes >> 8 & 0xFF], person);
      }
    }
  }
}

}  // namespace perennial::timeline
