#include "insight/report_answers.h"

#include <algorithm>
#include <map>

namespace perennial::insight {
namespace {

std::string numbered(size_t count) {
  std::string list;
  for (size_t i = 1; i <= count; ++i) list += (i == 1 ? "$" : ", $") + std::to_string(i);
  return list;
}

Json failure_json(const Error& error) {
  return {{"code", code_name(error.code)},
          {"message", error.message},
          {"where", error.where},
          {"hint", error.hint}};
}

Result<ReportAnswer> answer_of(const store::Row& row) {
  ReportAnswer one{.report_id = row.text(0),
                   .answered_at = std::nullopt,
                   .answer = nullptr,
                   .tried_at = from_millis(row.integer(3)),
                   .failure = nullptr};
  if (const auto ms = row.maybe_integer(1)) {
    one.answered_at = from_millis(*ms);
    one.answer = TRY(parse_json(row.text(2)));
  }
  if (!row.text(4).empty()) one.failure = TRY(parse_json(row.text(4)));
  return one;
}

// An answer that is too large to be kept is a failure of its own.
Result<Json> keepable(const Result<Json>& answer) {
  if (!answer || to_text(*answer).size() <= kMaxReportAnswerBytes) return answer;
  return fail(Code::kTooLarge, "the answer is too large to be kept for dashboards", "question",
              "ask for fewer periods or groups");
}

}  // namespace

Json to_json(const ReportAnswer& answer) {
  return {{"report_id", answer.report_id},
          {"answered_at",
           answer.answered_at ? Json(format_instant(*answer.answered_at)) : Json(nullptr)},
          {"answer", answer.answer},
          {"tried_at", format_instant(answer.tried_at)},
          {"failure", answer.failure}};
}

Result<std::vector<ReportAnswer>> report_answers(store::Connection& c,
                                                 std::span<const std::string> report_ids) {
  std::vector<ReportAnswer> answers;
  if (report_ids.empty()) return answers;
  const std::vector<store::Value> ids(report_ids.begin(), report_ids.end());
  for (const auto& row :
       TRY(c.query("SELECT report_id, answered_ms, answer, tried_ms, failure FROM insight_answers "
                   "WHERE report_id IN (" +
                       numbered(ids.size()) + ")",
                   ids)))
    answers.push_back(TRY(answer_of(row)));
  return answers;
}

Result<void> keep_report_answer(store::Connection& c, const Report& report,
                                const Result<Json>& answer, Instant at) {
  auto now = find_report(c, report.id);
  if (!now && now.error().code == Code::kNotFound) return {};
  if (to_text(TRY(std::move(now)).question) != to_text(report.question)) return {};
  const auto kept = keepable(answer);
  const std::string head =
      "INSERT INTO insight_answers (report_id, answered_ms, answer, tried_ms, failure) VALUES "
      "($1, $2, $3, $4, $5) ON CONFLICT (report_id) DO UPDATE SET ";
  const std::string tail = " WHERE insight_answers.tried_ms <= excluded.tried_ms";
  const int64_t ms = to_millis(at);
  if (kept) {
    TRY(c.execute(head +
                      "answered_ms = excluded.answered_ms, answer = excluded.answer, tried_ms = "
                      "excluded.tried_ms, failure = excluded.failure" +
                      tail,
                  {report.id, ms, to_text(*kept), ms, std::string()}));
  } else {
    TRY(c.execute(
        head + "tried_ms = excluded.tried_ms, failure = excluded.failure" + tail,
        {report.id, std::monostate{}, std::string(), ms, to_text(failure_json(kept.error()))}));
  }
  return {};
}

Result<void> forget_report_answer(store::Connection& c, std::string_view report_id) {
  TRY(c.execute("DELETE FROM insight_answers WHERE report_id = $1", {std::string(report_id)}));
  return {};
}

Result<std::vector<DueReport>> refresh_schedule(store::Connection& c) {
  std::map<std::string, std::chrono::minutes> every;
  for (const Dashboard& dashboard : TRY(list_dashboards(c))) {
    if (dashboard.refresh_minutes == 0) continue;
    const std::chrono::minutes minutes(dashboard.refresh_minutes);
    for (const Json& tile : dashboard.tiles) {
      auto [known, added] = every.try_emplace(tile.at("report_id").get<std::string>(), minutes);
      if (!added) known->second = std::min(known->second, minutes);
    }
  }
  std::map<std::string, Instant> tried;
  for (const auto& row : TRY(c.query("SELECT report_id, tried_ms FROM insight_answers")))
    tried[row.text(0)] = from_millis(row.integer(1));
  std::vector<DueReport> schedule;
  for (const auto& [report, minutes] : every) {
    const auto last = tried.find(report);
    schedule.push_back({report, last == tried.end() ? from_millis(0) : last->second + minutes});
  }
  std::ranges::stable_sort(schedule, {}, &DueReport::due);
  return schedule;
}

}  // namespace perennial::insight
