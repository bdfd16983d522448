#include "engage/sender.h"

#include <algorithm>

#include "engage/address.h"
#include "engage/personal.h"
#include "engage/unsubscribe.h"
#include "people/telling.h"

namespace perennial::engage {
namespace {

constexpr size_t kTellBatch = 500;
constexpr std::chrono::seconds kLongestIdle{60};
constexpr std::chrono::seconds kRestAfterError{1};
constexpr int kMaxDoublings = 20;

int64_t new_run() { return static_cast<int64_t>(fingerprint(random_token()).low >> 1) | 1; }

}  // namespace

Sender::Sender(Engage::Wiring wiring, Seal seal, std::string link_secret)
    : wiring_(std::move(wiring)),
      seal_(std::move(seal)),
      link_secret_(std::move(link_secret)),
      run_(new_run()) {}

Sender::~Sender() { stop(); }

Result<void> Sender::start() {
  TRY(settle_strays());
  thread_ = std::thread([this] { run(); });
  return {};
}

Result<void> Sender::settle_strays() {
  const auto rows = TRY(wiring_.database.read(interrupted));
  for (const auto& row : rows) TRY(settle(row));
  return {};
}

Result<void> Sender::settle(const Interrupted& row) {
  Handed handed = Handed::kUnknown;
  if (row.channel == "outbox") {
    handed = open_outbox(wiring_.outbox_directory)->was_handed(row.claim.id);
  }
  const Instant at = wiring_.settings.workspace().now(wiring_.clock);
  Outcome outcome{.id = row.claim.id, .at = at, .due = wiring_.clock()};
  outcome.verdict = handed == Handed::kYes  ? "sent"
                    : handed == Handed::kNo ? "pending"
                                            : "in_doubt";
  if (handed != Handed::kYes) outcome.reason = "interrupted";
  return wiring_.database.write([&](store::Connection& c) { return close(c, outcome); });
}

void Sender::wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  wakes_.notify_all();
}

void Sender::settings_changed() {
  std::lock_guard lock(mutex_);
  reload_ = woken_ = true;
  wakes_.notify_all();
}

void Sender::stop() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    wakes_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Sender::stopping() {
  std::lock_guard lock(mutex_);
  return stop_;
}

void Sender::pause(std::optional<Instant> until) {
  std::chrono::milliseconds length = kLongestIdle;
  if (until) length = std::clamp<std::chrono::milliseconds>(*until - wiring_.clock(), {}, length);
  std::unique_lock lock(mutex_);
  wakes_.wait_for(lock, length, [this] { return woken_ || stop_; });
  woken_ = false;
}

void Sender::run() {
  while (!stopping()) {
    const auto due = send_due();
    const bool told = tell_all();
    const Instant soon = wiring_.clock() + kRestAfterError;
    if (!stopping()) pause(told ? due : std::min(soon, due.value_or(soon)));
  }
  // What was handed over last must not look interrupted at the next start.
  if (outcome_) {
    auto closed = wiring_.database.write([&](store::Connection& c) { return close(c, *outcome_); });
    if (closed) outcome_.reset();
  }
  tell_all();
}

std::optional<Instant> Sender::send_due() {
  const auto ids = wiring_.database.read(sending);
  if (!ids) return wiring_.clock() + kRestAfterError;
  std::optional<Instant> next;
  for (const std::string& id : *ids) {
    const auto due = send_campaign(id);
    if (!due) return wiring_.clock() + kRestAfterError;
    if (*due) next = next ? std::min(*next, **due) : **due;
  }
  return next;
}

Result<std::optional<Instant>> Sender::send_campaign(const std::string& id) {
  while (!stopping()) {
    const Instant at = wiring_.settings.workspace().now(wiring_.clock);
    const Instant now = wiring_.clock();
    const Step step = TRY(wiring_.database.write(
        [&](store::Connection& c) { return advance(c, outcome_, id, run_, now, at); }));
    outcome_.reset();
    if (step.strays) {
      TRY(settle_strays());
      continue;
    }
    if (!step.claim) return step.next_due;
    auto opened = open_work(id);
    outcome_ = opened ? hand_over(*step.claim) : judge(*step.claim, opened.error());
    if (++sent_untold_ >= kTellBatch) tell_all();
    rest_after_trouble();
  }
  return std::nullopt;
}

Result<void> Sender::open_work(const std::string& campaign_id) {
  bool reload = false;
  {
    std::lock_guard lock(mutex_);
    std::swap(reload, reload_);
  }
  if (reload) work_.reset();
  if (work_ && work_->campaign.id == campaign_id) return {};
  work_.reset();
  Work work;
  TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
    work.campaign = TRY(find_campaign(c, campaign_id));
    work.email = TRY(load_email(c, seal_));
    return {};
  }));
  if (work.email.kind != work.campaign.channel) {
    return fail(Code::kInternal, "the e-mail channel is another than the campaign began with");
  }
  work.channel = open_channel(work.email, wiring_.outbox_directory);
  work_.emplace(std::move(work));
  return {};
}

