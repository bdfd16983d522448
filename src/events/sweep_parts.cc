#include "events/sweep_parts.h"

namespace perennial::events {

std::vector<Sweep> parted(const Sweep& what, size_t parts,
                          const std::vector<std::pair<std::string, uint64_t>>& marks) {
  uint64_t all = 0, before = 0;
  for (const auto& [identity, events] : marks) all += events;
  std::vector<Sweep> out{what};
  for (const auto& [identity, events] : marks) {
    const bool enough = before >= all * out.size() / parts;
    const bool inside = identity > out.back().from_identity &&
                        (what.below_identity.empty() || identity < what.below_identity);
    if (enough && out.size() < parts && before > 0 && inside) {
      out.push_back(out.back());
      out[out.size() - 2].below_identity = identity;
      out.back().from_identity = identity;
    }
    before += events;
  }
  return out;
}

}  // namespace perennial::events
