// Every path that the scan finds is counted once as a whole and once in each of its nodes and
// edges. The counters have dense numbers where few enough are possible: a whole path is then a
// number with a digit for each place. Else whole paths are numbered by their beginnings, and cells
// by a hash. A counter remembers the person it counted last, which makes unique people exact.
#include "timeline/paths.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "timeline/paths_plain.h"
#include "timeline/paths_scan.h"

namespace perennial::timeline {

namespace {

constexpr uint64_t kDenseCells = 1 << 17, kDensePaths = 1 << 20;

Result<void> check_node(const PathsSpec& spec, uint32_t node, const char* where) {
  if (node < 1 || node > spec.nodes) return fail(Code::kInvalid, "no node of this path", where);
  return {};
}

// Places of a path that its kind leaves open.
int open_places(const PathsSpec& spec) {
  return spec.kind == PathsSpec::Kind::kStart ? spec.steps : spec.steps - 1;
}

}  // namespace

Result<void> check(const PathsSpec& spec) {
  using Kind = PathsSpec::Kind;
  if (spec.session) TRY(check(*spec.session));
  if (spec.nodes < 1 || spec.nodes > kMaxPathNodes) {
    return fail(Code::kInvalid, "1 to 1048576 nodes", "nodes");
  }
  const auto too_large = [&](uint32_t node) { return node > spec.nodes; };
  if (std::ranges::any_of(spec.node_of, too_large))
    return fail(Code::kInvalid, "a node over the largest", "node_of");
  for (const auto& of_value : spec.node_of_value) {
    if (std::ranges::any_of(of_value, too_large))
      return fail(Code::kInvalid, "a node over the largest", "node_of_value");
  }
  if (spec.kind == Kind::kFrom || spec.kind == Kind::kBetween) {
    TRY(check_node(spec, spec.from, "from"));
  }
  if (spec.kind == Kind::kTo || spec.kind == Kind::kBetween) {
    TRY(check_node(spec, spec.to, "to"));
  }
  if (spec.steps < kMinPathSteps || spec.steps > kMaxPathSteps) {
    return fail(Code::kInvalid, "2 to 20 steps", "steps");
  }
  if (spec.begin > spec.end) return fail(Code::kInvalid, "the range ends before it begins", "end");
  if (spec.max_edges < 1 || spec.max_edges > kMaxPathEdges) {
    return fail(Code::kInvalid, "1 to 200 edges of a step", "max_edges");
  }
  if (spec.max_paths < 0 || spec.max_paths > kMaxWholePaths) {
    return fail(Code::kInvalid, "at most 1000 whole paths", "max_paths");
  }
  return {};
}

Paths::Paths(PathsSpec spec) : spec_(std::move(spec)), node_of_(spec_.node_of) {
  if (node_of_.empty()) {
    for (uint32_t node = 0; node <= spec_.nodes; ++node) node_of_.push_back(node);
  }
  if (!spec_.node_of_value.empty()) {
    for (uint32_t node = 0; node <= spec_.nodes; ++node) same_.push_back(node);
  }
  width_ = spec_.nodes + uint64_t{2};
  dense_cells_ = static_cast<uint64_t>(spec_.steps) * width_ * width_ <= kDenseCells;
  uint64_t paths = 1;
  for (int i = 0; i < open_places(spec_) && paths <= kDensePaths; ++i) paths *= spec_.nodes + 1;
  dense_paths_ = paths <= kDensePaths;
  derived_ = dense_cells_ && dense_paths_;
}

// Each hit's node, from its name and its value.
void Paths::nodes_of_values(const Hits& hits, std::vector<uint32_t>& nodes) const {
  const uint32_t end = hits.last[kBucketPeople - 1];
  nodes.resize(end);
  for (uint32_t i = hits.first[0]; i < end; ++i) {
    const uint32_t name = hits.group[i];
    const bool told_apart = name < spec_.node_of_value.size() && !spec_.node_of_value[name].empty();
    if (told_apart) {
      const auto& of_value = spec_.node_of_value[name];
      nodes[i] = of_value[std::min<size_t>(hits.held[i], of_value.size() - 1)];
    } else {
      nodes[i] = name < node_of_.size() ? node_of_[name] : 0;
    }
  }
}

template <class Emit>
void Paths::scan(const Slice& slice, Emit& emit) const {
  using Kind = PathsSpec::Kind;
  const bool days = spec_.session && spec_.session->days;
  Hits hits = slice.hits[0];
  std::vector<uint32_t> nodes;
  if (!spec_.node_of_value.empty()) {
    nodes_of_values(hits, nodes);
    hits.group = nodes.data();
    hits.name = nullptr;
  }
  const std::vector<uint32_t>& node_of = spec_.node_of_value.empty() ? node_of_ : same_;
  auto run = [&]<Kind kKind, bool kDays, bool kBytes>() {
    PathScan<kKind, kDays, kBytes, Emit> scan(spec_, node_of, hits, emit);
    slice.who.for_each([&](uint32_t person) {
      if (hits.count(person) == 0) return;
      emit.begin(person);
      scan.person(hits.first[person], hits.last[person]);
    });
  };
  auto run_days = [&]<Kind kKind, bool kDays>() {
    return hits.name != nullptr ? run.template operator()<kKind, kDays, true>()
                                : run.template operator()<kKind, kDays, false>();
  };
  auto run_kind = [&]<Kind kKind>() {
    return days ? run_days.template operator()<kKind, true>()
                : run_days.template operator()<kKind, false>();
  };
  switch (spec_.kind) {
    case Kind::kStart:
      return run_kind.template operator()<Kind::kStart>();
    case Kind::kFrom:
      return run_kind.template operator()<Kind::kFrom>();
    case Kind::kTo:
      return run_kind.template operator()<Kind::kTo>();
    case Kind::kBetween:
      return run_kind.template operator()<Kind::kBetween>();
  }
}

class Paths::Count {
 public:
  explicit Count(Paths& paths) : to(paths) {}

