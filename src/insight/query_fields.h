// Reading the members of a JSON object with errors that name the member by its path. Members that
// nobody asked for are refused, with the closest names that are known.
#pragma once

#include <utility>

#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::insight {

// At most `limit` of the candidates that look like `word`, the closest first: few letters apart
// (Damerau–Levenshtein distance with adjacent transpositions, on folded text), or one within the
// other.
std::vector<std::string> close_matches(std::string_view word,
                                       std::span<const std::string> candidates, size_t limit = 3);
// "did you mean "a", "b"?", or "" without matches.
std::string did_you_mean(std::span<const std::string> matches);

std::string join_path(std::string_view path, std::string_view member);  // "a.b", or "b" for ""
std::string join_path(std::string_view path, size_t index);             // "a[3]"

template <class Enum>
using Words = std::initializer_list<std::pair<std::string_view, Enum>>;

class Fields {
 public:
  // `json` must outlive it. kInvalid unless it is an object that holds no other than the known.
  static Result<Fields> of(const Json& json, std::string path,
                           std::initializer_list<std::string_view> known) {
    return of(json, std::move(path), std::span(known.begin(), known.size()));
  }
  static Result<Fields> of(const Json& json, std::string path,
                           std::span<const std::string_view> known);

  const std::string& path() const { return path_; }
  std::string at(std::string_view member) const { return join_path(path_, member); }
  const Json* find(std::string_view member) const;  // null when missing or null
  bool has(std::string_view member) const { return find(member) != nullptr; }
  Result<const Json*> required(std::string_view member) const;

  // At most `most` bytes of storable text; "" when missing.
  Result<std::string> text(std::string_view member, size_t most) const;
  Result<std::string> required_text(std::string_view member, size_t most) const;
  Result<int64_t> integer(std::string_view member, int64_t fallback, int64_t low,
                          int64_t high) const;
  Result<std::optional<double>> number(std::string_view member) const;
  Result<bool> flag(std::string_view member, bool fallback) const;
  // The elements of an array of `low` to `high`; empty when missing and `low` is 0.
  Result<std::vector<const Json*>> list(std::string_view member, size_t low, size_t high) const;
  // Ascending numbers.
  Result<std::vector<double>> borders(std::string_view member, size_t low, size_t high) const;

  template <class Enum>
  Result<Enum> word(std::string_view member, std::optional<Enum> fallback,
                    Words<Enum> words) const {
    const Json* value = find(member);
    if (value == nullptr && fallback) return *fallback;
    if (value == nullptr) return missing(member);
    return word_of<Enum>(*value, at(member), words);
  }
  template <class Enum>
  static Result<Enum> word_of(const Json& value, const std::string& path, Words<Enum> words) {
    std::vector<std::string> names;
    for (const auto& [name, meaning] : words) {
      if (value.is_string() && value.get_ref<const std::string&>() == name) return meaning;
      names.emplace_back(name);
    }
    return not_one_of(value, path, names);
  }
  std::unexpected<Error> missing(std::string_view member) const;

 private:
  Fields(const Json& json, std::string path) : json_(&json), path_(std::move(path)) {}
  static std::unexpected<Error> not_one_of(const Json& value, const std::string& path,
                                           std::span<const std::string> names);
  const Json* json_;
  std::string path_;
};

}  // namespace perennial::insight
