// Members of JSON documents with their bounds; errors name the member by its path.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::experiments {

inline std::string join_path(std::string_view path, std::string_view member) {
  return path.empty() ? std::string(member) : std::string(path) + "." + std::string(member);
}

// A number in [low, high]; `fallback` when it is missing or null.
inline Result<double> number_in(const Json& object, std::string_view member, std::string_view path,
                                double fallback, double low, double high) {
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return fallback;
  const std::string where = join_path(path, member);
  if (!found->is_number()) return fail(Code::kInvalid, "a number is expected", where);
  const double value = found->get<double>();
  if (std::isfinite(value) && value >= low && value <= high) return value;
  return fail(Code::kInvalid, "the number is out of range", where,
              "give one from " + to_text(Json(low)) + " to " + to_text(Json(high)));
}

inline Result<int64_t> integer_in(const Json& object, std::string_view member,
                                  std::string_view path, int64_t fallback, int64_t low,
                                  int64_t high) {
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return fallback;
  const std::string where = join_path(path, member);
  if (!found->is_number_integer()) return fail(Code::kInvalid, "an integer is expected", where);
  const bool too_large = found->is_number_unsigned() && found->get<uint64_t>() > INT64_MAX;
  const int64_t value = too_large ? INT64_MAX : found->get<int64_t>();
  if (!too_large && value >= low && value <= high) return value;
  return fail(Code::kInvalid, "the number is out of range", where,
              "give one from " + std::to_string(low) + " to " + std::to_string(high));
}

// Text of at most `limit` bytes; with `needed`, one that is not empty.
inline Result<std::string> text_in(const Json& object, std::string_view member,
                                   std::string_view path, size_t limit, bool needed) {
  const std::string where = join_path(path, member);
  const auto found = object.find(member);
  std::string text;
  if (found != object.end() && !found->is_null()) {
    if (!found->is_string()) return fail(Code::kInvalid, "a text is expected", where);
    text = found->get<std::string>();
  }
  if (needed && trim(text).empty()) return fail(Code::kInvalid, "a text is needed", where);
  if (!is_storable_text(text)) return fail(Code::kInvalid, "the text is not UTF-8", where);
  if (text.size() > limit) {
    return fail(Code::kTooLarge, "at most " + std::to_string(limit) + " bytes are possible", where);
  }
  return text;
}

}  // namespace perennial::experiments
