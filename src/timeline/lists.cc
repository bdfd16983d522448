#include "timeline/lists.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "timeline/list_reader.h"
#include "timeline/plan.h"

namespace perennial::timeline {

namespace dom = simdjson::dom;
using Op = Test::Op;

namespace {

constexpr std::string_view kEach = "[]";
constexpr char kStandsFor = '\x01';  // in no name that anybody sends
constexpr std::string_view kTrue = "true";

bool is_negative(Op op) {
  return op == Op::kIsNot || op == Op::kNotContains || op == Op::kIsNotSet;
}
Test positive(Test test) {
  if (test.op == Op::kIsNot) test.op = Op::kIs;
  if (test.op == Op::kNotContains) test.op = Op::kContains;
  if (test.op == Op::kIsNotSet) test.op = Op::kIsSet;
  return test;
}

// "a.products[].sku" → a, products, every element, sku.
std::vector<std::string> steps_of(std::string_view property) {
  std::vector<std::string> steps;
  while (!property.empty()) {
    const size_t end = std::min(property.find('.'), property.size());
    std::string_view part = property.substr(0, end);
    size_t lists = 0;
    for (; part.ends_with(kEach); ++lists) part.remove_suffix(kEach.size());
    if (!part.empty()) steps.emplace_back(part);
    steps.insert(steps.end(), lists, "");
    property.remove_prefix(std::min(end + 1, property.size()));
  }
  return steps;
}

// Calls each(value) for what lies behind the steps, `left` times at most.
template <class Each>
void visit(const dom::element& value, std::span<const std::string> steps, size_t& left,
           const Each& each) {
  if (left == 0) return;
  if (steps.empty()) {
    --left;
    each(value);
  } else if (steps[0].empty()) {
    dom::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) return;
    for (const dom::element element : list) visit(element, steps.subspan(1), left, each);
  } else {
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return;
    for (const auto& [key, member] : object) {
      if (key == steps[0]) visit(member, steps.subspan(1), left, each);
    }
  }
}

// A text, or a truth as one.
std::optional<std::string_view> text_of(const dom::element& value) {
  if (value.is_string()) return value.get_string().value_unsafe();
  if (value.is_bool()) return value.get_bool().value_unsafe() ? kTrue : "false";
  return std::nullopt;
}

bool fits(const Test& test, const dom::element& value) {
  if (const auto text = text_of(value)) return test.op == Op::kIsSet || fits_text(test, *text);
  if (!value.is_number()) return false;
  return CompiledTest{.op = test.op, .numbers = test.numbers}.fits(
      value.get_double().value_unsafe());
}

double sum_of(const dom::element& event, std::span<const std::string> steps, bool& any) {
  double sum = 0;
  size_t left = kMaxListValues;
  visit(event, steps, left, [&](const dom::element& value) {
    if (!value.is_number()) return;
    sum += value.get_double().value_unsafe();
    any = true;
  });
  return sum;
}

// A number as the text that stands for it in a breakdown.
std::string label_of(double number) { return fmt::format("{}", number); }

}  // namespace

bool in_list(std::string_view property) {
  return property.find(kEach) != std::string_view::npos && !property.starts_with(kStandsFor);
}

std::string name_of_test(const Test& test) {
  std::string name =
      fmt::format("{}test {} {}", kStandsFor, static_cast<int>(test.op), test.property);
  for (const std::string& text : test.texts) name += fmt::format(" {}:{}", text.size(), text);
  for (double number : test.numbers) name += fmt::format(" {}", number);
  return name;
}
std::string name_of_number(std::string_view property) {
  return fmt::format("{}sum {}", kStandsFor, property);
}
std::string name_of_split(std::string_view property) {
  return fmt::format("{}each {}", kStandsFor, property);
}

