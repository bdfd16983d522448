// One thread looks at all open files every half second while there are any. A person's mark is a
// digest of what the state holds of it, and the number of the newest event of its identities. An
// event that changes nothing in the state (a late page view) is found among the arrivals since the
// last look.
#include "people/live.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "http/stream.h"
#include "people/desk.h"

namespace perennial::people {
namespace {

using http::Request;
using http::Response;
using http::Stream;
using SteadyClock = std::chrono::steady_clock;

constexpr size_t kArrivalsRead = 5'000;  // at once
constexpr size_t kMaxArrivals = 50'000;  // behind by more: everybody is taken for changed
constexpr size_t kMarkBytes = 24;

// A number for every table of this module in which something of a person may change without its
// row in `people` doing so.
constexpr std::string_view kCounts =
    "SELECT (SELECT count(*) FROM identities i WHERE i.person = $1),"
    " (SELECT coalesce(sum(n.version), 0) FROM customer_notes n JOIN identities i"
    " ON i.kind = n.kind AND i.value = n.value WHERE i.person = $1),"
    " (SELECT count(*) FROM customer_files f JOIN identities i"
    " ON i.kind = f.kind AND i.value = f.value WHERE i.person = $1),"
    " (SELECT coalesce(max(m.id), 0) FROM person_merges m WHERE m.into_person = $1"
    " OR m.from_person = $1)";

struct Mark {
  std::string state;  // digest
  uint64_t seq = 0;   // of the newest event that this mark knows of

  std::string text() const { return state + "-" + std::to_string(seq); }
};

std::optional<Mark> parse_mark(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash != kMarkBytes) return std::nullopt;
  Mark mark{.state = std::string(text.substr(0, dash))};
  const std::string_view digits = text.substr(dash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mark.seq);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return mark;
}

class Live {
 public:
  Live(store::Database& database, events::Log& log, Extensions extensions)
      : database_(database), log_(log), extensions_(std::move(extensions)) {}
  ~Live() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  std::optional<Response> open(const Request& request, std::shared_ptr<Stream> stream) {
    auto opened = start(request, std::move(stream));
    if (!opened) return http::problem(opened.error());
    return std::nullopt;
  }

 private:
  struct Viewer {
    PersonId person = 0;
    std::string who;  // principal
    std::shared_ptr<Stream> stream;
    Mark mark;
    SteadyClock::time_point until;
  };
  // What one look finds of a person.
  struct Seen {
    Mark mark;
    std::set<std::string> identities;
  };

  Result<void> start(const Request& request, std::shared_ptr<Stream> stream) {
    Viewer viewer{.who = request.principal.id, .stream = std::move(stream)};
    const Seen seen = TRY(database_.read([&](store::Connection& c) -> Result<Seen> {
      viewer.person = TRY(asked_person(c, request)).id;
      return look_at(c, viewer.person, TRY(reached(c)).applied_seq);
    }));
    viewer.mark = seen.mark;
    viewer.until = SteadyClock::now() + kLiveLife;
    const auto held = parse_mark(request.header("last-event-id"));
    const bool missed = held && (held->state != seen.mark.state ||
                                 TRY(came_since(held->seq, seen.mark.seq, seen.identities)));
    const std::string hello =
        "retry: 1000\n\n" + event(held && missed ? "changed" : "ready", viewer.mark);
    std::lock_guard lock(mutex_);
    std::erase_if(viewers_, [](const Viewer& one) { return one.stream->gone(); });
    const auto own = std::ranges::count(viewers_, viewer.who, &Viewer::who);
    if (viewers_.size() >= kMaxLiveFiles || static_cast<size_t>(own) >= kMaxLiveFilesOfOne) {
      return fail(Code::kBusy, "too many customer files are open at once", "",
                  "close some, or read the file without live news");
    }
    if (viewer.stream->send(hello)) viewers_.push_back(std::move(viewer));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_all();
    return {};
  }

  static std::string event(std::string_view name, const Mark& mark) {
    return http::stream_event(name, mark.text(), Json::object());
  }

