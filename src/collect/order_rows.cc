// The money of an imported order is in its lines; the event that opens the order (Order Completed
// or Order Refunded, with lines_follow) carries none, so that nothing is counted twice while
// questions about orders find one event an order. Its message id names the order, so that it counts
// once wherever in the file the order's lines stand.

#include "collect/order_rows.h"

#include <utility>

#include <functional>

#include "collect/ids.h"
#include "people/people.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kRowKeyPrefix = "row:";
constexpr std::string_view kOrderPrefix = "order:";
constexpr size_t kMaxOrderId = kMaxIdBytes - kOrderPrefix.size();
constexpr size_t kMaxRowKey = kMaxIdBytes - kRowKeyPrefix.size();
// Of a row key, this much names an order that has no id of its own.
constexpr size_t kMadeOrderId = 16;

// A decimal without needless zeros: 6, 2.55, -0.5.
void append_decimal(std::string& out, Decimal number) {
  constexpr uint64_t kOne = 1'000'000;
  static_assert(Decimal::kScale == 6);
  uint64_t magnitude = number.scaled < 0 ? 0 - static_cast<uint64_t>(number.scaled)
                                         : static_cast<uint64_t>(number.scaled);
  if (number.scaled < 0) out += '-';
  out += std::to_string(magnitude / kOne);
  uint64_t fraction = magnitude % kOne;
  if (fraction == 0) return;
  out += '.';
  for (uint64_t unit = kOne / 10; fraction > 0; unit /= 10) {
    out += static_cast<char>('0' + fraction / unit);
    fraction %= unit;
  }
}

void append_text_member(std::string& out, std::string_view member, std::string_view text) {
  if (text.empty()) return;
  out += member;
  append_json_string(out, text);
}

class OrderRows final : public RowBuilder {
 public:
  OrderRows(const FilePlan& plan, const Defaults& defaults, Zone zone)
      : RowBuilder(plan, Kind::kOrders, defaults, zone),
        order_id_(column("order_id")),
        customer_id_(column("customer_id")),
        at_(column("at")),
        sku_(column("sku")),
        name_(column("name")),
        quantity_(column("quantity")),
        price_(column("price")),
        amount_(column("amount")),
        currency_(column("currency")),
        country_(column("country")),
        row_key_(column("row_key")),
        prefix_(plan.mapping.refund_prefix == kNoRefundPrefix ? "" : plan.mapping.refund_prefix),
        default_currency_(plan.mapping.currency.empty() ? defaults.currency
                                                        : plan.mapping.currency) {}

 protected:
  Verdict build_event(RowBatch& out) override {
    Instant at;
    Verdict verdict = read_time(at_, at);
    if (verdict != Verdict::kGood) return verdict;
    line_ = {};
    if (!read_id(customer_id_, customer_, &junk_) || !read_money() || !read_order_id()) {
      return Verdict::kRejected;
    }
    if (!read_row_key()) return Verdict::kRejected;
    if (order_id_text_.empty()) name_order_by_row();

    facts.at = at;
    facts.amount_minor = line_.amount_minor;
    facts.anonymous = customer_.empty();
    if (!facts.anonymous) facts.customer = std::hash<std::string_view>()(customer_);
    facts.order = std::hash<std::string_view>()(order_id_text_);
    bool first = orders_.add(facts.order) == 0;
    facts.refund = is_refund(first);

    std::string properties;
    properties.reserve(256);
    append_line(properties);
    if (properties.size() > kMaxEventBytes) return reject(kNone, "is longer than 32 KB");
    if (first) out.openings.push_back(opening(at));
    events::Event& event = out.rows.emplace_back();
    fill(event, at, people::kOrderLine);
    event.message_id = message_id_;
    event.properties = std::move(properties);
    return Verdict::kGood;
  }

 private:
  struct Line {
    std::optional<Decimal> quantity, price;
    int64_t amount_minor = 0;
    std::string_view currency;
  };

  bool read_number(size_t column, std::optional<Decimal>& out) {
    if (column == kNone) return true;
    std::string_view text = cell(column);
    auto number = parse_decimal(text);
    if (!number) {
      reject(column, text.empty() ? "is empty" : number.error().message);
      return false;
    }
    out = *number;
    return true;
  }

