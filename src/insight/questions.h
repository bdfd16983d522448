// Questions that run and answers that are kept, so that their numbers can be opened.
#pragma once

#include <list>
#include <map>
#include <mutex>

#include "insight/asking.h"
#include "insight/insight.h"
#include "insight/names.h"
#include "insight/reports.h"

namespace perennial::insight {

inline constexpr std::chrono::minutes kSharedFor{1};

// Which questions run. Thread-safe.
class Running {
 public:
  // Ends with the object. `key` is "" for a question that nobody can cancel.
  class Entry {
   public:
    Entry(Running& running, std::string key, std::shared_ptr<timeline::Stop> stop);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    const timeline::Stop& stop() const { return *stop_; }

   private:
    Running& running_;
    std::string key_;
    std::shared_ptr<timeline::Stop> stop_;
  };
  // kConflict when the key runs already, kBusy above kMaxRunning.
  Result<std::unique_ptr<Entry>> begin(std::string key, std::chrono::seconds at_most);
  bool cancel(const std::string& key);

 private:
  std::mutex mutex_;
  size_t count_ = 0;
  std::map<std::string, std::shared_ptr<timeline::Stop>> stops_;
};

// The newest answers. Thread-safe.
class Kept {
 public:
  explicit Kept(Clock clock) : clock_(std::move(clock)) {}
  void keep(std::string id, std::string secret, Open open);
  // kNotFound for a handle that was never given out or whose answer is gone.
  Result<std::vector<PersonId>> people(std::string_view handle, timeline::Pool& pool,
                                       const timeline::Stop& stop);

 private:
  struct Answer {
    std::string id, secret;
    Open open;
    Instant at;
  };
  struct Opened {
    std::string handle;
    std::vector<PersonId> people;
  };
  Result<Answer> find(std::string_view id);

  Clock clock_;
  std::mutex mutex_;
  std::list<Answer> answers_;  // newest first
  std::list<Opened> opened_;   // the last ones, for people who leaf through pages
};

struct Behaviour::Impl {
  explicit Impl(BehaviourParts given)
      : parts(std::move(given)),
        names(parts.database, parts.clock),
        columns(parts.database),
        kept(parts.clock) {}
  Sources sources() { return {parts.timeline, columns, parts.resolve_set}; }

  // Parses and checks a question against the names that were seen.
  Result<Query> checked(const Json& question);
  Result<Json> ask(const Json& question, std::string_view asker, bool handles);
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
  Kept kept;

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