  void begin(uint32_t) { has_path = has_longer = has_unreached = false; }
  void path(std::span<const uint32_t> row) {
    if (to.derived_) return derived(row.data());
    if (!has_path) ++to.serial_;
    put(to.total_, has_path);
    put(to.path(row));
    if (to.dense_cells_) return dense(row.data());
    for (uint32_t step = 0; step < row.size(); ++step) {
      const bool is_last = step + 1 == row.size();
      put(to.cell({.step = step, .node = row[step], .next = kItself}));
      if (is_last && step + 1 == static_cast<uint32_t>(to.spec_.steps)) return;
      put(to.cell({.step = step, .node = row[step], .next = is_last ? 0 : row[step + 1]}));
    }
  }
  void longer() { put(to.longer_, has_longer); }
  void unreached() { put(to.unreached_, has_unreached); }
  void finish() {
    for (size_t i = 0; i < kWaiting; ++i) {
      Waiting& place = waiting[(next + i) % kWaiting];
      count(place);
      place.waits = false;
    }
  }

 private:
  // A path on its way to its counter, which lies somewhere in half a megabyte: it is fetched while
  // the paths before it are counted.
  struct Waiting {
    bool waits = false;
    uint16_t serial = 0;
    uint32_t number = 0;
    Row row{};
  };
  static constexpr size_t kWaiting = 16;

