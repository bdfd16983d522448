// Documents and secrets in the state database, and the cached workspace.
#include <mutex>

#include "access/access.h"

namespace perennial::access {
namespace {

constexpr std::string_view kWorkspace = "workspace";

Result<Workspace> read_workspace(store::Connection& c) {
  Json document = TRY(Settings::document(c, kWorkspace));
  if (document.is_null()) return Workspace{};
  return workspace_from_json(document);
}

}  // namespace

struct Settings::Impl {
  store::Database& database;
  std::mutex reload_mutex;  // a read that began before a change never covers a later one
  std::mutex mutex;
  Workspace workspace;

  Result<void> reload() {
    std::lock_guard one_at_a_time(reload_mutex);
    Workspace fresh = TRY(database.read(read_workspace));
    std::lock_guard lock(mutex);
    workspace = std::move(fresh);
    return {};
  }
};

Settings::Settings(store::Database& database)
    : impl_(std::shared_ptr<Impl>(new Impl{.database = database})) {}

Result<std::unique_ptr<Settings>> Settings::load(store::Database& database) {
  std::unique_ptr<Settings> settings(new Settings(database));
  auto loaded = settings->impl_->reload();
  if (!loaded) return fail_with("settings", loaded.error());
  return settings;
}

Workspace Settings::workspace() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->workspace;
}

Result<void> Settings::save(store::Connection& c, const Workspace& workspace) {
  return put_document(c, kWorkspace, to_json(workspace));
}

// A failed read keeps the workspace that is known: it is the one that answers were given with.
void Settings::changed() { (void)impl_->reload(); }

Result<Json> Settings::document(store::Connection& c, std::string_view name) {
  auto row =
      TRY(c.query_one("SELECT value FROM access_document WHERE name = $1", {std::string(name)}));
  if (!row) return Json(nullptr);
  return parse_json(row->text(0));
}

Result<void> Settings::put_document(store::Connection& c, std::string_view name,
                                    const Json& value) {
  TRY(
      c.execute("INSERT INTO access_document (name, value) VALUES ($1, $2)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                {std::string(name), to_text(value)}));
  return {};
}

Result<std::string> Settings::secret(store::Connection& c, std::string_view name) {
  constexpr std::string_view kFind = "SELECT value FROM access_secret WHERE name = $1";
  if (auto row = TRY(c.query_one(kFind, {std::string(name)}))) return row->text(0);
  TRY(
      c.execute("INSERT INTO access_secret (name, value) VALUES ($1, $2)"
                " ON CONFLICT (name) DO NOTHING",
                {std::string(name), random_token()}));
  auto row = TRY(c.query_one(kFind, {std::string(name)}));
  if (!row)
    return fail(Code::kConflict, "another process is making this secret", std::string(name));
  return row->text(0);
}

}  // namespace perennial::access
