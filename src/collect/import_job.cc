#include "collect/import_job.h"

#include <utility>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace perennial::collect {
namespace {

constexpr size_t kMaxShownRow = 4096;

// `text` with what is not UTF-8 replaced, so that the list of rejects can be read.
std::string readable(std::string_view text) {
  text = text.substr(0, kMaxShownRow);
  if (is_storable_text(text)) return std::string(text);
  Json json = text;
  auto replaced = parse_json(to_text(json));
  return replaced && replaced->is_string() ? replaced->get<std::string>() : "";
}

}  // namespace

// A batch on its way into the log, with the counters that hold once it has arrived.
struct ImportJob::Flight {
  std::mutex mutex;
  std::condition_variable landed;
  int waits = 0;
  std::optional<Error> error;
  events::Appended rows;
  Progress after;

  bool failed() {
    std::lock_guard lock(mutex);
    return error.has_value();
  }
  void land(const Result<events::Appended>& result, bool counts) {
    std::lock_guard lock(mutex);
    if (!result && !error) error = result.error();
    if (result && counts) rows = *result;
    if (--waits == 0) landed.notify_all();
  }
};

ImportJob::ImportJob(events::Log& log, Kind kind, std::string path, FilePlan plan,
                     Defaults defaults, Progress from, std::string rejects_path, Hooks hooks)
    : log_(log),
      kind_(kind),
      path_(std::move(path)),
      plan_(std::move(plan)),
      defaults_(std::move(defaults)),
      rejects_path_(std::move(rejects_path)),
      hooks_(std::move(hooks)),
      resume_at_row_(from.rows),
      done_(from) {}

ImportJob::~ImportJob() = default;

Result<ImportJob::End> ImportJob::run(const std::atomic<bool>& stop) {
  file_ = TRY(open_rows(path_, plan_.mapping));
  builder_ = TRY(RowBuilder::make(kind_, plan_, defaults_));
  rejects_.open(rejects_path_, std::ios::binary | std::ios::trunc);
  rejects_ << "line,column,reason,row\r\n";
  read_.bytes_total = done_.bytes_total = file_.source->bytes_total();
  started_ = saved_ = std::chrono::steady_clock::now();
  auto end = read_rows(stop);
  // What is on its way is waited for in any case: it counts, and its answers come here.
  auto landed = land_all();
  rejects_.flush();
  if (!end) return end;
  if (!landed) return std::unexpected(landed.error());
  if (!rejects_) return fail(Code::kFull, "the list of rejects cannot be written", rejects_path_);
  TRY(hooks_.save(done_));
  return end;
}

Result<ImportJob::End> ImportJob::read_rows(const std::atomic<bool>& stop) {
  CsvRow row;
  int64_t border = kBatchRows;
  bool sending = resume_at_row_ == 0;
  while (TRY(file_.reader->next(row))) {
    count(row, builder_->build(row, batch_));
    if (read_.rows < border && read_.rows != resume_at_row_) continue;
    border = read_.rows + kBatchRows;
    if (sending) {
      TRY(send());
    } else {
      batch_.rows.clear();
      batch_.openings.clear();
      if (read_.rows == resume_at_row_) {
        sending = true;
        started_ = std::chrono::steady_clock::now();
        rows_at_start_ = read_.rows;
        bytes_at_start_ = file_.source->bytes_done();
      }
    }
    if (stop) return End::kStopped;
  }
  // A file that has become shorter than the saved progress has nothing left to send.
  if (sending) TRY(send());
  return End::kDone;
}

void ImportJob::count(const CsvRow& row, Verdict verdict) {
  ++read_.rows;
  switch (verdict) {
    case Verdict::kGood:
      if (builder_->facts.anonymous) ++read_.anonymous;
      break;
    case Verdict::kLeftOut:
      ++read_.left_out;
      break;
    case Verdict::kRejected:
      ++read_.rejected;
      write_reject(row);
  }
}

void ImportJob::write_reject(const CsvRow& row) {
  reject_text_ = std::to_string(row.line) + ",";
  append_csv_field(reject_text_, builder_->problem.column);
  reject_text_ += ',';
  append_csv_field(reject_text_, builder_->problem.reason);
  reject_text_ += ',';
  append_csv_field(reject_text_, readable(row.raw));
  reject_text_ += "\r\n";
  rejects_ << reject_text_;
}

