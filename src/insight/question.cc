#include "insight/question.h"

#include <algorithm>

#include "insight/periods.h"

namespace perennial::insight {
namespace {

std::optional<Instant> first_row(const OrderBook& book) {
  if (book.rows() == 0) return std::nullopt;
  return from_millis(*std::ranges::min_element(book.at_ms));
}

// Longer than any period, so that a span of too many is found without counting them.
std::chrono::hours longest(Period by) {
  switch (by) {
    case Period::kDay:
      return std::chrono::hours(25);
    case Period::kWeek:
      return std::chrono::hours(7 * 24 + 1);
    case Period::kMonth:
      return std::chrono::hours(31 * 24 + 1);
  }
  return {};
}

std::unexpected<Error> too_many(size_t limit) {
  return fail(Code::kInvalid, "the span has more than " + std::to_string(limit) + " periods",
              "from", "ask for a shorter span or longer periods");
}

Result<std::optional<Instant>> day_of(const http::Request& request, std::string_view field,
                                      const Calendar& calendar) {
  std::string text = request.query_or(field, "");
  if (text.empty()) return std::nullopt;
  auto day = calendar.parse_label(Period::kDay, text);
  if (!day) return fail(Code::kInvalid, day.error().message, std::string(field));
  return *day;
}

}  // namespace

Result<Question> make_question(access::Workspace workspace, Instant now,
                               std::shared_ptr<const OrderBook> book, Asked asked, size_t limit) {
  const Calendar calendar = workspace.calendar;
  Question q{.by = asked.by, .workspace = std::move(workspace), .now = now, .book = book};
  if (asked.from && asked.to && *asked.from >= *asked.to)
    return fail(Code::kInvalid, "must be after from", "to");
  Instant end = calendar.advance(q.by, calendar.start_of(q.by, now), 1);
  Instant to = std::min(asked.to.value_or(end), end);
  auto from = asked.from ? asked.from : first_row(*book);
  if (!from || *from >= to) return q;
  if (!asked.from) {
    Instant last = calendar.start_of(q.by, to - Millis(1));
    from = std::max(*from, calendar.advance(q.by, last, 1 - static_cast<int>(limit)));
  }
  if ((to - *from) / longest(q.by) > static_cast<int64_t>(limit)) return too_many(limit);
  q.periods = calendar.periods(q.by, {*from, to});
  if (q.periods.size() > limit) return too_many(limit);
  q.counted = cut_at(q.periods, now);
  return q;
}

Result<Asked> asked_by(const http::Request& request, const Calendar& calendar) {
  auto by = parse_period(request.query_or("by", "month"));
  if (!by) return fail(Code::kInvalid, by.error().message, "by");
  const auto from = TRY(day_of(request, "from", calendar));
  const auto to = TRY(day_of(request, "to", calendar));
  return Asked{.by = *by, .from = from, .to = to};
}

}  // namespace perennial::insight
