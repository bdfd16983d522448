// Answers the questions of dashboards ahead of who looks at them. When each was last tried stands
// in the state database, so that a stop loses nothing and what was missed is asked once.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "insight/questions.h"
#include "insight/report_answers.h"

namespace perennial::insight {

inline constexpr std::chrono::seconds kRefreshLook{15};  // between two looks at the schedule

class Refresher {
 public:
  explicit Refresher(Behaviour::Impl& impl) : impl_(impl) {}
  ~Refresher() { stop(); }
  void start();  // the thread, by the clock of the parts
  void stop();   // cancels the question under way

  // Asks what is due at `now`, one question after another, the longest due first; tells how many
  // were asked. Gives up early, to be called again, while the timeline is being built or too many
  // questions run. A question that fails is asked again when its time comes again.
  Result<size_t> run_due(Instant now);

 private:
  void run();
  // False when the refresher is to stop. Else `report` is what stop() cancels.
  bool begin(const std::string& report);

  Behaviour::Impl& impl_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  bool stop_ = false;
  std::string asking_;  // the report whose question is under way
  std::thread thread_;
};

}  // namespace perennial::insight
