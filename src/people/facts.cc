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

constexpr std::string_view kChanges = "$changes";  // among the stored traits

using Traits = std::map<std::string, Trait, std::less<>>;

Json trait(const Traits& traits, std::string_view name) {
  auto found = traits.find(name);
  if (found == traits.end()) return nullptr;
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

std::string full_name(const Traits& traits) {
  std::string name = plain(trait(traits, "name"));
  if (!name.empty()) return name;
  const std::string given = plain(trait(traits, "firstName"));
  const std::string family = plain(trait(traits, "lastName"));
  if (given.empty() || family.empty()) return given + family;
  if (starts_with_han(given) && starts_with_han(family)) return family + given;
  return given + " " + family;
}

std::string country_of(const Traits& traits) {
  std::string country = plain(trait(traits, "country"));
  if (!country.empty()) return country;
  const Json address = trait(traits, "address");
  if (!address.is_object()) return "";
  auto member = address.find("country");
  return member == address.end() ? "" : plain(*member);
}

// The traits as they hold: without what was deleted, and changed by what came later.
Traits settled(const Facts& facts) {
  Traits out = facts.traits;
  Stamp deleted_at;
  if (auto deleted = out.find(kDelete); deleted != out.end()) {
    deleted_at = deleted->second.at;
    std::erase_if(out, [&](const auto& entry) { return entry.second.at <= deleted_at; });
  }
  for (const auto& [name, changes] : facts.changes) {
    auto found = out.find(name);
    Trait value = found == out.end() ? Trait{"null", deleted_at} : found->second;
    for (const TraitChange& change : changes) {
      if (change.at > value.at) value.json = changed(value.json, change, kMaxTraitBytes);
    }
    out[name] = std::move(value);
  }
  return out;
}

void read_changes(std::string_view json, ChangeKind kind, Stamp at, Facts& into) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) return;
  for (const auto& [name, argument] : document.items()) {
    if (argument.is_null()) continue;
    into.change(name, {.at = at, .kind = kind, .argument = to_text(argument)});
  }
}

std::optional<ChangeKind> change_kind(std::string_view name) {
  if (name == kSetOnce) return ChangeKind::kSetOnce;
  if (name == kIncrement) return ChangeKind::kIncrement;
  if (name == kAppend) return ChangeKind::kAppend;
  return std::nullopt;
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
  if (!changes.empty()) settle(name);
}

void Facts::change(std::string_view name, TraitChange change) {
  if (name.size() > kMaxTraitNameBytes || change.argument.size() > kMaxTraitBytes) return;
  auto found = changes.find(name);
  if (found == changes.end()) found = changes.emplace(std::string(name), TraitChanges()).first;
  add_change(found->second, std::move(change));
  if (changes.size() > kMaxTraits) changes.erase(std::prev(changes.end()));
  settle(name);
}

// Drops the changes that the last word on a trait has overtaken, and takes the oldest of too many
// into it.
void Facts::settle(std::string_view name) {
  auto found = changes.find(name);
  if (found == changes.end()) return;
  TraitChanges& list = found->second;
  auto said = traits.find(name);
  if (said != traits.end()) {
    const Stamp at = said->second.at;
    std::erase_if(list, [&](const TraitChange& change) { return change.at <= at; });
  }
  if (list.size() > kMaxTraitChanges) {
    Trait value = said == traits.end() ? Trait{"null", {}} : said->second;
    value.at = list.front().at;
    while (!list.empty() && list.front().at == value.at) {
      value.json = changed(value.json, list.front(), kMaxTraitBytes);
      list.erase(list.begin());
    }
    traits[std::string(name)] = std::move(value);
  }
  if (list.empty()) changes.erase(found);
}

void Facts::say_consent(Person::Consent said, Stamp at) {
  if (at < consent_at) return;
  consent = said;
  consent_at = at;
}

void Facts::add(const Facts& other) {
  for (const auto& [name, trait] : other.traits) say(name, trait.json, trait.at);
  for (const auto& [name, list] : other.changes) {
    for (const TraitChange& one : list) change(name, one);
  }
  if (other.consent != Person::Consent::kUnknown) say_consent(other.consent, other.consent_at);
}

void read_traits(PropertyReader& reader, std::string_view json, Stamp at, Facts& into,
                 const std::function<void(std::string_view, const std::string&)>& saw) {
  reader.each_member(json, [&](std::string_view name, std::string value) {
    if (name == "email_subscribed") {
      if (value == "true" || value == "\"true\"") {
        into.say_consent(Person::Consent::kSubscribed, at);
      } else if (value == "false" || value == "\"false\"") {
        into.say_consent(Person::Consent::kUnsubscribed, at);
      }
    }
    if (auto kind = change_kind(name)) return read_changes(value, *kind, at, into);
    if (name == kChanges || (name == kDelete && value != "true")) return;
    if (saw) saw(name, value);
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
  if (!facts.changes.empty()) {
    if (out.size() > 1) out += ',';
    append_json_string(out, kChanges);
    out += ":[" + changes_text(facts.changes) + ",0,0]";
  }
  return out + '}';
}

void parse_traits(PropertyReader& reader, std::string_view text, Facts& into) {
  reader.each_stamped(text, [&](std::string_view name, std::string value, Stamp at) {
    if (name == kChanges) {
      for (auto& [changed_name, list] : parse_changes(value)) {
        for (TraitChange& one : list) into.change(changed_name, std::move(one));
      }
      return;
    }
    into.say(name, std::move(value), at);
  });
}

Profile profile_of(const Facts& facts) {
  const bool plain_words = facts.changes.empty() && !facts.traits.contains(kDelete);
  const Traits held = plain_words ? Traits() : settled(facts);
  const Traits& traits = plain_words ? facts.traits : held;
  Profile profile;
  profile.traits = "{";
  for (const auto& [name, trait] : traits) {
    if (trait.json == "null") continue;
    if (profile.traits.size() > 1) profile.traits += ',';
    append_json_string(profile.traits, name);
    profile.traits += ':' + trait.json;
  }
  profile.traits += '}';
  profile.name = full_name(traits);
  profile.email = plain(trait(traits, "email"));
  profile.phone = plain(trait(traits, "phone"));
  profile.country = country_of(traits);
  return profile;
}

}  // namespace perennial::people
