#include "privacy/eraser.h"

#include <algorithm>
#include <exception>
#include <set>

#include "people/telling.h"
#include "privacy/receipt.h"

namespace perennial::privacy {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLook{2'000};  // at what failed, without being told
constexpr std::string_view kSource = "privacy";
constexpr std::string_view kActor = "system";
const std::string kRetention = "retention";  // in the tables of pauses, beside erasures

std::vector<std::string> texts(const Json& work, const char* member) {
  std::vector<std::string> out;
  for (const Json& one : work.value(member, Json::array())) out.push_back(one.get<std::string>());
  return out;
}

std::vector<std::string> visitors_of(const std::vector<std::string>& identities) {
  std::vector<std::string> out;
  for (const std::string& one : identities) {
    if (one.starts_with("a:")) out.push_back(one.substr(2));
  }
  return out;
}

// User ids that name nobody under which the visitors sent events: those are theirs.
Result<std::vector<std::string>> junk_of(events::Log& log, const std::vector<std::string>& visitors,
                                         uint64_t up_to_seq) {
  std::set<std::string> found;
  if (visitors.empty()) return std::vector<std::string>();
  TRY(log.sweep({.of_anonymous = visitors, .up_to_seq = up_to_seq, .properties = false},
                [&](const events::Glimpse& event) -> Result<void> {
                  if (timeline::is_junk_identity(event.identity)) found.emplace(event.identity);
                  return {};
                }));
  return std::vector<std::string>(found.begin(), found.end());
}

// What is to go, in parts: the person's own events, those under junk ids, and those of others that
// name the person.
Result<std::vector<events::Erase>> what_goes(events::Log& log, const ErasureRow& row) {
  const auto identities = texts(row.work, "identities");
  const auto visitors = visitors_of(identities);
  const auto up_to_seq = row.work.value("up_to_seq", uint64_t{0});
  const auto keep = [erasure = row.erasure()](const events::StoredEvent& event) {
    return people::what_stays(event, erasure);
  };
  std::vector<events::Erase> out;
  if (!identities.empty()) {
    out.push_back({.identities = identities, .up_to_seq = up_to_seq, .keep = keep});
  }
  if (auto junk = TRY(junk_of(log, visitors, up_to_seq)); !junk.empty()) {
    out.push_back({.identities = std::move(junk),
                   .of_anonymous = visitors,
                   .up_to_seq = up_to_seq,
                   .keep = keep});
  }
  std::map<std::string, std::vector<std::string>> messages;  // by source: ids are of one alone
  for (const Json& one : row.work.value("messages", Json::array()))
    messages[one.at(0).get<std::string>()].push_back(one.at(1).get<std::string>());
  for (auto& [source, ids] : messages) {
    // By the identities too: the log finds those without reading all of it.
    out.push_back({.identities = texts(row.work, "namers"),
                   .sources = {source},
                   .message_ids = std::move(ids),
                   .up_to_seq = up_to_seq});
  }
  return out;
}

Traces traces_of(const ErasureRow& row) {
  Traces out{.numbers = {}, .words = texts(row.work, "words"), .name = row.work.value("name", "")};
  for (const Json& number : row.work.value("numbers", Json::array()))
    out.numbers.push_back(number.get<people::PersonId>());
  if (out.numbers.empty()) out.numbers.push_back(row.person);
  return out;
}

// What a library throws ends the step, not the program.
Result<void> caught(const std::function<Result<void>()>& step) {
  try {
    return step();
  } catch (const std::exception& thrown) {
    return fail(Code::kInternal, thrown.what());
  }
}

}  // namespace

void Eraser::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Eraser::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Eraser::wake() {
  {
    std::lock_guard lock(mutex_);
    look_ = true;
    idle_ = false;
  }
  changed_.notify_all();
}

bool Eraser::wait_until_idle(milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, at_most, [&] { return idle_; });
}

bool Eraser::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Eraser::run() {
  while (!stopping()) {
    {
      std::lock_guard lock(mutex_);
      look_ = false;
    }
    if (work()) continue;
    retain();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::min(kLook, wiring_.first_pause),
                      [&] { return look_ || stopping_; });
  }
}

// The pass over what is kept too long, when it is due. One that failed rests as an erasure does.
void Eraser::retain() {
  if (stopping() || rests(kRetention)) return;
  const auto ran = caught([this]() -> Result<void> {
    TRY(retention_.run_if_due([this] { return stopping(); }));
    return {};
  });
  if (stopping()) return;
  if (ran) return rose(kRetention);
  fell(kRetention);
  if (wiring_.say) wiring_.say("retention waits: " + ran.error().message);
}

