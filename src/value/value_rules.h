// Rules of stages and cuts of RFM, as an operator may change them: value.rules of the settings.
#pragma once

#include "value/value.h"

namespace perennial::value {

Json to_json(const ValueRules& rules);
// Fails with kInvalid, naming the member, for what is out of range or not in order.
Result<ValueRules> value_rules_from_json(const Json& json);

}  // namespace perennial::value
