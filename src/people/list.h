// Walking through a whole list, for exports.
#pragma once

#include <functional>

#include "people/people.h"

namespace perennial::people {

// Every id of the list in its order, without offset and limit.
Result<void> each_listed(store::Connection& c, const ListQuery& query,
                         const std::function<Result<void>(PersonId)>& each);

}  // namespace perennial::people
