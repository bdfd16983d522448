#include "people/refund_parts.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/base.h"
#include "base/ids.h"
#include "people/properties.h"

namespace perennial::people {
namespace {

constexpr size_t kNameLength = 32;  // of 64 hex digits: 128 bits

int64_t limited_sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kEndOfTime : sum;
}

int64_t read_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  INVARIANT(error == std::errc() && end == text.data() + text.size());
  return number;
}

}  // namespace

void Header::add(const Header& other) {
  at_ms = std::min(at_ms, other.at_ms);
  if (other.rank < rank || (other.rank == rank && other.said < said)) return;
  rank = other.rank;
  said = other.said;
  minor = other.minor;
  lines = other.lines;
  quantity = other.quantity;
  currency = other.currency;
}

std::string refund_name(std::string_view refund_id, std::string_view message_id) {
  // Ids of both kinds are of any length and bytes, and must not be taken for one another.
  const std::string text =
      refund_id.empty() ? "message:" + std::string(message_id) : "refund:" + std::string(refund_id);
  return sha256_hex(text).substr(0, kNameLength);
}

void add_part(RefundParts& parts, RefundPart part) {
  const auto place = std::ranges::lower_bound(parts, part.name, {}, &RefundPart::name);
  if (place != parts.end() && place->name == part.name) return place->add(part);
  parts.insert(place, std::move(part));
  if (parts.size() > kMaxRefundParts) parts.pop_back();
}

std::optional<int64_t> minor_in(const RefundPart& part, std::string_view currency) {
  if (part.rank != 2) return std::nullopt;
  if (part.currency == currency) return std::abs(part.minor);
  if (!part.currency.empty()) return std::nullopt;
  const auto minor = amount_minor(Decimal{part.minor}, currency);
  return minor ? std::min(std::abs(*minor), kMaxAmountMinor) : kMaxAmountMinor;
}

NamedRefunds named_refunds(const RefundParts& parts, std::string_view currency) {
  NamedRefunds named;
  for (const RefundPart& part : parts) {
    const auto minor = minor_in(part, currency);
    if (!minor) continue;
    named.currency = currency;
    named.minor = limited_sum(named.minor, *minor);
  }
  return named;
}

bool has_whole_refund(const RefundParts& parts) {
  return std::ranges::any_of(parts, [](const RefundPart& part) { return part.rank == 1; });
}

std::vector<RefundShare> refund_shares(const RefundParts& parts, int64_t at_ms, int64_t total_minor,
                                       std::string_view currency) {
  std::vector<RefundShare> shares;
  int64_t rest = total_minor, rest_ms = kEndOfTime;
  for (const RefundPart& part : parts) {
    if (part.rank == 1) rest_ms = std::min(rest_ms, part.at_ms);
    const auto named = minor_in(part, currency);
    if (!named) continue;
    const int64_t minor = std::min(*named, rest);
    if (minor > 0) shares.push_back({part.at_ms, minor});
    rest -= minor;
  }
  const bool apart = !shares.empty() && rest_ms != kEndOfTime;
  if (rest > 0 || shares.empty()) shares.push_back({apart ? rest_ms : at_ms, rest});
  std::ranges::sort(shares, {},
                    [](const RefundShare& share) { return std::pair(share.at_ms, share.minor); });
  return shares;
}

std::string parts_text(const RefundParts& parts) {
  std::string text;
  for (const RefundPart& part : parts) {
    text += part.name;
    for (const int64_t number : {part.at_ms, part.rank, part.said.ms, part.said.seq, part.minor,
                                 part.lines, part.quantity})
      text += ' ' + std::to_string(number);
    text += ' ' + part.currency + ';';
  }
  return text;
}

RefundParts parse_parts(std::string_view text) {
  RefundParts parts;
  const auto until = [&](char mark) {
    const size_t end = text.find(mark);
    INVARIANT(end != std::string_view::npos);
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end + 1);
    return word;
  };
  while (!text.empty()) {
    RefundPart& part = parts.emplace_back();
    part.name = until(' ');
    for (int64_t* number : {&part.at_ms, &part.rank, &part.said.ms, &part.said.seq, &part.minor,
                            &part.lines, &part.quantity})
      *number = read_number(until(' '));
    part.currency = until(';');
  }
  return parts;
}

}  // namespace perennial::people
