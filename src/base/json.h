// JSON text on the way out. `Json` (nlohmann) is for replies and small documents; event bodies are
// read with simdjson where they arrive and written with the appenders here.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace perennial {

using Json = nlohmann::ordered_json;

// Parses a whole document; fails with kInvalid and the byte where it went wrong.
Result<Json> parse_json(std::string_view text);

// A member of an object: fails with kInvalid, naming the field, if it is missing or of another
// type.
Result<std::string> json_string(const Json& object, std::string_view field);
Result<int64_t> json_integer(const Json& object, std::string_view field);
// The same with a value to take when the field is missing or null.
Result<std::string> json_string_or(const Json& object, std::string_view field,
                                   std::string fallback);
Result<int64_t> json_integer_or(const Json& object, std::string_view field, int64_t fallback);
Result<bool> json_bool_or(const Json& object, std::string_view field, bool fallback);

// Appends `text` to `out` as a JSON string with its quotes (RFC 8259). `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

// One line of text; invalid UTF-8 is replaced, so that it never throws.
std::string to_text(const Json& json);

}  // namespace perennial
