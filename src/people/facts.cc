#include "people/facts.h"

namespace perennial::people {
namespace {

// The text of a JSON text or number, trimmed and safe to store; "" for other values.
std::string plain(const Json& value) {
  std::string text;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else if (value.is_number()) {
    text = value.dump();
  }
  std::erase(text, '\0');
  return std::string(cut_text(trim(text), kMaxDerivedBytes));
}

Json trait(const Facts& facts, std::string_view name) {
  auto found = facts.traits.find(name);
  if (found == facts.traits.end()) return nullptr;
  Json value = Json::parse(found->second.json, nullptr, false);
  return value.is_discarded() ? Json(nullptr) : value;
}

// In the blocks of Chinese characters (Unicode: CJK Unified Ideographs, U+4E00 – U+9FFF).
bool starts_with_han(std::string_view text) {
  if (text.size() < 3) return false;
  const auto lead = static_cast<unsigned char>(text[0]);
  const auto next = static_cast<unsigned char>(text[1]);
  return (lead == 0xE4 && next >= 0xB8) || (lead >= 0xE5 && lead <= 0xE9);
}

std::string full_name(const Facts& facts) {
  std::string name = plain(trait(facts, "name"));
  if (!name.empty()) return name;
  const std::string given = plain(trait(facts, "firstName"));
  const std::string family = plain(trait(facts, "lastName"));
  if (given.empty() || family.empty()) return given + family;
  if (starts_with_han(given) && starts_with_han(family)) return family + given;
  return given + " " + family;
}

std::string country_of(const Facts& facts) {
  std::string country = plain(trait(facts, "country"));
  if (!country.empty()) return country;
  const Json address = trait(facts, "address");
  if (!address.is_object()) return "";
  auto member = address.find("country");
  return member == address.end() ? "" : plain(*member);
}

}  // namespace

void Facts::say(std::string_view name, std::string json, Stamp at) {
  if (name.size() > kMaxTraitNameBytes || json.size() > kMaxTraitBytes) return;
  auto found = traits.find(name);
  if (found == traits.end()) {
    traits.emplace(std::string(name), Trait{std::move(json), at});
    if (traits.size() > kMaxTraits) traits.erase(std::prev(traits.end()));
  } else if (found->second.at <= at) {
    found->second = {std::move(json), at};
  }
}

void Facts::say_consent(Person::Consent said, Stamp at) {
  if (at < consent_at) return;
  consent = said;
  consent_at = at;
}

void Facts::add(const Facts& other) {
  for (const auto& [name, trait] : other.traits) say(name, trait.json, trait.at);
  if (other.consent != Person::Consent::kUnknown) say_consent(other.consent, other.consent_at);
}

void read_traits(PropertyReader& reader, std::string_view json, Stamp at, Facts& into) {
  reader.each_member(json, [&](std::string_view name, std::string value) {
    if (name == "email_subscribed") {
      if (value == "true" || value == "\"true\"") {
        into.say_consent(Person::Consent::kSubscribed, at);
      } else if (value == "false" || value == "\"false\"") {
        into.say_consent(Person::Consent::kUnsubscribed, at);
      }
    }
    into.say(name, std::move(value), at);
  });
}

std::string traits_text(const Facts& facts) {
  std::string out = "{";
  for (const auto& [name, trait] : facts.traits) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ":[" + trait.json + ',' + std::to_string(trait.at.ms) + ',' +
           std::to_string(trait.at.seq) + ']';
  }
  return out + '}';
}

void parse_traits(PropertyReader& reader, std::string_view text, Facts& into) {
  reader.each_stamped(text, [&](std::string_view name, std::string value, Stamp at) {
    into.say(name, std::move(value), at);
  });
}

Profile profile_of(const Facts& facts) {
  Profile profile;
  profile.traits = "{";
  for (const auto& [name, trait] : facts.traits) {
    if (trait.json == "null") continue;
    if (profile.traits.size() > 1) profile.traits += ',';
    append_json_string(profile.traits, name);
    profile.traits += ':' + trait.json;
  }
  profile.traits += '}';
  profile.name = full_name(facts);
  profile.email = plain(trait(facts, "email"));
  profile.phone = plain(trait(facts, "phone"));
  profile.country = country_of(facts);
  return profile;
}

}  // namespace perennial::people
