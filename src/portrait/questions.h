// What the tags ask of the timeline: selectors, and what their hits say. Inside this module only.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "portrait/everyone.h"

namespace perennial::portrait {

// Words by number, found or added; 0 is no word.
class WordBook {
 public:
  uint16_t add(std::string_view word);  // cut to kMaxWordBytes; kOtherWord when there are too many
  std::vector<std::string> take() && { return std::move(words_); }
  size_t size() const { return words_.size(); }

 private:
  std::vector<std::string> words_{""};
  std::unordered_map<std::string, uint16_t> places_;
};

// Categories by the word of an item.
using Catalogue = std::unordered_map<std::string, std::string>;

struct Question {
  std::vector<timeline::Selector> selectors;
  std::vector<double> weights;  // one a selector
  std::vector<uint16_t> words;  // of every hit of a selector; 0: the group tells
  std::vector<bool> by_item;    // the group is an item, whose category the catalogue tells
  void add(timeline::Selector selector, double weight, uint16_t word = 0, bool item = false);
};

// Of products with a category, and of those whose category only the catalogue knows.
Question interests_of(const Rules& rules, const Decay& decay, bool items);
// Products in the list of an Order Completed: `path` is "products[].category" or of an item.
Question listed_products(const Rules& rules, const Decay& decay, const std::string& path);
Question answers_of(const Rules& rules, const Decay& decay, WordBook& words);
timeline::Selector anything(const Decay& decay);
// Whether an event of this name tells when a person acts: what a machine or a clerk writes does
// not.
bool tells_the_hour(std::string_view name);
// Lines with item and price; orders without lines; those of them with a discount or a coupon.
timeline::Selector priced_lines(const Decay& decay);
std::vector<timeline::Selector> whole_orders(const Decay& decay);

// Words of the codes of a selector's group.
std::vector<uint16_t> words_of_codes(const timeline::Plan& plan, size_t selector, bool item,
                                     const Catalogue& catalogue, WordBook& words);

}  // namespace perennial::portrait
