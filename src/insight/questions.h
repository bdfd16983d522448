// Questions that run and answers that are kept, so that their numbers can be opened.
#pragma once

#include <list>
#include <map>
#include <mutex>

#include "insight/asking.h"
#include "insight/insight.h"
#include "insight/names.h"
#include "insight/report_answers.h"
#include "insight/running.h"

namespace perennial::insight {

inline constexpr std::chrono::minutes kSharedFor{1};

// The newest answers, `most` of them. Their handles begin with `prefix`. Thread-safe.
class Kept {
 public:
  Kept(Clock clock, char prefix, size_t most, uint64_t most_bytes = kMaxKeptMemory)
      : prefix_(prefix), most_(most), most_bytes_(most_bytes), clock_(std::move(clock)) {}
  std::string new_id() const;
  bool holds(std::string_view handle) const { return handle.starts_with(prefix_); }
  // `bytes` of memory and files go with the answer. The oldest make room when there are too many,
  // and the oldest that have bytes when those are too many.
  void keep(std::string id, std::string secret, const Json& question, Open open, uint64_t bytes);
  // kNotFound for a handle that was never given out or whose answer is gone.
  Result<std::vector<PersonId>> people(std::string_view handle, timeline::Pool& pool,
                                       const timeline::Stop& stop);
  // The question that a handle's answer is to, and which of its numbers it names.
  struct Number {
    std::shared_ptr<const Json> question;
    Cell cell;
  };
  Result<Number> number(std::string_view handle);

 private:
  struct Answer {
    std::string id, secret;
    std::shared_ptr<const Json> question;
    Open open;
    Instant at;
    uint64_t bytes;
  };
  struct Opened {
    std::string handle;
    std::vector<PersonId> people;
  };
  void drop(std::list<Answer>::iterator answer);
  void drop_expired();
  Result<Answer> find(std::string_view id);
  Result<std::pair<Answer, Cell>> find_cell(std::string_view handle);

  const char prefix_;
  const size_t most_;
  const uint64_t most_bytes_;
  Clock clock_;
  std::mutex mutex_;
  uint64_t bytes_ = 0;
  std::list<Answer> answers_;  // newest first
  std::list<Opened> opened_;   // the last ones, for people who leaf through pages
};

struct Asker {
  std::string_view id;    // whose questions are cancelled by whom
  std::string_view role;  // askers of different roles may see different answers
};

struct Behaviour::Impl {
  explicit Impl(BehaviourParts given)
      : parts(std::move(given)),
        names(parts.database, parts.clock),
        columns(parts.database),
        running(parts.most_memory, parts.most_memory_together, parts.most_time),
        kept(parts.clock, 'q', kKeptAnswers),
        kept_reports(parts.clock, 'r', kKeptReportAnswers) {}
  Sources sources() { return {parts.timeline, columns, parts.resolve_set, parts.name_of_set}; }

  // Parses and checks a question against the names that were seen.
  Result<Query> checked(const Json& question);
  // Handles of the answer are kept in `keep`; null: it has none.
  Result<Json> ask(const Json& question, const Asker& asker, Kept* keep);
  Result<std::string> ask_text(const Json& question, const Asker& asker, Kept* keep);
  Found run(const Query& query, const Json& question, const timeline::Stop& stop, Kept* keep);
  // Asks the question of a report and keeps what comes of it for dashboards.
  Result<ReportAnswer> answer_report(const Report& report, std::string_view asker,
                                     std::string query_id, Instant at);
  // Of a shared report: without handles, the same for everybody for kSharedFor, so that a link
  // cannot keep the server busy.
  Result<Json> shared_answer(const Report& report);
  Result<Json> trace(const Json& body);
  Result<Json> event_names(const http::Request& request);
  Result<Json> property_names(const http::Request& request);
  Result<Json> property_values(const http::Request& request);
  // Counts and values of a property of events, the most frequent first.
  Result<std::vector<std::pair<uint64_t, std::string>>> event_values(
      events::Type type, const std::optional<std::string>& event, const std::string& property);

  BehaviourParts parts;
  Names names;
  PersonColumns columns;
  Running running;
  Kept kept, kept_reports;

  struct Shared {
    int64_t version = 0;
    Instant at;
    Json answer;
  };
  std::mutex shared_mutex;               // held while an answer is made
  std::map<std::string, Shared> shared;  // by report
};

void add_report_routes(http::Router& router, std::shared_ptr<Behaviour::Impl> impl);

}  // namespace perennial::insight
