// A question on its way to an answer: the snapshot it reads, whom it is about, its groups, what it
// has read so far, and the handles of its numbers. Each analysis has a file answer_*.cc that turns
// its part of the question into selectors and a kernel, and the kernel's table into JSON.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "insight/answer_text.h"
#include "insight/person_columns.h"
#include "insight/query.h"
#include "timeline/timeline.h"

namespace perennial::insight {

// What names a number within its answer; each analysis has its own meaning for the places.
using Cell = std::vector<int64_t>;
using Numbers = std::initializer_list<int64_t>;  // of a cell
using Open =
    std::function<Result<timeline::People>(const Cell&, timeline::Pool&, const timeline::Stop&)>;

struct Sources {
  timeline::Timeline& timeline;
  PersonColumns& columns;
  // People behind the words of a set; kInvalid if nobody knows them.
  std::function<Result<std::vector<people::PersonId>>(std::string_view)> resolve_set;
  // How people call a set; "" where the words say it. May be null.
  std::function<std::string(std::string_view)> name_of_set;
};

// The groups of a breakdown. Without one there is a single slot that holds everybody.
struct Groups {
  timeline::GroupBy by = timeline::GroupBy::kNone;
  std::vector<uint32_t> shown;  // codes, largest first
  std::vector<Json> labels;     // AnswerGroup of the shown, then of the rest
  bool split() const { return by != timeline::GroupBy::kNone; }
  bool rest = false;  // somebody is in none of the shown
  size_t slots() const { return shown.size() + (rest || !split() ? 1 : 0); }  // worth showing
};
Json all_group();

class Asking {
 public:
  // Whether a question takes all that it asks of events from this snapshot.
  static bool only_timeline(const Query& query, const timeline::Snapshot& snapshot);
  // The same but for properties in lists.
  static bool holds_all(const Query& query, const timeline::Snapshot& snapshot);
  // Evaluates whom the question is about. `id` is the first part of handles; "" makes none.
  static Result<std::unique_ptr<Asking>> begin(const Query& query, const Sources& sources,
                                               const timeline::Stop& stop, std::string id);

  const Query& query() const { return query_; }
  const Calendar& calendar() const { return query_.calendar; }
  timeline::Second from() const { return from_; }  // of what counts
  timeline::Second to() const { return to_; }
  timeline::Second now() const { return now_; }  // nothing at it or later counts
  // `at` or now, whichever is earlier.
  timeline::Second until(uint64_t at) const;
  timeline::Periods periods() const { return timeline::Periods::of(query_.periods); }
  // The events of a selector in [from, to).
  timeline::Selector select(const NamedSelector& named, timeline::Second from,
                            timeline::Second to) const;
  timeline::Selector select(const NamedSelector& named) const { return select(named, from_, to_); }

  // Reads the timeline, or the event log when the timeline lacks a property.
  Result<std::shared_ptr<const timeline::Plan>> compile(std::vector<timeline::Selector> selectors,
                                                        const timeline::Periods* presence = nullptr,
                                                        const Groups* groups = nullptr);
  template <class Kernel>
  Result<Kernel> run(const timeline::Plan& plan, const Kernel& empty) {
    timeline::ReadCount read;
    auto kernel = timeline::run(plan, empty, sources_.timeline.pool(), stop_, &read);
    read_.events += read.events;
    read_.people = std::max(read_.people, read.people);
    return kernel;
  }
  const timeline::Stop& stop() const { return stop_; }
  // Of memory and temporary files that the answer's handles keep, beside the timeline's.
  uint64_t kept_bytes() const;
  timeline::Pool& pool() const { return sources_.timeline.pool(); }

  // Which groups are shown: the largest by people (or by events, for a breakdown by events) among
  // the hits of the selectors. carry() makes selectors carry what a breakdown by events needs.
  Result<Groups> groups(const std::optional<Breakdown>& breakdown,
                        std::vector<timeline::Selector> selectors);
  // For kernels that pick their groups themselves: how codes are labelled.
  Result<void> prepare(const std::optional<Breakdown>& breakdown);
  // Codes of groups of people are below this.
  size_t person_codes() const { return person_labels_.size(); }
  static void carry(const std::optional<Breakdown>& breakdown, timeline::Selector& selector);
  static timeline::GroupBy group_by(const std::optional<Breakdown>& breakdown);
  // The order of groups of equal size: by what their codes stand for.
  timeline::CodeBefore order(const timeline::Plan& plan, size_t selector,
                             timeline::GroupBy by) const;
  // Fills shown and labels from codes.
  void label(const timeline::Plan& plan, size_t selector, std::vector<uint32_t> shown,
             Groups& groups) const;
  Json group_of(const timeline::Plan& plan, size_t selector, uint32_t code,
                timeline::GroupBy by) const;

