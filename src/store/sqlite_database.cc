#include "store/sqlite_database.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/nesting.h"
#include "store/pool.h"
#include "store/sqlite_connection.h"

namespace perennial::store {
namespace {

using SqlitePool = Pool<SqliteConnection>;

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, Options options)
      : path_(std::move(path)),
        writer_(1, wait(options),
                [this, options] { return SqliteConnection::open(path_, true, wait(options)); }),
        readers_(options.readers, wait(options),
                 [this, options] { return SqliteConnection::open(path_, false, wait(options)); }) {}

  Engine engine() const override { return Engine::kSqlite; }
  Result<int64_t> size_bytes() override;
  // Opens the writer and a reader, so that what is wrong shows at the start.
  Result<void> connect();

 protected:
  Result<void> transaction(bool writes,
                           const std::function<Result<void>(Connection&)>& body) override;

 private:
  static std::chrono::milliseconds wait(const Options& options) {
    return std::chrono::milliseconds(options.busy_timeout_ms);
  }

  std::string path_;
  SqlitePool writer_;
  SqlitePool readers_;
};

// Rolls back unless committed, also when the body throws.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(connection) {
    connection.forget_failure();
  }
  ~SqliteTransaction() {
    // A full disk or an I/O error may have rolled it back already.
    if (connection_.in_transaction() && !connection_.command("ROLLBACK")) {
      die("a transaction of the state database cannot be rolled back", __FILE__, __LINE__);
    }
  }
  Result<void> commit() {
    if (connection_.failure()) return std::unexpected(*connection_.failure());
    if (!connection_.in_transaction())
      return fail(Code::kInternal, "the SQL ended its own transaction");
    return connection_.command("COMMIT");
  }

 private:
  SqliteConnection& connection_;
};

Result<void> SqliteDatabase::transaction(bool writes,
                                         const std::function<Result<void>(Connection&)>& body) {
  NestingGuard nesting(this);
  TRY(nesting.check());
  auto connection = TRY((writes ? writer_ : readers_).take());
  SqliteTransaction open(*connection);
  TRY(connection->command(writes ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED"));
  TRY(body(*connection));
  return open.commit();
}

Result<void> SqliteDatabase::connect() {
  TRY(writer_.take());
  TRY(readers_.take());
  return {};
}

Result<int64_t> SqliteDatabase::size_bytes() {
  int64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_ + suffix, error);
    if (!error) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

std::unexpected<Error> cannot_open(const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(full ? Code::kFull : Code::kForbidden,
              std::string("the state database cannot be opened: ") + std::strerror(error), path);
}

Result<void> create_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    if (errno == EEXIST) return {};
    return cannot_open(path, errno);
  }
  ::close(file);
  // The name of the new file must survive a power cut as well as its content.
  auto parent = std::filesystem::path(path).parent_path();
  const int directory =
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return cannot_open(path, errno);
  const int synced = ::fsync(directory);
  const int error = errno;
  ::close(directory);
  if (synced != 0 && error != EINVAL) return cannot_open(path, error);
  return {};
}

// Says in plain words what SQLite would only call "unable to open". The file is never opened and
// closed here if it exists: that would drop the locks that this process holds on it.
Result<void> prepare_file(const std::string& path) {
  struct stat found;
  if (::stat(path.c_str(), &found) != 0) {
    if (errno != ENOENT) return cannot_open(path, errno);
    return create_file(path);
  }
  if (S_ISDIR(found.st_mode))
    return fail(Code::kForbidden, "the state database is a folder, not a file", path);
  if (!S_ISREG(found.st_mode))
    return fail(Code::kForbidden, "the state database is not a file", path);
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
    return cannot_open(path, errno);
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(std::string path, Options options) {
  if (path.empty() || path.starts_with(':') || path.find('\0') != path.npos) {
    return fail(Code::kInvalid, "the state database needs the path of a file", path);
  }
  // One at a time: see prepare_file.
  static std::mutex opening;
  std::lock_guard lock(opening);
  TRY(prepare_file(path));
  auto database = std::make_unique<SqliteDatabase>(path, options);
  auto connected = database->connect();
  if (!connected) {
    auto error = std::move(connected).error();
    error.where = path;
    if (error.code == Code::kBusy) error.code = Code::kConflict;
    return std::unexpected(std::move(error));
  }
  return database;
}

}  // namespace perennial::store
