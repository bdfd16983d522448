// The text of an answer, written as it goes out. An answer has thousands of small objects; built as
// a tree of Json first, they cost more than the counting.
//
//   AnswerText text;
//   text.object([&] {
//     text.member("periods", 2);
//     text.array("rows", [&] {
//       for (uint64_t count : {3, 5}) text.object([&] { text.member("count", count); });
//     });
//   });
//   std::move(text).take();  // {"periods":2,"rows":[{"count":3},{"count":5}]}
//
// Values are whole numbers, numbers (those that are not finite are null), texts, truth values,
// optional ones of these (none is null) and Json. Names of members are written as they are given.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::insight {

class AnswerText {
 public:
  // `expected` bytes are asked for at once, within reason: growing copies what is there, into
  // memory that is new each time.
  explicit AnswerText(size_t expected = 0) {
    constexpr size_t kMost = 1 << 20;
    text_.reserve(std::min(expected, kMost));
  }
  template <class Write>
  void object(Write write) {
    next();
    enclose('{', write, '}');
  }
  template <class Write>
  void object(std::string_view name, Write write) {
    this->name(name);
    enclose('{', write, '}');
  }
  template <class Write>
  void array(Write write) {
    next();
    enclose('[', write, ']');
  }
  template <class Write>
  void array(std::string_view name, Write write) {
    this->name(name);
    enclose('[', write, ']');
  }
  template <class Value>
  void value(const Value& value) {
    next();
    put(value);
  }
  template <class Value>
  void member(std::string_view name, const Value& value) {
    this->name(name);
    put(value);
  }
  // A text that needs no escapes, which `append` appends.
  template <class Append>
  void plain_text(std::string_view name, Append append) {
    this->name(name);
    text_ += '"';
    append(text_);
    text_ += '"';
  }
  // The document; call it once.
  std::string take() && { return std::move(text_); }

 private:
  // A comma, unless it would be the first of its object or array.
  void next() {
    if (!text_.empty() && text_.back() != '{' && text_.back() != '[') text_ += ',';
  }
  void name(std::string_view name) {
    next();
    text_.append(1, '"').append(name).append("\":");
  }
  template <class Write>
  void enclose(char open, Write& write, char close) {
    text_ += open;
    write();
    text_ += close;
  }

  void put(bool value) { text_ += value ? "true" : "false"; }
  void put(std::nullptr_t) { text_ += "null"; }
  template <std::integral Number>
  void put(Number value) {
    put_digits(value);
  }
  // What is whole stays a number with a fraction, as Json writes it.
  void put(double value) {
    if (!std::isfinite(value)) return put(nullptr);
    const size_t before = text_.size();
    put_digits(value);
    if (text_.find_first_of(".e", before) == std::string::npos) text_ += ".0";
  }
  void put(std::string_view value) { append_json_string(text_, value); }
  void put(const std::string& value) { put(std::string_view(value)); }
  void put(const char* value) { put(std::string_view(value)); }
  void put(const Json& value) { text_ += to_text(value); }
  template <class Value>
  void put(const std::optional<Value>& value) {
    if (value) return put(*value);
    put(nullptr);
  }
  template <class Number>
  void put_digits(Number value) {
    constexpr size_t kMost = 32;  // the shortest text of a double has at most 24 bytes
    char digits[kMost];
    text_.append(digits, std::to_chars(digits, digits + kMost, value).ptr);
  }

  std::string text_;
};

}  // namespace perennial::insight
