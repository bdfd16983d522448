#include "collect/quarantine_replay.h"

#include <utility>

#include <algorithm>
#include <iterator>

#include "collect/posthog.h"
#include "collect/sensors.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kSegment = "segment:";

// A batch of this event alone; what the batch around it said of the time of sending is put back.
std::string in_batch(std::string_view body, const std::optional<Instant>& sent,
                     std::string_view sent_name) {
  std::string text = "{\"batch\":[" + std::string(body) + "]";
  if (sent) {
    text += ",\"" + std::string(sent_name) + "\":\"" + format_instant(*sent) + "\"";
  }
  return text + "}";
}

Result<Decoded> decoded_of(const Quarantined& entry, std::string_view body) {
  const std::string& form = entry.what.form;
  const auto& sent = entry.what.sent;
  if (form == "sensors") return decode_sensors(body, {}, entry.source, entry.received_at);
  if (form == "posthog") {
    return decode_posthog(in_batch(body, sent, "sent_at"), entry.source, entry.received_at,
                          nullptr);
  }
  // Entries of older versions do not tell; their events name their types.
  std::string call = form.starts_with(kSegment) ? form.substr(kSegment.size()) : "batch";
  const bool batch = call == "batch" || call == "import";
  return decode_segment(call, batch ? in_batch(body, sent, "sentAt") : std::string(body),
                        entry.source, entry.received_at, nullptr);
}

Result<void> store_events(events::Log& log, std::vector<events::Event> events, Replayed& done) {
  if (events.empty()) return {};
  events::Appended appended = TRY(log.append_and_wait(std::move(events)));
  done.stored += static_cast<int64_t>(appended.stored);
  done.duplicates += static_cast<int64_t>(appended.duplicates);
  return {};
}

}  // namespace

Result<std::vector<events::Event>> decode_again(const Quarantined& entry, std::string_view body) {
  Decoded decoded = TRY(decoded_of(entry, body));
  if (!decoded.rejected.empty()) {
    const Rejected& rejected = decoded.rejected.front();
    return fail(Code::kInvalid, rejected.reason, rejected.where);
  }
  if (decoded.events.empty()) return fail(Code::kInvalid, "holds no event", "body");
  // An id that differs between two readings was drawn by lot.
  Decoded again = TRY(decoded_of(entry, body));
  for (size_t i = 0; i < decoded.events.size(); ++i) {
    events::Event& event = decoded.events[i];
    event.source = entry.source;
    if (event.message_id == again.events[i].message_id) continue;
    event.message_id = "quarantine:" + std::to_string(entry.id) + ":" + std::to_string(i);
  }
  return std::move(decoded.events);
}

Result<Replayed> replay_one(store::Database& database, events::Log& log, int64_t id,
                            const std::optional<std::string>& body) {
  Quarantined entry =
      TRY(database.read([&](store::Connection& c) { return find_in_quarantine(c, id); }));
  Replayed done{.last_id = id};
  TRY(store_events(log, TRY(decode_again(entry, body ? *body : entry.what.body)), done));
  TRY(database.write([&](store::Connection& c) { return remove_from_quarantine(c, {id}); }));
  done.entries = 1;
  return done;
}

Result<Replayed> replay_some(store::Database& database, events::Log& log,
                             const QuarantineFilter& filter, int64_t after) {
  auto entries = TRY(database.read([&](store::Connection& c) {
    return next_in_quarantine(c, filter, after, kReplayBatch + 1);
  }));
  Replayed done{.last_id = after};
  done.more = entries.size() > static_cast<size_t>(kReplayBatch);
  if (done.more) entries.pop_back();
  std::vector<events::Event> events;
  std::vector<int64_t> good;
  for (const Quarantined& entry : entries) {
    done.last_id = entry.id;
    auto decoded = decode_again(entry, entry.what.body);
    if (!decoded) {
      ++done.still_bad;
      continue;
    }
    good.push_back(entry.id);
    std::move(decoded->begin(), decoded->end(), std::back_inserter(events));
  }
  TRY(store_events(log, std::move(events), done));
  TRY(database.write([&](store::Connection& c) { return remove_from_quarantine(c, good); }));
  done.entries = static_cast<int64_t>(good.size());
  return done;
}

}  // namespace perennial::collect
