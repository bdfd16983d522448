#include "insight/insight.h"

#include "insight/answers.h"
#include "insight/sets.h"

namespace perennial::insight {
namespace {

Asked asked(Period by, std::optional<Span> span) {
  if (!span) return {.by = by};
  return {.by = by, .from = span->from, .to = span->to};
}

Result<Activity> activity_of(const http::Request& request) {
  std::string word = request.query_or("activity", "any");
  if (word == "any") return Activity::kAny;
  if (word == "order") return Activity::kOrder;
  return fail(Code::kInvalid, "must be order or any", "activity");
}

http::Response reply(Result<std::string> json) {
  if (!json) return http::problem(json.error());
  return {.status = 200, .body = std::move(*json)};
}

}  // namespace

Insight::Insight(people::OrderBooks& books, access::Settings& settings, Clock clock)
    : books_(books), settings_(settings), clock_(std::move(clock)) {}

Result<Json> Insight::activity_json(Period by, std::optional<Span> span) {
  auto workspace = settings_.workspace();
  Instant now = workspace.now(clock_);
  return answer_activity(TRY(
      make_question(std::move(workspace), now, TRY(books_.get()), asked(by, span), kMaxPeriods)));
}

Result<Json> Insight::retention_rate_json(Period by, std::optional<Span> span) {
  auto workspace = settings_.workspace();
  Instant now = workspace.now(clock_);
  return answer_retention_rate(TRY(
      make_question(std::move(workspace), now, TRY(books_.get()), asked(by, span), kMaxPeriods)));
}

Result<std::vector<RetentionRateRow>> Insight::recent_retention(int months) {
  auto workspace = settings_.workspace();
  Instant now = workspace.now(clock_);
  Instant to = workspace.calendar.start_of(Period::kMonth, now);
  int window_days = workspace.active_window_days;
  auto q = TRY(make_question(std::move(workspace), now, TRY(books_.get()),
                             {.by = Period::kMonth, .to = to}, static_cast<size_t>(months)));
  return retention_rate(*q.book, q.counted, window_days);
}

std::optional<Result<std::vector<PersonId>>> Insight::resolve_set(std::string_view set) {
  if (!is_own_set(set)) return std::nullopt;
  auto book = books_.get();
  if (!book) return std::unexpected(book.error());
  auto workspace = settings_.workspace();
  return people_of_set({.book = **book,
                        .calendar = workspace.calendar,
                        .now = workspace.now(clock_),
                        .window_days = workspace.active_window_days},
                       set);
}

void Insight::add_routes(http::Router& router) {
  auto add = [&](std::string path, size_t limit, auto answer) {
    router.add(
        {.method = "GET", .path = path, .right = "insights.read"},
        [this, limit, answer](const http::Request& request) {
          return reply([&]() -> Result<std::string> {
            auto workspace = settings_.workspace();
            Instant now = workspace.now(clock_);
            Asked asked = TRY(asked_by(request, workspace.calendar));
            auto q = TRY(make_question(std::move(workspace), now, TRY(books_.get()), asked, limit));
            return answer(q, request);
          }());
        });
  };
  add("/v1/insights/activity", kMaxPeriods,
      [](const Question& q, const http::Request&) -> Result<std::string> {
        return to_text(answer_activity(q));
      });
  add("/v1/insights/retention-rate", kMaxPeriods,
      [](const Question& q, const http::Request&) -> Result<std::string> {
        return to_text(answer_retention_rate(q));
      });
  add("/v1/insights/retention-triangle", kMaxCohorts,
      [](const Question& q, const http::Request& request) -> Result<std::string> {
        return answer_retention_triangle(q, TRY(activity_of(request)));
      });
}

}  // namespace perennial::insight
