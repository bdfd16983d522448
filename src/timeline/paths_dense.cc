#include "timeline/paths_dense.h"

namespace perennial::timeline {

void DensePaths::allocate(const Shape& shape) {
  if (!recent_.empty()) return;
  shape_ = shape;
  size_t paths = 1;
  for (uint32_t i = 0; i < shape.open(); ++i) paths *= shape.nodes + 1;
  recent_.resize(paths);
  seen_.resize(shape.cells());
}

// A path that the person took before adds nobody to any cell.
void DensePaths::count(uint32_t number, const uint32_t* row, uint16_t serial) {
  Recent& whole = recent_[number];
  ++whole.paths;
  ++counted_;
  if (whole.by.last == serial) return;
  see(whole.by, serial);
  const size_t width = shape_.width();
  const uint32_t nodes_from = shape_.anchor == 0 ? 0 : 2;  // see add_whole_paths()
  Seen* of_step = seen_.data();
  for (uint32_t step = 0; step < shape_.steps; ++step, of_step += width * width) {
    Seen* of_node = of_step + row[step] * width;
    if (step >= nodes_from) see(of_node[width - 1], serial);
    if (step + 1 < shape_.steps) see(of_node[row[step + 1]], serial);
  }
}

void DensePaths::carry() {
  carried_.resize(recent_.size());
  carried_people_.resize(seen_.size());
  for (size_t i = 0; i < recent_.size(); ++i) {
    carried_[i].paths += recent_[i].paths;
    carried_[i].people += recent_[i].by.people;
    recent_[i] = {};
  }
  for (size_t i = 0; i < seen_.size(); ++i) {
    carried_people_[i] += seen_[i].people;
    seen_[i] = {};
  }
  serial_ = counted_ = 0;
}

PathCount DensePaths::path(size_t number) const {
  PathCount count{.paths = recent_[number].paths, .people = recent_[number].by.people};
  if (carried_.empty()) return count;
  count.paths += carried_[number].paths;
  count.people += carried_[number].people;
  return count;
}

uint32_t DensePaths::people(size_t cell) const {
  const uint32_t recent = seen_[cell].people;
  return carried_people_.empty() ? recent : carried_people_[cell] + recent;
}

void DensePaths::merge(const DensePaths& other) {
  if (other.recent_.empty()) return;
  allocate(other.shape_);
  carry();
  for (size_t i = 0; i < carried_.size(); ++i) {
    const PathCount from = other.path(i);
    carried_[i].paths += from.paths;
    carried_[i].people += from.people;
  }
  for (size_t i = 0; i < carried_people_.size(); ++i) carried_people_[i] += other.people(i);
}

}  // namespace perennial::timeline