  bool read_money() {
    line_.currency = cell(currency_);
    if (line_.currency.empty()) line_.currency = default_currency_;
    if (!is_currency(line_.currency)) {
      reject(currency_, "is no currency such as EUR");
      return false;
    }
    std::optional<Decimal> amount;
    if (!read_number(quantity_, line_.quantity) || !read_number(price_, line_.price) ||
        !read_number(amount_, amount)) {
      return false;
    }
    constexpr Decimal kOnePiece = {1'000'000};
    auto minor =
        amount ? amount_minor(*amount, line_.currency)
               : amount_minor(line_.quantity.value_or(kOnePiece), *line_.price, line_.currency);
    if (!minor) {
      reject(amount ? amount_ : price_, minor.error().message);
      return false;
    }
    line_.amount_minor = *minor;
    return true;
  }

  bool read_order_id() {
    order_id_text_ = cell(order_id_);
    if (order_id_ != kNone && order_id_text_.empty()) {
      reject(order_id_, "is empty");
      return false;
    }
    if (order_id_text_.size() > kMaxOrderId) {
      reject(order_id_, "has at most " + std::to_string(kMaxOrderId) + " bytes");
      return false;
    }
    return true;
  }

  bool read_row_key() {
    message_id_ = kRowKeyPrefix;
    if (row_key_ == kNone) {
      append_row_key(message_id_);
      return true;
    }
    std::string_view key = cell(row_key_);
    if (key.empty() || key.size() > kMaxRowKey) {
      reject(row_key_, "has 1 to " + std::to_string(kMaxRowKey) + " bytes");
      return false;
    }
    message_id_ += key;
    return true;
  }

  // A row without an order id is an order of its own.
  void name_order_by_row() {
    std::string_view key = message_id_;
    key.remove_prefix(kRowKeyPrefix.size());
    order_id_text_ = row_key_ == kNone ? key.substr(0, kMadeOrderId) : key.substr(0, kMaxOrderId);
    if (size_t dash = key.find('-'); row_key_ == kNone && dash != std::string_view::npos) {
      order_id_text_ += key.substr(dash);
    }
  }

  // By the prefix of the id where refunds have one; else an order is what its first line is.
  bool is_refund(bool first) {
    if (!prefix_.empty()) return order_id_text_.starts_with(prefix_);
    bool negative = line_.amount_minor < 0 || (line_.quantity && line_.quantity->scaled < 0);
    if (first && negative) refunds_.add(facts.order);
    return refunds_.contains(facts.order);
  }

  void append_line(std::string& out) {
    out += "{\"order_id\":";
    append_json_string(out, order_id_text_);
    out += facts.refund ? ",\"kind\":\"refund\",\"amount_minor\":"
                        : ",\"kind\":\"order\",\"amount_minor\":";
    out += std::to_string(line_.amount_minor);
    out += ",\"currency\":\"";
    out += line_.currency;
    out += '"';
    if (line_.quantity) {
      out += ",\"quantity\":";
      append_decimal(out, *line_.quantity);
    }
    if (line_.price) {
      out += ",\"price\":";
      append_decimal(out, *line_.price);
    }
    append_text_member(out, ",\"sku\":", cell(sku_));
    append_text_member(out, ",\"name\":", cell(name_));
    append_text_member(out, ",\"country\":", cell(country_));
    append_extras(out, false);
    out += '}';
  }

  events::Event opening(Instant at) {
    events::Event event;
    fill(event, at, facts.refund ? people::kOrderRefunded : people::kOrderCompleted);
    event.message_id = kOrderPrefix;
    event.message_id += order_id_text_;
    event.properties = "{\"order_id\":";
    append_json_string(event.properties, order_id_text_);
    event.properties += ",\"lines_follow\":true}";
    return event;
  }

  void fill(events::Event& event, Instant at, std::string_view name) {
    event.source = source_;
    event.name = name;
    event.user_id = customer_;
    note_junk(event.context, people::kJunkUserId, junk_);
    if (customer_.empty()) {
      event.anonymous_id = kOrderPrefix;
      event.anonymous_id += order_id_text_;
    }
    event.timestamp = at;
    event.received_at = defaults_.now;
  }

  size_t order_id_, customer_id_, at_, sku_, name_, quantity_, price_, amount_, currency_, country_,
      row_key_;
  std::string prefix_;
  std::string default_currency_;
  Line line_;
  std::string customer_, junk_, order_id_text_, message_id_;
  KeyCounts orders_, refunds_;
};

}  // namespace

std::unique_ptr<RowBuilder> make_order_rows(const FilePlan& plan, const Defaults& defaults,
                                            Zone zone) {
  return std::make_unique<OrderRows>(plan, defaults, zone);
}

}  // namespace perennial::collect
