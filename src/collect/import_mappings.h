// Mappings that people have saved, found again by the columns of a file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collect/collect.h"

namespace perennial::collect {

inline constexpr size_t kMaxMappingName = 100;
inline constexpr size_t kMaxSavedMappings = 1000;

struct SavedMapping {
  std::string id, name;
  Kind kind = Kind::kOrders;
  Mapping mapping;
  Instant created_at;
};

// The same for files of one kind with the same titles in the same order.
std::string titles_key(Kind kind, std::span<const std::string> titles);

// Takes the place of a mapping of the same name. Fails with kInvalid for a name that cannot be.
Result<SavedMapping> save_mapping(store::Connection& c, std::string_view name, Kind kind,
                                  std::span<const std::string> titles, const Mapping& mapping,
                                  Instant now);
Result<std::vector<SavedMapping>> list_mappings(store::Connection& c);         // by name
Result<SavedMapping> find_mapping(store::Connection& c, std::string_view id);  // kNotFound
// The newest for files with these columns.
Result<std::optional<SavedMapping>> find_mapping_for(store::Connection& c, Kind kind,
                                                     std::span<const std::string> titles);
// kConflict while a watched folder uses it.
Result<void> delete_mapping(store::Connection& c, std::string_view id);
Json to_json(const SavedMapping& saved);

}  // namespace perennial::collect
