// Points that an order spent come back when an event says that the order was refunded.
#pragma once

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// Gives these people back what is due to them by the refunds that the customer file knows: of the
// points that an order spent (holds and redemptions with its order id), the share of its total that
// was refunded, rounded down, less what came back already, by an event or by a refund command. So
// doing it again gives nothing, and a shop may say a refund by event, by command or by both.
Result<void> give_back_spent(store::Connection& c, const Programme& programme,
                             std::span<const PersonId> people, Instant now);

// Those of them who have refunds.
Result<std::vector<PersonId>> refunded_among(store::Connection& c, std::vector<PersonId> people);

}  // namespace perennial::loyalty
