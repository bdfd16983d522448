// What the events of one order (or of its refund) say, in a form that adds up: merging is
// commutative and associative, so that the order of arrival does not matter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"
#include "people/properties.h"
#include "people/refund_parts.h"
#include "people/stamp.h"
#include "store/store.h"

namespace perennial::people {

// The order's own events, or those of its refund. Quantities in millionths.
struct OrderState {
  int64_t at_ms = kEndOfTime;  // the earliest time; kEndOfTime = there is no such order

  // Whose it is: of a user (rank 2) rather than of a visitor (1), then by the earliest event.
  int64_t who_rank = 0;
  Stamp who_at{kEndOfTime, 0};
  int64_t identity = 0;
  PersonId person = 0;

  Header header;        // the last one that has an amount, or else the last one; rank 0: none
  RefundParts refunds;  // of a refund: the headers told apart; `header` is the last of them

  // Lines add up; currency and country are those of the last one.
  int64_t line_count = 0, line_quantity = 0, line_minor = 0;
  Stamp line_at;
  std::string line_currency, country;

  bool exists() const { return at_ms != kEndOfTime; }
  void add_owner(int64_t rank, Stamp at, int64_t identity, PersonId person);
  void add_header(const OrderProperties& properties, std::string_view currency, Stamp at);
  void add_refund(const OrderProperties& properties, std::string_view currency, Stamp at,
                  std::string name);
  void add_line(const OrderProperties& properties, std::string_view currency, Stamp at);
  void add(const OrderState& other);

  int64_t lines() const;
  int64_t quantity() const;
  std::string_view currency() const;
  int64_t amount() const;  // as sent
};

// One order with its refund: rows (source, order_id, 0) and (source, order_id, 1).
struct OrderPair {
  OrderState order, refund;
  int64_t order_total() const { return order.amount(); }
  // Never positive. Refunds in the order's currency add up, those that name none included; others
  // are refused: what they take from it nobody can say. One that names no amount gives the whole
  // order back, unless lines of refunds say how much.
  int64_t refund_total() const;
  std::string_view refund_currency() const;

 private:
  // Amount and currency of all that went back; the amount is not negative.
  NamedRefunds refunded() const;
};

// Columns of the table `orders`, and a row of it to and from a state.
extern const std::vector<std::string_view> kOrderColumns;
std::vector<store::Value> order_row(std::string_view source, std::string_view order_id,
                                    const OrderState& state, bool refund, int64_t total_minor,
                                    std::string_view currency);
// Reads a row that was selected as all kOrderColumns. The headers of refunds that were stored
// before they were told apart are one refund, kEarlierRefund.
OrderState read_order_row(const store::Row& row);

}  // namespace perennial::people
