// The rivals of `./run bench insight`: DuckDB and ClickHouse (chDB) in this process, each with the
// same rows in a table events(user, ts, name, channel, cents) of the narrowest whole numbers, in
// the order of user and time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/base.h"

namespace perennial::bench {

class Rival {
 public:
  virtual ~Rival() = default;
  // Takes the rows of `people` people unless the directory has them already.
  virtual Result<void> load(uint32_t people) = 0;
  // The rows of the answer, whole numbers with tabs between them.
  virtual Result<std::string> query(const std::string& sql) = 0;
};

// `library`: libduckdb.so of npm's @duckdb/node-bindings-linux-x64.
Result<std::unique_ptr<Rival>> open_duckdb(const std::string& library, const std::string& directory,
                                           unsigned threads);
// Its library is found as the event log finds it.
Result<std::unique_ptr<Rival>> open_clickhouse(const std::string& directory, unsigned threads);

// The forms of one question's SQL; the fastest is kept.
std::vector<std::string> duckdb_forms(const std::string& question);
// Forms that are right only because DuckDB returns rows as they were stored, which SQL does not
// promise: they are told beside the others. Often none.
std::vector<std::string> duckdb_stored_order_forms(const std::string& question);
std::vector<std::string> clickhouse_forms(const std::string& question);

}  // namespace perennial::bench
