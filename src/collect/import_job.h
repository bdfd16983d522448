// One run over a file: rows become events, batches go to the log, a few at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "collect/collect.h"
#include "collect/rows.h"

namespace perennial::collect {

// Two batches with the openings of their orders make a group commit; a third is ready when it ends.
// Larger ones take more memory, smaller ones more parts of the log, at two dozen files each.
inline constexpr int64_t kBatchRows = 9'000;
inline constexpr size_t kBatchesInFlight = 3;
inline constexpr std::chrono::seconds kSaveEvery{1};
inline constexpr size_t kMaxCheckErrors = 20;

// Runs an import from its last saved progress. Rows before it are read and built again, so that
// equal rows are counted right and the list of rejects is whole, but not sent. Counters tell of
// rows whose batch the log has acknowledged.
class ImportJob {
 public:
  struct Hooks {
    std::function<void(const Progress&)> show;          // often
    std::function<Result<void>(const Progress&)> save;  // about once a second
  };
  enum class End { kDone, kStopped };

  ImportJob(events::Log& log, Kind kind, std::string path, FilePlan plan, Defaults defaults,
            Progress from, std::string rejects_path, Hooks hooks);
  ~ImportJob();
  // Until the end of the file, or until `stop` at the border of a batch. Fails with kBusy when the
  // log takes no more for now: run a new job from the progress saved last.
  Result<End> run(const std::atomic<bool>& stop);
  const Progress& progress() const { return done_; }

 private:
  struct Flight;
  Result<End> read_rows(const std::atomic<bool>& stop);
  void count(const CsvRow& row, Verdict verdict);
  void write_reject(const CsvRow& row);
  Result<void> send();
  Result<void> land_first();
  Result<void> land_all();
  void measure();

  events::Log& log_;
  Kind kind_;
  std::string path_;
  FilePlan plan_;
  Defaults defaults_;
  std::string rejects_path_;
  Hooks hooks_;

  OpenFile file_;
  std::unique_ptr<RowBuilder> builder_;
  std::ofstream rejects_;
  std::string reject_text_;
  RowBatch batch_;
  int64_t resume_at_row_;
  Progress read_;  // of the rows read so far, without stored and duplicates
  Progress done_;  // of the rows acknowledged so far
  std::vector<std::shared_ptr<Flight>> flights_;
  std::chrono::steady_clock::time_point started_, saved_;
  int64_t rows_at_start_ = 0, bytes_at_start_ = 0;
};

// Dry run of a whole file: ImportCheck of the contract.
Result<Json> check_file(Kind kind, const std::string& path, const FilePlan& plan,
                        const Defaults& defaults);

}  // namespace perennial::collect
