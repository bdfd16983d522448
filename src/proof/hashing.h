// Where a unit falls in [0, 1): bit-equal with GrowthBook's public hashing, so that an SDK in a
// page and the server agree about an arm without asking each other.
//
// Source: GrowthBook, "Build your own SDK" (docs.growthbook.io/lib/build-your-own) and the cases of
// its test suite. FNV-1a with 32 bits runs over UTF-16 code units, as JavaScript does.
//   version 1: fnv(value + seed) mod 1000 / 1000, which is biased for some seeds
//   version 2: fnv(decimal text of fnv(seed + value)) mod 10000 / 10000
#pragma once

#include <utility>

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace perennial::proof {

inline constexpr int kHashVersion = 2;  // of what is drawn here

// Nothing for another version than 1 and 2. `seed` and `value` are UTF-8.
std::optional<double> hash_place(std::string_view seed, std::string_view value, int version);

// Half-open ranges of [0, 1), one for each arm: arm i takes its weight from where the ones before
// it end, of which `coverage` (0 to 1) is used.
using Range = std::pair<double, double>;
std::vector<Range> bucket_ranges(std::span<const double> weights, double coverage);
// The arm in whose range `place` lies.
std::optional<size_t> choose_arm(double place, std::span<const Range> ranges);
// Whether a unit lies in [from, to) of a namespace: hash_place("__" + name, value, 1).
bool in_namespace(std::string_view name, std::string_view value, double from, double to);

}  // namespace perennial::proof
