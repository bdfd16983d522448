#include "base/json.h"

namespace perennial {
namespace {

// Deeper documents are refused: the parser and every later walk of the tree recurse.
constexpr int kMaxDepth = 64;

Error wrong_type(std::string_view field, std::string_view expected) {
  return Error{Code::kInvalid, "expected " + std::string(expected), std::string(field), ""};
}

const Json* find(const Json& object, std::string_view field) {
  if (!object.is_object()) return nullptr;
  auto it = object.find(field);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  bool too_deep = false;
  auto check_depth = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  try {
    Json document = Json::parse(text, check_depth);
    if (too_deep) return fail(Code::kInvalid, "JSON is nested deeper than 64 levels");
    return document;
  } catch (const Json::parse_error& error) {
    return fail(Code::kInvalid, "not well-formed JSON near byte " + std::to_string(error.byte));
  } catch (const Json::exception&) {
    return fail(Code::kInvalid, "JSON holds a number that is out of range");
  }
}

Result<std::string> json_string(const Json& object, std::string_view field) {
  const Json* member = find(object, field);
  if (member == nullptr) return fail(Code::kInvalid, "is missing", std::string(field));
  if (!member->is_string()) return std::unexpected(wrong_type(field, "a string"));
  return member->get<std::string>();
}

Result<int64_t> json_integer(const Json& object, std::string_view field) {
  const Json* member = find(object, field);
  if (member == nullptr) return fail(Code::kInvalid, "is missing", std::string(field));
  if (!member->is_number_integer() ||
      (member->is_number_unsigned() && member->get<uint64_t>() > INT64_MAX)) {
    return std::unexpected(wrong_type(field, "an integer"));
  }
  return member->get<int64_t>();
}

Result<std::string> json_string_or(const Json& object, std::string_view field,
                                   std::string fallback) {
  if (find(object, field) == nullptr) return fallback;
  return json_string(object, field);
}

Result<int64_t> json_integer_or(const Json& object, std::string_view field, int64_t fallback) {
  if (find(object, field) == nullptr) return fallback;
  return json_integer(object, field);
}

Result<bool> json_bool_or(const Json& object, std::string_view field, bool fallback) {
  const Json* member = find(object, field);
  if (member == nullptr) return fallback;
  if (!member->is_boolean()) return std::unexpected(wrong_type(field, "true or false"));
  return member->get<bool>();
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  size_t clean = 0;  // start of the run that needs no escape
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') [[likely]]
      continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
  }
  out.append(text, clean, text.size() - clean);
  out += '"';
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace perennial
