// The leaves of rules from JSON. Inside this module only.
#pragma once

#include "segments/rule.h"

namespace perennial::segments {

Result<TraitTest> parse_trait(const Json& json, const std::string& path, const Calendar& calendar);
Result<EventTest> parse_did(const Json& json, const std::string& path, const Calendar& calendar);
Result<EdgeTest> parse_edge(const Json& json, const std::string& path, bool last,
                            const Calendar& calendar);
Result<SequenceTest> parse_sequence(const Json& json, const std::string& path,
                                    const Calendar& calendar);
Result<ConsentTest> parse_consent(const Json& json, const std::string& path);
Result<std::string> parse_segment_id(const Json& json, const std::string& path);

}  // namespace perennial::segments
