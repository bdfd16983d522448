// Works off erasures, one step after the other:
//
//   waiting   until the stages have read what arrived before; then one transaction erases the
//             person from people/ and from every place that has a part in it, and writes down what
//             the other steps need: identities, words, and up to which event they are the person's
//   files     the places beside the state database
//   events    out of the log; orders and exposures stay under an identity without a name. The
//   places
//             beside the state database once more, for what was made of the events until then
//   timeline  the person is read anew, and it is written anew without what is gone; then the
//   receipt
//
// Each step commits the next state. One that fails is tried again with growing pauses; others go on
// meanwhile. All that wait for the timeline are met by one new base.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "privacy/erasures.h"
#include "privacy/privacy.h"
#include "privacy/retention.h"

namespace perennial::privacy {

class Eraser {
 public:
  Eraser(const Privacy::Wiring& wiring, Retention& retention)
      : wiring_(wiring), retention_(retention) {}
  ~Eraser() { stop(); }
  void start();
  void stop();
  void wake();  // something was asked for
  bool wait_until_idle(std::chrono::milliseconds at_most);

 private:
  void run();
  // One step of every erasure that is due; false when nothing is to be done now.
  bool work();
  Result<void> step(ErasureRow& row);
  Result<void> erase_state(ErasureRow& row);
  Result<void> erase_beside(ErasureRow& row);
  Result<void> erase_events(ErasureRow& row);
  Result<void> renew_timeline(std::vector<ErasureRow>& rows);
  Result<void> finish(ErasureRow& row);
  Result<void> save(const ErasureRow& row);
  Result<std::optional<people::PersonId>> whose(store::Connection& c, ErasureRow& row);
  Result<void> take_beside(const Traces& traces);
  void retain();
  bool stopping() const;
  bool rests(const std::string& what) const;
  void fell(const std::string& what);
  void rose(const std::string& what);
  void note(ErasureRow& row, const Result<void>& went);

  const Privacy::Wiring& wiring_;
  Retention& retention_;  // its daily pass runs on the same thread
  std::map<std::string, std::chrono::milliseconds> pauses_;  // of what failed
  std::map<std::string, std::chrono::steady_clock::time_point> not_before_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, look_ = true, idle_ = false;
  std::thread thread_;
};

}  // namespace perennial::privacy
