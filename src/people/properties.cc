#include "people/properties.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include <simdjson.h>

namespace perennial::people {
namespace {

namespace ondemand = simdjson::ondemand;

std::optional<double> floating(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

int64_t limited(double number, int64_t limit) {
  const auto bound = static_cast<double>(limit);
  return std::llround(std::clamp(number, -bound, bound));
}

// A text or number as text; nothing for other values.
std::optional<std::string_view> scalar(ondemand::value value) {
  ondemand::json_type type;
  if (value.type().get(type)) return std::nullopt;
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (value.get_string().get(text)) return std::nullopt;
    return text;
  }
  if (type == ondemand::json_type::number) return trim(value.raw_json_token());
  return std::nullopt;
}

std::string compact(simdjson::dom::element element) {
  std::string out;
  std::string_view text;
  if (!element.get_string().get(text)) {
    append_json_string(out, text);
    return out;
  }
  return simdjson::minify(element);
}

void read_products(ondemand::value value, OrderProperties& into) {
  ondemand::array products;
  if (value.get_array().get(products)) return;
  for (auto item : products) {
    ondemand::object product;
    if (item.get_object().get(product)) return;
    int64_t quantity = 1'000'000;
    for (auto field : product) {
      ondemand::raw_json_string key;
      ondemand::value member;
      if (field.key().get(key) || field.value().get(member)) return;
      if (!(key == "quantity")) continue;
      if (auto text = scalar(member)) quantity = quantity_micro(*text);
    }
    ++into.products;
    into.products_quantity_micro += quantity;
  }
}

}  // namespace

struct PropertyReader::Impl {
  ondemand::parser parser;
  simdjson::dom::parser whole;
  std::vector<char> padded;

  simdjson::padded_string_view pad(std::string_view json) {
    if (padded.size() < json.size() + simdjson::SIMDJSON_PADDING) {
      padded.resize(2 * json.size() + simdjson::SIMDJSON_PADDING);
    }
    std::memcpy(padded.data(), json.data(), json.size());
    return simdjson::padded_string_view(padded.data(), json.size(), padded.size());
  }
  simdjson::simdjson_result<simdjson::dom::object> parse(std::string_view json) {
    const auto text = pad(json);
    return whole.parse(text.data(), text.length(), false).get_object();
  }
};

PropertyReader::PropertyReader() : impl_(std::make_unique<Impl>()) {}
PropertyReader::~PropertyReader() = default;

OrderProperties PropertyReader::read_order(std::string_view json) {
  OrderProperties found;
  ondemand::document document;
  ondemand::object object;
  if (impl_->parser.iterate(impl_->pad(json)).get(document)) return found;
  if (document.get_object().get(object)) return found;
  int amount_rank = 0;
  auto take_amount = [&](ondemand::value value, int rank) {
    if (rank <= amount_rank) return;
    if (auto text = scalar(value); text && amount_of(*text, "USD")) {
      found.amount = *text;
      amount_rank = rank;
    }
  };
  for (auto field : object) {
    ondemand::raw_json_string key;
    ondemand::value value;
    if (field.key().get(key) || field.value().get(value)) return found;
    if (key == "order_id") {
      found.order_id = scalar(value).value_or("");
    } else if (key == "refund_id") {
      found.refund_id = scalar(value).value_or("");
    } else if (key == "amount_minor") {
      found.amount_minor = scalar(value).value_or("");
    } else if (key == "quantity") {
      found.quantity = scalar(value).value_or("");
    } else if (key == "currency") {
      found.currency = scalar(value).value_or("");
    } else if (key == "kind") {
      found.refund_kind = scalar(value).value_or("") == "refund";
    } else if (key == "country") {
      found.country = scalar(value).value_or("");
    } else if (key == "total") {
      take_amount(value, 3);
    } else if (key == "revenue") {
      take_amount(value, 2);
    } else if (key == "value") {
      take_amount(value, 1);
    } else if (key == "products") {
      read_products(value, found);
    }
  }
  return found;
}

std::string_view PropertyReader::read_text(std::string_view json, std::string_view member) {
  ondemand::document document;
  ondemand::value value;
  if (impl_->parser.iterate(impl_->pad(json)).get(document)) return "";
  if (document.find_field_unordered(member).get(value)) return "";
  return scalar(value).value_or("");
}

void PropertyReader::each_member(
    std::string_view json,
    const std::function<void(std::string_view name, std::string value)>& each) {
  simdjson::dom::object object;
  if (!impl_->parse(json).get(object)) {
    for (const auto& [name, value] : object) each(name, compact(value));
    return;
  }
  // Integers above 2^64, which JSON allows and simdjson does not read, become floating point.
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) return;
  const std::string readable = to_text(document);
  if (impl_->parse(readable).get(object)) return;
  for (const auto& [name, value] : object) each(name, compact(value));
}

void PropertyReader::each_stamped(
    std::string_view json,
    const std::function<void(std::string_view name, std::string value, Stamp at)>& each) {
  simdjson::dom::object object;
  INVARIANT(!impl_->parse(json).get(object));
  for (const auto& [name, entry] : object) {
    simdjson::dom::element value;
    Stamp at;
    INVARIANT(!entry.at(0).get(value) && !entry.at(1).get(at.ms) && !entry.at(2).get(at.seq));
    each(name, compact(value), at);
  }
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    return std::clamp(number, -kMaxAmountMinor, kMaxAmountMinor);
  }
  if (auto real = floating(text)) return limited(*real, kMaxAmountMinor);
  return std::nullopt;
}

int64_t quantity_micro(std::string_view text) {
  constexpr int64_t kMicro = 1'000'000;
  int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size()) {
    constexpr int64_t kLimit = kMaxQuantityMicro / kMicro;
    return std::clamp(whole, -kLimit, kLimit) * kMicro;
  }
  if (auto exact = parse_decimal(text)) {
    return std::clamp(exact->scaled, -kMaxQuantityMicro, kMaxQuantityMicro);
  }
  if (auto real = floating(text)) return limited(*real * kMicro, kMaxQuantityMicro);
  return 0;
}

std::optional<int64_t> amount_of(std::string_view text, std::string_view currency) {
  if (auto exact = parse_decimal(text)) {
    auto minor = amount_minor(*exact, currency);
    return minor ? std::clamp(*minor, -kMaxAmountMinor, kMaxAmountMinor) : kMaxAmountMinor;
  }
  auto real = floating(text);
  if (!real) return std::nullopt;
  return limited(*real * std::pow(10, minor_digits(currency)), kMaxAmountMinor);
}

std::optional<int64_t> amount_micro(std::string_view text) {
  if (auto exact = parse_decimal(text)) return exact->scaled;
  auto real = floating(text);
  if (!real) return std::nullopt;
  return limited(*real * std::pow(10, Decimal::kScale), kMaxAmountMicro);
}

}  // namespace perennial::people
