// Products and other items that events tell of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collect/collect.h"

namespace perennial::collect {

inline constexpr size_t kMaxItemFacts = 200;   // of one item; the first names in byte order stay
inline constexpr size_t kMaxItemBytes = 4096;  // of one fact; longer ones are not kept

struct Item {
  std::string type, id, name;
  Json facts = Json::object();  // what holds of it, without item_type and item_id
};
struct ItemPage {
  std::vector<Item> items;  // by name, then id
  int64_t total = 0;
};
// Items of a type that have not been removed; `search` is looked for in names and ids, as
// fold_for_search() compares.
Result<ItemPage> list_items(store::Connection& c, std::string_view type, std::string_view search,
                            int64_t offset, int64_t limit);
// All of them, by id.
Result<void> each_item(store::Connection& c, std::string_view type,
                       const std::function<Result<void>(const Item&)>& each);

}  // namespace perennial::collect
