// A template is read from left to right: text up to "{{", then a field up to "}}", and so on. There
// are no conditions and no loops: what an operator writes cannot fail for one person and work for
// another.
#include <algorithm>
#include <array>
#include <optional>

#include "engage/engage.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kOpen = "{{", kClose = "}}", kTrait = "trait:";
constexpr std::array<std::string_view, 12> kFields = {
    "name",      "first_name",    "email",           "country",
    "orders",    "spent",         "last_order_date", "unsubscribe_url",
    "workspace", "recommended_1", "recommended_2",   "recommended_3"};

struct Field {
  std::string_view name, fallback;
};

std::string place(std::string_view source, size_t at) {
  const std::string_view before = source.substr(0, at);
  const size_t line = 1 + static_cast<size_t>(std::ranges::count(before, '\n'));
  const size_t start = before.rfind('\n');
  const size_t column = start == before.npos ? at + 1 : at - start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

bool is_field(std::string_view name) {
  if (name.starts_with(kTrait)) return name.size() > kTrait.size();
  return std::ranges::find(kFields, name) != kFields.end();
}

// The field between "{{" at `at` and its "}}".
Result<Field> read_field(std::string_view source, size_t at, size_t end) {
  const std::string hint = "Write {{ field }} or {{ field | text without a value }}.";
  if (end == source.npos) {
    return fail(Code::kInvalid, "a field is not closed by }}", place(source, at), hint);
  }
  const std::string_view inside = source.substr(at + kOpen.size(), end - at - kOpen.size());
  if (inside.find(kOpen) != inside.npos) {
    return fail(Code::kInvalid, "a field holds another {{", place(source, at), hint);
  }
  const size_t bar = inside.find('|');
  Field field{trim(inside.substr(0, bar)), ""};
  if (bar != inside.npos) field.fallback = trim(inside.substr(bar + 1));
  if (!is_field(field.name)) {
    return fail(Code::kInvalid, "there is no field “" + std::string(field.name) + "”",
                place(source, at),
                "Fields: name, first_name, email, country, orders, spent, last_order_date, "
                "unsubscribe_url, workspace, recommended_1 to recommended_3, trait:NAME.");
  }
  return field;
}

// Calls `literal` and `field` for the parts of a template in their order.
template <class Literal, class OnField>
Result<void> walk(std::string_view source, Literal&& literal, OnField&& on_field) {
  if (source.size() > kMaxTextBytes) {
    return fail(Code::kTooLarge,
                "a text is at most " + std::to_string(kMaxTextBytes) + " bytes long");
  }
  size_t at = 0;
  while (true) {
    const size_t open = source.find(kOpen, at);
    literal(source.substr(at, open - at));
    if (open == source.npos) return {};
    const size_t close = source.find(kClose, open + kOpen.size());
    on_field(TRY(read_field(source, open, close)));
    at = close + kClose.size();
  }
}

// The length of the control character or line break at the start of `text`, or 0: C0, DEL, C1, and
// the line and paragraph separators U+2028 and U+2029.
size_t control_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x20 || lead == 0x7F) return 1;
  if (lead == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0) return 2;
  if (text.starts_with("\u2028") || text.starts_with("\u2029")) return 3;
  return 0;
}

std::string without_controls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t control = control_length(text);
    if (control == 0) out += text[0];
    text.remove_prefix(std::max<size_t>(control, 1));
  }
  return out;
}

}  // namespace

Result<void> check_template(std::string_view source) {
  if (!is_storable_text(source)) {
    return fail(Code::kInvalid, "the text is not well-formed UTF-8 or holds a NUL");
  }
  return walk(source, [](std::string_view) {}, [](const Field&) {});
}

Result<Rendered> render(std::string_view source, const Fields& fields, Escape escape) {
  Rendered out;
  auto literal = [&](std::string_view text) { out.text += text; };
  auto field = [&](const Field& wanted) {
    const auto found = fields.find(wanted.name);
    const bool missing = found == fields.end() || found->second.empty();
    if (missing && std::ranges::find(out.missing, wanted.name) == out.missing.end()) {
      out.missing.emplace_back(wanted.name);
    }
    const std::string_view value = missing ? wanted.fallback : found->second;
    if (escape == Escape::kHtml) {
      out.text += escape_html(value);
    } else {
      out.text += value;
    }
  };
  TRY(walk(source, literal, field));
  if (escape == Escape::kHeader) out.text = without_controls(out.text);
  return out;
}

}  // namespace perennial::engage