  void derived(const uint32_t* row) {
    if (!has_path) {
      if (to.dense_.full()) finish();
      to.dense_.begin_person();
    }
    put(to.total_, has_path);
    Waiting& place = waiting[next++ % kWaiting];
    count(place);
    place.waits = true;
    place.serial = to.dense_.serial();
    place.number = to.dense_.number_of(row);
    to.dense_.fetch(place.number);
    std::copy_n(row, to.spec_.steps, place.row.begin());
  }
  void count(const Waiting& path) {
    if (path.waits) to.dense_.count(path.number, path.row.data(), path.serial);
  }
  // All steps, the places behind the path's end too: they are zeros, whose counters nobody reads,
  // and a fixed number of rounds is faster than the right one.
  void dense(const uint32_t* row) {
    const uint64_t width = to.width_;
    const auto steps = static_cast<uint32_t>(to.spec_.steps);
    Tally* of_step = to.cells_.data();
    for (uint32_t step = 0; step < steps; ++step) {
      Tally* of_node = of_step + row[step] * width;
      put(of_node + width - 1);
      if (step + 1 < steps) put(of_node + row[step + 1]);
      of_step += width * width;
    }
  }
  static void put(PathCount& count, bool& has) {
    ++count.paths;
    if (!has) ++count.people;
    has = true;
  }
  void put(Tally* tally) const {
    if (tally == nullptr) return;
    ++tally->paths;
    tally->people += static_cast<uint32_t>(tally->last != to.serial_);
    tally->last = to.serial_;
  }

