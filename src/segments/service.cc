// Segments as they are made, edited and deleted.
#include "segments/service.h"

#include <algorithm>

namespace perennial::segments {
namespace {

using insight::Fields;
using insight::join_path;

constexpr size_t kMaxIdentifierBytes = 512;
constexpr size_t kMaxSetBytes = 300;

Result<std::vector<std::string>> identifiers_of(const Fields& fields, std::string_view member) {
  std::vector<std::string> out;
  const auto elements = TRY(fields.list(member, 0, kMaxListIdentifiers));
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!elements[i]->is_string() ||
        elements[i]->get_ref<const std::string&>().size() > kMaxIdentifierBytes ||
        !is_storable_text(elements[i]->get_ref<const std::string&>())) {
      return fail(Code::kInvalid, "must be an identifier", join_path(fields.at(member), i),
                  "give the user id or the anonymous id as a text");
    }
    out.push_back(elements[i]->get<std::string>());
  }
  return out;
}

// What a body says of a segment.
Result<Saved> parse_saved(const Json& body, bool fresh) {
  static constexpr std::array<std::string_view, 7> kKnown = {
      "name", "description", "definition", "announce", "kind", "from", "version"};
  const Fields fields = TRY(Fields::of(body, "", kKnown));
  Saved out;
  out.name = TRY(fields.required_text("name", kMaxSegmentName));
  if (trim(out.name).empty()) return fail(Code::kInvalid, "must not be blank", "name");
  out.description = TRY(fields.text("description", kMaxSegmentDescription));
  out.announce = TRY(fields.flag("announce", true));
  for (const char* member : {"kind", "from"}) {
    if (!fresh && fields.has(member))
      return fail(Code::kInvalid, "cannot be changed later", member);
  }
  if (fresh) {
    if (fields.has("version"))
      return fail(Code::kInvalid, "a new segment has no version", "version");
    out.dynamic = TRY(fields.word<bool>("kind", true, {{"dynamic", true}, {"static", false}}));
  } else {
    TRY(fields.required("version"));
    out.version = TRY(fields.integer("version", 1, 1, INT64_MAX));
  }
  if (const Json* definition = fields.find("definition")) out.definition = *definition;
  return out;
}

// The same error with its place in the body of a segment.
template <class T>
Result<T> in_definition(Result<T> result) {
  if (result) return result;
  Error error = result.error();
  error.where = error.where.empty() ? "definition" : "definition." + error.where;
  return std::unexpected(std::move(error));
}

}  // namespace

Result<Found> find_identifiers(store::Connection& c, const std::vector<std::string>& identifiers) {
  std::vector<std::string> users, visitors;
  for (const std::string& one : identifiers) {
    users.push_back(events::identity_of(one, ""));
    visitors.push_back(events::identity_of("", one));
  }
  const auto by_user = TRY(people::people_of(c, users));
  const auto by_visitor = TRY(people::people_of(c, visitors));
  Found out;
  for (size_t i = 0; i < identifiers.size(); ++i) {
    const PersonId person = by_user[i] != 0 ? by_user[i] : by_visitor[i];
    if (person == 0) {
      out.unknown.push_back(identifiers[i]);
    } else {
      put(out.people, person, true);
      ++out.found;
    }
  }
  return out;
}

std::vector<PersonId> ids_of(const People& people) {
  std::vector<PersonId> out;
  for (size_t bucket = 0; bucket < people.size(); ++bucket) {
    people[bucket].for_each([&](uint32_t place) {
      out.push_back(static_cast<PersonId>(bucket * kBucketPeople + place));
    });
  }
  return out;
}

std::vector<PersonId> sample_of(const People& people, size_t count) {
  const size_t size = size_of(people);
  count = std::min(count, size);
  std::vector<PersonId> out;
  size_t next = 0, at = 0;  // the rank of the member wanted next, and of the one looked at
  for (size_t bucket = 0; bucket < people.size() && out.size() < count; ++bucket) {
    people[bucket].for_each([&](uint32_t place) {
      if (at++ != next || out.size() == count) return;
      out.push_back(static_cast<PersonId>(bucket * kBucketPeople + place));
      next = out.size() * size / count;
    });
  }
  return out;
}

// ---- showing

