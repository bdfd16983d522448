// What a question of this module asks for, with everything that answers it.
#pragma once

#include <memory>
#include <optional>

#include "insight/insight.h"

namespace perennial::insight {

struct Question {
  Period by = Period::kMonth;
  access::Workspace workspace;
  Instant now;
  std::shared_ptr<const OrderBook> book;
  std::vector<Span> periods;  // whole ones, to show
  std::vector<Span> counted;  // the same up to now, to count in

  std::string label(const Span& span) const { return workspace.calendar.label(by, span.from); }
  bool complete(const Span& span) const { return span.to <= now; }
};

// The half-open span that is asked for; what is missing gets its default: from the first order to
// the end of the current period, the newest `limit` periods of that. Nothing after the current
// period is answered.
struct Asked {
  Period by = Period::kMonth;
  std::optional<Instant> from, to;
};
// kInvalid, naming the field, when `to` is not after `from` or the span has more than `limit`
// periods.
Result<Question> make_question(access::Workspace workspace, Instant now,
                               std::shared_ptr<const OrderBook> book, Asked asked, size_t limit);
// by, from and to of a request.
Result<Asked> asked_by(const http::Request& request, const Calendar& calendar);

}  // namespace perennial::insight
