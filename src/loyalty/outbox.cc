#include "loyalty/outbox.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "loyalty/core.h"
#include "loyalty/rows.h"
#include "people/telling.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

constexpr std::chrono::milliseconds kLookEvery{200};
constexpr std::chrono::milliseconds kLongestPause{5'000};
constexpr size_t kFirstOfCommit = 10'000'000;  // so that numbers sort as texts do
constexpr int64_t kLastOfPeople = 9;           // the accounts of people come first

constexpr std::array<std::string_view, 15> kTypes = {
    "points.earned",      "points.spent",     "points.taken_back",
    "points.given_back",  "points.expired",   "points.adjusted",
    "points.transferred", "level.reached",    "level.lost",
    "coupon.issued",      "coupon.used",      "coupon.restored",
    "reward.redeemed",    "reward.cancelled", "draw.won"};

bool is_of_person(Account account) { return static_cast<int64_t>(account) <= kLastOfPeople; }

// "" for what moves nothing in or out of a person's hands.
std::string_view type_of(CommandKind kind, Points change) {
  switch (kind) {
    case CommandKind::kEarn:
    case CommandKind::kAward:
      return "points.earned";
    case CommandKind::kCapture:
    case CommandKind::kRedeem:
      return "points.spent";
    case CommandKind::kRefund:
      return change > 0 ? "points.given_back" : "points.taken_back";
    case CommandKind::kTakeBack:
      return "points.taken_back";
    case CommandKind::kExpire:
    case CommandKind::kLapse:
      return "points.expired";
    case CommandKind::kAdjust:
      return "points.adjusted";
    case CommandKind::kTransfer:
      return "points.transferred";
    default:
      return "";
  }
}

}  // namespace

