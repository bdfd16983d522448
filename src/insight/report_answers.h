// The newest answer of each saved question, in the state database: what a dashboard shows at once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "insight/reports.h"

namespace perennial::insight {

inline constexpr size_t kMaxReportAnswerBytes = 4'000'000;  // of an answer that is kept

struct ReportAnswer {
  std::string report_id;
  std::optional<Instant> answered_at;  // none: it was never answered
  Json answer;                         // null likewise
  Instant tried_at;
  Json failure;  // null, or AnswerFailure of the contract: of the last try; the answer stays
};
Json to_json(const ReportAnswer& answer);

// Of the reports that were ever tried, in no order.
Result<std::vector<ReportAnswer>> report_answers(store::Connection& c,
                                                 std::span<const std::string> report_ids);
// What came of asking `report.question` at `at`. Does nothing when the report has another question
// by now, or is gone, or a later try is kept already.
Result<void> keep_report_answer(store::Connection& c, const Report& report,
                                const Result<Json>& answer, Instant at);
Result<void> forget_report_answer(store::Connection& c, std::string_view report_id);

// When the answers of dashboards are due.
struct DueReport {
  std::string report_id;
  Instant due;
};
// One for each report on a dashboard that refreshes by itself, soonest first: its last try and the
// shortest of its dashboards' times later; at once when it was never tried.
Result<std::vector<DueReport>> refresh_schedule(store::Connection& c);

}  // namespace perennial::insight
