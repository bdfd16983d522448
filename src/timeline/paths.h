// Paths: which events follow an event, come before one, or lie between two, session by session.
//
// Slice::hits[0] are the events of the paths, each with its name as `group`. A mapping turns the
// number of a name into a node (several names may be one node; node 0 leaves the event out); where
// events are told apart by a property (`held`), the name and the value's code lead to it. A path
// is a row of nodes in the order of events, `steps` of them at most, its anchor included:
//   kStart    from the first event of each session
//   kFrom     from the event `from` on
//   kTo       what came before the event `to`; counted backwards from it
//   kBetween  from `from` to the next `to`, where both lie in one session. Only paths that arrive
//             within `steps` nodes count; the others are told as `longer` and `unreached`.
// Events left out hold a session open but are in no path. With `collapse`, equal nodes in a row are
// one. A session has one path with kFirst and kLast (occurrence of the anchor: `from`, or `to` of
// kTo), or one for each occurrence with kEvery; these overlap. With `collapse`, occurrences in a
// row are one. Events outside the selector's range are not seen: a session over its border is cut.
#pragma once

#include <utility>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "timeline/paths_dense.h"
#include "timeline/paths_index.h"
#include "timeline/sessions_rule.h"

namespace perennial::timeline {

inline constexpr int kMinPathSteps = 2, kMaxPathSteps = 20;
inline constexpr uint32_t kMaxPathNodes = 1 << 20;  // the largest node
inline constexpr int kMaxPathEdges = 200;           // shown, of each step
inline constexpr int kMaxWholePaths = 1'000;        // shown
// Counted exactly up to these, of which there is one for each thread; refused beyond.
inline constexpr uint32_t kMaxPathCells = 1 << 20;       // different (step, node) and edges
inline constexpr uint32_t kMaxPathBeginnings = 1 << 20;  // different beginnings of whole paths

struct PathsSpec {
  enum class Kind { kStart, kFrom, kTo, kBetween };
  enum class Occurrence { kFirst, kLast, kEvery };
  Kind kind = Kind::kFrom;
  Occurrence occurrence = Occurrence::kFirst;
  std::optional<SessionRule> session = SessionRule{};  // none: all of a person is one session
  uint32_t nodes = 0;                                  // nodes are 1 to this
  std::vector<uint32_t> node_of;  // by number of the name; beyond it: left out. Empty: the same
  // By number of the name: empty, or the nodes by code of Hits::held, of which the last also stands
  // for all codes behind it. Beyond it: node_of. When it is not empty, hits carry `group` and
  // `held`.
  std::vector<std::vector<uint32_t>> node_of_value;
  uint32_t from = 0, to = 0;  // nodes
  int steps = 5;
  bool collapse = true;
  Second begin = 0, end = kNever;  // when the anchor happened (kStart: the path's first event)
  int max_edges = 20;              // of each step, and as many nodes
  int max_paths = 20;
};
Result<void> check(const PathsSpec& spec);

struct PathNode : PathCount {
  uint32_t node = 0;
  PathCount ended;  // that have no further node (kTo: no earlier one); unknown at the last step: 0
};
struct PathEdge : PathCount {
  uint32_t from = 0, to = 0;  // nodes in the order of time, of kTo too
};
// Step i: the nodes i places from the anchor, and the edges between them and those of step i + 1.
// Most paths first, then by number. What is over max_edges is added up without people, who may be
// in several; collect() finds them.
struct PathStep {
  std::vector<PathNode> nodes;
  uint64_t other_nodes = 0, other_ended = 0;  // paths
  std::vector<PathEdge> edges;
  uint64_t other_edges = 0;
};
struct WholePath : PathCount {
  std::vector<uint32_t> nodes;  // in the order of time; with fewer than `steps` it ended there
};

struct PathsTable {
  PathCount total;
  PathCount longer, unreached;   // kBetween: occurrences of `from` that led to no path
  std::vector<PathStep> steps;   // empty when `steps_too_large`
  std::vector<WholePath> paths;  // most first, then by nodes counted from the anchor
  uint64_t different_paths = 0;  // also those not shown
  bool steps_too_large = false;  // over kMaxPathCells
  bool paths_too_large = false;  // over kMaxPathBeginnings: `paths` is empty, the rest is exact
};

// A number of the table whose people are wanted.
struct PathsCell {
  enum class What {
    kAll,
    kLonger,
    kUnreached,
    kNode,        // step, node
    kEnded,       // step, node
    kEdge,        // step, from, to
    kPath,        // nodes
    kOtherNodes,  // step, shown: (node, 0)
    kOtherEnded,  // step, shown: (node, 0)
    kOtherEdges,  // step, shown: (from, to)
  };
  What what = What::kAll;
  int step = 0;
  uint32_t node = 0, from = 0, to = 0;
  std::vector<uint32_t> nodes{};                       // in the order of time
  std::vector<std::pair<uint32_t, uint32_t>> shown{};  // what is not "other"
};

class PlainPaths;  // paths_plain.h

class Paths {
 public:
  explicit Paths(PathsSpec spec);  // the spec was checked
  void add(const Slice& slice);
  uint64_t bytes() const {
    return (cells_.capacity() + paths_.capacity()) * sizeof(Tally) + dense_.bytes() +
           cell_keys_.bytes() + beginnings_.bytes();
  }
  void merge(const Paths& other);  // all sums are of whole numbers: any order gives the same
  PathsTable finish() const;
  void collect(const Slice& slice, const PathsCell& cell, Crowd& out) const;