Result<Message> Sender::message_for(const Claim& claim, bool& unwanted) {
  people::Person person;
  TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
    auto found = TRY(current_person(c, claim.person, claim.user_id));
    if (found) person = std::move(*found);
    unwanted = TRY(is_suppressed(c, claim.person, person, fold_address(claim.address)));
    return {};
  }));
  const access::Workspace workspace = wiring_.settings.workspace();
  const std::string url =
      workspace.public_address + "/u/" + sign_link({claim.campaign_id, claim.person}, link_secret_);
  const Campaign& campaign = work_->campaign;
  const Texts source = {campaign.subject, campaign.text, campaign.html};
  Fields fields = fields_of(person, workspace, url);
  TRY(add_recommended(fields, person, source, wiring_));
  Composed texts = TRY(compose(source, fields, workspace.language));
  return Message{.id = claim.id,
                 .from_name = work_->email.from_name,
                 .from_address = work_->email.from_address,
                 .reply_to = work_->email.reply_to,
                 .to_name = std::string(cut_text(person.name, kMaxNameBytes)),
                 .to_address = claim.address,
                 .subject = std::move(texts.subject),
                 .text = std::move(texts.text),
                 .html = std::move(texts.html),
                 .unsubscribe_url = url,
                 .at = workspace.now(wiring_.clock)};
}

Outcome Sender::hand_over(const Claim& claim) {
  bool unwanted = false;
  const auto message = message_for(claim, unwanted);
  if (!message) return judge(claim, message.error());
  Outcome outcome{.id = claim.id, .verdict = "no_consent", .reason = "unsubscribed"};
  outcome.at = message->at;
  if (unwanted) return outcome;
  const auto answer = work_->channel->hand_over(*message);
  if (!answer) return judge(claim, answer.error());
  troubles_ = 0;
  outcome.verdict = "sent";
  outcome.reason = *answer;
  return outcome;
}

Outcome Sender::judge(const Claim& claim, const Error& error) {
  Outcome outcome{.id = claim.id, .reason = error.message};
  outcome.at = wiring_.settings.workspace().now(wiring_.clock);
  troubles_ = error.where == "address" ? 0 : troubles_ + 1;
  if (error.code == Code::kInvalid) {
    outcome.verdict = "failed";
  } else if (error.code == Code::kTimeout) {
    outcome.verdict = "in_doubt";
  } else if (claim.attempts + 1 >= wiring_.retry.attempts) {
    outcome.verdict = "failed";
  } else {
    outcome.verdict = "pending";
    auto wait = wiring_.retry.first;
    for (int64_t i = 0; i < claim.attempts; ++i) wait *= wiring_.retry.factor;
    outcome.due = wiring_.clock() + wait;
  }
  return outcome;
}

void Sender::rest_after_trouble() {
  const Retry& retry = wiring_.retry;
  if (troubles_ < retry.patience) return;
  const int doublings = std::min(troubles_ - retry.patience, kMaxDoublings);
  const auto length = std::min(retry.rest * (int64_t{1} << doublings), retry.longest_rest);
  std::unique_lock lock(mutex_);
  wakes_.wait_for(lock, length, [this] { return reload_ || stop_; });
}

// False when something stays untold: the log or the state could not take it now.
bool Sender::tell_all() {
  sent_untold_ = 0;
  using Read = Result<std::vector<Untold>> (*)(store::Connection&, size_t, Instant);
  using Mark = Result<void> (*)(store::Connection&, const std::vector<Untold>&);
  const std::pair<Read, Mark> kinds[] = {{untold_unsubscribes, mark_unsubscribes_told},
                                         {untold_sends, mark_sends_told}};
  for (const auto& [read, mark] : kinds) {
    while (true) {
      const people::Telling telling;
      const auto untold = wiring_.database.read(
          [&](store::Connection& c) { return read(c, kTellBatch, wiring_.clock()); });
      if (!untold) return false;
      if (untold->empty()) break;
      std::vector<events::Event> events;
      for (const Untold& one : *untold) {
        if (!one.event.message_id.empty()) events.push_back(one.event);
      }
      if (!events.empty() && !wiring_.log.append_and_wait(std::move(events))) return false;
      if (!wiring_.database.write([&](store::Connection& c) { return mark(c, *untold); })) {
        return false;
      }
    }
  }
  return wiring_.database.write(confirm_suppressions).has_value();
}

}  // namespace perennial::engage
