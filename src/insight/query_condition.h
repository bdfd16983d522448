// Selectors and conditions of questions, from JSON.
#pragma once

#include "insight/query.h"
#include "insight/query_fields.h"

namespace perennial::insight {

Result<timeline::Condition> parse_condition(const Json& json, const std::string& path);
Result<PeopleCondition> parse_people(const Json& json, const std::string& path);
Result<NamedSelector> parse_selector(const Json& json, const std::string& path);
// One EventChoice, which has no list and no name.
Result<NamedSelector> parse_event_choice(const Json& json, const std::string& path);
// Any event that somebody tracked, or a page or screen.
NamedSelector any_event(const std::string& path);
Result<Breakdown> parse_breakdown(const Json& json, const std::string& path);

// The member of that name, which must be there.
Result<NamedSelector> selector(const Fields& fields, std::string_view member);
// The member `breakdown`, if it is there; the second also takes a property in lists, the third no
// breakdown by events.
Result<std::optional<Breakdown>> breakdown(const Fields& fields);
Result<std::optional<Breakdown>> breakdown_of_hits(const Fields& fields);
Result<std::optional<Breakdown>> people_breakdown(const Fields& fields);
// The member, a property that has one value in each event; "" if it is not there.
Result<std::string> single_property(const Fields& fields, std::string_view member);

}  // namespace perennial::insight
