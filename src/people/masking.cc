#include "people/masking.h"

#include <algorithm>

#include "people/desk.h"

namespace perennial::people {
namespace {

using http::Request;

constexpr std::string_view kDocument = "people.masking";
constexpr std::string_view kRoles[] = {"operator", "analyst"};
constexpr std::string_view kStars = "***";
constexpr size_t kLongPhone = 9;  // digits; a longer one keeps its ends
constexpr size_t kMaxFieldBytes = 200;
constexpr size_t kTellingBytes = 3;  // a shorter value stands in too many words to be looked for

bool is_email(std::string_view text) {
  const size_t at = text.find('@');
  return at != text.npos && at > 0 && text.find('.', at) != text.npos &&
         text.find(' ') == text.npos;
}

// A number of eleven digits as in China, or one in the international form.
bool is_phone(std::string_view text) {
  const bool international = text.starts_with('+');
  if (international) text.remove_prefix(1);
  size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (c != ' ' && c != '-') {
      return false;
    }
  }
  return international ? digits >= 7 && digits <= 15 : digits == 11 && text.starts_with('1');
}

// A row of a list has the name beside the user id; so has an event, which is of a type.
bool is_customer(const Json& json) {
  if (json.contains("person_id")) return true;
  if (!json.contains("user_id")) return false;
  return json.contains("email") || (json.contains("name") && !json.contains("type"));
}

// A hidden value, and what is seen of it.
using InPart = std::pair<std::string, std::string>;

// What the mask hides of the person, to be looked for in sentences: "Hello 王小薇" of a message.
std::vector<InPart> hidden_values(const Person& person, const Mask& mask) {
  std::vector<InPart> values;
  const auto add = [&](std::string_view field, const std::string& value) {
    if (mask.hides(field) && value.size() >= kTellingBytes)
      values.emplace_back(value, mask_text(field, value));
  };
  add("name", person.name);
  add("email", person.email);
  add("phone", person.phone);
  const Json traits = Json::parse(person.traits, nullptr, false);
  if (traits.is_object()) {
    for (const auto& [name, value] : traits.items())
      if (value.is_string()) add(name, value.get<std::string>());
  }
  return values;
}

class Walk {
 public:
  // `everywhere`: members called like a hidden field are hidden wherever they stand.
  Walk(const Mask& mask, bool everywhere, std::vector<InPart> values = {})
      : mask_(mask), everywhere_(everywhere), values_(std::move(values)) {}

  void visit(Json& json, bool traits, bool properties = false) {
    if (json.is_string()) return text(json);
    if (json.is_array()) {
      for (Json& one : json) visit(one, false, properties);
      return;
    }
    if (!json.is_object()) return;
    const bool profile = traits || is_customer(json);
    const bool identify = json.value("type", Json()) == "identify";
    const Json trait = json.value("trait", json.value("kind", Json()));
    for (auto& [name, value] : json.items()) {
      const bool of_trait =
          name == "value" && trait.is_string() && mask_.hides(trait.get_ref<const std::string&>());
      // "name" is many things; of a person it is in profiles alone.
      const bool by_name = profile || ((everywhere_ || properties) && name != "name");
      if (of_trait || (by_name && mask_.hides(name))) {
        hide(value, of_trait ? trait.get_ref<const std::string&>() : name);
      } else {
        const bool inside = properties || name == "properties" || name == "context";
        visit(value, name == "traits" || (identify && name == "properties"), inside);
      }
    }
  }

 private:
  void text(Json& json) const {
    const auto& text = json.get_ref<const std::string&>();
    if (mask_.hides("email") && is_email(text)) {
      json = mask_text("email", text);
    } else if (mask_.hides("phone") && is_phone(text)) {
      json = mask_text("phone", text);
    } else {
      sentence(json.get_ref<std::string&>());
    }
  }
  void sentence(std::string& text) const {
    for (const auto& [whole, part] : values_) {
      for (size_t at = text.find(whole); at != text.npos; at = text.find(whole, at + part.size()))
        text.replace(at, whole.size(), part);
    }
  }
  static void hide(Json& value, std::string_view field) {
    if (value.is_null()) return;
    value = value.is_string() ? mask_text(field, value.get_ref<const std::string&>())
                              : std::string(kStars);
  }

