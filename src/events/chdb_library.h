// libchdb.so, the ClickHouse engine as a library, loaded when the first connection is asked for:
// programs that never open the event log run without it. Only the functions used here are declared;
// their contract is chdb.h of https://github.com/chdb-io/chdb-core, version 26.7.
//
// Where the library is looked for, in this order: the path given; the environment variable
// PERENNIAL_CHDB; beside the executable as libchdb.so; ../lib/perennial/libchdb.so from there;
// deps/chdb/node_modules/@chdb/lib-linux-x64-gnu/ under the build directory and under build/ of the
// source directory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::events {

struct ChdbApi;

// The file that would be loaded; kNotFound, naming the places, when there is none.
Result<std::string> find_chdb(const std::string& given);

// A connection to the engine: one statement at a time. Connections run in parallel.
class ChdbConnection {
 public:
  // What a statement gave back; owns the engine's memory.
  class Answer {
   public:
    Answer(const ChdbApi* api, void* handle) : api_(api), handle_(handle) {}
    Answer(Answer&& other) noexcept;
    Answer& operator=(Answer&&) = delete;
    ~Answer();
    std::string_view bytes() const;
    uint64_t rows_read() const;   // from storage
    uint64_t bytes_read() const;  // from storage

   private:
    const ChdbApi* api_;
    void* handle_;
  };

  ChdbConnection(const ChdbApi* api, void** handle) : api_(api), handle_(handle) {}
  ChdbConnection(const ChdbConnection&) = delete;
  ~ChdbConnection();

  Result<Answer> query(std::string_view sql, std::string_view format);
  // Calls `each` with pieces of the answer, each of whole rows; stops at its first error, and
  // returns it.
  Result<void> stream(std::string_view sql, std::string_view format,
                      const std::function<Result<void>(std::string_view)>& each);
  // `into` is "INSERT INTO table (columns)"; the rows are durable when it returns.
  Result<void> insert(std::string_view into, std::string_view format, std::string_view rows);

 private:
  const ChdbApi* api_;
  void** handle_;
};

// The engine on one directory for the life of the process; it ends with the process. All
// connections must be closed before the exit handlers run. `settings` are "--name=value".
class ChdbEngine {
 public:
  // Loads the library and starts the engine, or returns the engine that runs on the same directory
  // already. kConflict when it runs on another one.
  static Result<ChdbEngine*> start(const std::string& library, const std::string& directory,
                                   const std::vector<std::string>& settings);
  Result<std::unique_ptr<ChdbConnection>> connect(const std::vector<std::string>& settings);

 private:
  ChdbEngine(const ChdbApi* api, std::string directory)
      : api_(api), directory_(std::move(directory)) {}
  const ChdbApi* api_;
  std::string directory_;
};

// An exception of the engine ("Code: 241. DB::Exception: …") as an error.
Error chdb_error(std::string_view message);

}  // namespace perennial::events
