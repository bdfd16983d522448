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
                           kItemSet = "Item Set", kProduct = "product", kSubscribed = "Subscribed",
                           kUnsubscribed = "Unsubscribed";

constexpr size_t kMaxRegions = 300;  // of an item

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

// The texts of a list.
std::vector<std::string> texts_of(const object& from, std::string_view name, size_t most) {
  std::vector<std::string> texts;
  simdjson::dom::array list;
  if (from[name].get_array().get(list)) return texts;
  for (const element one : list) {
    std::string_view text;
    if (!one.get_string().get(text) && texts.size() < most)
      texts.emplace_back(cut_text(text, kMaxItemWord));
  }
  return texts;
}

// A list, or a text with commas; the brand is one of them.
std::vector<std::string> tags_of(const object& from) {
  std::vector<std::string> tags = texts_of(from, "tags", kMaxTags);
  std::string_view text;
  if (!from["tags"].get_string().get(text)) tags = words_with_commas(text);
  tags.push_back(text_of(from, "brand"));
  for (std::string& tag : tags) tag = std::string(cut_text(trim(tag), kMaxItemWord));
  std::erase(tags, "");
  if (tags.size() > kMaxTags) tags.resize(kMaxTags);
  return tags;
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
  item.regions = texts_of(from, "regions", kMaxRegions);
  item.tags = tags_of(from);
  return item;
}

// Calls on_item() for what is said about an item, which tells its number, on_bit() for what was
// done with it, and on_word() for words on profiling.
class Reader {
 public:
  using OnItem = std::function<std::optional<uint32_t>(int64_t at_ms, const Item&)>;
  using OnBit = std::function<void(std::string_view identity, Bit, double pieces)>;
  using OnWord = std::function<void(std::string_view identity, int64_t at_ms, bool withdrew)>;
  Reader(std::string_view currency, OnItem on_item, OnBit on_bit, OnWord on_word)
      : currency_(currency),
        on_item_(std::move(on_item)),
        on_bit_(std::move(on_bit)),
        on_word_(std::move(on_word)) {}

  void read(const events::Glimpse& event) {
    padded_.resize(event.properties.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(padded_.data(), event.properties.data(), event.properties.size());
    object properties;
    if (parser_.parse(padded_.data(), event.properties.size(), false).get_object().get(properties))
      return;
    if (event.name == kSubscribed || event.name == kUnsubscribed) {
      if (text_of(properties, "channel") == kProfiling && text_of(properties, "topic").empty())
        on_word_(event.identity, event.timestamp_ms, event.name == kUnsubscribed);
    } else if (event.name == kItemSet) {
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
  const OnWord on_word_;
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
                    std::string(kViewed), std::string(kAdded), std::string(kItemSet),
                    std::string(kSubscribed), std::string(kUnsubscribed)},
          .types = {events::Type::kTrack}};
}

}  // namespace

std::vector<std::string> words_with_commas(std::string_view text) {
  constexpr std::array<std::string_view, 6> kCommas = {",", ";", "|", "，", "、", "；"};
  std::vector<std::string> words(1);
  while (!text.empty()) {
    const auto comma =
        std::ranges::find_if(kCommas, [&](std::string_view one) { return text.starts_with(one); });
    if (comma == kCommas.end()) {
      words.back() += text.front();
      text.remove_prefix(1);
    } else {
      words.emplace_back();
      text.remove_prefix(comma->size());
    }
  }
  return words;
}

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
  if (!said.tags.empty() && (newer || item.tags.empty())) item.tags = said.tags;
}

void ProfilingWords::say(PersonId person, int64_t at_ms, bool withdrew) {
  const auto [found, added] = words_.try_emplace(person, Word{at_ms, withdrew});
  if (!added && at_ms >= found->second.at_ms) found->second = {at_ms, withdrew};
}

void ProfilingWords::move(PersonId from, PersonId into) {
  const auto word = words_.find(from);
  if (word == words_.end()) return;
  const Word said = word->second;
  say(into, said.at_ms, said.withdrew);
}

bool ProfilingWords::withdrew(PersonId person) const {
  const auto found = words_.find(person);
  return found != words_.end() && found->second.withdrew;
}

