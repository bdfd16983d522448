// The check of questions for the selectors and properties of other documents: whether the names in
// them were ever seen. kInvalid names the member and close matches.
#pragma once

#include <span>
#include <string>

#include "insight/names.h"

namespace perennial::insight {

Result<void> check_selector(const NamedSelector& selector, Names& names);
// A property that at least one of the events must carry.
Result<void> check_event_property(const std::string& property, const std::string& path,
                                  std::span<const timeline::EventSelector> events, Names& names);
// A property of people.
Result<void> check_person_property(const std::string& property, const std::string& path,
                                   Names& names);

}  // namespace perennial::insight
