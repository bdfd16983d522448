// Values of properties in lists, out of events as the log stores them. Inside this module only.
#pragma once

#include <utility>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <simdjson.h>

#include "timeline/lists.h"

namespace perennial::timeline {

class ListReader {
 public:
  explicit ListReader(Lists lists);
  // The event as it is to be read once.
  struct Copy {
    std::vector<std::string> fitting;  // names of tests that fit
    std::vector<std::pair<std::string, double>> numbers;
    std::optional<std::string> value;  // of the breakdown
  };
  std::vector<Copy> read(const simdjson::dom::element& event) const;  // at least one

 private:
  using Steps = std::vector<std::string>;  // names of members; "" is every element
  struct Number {
    std::string name;
    Steps steps;
  };
  void read_split(const simdjson::dom::element& event, std::vector<Copy>& copies) const;

  Lists lists_;
  std::vector<Steps> tests_;     // of lists_.tests
  std::vector<Number> numbers_;  // of the event as a whole
  std::vector<Number> own_;      // of the elements that the breakdown splits, behind `list_`
  Steps list_, value_;           // the breakdown: its elements, and the value in one of them
};

}  // namespace perennial::timeline
