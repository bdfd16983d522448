#include "people/order_state.h"

#include <algorithm>
#include <cstdlib>

#include "people/facts.h"

namespace perennial::people {
namespace {

// At the limits of 64 bits a sum stays where it is instead of wrapping round.
int64_t saturated_sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? kEndOfTime : -kEndOfTime;
}

std::string_view currency_or(std::string_view currency, std::string_view fallback) {
  return is_currency(currency) ? currency : fallback;
}

std::string storable(std::string_view text) {
  std::string_view cut = cut_text(trim(text), kMaxDerivedBytes);
  return is_storable_text(cut) ? std::string(cut) : std::string();
}

}  // namespace

void OrderState::add_owner(int64_t rank, Stamp at, int64_t who, PersonId whose) {
  if (rank == 0 || rank < who_rank) return;
  if (rank == who_rank && !(at < who_at)) return;
  who_rank = rank;
  who_at = at;
  identity = who;
  person = whose;
}

namespace {

// What an event says as a header, with an amount in this currency.
Header header_of(const OrderProperties& properties, std::string_view currency, Stamp at) {
  const auto minor =
      currency.empty() ? amount_micro(properties.amount) : amount_of(properties.amount, currency);
  return {.at_ms = at.ms,
          .rank = minor ? 2 : 1,
          .said = at,
          .minor = minor.value_or(0),
          .lines = properties.products,
          .quantity = properties.products_quantity_micro,
          .currency = std::string(currency)};
}

}  // namespace

void OrderState::add_header(const OrderProperties& properties, std::string_view currency,
                            Stamp at) {
  at_ms = std::min(at_ms, at.ms);
  header.add(header_of(properties, currency_or(properties.currency, currency), at));
}

void OrderState::add_refund(const OrderProperties& properties, std::string_view currency, Stamp at,
                            std::string name) {
  RefundPart part = header_of(properties, currency_or(properties.currency, ""), at);
  part.name = std::move(name);
  add_part(refunds, std::move(part));
  add_header(properties, currency, at);
}

void OrderState::add_line(const OrderProperties& properties, std::string_view currency, Stamp at) {
  at_ms = std::min(at_ms, at.ms);
  ++line_count;
  line_quantity = saturated_sum(line_quantity, quantity_micro(properties.quantity));
  line_minor = saturated_sum(line_minor, whole_number(properties.amount_minor).value_or(0));
  if (at < line_at) return;
  line_at = at;
  line_currency = currency_or(properties.currency, currency);
  country = storable(properties.country);
}

void OrderState::add(const OrderState& other) {
  at_ms = std::min(at_ms, other.at_ms);
  add_owner(other.who_rank, other.who_at, other.identity, other.person);
  header.add(other.header);
  for (const RefundPart& part : other.refunds) add_part(refunds, part);
  line_count += other.line_count;
  line_quantity = saturated_sum(line_quantity, other.line_quantity);
  line_minor = saturated_sum(line_minor, other.line_minor);
  if (line_at < other.line_at) {
    line_at = other.line_at;
    line_currency = other.line_currency;
    country = other.country;
  }
}

int64_t OrderState::lines() const {
  if (line_count > 0) return line_count;
  if (refunds.empty()) return header.lines;
  int64_t sum = 0;
  for (const RefundPart& part : refunds) sum = saturated_sum(sum, part.lines);
  return sum;
}

int64_t OrderState::quantity() const {
  if (line_count > 0) return line_quantity;
  if (refunds.empty()) return header.quantity;
  int64_t sum = 0;
  for (const RefundPart& part : refunds) sum = saturated_sum(sum, part.quantity);
  return sum;
}

std::string_view OrderState::currency() const {
  return header.rank == 2 || line_count == 0 ? header.currency : line_currency;
}

int64_t OrderState::amount() const { return header.rank == 2 ? header.minor : line_minor; }

NamedRefunds OrderPair::refunded() const {
  const std::string_view in = order.exists() ? order.currency() : refund.header.currency;
  const NamedRefunds named = named_refunds(refund.refunds, in);
  if (refund.line_count > 0) {
    if (!named.currency.empty()) return named;
    return {refund.line_currency, std::abs(refund.line_minor)};
  }
  if (!order.exists() || !has_whole_refund(refund.refunds)) return {in, named.minor};
  const int64_t whole = std::abs(order.amount());
  const bool more = !named.currency.empty() && named.minor > whole;
  return {order.currency(), more ? named.minor : whole};
}

int64_t OrderPair::refund_total() const { return -refunded().minor; }

std::string_view OrderPair::refund_currency() const { return refunded().currency; }

const std::vector<std::string_view> kOrderColumns = {
    "person",          "at_ms",          "refund",        "total_minor",  "currency",
    "lines",           "quantity_micro", "country",       "source",       "order_id",
    "identity",        "who_rank",       "who_ms",        "who_seq",      "header_rank",
    "header_ms",       "header_seq",     "header_minor",  "header_lines", "header_quantity",
    "header_currency", "line_count",     "line_quantity", "line_minor",   "line_ms",
    "line_seq",        "line_currency",  "refunds"};

std::vector<store::Value> order_row(std::string_view source, std::string_view order_id,
                                    const OrderState& s, bool refund, int64_t total_minor,
                                    std::string_view currency) {
  return {s.person,
          s.at_ms,
          int64_t{refund},
          total_minor,
          std::string(currency),
          s.lines(),
          s.quantity(),
          s.country,
          std::string(source),
          std::string(order_id),
          s.identity,
          s.who_rank,
          s.who_at.ms,
          s.who_at.seq,
          s.header.rank,
          s.header.said.ms,
          s.header.said.seq,
          s.header.minor,
          s.header.lines,
          s.header.quantity,
          s.header.currency,
          s.line_count,
          s.line_quantity,
          s.line_minor,
          s.line_at.ms,
          s.line_at.seq,
          s.line_currency,
          parts_text(s.refunds)};
}

OrderState read_order_row(const store::Row& row) {
  OrderState s;
  s.person = row.integer(0);
  s.at_ms = row.integer(1);
  s.country = row.text(7);
  s.identity = row.integer(10);
  s.who_rank = row.integer(11);
  s.who_at = {row.integer(12), row.integer(13)};
  s.header.rank = row.integer(14);
  s.header.said = {row.integer(15), row.integer(16)};
  s.header.minor = row.integer(17);
  s.header.lines = row.integer(18);
  s.header.quantity = row.integer(19);
  s.header.currency = row.text(20);
  s.line_count = row.integer(21);
  s.line_quantity = row.integer(22);
  s.line_minor = row.integer(23);
  s.line_at = {row.integer(24), row.integer(25)};
  s.line_currency = row.text(26);
  s.refunds = parse_parts(row.text(27));
  if (row.integer(2) != 0 && s.header.rank > 0 && s.refunds.empty()) {
    s.refunds.push_back(s.header);
    s.refunds.back().name = kEarlierRefund;
    s.refunds.back().at_ms = s.at_ms;
  }
  return s;
}

}  // namespace perennial::people
