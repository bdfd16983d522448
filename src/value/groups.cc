#include "value/groups.h"

#include <algorithm>

#include "value/places.h"

namespace perennial::value {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"all", "tier", "country", "sets"};

}  // namespace

std::string_view grouping_name(Grouping by) { return kNames[static_cast<size_t>(by)]; }

std::optional<Grouping> parse_grouping(std::string_view word) {
  const auto found = std::ranges::find(kNames, word);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Grouping>(found - kNames.begin());
}

Result<Groups> read_groups(store::Database& database, const ResolveSet& resolve_set,
                           const GroupChoice& choice) {
  if (choice.by == Grouping::kCountry) return read_places(database, "");
  Groups groups;
  if (choice.by != Grouping::kSets || !resolve_set) return groups;
  for (const std::string& set : choice.sets) {
    const auto people = resolve_set(set);
    if (!people && people.error().code != Code::kInvalid && people.error().code != Code::kNotFound)
      return std::unexpected(people.error());
    groups.names.push_back(set);
    if (!people) continue;
    for (const PersonId person : *people)
      groups.of.emplace(person, static_cast<uint16_t>(groups.names.size() - 1));
  }
  return groups;
}

Result<GroupChoice> group_choice_from_json(const Json& json, std::string_view name,
                                           std::string_view sets, std::string_view path,
                                           const GroupChoice& fallback) {
  const auto at = [&](std::string_view member) { return std::string(path) + std::string(member); };
  GroupChoice choice = fallback;
  if (json.contains(name)) {
    const Json& word = json.at(std::string(name));
    const auto by = word.is_string() ? parse_grouping(word.get_ref<const std::string&>())
                                     : std::optional<Grouping>();
    if (!by) return fail(Code::kInvalid, "must be all, tier, country or sets", at(name));
    choice = {.by = *by};
  }
  if (json.contains(sets)) {
    const Json& list = json.at(std::string(sets));
    if (!list.is_array()) return fail(Code::kInvalid, "must be a list of sets", at(sets));
    choice.sets.clear();
    for (const Json& one : list) {
      if (!one.is_string()) return fail(Code::kInvalid, "must be words of sets", at(sets));
      choice.sets.push_back(one.get<std::string>());
    }
  }
  if (choice.by != Grouping::kSets && !choice.sets.empty())
    return fail(Code::kInvalid, "are for groups of sets alone", at(sets));
  if (choice.by == Grouping::kSets && (choice.sets.empty() || choice.sets.size() > kMaxGroupSets))
    return fail(Code::kInvalid, "must be 1 to " + std::to_string(kMaxGroupSets) + " sets", at(sets),
                "take saved segments: segment:ID");
  return choice;
}

Result<void> check_sets(const GroupChoice& choice, const ResolveSet& resolve_set,
                        std::string_view where) {
  for (const std::string& set : choice.sets) {
    if (!resolve_set) return fail(Code::kInvalid, "no sets are known here", std::string(where));
    auto people = resolve_set(set);
    if (people) continue;
    if (people.error().code != Code::kInvalid && people.error().code != Code::kNotFound)
      return std::unexpected(people.error());
    return fail(Code::kInvalid, "\"" + std::string(cut_text(set, 60)) + "\" names no set of people",
                std::string(where), "take saved segments: segment:ID");
  }
  return {};
}

}  // namespace perennial::value
