// Rows of people as they are selected everywhere.
#pragma once

#include <functional>
#include <string>

#include "people/people.h"
#include "people/refund_parts.h"
#include "store/store.h"

namespace perennial::people {

// "SELECT … FROM people p JOIN people_seen s …", to be followed by WHERE.
extern const std::string kSelectPeople;
Person read_person(const store::Row& row);

// "SELECT … FROM orders ", to be followed by WHERE.
extern const std::string kSelectOrders;
Order read_order(const store::Row& row);
// Of such a row of refunds, one by one.
RefundParts read_refunds(const store::Row& row);
// Rows of a person's orders and refunds, newest first.
Result<void> each_order_row_of(store::Connection& c, PersonId id, size_t offset, size_t limit,
                               const std::function<void(const store::Row&)>& each);

}  // namespace perennial::people
