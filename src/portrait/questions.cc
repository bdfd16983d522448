#include "portrait/questions.h"

#include <algorithm>
#include <array>

#include "people/own_events.h"

namespace perennial::portrait {
namespace {

using timeline::Condition;
using timeline::Selector;
using timeline::Test;

constexpr std::string_view kViewed = "Product Viewed", kAdded = "Product Added";
// Properties that name an item, the first that is there counts; as in recommendations.
constexpr std::array<std::string_view, 4> kItemNames = {"sku", "product_id", "item_id", "id"};
constexpr std::array<std::string_view, 5> kNotDone = {
    "Order Line", "Order Refunded", "Contract Recorded", "Item Set", "Item Deleted"};

Condition is_set(std::string_view property, bool set = true) {
  Condition condition{.kind = Condition::Kind::kTest};
  condition.test.property = property;
  condition.test.op = set ? Test::Op::kIsSet : Test::Op::kIsNotSet;
  return condition;
}

Condition text_is(std::string_view property, std::string_view text) {
  Condition condition{.kind = Condition::Kind::kTest};
  condition.test.property = property;
  condition.test.op = Test::Op::kIs;
  condition.test.texts = {std::string(text)};
  return condition;
}

Condition not_(Condition part) {
  Condition condition{.kind = Condition::Kind::kNot};
  condition.parts.push_back(std::move(part));
  return condition;
}

Condition all_of(std::vector<Condition> parts) {
  return {.kind = Condition::Kind::kAll, .parts = std::move(parts), .test = {}};
}

Selector tracked(const Decay& decay, std::vector<std::string> names, const Condition& where = {}) {
  Selector selector;
  for (std::string& name : names)
    selector.any_of.push_back({.name = std::move(name), .where = where});
  selector.from = decay.from();
  selector.to = decay.now();
  return selector;
}

struct Kind {
  std::string_view event;
  double weight;
};
std::vector<Kind> kinds_of(const Rules& rules) {
  return {{kViewed, rules.viewed}, {kAdded, rules.added}, {people::kOrderLine, rules.bought}};
}

Condition no_refund() { return not_(text_is("kind", "refund")); }

}  // namespace

uint16_t WordBook::add(std::string_view word) {
  std::string kept(cut_text(trim(word), kMaxWordBytes));
  if (kept.empty()) return 0;
  if (const auto found = places_.find(kept); found != places_.end()) return found->second;
  if (words_.size() > kMaxCategories) kept = kOtherWord;
  const auto [place, added] = places_.emplace(kept, static_cast<uint16_t>(words_.size()));
  if (added) words_.push_back(std::move(kept));
  return place->second;
}

void Question::add(Selector selector, double weight, uint16_t word, bool item) {
  selectors.push_back(std::move(selector));
  weights.push_back(weight);
  words.push_back(word);
  by_item.push_back(item);
}

Question interests_of(const Rules& rules, const Decay& decay, bool items) {
  Question question;
  for (const Kind& kind : kinds_of(rules)) {
    std::vector<Condition> where = {no_refund(), is_set("category")};
    const auto add = [&](std::string_view group, bool item) {
      Selector selector = tracked(decay, {std::string(kind.event)}, all_of(where));
      selector.group = group;
      question.add(std::move(selector), kind.weight, 0, item);
    };
    add("category", false);
    where.back() = is_set("category", false);
    for (size_t i = 0; items && i < kItemNames.size(); ++i) {
      where.push_back(is_set(kItemNames[i]));
      add(kItemNames[i], true);
      where.back() = is_set(kItemNames[i], false);
    }
  }
  return question;
}

Question listed_products(const Rules& rules, const Decay& decay, const std::string& path) {
  Question question;
  Selector selector = tracked(decay, {std::string(people::kOrderCompleted)});
  selector.group = path;
  question.add(std::move(selector), rules.bought, 0, !path.ends_with("category"));
  return question;
}

Question answers_of(const Rules& rules, const Decay& decay, WordBook& words) {
  Question question;
  for (const auto& [channel, events] : rules.channels) {
    const uint16_t word = words.add(channel);
    if (!events.empty()) question.add(tracked(decay, events), 1, word);
    Selector told =
        tracked(decay, {"Message Opened", "Message Clicked"}, text_is("channel", channel));
    question.add(std::move(told), 1, word);
  }
  return question;
}

Selector anything(const Decay& decay) {
  Selector selector;
  for (const events::Type type : {events::Type::kTrack, events::Type::kPage, events::Type::kScreen})
    selector.any_of.push_back({.type = type, .name = std::nullopt});
  selector.from = decay.from();
  selector.to = decay.now();
  selector.group_is_name = selector.names_as_they_lie = true;
  return selector;
}

bool tells_the_hour(std::string_view name) {
  const auto among = [name](const auto& names) {
    return std::ranges::find(names, name) != names.end();
  };
  return !among(kNotDone) && !among(people::kMeantForThem) && !among(people::kOwnEvents);
}

Selector priced_lines(const Decay& decay) {
  Selector selector = tracked(decay, {std::string(people::kOrderLine)}, no_refund());
  selector.group = "sku";
  selector.number = "price";
  return selector;
}

std::vector<Selector> whole_orders(const Decay& decay) {
  const std::vector<std::string> names = {std::string(people::kOrderCompleted)};
  Condition discount{.kind = Condition::Kind::kTest};
  discount.test.property = "discount";
  discount.test.op = Test::Op::kGreater;
  discount.test.numbers = {0};
  Condition reduced{.kind = Condition::Kind::kAny};
  reduced.parts = {discount, all_of({is_set("coupon"), not_(text_is("coupon", ""))})};
  const Condition whole = is_set("lines_follow", false);
  return {tracked(decay, names, whole), tracked(decay, names, all_of({whole, reduced}))};
}

std::vector<uint16_t> words_of_codes(const timeline::Plan& plan, size_t selector, bool item,
                                     const Catalogue& catalogue, WordBook& words) {
  std::vector<uint16_t> out(timeline::group_codes(plan, selector), 0);
  for (size_t code = 1; code < out.size(); ++code) {
    std::string label = timeline::group_label(plan, selector, static_cast<uint32_t>(code));
    if (!item) {
      out[code] = words.add(label);
    } else if (const auto found = catalogue.find(label); found != catalogue.end()) {
      out[code] = words.add(found->second);
    }
  }
  return out;
}

}  // namespace perennial::portrait