Result<Shopping> read_shopping(events::Log& log, store::Database& database,
                               std::string_view currency, Instant now, const Calendar& calendar,
                               const std::stop_token& stop) {
  Shopping shopping{.seq = log.last_seq()};
  std::unordered_map<std::string, PersonId> whose;
  TRY(database.read([&](store::Connection& c) -> Result<void> {
    shopping.last_move = TRY(people::reached(c)).last_move;
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
  const auto person_of = [&](std::string_view identity) {
    const auto found = whose.find(std::string(identity));
    return found == whose.end() ? PersonId{0} : found->second;
  };
  const auto on_bit = [&](std::string_view identity, Bit bit, double pieces) {
    if (bit.did == Did::kBought) demand.add(bit.item, bit.at_ms, pieces);
    bit.person = person_of(identity);
    if (bit.person != 0 && shopping.bits.size() < kMaxShoppingRows) shopping.bits.push_back(bit);
  };
  Reader reader(currency, on_item, on_bit,
                [&](std::string_view identity, int64_t at_ms, bool withdrew) {
                  const PersonId person = person_of(identity);
                  if (person != 0) shopping.profiling.say(person, at_ms, withdrew);
                });
  const auto read = [&](const events::Glimpse& event) {
    reader.read(event);
    return unless_stopped(stop);
  };
  events::Sweep what = wanted();
  what.up_to_seq = shopping.seq;
  what.span = Span{now - kShoppingDays, from_millis(events::kLatestMillis)};
  TRY(log.sweep(what, read));
  // What was said of items and of profiling holds however long ago it was.
  what.names = {std::string(kItemSet), std::string(kSubscribed), std::string(kUnsubscribed)};
  what.span = Span{from_millis(events::kEarliestMillis), now - kShoppingDays};
  TRY(log.sweep(what, read));
  shopping.demand = demand.finish();
  std::erase_if(shopping.bits,
                [&](const Bit& bit) { return shopping.profiling.withdrew(bit.person); });
  std::ranges::sort(shopping.bits, {}, [](const Bit& bit) {
    return std::tuple(bit.person, bit.at_ms, bit.item, bit.did);
  });
  return shopping;
}

Result<News> read_news(events::Log& log, store::Database& database, std::string_view currency,
                       uint64_t after_seq, uint64_t up_to, const Catalogue& catalogue) {
  std::vector<std::string> identities, sayers;
  News news;
  const auto on_item = [&](int64_t at_ms, const Item& item) {
    const auto place = catalogue.find(item.id);
    if (place) news.said.push_back({.item = *place, .at_ms = at_ms, .facts = item});
    return place;
  };
  const auto on_bit = [&](std::string_view identity, Bit bit, double /*pieces*/) {
    identities.emplace_back(identity);
    news.bits.push_back(bit);
  };
  Reader reader(currency, on_item, on_bit,
                [&](std::string_view identity, int64_t at_ms, bool withdrew) {
                  sayers.emplace_back(identity);
                  news.profiling.push_back({.at_ms = at_ms, .withdrew = withdrew});
                });
  events::Sweep what = wanted();
  what.after_seq = after_seq;
  what.up_to_seq = up_to;
  TRY(log.sweep(what, [&](const events::Glimpse& event) {
    reader.read(event);
    return Result<void>();
  }));
  const auto whose = [&](const std::vector<std::string>& who) {
    return database.read([&](store::Connection& c) { return people::people_of(c, who); });
  };
  const auto people = TRY(whose(identities));
  for (size_t i = 0; i < news.bits.size(); ++i) news.bits[i].person = people[i];
  std::erase_if(news.bits, [](const Bit& bit) { return bit.person == 0; });
  const auto said_by = TRY(whose(sayers));
  for (size_t i = 0; i < sayers.size(); ++i) news.profiling[i].person = said_by[i];
  std::erase_if(news.profiling, [](const ProfilingWord& one) { return one.person == 0; });
  std::ranges::sort(news.bits, {}, &Bit::at_ms);
  return news;
}

}  // namespace perennial::value
