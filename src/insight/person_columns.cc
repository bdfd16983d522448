#include "insight/person_columns.h"

#include <algorithm>
#include <unordered_map>

#include <simdjson.h>

#include "insight/names.h"

namespace perennial::insight {
namespace {

using timeline::Test;

bool one_fits(const std::vector<std::string>& texts, const auto& fits) {
  return std::ranges::any_of(texts, fits);
}

// What the positive operators say of a value that is there.
bool fits_value(const PersonColumn::Value& value, const Test& test) {
  const auto number = [&](auto compare) {
    return value.number && !test.numbers.empty() && compare(*value.number, test.numbers[0]);
  };
  switch (test.op) {
    case Test::Op::kIs:
    case Test::Op::kIsNot:
      if (value.number) return std::ranges::count(test.numbers, *value.number) != 0;
      return std::ranges::count(test.texts, value.text) != 0;
    case Test::Op::kContains:
    case Test::Op::kNotContains:
      return !value.number && one_fits(test.texts, [&](const std::string& text) {
        return value.text.contains(text);
      });
    case Test::Op::kStartsWith:
      return !value.number && one_fits(test.texts, [&](const std::string& text) {
        return value.text.starts_with(text);
      });
    case Test::Op::kLess:
      return number(std::less{});
    case Test::Op::kAtMost:
      return number(std::less_equal{});
    case Test::Op::kGreater:
      return number(std::greater{});
    case Test::Op::kAtLeast:
      return number(std::greater_equal{});
    case Test::Op::kBetween:
      return value.number && test.numbers[0] <= *value.number && *value.number < test.numbers[1];
    case Test::Op::kIsSet:
    case Test::Op::kIsNotSet:
      return true;
  }
  return false;
}

bool negative(Test::Op op) {
  return op == Test::Op::kIsNot || op == Test::Op::kNotContains || op == Test::Op::kIsNotSet;
}

// Reads one member of a JSON object, nested by dots.
class Reader {
 public:
  explicit Reader(const std::string& property) {
    for (size_t at = 0; at <= property.size();) {
      const size_t dot = std::min(property.find('.', at), property.size());
      parts_.push_back(property.substr(at, dot - at));
      at = dot + 1;
    }
    whole_ = property;
  }
  std::optional<PersonColumn::Value> read(std::string_view traits) {
    simdjson::dom::element root;
    if (parser_.parse(traits.data(), traits.size()).get(root) != simdjson::SUCCESS)
      return std::nullopt;
    simdjson::dom::element value;
    if (root[whole_].get(value) == simdjson::SUCCESS) return value_of(value);
    for (const auto& part : parts_) {
      simdjson::dom::element next;
      if (root[part].get(next) != simdjson::SUCCESS) return std::nullopt;
      root = next;
    }
    return value_of(root);
  }

 private:
  static std::optional<PersonColumn::Value> value_of(simdjson::dom::element value) {
    PersonColumn::Value result;
    std::string_view text;
    bool flag = false;
    double number = 0;
    if (value.get(text) == simdjson::SUCCESS) {
      result.text = text;
      if (text.empty()) return std::nullopt;
    } else if (value.get(flag) == simdjson::SUCCESS) {
      result.text = flag ? "true" : "false";
    } else if (value.get(number) == simdjson::SUCCESS) {
      result.text = simdjson::minify(value);
      result.number = number;
    } else {
      return std::nullopt;
    }
    return result;
  }

  simdjson::dom::parser parser_;
  std::vector<std::string> parts_;
  std::string whole_;
};

class Builder {
 public:
  explicit Builder(const std::string& property)
      : reader_(property), country_(property == kCountryProperty) {}

  void add(people::PersonId person, std::string_view country, std::string_view traits) {
    std::optional<PersonColumn::Value> value;
    if (country_) {
      if (!country.empty()) value = PersonColumn::Value{std::string(country), std::nullopt};
    } else {
      value = reader_.read(traits);
    }
    if (!value || person <= 0 || too_many()) return;
    const auto place = static_cast<size_t>(person);
    if (column_.code.size() <= place) column_.code.resize(place + 1, 0);
    std::string key = (value->number ? "n" : "t") + value->text;
    auto [known, added] =
        codes_.try_emplace(std::move(key), static_cast<uint32_t>(column_.values.size()));
    if (added) column_.values.push_back(std::move(*value));
    column_.code[place] = known->second;
  }
  bool too_many() const { return column_.values.size() > kMaxPersonValues; }
  PersonColumn take() { return std::move(column_); }

 private:
  Reader reader_;
  bool country_;
  PersonColumn column_;
  std::unordered_map<std::string, uint32_t> codes_;
};

}  // namespace

bool PersonColumn::fits(uint32_t code, const Test& test) const {
  const bool fits = code != 0 && fits_value(values[code], test);
  return negative(test.op) ? !fits : fits;
}

Result<std::shared_ptr<const PersonColumn>> PersonColumns::get(const std::string& property) {
  const uint64_t version =
      TRY(database_.read([](store::Connection& c) { return people::profiles_version(c); }));
  const auto kept = [&]() -> std::shared_ptr<const PersonColumn> {
    std::lock_guard lock(mutex_);
    auto found = columns_.find(property);
    return found != columns_.end() && found->second->version >= version ? found->second : nullptr;
  };
  if (auto column = kept()) return column;
  std::lock_guard building(building_);
  if (auto column = kept()) return column;
  Builder builder(property);
  uint64_t seen = 0;
  TRY(database_.read([&](store::Connection& c) -> Result<void> {
    seen = TRY(people::profiles_version(c));
    return people::each_profile(
        c, [&](people::PersonId person, std::string_view country, std::string_view traits) {
          builder.add(person, country, traits);
        });
  }));
  if (builder.too_many()) {
    return fail(
        Code::kTooLarge,
        "the property has more than " + std::to_string(kMaxPersonValues) + " different values",
        property);
  }
  auto column = std::make_shared<PersonColumn>(builder.take());
  column->version = seen;
  std::lock_guard lock(mutex_);
  if (columns_.size() >= kMaxPersonColumns) columns_.clear();
  columns_[property] = column;
  return column;
}

}  // namespace perennial::insight
