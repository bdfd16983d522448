// The fields that a file of each kind can give, and the words for kinds.
#pragma once

#include <span>
#include <string_view>

#include "collect/collect.h"

namespace perennial::collect {

struct FieldRule {
  std::string_view name;
  bool needed;
  // Titles that mean this field, without case, spaces and punctuation; the likeliest first.
  std::span<const std::string_view> titles;
};

inline constexpr Kind kKinds[] = {Kind::kOrders,    Kind::kCustomers, Kind::kEvents,
                                  Kind::kContracts, Kind::kProducts,  Kind::kConsents};
std::string_view kind_name(Kind kind);
// The field whose column tells the format of times; "" for a kind without times.
std::string_view time_field(Kind kind);
std::span<const FieldRule> fields_of(Kind kind);
const FieldRule* find_field_rule(Kind kind, std::string_view name);

// "Invoice No." and "invoice_no" both give "invoiceno"; Chinese characters stay.
std::string plain_title(std::string_view title);

// The column that `mapping` gives for a field, or "".
std::string_view column_of(const Mapping& mapping, std::string_view field);

}  // namespace perennial::collect
