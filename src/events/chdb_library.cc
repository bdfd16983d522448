#include "events/chdb_library.h"

#include <utility>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>

#include <dlfcn.h>
#include <unistd.h>

namespace perennial::events {

struct ChdbApi {
  void** (*connect)(int, char**);
  void (*close)(void**);
  void* (*query)(void*, const char*, size_t, const char*, size_t);
  void* (*stream_query)(void*, const char*, size_t, const char*, size_t);
  void* (*stream_fetch)(void*, void*);
  void (*stream_cancel)(void*, void*);
  void* (*insert_start)(void*, const char*, size_t, const char*, size_t);
  int (*insert_append)(void*, const void*, size_t);
  void* (*insert_done)(void*);
  void (*insert_destroy)(void*);
  const char* (*insert_error)(void*);
  char* (*result_buffer)(void*);
  size_t (*result_length)(void*);
  uint64_t (*result_rows_read)(void*);
  uint64_t (*result_bytes_read)(void*);
  const char* (*result_error)(void*);
  void (*result_destroy)(void*);
  void (*set_signal_handlers)(int);
};

namespace {

constexpr std::string_view kInNodeModules =
    "deps/chdb/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so";

// Stands for the numbers of ClickHouse's ErrorCodes.cpp, which it keeps stable.
constexpr std::array<std::pair<int, Code>, 11> kCodes{{{158, Code::kTooLarge},   // TOO_MANY_ROWS
                                                       {159, Code::kTimeout},    // TIMEOUT_EXCEEDED
                                                       {160, Code::kTimeout},    // TOO_SLOW
                                                       {164, Code::kForbidden},  // READONLY
                                                       {191, Code::kTooLarge},   // SET_SIZE_LIMIT
                                                       {241, Code::kTooLarge},   // MEMORY_LIMIT
                                                       {243, Code::kFull},       // NOT_ENOUGH_SPACE
                                                       {252, Code::kBusy},       // TOO_MANY_PARTS
                                                       {307, Code::kTooLarge},   // TOO_MANY_BYTES
                                                       {396, Code::kTooLarge},   // result too large
                                                       {497, Code::kForbidden}}};  // ACCESS_DENIED

template <class Function>
bool resolve(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(dlsym(library, name));
  return out != nullptr;
}

// For the engine's own allocator, which reads it once, when it is loaded. By itself it keeps freed
// pages for five seconds, as long as an import of half a million rows takes: 50 MB more at its
// peak.
constexpr const char* kAllocatorVariable = "JE_MALLOC_CONF";
constexpr const char* kAllocatorSettings = "dirty_decay_ms:1000,muzzy_decay_ms:0";

Result<const ChdbApi*> load(const std::string& path) {
  ::setenv(kAllocatorVariable, kAllocatorSettings, 0);  // whoever runs the program may know better
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(Code::kInternal, std::string("cannot be loaded: ") + dlerror(), path);
  }
  static ChdbApi api;
  const bool complete =
      resolve(library, "chdb_connect", api.connect) &&
      resolve(library, "chdb_close_conn", api.close) &&
      resolve(library, "chdb_query_n", api.query) &&
      resolve(library, "chdb_stream_query_n", api.stream_query) &&
      resolve(library, "chdb_stream_fetch_result", api.stream_fetch) &&
      resolve(library, "chdb_stream_cancel_query", api.stream_cancel) &&
      resolve(library, "chdb_stream_insert_n", api.insert_start) &&
      resolve(library, "chdb_stream_append", api.insert_append) &&
      resolve(library, "chdb_stream_done", api.insert_done) &&
      resolve(library, "chdb_destroy_insert_stream", api.insert_destroy) &&
      resolve(library, "chdb_stream_insert_error", api.insert_error) &&
      resolve(library, "chdb_result_buffer", api.result_buffer) &&
      resolve(library, "chdb_result_length", api.result_length) &&
      resolve(library, "chdb_result_storage_rows_read", api.result_rows_read) &&
      resolve(library, "chdb_result_storage_bytes_read", api.result_bytes_read) &&
      resolve(library, "chdb_result_error", api.result_error) &&
      resolve(library, "chdb_destroy_query_result", api.result_destroy) &&
      resolve(library, "chdb_set_signal_handlers_enabled", api.set_signal_handlers);
  if (!complete) {
    return fail(Code::kInternal, "is too old: it lacks a function that the event log needs", path,
                "install @chdb/lib-linux-x64-gnu 26.7.3");
  }
  // The engine's own handlers would swallow the program's signals.
  api.set_signal_handlers(0);
  return &api;
}

// Arguments in the shape of main()'s.
void** open_connection(const ChdbApi* api, const std::string& directory,
                       const std::vector<std::string>& settings) {
  std::vector<std::string> words{"clickhouse", "--path=" + directory};
  words.insert(words.end(), settings.begin(), settings.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  return api->connect(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

Error chdb_error(std::string_view message) {
  Error error{Code::kInternal, std::string(message), "", ""};
  if (message.starts_with("Code: ")) {
    int number = 0;
    std::from_chars(message.data() + 6, message.data() + message.size(), number);
    error.code = Code::kInvalid;
    for (const auto& [known, code] : kCodes) {
      if (known == number) error.code = code;
    }
  }
  if (message.contains("No space left on device")) error.code = Code::kFull;
  constexpr std::string_view kPrefix = "DB::Exception: ";
  if (const size_t at = message.rfind(kPrefix); at != message.npos) {
    error.message = message.substr(at + kPrefix.size());
  }
  if (const size_t at = error.message.find(" (version "); at != std::string::npos) {
    error.message.resize(at);
  }
  return error;
}

Result<std::string> find_chdb(const std::string& given) {
  namespace fs = std::filesystem;
  std::vector<fs::path> places;
  if (!given.empty()) {
    places.emplace_back(given);
  } else if (const char* named = std::getenv("PERENNIAL_CHDB"); named != nullptr && *named != 0) {
    places.emplace_back(named);
  } else {
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    places = {program / "libchdb.so", program / "../lib/perennial/libchdb.so",
              fs::path(PERENNIAL_CHDB_BUILD_DIR) / kInNodeModules,
              fs::path(PERENNIAL_CHDB_SOURCE_DIR) / "build" / kInNodeModules};
  }
  std::string tried;
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (fs::is_regular_file(place, ignored)) return place.string();
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  return fail(Code::kNotFound, "libchdb.so is not at " + tried, "",
              "install @chdb/lib-linux-x64-gnu, or name the file in PERENNIAL_CHDB");
}

ChdbConnection::Answer::Answer(Answer&& other) noexcept
    : api_(other.api_), handle_(std::exchange(other.handle_, nullptr)) {}

ChdbConnection::Answer::~Answer() {
  if (handle_ != nullptr) api_->result_destroy(handle_);
}

std::string_view ChdbConnection::Answer::bytes() const {
  const size_t length = api_->result_length(handle_);
  return length == 0 ? std::string_view() : std::string_view(api_->result_buffer(handle_), length);
}
uint64_t ChdbConnection::Answer::rows_read() const { return api_->result_rows_read(handle_); }
uint64_t ChdbConnection::Answer::bytes_read() const { return api_->result_bytes_read(handle_); }

ChdbConnection::~ChdbConnection() {
  if (handle_ != nullptr) api_->close(handle_);
}

Result<ChdbConnection::Answer> ChdbConnection::query(std::string_view sql,
                                                     std::string_view format) {
  void* handle = api_->query(*handle_, sql.data(), sql.size(), format.data(), format.size());
  if (handle == nullptr) return fail(Code::kInternal, "the event engine gave no answer");
  Answer result(api_, handle);
  if (const char* error = api_->result_error(handle)) return std::unexpected(chdb_error(error));
  return result;
}

Result<void> ChdbConnection::stream(std::string_view sql, std::string_view format,
                                    const std::function<Result<void>(std::string_view)>& each) {
  void* handle = api_->stream_query(*handle_, sql.data(), sql.size(), format.data(), format.size());
  if (handle == nullptr) return fail(Code::kInternal, "the event engine gave no answer");
  Answer whole(api_, handle);
  if (const char* error = api_->result_error(handle)) return std::unexpected(chdb_error(error));
  for (;;) {
    void* piece = api_->stream_fetch(*handle_, handle);
    if (piece == nullptr) return {};
    Answer part(api_, piece);
    if (const char* error = api_->result_error(piece)) return std::unexpected(chdb_error(error));
    if (part.bytes().empty()) return {};
    if (auto went = each(part.bytes()); !went) {
      api_->stream_cancel(*handle_, handle);
      return went;
    }
  }
}

Result<void> ChdbConnection::insert(std::string_view into, std::string_view format,
                                    std::string_view rows) {
  void* handle =
      api_->insert_start(*handle_, into.data(), into.size(), format.data(), format.size());
  const auto destroy = [this](void* stream) { api_->insert_destroy(stream); };
  std::unique_ptr<void, decltype(destroy)> stream(handle, destroy);
  if (const char* error = api_->insert_error(handle)) return std::unexpected(chdb_error(error));
  const bool taken = api_->insert_append(handle, rows.data(), rows.size()) == 0;
  if (const char* error = api_->insert_error(handle); error != nullptr || !taken) {
    return std::unexpected(chdb_error(error != nullptr ? error : "the event engine took no rows"));
  }
  void* done = api_->insert_done(handle);
  if (done == nullptr) return fail(Code::kInternal, "the event engine gave no answer");
  Answer answer(api_, done);
  if (const char* error = api_->result_error(done)) return std::unexpected(chdb_error(error));
  return {};
}

Result<ChdbEngine*> ChdbEngine::start(const std::string& library, const std::string& directory,
                                      const std::vector<std::string>& settings) {
  static std::mutex mutex;
  static ChdbEngine* running = nullptr;
  std::lock_guard lock(mutex);
  if (running != nullptr) {
    if (running->directory_ == directory) return running;
    return fail(Code::kConflict,
                "this process holds another event log already: " + running->directory_, directory);
  }
  const ChdbApi* api = TRY(load(library));
  void** first = open_connection(api, directory, settings);
  if (first == nullptr) {
    return fail(Code::kInternal, "the event engine does not start", directory,
                "is the directory writable, and is no other process using it?");
  }
  running = new ChdbEngine(api, directory);
  // The engine cannot start again once its last connection is closed, so the first stays open. Nor
  // can it be stopped: its background threads use what the closing of that connection and its exit
  // handlers free, and now and then end the process with a fault. So the process ends without
  // either, which is to the log like a kill: what it has acknowledged is on disk.
  ::on_exit(
      [](int status, void*) {
        std::cout.flush();
        std::fflush(nullptr);
        ::_exit(status);
      },
      nullptr);
  return running;
}

Result<std::unique_ptr<ChdbConnection>> ChdbEngine::connect(
    const std::vector<std::string>& settings) {
  void** handle = open_connection(api_, directory_, settings);
  if (handle == nullptr) return fail(Code::kInternal, "the event engine refuses a connection");
  return std::make_unique<ChdbConnection>(api_, handle);
}

}  // namespace perennial::events