  Paths& to;
  bool has_path = false, has_longer = false, has_unreached = false;  // of the person
  std::array<Waiting, kWaiting> waiting;
  size_t next = 0;
};

void Paths::add(const Slice& slice) {
  allocate();
  if (add_plain(slice)) return;
  Count count(*this);
  scan(slice, count);
  count.finish();
}

bool Paths::add_plain(const Slice& slice) {
  const Hits& hits = slice.hits[0];
  if (!derived_ || hits.name == nullptr || !PlainPaths::fit(spec_)) return false;
  PlainPaths plain(spec_, node_of_, hits);
  if (!plain.fits()) return false;
  switch (spec_.steps) {
    case 2:
      add_plain<1>(plain, slice.who);
      return true;
    case 3:
      add_plain<2>(plain, slice.who);
      return true;
    case 4:
      add_plain<3>(plain, slice.who);
      return true;
    default:
      add_plain<DensePaths::kMaxPacked>(plain, slice.who);
      return true;
  }
}

template <uint32_t kOpen>
void Paths::add_plain(PlainPaths& plain, const Crowd& who) {
  plain.run(who, [&](const DensePaths::Packed* rows, std::span<const uint32_t> ends) {
    dense_.count<kOpen>(rows, ends);
    total_.paths += ends.empty() ? 0 : ends.back();
    total_.people += static_cast<uint32_t>(ends.size());
  });
}

void Paths::allocate() {
  const size_t cells = static_cast<size_t>(spec_.steps) * width_ * width_;
  if (derived_) return dense_.allocate(dense_shape());
  if (dense_cells_) cells_.resize(cells);
  if (dense_paths_ && paths_.empty()) {
    size_t paths = 1;
    for (int i = 0; i < open_places(spec_); ++i) paths *= spec_.nodes + 1;
    paths_.resize(paths);
  }
}

DensePaths::Shape Paths::dense_shape() const {
  DensePaths::Shape shape{.nodes = spec_.nodes, .steps = static_cast<uint32_t>(spec_.steps)};
  if (spec_.kind != PathsSpec::Kind::kStart)
    shape.anchor = spec_.kind == PathsSpec::Kind::kTo ? spec_.to : spec_.from;
  return shape;
}

PathCount Paths::path_count(size_t number) const {
  if (derived_) return dense_.path(number);
  return {.paths = paths_[number].paths, .people = paths_[number].people};
}

// The counter of a cell; null when there are too many.
Paths::Tally* Paths::cell(const Cell& cell) {
  const uint64_t next = cell.next == kItself ? width_ - 1 : cell.next;
  const uint64_t slot = (cell.step * width_ + cell.node) * width_ + next;
  if (dense_cells_) return &cells_[slot];
  if (cells_too_large_) return nullptr;
  const uint32_t number = cell_keys_.put(slot);
  if (number == kMaxPathCells) {
    drop_cells();
    return nullptr;
  }
  if (number == cells_.size()) cells_.emplace_back();
  return &cells_[number];
}

Paths::Cell Paths::cell_at(size_t number) const {
  uint64_t slot = dense_cells_ ? number : cell_keys_.key(static_cast<uint32_t>(number));
  Cell cell;
  cell.next = static_cast<uint32_t>(slot % width_);
  if (cell.next == width_ - 1) cell.next = kItself;
  cell.node = static_cast<uint32_t>(slot / width_ % width_);
  cell.step = static_cast<uint32_t>(slot / width_ / width_);
  return cell;
}

// The number of a beginning that is one node longer than another's (kNone: than none).
uint32_t Paths::beginning(uint32_t before, uint32_t node) {
  const uint32_t number = beginnings_.put(uint64_t{before + 1} << 32 | node);
  if (number == paths_.size()) paths_.emplace_back();
  return number;
}

Paths::Tally* Paths::path(std::span<const uint32_t> row) {
  if (dense_paths_) {
    const auto places = static_cast<size_t>(spec_.steps);
    size_t slot = 0;
    for (size_t i = places - static_cast<size_t>(open_places(spec_)); i < places; ++i) {
      slot = slot * (spec_.nodes + 1) + row.data()[i];
    }
    return &paths_[slot];
  }
  if (paths_too_large_) return nullptr;
  uint32_t number = KeyIndex::kNone;
  for (uint32_t node : row) number = beginning(number, node);
  if (beginnings_.size() <= kMaxPathBeginnings) return &paths_[number];
  drop_paths();
  return nullptr;
}

// The nodes of a counted path from its anchor on, written to `row`.
std::span<const uint32_t> Paths::path_at(size_t number, Row& row) const {
  size_t size = 0;
  if (dense_paths_) {
    for (size_t slot = number; slot != 0; slot /= spec_.nodes + 1) {
      const auto node = static_cast<uint32_t>(slot % (spec_.nodes + 1));
      if (node != 0) row[size++] = node;
    }
    if (spec_.kind != PathsSpec::Kind::kStart) {
      row[size++] = spec_.kind == PathsSpec::Kind::kTo ? spec_.to : spec_.from;
    }
  } else {
    for (auto at = static_cast<uint32_t>(number); at != KeyIndex::kNone;) {
      const uint64_t key = beginnings_.key(at);
      row[size++] = static_cast<uint32_t>(key);
      at = static_cast<uint32_t>(key >> 32) - 1;
    }
  }
  std::reverse(row.begin(), row.begin() + static_cast<ptrdiff_t>(size));
  return {row.data(), size};
}

void Paths::drop_cells() {
  cells_too_large_ = true;
  cells_ = {};
  cell_keys_ = {};
}

void Paths::drop_paths() {
  paths_too_large_ = true;
  paths_ = {};
  beginnings_ = {};
}

void Paths::merge(const Paths& other) {
  auto add = [](PathCount& to, const PathCount& from) {
    to.paths += from.paths;
    to.people += from.people;
  };
  add(total_, other.total_);
  add(longer_, other.longer_);
  add(unreached_, other.unreached_);
  allocate();
  if (derived_) return dense_.merge(other.dense_);
  if (other.cells_too_large_ && !cells_too_large_) drop_cells();
  for (size_t i = 0; i < other.cells_.size(); ++i) {
    const Tally& from = other.cells_[i];
    if (from.paths == 0) continue;
    Tally* to = cell(other.cell_at(i));
    if (to == nullptr) break;
    to->paths += from.paths;
    to->people += from.people;
  }
  if (other.paths_too_large_ && !paths_too_large_) drop_paths();
  if (!paths_too_large_) merge_paths(other);
}

void Paths::merge_paths(const Paths& other) {
  std::vector<uint32_t>
      mine;  // the other's beginnings → ours; a beginning comes before longer ones
  for (uint32_t i = 0; i < other.paths_.size(); ++i) {
    uint32_t to = i;
    if (!dense_paths_) {
      const uint64_t key = other.beginnings_.key(i);
      const auto before = static_cast<uint32_t>(key >> 32);
      to = beginning(before == 0 ? KeyIndex::kNone : mine[before - 1], static_cast<uint32_t>(key));
      mine.push_back(to);
      if (beginnings_.size() > kMaxPathBeginnings) return drop_paths();
    }
    paths_[to].paths += other.paths_[i].paths;
    paths_[to].people += other.paths_[i].people;
  }
}

PathsTable Paths::finish() const {
  PathsTable table;
  table.total = total_;
  table.longer = longer_;
  table.unreached = unreached_;
  table.steps_too_large = cells_too_large_;
  table.paths_too_large = paths_too_large_;
  if (!cells_too_large_) finish_steps(table);
  finish_paths(table);
  return table;
}

std::vector<PathCount> Paths::cell_counts() const {
  std::vector<PathCount> out;
  if (!derived_) {
    for (const Tally& cell : cells_) out.push_back({.paths = cell.paths, .people = cell.people});
    return out;
  }
  for (size_t i = 0; i < dense_.cells(); ++i)
    out.push_back({.paths = 0, .people = dense_.people(i)});
  if (!out.empty()) add_whole_paths(out);
  return out;
}

// Each whole path is one of the paths of its nodes and edges.
void Paths::add_whole_paths(std::vector<PathCount>& cells) const {
  const auto steps = static_cast<size_t>(spec_.steps);
  const bool anchored = spec_.kind != PathsSpec::Kind::kStart;
  Row row{};
  if (anchored) row[0] = spec_.kind == PathsSpec::Kind::kTo ? spec_.to : spec_.from;
  const auto cell = [&](size_t step, uint64_t next) -> PathCount& {
    return cells[(step * width_ + row[step]) * width_ + next];
  };
  for (size_t number = 0; number < dense_.paths(); ++number) {
    const PathCount whole = dense_.path(number);
    for (size_t step = 0; whole.paths != 0 && step < steps && row[step] != 0; ++step) {
      cell(step, width_ - 1).paths += whole.paths;
      if (step + 1 < steps) cell(step, row[step + 1]).paths += whole.paths;
    }
    // The next number: the last place counts fastest.
    for (size_t place = steps; place-- > (anchored ? 1 : 0);) {
      if (++row[place] <= spec_.nodes) break;
      row[place] = 0;
    }
  }
  if (!anchored) return;
  cell(0, width_ - 1).people = total_.people;
  for (uint32_t node = 1; node <= spec_.nodes; ++node) {
    const uint32_t people = cell(0, node).people;
    cells[(width_ + node) * width_ + width_ - 1].people = people;
  }
}

void Paths::finish_steps(PathsTable& table) const {
  table.steps.resize(static_cast<size_t>(spec_.steps));
  std::vector<std::vector<std::pair<uint32_t, PathCount>>> ended(table.steps.size());
  const bool back = spec_.kind == PathsSpec::Kind::kTo;
  const std::vector<PathCount> cells = cell_counts();
  for (size_t i = 0; i < cells.size(); ++i) {
    const PathCount& count = cells[i];
    if (count.paths == 0) continue;
    const Cell at = cell_at(i);
    if (at.node == 0) continue;
    PathStep& step = table.steps[at.step];
    if (at.next == kItself) {
      step.nodes.push_back({count, at.node, {}});
    } else if (at.next == 0) {
      ended[at.step].emplace_back(at.node, count);
    } else {
      step.edges.push_back({count, back ? at.next : at.node, back ? at.node : at.next});
    }
  }
  const auto most = static_cast<size_t>(spec_.max_edges);
  for (size_t i = 0; i < table.steps.size(); ++i) {
    PathStep& step = table.steps[i];
    std::ranges::sort(step.nodes, {}, &PathNode::node);
    for (const auto& [node, count] : ended[i]) {
      std::ranges::lower_bound(step.nodes, node, {}, &PathNode::node)->ended = count;
    }
    std::ranges::stable_sort(step.nodes, std::greater(), &PathNode::paths);
    std::ranges::sort(step.edges, [](const PathEdge& a, const PathEdge& b) {
      return std::tuple(b.paths, a.from, a.to) < std::tuple(a.paths, b.from, b.to);
    });
    for (; step.nodes.size() > most; step.nodes.pop_back()) {
      step.other_nodes += step.nodes.back().paths;
      step.other_ended += step.nodes.back().ended.paths;
    }
    for (; step.edges.size() > most; step.edges.pop_back()) {
      step.other_edges += step.edges.back().paths;
    }
  }
}

std::vector<uint32_t> Paths::in_time(std::span<const uint32_t> row) const {
  std::vector<uint32_t> nodes(row.begin(), row.end());
  if (spec_.kind == PathsSpec::Kind::kTo) std::ranges::reverse(nodes);
  return nodes;
}

// A heap of the best paths, whose front is the worst of them.
void Paths::finish_paths(PathsTable& table) const {
  struct Best {
    uint64_t paths;
    size_t number;
  };
  std::vector<Best> best;
  Row row_a{}, row_b{};
  auto better = [&](const Best& a, const Best& b) {
    if (a.paths != b.paths) return a.paths > b.paths;
    return std::ranges::lexicographical_compare(path_at(a.number, row_a), path_at(b.number, row_b));
  };
  const auto most = static_cast<size_t>(spec_.max_paths);
  for (size_t i = 0; i < path_numbers(); ++i) {
    const uint64_t paths = path_count(i).paths;
    if (paths == 0) continue;
    ++table.different_paths;
    const Best one{.paths = paths, .number = i};
    if (best.size() == most) {
      if (most == 0 || !better(one, best.front())) continue;
      std::ranges::pop_heap(best, better);
      best.pop_back();
    }
    best.push_back(one);
    std::ranges::push_heap(best, better);
  }
  std::ranges::sort_heap(best, better);
  for (const Best& one : best) {
    table.paths.push_back({path_count(one.number), in_time(path_at(one.number, row_a))});
  }
}

struct Paths::Find {
  using What = PathsCell::What;
  const PathsSpec& spec;
  const PathsCell& cell;
  std::vector<uint32_t> nodes;  // of the cell, from the anchor on
  Crowd& out;
  uint32_t person = 0;