bool Eraser::work() {
  auto open = wiring_.database.read([](store::Connection& c) { return open_erasures(c); });
  if (!open) return false;
  {
    std::lock_guard lock(mutex_);
    idle_ = open->empty() && !look_;
  }
  changed_.notify_all();
  bool moved = false;
  std::vector<ErasureRow> last;
  for (ErasureRow& row : *open) {
    if (stopping()) return false;
    if (rests(row.id)) continue;
    if (row.state == State::kTimeline) {
      last.push_back(std::move(row));
      continue;
    }
    const auto went = caught([&] { return step(row); });
    note(row, went);
    moved |= went.has_value();
  }
  if (moved || last.empty()) return moved;
  const auto went = caught([&] { return renew_timeline(last); });
  for (ErasureRow& row : last) {
    if (!went) note(row, went);
  }
  return went.has_value();
}

bool Eraser::rests(const std::string& what) const {
  const auto until = not_before_.find(what);
  return until != not_before_.end() && until->second > steady_clock::now();
}

void Eraser::fell(const std::string& what) {
  auto& pause = pauses_.try_emplace(what, wiring_.first_pause).first->second;
  not_before_[what] = steady_clock::now() + pause;
  pause = std::min<milliseconds>(pause * 2, kLongestPause);
}

void Eraser::rose(const std::string& what) {
  pauses_.erase(what);
  not_before_.erase(what);
}

// Keeps why a step failed, and when it is tried again.
void Eraser::note(ErasureRow& row, const Result<void>& went) {
  if (went) return rose(row.id);
  fell(row.id);
  row.error = went.error().message;
  if (wiring_.say) wiring_.say("erasure " + row.id + " waits: " + went.error().message);
  // The state that is stored may be ahead of this copy: only the error is written.
  (void)wiring_.database.write([&](store::Connection& c) {
    return c.execute("UPDATE erasures SET error = $2 WHERE id = $1", {row.id, row.error});
  });
}

Result<void> Eraser::step(ErasureRow& row) {
  row.error.clear();
  switch (row.state) {
    case State::kWaiting:
      return erase_state(row);
    case State::kFiles:
      return erase_beside(row);
    case State::kEvents:
      return erase_events(row);
    case State::kTimeline:
    case State::kDone:
      return {};
  }
  return {};
}

Result<void> Eraser::save(const ErasureRow& row) {
  return wiring_.database.write([&](store::Connection& c) { return save_erasure(c, row); });
}

// Everything that had arrived when the erasure was taken up is the person's; what arrives later is
// of somebody new.
Result<void> Eraser::erase_state(ErasureRow& row) {
  if (!row.work.contains("wait_for")) {
    row.work["wait_for"] = wiring_.log.last_seq();
    TRY(save(row));
  }
  if (!wiring_.settle(row.work["wait_for"].get<uint64_t>())) {
    return fail(Code::kBusy, "events that arrived before are still being read");
  }
  // Nothing of ours that names the person is on its way into the log, and all that was has been
  // read.
  const people::Silence silence;
  if (!wiring_.settle(wiring_.log.last_seq()))
    return fail(Code::kBusy, "events that arrived before are still being read");
  bool anybody = true;
  TRY(wiring_.database.write([&](store::Connection& c) -> Result<void> {
    ErasureRow next = row;
    const auto now = TRY(whose(c, next));
    anybody = now.has_value();
    if (!anybody) return save_erasure(c, next);
    next.person = *now;
    next.state = State::kFiles;
    const auto erased = TRY(people::erase_person(c, next.person, row.erasure()));
    next.counts["people"] = erased.counts;
    next.counts["people"]["orders_kept"] = erased.kept.value("orders", 0);
    for (const Place& place : wiring_.places) {
      if (place.in_state) next.counts[place.name] = TRY(place.in_state(c, erased));
    }
    next.work["identities"] = erased.identities;
    next.work["messages"] = erased.messages;
    next.work["namers"] = erased.namers;
    next.work["others"] = erased.others;
    next.work["numbers"] = erased.numbers;
    next.work["words"] = erased.words;
    next.work["name"] = erased.name;
    next.work["up_to_seq"] = erased.up_to_seq;
    next.work["first_seen_ms"] = to_millis(erased.first_seen_at);
    return save_erasure(c, next);
  }));
  if (anybody) return {};
  row = TRY(wiring_.database.read([&](store::Connection& c) { return find_erasure(c, row.id); }));
  return finish(row);
}

