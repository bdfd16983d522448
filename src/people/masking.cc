#include "people/masking.h"

#include <algorithm>

namespace perennial::people {
namespace {

using http::Request;

constexpr std::string_view kDocument = "people.masking";
constexpr std::string_view kRoles[] = {"operator", "analyst"};
constexpr std::string_view kStars = "***";
constexpr size_t kLongPhone = 9;  // digits; a longer one keeps its ends
constexpr size_t kMaxFieldBytes = 200;

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

bool is_customer(const Json& json) {
  return json.contains("person_id") || (json.contains("email") && json.contains("user_id"));
}

class Walk {
 public:
  explicit Walk(const Mask& mask) : mask_(mask) {}

  void visit(Json& json, bool traits) {
    if (json.is_string()) return text(json);
    if (json.is_array()) {
      for (Json& one : json) visit(one, false);
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
      if (of_trait || (mask_.hides(name) && (profile || name != "name"))) {
        hide(value, of_trait ? trait.get_ref<const std::string&>() : name);
      } else {
        visit(value, name == "traits" || (identify && name == "properties"));
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
    }
  }
  static void hide(Json& value, std::string_view field) {
    if (value.is_null()) return;
    value = value.is_string() ? mask_text(field, value.get_ref<const std::string&>())
                              : std::string(kStars);
  }

  const Mask& mask_;
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
  if (!mask.fields.empty()) Walk(mask).visit(answer, false);
  return answer;
}

Result<Json> masked(store::Database& database, const Request& request, Result<Json> answer) {
  if (!answer) return answer;
  const Mask mask =
      TRY(database.read([&](store::Connection& c) { return mask_of(c, request.principal.role); }));
  return masked(std::move(*answer), mask);
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
