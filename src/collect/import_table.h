// The state table `imports`.
#pragma once

#include <string>
#include <vector>

#include "collect/collect.h"

namespace perennial::collect {

struct ImportRecord {
  Import import;
  std::string path;
  bool taken = false;            // the file is ours and goes with the import
  Json notes = Json::array();    // what the proposal is unsure of
  Json sample = Json::object();  // {columns, rows}
  std::string file_stamp;        // size and time of change of the file that progress belongs to
  std::optional<Instant> started_at;
};

Json to_json(const Progress& progress);

Result<void> insert_import(store::Connection& c, const ImportRecord& record);
// Everything but kind, name and path.
Result<void> update_import(store::Connection& c, const ImportRecord& record);
Result<void> update_progress(store::Connection& c, const std::string& id, const Progress& progress);
// kNotFound if there is none.
Result<ImportRecord> find_import(store::Connection& c, std::string_view id);
Result<std::vector<ImportRecord>> list_imports(store::Connection& c);  // newest first
// The one that was started first of those that run; nothing if none does.
Result<std::optional<ImportRecord>> next_running(store::Connection& c);
Result<void> delete_import(store::Connection& c, const std::string& id);

}  // namespace perennial::collect