Json Segments::Impl::to_json(const Saved& saved) const {
  const Keeper::State state = keeper.state_of(saved.id);
  const bool known = state.computed_at || saved.computed_at;
  Json out = {{"id", saved.id},
              {"version", saved.version},
              {"name", saved.name},
              {"description", saved.description},
              {"kind", saved.dynamic ? "dynamic" : "static"},
              {"definition", saved.dynamic ? saved.definition : Json(nullptr)},
              {"origin", saved.dynamic ? Json(nullptr) : saved.origin},
              {"announce", saved.announce},
              {"created_by", saved.created_by},
              {"created_at", format_instant(saved.created_at)},
              {"updated_at", format_instant(saved.updated_at)},
              {"set", std::string(kSetPrefix) + saved.id},
              {"computing", state.computing},
              {"people", nullptr},
              {"computed_at", nullptr},
              {"turns_at", nullptr},
              {"error", state.error}};
  if (known) out["people"] = state.computed_at ? static_cast<int64_t>(state.people) : saved.people;
  if (state.computed_at) {
    out["computed_at"] = format_instant(*state.computed_at);
  } else if (saved.computed_at) {
    out["computed_at"] = format_instant(*saved.computed_at);
  }
  if (state.turns_at) out["turns_at"] = format_instant(*state.turns_at);
  return out;
}

Result<Json> Segments::Impl::list() {
  const auto all = TRY(parts.database.read([](store::Connection& c) { return list_saved(c); }));
  Json out = Json::array();
  for (const Saved& saved : all) out.push_back(to_json(saved));
  return Json{{"segments", std::move(out)}};
}

Result<Json> Segments::Impl::show(const std::string& id) {
  Json used = Json::array();
  const Saved saved = TRY(parts.database.read([&](store::Connection& c) -> Result<Saved> {
    Saved found = TRY(find_saved(c, id));
    for (const Saved& other : TRY(list_mentioning(c, id))) {
      auto parsed = parse_definition(other.definition, engine.calendar());
      if (parsed && references_of(*parsed).contains(id))
        used.push_back({{"id", other.id}, {"name", other.name}});
    }
    return found;
  }));
  Json out = to_json(saved);
  out["used_by"] = std::move(used);
  return out;
}

// ---- editing

Result<Json> Segments::Impl::create(const Json& body, const http::Principal& principal) {
  Saved saved = TRY(parse_saved(body, true));
  saved.id = new_id("seg");
  saved.created_by = principal.name;
  const Fields fields =
      TRY(Fields::of(body, "", {"name", "description", "definition", "announce", "kind", "from"}));
  Found found;
  std::vector<std::string> identifiers;
  if (saved.dynamic) {
    if (fields.has("from")) return fail(Code::kInvalid, "only lists are made from people", "from");
    TRY(fields.required("definition"));
  } else {
    if (fields.has("definition")) return fail(Code::kInvalid, "a list has no rule", "definition");
    const Fields from =
        TRY(Fields::of(*TRY(fields.required("from")), "from", {"identifiers", "set"}));
    if (from.has("identifiers") == from.has("set")) {
      return fail(Code::kInvalid, "must say who is in the list", "from",
                  R"(write {"identifiers": [...]} or {"set": "people:HANDLE"})");
    }
    if (from.has("set")) {
      const std::string set = TRY(from.required_text("set", kMaxSetBytes));
      auto people = parts.resolve_set(set);
      if (!people) {
        return fail(people.error().code, people.error().message, "from.set", people.error().hint);
      }
      for (PersonId person : *people) put(found.people, person, true);
      found.found = people->size();
      saved.origin = {{"set", set}};
    } else {
      identifiers = TRY(identifiers_of(from, "identifiers"));
      saved.origin = {{"identifiers", identifiers.size()}};
    }
  }
  const Actor by = actor(principal);
  Definition definition;
  if (saved.dynamic) definition = TRY(in_definition(engine.checked(saved.definition, saved.id)));
  TRY(parts.database.write([&](store::Connection& c) -> Result<void> {
    if (saved.dynamic) TRY(in_definition(engine.check_references(c, definition, saved.id)));
    if (!identifiers.empty()) found = TRY(find_identifiers(c, identifiers));
    TRY(insert_saved(c, saved, by));
    if (saved.dynamic) return {};
    return save_members(c, saved.id, found.people, TRY(load_progress(c)).last_change, by.now);
  }));
  keeper.edited(saved.id);
  keeper.wait_for(saved.id, 1, kWaitForFirst);
  Json out = TRY(show(saved.id));
  if (!saved.dynamic) {
    const size_t shown = std::min(found.unknown.size(), kMaxUnknownShown);
    out["unknown"] = {{"count", found.unknown.size()},
                      {"identifiers", std::vector<std::string>(
                                          found.unknown.begin(),
                                          found.unknown.begin() + static_cast<ptrdiff_t>(shown))}};
  }
  return out;
}