std::string event_name(std::string_view type) {
  std::string name;
  bool begins = true;
  for (char c : type) {
    if (c == '.' || c == '_') {
      name += ' ';
      begins = true;
      continue;
    }
    name += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  return name;
}

bool is_told(std::string_view name) {
  return std::ranges::any_of(kTypes,
                             [&](std::string_view type) { return event_name(type) == name; });
}

Result<Who> who_is(store::Connection& c, PersonId person) {
  Who who;
  const PersonId current = TRY(people::current_person(c, person));
  const auto found = TRY(people::find_person(c, current));
  if (!found) return who;
  who.user_id = found->user_id;
  if (!who.user_id.empty()) return who;
  for (const auto& identity : TRY(people::identities_of(c, current))) {
    if (identity.kind == "anonymous_id" && who.anonymous_id.empty())
      who.anonymous_id = identity.value;
  }
  return who;
}

Result<void> tell(store::Connection& c, const Programme& programme, std::vector<News> news) {
  static const std::vector<std::string_view> kColumns = {"id", "at_ms", "person", "name",
                                                         "properties"};
  std::vector<std::vector<Value>> rows;
  // Ids follow each other in the order of commits and in it: rows are written, read and deleted
  // side by side, and go to the log as they were written.
  const std::string commit = new_id("loy_" + std::to_string(to_millis(system_now())));
  const std::string head = "{\"programme\":" + to_text(Json(programme.id));
  for (News& one : news) {
    if (!programme.events_from || one.at_ms < to_millis(*programme.events_from)) continue;
    const std::string rest = one.properties.empty() ? "}" : "," + to_text(one.properties).substr(1);
    rows.push_back({commit + std::to_string(kFirstOfCommit + rows.size()), one.at_ms, one.person,
                    event_name(one.type), head + rest});
  }
  if (!rows.empty()) TRY(c.insert_many("loyalty_outbox", kColumns, rows));
  return {};
}

Result<void> tell(store::Connection& c, const Programme& programme, News news) {
  std::vector<News> list;
  list.push_back(std::move(news));
  return tell(c, programme, std::move(list));
}

Result<void> tell_postings(store::Connection& c, Core& core) {
  struct Sum {
    const Posting* first = nullptr;
    Points points = 0;
  };
  // By entry, holder and direction: the lots that a spend takes from are one piece of news.
  std::map<std::tuple<int64_t, int64_t, bool>, Sum> sums;
  for (const Posting& posting : core.postings()) {
    if (posting.holder == 0) continue;
    const bool out = is_of_person(posting.debit), in = is_of_person(posting.credit);
    if (out == in || type_of(posting.kind, 0).empty()) continue;
    Sum& sum = sums[{posting.entry, posting.holder, in}];
    if (!sum.first) sum.first = &posting;
    sum.points += posting.amount;
  }
  std::vector<News> news;
  for (const auto& [key, sum] : sums) {
    const Posting& posting = *sum.first;
    const bool in = std::get<2>(key);
    const Holder* holder = core.find_by_id(posting.holder);
    const Currency* currency = core.programme().find(posting.currency);
    INVARIANT(holder && currency);
    Json properties = {{"currency", currency->code},
                       {"points", sum.points},
                       {"change", in ? sum.points : -sum.points},
                       {"available", holder->available},
                       {"entry", posting.entry}};
    for (const auto& [name, text] :
         {std::pair("rule", &posting.rule), std::pair("event", &posting.event),
          std::pair("order", &posting.order)}) {
      if (!text->empty()) properties[name] = *text;
    }
    news.push_back({.type = type_of(posting.kind, in ? 1 : -1),
                    .person = holder->person,
                    .at_ms = posting.at_ms,
                    .properties = std::move(properties)});
  }
  return tell(c, core.programme(), std::move(news));
}

Result<size_t> tell_waiting(store::Database& database, events::Log& log, Instant received_at,
                            size_t limit) {
  std::vector<events::Event> events;
  std::vector<Value> ids;
  const people::Telling telling;
  TRY(database.read([&](store::Connection& c) -> Result<void> {
    std::map<PersonId, Who> known;
    const auto rows =
        TRY(c.query("SELECT id, at_ms, person, name, properties FROM "
                    "loyalty_outbox ORDER BY id LIMIT $1",
                    {static_cast<int64_t>(limit)}));
    std::set<PersonId> all;
    for (const Row& row : rows) all.insert(row.integer(2));
    for (const auto& person :
         TRY(people::find_people(c, std::vector<PersonId>(all.begin(), all.end())))) {
      // Who was joined to somebody, or has no user id, is looked for one by one below.
      if (person.known()) known[person.id].user_id = person.user_id;
    }
    for (const Row& row : rows) {
      ids.emplace_back(row.text(0));
      const PersonId person = row.integer(2);
      if (!known.contains(person)) known[person] = TRY(who_is(c, person));
      const Who& who = known[person];
      if (who.user_id.empty() && who.anonymous_id.empty()) continue;  // erased meanwhile
      events.push_back({.source = std::string(kEventSource),
                        .message_id = row.text(0),
                        .type = events::Type::kTrack,
                        .name = row.text(3),
                        .user_id = who.user_id,
                        .anonymous_id = who.anonymous_id,
                        .timestamp = from_millis(row.integer(1)),
                        .received_at = received_at,
                        .properties = row.text(4)});
    }
    return {};
  }));
  if (ids.empty()) return 0;
  if (!events.empty()) TRY(log.append_and_wait(std::move(events)));
  TRY(database.write([&](store::Connection& c) {
    return execute_in(c, "DELETE FROM loyalty_outbox WHERE id IN {}", {}, ids);
  }));
  return ids.size();
}

Teller::Teller(store::Database& database, events::Log& log, Clock clock)
    : database_(database), log_(log), clock_(std::move(clock)), thread_([this] { loop(); }) {}

void Teller::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string Teller::error() const {
  std::lock_guard lock(mutex_);
  return error_;
}

void Teller::loop() {
  std::unique_lock lock(mutex_);
  auto pause = kLookEvery;
  while (!stopping_) {
    lock.unlock();
    const auto told = tell_waiting(database_, log_, clock_());
    lock.lock();
    error_ = told ? "" : told.error().text();
    pause = told ? kLookEvery : std::min(kLongestPause, pause * 2);
    if (told && *told == kToldAtOnce) continue;
    wake_.wait_for(lock, pause, [&] { return stopping_; });
  }
}

}  // namespace perennial::loyalty
