// How client libraries wrap what they send: gzip without saying so, base64, and HTML forms.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::collect {

// What a wrapped body may grow to, and how many fields a form may have.
inline constexpr size_t kMaxUnwrappedBytes = 4 * 1024 * 1024;
inline constexpr size_t kMaxFormFields = 64;

// Starts with the two bytes of every gzip member (RFC 1952, section 2.3.1).
bool is_gzip(std::string_view bytes);
// Fails with kInvalid for what is damaged, cut or followed by something else, and with kTooLarge
// above `limit` bytes.
Result<std::string> gunzip(std::string_view bytes, size_t limit = kMaxUnwrappedBytes);

// Base64 in either alphabet of RFC 4648, with or without padding. Line ends are skipped, and a
// space stands for the "+" that it was before somebody took it for a form. nullopt: not base64.
std::optional<std::string> base64_decoded(std::string_view text);

// application/x-www-form-urlencoded (URL standard, section 5.1); of a field that comes twice the
// first counts. Fails with kInvalid above kMaxFormFields.
using Form = std::map<std::string, std::string, std::less<>>;
Result<Form> parse_form(std::string_view text);

// `text` with what cannot be stored (bytes that are not UTF-8, NUL) replaced by U+FFFD.
std::string storable(std::string_view text);

}  // namespace perennial::collect
