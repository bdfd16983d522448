// Reading of event properties with simdjson. What cannot be read is as if it were not there: an
// event in the log is never refused.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/base.h"
#include "people/stamp.h"

namespace perennial::people {

inline constexpr int64_t kMaxAmountMinor = 1'000'000'000'000'000;  // more is cut to this
inline constexpr int64_t kMaxAmountMicro = 1'000'000'000'000'000'000;
inline constexpr int64_t kMaxQuantityMicro = 1'000'000'000'000'000;  // 10^9 pieces

// Members of an order, refund or order line event. The views hold until the next reading.
struct OrderProperties {
  std::string_view order_id, refund_id;  // "" if missing
  bool refund_kind = false;              // kind is "refund"
  std::string_view amount;  // the first usable of total, revenue, value: a number as text
  std::string_view amount_minor;
  std::string_view currency;
  std::string_view country;
  std::string_view quantity;
  int64_t products = 0;
  int64_t products_quantity_micro = 0;
};

class PropertyReader {
 public:
  PropertyReader();
  ~PropertyReader();
  OrderProperties read_order(std::string_view json);
  // A text or number at the top level as text; "" if it is missing or something else.
  std::string_view read_text(std::string_view json, std::string_view member);
  // Each member with its value as compact JSON.
  void each_member(std::string_view json,
                   const std::function<void(std::string_view name, std::string value)>& each);
  // The same of {"name": [value, ms, seq], …}, the stored form of traits.
  void each_stamped(
      std::string_view json,
      const std::function<void(std::string_view name, std::string value, Stamp at)>& each);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// 1 for "1", 1.5 for "1.5" or "1.5e0", in millionths; 0 for what is no number.
int64_t quantity_micro(std::string_view text);
// An amount in minor units of `currency`, rounded half away from zero; nothing for what is no
// number. Exact for decimals of up to 6 digits after the point.
std::optional<int64_t> amount_of(std::string_view text, std::string_view currency);
// The same in millionths, of money that is not known yet.
std::optional<int64_t> amount_micro(std::string_view text);
std::optional<int64_t> whole_number(std::string_view text);

}  // namespace perennial::people
