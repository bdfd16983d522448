#include "collect/import_mappings.h"

#include <utility>

#include "collect/fields.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, name, kind, mapping, created_at FROM import_mappings ";

Result<SavedMapping> saved_of(const store::Row& row) {
  Mapping mapping = TRY(mapping_from_json(TRY(parse_json(row.text(3)))));
  return SavedMapping{.id = row.text(0),
                      .name = row.text(1),
                      .kind = parse_kind(row.text(2)).value_or(Kind::kOrders),
                      .mapping = std::move(mapping),
                      .created_at = from_millis(row.integer(4))};
}

}  // namespace

std::string titles_key(Kind kind, std::span<const std::string> titles) {
  std::string text(kind_name(kind));
  for (const std::string& title : titles) text += '\n' + plain_title(title);
  return fingerprint(text).hex();
}

Result<SavedMapping> save_mapping(store::Connection& c, std::string_view name, Kind kind,
                                  std::span<const std::string> titles, const Mapping& mapping,
                                  Instant now) {
  name = trim(name);
  if (name.empty() || name.size() > kMaxMappingName || !is_storable_text(name)) {
    return fail(Code::kInvalid, "has 1 to " + std::to_string(kMaxMappingName) + " bytes of text",
                "name");
  }
  auto count = TRY(
      c.query_one("SELECT COUNT(*) FROM import_mappings WHERE name <> $1", {std::string(name)}));
  if (count->integer(0) >= static_cast<int64_t>(kMaxSavedMappings)) {
    return fail(Code::kConflict,
                "there are " + std::to_string(kMaxSavedMappings) + " saved mappings already", "",
                "delete one that is not needed");
  }
  auto row = TRY(c.query_one(
      "INSERT INTO import_mappings (id, name, kind, titles_key, mapping, created_at)"
      " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET kind = excluded.kind,"
      " titles_key = excluded.titles_key, mapping = excluded.mapping,"
      " created_at = excluded.created_at RETURNING id, name, kind, mapping, created_at",
      {new_id("map"), std::string(name), std::string(kind_name(kind)), titles_key(kind, titles),
       to_text(to_json(mapping)), to_millis(now)}));
  return saved_of(*row);
}

Result<std::vector<SavedMapping>> list_mappings(store::Connection& c) {
  std::vector<SavedMapping> all;
  for (const store::Row& row : TRY(c.query(std::string(kSelect) + "ORDER BY name"))) {
    all.push_back(TRY(saved_of(row)));
  }
  return all;
}

Result<SavedMapping> find_mapping(store::Connection& c, std::string_view id) {
  auto row = TRY(c.query_one(std::string(kSelect) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such saved mapping", "mapping");
  return saved_of(*row);
}

Result<std::optional<SavedMapping>> find_mapping_for(store::Connection& c, Kind kind,
                                                     std::span<const std::string> titles) {
  auto row = TRY(c.query_one(
      std::string(kSelect) + "WHERE titles_key = $1 ORDER BY created_at DESC, id LIMIT 1",
      {titles_key(kind, titles)}));
  if (!row) return std::nullopt;
  return TRY(saved_of(*row));
}

Result<void> delete_mapping(store::Connection& c, std::string_view id) {
  SavedMapping saved = TRY(find_mapping(c, id));
  auto used = TRY(
      c.query_one("SELECT folder FROM import_folders WHERE mapping_id = $1 ORDER BY folder LIMIT 1",
                  {saved.id}));
  if (used) {
    return fail(Code::kConflict, "the watched folder " + used->text(0) + " uses it", "mapping",
                "stop watching the folder first");
  }
  TRY(c.execute("DELETE FROM import_mappings WHERE id = $1", {saved.id}));
  return {};
}

Json to_json(const SavedMapping& saved) {
  return {{"id", saved.id},
          {"name", saved.name},
          {"kind", kind_name(saved.kind)},
          {"mapping", to_json(saved.mapping)},
          {"created_at", format_instant(saved.created_at)}};
}

}  // namespace perennial::collect
