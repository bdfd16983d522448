// What identify events and consents say about an identity, kept with the time of each statement.
// Adding statements is commutative, associative and idempotent: late, repeated and reordered
// events give the same facts, and the facts of several identities add up to those of a person.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "people/people.h"
#include "people/properties.h"
#include "people/stamp.h"
#include "people/trait_changes.h"

namespace perennial::people {

// Limits: of a person with more, the first names in byte order stay; longer values are not kept.
inline constexpr size_t kMaxTraits = 500;
inline constexpr size_t kMaxTraitNameBytes = 255;
inline constexpr size_t kMaxTraitBytes = 4096;
inline constexpr size_t kMaxDerivedBytes = 500;  // of name, e-mail, phone, country

struct Trait {
  std::string json;
  Stamp at;
};

struct Facts {
  std::map<std::string, Trait, std::less<>> traits;
  ChangesOf changes;
  Person::Consent consent = Person::Consent::kUnknown;
  Stamp consent_at;

  void say(std::string_view name, std::string json, Stamp at);
  void change(std::string_view name, TraitChange change);
  void say_consent(Person::Consent consent, Stamp at);
  void add(const Facts& other);

 private:
  void settle(std::string_view name);
};

// Takes in the traits of an identify event; "email_subscribed" is also a consent. `saw` is told
// each trait that is said, with its value as JSON.
void read_traits(PropertyReader& reader, std::string_view json, Stamp at, Facts& into,
                 const std::function<void(std::string_view, const std::string&)>& saw = nullptr);

// The stored form of traits: {"name": [value, ms, seq], …}; "$delete" and "$changes" are among them
// where there are any.
std::string traits_text(const Facts& facts);
void parse_traits(PropertyReader& reader, std::string_view text, Facts& into);

// What is shown of a person. A trait whose last value is null is not there.
struct Profile {
  std::string name, email, phone, country;
  std::string traits;  // JSON object
};
Profile profile_of(const Facts& facts);

}  // namespace perennial::people
