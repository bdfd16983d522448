#include "insight/refresh.h"

namespace perennial::insight {
namespace {

constexpr std::string_view kAsker = "refresh";  // no user has this name

// Says nothing about the report: it was cancelled, could not begin, or has a bad name for the run.
bool came_to_nothing(const Error& error) {
  return error.code == Code::kBusy || error.code == Code::kConflict || error.where == "query_id";
}

}  // namespace

Result<ReportAnswer> Behaviour::Impl::answer_report(const Report& report, std::string_view asker,
                                                    std::string query_id, Instant at) {
  Json question = report.question;
  if (!query_id.empty()) question["query_id"] = std::move(query_id);
  auto answer = ask(question, {.id = asker, .role = ""}, &kept_reports);
  if (!answer && came_to_nothing(answer.error())) return std::unexpected(answer.error());
  TRY(parts.database.write(
      [&](store::Connection& c) { return keep_report_answer(c, report, answer, at); }));
  if (!answer) return std::unexpected(std::move(answer.error()));
  return ReportAnswer{.report_id = report.id,
                      .answered_at = at,
                      .answer = std::move(*answer),
                      .tried_at = at,
                      .failure = nullptr};
}

void Refresher::start() {
  thread_ = std::thread([this] { run(); });
}

void Refresher::stop() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    if (!asking_.empty()) impl_.running.cancel(std::string(kAsker) + '\n' + asking_);
    wakes_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Refresher::begin(const std::string& report) {
  std::lock_guard lock(mutex_);
  asking_ = report;
  return !stop_;
}

Result<size_t> Refresher::run_due(Instant now) {
  auto& database = impl_.parts.database;
  size_t asked = 0;
  for (const DueReport& one : TRY(database.read(refresh_schedule))) {
    if (one.due > now || !begin(one.report_id)) break;
    if (impl_.parts.timeline.snapshot() == nullptr) break;
    auto report =
        database.read([&](store::Connection& c) { return find_report(c, one.report_id); });
    if (!report && report.error().code == Code::kNotFound) continue;
    const Report found = TRY(std::move(report));
    const auto answered = impl_.answer_report(found, kAsker, found.id, now);
    if (!answered && came_to_nothing(answered.error())) break;
    ++asked;
  }
  begin("");
  return asked;
}

void Refresher::run() {
  for (;;) {
    // What the database cannot tell now is looked for again at the next look.
    auto asked = run_due(impl_.parts.clock());
    std::unique_lock lock(mutex_);
    if (wakes_.wait_for(lock, kRefreshLook, [this] { return stop_; })) return;
  }
}

}  // namespace perennial::insight
