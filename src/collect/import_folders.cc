// Watched folders. What was imported is remembered by the content of the file, so that a file that
// is moved, copied or renamed is not read again.

#include <utility>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "collect/client_body.h"
#include "collect/fields.h"
#include "collect/import_mappings.h"

namespace perennial::collect {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFolderName = 100;
constexpr int64_t kShownFiles = 50;
constexpr size_t kHashBlock = 1024 * 1024;

struct Folder {
  std::string id, folder, mapping_id;
  Kind kind = Kind::kOrders;
  Instant created_at;
  std::optional<Instant> looked_at;
};

Folder folder_of(const store::Row& row) {
  Folder folder{.id = row.text(0),
                .folder = row.text(1),
                .mapping_id = row.text(3),
                .kind = parse_kind(row.text(2)).value_or(Kind::kOrders),
                .created_at = from_millis(row.integer(4))};
  if (!row.is_null(5)) folder.looked_at = from_millis(row.integer(5));
  return folder;
}

constexpr std::string_view kSelect =
    "SELECT id, folder, kind, mapping_id, created_at, looked_at FROM import_folders ";

Result<std::vector<Folder>> list_folders(store::Connection& c) {
  std::vector<Folder> all;
  for (const auto& row : TRY(c.query(std::string(kSelect) + "ORDER BY folder"))) {
    all.push_back(folder_of(row));
  }
  return all;
}

// One plain name: the folder lies in the inbox and nowhere else.
Result<void> check_name(std::string_view name) {
  const bool plain = name.find_first_of("/\\") == std::string_view::npos && !name.starts_with('.');
  if (name.empty() || name.size() > kMaxFolderName || !plain || !is_storable_text(name)) {
    return fail(Code::kInvalid, "must be a plain name of at most 100 bytes", "folder",
                "folders lie in the inbox of the data directory");
  }
  return {};
}

// A file that somebody is still writing has one of these names, by habit.
bool is_unfinished(const std::string& name) {
  return name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp") ||
         name.ends_with("~");
}

std::string stamp_of(const fs::path& path) {
  std::error_code error;
  auto size = fs::file_size(path, error);
  auto changed = fs::last_write_time(path, error);
  return std::to_string(size) + "-" + std::to_string(changed.time_since_epoch().count());
}

Result<std::string> content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string block(kHashBlock, '\0');
  std::string key;
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    std::string_view read(block.data(), static_cast<size_t>(file.gcount()));
    key = fingerprint(key + fingerprint(read).hex()).hex();
  }
  if (!file.eof()) return fail(Code::kForbidden, "the file cannot be read", path.string());
  return key;
}

class Watched final : public ImportFolders {
 public:
  Watched(store::Database& database, Importer& importer, Clock clock, std::string inbox)
      : database_(database),
        importer_(importer),
        clock_(std::move(clock)),
        inbox_(std::move(inbox)) {}

  ~Watched() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  Result<int> look() override;
  void add_routes(http::Router& router) override;
  void look_every(std::chrono::milliseconds interval) override;

 private:
  Result<int> look_into(const Folder& folder);
  Result<bool> take(const Folder& folder, const fs::path& path, const std::string& stamp);
  Result<std::string> start(const Folder& folder, const fs::path& path);
  Result<Json> list();
  Result<Json> watch(const http::Request& request);
  Result<void> forget(const http::Request& request);
  Result<Json> folder_json(store::Connection& c, const Folder& folder);

