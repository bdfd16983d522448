// The refunds of one order, told apart: each Order Refunded event is one refund, named by its
// refund_id or else by its message id. Said again under the same name, the last word holds; under
// different names they add up. Merging is commutative and associative, like OrderState's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/stamp.h"

namespace perennial::people {

// Refunds of one order that are told apart. Of more, those stay whose names come first in byte
// order, whichever arrived first.
inline constexpr size_t kMaxRefundParts = 1'000;
// The name of what an order kept of its refunds before they were told apart.
inline constexpr std::string_view kEarlierRefund = "earlier";

// The header of an order, or of one refund of it.
struct Header {
  std::string name;            // of a refund: refund_name(), or kEarlierRefund
  int64_t at_ms = kEndOfTime;  // the earliest time
  int64_t rank = 0;            // 2: its last word names an amount; 1: none of its words does
  Stamp said;                  // the time of its last word
  int64_t minor = 0;           // as sent: of either sign; without a currency in millionths
  int64_t lines = 0, quantity = 0;
  std::string currency;  // "": none was named, so it is the order's

  void add(const Header& other);
};
using RefundPart = Header;
using RefundParts = std::vector<RefundPart>;  // by name

// What a refund is called by which `refund_id` ("" if it has none) and `message_id` stand.
std::string refund_name(std::string_view refund_id, std::string_view message_id);
void add_part(RefundParts& parts, RefundPart part);
// What a part gives back in this currency (its amount, not negative). Nothing where it names no
// amount, or one in another currency: that is no money that could be taken from the order's.
std::optional<int64_t> minor_in(const RefundPart& part, std::string_view currency);
// Amounts of these in a currency. No currency where none names an amount in it.
struct NamedRefunds {
  std::string_view currency;
  int64_t minor = 0;  // never negative
};
NamedRefunds named_refunds(const RefundParts& parts, std::string_view currency);
// One of them names no amount: the whole order went back.
bool has_whole_refund(const RefundParts& parts);

// How much went back when, oldest first; together `total_minor` (not negative), which was worked
// out from these parts and is in `currency`. What parts with an amount do not name went back with
// the first part without one; else, and where no part names an amount, at `at_ms`.
struct RefundShare {
  int64_t at_ms = 0, minor = 0;
};
std::vector<RefundShare> refund_shares(const RefundParts& parts, int64_t at_ms, int64_t total_minor,
                                       std::string_view currency);

// The stored form.
std::string parts_text(const RefundParts& parts);
RefundParts parse_parts(std::string_view text);

}  // namespace perennial::people
