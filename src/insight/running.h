// Which questions run, and for whom. Equal questions under way are one run: whoever asks first runs
// it on their own thread, and who asks the same meanwhile waits for what it finds. Each asker is
// cancelled alone; the run stops when nobody wants it any more, and until then goes on, for the
// others, also when it was the first who lost interest.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "insight/insight.h"

namespace perennial::insight {

// What a run found: an answer but for the name that its asker gave the question.
struct Told {
  Json head;        // the members that every answer has
  std::string own;  // an object with those of the analysis
  // The document as it goes out.
  std::string text(const std::string& query_id) const;
};
using Found = Result<std::shared_ptr<const Told>>;

// Questions with the same are one: all that their answers depend on, and what their askers may see.
struct Same {
  std::string what;                                    // "" is never the same as another
  std::shared_ptr<const timeline::Snapshot> snapshot;  // held, so that no other has its address
  bool operator==(const Same&) const = default;
};

// Thread-safe.
class Running {
  struct Run;
  struct Asker;

 public:
  // One asker; ends with the object. `key` is "" for a question that nobody can cancel.
  class Entry {
   public:
    Entry(Running& running, std::string key, std::shared_ptr<Asker> asker, bool first);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    bool first() const { return first_; }  // it runs the question, and calls end(); others wait()
    const timeline::Stop& stop() const;    // of the run
    // Gives what was found to all who wait; returns it, or kConflict when this asker was cancelled.
    Found end(Found found);
    Found wait();

   private:
    Running& running_;
    std::string key_;
    std::shared_ptr<Asker> asker_;
    bool first_;
  };

  Running(uint64_t most_memory, uint64_t most_together, std::chrono::seconds most_time)
      : most_memory_(most_memory), most_time_(most_time) {
    shared_->most = most_together;
  }
  // kConflict when the key runs already, kBusy above kMaxRunning askers. The run may take
  // `at_most`, and never more than any question.
  Result<std::unique_ptr<Entry>> begin(std::string key,
                                       std::chrono::seconds at_most = kMaxQuestionTime,
                                       Same same = {});
  bool cancel(const std::string& key);
  void close();  // cancels all; what begins later is refused
  size_t askers() const;

 private:
  std::shared_ptr<Run> run_of(Same same, std::chrono::seconds at_most, bool& first);

  const uint64_t most_memory_;
  const std::chrono::seconds most_time_;
  const std::shared_ptr<timeline::SharedMemory> shared_ =
      std::make_shared<timeline::SharedMemory>();
  mutable std::mutex mutex_;
  bool closed_ = false;
  size_t askers_ = 0;
  std::set<std::shared_ptr<Run>> runs_;                   // under way
  std::map<std::string, std::shared_ptr<Asker>> by_key_;  // without those of the key ""
};

}  // namespace perennial::insight