  store::Database& database_;
  Importer& importer_;
  Clock clock_;
  std::string inbox_;
  std::mutex looking_;                         // one look at a time
  std::map<std::string, std::string> stamps_;  // of files seen by the last look, by path
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

Result<int> Watched::look() {
  std::lock_guard lock(looking_);
  auto folders = TRY(database_.read([](store::Connection& c) { return list_folders(c); }));
  int started = 0;
  for (const Folder& folder : folders) {
    started += TRY(look_into(folder));
    TRY(database_.write([&](store::Connection& c) {
      return c.execute("UPDATE import_folders SET looked_at = $2 WHERE id = $1",
                       {folder.id, to_millis(clock_())});
    }));
  }
  return started;
}

Result<int> Watched::look_into(const Folder& folder) {
  int started = 0;
  std::error_code error;
  const fs::path place = fs::path(inbox_) / folder.folder;
  for (const auto& entry : fs::directory_iterator(place, error)) {
    if (!entry.is_regular_file(error) || is_unfinished(entry.path().filename().string())) continue;
    const std::string stamp = stamp_of(entry.path());
    std::string& before = stamps_[entry.path().string()];
    const bool settled = before == stamp;
    before = stamp;
    if (settled && TRY(take(folder, entry.path(), stamp))) ++started;
  }
  return started;
}

// True when an import of the file was started; false when it was seen before or cannot be.
Result<bool> Watched::take(const Folder& folder, const fs::path& path, const std::string& stamp) {
  const std::string name = storable(path.filename().string());
  auto known = TRY(database_.read([&](store::Connection& c) {
    return c.query_one(
        "SELECT 1 FROM import_folder_files WHERE folder_id = $1 AND name = $2 AND"
        " stamp = $3 LIMIT 1",
        {folder.id, name, stamp});
  }));
  if (known) return false;
  auto content = content_of(path);
  if (!content) return false;  // it may be readable the next time
  auto same = TRY(database_.read([&](store::Connection& c) {
    return c.query_one("SELECT 1 FROM import_folder_files WHERE folder_id = $1 AND content = $2",
                       {folder.id, *content});
  }));
  if (same) return false;
  auto import = start(folder, path);
  TRY(database_.write([&](store::Connection& c) {
    return c.execute(
        "INSERT INTO import_folder_files (folder_id, content, name, stamp, import_id, error,"
        " seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (folder_id, content) DO NOTHING",
        {folder.id, *content, name, stamp, import ? *import : "",
         import ? "" : import.error().text(), to_millis(clock_())});
  }));
  return import.has_value();
}

Result<std::string> Watched::start(const Folder& folder, const fs::path& path) {
  Import import =
      TRY(importer_.add(folder.kind, storable(path.filename().string()), path.string(), false));
  Mapping mapping = import.mapping;
  if (!folder.mapping_id.empty()) {
    mapping = TRY(database_.read([&](store::Connection& c) {
                return find_mapping(c, folder.mapping_id);
              })).mapping;
  }
  auto started = importer_.start(import.id, mapping);
  if (started) return import.id;
  TRY(importer_.remove(import.id));
  return std::unexpected(started.error());
}

void Watched::look_every(std::chrono::milliseconds interval) {
  thread_ = std::thread([this, interval] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
      lock.unlock();
      (void)look();  // what cannot be read now is looked at again
      lock.lock();
    }
  });
}

Result<Json> Watched::folder_json(store::Connection& c, const Folder& folder) {
  Json files = Json::array();
  for (const auto& row :
       TRY(c.query("SELECT name, import_id, error, seen_at FROM import_folder_files"
                   " WHERE folder_id = $1 ORDER BY seen_at DESC, name LIMIT $2",
                   {folder.id, kShownFiles}))) {
    files.push_back({{"name", row.text(0)},
                     {"import_id", row.text(1)},
                     {"error", row.text(2)},
                     {"seen_at", format_instant(from_millis(row.integer(3)))}});
  }
  auto looked = folder.looked_at;
  return Json{{"id", folder.id},
              {"folder", folder.folder},
              {"path", (fs::path(inbox_) / folder.folder).string()},
              {"kind", kind_name(folder.kind)},
              {"mapping_id", folder.mapping_id},
              {"created_at", format_instant(folder.created_at)},
              {"looked_at", looked ? Json(format_instant(*looked)) : Json()},
              {"files", std::move(files)}};
}