Result<Json> Segments::Impl::update(const std::string& id, const Json& body,
                                    const http::Principal& principal) {
  Saved wanted = TRY(parse_saved(body, false));
  wanted.id = id;
  const Actor by = actor(principal);
  const Saved known =
      TRY(parts.database.read([&](store::Connection& c) { return find_saved(c, id); }));
  wanted.dynamic = known.dynamic;
  wanted.origin = known.origin;
  if (!known.dynamic && !wanted.definition.is_null())
    return fail(Code::kInvalid, "a list has no rule", "definition");
  if (known.dynamic && wanted.definition.is_null()) wanted.definition = known.definition;
  Definition definition;
  if (known.dynamic) definition = TRY(in_definition(engine.checked(wanted.definition, id)));
  TRY(parts.database.write([&](store::Connection& c) -> Result<void> {
    TRY(find_saved(c, id));
    if (known.dynamic) TRY(in_definition(engine.check_references(c, definition, id)));
    return update_saved(c, wanted, by);
  }));
  keeper.edited(id);
  keeper.wait_for(id, wanted.version + 1, kWaitForFirst);
  return show(id);
}

Result<void> Segments::Impl::remove(const std::string& id, const http::Principal& principal) {
  const Actor by = actor(principal);
  TRY(parts.database.write([&](store::Connection& c) -> Result<void> {
    const Saved saved = TRY(find_saved(c, id));
    for (const Saved& other : TRY(list_mentioning(c, id))) {
      auto parsed = parse_definition(other.definition, engine.calendar());
      if (parsed && references_of(*parsed).contains(id)) {
        return fail(Code::kConflict, "the segment \"" + other.name + "\" refers to it", "id",
                    "take the reference out of that segment first");
      }
    }
    return delete_saved(c, saved, by);
  }));
  keeper.edited(id);
  return {};
}

Result<std::vector<PersonId>> Segments::add_to_list(store::Connection& c, const std::string& id,
                                                    std::span<const PersonId> people,
                                                    const http::Principal& principal) {
  const Actor by = impl_->actor(principal);
  std::vector<PersonId> fresh;
  const Saved saved = TRY(find_saved(c, id));
  if (saved.dynamic) {
    return fail(Code::kConflict, "who is in it follows from its rule", "segment", "choose a list");
  }
  People members = TRY(load_members(c, id)).value_or(People());
  const auto before = ids_of(members);
  for (const PersonId person : people) {
    if (std::ranges::binary_search(before, person)) continue;
    put(members, person, true);
    fresh.push_back(person);
  }
  if (fresh.empty()) return fresh;
  TRY(update_saved(c, saved, by));
  TRY(save_members(c, id, members, TRY(load_progress(c)).last_change, by.now));
  return fresh;
}

void Segments::list_changed(const std::string& id) {
  const auto saved =
      impl_->parts.database.read([&](store::Connection& c) { return find_saved(c, id); });
  if (!saved) return;  // removed meanwhile
  impl_->keeper.edited(id);
  impl_->keeper.wait_for(id, saved->version, kWaitForFirst);
}

Result<Json> Segments::Impl::edit_list(const std::string& id, const Json& body,
                                       const http::Principal& principal) {
  const Fields fields = TRY(Fields::of(body, "", {"add", "remove"}));
  const auto add = TRY(identifiers_of(fields, "add"));
  const auto remove = TRY(identifiers_of(fields, "remove"));
  const Actor by = actor(principal);
  int64_t version = 0;
  Found added, removed;
  TRY(parts.database.write([&](store::Connection& c) -> Result<void> {
    const Saved saved = TRY(find_saved(c, id));
    if (saved.dynamic) {
      return fail(Code::kConflict, "who is in it follows from its rule", "id",
                  "make a list from it, or change the rule");
    }
    added = TRY(find_identifiers(c, add));
    removed = TRY(find_identifiers(c, remove));
    People members = TRY(load_members(c, id)).value_or(People());
    for (PersonId person : ids_of(added.people)) put(members, person, true);
    for (PersonId person : ids_of(removed.people)) put(members, person, false);
    TRY(update_saved(c, saved, by));
    version = saved.version + 1;
    return save_members(c, id, members, TRY(load_progress(c)).last_change, by.now);
  }));
  keeper.edited(id);
  keeper.wait_for(id, version, kWaitForFirst);
  Json out = TRY(show(id));
  std::vector<std::string> unknown = added.unknown;
  unknown.insert(unknown.end(), removed.unknown.begin(), removed.unknown.end());
  const size_t count = unknown.size();
  unknown.resize(std::min(count, kMaxUnknownShown));
  out["unknown"] = {{"count", count}, {"identifiers", unknown}};
  return out;
}

}  // namespace perennial::segments
