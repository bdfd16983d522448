// Points that an order spent come back when an event says that the order was refunded.
//
// Points are spent on an order id; orders of several systems may have the same one. Orders of one
// id with the same total are one order that several systems tell of: the largest share of it that
// one of them calls refunded is what went back. Others are different orders, and a spend belongs to
// the one that is nearest to it in time.
#pragma once

#include <set>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// Gives these people back what is due to them by the refunds that the customer file knows: of the
// points that an order spent (holds and redemptions with its order id), the share of its total that
// was refunded, rounded down, less what came back already, by an event or by a refund command. So
// doing it again gives nothing, and a shop may say a refund by event, by command or by both. With
// `only`, of orders with these ids. A programme that takes no events gives nothing.
//
// People whose accounts were merged have the points of all of them. What rewards and draws were
// paid with is no order's.
Result<void> give_back_spent(store::Connection& c, const Programme& programme,
                             std::span<const PersonId> people, Instant now,
                             const std::set<std::string>* only = nullptr);

// The same for whoever has orders that these commands, which were done just now, spent points on:
// those may have been refunded before.
Result<void> give_back_just_spent(store::Connection& c, const Programme& programme,
                                  std::span<const Command> commands,
                                  const std::vector<Outcome>& outcomes, Instant now);

}  // namespace perennial::loyalty
