#include "engage/personal.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "engage/unsubscribe.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kUrlField = "unsubscribe_url", kRecommended = "recommended_";
constexpr size_t kMostRecommended = 3;

std::string word_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return to_text(value);
  return "";
}

void add_traits(Fields& fields, const people::Person& person) {
  const auto traits = parse_json(person.traits);
  if (!traits || !traits->is_object()) return;
  for (const auto& [name, value] : traits->items()) {
    if (std::string word = word_of(value); !word.empty()) fields["trait:" + name] = std::move(word);
  }
}

std::string first_name_of(const people::Person& person, const Fields& fields) {
  for (const char* trait : {"trait:first_name", "trait:firstName"}) {
    if (const auto found = fields.find(trait); found != fields.end()) return found->second;
  }
  const std::string_view name = trim(person.name);
  return std::string(name.substr(0, name.find(' ')));
}

std::string day_of(const Calendar& calendar, Instant t) {
  return calendar.label(Period::kDay, calendar.start_of(Period::kDay, t));
}

// Whether the template names the field anywhere, found by rendering it with a mark.
bool names_link(std::string_view source) {
  const auto rendered = render(source, {}, Escape::kNone);
  return rendered && std::ranges::find(rendered->missing, kUrlField) != rendered->missing.end();
}

// Where the footer goes: before the last </body>, or at the end.
size_t end_of_body(std::string_view html) {
  constexpr std::string_view kEnd = "</body";
  const auto found = std::ranges::find_end(
      html, kEnd, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  return static_cast<size_t>(found.begin() - html.begin());
}

void add_missing(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& field : more) {
    if (std::ranges::find(all, field) == all.end()) all.push_back(field);
  }
}

}  // namespace

Fields fields_of(const people::Person& person, const access::Workspace& workspace,
                 std::string unsubscribe_url) {
  Fields fields;
  add_traits(fields, person);
  fields["first_name"] = first_name_of(person, fields);
  fields["name"] = person.name;
  fields["email"] = person.email;
  fields["country"] = person.country;
  fields["orders"] = std::to_string(person.orders);
  fields["spent"] =
      format_minor(person.revenue_minor, workspace.currency) + " " + workspace.currency;
  if (person.last_order_at) {
    fields["last_order_date"] = day_of(workspace.calendar, *person.last_order_at);
  }
  fields["workspace"] = workspace.name;
  fields[std::string(kUrlField)] = std::move(unsubscribe_url);
  return fields;
}

Result<void> add_recommended(Fields& fields, const people::Person& person, const Texts& texts,
                             const Engage::Wiring& wiring) {
  const bool named = std::ranges::any_of(
      std::array{texts.subject, texts.text, texts.html},
      [](std::string_view text) { return text.find(kRecommended) != text.npos; });
  if (!named || !wiring.recommended) return {};
  const auto items = TRY(wiring.recommended(person.id));
  for (size_t i = 0; i < std::min(kMostRecommended, items.size()); ++i)
    fields[std::string(kRecommended) + std::to_string(i + 1)] = items[i];
  return {};
}

Result<Composed> compose(const Texts& texts, const Fields& fields, std::string_view language) {
  Rendered subject = TRY(render(texts.subject, fields, Escape::kHeader));
  Rendered text = TRY(render(texts.text, fields, Escape::kNone));
  Rendered html = TRY(render(texts.html, fields, Escape::kHtml));
  const auto url = fields.find(kUrlField);
  if (url != fields.end() && !url->second.empty()) {
    if (!names_link(texts.text)) text.text += text_footer(language, url->second);
    if (!texts.html.empty() && !names_link(texts.html)) {
      html.text.insert(end_of_body(html.text), html_footer(language, url->second));
    }
  }
  Composed out{std::string(cut_text(subject.text, kMaxSubjectBytes)),
               std::move(text.text),
               std::move(html.text),
               {}};
  add_missing(out.missing, subject.missing);
  add_missing(out.missing, text.missing);
  add_missing(out.missing, html.missing);
  return out;
}

}  // namespace perennial::engage