  // What one look finds: marks, whose number is 0 unless an event of that person came, and up to
  // which number all events were looked at.
  struct Found {
    std::map<PersonId, Mark> marks;
    uint64_t up_to = 0;
  };

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      std::erase_if(viewers_, [](const Viewer& one) {
        return one.stream->gone() || one.until < SteadyClock::now();
      });
      if (viewers_.empty()) {
        changed_.wait(lock, [&] { return stopping_ || !viewers_.empty(); });
        continue;
      }
      std::set<PersonId> people;
      uint64_t after = UINT64_MAX;
      for (const Viewer& one : viewers_) {
        people.insert(one.person);
        after = std::min(after, one.mark.seq);
      }
      lock.unlock();
      auto found = look(people, after);
      lock.lock();
      if (found) tell(*found);
      changed_.wait_for(lock, kLookForChanges, [&] { return stopping_; });
    }
    viewers_.clear();  // ends the streams
  }

  void tell(const Found& found) {
    for (Viewer& one : viewers_) {
      const auto mark = found.marks.find(one.person);
      if (mark == found.marks.end()) continue;
      const bool news = mark->second.state != one.mark.state || mark->second.seq > one.mark.seq;
      one.mark = {mark->second.state, std::max(one.mark.seq, found.up_to)};
      if (news) one.stream->send(event("changed", one.mark));
    }
  }

  Result<Found> look(const std::set<PersonId>& people, uint64_t after) {
    Found found;
    std::map<std::string, PersonId> whose;
    TRY(database_.read([&](store::Connection& c) -> Result<void> {
      found.up_to = TRY(reached(c)).applied_seq;
      for (const PersonId person : people) {
        Seen seen = TRY(look_at(c, person, 0));
        for (const std::string& identity : seen.identities) whose[identity] = person;
        found.marks[person] = seen.mark;
      }
      return {};
    }));
    if (found.up_to > after + kMaxArrivals) {
      for (auto& [_, mark] : found.marks) mark.seq = found.up_to;
      return found;
    }
    TRY(each_arrival(after, found.up_to, [&](uint64_t seq, const std::string& identity) {
      const auto person = whose.find(identity);
      if (person != whose.end()) found.marks[person->second].seq = seq;
    }));
    return found;
  }

  template <class Each>
  Result<void> each_arrival(uint64_t after, uint64_t to, Each each) {
    while (after < to) {
      const auto arrived = TRY(log_.read_arrivals(after, kArrivalsRead));
      if (arrived.empty()) return {};
      for (const auto& one : arrived) {
        if (one.seq > to) return {};
        each(one.seq, events::identity_of(one.user_id, one.anonymous_id));
      }
      after = arrived.back().seq;
    }
    return {};
  }

  Result<bool> came_since(uint64_t after, uint64_t to, const std::set<std::string>& identities) {
    if (to > after + kMaxArrivals) return true;
    bool came = false;
    TRY(each_arrival(after, to, [&](uint64_t, const std::string& identity) {
      came |= identities.contains(identity);
    }));
    return came;
  }

  Result<Seen> look_at(store::Connection& c, PersonId id, uint64_t seq) {
    Seen seen;
    std::string text;
    if (const auto person = TRY(find_person(c, id))) {
      text = to_text(customer_json(*person, Json())) + person->traits +
             std::to_string(static_cast<int>(person->email_consent));
    }
    const auto counts = TRY(c.query_one(kCounts, {id}));
    for (size_t i = 0; i < counts->size(); ++i) {
      text += '\n' + std::to_string(counts->integer(i));
    }
    const Instant end = from_millis(events::kLatestMillis);
    const auto add_newest = [&](const auto& read) -> Result<void> {
      if (!read) return {};
      for (const Json& item : TRY(read(c, id, end, 1))) text += '\n' + to_text(item);
      return {};
    };
    TRY(add_newest(extensions_.messages));
    for (const TimelineSource& source : extensions_.sources) TRY(add_newest(source.read));
    const PersonId one[] = {id};
    for (std::string& identity : TRY(identities_of_people(c, one))) {
      seen.identities.insert(std::move(identity));
    }
    seen.mark = {sha256_hex(text).substr(0, kMarkBytes), seq};
    return seen;
  }

  store::Database& database_;
  events::Log& log_;
  const Extensions extensions_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Viewer> viewers_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

void add_live_route(http::Router& router, store::Database& database, events::Log& log,
                    const Extensions& extensions) {
  auto live = std::make_shared<Live>(database, log, extensions);
  http::add_stream(
      router,
      {.method = "GET", .path = "/v1/customers/{person_id}/live", .right = "customers.read"},
      [live](const Request& r, std::shared_ptr<Stream> stream) {
        return live->open(r, std::move(stream));
      });
}

}  // namespace perennial::people
