// Lists of people as the routes ask for them, and walking through a whole one, for exports.
#pragma once

#include <functional>

#include "people/people.h"

namespace perennial::people {

// ListQuery::search also finds whoever has the words, whole, as any of their identifiers, or once
// had: by the tables of identities, however many somebody has. Phones without a country code are of
// `region` (region_of_zone()); list_people() of people.h knows none.
Result<ListPage> list_people(store::Connection& c, const ListQuery& query, std::string_view region);
// Every id of the list in its order, without offset and limit.
Result<void> each_listed(store::Connection& c, const ListQuery& query, std::string_view region,
                         const std::function<Result<void>(PersonId)>& each);

}  // namespace perennial::people
