#include "value/shopping.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include <simdjson.h>

#include "value/interrupt.h"

namespace perennial::value {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kViewed = "Product Viewed", kAdded = "Product Added",
                           kItemSet = "Item Set", kProduct = "product";

// A text, or a number as it is written; cut_text keeps it well-formed.
std::string text_of(const object& from, std::string_view name) {
  element found;
  if (from[name].get(found)) return "";
  std::string_view text;
  if (!found.get_string().get(text)) return std::string(cut_text(text, kMaxItemWord));
  if (found.is_number()) return simdjson::minify(found);
  return "";
}

std::string word_of(const object& from) {
  for (const char* name : {"sku", "product_id", "item_id", "id"}) {
    if (std::string word = text_of(from, name); !word.empty()) return word;
  }
  return "";
}

double pieces_of(const object& from) {
  const auto decimal = parse_decimal(text_of(from, "quantity"));
  const double pieces = decimal ? static_cast<double>(decimal->scaled) / 1e6 : 1;
  return pieces > 0 ? pieces : 1;
}

Item item_of(const object& from, std::string_view currency) {
  Item item{
      .id = word_of(from), .name = text_of(from, "name"), .category = text_of(from, "category")};
  if (const std::string price = text_of(from, "price"); !price.empty()) {
    const auto decimal = parse_decimal(price);
    const auto minor = decimal ? amount_minor(*decimal, currency) : Result<int64_t>(-1);
    if (minor && *minor >= 0) item.price_minor = *minor;
  }
  bool in_stock = true;
  if (!from["in_stock"].get_bool().get(in_stock)) item.in_stock = in_stock;
  simdjson::dom::array regions;
  if (!from["regions"].get_array().get(regions)) {
    for (const element region : regions) {
      std::string_view text;
      if (!region.get_string().get(text) && item.regions.size() < 300)
        item.regions.emplace_back(cut_text(text, kMaxItemWord));
    }
  }
  return item;
}

// Calls on_item() for what is said about an item, which tells its number, and on_bit() for what was
// done with it.
class Reader {
 public:
  using OnItem = std::function<std::optional<uint32_t>(int64_t at_ms, const Item&)>;
  using OnBit = std::function<void(std::string_view identity, Bit, double pieces)>;
  Reader(std::string_view currency, OnItem on_item, OnBit on_bit)
      : currency_(currency), on_item_(std::move(on_item)), on_bit_(std::move(on_bit)) {}

  void read(const events::Glimpse& event) {
    padded_.resize(event.properties.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(padded_.data(), event.properties.data(), event.properties.size());
    object properties;
    if (parser_.parse(padded_.data(), event.properties.size(), false).get_object().get(properties))
      return;
    if (event.name == kItemSet) {
      if (text_of(properties, "item_type") == kProduct) said(event, properties);
    } else if (event.name == people::kOrderCompleted) {
      simdjson::dom::array products;
      if (properties["products"].get_array().get(products)) return;
      for (const element product : products) {
        object line;
        if (!product.get_object().get(line)) did(event, line, Did::kBought);
      }
    } else if (event.name == people::kOrderLine) {
      const std::string quantity = text_of(properties, "quantity");
      if (text_of(properties, "kind") == "refund" || quantity.starts_with('-')) return;
      did(event, properties, Did::kBought);
    } else {
      did(event, properties, event.name == kAdded ? Did::kAdded : Did::kViewed);
    }
  }

 private:
  std::optional<uint32_t> said(const events::Glimpse& event, const object& about) {
    const Item item = item_of(about, currency_);
    if (item.id.empty()) return std::nullopt;
    return on_item_(event.timestamp_ms, item);
  }
  void did(const events::Glimpse& event, const object& about, Did did) {
    if (const auto item = said(event, about))
      on_bit_(event.identity, {.item = *item, .did = did, .at_ms = event.timestamp_ms},
              pieces_of(about));
  }

  const std::string currency_;
  const OnItem on_item_;
  const OnBit on_bit_;
  simdjson::dom::parser parser_;
  std::vector<char> padded_;
};

// Counts pieces by item and whole week.
class DemandCount {
 public:
  DemandCount(Instant now, const Calendar& calendar) {
    const Instant end = calendar.start_of(Period::kWeek, now);
    Instant start = calendar.start_of(Period::kWeek, now - kShoppingDays);
    for (start = calendar.advance(Period::kWeek, start, 1); start <= end;
         start = calendar.advance(Period::kWeek, start, 1))
      weeks_.push_back(start);
  }
  void add(uint32_t item, int64_t at_ms, double pieces) {
    const auto after = std::ranges::upper_bound(weeks_, from_millis(at_ms));
    if (after == weeks_.begin() || after == weeks_.end()) return;
    if (units_.size() <= item) units_.resize(item + 1);
    const auto week = static_cast<uint16_t>(after - weeks_.begin() - 1);
    units_[item][week] += pieces;
  }
  Demand finish() const {
    Demand demand{.weeks = weeks_};
    for (uint32_t item = 0; item < units_.size(); ++item) {
      ProductDemand product{.item = item};
      for (const auto& [week, units] : units_[item]) product.total += units;
      if (product.total > 0) demand.products.push_back(std::move(product));
    }
    std::ranges::stable_sort(demand.products, {},
                             [](const ProductDemand& one) { return -one.total; });
    if (demand.products.size() > kDemandProducts) demand.products.resize(kDemandProducts);
    for (ProductDemand& product : demand.products) {
      product.units.assign(weeks_.size() - 1, 0);
      for (const auto& [week, units] : units_[product.item]) product.units[week] = units;
    }
    return demand;
  }

