// The thread that sends. It works through the campaigns that are being sent, one message at a time,
// and tells the event log what was done.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engage/campaign.h"
#include "engage/email_channel.h"
#include "engage/engage.h"
#include "engage/ledger.h"

namespace perennial::engage {

class Sender {
 public:
  Sender(Engage::Wiring wiring, Seal seal, std::string link_secret);
  ~Sender();
  // Looks up what a stop interrupted, then starts the thread.
  Result<void> start();
  void wake();              // there is something to send or to tell
  void settings_changed();  // reads the e-mail settings again before the next message
  void stop();              // finishes the message under way

 private:
  struct Work {  // of one campaign, read when its first message is claimed
    Campaign campaign;
    EmailSettings email;
    std::unique_ptr<Channel> channel;
  };

  Result<void> settle_strays();
  Result<void> settle(const Interrupted& row);
  void run();
  // Sends what is due. Returns when something is due again, if it is known.
  std::optional<Instant> send_due();
  Result<std::optional<Instant>> send_campaign(const std::string& id);
  Result<void> open_work(const std::string& campaign_id);
  Outcome hand_over(const Claim& claim);
  Result<Message> message_for(const Claim& claim, bool& unwanted);
  Outcome judge(const Claim& claim, const Error& error);
  bool tell_all();
  bool stopping();
  void pause(std::optional<Instant> until);
  void rest_after_trouble();

  Engage::Wiring wiring_;
  const Seal seal_;
  const std::string link_secret_;
  const int64_t run_;  // of this program, in its claims
  std::optional<Work> work_;
  std::optional<Outcome> outcome_;  // of the last message, not yet in the ledger
  int troubles_ = 0;                // failures in a row that speak of the server
  size_t sent_untold_ = 0;
  std::mutex mutex_;
  std::condition_variable wakes_;
  bool woken_ = false, stop_ = false, reload_ = false;
  std::thread thread_;
};

}  // namespace perennial::engage