  const Mask& mask_;
  const bool everywhere_;
  const std::vector<InPart> values_;
};

Result<Json> read_masking(const Json& body) {
  Json out = Json::object();
  for (const auto& [role, fields] : body.items()) {
    if (std::ranges::find(kRoles, role) == std::end(kRoles)) {
      return fail(Code::kInvalid, "expected operator or analyst", role,
                  "administrators see every field");
    }
    if (!fields.is_array() || fields.size() > kMaxMasked) {
      return fail(Code::kInvalid, "expected a list of at most 50 fields", role);
    }
    for (const Json& field : fields) {
      if (!field.is_string() || field.get_ref<const std::string&>().empty() ||
          field.get_ref<const std::string&>().size() > kMaxFieldBytes ||
          !is_storable_text(field.get_ref<const std::string&>())) {
        return fail(Code::kInvalid, "expected name, email, phone or the name of a trait", role);
      }
    }
    out[role] = fields;
  }
  for (const std::string_view role : kRoles) {
    if (!out.contains(role)) out[std::string(role)] = Json::array();
  }
  return out;
}

Result<Json> document(store::Connection& c) {
  const Json kept = TRY(access::Settings::document(c, kDocument));
  return read_masking(kept.is_object() ? kept : Json::object());
}

}  // namespace

Result<Mask> mask_of(store::Connection& c, std::string_view role) {
  Mask mask;
  if (std::ranges::find(kRoles, role) == std::end(kRoles)) return mask;
  const Json kept = TRY(document(c));
  for (const Json& field : kept.at(std::string(role))) {
    mask.fields.insert(field.get<std::string>());
  }
  return mask;
}

Result<Mask> mask_of_strangers(store::Connection& c) {
  Mask all;
  for (const std::string_view role : kRoles) all.fields.merge(TRY(mask_of(c, role)).fields);
  return all;
}

std::string mask_text(std::string_view field, std::string_view text) {
  if (text.empty()) return "";
  const std::string first(cut_text(text, (static_cast<unsigned char>(text[0]) & 0x80) ? 4 : 1));
  if (field == "email") {
    const size_t at = text.find('@');
    if (at == text.npos || at == 0) return std::string(kStars);
    return first + std::string(kStars) + std::string(text.substr(at));
  }
  if (field == "phone") {
    if (text.size() < kLongPhone) return std::string(kStars);
    return std::string(text.substr(0, 3)) + "****" + std::string(text.substr(text.size() - 4));
  }
  if (field == "name") return first + std::string(kStars);
  return std::string(kStars);
}

Json masked(Json answer, const Mask& mask) {
  if (!mask.fields.empty()) Walk(mask, true).visit(answer, false);
  return answer;
}

Json masked_answer(Json answer, const Mask& mask) {
  if (!mask.fields.empty()) Walk(mask, false).visit(answer, false);
  return answer;
}

Person masked(Person person, const Mask& mask) {
  if (mask.fields.empty()) return person;
  Json parts{{"person_id", person.id},    {"name", person.name},
             {"email", person.email},     {"phone", person.phone},
             {"user_id", person.user_id}, {"traits", Json::parse(person.traits, nullptr, false)}};
  parts = masked(std::move(parts), mask);
  person.name = parts.at("name").get<std::string>();
  person.email = parts.at("email").get<std::string>();
  person.phone = parts.at("phone").get<std::string>();
  person.user_id = parts.at("user_id").get<std::string>();
  person.traits = parts.at("traits").is_object() ? to_text(parts.at("traits")) : "{}";
  return person;
}

Result<Json> masked(store::Database& database, const Request& request, Result<Json> answer) {
  if (!answer) return answer;
  std::vector<InPart> values;
  const Mask mask = TRY(database.read([&](store::Connection& c) -> Result<Mask> {
    Mask mask = TRY(mask_of(c, request.principal.role));
    if (!mask.fields.empty() && request.params.contains("person_id"))
      values = hidden_values(TRY(asked_person(c, request)), mask);
    return mask;
  }));
  if (!mask.fields.empty()) Walk(mask, true, std::move(values)).visit(*answer, false);
  return answer;
}

void add_masking_routes(http::Router& router, store::Database& database, const Clock& clock) {
  router.add({.method = "GET", .path = "/v1/privacy/masking", .right = "settings.write"},
             [&database](const Request&) {
               const auto kept = database.read([](store::Connection& c) { return document(c); });
               return kept ? http::json(200, *kept) : http::problem(kept.error());
             });
  router.add({.method = "PUT", .path = "/v1/privacy/masking", .right = "settings.write"},
             [&database, clock](const Request& r) {
               const auto save = [&]() -> Result<Json> {
                 Json wanted = TRY(read_masking(TRY(http::json_body(r))));
                 TRY(database.write([&](store::Connection& c) -> Result<void> {
                   TRY(access::Settings::put_document(c, kDocument, wanted));
                   return access::record(c, r.principal, "privacy.masking", "settings", wanted,
                                         clock());
                 }));
                 return wanted;
               };
               const auto saved = save();
               return saved ? http::json(200, *saved) : http::problem(saved.error());
             });
}

}  // namespace perennial::people