 private:
  class Count;
  struct Find;
  struct Tally {
    uint64_t paths = 0;
    uint32_t people = 0, last = 0;  // `last` is the serial number of who was counted last
  };
  // A node or an edge by step; `next` is the further node from the anchor, 0 for none, or kItself
  // for the node alone.
  static constexpr uint32_t kItself = kNever;
  struct Cell {
    uint32_t step = 0, node = 0, next = 0;
  };
  using Row = std::array<uint32_t, kMaxPathSteps>;  // of nodes, from the anchor on

  template <class Emit>
  void scan(const Slice& slice, Emit& emit) const;
  bool add_plain(const Slice& slice);
  template <uint32_t kOpen>
  void add_plain(PlainPaths& plain, const Crowd& who);
  void nodes_of_values(const Hits& hits, std::vector<uint32_t>& nodes) const;
  void allocate();
  DensePaths::Shape dense_shape() const;
  Tally* cell(const Cell& cell);
  Tally* path(std::span<const uint32_t> row);  // with zeros behind it
  size_t path_numbers() const { return derived_ ? dense_.paths() : paths_.size(); }
  PathCount path_count(size_t number) const;
  Cell cell_at(size_t number) const;
  std::span<const uint32_t> path_at(size_t number, Row& row) const;
  uint32_t beginning(uint32_t before, uint32_t node);
  void merge_paths(const Paths& other);
  std::vector<PathCount> cell_counts() const;
  void add_whole_paths(std::vector<PathCount>& cells) const;
  void drop_cells();
  void drop_paths();
  void finish_steps(PathsTable& table) const;
  void finish_paths(PathsTable& table) const;
  std::vector<uint32_t> in_time(std::span<const uint32_t> row) const;

  PathsSpec spec_;
  std::vector<uint32_t> node_of_, same_;  // same_: each node is itself
  uint64_t width_ = 0;                    // digits of dense numbers: nodes, 0 and one more
  bool dense_cells_ = false, dense_paths_ = false;
  bool derived_ = false;  // both are dense: all is in dense_, not in cells_ and paths_
  uint32_t serial_ = 0;   // of people with a path
  PathCount total_, longer_, unreached_;
  std::vector<Tally> cells_, paths_;
  DensePaths dense_;
  KeyIndex cell_keys_;   // when they are not dense
  KeyIndex beginnings_;  // (number of the beginning before + 1) << 32 | node
  bool cells_too_large_ = false, paths_too_large_ = false;
};

}  // namespace perennial::timeline
