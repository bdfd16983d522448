#include "portrait/group.h"

#include "proof/proof.h"

namespace perennial::portrait {

TagIndex against_everybody(const segments::FactColumn& column, std::span<const PersonId> group) {
  std::vector<int64_t> all(column.words.size(), 0), mine(column.words.size(), 0);
  for (const uint16_t word : column.code) ++all[word];
  for (const PersonId person : group) ++mine[column.of(person)];
  TagIndex out;
  for (size_t word = 1; word < all.size(); ++word) {
    out.all += all[word];
    out.group += mine[word];
  }
  for (size_t word = 1; word < all.size(); ++word) {
    if (all[word] == 0) continue;
    WordIndex one{.word = static_cast<uint16_t>(word), .group = mine[word], .all = all[word]};
    one.all_share = static_cast<double>(one.all) / static_cast<double>(out.all);
    if (out.group > 0) {
      one.group_share = static_cast<double>(one.group) / static_cast<double>(out.group);
      const auto limits = proof::wilson_limits({one.group, out.group});
      one.index = 100 * one.group_share / one.all_share;
      one.low = 100 * limits.low / one.all_share;
      one.high = 100 * limits.high / one.all_share;
    }
    one.small =
        out.group < kSmallGroup || one.all_share * static_cast<double>(out.group) < kSmallExpected;
    one.differs = !one.small && (one.low > 100 || one.high < 100);
    out.words.push_back(one);
  }
  return out;
}

}  // namespace perennial::portrait
