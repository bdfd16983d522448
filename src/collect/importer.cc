// Imports in the background, one at a time. What is to run stands in the state table, so that a
// restart goes on where the progress was saved last.

#include <utility>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "collect/fields.h"
#include "collect/forget.h"
#include "collect/import_job.h"
#include "collect/import_mappings.h"
#include "collect/import_table.h"
#include "collect/json_lines.h"

namespace perennial::collect {
namespace {

namespace fs = std::filesystem;

// Pauses between tries while the log is busy.
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5'000};

std::string stamp_of(const std::string& path) {
  std::error_code error;
  auto size = fs::file_size(path, error);
  auto changed = fs::last_write_time(path, error);
  return std::to_string(size) + "-" + std::to_string(changed.time_since_epoch().count());
}

// Moves a file, also from another file system.
Result<void> move_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (!error) return {};
  fs::copy_file(from, to, error);
  if (error) {
    bool full = error == std::errc::no_space_on_device;
    return fail(full ? Code::kFull : Code::kInternal, error.message(), to);
  }
  fs::remove(from, error);
  return {};
}

// Both ends of the file are marked so (Apache Parquet, file format).
bool is_parquet(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char mark[4] = {};
  file.read(mark, sizeof(mark));
  return file.gcount() == sizeof(mark) && std::string_view(mark, sizeof(mark)) == "PAR1";
}

Json sample_json(const FilePlan& plan) { return {{"columns", plan.titles}, {"rows", plan.sample}}; }

Json import_json(const ImportRecord& record) {
  const Import& import = record.import;
  Json fields = Json::array();
  for (const FieldRule& rule : fields_of(import.kind)) {
    fields.push_back({{"name", rule.name}, {"needed", rule.needed}});
  }
  auto finished = import.finished_at;
  Json json = {{"id", import.id},
               {"kind", kind_name(import.kind)},
               {"name", import.name},
               {"state", import.state},
               {"mapping", to_json(import.mapping)},
               {"fields", std::move(fields)},
               {"sample", record.sample},
               {"notes", record.notes},
               {"created_at", format_instant(import.created_at)},
               {"finished_at", finished ? Json(format_instant(*finished)) : Json()},
               {"progress", to_json(import.progress)}};
  if (!import.error.empty()) json["error"] = import.error;
  return json;
}

class FileImporter final : public Importer {
 public:
  FileImporter(store::Database& database, events::Log& log, access::Settings& settings, Clock clock,
               std::string directory, std::function<bool(uint64_t)> settled,
               Convert parquet_to_json_lines)
      : database_(database),
        log_(log),
        settings_(settings),
        clock_(std::move(clock)),
        directory_(std::move(directory)),
        settled_(std::move(settled)),
        parquet_to_json_lines_(std::move(parquet_to_json_lines)),
        thread_([this] { work(); }) {}

  ~FileImporter() override { stop(); }

  Result<Import> add(Kind kind, std::string_view name, const std::string& path, bool take) override;
  Result<Json> describe(std::string_view id) override { return import_json(TRY(find(id))); }
  Result<Json> check(std::string_view id, const Mapping& mapping) override;
  Result<Import> start(std::string_view id, const Mapping& mapping) override;
  Result<Import> cancel(std::string_view id) override;
  Result<Import> get(std::string_view id) override { return TRY(find(id)).import; }
  Result<std::vector<Import>> list() override;
  Result<void> remove(std::string_view id) override;
  Result<std::string> rejects_path(std::string_view id) override;
  Result<Json> forget(const std::vector<std::string>& words, bool take) override;
  Result<std::vector<std::string>> titles(std::string_view id) override;
  void stop() override;

 private:
  Result<void> make_delimited(ImportRecord& record);
  Result<FilePlan> plan_new(ImportRecord& record);
  Result<ImportRecord> find(std::string_view id);
  void show_live(ImportRecord& record);
  Defaults defaults();
  std::string rejects_file(const std::string& id) const {
    return (fs::path(directory_) / (id + ".rejects.csv")).string();
  }
  Result<void> save(const ImportRecord& record) {
    return database_.write([&](store::Connection& c) { return update_import(c, record); });
  }