 private:
  std::vector<Instant> weeks_;
  std::vector<std::unordered_map<uint16_t, double>> units_;  // by item
};

events::Sweep wanted() {
  return {.names = {std::string(people::kOrderLine), std::string(people::kOrderCompleted),
                    std::string(kViewed), std::string(kAdded), std::string(kItemSet)},
          .types = {events::Type::kTrack}};
}

}  // namespace

std::optional<uint32_t> Catalogue::find(const std::string& id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<uint32_t> Catalogue::add(const std::string& id) {
  if (const auto known = find(id)) return known;
  if (items_.size() == kMaxItems) return std::nullopt;
  const auto place = static_cast<uint32_t>(items_.size());
  items_.push_back({.id = id});
  said_ms_.push_back(INT64_MIN);
  places_.emplace(id, place);
  return place;
}

void Catalogue::say(uint32_t i, int64_t at_ms, const Item& said) {
  Item& item = items_[i];
  const bool newer = at_ms >= said_ms_[i];
  if (newer) said_ms_[i] = at_ms;
  if (!said.name.empty() && (newer || item.name.empty())) item.name = said.name;
  if (!said.category.empty() && (newer || item.category.empty())) item.category = said.category;
  if (said.price_minor >= 0 && (newer || item.price_minor < 0)) item.price_minor = said.price_minor;
  if (newer) item.in_stock = said.in_stock;
  if (newer && !said.regions.empty()) item.regions = said.regions;
}

Result<Shopping> read_shopping(events::Log& log, store::Database& database,
                               std::string_view currency, Instant now, const Calendar& calendar,
                               const std::stop_token& stop) {
  Shopping shopping{.seq = log.last_seq()};
  std::unordered_map<std::string, PersonId> whose;
  TRY(database.read([&](store::Connection& c) {
    return people::each_identity(c, [&](std::string_view identity, PersonId person) {
      whose.emplace(identity, person);
      return Result<void>();
    });
  }));
  const auto on_item = [&](int64_t at_ms, const Item& item) {
    const auto place = shopping.catalogue.add(item.id);
    if (place) shopping.catalogue.say(*place, at_ms, item);
    return place;
  };
  DemandCount demand(now, calendar);
  Reader reader(currency, on_item, [&](std::string_view identity, Bit bit, double pieces) {
    if (bit.did == Did::kBought) demand.add(bit.item, bit.at_ms, pieces);
    const auto found = whose.find(std::string(identity));
    if (found == whose.end() || found->second == 0) return;
    bit.person = found->second;
    if (shopping.bits.size() < kMaxShoppingRows) shopping.bits.push_back(bit);
  });
  const auto read = [&](const events::Glimpse& event) {
    reader.read(event);
    return unless_stopped(stop);
  };
  events::Sweep what = wanted();
  what.up_to_seq = shopping.seq;
  what.span = Span{now - kShoppingDays, from_millis(events::kLatestMillis)};
  TRY(log.sweep(what, read));
  // What was said of items holds however long ago it was.
  what.names = {std::string(kItemSet)};
  what.span = Span{from_millis(events::kEarliestMillis), now - kShoppingDays};
  TRY(log.sweep(what, read));
  shopping.demand = demand.finish();
  std::ranges::sort(shopping.bits, {}, [](const Bit& bit) {
    return std::tuple(bit.person, bit.at_ms, bit.item, bit.did);
  });
  return shopping;
}

Result<News> read_news(events::Log& log, store::Database& database, std::string_view currency,
                       uint64_t after_seq, uint64_t up_to, const Catalogue& catalogue) {
  std::vector<std::string> identities;
  News news;
  const auto on_item = [&](int64_t at_ms, const Item& item) {
    const auto place = catalogue.find(item.id);
    if (place) news.said.push_back({.item = *place, .at_ms = at_ms, .facts = item});
    return place;
  };
  Reader reader(currency, on_item, [&](std::string_view identity, Bit bit, double /*pieces*/) {
    identities.emplace_back(identity);
    news.bits.push_back(bit);
  });
  events::Sweep what = wanted();
  what.after_seq = after_seq;
  what.up_to_seq = up_to;
  TRY(log.sweep(what, [&](const events::Glimpse& event) {
    reader.read(event);
    return Result<void>();
  }));
  if (news.bits.empty()) return news;
  const auto people =
      TRY(database.read([&](store::Connection& c) { return people::people_of(c, identities); }));
  for (size_t i = 0; i < news.bits.size(); ++i) news.bits[i].person = people[i];
  std::erase_if(news.bits, [](const Bit& bit) { return bit.person == 0; });
  std::ranges::sort(news.bits, {}, &Bit::at_ms);
  return news;
}

}  // namespace perennial::value
