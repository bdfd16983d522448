// What the verbs of the command line do once their words are read (main.cc reads them). Each prints
// its answer on standard output, as a table or, with `json`, as the API's document, and returns an
// error for main to show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/server.h"

namespace perennial::server {

struct ImportWords {
  std::string kind = "orders", file, map, until, delimiter, encoding, zone;
  bool dry_run = false;
};
struct UserWords {
  std::string action, email, name, role = "operator";
};
struct KeyWords {
  std::string action, id, kind = "write", name, source, role;
};

Result<void> run_serve(const Config& config);
Result<void> run_import(const Config& config, const ImportWords& words, bool json);
Result<void> run_user(const Config& config, const UserWords& words, bool json);
Result<void> run_key(const Config& config, const KeyWords& words, bool json);
Result<void> run_sql(const Config& config, const std::string& query, bool json);
// Whether everything that the points ledger keeps twice agrees; kConflict if not.
Result<void> run_ledger_verify(const Config& config, bool json);
Result<void> run_stats(const Config& config, bool json);
Result<void> run_config(const Config& config, bool json);

// "1,234,567"
std::string grouped(int64_t number);
// Columns aligned, the first row as header.
void print_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace perennial::server