  void work();
  void run(ImportRecord record);
  Result<ImportJob::End> run_job(ImportRecord& record);
  Result<ImportJob::End> run_until_taken(ImportRecord& record, const FilePlan& plan);

  store::Database& database_;
  events::Log& log_;
  access::Settings& settings_;
  Clock clock_;
  std::string directory_;
  std::function<bool(uint64_t)> settled_;
  Convert parquet_to_json_lines_;

  std::mutex changes_;  // one start, cancel or remove at a time
  std::mutex mutex_;    // guards what follows
  std::condition_variable wake_;
  bool look_ = true;  // something may be there to run
  bool stopping_ = false;
  std::string current_;             // the import that runs; "" if none
  bool cancelled_ = false;          // it is to end
  Progress live_;                   // of the import that runs
  std::atomic<bool> halt_ = false;  // stopping_ or cancelled_, for the job
  std::thread thread_;              // last: it uses all of the above
};

Defaults FileImporter::defaults() {
  auto workspace = settings_.workspace();
  return {workspace.currency, workspace.calendar.zone, clock_(), workspace.now(clock_)};
}

Result<Import> FileImporter::add(Kind kind, std::string_view name, const std::string& path,
                                 bool take) {
  ImportRecord record;
  Import& import = record.import;
  import.id = new_id("imp");
  import.kind = kind;
  import.name = name;
  import.state = "uploaded";
  import.created_at = clock_();
  record.taken = take;
  record.path = fs::absolute(path).string();
  if (take) {
    record.path = (fs::path(directory_) / (import.id + ".data")).string();
    TRY(move_file(path, record.path));
  }
  auto added = [&]() -> Result<void> {
    TRY(make_delimited(record));
    FilePlan plan = TRY(plan_new(record));
    import.mapping = plan.mapping;
    record.notes = plan.notes;
    record.sample = sample_json(plan);
    import.progress.bytes_total = static_cast<int64_t>(fs::file_size(record.path));
    return database_.write([&](store::Connection& c) { return insert_import(c, record); });
  }();
  if (!added) {
    std::error_code ignored;
    if (record.taken) fs::remove(record.path, ignored);
    return std::unexpected(added.error());
  }
  return import;
}

// What is no delimited text becomes some, in a file of our own.
Result<void> FileImporter::make_delimited(ImportRecord& record) {
  const bool parquet = is_parquet(record.path);
  if (!parquet && !TRY(is_json_lines(record.path))) return {};
  const std::string own =
      (fs::path(directory_) / (record.import.id + std::string(kConvertedEnd))).string();
  const std::string lines = (fs::path(directory_) / (record.import.id + ".jsonl")).string();
  auto written = [&]() -> Result<void> {
    if (!parquet) return json_lines_to_csv(record.path, own);
    if (!parquet_to_json_lines_) {
      return fail(Code::kInvalid, "Parquet files cannot be read here", "file", "send CSV");
    }
    TRY(parquet_to_json_lines_(record.path, lines));
    return json_lines_to_csv(lines, own);
  }();
  std::error_code ignored;
  fs::remove(lines, ignored);
  if (!written) {
    fs::remove(own, ignored);
    return written;
  }
  if (record.taken) fs::remove(record.path, ignored);
  record.path = own;
  record.taken = true;
  return {};
}

// A saved mapping for files with the same columns is taken before anything is proposed.
Result<FilePlan> FileImporter::plan_new(ImportRecord& record) {
  const Kind kind = record.import.kind;
  FilePlan proposed = TRY(plan_file(kind, record.path, {}));
  if (!proposed.mapping.header.value_or(false)) return proposed;
  auto saved = TRY(database_.read(
      [&](store::Connection& c) { return find_mapping_for(c, kind, proposed.titles); }));
  if (!saved) return proposed;
  FilePlan plan = TRY(plan_file(kind, record.path, saved->mapping));
  if (!check_plan(kind, plan)) return proposed;
  plan.notes.push_back("The saved mapping \"" + saved->name + "\" is used.");
  return plan;
}

Result<std::vector<std::string>> FileImporter::titles(std::string_view id) {
  ImportRecord record = TRY(find(id));
  std::vector<std::string> titles;
  for (const Json& title : record.sample.value("columns", Json::array())) {
    titles.push_back(title.get<std::string>());
  }
  return titles;
}

Result<ImportRecord> FileImporter::find(std::string_view id) {
  auto record = TRY(database_.read([&](store::Connection& c) { return find_import(c, id); }));
  show_live(record);
  return record;
}

void FileImporter::show_live(ImportRecord& record) {
  std::lock_guard lock(mutex_);
  if (record.import.id == current_ && record.import.state == "running") {
    record.import.progress = live_;
  }
}

Result<std::vector<Import>> FileImporter::list() {
  auto records = TRY(database_.read([](store::Connection& c) { return list_imports(c); }));
  std::vector<Import> imports;
  for (ImportRecord& record : records) {
    show_live(record);
    imports.push_back(std::move(record.import));
  }
  return imports;
}

Result<Json> FileImporter::check(std::string_view id, const Mapping& mapping) {
  ImportRecord record = TRY(find(id));
  FilePlan plan = TRY(plan_file(record.import.kind, record.path, mapping));
  TRY(check_plan(record.import.kind, plan));
  Json json = TRY(check_file(record.import.kind, record.path, plan, defaults()));
  json["mapping"] = to_json(plan.mapping);
  json["notes"] = plan.notes;
  return json;
}

Result<Import> FileImporter::start(std::string_view id, const Mapping& mapping) {
  std::lock_guard changes(changes_);
  ImportRecord record = TRY(find(id));
  Import& import = record.import;
  if (import.state == "running") return fail(Code::kConflict, "the import runs already");
  FilePlan plan = TRY(plan_file(import.kind, record.path, mapping));
  TRY(check_plan(import.kind, plan));
  // Saved progress holds for the same file read in the same way.
  std::string stamp = stamp_of(record.path);
  bool resume = (import.state == "cancelled" || import.state == "failed") &&
                record.file_stamp == stamp && to_json(import.mapping) == to_json(plan.mapping);
  if (!resume) import.progress = {.bytes_total = import.progress.bytes_total};
  record.file_stamp = stamp;
  import.mapping = plan.mapping;
  record.notes = plan.notes;
  record.sample = sample_json(plan);
  import.state = "running";
  import.error.clear();
  import.finished_at.reset();
  record.started_at = clock_();
  TRY(save(record));
  {
    std::lock_guard lock(mutex_);
    look_ = true;
  }
  wake_.notify_all();
  return import;
}

Result<Import> FileImporter::cancel(std::string_view id) {
  std::lock_guard changes(changes_);
  ImportRecord record = TRY(find(id));
  if (record.import.state != "running") return record.import;
  {
    std::unique_lock lock(mutex_);
    if (current_ == record.import.id) {
      cancelled_ = true;
      halt_ = true;
      wake_.notify_all();
      // The job ends at the border of a batch and writes its state.
      wake_.wait(lock, [&] { return current_ != record.import.id; });
    }
  }
  record = TRY(find(id));
  if (record.import.state == "running") {  // it was waiting for its turn
    record.import.state = "cancelled";
    TRY(save(record));
  }
  return record.import;
}

Result<void> FileImporter::remove(std::string_view id) {
  std::lock_guard changes(changes_);
  ImportRecord record = TRY(find(id));
  if (record.import.state == "running") {
    return fail(Code::kConflict, "the import runs", "", "cancel it first");
  }
  TRY(database_.write([&](store::Connection& c) { return delete_import(c, record.import.id); }));
  std::error_code ignored;
  if (record.taken) fs::remove(record.path, ignored);
  fs::remove(rejects_file(record.import.id), ignored);
  return {};
}

Result<std::string> FileImporter::rejects_path(std::string_view id) {
  ImportRecord record = TRY(find(id));
  std::string path = rejects_file(record.import.id);
  if (!fs::exists(path)) {
    return fail(Code::kNotFound, "the import has not run yet", "id");
  }
  return path;
}

Result<Json> FileImporter::forget(const std::vector<std::string>& words, bool take) {
  std::lock_guard changes(changes_);
  Forgotten all;
  for (ImportRecord& record :
       TRY(database_.read([](store::Connection& c) { return list_imports(c); }))) {
    if (record.import.state == "running") {
      return fail(Code::kBusy, "an import runs", record.import.id,
                  "it goes on when that has ended");
    }
    const Forgotten one =
        TRY(forget_in_import(record, rejects_file(record.import.id), Words(words), take));
    if (one.changed) TRY(save(record));
    all.rows += one.rows;
    all.rejects += one.rejects;
    all.samples += one.samples;
  }
  return Json{{"rows", all.rows}, {"rejects", all.rejects}, {"samples", all.samples}};
}

void FileImporter::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    halt_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FileImporter::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || look_; });
    if (stopping_) return;
    look_ = false;
    lock.unlock();
    auto next = database_.read([](store::Connection& c) { return next_running(c); });
    lock.lock();
    if (!next || !*next || stopping_) continue;
    look_ = true;  // there may be another behind it
    current_ = (*next)->import.id;
    live_ = (*next)->import.progress;
    cancelled_ = false;
    halt_ = stopping_;
    lock.unlock();
    run(std::move(**next));
    lock.lock();
    current_.clear();
    wake_.notify_all();
  }
}

