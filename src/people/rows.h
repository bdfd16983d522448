// Rows of people as they are selected everywhere.
#pragma once

#include <string>

#include "people/people.h"
#include "store/store.h"

namespace perennial::people {

// "SELECT … FROM people p JOIN people_seen s …", to be followed by WHERE.
extern const std::string kSelectPeople;
Person read_person(const store::Row& row);

// "SELECT … FROM orders ", to be followed by WHERE.
extern const std::string kSelectOrders;
Order read_order(const store::Row& row);

}  // namespace perennial::people