namespace {

void use_lists(Condition& condition, Lists& lists) {
  for (Condition& part : condition.parts) use_lists(part, lists);
  if (condition.kind != Condition::Kind::kTest || !in_list(condition.test.property)) return;
  const bool negative = is_negative(condition.test.op);
  Test test = positive(std::move(condition.test));
  condition.test = {.property = name_of_test(test),
                    .op = negative ? Op::kIsNot : Op::kIs,
                    .texts = {std::string(kTrue)},
                    .numbers = {}};
  const bool known = std::ranges::any_of(lists.tests, [&](const Test& other) {
    return name_of_test(other) == condition.test.property;
  });
  if (!known) lists.tests.push_back(std::move(test));
}

}  // namespace

void use_lists(Selector& selector, Lists& lists) {
  for (EventSelector& event : selector.any_of) use_lists(event.where, lists);
  if (in_list(selector.number)) {
    lists.numbers.insert(selector.number);
    selector.number = name_of_number(selector.number);
  }
  if (in_list(selector.group)) {
    lists.split = selector.group;
    selector.group = name_of_split(selector.group);
  }
}

ListReader::ListReader(Lists lists) : lists_(std::move(lists)) {
  for (const Test& test : lists_.tests) tests_.push_back(steps_of(test.property));
  if (!lists_.split.empty()) {
    list_ = steps_of(lists_.split);
    const auto last = std::ranges::find(list_.rbegin(), list_.rend(), "").base();
    value_.assign(last, list_.end());
    list_.erase(last, list_.end());
  }
  for (const std::string& number : lists_.numbers) {
    Number made{.name = name_of_number(number), .steps = steps_of(number)};
    const bool own = !list_.empty() && made.steps.size() >= list_.size() &&
                     std::equal(list_.begin(), list_.end(), made.steps.begin());
    if (own) made.steps.erase(made.steps.begin(), made.steps.begin() + std::ssize(list_));
    (own ? own_ : numbers_).push_back(std::move(made));
  }
}

std::vector<ListReader::Copy> ListReader::read(const dom::element& event) const {
  Copy whole;
  for (size_t i = 0; i < tests_.size(); ++i) {
    bool any = false;
    size_t left = kMaxListValues;
    visit(event, tests_[i], left,
          [&](const dom::element& value) { any = any || fits(lists_.tests[i], value); });
    if (any) whole.fitting.push_back(name_of_test(lists_.tests[i]));
  }
  for (const Number& number : numbers_) {
    bool any = false;
    const double sum = sum_of(event, number.steps, any);
    if (any) whole.numbers.emplace_back(number.name, sum);
  }
  std::vector<Copy> copies{std::move(whole)};
  if (!lists_.split.empty()) read_split(event, copies);
  return copies;
}

// What the elements of one value add up to.
void ListReader::read_split(const dom::element& event, std::vector<Copy>& copies) const {
  struct Sums {
    std::vector<double> sum;
    std::vector<bool> any;
  };
  std::map<std::string, Sums> by_value;
  size_t left = kMaxListValues;
  visit(event, list_, left, [&](const dom::element& element) {
    std::set<std::string> values;
    size_t left_here = kMaxListValues;
    visit(element, value_, left_here, [&](const dom::element& value) {
      if (const auto text = text_of(value)) values.emplace(*text);
      if (value.is_number()) values.insert(label_of(value.get_double().value_unsafe()));
    });
    std::set<std::string> told;
    for (const std::string& value : values)
      told.insert(lists_.shown && !lists_.shown->contains(value) ? std::string(kOtherListValue)
                                                                 : value);
    for (const std::string& value : told) {
      Sums& sums = by_value[value];
      sums.sum.resize(own_.size());
      sums.any.resize(own_.size());
      for (size_t i = 0; i < own_.size(); ++i) {
        bool any = sums.any[i];
        sums.sum[i] += sum_of(element, own_[i].steps, any);
        sums.any[i] = any;
      }
    }
  });
  if (by_value.empty()) return;
  const Copy whole = std::move(copies[0]);
  copies.clear();
  for (const auto& [value, sums] : by_value) {
    Copy& copy = copies.emplace_back(whole);
    copy.value = value;
    for (size_t i = 0; i < own_.size(); ++i) {
      if (sums.any[i]) copy.numbers.emplace_back(own_[i].name, sums.sum[i]);
    }
  }
}

}  // namespace perennial::timeline
