// What the routes of segments do. Inside this module only.
#pragma once

#include "segments/engine.h"
#include "segments/explain.h"
#include "segments/keeper.h"
#include "segments/previews.h"
#include "segments/saved.h"

namespace perennial::segments {

inline constexpr std::chrono::milliseconds kWaitForFirst{2'000};  // for the members of a new rule
inline constexpr size_t kMaxUnknownShown = 100;

struct Segments::Impl {
  explicit Impl(Parts given) : parts(std::move(given)), engine(parts), keeper(parts, engine) {}

  Result<Json> list();
  Result<Json> show(const std::string& id);
  Result<Json> create(const Json& body, const http::Principal& principal);
  Result<Json> update(const std::string& id, const Json& body, const http::Principal& principal);
  Result<void> remove(const std::string& id, const http::Principal& principal);
  Result<Json> edit_list(const std::string& id, const Json& body, const http::Principal& principal);
  Result<Json> preview(const Json& body);
  Result<Json> why(const Json& definition, PersonId person);
  Result<Json> why_of(const std::string& id, PersonId person);
  Result<Json> sizes(const http::Request& request);
  Result<Json> changes(const http::Request& request);
  Result<Json> overlap(const Json& body);
  Result<Json> rule_of_number(const http::Request& request);
  Result<Json> facts() const;
  // What the conditions on consent of a rule saw of a person, by their paths.
  Result<std::map<std::string, std::string>> consents(const Definition& definition, PersonId person,
                                                      Instant now, const timeline::Stop& stop);

  Json to_json(const Saved& saved) const;
  Actor actor(const http::Principal& principal) { return {principal, parts.clock()}; }
  MembersOf members() const {
    return [this](const std::string& id) { return keeper.members(id); };
  }

  Parts parts;
  Engine engine;
  Keeper keeper;
  Previews previews;
};

// Who is meant by identifiers: user ids, then anonymous ids. Those that name nobody are told.
struct Found {
  People people;
  size_t found = 0;
  std::vector<std::string> unknown;
};
Result<Found> find_identifiers(store::Connection& c, const std::vector<std::string>& identifiers);
// At most `count` members, spread evenly.
std::vector<PersonId> sample_of(const People& people, size_t count);
std::vector<PersonId> ids_of(const People& people);

}  // namespace perennial::segments
