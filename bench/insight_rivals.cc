#include "insight_rivals.h"

#include <filesystem>

#include <dlfcn.h>
#include <fmt/format.h>

#include "events/chdb_library.h"
#include "insight_data.h"

namespace perennial::bench {
namespace {

// What is used of DuckDB's C interface, version 1.5 (duckdb.org/docs/api/c/api).
using Handle = void*;
struct DuckResult {  // duckdb_result
  uint64_t columns = 0, rows = 0, changed = 0;
  void* column_data = nullptr;
  char* error = nullptr;
  void* internal = nullptr;
};
constexpr int kFailed = 1;
enum DuckType { kInteger = 4, kUTinyInt = 6, kUInteger = 8 };

struct DuckApi {
  int (*create_config)(Handle*);
  int (*set_config)(Handle, const char*, const char*);
  int (*open_ext)(const char*, Handle*, Handle, char**);
  int (*connect)(Handle, Handle*);
  int (*query)(Handle, const char*, DuckResult*);
  const char* (*result_error)(DuckResult*);
  void (*destroy_result)(DuckResult*);
  Handle (*fetch_chunk)(DuckResult);
  uint64_t (*chunk_size)(Handle);
  uint64_t (*chunk_columns)(Handle);
  Handle (*chunk_vector)(Handle, uint64_t);
  void* (*vector_data)(Handle);
  void (*destroy_chunk)(Handle*);
  Handle (*create_type)(int);
  Handle (*create_chunk)(Handle*, uint64_t);
  void (*set_chunk_size)(Handle, uint64_t);
  void (*reset_chunk)(Handle);
  uint64_t (*vector_size)();
  int (*create_appender)(Handle, const char*, const char*, Handle*);
  int (*append_chunk)(Handle, Handle);
  int (*destroy_appender)(Handle*);
};

Result<DuckApi> load_duckdb(const std::string& path) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fail(Code::kNotFound, ::dlerror(), path);
  DuckApi api{};
  bool all = true;
  const auto find = [&](auto& function, const char* name) {
    function =
        reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    all &= function != nullptr;
  };
  find(api.create_config, "duckdb_create_config");
  find(api.set_config, "duckdb_set_config");
  find(api.open_ext, "duckdb_open_ext");
  find(api.connect, "duckdb_connect");
  find(api.query, "duckdb_query");
  find(api.result_error, "duckdb_result_error");
  find(api.destroy_result, "duckdb_destroy_result");
  find(api.fetch_chunk, "duckdb_fetch_chunk");
  find(api.chunk_size, "duckdb_data_chunk_get_size");
  find(api.chunk_columns, "duckdb_data_chunk_get_column_count");
  find(api.chunk_vector, "duckdb_data_chunk_get_vector");
  find(api.vector_data, "duckdb_vector_get_data");
  find(api.destroy_chunk, "duckdb_destroy_data_chunk");
  find(api.create_type, "duckdb_create_logical_type");
  find(api.create_chunk, "duckdb_create_data_chunk");
  find(api.set_chunk_size, "duckdb_data_chunk_set_size");
  find(api.reset_chunk, "duckdb_data_chunk_reset");
  find(api.vector_size, "duckdb_vector_size");
  find(api.create_appender, "duckdb_appender_create");
  find(api.append_chunk, "duckdb_append_data_chunk");
  find(api.destroy_appender, "duckdb_appender_destroy");
  if (!all) return fail(Code::kInternal, "a function of DuckDB is missing", path);
  return api;
}

class DuckDb final : public Rival {
 public:
  DuckDb(const DuckApi& api, Handle connection) : api_(api), connection_(connection) {}

  Result<void> load(uint32_t people) override {
    if (query("SELECT count(*)::BIGINT FROM events")) return {};
    TRY(
        query("CREATE TABLE events (\"user\" UINTEGER, ts UINTEGER, name UTINYINT, "
              "channel UTINYINT, cents INTEGER)"));
    std::vector<Handle> types;
    for (int type : {kUInteger, kUInteger, kUTinyInt, kUTinyInt, kInteger}) {
      types.push_back(api_.create_type(type));
    }
    chunk_ = api_.create_chunk(types.data(), types.size());
    room_ = api_.vector_size();
    if (api_.create_appender(connection_, nullptr, "events", &appender_) == kFailed) {
      return fail(Code::kInternal, "DuckDB takes no rows");
    }
    set_columns();
    std::vector<Event> events;
    for (uint32_t person = 0; person < people; ++person) {
      make_person(person, events);
      for (const Event& event : events) {
        user_[used_] = person;
        at_[used_] = event.at;
        name_[used_] = event.name;
        channel_[used_] = event.channel;
        cents_[used_] = event.cents;
        if (++used_ == room_) TRY(flush());
      }
    }
    TRY(flush());
    api_.destroy_chunk(&chunk_);
    if (api_.destroy_appender(&appender_) == kFailed) {
      return fail(Code::kInternal, "DuckDB did not keep the rows");
    }
    TRY(query("CHECKPOINT"));
    return {};
  }

  Result<std::string> query(const std::string& sql) override {
    DuckResult result;
    if (api_.query(connection_, sql.c_str(), &result) == kFailed) {
      const char* why = api_.result_error(&result);
      const std::string message = why != nullptr ? why : "the query failed";
      api_.destroy_result(&result);
      return fail(Code::kInvalid, message, sql);
    }
    std::string out;
    while (Handle chunk = api_.fetch_chunk(result)) {
      add_rows(chunk, out);
      api_.destroy_chunk(&chunk);
    }
    api_.destroy_result(&result);
    return out;
  }