// Whom the erasure is of now: perhaps joined with somebody since it was asked for. Nothing when
// they went with the erasure of that one, or nobody knows them any more; the counts then say so.
Result<std::optional<people::PersonId>> Eraser::whose(store::Connection& c, ErasureRow& row) {
  if (TRY(people::find_person(c, row.person))) return row.person;
  const people::PersonId now = TRY(people::current_person(c, row.person));
  if (now == row.person || !TRY(people::find_person(c, now))) {
    row.counts["people"] = Json{{"nobody_left", true}};
    return std::nullopt;
  }
  const auto other = TRY(find_erasure_of(c, now));
  if (!other) return now;
  if (other->state != State::kDone)
    return fail(Code::kBusy, "they were joined with somebody whose erasure is under way");
  row.counts["people"] = Json{{"joined_into", now}};
  return std::nullopt;
}

Result<void> Eraser::erase_beside(ErasureRow& row) {
  const Traces traces = traces_of(row);
  for (const Place& place : wiring_.places) {
    if (!place.beside || row.counts.contains(place.name)) continue;
    row.counts[place.name] = TRY(place.beside(traces, false));
    TRY(save(row));
  }
  TRY(take_beside(traces));
  row.state = State::kEvents;
  return save(row);
}

Result<void> Eraser::take_beside(const Traces& traces) {
  for (const Place& place : wiring_.places) {
    if (place.beside) TRY(place.beside(traces, true));
  }
  return {};
}

// They are counted and the count kept before any goes: a repeat after a crash finds fewer.
Result<void> Eraser::erase_events(ErasureRow& row) {
  const auto parts = TRY(what_goes(wiring_.log, row));
  if (!row.counts.contains("events")) {
    uint64_t events = 0;
    for (const events::Erase& part : parts) events += TRY(wiring_.log.count(part));
    row.counts["events"] = Json{{"erased", events}};
    TRY(save(row));
  }
  for (const events::Erase& part : parts) TRY(wiring_.log.erase(part));
  uint64_t kept = 0;
  TRY(wiring_.log.sweep(
      {.identities = {people::erased_identity(row.erasure())}, .properties = false},
      [&](const events::Glimpse&) -> Result<void> {
        ++kept;
        return {};
      }));
  row.counts["events"]["kept_without_identity"] = kept;
  // What was made of the events until now.
  TRY(take_beside(traces_of(row)));
  row.state = State::kTimeline;
  return save(row);
}

// One new base for all of them, then an event for each that shows the timeline's readers that
// something changed.
Result<void> Eraser::renew_timeline(std::vector<ErasureRow>& rows) {
  std::vector<people::PersonId> people;
  for (const ErasureRow& row : rows) {
    people.push_back(row.person);
    for (const Json& other : row.work.value("others", Json::array()))
      people.push_back(other.get<people::PersonId>());
    // Who came back meanwhile, or has a device now: the timeline may have taken their events for
    // the person's, or the person's for theirs.
    const auto identities = texts(row.work, "identities");
    const auto owners = TRY(wiring_.database.read(
        [&](store::Connection& c) { return people::people_of(c, identities); }));
    std::ranges::copy_if(owners, std::back_inserter(people),
                         [](people::PersonId owner) { return owner != 0; });
  }
  TRY(forget_in_timeline(wiring_, std::move(people), [this] { return stopping(); }));
  std::vector<events::Event> remains;
  for (const ErasureRow& row : rows) {
    events::Event event;
    event.source = kSource;
    event.message_id = row.id;
    event.type = events::Type::kIdentify;
    event.user_id = people::erased_identity(row.erasure()).substr(2);
    event.timestamp = from_millis(row.work.value("first_seen_ms", int64_t{0}));
    event.received_at = wiring_.clock();
    remains.push_back(std::move(event));
  }
  TRY(wiring_.log.append_and_wait(std::move(remains)));
  for (ErasureRow& row : rows) {
    row.counts["timeline"] = Json{{"written_anew", true}};
    TRY(finish(row));
  }
  return {};
}

Result<void> Eraser::finish(ErasureRow& row) {
  row.finished_at = wiring_.clock();
  row.state = State::kDone;
  row.error.clear();
  const Json receipt{{"receipt", row.id},
                     {"workspace", wiring_.settings.workspace().name},
                     {"person_id", row.person},
                     {"requested_by", row.requested_by},
                     {"requested_at", format_instant(row.requested_at)},
                     {"finished_at", format_instant(*row.finished_at)},
                     {"erased", row.counts}};
  row.payload = to_text(receipt);
  row.work = Json::object();
  return wiring_.database.write([&](store::Connection& c) -> Result<void> {
    row.signature = TRY(Signer::load(c)).sign(row.payload);
    TRY(save_erasure(c, row));
    TRY(people::count_erasure(c));
    const http::Principal system{
        .id = std::string(kActor), .name = std::string(kActor), .role = "", .source = ""};
    return access::record(c, system, "privacy.erased", "customer:" + std::to_string(row.person),
                          Json{{"erasure", row.id}}, *row.finished_at);
  });
}

}  // namespace perennial::privacy
