// What people bought and looked at, item by item, and what is known of the items: from the event
// log, for recommendations.
//
//   Order Line {sku, name, category, price, quantity, kind}, Order Completed {products[]}: bought
//   Product Added, Product Viewed {sku | product_id | item_id | id, name, category, price}: looked
//   at
//   Item Set {item_type: "product", item_id, name, category, tags[], brand, price, in_stock,
//   regions[]}: the item
//   Subscribed, Unsubscribed {channel: "profiling"}: whether what somebody does may be used
//
// An item's word is its sku; without one its product_id, item_id or id. The newest statement about
// an item counts. What people did who have withdrawn from profiling is left out of all but demand.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/events.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr size_t kMaxItems = 200'000;            // of the catalogue; later ones are left out
inline constexpr size_t kMaxShoppingRows = 20'000'000;  // of people with items; 480 MB
inline constexpr std::chrono::days kShoppingDays{730};  // older ones say nothing any more
inline constexpr size_t kMaxItemWord = 200;             // bytes of an item's word, name, category
inline constexpr size_t kMaxTags = 20;                  // of an item; later ones are left out
// The channel of a consent that says whether somebody's doings may be used to recommend.
inline constexpr std::string_view kProfiling = "profiling";

struct Item {
  std::string id, name, category;
  std::vector<std::string> tags;  // what it is besides, in words that people may like
  int64_t price_minor = -1;       // -1: not known
  bool in_stock = true;
  std::vector<std::string> regions;  // where it is offered; empty: everywhere
};

// The words of a text with commas, of either language; words may be empty.
std::vector<std::string> words_with_commas(std::string_view text);

// Items by their word. Numbers never change.
class Catalogue {
 public:
  std::optional<uint32_t> find(const std::string& id) const;
  std::optional<uint32_t> add(const std::string& id);  // nothing when it is full
  size_t size() const { return items_.size(); }
  const Item& item(uint32_t i) const { return items_[i]; }
  // The one statement that counts is the newest.
  void say(uint32_t i, int64_t at_ms, const Item& said);

 private:
  std::vector<Item> items_;
  std::vector<int64_t> said_ms_;
  std::unordered_map<std::string, uint32_t> places_;
};

enum class Did : uint8_t { kViewed, kAdded, kBought };
struct Bit {  // one person, one item, one time
  PersonId person = 0;
  uint32_t item = 0;
  Did did = Did::kViewed;
  int64_t at_ms = 0;
};
// Pieces of products bought in whole weeks, those with the most pieces first.
inline constexpr size_t kDemandProducts = 200;
struct ProductDemand {
  uint32_t item = 0;
  std::vector<double> units;  // by week
  double total = 0;
};
struct Demand {
  std::vector<Instant> weeks;  // starts of the weeks, and the end of the last
  std::vector<ProductDemand> products;
};

// The last word of each person on profiling.
class ProfilingWords {
 public:
  void say(PersonId person, int64_t at_ms, bool withdrew);
  // Who was joined to somebody brings their word along: also one that was read a moment before they
  // were, so words that came with news are said before the moves that are read after them.
  void move(PersonId from, PersonId into);
  bool withdrew(PersonId person) const;
  bool empty() const { return words_.empty(); }

 private:
  struct Word {
    int64_t at_ms = 0;
    bool withdrew = false;
  };
  std::unordered_map<PersonId, Word> words_;
};

struct Shopping {
  Catalogue catalogue;
  std::vector<Bit> bits;  // by person, then time; of nobody who has withdrawn
  uint64_t seq = 0;       // up to which the log was read
  int64_t last_move = 0;  // of the people whose they are
  Demand demand;          // of everybody and nobody
  ProfilingWords profiling;
};

// Everything of the last kShoppingDays. Events of nobody tell of items alone.
Result<Shopping> read_shopping(events::Log& log, store::Database& database,
                               std::string_view currency, Instant now, const Calendar& calendar,
                               const std::stop_token& stop = {});

// What came after `after_seq`: what people did with items of `catalogue`, in the order of time, and
// what was said about them.
struct Said {
  uint32_t item = 0;
  int64_t at_ms = 0;
  Item facts;
};
struct ProfilingWord {
  PersonId person = 0;
  int64_t at_ms = 0;
  bool withdrew = false;
};
struct News {
  std::vector<Bit> bits;
  std::vector<Said> said;
  std::vector<ProfilingWord> profiling;
};
Result<News> read_news(events::Log& log, store::Database& database, std::string_view currency,
                       uint64_t after_seq, uint64_t up_to, const Catalogue& catalogue);

}  // namespace perennial::value