Result<Json> Watched::list() {
  return database_.read([&](store::Connection& c) -> Result<Json> {
    Json all = Json::array();
    for (const Folder& folder : TRY(list_folders(c))) all.push_back(TRY(folder_json(c, folder)));
    return Json{{"inbox", inbox_}, {"folders", std::move(all)}};
  });
}

Result<Json> Watched::watch(const http::Request& request) {
  Json body = TRY(http::json_body(request));
  std::string name = TRY(json_string(body, "folder"));
  TRY(check_name(name));
  auto kind = parse_kind(TRY(json_string(body, "kind")));
  if (!kind) return fail(Code::kInvalid, "is no kind of file", "kind");
  std::string mapping_id = TRY(json_string_or(body, "mapping_id", ""));
  std::error_code error;
  fs::create_directories(fs::path(inbox_) / name, error);
  if (error) return fail(Code::kForbidden, error.message(), "folder");
  return database_.write([&](store::Connection& c) -> Result<Json> {
    if (!mapping_id.empty() && TRY(find_mapping(c, mapping_id)).kind != *kind) {
      return fail(Code::kInvalid, "the saved mapping is of another kind", "mapping_id");
    }
    Folder folder{.id = new_id("fld"),
                  .folder = name,
                  .mapping_id = mapping_id,
                  .kind = *kind,
                  .created_at = clock_()};
    auto added = c.execute(
        "INSERT INTO import_folders (id, folder, kind, mapping_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        {folder.id, name, std::string(kind_name(*kind)), mapping_id, to_millis(folder.created_at)});
    if (!added && added.error().code == Code::kConflict) {
      return fail(Code::kConflict, "the folder is watched already", "folder");
    }
    TRY(added);
    Json detail = {{"folder", name}, {"kind", kind_name(*kind)}};
    TRY(access::record(c, request.principal, "import.watch", folder.id, detail, clock_()));
    return folder_json(c, folder);
  });
}

// What was imported stays; the memory of it goes.
Result<void> Watched::forget(const http::Request& request) {
  const std::string& id = request.params.at("id");
  return database_.write([&](store::Connection& c) -> Result<void> {
    if (TRY(c.execute("DELETE FROM import_folders WHERE id = $1", {id})) == 0) {
      return fail(Code::kNotFound, "no such folder is watched", "id");
    }
    TRY(c.execute("DELETE FROM import_folder_files WHERE folder_id = $1", {id}));
    return access::record(c, request.principal, "import.unwatch", id, Json::object(), clock_());
  });
}

void Watched::add_routes(http::Router& router) {
  using http::Request;
  auto answer = [](int status, const Result<Json>& result) {
    return result ? http::json(status, *result) : http::problem(result.error());
  };
  router.add({.method = "GET", .path = "/v1/import-folders", .right = "imports.read"},
             [this, answer](const Request&) { return answer(200, list()); });
  router.add({.method = "POST", .path = "/v1/import-folders", .right = "imports.write"},
             [this, answer](const Request& r) { return answer(201, watch(r)); });
  router.add({.method = "POST", .path = "/v1/import-folders/look", .right = "imports.write"},
             [this, answer](const Request&) {
               auto started = look();
               if (!started) return http::problem(started.error());
               return answer(200, Json{{"started", *started}});
             });
  router.add({.method = "DELETE", .path = "/v1/import-folders/{id}", .right = "imports.write"},
             [this](const Request& r) {
               auto gone = forget(r);
               return gone ? http::Response{.status = 204} : http::problem(gone.error());
             });
}

}  // namespace

Result<std::unique_ptr<ImportFolders>> ImportFolders::open(store::Database& database,
                                                           Importer& importer, Clock clock,
                                                           std::string inbox) {
  std::error_code error;
  fs::create_directories(inbox, error);
  if (error) return fail(Code::kForbidden, error.message(), inbox);
  return std::make_unique<Watched>(database, importer, std::move(clock), std::move(inbox));
}

}  // namespace perennial::collect