 private:
  void set_columns() {
    user_ = column<uint32_t>(0);
    at_ = column<uint32_t>(1);
    name_ = column<uint8_t>(2);
    channel_ = column<uint8_t>(3);
    cents_ = column<int32_t>(4);
  }
  template <class T>
  T* column(uint64_t i) const {
    return static_cast<T*>(api_.vector_data(api_.chunk_vector(chunk_, i)));
  }
  Result<void> flush() {
    api_.set_chunk_size(chunk_, used_);
    if (api_.append_chunk(appender_, chunk_) == kFailed) {
      return fail(Code::kInternal, "DuckDB refused rows");
    }
    api_.reset_chunk(chunk_);
    set_columns();
    used_ = 0;
    return {};
  }
  // All columns of an answer are BIGINT, or the query's result is not read (CREATE and the like).
  void add_rows(Handle chunk, std::string& out) const {
    const uint64_t rows = api_.chunk_size(chunk), columns = api_.chunk_columns(chunk);
    std::vector<const int64_t*> values;
    for (uint64_t c = 0; c < columns; ++c) {
      values.push_back(static_cast<int64_t*>(api_.vector_data(api_.chunk_vector(chunk, c))));
    }
    for (uint64_t row = 0; row < rows; ++row) {
      for (uint64_t c = 0; c < columns; ++c) {
        fmt::format_to(std::back_inserter(out), "{}{}", values[c][row],
                       c + 1 < columns ? '\t' : '\n');
      }
    }
  }

  DuckApi api_;
  Handle connection_, chunk_ = nullptr, appender_ = nullptr;
  uint64_t room_ = 0, used_ = 0;
  uint32_t *user_ = nullptr, *at_ = nullptr;
  uint8_t *name_ = nullptr, *channel_ = nullptr;
  int32_t* cents_ = nullptr;
};

class ClickHouse final : public Rival {
 public:
  explicit ClickHouse(std::unique_ptr<events::ChdbConnection> connection)
      : connection_(std::move(connection)) {}

  Result<void> load(uint32_t people) override {
    const std::string there = TRY(
        query("SELECT count() FROM system.tables WHERE database = 'default' AND name = 'whole'"));
    if (there == "1\n") return {};
    TRY(query("DROP TABLE IF EXISTS events"));
    TRY(
        query("CREATE TABLE events (user UInt32, ts UInt32, name UInt8, channel UInt8, "
              "cents Int32) ENGINE = MergeTree ORDER BY (user, ts)"));
    constexpr size_t kInsertBytes = 64 << 20;
    std::string rows;
    std::vector<Event> events;
    const auto put = [&](auto value) {
      rows.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    for (uint32_t person = 0; person < people; ++person) {
      make_person(person, events);
      for (const Event& event : events) {
        put(person);
        put(event.at);
        put(event.name);
        put(event.channel);
        put(event.cents);
      }
      if (rows.size() < kInsertBytes && person + 1 < people) continue;
      TRY(connection_->insert("INSERT INTO events (user, ts, name, channel, cents)", "RowBinary",
                              rows));
      rows.clear();
    }
    TRY(query("OPTIMIZE TABLE events FINAL"));
    TRY(query("CREATE TABLE whole (yes UInt8) ENGINE = MergeTree ORDER BY yes"));
    return {};
  }

  Result<std::string> query(const std::string& sql) override {
    const auto answer = TRY(connection_->query(sql, "TabSeparated"));
    return std::string(answer.bytes());
  }

 private:
  std::unique_ptr<events::ChdbConnection> connection_;
};

}  // namespace

Result<std::unique_ptr<Rival>> open_duckdb(const std::string& library, const std::string& directory,
                                           unsigned threads) {
  const DuckApi api = TRY(load_duckdb(library));
  Handle config = nullptr, database = nullptr, connection = nullptr;
  api.create_config(&config);
  for (auto [name, value] : {std::pair("autoinstall_known_extensions", std::string("false")),
                             std::pair("autoload_known_extensions", std::string("false")),
                             std::pair("threads", std::to_string(threads))}) {
    if (api.set_config(config, name, value.c_str()) == kFailed) {
      return fail(Code::kInternal, "DuckDB has no such setting", name);
    }
  }
  char* why = nullptr;
  const std::string path = directory + "/duckdb";
  if (api.open_ext(path.c_str(), &database, config, &why) == kFailed) {
    return fail(Code::kInternal, why != nullptr ? why : "DuckDB does not open", path);
  }
  if (api.connect(database, &connection) == kFailed) {
    return fail(Code::kInternal, "DuckDB gives no connection", path);
  }
  return std::make_unique<DuckDb>(api, connection);
}

Result<std::unique_ptr<Rival>> open_clickhouse(const std::string& directory, unsigned threads) {
  const std::string library = TRY(events::find_chdb(""));
  const std::string path = directory + "/clickhouse";
  std::filesystem::create_directories(path);
  events::ChdbEngine* engine = TRY(events::ChdbEngine::start(library, path, {}));
  auto connection = TRY(engine->connect({fmt::format("--max_threads={}", threads)}));
  return std::make_unique<ClickHouse>(std::move(connection));
}

}  // namespace perennial::bench