  void begin(uint32_t i) { person = i; }
  void longer() { add(cell.what == What::kLonger); }
  void unreached() { add(cell.what == What::kUnreached); }
  void path(std::span<const uint32_t> row) { add(fits(row)); }

 private:
  void add(bool it_fits) {
    if (it_fits) out.add(person);
  }
  bool shown(uint32_t a, uint32_t b) const {
    return std::ranges::find(cell.shown, std::pair(a, b)) != cell.shown.end();
  }
  bool fits(std::span<const uint32_t> row) const {
    if (cell.what == What::kAll) return true;
    if (cell.what == What::kPath) return std::ranges::equal(row, nodes);
    const auto step = static_cast<size_t>(cell.step);
    if (step >= row.size()) return false;
    const uint32_t node = row[step];
    const bool ended = step + 1 == row.size() && cell.step + 1 < spec.steps;
    uint32_t from = node, to = step + 1 < row.size() ? row[step + 1] : 0;
    const bool edge = to != 0;
    if (spec.kind == PathsSpec::Kind::kTo) std::swap(from, to);
    switch (cell.what) {
      case What::kNode:
        return node == cell.node;
      case What::kEnded:
        return ended && node == cell.node;
      case What::kEdge:
        return edge && from == cell.from && to == cell.to;
      case What::kOtherNodes:
        return !shown(node, 0);
      case What::kOtherEnded:
        return ended && !shown(node, 0);
      case What::kOtherEdges:
        return edge && !shown(from, to);
      default:
        return false;
    }
  }
};

void Paths::collect(const Slice& slice, const PathsCell& cell, Crowd& out) const {
  Find find{.spec = spec_, .cell = cell, .nodes = in_time(cell.nodes), .out = out};
  scan(slice, find);
}

}  // namespace perennial::timeline