  // A number with a handle. As text: members of the object that is open, or an object of their own.
  Json measured(const Json& value, const Cell& cell) const;
  template <class Value>
  void measured(AnswerText& text, const Value& value, Numbers cell) const {
    text.member("value", value);
    if (!id_.empty())
      text.plain_text("people",
                      [&](std::string& out) { append_handle(out, {cell.begin(), cell.size()}); });
  }
  template <class Value>
  void measured(AnswerText& text, std::string_view name, const Value& value, Numbers cell) const {
    text.object(name, [&] { measured(text, value, cell); });
  }
  Json period(Unit unit, const Span& span) const;
  void period(AnswerText& text, Unit unit, const Span& span) const;  // members
  Json periods_json() const;
  void warn(std::string_view code, std::string message, std::string_view where = "");

  Json head() const;  // the members that every answer has
  // What handles of this answer end with, so that only those that were given out are taken.
  static std::string seal(std::string_view id, std::string_view secret, std::string_view cell);
  const std::string& secret() const { return secret_; }

 private:
  Asking(const Query& query, const Sources& sources, const timeline::Stop& stop, std::string id);
  void append_handle(std::string& out, std::span<const int64_t> cell) const;
  Result<void> find_people();
  Result<timeline::People> people_of(const PeopleCondition& condition);
  Result<timeline::People> people_of_test(const timeline::Test& test);
  Result<void> group_people(const Breakdown& breakdown);
  // All passes of a question read one snapshot: codes of groups must mean the same in all of them.
  Result<const timeline::Snapshot*> snapshot_for(const timeline::Ask& ask);
  Result<void> read_log(Span span, const timeline::Ask& ask);
  Result<std::shared_ptr<const timeline::Plan>> show_of_list(
      const timeline::Plan& plan, std::vector<timeline::Selector> selectors,
      std::vector<uint32_t>& codes);

  const Query& query_;
  const Sources& sources_;
  const timeline::Stop& stop_;
  const std::string id_, secret_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  timeline::Second from_, to_, now_;
  std::shared_ptr<const timeline::Snapshot> snapshot_;  // null while the first is built
  bool use_log_ = false;
  timeline::Lists lists_;  // what the question wants of lists: the log has it alone
  std::optional<timeline::Snapshot> from_log_;
  timeline::Held log_memory_;
  Span log_span_{};  // that was read
  size_t buckets_ = 0;
  std::shared_ptr<const timeline::People> among_;
  std::shared_ptr<const std::vector<uint32_t>> person_group_;
  std::vector<Json> person_labels_;  // by code
  timeline::ReadCount read_;
  Json warnings_ = Json::array();
};

struct Answered {
  std::string text;  // an object with the answer's own members
  Open open;
};

// Opens cells of a kernel that collects picks; `pick` reads a cell.
template <class Kernel, class Pick>
Open opener(std::shared_ptr<const timeline::Plan> plan, Kernel kernel, Pick pick) {
  return [plan, kernel, pick](const Cell& cell, timeline::Pool& pool,
                              const timeline::Stop& stop) -> Result<timeline::People> {
    const auto picked = pick(cell);
    return timeline::collect(*plan, pool, stop,
                             [&](const timeline::Slice& slice, timeline::Crowd& out) {
                               kernel.collect(slice, picked, out);
                             });
  };
}

Result<Answered> answer(Asking& asking, const TrendsQuery& q);
Result<Answered> answer(Asking& asking, const FunnelQuery& q);
Result<Answered> answer(Asking& asking, const RetentionQuery& q);
Result<Answered> answer(Asking& asking, const LifecycleQuery& q);
Result<Answered> answer(Asking& asking, const StickinessQuery& q);
Result<Answered> answer(Asking& asking, const ActiveQuery& q);
Result<Answered> answer(Asking& asking, const DistributionQuery& q);
Result<Answered> answer(Asking& asking, const IntervalQuery& q);
Result<Answered> answer(Asking& asking, const PathsQuery& q);
Result<Answered> answer(Asking& asking, const AttributionQuery& q);
Result<Answered> answer(Asking& asking, const SessionsQuery& q);
Result<Answered> answer(Asking& asking, const RfmQuery& q);

// {numerator, denominator, rate}: Rate of the contract.
Json rate_of(uint64_t numerator, uint64_t denominator);
Json ratio_of(double numerator, double denominator);  // null when there is nothing to divide by
void write_rate(AnswerText& text, uint64_t numerator, uint64_t denominator);  // Rate's members
std::optional<double> share_of(uint64_t part, uint64_t whole);                // none of nothing

}  // namespace perennial::insight