// Runs an import to its end and writes how it ended. An import that the program's stop interrupts
// stays "running", so that the next start takes it up.
void FileImporter::run(ImportRecord record) {
  auto end = run_job(record);
  Import& import = record.import;
  if (!end) {
    import.state = "failed";
    import.error = end.error().text();
  } else if (*end == ImportJob::End::kDone) {
    import.state = "done";
    import.progress.seconds_left = 0;
  } else {
    std::lock_guard lock(mutex_);
    if (cancelled_) import.state = "cancelled";
  }
  if (import.state != "running") import.finished_at = clock_();
  (void)save(record);  // a database that cannot be written shows everywhere else
}

Result<ImportJob::End> FileImporter::run_job(ImportRecord& record) {
  Import& import = record.import;
  if (record.file_stamp != stamp_of(record.path)) import.progress = {};
  FilePlan plan = TRY(plan_file(import.kind, record.path, import.mapping));
  TRY(check_plan(import.kind, plan));
  auto end = TRY(run_until_taken(record, plan));
  if (end == ImportJob::End::kStopped) return end;
  return settled_(log_.last_seq()) ? ImportJob::End::kDone : ImportJob::End::kStopped;
}

// Again and again from the saved progress while the log is busy with others.
Result<ImportJob::End> FileImporter::run_until_taken(ImportRecord& record, const FilePlan& plan) {
  Progress& progress = record.import.progress;
  auto pause = kFirstPause;
  for (;;) {
    ImportJob job(log_, record.import.kind, record.path, plan, defaults(), progress,
                  rejects_file(record.import.id),
                  {.show =
                       [&](const Progress& now) {
                         std::lock_guard lock(mutex_);
                         live_ = now;
                       },
                   .save =
                       [&](const Progress& now) {
                         return database_.write([&](store::Connection& c) {
                           return update_progress(c, record.import.id, now);
                         });
                       }});
    auto end = job.run(halt_);
    bool moved = job.progress().rows > progress.rows;
    progress = job.progress();
    if (end || end.error().code != Code::kBusy) return end;
    pause = moved ? kFirstPause : std::min(pause * 2, kLongestPause);
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, pause, [&] { return halt_.load(); })) {
      return ImportJob::End::kStopped;
    }
  }
}

}  // namespace

Result<std::unique_ptr<Importer>> Importer::open(store::Database& database, events::Log& log,
                                                 access::Settings& settings, Clock clock,
                                                 std::string directory,
                                                 std::function<bool(uint64_t seq)> settled,
                                                 Convert parquet_to_json_lines) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return fail(Code::kForbidden, error.message(), directory);
  return std::make_unique<FileImporter>(database, log, settings, std::move(clock),
                                        std::move(directory), std::move(settled),
                                        std::move(parquet_to_json_lines));
}

}  // namespace perennial::collect