// Nothing is sent behind a batch that the log refused: it would arrive uncounted, and be a
// duplicate when it is sent again.
Result<void> ImportJob::send() {
  if (flights_.size() == kBatchesInFlight) TRY(land_first());
  for (const auto& flight : flights_) {
    if (flight->failed()) return land_all();
  }
  auto flight = std::make_shared<Flight>();
  read_.bytes_done = file_.source->bytes_done();
  flight->after = read_;
  RowBatch batch = std::exchange(batch_, {});
  batch_.rows.reserve(batch.rows.size());
  flights_.push_back(flight);
  auto append = [&](std::vector<events::Event> events, bool counts) {
    if (events.empty() || flight->failed()) return;
    {
      std::lock_guard lock(flight->mutex);
      ++flight->waits;
    }
    log_.append(std::move(events), [flight, counts](const Result<events::Appended>& result) {
      flight->land(result, counts);
    });
  };
  append(std::move(batch.openings), false);
  append(std::move(batch.rows), true);
  return {};
}

Result<void> ImportJob::land_first() {
  auto flight = flights_.front();
  {
    std::unique_lock lock(flight->mutex);
    flight->landed.wait(lock, [&] { return flight->waits == 0; });
  }
  flights_.erase(flights_.begin());
  if (flight->error) return std::unexpected(*flight->error);
  auto stored = done_.stored + static_cast<int64_t>(flight->rows.stored);
  auto duplicates = done_.duplicates + static_cast<int64_t>(flight->rows.duplicates);
  done_ = flight->after;
  done_.stored = stored;
  done_.duplicates = duplicates;
  measure();
  hooks_.show(done_);
  auto now = std::chrono::steady_clock::now();
  if (now - saved_ < kSaveEvery) return {};
  saved_ = now;
  return hooks_.save(done_);
}

// Waits for all batches, also behind one that failed.
Result<void> ImportJob::land_all() {
  Result<void> result;
  while (!flights_.empty()) {
    if (result) {
      result = land_first();
      continue;
    }
    auto flight = flights_.front();
    std::unique_lock lock(flight->mutex);
    flight->landed.wait(lock, [&] { return flight->waits == 0; });
    lock.unlock();
    flights_.erase(flights_.begin());
  }
  return result;
}

void ImportJob::measure() {
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started_;
  if (seconds.count() <= 0) return;
  done_.rows_per_second = static_cast<double>(done_.rows - rows_at_start_) / seconds.count();
  double rate = static_cast<double>(done_.bytes_done - bytes_at_start_) / seconds.count();
  done_.seconds_left.reset();
  if (rate > 0) {
    done_.seconds_left = static_cast<double>(done_.bytes_total - done_.bytes_done) / rate;
  }
}

Result<Json> check_file(Kind kind, const std::string& path, const FilePlan& plan,
                        const Defaults& defaults) {
  auto file = TRY(open_rows(path, plan.mapping));
  auto builder = TRY(RowBuilder::make(kind, plan, defaults));
  KeyCounts orders, customers;
  int64_t rows = 0, good = 0, rejected = 0, left_out = 0, anonymous = 0, refunds = 0, total = 0;
  std::optional<Instant> first, last;
  Json errors = Json::array();
  RowBatch batch;
  CsvRow row;
  while (TRY(file.reader->next(row))) {
    ++rows;
    Verdict verdict = builder->build(row, batch);
    batch.rows.clear();
    batch.openings.clear();
    if (verdict == Verdict::kLeftOut) ++left_out;
    if (verdict == Verdict::kRejected) {
      ++rejected;
      if (errors.size() < kMaxCheckErrors) {
        errors.push_back({{"line", row.line},
                          {"column", builder->problem.column},
                          {"reason", builder->problem.reason}});
      }
    }
    if (verdict != Verdict::kGood) continue;
    const RowFacts& facts = builder->facts;
    ++good;
    anonymous += facts.anonymous;
    refunds += facts.refund;
    if (__builtin_add_overflow(total, facts.amount_minor, &total)) {
      return fail(Code::kInvalid, "the amounts add up to more than can be counted", "amount");
    }
    if (kind == Kind::kOrders) orders.add(facts.order);
    if (facts.customer != 0) customers.add(facts.customer);
    if (facts.at && (!first || *facts.at < *first)) first = facts.at;
    if (facts.at && (!last || *facts.at > *last)) last = facts.at;
  }
  auto time = [](const std::optional<Instant>& at) {
    return at ? Json(format_instant(*at)) : Json();
  };
  const std::string& currency = plan.mapping.currency;
  return Json{{"rows", rows},
              {"good", good},
              {"rejected", rejected},
              {"left_out", left_out},
              {"anonymous", anonymous},
              {"orders", orders.distinct()},
              {"refund_rows", refunds},
              {"customers", customers.distinct()},
              {"first_at", time(first)},
              {"last_at", time(last)},
              {"total_minor", total},
              {"currency", currency.empty() ? defaults.currency : currency},
              {"errors", std::move(errors)}};
}

}  // namespace perennial::collect
