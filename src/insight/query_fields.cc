#include "insight/query_fields.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace perennial::insight {
namespace {

constexpr size_t kMaxComparedBytes = 200;  // of a word; the work grows with the square

// Optimal string alignment: insertions, deletions, replacements, swaps of neighbours. More than
// `most` comes back as most + 1.
size_t distance(std::string_view a, std::string_view b, size_t most) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) return most + 1;
  std::vector<size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    size_t least = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
      least = std::min(least, next[j]);
    }
    if (least > most) return most + 1;
    std::swap(before, row);
    std::swap(row, next);
  }
  return std::min(row[b.size()], most + 1);
}

std::string in_quotes(std::string_view word) { return '"' + std::string(cut_text(word, 60)) + '"'; }

std::string listed(std::span<const std::string> names, std::string_view last) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? last : ", ";
    out += in_quotes(names[i]);
  }
  return out;
}

}  // namespace

std::vector<std::string> close_matches(std::string_view word,
                                       std::span<const std::string> candidates, size_t limit) {
  const std::string folded = fold_for_search(cut_text(word, kMaxComparedBytes));
  const size_t most = std::clamp<size_t>(folded.size() / 3, 1, 4);
  std::vector<std::tuple<size_t, size_t, size_t>> found;  // distance, length, place
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].size() > kMaxComparedBytes) continue;
    const std::string other = fold_for_search(candidates[i]);
    size_t apart = distance(folded, other, most);
    const bool within = folded.size() >= 3 && other.size() >= 3 &&
                        (other.contains(folded) || folded.contains(other));
    if (apart > most && !within) continue;
    found.emplace_back(apart, other.size(), i);
  }
  std::ranges::sort(found);
  std::vector<std::string> result;
  for (size_t i = 0; i < std::min(limit, found.size()); ++i)
    result.push_back(candidates[std::get<2>(found[i])]);
  return result;
}

std::string did_you_mean(std::span<const std::string> matches) {
  return matches.empty() ? "" : "did you mean " + listed(matches, " or ") + "?";
}

std::string join_path(std::string_view path, std::string_view member) {
  return path.empty() ? std::string(member) : std::string(path) + '.' + std::string(member);
}

std::string join_path(std::string_view path, size_t index) {
  return std::string(path) + '[' + std::to_string(index) + ']';
}

Result<Fields> Fields::of(const Json& json, std::string path,
                          std::span<const std::string_view> known) {
  if (!json.is_object()) return fail(Code::kInvalid, "must be an object", path);
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
    const std::vector<std::string> names(known.begin(), known.end());
    std::string hint = did_you_mean(close_matches(name, names));
    if (hint.empty()) hint = "known here: " + listed(names, ", ");
    std::string where = join_path(path, cut_text(name, 60));
    return fail(Code::kInvalid, "unknown member " + in_quotes(name), where, hint);
  }
  return Fields(json, std::move(path));
}

const Json* Fields::find(std::string_view member) const {
  auto found = json_->find(member);
  return found == json_->end() || found->is_null() ? nullptr : &*found;
}

std::unexpected<Error> Fields::missing(std::string_view member) const {
  return fail(Code::kInvalid, "is missing", at(member));
}

Result<const Json*> Fields::required(std::string_view member) const {
  const Json* value = find(member);
  if (value == nullptr) return missing(member);
  return value;
}

Result<std::string> Fields::text(std::string_view member, size_t most) const {
  const Json* value = find(member);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return fail(Code::kInvalid, "must be a text", at(member));
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > most)
    return fail(Code::kInvalid, "is longer than " + std::to_string(most) + " bytes", at(member));
  if (!is_storable_text(text)) return fail(Code::kInvalid, "is no valid text", at(member));
  return text;
}

Result<std::string> Fields::required_text(std::string_view member, size_t most) const {
  std::string value = TRY(text(member, most));
  if (trim(value).empty()) return missing(member);
  return value;
}

Result<int64_t> Fields::integer(std::string_view member, int64_t fallback, int64_t low,
                                int64_t high) const {
  const Json* value = find(member);
  if (value == nullptr) return fallback;
  const std::string range = std::to_string(low) + " to " + std::to_string(high);
  if (!value->is_number_integer())
    return fail(Code::kInvalid, "must be a whole number from " + range, at(member));
  const bool huge = value->is_number_unsigned() &&
                    value->get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()};
  if (huge || value->get<int64_t>() < low || value->get<int64_t>() > high)
    return fail(Code::kInvalid, "must be from " + range, at(member));
  return value->get<int64_t>();
}

Result<std::optional<double>> Fields::number(std::string_view member) const {
  const Json* value = find(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number() || !std::isfinite(value->get<double>()))
    return fail(Code::kInvalid, "must be a number", at(member));
  return value->get<double>();
}

Result<bool> Fields::flag(std::string_view member, bool fallback) const {
  const Json* value = find(member);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) return fail(Code::kInvalid, "must be true or false", at(member));
  return value->get<bool>();
}

Result<std::vector<const Json*>> Fields::list(std::string_view member, size_t low,
                                              size_t high) const {
  const Json* value = find(member);
  if (value == nullptr && low == 0) return std::vector<const Json*>();
  if (value == nullptr) return missing(member);
  if (!value->is_array()) return fail(Code::kInvalid, "must be a list", at(member));
  if (value->size() < low || value->size() > high) {
    return fail(Code::kInvalid, "has " + std::to_string(value->size()) + " elements", at(member),
                "give " + std::to_string(low) + " to " + std::to_string(high));
  }
  std::vector<const Json*> elements;
  for (const Json& element : *value) elements.push_back(&element);
  return elements;
}

Result<std::vector<double>> Fields::borders(std::string_view member, size_t low,
                                            size_t high) const {
  std::vector<double> numbers;
  if (!has(member)) return numbers;
  for (const Json* element : TRY(list(member, low, high))) {
    const std::string path = join_path(at(member), numbers.size());
    if (!element->is_number() || !std::isfinite(element->get<double>()))
      return fail(Code::kInvalid, "must be a number", path);
    const double number = element->get<double>();
    if (!numbers.empty() && number <= numbers.back())
      return fail(Code::kInvalid, "must be greater than the one before", path);
    numbers.push_back(number);
  }
  return numbers;
}

std::unexpected<Error> Fields::not_one_of(const Json& value, const std::string& path,
                                          std::span<const std::string> names) {
  std::string hint =
      value.is_string() ? did_you_mean(close_matches(value.get<std::string>(), names)) : "";
  return fail(Code::kInvalid, "must be " + listed(names, " or "), path, hint);
}

}  // namespace perennial::insight
