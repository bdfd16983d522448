// Properties inside lists, named as the schema registry names them: "products[].sku" is the member
// `sku` of every element of the list `products`, "tags[]" every element itself. One event has many
// values of such a property, which the columns of a timeline cannot hold; a question that uses one
// is answered from the event log, where it is turned into properties of one value while events are
// read:
//
//   a comparison   fits an event when it fits any of the values; its opposite fits when it fits
//                  none (an event without the list has none)
//   a number       is the sum over all values that are numbers
//   a breakdown    counts an event once in each of its values: the event is read once for every
//                  different value, so only kernels that count hits by group may see it
//
// Where the number lies in the same list as the breakdown ("products[].price" by "products[].sku"),
// the number of a value is the sum over the elements that have this value.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/select.h"

namespace perennial::timeline {

inline constexpr size_t kMaxListValues = 1'000;  // of one property of an event; no more are read

bool in_list(std::string_view property);

// What a question wants of lists.
struct Lists {
  std::vector<Test> tests;        // their operators are positive
  std::set<std::string> numbers;  // carried as sums
  std::string split;              // the breakdown; "" for none
  // The values that are told apart, once these are known; all others are kOtherListValue.
  std::optional<std::set<std::string>> shown;
  bool empty() const { return tests.empty() && numbers.empty() && split.empty(); }
};
inline constexpr std::string_view kOtherListValue = "\x01other";

// The properties of one value that stand for what a selector uses.
std::string name_of_test(const Test& positive);  // "true" where it fits, else missing
std::string name_of_number(std::string_view property);
std::string name_of_split(std::string_view property);

// Adds what a selector uses of lists to `lists`, and makes it use what stands for it.
void use_lists(Selector& selector, Lists& lists);

}  // namespace perennial::timeline
